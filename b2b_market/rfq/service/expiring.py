"""Quotations that run out: marked by the clock, extended by their suppliers."""

from datetime import date
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.quotes import ExtendQuote
from b2b_market.rfq.commands.requests import ReadQuote
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import expiring as queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import expiring as rules
from b2b_market.rfq.service.drafting import buyer_day
from b2b_market.rfq.service.quoting import QuoteContent, receipted, written_lines
from b2b_market.rfq.states import QUOTE_LIFECYCLE, QuoteStatus

BATCH = 100


@operation(system=True, reason="the clock asks which quotations ran out")
def due_quotes(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (quotation, supplier) of those that stand though their last day is over everywhere, the oldest first."""
    return list(queries.run_out(work.session, rules.over_everywhere(work.now()), BATCH))


@operation(system=True, reason="the clock marks what ran out")
def expire_quote(work: Work, scope: Scope, command: ReadQuote) -> Quote | None:
    """Mark one quotation of the scope's supplier as expired; None where it does not stand or holds again.

    Its supplier and buyer hear of it while the request may still award something.
    """
    quote = quote_queries.lock_own_quote(work.session, scope, command.quote_id)
    if quote.status is not QuoteStatus.SUBMITTED or quote.valid_until >= rules.over_everywhere(work.now()):
        return None
    rfq = request_queries.party_rfq(work.session, scope, quote.rfq_id)
    QUOTE_LIFECYCLE.advance(quote, "expire")
    quote.changed_at = work.now()
    if rfq.status in rules.DECIDED:
        work.record("quote.expired", quote)
        return quote
    expired = events.QuoteExpired(
        quote_id=quote.id, rfq_id=quote.rfq_id, buyer_id=quote.buyer_id, supplier_id=quote.supplier_id
    )
    work.emit(expired, quote)
    return quote


@operation(RfqPermission.QUOTE_SUBMIT)
def extend_quote(work: Work, scope: Scope, command: ExtendQuote) -> QuoteContent:
    """Let an own quotation hold longer, before and after the deadline, and sign a receipt for it.

    Prices and terms stay as they came, and so does their moment of receipt; an expired quotation stands again.
    """
    known = quote_queries.visible_quote(work.session, scope, command.quote_id)
    moment = work.gate(known.rfq_id)
    quote = quote_queries.lock_own_quote(work.session, scope, command.quote_id)
    work.expect_version(quote, command.expected_version)
    rfq = request_queries.party_rfq(work.session, scope, quote.rfq_id)
    step = "extend_rest" if quote.status is QuoteStatus.PARTLY_AWARDED else "extend"
    QUOTE_LIFECYCLE.require(quote.status, step)
    rules.require_extension(rfq.status, quote.valid_until, command.valid_until, buyer_day(work, scope))
    QUOTE_LIFECYCLE.advance(quote, step)
    _hold(work, scope, quote, command.valid_until)
    lines = quote_queries.lines_of_quote(work.session, scope, quote.id)
    work.session.add(receipted(work, quote, written_lines(lines), moment))
    extended = events.QuoteExtended(
        quote_id=quote.id,
        rfq_id=quote.rfq_id,
        buyer_id=quote.buyer_id,
        supplier_id=quote.supplier_id,
        revision=quote.revision,
    )
    work.emit(extended, quote)
    work.session.flush()
    return QuoteContent(quote, lines, quote_queries.revisions_of(work.session, scope, quote.id))


def _hold(work: Work, scope: Scope, quote: Quote, until: date) -> None:
    quote.valid_until = until
    quote.revision += 1
    quote.changed_at = work.now()
    quote.submitted_by = scope.user_id
