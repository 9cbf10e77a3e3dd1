"""Bid bonds as people see them: the bidder's form and letter, and what the buyer does after the opening."""

from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from tests.support import bonds as given
from tests.support import tenders as made
from tests.support.people import sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.visits import act, page
from tests.support.works import work_for

FORGET = text("UPDATE tender SET bond = bond - 'valid_until' WHERE id = :id")


def test_pages_lead_from_the_form_to_the_forfeiture(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    at, sales = f"/tenders/{content.tender.id}", hall.sales[0]
    assert f'href="{at}/bonds"' in page(client, sales, at)
    assert "Register a bond" in page(client, sales, f"{at}/bonds")
    assert "secret until the opening" in page(client, hall.purchaser, f"{at}/bonds")
    typed = {
        "lot": str(content.lots[0].id),
        "form": "bank_guarantee",
        "amount": "20.00",
        "currency": "CNY",
        "issuer": "Bank of Harbours",
        "reference": "LG-78",
        "held_where": "With the buyer",
        "valid_until": "2098-12-31",
    }
    key = {"idempotency_key": "a" * 32}
    assert "Say who issues" in act(client, sales, f"{at}/bonds", {**typed, **key, "issuer": ""}, 422)
    assert "Write a currency" in act(client, sales, f"{at}/bonds", {**typed, **key, "currency": "C"}, 422)
    assert act(client, sales, f"{at}/bonds", {**typed, "idempotency_key": "b" * 32}) == f"{at}/bonds"
    (view,) = given.listed(runtime, sales, content.tender.id).bonds
    bond = f"/tender-bonds/{view.bond.id}"
    assert 'value="LG-78"' in page(client, sales, f"{at}/bonds?bond={view.bond.id}")
    changed = {**typed, **key, "bond_id": str(view.bond.id), "version": view.bond.version, "reference": "LG-79"}
    act(client, sales, f"{at}/bonds", changed)
    sign_in(client, sales)
    letter = client.get(f"{bond}/guarantee.pdf")
    sign_out(client)
    assert (letter.status_code, letter.content[:5]) == (200, b"%PDF-")
    assert "LG-79" not in page(client, hall.purchaser, f"{at}/bonds")
    made.bid(runtime, hall, content, 0)
    made.bid(runtime, hall, content, 1)
    made.close(runtime)
    made.open_bids(runtime, hall, content.tender.id)
    shown = page(client, hall.purchaser, f"{at}/bonds")
    assert all(said in shown for said in ("LG-79", "No bond", "Propose to keep it"))
    version = given.seen(runtime, hall.purchaser, view.bond.id).version
    early = {"version": version, f"return-{view.bond.id}": "BANK-1"}
    assert "It goes back once" in act(client, hall.purchaser, f"{bond}/steps/return", early, 409)
    reason = {"version": version, f"propose_forfeiture-{view.bond.id}": "It does not sign."}
    act(client, hall.purchaser, f"{bond}/steps/propose_forfeiture", reason, 422)
    ground = {**reason, f"ground-{view.bond.id}": "no_contract"}
    act(client, hall.purchaser, f"{bond}/steps/propose_forfeiture", ground)
    assert "Keep the bond" in page(client, hall.approver, f"{at}/bonds")
    act(client, hall.approver, f"{bond}/steps/confirm_forfeiture", {"version": version + 1})
    kept = page(client, sales, f"{at}/bonds")
    assert ("Kept by the buyer" in kept, "It does not sign." in kept) == (True, True)


def test_a_tender_of_before_bonds_had_a_last_day_is_shown(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    with work_for(runtime, hall.purchaser) as work:
        work.session.execute(
            text("UPDATE tender SET bond = bond - 'valid_until' WHERE id = :id"), {"id": content.tender.id}
        )
    at = f"/tenders/{content.tender.id}"
    assert "Bank guarantee" in page(client, hall.purchaser, at) + page(client, hall.sales[0], f"{at}/bonds")
