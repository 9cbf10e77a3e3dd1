"""Sending requests out: limits, approval, publication, and inviting one more supplier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.bulk import insert_rows, store_changes
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import InviteSupplier, ReadRfq, ReasonedStep, StepRfq
from b2b_market.rfq.models.requests import Rfq, RfqInvitation, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.rules import approving, drafting
from b2b_market.rfq.rules.asking import enquiry_end
from b2b_market.rfq.rules.attaching import with_documents
from b2b_market.rfq.service.attaching import release
from b2b_market.rfq.service.closing import locked_at_gate
from b2b_market.rfq.service.drafting import invitation_row, require_invitable
from b2b_market.rfq.service.editions import Occasion, keep_edition, wording_of
from b2b_market.rfq.service.inviting import admit_guests
from b2b_market.rfq.service.joining import open_to, show_to
from b2b_market.rfq.states import RFQ_LIFECYCLE, Origin, RfqStatus, Visibility


@dataclass(frozen=True, slots=True)
class Readiness:
    """What publication was judged by: the suppliers to be told and the expected value, None where nobody can tell."""

    supplier_ids: tuple[UUID, ...]
    value: Money | None
    lines: Sequence[RfqLine]
    enquiry_ends_at: datetime


@operation(RfqPermission.PUBLISH)
def submit_rfq(work: Work, scope: Scope, command: StepRfq) -> Rfq:
    """Send a draft to the approvers; it must be fit to publish already."""
    rfq = queries.lock_own_rfq(work.session, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "submit")
    _require_ready(work, scope, rfq)
    RFQ_LIFECYCLE.advance(rfq, "submit")
    rfq.changed_at = work.now()
    work.emit(events.RfqSubmitted(rfq_id=rfq.id, buyer_id=rfq.buyer_id, author_id=rfq.author_id), rfq)
    return rfq


@operation(RfqPermission.PUBLISH)
def publish_rfq(work: Work, scope: Scope, command: StepRfq) -> Rfq:
    """Open a draft to its suppliers within the author's own limit; from here on its lines and visibility are frozen."""
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "publish")
    ready = _require_ready(work, scope, rfq)
    approving.require_own_limit(in_limit_currency(work, scope, ready.value), scope.limit)
    return _open(work, scope, rfq, "publish", ready)


@operation(RfqPermission.APPROVE)
def approve_rfq(work: Work, scope: Scope, command: StepRfq) -> Rfq:
    """Approve and thereby publish a submitted request.

    By another person than its author and last editor (S1), within the approver's limit.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "approve")
    require_other_person(scope.actor, rfq.author_id, rfq.editor_id)
    ready = _require_ready(work, scope, rfq)
    approving.require_approver_limit(in_limit_currency(work, scope, ready.value), scope.limit)
    rfq.approver_id = scope.user_id
    return _open(work, scope, rfq, "approve", ready)


@operation(RfqPermission.APPROVE)
def return_rfq(work: Work, scope: Scope, command: ReasonedStep) -> Rfq:
    """Send a submitted request back to its author with a reason."""
    rfq = queries.lock_own_rfq(work.session, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "return")
    rfq.reason = approving.require_reason(command.reason)
    RFQ_LIFECYCLE.advance(rfq, "return")
    rfq.changed_at = work.now()
    said = events.RfqReturned(rfq_id=rfq.id, buyer_id=rfq.buyer_id, author_id=rfq.author_id, reason=rfq.reason)
    work.emit(said, rfq)
    return rfq


@operation(RfqPermission.DRAFT)
def invite_supplier(work: Work, scope: Scope, command: InviteSupplier) -> Rfq:
    """Invite one more supplier to a draft or to a published request whose deadline has not passed; twice is once.

    A supplier that found a public request by itself is invited all the same, and keeps what it has done so far.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    if rfq.status is not RfqStatus.PUBLISHED:
        RFQ_LIFECYCLE.require(rfq.status, "publish")
    require_invitable(work, scope, [command.supplier_id])
    known = {place.supplier_id: place for place in queries.invitations_of(work.session, scope, rfq.id)}
    place = known.get(command.supplier_id)
    if place is not None and place.origin is Origin.BUYER:
        return rfq
    if place is not None:
        place.origin = Origin.BUYER
        store_changes(work.session, place, "origin")
    else:
        insert_rows(work.session, RfqInvitation, [invitation_row(rfq, command.supplier_id)])
    work.touch(rfq)
    if rfq.status is RfqStatus.PUBLISHED and rfq.closes_at is not None:
        if command.supplier_id not in rfq.party_ids:
            show_to(work, rfq, (command.supplier_id,))
        invited = events.SupplierInvited(
            rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=command.supplier_id, closes_at=rfq.closes_at
        )
        work.emit(invited, rfq)
    else:
        work.record("rfq.supplier_added", rfq)
    return rfq


@operation(system=True, reason="the relay reports that a supplier joined from the board")
def admit_joined(work: Work, scope: Scope, command: ReadRfq) -> Rfq:
    """Make the suppliers that joined a public request from the board its parties. Twice is once."""
    return locked_at_gate(work, scope, command.rfq_id)


def in_limit_currency(work: Work, scope: Scope, amount: Money | None) -> Money | None:
    """Convert ``amount`` to the currency of the acting person's limit at the stored rate of the day.

    Unlimited persons need none.
    """
    if amount is None or scope.limit is None or amount.currency == scope.limit.currency:
        return amount
    rate = reference.rate_on(work, scope.actor, amount.currency, scope.limit.currency, work.now().date())
    return rate.convert(amount)


def _require_ready(work: Work, scope: Scope, rfq: Rfq) -> Readiness:
    lines = queries.lines_of(work.session, scope, rfq.id)
    suppliers = tuple(item.supplier_id for item in queries.invitations_of(work.session, scope, rfq.id))
    reachable = rfq.visibility is Visibility.PUBLIC or bool(suppliers) or rfq.guest_count > 0
    days = [line.required_on for line in lines]
    closes_at = drafting.require_publishable(days, rfq.closes_at, reachable=reachable)
    settings = organizations.settings(work, scope.actor, rfq.buyer_id)
    drafting.require_quoting_time(closes_at, work.now(), settings.minimum_quoting_hours)
    require_invitable(work, scope, suppliers)
    targets = queries.targets_of(work.session, scope, rfq.id)
    value = drafting.expected_value(
        queries.estimate_of(work.session, scope, rfq.id),
        [(targets.get(line.id), line.quantity) for line in lines],
        Currency(rfq.currency),
    )
    return Readiness(suppliers, value, lines, enquiry_end(rfq.enquiry_ends_at, work.now(), closes_at))


def _open(work: Work, scope: Scope, rfq: Rfq, step: str, ready: Readiness) -> Rfq:
    RFQ_LIFECYCLE.advance(rfq, step)
    rfq.published_at = work.now()
    rfq.reason = None  # why it was returned once is no supplier's business
    rfq.changed_at = work.now()
    rfq.next_due_at = rfq.closes_at
    rfq.enquiry_ends_at = ready.enquiry_ends_at
    opening = open_to(rfq, (*ready.supplier_ids, *admit_guests(work, scope, rfq)))
    wording = with_documents(wording_of(rfq, ready.lines), rfq.nda_text, release(work, scope, rfq))
    keep_edition(work, rfq, wording, Occasion(material=True), opening)
    assert rfq.closes_at is not None  # noqa: S101 - require_publishable has refused a missing deadline
    published = events.RfqPublished(
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        author_id=rfq.author_id,
        supplier_ids=ready.supplier_ids,
        closes_at=rfq.closes_at,
    )
    work.emit(published, rfq)
    return rfq
