"""What a member answers to a call-off in its time, and what happens when it does not."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.frameworks import ReadCallOff, StepCallOff
from b2b_market.tendering.events.frameworks import CallOffAccepted, CallOffDeclined
from b2b_market.tendering.models.frameworks import CallOff, CallOffOffer
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.rules import calling as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service.booking import open_books
from b2b_market.tendering.service.calling import pass_on
from b2b_market.tendering.states.frameworks import CALL_OFF_LIFECYCLE, OFFER_LIFECYCLE, CallOffStatus, OfferStatus

BATCH: Final = 50
SILENT: Final = N_("The supplier did not answer in time.")


@operation(TenderPermission.CALL_OFF_ANSWER)
def accept_call_off(work: Work, scope: Scope, command: StepCallOff) -> CallOff:
    """Accept a call-off whose turn it is, in time; a contract is drafted from it."""
    call_off, offer = _answered(work, scope, command, "accept")
    CALL_OFF_LIFECYCLE.advance(call_off, "accept")
    OFFER_LIFECYCLE.advance(offer, "accept")
    _close(work, call_off, offer, scope.user_id)
    accepted = CallOffAccepted(
        call_off_id=call_off.id,
        framework_id=call_off.framework_id,
        buyer_id=call_off.buyer_id,
        supplier_id=offer.supplier_id,
    )
    work.emit(accepted, call_off)
    work.session.flush()
    return call_off


@operation(TenderPermission.CALL_OFF_ANSWER)
def decline_call_off(work: Work, scope: Scope, command: StepCallOff) -> CallOff:
    """Decline a call-off with a reason, in time; the next member's turn comes."""
    call_off, offer = _answered(work, scope, command, "decline")
    reason = require_reason(command.text)
    CALL_OFF_LIFECYCLE.advance(call_off, "decline")
    OFFER_LIFECYCLE.advance(offer, "decline")
    offer.reason = call_off.reason = reason
    _close(work, call_off, offer, scope.user_id)
    call_off.due_at = work.now()  # should the relay be slow, the clock passes it on
    work.emit(_declined(call_off, offer), call_off)
    work.session.flush()
    return call_off


@operation(system=True, reason="the clock asks which call-offs nobody answered in time")
def unanswered_call_offs(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (call-off, buyer) of those whose time is over, or that wait for the next member's turn."""
    return list(queries.unanswered(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the relay and the clock pass call-offs on")
def pass_call_off_on(work: Work, scope: Scope, command: ReadCallOff) -> CallOff | None:
    """Let an unanswered call-off lapse, and offer a declined one to the next member. None where nothing is due."""
    known = queries.own_call_off(work.session, scope, command.call_off_id).framework_id
    books = open_books(work, scope, known)
    work.gate(command.call_off_id, exclusive=True)
    call_off = queries.own_call_off(work.session, scope, command.call_off_id, lock=True)
    overdue = call_off.due_at is not None and work.judging_time() >= call_off.due_at
    if call_off.status is CallOffStatus.OFFERED and overdue:
        offer = _open_offer(queries.offers_of(work.session, scope, call_off.id))
        CALL_OFF_LIFECYCLE.advance(call_off, "lapse")
        OFFER_LIFECYCLE.advance(offer, "lapse")
        offer.reason = call_off.reason = SILENT
        _close(work, call_off, offer, None)
        work.record("call_off.lapsed", call_off)
        work.session.flush()
    if call_off.status is not CallOffStatus.DECLINED:
        return None
    pass_on(work, scope, books, call_off)
    work.session.flush()
    return call_off


def _answered(work: Work, scope: Scope, command: StepCallOff, step: str) -> tuple[CallOff, CallOffOffer]:
    """Return the call-off and the own open offer under the gate; refuse another status, and what comes too late."""
    queries.offered_call_off(work.session, scope, command.call_off_id)
    work.gate(command.call_off_id, exclusive=True)
    call_off = queries.offered_call_off(work.session, scope, command.call_off_id)
    work.expect_version(call_off, command.expected_version)
    CALL_OFF_LIFECYCLE.require(call_off.status, step)
    rules.require_in_time(work.judging_time(), call_off.due_at)
    return call_off, _open_offer(queries.offers_of(work.session, scope, call_off.id))


def _open_offer(offers: Sequence[CallOffOffer]) -> CallOffOffer:
    return next(one for one in offers if one.status is OfferStatus.OPEN)


def _close(work: Work, call_off: CallOff, offer: CallOffOffer, person: UUID | None) -> None:
    offer.answered_at, offer.answered_by = work.now(), person
    call_off.due_at = None
    work.touch(call_off)


def _declined(call_off: CallOff, offer: CallOffOffer) -> CallOffDeclined:
    return CallOffDeclined(
        call_off_id=call_off.id,
        framework_id=call_off.framework_id,
        buyer_id=call_off.buyer_id,
        supplier_id=offer.supplier_id,
    )
