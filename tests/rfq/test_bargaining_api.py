"""Counter-offers and talks over the API."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from tests.support.calling import Caller, caller_for
from tests.support.negotiations import closed_request
from tests.support.rfqs import Market, draft_command, make_market, publish


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def counter_body(line_id: object, price: str) -> dict[str, object]:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    return {"lines": [{"line_id": str(line_id), "unit_price": price}], "expires_at": until, "note": "Between us."}


def test_a_counter_offer_is_made_once_by_version_and_answered(
    client: TestClient, runtime: Runtime, market: Market
) -> None:
    content, (quote,) = closed_request(runtime, market, (["10", "20"],))
    buyer, sales = caller_for(client, runtime, market.purchaser), caller_for(client, runtime, market.sales[0])
    path, body = f"/quotes/{quote.quote.id}/counters", counter_body(content.lines[0].id, "8")
    assert buyer.post(path, body).status_code == 428
    assert buyer.post(path, body, version=9).status_code == 412
    made = buyer.post(path, body, key="counter-1", version=1)
    assert made.status_code == 201, made.text
    first = made.json()
    assert (first["side"], first["status"], first["allowed_steps"]) == (
        "buyer",
        "open",
        ["accept", "decline", "withdraw"],
    )
    assert buyer.post(path, body, key="counter-1", version=1).text == made.text
    own = buyer.post(f"/counters/{first['id']}/accept", version=1)
    assert (own.status_code, own.json()["code"]) == (403, "counter-not-your-turn")
    answered = sales.post(path, counter_body(content.lines[0].id, "9"), version=1)
    assert answered.status_code == 201, answered.text
    talks = buyer.get(f"/rfqs/{content.rfq.id}/talks").json()["items"]
    assert [talk["waiting_counter_id"] for talk in talks] == [answered.json()["id"]]
    done = buyer.post(f"/counters/{answered.json()['id']}/accept", version=1)
    assert (done.status_code, done.json()["status"]) == (200, "accepted")
    now = sales.get(f"/quotes/{quote.quote.id}").json()
    assert (now["revision"], now["lines"][0]["unit_price"], len(now["receipts"])) == (2, "9", 2)
    again = buyer.post(f"/counters/{first['id']}/withdraw", version=2)
    assert (again.status_code, again.json()["code"]) == (409, "illegal-step")
    stranger = caller_for(client, runtime, market.sales[1])
    assert stranger.get(f"/counters/{first['id']}").status_code == 404


def test_messages_are_sent_once_and_counted_until_they_are_read(
    client: TestClient, runtime: Runtime, market: Market
) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"],))
    buyer, sales = caller_for(client, runtime, market.purchaser), caller_for(client, runtime, market.sales[0])
    path = f"/rfqs/{content.rfq.id}/talks/{market.suppliers[0]}"
    body = {"text": "Can you ship in two lots?", "line_id": str(content.lines[0].id)}
    sent = buyer.post(f"{path}/messages", body, key="message-1")
    assert sent.status_code == 201, sent.text
    assert buyer.post(f"{path}/messages", body, key="message-1").text == sent.text
    seen = sales.get(path).json()
    assert (seen["side"], seen["open"], seen["unread"], [one["text"] for one in seen["messages"]]) == (
        "supplier",
        True,
        1,
        ["Can you ship in two lots?"],
    )
    assert sales.post(f"{path}/read").status_code == 204
    assert sales.get(path).json()["unread"] == 0
    assert sales.get(f"/rfqs/{content.rfq.id}/talks").json()["items"] == []
    other: Caller = caller_for(client, runtime, market.sales[1])
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/messages", body).status_code == 404


def test_a_sealed_request_takes_no_message(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
    path = f"/rfqs/{content.rfq.id}/talks/{market.suppliers[0]}"
    for person in (market.purchaser, market.sales[0]):
        caller = caller_for(client, runtime, person)
        refused = caller.post(f"{path}/messages", {"text": "seven percent less"})
        assert (refused.status_code, refused.json()["code"]) == (409, "talk-sealed")
        assert (caller.get(path).json()["open"], caller.get(path).json()["messages"]) == (False, [])
