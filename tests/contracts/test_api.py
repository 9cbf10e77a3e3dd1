from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.contracts.service.views import ContractView
from b2b_market.contracts.tasks import take_fingerprints
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from tests.contracts.deals import Sides, drafted, released
from tests.support.people import make_company, make_person, sign_in, sign_out

TERMS = {
    "incoterm": "FCA",
    "incoterm_place": "Stuttgart",
    "delivery_note": "",
    "payment_terms": "net 60",
    "governing_law": "DE",
    "dispute_forum": "supplier_court",
    "arbitration_body": "",
    "prevailing_language": "en",
    "notes": "",
}


def draft_of(runtime: Runtime, sides: Sides) -> ContractView:
    return drafted(runtime, sides.buyer, sides.supplier)


def url(contract: ContractView, rest: str = "") -> str:
    return f"/api/v1/contracts/{contract.id}{rest}"


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_contract_is_read_with_exact_money_and_its_version(
    runtime: Runtime, sides: Sides, client: TestClient
) -> None:
    contract = draft_of(runtime, sides)
    answer = sign_in(client, sides.purchaser).get(url(contract))
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"v1"'
    body = answer.json()
    assert body["number"] == contract.number
    assert body["total"] == {"amount": "292.70", "currency": "CNY"}
    assert body["lines"][0]["unit_price"] == {"amount": "0.335", "currency": "CNY"}
    assert body["lines"][0]["amount"] == {"amount": "33.50", "currency": "CNY"}
    assert (body["role"], body["status"], body["edition"]) == ("buyer", "drafted", 1)
    assert body["allowed_steps"] == ["edit", "release", "void"]
    assert body["terms"]["payment_terms"].startswith("收到货物")
    assert body["documents"] == []


def test_the_whole_life_of_a_contract(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = draft_of(runtime, sides)
    sign_in(client, sides.seller)
    assert code(client.get(url(contract))) == (404, "not-found")
    sign_in(client, sides.purchaser)
    edited = client.put(url(contract, "/terms"), json=TERMS, headers={"If-Match": '"v1"'})
    assert (edited.status_code, edited.json()["edition"], edited.headers["etag"]) == (200, 2, '"v2"')
    assert edited.json()["terms"] == TERMS
    shown = client.post(url(contract, "/release"), headers={"If-Match": '"v2"', "Idempotency-Key": str(new_id())})
    assert (shown.status_code, shown.json()["status"]) == (200, "proposed")
    sign_in(client, sides.seller)
    theirs = client.get(url(contract)).json()
    assert (theirs["role"], theirs["allowed_steps"], theirs["status"]) == ("supplier", [], "proposed")
    sign_in(client, sides.approver)
    ended = client.post(url(contract, "/void"), json={"reason": "ordered twice"}, headers={"If-Match": '"v3"'})
    assert (ended.status_code, ended.json()["void_reason"]) == (200, "ordered twice")


@pytest.mark.parametrize("kind", ["pdf", "docx"])
@pytest.mark.parametrize("languages", ["zh", "en", "both"])
def test_both_parties_download_the_recorded_file(
    runtime: Runtime, sides: Sides, client: TestClient, kind: str, languages: str
) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    take_fingerprints(runtime)
    got = []
    for person in (sides.purchaser, sides.seller):
        answer = sign_in(client, person).get(url(contract, f"/documents/{kind}?languages={languages}"))
        assert answer.status_code == 200
        got.append(answer)
    first = got[0]
    assert first.content == got[1].content
    assert first.headers["content-disposition"] == (
        f"attachment; filename*=UTF-8''{contract.number}-1-{languages}.{kind}"
    )
    assert first.headers["x-content-type-options"] == "nosniff"
    known = sign_out(client).get(f"/api/v1/contract-verifications/{contract.id}/1").json()["documents"]
    (row,) = [row for row in known if (row["printing"], row["file_format"]) == (languages, kind)]
    assert first.headers["etag"] == f'"{row["sha256"]}"'
    assert row["size"] == len(first.content)


def test_a_download_is_audited(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = draft_of(runtime, sides)
    assert sign_in(client, sides.purchaser).get(url(contract, "/documents/pdf")).status_code == 200
    with runtime.database.session() as session:
        set_tenant(session, Tenant((sides.buyer,)))
        query = "SELECT actor_user_id, channel FROM audit_event WHERE action = 'contracts.printed'"
        assert session.execute(text(query)).all() == [(sides.purchaser.user_id, "api")]


def test_lists_answer_pages_with_filters(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    made = [draft_of(runtime, sides) for _ in range(3)]
    sign_in(client, sides.purchaser)
    first = client.get("/api/v1/contracts?limit=2").json()
    assert [row["id"] for row in first["items"]] == [str(made[2].id), str(made[1].id)]
    rest = client.get(f"/api/v1/contracts?limit=2&cursor={first['next_cursor']}").json()
    assert [row["id"] for row in rest["items"]] == [str(made[0].id)]
    assert rest["next_cursor"] is None
    assert client.get("/api/v1/contracts?role=supplier").json()["items"] == []
    assert len(client.get("/api/v1/contracts?status=drafted&role=buyer").json()["items"]) == 3
    assert sign_in(client, sides.seller).get("/api/v1/contracts").json()["items"] == []


@pytest.mark.parametrize("query", ["status=open", "role=owner", "limit=0", "limit=x", "cursor=%00", "cursor=abc"])
def test_lists_refuse_what_they_do_not_know(sides: Sides, client: TestClient, query: str) -> None:
    answer = sign_in(client, sides.purchaser).get(f"/api/v1/contracts?{query}")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"incoterm": "ABC"}, 422),
        ({"incoterm": "dap"}, 422),
        ({"governing_law": "XX"}, 422),
        ({"incoterm_place": ""}, 422),
        ({"dispute_forum": "duel"}, 422),
        ({"dispute_forum": "arbitration"}, 422),
        ({"payment_terms": "x" * 4001}, 422),
        ({"notes": "a\u202eb"}, 422),
        ({"surprise": "x"}, 422),
    ],
)
def test_terms_that_cannot_be_are_refused(
    runtime: Runtime, sides: Sides, client: TestClient, change: dict[str, str], status: int
) -> None:
    contract = draft_of(runtime, sides)
    sign_in(client, sides.purchaser)
    answer = client.put(url(contract, "/terms"), json={**TERMS, **change}, headers={"If-Match": '"v1"'})
    assert answer.status_code == status, answer.text
    assert client.get(url(contract)).json()["edition"] == 1


def test_versions_are_asked_for_and_compared(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = draft_of(runtime, sides)
    sign_in(client, sides.purchaser)
    assert code(client.put(url(contract, "/terms"), json=TERMS)) == (428, "version-required")
    assert code(client.put(url(contract, "/terms"), json=TERMS, headers={"If-Match": '"v9"'})) == (412, "stale-version")
    assert code(client.post(url(contract, "/release"))) == (428, "version-required")
    assert code(client.post(url(contract, "/void"), json={"reason": "x"})) == (428, "version-required")


def test_what_is_not_possible_now_says_so(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    sign_in(client, sides.purchaser)
    again = client.post(url(contract, "/release"), headers={"If-Match": f'"v{contract.version}"'})
    assert code(again) == (409, "illegal-step")
    bare = {**TERMS, "payment_terms": ""}
    revised = client.put(url(contract, "/terms"), json=bare, headers={"If-Match": f'"v{contract.version}"'})
    assert code(revised) == (409, "contract-terms-incomplete")
    assert [error["pointer"] for error in revised.json()["errors"]] == ["/payment_terms"]


@pytest.mark.parametrize(("step", "body"), [("/terms", TERMS), ("/release", None), ("/void", {"reason": "x"})])
def test_the_supplier_and_strangers_change_nothing(
    runtime: Runtime, sides: Sides, client: TestClient, step: str, body: dict[str, str] | None
) -> None:
    contract = released(runtime, sides.buyer, sides.supplier)
    send = client.put if step == "/terms" else client.post
    headers = {"If-Match": f'"v{contract.version}"'}
    sign_in(client, sides.seller)
    assert code(send(url(contract, step), json=body, headers=headers)) == (403, "forbidden")
    sign_out(client)
    assert code(send(url(contract, step), json=body, headers=headers)) == (401, "unauthenticated")
    other = make_person(runtime, make_company(runtime, "Other"), Role.BUYER_PURCHASER)
    sign_in(client, other)
    assert code(send(url(contract, step), json=body, headers=headers)) == (404, "not-found")
    assert sign_in(client, sides.purchaser).get(url(contract)).headers["etag"] == f'"v{contract.version}"'


def test_anybody_verifies_and_learns_nothing_else(runtime: Runtime, sides: Sides, client: TestClient) -> None:
    contract = draft_of(runtime, sides)
    take_fingerprints(runtime)
    answer = client.get(f"/api/v1/contract-verifications/{contract.id}/1")
    assert answer.status_code == 200
    assert set(answer.json()) == {"contract_id", "edition", "documents"}
    assert len(answer.json()["documents"]) == 6
    for secret in (contract.number, contract.title, str(sides.buyer), str(sides.supplier)):
        assert secret not in answer.text
    assert code(client.get(f"/api/v1/contract-verifications/{contract.id}/2")) == (404, "not-found")
    assert code(client.get(f"/api/v1/contract-verifications/{new_id()}/1")) == (404, "not-found")
    assert client.get(f"/api/v1/contract-verifications/{contract.id}/0").status_code == 422
