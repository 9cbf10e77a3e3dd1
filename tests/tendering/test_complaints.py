"""Complaints from the draft to the remedy: who sees what when, what waits, and what an upheld one undoes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, NotFound, StaleVersion
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.complaints import ReadComplaint, StepComplaint
from b2b_market.tendering.commands.evaluation import DecideRuling, ProposeDisqualification
from b2b_market.tendering.commands.tenders import DraftTender, ExtendTender, ReadTender, ReasonedTender
from b2b_market.tendering.models.evaluation import Ruling, TenderResult
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.bidding import BidderUnfit
from b2b_market.tendering.service import complaining, conducting, publishing, questioning, reviewing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.evaluating import JudgedLot
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintStatus, ComplaintTarget
from b2b_market.tendering.states.evaluation import RulingGround, RulingStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due, conclude_over, lapse_complaints
from tests.support import complaints as told
from tests.support import judging
from tests.support import tenders as made
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


@dataclass(frozen=True)
class Court:
    """The people of a tender, the review body and the operator."""

    hall: Hall
    reviewer: Actor
    operator: Actor


@pytest.fixture
def court(runtime: Runtime) -> Iterator[Court]:
    with made.own_clock(runtime):
        yield Court(made.make_hall(runtime), *told.make_body(runtime))


def command(runtime: Runtime, hall: Hall, **changes: Any) -> DraftTender:
    found = told.procedure(runtime, hall.purchaser, **changes)
    return made.tender_command(hall, procedure=found, criteria=judging.PRICE_ALONE)


def tendering(runtime: Runtime, hall: Hall, **changes: Any) -> TenderContent:
    return made.tendering(runtime, hall, command(runtime, hall, **changes))


def opened(runtime: Runtime, hall: Hall, *prices: str) -> TenderContent:
    bids = [{0: judging.content(price)} for price in prices]
    return judging.opened(runtime, hall, bids, command(runtime, hall))


def status_of(runtime: Runtime, hall: Hall, content: TenderContent) -> TenderStatus:
    return made.read(runtime, hall.purchaser, content.tender.id).tender.status


def lot_of(runtime: Runtime, hall: Hall, content: TenderContent) -> JudgedLot:
    return judging.judged(runtime, hall.purchaser, content.tender.id).lots[0]


def heard(runtime: Runtime, court: Court, *aim: Any) -> Any:
    """Lodge a complaint of the second bidder, pay for it, and have it heard."""
    complaint = told.lodge(runtime, court.hall.sales[1], *aim)
    told.pay(runtime, court.operator, complaint)
    return told.step(runtime, court.reviewer, reviewing.accept_complaint, complaint)


def disqualified(runtime: Runtime, hall: Hall, content: TenderContent, place: int) -> Ruling:
    """Disqualify the bid of the bidder at ``place``."""
    found = judging.judged(runtime, hall.evaluator, content.tender.id)
    bid = next(bid for bid, _ in found.lots[0].bids if bid.supplier_id == hall.suppliers[place])
    with work_for(runtime, hall.evaluator) as work:
        wanted = ProposeDisqualification(
            bid_id=bid.id, expected_version=found.version, ground=RulingGround.NOT_RESPONSIVE, reason="no flange"
        )
        ruling = questioning.propose_disqualification(work, hall.evaluator, wanted)
    with work_for(runtime, hall.approver) as work:
        return questioning.confirm_disqualification(work, hall.approver, DecideRuling(ruling.id, ruling.version))


def topics(runtime: Runtime, org: Actor) -> list[str]:
    machine = system_actor("test", *org.org_ids)
    rows = rows_of(runtime, machine, select(OutboxRow).where(OutboxRow.topic.like("tender.complaint%")))
    return sorted(row.topic.removeprefix("tender.complaint_") for row in rows)


class TestDocuments:
    def test_nobody_sees_a_complaint_before_it_concerns_them(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = tendering(runtime, hall)
        complaint = told.draft(runtime, hall.sales[0], content.tender.id)
        for person in (hall.purchaser, court.reviewer, court.operator, hall.sales[1]):
            with pytest.raises(NotFound):
                told.seen(runtime, person, complaint)
        lodged = told.step(runtime, hall.sales[0], complaining.lodge_complaint, complaint)
        assert (lodged.status, lodged.fee, lodged.number) == (ComplaintStatus.AWAITING_FEE, Decimal(2000), "")
        assert told.seen(runtime, court.operator, complaint).fee_formula == {
            "per_mille": 3,
            "least": "2000",
            "most": "85000",
            "estimate": None,
        }
        for person in (hall.purchaser, hall.sales[1]):
            with pytest.raises(NotFound):
                told.seen(runtime, person, complaint)
        paid = told.pay(runtime, court.operator, complaint)
        assert (paid.status, paid.number) == (ComplaintStatus.PENDING, f"{content.tender.number}-C1")
        assert told.seen(runtime, hall.purchaser, complaint).grounds == "The flange fits one maker only."
        with pytest.raises(NotFound):
            told.seen(runtime, hall.sales[1], complaint)
        with work_for(runtime, hall.sales[1]) as work:
            found = complaining.list_complaints(work, hall.sales[1], ReadTender(content.tender.id))
        assert found.own == []
        assert [(one.number, one.complainant) for one in found.published] == [(paid.number, "Bidder 1")]
        assert topics(runtime, hall.sales[0]) == ["fee_due.v1", "fee_paid.v1", "lodged.v1"]

    def test_an_upheld_one_keeps_bidding_from_closing_until_the_buyer_acts(
        self, runtime: Runtime, court: Court
    ) -> None:
        hall = court.hall
        content = tendering(runtime, hall)
        tender_id = content.tender.id
        complaint = heard(runtime, court, tender_id)
        off = ReasonedTender(tender_id, made.read(runtime, hall.approver, tender_id).version, "no more")
        with work_for(runtime, hall.approver) as work, pytest.raises(rules.ComplaintOpen):
            conducting.cancel_tender(work, hall.approver, off)
        made.close(runtime)
        assert status_of(runtime, hall, content) is TenderStatus.TENDERING
        assert advance_due(runtime) == 0
        upheld = told.step(runtime, court.reviewer, reviewing.satisfy_complaint, complaint, "It is tailored.")
        assert (upheld.status, upheld.edition) == (ComplaintStatus.SATISFIED, 1)
        assert advance_due(runtime) == 0
        with pytest.raises(rules.NotYetActed):
            told.step(runtime, hall.purchaser, reviewing.resolve_complaint, complaint, "We will see.")
        with work_for(runtime, hall.approver) as work:
            version = made.read(runtime, hall.approver, tender_id).version
            later = work.now() + timedelta(days=4)
            publishing.extend_tender(work, hall.approver, ExtendTender(tender_id, version, later, "flange opened up"))
        assert told.seen(runtime, hall.purchaser, complaint).status is ComplaintStatus.SATISFIED
        done = told.step(runtime, hall.purchaser, reviewing.resolve_complaint, complaint, "Any flange fits.")
        assert done.status is ComplaintStatus.RESOLVED
        assert advance_due(runtime) == 0
        made.move(runtime, timedelta(days=5))
        assert advance_due(runtime) == 1
        assert status_of(runtime, hall, content) is TenderStatus.UNSUCCESSFUL
        assert {"fee_refundable.v1", "resolved.v1"} <= set(topics(runtime, hall.sales[1]))

    def test_what_was_declined_lets_bidding_close(self, runtime: Runtime, court: Court) -> None:
        content = tendering(runtime, court.hall)
        complaint = heard(runtime, court, content.tender.id)
        made.close(runtime)
        declined = told.step(runtime, court.reviewer, reviewing.decline_complaint, complaint, "Many makers fit.")
        assert (declined.status, declined.decision) == (ComplaintStatus.DECLINED, "Many makers fit.")
        assert advance_due(runtime) == 1
        assert "fee_refundable.v1" not in topics(runtime, court.hall.sales[1])
        with pytest.raises(IllegalStep):
            told.step(runtime, court.reviewer, reviewing.satisfy_complaint, complaint, "On second thought.")

    def test_the_clock_ends_what_was_not_paid_in_time(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = tendering(runtime, hall)
        complaint = told.lodge(runtime, hall.sales[0], content.tender.id)
        assert lapse_complaints(runtime) == 0
        with work_for(runtime, hall.approver) as work:
            version = made.read(runtime, hall.approver, content.tender.id).version
            assert content.tender.closes_at is not None
            later = content.tender.closes_at + timedelta(days=5)
            publishing.extend_tender(work, hall.approver, ExtendTender(content.tender.id, version, later, "holiday"))
        made.move(runtime, timedelta(days=4))
        assert lapse_complaints(runtime) == 1
        given = told.seen(runtime, hall.sales[0], complaint)
        assert (given.status, given.window_ends_at) == (ComplaintStatus.AWAITING_FEE, later - timedelta(days=1))
        made.move(runtime, timedelta(days=5))
        with pytest.raises(rules.ComplaintTooLate):
            told.pay(runtime, court.operator, complaint)
        assert (lapse_complaints(runtime), lapse_complaints(runtime)) == (1, 0)
        assert told.seen(runtime, hall.sales[0], complaint).status is ComplaintStatus.MISTAKEN
        with pytest.raises(NotFound):
            told.seen(runtime, hall.purchaser, complaint)
        with pytest.raises(rules.ComplaintTooLate):
            told.draft(runtime, hall.sales[0], content.tender.id)

    def test_an_objection_is_answered_by_the_buyer_and_holds_at_once(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = tendering(runtime, hall, objections="first")
        kind = ComplaintKind.OBJECTION
        objection = told.lodge(runtime, hall.sales[0], content.tender.id, kind=kind)
        assert (objection.status, objection.fee, objection.body_id) == (ComplaintStatus.PENDING, None, hall.buyer_id)
        made.close(runtime)
        assert status_of(runtime, hall, content) is TenderStatus.TENDERING
        with pytest.raises(IllegalStep):
            told.step(runtime, hall.approver, reviewing.accept_complaint, objection)
        with pytest.raises(NotFound):
            told.step(runtime, court.reviewer, reviewing.accept_complaint, objection)
        answered = told.step(runtime, hall.approver, reviewing.reject_objection, objection, "Read annex 2.")
        assert (answered.status, answered.decision) == (ComplaintStatus.DECLINED, "Read annex 2.")
        assert advance_due(runtime) == 1

    def test_a_procedure_without_objections_takes_none(self, runtime: Runtime, court: Court) -> None:
        content = tendering(runtime, court.hall)
        with pytest.raises(rules.ComplaintsNotForeseen):
            told.draft(runtime, court.hall.sales[0], content.tender.id, kind=ComplaintKind.OBJECTION)

    def test_who_took_part_does_not_decide(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = made.tendering(runtime, hall)
        complaint = told.lodge(runtime, hall.sales[0], content.tender.id)
        assert (complaint.status, complaint.body_id) == (ComplaintStatus.PENDING, hall.buyer_id)
        for person in (hall.approver, hall.purchaser, hall.officers[0]):
            both = replace(make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER), who=person.who)
            with pytest.raises(OwnWork) as refused:
                told.step(runtime, both, reviewing.accept_complaint, complaint)
            assert refused.value.facts["rule"] == "S14"
        other = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER)
        told.step(runtime, hall.purchaser, reviewing.answer_complaint, complaint, "Every maker has it.")
        told.step(runtime, other, reviewing.accept_complaint, complaint)
        stopped = told.step(runtime, other, reviewing.stop_complaint, complaint, "They agreed.")
        assert (stopped.status, stopped.statement) == (ComplaintStatus.STOPPED, "Every maker has it.")

    def test_it_can_be_taken_back_before_it_is_heard(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = made.tendering(runtime, hall)
        complaint = told.lodge(runtime, hall.sales[0], content.tender.id)
        other = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER)
        with pytest.raises(NotFound):
            told.step(runtime, hall.sales[1], complaining.withdraw_complaint, complaint)
        gone = told.step(runtime, hall.sales[0], complaining.withdraw_complaint, complaint)
        assert gone.status is ComplaintStatus.MISTAKEN
        with pytest.raises(IllegalStep):
            told.step(runtime, other, reviewing.refuse_complaint, complaint, "too late")
        again = told.lodge(runtime, hall.sales[0], content.tender.id, ComplaintTarget.LOT, content.lots[0].id)
        assert again.number.endswith("-C2")
        refused = told.step(runtime, other, reviewing.refuse_complaint, again, "It names no rule.")
        assert refused.status is ComplaintStatus.INVALID

    def test_only_who_may_bid_complains(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = made.tendering(runtime, hall)
        stranger = make_person(runtime, make_company(runtime, "Stranger", ("supplier",)), Role.SUPPLIER_SALES)
        own = make_person(runtime, hall.buyer_id, Role.SUPPLIER_SALES)
        with pytest.raises(NotFound):
            told.draft(runtime, stranger, content.tender.id)
        with pytest.raises(BidderUnfit):
            told.draft(runtime, own, content.tender.id)


class TestDecisions:
    def test_an_upheld_complaint_cancels_the_award_and_judges_again(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = opened(runtime, hall, "95", "97")
        tender_id = content.tender.id
        judging.begin(runtime, hall, content)
        first = judging.approve(
            runtime,
            hall.approver,
            judging.propose(runtime, hall.purchaser, judging.turn(lot_of(runtime, hall, content))),
        )
        with pytest.raises(NotFound):
            told.draft(runtime, hall.sales[1], tender_id, ComplaintTarget.AWARD, content.lots[0].id)
        complaint = heard(runtime, court, tender_id, ComplaintTarget.AWARD, first.id)
        assert complaint.fee == Decimal(3000)
        made.move(runtime, timedelta(days=3))
        assert conclude_over(runtime) == 0
        with work_for(runtime, court.reviewer) as work:
            case = reviewing.read_case(work, court.reviewer, ReadComplaint(complaint.id))
        assert case.decision == first.record
        told.step(runtime, court.reviewer, reviewing.satisfy_complaint, complaint, "The sum is wrong.")
        assert status_of(runtime, hall, content) is TenderStatus.EVALUATING
        lot = lot_of(runtime, hall, content)
        assert sorted(one.status for one in lot.awards) == ["cancelled", "pending"]
        assert rows_of(runtime, hall.sales[1], select(TenderResult)) == []
        again = judging.propose(runtime, hall.purchaser, judging.turn(lot))
        judging.approve(runtime, hall.approver, again)
        made.move(runtime, timedelta(days=3))
        assert conclude_over(runtime) == 1

    def test_an_open_one_blocks_the_next_award_of_its_lot(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = opened(runtime, hall, "95", "97")
        judging.begin(runtime, hall, content)
        ruling = disqualified(runtime, hall, content, 0)
        complaint = told.lodge(runtime, hall.sales[0], content.tender.id, ComplaintTarget.DISQUALIFICATION, ruling.id)
        told.pay(runtime, court.operator, complaint)
        with pytest.raises(rules.ComplaintOpen):
            judging.propose(runtime, hall.purchaser, judging.turn(lot_of(runtime, hall, content)))
        with pytest.raises(NotFound):
            told.draft(runtime, hall.sales[1], content.tender.id, ComplaintTarget.DISQUALIFICATION, ruling.id)

    def test_an_overturned_disqualification_gives_the_bid_its_turn_and_voids_the_award(
        self, runtime: Runtime, court: Court
    ) -> None:
        hall = court.hall
        content = opened(runtime, hall, "97", "95")
        judging.begin(runtime, hall, content)
        ruling = disqualified(runtime, hall, content, 1)
        judging.approve(
            runtime,
            hall.approver,
            judging.propose(runtime, hall.purchaser, judging.turn(lot_of(runtime, hall, content))),
        )
        complaint = heard(runtime, court, content.tender.id, ComplaintTarget.DISQUALIFICATION, ruling.id)
        told.step(runtime, court.reviewer, reviewing.satisfy_complaint, complaint, "The flange is there.")
        lot = lot_of(runtime, hall, content)
        assert judging.turn(lot).supplier_id == hall.suppliers[1]
        assert [(one.status, one.remark) for one in lot.rulings] == [(RulingStatus.DISMISSED, "The flange is there.")]
        assert sorted((one.status, one.supplier_id == hall.suppliers[1]) for one in lot.awards) == [
            ("cancelled", False),
            ("cancelled", True),
            ("pending", True),
        ]

    def test_a_tender_that_came_to_nothing_is_judged_again(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = judging.opened(
            runtime, hall, [{}, {0: judging.content("95")}], command(runtime, hall, fee_after_per_mille=0)
        )
        judging.begin(runtime, hall, content)
        ruling = disqualified(runtime, hall, content, 1)
        assert status_of(runtime, hall, content) is TenderStatus.UNSUCCESSFUL
        complaint = told.lodge(runtime, hall.sales[1], content.tender.id, ComplaintTarget.DISQUALIFICATION, ruling.id)
        assert complaint.status is ComplaintStatus.PENDING
        told.step(runtime, court.reviewer, reviewing.accept_complaint, complaint)
        told.step(runtime, court.reviewer, reviewing.satisfy_complaint, complaint, "The flange is there.")
        assert status_of(runtime, hall, content) is TenderStatus.EVALUATING
        best = judging.propose(runtime, hall.purchaser, judging.turn(lot_of(runtime, hall, content)))
        judging.approve(runtime, hall.approver, best)
        assert status_of(runtime, hall, content) is TenderStatus.AWARDED
        told.step(runtime, hall.purchaser, reviewing.resolve_complaint, complaint, "Awarded to it.")

    def test_a_decision_that_was_taken_back_leaves_drafts_to_the_clock(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = opened(runtime, hall, "95", "97")
        judging.begin(runtime, hall, content)
        first = judging.approve(
            runtime,
            hall.approver,
            judging.propose(runtime, hall.purchaser, judging.turn(lot_of(runtime, hall, content))),
        )
        draft = told.draft(runtime, hall.sales[1], content.tender.id, ComplaintTarget.AWARD, first.id)
        heard_one = heard(runtime, court, content.tender.id, ComplaintTarget.AWARD, first.id)
        told.step(runtime, court.reviewer, reviewing.satisfy_complaint, heard_one, "The sum is wrong.")
        with pytest.raises(NotFound):
            told.step(runtime, hall.sales[1], complaining.lodge_complaint, draft)
        made.move(runtime, timedelta(days=3))
        assert lapse_complaints(runtime) == 1
        assert told.seen(runtime, hall.sales[1], draft).status is ComplaintStatus.MISTAKEN

    def test_everybody_concerned_is_told(self, runtime: Runtime, court: Court) -> None:
        hall = court.hall
        content = tendering(runtime, hall)
        complaint = heard(runtime, court, content.tender.id)
        told.step(runtime, court.reviewer, reviewing.decline_complaint, complaint, "Many makers fit.")
        judging.deliver(runtime)
        kinds = {
            person.user_id: {row.kind for row in told.messages(runtime, person)}
            for person in (hall.sales[1], hall.purchaser, court.reviewer, court.operator)
        }
        assert kinds[court.operator.user_id] == {"tender.complaint_fee_due"}
        assert kinds[court.reviewer.user_id] == {"tender.complaint_to_review"}
        assert {"tender.complaint_came", "tender.complaint_settled"} <= kinds[hall.purchaser.user_id]
        assert "tender.complaint_news" in kinds[hall.sales[1].user_id]

    def test_a_stale_version_changes_nothing(self, runtime: Runtime, court: Court) -> None:
        content = made.tendering(runtime, court.hall)
        complaint = told.draft(runtime, court.hall.sales[0], content.tender.id)
        wanted = StepComplaint(complaint.id, complaint.version + 1)
        with work_for(runtime, court.hall.sales[0]) as work, pytest.raises(StaleVersion):
            complaining.lodge_complaint(work, court.hall.sales[0], wanted)
        assert told.seen(runtime, court.hall.sales[0], complaint).status is ComplaintStatus.DRAFT
