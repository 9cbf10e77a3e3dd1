"""Classes of goods and services: codes of a scheme with titles, and how one is named in one text.

``CPV:42122000-0`` names a scheme and a code; a bare code names no scheme.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_

MOST_CODES: Final = 500_000
MOST_TITLE: Final = 500
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/]{0,39}", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][0-9A-Za-z_\-]{0,29}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
_CHECKED: Final = re.compile(r"-[0-9]\Z", re.ASCII)
SHOWN: Final = 10


class ClassificationUnreadable(Refusal):
    """A file of classes that cannot be taken."""

    code = "classification-unreadable"
    title = N_("This file of classes cannot be imported")
    advice = N_("{found}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Class:
    """A scheme, empty where it is not known, and a code in it."""

    scheme: str
    code: str


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A code with its titles by language; ``parent`` is the code above it, empty at the top."""

    code: str
    titles: Mapping[str, str]
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Classification:
    """A whole scheme in one edition: every code once, every parent among them, no code above itself."""

    scheme: str
    edition: str
    entries: tuple[ClassEntry, ...]


def read_class(text: str) -> Class:
    """Return the class that a text names."""
    scheme, mark, code = text.strip().partition(":")
    return Class(scheme.strip(), code.strip()) if mark else Class("", scheme.strip())


def write_class(scheme: str, code: str) -> str:
    """Return the text that names a class."""
    return f"{scheme}:{code}" if scheme else code


def stem(code: str) -> str:
    """Return a code without its check digit: ``42122000`` of ``42122000-0``."""
    return _CHECKED.sub("", code)


def require_sound(found: Classification) -> Classification:
    """Return a classification whose every entry has its parent; raise ClassificationUnreadable naming what is wrong.

    A parent that the file does not name is the nearest code above: with its last digits zero, else a shorter one.
    """
    problems = [*_head_problems(found), *_entry_problems(found.entries)]
    if not problems:
        known = {stem(entry.code): entry.code for entry in found.entries}
        entries = tuple(
            entry if entry.parent else replace(entry, parent=_above(entry, known)) for entry in found.entries
        )
        problems += _parent_problems(entries)
        found = replace(found, entries=entries)
    if problems:
        more = len(problems) - SHOWN
        shown = "; ".join(problems[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
        raise ClassificationUnreadable(found=shown)
    return found


def paths_of(entries: Iterable[ClassEntry]) -> dict[str, tuple[str, ...]]:
    """Return by code the codes above it, the topmost first, and itself."""
    parents = {entry.code: entry.parent for entry in entries}
    found: dict[str, tuple[str, ...]] = {}
    for code in parents:
        path: list[str] = []
        above = code
        while above:
            path.append(above)
            above = parents[above]
        found[code] = tuple(reversed(path))
    return found


def _head_problems(found: Classification) -> Iterator[str]:
    if not _SCHEME.fullmatch(found.scheme):
        yield f"the scheme {found.scheme!r} is no name such as CPV"
    if not found.edition.strip():
        yield "the edition of the scheme is missing, such as 2008"
    if not found.entries:
        yield "it has no codes"
    if len(found.entries) > MOST_CODES:
        yield f"it has more than {MOST_CODES} codes"


def _entry_problems(entries: Iterable[ClassEntry]) -> Iterator[str]:
    seen: set[str] = set()
    for entry in entries:
        if not _CODE.fullmatch(entry.code):
            yield f"{entry.code[:40]!r} is no code"
        if entry.code in seen:
            yield f"{entry.code} is there twice"
        seen.add(entry.code)
        if not any(title.strip() for title in entry.titles.values()):
            yield f"{entry.code} has no title"
        for language, title in entry.titles.items():
            if not _LANGUAGE.fullmatch(language):
                yield f"{entry.code} has a title in {language!r}, which is no language such as en or zh"
            if len(title) > MOST_TITLE:
                yield f"the title of {entry.code} is longer than {MOST_TITLE} characters"


def _above(entry: ClassEntry, known: Mapping[str, str]) -> str:
    own = stem(entry.code)
    digits = own.rstrip("0")
    for length in range(len(digits) - 1, 0, -1):
        for candidate in (digits[:length] + "0" * (len(own) - length), own[:length]):
            if candidate in known and candidate != own:
                return known[candidate]
    return ""


def _parent_problems(entries: Iterable[ClassEntry]) -> Iterator[str]:
    parents = {entry.code: entry.parent for entry in entries}
    sound: set[str] = {""}
    for code, parent in parents.items():
        if parent and parent not in parents:
            yield f"{code} stands below {parent}, which is not there"
            continue
        path: list[str] = []
        above = code
        while above not in sound and above in parents and above not in path:
            path.append(above)
            above = parents[above]
        if above in path:
            yield f"{code} stands below itself"
        else:
            sound.update(path)
