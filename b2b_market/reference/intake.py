"""Files of classes to what is imported: JSON and CSV.

JSON is ``{"scheme": "CPV", "version": "2008", "codes": [{"code", "parent", "titles": {"en": …, "zh": …}}]}``, or one
object of codes and titles in one language, as CPV is often passed on. CSV has a head ``code,parent,title_en,title_zh``;
``parent`` and further languages may be left out.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from b2b_market.reference.rules.classes import ClassEntry, Classification, ClassificationUnreadable, require_sound

TITLE = "title_"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the file itself may not say: its scheme, its edition, and the language of titles without one."""

    scheme: str = ""
    edition: str = ""
    language: str = "en"


def read_classification(data: bytes, wanted: Wanted) -> Classification:
    """Return what a file holds, sound; ClassificationUnreadable says what is wrong with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("it is no text in UTF-8")
    found = _of_json(text, wanted) if text.lstrip()[:1] in ("{", "[") else _of_csv(text, wanted)
    return require_sound(found)


def _of_json(text: str, wanted: Wanted) -> Classification:
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        _refuse(f"it is no JSON: line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse("it is nested deeper than any classification")
    if not isinstance(document, Mapping):
        _refuse("it is a list; codes stand in an object")
    codes = document.get("codes")
    if codes is None:
        entries = tuple(_plain(code, title, wanted.language) for code, title in document.items())
        return Classification(wanted.scheme, wanted.edition, entries)
    if not isinstance(codes, list):
        _refuse("its codes are no list")
    scheme, edition = wanted.scheme or document.get("scheme", ""), wanted.edition or document.get("version", "")
    return Classification(str(scheme), str(edition), tuple(_entry(one, place) for place, one in enumerate(codes, 1)))


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(f"{twice[:40]} is there twice")
    return found


def _plain(code: str, title: object, language: str) -> ClassEntry:
    if not isinstance(title, str):
        _refuse(f"the title of {code[:40]} is no text")
    return ClassEntry(code, {language: title})


def _entry(one: object, place: int) -> ClassEntry:
    if not isinstance(one, Mapping) or not isinstance(one.get("code"), str):
        _refuse(f"entry {place} has no code")
    titles, parent = one.get("titles"), one.get("parent") or ""
    if not isinstance(titles, Mapping) or not all(isinstance(title, str) for title in titles.values()):
        _refuse(f"entry {place} has no titles by language")
    if not isinstance(parent, str):
        _refuse(f"the parent of entry {place} is no code")
    return ClassEntry(one["code"], dict(titles), parent)


def _of_csv(text: str, wanted: Wanted) -> Classification:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    heads = [head or "" for head in rows.fieldnames or ()]
    if "code" not in heads or not any(head.startswith(TITLE) for head in heads):
        _refuse("its first line names no columns code and title_en")
    try:
        entries = tuple(_rows(rows, heads))
    except csv.Error as error:
        _refuse(f"line {rows.line_num}: {error}")
    return Classification(wanted.scheme, wanted.edition, entries)


def _rows(rows: "csv.DictReader[str]", heads: Sequence[str]) -> Iterator[ClassEntry]:
    for row in rows:
        if None in row or None in row.values():
            _refuse(f"line {rows.line_num} has another number of columns than the first")
        titles = {head.removeprefix(TITLE): row[head] for head in heads if head.startswith(TITLE) and row[head]}
        yield ClassEntry(row["code"].strip(), titles, row.get("parent", "").strip())


def _refuse(found: str) -> NoReturn:
    raise ClassificationUnreadable(found=found)
