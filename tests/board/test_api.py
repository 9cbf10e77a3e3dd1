"""The board over the API."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from tests.board.boards import put_up, wanted
from tests.support.calling import caller_for
from tests.support.rfqs import Market, make_market


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


def test_a_supplier_finds_what_it_may_quote_on(runtime: Runtime, client: TestClient, market: Market) -> None:
    (content,) = put_up(runtime, market, wanted("检修备件", ["深沟球轴承", "垫圈"], place="大连"))
    sales = caller_for(client, runtime, market.sales[0])
    (entry,) = sales.get("/board?text=bearings&category=fasteners&place=大连&currency=CNY&country=CN").json()["items"]
    assert (entry["kind"], entry["subject_id"]) == ("request", str(content.rfq.id))
    assert (entry["items"], entry["categories"]) == (["深沟球轴承", "垫圈"], ["power-transmission", "fasteners"])
    assert entry.keys().isdisjoint({"document", "estimate", "target_price", "title_key"})
    assert sales.get("/board/count?text=bearings").json() == {"count": 1, "capped": False}
    assert sales.get(f"/rfqs/{entry['subject_id']}").status_code == 200


def test_a_buyer_reads_the_list_but_not_anothers_request(runtime: Runtime, client: TestClient, market: Market) -> None:
    (content,) = put_up(runtime, market, wanted("Bolts"))
    other = caller_for(client, runtime, make_market(runtime, suppliers=0).purchaser)
    assert [entry["title"] for entry in other.get("/board").json()["items"]] == ["Bolts"]
    assert other.get(f"/rfqs/{content.rfq.id}").status_code == 404


def test_pages_follow_their_cursor(runtime: Runtime, client: TestClient, market: Market) -> None:
    put_up(runtime, market, wanted("One"), wanted("Two"), wanted("Three"))
    sales = caller_for(client, runtime, market.sales[0])
    first = sales.get("/board?limit=2&order=title").json()
    second = sales.get(f"/board?limit=2&order=title&cursor={first['next_cursor']}").json()
    assert [entry["title"] for page in (first, second) for entry in page["items"]] == ["One", "Three", "Two"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["country=china", "category=everything", "order=cheapest", "closes_within_days=0"])
def test_unknown_filters_are_refused(runtime: Runtime, client: TestClient, market: Market, query: str) -> None:
    assert caller_for(client, runtime, market.sales[0]).get(f"/board?{query}").status_code == 422


def test_strangers_are_asked_to_sign_in(client: TestClient) -> None:
    assert client.get("/api/v1/board").status_code == 401
