"""Ending requests: by the clock, early by the buyer, cancelled, or without an award."""

from uuid import UUID

from sqlalchemy import select, update

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ReasonedStep, StepRfq
from b2b_market.rfq.models.quotes import Quote, QuoteLine, QuoteRevision
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import questions as question_queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.rules import approving, asking, quoting
from b2b_market.rfq.service.joining import take_in_joined
from b2b_market.rfq.service.lapsing import lapse_waiting
from b2b_market.rfq.service.settling import settle_round
from b2b_market.rfq.service.voiding import void_waiting
from b2b_market.rfq.states import AWARD_LIFECYCLE, QUOTE_LIFECYCLE, RFQ_LIFECYCLE, TAKES_QUOTES

BATCH = 100


@operation(RfqPermission.CLOSE)
def close_rfq_early(work: Work, scope: Scope, command: ReasonedStep) -> Rfq:
    """End an open request before its deadline, with a reason, once no question waits for an answer.

    A sealed one closes by the clock alone.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "close")
    quoting.require_early_close(sealed=rfq.sealed, closes_at=rfq.closes_at)
    rfq.reason = approving.require_reason(command.reason)
    asking.require_none_open(question_queries.count_open(work.session, scope, rfq.id))
    _close(work, scope, rfq, early=True)
    return rfq


@operation(system=True, reason="the clock asks which requests are due")
def due_rfqs(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (request, buyer) of the published requests whose deadline has passed, the longest overdue first."""
    return list(queries.due(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock closes what is due")
def close_due_rfq(work: Work, scope: Scope, command: StepRfq) -> Rfq | None:
    """Close one request whose deadline has passed, opening sealed quotations to the buyer.

    None where nothing is due any more.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    if rfq.status not in TAKES_QUOTES or rfq.closes_at is None or work.judging_time() < rfq.closes_at:
        return None
    if rfq.sealed:
        _open_quotes(work, rfq)
    _close(work, scope, rfq, early=False)
    return rfq


@operation(RfqPermission.CANCEL)
def cancel_rfq(work: Work, scope: Scope, command: ReasonedStep) -> Rfq:
    """Withdraw a request that nothing is awarded of yet, with a reason that its suppliers read."""
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "cancel")
    rfq.reason = approving.require_reason(command.reason)
    _end(work, scope, rfq, "cancel")
    cancelled = events.RfqCancelled(
        rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_ids=suppliers_of(rfq), reason=rfq.reason
    )
    work.emit(cancelled, rfq)
    return rfq


@operation(RfqPermission.AWARD)
def end_without_award(work: Work, scope: Scope, command: ReasonedStep) -> Rfq:
    """End a closed request as unsuccessful, with a reason that its suppliers read; every quotation is lost."""
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    RFQ_LIFECYCLE.require(rfq.status, "fail")
    rfq.reason = approving.require_reason(command.reason)
    for quote in quote_queries.lock_opened_quotes(work.session, scope, rfq.id):
        if "lose" in QUOTE_LIFECYCLE.allowed(quote.status):
            QUOTE_LIFECYCLE.advance(quote, "lose")
            work.record("quote.lost", quote)
    _end(work, scope, rfq, "fail")
    ended = events.RfqUnsuccessful(
        rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_ids=suppliers_of(rfq), reason=rfq.reason
    )
    work.emit(ended, rfq)
    return rfq


def locked_at_gate(work: Work, scope: Scope, rfq_id: UUID) -> Rfq:
    """Take the deadline gate alone, then lock the request: no quotation is half in when it is read.

    Suppliers that joined a public request from the board are parties of it from here on.
    """
    work.gate(rfq_id, exclusive=True)
    rfq = queries.lock_own_rfq(work.session, scope, rfq_id)
    take_in_joined(work, scope, rfq)
    return rfq


def suppliers_of(rfq: Rfq) -> tuple[UUID, ...]:
    """Return the suppliers that can see the request."""
    return tuple(party for party in rfq.party_ids if party != rfq.buyer_id)


def _close(work: Work, scope: Scope, rfq: Rfq, *, early: bool) -> None:
    RFQ_LIFECYCLE.advance(rfq, "close")
    rfq.closed_at = work.now()
    rfq.changed_at = work.now()
    rfq.next_due_at = None
    lapse_waiting(work, scope, rfq)
    if rfq.round > 1:
        settle_round(work, scope, rfq)
        work.emit(
            events.RoundClosed(
                rfq_id=rfq.id, buyer_id=rfq.buyer_id, author_id=rfq.author_id, round=rfq.round, early=early
            ),
            rfq,
        )
        return
    closed = events.RfqClosed(rfq_id=rfq.id, buyer_id=rfq.buyer_id, author_id=rfq.author_id, early=early)
    work.emit(closed, rfq)


def _end(work: Work, scope: Scope, rfq: Rfq, step: str) -> None:
    RFQ_LIFECYCLE.advance(rfq, step)
    rfq.changed_at = work.now()
    rfq.next_due_at = None
    void_waiting(work, scope, rfq)
    lapse_waiting(work, scope, rfq)
    pending = quote_queries.pending_award(work.session, scope, rfq.id)
    if pending is not None:
        AWARD_LIFECYCLE.advance(pending, "void")
        work.record("award.voided", pending)


def _open_quotes(work: Work, rfq: Rfq) -> None:
    """Show every sealed quotation to the buyer; only the machine branch of the row policy reaches them before."""
    session = work.session
    quotes = select(Quote.id).where(Quote.rfq_id == rfq.id).scalar_subquery()
    session.execute(update(QuoteRevision).where(QuoteRevision.quote_id.in_(quotes)).values(opened=True))
    session.execute(update(QuoteLine).where(QuoteLine.rfq_id == rfq.id).values(opened=True))
    session.execute(update(Quote).where(Quote.rfq_id == rfq.id).values(opened=True))
