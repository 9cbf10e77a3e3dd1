"""From the opening to the contracts: places, questions, disqualifications, awards and the stand-still."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from b2b_market.contracts.commands import ContractSource
from b2b_market.contracts.models import Contract, ContractLine
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound
from b2b_market.rbac.actor import system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.reference.commands import AddRate
from b2b_market.reference.service import rates
from b2b_market.tendering.commands.evaluation import (
    AnswerInquiry,
    AskBidder,
    DecideInquiry,
    DecideRuling,
    ProposeDisqualification,
    Score,
    ScoreBids,
    StepAward,
)
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.evaluation import Inquiry, TenderResult
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules import judging as rules
from b2b_market.tendering.rules.deciding import AwardAboveLimit
from b2b_market.tendering.service import awarding, evaluating, questioning, revoking
from b2b_market.tendering.states.evaluation import InquiryKind, Outcome, RulingGround, TenderAwardStatus
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus
from b2b_market.tendering.tasks import conclude_over
from tests.support import judging
from tests.support import tenders as made
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def one_lot(*prices: str) -> list[dict[int, dict[str, object]]]:
    return [{0: judging.content(price)} for price in prices]


class TestPlaces:
    def test_by_price_alone_the_lowest_has_its_turn_and_arithmetic_is_done_again(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        bids = one_lot("96", "95", "99")
        bids[0][0]["total"] = "900"
        tender = judging.opened(runtime, hall, bids)
        found = judging.begin(runtime, hall, tender)
        lot = found.lots[0]
        assert judging.places(lot) == [(hall.suppliers[1], 1), (hall.suppliers[0], 2), (hall.suppliers[2], 3)]
        assert [one.total for one in lot.standing] == [Decimal(950), Decimal(960), Decimal(990)]
        wrong = lot.bids[0][1].findings
        assert [(one.fault.value, one.said, one.right) for one in wrong] == [("total", "900", "960.00")]
        award = judging.turn(lot)
        assert (award.supplier_id, award.amount) == (hall.suppliers[1], Decimal(950))
        assert len(lot.awards) == 1
        assert found.tender.status is TenderStatus.EVALUATING

    def test_quality_counts_with_its_weight_once_every_bid_is_scored(self, runtime: Runtime, hall: Hall) -> None:
        command = made.tender_command(hall)
        tender = judging.opened(runtime, hall, one_lot("80", "100", "100"), command)
        found = judging.begin(runtime, hall, tender)
        assert (found.lots[0].scored, found.lots[0].awards) == (False, ())
        bids = [bid.id for bid, _ in found.lots[0].bids]
        scores = tuple(Score(bid, "1", Decimal(n)) for bid, n in zip(bids, (30, 100, 90), strict=True))
        with work_for(runtime, hall.evaluator) as work:
            scored = evaluating.score_bids(
                work,
                hall.evaluator,
                ScoreBids(tender_id=tender.tender.id, expected_version=found.version, scores=scores),
            )
        lot = scored.lots[0]
        assert judging.places(lot) == [(hall.suppliers[1], 1), (hall.suppliers[2], 2), (hall.suppliers[0], 3)]
        assert [one.score for one in lot.standing] == [86, 83, 79]
        assert judging.turn(lot).supplier_id == hall.suppliers[1]

    def test_other_currencies_are_compared_at_frozen_rates(self, runtime: Runtime, hall: Hall) -> None:
        operator = make_person(runtime, make_company(runtime, "Platform", platform=True), Role.PLATFORM_OPERATOR)
        day = datetime.now(UTC).date() - timedelta(days=1)
        with work_for(runtime, operator) as work:
            euro = AddRate(base=Currency("EUR"), quote=made.CNY, value=Decimal(8), day=day, source="ECB")
            rates.add_rate(work, operator, euro)
        bids = [{0: judging.content("96")}, {0: judging.content("11.5", "EUR")}, {0: judging.content("13", "EUR")}]
        tender = judging.opened(runtime, hall, bids)
        lot = judging.begin(runtime, hall, tender).lots[0]
        assert [one.total for one in lot.standing] == [Decimal(920), Decimal(960), Decimal(1040)]
        assert (judging.turn(lot).amount, judging.turn(lot).currency) == (Decimal(115), "EUR")

    def test_who_published_does_not_evaluate_and_strangers_find_nothing(self, runtime: Runtime, hall: Hall) -> None:
        both = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR)
        tender = judging.opened(runtime, replace(hall, approver=both), one_lot("96", "95", "99"))
        with pytest.raises(rules.EvaluatorUnfit):
            judging.begin(runtime, hall, tender, both)
        for stranger in (hall.sales[0], hall.officers[2]):
            with work_for(runtime, stranger) as work, pytest.raises(NotFound):
                evaluating.read_evaluation(work, stranger, ReadTender(tender.tender.id))
        with pytest.raises(Forbidden):
            judging.begin(runtime, hall, tender, hall.sales[0])


class TestDisqualification:
    def test_takes_two_people_and_gives_the_next_bid_its_turn(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("96", "95", "99"))
        found = judging.begin(runtime, hall, tender)
        best = judging.turn(found.lots[0])
        command = ProposeDisqualification(
            bid_id=best.bid_id,
            expected_version=found.version,
            ground=RulingGround.NOT_RESPONSIVE,
            reason="no certificate",
        )
        with work_for(runtime, hall.purchaser) as work:
            ruling = questioning.propose_disqualification(work, hall.purchaser, command)
        with pytest.raises(rules.RulingOpen):
            judging.propose(runtime, hall.purchaser, best)
        both = replace(hall.approver, who=hall.purchaser.who)
        with work_for(runtime, both) as work, pytest.raises(OwnWork):
            questioning.confirm_disqualification(work, both, DecideRuling(ruling.id, ruling.version))
        with work_for(runtime, hall.approver) as work:
            questioning.confirm_disqualification(work, hall.approver, DecideRuling(ruling.id, ruling.version))
        lot = judging.judged(runtime, hall.purchaser, tender.tender.id).lots[0]
        assert judging.places(lot) == [(hall.suppliers[0], 1), (hall.suppliers[2], 2)]
        assert judging.turn(lot).supplier_id == hall.suppliers[0]
        assert {one.status for one in lot.awards if one.bid_id == best.bid_id} == {TenderAwardStatus.UNSUCCESSFUL}

    def test_of_every_bid_ends_the_lot_and_the_tender(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("96"))
        found = judging.begin(runtime, hall, tender)
        self._disqualify(runtime, hall, found)
        ended = made.read(runtime, hall.purchaser, tender.tender.id)
        assert (ended.tender.status, ended.lots[0].status) == (TenderStatus.UNSUCCESSFUL, LotStatus.UNSUCCESSFUL)

    def _disqualify(self, runtime: Runtime, hall: Hall, found: evaluating.Judgement) -> None:
        command = ProposeDisqualification(
            bid_id=found.lots[0].bids[0][0].id,
            expected_version=found.version,
            ground=RulingGround.EXCLUDED,
            reason="convicted",
        )
        with work_for(runtime, hall.evaluator) as work:
            ruling = questioning.propose_disqualification(work, hall.evaluator, command)
        with work_for(runtime, hall.approver) as work:
            questioning.confirm_disqualification(work, hall.approver, DecideRuling(ruling.id, ruling.version))


class TestLowPrices:
    def test_bar_the_award_until_explained_and_accepted(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("50", "100", "110"))
        found = judging.begin(runtime, hall, tender)
        best = judging.turn(found.lots[0])
        assert [one.suspicion is not None for one in found.lots[0].standing] == [True, False, False]
        with pytest.raises(rules.PriceUnexplained):
            judging.propose(runtime, hall.purchaser, best)
        inquiry = self._ask(runtime, hall, found)
        with work_for(runtime, hall.evaluator) as work, pytest.raises(rules.StillTime):
            questioning.accept_answer(work, hall.evaluator, DecideInquiry(inquiry.id, inquiry.version, "plausible"))
        with work_for(runtime, hall.sales[1]) as work, pytest.raises(NotFound):
            questioning.answer_inquiry(work, hall.sales[1], AnswerInquiry(inquiry.id, 1, "not mine"))
        with work_for(runtime, hall.sales[0]) as work:
            answered = questioning.answer_inquiry(
                work, hall.sales[0], AnswerInquiry(inquiry.id, inquiry.version, "own foundry next door")
            )
        with work_for(runtime, hall.evaluator) as work:
            questioning.accept_answer(work, hall.evaluator, DecideInquiry(inquiry.id, answered.version, "plausible"))
        proposed = judging.propose(runtime, hall.purchaser, best)
        assert judging.approve(runtime, hall.approver, proposed).status is TenderAwardStatus.ACTIVE

    def test_rejected_after_the_time_lapsed_propose_a_disqualification(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("50", "100", "110"))
        inquiry = self._ask(runtime, hall, judging.begin(runtime, hall, tender))
        made.move(runtime, timedelta(days=4))
        with work_for(runtime, hall.sales[0]) as work, pytest.raises(IllegalStep):
            questioning.answer_inquiry(work, hall.sales[0], AnswerInquiry(inquiry.id, inquiry.version, "too late"))
        with work_for(runtime, hall.evaluator) as work:
            questioning.reject_answer(work, hall.evaluator, DecideInquiry(inquiry.id, inquiry.version, "no answer"))
        lot = judging.judged(runtime, hall.purchaser, tender.tender.id).lots[0]
        assert [(one.ground, one.status.value) for one in lot.rulings] == [(RulingGround.ABNORMALLY_LOW, "proposed")]

    def _ask(self, runtime: Runtime, hall: Hall, found: evaluating.Judgement) -> Inquiry:
        lot = found.lots[0]
        command = AskBidder(
            bid_id=lot.standing[1].bid_id,
            expected_version=found.version,
            kind=InquiryKind.LOW_PRICE,
            question="Why so low?",
        )
        with work_for(runtime, hall.evaluator) as work, pytest.raises(rules.ExplanationNotDue):
            questioning.ask_bidder(work, hall.evaluator, command)
        with work_for(runtime, hall.evaluator) as work:
            asked = replace(command, bid_id=lot.standing[0].bid_id)
            return questioning.ask_bidder(work, hall.evaluator, asked)


class TestAwards:
    def test_are_signed_told_to_each_bidder_and_bind_after_the_stand_still(self, runtime: Runtime, hall: Hall) -> None:
        bids = [
            {0: judging.content("95", payment_terms="net 30"), 1: judging.content("20")},
            {0: judging.content("96"), 1: judging.content("19")},
            {0: judging.content("99"), 1: judging.content("18")},
        ]
        command = made.tender_command(hall, lots=2, criteria=judging.PRICE_ALONE)
        tender = judging.opened(runtime, hall, bids, command)
        found = judging.begin(runtime, hall, tender)
        approved = judging.turn(found.lots[0])
        for lot in found.lots:
            award = judging.propose(runtime, hall.purchaser, judging.turn(lot))
            approved = judging.approve(runtime, hall.approver, award)
            assert approved.record is not None
            assert verify(runtime.receipts.public_key, approved.record, bytes(approved.signature or b""))
            assert approved.record["amount"]["amount"] in ("950.00", "180.00")
        standing = made.read(runtime, hall.purchaser, tender.tender.id).tender
        assert (standing.status, standing.next_due_at) == (TenderStatus.AWARDED, approved.standstill_ends_at)
        seen = [self._results(runtime, hall, place, tender.tender.id) for place in range(3)]
        assert seen == [
            [(Outcome.WON, 1, Decimal(950)), (Outcome.LOST, 3, None)],
            [(Outcome.LOST, 2, None), (Outcome.LOST, 2, None)],
            [(Outcome.LOST, 3, None), (Outcome.WON, 1, Decimal(180))],
        ]
        assert conclude_over(runtime) == 0
        made.move(runtime, timedelta(days=2, minutes=1))
        assert conclude_over(runtime) == 1
        assert conclude_over(runtime) == 0
        judging.deliver(runtime)
        judging.deliver(runtime)
        assert made.read(runtime, hall.purchaser, tender.tender.id).tender.status is TenderStatus.COMPLETE
        drafts = rows_of(runtime, system_actor("test", hall.buyer_id), select(Contract))
        assert sorted((one.supplier_id, one.total, one.payment_terms) for one in drafts) == sorted(
            [(hall.suppliers[0], Decimal(950), "net 30"), (hall.suppliers[2], Decimal(180), "")]
        )
        assert {one.source for one in drafts} == {ContractSource.TENDER}
        lines = rows_of(runtime, system_actor("test", hall.buyer_id), select(ContractLine))
        assert {(line.item_name, line.unit_price) for line in lines} == {("Pump 1", 95), ("Pump 2", 18)}

    def test_need_another_person_within_the_limit_who_did_not_evaluate(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("96", "95", "99"))
        best = judging.turn(judging.begin(runtime, hall, tender).lots[0])
        proposed = judging.propose(runtime, hall.purchaser, best)
        for person, rule in ((hall.purchaser, "S1"), (hall.evaluator, "S2")):
            both = replace(hall.approver, who=person.who)
            with pytest.raises(OwnWork) as refused:
                judging.approve(runtime, both, proposed)
            assert refused.value.facts["rule"] == rule
        small = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, limit=Money.of("949", "CNY"))
        with pytest.raises(AwardAboveLimit):
            judging.approve(runtime, small, proposed)
        with work_for(runtime, hall.approver) as work:
            command = StepAward(proposed.id, proposed.version, "say more")
            returned = awarding.return_award(work, hall.approver, command)
        assert (returned.status, returned.reason) == (TenderAwardStatus.PENDING, "say more")
        with pytest.raises(IllegalStep):
            judging.approve(runtime, hall.approver, returned)

    def test_are_taken_back_during_the_stand_still_and_not_after(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("96", "95", "99"))
        best = judging.turn(judging.begin(runtime, hall, tender).lots[0])
        award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, best))
        with work_for(runtime, hall.approver) as work:
            revoking.cancel_award(work, hall.approver, StepAward(award.id, award.version, "complaint upheld"))
        assert self._results(runtime, hall, 1, tender.tender.id) == []
        again = judging.judged(runtime, hall.purchaser, tender.tender.id)
        assert again.tender.status is TenderStatus.EVALUATING
        second = judging.turn(again.lots[0])
        assert (second.bid_id, second.id == best.id) == (best.bid_id, False)
        award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, second))
        made.move(runtime, timedelta(days=3))
        with work_for(runtime, hall.approver) as work, pytest.raises(IllegalStep):
            revoking.cancel_award(work, hall.approver, StepAward(award.id, award.version, "too late"))

    def test_all_at_once_go_to_the_best_alone(self, runtime: Runtime, hall: Hall) -> None:
        tender = judging.opened(runtime, hall, one_lot("96", "95", "99"))
        with work_for(runtime, system_actor("test", hall.buyer_id)) as work:
            values = {**tender.tender.values, "evaluation": "unordered"}
            work.session.execute(update(Tender).where(Tender.id == tender.tender.id).values(values=values))
        lot = judging.begin(runtime, hall, tender).lots[0]
        assert len(lot.awards) == 3
        by_place = [next(a for a in lot.awards if a.bid_id == one.bid_id) for one in lot.standing]
        with pytest.raises(rules.NotTheBest):
            judging.propose(runtime, hall.purchaser, by_place[1])
        award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, by_place[0]))
        after = judging.judged(runtime, hall.purchaser, tender.tender.id).lots[0]
        assert sorted(one.status for one in after.awards) == ["active", "unsuccessful", "unsuccessful"]
        with work_for(runtime, hall.approver) as work:
            revoking.cancel_award(work, hall.approver, StepAward(award.id, award.version, "a sum was wrong"))
        again = judging.judged(runtime, hall.purchaser, tender.tender.id).lots[0]
        assert sorted(one.status for one in again.awards) == ["cancelled"] * 3 + ["pending"] * 3

    def _results(
        self, runtime: Runtime, hall: Hall, place: int, tender_id: object
    ) -> list[tuple[Outcome, int | None, Decimal | None]]:
        own = rows_of(runtime, hall.sales[place], select(TenderResult).where(TenderResult.tender_id == tender_id))
        ordered = sorted(own, key=lambda one: one.lot_id)
        assert {one.supplier_id for one in own} <= {hall.suppliers[place]}
        return [(one.outcome, one.place, one.winning_amount) for one in ordered]
