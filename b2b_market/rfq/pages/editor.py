"""The editor of a draft: headers, lines as a grid that takes a spreadsheet's cells, suppliers to invite."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.pages import drafting_form as reading
from b2b_market.rfq.pages import saving, showing
from b2b_market.rfq.pages.saving import Saving, Window
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RfqStatus, Visibility
from b2b_market.ui.forms import Form
from b2b_market.ui.reading import Unreadable, read_moment
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

NEW_LINES = 3


@router.get("/new")
def new_rfq(call: PageCall, further: int = 0) -> Response:
    """Show an empty editor."""
    drafts.draft_rfq.admit(call.actor)
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    initial = {
        "currency": settings.base_currency.code,
        "mode": reading.OPEN,
        "visibility": Visibility.INVITED.value,
        "most_rounds": Bargaining().most_rounds,
        "most_counters": Bargaining().most_counters,
        "default_place": settings.default_delivery_place,
        "further": further or "",
    }
    return _editor(call, Form(initial=initial), None, range(NEW_LINES), key=str(uuid4()))


@router.post("/new")
def create_rfq(call: PageCall) -> Response:
    """Store a new draft; what is wrong is shown beside its field and nothing is stored.

    A form that saves itself (``autosave``) makes the draft as soon as it has a line, and goes on as the draft's own.
    """
    drafts.draft_rfq.admit(call.actor)
    form = Form(call.form("supplier_ids"))
    auto = form.flag("autosave")
    content = reading.read_content(form, showing.zone_of(call))
    refused: Refusal | None = None
    if content is not None and (content.lines or not auto):
        call.once()
        try:
            stored = drafts.draft_rfq(call.work, call.actor, content)
            place = f"/rfqs/{stored.rfq.id}"
            if not auto:
                return call.see(place, Flash(N_("Draft saved.")))
            call.see(f"{place}/edit")  # what a second sending of the same form is answered with
            window = Window(0, len(stored.lines))
            return _said(call, saving.saved(call, stored, window, place=f"{place}/edit"))
        except Refusal as refusal:
            call.refuse(refusal)
            reading.add_refusal(form, refusal)
            refused = refusal
    if auto:
        waits = not form.value("title").strip() or not reading.filled_rows(form)
        return _said(call, Saving(state="waiting") if waits else saving.failed(call, form, refused, None))
    return _editor(call, form, None, form.rows("lines"), key=str(uuid4()), status=422)


@router.post("/preview")
def preview(call: PageCall) -> Response:
    """Say in plain words what suppliers will see of the form as it stands; nothing is stored or refused."""
    drafts.draft_rfq.admit(call.actor)
    form = Form(call.form("supplier_ids"))
    unloaded = form.integer("unloaded", least=0) or 0
    return call.page("rfq/_preview.html", _preview(call, form, form.rows("lines"), unloaded))


@router.get("/{rfq_id}/edit")
def edit_form(rfq_id: WireUuid, call: PageCall, start: int = 0, further: int = 0) -> Response:
    """Show the editor of a draft, of a long one with the part of its lines that holds line ``start``."""
    drafts.edit_rfq.admit(call.actor)
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    if content.rfq.status is not RfqStatus.DRAFT:
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("Only a draft can be edited."), "warn"))
    window = Window.at(content, start)
    numbers = range(window.first, max(window.beyond, window.first + 1))
    initial = reading.initial_values(content, showing.zone_of(call), showing.language_of(call).value, numbers)
    form = Form(initial={**initial, "further": further or ""})
    return _editor(call, form, content, numbers, saving.opened(content, window))


@router.post("/{rfq_id}/edit")
def save_rfq(rfq_id: WireUuid, call: PageCall) -> Response:
    """Replace the content of a draft; lines that the page does not show stay as they are.

    ``autosave`` answers with how it went alone, ``go`` leads on to other lines, ``over`` names the version of somebody
    else that is saved over.
    """
    drafts.edit_rfq.admit(call.actor)
    form = Form(call.form("supplier_ids"))
    auto = form.flag("autosave")
    stored = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    window = Window.sent(form, stored)
    before, after = saving.around(stored, window)
    content = reading.read_content(form, showing.zone_of(call), before, after)
    expected = form.integer("over") or form.integer("version", required=True)
    refused: Refusal | None = None
    if form.ok and content is not None:
        if auto and expected == stored.rfq.version and saving.unchanged(content, stored):
            return _said(call, saving.saved(call, stored, window))
        try:
            command = commands.EditRfq(rfq_id=rfq_id, expected_version=expected, content=content)
            done = drafts.edit_rfq(call.work, call.actor, command)
            if auto:
                return _said(call, saving.saved(call, done, Window(window.first, len(done.lines) - len(after))))
            return call.see(_onward(form, rfq_id), Flash(N_("Draft saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            reading.add_refusal(form, refusal, len(before))
            refused = refusal
            stored = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    kept = saving.failed(call, form, refused, stored)
    if auto:
        return _said(call, kept)
    return _editor(call, form, stored, form.rows("lines"), kept, status=422)


def _onward(form: Form, rfq_id: UUID) -> str:
    """Return where saving leads: to the lines asked for, else to the draft."""
    start = form.integer("go", least=0)
    return f"/rfqs/{rfq_id}" if start is None else f"/rfqs/{rfq_id}/edit?start={start}#f-lines"


def _said(call: PageContext, how: Saving) -> Response:
    return call.page("rfq/_saving.html", {"saving": how})


def _editor(
    call: PageContext,
    form: Form,
    content: RfqContent | None,
    numbers: Sequence[int],
    how: Saving | None = None,
    *,
    key: str = "",
    status: int = 200,
) -> Response:
    how = how or saving.opened(None, Window(0, 0))
    language = showing.language_of(call).value
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    new_line = Form()
    if settings.default_unit:
        initial = {"lines-__n__-unit": reading.written_unit(unit(settings.default_unit), language)}
        new_line = Form(initial=initial)
    context = {
        "new_line": new_line,
        "form": form,
        "rfq": content.rfq if content is not None else None,
        "line_numbers": tuple(numbers) or (0,),
        "further": reading.shows_further(form, content, numbers),
        "line_total": len(content.lines) if content is not None else 0,
        "chunk": saving.CHUNK,
        "saving": how,
        **_preview(call, form, numbers, how.unloaded),
        "idempotency_key": key,
        **showing.choices(call),
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
        "preview_public": form.value("visibility") == Visibility.PUBLIC,
        "preview_sealed": form.value("mode") == reading.SEALED,
        "preview_disclosure": form.value("disclosure"),
        "preview_estimate": bool(form.value("estimate").strip()),
    }


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        return read_moment(text.strip(), zone=zone)
    except Unreadable:
        return None
