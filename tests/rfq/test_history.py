"""Price history: what a company paid for an item, told by its code or its words, seen by nobody else."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.history import ReadPriceHistory
from b2b_market.rfq.commands.requests import ReadAward
from b2b_market.rfq.rules.history import PriceHistory, item_key
from b2b_market.rfq.service import history
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.forms import page, text_of, tree
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_market, publish, submit
from tests.support.stories import award_first
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    seed_rates(runtime)
    return make_market(runtime, 2)


def bought(runtime: Runtime, market: Market, prices: tuple[str, str], currency: str = "CNY") -> RfqContent:
    """Award both lines of a request to the first supplier, and note the prices as the relay would, twice."""
    content = publish(runtime, market, draft_command(market.suppliers, 2))
    submit(runtime, market.sales[0], content, prices, currency)
    award = award_first(runtime, market, content)
    machine = system_actor("relay", market.buyer_id)
    for noted in (2, 0):
        with work_for(runtime, machine) as work:
            assert history.note_prices(work, machine, ReadAward(award.id)) == noted
    return content


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("MRO-1", "bolt", "M8"), ("ＭＲＯ-1 ", "nut", "M9"), True),
        (("", "Bolt  M8", "zinc"), ("", "bolt m8 ", "ZINC"), True),
        (("", "bolt", "M8"), ("bolt m8", "", ""), False),
        (("MRO-1", "bolt", ""), ("MRO-2", "bolt", ""), False),
    ],
)
def test_items_are_told_by_code_or_words(
    first: tuple[str, str, str], second: tuple[str, str, str], *, same: bool
) -> None:
    assert (item_key(*first) == item_key(*second)) is same


def test_last_average_and_lowest_are_of_other_requests_in_one_currency(runtime: Runtime, market: Market) -> None:
    bought(runtime, market, ("10", "7"))
    bought(runtime, market, ("2", "1"), "EUR")
    now = publish(runtime, market, draft_command(market.suppliers, 2))
    with work_for(runtime, market.purchaser) as work:
        found = history.read_price_history(work, market.purchaser, ReadPriceHistory(now.rfq.id))
    first = found.by_line[now.lines[0].id]
    assert first == PriceHistory(
        last=Decimal("16.4"), last_on=first.last_on, average=Decimal("13.2"), lowest=Decimal(10), count=2
    )


def test_another_company_sees_nothing_of_it(runtime: Runtime, market: Market) -> None:
    bought(runtime, market, ("10", "7"))
    other = make_market(runtime, 1)
    theirs = publish(runtime, other, draft_command(other.suppliers, 2))
    with work_for(runtime, other.purchaser) as work:
        assert history.read_price_history(work, other.purchaser, ReadPriceHistory(theirs.rfq.id)).by_line == {}


def test_the_comparison_shows_it_with_every_award_behind_it(
    runtime: Runtime, market: Market, client: TestClient
) -> None:
    bought(runtime, market, ("10", "7"))
    now = publish(runtime, market, draft_command(market.suppliers, 2))
    submit(runtime, market.sales[1], now, ("9", "8"))
    purchaser = sign_in(client, market.purchaser)
    html = page(purchaser, f"/rfqs/{now.rfq.id}/comparison")
    (first, _) = tree(html).xpath("//a[@class='past']")
    assert first.text_content() == "Last 10, average 10"
    behind = text_of(page(purchaser, first.get("href"))).replace("\u00a0", " ")
    assert "Supplier 1" in behind
    assert "CNY 10.00" in behind
    told = purchaser.get(f"/api/v1/rfqs/{now.rfq.id}/prices").json()
    assert [one["last"] for one in told["lines"]] == ["10", "7"]
    points = purchaser.get(f"/api/v1/rfqs/{now.rfq.id}/prices/{now.lines[1].id}").json()["points"]
    assert [(one["value"], one["quantity"]) for one in points] == [("7", "100")]
