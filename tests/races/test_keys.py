"""One idempotency key many times at once: one effect and one answer; another request with it is refused."""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.http.idempotency import IdempotencyRow
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.quotes import Quote, QuoteRevision
from b2b_market.rfq.models.requests import Rfq
from tests.support.calling import caller_for, draft_body, quote_body
from tests.support.people import make_person
from tests.support.rfqs import make_market, publish
from tests.support.rows import rows_of
from tests.support.together import at_once

pytestmark = pytest.mark.committed


def deadline() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).isoformat()


@pytest.mark.parametrize("times", [2, 20])
def test_one_key_at_once_has_one_effect_and_one_answer(
    committed_client: TestClient, committed_runtime: Runtime, times: int
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    content = publish(committed_runtime, market)
    sales = caller_for(committed_client, committed_runtime, market.sales[0])
    key, body = uuid4().hex, quote_body(content)

    answers = at_once(times, lambda _: sales.post(f"/rfqs/{content.rfq.id}/quotes", body, key=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["etag"] for answer in answers} == {'"v1"'}
    assert sorted(answer.headers.get("idempotent-replay", "") for answer in answers) == ["", *["true"] * (times - 1)]
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    (quote,) = rows_of(committed_runtime, machine, select(Quote))
    assert str(quote.id) == answers[0].json()["id"]
    assert len(rows_of(committed_runtime, machine, select(QuoteRevision))) == 1
    for rows in (
        select(OutboxRow).where(OutboxRow.topic == "quote.submitted.v1"),
        select(AuditEvent).where(AuditEvent.action == "quote.submitted"),
        select(IdempotencyRow).where(IdempotencyRow.key == key),
    ):
        assert len(rows_of(committed_runtime, machine, rows)) == 1


def test_one_key_with_two_requests_at_once_serves_one_and_refuses_the_other(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    purchaser = caller_for(committed_client, committed_runtime, market.purchaser)
    key = uuid4().hex
    bodies = [draft_body(list(market.suppliers), deadline()) for _ in range(8)]
    for number, body in enumerate(bodies):
        body["title"] = f"Wanted {number}"

    answers = at_once(8, lambda n: purchaser.post("/rfqs", bodies[n], key=key))
    (won,) = [answer for answer in answers if answer.status_code == 201]
    others = {(answer.status_code, answer.json()["code"]) for answer in answers if answer is not won}
    assert others == {(422, "idempotency-key-reused")}
    machine = system_actor("test", market.buyer_id)
    assert [rfq.title for rfq in rows_of(committed_runtime, machine, select(Rfq))] == [won.json()["title"]]


def test_a_key_belongs_to_its_person_and_its_route(committed_client: TestClient, committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=1)
    other = make_person(committed_runtime, market.buyer_id, Role.BUYER_PURCHASER)
    people = [caller_for(committed_client, committed_runtime, who) for who in (market.purchaser, other)]
    key, body = uuid4().hex, draft_body(list(market.suppliers), deadline())
    first, second = [who.post("/rfqs", body, key=key) for who in people]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    published = people[0].post(f"/rfqs/{first.json()['id']}/publish", key=key, version=1)
    assert published.status_code == 200
    assert published.json()["status"] == "published"


def test_a_refused_request_leaves_its_key_free(committed_client: TestClient, committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=1)
    content = publish(committed_runtime, market)
    sales = caller_for(committed_client, committed_runtime, market.sales[0])
    key, path = uuid4().hex, f"/rfqs/{content.rfq.id}/quotes"
    refused = sales.post(path, quote_body(content, price="0"), key=key)
    assert refused.status_code == 422
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    assert rows_of(committed_runtime, machine, select(func.count()).select_from(IdempotencyRow)) == [0]
    accepted = sales.post(path, quote_body(content), key=key)
    assert accepted.status_code == 201


def test_a_twin_that_waits_too_long_is_told_to_come_back(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    """The first request with a key hangs: its twin waits for the lock's five seconds, then gets 409 and Retry-After."""
    market = make_market(committed_runtime, suppliers=1)
    purchaser = caller_for(committed_client, committed_runtime, market.purchaser)
    key = uuid4().hex
    with committed_runtime.database.session() as hanging:
        person = str(market.purchaser.user_id)
        hanging.connection().exec_driver_sql("SELECT set_config('app.person', %s, true)", (person,))
        hanging.add(
            IdempotencyRow(
                org_id=market.buyer_id,
                actor=person,
                operation="draft_rfq",
                key=key,
                request_hash=hashlib.sha256(b"the first").digest(),
                created_at=datetime.now(UTC),
            )
        )
        hanging.flush()
        begun = time.monotonic()
        answer = purchaser.post("/rfqs", draft_body(list(market.suppliers), deadline()), key=key)
        waited = time.monotonic() - begun
        hanging.rollback()
    assert (answer.status_code, answer.json()["code"]) == (409, "request-in-progress")
    assert answer.headers["retry-after"] == "5"
    assert waited > 4.5
    assert rows_of(committed_runtime, system_actor("test", market.buyer_id), select(Rfq)) == []
