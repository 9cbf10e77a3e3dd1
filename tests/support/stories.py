"""Longer stories told through operations: what many tests need to have happened."""

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.commands import AwardPick, ProposeAward
from b2b_market.rfq.service import awarding
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.rfqs import Market, close, make_market, publish, read, submit
from tests.support.works import work_for


def award_a_request(runtime: Runtime) -> tuple[Market, RfqContent]:
    """Let three suppliers quote two needs, close, and award one need to each of the first two; nothing is delivered."""
    market = make_market(runtime, suppliers=3)
    content = publish(runtime, market)
    quotes = [submit(runtime, sales, content, ["9", "9"]).quote for sales in market.sales]
    close(runtime, market, content.rfq.id)
    content = read(runtime, market.purchaser, content.rfq.id)
    picks = tuple(
        AwardPick(line_id=line.id, quote_id=quote.id) for line, quote in zip(content.lines, quotes, strict=False)
    )
    command = ProposeAward(rfq_id=content.rfq.id, expected_version=content.rfq.version, picks=picks)
    with work_for(runtime, market.purchaser) as work:
        awarding.propose_award(work, market.purchaser, command)
    return market, content
