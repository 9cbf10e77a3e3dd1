"""Evidence for answers: files put beside an answer while a quotation is written, and opened from its page."""

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import FORM_SCOPE, PageContext, PageRoute, opened_page
from b2b_market.rfq.commands.quotes import ReadEvidence
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages import answers_form, supplying
from b2b_market.rfq.pages.answers_view import asked_of_page, asked_view, evidence_fields
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service import evidence, quoting
from b2b_market.ui.forms import Form, FormData, Problem, parse_form

router = APIRouter(route_class=PageRoute)


@router.post("/rfqs/{rfq_id}/quote/evidence/{key}")
def add_evidence(rfq_id: WireUuid, key: str, request: Request) -> Response:
    """Store a file of the own company and show it beside the answer; the quotation takes it along when it is sent.

    A script sends the file alone and gets the files of the answer; without scripts the whole form comes, and goes back
    as it was typed.
    """
    with opened_page(request) as call:
        quoting.submit_quote.admit(call.actor)
        if key not in {one.key for one in asked_of_page(call, rfq_id)}:
            raise NotFound(key=key)
        name = "file" if call.is_fragment else answers_form.upload_field(key)
    form = Form(parse_form(_own(request, name)))
    received = files.receive(page_opener(request).settings, form.file(name, required=True))
    with opened_page(request) as call:
        stored = received.registered(call.work, call.actor)
        if received.refusal is not None:
            form.add_advice(name, received.refusal)
        wrong = next(iter(form.errors.get(name, ())), None)
        if not call.is_fragment:
            return _whole_form(call, rfq_id, key, stored, wrong)
        one = next(one for one in asked_of_page(call, rfq_id) if one.key == key)
        view = asked_view(call, one, (*answers_form.files_in(form).get(key, ()), *stored))
        context = {"rfq_id": rfq_id, "one": view, "wrong": wrong, **evidence_fields()}
        return call.page("rfq/_quote_evidence.html", context)


@router.get("/quotes/{quote_id}/evidence/{file_id}")
def download(quote_id: WireUuid, file_id: WireUuid, request: Request) -> Response:
    """Save a file that proves an answer."""
    return saved(files.take(page_opener(request), evidence.open_evidence, ReadEvidence(quote_id, file_id)))


def _whole_form(call: PageContext, rfq_id: UUID, key: str, stored: Sequence[UUID], wrong: Problem | None) -> Response:
    """Show the form again as it was typed, with the stored file, or with why there is none at the answer's field."""
    content = drafts.read_rfq(call.work, call.actor, ReadRfq(rfq_id))
    texts = dict(call.form().texts) | {answers_form.file_field(key, file_id): ("1",) for file_id in stored}
    form = Form(FormData(MappingProxyType(texts)))
    if wrong is not None:
        form.add_error(answers_form.field(key), wrong.message, **wrong.facts)
    beyond = form.integer("beyond", least=0)
    live = supplying.live_quote(call, rfq_id)
    status = 200 if wrong is None else 422
    return supplying.editor(call, content, live, form, needs=content.lines[:beyond], beyond=beyond, status=status)


def _own(request: Request, name: str) -> list[tuple[str, str | UploadFile]]:
    """Return what concerns evidence of whatever was sent: the file of this ``name`` and the files kept so far."""
    pairs: list[tuple[str, str | UploadFile]] = request.scope.get(FORM_SCOPE, [])
    return [(sent, value) for sent, value in pairs if sent == name or sent.startswith("evidence-")]
