"""Applications and their judgement over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import OCTETS, saved_untyped
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener
from b2b_market.rbac.responses import changes, creates, hands_out, reads
from b2b_market.tendering.commands import selecting as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.rules import qualifying as rules
from b2b_market.tendering.rules.bidding import BidderUnfit
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort, TenderReasonMissing
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.schemas import selecting as schemas
from b2b_market.tendering.schemas.tenders import TenderSummaryOut
from b2b_market.tendering.service import applying, postponing, qualifying

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
application_router = APIRouter(prefix="/tender-applications", tags=["tendering"], route_class=StrictRoute)
file_router = APIRouter(prefix="/tender-stage-files", tags=["tendering"], route_class=StrictRoute)

_APPLYING = (rules.ApplicationTooLate, rules.NoApplicationsNow, BidderUnfit)
_DECIDING = (OwnWork, TenderReasonMissing)


@router.post(
    "/{tender_id}/application",
    status_code=201,
    response_model=schemas.OwnApplicationOut,
    responses=creates(*_APPLYING, IllegalStep),
)
def send_application(tender_id: WireUuid, body: schemas.ApplicationIn, call: OnceCall) -> Answer:
    """Ask to take part, or replace what was sent, before the time for it is over."""
    found = applying.send_application(call.work, call.actor, body.to_command(tender_id))
    location = f"/api/v1/tenders/{tender_id}/application"
    return call.answer(schemas.OwnApplicationOut, found, status=201, location=location)


@router.get("/{tender_id}/application", response_model=schemas.OwnApplicationOut, responses=reads())
def read_own_application(tender_id: WireUuid, call: Call) -> Answer:
    """Return what the own company sent, and the letter once the decision is out."""
    found = applying.read_own_application(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.OwnApplicationOut, found)


@router.post(
    "/{tender_id}/application/withdraw",
    response_model=schemas.OwnApplicationOut,
    responses=reads(*_APPLYING, IllegalStep),
)
def withdraw_application(tender_id: WireUuid, call: Call) -> Answer:
    """Take the own application back."""
    found = applying.withdraw_application(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.OwnApplicationOut, found)


@router.post(
    "/{tender_id}/application/files",
    status_code=201,
    response_model=schemas.OwnApplicationOut,
    responses=creates(*_APPLYING, IllegalStep, rules.TooManyFiles),
)
def add_evidence(tender_id: WireUuid, body: schemas.StageFileIn, call: OnceCall) -> Answer:
    """Add a file that was uploaded before to the own application."""
    found = applying.add_evidence(call.work, call.actor, commands.AddFile(tender_id, body.file_id))
    location = f"/api/v1/tenders/{tender_id}/application"
    return call.answer(schemas.OwnApplicationOut, found, status=201, location=location)


@file_router.get(
    "/{stage_file_id}",
    response_class=Response,
    responses=hands_out("The file as it was uploaded", (OCTETS,), files.FileInQuarantine, files.FileCondemned),
)
def open_stage_file(stage_file_id: WireUuid, request: Request) -> Response:
    """Return a file, for saving only; its bytes are read after the transaction."""
    return saved_untyped(files.take(api_opener(request), applying.open_stage_file, commands.StageFileId(stage_file_id)))


@file_router.delete("/{stage_file_id}", response_model=schemas.OwnApplicationOut, responses=reads(*_APPLYING))
def remove_evidence(stage_file_id: WireUuid, call: Call) -> Answer:
    """Take a file of the own application back."""
    found = applying.remove_evidence(call.work, call.actor, commands.StageFileId(stage_file_id))
    return call.answer(schemas.OwnApplicationOut, found)


@router.get("/{tender_id}/applications", response_model=ListOut[schemas.ApplicationOut], responses=reads())
def list_applications(tender_id: WireUuid, call: Call) -> Answer:
    """Return the applications to an own tender; none before their time is over."""
    found = qualifying.list_applications(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.ApplicationOut, found)


@router.post(
    "/{tender_id}/applications/extend",
    response_model=TenderSummaryOut,
    responses=changes(TenderReasonMissing, TenderPeriodTooShort),
)
def extend_applications(tender_id: WireUuid, body: schemas.ApplicationsExtensionIn, call: Call) -> Answer:
    """Receive applications longer; what was sent stays valid."""
    command = commands.ExtendApplications(tender_id, call.if_match, body.ends_at, body.reason)
    return call.answer(TenderSummaryOut, postponing.extend_applications(call.work, call.actor, command))


@application_router.post(
    "/{application_id}/judge", response_model=schemas.ApplicationOut, responses=changes(EvaluatorUnfit)
)
def judge_application(application_id: WireUuid, body: schemas.FindingsIn, call: Call) -> Answer:
    """Find for every criterion whether it is met."""
    command = body.to_command(application_id, call.if_match)
    return call.answer(schemas.ApplicationOut, qualifying.judge_application(call.work, call.actor, command))


@application_router.post(
    "/{application_id}/confirm", response_model=schemas.ApplicationOut, responses=changes(*_DECIDING)
)
def confirm_failure(application_id: WireUuid, call: Call) -> Answer:
    """Decide that an application fails, as another person found."""
    command = commands.DecideFailure(application_id, call.if_match)
    return call.answer(schemas.ApplicationOut, qualifying.confirm_failure(call.work, call.actor, command))


@application_router.post(
    "/{application_id}/dismiss", response_model=schemas.ApplicationOut, responses=changes(*_DECIDING)
)
def dismiss_failure(application_id: WireUuid, body: schemas.RemarkIn, call: Call) -> Answer:
    """Send an application back to be judged again."""
    command = commands.DecideFailure(application_id, call.if_match, body.remark)
    return call.answer(schemas.ApplicationOut, qualifying.dismiss_failure(call.work, call.actor, command))


@router.post(
    "/{tender_id}/qualification",
    response_model=TenderSummaryOut,
    responses=changes(rules.ApplicationsUndecided, OwnWork),
)
def decide_qualification(tender_id: WireUuid, call: Call) -> Answer:
    """Choose who is invited, and send every company its letter."""
    command = StepTender(tender_id, call.if_match)
    return call.answer(TenderSummaryOut, qualifying.decide_qualification(call.work, call.actor, command))


ROUTERS = (router, application_router, file_router)
