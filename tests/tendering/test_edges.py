"""The API and the pages of tenders; and that before the opening nobody can tell anything about a bid."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.events.tenders import TenderClosed
from b2b_market.tendering.handlers.tenders import when_tender_closed_call_officers
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_work import read_work
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.tasks import advance_due, open_ready
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import make_person, post_form, sign_in, sign_out
from tests.support.routes import without_ids
from tests.support.tenders import Hall
from tests.support.works import work_for

PLANTED = ("83517.29", "Bidder 1", "Bidder 2")


def body_of(hall: Hall, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    item = {"name": "Pump", "quantity": "10", "unit": "H87", "required_on": "2098-01-31", "delivery_place": "Shanghai"}
    return {
        "title": "Pumps",
        "currency": "CNY",
        "lots": [{"title": "Lot 1", "items": [item], "estimate": "1000"}],
        "supplier_ids": [str(one) for one in hall.suppliers],
        "criteria": [{"kind": "award", "name": "Price", "weight": "100"}],
        "budget_approved": True,
        "key_ids": [str(one) for one in hall.key_ids],
        "enquiry_ends_at": (now + made.QUESTIONS_END).isoformat(),
        "closes_at": (now + made.BIDS_END).isoformat(),
        **changes,
    }


def upload(client: TestClient, caller: Any, path: str, content: bytes) -> Any:
    files = {"file": ("bid.sealed", content, "application/octet-stream")}
    return client.post(f"/api/v1{path}", files=files, headers=caller.headers)


class TestApi:
    def test_a_tender_runs_from_draft_to_opened_bids(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        buyer, approver = caller_for(client, runtime, hall.purchaser), caller_for(client, runtime, hall.approver)
        sales = caller_for(client, runtime, hall.sales[0])
        bond = {"percent": "2", "form": "Bank guarantee", "held_at": "Platform", "valid_until": "2098-12-31"}
        drafted = buyer.post("/tenders", body_of(hall, bond=bond))
        assert (drafted.status_code, drafted.json().get("bond")) == (201, bond), drafted.text
        path = f"/tenders/{drafted.json()['id']}"
        assert sales.get(path).status_code == 404
        assert buyer.post(f"{path}/submit", version=1).json()["status"] == "pending_approval"
        published = approver.post(f"{path}/publish", version=2)
        assert (published.status_code, published.json()["status"]) == (200, "enquiries"), published.text
        notice = sales.get(f"{path}/notice").json()
        key, statement = bytes.fromhex(notice["notice"]["notice"]["receipts_key"]), notice["notice"]["notice"]
        assert verify(key, statement, bytes.fromhex(notice["notice"]["signature"]))
        assert approver.post(f"{path}/publish", version=3).status_code == 409
        made.move(runtime, made.QUESTIONS_END + timedelta(minutes=1))
        advance_due(runtime)
        content = made.read(runtime, hall.purchaser, drafted_id(drafted))
        packed = made.packed_bid(content, hall.suppliers[0], 0)
        received = upload(client, sales, f"{path}/bids", packed)
        assert (received.status_code, received.json()["sequence"]) == (201, 1), received.text
        again = upload(client, sales, f"{path}/bids", packed)
        assert (again.status_code, again.json()["code"]) == (409, "tender-bid-version")
        made.close(runtime)
        late = upload(client, sales, f"{path}/bids", made.packed_bid(content, hall.suppliers[0], 0, version=2))
        assert (late.status_code, late.json()["code"]) == (409, "tender-bid-too-late")
        for place in (0, 1):
            officer = caller_for(client, runtime, hall.officers[place])
            taken = officer.get(f"{path}/opening-work")
            assert taken.status_code == 200, taken.text
            given = contribute(
                read_work(taken.content), OfficerKey(hall.seeds[place]), datetime.now(UTC) + runtime.shift
            )
            assert upload(client, officer, f"{path}/layers", given.to_bytes()).status_code == 201
        assert open_ready(runtime) == 1
        (opened,) = buyer.get(f"{path}/opened-bids").json()["items"]
        assert (opened["status"], opened["content"]["total"]) == ("opened", "950")
        file = buyer.call("GET", f"/bids/{opened['id']}/files/0")
        assert (file.content, file.headers["x-content-type-options"]) == (b"our offer 950", "nosniff")
        for name in ("notice.pdf", "opening.pdf"):
            assert buyer.get(f"{path}/{name}").content.startswith(b"%PDF-"), name
        assert sales.get(f"{path}/opening.pdf").status_code == 404

    def test_a_public_notice_is_read_without_signing_in(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        now = datetime.now(UTC)
        command = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure="china-open")
        command = replace(command, enquiry_ends_at=now + timedelta(days=11), closes_at=now + timedelta(days=40))
        content = made.published(runtime, hall, command)
        made.published(runtime, hall)
        (entry,) = client.get("/api/v1/tender-board").json()["items"]
        assert entry["tender_id"] == str(content.tender.id)
        said = client.get(f"/api/v1/tender-board/{content.tender.id}").json()
        assert said["document"]["lots"][0]["title"] == "Lot 1"
        sign_out(client)
        assert "Pumps" in client.get("/tender-board").text
        assert "Officer 3" in client.get(f"/tender-board/{content.tender.id}").text


def drafted_id(answer: Any) -> UUID:
    return UUID(answer.json()["id"])


class TestPages:
    def test_the_editor_stores_a_draft_and_shows_what_is_wrong(
        self, hall: Hall, client: TestClient, runtime: Runtime
    ) -> None:
        sign_in(client, hall.purchaser)
        assert "Officer 3" in client.get("/tenders/new").text
        fields = {
            "idempotency_key": "a" * 32,
            "title": "Pumps",
            "procedure": "private-open",
            "entry": "invited",
            "currency": "CNY",
            "rehearsal_factor": "1",
            "lots-0-title": "Lot 1",
            "lots-0-estimate": "1000",
            "items-0-lot": "1",
            "items-0-name": "Pump",
            "items-0-quantity": "10",
            "items-0-unit": "H87",
            "items-0-required_on": "2098-01-31",
            "items-0-delivery_place": "Shanghai",
            "criteria-0-kind": "award",
            "criteria-0-name": "Price",
            "criteria-0-weight": "90",
        }
        wrong = post_form(client, "/tenders/new", fields)
        assert wrong.status_code == 422
        assert "The weights of the award criteria must add up to 100." in wrong.text
        right = {**fields, "criteria-0-weight": "100", "idempotency_key": "b" * 32}
        done = post_form(client, "/tenders/new", right)
        assert done.status_code == 303, done.text
        place = done.headers["location"]
        assert "Pump" in client.get(place).text
        edited = post_form(
            client, f"{place}/edit", {**fields, "criteria-0-weight": "100", "title": "More", "version": "1"}
        )
        assert (edited.status_code, edited.headers["location"]) == (303, place)
        refused = post_form(client, f"{place}/steps/submit", {"version": "2"})
        assert refused.status_code == 409
        assert "Set the deadline for bids." in refused.text
        assert "Confirm that the budget is approved." in refused.text
        assert "Invite at least one supplier" in refused.text
        chinese = make_person(runtime, hall.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN")
        told = sign_in(client, chinese).get(place).text
        assert "企业公开招标" in told
        assert "草稿" in told

    def test_every_side_finds_its_part(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        content = made.tendering(runtime, hall)
        made.bid(runtime, hall, content, 0)
        at = f"/tenders/{content.tender.id}"
        mine = sign_in(client, hall.sales[0]).get(f"{at}/bid").text
        assert "Sealed bid" in mine
        notice = f'<market-seal data-notice="{at}/notice.json" data-bidder="{hall.suppliers[0]}"'
        assert notice in mine
        assert "Pumps" in client.get("/open-tenders").text
        made.close(runtime)
        tender = made.read(runtime, hall.purchaser, content.tender.id).tender
        relay = system_actor("relay", *tender.party_ids)
        closed = TenderClosed(tender_id=tender.id, buyer_id=hall.buyer_id, officer_ids=tuple(tender.officer_ids))
        with work_for(runtime, relay) as work:
            when_tender_closed_call_officers(work, relay, closed)
        officer = sign_in(client, hall.officers[2])
        own_part = officer.get(f"{at}/opening").text
        assert "Take the work file" in own_part
        assert f'<market-open data-work="{at}/opening-work" data-into="#layer-form input[name=file]"' in own_part
        assert officer.get(f"{at}/opening-work").status_code == 409
        assert "your key is needed" in officer.get("/notifications").text
        made.open_bids(runtime, hall, content.tender.id)
        shown = sign_in(client, hall.evaluator).get(f"{at}/opening").text
        assert "950.00" in shown
        assert client.get("/officer-keys").status_code == 403
        assert "Proven" in sign_in(client, hall.officers[0]).get("/officer-keys").text


class TestSecrecy:
    def test_before_the_opening_a_bid_changes_nothing_for_anybody_else(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        """Whatever others read is the same, byte by byte but for ids and clocks, whether somebody bid or not."""
        content = made.tendering(runtime, hall)
        others = (hall.purchaser, hall.approver, hall.evaluator, *hall.officers, hall.sales[1])
        before = self.everything(client, runtime, content, others)
        made.bid(runtime, hall, content, 0, price=PLANTED[0])
        made.bid(runtime, hall, content, 0, price="1", version=2)
        made.withdraw(runtime, hall, content, 0, 3)
        assert self.everything(client, runtime, content, others) == before
        self.require_unseen(runtime, hall)

    @staticmethod
    def everything(client: TestClient, runtime: Runtime, content: Any, people: tuple[Actor, ...]) -> dict[str, Any]:
        tender = content.tender.id
        api = (
            f"/api/v1/tenders/{tender}",
            f"/api/v1/tenders/{tender}/notice",
            f"/api/v1/tenders/{tender}/bids",
            f"/api/v1/tenders/{tender}/opening",
            f"/api/v1/tenders/{tender}/opened-bids",
            f"/api/v1/tenders/{tender}/opening-work",
            f"/api/v1/tenders/{tender}/documents",
            f"/api/v1/tenders/{tender}/editions",
            f"/api/v1/tenders/{tender}/amendments",
            "/api/v1/tenders",
            "/api/v1/open-tenders",
            "/api/v1/notifications",
        )
        parts = ("", "/opening", "/bid", "/editions", "/amend", "/documents")
        pages = (*(f"/tenders/{tender}{part}" for part in parts), "/tenders")
        found = {}
        for person in people:
            caller = caller_for(client, runtime, person)
            for path in (*api, *pages):
                answer = client.get(path, headers=caller.headers)
                headers = {
                    name: value
                    for name, value in answer.headers.items()
                    if name not in ("x-request-id", "traceparent", "content-length")
                }
                said = without_ids(answer.text)
                said = "\n".join(line for line in said.splitlines() if "csrf" not in line and "data-now" not in line)
                found[f"{person.who.name} {path}"] = (answer.status_code, len(said), said, sorted(headers))
        return found

    @staticmethod
    def require_unseen(runtime: Runtime, hall: Hall) -> None:
        """Nothing planted lies anywhere in the clear, and no entry or event is there for others."""
        with runtime.database.session() as session:
            session.execute(text("SELECT set_config('app.machine', 'on', true)"))
            kept = [*session.scalars(select(OutboxRow.payload)), *session.scalars(select(AuditDetail.changes))]
            assert not [word for word in PLANTED[:1] if word in json.dumps(kept, default=str)]
            session.rollback()
        with work_for(runtime, hall.purchaser) as work:
            wanted = select(AuditEvent).where(AuditEvent.object_type == "tender_bid")
            assert work.session.scalars(wanted).all() == []
