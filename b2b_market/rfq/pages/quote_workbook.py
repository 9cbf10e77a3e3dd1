"""Quoting in a spreadsheet: save the request as a workbook, fill it in, send it back, look at what was read, send.

The workbook is read in the limited child process between two transactions; what it says fills the quotation's form, so
that it is judged and sent like anything typed there, and nothing is stored before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import FORM_SCOPE, PageCall, PageContext, PageRoute, opened_page
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.documents.quote_columns import ANSWERS
from b2b_market.rfq.intake.imports import clean_filename
from b2b_market.rfq.intake.quote_rows import QuoteSheet, read_sheet
from b2b_market.rfq.intake.upload import read_upload
from b2b_market.rfq.intake.values import Table
from b2b_market.rfq.pages import alternates_form, supplying
from b2b_market.rfq.pages import quoting_form as reading
from b2b_market.rfq.pages.quote_sheets import CellProblem, filled, further, problems, says, workbook_of
from b2b_market.rfq.schemas.workbooks import workbook
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service import preparing, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

_NAMES: Final = tuple(answer.name for answer in ANSWERS)


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the page says of a workbook that was read."""

    filename: str
    problems: tuple[CellProblem, ...]
    made_for: int | None
    """The version of the request that it was made for, where another one stands now."""


@router.get("/rfqs/{rfq_id}/quote.xlsx")
def save_workbook(rfq_id: WireUuid, call: PageCall) -> Response:
    """Return the request as a workbook to quote in, filled with the live quotation where there is one."""
    quoting.submit_quote.admit(call.actor)
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    if not supplying.takes_quotes(request):
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("This request takes no quotations now."), "warn"))
    translate = partial(call.shell.renderer.catalogue.translate, call.viewer().locale)
    data = workbook_of(call, request, supplying.live_quote(call, rfq_id), translate)
    return workbook(data, f"{request.rfq.number}.xlsx")


@router.post("/rfqs/{rfq_id}/quote/workbook")
def preview_workbook(rfq_id: WireUuid, request: Request) -> Response:
    """Show the form filled with what a workbook says, and what is wrong by row and column; nothing is stored."""
    with opened_page(request) as call:
        quoting.submit_quote.admit(call.actor)
        drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    name, data = _sent(request)
    table: Table | None = None
    refused: Refusal | None = None
    if data is not None:
        try:
            table = read_upload(data, name=name)
        except Refusal as refusal:
            refused = refusal
    with opened_page(request) as call:
        content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
        live = supplying.live_quote(call, rfq_id)
        if table is not None:
            try:
                numbers = {need.position: need.id for need in content.lines}
                sheet = read_sheet(table, rfq_id, frozenset(numbers.values()), numbers)
                return _preview(call, content, live, sheet, name)
            except Refusal as refusal:
                refused = refusal
        form = supplying.starting_form(call, content, live, content.lines)
        if refused is None:
            form.add_error("", N_("Choose a file."))
        else:
            form.add_refusal(refused)
        return supplying.editor(call, content, live, form, needs=content.lines, beyond=None, status=422)


def _preview(
    call: PageContext, content: RfqContent, live: QuoteContent | None, sheet: QuoteSheet, name: str
) -> Response:
    form = filled(call, content, live, sheet)
    command = reading.read_quote(form, content, live)
    if command is not None:
        refusal = preparing.judge_quote(call.work, call.actor, command)
        if refusal is not None:
            reading.add_refusal(form, refusal, command)
    edition = None if sheet.edition == content.rfq.edition else sheet.edition
    view = SheetView(name, problems(form, sheet), edition)
    shown = _shown(form, content)
    known = {need.id for need in shown}
    unseen = [line_id for line_id, answers in sheet.answers.items() if line_id not in known and says(answers)]
    more = {"sheet": view, "unseen_fields": _unseen(form, sheet, unseen), "unseen": len(unseen)}
    status = 422 if view.problems else 200
    return supplying.editor(call, content, live, form, needs=shown, beyond=None, status=status, more=more)


def _shown(form: Form, content: RfqContent) -> Sequence[reading.Needed]:
    """Return the lines that the preview shows: the first of the request and of those in which something is wrong.

    The others travel in hidden fields: a page with every cell of a thousand lines helps nobody.
    """
    chunk = supplying.FULL_CHUNK if form.flag("full") else supplying.CHUNK
    wrong = {need.id for need in content.lines if any(reading.field(need.id, name) in form.errors for name in _NAMES)}
    wrong |= alternates_form.lines_with_errors(form)
    first = {need.id for need in content.lines[:chunk]}
    faulty = [need.id for need in content.lines if need.id in wrong][:chunk]
    return [need for need in content.lines if need.id in first or need.id in faulty]


def _unseen(form: Form, sheet: QuoteSheet, line_ids: Sequence[UUID]) -> list[tuple[str, str]]:
    """Return what the form holds of lines that it does not show; the unit price says that a line was there."""
    names = [(line_id, name) for line_id in line_ids for name in sheet.answers[line_id]]
    told = [
        (reading.field(line_id, name), form.value(reading.field(line_id, name)))
        for line_id, name in names
        if name == "unit_price" or form.value(reading.field(line_id, name))
    ]
    return [*told, *((name, text) for line_id, _, name, text in further(sheet) if line_id in line_ids)]


def _sent(request: Request) -> tuple[str, bytes | None]:
    pairs: list[tuple[str, str | UploadFile]] = request.scope.get(FORM_SCOPE, [])
    for name, value in pairs:
        if name == "file" and isinstance(value, UploadFile) and (value.filename or value.size):
            return clean_filename(value.filename), value.file.read()
    return "", None
