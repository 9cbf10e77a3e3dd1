"""The saving report over the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.rbac.edge import Answer, Call, api_opener
from b2b_market.rbac.responses import hands_out, reads
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.rules.exporting import ExportersBusy
from b2b_market.rfq.schemas.savings import SavingQuery, SavingReportOut
from b2b_market.rfq.schemas.speaking import speech_for
from b2b_market.rfq.service import exporting, savings

router = APIRouter(prefix="/award-savings", tags=["rfq"], route_class=StrictRoute)


@router.get("", response_model=SavingReportOut, responses=reads())
def read_savings(call: Call, query: Annotated[SavingQuery, Query()]) -> Answer:
    """Return what the company's awards saved against targets and last prices."""
    return call.answer(SavingReportOut, savings.read_savings(call.work, call.actor, query.to_command()))


@router.get(
    "/xlsx",
    response_class=Response,
    responses=hands_out("The report as a workbook with live sums", (XLSX_TYPE,), ExportersBusy),
)
def export_savings(request: Request, query: Annotated[SavingQuery, Query()]) -> Response:
    """Return the report as XLSX, in the language (else that of Accept-Language)."""
    speech = speech_for(request, query.language)
    return saved(exporting.export_savings(api_opener(request), query.to_command(), speech))
