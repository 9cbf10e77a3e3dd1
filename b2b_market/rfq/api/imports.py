"""Imports of needs over the API: send a file or pasted cells, read its preview, decide what is open, confirm.

The file is read in the limited child process between two transactions, never inside one.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from b2b_market.infra.http.idempotency import IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress
from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.kernel.currency import UnknownCurrency
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.kernel.units import UnknownUnit
from b2b_market.rbac.edge import Answer, Call, CallContext, OnceCall, opened_call
from b2b_market.rbac.page_edge import PageShell
from b2b_market.rbac.responses import changes, reads
from b2b_market.rfq.commands import imports as commands
from b2b_market.rfq.commands.redoing import ListKept
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.intake import imports
from b2b_market.rfq.intake.imports import ImportView, PricesInOtherCurrency
from b2b_market.rfq.intake.refusals import ImportNotReady, NothingToImport, TooManyRows
from b2b_market.rfq.intake.upload import IMPORT_REFUSALS, read_upload
from b2b_market.rfq.intake.values import Table
from b2b_market.rfq.intake.workbooks_out import error_workbook, template_workbook
from b2b_market.rfq.rules.drafting import CannotInvite
from b2b_market.rfq.schemas.imports import (
    ChoicesIn,
    ConfirmIn,
    ImportQuery,
    LanguageQuery,
    PastedIn,
    RowQuery,
    WorkbookQuery,
)
from b2b_market.rfq.schemas.previews import (
    ImportOut,
    ImportSummaryOut,
    MappingOut,
    RowOut,
    SpokenImport,
    SpokenRow,
    Translate,
)
from b2b_market.rfq.schemas.requests import RfqOut
from b2b_market.rfq.schemas.workbooks import workbook
from b2b_market.rfq.service import importing, remembering
from b2b_market.ui.language import Language

router = APIRouter(prefix="/rfq-imports", tags=["rfq"], route_class=StrictRoute)

Responses: TypeAlias = dict[int | str, dict[str, Any]]
_WORKBOOK: Responses = {200: {"description": "An XLSX workbook", "content": {XLSX_TYPE: {}}}}
REPEATED = (IdempotencyKeyMalformed, IdempotencyKeyReused, RequestInProgress)
_PREVIEW = (TooManyRows, UnknownUnit, UnknownCurrency)

Sheet = Annotated[
    str | None, Form(max_length=200, description="The sheet of a workbook; the first with rows if absent")
]
Encoding = Annotated[str | None, Form(max_length=40, description="How a text file is written; recognised if absent")]
Delimiter = Annotated[str | None, Form(pattern="^[\t;|,]$", description="What separates cells; found if absent")]


@router.post(
    "",
    status_code=201,
    response_model=ImportOut,
    responses=reads(BodyTooLarge, WrongMediaType, *REPEATED, *IMPORT_REFUSALS),
)
def start_import(
    request: Request,
    file: Annotated[
        UploadFile, File(description="CSV, XLSX, UBL 2.1 RequestForQuotation or OCDS 1.1 tender, at most 10 MB")
    ],
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
) -> Answer:
    """Read a file and keep it for its preview; nothing of a request is stored.

    A preview that nobody touches is deleted after 7 days.
    """
    name = imports.clean_filename(file.filename)
    ways = {"sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    data = file.file.read()
    sent = (name.encode(), data, repr(ways).encode())
    return _start(request, name, lambda: read_upload(data, name=name, **ways), sent)


@router.post(
    "/pasted",
    status_code=201,
    response_model=ImportOut,
    responses=reads(BodyTooLarge, WrongMediaType, *REPEATED, *IMPORT_REFUSALS),
)
def start_pasted(request: Request, body: PastedIn) -> Answer:
    """Read pasted cells as a file would be, within the same limits, and keep them for their preview."""
    ways = {"encoding": "utf-8", "delimiter": body.delimiter}
    return _start(request, "", lambda: read_upload(body.data(), **ways))


def _start(request: Request, name: str, read: Callable[[], Table], streamed: Sequence[bytes] = ()) -> Answer:
    """Read between two transactions, never inside one, and keep what was read, once for each key."""
    with opened_call(request) as call:
        importing.admit_import(call.work, call.actor, commands.AdmitImport())
    table = read()
    with opened_call(request) as call:
        call.take_key(required=False, streamed=streamed)
        stored = importing.start_import(call.work, call.actor, imports.start_command(name, table))
        spoken = _spoken(request, imports.view_import(stored))
        location = f"/api/v1/rfq-imports/{stored.row.id}"
        return call.answer(ImportOut, spoken, status=201, location=location)


@router.get("", response_model=PageOut[ImportSummaryOut], responses=reads())
def list_imports(call: Call, query: Annotated[ImportQuery, Query()]) -> Answer:
    """Return a page of the company's unfinished imports, newest first."""
    page = importing.list_imports(call.work, call.actor, commands.ListImports(query.page()))
    return call.answer_page(ImportSummaryOut, page)


@router.get("/template", response_class=Response, responses={**_WORKBOOK, **reads()})
def download_template(request: Request, call: Call, query: Annotated[LanguageQuery, Query()]) -> Response:
    """Return an empty list of needs as XLSX, headed and explained in the language (else that of Accept-Language)."""
    importing.admit_import(call.work, call.actor, commands.AdmitImport())
    language = query.language or _shell(request).language(request)
    return workbook(template_workbook(_translate(request, language), language.value), "needs.xlsx")


@router.get("/mappings", response_model=PageOut[MappingOut], responses=reads())
def list_mappings(call: Call, query: Annotated[ImportQuery, Query()]) -> Answer:
    """Return a page of what the columns of the company's lists mean, as its last confirmed imports had it."""
    return call.answer_page(MappingOut, remembering.list_mappings(call.work, call.actor, ListKept(query.page())))


@router.delete("/mappings/{mapping_id}", status_code=204, response_class=Response, responses=changes())
def forget_mapping(mapping_id: WireUuid, call: Call) -> Answer:
    """Forget what the columns of a list mean; unfinished imports that took it over keep what they have."""
    remembering.forget_mapping(call.work, call.actor, commands.ForgetMapping(mapping_id, call.if_match))
    return call.nothing()


@router.get("/{import_id}", response_model=ImportOut, responses=reads(*_PREVIEW))
def read_import(import_id: WireUuid, request: Request, call: Call) -> Answer:
    """Return an import: its preview until it is confirmed, its outcome afterwards."""
    return call.answer(ImportOut, _spoken(request, _view(call, import_id)))


@router.get("/{import_id}/rows", response_model=PageOut[RowOut], responses=reads(*_PREVIEW, IllegalStep))
def list_rows(import_id: WireUuid, request: Request, call: Call, query: Annotated[RowQuery, Query()]) -> Answer:
    """Return a page of the rows in the file's order, until the import is confirmed."""
    preview = imports.open_preview(_view(call, import_id))
    translate = _translate(request, _shell(request).language(request))
    page = imports.rows_of(preview, query.status, query.page())
    return call.answer_page(RowOut, page.map(lambda row: SpokenRow(row, preview.columns, translate)))


@router.get(
    "/{import_id}/error-workbook",
    response_class=Response,
    responses={**_WORKBOOK, **reads(*_PREVIEW, IllegalStep)},
)
def download_errors(
    import_id: WireUuid, request: Request, call: Call, query: Annotated[WorkbookQuery, Query()]
) -> Response:
    """Return the file's rows as XLSX with the reasons beside them; corrected, it can be sent again as it is."""
    preview = imports.open_preview(_view(call, import_id))
    language = query.language or _shell(request).language(request)
    data = error_workbook(preview, _translate(request, language), problems_only=query.problems_only)
    return workbook(data, "rows.xlsx")


@router.patch("/{import_id}", response_model=ImportOut, responses=changes(*_PREVIEW))
def change_import(import_id: WireUuid, body: ChoicesIn, request: Request, call: Call) -> Answer:
    """Change decisions about the file: what is absent stays, null is the product's own finding again (RFC 7396)."""
    choices = body.merged(_view(call, import_id).choices)
    command = imports.change_command(import_id, call.if_match, choices)
    stored = importing.change_import(call.work, call.actor, command)
    return call.answer(ImportOut, _spoken(request, imports.view_import(stored)))


@router.post(
    "/{import_id}/confirm",
    status_code=201,
    response_model=RfqOut,
    responses=changes(*_PREVIEW, ImportNotReady, NothingToImport, PricesInOtherCurrency, CannotInvite),
)
def confirm_import(import_id: WireUuid, body: ConfirmIn, call: OnceCall) -> Answer:
    """Store the draft that the needs become; the import ends with it. If-Match names the version that was looked at."""
    command = imports.confirm_command(_view(call, import_id), call.if_match, body.header(), body.options())
    content = importing.confirm_import(call.work, call.actor, command)
    return call.answer(RfqOut, content, status=201, location=f"/api/v1/rfqs/{content.rfq.id}")


@router.delete("/{import_id}", status_code=204, response_class=Response, responses=changes())
def drop_import(import_id: WireUuid, call: Call) -> Answer:
    """Throw an unfinished import away."""
    importing.drop_import(call.work, call.actor, commands.StepImport(import_id, call.if_match))
    return call.nothing()


def _view(call: CallContext, import_id: UUID) -> ImportView:
    return imports.view_import(importing.read_import(call.work, call.actor, commands.ReadImport(import_id)))


def _spoken(request: Request, view: ImportView) -> SpokenImport:
    return SpokenImport(view, _translate(request, _shell(request).language(request)))


def _shell(request: Request) -> PageShell:
    shell: PageShell = request.app.state.pages
    return shell


def _translate(request: Request, language: Language) -> Translate:
    return partial(_shell(request).renderer.catalogue.translate, language)
