"""What the platform's own people see of sealed bids: nothing before the opening, the whole trail after it."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import log_keys
from b2b_market.infra.audit_trail import DENIED, AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.veils import LiftedVeil
from b2b_market.kernel.permission import Role
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.rules.sealed_envelope import sign_withdrawal
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.tasks import settle_reveals
from tests.audit.trails import seal
from tests.support import bonds, judging, reveals
from tests.support import tenders as made
from tests.support.calling import API, Caller, caller_for
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall

SEALED = ("tender_bid", "tender_bond")


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def staff(runtime: Runtime) -> tuple[Actor, Actor]:
    """Return an auditor and an operator."""
    home = make_company(runtime, "Platform", platform=True)
    return (
        make_person(runtime, home, Role.PLATFORM_AUDITOR),
        make_person(runtime, home, Role.PLATFORM_OPERATOR),
    )


def acted(runtime: Runtime, client: TestClient, hall: Hall, content: TenderContent) -> None:
    """Let two companies bid and one be refused after all: it withdraws what it never sent."""
    made.bid(runtime, hall, content, 0)
    made.bid(runtime, hall, content, 1)
    document = sign_withdrawal(
        BidIds(content.tender.id, content.lots[0].id, hall.suppliers[2], 1), made.SIGNERS[2]
    ).to_bytes()
    sent(client, caller_for(client, runtime, hall.sales[2]), f"/tenders/{content.tender.id}/withdrawals", document, 404)


def sent(client: TestClient, caller: Caller, path: str, document: bytes, status: int) -> None:
    files = {"file": ("document.json", document, "application/octet-stream")}
    answer = client.post(API + path, files=files, headers=caller.headers)
    assert answer.status_code == status, answer.text


def trail(client: TestClient, runtime: Runtime, auditor: Actor) -> list[dict[str, Any]]:
    """Return every entry that the auditor's list holds."""
    caller = caller_for(client, runtime, auditor)
    found: list[dict[str, Any]] = []
    path = "/audit/entries?limit=200"
    while True:
        page = caller.get(path).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        path = f"/audit/entries?limit=200&cursor={page['next_cursor']}"


def told_of(entries: Sequence[dict[str, Any]], hall: Hall) -> list[str]:
    """Return the actions on bids, and those that companies of the suppliers took on the tender."""
    own = {str(one) for one in hall.suppliers}
    return [
        one["action"]
        for one in entries
        if one["object_type"] in SEALED or (one["actor_org_id"] in own and one["object_type"] == "tenders")
    ]


def lifted(runtime: Runtime) -> list[Any]:
    return rows_of(runtime, system_actor("test"), select(LiftedVeil.veil))


def test_the_auditor_reads_of_bids_and_refusals_once_they_are_opened(
    runtime: Runtime, hall: Hall, client: TestClient
) -> None:
    auditor, _ = staff(runtime)
    content = made.tendering(runtime, hall)
    acted(runtime, client, hall, content)
    late = made.packed_bid(content, hall.suppliers[2], 2)
    assert told_of(trail(client, runtime, auditor), hall) == []
    made.close(runtime)
    caller = caller_for(client, runtime, hall.sales[2])
    sent(client, caller, f"/tenders/{content.tender.id}/bids", late, 409)
    assert told_of(trail(client, runtime, auditor), hall) == []
    assert lifted(runtime) == []
    denied = select(AuditEvent.veil).where(AuditEvent.outcome == DENIED, AuditEvent.actor_org_id == hall.suppliers[2])
    assert set(rows_of(runtime, hall.sales[2], denied)) == {content.tender.id}
    made.open_bids(runtime, hall, content.tender.id)
    assert lifted(runtime) == [content.tender.id]
    found = told_of(trail(client, runtime, auditor), hall)
    assert sorted(found) == sorted(
        ["bid.sealed", "bid.sealed", "withdraw_bid", "submit_bid", "tender_bid.opened", "tender_bid.opened"]
    )


def test_a_tender_that_ends_unopened_lifts_the_veil_too(runtime: Runtime, hall: Hall) -> None:
    alone = made.published(runtime, hall)
    called_off = made.tendering(runtime, hall)
    made.bid(runtime, hall, called_off, 0)
    assert lifted(runtime) == []
    made.cancel(runtime, hall, called_off.tender.id)
    assert lifted(runtime) == [called_off.tender.id]
    made.close(runtime)
    assert set(lifted(runtime)) == {called_off.tender.id, alone.tender.id}


def test_bonds_and_reveals_are_veiled_as_bids_are(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    auditor, operator = staff(runtime)
    content = made.tendering(runtime, hall, bonds.command(hall))
    kept = [made.sealed_bid(content, hall.suppliers[place], place) for place in (0, 1)]
    for place in (0, 1):
        made.send(runtime, hall, content, place, kept[place])
        bonds.register(runtime, hall.sales[place], content, letter=b"a guarantee\n")
    made.close(runtime)
    reveals.declare(runtime, hall.approver, content.tender.id)
    for place in (0, 1):
        document = reveals.packed(kept[place], Part.WHOLE, made.offer_file("950"))
        reveals.reveal(runtime, hall.sales[place], content.tender.id, document)
    assert told_of(trail(client, runtime, auditor), hall) == []
    veiled = select(AuditEvent.action).where(AuditEvent.veil == content.tender.id)
    everybody = system_actor("test", *hall.suppliers)
    assert {"bid.sealed", "tender.bond_registered", "tender_bid.revealed"} <= set(rows_of(runtime, everybody, veiled))
    for person in (auditor, operator):
        with runtime.database.session() as session:
            set_tenant(session, person.tenant())
            topics = {row.topic for row in session.scalars(select(OutboxRow))}
        assert not [topic for topic in topics if topic.startswith("bid.") or "bond" in topic]
        assert "tender.closed.v1" in topics
    judging.deliver(runtime)
    asked = "tender.reveal_wanted"
    assert asked not in given_up(runtime, client, operator), "whom nobody could ask is who has bid"
    made.move(runtime, timedelta(days=2))
    assert settle_reveals(runtime) == 1
    assert asked in given_up(runtime, client, operator)


def given_up(runtime: Runtime, client: TestClient, operator: Actor) -> set[str]:
    """Let no server take any mail, and return the kinds of those that the operator finds given up."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        session.execute(update(NotificationMail).values(status=MailStatus.DEAD))
        session.commit()
    found = caller_for(client, runtime, operator).get("/notifications/mail/failed?limit=200")
    assert found.status_code == 200, found.text
    return {one["kind"] for one in found.json()["items"]}


@pytest.mark.committed
def test_the_auditors_export_before_the_opening_verifies_and_tells_places_alone(
    committed_runtime: Runtime, committed_client: TestClient
) -> None:
    runtime, client = committed_runtime, committed_client
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, suppliers=3)
        auditor, _ = staff(runtime)
        content = made.tendering(runtime, hall)
        judging.deliver(runtime)
        seal(runtime)
        before = exported(client, runtime, auditor)
        acted(runtime, client, hall, content)
        judging.deliver(runtime)
        seal(runtime)
        after = exported(client, runtime, auditor)
        measured = TestClient(client.app, client=("127.0.0.1", 5000)).get("/metrics").text
        # what came besides is the note of the first export; of the bids there is a place and a hash each
        fresh = [line for line in after if line["kind"] == "entry" and line not in before]
        assert [line["entry"]["action"] for line in fresh if line["entry"]] == ["audit.exported"]
        veiled = [line for line in fresh if not line["entry"]]
        assert all(line.keys() == {"entry", "kind", "leaf_hash", "leaf_index", "veiled"} for line in veiled)
        entries = [one for one in written(runtime) if one.veil == content.tender.id]
        assert {bytes.fromhex(line["leaf_hash"]) for line in veiled} == {bytes(one.leaf_hash) for one in entries}
        assert 'route="/api/v1/tenders"' in measured
        assert "/tenders/{" not in measured
        made.close(runtime)
        made.open_bids(runtime, hall, content.tender.id)
        seal(runtime)
        opened = exported(client, runtime, auditor)
        shown = {line["entry"]["id"] for line in opened if line["kind"] == "entry" and line["entry"]}
        assert {str(one.id) for one in entries} <= shown
        assert not [line for line in opened if line["kind"] == "entry" and not line["entry"]]


def exported(client: TestClient, runtime: Runtime, auditor: Actor) -> list[dict[str, Any]]:
    """Return the lines of the auditor's export, which verifies."""
    answer = client.get(f"{API}/audit/export", headers=caller_for(client, runtime, auditor).headers)
    assert answer.status_code == 200, answer.text
    lines = answer.content.splitlines(keepends=True)
    report = verify_export(lines, trusted=log_keys(runtime))
    assert (report.findings, report.exit_code) == ((), 0)
    return [json.loads(line) for line in lines]


def written(runtime: Runtime) -> list[AuditEvent]:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        assert session.execute(text("SELECT count(*) FROM audit_leaf WHERE veiled")).scalar_one() > 0
        found = list(session.scalars(select(AuditEvent)))
        session.expunge_all()
    return found
