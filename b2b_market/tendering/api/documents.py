"""Documents of a tender over the API. The bytes move outside any transaction."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, api_opener
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.tendering.commands.documents import ReadBoardDocument, ReadDocument
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import attaching as rules
from b2b_market.tendering.schemas.documents import DocumentIn, TenderDocumentsOut
from b2b_market.tendering.service import attaching

by_tender = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
router = APIRouter(prefix="/tender-documents", tags=["tendering"], route_class=StrictRoute)
by_board = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (by_tender, router, by_board)

_CONTENT = hands_out("The bytes, for saving", files.media_types(), files.FileInQuarantine, files.FileCondemned)


@by_tender.get("/{tender_id}/documents", response_model=TenderDocumentsOut, responses=reads())
def list_documents(tender_id: WireUuid, call: Call) -> Answer:
    """Return the documents of a tender, earlier versions too."""
    return call.answer(TenderDocumentsOut, attaching.list_documents(call.work, call.actor, ReadTender(tender_id)))


@by_tender.post(
    "/{tender_id}/documents",
    response_model=TenderDocumentsOut,
    responses=changes(rules.TooManyTenderDocuments, rules.TenderFileAttached, rules.DocumentReplaced),
)
def attach_document(tender_id: WireUuid, body: DocumentIn, call: Call) -> Answer:
    """Attach an own file, or let it replace a version; If-Match names the tender's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(TenderDocumentsOut, attaching.attach_document(call.work, call.actor, command))


@router.delete("/{tender_document_id}", response_model=TenderDocumentsOut, responses=changes(rules.DocumentReplaced))
def detach_document(tender_document_id: WireUuid, call: Call) -> Answer:
    """Take a document off a draft at once, off a published tender with its next amendment; twice puts it back."""
    command = ReadDocument(tender_document_id)
    return call.answer(TenderDocumentsOut, attaching.detach_document(call.work, call.actor, command))


@router.get("/{tender_document_id}/content", response_class=Response, responses=_CONTENT)
def take_document(tender_document_id: WireUuid, request: Request) -> Response:
    """Return the bytes of a document, in a form that no browser will run or guess at."""
    return saved(files.take(api_opener(request), attaching.open_document, ReadDocument(tender_document_id)))


@by_board.get("/{tender_id}/documents/{tender_document_id}", response_class=Response, responses=_CONTENT)
def take_board_document(tender_id: WireUuid, tender_document_id: WireUuid, request: Request) -> Response:
    """Return the bytes of a document of a public tender; nobody needs to sign in."""
    command = ReadBoardDocument(tender_id, tender_document_id)
    return saved(files.take(api_opener(request), attaching.open_board_document, command))
