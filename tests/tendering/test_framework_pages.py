"""Framework agreements as people and programs use them: from the terms of a draft to an accepted order."""

from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.models.frameworks import CallOff
from b2b_market.tendering.states.frameworks import CallOffMode, CallOffStatus, FrameworkStatus
from tests.support import frameworks as agreed
from tests.support import joint
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.rows import rows_of
from tests.support.visits import act, page


def test_terms_are_set_on_the_page_of_a_draft(runtime: Runtime, client: TestClient) -> None:
    hall = made.make_hall(runtime)
    draft = made.draft(runtime, hall, agreed.command(runtime, hall))
    at = f"/tenders/{draft.tender.id}/framework"
    assert at in page(client, hall.purchaser, f"/tenders/{draft.tender.id}")
    terms = {"members": 9, "months": 12, "mode": "cascade", "answer_hours": 24, "ceiling-1": "5000"}
    refused = act(client, hall.purchaser, at, {**terms, "version": draft.tender.version}, 422)
    assert "Between 1 and 5" in refused
    act(client, hall.purchaser, at, {**terms, "members": 2, "ceiling-1-1": "40", "version": draft.tender.version})
    shown = page(client, hall.purchaser, at)
    assert ('value="5000"' in shown, 'value="40"' in shown) == (True, True)


def test_an_order_goes_from_page_to_page(runtime: Runtime, client: TestClient) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime)
        hall, at = found.hall, f"/frameworks/{found.framework_id}"
        assert at in page(client, hall.purchaser, "/frameworks")
        shown = page(client, hall.purchaser, at)
        assert all(word in shown for word in ("Bidder 1", "Bidder 2", "1,000.00", "Place a call-off"))
        own = page(client, hall.sales[1], at)
        assert ("Bidder 2" in own, "Bidder 1" in own, "Called off" in own) == (True, False, False)
        order = {
            "quantity-1": "5",
            "required_on": "2098-01-31",
            "delivery_place": "Gate 3",
            "idempotency_key": "a" * 32,
        }
        refused = act(client, hall.purchaser, f"{at}/call-offs", {**order, "quantity-1": "16"}, 422)
        assert "16 is asked for and 15" in refused
        order["idempotency_key"] = "b" * 32
        placed = act(client, hall.purchaser, f"{at}/call-offs", order)
        assert "Bidder 1" in page(client, hall.purchaser, placed)
        assert "Accept" in page(client, hall.sales[0], placed)
        (row,) = rows_of(runtime, system_actor("test", hall.buyer_id), select(CallOff))
        act(client, hall.sales[0], f"{placed}/steps/accept", {"version": row.version})
        assert "Accepted" in page(client, hall.purchaser, placed)
        late = {"version": row.version + 1, "reason_decline": "no capacity"}
        act(client, hall.sales[0], f"{placed}/steps/decline", late, 409)
        (row,) = rows_of(runtime, system_actor("test", hall.buyer_id), select(CallOff))
        assert row.status is CallOffStatus.ACCEPTED
        version = agreed.read(runtime, hall.approver, found.framework_id).version
        act(client, hall.approver, f"{at}/termination", {"version": version, "reason": "bad quality"})
        assert "bad quality" in page(client, hall.sales[0], at)


def test_programs_do_the_same(runtime: Runtime, client: TestClient) -> None:
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, 3)
        draft = made.draft(runtime, hall, agreed.command(runtime, hall))
        buyer = caller_for(client, runtime, hall.purchaser)
        body = {"members": 2, "months": 12, "mode": "cascade", "ceilings": [{"amount": "500", "quantities": [None]}]}
        terms = buyer.call("PUT", f"/tenders/{draft.tender.id}/framework", body, version=draft.tender.version)
        assert (terms.status_code, terms.json()["ceilings"]) == (200, [{"amount": "500", "quantities": [None]}])
        assert buyer.get(f"/tenders/{draft.tender.id}/framework").json()["answer_hours"] == 48
        found = agreed.concluded(runtime, hall)
        at = f"/frameworks/{found.framework_id}"
        listed = buyer.get("/frameworks?status=active").json()["items"]
        assert [one["id"] for one in listed] == [str(found.framework_id)]
        line = {"position": 1, "quantity": "2", "required_on": "2098-01-31", "delivery_place": "Gate 3"}
        placed = buyer.post(f"{at}/call-offs", {"lines": [line]})
        assert (placed.status_code, placed.json()["amount"], placed.json()["booked"]) == (201, "120", "120")
        order = f"/call-offs/{placed.json()['id']}"
        first, second = (caller_for(client, runtime, person) for person in hall.sales[:2])
        assert second.get(order).status_code == 404
        assert first.get(order).json()["booked"] is None
        accepted = first.post(f"{order}/accept", version=placed.json()["version"])
        assert (accepted.status_code, accepted.json()["status"]) == (200, CallOffStatus.ACCEPTED.value)
        whole = buyer.get(at).json()
        assert (whole["called"], whole["items"][0]["called"], len(whole["members"])) == ("120", "2", 2)
        own = second.get(at).json()
        assert (own["called"], own["items"][0]["called"], own["call_offs"]) == (None, None, [])
        assert [UUID(one["supplier_id"]) for one in own["members"]] == [hall.suppliers[1]]
        cancelled = buyer.post(f"{order}/cancel", {"reason": "not needed"}, version=accepted.json()["version"])
        assert cancelled.json()["status"] == CallOffStatus.CANCELLED.value
        approver = caller_for(client, runtime, hall.approver)
        version = buyer.get(at).json()["version"]
        ended = approver.post(f"{at}/terminate", {"reason": "bad quality"}, version=version)
        assert ended.json()["status"] == FrameworkStatus.TERMINATED.value
        assert buyer.post(f"{at}/call-offs", {"lines": [line]}).status_code == 409


def test_a_competition_is_started_on_the_page_of_its_agreement(runtime: Runtime, client: TestClient) -> None:
    with made.own_clock(runtime):
        found = agreed.concluded(runtime, mode=CallOffMode.COMPETITION)
        hall, at = found.hall, f"/frameworks/{found.framework_id}"
        shown = page(client, hall.purchaser, at)
        assert ("Start a competition" in shown, "Place a call-off" in shown) == (True, False)
        order = {"title": "Pumps for May", "required_on": "2098-01-31", "delivery_place": "Gate 3"}
        refused = act(client, hall.purchaser, f"{at}/competitions", {**order, "idempotency_key": "a" * 32}, 422)
        assert "Ask for one item at least" in refused
        whole = {**order, "quantity-1": "5", "idempotency_key": "b" * 32}
        editor = act(client, hall.purchaser, f"{at}/competitions", whole)
        assert "Pumps for May" in page(client, hall.purchaser, editor)
        assert "Pumps for May" in page(client, hall.purchaser, at)
        buyer = caller_for(client, runtime, hall.purchaser)
        line = {"position": 1, "quantity": "2", "required_on": "2098-01-31", "delivery_place": "Gate 3"}
        drafted = buyer.post(f"{at}/competitions", {"title": "More", "lines": [line]})
        assert (drafted.status_code, drafted.json()["procedure"]) == (201, "mini-competition")
        assert drafted.json()["id"] in buyer.get(at).json()["competition_ids"]


def test_companies_confirm_a_joint_tender_on_its_page(runtime: Runtime, client: TestClient) -> None:
    hall, partner = made.make_hall(runtime), joint.partner(runtime)
    draft = made.draft(runtime, hall)
    at = f"/tenders/{draft.tender.id}"
    assert f"{at}/participants" in page(client, hall.purchaser, at)
    assert "Hengli Castings" in page(client, hall.purchaser, f"{at}/participants")
    asked = {"version": draft.tender.version, "organization_ids": str(partner.org_id)}
    act(client, hall.purchaser, f"{at}/participants", asked)
    assert draft.tender.number in page(client, partner, "/joint-tenders")
    refused = act(client, partner, f"{at}/participation", {"version": 1, "quantity-1-1": "11"}, 422)
    assert "Between 0 and 10" in refused
    act(client, partner, f"{at}/participation", {"version": 1, "quantity-1-1": "4"})
    assert "Takes part" in page(client, hall.purchaser, f"{at}/participants")
    api = caller_for(client, runtime, partner)
    found = api.get(f"{at}/participants").json()
    assert [(one["status"], one["quantities"], one["current"]) for one in found["participants"]] == [
        ("confirmed", [["4"]], True)
    ]
    again = api.post(f"{at}/participation", {"quantities": [["5"]]}, version=found["participants"][0]["version"])
    assert again.json()["participants"][0]["quantities"] == [["5"]]
    version = again.json()["participants"][0]["version"]
    declined = api.post(f"{at}/participation/decline", {"reason": "no budget"}, version=version)
    assert declined.json()["participants"][0]["status"] == "declined"
    assert api.get("/joint-tenders").json()["items"] == []
    lead = caller_for(client, runtime, hall.purchaser)
    version = lead.get(f"{at}/participants").json()["version"]
    left = lead.call("PUT", f"{at}/participants", {"organization_ids": []}, version=version)
    assert left.json()["participants"] == []
