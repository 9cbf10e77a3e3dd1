"""The comparison as a file over the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import hands_out
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands.requests import ExportComparison, ExportFormat
from b2b_market.rfq.documents.comparison_pdf import PDF_TYPE
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.rules.exporting import ExportersBusy
from b2b_market.rfq.schemas.imports import LanguageQuery
from b2b_market.rfq.schemas.speaking import speech_for
from b2b_market.rfq.service import exporting

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get(
    "/{rfq_id}/comparison/{file_format}",
    response_class=Response,
    responses=hands_out(
        "The comparison as a file; the same comparison always gives the same bytes",
        (XLSX_TYPE, PDF_TYPE),
        RateMissing,
        ExportersBusy,
    ),
)
def export_comparison(
    rfq_id: WireUuid, file_format: ExportFormat, request: Request, query: Annotated[LanguageQuery, Query()]
) -> Response:
    """Return the comparison as XLSX with live formulas, or as PDF, in the language (else that of Accept-Language).

    Like a look at the comparison, the first export after the close starts the evaluation and freezes the rates.
    """
    speech = speech_for(request, query.language)
    command = ExportComparison(rfq_id, file_format)
    return saved(exporting.export_comparison(api_opener(request), command, speech))
