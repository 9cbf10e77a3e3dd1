"""Reading a tender of another system; what is confirmed is drafted by ``POST /tenders`` like any other."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile

from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.rbac.edge import Answer, opened_call
from b2b_market.rbac.responses import reads
from b2b_market.tendering.commands.importing import PreviewTender
from b2b_market.tendering.intake.refusals import INTAKE_REFUSALS, MOST_BYTES
from b2b_market.tendering.intake.upload import read_upload
from b2b_market.tendering.schemas.importing import TenderPreviewOut
from b2b_market.tendering.service import importing

router = APIRouter(prefix="/tender-imports", tags=["tendering"], route_class=StrictRoute)

Sent = Annotated[UploadFile, File(description="OCDS 1.1 release, release package or record package, at most 10 MB")]


@router.post(
    "/preview", response_model=TenderPreviewOut, responses=reads(BodyTooLarge, WrongMediaType, *INTAKE_REFUSALS)
)
def preview_tender(request: Request, file: Sent) -> Answer:
    """Return what a file says as a draft, what of it could not be taken, and what is missing; nothing is stored."""
    with opened_call(request) as call:
        importing.admit_import(call.work, call.actor, None)
        now = call.work.now()
    found = read_upload(file.file.read(MOST_BYTES + 1), now)
    with opened_call(request) as call:
        read = PreviewTender(found.draft, tuple(found.remarks), tuple(found.missing))
        return call.answer(TenderPreviewOut, importing.preview_tender(call.work, call.actor, read))
