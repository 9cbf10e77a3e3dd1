"""What a request is found by: the words of its title, its items, its places and its buyer, weighted, and its kinds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from b2b_market.board.rules.vocabulary import codes_of, kinds, kinds_in
from b2b_market.board.rules.words import is_han, tokens

MARK: Final = "§"
"""Begins a lexeme that is the code of a kind; no token of a text can hold it."""
MOST_LEXEMES: Final = 6_000
_LEAST_WORD: Final = 2


class Weight(StrEnum):
    """Where a word stands, as PostgreSQL weighs it: the title counts most, the buyer's name least."""

    TITLE = "A"
    ITEM = "B"
    PLACE = "C"
    BUYER = "D"


@dataclass(frozen=True, slots=True)
class Text:
    """What a request says, by where it says it."""

    title: str
    items: Sequence[str]
    """Names, codes and specifications of the needs."""
    places: Sequence[str]
    buyer: Sequence[str]


@dataclass(frozen=True, slots=True)
class Document:
    """What is stored of a text: the search vector as PostgreSQL reads it, its kinds, its categories, its words."""

    vector: str
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    words: tuple[str, ...]


def document_of(text: Text) -> Document:
    """Return what ``text`` is found by."""
    named = list(dict.fromkeys(kind for said in (text.title, *text.items) for kind in kinds_in(said)))
    codes = codes_of(named)
    categories = tuple(dict.fromkeys(kind.category for kind in named))
    weighed: dict[str, set[Weight]] = {}
    for lexeme, weight in _lexemes(text, codes, categories):
        if lexeme in weighed or len(weighed) < MOST_LEXEMES:
            weighed.setdefault(lexeme, set()).add(weight)
    return Document(_vector(weighed), tuple(codes), categories, tuple(dict.fromkeys(_words(weighed, codes))))


def kind_lexeme(code: str) -> str:
    """Return the lexeme that stands for a kind and every kind that belongs to it."""
    return MARK + code


def category_lexeme(category: str) -> str:
    """Return the lexeme that stands for a category."""
    return f"{MARK}{MARK}{category}"


def _lexemes(text: Text, codes: Sequence[str], categories: Sequence[str]) -> Iterator[tuple[str, Weight]]:
    yield from ((category_lexeme(category), Weight.ITEM) for category in categories)
    yield from ((kind_lexeme(code), Weight.ITEM) for code in codes)
    yield from ((token, Weight.TITLE) for token in tokens(text.title))
    for weight, said in ((Weight.PLACE, text.places), (Weight.BUYER, text.buyer), (Weight.ITEM, text.items)):
        yield from ((token, weight) for one in said for token in tokens(one))


def _vector(weighed: Mapping[str, AbstractSet[Weight]]) -> str:
    """Write the vector; a word has a position for each place where it stands, as weights hang on positions."""
    return " ".join(
        f"{quoted(lexeme)}:" + ",".join(f"{number}{weight.value}" for number, weight in enumerate(sorted(weights), 1))
        for lexeme, weights in weighed.items()
    )


def quoted(lexeme: str) -> str:
    """Return a lexeme as PostgreSQL's text search types read it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _words(lexemes: Iterable[str], codes: Sequence[str]) -> Iterator[str]:
    """Yield what a misspelled search may have meant: words of the text, and every word for its kinds."""
    yield from (word for word in lexemes if is_word(word))
    yield from (word for code in codes if code in kinds() for name in kinds()[code].words for word in tokens(name))


def is_word(lexeme: str) -> bool:
    """Tell whether a lexeme is a word that can be misspelled: no code, no number, no single character."""
    return len(lexeme) >= _LEAST_WORD and (is_han(lexeme) or lexeme.isalpha())
