"""Operations: importing classifications, searching them, and settling what a text means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, delete, update

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import queries
from b2b_market.reference.commands import LookUpClasses, ReadReferenceData, SearchClasses
from b2b_market.reference.models import ClassCode, ClassScheme
from b2b_market.reference.rules.classes import Classification, paths_of, read_class, stem, write_class

_PUBLISHED = "classifications are published and hold nothing of anybody"
_PLAINLY: Final = {"synchronize_session": False}
_IMPORT_GATE = UUID("0192f000-0000-7000-8000-636c617373ff")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: how many codes the edition has, and how many of an earlier one it retired."""

    scheme: str
    edition: str
    codes: int
    retired: int
    unchanged: bool


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class: its text, scheme and code, the titles by language, the classes above it, and whether it is retired."""

    text: str
    scheme: str
    code: str
    titles: Mapping[str, str]
    above: tuple[str, ...]
    retired: bool

    def title(self, language: str) -> str:
        """Return the title in the reader's language, else in English, else in any."""
        return self.titles.get(language[:2]) or self.titles.get("en") or next(iter(self.titles.values()))


@operation(system=True, reason="the operator of the installation imports what the file system holds")
def import_classification(work: Work, _scope: Scope, command: Classification) -> Imported:
    """Take a scheme over in a new edition, whole or not at all; codes that it leaves out are retired, not deleted.

    The same content again changes nothing.
    """
    work.gate(_IMPORT_GATE, exclusive=True)
    session = work.session
    said = digest([[entry.code, entry.parent, dict(entry.titles)] for entry in command.entries])
    root = queries.class_scheme(session, command.scheme)
    if root is not None and bytes(root.digest) == said and root.edition == command.edition:
        return Imported(command.scheme, command.edition, root.code_count, 0, unchanged=True)
    if root is None:
        root = ClassScheme(id=new_id(), code=command.scheme, created_at=work.now())
        session.add(root)
    root.edition, root.code_count, root.digest = command.edition, len(command.entries), said
    root.changed_at = work.now()
    work.record("classification.imported", root)
    rows = _rows(command)
    gone = queries.class_codes(session, command.scheme) - set(rows)
    kept = and_(ClassCode.scheme == command.scheme, ClassCode.code.not_in(gone))
    session.execute(delete(ClassCode).where(kept), execution_options=_PLAINLY)
    session.execute(
        update(ClassCode).where(ClassCode.scheme == command.scheme).values(retired=True), execution_options=_PLAINLY
    )
    insert_rows(session, ClassCode, list(rows.values()))
    session.flush()
    return Imported(command.scheme, command.edition, len(rows), len(gone), unchanged=False)


@operation(public=True, system=True, reason=_PUBLISHED)
def list_schemes(work: Work, _scope: Scope, _command: ReadReferenceData) -> Sequence[ClassScheme]:
    """Return the classifications that were imported, by name."""
    return queries.class_schemes(work.session)


@operation(public=True, system=True, reason=_PUBLISHED)
def search_classes(work: Work, _scope: Scope, command: SearchClasses) -> list[ClassView]:
    """Return classes in use whose code or title has all the words, those nearest the top first."""
    return [_view(row) for row in queries.search_codes(work.session, command)]


@operation(public=True, system=True, reason=_PUBLISHED)
def look_up_classes(work: Work, _scope: Scope, command: LookUpClasses) -> dict[str, ClassView | None]:
    """Return by text the class that it names; None where its scheme was imported and has no such code.

    A check digit may be left out. A bare code is looked for in every scheme and counts where exactly one has it. Texts
    of schemes that were not imported, and bare codes that are not certain, are left out.
    """
    asked = {text: read_class(text) for text in command.texts}
    schemes = {scheme.code for scheme in queries.class_schemes(work.session)}
    found = queries.codes_alike(work.session, {stem(one.code) for one in asked.values()})
    settled: dict[str, ClassView | None] = {}
    for text, one in asked.items():
        alike = [row for row in found if _fits(row, one.scheme, one.code)]
        if len(alike) == 1:
            settled[text] = _view(alike[0])
        elif one.scheme in schemes:
            settled[text] = None
    return settled


def _fits(row: ClassCode, scheme: str, code: str) -> bool:
    return scheme in ("", row.scheme) and code in (row.code, row.stem)


def _rows(command: Classification) -> dict[str, dict[str, object]]:
    paths = paths_of(command.entries)
    return {
        entry.code: {
            "scheme": command.scheme,
            "code": entry.code,
            "stem": stem(entry.code),
            "path": list(paths[entry.code]),
            "titles": dict(entry.titles),
            "search": "\n".join((entry.code, *entry.titles.values())).casefold(),
            "retired": False,
        }
        for entry in command.entries
    }


def _view(row: ClassCode) -> ClassView:
    above = tuple(write_class(row.scheme, code) for code in row.path)
    return ClassView(write_class(row.scheme, row.code), row.scheme, row.code, row.titles, above, row.retired)
