"""Making and reading tenders: drafts, edits, lists, and what each side may see of one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.canonical import lines_digest, plain
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import (
    BondInput,
    CriterionInput,
    DraftTender,
    EditTender,
    ItemInput,
    ListOpenTenders,
    ListTenders,
    LotInput,
    ReadTender,
)
from b2b_market.tendering.models.tenders import TENDER_LOTS, Tender, TenderLot, TenderPrivate
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import procedures as procedure_queries
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules import admission, procedures, shapes
from b2b_market.tendering.rules import drafting as rules
from b2b_market.tendering.rules.effective import Weighing, announced
from b2b_market.tendering.rules.periods import Clock
from b2b_market.tendering.service.classing import settle_classes
from b2b_market.tendering.states.procedures import Entry, ProcedureStatus
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, LotStatus

NUMBER_KIND = "T"


@dataclass(frozen=True, slots=True)
class TenderContent:
    """A tender as one side sees it; ``estimates`` are hidden ones and empty for everybody but the buyer."""

    tender: Tender
    lots: Sequence[TenderLot]
    estimates: Mapping[UUID, Decimal] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The version of the tender, which its ETag shows."""
        return self.tender.version


@operation(TenderPermission.DRAFT)
def draft_tender(work: Work, scope: Scope, command: DraftTender) -> TenderContent:
    """Store a new draft with its lots under the procedure it chose; nobody but the buyer sees it."""
    values = _sound(work, scope, command)
    content = settle_classes(work, scope, command)
    now = work.now()
    tender = Tender(
        id=new_id(),
        created_at=now,
        changed_at=now,
        buyer_id=scope.org_id,
        author_id=scope.user_id,
        status=TENDER_LIFECYCLE.initial,
        officer_ids=[],
        party_ids=[scope.org_id],
        next_due_at=None,
        edition=0,
        binding_edition=1,
    )
    stored = _fill(scope, tender, content, values)
    tender.number = next_number(work.session, scope.org_id, NUMBER_KIND, now.year)
    work.record("tender.drafted", tender)
    work.session.add(tender)
    work.session.flush()
    insert_together(work.session, (TenderLot, stored[0]), (TenderPrivate, stored[1]))
    return content_of(work, scope, tender)


@operation(TenderPermission.DRAFT)
def edit_tender(work: Work, scope: Scope, command: EditTender) -> TenderContent:
    """Replace the whole content of a draft; refuse (409) once it is submitted or published."""
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    if tender.parent_id is not None:
        admission.require_same_companies(command.content, tender.procedure, tender.supplier_ids)
    values = _sound(work, scope, command.content, tender.values if tender.parent_id is not None else None)
    content = settle_classes(work, scope, command.content)
    session = work.session
    for table in (TenderLot, TenderPrivate):
        session.execute(delete(table).where(table.tender_id == tender.id))
    stored = _fill(scope, tender, content, values)
    work.touch(tender)
    work.record("tender.edited", tender)
    session.flush()
    insert_together(session, (TenderLot, stored[0]), (TenderPrivate, stored[1]))
    return content_of(work, scope, tender)


@operation(TenderPermission.READ, system=True, reason="handlers write messages about the tender they were told of")
def read_tender(work: Work, scope: Scope, command: ReadTender) -> TenderContent:
    """Return a tender as the caller's side may see it."""
    return content_of(work, scope, queries.party_tender(work.session, scope, command.tender_id))


@operation(TenderPermission.DRAFT)
def read_own_tender(work: Work, scope: Scope, command: ReadTender) -> TenderContent:
    """Return a tender of the own company as its buyer sees it; NotFound for any other."""
    return content_of(work, scope, queries.own_tender(work.session, scope, command.tender_id))


@operation(TenderPermission.READ)
def list_tenders(work: Work, scope: Scope, command: ListTenders) -> Page[Tender]:
    """Return a page of the company's own tenders."""
    return queries.list_own(work.session, scope, command)


@operation(TenderPermission.READ)
def list_open_tenders(work: Work, scope: Scope, command: ListOpenTenders) -> Page[Tender]:
    """Return a page of the tenders of others that the company was invited to, or that are public."""
    return queries.list_open(work.session, scope, command)


def content_of(work: Work, scope: Scope, tender: Tender) -> TenderContent:
    """Return a tender with its lots, and to its buyer with the hidden estimates."""
    lots = queries.lots_of(work.session, scope, tender.id)
    return TenderContent(tender, lots, queries.estimates_of(work.session, scope, tender.id))


def clock_of(work: Work, scope: Scope, tender: Tender) -> Clock:
    """Return what the times of a tender are measured with: days are counted in the buyer's time zone."""
    zone = ZoneInfo(organizations.settings(work, scope.actor, tender.buyer_id).timezone)
    return Clock(zone, tender.rehearsal_factor, procedures.read_procedure(tender.values).calendar)


def values_of(work: Work, scope: Scope, name: str) -> Mapping[str, Any]:
    """Return the values of a profile by its code or an own procedure in use by its id; else UnknownProcedure."""
    if name in procedures.profiles():
        return procedures.profiles()[name].values
    for own in procedure_queries.own_procedures(work.session, scope):
        if str(own.id) == name and own.status is ProcedureStatus.ACTIVE:
            return own.content
    raise procedures.UnknownProcedure(procedure=name)


def _sound(work: Work, scope: Scope, content: DraftTender, kept: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Return the values that the draft follows: those it has already (``kept``), or its procedure's."""
    values = kept or shapes.first_values(values_of(work, scope, content.procedure))
    procedure = procedures.read_procedure(values)
    today = work.now().astimezone(ZoneInfo(scope.actor.org_timezone)).date()
    rules.require_sound_draft(content, procedure, today, admission.stage_errors(content, procedure))
    if content.entry is Entry.INVITED and content.supplier_ids:
        known = organizations.companies(work, scope.actor, content.supplier_ids)
        rules.require_invitable(
            [
                supplier_id
                for supplier_id in content.supplier_ids
                if supplier_id in scope.org_ids or supplier_id not in known or not known[supplier_id].may_supply
            ]
        )
    return values


Rows = list[dict[str, object]]


def _fill(scope: Scope, tender: Tender, content: DraftTender, values: Mapping[str, Any]) -> tuple[Rows, Rows]:
    tender.title, tender.description = content.title.strip(), content.description
    tender.editor_id = scope.user_id
    tender.procedure, tender.values = content.procedure, dict(values)
    tender.entry, tender.currency = content.entry, content.currency.code
    tender.criteria, tender.bond = criteria_of(content.criteria), bond_of(content.bond)
    tender.estimate_shown, tender.budget_approved = content.estimate_shown, content.budget_approved
    tender.minimum_bidders = content.minimum_bidders or values["minimum_bidders"]
    tender.key_ids = list(content.key_ids)
    tender.rehearsal_factor = content.rehearsal_factor
    tender.supplier_ids = list(dict.fromkeys(content.supplier_ids)) if content.entry is Entry.INVITED else []
    tender.enquiry_ends_at, tender.closes_at = content.enquiry_ends_at, content.closes_at
    tender.applications_end_at, tender.most_invited = content.applications_end_at, content.most_invited
    tender.ground = content.ground.strip()
    lots = [_lot_row(tender, position, lot) for position, lot in enumerate(content.lots, start=1)]
    hidden: Rows = [
        {"lot_id": row["id"], "tender_id": tender.id, "buyer_id": tender.buyer_id, "estimate": lot.estimate}
        for row, lot in zip(lots, content.lots, strict=True)
        if lot.estimate is not None and not content.estimate_shown
    ]
    tender.lot_count = len(lots)
    tender.lines_digest = lines_digest(TENDER_LOTS.content(row) for row in lots)
    return lots, hidden


def _lot_row(tender: Tender, position: int, lot: LotInput) -> dict[str, object]:
    return {
        "id": new_id(),
        "tender_id": tender.id,
        "buyer_id": tender.buyer_id,
        "party_ids": list(tender.party_ids),
        "public": False,
        "position": position,
        "title": lot.title.strip(),
        "classification": lot.classification.strip(),
        "items": items_of(lot.items),
        "status": LotStatus.ACTIVE,
        "estimate": lot.estimate if tender.estimate_shown else None,
        **weighing_of(lot),
    }


def weighing_of(lot: LotInput) -> dict[str, Any]:
    """Return the features and costs of a lot as they are kept."""
    return _plain(announced(Weighing(lot.features, lot.costs)))


def items_of(items: Sequence[ItemInput]) -> list[dict[str, Any]]:
    """Return the items of a lot as they are kept."""
    return [
        _plain(
            {
                "name": item.name.strip(),
                "specification": item.specification,
                "quantity": item.quantity.value,
                "unit": item.quantity.unit.code,
                "required_on": item.required_on,
                "delivery_place": item.delivery_place.strip(),
                "classification": item.classification.strip(),
            }
        )
        for item in items
    ]


def criteria_of(criteria: Sequence[CriterionInput]) -> list[dict[str, Any]]:
    """Return criteria as they are kept."""
    return [
        _plain({"kind": one.kind, "name": one.name.strip(), "evidence": one.evidence, "weight": one.weight})
        for one in criteria
    ]


def bond_of(bond: BondInput) -> dict[str, Any]:
    """Return the bid bond as it is kept."""
    return _plain(asdict(bond))


def _plain(value: Mapping[str, object]) -> dict[str, Any]:
    found = plain(value)
    assert isinstance(found, dict)  # noqa: S101 - made of a mapping; tells mypy so
    return found
