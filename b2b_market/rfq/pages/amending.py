"""The amendment editor: change a published request, look at the difference and at what it brings about, then send."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.documents import differences
from b2b_market.rfq.pages import amending_form as reading
from b2b_market.rfq.pages import showing
from b2b_market.rfq.pages.drafting_form import shows_further
from b2b_market.rfq.rules.amending import AmendmentWaits
from b2b_market.rfq.service import amending, submitting
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.amending import AmendmentPreview
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RFQ_LIFECYCLE
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

CHUNK = 100
SEND, SUBMIT, EXTEND = "send", "submit", "extend"


@router.get("/{rfq_id}/amend")
def amend_form(rfq_id: WireUuid, call: PageCall, start: int = 0, further: int = 0) -> Response:
    """Show the editor of the next version; the lines of a long request come in chunks."""
    amending.amend_rfq.admit(call.actor)
    content = _own(call, rfq_id)
    if "amend" not in RFQ_LIFECYCLE.allowed(content.rfq.status):
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("Only a published request can be amended."), "warn"))
    if content.rfq.waiting_amendment_id is not None:
        return call.see(f"/rfq-amendments/{content.rfq.waiting_amendment_id}", Flash(AmendmentWaits.title, "warn"))
    start = max(start, 0) if call.is_fragment else 0
    numbers = range(start, min(start + CHUNK, max(len(content.lines), start + 1)))
    zone, language = showing.zone_of(call), showing.language_of(call).value
    initial = reading.initial_values(content, zone, language, numbers)
    form = Form(initial={**initial, "further": further or ""})
    return _editor(call, form, content, numbers, beyond=start + CHUNK, fragment=bool(start))


@router.post("/{rfq_id}/amend")
def amend(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show what the amendment would change and bring about; send or submit it where exactly that was looked at."""
    amending.amend_rfq.admit(call.actor)
    data = call.form()
    intent = data.first("intent")
    if intent in (SEND, SUBMIT):
        call.once()
    form, content, zone = Form(data), _own(call, rfq_id), showing.zone_of(call)
    command = reading.read_amendment(form, content, zone)
    if command is None:
        return _again(call, form, content)
    try:
        looked_at = form.value("reviewed") == reading.reviewed(form)
        if intent == SUBMIT and looked_at:
            sent = submitting.submit_amendment(call.work, call.actor, command)
            return call.see(f"/rfq-amendments/{sent.amendment.id}", Flash(N_("Sent to the approvers.")))
        if intent == SEND and looked_at:
            amended = amending.amend_rfq(call.work, call.actor, command)
            said = N_("Version {n} is published; its suppliers are told what changed.")
            return call.see(f"/rfqs/{rfq_id}", Flash(said, facts={"n": str(amended.rfq.edition)}))
        preview = amending.preview_amendment(call.work, call.actor, command)
        if intent == EXTEND and preview.earliest is not None:
            form = Form(reading.with_deadline(data, reading.proposed(preview.earliest), zone))
            command = reading.read_amendment(form, content, zone) or command
            preview = amending.preview_amendment(call.work, call.actor, command)
    except Refusal as refusal:
        call.refuse(refusal)
        reading.add_refusal(form, refusal)
        return _again(call, form, _own(call, rfq_id))
    return _again(call, form, content, preview)


def _own(call: PageContext, rfq_id: UUID) -> RfqContent:
    return drafts.read_own_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))


def _again(call: PageContext, form: Form, content: RfqContent, preview: AmendmentPreview | None = None) -> Response:
    """Show the form as it was sent, with what is wrong or with what it would change."""
    rows = form.rows("lines")
    if preview is None:
        return _editor(call, form, content, rows, beyond=form.integer("beyond", least=0), status=422)
    beyond = form.integer("beyond", least=0)
    return _editor(call, form, content, rows, beyond=beyond, review=_review(call, form, content, preview))


def _review(call: PageContext, form: Form, content: RfqContent, preview: AmendmentPreview) -> dict[str, object]:
    reader = showing.reader_of(call)
    names = showing.company_names(call, preview.to_confirm)
    return {
        "preview": preview,
        "difference": differences.shown(preview.difference, reader),
        "names": [names[supplier_id] for supplier_id in preview.to_confirm],
        "moves": preview.closes_at != content.rfq.closes_at,
        "proposed": reading.proposed(preview.earliest) if preview.earliest is not None else None,
        "reviewed": reading.reviewed(form),
    }


def _editor(
    call: PageContext,
    form: Form,
    content: RfqContent,
    numbers: Sequence[int],
    *,
    beyond: int | None,
    review: dict[str, object] | None = None,
    fragment: bool = False,
    status: int = 200,
) -> Response:
    count = len(content.lines)
    following = beyond if beyond is not None and beyond < count else None
    rows: dict[str, object] = {
        "form": form,
        "rfq": content.rfq,
        "line_numbers": tuple(numbers) or (0,),
        "further": shows_further(form, content, numbers),
        "following": following,
        "left_over": 0 if following is None else count - following,
        "line_total": count,
        "chunks": "/amend",
    }
    if fragment:
        return call.page("rfq/_editor_rows.html", rows)
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    context = {
        "new_line": Form(),
        **rows,
        "review": review,
        "idempotency_key": str(uuid4()),
        **showing.choices(call),
        "hours": settings.minimum_extension_hours,
    }
    return call.page("rfq/amend.html", context, status=status)
