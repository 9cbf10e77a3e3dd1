"""What a request is told that the database gave up: nothing is stored, and the same request may be repeated."""

from typing import Never
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from b2b_market.identity import queries
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.http.idempotency import IdempotencyRow
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.numbering import DocumentNumber, next_number
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import drafting
from tests.support.calling import caller_for, draft_body
from tests.support.people import actor_of, post_form, sign_in
from tests.support.rfqs import make_market
from tests.support.rows import rows_of

pytestmark = pytest.mark.committed
DEADLOCK, UNSERIALISABLE, LOCKED, TOO_SLOW = "40P01", "40001", "55P03", "57014"


def lose(session: Session, state: str) -> Never:
    """End the statement as PostgreSQL ends one that is given up with ``state``."""
    session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))
    raise AssertionError(state)


@pytest.mark.parametrize("state", [DEADLOCK, UNSERIALISABLE, LOCKED, TOO_SLOW])
def test_a_call_that_lost_stores_nothing_and_may_be_repeated(
    committed_client: TestClient, committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    purchaser = caller_for(committed_client, committed_runtime, market.purchaser)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    body, key = draft_body(list(market.suppliers), "2098-01-01T10:00:00Z"), uuid4().hex

    def numbered(session: Session, *named: object) -> Never:
        next_number(session, *named)  # type: ignore[arg-type]  # as the operation names them
        lose(session, state)

    def stored() -> list[int]:
        tables = (Rfq, DocumentNumber, IdempotencyRow, AuditEvent)
        return [rows_of(committed_runtime, machine, select(func.count()).select_from(table))[0] for table in tables]

    before = stored()
    with monkeypatch.context() as patched:
        patched.setattr(drafting, "next_number", numbered)
        answer = purchaser.post("/rfqs", body, key=key)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "2")
    assert stored() == before
    again = purchaser.post("/rfqs", body, key=key)
    assert (again.status_code, again.json()["number"][-6:]) == (201, "000001")


def test_a_page_that_lost_says_when_to_come_back(
    committed_client: TestClient, committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_market(committed_runtime, suppliers=1).purchaser
    sign_in(committed_client, person)
    with monkeypatch.context() as patched:
        patched.setattr(queries, "lock_own_user", lambda session, _: lose(session, DEADLOCK))
        answer = post_form(committed_client, "/preferences", {"theme": "dark"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("2", "no-store")
    token = str(committed_client.cookies[SESSION_COOKIE])
    assert actor_of(committed_runtime, token).person.theme == "auto"
    assert post_form(committed_client, "/preferences", {"theme": "dark"}).status_code < 400
    assert actor_of(committed_runtime, token).person.theme == "dark"
