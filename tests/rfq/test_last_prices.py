"""A supplier's own last prices: by the buyer's code, else by the same words and unit, and nobody else's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import ReadRfq, WithdrawQuote
from b2b_market.rfq.rules.last_prices import EarlierPrice, FoundBy, Item, LastPrice, last_prices, wording
from b2b_market.rfq.service import preparing, quoting
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.forms import filled, page, send, text_of, tree
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_market, need, publish, submit
from tests.support.works import work_for

BUYER = new_id()


def item(name: str = "Bolt M16", code: str = "", unit: str = "H87", buyer: UUID = BUYER) -> Item:
    return Item(
        line_id=new_id(),
        buyer_id=buyer,
        item_code=code,
        item_name=name,
        specification="",
        unit=unit,
    )


def earlier(of: Item, price: str, days: int = 1) -> EarlierPrice:
    return EarlierPrice(
        item=of,
        unit_price=Decimal(price),
        currency="CNY",
        lead_days=None,
        quote_id=new_id(),
        quote_number="Q-1",
        quoted_at=datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=days),
    )


class TestMatching:
    def test_the_buyers_code_comes_first_and_the_newest_counts(self) -> None:
        wanted = item(code="A-1")
        same_words = earlier(item(), "1", days=1)
        by_code, older = earlier(item("Other words", "A-1"), "2", days=2), earlier(item(code="A-1"), "3", days=3)
        assert last_prices([wanted], [same_words, by_code, older]) == (
            LastPrice(wanted.line_id, FoundBy.ITEM_CODE, by_code),
        )

    @pytest.mark.parametrize(
        "other",
        [item("Nut M16"), item(unit="KGM"), item("Nut", "A-1", buyer=new_id()), item("Nut", "A-1", unit="KGM")],
    )
    def test_another_item_unit_or_buyers_code_is_no_match(self, other: Item) -> None:
        assert last_prices([item(code="A-1")], [earlier(other, "1")]) == ()

    def test_words_count_where_no_code_does(self) -> None:
        elsewhere, wanted = earlier(item(code="A-1", buyer=new_id()), "1"), item(code="A-1")
        assert last_prices([wanted], [elsewhere]) == (LastPrice(wanted.line_id, FoundBy.TEXT, elsewhere),)
        nameless = item()
        assert last_prices([nameless], [elsewhere]) == (LastPrice(nameless.line_id, FoundBy.TEXT, elsewhere),)

    def test_words_match_without_case_width_and_punctuation(self) -> None:
        assert wording(item("  ＢＯＬＴ, m16 ")) == wording(item("bolt M16")) == "bolt m16"
        assert wording(item("螺栓（M16）")) == "螺栓 m16"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


def found(runtime: Runtime, actor: Actor, content: RfqContent) -> list[tuple[Decimal, FoundBy]]:
    with work_for(runtime, actor) as work:
        prices = preparing.read_last_prices(work, actor, ReadRfq(content.rfq.id))
        return [(price.earlier.unit_price.normalize(), price.found_by) for price in prices]


class TestOwnPrices:
    def test_only_own_standing_quotations_on_other_requests_count(self, runtime: Runtime, market: Market) -> None:
        first, second = publish(runtime, market), publish(runtime, market)
        submit(runtime, market.sales[0], first, ["8", "9"])
        submit(runtime, market.sales[1], first, ["1", "1"])
        taken_back = submit(runtime, market.sales[0], second, ["5", "5"])
        assert found(runtime, market.sales[0], first) == [(Decimal(5), FoundBy.ITEM_CODE)] * 2
        with work_for(runtime, market.sales[0]) as work:
            command = WithdrawQuote(taken_back.quote.id, taken_back.quote.version)
            quoting.withdraw_quote(work, market.sales[0], command)
        assert found(runtime, market.sales[0], first) == []
        now = publish(runtime, market)
        assert found(runtime, market.sales[0], now) == [
            (Decimal(8), FoundBy.ITEM_CODE),
            (Decimal(9), FoundBy.ITEM_CODE),
        ]

    def test_strangers_and_buyers_are_refused(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1]))
        for actor, refusal in ((market.sales[1], NotFound), (market.purchaser, Forbidden)):
            with pytest.raises(refusal):
                found(runtime, actor, content)

    def test_they_fill_the_empty_prices_of_the_form_and_say_their_day(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        before = submit(runtime, market.sales[0], publish(runtime, market), ["8", "9"]).quote.received_at
        lines = (need(1), replace(need(2), item_code=""), need(3))
        content = publish(runtime, market, replace(draft_command(market.suppliers), lines=lines))
        sales = sign_in(client, market.sales[0])
        url = f"/rfqs/{content.rfq.id}/quote"
        names = [f"line-{line.id}-unit_price" for line in content.lines]
        data = filled(page(sales, url), "quote-form") | {names[1]: "7"}

        def shown(**changes: str) -> list[str]:
            answer = send(sales, f"{url}/last-prices", {**data, **changes}, **{"hx-request": "true"})
            assert answer.status_code == 200
            assert f" on {before.day} {before:%b %Y} " in text_of(answer.text)
            assert "2 lines of 3 have an earlier price" in text_of(answer.text)
            assert "same words" in text_of(answer.text)
            return [tree(answer.text).xpath(f"//input[@name='{name}']/@value")[0] for name in names]

        assert shown() == ["8", "7", ""]
        assert shown(currency="EUR") == ["", "7", ""]
        assert shown(tax_basis="with_tax") == ["", "7", ""]
