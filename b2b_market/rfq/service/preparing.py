"""A supplier's own last prices for the lines of a request, and judging a quotation before it is sent."""

from collections.abc import Sequence

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import ReadRfq, SubmitQuote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import last_prices as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules.last_prices import Item, LastPrice, last_prices
from b2b_market.rfq.service import evidence
from b2b_market.rfq.service.quoting import require_fitting


@operation(RfqPermission.QUOTE_SUBMIT)
def read_last_prices(work: Work, scope: Scope, command: ReadRfq) -> Sequence[LastPrice]:
    """Return what the own company last quoted for the lines of a request, of its own earlier quotations alone."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    wanted = [
        Item(
            line_id=line.id,
            buyer_id=rfq.buyer_id,
            item_code=line.item_code,
            item_name=line.item_name,
            specification=line.specification,
            unit=line.unit,
        )
        for line in request_queries.lines_of(work.session, scope, rfq.id)
    ]
    return last_prices(wanted, queries.own_earlier_prices(work.session, scope, rfq.id))


@operation(RfqPermission.QUOTE_SUBMIT)
def judge_quote(work: Work, scope: Scope, command: SubmitQuote) -> Refusal | None:
    """Return what would be refused of a quotation's content, None where it is sound; nothing is stored."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    try:
        require_fitting(work, scope, rfq, command)
        evidence.answered(work, scope, rfq, command)
    except Refusal as refusal:
        return refusal
    return None
