"""Restricted tenders: applications hidden until their time is over, judged by two people, and who is invited."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, Invalid, NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.commands.selecting import AddFile, DecideFailure, StageFileId
from b2b_market.tendering.commands.tenders import AskAboutTender, ReadTender
from b2b_market.tendering.models.selecting import Application, Qualification, StageFile
from b2b_market.tendering.rules import bidding as bid_rules
from b2b_market.tendering.rules import qualifying as rules
from b2b_market.tendering.rules.drafting import TenderIncomplete, TenderPeriodTooShort
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.service import applying, asking, bidding, qualifying
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import ApplicationStatus, QualificationStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import selecting
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def rows_of(runtime: Runtime, person: Actor, wanted: Any) -> list[Any]:
    """Return the rows that row-level security shows a person."""
    with work_for(runtime, person) as work:
        return list(work.session.scalars(wanted).all())


def status_of(runtime: Runtime, hall: Hall, tender_id: Any) -> TenderStatus:
    return made.read(runtime, hall.purchaser, tender_id).tender.status


class TestDrafting:
    def test_the_times_and_numbers_of_stages_are_held_against_the_procedure(self, runtime: Runtime, hall: Hall) -> None:
        now = datetime.now(UTC)
        wrong = selecting.command(hall, most_invited=1, enquiry_ends_at=now + timedelta(days=9))
        with pytest.raises(Invalid) as refused:
            made.draft(runtime, hall, wrong)
        assert {error.pointer for error in refused.value.errors} == {"/most_invited", "/enquiry_ends_at"}
        for changes, refusal in (
            ({"applications_end_at": now + timedelta(days=4)}, TenderPeriodTooShort),
            ({"closes_at": now + timedelta(days=11)}, TenderPeriodTooShort),
            ({"criteria": selecting.CRITERIA[2:]}, TenderIncomplete),
        ):
            with pytest.raises(refusal):
                made.published(runtime, hall, selecting.command(hall, **changes))

    def test_the_notice_stays_and_says_when_applications_end(self, runtime: Runtime, hall: Hall) -> None:
        tender = made.published(runtime, hall, selecting.command(hall, most_invited=2)).tender
        assert (tender.status, tender.admitted_ids) == (TenderStatus.APPLICATIONS, [])
        assert tender.document is not None
        assert tender.document["most_invited"] == 2
        assert tender.next_due_at == tender.applications_end_at
        assert tender.document["applications_end_at"]


class TestApplying:
    def test_nobody_but_the_company_sees_an_application_before_its_time_is_over(
        self, runtime: Runtime, hall: Hall
    ) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall)).tender.id
        selecting.apply(runtime, hall, tender_id, 0)
        kept = selecting.keep(runtime, hall.sales[0], "register.txt", b"planted")
        with work_for(runtime, hall.sales[0]) as work:
            added = applying.add_evidence(work, hall.sales[0], AddFile(tender_id, kept))
        assert [file.name for file in added.files] == ["register.txt"]
        for person in (hall.evaluator, hall.purchaser, hall.approver, hall.sales[1]):
            assert [rows_of(runtime, person, select(kind)) for kind in (Application, StageFile)] == [[], []]
            with pytest.raises(NotFound), work_for(runtime, person) as work:
                applying.open_stage_file(work, person, StageFileId(added.files[0].id))
        assert selecting.received(runtime, hall.evaluator, tender_id) == []
        selecting.apply(runtime, hall, tender_id, 1)
        selecting.end_applications(runtime)
        assert len(selecting.received(runtime, hall.evaluator, tender_id)) == 2
        with work_for(runtime, hall.evaluator) as work:
            opened = applying.open_stage_file(work, hall.evaluator, StageFileId(added.files[0].id))
        assert files.read(runtime.settings, opened) == b"planted"
        with work_for(runtime, hall.sales[1]) as work:
            theirs = applying.read_own_application(work, hall.sales[1], ReadTender(tender_id))
        assert theirs.application is not None
        assert (theirs.application.supplier_id, list(theirs.files)) == (hall.suppliers[1], [])
        assert {one.supplier_id for one in rows_of(runtime, hall.sales[1], select(Application))} == {hall.suppliers[1]}

    def test_it_is_replaced_withdrawn_and_sent_again_in_time_only(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall)).tender.id
        first = selecting.apply(runtime, hall, tender_id, 0)
        again = selecting.apply(runtime, hall, tender_id, 0, proposal="A pump of ours")
        assert first.application is not None
        assert again.application is not None
        assert (again.application.id, again.version) == (first.application.id, 2)
        with work_for(runtime, hall.sales[0]) as work:
            gone = applying.withdraw_application(work, hall.sales[0], ReadTender(tender_id))
            assert gone.application is not None
            assert gone.application.status is ApplicationStatus.WITHDRAWN
        with pytest.raises(IllegalStep), work_for(runtime, hall.sales[0]) as work:
            applying.withdraw_application(work, hall.sales[0], ReadTender(tender_id))
        kept = selecting.keep(runtime, hall.sales[0], "late.txt", b"late")
        with pytest.raises(IllegalStep), work_for(runtime, hall.sales[0]) as work:
            applying.add_evidence(work, hall.sales[0], AddFile(tender_id, kept))
        selecting.apply(runtime, hall, tender_id, 0)
        made.move(runtime, timedelta(days=8))
        with pytest.raises(rules.ApplicationTooLate):
            selecting.apply(runtime, hall, tender_id, 1)
        selecting.end_applications(runtime, 0)
        assert status_of(runtime, hall, tender_id) is TenderStatus.UNSUCCESSFUL

    def test_files_are_taken_back_in_time_by_their_own_company(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall)).tender.id
        selecting.apply(runtime, hall, tender_id, 0)
        kept = selecting.keep(runtime, hall.sales[0], "a.txt", b"a")
        with work_for(runtime, hall.sales[0]) as work:
            (file,) = applying.add_evidence(work, hall.sales[0], AddFile(tender_id, kept)).files
        with pytest.raises(NotFound), work_for(runtime, hall.sales[1]) as work:
            applying.remove_evidence(work, hall.sales[1], StageFileId(file.id))
        with work_for(runtime, hall.sales[0]) as work:
            assert list(applying.remove_evidence(work, hall.sales[0], StageFileId(file.id)).files) == []
        with pytest.raises(NotFound), work_for(runtime, hall.sales[1]) as work:
            applying.add_evidence(work, hall.sales[1], AddFile(tender_id, kept))
        selecting.apply(runtime, hall, tender_id, 1)
        with pytest.raises(Invalid) as refused, work_for(runtime, hall.sales[1]) as work:
            applying.add_evidence(work, hall.sales[1], AddFile(tender_id, kept))
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/file_id", "unknown")]

    def test_only_those_invited_apply_where_the_entry_says_so(self, runtime: Runtime, hall: Hall) -> None:
        wanted = selecting.command(hall, entry=Entry.INVITED, supplier_ids=hall.suppliers[:2])
        tender_id = made.published(runtime, hall, wanted).tender.id
        with pytest.raises(NotFound):
            selecting.apply(runtime, hall, tender_id, 2)
        with pytest.raises(Invalid):
            selecting.apply(runtime, hall, tender_id, 0, selecting.REPLIES[:1])
        own = replace(hall.purchaser, permissions=hall.purchaser.permissions | hall.sales[0].permissions)
        with pytest.raises(bid_rules.BidderUnfit):
            selecting.apply(runtime, replace(hall, sales=(own,)), tender_id, 0)
        assert rows_of(runtime, hall.sales[0], select(Application)) == []


class TestJudging:
    def test_one_that_fails_needs_a_second_person_and_may_come_back(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall)).tender.id
        for place in range(3):
            selecting.apply(runtime, hall, tender_id, place)
        selecting.end_applications(runtime)
        assert status_of(runtime, hall, tender_id) is TenderStatus.QUALIFYING
        first, second, third = selecting.received(runtime, hall.evaluator, tender_id)
        failing = selecting.judge(runtime, hall, first, met=False)
        assert failing.qualification.status is QualificationStatus.FAILING
        key, version = first.application.id, failing.version
        judge = replace(hall.evaluator, permissions=hall.evaluator.permissions | hall.approver.permissions)
        with pytest.raises(OwnWork), work_for(runtime, judge) as work:
            qualifying.confirm_failure(work, judge, DecideFailure(key, version))
        with pytest.raises(rules.ApplicationsUndecided):
            selecting.decide(runtime, hall, tender_id)
        with work_for(runtime, hall.approver) as work:
            back = qualifying.dismiss_failure(work, hall.approver, DecideFailure(key, version, "Read the annex again"))
        assert (back.qualification.status, back.qualification.remark) == (
            QualificationStatus.PENDING,
            "Read the annex again",
        )
        with pytest.raises(IllegalStep), work_for(runtime, hall.approver) as work:
            qualifying.confirm_failure(work, hall.approver, DecideFailure(key, back.version))
        publisher = replace(hall.approver, permissions=hall.approver.permissions | hall.evaluator.permissions)
        with pytest.raises(EvaluatorUnfit):
            selecting.judge(runtime, replace(hall, evaluator=publisher), back)
        again = selecting.judge(runtime, hall, back, met=False)
        with work_for(runtime, hall.approver) as work:
            qualifying.confirm_failure(work, hall.approver, DecideFailure(key, again.version))
        for one in (second, third):
            selecting.judge(runtime, hall, one)
        assert rows_of(runtime, hall.sales[0], select(Qualification)) == []
        selecting.decide(runtime, hall, tender_id)
        told = rows_of(runtime, hall.sales[0], select(Qualification))
        assert [(one.status, one.supplier_id) for one in told] == [(QualificationStatus.FAILED, hall.suppliers[0])]
        assert told[0].findings[1]["remark"] == "Too small a turnover"

    def test_the_best_scores_are_invited_and_equal_ones_together(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall, most_invited=2)).tender.id
        for place in range(3):
            selecting.apply(runtime, hall, tender_id, place)
        selecting.end_applications(runtime)
        found = selecting.received(runtime, hall.evaluator, tender_id)
        with pytest.raises(Invalid):
            selecting.judge(runtime, hall, found[0])
        for one, score in zip(found, ("60", "90.5", "70"), strict=True):
            selecting.judge(runtime, hall, one, score=score)
        tender = selecting.decide(runtime, hall, tender_id)
        assert tender.status is TenderStatus.SHORTLISTED
        places = {
            one.application.supplier_id: one.qualification
            for one in selecting.received(runtime, hall.evaluator, tender_id)
        }
        assert [(places[one].place, places[one].status) for one in hall.suppliers] == [
            (3, QualificationStatus.LEFT_OUT),
            (1, QualificationStatus.SHORTLISTED),
            (2, QualificationStatus.SHORTLISTED),
        ]
        assert advance_due(runtime) == 0
        made.move(runtime, timedelta(days=1, minutes=1))
        assert advance_due(runtime) == 1
        invited = made.read(runtime, hall.purchaser, tender_id).tender
        assert (invited.status, set(invited.admitted_ids or ())) == (TenderStatus.ENQUIRIES, set(hall.suppliers[1:]))

    def test_too_few_qualified_end_the_tender(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall)).tender.id
        for place in range(2):
            selecting.apply(runtime, hall, tender_id, place)
        selecting.end_applications(runtime)
        first, second = selecting.received(runtime, hall.evaluator, tender_id)
        selecting.judge(runtime, hall, first)
        failing = selecting.judge(runtime, hall, second, met=False)
        with work_for(runtime, hall.approver) as work:
            qualifying.confirm_failure(work, hall.approver, DecideFailure(second.application.id, failing.version))
        assert selecting.decide(runtime, hall, tender_id).status is TenderStatus.UNSUCCESSFUL
        assert len(rows_of(runtime, hall.sales[1], select(Qualification))) == 1


class TestInviting:
    def test_only_the_qualified_ask_and_bid_and_have_the_whole_time(self, runtime: Runtime, hall: Hall) -> None:
        wanted = selecting.command(hall, closes_at=datetime.now(UTC) + timedelta(days=13))
        content = made.published(runtime, hall, wanted)
        tender_id = content.tender.id
        for place in range(3):
            selecting.apply(runtime, hall, tender_id, place)
        selecting.end_applications(runtime)
        for place, one in enumerate(selecting.received(runtime, hall.evaluator, tender_id)):
            judged = selecting.judge(runtime, hall, one, met=place > 0)
            if place == 0:
                with work_for(runtime, hall.approver) as work:
                    failed = DecideFailure(one.application.id, judged.version)
                    qualifying.confirm_failure(work, hall.approver, failed)
        selecting.decide(runtime, hall, tender_id)
        made.move(runtime, timedelta(days=1, minutes=1))
        advance_due(runtime)
        invited = made.read(runtime, hall.sales[1], tender_id)
        assert (invited.tender.status, invited.tender.edition) == (TenderStatus.ENQUIRIES, 2)
        assert invited.tender.closes_at is not None
        assert content.tender.closes_at is not None
        assert invited.tender.closes_at > content.tender.closes_at
        with pytest.raises(NotFound), work_for(runtime, hall.sales[0]) as work:
            asking.ask_about_tender(work, hall.sales[0], AskAboutTender(tender_id, "Which flange?"))
        made.move(runtime, timedelta(days=2, minutes=1))
        advance_due(runtime)
        packed = made.packed_bid(invited, hall.suppliers[0], 0)
        with pytest.raises(NotFound), work_for(runtime, hall.sales[0]) as work:
            bidding.submit_bid(work, hall.sales[0], SubmitBid(tender_id, packed))
        made.bid(runtime, hall, invited, 1)
        made.close(runtime)
        made.open_bids(runtime, hall, tender_id)
        assert status_of(runtime, hall, tender_id) is TenderStatus.OPENED
