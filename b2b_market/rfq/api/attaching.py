"""Documents of a request over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, api_opener
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.rfq.commands.attaching import ReadAttachment
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.rules import attaching as rules
from b2b_market.rfq.rules.quoting import OwnRequest
from b2b_market.rfq.schemas.attaching import AttachIn, DocumentsOut, NdaAcceptIn, NdaIn
from b2b_market.rfq.schemas.requests import RfqSummaryOut
from b2b_market.rfq.service import attaching

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/rfq-attachments", tags=["rfq"], route_class=StrictRoute)


@by_rfq.get("/{rfq_id}/attachments", response_model=DocumentsOut, responses=reads())
def list_documents(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the documents of a request and the agreement they lie behind."""
    return call.answer(DocumentsOut, attaching.list_documents(call.work, call.actor, ReadRfq(rfq_id)))


@by_rfq.post(
    "/{rfq_id}/attachments",
    response_model=RfqSummaryOut,
    responses=changes(rules.TooManyDocuments, rules.FileAttached),
)
def attach_file(rfq_id: WireUuid, body: AttachIn, call: Call) -> Answer:
    """Attach an own file to a draft, or to a published request from its next amendment on."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(RfqSummaryOut, attaching.attach_file(call.work, call.actor, command))


@by_rfq.put("/{rfq_id}/nda", response_model=RfqSummaryOut, responses=changes())
def set_nda(rfq_id: WireUuid, body: NdaIn, call: Call) -> Answer:
    """Put the documents of a draft behind a non-disclosure agreement, or take it away."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(RfqSummaryOut, attaching.set_nda(call.work, call.actor, command))


@by_rfq.post("/{rfq_id}/nda/accept", response_model=DocumentsOut, responses=changes(rules.NdaChanged, OwnRequest))
def accept_nda(rfq_id: WireUuid, body: NdaAcceptIn, call: Call) -> Answer:
    """Promise for the own company not to disclose the documents of a request; twice is once."""
    return call.answer(DocumentsOut, attaching.accept_nda(call.work, call.actor, body.to_command(rfq_id)))


@router.delete("/{attachment_id}", response_model=RfqSummaryOut, responses=changes())
def detach_file(attachment_id: WireUuid, call: Call) -> Answer:
    """Take a document off a draft at once, off a published request with its next amendment; twice puts it back."""
    return call.answer(RfqSummaryOut, attaching.detach_file(call.work, call.actor, ReadAttachment(attachment_id)))


@router.get(
    "/{attachment_id}/content",
    response_class=Response,
    responses=hands_out(
        "The bytes, as an attachment",
        files.media_types(),
        rules.NdaNotAccepted,
        files.FileInQuarantine,
        files.FileCondemned,
    ),
)
def download(attachment_id: WireUuid, request: Request) -> Response:
    """Return the bytes of a document, in a form that no browser will run or guess at."""
    return saved(files.take(api_opener(request), attaching.open_document, ReadAttachment(attachment_id)))
