"""Who fits a request, and which request fits a supplier: by what was quoted and won before, with the reason.

What a need is about is told by keys of four levels, the most telling first: the buyer's own item code, the kind of
thing with the wider kinds it belongs to, a word of its name, the category. Codes and words of requests are kept as
hashes: a supplier's record is shown to every buyer, and says nothing of what others asked for but how often it fits
what the reader asks for.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final
from uuid import UUID

from b2b_market.board.rules.documents import is_word
from b2b_market.board.rules.vocabulary import codes_of, kinds, kinds_in
from b2b_market.board.rules.words import runs, tokens

MOST: Final = 10
WON_COUNTS: Final = 2
"""An item won counts as much as so many that were quoted, besides having been quoted."""
_WORDS: Final = 4


class Level(IntEnum):
    """How telling it is that a supplier has dealt with what a key stands for: the weight of a level."""

    CODE = 16
    KIND = 8
    WORD = 4
    CATEGORY = 1


_LETTERS: Final = {Level.CODE: "c", Level.KIND: "k", Level.WORD: "w", Level.CATEGORY: "g"}
_LEVELS: Final = {letter: level for level, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Item:
    """A need as it is recognised: whose, its code there, and its name."""

    buyer_id: UUID
    code: str
    name: str


@lru_cache(maxsize=4096)
def keys_of(item: Item) -> tuple[str, ...]:
    """Return what an item is recognised by: its code, its kinds, its categories; words only where it names no kind."""
    named = kinds_in(item.name)
    found = [_key(Level.CODE, _hashed(f"{item.buyer_id} {' '.join(runs(item.code))}"))] if item.code.strip() else []
    found += [_key(Level.KIND, code) for code in codes_of(named)]
    if not named:
        words = [word for word in tokens(item.name) if is_word(word)]
        found += [_key(Level.WORD, _hashed(word)) for word in words[:_WORDS]]
    return tuple(dict.fromkeys([*found, *(_key(Level.CATEGORY, kind.category) for kind in named)]))


def level_of(key: str) -> Level:
    """Return the level of a key."""
    return _LEVELS[key[0]]


def name_of(key: str, items: Iterable[Item], language: str) -> str:
    """Return what a key stands for: a kind by its name, a hashed code or word by the item of ``items`` that has it."""
    level, rest = level_of(key), key[2:]
    if level is Level.KIND:
        return kinds()[rest].name_in(language)
    if level is Level.CATEGORY:
        return rest
    found = next((item for item in items if key in keys_of(item)), None)
    if found is None:
        return ""
    return f"{found.code} {found.name}" if level is Level.CODE else found.name


@dataclass(frozen=True, slots=True)
class Record:
    """What a supplier has done about a key: how many items it has quoted, and how many of them it has won."""

    quoted: int
    won: int

    @property
    def strength(self) -> int:
        """How much that counts."""
        return self.quoted + WON_COUNTS * self.won


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is recommended: the key, and what was done about it."""

    key: str
    quoted: int
    won: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How well something fits: its score, the reasons from the most telling on, and how many items they cover."""

    score: int
    reasons: tuple[Reason, ...]
    covered: int


def fit_of(items: Sequence[Sequence[str]], records: Mapping[str, Record]) -> Fit:
    """Return how well somebody with ``records`` fits ``items``, each given by its keys.

    Each item counts once, by the key that scores most: the weight of its level times the number of binary digits of the
    record's strength, so that doubling the experience adds one step and no amount of it outdoes what is asked for.
    """
    taken = _Taken()
    for keys in items:
        scored = [(level_of(key) * records[key].strength.bit_length(), key) for key in keys if key in records]
        if scored:
            score, best = max(scored)
            taken.add(score, best)
    ordered = sorted(taken.by_key, key=lambda key: (-taken.by_key[key], key))
    reasons = tuple(Reason(key, records[key].quoted, records[key].won) for key in ordered)
    return Fit(taken.score, reasons, taken.covered)


@dataclass(slots=True)
class _Taken:
    """What the items of a request have added up to."""

    score: int = 0
    covered: int = 0
    by_key: dict[str, int] = field(default_factory=dict)

    def add(self, score: int, key: str) -> None:
        """Count one item by its best key."""
        self.score += score
        self.covered += 1
        self.by_key[key] = self.by_key.get(key, 0) + score


def _key(level: Level, rest: str) -> str:
    return f"{_LETTERS[level]}:{rest}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
