"""Call-offs at a framework's prices: placed within a limit or approved, offered by rank, cancelled."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.frameworks import CallOffLine, PlaceCallOff, StepCallOff
from b2b_market.tendering.events.frameworks import (
    CallOffCancelled,
    CallOffOffered,
    CallOffReturned,
    CallOffSubmitted,
    CallOffUnplaced,
)
from b2b_market.tendering.models.frameworks import CallOff, CallOffOffer, FrameworkMember
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import calling as rules
from b2b_market.tendering.rules import frameworks as framework_rules
from b2b_market.tendering.rules.competing import AwardStands
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service.booking import Books, book, free, open_books, require_room, require_running
from b2b_market.tendering.service.limits import in_limit_currency
from b2b_market.tendering.states.frameworks import (
    CALL_OFF_LIFECYCLE,
    OFFER_LIFECYCLE,
    CallOffMode,
    OfferStatus,
)
from b2b_market.tendering.states.tenders import TenderStatus

NUMBER_KIND: Final = "CO"
NOBODY: Final = N_("No supplier of the agreement took it.")


@operation(TenderPermission.CALL_OFF_PLACE)
def place_call_off(work: Work, scope: Scope, command: PlaceCallOff) -> CallOff:
    """Order at the prices of a framework: within the own limit it is offered at once, else it waits for an approver.

    Refused beyond the ceiling, after the agreement's end, and where its orders go through a competition.
    """
    books = open_books(work, scope, command.framework_id)
    require_running(books.framework, work.judging_time())
    if books.framework.mode is not CallOffMode.CASCADE:
        raise rules.CompetitionAsked
    today = work.now().astimezone(ZoneInfo(scope.actor.org_timezone)).date()
    framework_rules.require_lines(command.lines, len(books.items), today)
    first = books.members[0]
    call_off = new_call_off(work, books, first, command.lines, command.note)
    call_off.author_id = scope.user_id
    require_room(books, call_off.lines, counted(books, first, call_off.amount))
    work.session.add(call_off)
    if rules.within(in_limit_currency(work, scope, _total(call_off)), scope.limit):
        offer(work, books, call_off, first, "approve")
    else:
        submitted = CallOffSubmitted(
            call_off_id=call_off.id,
            framework_id=books.framework.id,
            buyer_id=call_off.buyer_id,
            author_id=scope.user_id,
        )
        work.emit(submitted, call_off)
    work.session.flush()
    return call_off


@operation(TenderPermission.CALL_OFF_APPROVE)
def approve_call_off(work: Work, scope: Scope, command: StepCallOff) -> CallOff:
    """Approve a call-off: it counts against the ceiling and is offered to the best member.

    By another person than who placed it (S1), within the own limit.
    """
    books, call_off = _at(work, scope, command)
    CALL_OFF_LIFECYCLE.require(call_off.status, "approve")
    require_running(books.framework, work.judging_time())
    require_other_person(scope.actor, call_off.author_id)
    rules.require_within(in_limit_currency(work, scope, _total(call_off)), scope.limit)
    call_off.approver_id = scope.user_id
    offer(work, books, call_off, books.members[0], "approve")
    work.session.flush()
    return call_off


@operation(TenderPermission.CALL_OFF_APPROVE)
def return_call_off(work: Work, scope: Scope, command: StepCallOff) -> CallOff:
    """Send a call-off back with a reason; nothing was offered, and a better one is placed anew."""
    _, call_off = _at(work, scope, command)
    CALL_OFF_LIFECYCLE.require(call_off.status, "return")
    call_off.reason = require_reason(command.text)
    CALL_OFF_LIFECYCLE.advance(call_off, "return")
    work.touch(call_off)
    assert call_off.author_id is not None  # noqa: S101 - only placed call-offs wait for approval
    returned = CallOffReturned(
        call_off_id=call_off.id,
        framework_id=call_off.framework_id,
        buyer_id=call_off.buyer_id,
        author_id=call_off.author_id,
        reason=call_off.reason,
    )
    work.emit(returned, call_off)
    work.session.flush()
    return call_off


@operation(TenderPermission.CALL_OFF_CANCEL)
def cancel_call_off(work: Work, scope: Scope, command: StepCallOff) -> CallOff:
    """Cancel a call-off with a reason; what it booked can be called off again, and its contract becomes void."""
    books, call_off = _at(work, scope, command)
    CALL_OFF_LIFECYCLE.require(call_off.status, "cancel")
    if call_off.tender_id is not None:
        tender = tender_queries.own_tender(work.session, scope, call_off.tender_id)
        if tender.status is not TenderStatus.COMPLETE:
            raise AwardStands
    cancel(work, scope, books, call_off, require_reason(command.text))
    return call_off


def cancel(work: Work, scope: Scope, books: Books, call_off: CallOff, reason: str) -> None:
    """Cancel a call-off, free what it booked, and withdraw what was offered."""
    free(work, books, call_off)
    CALL_OFF_LIFECYCLE.advance(call_off, "cancel")
    call_off.reason, call_off.due_at = reason, None
    for one in queries.offers_of(work.session, scope, call_off.id):
        if one.status in (OfferStatus.OPEN, OfferStatus.ACCEPTED):
            OFFER_LIFECYCLE.advance(one, "withdraw")
    work.touch(call_off)
    cancelled = CallOffCancelled(
        call_off_id=call_off.id,
        framework_id=call_off.framework_id,
        buyer_id=call_off.buyer_id,
        supplier_id=call_off.supplier_id,
        award_id=call_off.award_id,
        reason=reason,
    )
    work.emit(cancelled, call_off)
    work.session.flush()


def new_call_off(
    work: Work, books: Books, member: FrameworkMember, lines: tuple[CallOffLine, ...], note: str
) -> CallOff:
    """Return a call-off at ``member``'s prices that nobody is offered yet and that books nothing."""
    framework, now = books.framework, work.now()
    currency = Currency(member.currency)
    prices = [Decimal(price) for price in member.prices]
    return CallOff(
        id=new_id(),
        created_at=now,
        changed_at=now,
        number=next_number(work.session, framework.buyer_id, NUMBER_KIND, now.year),
        framework_id=framework.id,
        buyer_id=framework.buyer_id,
        status=CALL_OFF_LIFECYCLE.initial,
        lines=[_line(line) for line in lines],
        note=note,
        currency=currency.code,
        amount=framework_rules.call_off_total(lines, prices, currency).amount,
        booked=Decimal(0),
    )


def offer(work: Work, books: Books, call_off: CallOff, member: FrameworkMember, step: str) -> None:
    """Book a call-off at ``member``'s prices and ask the member to accept it; CeilingPassed where it does not fit."""
    framework = books.framework
    lines = tuple(read_line(line) for line in call_off.lines)
    currency, prices = Currency(member.currency), [Decimal(price) for price in member.prices]
    amount = framework_rules.call_off_total(lines, prices, currency).amount
    book(work, books, call_off, counted(books, member, amount))
    CALL_OFF_LIFECYCLE.advance(call_off, step)
    hours, factor = framework.answer_hours, framework.rehearsal_factor
    due_at = framework_rules.answer_by(work.now(), hours, factor, framework.ends_at)
    call_off.member_id, call_off.supplier_id = member.id, member.supplier_id
    call_off.amount, call_off.currency, call_off.due_at = amount, currency.code, due_at
    work.touch(call_off)
    work.session.add(
        CallOffOffer(
            id=new_id(),
            call_off_id=call_off.id,
            framework_id=framework.id,
            buyer_id=framework.buyer_id,
            supplier_id=member.supplier_id,
            member_id=member.id,
            status=OFFER_LIFECYCLE.initial,
            amount=amount,
            currency=currency.code,
            offered_at=work.now(),
            due_at=due_at,
            reason="",
        )
    )
    offered = CallOffOffered(
        call_off_id=call_off.id,
        framework_id=framework.id,
        buyer_id=framework.buyer_id,
        supplier_id=member.supplier_id,
        due_at=due_at,
    )
    work.emit(offered, call_off)


def pass_on(work: Work, scope: Scope, books: Books, call_off: CallOff) -> None:
    """Offer a declined call-off to the best member not asked yet at whose prices it fits; end it where there is none.

    Nobody is asked any more once the agreement has ended.
    """
    free(work, books, call_off)
    asked = {one.member_id for one in queries.offers_of(work.session, scope, call_off.id)}
    members = {member.id: member for member in books.members}
    lines = tuple(read_line(line) for line in call_off.lines)
    for member_id in rules.remaining(list(members), asked):
        if _fits(work, books, call_off, members[member_id], lines):
            offer(work, books, call_off, members[member_id], "offer_next")
            return
    CALL_OFF_LIFECYCLE.advance(call_off, "end")
    call_off.reason, call_off.due_at = NOBODY, None
    work.touch(call_off)
    unplaced = CallOffUnplaced(call_off_id=call_off.id, framework_id=call_off.framework_id, buyer_id=call_off.buyer_id)
    work.emit(unplaced, call_off)


def counted(books: Books, member: FrameworkMember, amount: Decimal) -> Decimal:
    """Return what ``amount`` in the member's currency counts against the agreement's ceiling."""
    total = Money(amount, Currency(member.currency))
    return framework_rules.booked_amount(total, member.rate, Currency(books.framework.currency))


def read_line(stored: dict[str, Any]) -> CallOffLine:
    """Return the line that :func:`_line` wrote."""
    return CallOffLine(
        position=stored["position"],
        quantity=Decimal(stored["quantity"]),
        required_on=date.fromisoformat(stored["required_on"]),
        delivery_place=stored["delivery_place"],
    )


def _line(line: CallOffLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "quantity": decimal_text(line.quantity),
        "required_on": line.required_on.isoformat(),
        "delivery_place": line.delivery_place.strip(),
    }


def _fits(work: Work, books: Books, call_off: CallOff, member: FrameworkMember, lines: tuple[CallOffLine, ...]) -> bool:
    prices = [Decimal(price) for price in member.prices]
    amount = framework_rules.call_off_total(lines, prices, Currency(member.currency)).amount
    try:
        require_running(books.framework, work.judging_time())
        require_room(books, call_off.lines, counted(books, member, amount))
    except (framework_rules.CeilingPassed, framework_rules.FrameworkNotRunning):
        return False
    return True


def _total(call_off: CallOff) -> Money:
    return Money(call_off.amount, Currency(call_off.currency))


def _at(work: Work, scope: Scope, command: StepCallOff) -> tuple[Books, CallOff]:
    """Lock the agreement of a call-off, then take the call-off's gate alone and lock it."""
    known: UUID = queries.own_call_off(work.session, scope, command.call_off_id).framework_id
    books = open_books(work, scope, known)
    work.gate(command.call_off_id, exclusive=True)
    call_off = queries.own_call_off(work.session, scope, command.call_off_id, lock=True)
    work.expect_version(call_off, command.expected_version)
    return books, call_off
