"""Importing a list of needs: choose a file or paste cells, look at what was understood, settle what is open, confirm.

Uploads are read in the limited child process between two transactions; every other page is one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import FORM_SCOPE, PageCall, PageContext, PageRoute, opened_page
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import imports as commands
from b2b_market.rfq.commands.redoing import ListKept
from b2b_market.rfq.intake import imports
from b2b_market.rfq.intake.encodings import ENCODINGS
from b2b_market.rfq.intake.findings import FIELD_NAMES, SENTENCES, Finding
from b2b_market.rfq.intake.imports import ImportView
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.upload import read_upload
from b2b_market.rfq.intake.values import DECLARED, MAX_BYTES, Table
from b2b_market.rfq.intake.workbooks_out import error_workbook, template_workbook
from b2b_market.rfq.pages import import_asks, import_form, import_rows, showing
from b2b_market.rfq.schemas.workbooks import workbook
from b2b_market.rfq.service import importing, remembering
from b2b_market.ui.forms import Form, FormData, parse_form
from b2b_market.ui.viewer import Flash


class PasteRoute(PageRoute):
    """Takes pasted cells as long as a file may be; the reader says what is too long."""

    max_text = 2 * MAX_BYTES


router = APIRouter(prefix="/rfqs/import", route_class=PasteRoute)

CELLS: Final = "cells"
SEPARATORS: Final = ((",", N_("Comma")), (";", N_("Semicolon")), ("\t", N_("Tab")), ("|", N_("Vertical bar")))


@dataclass(frozen=True, slots=True)
class _Where:
    """Which rows a page shows: the choice of SHOWS, the first of them, and the number of the one being edited."""

    show: str = "all"
    start: int = 0
    edit: int = 0


@router.get("")
def choose(call: PageCall, again: UUID | None = None) -> Response:
    """Show where a file is chosen; ``again`` names an import whose file shall be read in another way."""
    call.signed_in()
    importing.admit_import(call.work, call.actor, commands.AdmitImport())
    initial: Mapping[str, object] = {}
    if again is not None:
        preview = imports.open_preview(_view(call, again))
        initial = {"sheet": preview.sheet, "encoding": preview.encoding, "delimiter": preview.delimiter, "again": again}
    return _chooser(call, Form(initial=initial))


@router.post("")
def start(request: Request) -> Response:
    """Read what was sent and keep it for its preview; a file that cannot be read is refused on the same page."""
    with opened_page(request) as call:
        importing.admit_import(call.work, call.actor, commands.AdmitImport())
    form, name, data = _sent(request)
    refused: Refusal | None = None
    command = None
    if data is not None:
        try:
            command = imports.start_command(name, _read(form, name, data))
        except Refusal as refusal:
            refused = refusal
    with opened_page(request) as call:
        if command is None:
            return _chooser(call, form, refused, status=422)
        stored = importing.start_import(call.work, call.actor, command)
        return call.see(f"/rfqs/import/{stored.row.id}")


@router.get("/template.xlsx")
def template(call: PageCall) -> Response:
    """Return an empty list of needs in the viewer's language."""
    call.signed_in()
    importing.admit_import(call.work, call.actor, commands.AdmitImport())
    language = call.viewer().locale
    translate = partial(call.shell.renderer.catalogue.translate, language)
    return workbook(template_workbook(translate, language.value), "needs.xlsx")


@router.get("/{import_id}")
def show(import_id: WireUuid, call: PageCall, show: str = "", start: int = 0, edit: int = 0) -> Response:
    """Show what a file was understood as; htmx fetches single rows (``edit``) and the next rows (``start``)."""
    call.signed_in()
    view = _view(call, import_id)
    if view.preview is None:
        return call.see(f"/rfqs/{view.stored.row.rfq_id}")
    where = _Where(_known_show(view.preview, show), max(start, 0), edit)
    if call.is_fragment and (edit or start):
        return call.page("rfq/import_rows.html", {"form": Form(), **_rows(call, view, where, alone=bool(edit))})
    return _page(call, view, None, where)


@router.post("/{import_id}")
def decide(import_id: WireUuid, call: PageCall) -> Response:
    """Keep what was decided; with ``do=confirm`` make the draft too, if nothing is open then.

    ``do=rows`` leads back to the rows, anything else to the top of the page.
    """
    form = Form(call.form())
    view = _view(call, import_id)
    if view.preview is None:
        return call.see(f"/rfqs/{view.stored.row.rfq_id}")
    choices = import_form.read_choices(form, view, view.preview)
    request = import_form.read_request(form, view)
    expected = form.integer("version", required=True)
    if not form.ok:
        return _page(call, view, form, _where(form), status=422)
    try:
        command = imports.change_command(import_id, expected, choices, request)
        view = imports.view_import(importing.change_import(call.work, call.actor, command))
        if form.value("do") == "confirm":
            return _confirm(call, form, view)
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, _view(call, import_id), form, _where(form), status=409)
    where, part = _where(form), "#rows" if form.value("do") == "rows" else ""
    return call.see(f"/rfqs/import/{import_id}?show={where.show}&start={where.start}{part}")


@router.get("/{import_id}/rows.xlsx")
def errors(import_id: WireUuid, call: PageCall) -> Response:
    """Return the rows with what is wrong beside them, to be corrected in a spreadsheet and sent again."""
    call.signed_in()
    preview = imports.open_preview(_view(call, import_id))
    translate = partial(call.shell.renderer.catalogue.translate, call.viewer().locale)
    return workbook(error_workbook(preview, translate), "rows.xlsx")


@router.post("/{import_id}/forget")
def forget(import_id: WireUuid, call: PageCall) -> Response:
    """Forget what was taken over from an earlier list, and recognise the columns anew."""
    form = Form(call.form())
    command = commands.StepImport(import_id, form.integer("version", required=True))
    importing.forget_for_import(call.work, call.actor, command)
    return call.see(f"/rfqs/import/{import_id}", Flash(N_("Forgotten; the columns are recognised anew.")))


@router.post("/mappings/{mapping_id}/forget")
def forget_mapping(mapping_id: WireUuid, call: PageCall) -> Response:
    """Forget what the columns of a list mean."""
    form = Form(call.form())
    command = commands.ForgetMapping(mapping_id, form.integer("version", required=True))
    remembering.forget_mapping(call.work, call.actor, command)
    return call.see("/rfqs/import", Flash(N_("Forgotten; the next such list is recognised anew.")))


@router.post("/{import_id}/discard")
def discard(import_id: WireUuid, call: PageCall) -> Response:
    """Throw an unfinished import away."""
    form = Form(call.form())
    command = commands.StepImport(import_id, form.integer("version", required=True))
    importing.drop_import(call.work, call.actor, command)
    return call.see("/rfqs/import", Flash(N_("The import was thrown away; nothing of it is kept.")))


def _sent(request: Request) -> tuple[Form, str, bytes | None]:
    """Return the form, the name of what was sent and its bytes: a file, else pasted cells; None after noting why not.

    Pasted cells are longer than any other field may be and are cleaned by the reader, so they are taken as they are.
    """
    pairs: list[tuple[str, str | UploadFile]] = request.scope.get(FORM_SCOPE, [])
    ways = {"sheet", "encoding", "delimiter", "again"}
    data = parse_form((name, value) for name, value in pairs if name in ways or isinstance(value, UploadFile))
    form = Form(FormData(data.texts or {"again": ("",)}, data.files))
    file = form.file("file")
    if file is not None:
        return form, imports.clean_filename(file.filename), file.file.read()
    pasted = next((value for name, value in pairs if name == CELLS and isinstance(value, str)), "")
    if pasted.strip():
        return form, "", pasted.encode("utf-8", "replace")
    form.add_error("file", N_("Choose a file, or paste the cells of a spreadsheet."))
    return form, "", None


def _read(form: Form, name: str, data: bytes) -> Table:
    pasted = not name
    return read_upload(
        data,
        name=name or None,
        sheet=form.value("sheet").strip() or None,
        encoding="utf-8" if pasted else form.value("encoding") or None,
        delimiter=form.value("delimiter") or None,
    )


def _chooser(call: PageContext, form: Form, refused: Refusal | None = None, *, status: int = 200) -> Response:
    page = importing.list_imports(call.work, call.actor, commands.ListImports())
    known = remembering.list_mappings(call.work, call.actor, ListKept())
    sheets: tuple[str, ...] = ()
    again = form.uuid("again")
    if again is not None:
        sheets = imports.open_preview(_view(call, again)).sheets
    context = {
        "form": form,
        "refused": refused,
        "facts": {key: str(value) for key, value in refused.facts.items()} if refused else {},
        "unfinished": page.items,
        "mappings": [
            (row, [(column["heading"], FIELD_NAMES[column["field"]]) for column in row.content["columns"]])
            for row in known.items
        ],
        "sheets": [(name, name) for name in sheets],
        "encodings": [(name, name.upper()) for name in ENCODINGS],
        "separators": SEPARATORS,
    }
    return call.page("rfq/import.html", context, status=status)


def _view(call: PageContext, import_id: UUID) -> ImportView:
    return imports.view_import(importing.read_import(call.work, call.actor, commands.ReadImport(import_id)))


def _known_show(preview: Preview, show: str) -> str:
    """Return the choice of rows asked for; where it has none, or nothing was asked, what is wrong, else everything."""
    wanted = (show, "error", "all") if show in import_rows.SHOWS else ("error", "all")
    return next((name for name in wanted if import_rows.shown_rows(preview, name)), "all")


def _where(form: Form) -> _Where:
    """Return which rows the page showed when the form was sent."""
    show = form.value("show")
    return _Where(show if show in import_rows.SHOWS else "all", form.integer("start", least=0) or 0)


def _confirm(call: PageContext, form: Form, view: ImportView) -> Response:
    """Make the draft and lead to it. What was decided stays kept where rows are still open."""
    try:
        header = import_form.header_of(form, view)
        command = imports.confirm_command(view, view.version, header, import_form.options_of(form))
    except Refusal as refusal:
        return _page(call, view, None, _Where(), refused=refusal, status=409)
    content = importing.confirm_import(call.work, call.actor, command)
    said = N_("{lines} needs imported into the draft {number}. Rows left out: {left}.")
    facts = {"lines": str(content.rfq.line_count), "number": content.rfq.number, "left": str(len(command.left))}
    return call.see(showing.draft_path(content), Flash(said, "ok", facts))


def _page(
    call: PageContext,
    view: ImportView,
    form: Form | None,
    where: _Where,
    *,
    refused: Refusal | None = None,
    status: int = 200,
) -> Response:
    preview = imports.open_preview(view)
    language = call.viewer().locale.value
    asked = import_asks.asks(view, preview, language)
    shown = form or Form(initial=import_form.initial_values(view, preview, asked))
    currency = shown.value("request_currency")
    context = {
        "form": shown,
        "stored": view.stored,
        "preview": preview,
        "counts": preview.counts(),
        "sums": [Money(amount, Currency(code)) for code, amount in preview.target_sums.items()],
        "asks": asked,
        "refused": refused,
        "facts": {key: str(value) for key, value in refused.facts.items()} if refused else {},
        "other_prices": imports.other_prices(preview, Currency(currency)) if currency in Currency.CODES else 0,
        "columns_given": preview.source in DECLARED,
        "columns": preview.columns,
        "recalled": {
            column.index for column in preview.columns if view.stored.recalled_columns.get(column.index) == column.field
        },
        "heading_rows": import_rows.heading_rows(preview),
        "field_names": FIELD_NAMES,
        "sentences": SENTENCES,
        "decimals": import_asks.DECIMALS,
        "remarks": [import_rows.said(Finding(remark.code, facts=remark.facts), preview) for remark in preview.remarks],
        "currencies": import_asks.currency_options(language),
        "tabs": import_rows.tabs(preview, f"/rfqs/import/{view.id}", where.show),
        **_rows(call, view, where),
    }
    return call.page("rfq/import_preview.html", context, status=status)


def _rows(call: PageContext, view: ImportView, where: _Where, *, alone: bool = False) -> dict[str, object]:
    """Return what the table of rows shows: a part of the rows chosen, or ``alone`` the one being edited."""
    preview = imports.open_preview(view)
    rows = import_rows.shown_rows(preview, where.show)
    part = rows[where.start : where.start + import_rows.CHUNK]
    if alone:
        rows = part = [row for row in preview.rows if row.number == where.edit]
    end = where.start + len(part)
    return {
        "view": view,
        "rows": [import_rows.row_view(row, view, preview, edit=row.number == where.edit) for row in part],
        "show": where.show,
        "start": where.start,
        "following": end if end < len(rows) and not alone else None,
        "left_over": len(rows) - end,
        "units": dict(reference.unit_names(call.viewer().locale.value)),
        "row_badges": import_rows.BADGES,
    }
