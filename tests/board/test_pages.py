"""The board as a page."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from tests.board.boards import put_up, wanted
from tests.rfq.forms import page, text_of
from tests.support.people import sign_in
from tests.support.rfqs import Market, make_market


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


@pytest.fixture
def sales(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.sales[0])


def test_an_empty_board_says_how_it_fills(sales: TestClient) -> None:
    shown = text_of(page(sales, "/board"))
    assert "Nothing is open to everybody now" in shown


def test_a_request_leads_to_its_page(runtime: Runtime, market: Market, sales: TestClient) -> None:
    (content,) = put_up(runtime, market, wanted("检修备件", ["深沟球轴承", "阀门"], place="大连"))
    html = page(sales, "/board?q=bearing&country=CN&place=大连&days=3&category=valves-pipes&currency=CNY")
    assert f'href="/rfqs/{content.rfq.id}"' in html
    shown = text_of(html)
    assert "1 result" in shown
    assert "深沟球轴承, 阀门" in shown
    assert "China" in shown


def test_a_misspelled_word_is_told(runtime: Runtime, market: Market, sales: TestClient) -> None:
    put_up(runtime, market, wanted("Bearings for hall 4"))
    shown = text_of(page(sales, "/board?q=beering"))
    assert "Nothing says “beering”. These are the results for “bearing”." in shown
    assert "Bearings for hall 4" in shown


def test_what_fits_nothing_offers_a_way_back(runtime: Runtime, market: Market, sales: TestClient) -> None:
    put_up(runtime, market, wanted("Bolts"))
    shown = text_of(page(sales, "/board?q=zzzzzz"))
    assert "Nothing fits" in shown
    assert "Bolts" not in shown


def test_words_are_sorted_by_match_unless_an_order_is_chosen(
    runtime: Runtime, market: Market, sales: TestClient
) -> None:
    put_up(runtime, market, wanted("Pumps for hall 4"), wanted("Spares", ["pump"]))
    assert page(sales, "/board?q=pump").index("Pumps for hall 4") < page(sales, "/board?q=pump").index("Spares")
    newest = page(sales, "/board?q=pump&order=newest")
    assert newest.index("Spares") < newest.index("Pumps for hall 4")


def test_unknown_choices_of_an_address_are_left_out(runtime: Runtime, market: Market, sales: TestClient) -> None:
    put_up(runtime, market, wanted("Bolts"))
    assert "Bolts" in text_of(page(sales, "/board?country=XX&currency=nope&category=x&days=999&order=cheapest"))


def test_another_buyer_reads_but_does_not_open(runtime: Runtime, client: TestClient, market: Market) -> None:
    (content,) = put_up(runtime, market, wanted("Bolts"))
    html = page(sign_in(client, make_market(runtime, suppliers=0).purchaser), "/board")
    assert "Bolts" in html
    assert f"/rfqs/{content.rfq.id}" not in html
    assert f'href="/rfqs/{content.rfq.id}"' in page(sign_in(client, market.purchaser), "/board")
