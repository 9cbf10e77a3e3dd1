"""Making and reading requests: drafts, edits, lists, and what each side may see of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import DeclarativeBase

from b2b_market.infra.bulk import insert_root, insert_together, record_of
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import DraftRfq, EditRfq, LineInput, ListInvitations, ListRfqs, ReadRfq
from b2b_market.rfq.models.requests import RFQ_LINES, Rfq, RfqInvitation, RfqLine, RfqPrivate, RfqTarget
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.queries.requests import InvitedRfq, RfqFacts, RfqProgress
from b2b_market.rfq.rules import drafting as rules
from b2b_market.rfq.rules.needs import stored as stored_terms
from b2b_market.rfq.service import attaching
from b2b_market.rfq.service.joining import look_at
from b2b_market.rfq.states import RFQ_LIFECYCLE, InvitationStatus, Origin, RfqStatus, Visibility

NUMBER_KIND = "RFQ"
NOTHING_BESIDE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RfqContent:
    """A request as one side sees it; ``targets``, ``estimate`` and ``invitations`` are empty for suppliers."""

    rfq: Rfq
    lines: Sequence[RfqLine]
    targets: dict[UUID, Decimal] = field(default_factory=dict)
    estimate: Decimal | None = None
    invitations: Sequence[RfqInvitation] = ()
    """The suppliers that were invited or take part; who only looked on the board is counted in ``onlookers``."""
    onlookers: int = 0
    own_invitation: RfqInvitation | None = None

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.rfq.version


@operation(RfqPermission.DRAFT)
def draft_rfq(work: Work, scope: Scope, command: DraftRfq) -> RfqContent:
    """Store a new draft with its lines and the suppliers to be invited; nobody but the buyer sees it."""
    return store_draft(work, scope, command, "rfq.drafted")


def store_draft(
    work: Work, scope: Scope, command: DraftRfq, action: str, beside: Mapping[str, object] = NOTHING_BESIDE
) -> RfqContent:
    """Store a new draft under ``action`` in its trail, which says how it came about.

    ``beside`` are further columns of it, which say what the caller is going to add.
    """
    _require_sound(work, scope, command)
    now = work.now()
    rfq = Rfq(
        id=new_id(),
        created_at=now,
        changed_at=now,
        number="",
        buyer_id=scope.org_id,
        author_id=scope.user_id,
        editor_id=scope.user_id,
        status=RFQ_LIFECYCLE.initial,
        party_ids=[scope.org_id],
        next_due_at=None,
        **beside,
    )
    fill_header(rfq, command)
    stored = _line_rows(rfq, command.lines)
    invitations = _invitation_rows(rfq, command.supplier_ids)
    rfq.number = next_number(work.session, scope.org_id, NUMBER_KIND, now.year)
    work.record(action, rfq)
    insert_root(work.session, rfq, *children(rfq, stored, invitations, command.estimate))
    return _content_of(rfq, stored, invitations, command.estimate)


@operation(RfqPermission.DRAFT)
def edit_rfq(work: Work, scope: Scope, command: EditRfq) -> RfqContent:
    """Replace the whole content of a draft; refuse (409) once it is submitted or published."""
    rfq = queries.lock_own_rfq(work.session, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "publish")
    _require_sound(work, scope, command.content)
    session = work.session
    before = attaching.places_of(work, scope, rfq)
    for table in (RfqLine, RfqTarget, RfqPrivate, RfqInvitation):
        session.execute(delete(table).where(table.rfq_id == rfq.id))
    fill_header(rfq, command.content)
    rfq.editor_id = scope.user_id
    stored = _line_rows(rfq, command.content.lines)
    invitations = _invitation_rows(rfq, command.content.supplier_ids)
    work.touch(rfq)
    work.record("rfq.edited", rfq)
    insert_together(session, *children(rfq, stored, invitations, command.content.estimate))
    attaching.keep_places(work, rfq, before, stored[0])
    session.flush()
    return _content_of(rfq, stored, invitations, command.content.estimate)


@operation(RfqPermission.READ)
def read_rfq(work: Work, scope: Scope, command: ReadRfq) -> RfqContent:
    """Return a request as the caller's side may see it; a supplier's first look is noted."""
    rfq = queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        return own_content(work, scope, rfq)
    invitation = look_at(work, scope, rfq)
    lines = queries.lines_of(work.session, scope, rfq.id)
    return RfqContent(rfq, lines, own_invitation=invitation)


@operation(RfqPermission.READ)
def read_own_rfq(work: Work, scope: Scope, command: ReadRfq) -> RfqContent:
    """Return a request of the own company as its buyer sees it; NotFound for any other."""
    return own_content(work, scope, queries.own_rfq(work.session, scope, command.rfq_id))


@operation(system=True, reason="handlers write messages about the request they were told of")
def read_rfq_facts(work: Work, scope: Scope, command: ReadRfq) -> RfqFacts:
    """Return what messages say of a request that the companies acted for are a party of."""
    return queries.party_facts(work.session, scope, command.rfq_id)


@operation(system=True, reason="handlers of other modules read the request they were told of")
def read_rfq_header(work: Work, scope: Scope, command: ReadRfq) -> Rfq:
    """Return a request that the companies acted for are a party of, without its lines."""
    return queries.party_rfq(work.session, scope, command.rfq_id)


@operation(system=True, reason="handlers of other modules read what a request that they were told of asks for")
def read_rfq_lines(work: Work, scope: Scope, command: ReadRfq) -> Sequence[RfqLine]:
    """Return the lines of a request that the companies acted for may see, in order."""
    return queries.lines_of(work.session, scope, command.rfq_id)


@operation(RfqPermission.READ)
def list_rfqs(work: Work, scope: Scope, command: ListRfqs) -> Page[Rfq]:
    """Return a page of the company's own requests."""
    return queries.list_own(work.session, scope, command)


@operation(RfqPermission.READ)
def read_progress(work: Work, scope: Scope, command: Sequence[UUID]) -> dict[UUID, RfqProgress]:
    """Return how far the company's own requests with these ids are; others are answered with nothing known."""
    return queries.progress_of(work.session, scope, command)


@operation(RfqPermission.READ)
def list_invitations(work: Work, scope: Scope, command: ListInvitations) -> Page[InvitedRfq]:
    """Return a page of the requests that the company is invited to quote on."""
    return queries.list_invited(work.session, scope, command)


@operation(RfqPermission.READ)
def read_own_places(work: Work, scope: Scope, command: Sequence[UUID]) -> dict[UUID, InvitationStatus]:
    """Return what the company has done as a supplier about these requests, where it has done anything."""
    return queries.own_places(work.session, scope, command)


def buyer_day(work: Work, scope: Scope) -> date:
    """Return today's date where the acting company is."""
    return work.now().astimezone(ZoneInfo(scope.actor.org_timezone)).date()


def own_content(work: Work, scope: Scope, rfq: Rfq) -> RfqContent:
    """Return a request as its buyer sees it; suppliers that only looked on the board are counted and not named."""
    session = work.session
    places = queries.invitations_of(session, scope, rfq.id)
    named = [place for place in places if place.origin is Origin.BUYER or place.status in queries.ANSWERED]
    return RfqContent(
        rfq,
        queries.lines_of(session, scope, rfq.id),
        queries.targets_of(session, scope, rfq.id),
        queries.estimate_of(session, scope, rfq.id),
        named,
        len(places) - len(named),
    )


def _content_of(
    rfq: Rfq,
    stored: tuple[list[dict[str, object]], list[dict[str, object]]],
    invitations: list[dict[str, object]],
    estimate: Decimal | None,
) -> RfqContent:
    """Return what was just written without reading it back."""
    lines, targets = stored
    return RfqContent(
        rfq,
        [record_of(RfqLine, row) for row in lines],
        {target.line_id: target.target_price for target in (record_of(RfqTarget, row) for row in targets)},
        estimate,
        [record_of(RfqInvitation, row) for row in invitations],
    )


def _require_sound(work: Work, scope: Scope, content: DraftRfq) -> None:
    rules.require_sound_draft(content, buyer_day(work, scope))
    if content.supplier_ids:
        require_invitable(work, scope, content.supplier_ids)


def require_invitable(work: Work, scope: Scope, supplier_ids: Sequence[UUID]) -> None:
    """Raise CannotInvite unless every company is active, supplies, and is not the buyer itself."""
    known = organizations.companies(work, scope.actor, supplier_ids)
    wrong = [
        known[supplier_id].name if supplier_id in known else str(supplier_id)
        for supplier_id in supplier_ids
        if supplier_id in scope.org_ids or supplier_id not in known or not known[supplier_id].may_supply
    ]
    if wrong:
        raise rules.CannotInvite(names=", ".join(wrong))


def fill_header(rfq: Rfq, content: DraftRfq) -> None:
    """Write everything but the lines of ``content`` on the request."""
    rfq.title = content.title.strip()
    rfq.description = content.description
    rfq.sealed = content.sealed
    rfq.visibility = content.visibility
    rfq.most_rounds = content.bargaining.most_rounds
    rfq.most_counters = content.bargaining.most_counters
    rfq.disclosure = content.disclosure
    rfq.currency = content.currency.code
    rfq.payment_terms = content.terms.payment_terms
    rfq.incoterm = content.terms.incoterm
    rfq.incoterm_place = content.terms.incoterm_place
    rfq.currencies = list(content.terms.currencies)
    rfq.validity_days = content.terms.validity_days
    rfq.closes_at = content.closes_at
    rfq.enquiry_ends_at = content.enquiry_ends_at


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with what it is found by and the number it has."""

    line_id: UUID
    position: int
    line: LineInput


def _line_rows(rfq: Rfq, lines: Sequence[LineInput]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    return place_lines(rfq, [Placed(new_id(), position, line) for position, line in enumerate(lines, start=1)])


def place_lines(rfq: Rfq, placed: Sequence[Placed]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the rows of the lines and of their hidden targets, and set their count and digests on the request."""
    rows = [_line_row(rfq, one) for one in placed]
    targets = [
        {"line_id": one.line_id, "rfq_id": rfq.id, "buyer_id": rfq.buyer_id, "target_price": one.line.target_price}
        for one in sorted(placed, key=lambda one: one.line_id)
        if one.line.target_price is not None
    ]
    rfq.line_count = len(rows)
    rfq.lines_digest = lines_digest(RFQ_LINES.content(row) for row in rows)
    rfq.targets_digest = lines_digest(
        {"line_id": row["line_id"], "target_price": row["target_price"]} for row in targets
    )
    return rows, targets


def _line_row(rfq: Rfq, placed: Placed) -> dict[str, object]:
    line = placed.line
    return {
        "id": placed.line_id,
        "rfq_id": rfq.id,
        "party_ids": list(rfq.party_ids),
        "public": rfq.visibility is Visibility.PUBLIC and rfq.published_at is not None,
        "position": placed.position,
        "item_name": line.item_name.strip(),
        "item_code": line.item_code.strip(),
        "specification": line.specification,
        "quantity": line.quantity.value,
        "unit": line.quantity.unit.code,
        "required_on": line.required_on,
        "delivery_place": line.delivery_place.strip(),
        "note": line.note,
        **stored_terms(line.terms),
    }


def _invitation_rows(rfq: Rfq, supplier_ids: Sequence[UUID]) -> list[dict[str, object]]:
    return [invitation_row(rfq, supplier_id) for supplier_id in dict.fromkeys(supplier_ids)]


def invitation_row(rfq: Rfq, supplier_id: UUID) -> dict[str, object]:
    """Return the row that invites ``supplier_id``; it stays hidden from the supplier until publication."""
    return {
        "id": new_id(),
        "rfq_id": rfq.id,
        "buyer_id": rfq.buyer_id,
        "supplier_id": supplier_id,
        "origin": Origin.BUYER,
        "status": InvitationStatus.INVITED,
        "released": rfq.status is RfqStatus.PUBLISHED,
        "last_round": 1,
    }


def children(
    rfq: Rfq,
    stored: tuple[list[dict[str, object]], list[dict[str, object]]],
    invitations: list[dict[str, object]],
    estimate: Decimal | None,
) -> tuple[tuple[type[DeclarativeBase], list[dict[str, object]]], ...]:
    """Return the rows of what belongs to a request by table, its lines with their targets first."""
    lines, targets = stored
    private = [] if estimate is None else [{"rfq_id": rfq.id, "buyer_id": rfq.buyer_id, "estimate": estimate}]
    return ((RfqLine, lines), (RfqTarget, targets), (RfqInvitation, invitations), (RfqPrivate, private))
