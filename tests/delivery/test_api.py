from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.delivery.letters import DEAD, FAILING, announce, stored
from tests.support.people import make_company, make_person, sign_in, sign_out

API = "/api/v1/delivery"


def test_the_list_tells_of_events_without_their_payload(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    event_id = announce(runtime, **FAILING)
    announce(runtime, attempts=1, done_at=True)
    answer = sign_in(client, operator).get(f"{API}/events")
    assert answer.status_code == 200
    (found,) = answer.json()["items"]
    assert (found["id"], found["state"], found["topic"]) == (str(event_id), "failing", "lamp.lit.v1")
    assert (found["attempts"], found["error"], found["behind"], found["held_by"]) == (3, "ValueError: no lamp", 0, None)
    assert found["age_seconds"] == 86400
    assert "payload" not in found


def test_paging_and_filters(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    dead = [announce(runtime, **DEAD) for _ in range(2)]
    announce(runtime, "lamp.broken.v1", **DEAD)
    announce(runtime)
    sign_in(client, operator)
    query = f"{API}/events?state=dead&topic=lamp.lit.v1&limit=1"
    first = client.get(query).json()
    second = client.get(f"{query}&cursor={first['next_cursor']}").json()
    assert [item["id"] for item in (*first["items"], *second["items"])] == [str(event_id) for event_id in dead]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["state=delivered", "topic=Lamp", "topic=lamp", "limit=0", "limit=201", "state=x"])
def test_what_no_list_offers_is_refused(client: TestClient, operator: Actor, query: str) -> None:
    assert sign_in(client, operator).get(f"{API}/events?{query}").status_code == 422


def test_a_cursor_of_another_list_is_refused(client: TestClient, operator: Actor) -> None:
    answer = sign_in(client, operator).get(f"{API}/events?cursor=WyJhIiwiYiJd")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_one_event_with_its_payload(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    event_id = announce(runtime, **DEAD)
    found = sign_in(client, operator).get(f"{API}/events/{event_id}").json()
    row = stored(runtime, event_id)
    assert found["payload"] == row.payload
    assert (found["party_ids"], found["caused_by"]) == ([str(row.org_ids[0])], row.actor["user_id"])
    assert (found["next_attempt_at"], found["delivered_at"]) == (None, None)
    assert found["given_up_at"] is not None
    assert client.get(f"{API}/events/{new_id()}").status_code == 404


def test_the_summary(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    announce(runtime, **DEAD)
    announce(runtime)
    found = sign_in(client, operator).get(f"{API}/summary").json()
    assert (found["waiting"], found["failing"], found["dead"]) == (1, 0, 1)
    assert found["topics"] == [{"topic": "lamp.lit.v1", "waiting": 1, "failing": 0, "dead": 1}]
    assert found["oldest_at"].endswith("Z")


def test_sending_one_again_and_not_twice(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    event_id = announce(runtime, **DEAD)
    sign_in(client, operator)
    key = {"idempotency-key": uuid4().hex}
    answer = client.post(f"{API}/events/{event_id}/retry", headers=key)
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "waiting", 0)
    replay = client.post(f"{API}/events/{event_id}/retry", headers=key)
    assert (replay.status_code, replay.headers["idempotent-replay"]) == (200, "true")
    again = client.post(f"{API}/events/{event_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "illegal-step")
    assert stored(runtime, event_id).dead_at is None


def test_sending_a_topic_again(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    dead = [announce(runtime, **DEAD) for _ in range(2)]
    sign_in(client, operator)
    assert client.post(f"{API}/topics/lamp.lit.v1/retry").json() == {"retried": 2, "left": 0}
    assert [stored(runtime, event_id).dead_at for event_id in dead] == [None, None]
    assert client.post(f"{API}/topics/Nonsense/retry").status_code == 422


def test_others_are_turned_away(client: TestClient, runtime: Runtime, auditor: Actor) -> None:
    event_id = announce(runtime, **DEAD)
    reading = [f"{API}/summary", f"{API}/events", f"{API}/events/{event_id}"]
    changing = [f"{API}/events/{event_id}/retry", f"{API}/topics/lamp.lit.v1/retry"]
    sign_in(client, auditor)
    assert [client.get(url).status_code for url in reading] == [200, 200, 200]
    assert [client.post(url).status_code for url in changing] == [403, 403]
    sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_ADMIN))
    assert [client.get(url).status_code for url in reading] == [403, 403, 403]
    assert [client.post(url).status_code for url in changing] == [403, 403]
    sign_out(client)
    assert [client.get(url).status_code for url in reading] == [401, 401, 401]
    assert [client.post(url).status_code for url in changing] == [401, 401]
    assert stored(runtime, event_id).dead_at is not None
