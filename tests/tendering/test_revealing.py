"""Lost keys: the window is declared by a second person, bidders reveal, and nobody reads anything before it is over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.bids import ContributeLayer, TakeWork
from b2b_market.tendering.commands.reveals import RevealBid
from b2b_market.tendering.models.bids import BidContent
from b2b_market.tendering.models.reveals import RevealRow
from b2b_market.tendering.rules import revealing as rules
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_reading import RevealClosed, RevealUnacceptable
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.service import opening, revealing
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.reveals import RevealStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import open_ready, settle_reveals
from tests.support import envelopes, judging, reveals
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.envelopes import TwoEnvelopes
from tests.support.evidence import public_files
from tests.support.people import post_form, sign_in
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for

PLANTED = "63517.29"
TECHNICAL = (BidFile("offer.txt", b"our technical offer"),)


def prices_of(price: str) -> tuple[BidFile, ...]:
    return (BidFile("prices.txt", f"at {price}".encode()),)


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def staged(runtime: Runtime, hall: Hall) -> TwoEnvelopes:
    """Run a tender of two envelopes to the sign-off; the third bid does not pass."""
    found = envelopes.technical_opened(runtime, hall, (PLANTED, "80", "70"))
    bids = judging.begin(runtime, hall, found.content).lots[0].bids
    envelopes.score(runtime, hall, found.id, ("90", "60", "40"))
    envelopes.disqualify(runtime, hall, found.id, bids[2][0].id)
    envelopes.lock(runtime, hall.approver, found.id)
    return found


class TestDeclaring:
    def test_takes_a_second_person_without_a_key_after_the_close(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        tender_id = content.tender.id
        made.bid(runtime, hall, content, 0)
        with pytest.raises(BidsStillSealed):
            reveals.declare(runtime, hall.approver, tender_id)
        made.close(runtime)
        for who, rule in ((hall.purchaser, "S1"), (hall.officers[0], "S12")):
            with pytest.raises(OwnWork) as refused:
                reveals.declare(runtime, replace(hall.approver, who=who.who), tender_id)
            assert refused.value.facts["rule"] == rule
        with work_for(runtime, hall.sales[0]) as work, pytest.raises(rules.RevealNotAsked):
            revealing.reveal_bid(work, hall.sales[0], RevealBid(tender_id, b"{}"))
        before = made.contribution(runtime, hall, tender_id, 0)
        window = reveals.declare(runtime, hall.approver, tender_id).windows[0]
        assert (window.part, window.closes_at - window.opens_at) == ("whole", timedelta(hours=24))
        with pytest.raises(rules.KeysDeclaredLost):
            reveals.declare(runtime, hall.approver, tender_id)
        with work_for(runtime, hall.officers[0]) as work, pytest.raises(rules.KeysDeclaredLost):
            opening.take_opening_work(work, hall.officers[0], TakeWork(tender_id))
        with work_for(runtime, hall.officers[0]) as work, pytest.raises(rules.KeysDeclaredLost):
            opening.contribute_layer(work, hall.officers[0], ContributeLayer(tender_id, before))

    def test_is_refused_once_every_layer_is_removed(self, runtime: Runtime, hall: Hall) -> None:
        found = envelopes.closed(runtime, hall, ("80",))
        for place in (0, 1):
            document = made.contribution(runtime, hall, found.id, place)
            with work_for(runtime, hall.officers[place]) as work:
                opening.contribute_layer(work, hall.officers[place], ContributeLayer(found.id, document))
        with pytest.raises(rules.KeysNotLost):
            reveals.declare(runtime, hall.approver, found.id)
        assert open_ready(runtime) == 1


class TestRevealing:
    def test_prices_are_read_after_the_window_and_who_did_not_reveal_is_named(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        found = staged(runtime, hall)
        reveals.declare(runtime, hall.approver, found.id)
        judging.deliver(runtime)
        first, second, third = found.sealed
        good = reveals.packed(first, Part.PRICE, prices_of(PLANTED))
        for place, document in (
            (0, b"nothing"),
            (0, reveals.packed(first, Part.PRICE, prices_of("1"))),
            (0, reveals.packed(first, Part.TECHNICAL, TECHNICAL)),
            (2, reveals.packed(third, Part.PRICE, prices_of("70"))),
        ):
            with pytest.raises(RevealUnacceptable):
                reveals.reveal(runtime, hall.sales[place], found.id, document)
        with pytest.raises(NotFound):
            reveals.reveal(runtime, hall.sales[1], found.id, good)
        once = reveals.reveal(runtime, hall.sales[0], found.id, good)
        assert reveals.reveal(runtime, hall.sales[0], found.id, good).received_at == once.received_at
        assert settle_reveals(runtime) == 0
        self._unread(runtime, hall, client, found)
        made.move(runtime, timedelta(hours=24, minutes=1))
        with pytest.raises(RevealClosed):
            reveals.reveal(runtime, hall.sales[1], found.id, reveals.packed(second, Part.PRICE, prices_of("80")))
        assert settle_reveals(runtime) == 1
        assert settle_reveals(runtime) == 0
        lot = envelopes.compare(runtime, hall.evaluator, found.id).lots[0]
        assert judging.places(lot) == [(hall.suppliers[0], 1)]
        assert [bid.status for bid, _ in lot.bids] == [BidStatus.OPENED, BidStatus.UNREADABLE, BidStatus.OPENED]
        report = verify_files(public_files(runtime, hall.purchaser, found.id))
        assert (report.findings, report.tally.contributions) == ((), 2)
        assert sum("did not reveal the bid" in one for one in report.notices) == 1

    def _unread(self, runtime: Runtime, hall: Hall, client: TestClient, found: TwoEnvelopes) -> None:
        """While the window is open nobody but its bidder can tell that anything was revealed."""
        for person in (hall.purchaser, hall.approver, hall.evaluator, *hall.officers, hall.sales[1]):
            assert reveals.seen(runtime, person, found.id).own == []
            caller = caller_for(client, runtime, person)
            for path in (f"/tenders/{found.id}/opening", f"/tenders/{found.id}/reveals", f"/tenders/{found.id}"):
                for address in (path, f"/api/v1{path}"):
                    assert PLANTED not in client.get(address, headers=caller.headers).text
        assert len(reveals.seen(runtime, hall.sales[0], found.id).own) == 1
        with work_for(runtime, hall.purchaser) as work:
            assert list(work.session.scalars(select(RevealRow.bid_id))) == []
        parties = system_actor("test", hall.buyer_id, *hall.suppliers)
        for model in (OutboxRow, AuditEvent, AuditDetail):
            assert PLANTED not in repr([vars(row) for row in rows_of(runtime, parties, select(model))])

    def test_a_whole_bid_is_opened_by_its_reveal(self, runtime: Runtime, hall: Hall) -> None:
        content = made.tendering(runtime, hall)
        tender_id = content.tender.id
        sealed = [made.sealed_bid(content, hall.suppliers[place], place, price=f"95{place}") for place in (0, 1)]
        for place, one in enumerate(sealed):
            made.send(runtime, hall, content, place, one)
        made.close(runtime)
        reveals.declare(runtime, hall.approver, tender_id)
        reveals.reveal(runtime, hall.sales[0], tender_id, reveals.packed(sealed[0], Part.WHOLE, made.offer_file("950")))
        made.move(runtime, timedelta(hours=24, minutes=1))
        assert settle_reveals(runtime) == 1
        tender = made.read(runtime, hall.purchaser, tender_id).tender
        assert tender.status is TenderStatus.OPENED
        kept = rows_of(runtime, hall.purchaser, select(BidContent).where(BidContent.tender_id == tender_id))
        assert [(row.supplier_id, row.content["total"]) for row in kept] == [(hall.suppliers[0], "950")]
        window = reveals.seen(runtime, hall.purchaser, tender_id).windows[0]
        assert window.status is RevealStatus.SETTLED

    def test_a_tender_called_off_meanwhile_stays_sealed(self, runtime: Runtime, hall: Hall) -> None:
        found = staged(runtime, hall)
        reveals.declare(runtime, hall.approver, found.id)
        good = reveals.packed(found.sealed[0], Part.PRICE, prices_of(PLANTED))
        reveals.reveal(runtime, hall.sales[0], found.id, good)
        made.cancel(runtime, hall, found.id)
        made.move(runtime, timedelta(hours=24, minutes=1))
        assert settle_reveals(runtime) == 1
        kept = rows_of(runtime, hall.purchaser, select(BidContent).where(BidContent.tender_id == found.id))
        assert {row.part for row in kept} == {"technical"}


class TestPages:
    def test_lead_from_the_declaration_to_the_reveal(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        found = staged(runtime, hall)
        at = f"/tenders/{found.id}"
        shown = sign_in(client, hall.approver).get(f"{at}/opening").text
        assert "Declare the keys lost" in shown
        version = made.read(runtime, hall.approver, found.id).version
        missing = post_form(client, f"{at}/keys-lost", {"version": version})
        assert missing.status_code == 409
        done = post_form(client, f"{at}/keys-lost", {"version": version, "reason_keys": "burnt"})
        assert (done.status_code, done.headers["location"]) == (303, f"{at}/opening"), done.text
        assert "Bidders reveal from" in client.get(f"{at}/opening").text
        judging.deliver(runtime)
        mine = sign_in(client, hall.sales[0])
        assert "market-reveal" in mine.get(f"{at}/bid").text
        assert "reveal your bid until" in mine.get("/notifications").text
        caller = caller_for(client, runtime, hall.sales[0])
        file = {"file": ("bid.reveal", reveals.packed(found.sealed[0], Part.PRICE, prices_of(PLANTED)), "text/plain")}
        sent = client.post(f"/api/v1{at}/reveals", files=file, headers=caller.headers)
        assert (sent.status_code, sent.json()["part"]) == (201, "price"), sent.text
        (window,) = caller.get(f"{at}/reveals").json()["windows"]
        assert (window["status"], window["reason"]) == ("open", "burnt")
        assert "Revealed" in mine.get(f"{at}/bid").text
