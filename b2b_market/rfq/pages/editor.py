"""The editor of a draft: headers, lines as a grid that takes a spreadsheet's cells, suppliers to invite."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from uuid import uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq import commands
from b2b_market.rfq.pages import drafting_form as reading
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RfqStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.reading import Unreadable, read_moment
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

NEW_LINES = 3
CHUNK = 100


@router.get("/new")
def new_rfq(call: PageCall) -> Response:
    """Show an empty editor."""
    drafts.draft_rfq.admit(call.actor)
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    initial = {
        "currency": settings.base_currency.code,
        "mode": reading.OPEN,
        "default_place": settings.default_delivery_place,
    }
    return _editor(call, Form(initial=initial), None, range(NEW_LINES), key=str(uuid4()))


@router.post("/new")
def create_rfq(call: PageCall) -> Response:
    """Store a new draft; what is wrong is shown beside its field and nothing is stored."""
    drafts.draft_rfq.admit(call.actor)
    call.once()
    form = Form(call.form("supplier_ids"))
    content = reading.read_content(form, showing.zone_of(call))
    if content is not None:
        try:
            stored = drafts.draft_rfq(call.work, call.actor, content)
            return call.see(f"/rfqs/{stored.rfq.id}", Flash(N_("Draft saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            reading.add_refusal(form, refusal)
    return _editor(call, form, None, form.rows("lines"), key=str(uuid4()), status=422)


@router.post("/preview")
def preview(call: PageCall) -> Response:
    """Say in plain words what suppliers will see of the form as it stands; nothing is stored or refused."""
    drafts.draft_rfq.admit(call.actor)
    form = Form(call.form("supplier_ids"))
    unloaded = form.integer("unloaded", least=0) or 0
    return call.page("rfq/_preview.html", _preview(call, form, form.rows("lines"), unloaded))


@router.get("/{rfq_id}/edit")
def edit_form(rfq_id: WireUuid, call: PageCall, start: int = 0) -> Response:
    """Show the editor of a draft; the lines of a long one come in chunks."""
    drafts.edit_rfq.admit(call.actor)
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    if content.rfq.status is not RfqStatus.DRAFT:
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("Only a draft can be edited."), "warn"))
    start = max(start, 0) if call.is_fragment else 0
    numbers = range(start, min(start + CHUNK, max(len(content.lines), start + 1)))
    form = Form(
        initial=reading.initial_values(content, showing.zone_of(call), showing.language_of(call).value, numbers)
    )
    return _editor(call, form, content, numbers, beyond=start + CHUNK, fragment=bool(start))


@router.post("/{rfq_id}/edit")
def save_rfq(rfq_id: WireUuid, call: PageCall) -> Response:
    """Replace the content of a draft; lines that the page had not loaded stay as they are."""
    drafts.edit_rfq.admit(call.actor)
    form = Form(call.form("supplier_ids"))
    stored = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    beyond = form.integer("beyond", least=0)
    kept = () if beyond is None else reading.kept_lines(stored, beyond)
    content = reading.read_content(form, showing.zone_of(call), kept)
    expected = form.integer("version", required=True)
    if form.ok and content is not None:
        try:
            command = commands.EditRfq(rfq_id=rfq_id, expected_version=expected, content=content)
            drafts.edit_rfq(call.work, call.actor, command)
            return call.see(f"/rfqs/{rfq_id}", Flash(N_("Draft saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            reading.add_refusal(form, refusal)
            stored = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return _editor(call, form, stored, form.rows("lines"), beyond=beyond, status=422)


def _editor(
    call: PageContext,
    form: Form,
    content: RfqContent | None,
    numbers: Sequence[int],
    *,
    key: str = "",
    beyond: int | None = None,
    fragment: bool = False,
    status: int = 200,
) -> Response:
    count = len(content.lines) if content is not None else 0
    following = beyond if beyond is not None and beyond < count else None
    rows: dict[str, object] = {
        "form": form,
        "rfq": content.rfq if content is not None else None,
        "line_numbers": tuple(numbers) or (0,),
        "following": following,
        "left_over": 0 if following is None else count - following,
        "line_total": count,
    }
    if fragment:
        return call.page("rfq/_editor_rows.html", rows)
    language = showing.language_of(call).value
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    if settings.default_unit:
        rows["new_line"] = Form(
            initial={"lines-__n__-unit": reading.written_unit(unit(settings.default_unit), language)}
        )
    context = {
        "new_line": Form(),
        **rows,
        **_preview(call, form, numbers, 0 if following is None else count - following),
        "idempotency_key": key,
        "units": reference.unit_names(language),
        "currencies": [(code, f"{code} · {name}") for code, name in reference.currency_names(language)],
        "incoterms": [
            (code, f"{code} · {term.names.in_language(language)}") for code, term in reference.incoterms().items()
        ],
        "minimum_hours": settings.minimum_quoting_hours,
    }
    return call.page("rfq/editor.html", context, status=status)


def _preview(call: PageContext, form: Form, numbers: Sequence[int], unloaded: int) -> dict[str, object]:
    """Return what the plain words are made of; what cannot be read yet is left out."""
    suppliers = organizations.suppliers(call.work, call.actor)
    named = [(company, showing.directory_name(call, company)) for company in suppliers]
    chosen = frozenset(form.values("supplier_ids"))
    rows = reading.filled_rows(form, numbers)
    return {
        "suppliers": [(str(company.id), name, company.country) for company, name in named],
        "told": [name for company, name in named if str(company.id) in chosen],
        "line_count": len(rows) + unloaded,
        "target_count": sum(1 for number in rows if form.value(f"lines-{number}-target_price").strip()),
        "preview_title": form.value("title").strip(),
        "preview_closes_at": _moment(form.value("closes_at"), showing.zone_of(call)),
        "preview_sealed": form.value("mode") == reading.SEALED,
        "preview_estimate": bool(form.value("estimate").strip()),
    }


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        return read_moment(text.strip(), zone=zone)
    except Unreadable:
        return None
