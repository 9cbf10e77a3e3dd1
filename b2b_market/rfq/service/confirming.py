"""Letting a quotation stand unchanged after the request changed materially."""

from collections.abc import Sequence

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import Invalid, Refusal
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ConfirmQuote, ReadQuote
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import editions as edition_queries
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules.amending import QuoteDoesNotFit, QuoteRanOut, Wording, require_fit, require_standing
from b2b_market.rfq.rules.needs import Offered, require_as_asked
from b2b_market.rfq.rules.quoting import FIRST_ROUND, require_open
from b2b_market.rfq.service.drafting import buyer_day
from b2b_market.rfq.service.quoting import QuoteContent, asked_of, note_answer, receipted, written_lines
from b2b_market.rfq.states import QUOTE_LIFECYCLE


@operation(RfqPermission.QUOTE_SUBMIT)
def confirm_quote(work: Work, scope: Scope, command: ConfirmQuote) -> QuoteContent:
    """Let a quotation that an amendment outdated stand unchanged, before the deadline, and sign a receipt for it.

    Refused where it does not fit: a line is gone, counts in another unit, asks for less than is offered, or the
    validity has ended. Then it must be revised.
    """
    known = queries.visible_quote(work.session, scope, command.quote_id)
    moment = work.gate(known.rfq_id)
    quote = queries.lock_own_quote(work.session, scope, command.quote_id)
    work.expect_version(quote, command.expected_version)
    rfq = request_queries.party_rfq(work.session, scope, quote.rfq_id)
    require_open(rfq.status, rfq.closes_at, moment, FIRST_ROUND)
    QUOTE_LIFECYCLE.require(quote.status, "confirm")
    require_standing(command.rfq_edition, rfq.binding_edition, rfq.edition)
    lines = queries.lines_of_quote(work.session, scope, quote.id)
    _require_fit(work, scope, rfq, quote, lines)
    QUOTE_LIFECYCLE.advance(quote, "confirm")
    quote.revision += 1
    quote.rfq_edition = command.rfq_edition
    quote.received_at, quote.changed_at = moment, work.now()
    quote.submitted_by = scope.user_id
    work.session.add(receipted(work, quote, written_lines(lines)))
    insert_together(work.session, also=(note_answer(work, scope, rfq, quote),))
    confirmed = events.QuoteConfirmed(
        quote_id=quote.id,
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_id=quote.supplier_id,
        revision=quote.revision,
        edition=quote.rfq_edition,
    )
    work.emit(confirmed, quote)
    work.session.flush()
    return QuoteContent(quote, lines, queries.revisions_of(work.session, scope, quote.id))


@operation(RfqPermission.QUOTE_READ)
def why_not_unchanged(work: Work, scope: Scope, command: ReadQuote) -> Refusal | None:
    """Return why an own quotation cannot stand unchanged for the version that stands, None where it can."""
    quote = queries.visible_quote(work.session, scope, command.quote_id)
    rfq = request_queries.party_rfq(work.session, scope, quote.rfq_id)
    try:
        _require_fit(work, scope, rfq, quote, queries.lines_of_quote(work.session, scope, quote.id))
    except (QuoteRanOut, QuoteDoesNotFit, Invalid) as refusal:
        return refusal
    return None


def _require_fit(work: Work, scope: Scope, rfq: Rfq, quote: Quote, lines: Sequence[QuoteLine]) -> None:
    if quote.valid_until <= buyer_day(work, scope):
        raise QuoteRanOut(valid_until=quote.valid_until.isoformat())
    then = edition_queries.edition_of(work.session, scope, rfq.id, quote.rfq_edition)
    now = edition_queries.edition_of(work.session, scope, rfq.id, rfq.edition)
    quoted = [(line.line_id, line.position, line.quantity) for line in lines]
    require_fit(quoted, Wording.read(then.content), Wording.read(now.content))
    others = [
        (line.line_id, bool(line.alternative or line.alternative_specification or line.alternates)) for line in lines
    ]
    offered = Offered(quote.currency, quote.valid_until, others)
    require_as_asked(offered, asked_of(rfq, request_queries.needs_of(work.session, scope, rfq.id)))
