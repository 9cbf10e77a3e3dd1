"""Quoting in a spreadsheet, and the own last prices, over the API.

A workbook is read in the limited child process between two transactions, never inside one.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.rbac.edge import Answer, Call, CallContext, opened_call
from b2b_market.rbac.page_edge import PageShell
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.intake import imports, quote_rows
from b2b_market.rfq.intake.quote_rows import QuoteSheet
from b2b_market.rfq.intake.upload import IMPORT_REFUSALS, read_upload
from b2b_market.rfq.pages import quote_sheets, quoting_form, supplying
from b2b_market.rfq.rules import amending, quoting, rounds
from b2b_market.rfq.schemas.imports import LanguageQuery
from b2b_market.rfq.schemas.last_prices import LastPriceOut
from b2b_market.rfq.schemas.quotes import QuoteOut
from b2b_market.rfq.schemas.workbooks import workbook
from b2b_market.rfq.service import drafting, preparing
from b2b_market.rfq.service import quoting as quotes
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.ui.forms import Form

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)

_OPEN = (quoting.QuoteTooLate, quoting.NotOpenForQuotes)


@router.get(
    "/{rfq_id}/quote-workbook",
    response_class=Response,
    responses=hands_out(
        "The request as a workbook to quote in", (XLSX_TYPE,), quoting.NotOpenForQuotes, quoting.OwnRequest
    ),
)
def download_workbook(
    rfq_id: WireUuid, request: Request, call: Call, query: Annotated[LanguageQuery, Query()]
) -> Response:
    """Return the request as XLSX, filled with the live quotation; hidden keys bring every cell back."""
    content = _open_to_quote(call, ReadRfq(rfq_id))
    shell: PageShell = request.app.state.pages
    translate = partial(shell.renderer.catalogue.translate, query.language or shell.language(request))
    data = quote_sheets.workbook_of(call, content, supplying.live_quote(call, rfq_id), translate)
    return workbook(data, f"{content.rfq.number}.xlsx")


@router.post(
    "/{rfq_id}/quote-workbook",
    status_code=201,
    response_model=QuoteOut,
    responses=changes(
        *_OPEN,
        quoting.OwnRequest,
        amending.RequestAmended,
        rounds.NotGoingOn,
        rounds.QuoteGotWorse,
        BodyTooLarge,
        WrongMediaType,
        quote_rows.NotAQuoteWorkbook,
        quote_rows.OtherRequestsWorkbook,
        *IMPORT_REFUSALS,
    ),
)
def submit_workbook(
    rfq_id: WireUuid,
    request: Request,
    file: Annotated[UploadFile, File(description="The workbook of this request, filled in; at most 10 MB")],
) -> Answer:
    """Send what a workbook says as the quotation, or with If-Match as the next revision of the live one.

    What is wrong is told by cell (``/cells/N12``), and then nothing is stored. A workbook answers the version of the
    request that it was made for. The answer holds the signed receipt.
    """
    with opened_call(request) as call:
        _open_to_quote(call, ReadRfq(rfq_id))
    name, data = imports.clean_filename(file.filename), file.file.read()
    table = read_upload(data, name=name)
    with opened_call(request) as call:
        call.take_key(required=True, streamed=[data])
        content = _open_to_quote(call, ReadRfq(rfq_id))
        numbers = {need.position: need.id for need in content.lines}
        sheet = quote_rows.read_sheet(table, rfq_id, frozenset(numbers.values()), numbers)
        sent = _sent(call, content, sheet)
        return call.answer(QuoteOut, sent, status=201, location=f"/api/v1/quotes/{sent.quote.id}")


@router.get("/{rfq_id}/last-prices", response_model=ListOut[LastPriceOut], responses=reads())
def read_last_prices(rfq_id: WireUuid, call: Call) -> Answer:
    """Return what the own company last quoted for the lines of a request: per unit, without tax, with its day."""
    return call.answer_many(LastPriceOut, preparing.read_last_prices(call.work, call.actor, ReadRfq(rfq_id)))


def _open_to_quote(call: CallContext, command: ReadRfq) -> RfqContent:
    """Return a request that takes quotations of the own company now; a buyer's own takes none of it."""
    quotes.submit_quote.admit(call.actor)
    content = drafting.read_rfq(call.work, call.actor, command)
    if content.rfq.buyer_id in call.actor.org_ids:
        raise quoting.OwnRequest
    if not supplying.takes_quotes(content):
        raise quoting.NotOpenForQuotes(status=content.rfq.status.value)
    return content


def _sent(call: CallContext, content: RfqContent, sheet: QuoteSheet) -> quotes.QuoteContent:
    """Send the quotation that the sheet describes; a refusal names the cells that it is about."""
    live = supplying.live_quote(call, content.rfq.id)
    form = quote_sheets.filled(call, content, live, sheet)
    command = quoting_form.read_quote(form, content, live)
    if command is None or sheet.broken or sheet.strange:
        raise Invalid(errors=_cells(form, sheet))
    command = replace(command, expected_version=call.if_match, rfq_edition=sheet.edition)
    try:
        return quotes.submit_quote(call.work, call.actor, command)
    except Refusal as refusal:
        if not refusal.errors:
            raise
        quoting_form.add_refusal(form, refusal, command)
        if not isinstance(refusal, Invalid):
            form.form_errors.clear()  # what concerns the whole is the refusal itself
        raise type(refusal)(errors=_cells(form, sheet), **refusal.facts) from refusal


def _cells(form: Form, sheet: QuoteSheet) -> list[FieldError]:
    """Return what is wrong in the order of the workbook; what concerns no cell points at the whole."""
    return [
        FieldError(
            f"/cells/{one.place.column}{one.place.row}" if one.place is not None else "",
            "cell",
            one.problem.message,
            dict(one.problem.facts),
        )
        for one in quote_sheets.problems(form, sheet)
    ]
