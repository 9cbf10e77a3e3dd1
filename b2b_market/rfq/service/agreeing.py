"""What a counter-offer that is accepted makes of the quotation: its next receipted revision."""

from collections.abc import Sequence
from decimal import Decimal

from b2b_market.infra.canonical import decimal_text, plain_lines_digest
from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.bargaining import Counter, CounterLine
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.rules.pricing import agreed_tiers, read_tiers
from b2b_market.rfq.rules.quoting import quote_total
from b2b_market.rfq.service.quoting import receipted, written_lines
from b2b_market.rfq.states import QUOTE_LIFECYCLE, PayEvent, Side


def agree(work: Work, scope: Scope, quote: Quote, counter: Counter, agreed: Sequence[CounterLine]) -> None:
    """Write what was agreed as the quotation's next revision, on behalf of both companies: both have said so."""
    by_line = {line.line_id: line for line in agreed}
    with work.reaching(Tenant((quote.buyer_id, quote.supplier_id))):
        QUOTE_LIFECYCLE.advance(quote, "revise")
        for line in quote_queries.lines_to_settle(work.session, scope, quote.id):
            if line.line_id in by_line:
                _settle_line(line, by_line[line.line_id])
        _settle_terms(quote, counter)
        work.session.flush()
        _revise(work, scope, quote, counter)
        work.session.flush()


def _settle_line(line: QuoteLine, agreed: CounterLine) -> None:
    """Write what was agreed of a line; what the supplier wrote of it before says nothing any more."""
    if agreed.unit_price is not None:
        _reprice(line, agreed.unit_price)
    if agreed.lead_days is not None:
        line.lead_days = agreed.lead_days
    if agreed.setup_cost is not None:
        line.setup_cost = agreed.setup_cost or None
        _forget(line, "setup_cost")
    if agreed.min_quantity is not None:
        # the columns count in the need's unit; from here on so does what the supplier is shown of its own
        line.min_quantity = agreed.min_quantity or None
        line.order_unit = ""
        _forget(line, "min_quantity", "multiple_quantity")


def _reprice(line: QuoteLine, price: Decimal) -> None:
    """Write an agreed price and what follows for the tiers."""
    if line.tiers:
        tiers = agreed_tiers(read_tiers(line.tiers), line.quantity, price)
        line.tiers = [
            {"from_quantity": decimal_text(tier.from_quantity), "unit_price": decimal_text(tier.unit_price)}
            for tier in tiers
        ]
    line.unit_price = price
    _forget(line, "unit_price", "tiers")


def _forget(line: QuoteLine, *names: str) -> None:
    if line.stated:
        line.stated = {name: said for name, said in line.stated.items() if name not in names} or None


def _settle_terms(quote: Quote, agreed: Counter) -> None:
    """Write what was agreed of the whole; days agreed on without a plan replace what was written of payment."""
    if agreed.freight is not None:
        quote.freight, quote.stated_freight = agreed.freight, None
    if agreed.valid_until is not None:
        quote.valid_until = agreed.valid_until
    if agreed.early_pay_percent is not None:
        quote.early_pay_percent = agreed.early_pay_percent
    if agreed.early_pay_days is not None:
        quote.early_pay_days = agreed.early_pay_days
    if not quote.early_pay_percent:  # agreed on no discount at all
        quote.early_pay_percent = quote.early_pay_days = None
    if agreed.pay_days and quote.instalments:
        parts = zip(quote.instalments, agreed.pay_days, strict=True)
        quote.instalments = [{**part, "days": days} for part, days in parts]
    elif agreed.pay_days:
        quote.instalments = [{"percent": "100", "event": PayEvent.INVOICE.value, "days": agreed.pay_days[0]}]
        quote.payment_terms = ""


def _revise(work: Work, scope: Scope, quote: Quote, counter: Counter) -> None:
    lines = quote_queries.lines_of_quote(work.session, scope, quote.id)
    quote.revision += 1
    quote.received_at, quote.changed_at = work.judging_time(), work.now()
    quote.submitted_by = counter.made_by if counter.side is Side.SUPPLIER else scope.user_id
    quote.total = quote_total([(line.unit_price, line.quantity) for line in lines], Currency(quote.currency)).amount
    written = written_lines(lines)
    quote.lines_digest = plain_lines_digest(written)
    work.session.add(receipted(work, quote, written))
    work.record("quote.agreed", quote)
