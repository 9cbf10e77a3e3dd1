"""Evidence for answers: files put beside an answer while a quotation is written, and opened from its page."""

from collections.abc import Sequence
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
from b2b_market.rfq.pages import answers_form
from b2b_market.rfq.pages.answers_form import AskedView
from b2b_market.rfq.rules.answers import asked_of_suppliers
from b2b_market.rfq.service import evidence, quoting, scoring
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form, parse_form

router = APIRouter(route_class=PageRoute)


@router.post("/rfqs/{rfq_id}/quote/evidence/{key}")
def add_evidence(rfq_id: WireUuid, key: str, request: Request) -> Response:
    """Store a file of the own company and show it beside the answer; the quotation takes it along when it is sent."""
    with opened_page(request) as call:
        quoting.submit_quote.admit(call.actor)
        if key not in {one.key for one in _asked(call, rfq_id)}:
            raise NotFound(key=key)
    form = Form(parse_form(_own(request)))
    received = files.receive(page_opener(request).settings, form.file("file", required=True))
    with opened_page(request) as call:
        kept = list(answers_form.files_in(form).get(key, ()))
        kept += received.registered(call.work, call.actor)
        one = next(one for one in _asked(call, rfq_id) if one.key == key)
        if received.refusal is not None:
            form.add_advice("file", received.refusal)
        wrong = next(iter(form.errors.get("file", ())), None)
        context = {"rfq_id": rfq_id, "one": _view(call, one, kept), "wrong": wrong, **_context()}
        return call.page("rfq/_quote_evidence.html", context)


@router.get("/quotes/{quote_id}/evidence/{file_id}")
def download(quote_id: WireUuid, file_id: WireUuid, request: Request) -> Response:
    """Save a file that proves an answer."""
    return saved(files.take(page_opener(request), evidence.open_evidence, ReadEvidence(quote_id, file_id)))


def answers_context(call: PageContext, request: RfqContent, form: Form) -> dict[str, object]:
    """Return what the quotation's form shows of the answers that a request asks for; none cost nothing."""
    asked: Sequence[AskedView] = ()
    if request.rfq.asked_answers:
        kept = answers_form.files_in(form)
        asked = [_view(call, one, kept.get(one.key, ())) for one in _asked(call, request.rfq.id)]
    return {"asked_answers": asked, "rfq_id": request.rfq.id, "wrong": None, **_context()}


def _context() -> dict[str, object]:
    return {
        "answer_field": answers_form.field,
        "evidence_field": answers_form.file_field,
        "extensions": ",".join(sorted(files.accepted_extensions())),
    }


def _asked(call: PageContext, rfq_id: UUID) -> Sequence[sourcing.Criterion]:
    return asked_of_suppliers(scoring.read_criteria(call.work, call.actor, ReadRfq(rfq_id)).criteria)


def _view(call: PageContext, one: sourcing.Criterion, kept: Sequence[UUID]) -> AskedView:
    known = files.view_files(call.work, call.actor, kept)
    words = one.answered is sourcing.Answered.WORDS
    return AskedView(
        key=one.key,
        name=one.name,
        required=one.required,
        words=words,
        options=() if words else answers_form.options_of(one),
        files=[(file_id, known[file_id].name) for file_id in kept if file_id in known],
    )


def _own(request: Request) -> list[tuple[str, str | UploadFile]]:
    pairs: list[tuple[str, str | UploadFile]] = request.scope.get(FORM_SCOPE, [])
    return [(name, value) for name, value in pairs if name == "file" or name.startswith("evidence-")]
