"""The company's templates: kept from a request, looked at, renamed, deleted, used."""

from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.redoing import (
    CopyRfq,
    ListKept,
    ReadTemplate,
    RenameTemplate,
    SaveTemplate,
    StepTemplate,
    UseTemplate,
)
from b2b_market.rfq.documents.differences import DISCLOSED
from b2b_market.rfq.pages import redoing, showing
from b2b_market.rfq.pages.redoing import Again
from b2b_market.rfq.service import copying, templates
from b2b_market.rfq.service.copying import NewDraft
from b2b_market.rfq.service.templates import TemplateContent
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

SHOWN_LINES = 100


@router.get("/templates")
def list_templates(call: PageCall, cursor: str = "") -> Response:
    """Show the company's templates by name."""
    call.signed_in()
    command = ListKept(page_request(None, cursor or None))
    page = templates.list_templates(call.work, call.actor, command)
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "next_href": f"/rfqs/templates?{urlencode({'cursor': following})}" if following else None,
        "first_href": "/rfqs/templates" if cursor else None,
    }
    return call.page("rfq/templates.html", context)


@router.get("/{rfq_id}/template")
def save_form(rfq_id: WireUuid, call: PageCall) -> Response:
    """Ask for the name that a request is kept under."""
    call.signed_in()
    templates.save_template.admit(call.actor)
    return _save(call, rfq_id, None)


@router.post("/{rfq_id}/template")
def save_template(rfq_id: WireUuid, call: PageCall) -> Response:
    """Keep a request as a template."""
    templates.save_template.admit(call.actor)
    form = Form(call.form())
    name = form.text("name", required=True)
    if name is not None:
        call.once()
        with call.attempt(form):
            kept = templates.save_template(call.work, call.actor, SaveTemplate(rfq_id, name))
            said = Flash(N_("Kept as the template {name}."), "ok", {"name": kept.row.name})
            return call.see(f"/rfqs/templates/{kept.row.id}", said)
    return _save(call, rfq_id, form, status=422)


@router.get("/templates/{template_id}")
def show_template(template_id: WireUuid, call: PageCall) -> Response:
    """Show a template with what it holds."""
    call.signed_in()
    return _template(call, template_id, None)


@router.post("/templates/{template_id}/name")
def rename_template(template_id: WireUuid, call: PageCall) -> Response:
    """Give a template another name."""
    form = Form(call.form())
    name, expected = form.text("name", required=True), form.integer("version", required=True)
    if form.ok and name is not None:
        with call.attempt(form):
            command = RenameTemplate(template_id, expected, name)
            templates.rename_template(call.work, call.actor, command)
            return call.see(f"/rfqs/templates/{template_id}", Flash(N_("Renamed.")))
    return _template(call, template_id, form, status=422)


@router.post("/templates/{template_id}/delete")
def delete_template(template_id: WireUuid, call: PageCall) -> Response:
    """Delete a template."""
    form = Form(call.form())
    with call.attempt(form):
        command = StepTemplate(template_id, form.integer("version", required=True))
        templates.delete_template(call.work, call.actor, command)
        return call.see("/rfqs/templates", Flash(N_("Deleted; requests made of it stay as they are.")))
    return _template(call, template_id, form, status=409)


@router.get("/templates/{template_id}/use")
def use_form(template_id: WireUuid, call: PageCall) -> Response:
    """Show what a draft of a template will hold, and ask for its title and day."""
    call.signed_in()
    return redoing.ask(call, _use(call, template_id), None)


@router.post("/templates/{template_id}/use")
def use_template(template_id: WireUuid, call: PageCall) -> Response:
    """Make a draft of a template and lead to its editor."""
    return redoing.make(call, lambda: _use(call, template_id))


def _use(call: PageContext, template_id: UUID) -> Again:
    found = templates.foresee_template(call.work, call.actor, UseTemplate(template_id=template_id))

    def make(title: str, form: Form, guests: tuple[str, ...]) -> NewDraft:
        command = UseTemplate(template_id=template_id, title=title, required_on=form.day("required_on"), guests=guests)
        return templates.use_template(call.work, call.actor, command)

    place = f"/rfqs/templates/{template_id}"
    return Again(f"{place}/use", place, found, kind="template", make=make)


def _save(call: PageContext, rfq_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    found = copying.foresee_copy(call.work, call.actor, CopyRfq(rfq_id=rfq_id))
    context = {
        "rfq_id": rfq_id,
        "found": found,
        "form": form or Form(initial={"name": found.source.draft.title[:100]}),
        "idempotency_key": str(uuid4()),
    }
    return call.page("rfq/template_save.html", context, status=status)


def _template(call: PageContext, template_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    content: TemplateContent = templates.read_template(call.work, call.actor, ReadTemplate(template_id))
    row, draft = content.row, content.draft
    names = showing.company_names(call, draft.supplier_ids)
    context = {
        "row": row,
        "draft": draft,
        "beside": content.beside,
        "disclosed": DISCLOSED,
        "lines": draft.lines[:SHOWN_LINES],
        "left_over": max(len(draft.lines) - SHOWN_LINES, 0),
        "suppliers": [names[supplier_id] for supplier_id in draft.supplier_ids],
        "money": lambda amount: Money(amount, draft.currency),
        "units": dict(reference.unit_names(showing.language_of(call).value)),
        "form": form or Form(initial={"name": row.name}),
        "history": showing.history(call, "rfq_template", row.id),
    }
    return call.page("rfq/template.html", context, status=status)
