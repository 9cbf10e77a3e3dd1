"""Talks that go on with fewer companies: by the announced criteria and two people, or because a company leaves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.reducing import DecideReduction
from b2b_market.tendering.commands.selecting import AnswerTalk
from b2b_market.tendering.commands.tenders import StepTender
from b2b_market.tendering.models.reducing import Departure, Reduction
from b2b_market.tendering.rules import reducing as rules
from b2b_market.tendering.rules.complaining import ComplaintOpen, ComplaintTooLate
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.rules.talking import NobodyLeft, TalksUnequal
from b2b_market.tendering.service import reducing as service
from b2b_market.tendering.service import reviewing, talking
from b2b_market.tendering.states.complaints import ComplaintTarget
from b2b_market.tendering.states.reducing import DepartureKind, DepartureStatus, ReductionStatus
from b2b_market.tendering.states.selecting import TalkKind
from tests.support import complaints, judging, reducing, selecting
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for

POINTS = ("90", "80", "40")


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def going_on(runtime: Runtime, hall: Hall, least: int = 2) -> UUID:
    return reducing.dialogue(runtime, hall, reducing.procedure(runtime, hall, least))


def admitted(runtime: Runtime, hall: Hall, tender_id: UUID) -> list[UUID]:
    return sorted(made.read(runtime, hall.purchaser, tender_id).tender.admitted_ids or ())


def contestable() -> dict[str, object]:
    """Return a procedure's complaints without objections first."""
    asked = {**profile("china-open").values["complaints"], "objections": "none"}
    return {name: value for name, value in asked.items() if name != "escalation"}


class TestDropping:
    def test_two_people_drop_the_weakest_and_it_alone_learns_why(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        asked = selecting.record(runtime, hall, tender_id, TalkKind.QUESTION)
        proposed = reducing.propose(runtime, hall, tender_id, POINTS, 2)
        assert proposed.places == {hall.suppliers[0]: 1, hall.suppliers[1]: 2, hall.suppliers[2]: 3}
        with pytest.raises(rules.ReductionOpen):
            reducing.propose(runtime, hall, tender_id, POINTS, 2)
        with pytest.raises(rules.ReductionOpen):
            selecting.end_talks(runtime, hall, tender_id)
        both = replace(hall.evaluator, permissions=hall.approver.permissions | hall.evaluator.permissions)
        with pytest.raises(OwnWork):
            reducing.confirm(runtime, replace(hall, approver=both), proposed)
        done = reducing.confirm(runtime, hall, proposed)
        assert done.reduction.status is ReductionStatus.CONFIRMED
        assert admitted(runtime, hall, tender_id) == sorted(hall.suppliers[:2])
        (own,) = reducing.departures(runtime, hall.sales[2], tender_id)
        assert (own.kind, own.place, own.compared, own.reason) == (
            DepartureKind.DROPPED,
            3,
            3,
            "The weakest solution",
        )
        assert own.scores == [{"criterion": reducing.PRICE, "score": "40"}]
        for place in (0, 1):
            assert reducing.departures(runtime, hall.sales[place], tender_id) == []
            with work_for(runtime, hall.sales[place]) as work:
                assert work.session.scalars(select(Departure)).all() == []
                assert work.session.scalars(select(Reduction)).all() == []
        talk = next(one.talk for one in asked if one.talk.supplier_id == hall.suppliers[2])
        with pytest.raises(rules.NotTakingPart), work_for(runtime, hall.sales[2]) as work:
            talking.answer_talk(work, hall.sales[2], AnswerTalk(talk.id, talk.version, "But look"))
        with pytest.raises(IllegalStep):
            reducing.confirm(runtime, hall, done)
        final = selecting.end_talks(runtime, hall, tender_id)
        assert sorted(final.tender.supplier_ids) == sorted(hall.suppliers[:2])
        with pytest.raises(NotFound):
            made.read(runtime, hall.sales[2], final.tender.id)

    def test_a_dismissed_proposal_changes_nothing(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        proposed = reducing.propose(runtime, hall, tender_id, POINTS, 2)
        with work_for(runtime, hall.approver) as work:
            command = DecideReduction(proposed.reduction.id, proposed.version, "It may improve")
            service.dismiss_reduction(work, hall.approver, command)
        assert admitted(runtime, hall, tender_id) == sorted(hall.suppliers)
        assert reducing.departures(runtime, hall.evaluator, tender_id) == []
        assert selecting.end_talks(runtime, hall, tender_id).tender.parent_id == tender_id

    def test_it_is_refused_where_it_is_not_foreseen_or_leaves_too_few(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        for points, dropped, refusal in (
            (POINTS, (1, 2), rules.TooFewLeft),
            (POINTS, (1,), Invalid),
            (("90", "40", "40"), (2,), Invalid),
            (POINTS[:2], (1,), Invalid),
        ):
            with pytest.raises(refusal):
                reducing.propose(runtime, hall, tender_id, points, *dropped)
        publisher = replace(hall.approver, permissions=hall.approver.permissions | hall.evaluator.permissions)
        with pytest.raises(EvaluatorUnfit):
            reducing.propose(runtime, replace(hall, evaluator=publisher), tender_id, POINTS, 2)
        other = made.make_hall(runtime, 3)
        with pytest.raises(NotFound):
            reducing.propose(runtime, replace(hall, evaluator=other.evaluator), tender_id, POINTS, 2)
        proposed = reducing.propose(runtime, hall, tender_id, POINTS, 2)
        reducing.leave(runtime, hall, tender_id, 0)
        with pytest.raises(rules.TooFewLeft):
            reducing.confirm(runtime, hall, proposed)
        assert admitted(runtime, hall, tender_id) == sorted(hall.suppliers[1:])

    def test_everybody_is_met_before_anybody_is_dropped(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        version = made.read(runtime, hall.purchaser, tender_id).version
        with work_for(runtime, hall.evaluator) as work:
            talking.begin_round(work, hall.evaluator, StepTender(tender_id, version))
        with pytest.raises(TalksUnequal):
            reducing.propose(runtime, hall, tender_id, POINTS, 2)

    def test_elsewhere_nobody_is_dropped(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = reducing.dialogue(runtime, hall, reducing.procedure(runtime, hall, None))
        with pytest.raises(rules.ReductionNotForeseen):
            reducing.propose(runtime, hall, tender_id, POINTS, 2)


class TestLeaving:
    def test_a_company_leaves_by_itself_and_has_no_way_back(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        left = reducing.leave(runtime, hall, tender_id, 2)
        assert (left.kind, left.status, left.standstill_ends_at) == (DepartureKind.LEFT, DepartureStatus.OUT, None)
        with pytest.raises(rules.NotTakingPart):
            reducing.leave(runtime, hall, tender_id, 2)
        other = made.make_hall(runtime, 1)
        with pytest.raises(rules.NotTakingPart):
            reducing.leave(runtime, other, tender_id, 0)
        assert admitted(runtime, hall, tender_id) == sorted(hall.suppliers[:2])
        final = selecting.end_talks(runtime, hall, tender_id)
        assert hall.suppliers[2] not in final.tender.supplier_ids
        with pytest.raises(IllegalStep):
            reducing.leave(runtime, hall, tender_id, 1)

    def test_talks_with_nobody_cannot_lead_to_final_bids(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        for place in range(3):
            reducing.leave(runtime, hall, tender_id, place)
        with pytest.raises(NobodyLeft):
            selecting.end_talks(runtime, hall, tender_id)


class TestComplaining:
    def test_an_upheld_complaint_lets_the_company_take_part_again(self, runtime: Runtime, hall: Hall) -> None:
        reviewer, _ = complaints.make_body(runtime)
        asked = contestable()
        code = reducing.procedure(runtime, hall, 2, complaints=asked)
        tender_id = reducing.dialogue(runtime, hall, code)
        reducing.confirm(runtime, hall, reducing.propose(runtime, hall, tender_id, POINTS, 2))
        with pytest.raises(rules.ReductionContestable):
            selecting.end_talks(runtime, hall, tender_id)
        (own,) = reducing.departures(runtime, hall.sales[2], tender_id)
        with pytest.raises(NotFound):
            complaints.draft(runtime, hall.sales[1], tender_id, ComplaintTarget.DEPARTURE, own.id)
        complaint = complaints.lodge(runtime, hall.sales[2], tender_id, ComplaintTarget.DEPARTURE, own.id)
        with pytest.raises(ComplaintOpen):
            selecting.end_talks(runtime, hall, tender_id)
        complaints.step(runtime, reviewer, reviewing.accept_complaint, complaint)
        complaints.step(runtime, reviewer, reviewing.satisfy_complaint, complaint, "The scores had no grounds")
        assert admitted(runtime, hall, tender_id) == sorted(hall.suppliers)
        (own,) = reducing.departures(runtime, hall.sales[2], tender_id)
        assert (own.status, own.remark) == (DepartureStatus.READMITTED, "The scores had no grounds")
        assert len(selecting.end_talks(runtime, hall, tender_id).tender.supplier_ids) == 3

    def test_it_is_lodged_until_the_stand_still_ends(self, runtime: Runtime, hall: Hall) -> None:
        complaints.make_body(runtime)
        asked = contestable()
        tender_id = reducing.dialogue(runtime, hall, reducing.procedure(runtime, hall, 2, complaints=asked))
        reducing.confirm(runtime, hall, reducing.propose(runtime, hall, tender_id, POINTS, 2))
        (own,) = reducing.departures(runtime, hall.sales[2], tender_id)
        made.move(runtime, timedelta(days=15))
        with pytest.raises(ComplaintTooLate):
            complaints.draft(runtime, hall.sales[2], tender_id, ComplaintTarget.DEPARTURE, own.id)
        assert selecting.end_talks(runtime, hall, tender_id).tender.parent_id == tender_id


class TestEdges:
    def test_pages_lead_from_the_scores_to_the_letter(self, runtime: Runtime, client: TestClient, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        at = f"/tenders/{tender_id}/talks"
        sign_in(client, hall.evaluator)
        assert "Go on with fewer companies" in client.get(at).text
        form: dict[str, object] = {
            f"score-{one}-{reducing.PRICE}": points for one, points in zip(hall.suppliers, POINTS, strict=True)
        }
        form |= {"version": made.read(runtime, hall.purchaser, tender_id).version, "reason": "The weakest solution"}
        assert "Choose companies that take part." in post_form(client, f"{at}/reduction", form).text
        proposed = post_form(client, f"{at}/reduction", {**form, f"drop-{hall.suppliers[2]}": "1"})
        assert proposed.status_code == 303, proposed.text
        assert "Confirm" not in client.get(f"{at}/reduction").text.split("Waits for another person")[1]
        sign_out(client)
        sign_in(client, hall.approver)
        shown = client.get(f"{at}/reduction").text
        step = shown.split("/tender-reductions/")[1].split("/")[0]
        assert post_form(client, f"/tender-reductions/{step}/dismiss", {"version": 1, "remark": ""}).status_code == 409
        assert post_form(client, f"/tender-reductions/{step}/confirm", {"version": 1}).status_code == 303
        assert "went on with fewer companies" in client.get(f"/tenders/{tender_id}").text
        sign_out(client)
        sign_in(client, hall.sales[2])
        own = client.get(at).text
        assert "The weakest solution" in own
        assert "3 / 3" in own
        letter = own.split("/tender-departures/")[1].split("/")[0]
        assert client.get(f"/tender-departures/{letter}/letter.pdf").headers["content-type"] == PDF_TYPE
        assert client.get(f"/tender-departures/{letter}/letter.docx").headers["content-type"] == DOCX_TYPE
        assert post_form(client, f"{at}/leave", {"reason_leave": "No capacity"}).status_code == 409
        sign_out(client)
        sign_in(client, hall.sales[0])
        assert "The weakest solution" not in client.get(at).text
        assert client.get(f"/tender-departures/{letter}/letter.pdf").status_code == 404
        assert post_form(client, f"{at}/leave", {"reason_leave": ""}).status_code == 409
        assert post_form(client, f"{at}/leave", {"reason_leave": "No capacity"}).status_code == 303
        sign_out(client)
        sign_in(client, hall.evaluator)
        assert "No capacity" in client.get(at).text

    def test_the_api_and_the_messages_tell_each_its_own(self, runtime: Runtime, client: TestClient, hall: Hall) -> None:
        tender_id = going_on(runtime, hall)
        path = f"/tenders/{tender_id}/talks"
        buyer, second, third = (
            caller_for(client, runtime, one) for one in (hall.evaluator, hall.approver, hall.sales[2])
        )
        version = buyer.get(f"/tenders/{tender_id}").json()["version"]
        scores = [
            {"supplier_id": str(one), "scores": [{"criterion": reducing.PRICE, "score": points}]}
            for one, points in zip(hall.suppliers, POINTS, strict=True)
        ]
        body = {"scores": scores, "dropped_ids": [str(hall.suppliers[2])], "reason": "The weakest solution"}
        made_ = buyer.post(f"{path}/reductions", body, version=version)
        assert (made_.status_code, made_.json()["companies"][2]["total"]) == (200, "40.00"), made_.text
        (listed,) = second.get(f"{path}/reductions").json()["items"]
        assert third.get(f"{path}/reductions").status_code == 404
        refused = second.post(f"/tender-reductions/{listed['id']}/dismiss", {"remark": "x" * 5}, version=9)
        assert refused.status_code == 412
        done = second.post(f"/tender-reductions/{listed['id']}/confirm", version=listed["version"])
        assert done.json()["status"] == "confirmed", done.text
        (own,) = third.get(f"{path}/departures").json()["items"]
        assert (own["kind"], own["place"], own["scores"][0]["score"]) == ("dropped", 3, "40")
        assert third.get(f"/tender-departures/{own['id']}/letter.docx").headers["content-type"] == DOCX_TYPE
        assert third.post(f"{path}/leave", {"reason": "No capacity"}).json()["type"].endswith("tender-no-part")
        first = caller_for(client, runtime, hall.sales[0])
        assert first.post(f"{path}/leave", {"reason": "No capacity"}).json()["kind"] == "left"
        judging.deliver(runtime)
        told = {
            one: [item["subject"] for item in caller_for(client, runtime, person).get("/notifications").json()["items"]]
            for one, person in (("third", hall.sales[2]), ("second", hall.sales[1]), ("buyer", hall.evaluator))
        }
        assert sum("the talks go on without you" in one for one in told["third"]) == 1
        assert not any("go on without you" in one for one in told["second"])
        assert sum("a company left the talks" in one for one in told["buyer"]) == 1
