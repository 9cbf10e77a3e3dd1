"""What a quotation's form shows of the answers that a request asks for."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.rbac.page_edge import PageContext
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages import answers_form
from b2b_market.rfq.pages.answers_form import AskedView
from b2b_market.rfq.rules.answers import asked_of_suppliers
from b2b_market.rfq.service import scoring
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form


def answers_context(call: PageContext, request: RfqContent, form: Form) -> dict[str, object]:
    """Return what the quotation's form shows of the answers that a request asks for; none cost nothing."""
    asked: Sequence[AskedView] = ()
    if request.rfq.asked_answers:
        kept = answers_form.files_in(form)
        asked = [asked_view(call, one, kept.get(one.key, ())) for one in asked_of_page(call, request.rfq.id)]
    return {"asked_answers": asked, "rfq_id": request.rfq.id, "wrong": None, **evidence_fields()}


def evidence_fields() -> dict[str, object]:
    """Return how the fields of evidence are called, and which files are taken."""
    return {
        "answer_field": answers_form.field,
        "evidence_field": answers_form.file_field,
        "upload_field": answers_form.upload_field,
        "extensions": ",".join(sorted(files.accepted_extensions())),
    }


def asked_of_page(call: PageContext, rfq_id: UUID) -> Sequence[sourcing.Criterion]:
    """Return the criteria that suppliers answer."""
    return asked_of_suppliers(scoring.read_criteria(call.work, call.actor, ReadRfq(rfq_id)).criteria)


def asked_view(call: PageContext, one: sourcing.Criterion, kept: Sequence[UUID]) -> AskedView:
    """Return one of them as the form shows it, with the files of the own company that it keeps."""
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
