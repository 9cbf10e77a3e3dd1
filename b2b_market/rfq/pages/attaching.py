"""The page of a request's documents: the buyer's with upload and agreement, the supplier's with what it may open."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.rfq.commands.attaching import AcceptNda, AttachFile, ReadAttachment, SetNda
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import attaching, drafting
from b2b_market.rfq.states import RfqStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.get("/rfqs/{rfq_id}/documents")
def show_documents(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show the documents of a request, and to its buyer how to add to them."""
    call.signed_in()
    return _page(call, rfq_id, Form())


@router.post("/rfqs/{rfq_id}/documents")
def attach_file(rfq_id: WireUuid, request: Request) -> Response:
    """Check and store what was sent, then attach it; a refused file is told on the same page."""
    with opened_page(request) as call:
        attaching.attach_file.admit(call.actor)
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file("file", required=True))
    with opened_page(request) as call:
        version, line_id = form.integer("version", required=True), form.uuid("line_id")
        if received.refusal is not None:
            form.add_refusal(received.refusal)
        if received.prepared is not None and form.ok:
            with call.attempt(form):
                file_id = files.register(call.work, call.actor, received.prepared).id
                note = form.text("note") or ""
                command = AttachFile(
                    rfq_id=rfq_id, expected_version=version, file_id=file_id, line_id=line_id, note=note
                )
                attaching.attach_file(call.work, call.actor, command)
                return call.see(f"/rfqs/{rfq_id}/documents", Flash(N_("Attached.")))
        refused = received.refusal or call.refusal
        return _page(call, rfq_id, form, status=STATUS[refused.kind] if refused is not None else 422)


@router.post("/rfq-attachments/{attachment_id}/remove")
def detach_file(attachment_id: WireUuid, call: PageCall) -> Response:
    """Take a document off, at once or with the next amendment."""
    rfq = attaching.detach_file(call.work, call.actor, ReadAttachment(attachment_id))
    said = N_("Noted for the next version.") if rfq.status is RfqStatus.PUBLISHED else N_("Taken off.")
    return call.see(f"/rfqs/{rfq.id}/documents", Flash(said))


@router.get("/rfq-attachments/{attachment_id}/content")
def download(attachment_id: WireUuid, request: Request) -> Response:
    """Save a document."""
    return saved(files.take(page_opener(request), attaching.open_document, ReadAttachment(attachment_id)))


@router.post("/rfqs/{rfq_id}/nda")
def set_nda(rfq_id: WireUuid, call: PageCall) -> Response:
    """Put the documents behind an agreement, or take it away."""
    form = Form(call.form())
    text = form.text("nda_text", limit=20_000, lines=True) or ""
    command = SetNda(rfq_id=rfq_id, expected_version=form.integer("version", required=True), text=text)
    try:
        attaching.set_nda(call.work, call.actor, command)
        return call.see(f"/rfqs/{rfq_id}/documents", Flash(N_("Saved.")))
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, rfq_id, form, status=STATUS[refusal.kind])


@router.post("/rfqs/{rfq_id}/nda/accept")
def accept_nda(rfq_id: WireUuid, call: PageCall) -> Response:
    """Accept the agreement as the page showed it."""
    form = Form(call.form())
    attaching.accept_nda.admit(call.actor)
    if not form.flag("accept"):
        form.add_error("accept", N_("Tick this to accept the agreement for your company."))
        return _page(call, rfq_id, form, status=422)
    try:
        command = AcceptNda(rfq_id=rfq_id, text_hash=form.value("text_hash"))
        attaching.accept_nda(call.work, call.actor, command)
        return call.see(f"/rfqs/{rfq_id}/documents", Flash(N_("Accepted: the documents are open to your company.")))
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, rfq_id, form, status=STATUS[refusal.kind])


def _page(call: PageContext, rfq_id: WireUuid, form: Form, *, status: int = 200) -> Response:
    found = attaching.list_documents(call.work, call.actor, ReadRfq(rfq_id))
    content = drafting.read_rfq(call.work, call.actor, ReadRfq(rfq_id))
    rfq, own = found.rfq, found.rfq.buyer_id in call.actor.org_ids
    companies = showing.company_names(call, [rfq.buyer_id, *(one.supplier_id for one in found.acceptances)])
    edits = own and attaching.attach_file.allows(call.actor)
    if edits and not form.data.texts:
        form = Form(initial={"nda_text": rfq.nda_text})
    context = {
        "form": form,
        "rfq": rfq,
        "own": own,
        "found": found,
        "companies": companies,
        "lines": [(str(line.id), f"{line.position} · {line.item_name}") for line in content.lines],
        "line_of": {line.id: line for line in content.lines},
        "edits": edits and rfq.status in (RfqStatus.DRAFT, RfqStatus.PUBLISHED),
        "accepts": found.closed and attaching.accept_nda.allows(call.actor),
        "extensions": ",".join(sorted(files.accepted_extensions())),
    }
    return call.page("rfq/documents.html", context, status=status)
