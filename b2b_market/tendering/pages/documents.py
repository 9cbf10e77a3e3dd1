"""The page of a tender's documents: its buyer's with upload, everybody's with every version to save."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands.documents import AttachDocument, ReadBoardDocument, ReadDocument
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing
from b2b_market.tendering.service import attaching
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage
from b2b_market.tendering.states.tenders import LIVE, TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

KINDS: Final[Mapping[DocumentKind, str]] = MappingProxyType(
    {
        DocumentKind.SPECIFICATION: N_("Specification"),
        DocumentKind.DRAWING: N_("Drawing"),
        DocumentKind.CONTRACT_DRAFT: N_("Draft of the contract"),
        DocumentKind.FORM: N_("Form to fill in"),
        DocumentKind.OTHER: N_("Other document"),
    }
)
LANGUAGES: Final[Mapping[DocumentLanguage, str]] = MappingProxyType(
    {
        DocumentLanguage.ZH: N_("Chinese"),
        DocumentLanguage.EN: N_("English"),
        DocumentLanguage.BOTH: N_("Chinese and English"),
        DocumentLanguage.OTHER: N_("Another language"),
    }
)


@router.get("/tenders/{tender_id}/documents")
def show_documents(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the documents of a tender, and to its buyer how to add to them."""
    attaching.list_documents.admit(call.signed_in())
    return _page(call, tender_id, Form(initial={"material": "1"}))


@router.post("/tenders/{tender_id}/documents")
def attach_document(tender_id: WireUuid, request: Request) -> Response:
    """Check and store what was sent, then attach it; what is wrong with it is told on the same page."""
    with opened_page(request) as call:
        attaching.attach_document.admit(call.actor)
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file("file", required=True))
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_refusal(received.refusal)
        if received.prepared is not None:
            with call.attempt(form):
                if _attached(call, tender_id, form, received.prepared):
                    return call.see(f"/tenders/{tender_id}/documents", Flash(N_("Attached.")))
        refused = received.refusal or call.refusal
        return _page(call, tender_id, form, status=STATUS[refused.kind] if refused is not None else 422)


@router.post("/tender-documents/{tender_document_id}/remove")
def detach_document(tender_document_id: WireUuid, call: PageCall) -> Response:
    """Take a document off, at once or with the next amendment."""
    found = attaching.detach_document(call.work, call.actor, ReadDocument(tender_document_id))
    said = N_("Taken off.") if found.tender.status is TenderStatus.DRAFT else N_("Noted for the next amendment.")
    return call.see(f"/tenders/{found.tender.id}/documents", Flash(said))


@router.get("/tender-documents/{tender_document_id}/content")
def take_document(tender_document_id: WireUuid, request: Request) -> Response:
    """Save a document."""
    return saved(files.take(page_opener(request), attaching.open_document, ReadDocument(tender_document_id)))


@router.get("/tender-board/{tender_id}/documents/{tender_document_id}")
def take_board_document(tender_id: WireUuid, tender_document_id: WireUuid, request: Request) -> Response:
    """Save a document of a public tender; nobody needs to sign in."""
    return saved(
        files.take(
            page_opener(request), attaching.open_board_document, ReadBoardDocument(tender_id, tender_document_id)
        )
    )


def _attached(call: PageContext, tender_id: WireUuid, form: Form, prepared: files.PreparedFile) -> bool:
    """Attach a checked file; False where a field beside it cannot be read, which the form says."""
    version, title = form.integer("version", required=True), form.text("title", required=True)
    kind = form.choice("kind", DocumentKind, required=True)
    language = form.choice("language", DocumentLanguage, required=True)
    note, replaces = form.text("note") or "", form.uuid("replaces")
    if not form.ok or title is None or kind is None or language is None:
        return False
    command = AttachDocument(
        tender_id=tender_id,
        expected_version=version,
        file_id=files.register(call.work, call.actor, prepared).id,
        kind=kind,
        title=title,
        language=language,
        material=form.flag("material"),
        note=note,
        replaces=replaces,
    )
    attaching.attach_document(call.work, call.actor, command)
    return True


def _page(call: PageContext, tender_id: WireUuid, form: Form, *, status: int = 200) -> Response:
    found = attaching.list_documents(call.work, call.actor, ReadTender(tender_id))
    own = found.tender.buyer_id in call.actor.org_ids
    edits = own and attaching.attach_document.allows(call.actor) and found.tender.status in (*LIVE, TenderStatus.DRAFT)
    standing = [one for one in found.documents if one.until is None and not one.leaving]
    context = {
        "form": form,
        "tender": found.tender,
        "own": own,
        "found": found,
        "names": {one.id: f"{one.title} · {one.number}" for one in found.documents},
        "edits": edits,
        "replaceable": [(str(one.id), f"{one.title} · {one.number}") for one in standing],
        "kinds": KINDS,
        "languages": LANGUAGES,
        "companies": showing.company_names(call, [one.supplier_id for one in found.takings or ()]),
        "extensions": ",".join(sorted(files.accepted_extensions())),
    }
    return call.page("tendering/documents.html", context, status=status)
