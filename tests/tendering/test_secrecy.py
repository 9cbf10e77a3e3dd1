"""No reading route gives a price before the technical scores are locked, to anybody of any role."""

import base64
import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.bids import PrintOpening
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import printing, reporting
from b2b_market.tendering.tasks import advance_committees
from tests.support import committees, envelopes, judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import actor_of, make_company, make_person, start_session
from tests.support.routes import routes_of
from tests.support.rows import rows_of
from tests.support.servers import Servers, admin
from tests.support.tenders import Hall
from tests.support.works import work_for

PLANTED = "83517.29"
TOTAL = "835172.90"
WORDS = (PLANTED, TOTAL, "83,517.29", "835,172.90", "835172.9", "835,172.9")
OTHERS = ("procedure", "enquir", "officer", "opening-work", ".pdf", ".docx", "/edit", "/new", "receipts")
"""Parts of paths that lead to no bid; printed documents are looked at where they are made."""


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def everybody(runtime: Runtime, hall: Hall, members: Sequence[Actor] = ()) -> dict[str, Actor]:
    """Return people of every role around a tender, but for the bidder whose price is planted."""
    platform = make_company(runtime, "Platform", platform=True)
    service = make_person(runtime, hall.buyer_id, *[role for role in Role if role.value.startswith("buyer")])
    found = {
        "purchaser": hall.purchaser,
        "approver": hall.approver,
        "evaluator": hall.evaluator,
        "admin and officer": hall.officers[0],
        "officer of another company": hall.officers[2],
        "another bidder": hall.sales[1],
        "every role of the buyer": service,
        "operator": make_person(runtime, platform, Role.PLATFORM_OPERATOR),
        "auditor": make_person(runtime, platform, Role.PLATFORM_AUDITOR),
    }
    return found | {f"member {number}": member for number, member in enumerate(members)}


def read_everything(
    client: TestClient, app: FastAPI, runtime: Runtime, people: Mapping[str, Actor], things: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Return how many answers were read, and who got a planted price where."""
    routes = [
        route
        for route in routes_of(app)
        if route.method == "GET"
        and ("tender" in route.path or "/bids" in route.path or route.path.endswith("/audit"))
        and set(route.params) <= things.keys()
        and not any(part in route.path for part in OTHERS)
    ]
    found, good = [], 0
    for name, person in people.items():
        caller = caller_for(client, runtime, person)
        for route in routes:
            answer = client.get(route.at(things), headers={**caller.headers, "accept": "*/*"})
            good += answer.status_code == 200
            said = answer.text + repr(sorted(answer.headers.items()))
            found += [f"{name}: {route.label}" for word in WORDS if word in said]
    return good, found


def kept_elsewhere(runtime: Runtime, hall: Hall) -> list[str]:
    """Return where a planted price lies in what is announced, audited or sent as a message."""
    buyer = system_actor("test", hall.buyer_id, *hall.suppliers, hall.officers[2].org_id)
    found = []
    for model in (OutboxRow, AuditEvent, AuditDetail):
        rows = [json.dumps(vars(row), default=str) for row in rows_of(runtime, buyer, select(model))]
        found += [model.__name__ for row in rows for word in WORDS if word in row]
    return found


def printed(runtime: Runtime, person: Actor, tender_id: UUID) -> str:
    """Return what the report and the opening record would print for somebody of the buyer."""
    with work_for(runtime, person) as work:
        report = reporting.read_report(work, person, ReadTender(tender_id))
        try:
            sheet = printing.read_opening_sheet(work, person, PrintOpening(tender_id))
        except NotFound:
            return repr(report)
    return repr((report, sheet))


def test_with_two_envelopes_until_the_officers_have_opened_the_prices(
    runtime: Runtime, hall: Hall, client: TestClient, shared_app: FastAPI
) -> None:
    found = envelopes.technical_opened(runtime, hall, (PLANTED, "80000", "70000"))
    people = everybody(runtime, hall) | {"the bidder": hall.sales[0]}
    bids = [bid.id for bid, _ in judging.begin(runtime, hall, found.content).lots[0].bids]
    things = {
        "tender_id": str(found.id),
        "bid_id": str(bids[0]),
        "position": "0",
        "lot_id": str(found.content.lots[0].id),
    }
    envelopes.score(runtime, hall, found.id, ("90", "60", "40"))
    good, seen = read_everything(client, shared_app, runtime, people, things)
    assert (good > 100, seen) == (True, [])
    envelopes.lock(runtime, hall.approver, found.id)
    judging.deliver(runtime)
    good, seen = read_everything(client, shared_app, runtime, people, things)
    assert (good > 100, seen, kept_elsewhere(runtime, hall)) == (True, [], [])
    assert not any(word in printed(runtime, hall.purchaser, found.id) for word in WORDS)
    made.open_bids(runtime, hall, found.id)
    _, seen = read_everything(client, shared_app, runtime, {"purchaser": hall.purchaser}, things)
    assert any("/opened-bids" in one for one in seen)
    envelopes.compare(runtime, hall.evaluator, found.id)
    assert TOTAL in printed(runtime, hall.purchaser, found.id)


def test_with_a_committee_until_all_sheets_are_open(
    runtime: Runtime, hall: Hall, client: TestClient, shared_app: FastAPI
) -> None:
    named = committees.procedure(runtime, hall.purchaser)
    bids = [{0: judging.content(price)} for price in (PLANTED, "80000")]
    tender = judging.opened(runtime, hall, bids, made.tender_command(hall, procedure=named))
    tender_id = tender.tender.id
    assert advance_committees(runtime) == 1
    lots = judging.begin(runtime, hall, made.read(runtime, hall.purchaser, tender_id)).lots
    ids = [bid.id for bid, _ in lots[0].bids]
    jurors = committees.view(runtime, hall.purchaser, tender_id).jurors
    five = [
        actor_of(runtime, start_session(runtime, one.user_id, one.org_id)) for one in jurors if one.status == "seated"
    ]
    for member in five:
        committees.declare(runtime, member, tender_id)
    for member in five[:4]:
        committees.hand_in(runtime, member, tender_id, {ids[0]: "50", ids[1]: "90"})
    people = everybody(runtime, hall, five)
    things = {"tender_id": str(tender_id), "bid_id": str(ids[0]), "position": "0", "lot_id": str(tender.lots[0].id)}
    judging.deliver(runtime)
    good, seen = read_everything(client, shared_app, runtime, people, things)
    assert (good > 100, seen, kept_elsewhere(runtime, hall)) == (True, [], [])
    assert not any(word in printed(runtime, hall.purchaser, tender_id) for word in WORDS)
    committees.hand_in(runtime, five[4], tender_id, {ids[0]: "50", ids[1]: "90"})
    assert advance_committees(runtime) == 1
    _, seen = read_everything(client, shared_app, runtime, {"purchaser": hall.purchaser, "member": five[0]}, things)
    assert {one.partition(":")[0] for one in seen} == {"purchaser", "member"}
    assert TOTAL in printed(runtime, hall.purchaser, tender_id)


@pytest.mark.committed
def test_before_the_opening_no_backup_log_export_or_metric_holds_anything_of_a_bid(
    committed_runtime: Runtime,
    committed_client: TestClient,
    servers: Servers,
    worker_database: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A dump of every table is a backup; what the platform stores of the bid is its ciphertext alone."""
    runtime, client = committed_runtime, committed_client
    with made.own_clock(runtime):
        hall = made.make_hall(runtime)
        content = made.tendering(runtime, hall)
        packed = made.packed_bid(content, hall.suppliers[0], 0, price=PLANTED)
        sales, admin_of_buyer = (caller_for(client, runtime, one) for one in (hall.sales[0], hall.officers[0]))
        capfd.readouterr()
        files = {"file": ("bid.sealed", packed, "application/octet-stream")}
        path = f"/api/v1/tenders/{content.tender.id}/bids"
        sent = client.post(path, files=files, headers=sales.headers)
        assert sent.status_code == 201, sent.text
        logged = "".join(capfd.readouterr())
        exported = client.get("/api/v1/audit/export", headers=admin_of_buyer.headers)
        assert exported.status_code == 200
        measured = TestClient(client.app, client=("127.0.0.1", 5000)).get("/metrics").text
        backup = dump(servers, worker_database)
    plain = [PLANTED.encode(), b"our offer " + PLANTED.encode()]
    encoded = [*plain, *(one.hex().encode() for one in plain), *(base64.b64encode(one)[:-4] for one in plain)]
    for told in (backup, logged.encode(), exported.content, measured.encode()):
        assert [one for one in encoded if one in told] == []
    assert b'"format":"b2b-market-sealed-bid/1"'.hex().encode() in backup  # binary columns were looked into
    assert "POST" in logged
    assert "b2b_market_outbox_waiting" in measured
    assert "/bids" not in logged + measured, "logs and measurements tell that something was done about a tender"
    others = (sent.json()["bid_id"], str(hall.suppliers[0]), "Bidder 1", sent.json()["receipt"]["receipt"]["digest"])
    assert [
        one for one in others[:1] + others[3:] if one in unpacked(exported.content)
    ] == []  # who was invited is known
    assert [one for one in others if one in logged + measured] == []


def dump(servers: Servers, database: str) -> bytes:
    """Return every row of every table as text, as a backup by the superuser holds it."""
    found = io.StringIO()
    connection = admin(servers, database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', found)  # names from the catalogue
    connection.close()
    return found.getvalue().encode()


def unpacked(content: bytes) -> str:
    """Return an export as text, whether packed or not."""
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8", "replace")
