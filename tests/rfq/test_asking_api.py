"""Questions and answers over the API."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.calling import Caller, caller_for
from tests.support.rfqs import Market, draft_command, make_market, publish


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


@pytest.fixture
def buyer(client: TestClient, runtime: Runtime, market: Market) -> Caller:
    return caller_for(client, runtime, market.purchaser)


@pytest.fixture
def sales(client: TestClient, runtime: Runtime, market: Market) -> Caller:
    return caller_for(client, runtime, market.sales[0])


def test_asked_once_answered_by_version_and_answered_again(buyer: Caller, sales: Caller, content: RfqContent) -> None:
    path = f"/rfqs/{content.rfq.id}/questions"
    body = {"text": "Which pitch?", "line_id": str(content.lines[0].id)}
    asked = sales.post(path, body, key="question-1")
    assert asked.status_code == 201, asked.text
    assert (asked.json()["own"], asked.json()["version"], asked.json()["status"]) == (True, None, "open")
    assert sales.post(path, body, key="question-1").text == asked.text
    (question,) = buyer.get(path).json()["items"]
    assert (question["own"], question["version"], question["line_id"]) == (False, 1, body["line_id"])
    reply = f"/questions/{question['id']}/answers"
    blind = buyer.post(reply, {"text": "1.25 mm."})
    assert (blind.status_code, blind.json()["code"]) == (428, "version-required")
    answered = buyer.post(reply, {"text": "1.25 mm."}, key="answer-1", version=1)
    assert answered.status_code == 201, answered.text
    assert answered.headers["etag"] == '"v2"'
    assert [one["kind"] for one in answered.json()["replies"]] == ["answer"]
    stale = buyer.post(reply, {"text": "1.5 mm."}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    again = buyer.post(reply, {"text": "Correction: 1.5 mm."}, version=2)
    assert [one["text"] for one in again.json()["replies"]] == ["1.25 mm.", "Correction: 1.5 mm."]
    for verb in ("PUT", "PATCH", "DELETE"):
        assert buyer.call(verb, reply).status_code == 405


def test_refusals_say_what_would_be_right(buyer: Caller, sales: Caller, content: RfqContent) -> None:
    path = f"/rfqs/{content.rfq.id}/questions"
    named = sales.post(path, {"text": "Supplier 1 needs a drawing"})
    assert (named.status_code, named.json()["code"]) == (409, "question-names-its-asker")
    assert sales.post(path, {"text": "ab"}).status_code == 422
    assert buyer.post(path, {"text": "May I ask myself?"}).status_code == 403
    asked = sales.post(path, {"text": "Which pitch?"}).json()
    decline = f"/questions/{asked['id']}/decline"
    close = buyer.post(f"/rfqs/{content.rfq.id}/close", {"reason": "enough"}, version=content.rfq.version)
    assert (close.status_code, close.json()["code"], close.json()["facts"]) == (409, "rfq-questions-open", {"count": 1})
    assert sales.post(decline, {"text": "never mind"}, version=1).status_code == 403
    declined = buyer.post(decline, {"text": "see the drawing"}, version=1)
    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    again = buyer.post(decline, {"text": "see the drawing"}, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "illegal-step")
    assert buyer.post(f"/rfqs/{content.rfq.id}/close", {"reason": "enough"}, version=content.rfq.version).is_success
