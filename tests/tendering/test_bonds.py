"""Bid bonds from their registration to their return: who learns of one when, and what two people decide."""

from dataclasses import replace
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion
from b2b_market.rbac.actor import system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.bonds import ReplaceBond, StepBond
from b2b_market.tendering.events.bonds import BondReturned
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.rules import bonds as rules
from b2b_market.tendering.rules.bidding import NotOpenForBids
from b2b_market.tendering.service import bond_settling, bonding
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.bonds import BondFinding, BondForm, BondStatus
from tests.support import bonds as given
from tests.support import complaints as told
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


def events(runtime: Runtime, hall: Hall) -> list[OutboxRow]:
    machine = system_actor("test", hall.buyer_id, *hall.suppliers)
    wanted = select(OutboxRow).where(OutboxRow.topic.like("tender.bond%"))
    return rows_of(runtime, machine, wanted.order_by(OutboxRow.id))


def test_before_the_opening_a_bond_is_its_bidders_alone(runtime: Runtime, hall: Hall) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    bidder, tender_id = hall.sales[0], content.tender.id
    bond = given.register(runtime, bidder, content, letter=b"a letter\n")
    for person in (hall.purchaser, hall.approver, hall.sales[1]):
        with pytest.raises(NotFound):
            given.seen(runtime, person, bond.id)
        found = given.listed(runtime, person, tender_id)
        assert (list(found.bonds), list(found.missing)) == ([], [])
        with work_for(runtime, person) as work:
            audited = select(AuditEvent).where(AuditEvent.object_type == "tender_bond")
            assert (work.session.scalars(select(Bond)).all(), work.session.scalars(audited).all()) == ([], [])
    (told_of,) = events(runtime, hall)
    assert (told_of.topic, told_of.org_ids) == ("tender.bond_registered.v1", list(bidder.org_ids))
    assert not {"amount", "buyer_id"} & set(told_of.payload)
    with pytest.raises(IllegalStep):
        given.register(runtime, bidder, content)
    larger = replace(given.GUARANTEE, amount=Money.of("25", "CNY"))
    with work_for(runtime, bidder) as work, pytest.raises(StaleVersion):
        bonding.replace_bond(work, bidder, ReplaceBond(bond.id, bond.version + 1, larger))
    with work_for(runtime, bidder) as work:
        replaced = bonding.replace_bond(work, bidder, ReplaceBond(bond.id, bond.version, larger))
        assert (replaced.amount, replaced.letter) == (Decimal(25), None)
    withdrawn = given.step(runtime, bidder, bonding.withdraw_bond, bond)
    assert withdrawn.status is BondStatus.WITHDRAWN
    with pytest.raises(rules.BondNotClaimable):
        given.step(runtime, bidder, bonding.claim_bond, given.register(runtime, bidder, content))
    assert given.seen(runtime, bidder, bond.id).status is BondStatus.REGISTERED
    made.close(runtime)
    with pytest.raises(NotOpenForBids):
        given.step(runtime, bidder, bonding.withdraw_bond, bond)
    with pytest.raises(NotOpenForBids):
        given.register(runtime, hall.sales[1], content)


def test_only_a_bidder_registers_what_a_tender_asks_for(runtime: Runtime, hall: Hall) -> None:
    with made.own_clock(runtime):
        plain = made.tendering(runtime, hall)
        with pytest.raises(rules.BondNotAsked):
            given.register(runtime, hall.sales[0], plain)
    content = made.tendering(runtime, hall, given.command(hall, supplier_ids=hall.suppliers[:1]))
    with pytest.raises(NotFound):
        given.register(runtime, hall.sales[1], content)
    with pytest.raises(Forbidden):
        given.register(runtime, hall.purchaser, content)
    with pytest.raises(Invalid):
        given.register(runtime, hall.sales[0], content, valid_until=None)
    with pytest.raises(NotFound):
        given.register(runtime, hall.sales[0], replace(content, lots=plain.lots))
    assert rows_of(runtime, system_actor("test", *hall.suppliers), select(Bond)) == []


def opened(runtime: Runtime, hall: Hall) -> tuple[TenderContent, Bond]:
    """Open two bids, the first with a bond that is too small; the second bidder has one without a bid on lot 2."""
    content = made.tendering(runtime, hall, given.command(hall, 2))
    small = given.register(runtime, hall.sales[0], content, amount=Money.of("19.99", "CNY"), letter=b"a letter\n")
    given.register(runtime, hall.sales[1], content, 1, form=BondForm.CASH, issuer="", valid_until=None)
    for place in (0, 1):
        made.bid(runtime, hall, content, place, price="95" if place else "97")
    made.bid(runtime, hall, content, 0, at=1)
    made.close(runtime)
    made.open_bids(runtime, hall, content.tender.id)
    return content, small


def test_the_opening_shows_bonds_of_opened_bids_with_what_is_wrong(runtime: Runtime, hall: Hall) -> None:
    content, small = opened(runtime, hall)
    found = given.listed(runtime, hall.evaluator, content.tender.id)
    assert [(one.bond.id, one.findings) for one in found.bonds] == [(small.id, (BondFinding.TOO_SMALL,))]
    assert found.least == {lot.id: Money.of("20.00", "CNY") for lot in content.lots}
    assert sorted(found.missing) == sorted(
        [(content.lots[0].id, hall.suppliers[1]), (content.lots[1].id, hall.suppliers[0])]
    )
    hidden = given.listed(runtime, hall.sales[0], content.tender.id)
    assert [(one.bond.status, one.findings) for one in hidden.bonds] == [(BondStatus.HELD, ())]
    with pytest.raises(NotFound):
        given.seen(runtime, hall.sales[1], small.id)
    with pytest.raises(IllegalStep):
        given.step(runtime, hall.sales[0], bonding.claim_bond, small)
    own = given.listed(runtime, hall.sales[1], content.tender.id).bonds[0].bond
    assert own.status is BondStatus.REGISTERED
    with pytest.raises(NotFound):
        given.seen(runtime, hall.purchaser, own.id)
    claimed = given.step(runtime, hall.sales[1], bonding.claim_bond, own)
    assert (claimed.status, claimed.opened) == (BondStatus.HELD, True)
    back = given.step(runtime, hall.purchaser, bond_settling.return_bond, own, "BANK-12")
    assert (back.status, back.return_reference) == (BondStatus.RETURNED, "BANK-12")
    booked = BondReturned.from_payload(events(runtime, hall)[-1].payload)
    assert (booked.buyer_id, booked.supplier_id) == (hall.buyer_id, hall.suppliers[1])
    assert (booked.form, booked.cause, booked.reference) == ("cash", "claimed", "BANK-12")
    assert (booked.amount, booked.currency) == (back.amount, back.currency)
    judging.deliver(runtime)
    assert "tender.bond_returned" in {row.kind for row in told.messages(runtime, hall.sales[1])}
    assert "tender.bond_asked_back" in {row.kind for row in told.messages(runtime, hall.purchaser)}


def test_a_bond_goes_back_once_the_result_is_told(runtime: Runtime, hall: Hall) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    bonds = [given.register(runtime, person, content) for person in hall.sales]
    for place, price in enumerate(("95", "97")):
        made.send(runtime, hall, content, place, given.priced(content, hall, place, price))
    made.close(runtime)
    made.open_bids(runtime, hall, content.tender.id)
    for bond in bonds:
        with pytest.raises(rules.BondNotDue):
            given.step(runtime, hall.purchaser, bond_settling.return_bond, bond, "BANK-1")
    lot = judging.begin(runtime, hall, made.read(runtime, hall.evaluator, content.tender.id)).lots[0]
    judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, judging.turn(lot)))
    with pytest.raises(rules.BondNotDue):
        given.step(runtime, hall.purchaser, bond_settling.return_bond, bonds[0], "BANK-1")
    with pytest.raises(NotFound):
        given.step(runtime, hall.sales[0], bonding.withdraw_bond, bonds[1])
    assert given.step(runtime, hall.purchaser, bond_settling.return_bond, bonds[1], "BANK-2").settled_at is not None
    with pytest.raises(IllegalStep):
        given.step(runtime, hall.purchaser, bond_settling.return_bond, bonds[1], "BANK-2")
    assert given.seen(runtime, hall.sales[0], bonds[0].id).status is BondStatus.HELD
    found = [row.topic.removeprefix("tender.bond_") for row in events(runtime, hall)]
    assert found == ["registered.v1", "registered.v1", "held.v1", "held.v1", "returned.v1"]
    assert Decimal(events(runtime, hall)[-1].payload["amount"]) == Decimal(20)


def test_two_people_keep_a_bond(runtime: Runtime, hall: Hall) -> None:
    _, bond = opened(runtime, hall)
    given.propose(runtime, hall.purchaser, bond)
    with pytest.raises(IllegalStep):
        given.propose(runtime, hall.purchaser, bond)
    with pytest.raises(Forbidden):
        given.step(runtime, hall.purchaser, bond_settling.confirm_forfeiture, bond)
    held = given.step(runtime, hall.approver, bond_settling.dismiss_forfeiture, bond, "It signed after all.")
    assert (held.status, held.remark) == (BondStatus.HELD, "It signed after all.")
    given.propose(runtime, hall.purchaser, bond)
    own = replace(hall.purchaser, permissions=hall.purchaser.permissions | {"bond_forfeiture:confirm"})
    with pytest.raises(OwnWork):
        given.step(runtime, own, bond_settling.confirm_forfeiture, bond)
    kept = given.step(runtime, hall.approver, bond_settling.confirm_forfeiture, bond)
    assert (kept.status, kept.decider_id) == (BondStatus.FORFEITED, hall.approver.user_id)
    with pytest.raises(IllegalStep):
        given.step(runtime, hall.purchaser, bond_settling.return_bond, bond, "BANK-3")
    judging.deliver(runtime)
    assert "tender.bond_forfeited" in {row.kind for row in told.messages(runtime, hall.sales[0])}
    assert "tender.bond_forfeiture_proposed" in {row.kind for row in told.messages(runtime, hall.approver)}


def test_a_tender_that_was_called_off_gives_back_what_is_asked_back(runtime: Runtime, hall: Hall) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    bond = given.register(runtime, hall.sales[0], content)
    made.cancel(runtime, hall, content.tender.id)
    assert list(given.listed(runtime, hall.purchaser, content.tender.id).bonds) == []
    given.step(runtime, hall.sales[0], bonding.claim_bond, bond)
    (view,) = given.listed(runtime, hall.purchaser, content.tender.id).bonds
    assert (view.released_at is not None, view.due_at) == (True, None)
    with work_for(runtime, hall.sales[0]) as work, pytest.raises(Forbidden):
        bond_settling.return_bond(work, hall.sales[0], StepBond(bond.id, 2, "BANK-4"))


def test_the_api_runs_a_bond(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    content = made.tendering(runtime, hall, given.command(hall))
    people = (hall.sales[0], hall.purchaser, hall.approver)
    sales, buyer, approver = (caller_for(client, runtime, one) for one in people)
    uploaded = client.post(
        "/api/v1/files", files={"file": ("letter.txt", b"we pay\n", "text/plain")}, headers=sales.headers
    ).json()
    said = {
        "form": "e_guarantee",
        "amount": {"amount": "20.00", "currency": "CNY"},
        "issuer": "Platform",
        "reference": "E-1",
        "held_where": "Platform",
        "valid_until": "2098-12-31",
        "letter_id": uploaded["id"],
    }
    made_bond = sales.post(f"/tenders/{content.tender.id}/bonds", {**said, "lot_id": str(content.lots[0].id)})
    assert made_bond.status_code == 201, made_bond.text
    at = f"/tender-bonds/{made_bond.json()['id']}"
    assert buyer.get(at).status_code == 404
    changed = sales.call("PUT", at, {**said, "reference": "E-2"}, version=1)
    assert (changed.status_code, changed.json()["reference"]) == (200, "E-2"), changed.text
    assert sales.post(f"{at}/claim", version=2).status_code == 409
    taken = sales.post(f"{at}/withdraw", version=2).json()
    assert (taken["status"], taken["allowed_steps"]) == ("withdrawn", ["renew"])
    again = sales.post(f"/tenders/{content.tender.id}/bonds", {**said, "lot_id": str(content.lots[0].id)})
    assert again.json()["id"] == made_bond.json()["id"]
    made.bid(runtime, hall, content, 0)
    made.bid(runtime, hall, content, 1)
    made.close(runtime)
    made.open_bids(runtime, hall, content.tender.id)
    found = buyer.get(f"/tenders/{content.tender.id}/bonds").json()
    assert [(one["bond"]["status"], one["findings"], one["due_at"]) for one in found["bonds"]] == [("held", [], None)]
    assert found["lots"][0]["least"] == {"amount": "20.00", "currency": "CNY"}
    assert [one["supplier_id"] for one in found["missing"]] == [str(hall.suppliers[1])]
    version = found["bonds"][0]["bond"]["version"]
    assert buyer.call("GET", f"{at}/letter").content == b"we pay\n"
    assert buyer.post(f"{at}/return", {"text": "BANK-9"}, version=version).status_code == 409
    body = {"ground": "misconduct", "reason": "It colluded."}
    assert buyer.post(f"{at}/forfeiture", body, version=version).json()["status"] == "forfeiture_proposed"
    assert approver.post(f"{at}/forfeiture/dismiss", {"text": "No proof."}, version=version + 1).status_code == 200
    assert buyer.post(f"{at}/forfeiture", body, version=version + 2).status_code == 200
    kept = approver.post(f"{at}/forfeiture/confirm", version=version + 3).json()
    assert (kept["status"], kept["ground"]) == ("forfeited", "misconduct")
