"""From what a reader types to what the index is asked, and what a misspelled word may have meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from b2b_market.board.rules.documents import Weight, category_lexeme, is_word, kind_lexeme, quoted
from b2b_market.board.rules.vocabulary import BREAK, pieces
from b2b_market.board.rules.words import is_han, segments, tokens

MOST_TERMS: Final = 12
_ONE_EDIT: Final = 4
_TWO_EDITS: Final = 8
"""From how many letters on a word may differ from what was meant by one edit, and by two."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a search: any of ``ways``, each a set of lexemes that must all be there.

    ``written`` is the word as it was read; ``loose`` tells that it names no kind, so that it may be misspelled.
    """

    written: str
    ways: tuple[tuple[str, ...], ...]
    loose: bool


def terms_of(text: str) -> tuple[Term, ...]:
    """Return the terms of a search, at most MOST_TERMS; all of them must be found.

    A word that names a kind also finds what names the kind otherwise: 轴承 finds *bearing*. A single Chinese character
    between words is left out unless there is nothing else, as it may belong to either.
    """
    found: list[Term] = []
    for piece in pieces(text):
        if piece.kind is not None:
            plain = tuple(dict.fromkeys(token for token in tokens(_joined(piece.atoms))))
            found.append(Term(_joined(piece.atoms), (plain, (kind_lexeme(piece.kind.code),)), loose=False))
        else:
            found.extend(term for run in _runs(piece.atoms) for term in _loose(run))
    told = [term for term in found if not _is_single(term.written)] or found
    return tuple(dict.fromkeys(told))[:MOST_TERMS]


def _loose(run: str) -> list[Term]:
    """Return a term for each word of a run that names no kind: the word as it is, or all the words inside it.

    Characters that belong to no known word are one word where they stand together: a name, or a misspelled word.
    """
    return [
        Term(word, tuple(dict.fromkeys(((word,), tuple(dict.fromkeys(inner)) or (word,)))), loose=True)
        for word, inner in _words(run)
    ]


def _words(run: str) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    single_before = False
    for word, inner in segments(run):
        single = _is_single(word)
        if single and single_before:
            before, within = found.pop()
            found.append((before + word, (*(within or (before,)), word)))
        else:
            found.append((word, inner))
        single_before = single
    return found


def _is_single(word: str) -> bool:
    return len(word) == 1 and is_han(word)


def _runs(atoms: Sequence[str]) -> list[str]:
    """Put neighbouring Han characters together again."""
    found: list[str] = []
    for atom in atoms:
        if found and atom != BREAK and is_han(atom) and is_han(found[-1]):
            found[-1] += atom
        else:
            found.append(atom)
    return [run for run in found if run != BREAK]


def _joined(atoms: Sequence[str]) -> str:
    return "".join(atom if is_han(atom) else f" {atom} " for atom in atoms).strip().replace("  ", " ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched: the terms of a text, words of a delivery place, and a category, each where it is asked for."""

    terms: tuple[Term, ...] = ()
    place: str = ""
    category: str = ""

    @property
    def asks(self) -> bool:
        """Whether the index of words has anything to answer."""
        return bool(self.terms or tokens(self.place) or self.category)

    def with_meant(self, meant: dict[str, str]) -> "Wanted":
        """Return the same with misspelled words replaced by what they probably meant."""
        found = (terms_of(meant[term.written]) if term.written in meant else (term,) for term in self.terms)
        return replace(self, terms=tuple(term for terms in found for term in terms))


def query_of(wanted: Wanted) -> str:
    """Return the query as PostgreSQL reads it; every part must be found, a place only where goods are delivered."""
    parts = [_any(" & ".join(quoted(lexeme) for lexeme in way) for way in term.ways) for term in wanted.terms]
    parts += [f"{quoted(token)}:{Weight.PLACE.value}" for token in _place_words(wanted.place)]
    if wanted.category:
        parts.append(quoted(category_lexeme(wanted.category)))
    return " & ".join(parts)


def _any(ways: Iterable[str]) -> str:
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def _place_words(place: str) -> list[str]:
    read = [term for run in _runs(_atoms(place)) for term in _loose(run)]
    told = [term for term in read if not _is_single(term.written)] or read
    return list(dict.fromkeys(lexeme for term in told for lexeme in term.ways[-1]))


def _atoms(text: str) -> list[str]:
    return [atom for piece in pieces(text) for atom in piece.atoms]


def may_be_misspelled(term: Term) -> bool:
    """Tell whether a word that is not found may be another one: codes and numbers are meant as they stand."""
    return term.loose and is_word(term.written)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word of the board that sounds or looks like one that was searched in vain."""

    word: str
    sound: str
    likeness: int
    """Shared trigrams, in thousandths."""


def meant_by(written: str, heard: str, candidates: Sequence[Candidate]) -> str | None:
    """Return the word that ``written`` probably meant, None where none is near enough.

    A Chinese word, or its pinyin, means the word that sounds the same (``heard``). Another word means the one that
    takes the fewest edits: one from four letters on, two from eight; of several the more alike, then the first by name.
    """
    same = [found.word for found in candidates if heard and found.sound == heard and found.word != written]
    if same:
        return min(same, key=lambda word: (-len(word), word))
    if is_han(written):
        return None
    allowed = (len(written) >= _ONE_EDIT) + (len(written) >= _TWO_EDITS)
    near = [
        (edits, -found.likeness, found.word)
        for found in candidates
        if found.word != written and (edits := edits_between(written, found.word, allowed)) <= allowed
    ]
    return min(near)[2] if near else None


def edits_between(first: str, second: str, most: int) -> int:
    """Return how many letters must be put in, left out, changed or swapped with the next one; ``most`` + 1 if more."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(second) + 1))
    for row, letter in enumerate(first, start=1):
        line = [row]
        for column, other in enumerate(second, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return min(last[-1], most + 1)
