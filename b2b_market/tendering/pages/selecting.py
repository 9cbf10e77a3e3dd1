"""Applications: the company's own with its letter, and all of them with their findings for the buyer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved_untyped
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands import selecting as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.pages import showing
from b2b_market.tendering.rules.qualifying import judged_by
from b2b_market.tendering.service import applying, drafting, postponing, qualifying
from b2b_market.tendering.states.procedures import CriterionKind
from b2b_market.tendering.states.selecting import (
    DECIDABLE,
    QUALIFICATION_LIFECYCLE,
    ApplicationStatus,
    QualificationStatus,
)
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

APPLICATION_BADGES: Final[Mapping[ApplicationStatus, Badge]] = MappingProxyType(
    {
        ApplicationStatus.SUBMITTED: Badge(N_("Sent"), "info"),
        ApplicationStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
        ApplicationStatus.RECEIVED: Badge(N_("Received"), "ok"),
    }
)
QUALIFICATION_BADGES: Final[Mapping[QualificationStatus, Badge]] = MappingProxyType(
    {
        QualificationStatus.PENDING: Badge(N_("To be judged"), "violet"),
        QualificationStatus.QUALIFIED: Badge(N_("Meets every criterion"), "ok"),
        QualificationStatus.FAILING: Badge(N_("Found to fail, to be confirmed"), "warn"),
        QualificationStatus.FAILED: Badge(N_("Not qualified"), "bad"),
        QualificationStatus.SHORTLISTED: Badge(N_("Qualified and invited"), "ok", "tick"),
        QualificationStatus.LEFT_OUT: Badge(N_("Qualified, not among those invited"), "neutral"),
    }
)


@router.get("/tenders/{tender_id}/application")
def show_own_application(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a company its application, and the letter once the decision is out."""
    applying.read_own_application.admit(call.signed_in())
    return _own(call, tender_id, Form())


@router.post("/tenders/{tender_id}/application")
def send_application(tender_id: WireUuid, call: PageCall) -> Response:
    """Send the application, or replace what was sent."""
    applying.send_application.admit(call.actor)
    call.once()
    form = Form(call.form())
    criteria = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)).tender.criteria
    replies = tuple(
        commands.Reply(place, form.text(f"replies-{place}", required=True, limit=4000, lines=True) or "")
        for place in judged_by(criteria)
    )
    proposal = form.text("proposal", limit=20_000, lines=True) or ""
    if form.ok:
        with call.attempt(form):
            command = commands.SendApplication(tender_id, replies, proposal)
            applying.send_application(call.work, call.actor, command)
            said = Flash(N_("Sent. The buyer reads it when the time for applications is over."))
            return call.see(f"/tenders/{tender_id}/application", said)
    return _own(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/application/files")
def add_evidence(tender_id: WireUuid, request: Request) -> Response:
    """Add a file to the application; its bytes are stored between two transactions."""
    with opened_page(request) as call:
        applying.add_evidence.admit(call.actor)
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file("file", required=True))
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_advice("file", received.refusal)
        if received.prepared is not None:
            with call.attempt(form):
                kept = files.register(call.work, call.actor, received.prepared)
                applying.add_evidence(call.work, call.actor, commands.AddFile(tender_id, kept.id))
                return call.see(f"/tenders/{tender_id}/application", Flash(N_("The file is part of your application.")))
        return _own(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/application/withdraw")
def withdraw_application(tender_id: WireUuid, call: PageCall) -> Response:
    """Take the application back."""
    applying.withdraw_application.admit(call.actor)
    form = Form(call.form())
    with call.attempt(form):
        applying.withdraw_application(call.work, call.actor, ReadTender(tender_id))
        return call.see(f"/tenders/{tender_id}/application", Flash(N_("Withdrawn. You may send it again in time.")))
    return _own(call, tender_id, form, status=409)


@router.post("/tender-stage-files/{stage_file_id}/remove")
def remove_evidence(stage_file_id: WireUuid, call: PageCall) -> Response:
    """Take a file of the application back."""
    applying.remove_evidence.admit(call.actor)
    form = Form(call.form())
    known = applying.read_stage_file(call.work, call.actor, commands.StageFileId(stage_file_id))
    with call.attempt(form):
        applying.remove_evidence(call.work, call.actor, commands.StageFileId(stage_file_id))
        return call.see(f"/tenders/{known.tender_id}/application", Flash(N_("The file is gone.")))
    return _own(call, known.tender_id, form, status=409)


@router.get("/tender-stage-files/{stage_file_id}")
def take_stage_file(stage_file_id: WireUuid, request: Request) -> Response:
    """Save a file of an application or an answer; its bytes are read after the transaction."""
    return saved_untyped(
        files.take(page_opener(request), applying.open_stage_file, commands.StageFileId(stage_file_id))
    )


@router.get("/tenders/{tender_id}/applications")
def show_applications(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the buyer the applications, and a form for the findings on each."""
    qualifying.list_applications.admit(call.signed_in())
    return _all(call, tender_id, Form())


@router.post("/tender-applications/{application_id}/judge")
def judge_application(application_id: WireUuid, call: PageCall) -> Response:
    """Take the findings on an application."""
    qualifying.judge_application.admit(call.actor)
    form = Form(call.form())
    tender_id = qualifying.tender_of_application(call.work, call.actor, commands.ApplicationId(application_id))
    criteria = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)).tender.criteria
    expected = form.integer("version", required=True)
    findings = tuple(
        commands.Finding(
            place,
            form.one_of(f"met-{application_id}-{place}", ("yes", "no"), required=True) == "yes",
            form.text(f"remark-{application_id}-{place}", limit=4000) or "",
            form.decimal(f"score-{application_id}-{place}", places=2),
        )
        for place in judged_by(criteria)
    )
    if form.ok:
        with call.attempt(form):
            command = commands.JudgeApplication(
                application_id=application_id, expected_version=expected, findings=findings
            )
            qualifying.judge_application(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}/applications", Flash(N_("The findings are kept.")))
    return _all(call, tender_id, form, status=422)


@router.post("/tender-applications/{application_id}/confirm")
def confirm_failure(application_id: WireUuid, call: PageCall) -> Response:
    """Confirm that an application fails."""
    qualifying.confirm_failure.admit(call.actor)
    return _second(call, application_id, qualifying.confirm_failure, N_("Confirmed: it does not qualify."))


@router.post("/tender-applications/{application_id}/dismiss")
def dismiss_failure(application_id: WireUuid, call: PageCall) -> Response:
    """Send an application back to be judged again."""
    qualifying.dismiss_failure.admit(call.actor)
    return _second(call, application_id, qualifying.dismiss_failure, N_("Sent back to be judged again."))


@router.post("/tenders/{tender_id}/applications/extension")
def extend_applications(tender_id: WireUuid, call: PageCall) -> Response:
    """Receive applications longer."""
    postponing.extend_applications.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    ends_at = form.moment("ends_at", showing.zone_of(call), required=True)
    why = form.text("reason_longer", limit=4000, lines=True) or ""
    if form.ok and ends_at is not None:
        with call.attempt(form):
            command = commands.ExtendApplications(tender_id, expected, ends_at, why)
            postponing.extend_applications(call.work, call.actor, command)
            said = Flash(N_("Applications are received longer; a new notice says so."))
            return call.see(f"/tenders/{tender_id}/applications", said)
    return _all(call, tender_id, form, status=409)


def _second(
    call: PageContext, application_id: UUID, run: Operation[commands.DecideFailure, qualifying.Judged], said: str
) -> Response:
    """Take what the second person decided."""
    form = Form(call.form())
    tender_id = qualifying.tender_of_application(call.work, call.actor, commands.ApplicationId(application_id))
    expected = form.integer("version", required=True)
    remark = form.text(f"dismiss-{application_id}", limit=4000, lines=True) or ""
    with call.attempt(form):
        run(call.work, call.actor, commands.DecideFailure(application_id, expected, remark))
        return call.see(f"/tenders/{tender_id}/applications", Flash(said))
    return _all(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/qualification")
def decide_qualification(tender_id: WireUuid, call: PageCall) -> Response:
    """Choose who is invited, and send the letters."""
    qualifying.decide_qualification.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form):
        qualifying.decide_qualification(call.work, call.actor, StepTender(tender_id, expected))
        return call.see(f"/tenders/{tender_id}/applications", Flash(N_("Decided. Every company has its letter.")))
    return _all(call, tender_id, form, status=409)


def _own(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = applying.read_own_application(call.work, call.actor, ReadTender(tender_id))
    tender = found.tender
    sends = applying.send_application.allows(call.actor) and tender.status is TenderStatus.APPLICATIONS
    answers = {one["criterion"]: one["answer"] for one in found.application.answers} if found.application else {}
    for place, text in answers.items():
        form.set_initial(f"replies-{place}", text)
    form.set_initial("proposal", found.application.proposal if found.application else "")
    context = {
        **_shared(tender),
        "form": form,
        "found": found,
        "answers": answers,
        "sends": sends and call.actor.org_id != tender.buyer_id,
        "extensions": ",".join(sorted(files.accepted_extensions())),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/application.html", context, status=status)


def _all(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    tender = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)).tender
    found = qualifying.list_applications(call.work, call.actor, ReadTender(tender_id))
    actor = call.actor
    judges = tender.status is TenderStatus.QUALIFYING and actor.user_id != tender.approver_id
    decides = tender.status is TenderStatus.QUALIFYING and qualifying.decide_qualification.allows(actor)
    decides = decides and actor.user_id not in {one.qualification.judge_id for one in found}
    context = {
        **_shared(tender),
        "form": form,
        "found": found,
        "companies": showing.company_names(call, {one.application.supplier_id for one in found}),
        "judges": judges and qualifying.judge_application.allows(actor),
        "judgeable": [one for one in QualificationStatus if "pass" in QUALIFICATION_LIFECYCLE.allowed(one)],
        "decides": decides,
        "decided": all(one.qualification.status in DECIDABLE for one in found),
        "user_id": actor.user_id,
        "extends": tender.status is TenderStatus.APPLICATIONS and postponing.extend_applications.allows(actor),
    }
    return call.page("tendering/applications.html", context, status=status)


def _shared(tender: Any) -> dict[str, Any]:  # noqa: ANN401 - a tender, whose model pages may not import
    return {
        "tender": tender,
        "criteria": judged_by(tender.criteria),
        "kinds": showing.KINDS,
        "selection": CriterionKind.SELECTION.value,
        "badges": showing.TENDER_BADGES,
        "application_badges": APPLICATION_BADGES,
        "qualification_badges": QUALIFICATION_BADGES,
    }
