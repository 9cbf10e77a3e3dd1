"""The audit log over HTTP: entries, proofs that hold outside the product, downloads."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.rules.checkpoint import read_checkpoint
from b2b_market.audit.rules.verification import verify_export
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel import merkle
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.audit.trails import entry, rows, seal, write, write_many
from tests.support.people import make_company, make_person, sign_in, sign_out

API = "/api/v1/audit"


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_ADMIN)


def auditor_of(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "The Platform", platform=True), Role.PLATFORM_AUDITOR)


def items(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{API}/entries{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_entries_are_listed_filtered_and_paged(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    org, thing = admin.org_ids[0], new_id()
    write(runtime, entry(org, thing=thing, action="thing.made"), entry(org, denied=True), entry(new_id()))
    write(runtime, entry(org))
    sign_in(client, admin)
    assert len(items(client)) == 3
    assert [found["object_id"] for found in items(client, "?action=thing.made")] == [str(thing)]
    assert [found["rule"] for found in items(client, "?outcome=denied")] == ["thing-refused"]
    assert items(client, f"?object_id={thing}&outcome=denied") == []
    assert items(client, "?since=2099-01-01T00:00:00Z") == []
    page = client.get(f"{API}/entries?limit=2").json()
    assert len(page["items"]) == 2
    rest = client.get(f"{API}/entries?limit=2&cursor={page['next_cursor']}").json()
    assert len(rest["items"]) == 1
    assert rest["next_cursor"] is None


WRONG = ("outcome=maybe", "object_id=7", "since=yesterday", "limit=0", "limit=1000", "cursor=x", "action=" + "x" * 101)


@pytest.mark.parametrize("query", WRONG)
def test_what_no_filter_means_is_refused(client: TestClient, admin: Actor, query: str) -> None:
    sign_in(client, admin)
    answer = client.get(f"{API}/entries?{query}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


PATHS = (
    "/entries",
    f"/entries/{UUID(int=7)}",
    "/checkpoints",
    "/checkpoints/1",
    "/consistency?first=1&second=1",
    "/witness",
    "/export",
)


@pytest.mark.parametrize("path", PATHS)
def test_strangers_and_people_without_the_permission_are_refused(
    client: TestClient, runtime: Runtime, path: str
) -> None:
    sign_out(client)
    assert client.get(API + path).status_code == 401
    sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER))
    answer = client.get(API + path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


def test_the_operator_reads_but_does_not_export(client: TestClient, runtime: Runtime) -> None:
    platform = make_company(runtime, "The Platform", platform=True)
    sign_in(client, make_person(runtime, platform, Role.PLATFORM_OPERATOR))
    write(runtime, entry(new_id()))
    assert items(client) == []
    assert client.get(f"{API}/export").status_code == 403


def test_another_companys_entry_does_not_exist(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    write(runtime, entry(new_id()))
    ((event_id,),) = rows(runtime, "SELECT id FROM audit_event WHERE object_type = 'thing'")
    sign_in(client, admin)
    for unknown in (event_id, uuid4()):
        answer = client.get(f"{API}/entries/{unknown}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not-found"


def test_the_keys_are_there_for_everybody(client: TestClient, runtime: Runtime) -> None:
    sign_out(client)
    (key,) = client.get(f"{API}/keys").json()["items"]
    assert key == {
        "key_id": runtime.checkpoints.key_id,
        "algorithm": "Ed25519",
        "public_key": runtime.checkpoints.public_key.hex(),
    }


@pytest.mark.committed
def test_a_proof_from_the_api_holds_for_somebody_with_nothing_but_the_key(
    fresh_client: TestClient, fresh: Runtime
) -> None:
    admin = make_person(fresh, make_company(fresh), Role.BUYER_ADMIN)
    write_many(fresh, 40)
    write(fresh, entry(admin.org_ids[0]))
    write_many(fresh, 3)
    seal(fresh)
    sign_in(fresh_client, admin)
    event_id = items(fresh_client)[0]["id"]
    detail = fresh_client.get(f"{API}/entries/{event_id}").json()
    assert detail["verdict"] == "proven"
    assert {field["name"]: field["state"] for field in detail["fields"]} == {
        "parts": "proven",
        "price": "secret",
        "title": "proven",
    }
    proof = detail["proof"]
    signed = proof["checkpoint"]
    assert json.loads(proof["entry_text"])["id"] == event_id
    assert merkle.verify_inclusion(
        merkle.leaf_hash(proof["entry_text"].encode()),
        proof["leaf_index"],
        signed["size"],
        [bytes.fromhex(step) for step in proof["path"]],
        bytes.fromhex(signed["root"]),
    )
    statement = {name: signed[name] for name in ("origin", "previous", "root", "size", "time")}
    assert verify(fresh.checkpoints.public_key, statement, bytes.fromhex(signed["signature"]))


@pytest.mark.committed
def test_checkpoints_and_consistency(fresh_client: TestClient, fresh: Runtime) -> None:
    admin = make_person(fresh, make_company(fresh), Role.BUYER_ADMIN)
    write_many(fresh, 1200)
    seal(fresh)
    sign_in(fresh_client, admin)
    page = fresh_client.get(f"{API}/checkpoints?limit=1").json()
    assert [signed["size"] for signed in page["items"]] == [1200]
    following = fresh_client.get(f"{API}/checkpoints?limit=1&cursor={page['next_cursor']}").json()
    assert [signed["size"] for signed in following["items"]] == [1000]
    assert fresh_client.get(f"{API}/checkpoints/1000").json() == following["items"][0]
    assert fresh_client.get(f"{API}/checkpoints/999").status_code == 404
    proof = fresh_client.get(f"{API}/consistency?first=1000&second=1200").json()
    assert proof["holds"] is True
    roots = bytes.fromhex(proof["first"]["root"]), bytes.fromhex(proof["second"]["root"])
    assert merkle.verify_consistency(1000, 1200, roots, [bytes.fromhex(step) for step in proof["path"]])
    assert fresh_client.get(f"{API}/consistency?first=999&second=1200").status_code == 404


@pytest.mark.committed
def test_the_downloads_verify_offline_together(fresh_client: TestClient, fresh: Runtime) -> None:
    admin = make_person(fresh, make_company(fresh), Role.SUPPLIER_ADMIN)
    for _ in range(3):
        write(fresh, entry(admin.org_ids[0]), entry(new_id()))
        seal(fresh)
    sign_in(fresh_client, admin)
    kept = fresh_client.get(f"{API}/witness")
    assert kept.headers["content-type"] == "application/x-ndjson"
    assert kept.headers["content-disposition"] == 'attachment; filename="witness.jsonl"'
    witness = kept.content.splitlines(keepends=True)
    sizes = [read_checkpoint(json.loads(line)).size for line in witness[1:]]
    assert sizes == [size for (size,) in rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size")]
    since = fresh_client.get(f"{API}/witness?after={sizes[0]}").content.splitlines()
    assert len(since) == len(witness) - 1
    write(fresh, entry(admin.org_ids[0]))
    seal(fresh)
    held = ",".join(str(size) for size in sizes)
    export = fresh_client.get(f"{API}/export?held={held}")
    assert export.status_code == 200
    assert export.headers["content-disposition"] == 'attachment; filename="audit-export.jsonl"'
    trusted = {fresh.checkpoints.key_id: fresh.checkpoints.public_key}
    report = verify_export(export.content.splitlines(keepends=True), witness=witness, trusted=trusted)
    assert report.findings == ()
    assert report.tally.witnessed == len(sizes)
    assert report.tally.entries >= 4
    noted = rows(fresh, "SELECT actor_user_id FROM audit_event WHERE action = 'audit.exported'")
    assert noted == [(admin.user_id,)]
    assert fresh_client.get(f"{API}/export?held=999999").status_code == 404
    for wrong in ("0", "x", "1,", ",".join("1" * 21), "1;2"):
        assert fresh_client.get(f"{API}/export", params={"held": wrong}).status_code == 422


@pytest.mark.committed
def test_the_auditors_export_is_the_whole_log(fresh_client: TestClient, fresh: Runtime) -> None:
    auditor = auditor_of(fresh)
    write(fresh, entry(new_id()), entry(new_id()))
    seal(fresh)
    sign_in(fresh_client, auditor)
    report = verify_export(fresh_client.get(f"{API}/export").content.splitlines(keepends=True))
    assert report.findings == ()
    assert report.tally.entries == report.head == 2
    assert len(items(fresh_client)) == 3


def test_an_id_of_no_uuid_is_no_entry(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    assert client.get(f"{API}/entries/{UUID(int=1)}").status_code == 404
    assert client.get(f"{API}/entries/7").status_code in (404, 422)
