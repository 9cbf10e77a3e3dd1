"""Amendments: a published request gets its next version, and quotations on an outdated one must be confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.requests import DraftRfq, ReadRfq
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.models.requests import Rfq, RfqLine, RfqPrivate, RfqTarget
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import editions as edition_queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.rules import amending, approving, drafting
from b2b_market.rfq.rules.amending import Difference, Wording
from b2b_market.rfq.rules.asking import amended_enquiry_end
from b2b_market.rfq.rules.attaching import with_documents
from b2b_market.rfq.service import attaching
from b2b_market.rfq.service.asking import ends_at
from b2b_market.rfq.service.closing import locked_at_gate, suppliers_of
from b2b_market.rfq.service.drafting import (
    Placed,
    RfqContent,
    buyer_day,
    children,
    fill_header,
    own_content,
    place_lines,
)
from b2b_market.rfq.service.editions import Occasion, keep_edition, wording_of
from b2b_market.rfq.service.publishing import in_limit_currency
from b2b_market.rfq.states import QUOTE_LIFECYCLE, RFQ_LIFECYCLE, InvitationStatus

PART = "rfq.amendments"


@dataclass(frozen=True, slots=True)
class AmendmentPreview:
    """What an amendment would do: the difference, whose quotations must be confirmed, and what the deadline must leave.

    ``earliest`` is the first deadline that leaves suppliers enough time, None where the change asks for none.
    """

    rfq: Rfq
    edition: int
    difference: Difference
    to_confirm: tuple[UUID, ...]
    closes_at: datetime
    earliest: datetime | None
    hours: int
    needs_approval: bool
    """Whether it makes the request grow above what the reader may publish alone."""
    values: tuple[Money | None, Money | None]
    """What the request is expected to cost before and after, None where nobody can tell."""

    @property
    def too_soon(self) -> bool:
        """Whether the deadline must move before this can be sent."""
        return self.earliest is not None and self.closes_at < self.earliest


@dataclass(frozen=True, slots=True)
class Plan:
    """An amendment worked out but not written: its lines with their places, its wording, and what it changes."""

    content: DraftRfq
    placed: Sequence[Placed]
    closes_at: datetime
    wording: Wording
    difference: Difference
    last_position: int


@dataclass(frozen=True, slots=True)
class Authorship:
    """Whose amendment it is, and the reason that suppliers read."""

    author_id: UUID
    reason: str


@operation(RfqPermission.PUBLISH)
def preview_amendment(work: Work, scope: Scope, command: AmendRfq) -> AmendmentPreview:
    """Return what an amendment would change and bring about; nothing is stored, and the deadline refuses nothing."""
    rfq = queries.own_rfq(work.session, scope, command.rfq_id)
    moment = work.judging_time()
    plan = plan_of(work, scope, rfq, command, moment)
    amending.require_change(plan.difference)
    return foresee(work, scope, rfq, plan, moment)


def foresee(work: Work, scope: Scope, rfq: Rfq, plan: Plan, moment: datetime) -> AmendmentPreview:
    """Return what a plan would bring about if it were published at ``moment``."""
    hours = organizations.settings(work, scope.actor, rfq.buyer_id).minimum_extension_hours
    presses = amending.needs_time(plan.difference, _deadline_of(rfq), plan.closes_at)
    values = expected_values(work, scope, rfq, plan)
    return AmendmentPreview(
        rfq,
        rfq.edition + 1,
        plan.difference,
        _standing(work, scope, rfq) if plan.difference.material else (),
        plan.closes_at,
        amending.earliest_deadline(moment, hours) if presses else None,
        hours,
        not amending.within_reach(plan.difference, values, scope.limit),
        values,
    )


@operation(RfqPermission.PUBLISH)
def amend_rfq(work: Work, scope: Scope, command: AmendRfq) -> RfqContent:
    """Give a published request its next version, before its deadline and with a reason that its suppliers read.

    Behind the gate alone: a quotation received at the same moment is wholly before it, and then must be confirmed, or
    wholly after it, and then answers the version it names. A material change leaves suppliers the company's extra time.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    amending.require_none_waits(rfq.waiting_amendment_id)
    plan = require_publishable(work, scope, rfq, command)
    reason = approving.require_reason(command.reason)
    amending.require_reach(plan.difference, expected_values(work, scope, rfq, plan), scope.limit)
    return publish_plan(work, scope, rfq, plan, Authorship(scope.user_id, reason))


def require_publishable(work: Work, scope: Scope, rfq: Rfq, command: AmendRfq) -> Plan:
    """Return the plan of an amendment that changes something and leaves suppliers enough time from now on."""
    moment = work.judging_time()
    plan = plan_of(work, scope, rfq, command, moment)
    amending.require_change(plan.difference)
    if amending.needs_time(plan.difference, _deadline_of(rfq), plan.closes_at):
        settings = organizations.settings(work, scope.actor, rfq.buyer_id)
        amending.require_time_left(plan.closes_at, moment, settings.minimum_extension_hours)
    return plan


def publish_plan(work: Work, scope: Scope, rfq: Rfq, plan: Plan, by: Authorship) -> RfqContent:
    """Make a plan the version that stands, announce it, and ask for confirmation of what it outdates."""
    to_confirm = _standing(work, scope, rfq) if plan.difference.material else ()
    _write(work, scope, rfq, plan, by.reason)
    rfq.editor_id = by.author_id
    amended = events.RfqAmended(
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        author_id=rfq.author_id,
        edition=rfq.edition,
        material=plan.difference.material,
        supplier_ids=suppliers_of(rfq),
        to_confirm=to_confirm,
        closes_at=plan.closes_at,
    )
    work.emit(amended, rfq)
    work.session.flush()
    if to_confirm:
        _outdate(work, rfq)
    return own_content(work, scope, rfq)


@operation(system=True, reason="a material amendment outdates quotations, those that are sealed to its buyer included")
def outdate_quotes(work: Work, scope: Scope, command: ReadRfq) -> int:
    """Ask for confirmation of every received quotation on a request; return how many. Nothing else of them is told."""
    quotes = quote_queries.lock_received(work.session, scope, command.rfq_id)
    for quote in quotes:
        QUOTE_LIFECYCLE.advance(quote, "outdate")
        quote.changed_at = work.now()
        work.record("quote.outdated", quote)
    work.session.flush()
    return len(quotes)


def _outdate(work: Work, rfq: Rfq) -> None:
    """Reach sealed quotations by the machine branch of the row policy, for this one step."""
    with work.reaching(Tenant((rfq.buyer_id,), machine=True)):
        outdate_quotes(work, system_actor(PART, rfq.buyer_id), ReadRfq(rfq.id))


def _standing(work: Work, scope: Scope, rfq: Rfq) -> tuple[UUID, ...]:
    """Return the suppliers whose quotation holds for the version that stands."""
    return tuple(
        invitation.supplier_id
        for invitation in queries.invitations_of(work.session, scope, rfq.id)
        if invitation.status is InvitationStatus.QUOTED and (invitation.quoted_edition or 1) >= rfq.binding_edition
    )


def plan_of(work: Work, scope: Scope, rfq: Rfq, command: AmendRfq, moment: datetime) -> Plan:
    """Work an amendment out; refuse one that comes too late or whose content could not have been published."""
    RFQ_LIFECYCLE.require(rfq.status, "amend")
    amending.require_before_deadline(rfq.closes_at, moment)
    lines = queries.lines_of(work.session, scope, rfq.id)
    last = edition_queries.last_position(work.session, scope, rfq.id, rfq.edition)
    bargaining = Bargaining(rfq.most_rounds, rfq.most_counters)
    disclosure = rfq.disclosure if command.disclosure is None else command.disclosure
    fixed = replace(command.content, sealed=rfq.sealed, visibility=rfq.visibility, bargaining=bargaining)
    content = replace(fixed, disclosure=disclosure)
    placed = _places(command, {line.id: line.position for line in lines}, last)
    _require_sound(work, scope, content, placed)
    present, coming = attaching.amended(work, scope, rfq)
    before = with_documents(wording_of(rfq, lines), rfq.nda_text, present)
    sketch = amending.difference(before, with_documents(_as_amended(rfq, content, placed), rfq.nda_text, coming))
    content = _with_enquiry(rfq, content, moment, material=sketch.material)
    after = with_documents(_as_amended(rfq, content, placed), rfq.nda_text, coming)
    return Plan(content, placed, _deadline_of(content), after, amending.difference(before, after), last)


def _with_enquiry(rfq: Rfq, content: DraftRfq, moment: datetime, *, material: bool) -> DraftRfq:
    """Return the content with the moment until which suppliers may ask; one that stays is written as it was."""
    before = ends_at(rfq)
    until = amended_enquiry_end(content.enquiry_ends_at, before, _deadline_of(content), moment, material=material)
    return replace(content, enquiry_ends_at=until if until != before else rfq.enquiry_ends_at)


def _places(command: AmendRfq, known: Mapping[UUID, int], last: int) -> Sequence[Placed]:
    """Return the lines with their places: kept ones keep their number, new ones get numbers that none has had."""
    errors: list[FieldError] = []
    placed: list[Placed] = []
    seen: set[UUID] = set()
    for index, (line_id, line) in enumerate(zip(command.line_ids, command.content.lines, strict=True)):
        if line_id is None:
            last += 1
            placed.append(Placed(new_id(), last, line))
        elif line_id not in known or line_id in seen:
            errors.append(FieldError(f"/lines/{index}/id", "unknown", N_("This line is not part of the request.")))
        else:
            seen.add(line_id)
            placed.append(Placed(line_id, known[line_id], line))
    if errors:
        raise Invalid(errors=errors)
    return sorted(placed, key=lambda one: one.position)


def _require_sound(work: Work, scope: Scope, content: DraftRfq, placed: Sequence[Placed]) -> None:
    drafting.require_sound_draft(content, buyer_day(work, scope))
    if content.closes_at is None:
        raise drafting.DeadlineMissing
    if not placed:
        raise drafting.NothingRequested
    for one in placed:
        if one.line.required_on <= content.closes_at.date():
            raise drafting.NeedInThePast(line=one.position, required_on=one.line.required_on.isoformat())


def _as_amended(rfq: Rfq, content: DraftRfq, placed: Sequence[Placed]) -> Wording:
    """Return the wording that the request would have, written on rows that are never stored."""
    shadow = Rfq(id=rfq.id, buyer_id=rfq.buyer_id, party_ids=list(rfq.party_ids))
    fill_header(shadow, content)
    rows, _ = place_lines(shadow, placed)
    return wording_of(shadow, [RfqLine(**row) for row in rows])


def expected_values(work: Work, scope: Scope, rfq: Rfq, plan: Plan) -> tuple[Money | None, Money | None]:
    """Return what the request is expected to cost before and after, in the currency of the acting person's limit."""
    before = _value_before(work, scope, rfq)
    after = drafting.expected_value(
        plan.content.estimate,
        [(one.line.target_price, one.line.quantity.value) for one in plan.placed],
        plan.content.currency,
    )
    return (in_limit_currency(work, scope, before), in_limit_currency(work, scope, after))


def _value_before(work: Work, scope: Scope, rfq: Rfq) -> Money | None:
    targets = queries.targets_of(work.session, scope, rfq.id)
    lines = queries.lines_of(work.session, scope, rfq.id)
    return drafting.expected_value(
        queries.estimate_of(work.session, scope, rfq.id),
        [(targets.get(line.id), line.quantity) for line in lines],
        Currency(rfq.currency),
    )


def _write(work: Work, scope: Scope, rfq: Rfq, plan: Plan, reason: str) -> None:
    session = work.session
    for table in (RfqLine, RfqTarget, RfqPrivate):
        session.execute(delete(table).where(table.rfq_id == rfq.id))
    fill_header(rfq, plan.content)
    insert_together(work.session, *children(rfq, place_lines(rfq, plan.placed), [], plan.content.estimate))
    RFQ_LIFECYCLE.advance(rfq, "amend")
    rfq.edition += 1
    if plan.difference.material:
        rfq.binding_edition = rfq.edition
    rfq.next_due_at = rfq.closes_at
    attaching.settle(work, scope, rfq, [one.line_id for one in plan.placed])
    work.touch(rfq)
    occasion = Occasion(material=plan.difference.material, reason=reason, last_position=plan.last_position)
    keep_edition(work, rfq, plan.wording, occasion)


def _deadline_of(what: Rfq | DraftRfq) -> datetime:
    assert what.closes_at is not None  # noqa: S101 - a published request has one, and an amendment without is refused
    return what.closes_at
