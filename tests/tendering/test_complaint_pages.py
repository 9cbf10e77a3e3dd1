"""A complaint as people and programs see it: from the tender's page to the public one, and over the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.states.procedures import Entry
from tests.support import complaints as told
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.tenders import Hall
from tests.support.visits import act, page


def test_pages_lead_from_the_draft_to_the_remedy(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    reviewer, operator = told.make_body(runtime)
    now = datetime.now(UTC)
    command = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure="eu-open", estimate_shown=True)
    content = made.published(
        runtime, hall, replace(command, enquiry_ends_at=now + timedelta(days=11), closes_at=now + timedelta(days=45))
    )
    at = f"/tenders/{content.tender.id}"
    sales = hall.sales[0]
    assert f'href="{at}/complaints"' in page(client, sales, at)
    shown = page(client, sales, f"{at}/complaints")
    assert ("New complaint" in shown, "The whole tender" in shown) == (True, True)
    typed = {
        "kind": "complaint",
        "target": f"lot:{content.lots[0].id}",
        "grounds": "One maker only.",
        "demand": "Open.",
    }
    missing = act(client, sales, f"{at}/complaints", {**typed, "grounds": "", "idempotency_key": "a" * 32}, 422)
    assert "New complaint" in missing
    case = act(client, sales, f"{at}/complaints", {**typed, "idempotency_key": "b" * 32})
    changed = act(client, sales, f"{case}/edit", {**typed, "grounds": "Two makers at most.", "version": 1})
    assert changed == case
    assert "Two makers at most." in page(client, sales, case)
    act(client, sales, f"{case}/steps/lodge", {"version": 2})
    waiting = page(client, operator, case)
    assert "Reference of the payment" in waiting
    assert "CNY 2,000.00" in waiting.replace("\xa0", " ") or "2,000.00" in waiting
    fee = case.replace("/tender-complaints/", "/complaint-fees/")
    assert "at least 4 characters" in act(client, operator, fee, {"version": 3, "reference": ""}, 409)
    act(client, operator, fee, {"version": 3, "reference": "BANK-7"})
    assert case in page(client, reviewer, "/tender-complaints")
    act(client, reviewer, f"{case}/steps/accept", {"version": 4})
    act(client, hall.purchaser, f"{case}/steps/answer", {"version": 5, "text_answer": "Every maker has it."})
    assert "Every maker has it." in page(client, reviewer, case)
    stale = act(client, reviewer, f"{case}/steps/decline", {"version": 5, "text_decline": "Many fit."}, 409)
    assert "You hold version 5" in stale
    act(client, reviewer, f"{case}/steps/decline", {"version": 6, "text_decline": "Many makers fit."})
    published = client.get(f"/tender-board/{content.tender.id}/complaints", headers={"Accept": "text/html"})
    assert published.status_code == 200
    assert all(said in published.text for said in ("Bidder 1", "Two makers at most.", "Many makers fit."))
    assert "BANK-7" not in published.text
    listed = client.get(f"/api/v1/tender-board/{content.tender.id}/complaints").json()["items"]
    assert [(one["status"], one["complainant"]) for one in listed] == [("declined", "Bidder 1")]


def test_the_api_runs_a_complaint_about_an_award(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    reviewer, operator = told.make_body(runtime)
    command = made.tender_command(hall, procedure=told.procedure(runtime, hall.purchaser), criteria=judging.PRICE_ALONE)
    content = judging.opened(runtime, hall, [{0: judging.content("95")}, {0: judging.content("97")}], command)
    lot = judging.begin(runtime, hall, content).lots[0]
    award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, judging.turn(lot)))
    sales, desk, bank = (caller_for(client, runtime, one) for one in (hall.sales[1], reviewer, operator))
    uploaded = client.post(
        "/api/v1/files", files={"file": ("sum.txt", b"2+2=5\n", "text/plain")}, headers=sales.headers
    ).json()
    said = {"target": "award", "target_id": str(award.id), "grounds": "The sum is wrong.", "demand": "Judge again."}
    drafted = sales.post(f"/tenders/{content.tender.id}/complaints", {**said, "file_ids": [uploaded["id"]]})
    assert drafted.status_code == 201, drafted.text
    at = f"/tender-complaints/{drafted.json()['id']}"
    assert desk.get(at).status_code == 404
    lodged = sales.post(f"{at}/lodge", version=1).json()
    assert (lodged["status"], lodged["fee"]) == ("awaiting_fee", {"amount": "3000.00", "currency": "CNY"})
    paid = bank.post(at.replace("/tender-complaints/", "/complaint-fees/"), {"reference": "BANK-1"}, version=2)
    assert paid.json()["number"] == f"{content.tender.number}-C1", paid.text
    assert desk.get(f"{at}/case").json()["decision"]["award"]["id"] == str(award.id)
    file = desk.call("GET", f"{at}/files/{uploaded['id']}")
    assert (file.status_code, file.content) == (200, b"2+2=5\n")
    assert desk.post(f"{at}/accept", version=3).status_code == 200
    blocked = caller_for(client, runtime, hall.approver).post(
        f"/tenders/{content.tender.id}/cancel", {"reason": "no more"}, version=1
    )
    assert blocked.status_code in (409, 412)
    upheld = desk.post(f"{at}/satisfy", {"text": "It adds up wrongly."}, version=4).json()
    assert (upheld["status"], upheld["allowed_steps"]) == ("satisfied", ["resolve"])
    buyer = caller_for(client, runtime, hall.purchaser)
    found = buyer.get(f"/tenders/{content.tender.id}/evaluation").json()
    assert found["status"] == "evaluating"
    listed = buyer.get(f"/tenders/{content.tender.id}/complaints").json()["items"]
    assert [(one["number"], one["decision"]) for one in listed] == [(upheld["number"], "It adds up wrongly.")]
    assert [one["number"] for one in desk.get("/tender-complaints").json()["items"]] == [upheld["number"]]
