"""Corrected documents on the bidder's page of results, and saved from there and from the evaluation."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageContext, PageRoute, opened_page
from b2b_market.tendering.commands.evaluation import CorrectDocuments, LocatePart, Part, ReadCorrection
from b2b_market.tendering.pages.evaluation import results_of
from b2b_market.tendering.service import correcting, evaluating
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.post("/tender-inquiries/{inquiry_id}/corrections")
def correct(inquiry_id: WireUuid, request: Request) -> Response:
    """Check and store the corrected documents, then send them as the answer; what is wrong is told on the page."""
    with opened_page(request) as call:
        correcting.correct_documents.admit(call.actor)
        tender_id = evaluating.tender_of(call.work, call.actor, LocatePart(Part.INQUIRY, inquiry_id))
        form = Form(call.form("file"))
    refused, prepared = None, []
    try:
        settings = page_opener(request).settings
        prepared = [files.prepare(settings, files.upload_of(one)) for one in form.data.files.get("file", ())]
    except Refusal as refusal:
        refused = refusal
    with opened_page(request) as call:
        if refused is not None:
            form.add_refusal(refused)
        else:
            with call.attempt(form):
                if _corrected(call, inquiry_id, form, prepared):
                    return call.see(f"/tenders/{tender_id}/results", Flash(N_("Sent. The buyer decides.")))
            refused = call.refusal
        return results_of(call, tender_id, form, status=STATUS[refused.kind] if refused is not None else 422)


@router.get("/tender-inquiries/{inquiry_id}/files/{position}")
def take_correction(inquiry_id: WireUuid, position: int, request: Request) -> Response:
    """Save a corrected document."""
    return saved(files.take(page_opener(request), correcting.open_correction, ReadCorrection(inquiry_id, position)))


def _corrected(call: PageContext, inquiry_id: WireUuid, form: Form, prepared: list[files.PreparedFile]) -> bool:
    """Send checked files as the answer; False where a field beside them cannot be read, which the form says."""
    version = form.integer("version", required=True)
    text = form.text(f"correct-{inquiry_id}", limit=4000, lines=True, required=True)
    if not form.ok or text is None:
        return False
    file_ids = tuple(files.register(call.work, call.actor, one).id for one in prepared)
    command = CorrectDocuments(inquiry_id, version, text, file_ids)
    correcting.correct_documents(call.work, call.actor, command)
    return True
