"""Kinds of things: which words mean the same, what a text is about, and which category that belongs to.

The vocabulary is data (``vocabulary.tsv``), reviewed like code. A kind ``valve.ball`` belongs to ``valve`` as well.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from b2b_market.board.rules.words import is_han, runs, vocabulary_lines
from b2b_market.kernel.text import N_

CATEGORIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "automation": N_("Automation"),
        "construction": N_("Construction materials"),
        "electrical": N_("Electrical"),
        "electronics": N_("Electronics"),
        "fasteners": N_("Fasteners"),
        "instruments": N_("Instruments"),
        "lifting-handling": N_("Lifting and handling"),
        "lubricants-chemicals": N_("Lubricants and chemicals"),
        "machined-parts": N_("Machined parts and moulds"),
        "machinery": N_("Machinery"),
        "metals": N_("Metals"),
        "motors-drives": N_("Motors and drives"),
        "office-it": N_("Office and IT"),
        "packaging": N_("Packaging"),
        "plastics": N_("Plastics"),
        "pneumatics-hydraulics": N_("Pneumatics and hydraulics"),
        "power-transmission": N_("Power transmission"),
        "pumps-compressors": N_("Pumps and compressors"),
        "safety": N_("Safety equipment"),
        "seals-rubber": N_("Seals and rubber"),
        "textiles": N_("Textiles"),
        "tools": N_("Tools"),
        "valves-pipes": N_("Valves and pipes"),
        "welding": N_("Welding"),
    }
)


BREAK: Final = ""
"""An atom that is no text: Chinese characters on its two sides do not stand together."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its code, its category, and every word for it, the naming ones first."""

    code: str
    category: str
    words: tuple[str, ...]

    def name_in(self, language: str) -> str:
        """Return the word that names the kind to readers of ``zh-CN`` or ``en``."""
        chinese = language.startswith("zh")
        return next((word for word in self.words if any(map(is_han, word)) == chinese), self.words[0])

    def lineage(self) -> tuple[str, ...]:
        """Return the codes of this kind and of those it belongs to, the widest first."""
        steps = self.code.split(".")
        return tuple(".".join(steps[: number + 1]) for number in range(len(steps)))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: its atoms (Han characters, other words), and the kind that it names, if it does."""

    atoms: tuple[str, ...]
    kind: Kind | None


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its code."""
    return MappingProxyType({code: Kind(code, category, words) for code, category, words in vocabulary_lines()})


@cache
def vocabulary_version() -> str:
    """Return what changes with the vocabulary, so that what was indexed by an older one can be found."""
    return hashlib.sha256(repr(vocabulary_lines()).encode()).hexdigest()[:12]


def pieces(text: str) -> list[Piece]:
    """Cut ``text`` into the longest stretches that name a kind and what lies between them, in order."""
    atoms = _atoms(text)
    found: list[Piece] = []
    loose: list[str] = []
    at = 0
    while at < len(atoms):
        kind, length = _longest(atoms, at)
        if kind is None:
            loose.append(atoms[at])
            at += 1
            continue
        if loose:
            found.append(Piece(tuple(loose), None))
            loose = []
        found.append(Piece(tuple(atoms[at : at + length]), kind))
        at += length
    return [*found, Piece(tuple(loose), None)] if loose else found


def kinds_in(text: str) -> list[Kind]:
    """Return the kinds that ``text`` names, each once, in order."""
    return list(dict.fromkeys(piece.kind for piece in pieces(text) if piece.kind is not None))


def codes_of(found: Sequence[Kind]) -> list[str]:
    """Return the codes of kinds and of what they belong to, each once."""
    return list(dict.fromkeys(code for kind in found for code in kind.lineage()))


def _atoms(text: str) -> list[str]:
    """Return Han characters one by one and other words whole; BREAK stands where two Chinese runs do not touch."""
    found: list[str] = []
    after_han = False
    for run in runs(text):
        han = is_han(run)
        if han and after_han:
            found.append(BREAK)
        found.extend(run if han else (run,))
        after_han = han
    return found


def _longest(atoms: Sequence[str], at: int) -> tuple[Kind | None, int]:
    for spelled, kind in _spellings().get(atoms[at], ()):
        if tuple(atoms[at : at + len(spelled)]) == spelled:
            return kind, len(spelled)
    return None, 0


@cache
def _spellings() -> Mapping[str, Sequence[tuple[tuple[str, ...], Kind]]]:
    """Return by first atom the spelled words with their kinds, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], Kind]]] = {}
    for kind in kinds().values():
        for word in kind.words:
            spelled = tuple(_atoms(word))
            found.setdefault(spelled[0], []).append((spelled, kind))
    return MappingProxyType({first: sorted(words, key=lambda entry: -len(entry[0])) for first, words in found.items()})
