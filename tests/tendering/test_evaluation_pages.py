"""An evaluation as people and programs do it: by the pages to the result, and over the API to the signed record."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.evaluation import RulingStatus
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.tenders import Hall
from tests.support.visits import act, page


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def opened(runtime: Runtime, hall: Hall, *prices: str) -> TenderContent:
    return judging.opened(runtime, hall, [{0: judging.content(price)} for price in prices])


class TestPages:
    def test_lead_from_the_opening_to_each_bidders_result(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        tender = opened(runtime, hall, "50", "100", "110")
        at = f"/tenders/{tender.tender.id}"
        assert "Begin the evaluation" in page(client, hall.evaluator, at)
        act(client, hall.evaluator, f"{at}/evaluation", {"version": tender.version})
        shown = page(client, hall.evaluator, f"{at}/evaluation")
        assert shown.index("Bidder 1") < shown.index("Bidder 2") < shown.index("Bidder 3")
        assert "Far below the others" in shown
        found = self._found(runtime, hall, tender.tender.id)
        best, award = found.lots[0].standing[0].bid_id, judging.turn(found.lots[0])
        known = {"lot": 1}
        asked = {**known, "version": found.version, "kind": "low_price", f"ask-{best}": "Why so low?"}
        act(client, hall.evaluator, f"/tender-bids/{best}/inquiry", asked)
        grounds = {**known, "version": award.version, f"propose-{award.id}": "lowest price"}
        refused = act(client, hall.evaluator, f"/tender-awards/{award.id}/propose", grounds, 409)
        assert "52.4 % below the mean of the others" in refused
        inquiry = self._found(runtime, hall, tender.tender.id).lots[0].inquiries[0]
        assert "Why so low?" in page(client, hall.sales[0], f"{at}/results")
        assert "Why so low?" not in page(client, hall.sales[1], f"{at}/results")
        answer = {**known, "version": inquiry.version, f"answer-{inquiry.id}": "own foundry"}
        act(client, hall.sales[0], f"/tender-inquiries/{inquiry.id}/answer", answer)
        assert "own foundry" in page(client, hall.evaluator, f"{at}/evaluation")
        finding = {**known, "version": inquiry.version + 1, f"accept-{inquiry.id}": "plausible"}
        act(client, hall.evaluator, f"/tender-inquiries/{inquiry.id}/accept", finding)
        act(client, hall.evaluator, f"/tender-awards/{award.id}/propose", grounds)
        approval = {**known, "version": award.version + 1}
        assert "Approve and sign" in page(client, hall.approver, f"{at}/evaluation")
        act(client, hall.approver, f"/tender-awards/{award.id}/approve", approval)
        won, lost = (page(client, sales, f"{at}/results") for sales in hall.sales[:2])
        assert ("500.00" in won, "Won" in won) == (True, True)
        assert ("2 of 3" in lost, "Bidder 1" in lost, "500.00" in lost) == (True, True, False)
        assert self._found(runtime, hall, tender.tender.id).tender.status is TenderStatus.AWARDED

    def test_scores_and_disqualifications_are_given_on_the_page(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        bids = [{0: judging.content(price)} for price in ("96", "95")]
        tender = judging.opened(runtime, hall, bids, made.tender_command(hall))
        found = judging.begin(runtime, hall, tender)
        at, known = f"/tenders/{tender.tender.id}", {"lot": 1, "version": found.version}
        first, second = (bid.id for bid, _ in found.lots[0].bids)
        missing = act(client, hall.evaluator, f"{at}/scores", {**known, f"score-{first}-1": "90"}, 422)
        assert "Score every bid of the lot" in missing
        scores = {f"score-{first}-1": "90", f"score-{second}-1": "20"}
        act(client, hall.evaluator, f"{at}/scores", {**known, **scores})
        found = self._found(runtime, hall, tender.tender.id)
        assert [one.bid_id for one in found.lots[0].standing] == [first, second]
        why = {**known, "version": found.version, "ground": "not_qualified", f"disqualify-{first}": "no licence"}
        act(client, hall.evaluator, f"/tender-bids/{first}/disqualification", why)
        ruling = self._found(runtime, hall, tender.tender.id).lots[0].rulings[0]
        decide = {**known, "version": ruling.version}
        act(client, hall.approver, f"/tender-disqualifications/{ruling.id}/confirm", decide)
        assert self._found(runtime, hall, tender.tender.id).lots[0].rulings[0].status is RulingStatus.CONFIRMED
        assert "no licence" in page(client, hall.sales[0], f"{at}/results")
        assert "no licence" not in page(client, hall.sales[1], f"{at}/results")

    def _found(self, runtime: Runtime, hall: Hall, tender_id: UUID) -> Judgement:
        return judging.judged(runtime, hall.purchaser, tender_id)


class TestApi:
    def test_leads_to_a_signed_record(self, runtime: Runtime, client: TestClient, hall: Hall) -> None:
        tender = opened(runtime, hall, "96", "95", "99")
        evaluator, approver, loser = (
            caller_for(client, runtime, person) for person in (hall.evaluator, hall.approver, hall.sales[2])
        )
        at = f"/tenders/{tender.tender.id}"
        begun = evaluator.call("POST", f"{at}/evaluate", version=tender.version)
        assert begun.status_code == 200, begun.text
        lot = begun.json()["lots"][0]
        award = lot["awards"][0]
        assert [(bid["place"], bid["total"]["amount"]) for bid in lot["bids"]] == [
            (2, "960.00"),
            (1, "950.00"),
            (3, "990.00"),
        ]
        words = {"text": "the best bid"}
        proposed = evaluator.call("POST", f"/tender-awards/{award['id']}/propose", words, version=award["version"])
        version = proposed.json()["version"]
        refused = evaluator.call("POST", f"/tender-awards/{award['id']}/approve", version=version)
        assert refused.status_code == 403
        approved = approver.call("POST", f"/tender-awards/{award['id']}/approve", version=version)
        assert approved.json()["status"] == "active"
        decision = approver.get(f"/tender-awards/{award['id']}/decision").json()
        assert verify(runtime.receipts.public_key, decision["record"], bytes.fromhex(decision["signature"]))
        own = loser.get(f"{at}/results").json()["items"]
        assert [(one["outcome"], one["place"], one["winning_amount"]) for one in own] == [("lost", 3, None)]
        assert loser.get(f"/tender-awards/{award['id']}/decision").status_code == 404
        assert loser.get(f"{at}/evaluation").status_code == 404
