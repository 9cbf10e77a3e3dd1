"""Two envelopes from the close to the award: prices are opened last, and only of bids that passed."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import select

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.signing import verify
from b2b_market.infra.who import Cause
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.bids import ContributeLayer, PrintOpening, ReadBid, TakeWork
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.bids import BidContent, BidFileRow, OpeningRecord
from b2b_market.tendering.queries.bids import openings_of
from b2b_market.tendering.rules import envelopes as rules
from b2b_market.tendering.rules import judging as judging_rules
from b2b_market.tendering.rules.sealed_folder import EvidenceNotPublished
from b2b_market.tendering.rules.sealed_layers import ContributionUnacceptable
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_verification import verify_files
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.service import committee, opening, printing
from b2b_market.tendering.service.opening import Ceremony
from b2b_market.tendering.states.stages import StageStatus, TechnicalOutcome
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_committees, open_ready
from tests.support import committees, envelopes, judging
from tests.support import tenders as made
from tests.support.envelopes import TwoEnvelopes
from tests.support.evidence import public_files
from tests.support.people import actor_of, start_session
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def ceremony(runtime: Runtime, person: Actor, tender_id: object) -> Ceremony:
    with work_for(runtime, person) as work:
        return opening.read_ceremony(work, person, ReadTender(tender_id))  # type: ignore[arg-type]  # a tender's id


def outcomes(found: Ceremony) -> dict[str, list[str]]:
    return {one.part: [bid["outcome"] for bid in one.record["record"]["bids"]] for one in found.openings}


class TestFlow:
    def test_prices_are_opened_after_the_signed_technical_result_and_only_of_bids_that_passed(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        least = envelopes.procedure(runtime, hall.purchaser, technical_least=50)
        command = made.tender_command(hall, procedure=least)
        found = envelopes.technical_opened(runtime, hall, ("100", "80", "70"), command)
        tender_id = found.id
        assert outcomes(ceremony(runtime, hall.purchaser, tender_id)) == {"technical": ["opened"] * 3}
        self._prices_wait(runtime, hall, found)
        lot = judging.begin(runtime, hall, found.content).lots[0]
        bids = [bid.id for bid, _ in lot.bids]
        assert (lot.scored, lot.awards, {offer.total for _, offer in lot.bids}) == (False, (), {None})
        with pytest.raises(judging_rules.ScoresMissing):
            envelopes.lock(runtime, hall.approver, tender_id)
        envelopes.score(runtime, hall, tender_id, ("90", "60", "40"))
        self._prices_wait(runtime, hall, found)
        with pytest.raises(rules.PricesStillSealed):
            envelopes.compare(runtime, hall.evaluator, tender_id)
        both = replace(hall.approver, who=hall.evaluator.who)
        with pytest.raises(OwnWork):
            envelopes.lock(runtime, both, tender_id)
        locked = envelopes.lock(runtime, hall.approver, tender_id)
        assert (locked.sight.stage, locked.sight.failed) == (StageStatus.LOCKED, frozenset({bids[2]}))
        with pytest.raises(rules.TechnicalResultFinal):
            envelopes.lock(runtime, hall.approver, tender_id)
        with pytest.raises(rules.TechnicalResultFinal):
            envelopes.score(runtime, hall, tender_id, ("1", "2", "3"))
        with pytest.raises(rules.TechnicalResultFinal):
            envelopes.disqualify(runtime, hall, tender_id, bids[0])
        assert ceremony(runtime, hall.officers[0], tender_id).part is Part.PRICE
        made.open_bids(runtime, hall, tender_id, (1, 2))
        seen = ceremony(runtime, hall.purchaser, tender_id)
        assert outcomes(seen) == {"technical": ["opened"] * 3, "price": ["opened", "opened", "sealed"]}
        assert judging.judged(runtime, hall.evaluator, tender_id).lots[0].awards == ()
        compared = envelopes.compare(runtime, hall.evaluator, tender_id).lots[0]
        assert judging.places(compared) == [(hall.suppliers[1], 1), (hall.suppliers[0], 2)]
        assert [one.score for one in compared.standing] == [70 + 18, Fraction(56) + 27]
        self._never_opened(runtime, hall, found)
        report = verify_files(public_files(runtime, hall.purchaser, found.id))
        assert (report.findings, report.tally.contributions, report.tally.payloads) == ((), 4, 5)
        award = judging.propose(runtime, hall.purchaser, judging.turn(compared))
        assert judging.approve(runtime, hall.approver, award).status.value == "active"

    def _prices_wait(self, runtime: Runtime, hall: Hall, found: TwoEnvelopes) -> None:
        """Officers get no work file, nothing they send is taken, and nothing is decrypted."""
        for officer in hall.officers[:2]:
            with work_for(runtime, officer) as work, pytest.raises(BidsStillSealed):
                opening.take_opening_work(work, officer, TakeWork(found.id))
            with work_for(runtime, officer) as work, pytest.raises(BidsStillSealed):
                opening.contribute_layer(work, officer, ContributeLayer(found.id, b"{}"))
            with pytest.raises(EvidenceNotPublished):  # an envelope holds the wraps of its prices too
                public_files(runtime, officer, found.id)
        assert open_ready(runtime) == 0

    def _never_opened(self, runtime: Runtime, hall: Hall, found: TwoEnvelopes) -> None:
        """The price of the bid that failed is nowhere, not even for its bidder."""
        kept = rows_of(runtime, hall.purchaser, select(BidContent).where(BidContent.tender_id == found.id))
        assert sorted((row.part, row.supplier_id == hall.suppliers[2]) for row in kept) == [
            ("price", False),
            ("price", False),
            ("technical", False),
            ("technical", False),
            ("technical", True),
        ]
        own = rows_of(runtime, hall.sales[2], select(BidFileRow).where(BidFileRow.supplier_id == hall.suppliers[2]))
        assert [row.name for row in own] == ["offer.txt"]
        files = rows_of(runtime, hall.sales[0], select(BidFileRow).where(BidFileRow.supplier_id == hall.suppliers[0]))
        assert sorted((row.position, row.name) for row in files) == [(0, "offer.txt"), (1, "prices.txt")]

    def test_layers_of_one_part_open_nothing_of_the_other(self, runtime: Runtime, hall: Hall) -> None:
        found = envelopes.closed(runtime, hall, ("100", "80"))
        old = [made.contribution(runtime, hall, found.id, 0)]
        with work_for(runtime, hall.officers[0]) as work:
            opening.contribute_layer(work, hall.officers[0], ContributeLayer(found.id, old[0]))
        old.append(made.contribution(runtime, hall, found.id, 1))
        with work_for(runtime, hall.officers[1]) as work:
            opening.contribute_layer(work, hall.officers[1], ContributeLayer(found.id, old[1]))
        assert open_ready(runtime) == 1
        content = made.read(runtime, hall.purchaser, found.id)
        judging.begin(runtime, hall, content)
        envelopes.score(runtime, hall, found.id, ("90", "60"))
        envelopes.lock(runtime, hall.approver, found.id)
        assert open_ready(runtime) == 0
        for place in (0, 1):
            with work_for(runtime, hall.officers[place]) as work, pytest.raises(ContributionUnacceptable):
                opening.contribute_layer(work, hall.officers[place], ContributeLayer(found.id, old[place]))
        assert open_ready(runtime) == 0

    def test_where_no_bid_passes_the_tender_ends_and_no_price_is_opened(self, runtime: Runtime, hall: Hall) -> None:
        found = envelopes.technical_opened(runtime, hall, ("100",))
        bid = judging.begin(runtime, hall, found.content).lots[0].bids[0][0]
        envelopes.disqualify(runtime, hall, found.id, bid.id)
        ended = made.read(runtime, hall.purchaser, found.id).tender
        assert ended.status is TenderStatus.UNSUCCESSFUL
        assert ceremony(runtime, hall.officers[0], found.id).part is None

    def test_a_committee_reads_technical_offers_and_its_sheets_lock_with_the_sign_off(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        named = envelopes.procedure(runtime, hall.purchaser, committee=committees.SHAPE)
        found = envelopes.technical_opened(runtime, hall, ("100", "80"), made.tender_command(hall, procedure=named))
        assert advance_committees(runtime) == 1
        judging.begin(runtime, hall, made.read(runtime, hall.purchaser, found.id))
        jurors = committees.view(runtime, hall.purchaser, found.id).jurors
        five = [
            actor_of(runtime, start_session(runtime, one.user_id, one.org_id))
            for one in jurors
            if one.status.value == "seated"
        ]
        for member in five:
            committees.declare(runtime, member, found.id)
            with work_for(runtime, member) as work:
                bids = committee.list_member_bids(work, member, ReadTender(found.id))
            assert [one.content for one in bids] == [{"technical": {"note": "bronze"}}] * 2
            assert [[file.name for file in one.files] for one in bids] == [["offer.txt"]] * 2
            with pytest.raises(judging_rules.ScoresMissing):
                envelopes.lock(runtime, hall.approver, found.id)
            committees.hand_in(runtime, member, found.id, {bids[0].bid.id: "50", bids[1].bid.id: "90"})
        assert advance_committees(runtime) == 1
        envelopes.lock(runtime, hall.approver, found.id)
        made.open_bids(runtime, hall, found.id)
        lot = envelopes.compare(runtime, hall.evaluator, found.id).lots[0]
        assert judging.places(lot) == [(hall.suppliers[1], 1), (hall.suppliers[0], 2)]


class TestResult:
    def test_is_signed_and_each_bidder_reads_its_own(self, runtime: Runtime, hall: Hall) -> None:
        found = envelopes.technical_opened(runtime, hall, ("100", "80", "70"))
        lot = judging.begin(runtime, hall, found.content).lots[0]
        envelopes.score(runtime, hall, found.id, ("90", "60", "40"))
        with work_for(runtime, hall.sales[0]) as work, pytest.raises(NotFound):
            opening.read_bid(work, hall.sales[0], ReadBid(lot.bids[1][0].id))
        envelopes.disqualify(runtime, hall, found.id, lot.bids[1][0].id)
        with pytest.raises(NotFound):
            envelopes.technical(runtime, hall.sales[0], found.id)
        envelopes.lock(runtime, hall.approver, found.id)
        view = envelopes.technical(runtime, hall.purchaser, found.id)
        assert view.stage is not None
        assert verify(runtime.receipts.public_key, view.stage.record, bytes(view.stage.signature))
        assert [one["outcome"] for one in view.stage.record["bids"]] == ["passed", "disqualified", "passed"]
        own = envelopes.technical(runtime, hall.sales[1], found.id)
        assert (own.stage, [(one.supplier_id, one.outcome) for one in own.results]) == (
            None,
            [(hall.suppliers[1], TechnicalOutcome.DISQUALIFIED)],
        )
        judging.deliver(runtime)
        made.open_bids(runtime, hall, found.id)
        judging.deliver(runtime)
        assert envelopes.technical(runtime, hall.sales[1], found.id).opened_at is not None
        with work_for(runtime, hall.purchaser) as work:
            for part in ("technical", "price"):
                sheet = printing.read_opening_sheet(work, hall.purchaser, PrintOpening(found.id, part))
                totals = [total for _, _, _, total in sheet.bids]
                assert totals == (["-"] * 3 if part == "technical" else ["CNY 1000.00", "-", "CNY 700.00"])
            bids = opening.list_opened_bids(work, hall.purchaser, ReadTender(found.id))
        assert [sorted(one.content or ()) for one in bids] == [
            ["price", "technical"],
            ["technical"],
            ["price", "technical"],
        ]

    def test_the_prices_are_the_last_opening_though_both_were_opened_in_one_moment(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        buyer, tender_id = hall.purchaser, new_id()
        with runtime.work(buyer.who, Tenant(buyer.org_ids, machine=True), Cause("test", new_correlation())) as work:
            for part in (Part.PRICE, Part.TECHNICAL):  # as they may lie in the table
                opened = {"tender_id": tender_id, "buyer_id": hall.buyer_id, "opened_at": work.now()}
                work.session.add(OpeningRecord(**opened, part=part, record={}))
                work.session.flush()
            found = openings_of(work.session, Scope(buyer, None), tender_id)
            assert [one.part for one in found] == [Part.TECHNICAL, Part.PRICE]
