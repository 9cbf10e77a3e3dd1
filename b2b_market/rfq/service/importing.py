"""Imports of needs: a table that was read is kept with the decisions about it, until it becomes a draft or is dropped.

What the table means is the intake's business (``intake.imports``), made anew for every look. Nothing of a request
exists before :func:`confirm_import`, which stores the draft and ends the import in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.imports import (
    AdmitImport,
    ChangeImport,
    ConfirmImport,
    ListImports,
    ReadImport,
    StartImport,
    StepImport,
)
from b2b_market.rfq.models.requests import RfqImport
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import imports as queries
from b2b_market.rfq.queries import mappings
from b2b_market.rfq.service import drafting, remembering
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import IMPORT_LIFECYCLE, ImportStatus

KEPT: Final = timedelta(days=7)
"""How long a preview that nobody touches is kept."""

BATCH: Final = 100
_RECALLED: Final = ("columns", "decimals", "date_orders", "unit_spellings", "header_row")
"""What is taken over from the last confirmed import of a list with the same headings; answers are not."""


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it is kept, with what its preview needs of the company: days, and what it usually writes.

    ``first_day`` is the earliest day a need may be required on: tomorrow where the buyer is. ``unit`` is a Rec 20 code;
    ``unit`` and ``place`` are empty where the company has no default.
    """

    row: RfqImport
    first_day: date
    currency: Currency
    unit: str = ""
    place: str = ""

    @property
    def version(self) -> int:
        """The version of the import, which its ETag shows."""
        return self.row.version

    @property
    def table(self) -> object | None:
        """The table as JSON of the intake; None once the import is confirmed."""
        return self.row.content.get("table")

    @property
    def remembered(self) -> bool:
        """Whether the columns were taken over from an earlier import."""
        return bool(self.row.content.get("remembered"))

    @property
    def recalled_columns(self) -> Mapping[int, str]:
        """What the columns taken over from an earlier import mean, by index; they may have been changed since."""
        found = self.row.content.get("remembered") or {"columns": {}}
        return {int(index): field for index, field in found["columns"].items()}

    @property
    def choices(self) -> Mapping[str, Any]:
        """What was decided about the table, as JSON of the intake."""
        return MappingProxyType(self.row.choices["table"])

    @property
    def request(self) -> Mapping[str, Any]:
        """What was written about the request to be."""
        return MappingProxyType(self.row.choices["request"])

    @property
    def left(self) -> tuple[tuple[int, str], ...]:
        """Once confirmed: the rows that became no line, each with the code of the reason."""
        return tuple((number, code) for number, code in self.row.content.get("left", ()))

    @property
    def lines(self) -> int | None:
        """Once confirmed: how many lines the request got."""
        return self.row.content.get("lines")


@operation(RfqPermission.DRAFT)
def admit_import(_work: Work, _scope: Scope, _command: AdmitImport) -> None:
    """Refuse whoever may not import, before their file costs anything; it is checked again when the table is kept."""


@operation(RfqPermission.DRAFT)
def start_import(work: Work, scope: Scope, command: StartImport) -> StoredImport:
    """Keep a table for its preview; columns are understood as in the last confirmed list with the same headings."""
    now = work.now()
    known = remembering.recall(work, scope, command.headings)
    remembered = {"id": str(known.row.id), "columns": known.choices.get("columns", {})} if known else None
    row = RfqImport(
        id=new_id(),
        created_at=now,
        changed_at=now,
        buyer_id=scope.org_id,
        author_id=scope.user_id,
        filename=command.filename,
        status=IMPORT_LIFECYCLE.initial,
        content={"table": command.table, "remembered": remembered},
        choices={"table": dict(known.choices) if known else {}, "request": {}},
        rfq_id=None,
    )
    work.record("rfq_import.started", row)
    work.session.add(row)
    work.session.flush()
    return _stored(work, scope, row)


@operation(RfqPermission.DRAFT)
def read_import(work: Work, scope: Scope, command: ReadImport) -> StoredImport:
    """Return one of the company's own imports."""
    return _stored(work, scope, queries.own_import(work.session, scope, command.import_id))


@operation(RfqPermission.DRAFT)
def list_imports(work: Work, scope: Scope, command: ListImports) -> Page[RfqImport]:
    """Return a page of the company's unfinished imports, newest first; their tables are not read."""
    return queries.unfinished(work.session, scope, command.page)


@operation(RfqPermission.DRAFT)
def change_import(work: Work, scope: Scope, command: ChangeImport) -> StoredImport:
    """Keep new decisions about an unfinished import; nothing changes where they are the old ones."""
    row = _locked(work, scope, command.import_id, command.expected_version)
    IMPORT_LIFECYCLE.require(row.status, "confirm")
    request = row.choices["request"] if command.request is None else dict(command.request)
    choices = {"table": dict(command.choices), "request": request}
    if choices != row.choices:
        row.choices = choices
        work.touch(row)
        work.record("rfq_import.changed", row)
        work.session.flush()
    return _stored(work, scope, row)


@operation(RfqPermission.DRAFT)
def confirm_import(work: Work, scope: Scope, command: ConfirmImport) -> RfqContent:
    """Store the draft that an import became and end the import; the table is let go, its columns are remembered.

    The lines of ``command.draft`` were made from the import at ``expected_version``; StaleVersion where it has moved
    on, IllegalStep where it was confirmed before.
    """
    row = _locked(work, scope, command.import_id, command.expected_version)
    IMPORT_LIFECYCLE.require(row.status, "confirm")
    content = drafting.draft_rfq(work, scope.actor, command.draft)
    IMPORT_LIFECYCLE.advance(row, "confirm")
    row.rfq_id = content.rfq.id
    row.content = {"lines": len(command.draft.lines), "left": [list(left) for left in command.left]}
    work.touch(row)
    work.record("rfq_import.confirmed", row)
    work.session.flush()
    if command.mapping is not None:
        remembering.remember(work, scope, command.mapping)
    return content


@operation(RfqPermission.DRAFT)
def forget_for_import(work: Work, scope: Scope, command: StepImport) -> StoredImport:
    """Forget what was taken over into an unfinished import, and let its columns be recognised anew.

    What others have forgotten or remembered since is left alone.
    """
    row = _locked(work, scope, command.import_id, command.expected_version)
    IMPORT_LIFECYCLE.require(row.status, "confirm")
    recalled = row.content.get("remembered")
    if recalled:
        for known in mappings.mappings_by_id(work.session, scope, UUID(recalled["id"])):
            remembering.delete(work, known)
        table = {name: value for name, value in row.choices["table"].items() if name not in _RECALLED}
        row.choices = {**row.choices, "table": table}
        row.content = {**row.content, "remembered": None}
        work.touch(row)
        work.record("rfq_import.changed", row)
        work.session.flush()
    return _stored(work, scope, row)


@operation(RfqPermission.DRAFT)
def drop_import(work: Work, scope: Scope, command: StepImport) -> None:
    """Delete an unfinished import; a confirmed one stays as the record of where its request came from."""
    row = _locked(work, scope, command.import_id, command.expected_version)
    IMPORT_LIFECYCLE.require(row.status, "confirm")
    _delete(work, row)


@operation(system=True, reason="the clock asks which previews were left lying")
def stale_imports(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[UUID, UUID]]:
    """Return (import, buyer) of previews that nobody touched for KEPT, the oldest first."""
    return queries.stale(work.session, work.now() - KEPT, BATCH)


@operation(system=True, reason="the clock sweeps previews that were left lying")
def sweep_import(work: Work, scope: Scope, command: ReadImport) -> bool:
    """Delete a preview that nobody touched for KEPT; tell whether it still was one."""
    try:
        row = queries.own_import(work.session, scope, command.import_id, lock=True)
    except NotFound:  # another worker swept it, or its owner dropped it
        return False
    if row.status is not ImportStatus.PREVIEW or row.changed_at >= work.now() - KEPT:
        return False
    _delete(work, row)
    return True


def _locked(work: Work, scope: Scope, import_id: UUID, expected_version: int | None) -> RfqImport:
    row = queries.own_import(work.session, scope, import_id, lock=True)
    work.expect_version(row, expected_version)
    return row


def _delete(work: Work, row: RfqImport) -> None:
    work.record("rfq_import.deleted", row)
    work.session.delete(row)
    work.session.flush()


def _stored(work: Work, scope: Scope, row: RfqImport) -> StoredImport:
    settings = organizations.settings(work, scope.actor, scope.org_id)
    return StoredImport(
        row,
        drafting.buyer_day(work, scope) + timedelta(days=1),
        settings.base_currency,
        settings.default_unit,
        settings.default_delivery_place,
    )
