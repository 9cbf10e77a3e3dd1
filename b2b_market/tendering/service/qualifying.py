"""Judging applications by the published criteria, choosing who is invited, and the letters to all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.selecting import ApplicationId, DecideFailure, JudgeApplication
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.events.selecting import (
    ApplicationDecided,
    ApplicationFailing,
    ApplicationLapsed,
    ApplicationsEnded,
    QualifiedInvited,
    TooFewQualified,
)
from b2b_market.tendering.models.selecting import Application, Qualification, StageFile
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import selecting as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import admission, drafting
from b2b_market.tendering.rules import qualifying as rules
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.procedures import Procedure, read_procedure
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.publishing import mirror_status, move_deadline, open_to
from b2b_market.tendering.states.selecting import (
    APPLICATION_LIFECYCLE,
    QUALIFICATION_LIFECYCLE,
    ApplicationStatus,
    QualificationStatus,
)
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE

INVITED_LATE = N_("The deadline moves so that those who qualified have the whole time.")


@dataclass(frozen=True, slots=True)
class Judged:
    """An application as its buyer sees it."""

    application: Application
    qualification: Qualification
    files: Sequence[StageFile]

    @property
    def version(self) -> int:
        """The version of the judgement, which its ETag shows."""
        return self.qualification.version


@operation(TenderPermission.BID_READ)
def list_applications(work: Work, scope: Scope, command: ReadTender) -> Sequence[Judged]:
    """Return the applications to an own tender by their arrival; none before their time is over."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    return _all(work, scope, tender)


@operation(TenderPermission.BID_READ)
def tender_of_application(work: Work, scope: Scope, command: ApplicationId) -> UUID:
    """Return which own tender an application belongs to; NotFound for any other."""
    return queries.own_qualification(work.session, scope, command.application_id).tender_id


@operation(TenderPermission.EVALUATE)
def judge_application(work: Work, scope: Scope, command: JudgeApplication) -> Judged:
    """Find for every criterion whether an application meets it. One that fails waits for a second person.

    Not by who published the tender (S2). A later finding replaces this one until the letters are out.
    """
    tender, found = _to_decide(work, scope, command.application_id, command.expected_version)
    QUALIFICATION_LIFECYCLE.require(found.status, "pass")
    if scope.user_id == tender.approver_id:
        raise EvaluatorUnfit
    ranked = tender.most_invited is not None
    findings = rules.require_findings(command.findings, tender.criteria, ranked=ranked)
    met = rules.is_met(findings)
    QUALIFICATION_LIFECYCLE.advance(found, "pass" if met else "fail")
    found.findings, found.judge_id, found.remark = findings, scope.user_id, ""
    work.touch(found)
    if met:
        work.record("tender_qualification.passed", found)
    else:
        failing = ApplicationFailing(
            qualification_id=found.id, tender_id=tender.id, buyer_id=tender.buyer_id, judge_id=scope.user_id
        )
        work.emit(failing, found)
    return _one(work, scope, tender, found)


@operation(TenderPermission.AWARD_APPROVE)
def confirm_failure(work: Work, scope: Scope, command: DecideFailure) -> Judged:
    """Decide that an application fails, as another person found (S1); its company reads why with the letters."""
    tender, found = _second_person(work, scope, command, "confirm")
    found.decider_id = scope.user_id
    work.record("tender_qualification.failure_confirmed", found)
    return _one(work, scope, tender, found)


@operation(TenderPermission.AWARD_APPROVE)
def dismiss_failure(work: Work, scope: Scope, command: DecideFailure) -> Judged:
    """Send an application back to be judged again, and say why."""
    tender, found = _second_person(work, scope, command, "dismiss")
    found.remark = drafting.require_reason(command.remark)
    work.record("tender_qualification.failure_dismissed", found)
    return _one(work, scope, tender, found)


@operation(TenderPermission.AWARD_APPROVE)
def decide_qualification(work: Work, scope: Scope, command: StepTender) -> Tender:
    """Choose who is invited and send every company its letter; too few qualified end the tender (by rule).

    By another person than those who judged (S1). The invitation follows when the stand-still is over.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "shortlist")
    found = queries.qualifications_of(work.session, scope, tender.id, lock=True)
    rules.require_decided(one.status for one in found)
    require_other_person(scope.actor, *(one.judge_id for one in found if one.judge_id is not None))
    procedure = read_procedure(tender.values)
    clock = clock_of(work, scope, tender)
    ends_at = admission.bids_from(procedure, clock, work.now())
    qualified = _release(work, tender, found, ends_at)
    if len(qualified) < _least(procedure):
        _fail(work, tender)
        return tender
    TENDER_LIFECYCLE.advance(tender, "shortlist")
    tender.next_due_at = ends_at
    work.touch(tender)
    mirror_status(work, tender)
    work.record("tender.shortlisted", tender)
    return tender


def end_applications(work: Work, scope: Scope, tender: Tender) -> None:
    """Let the buyer read what was sent in time; fewer applications than the procedure asks for end the tender."""
    sent = queries.every_application(work.session, scope, tender.id)
    received = [one for one in sent if one.status is ApplicationStatus.SUBMITTED]
    for one in received:
        APPLICATION_LIFECYCLE.advance(one, "receive")
        one.opened, one.changed_at = True, work.now()
        work.record("tender_application.received", one)
        work.session.add(_pending(work, one))
    queries.open_files(work.session, scope, tender.id)
    if len(received) < _least(read_procedure(tender.values)):
        _fail(work, tender)
        for one in received:
            lapsed = ApplicationLapsed(
                application_id=one.id, tender_id=tender.id, buyer_id=tender.buyer_id, supplier_id=one.supplier_id
            )
            work.emit(lapsed, one)
        return
    TENDER_LIFECYCLE.advance(tender, "end_applications")
    tender.next_due_at = None
    work.touch(tender)
    mirror_status(work, tender)
    work.emit(ApplicationsEnded(tender_id=tender.id, buyer_id=tender.buyer_id), tender)


def invite_qualified(work: Work, scope: Scope, tender: Tender, moment: datetime) -> None:
    """Let those on the shortlist in: to bids, after questions where there is time for them, or to the dialogue.

    The deadline moves where it would leave less than the procedure's time from now.
    """
    found = queries.qualifications_of(work.session, scope, tender.id)
    admitted = sorted(one.supplier_id for one in found if one.status is QualificationStatus.SHORTLISTED)
    tender.admitted_ids = admitted
    tender.supplier_ids = list(dict.fromkeys((*tender.supplier_ids, *admitted)))
    tender.party_ids = list(dict.fromkeys((*tender.party_ids, *admitted)))
    procedure = read_procedure(tender.values)
    if admission.has_dialogue(procedure):
        TENDER_LIFECYCLE.advance(tender, "begin_dialogue")
        tender.next_due_at, tender.talk_round = None, 1
        work.touch(tender)
    else:
        clock = clock_of(work, scope, tender)
        ends, least = admission.invited_times(procedure, clock, moment)
        assert tender.closes_at is not None  # noqa: S101 - a published tender has a deadline
        TENDER_LIFECYCLE.advance(tender, "invite" if ends is not None else "invite_at_once")
        tender.enquiry_ends_at = ends
        tender.next_due_at = ends or tender.closes_at
        work.touch(tender)
        if tender.closes_at < least:
            move_deadline(work, scope, tender, least, INVITED_LATE)
    open_to(work, tender)
    mirror_status(work, tender)
    invited = QualifiedInvited(tender_id=tender.id, buyer_id=tender.buyer_id, supplier_ids=tuple(admitted))
    work.emit(invited, tender)


def _least(procedure: Procedure) -> int:
    assert procedure.applications is not None  # noqa: S101 - only such a tender receives applications
    return procedure.applications.least


def _release(work: Work, tender: Tender, found: Sequence[Qualification], ends_at: datetime) -> list[Qualification]:
    """Choose by the places, and let every company read its own judgement; return those who qualified."""
    qualified = [one for one in found if one.status is QualificationStatus.QUALIFIED]
    totals = {one.supplier_id: rules.total_score(one.findings) for one in qualified}
    places = rules.ranked(totals) if tender.most_invited is not None else dict.fromkeys(totals, 1)
    invited = rules.chosen(places, tender.most_invited)
    for one in found:
        if one in qualified:
            QUALIFICATION_LIFECYCLE.advance(one, "shortlist" if one.supplier_id in invited else "leave_out")
            one.place = places[one.supplier_id] if tender.most_invited is not None else None
        one.released, one.standstill_ends_at = True, ends_at
        work.touch(one)
        decided = ApplicationDecided(
            qualification_id=one.id,
            tender_id=tender.id,
            buyer_id=tender.buyer_id,
            supplier_id=one.supplier_id,
            standstill_ends_at=ends_at,
        )
        work.emit(decided, one)
    work.session.flush()
    return qualified


def _fail(work: Work, tender: Tender) -> None:
    TENDER_LIFECYCLE.advance(tender, "fail")
    tender.next_due_at = None
    work.touch(tender)
    mirror_status(work, tender)
    work.emit(TooFewQualified(tender_id=tender.id, buyer_id=tender.buyer_id), tender)


def _pending(work: Work, application: Application) -> Qualification:
    found = Qualification(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=application.tender_id,
        application_id=application.id,
        buyer_id=application.buyer_id,
        supplier_id=application.supplier_id,
        status=QUALIFICATION_LIFECYCLE.initial,
        findings=[],
        remark="",
        released=False,
    )
    work.record("tender_qualification.pending", found)
    return found


def _second_person(work: Work, scope: Scope, command: DecideFailure, step: str) -> tuple[Tender, Qualification]:
    tender, found = _to_decide(work, scope, command.application_id, command.expected_version)
    QUALIFICATION_LIFECYCLE.require(found.status, step)
    assert found.judge_id is not None  # noqa: S101 - somebody found that it fails
    require_other_person(scope.actor, found.judge_id)
    QUALIFICATION_LIFECYCLE.advance(found, step)
    work.touch(found)
    return tender, found


def _to_decide(
    work: Work, scope: Scope, application_id: UUID, expected_version: int | None
) -> tuple[Tender, Qualification]:
    """Take the gate alone and lock the judgement of an application to a tender that is qualifying."""
    tender_id = queries.own_qualification(work.session, scope, application_id).tender_id
    work.gate(tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    found = queries.own_qualification(work.session, scope, application_id, lock=True)
    work.expect_version(found, expected_version)
    TENDER_LIFECYCLE.require(tender.status, "shortlist")
    return tender, found


def _one(work: Work, scope: Scope, tender: Tender, found: Qualification) -> Judged:
    work.session.flush()
    return next(one for one in _all(work, scope, tender) if one.qualification.id == found.id)


def _all(work: Work, scope: Scope, tender: Tender) -> Sequence[Judged]:
    judged: Mapping[UUID, Qualification] = {
        one.application_id: one for one in queries.qualifications_of(work.session, scope, tender.id)
    }
    files = queries.files_of(work.session, scope, tender.id)
    sent = queries.received_applications(work.session, scope, tender.id)
    return [Judged(one, judged[one.id], files.get(one.id, ())) for one in sent]
