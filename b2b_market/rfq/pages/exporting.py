"""The comparison as a file, saved from its page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageRoute
from b2b_market.rfq.commands.requests import ExportComparison, ExportFormat
from b2b_market.rfq.schemas.imports import LanguageQuery
from b2b_market.rfq.schemas.speaking import speech_for
from b2b_market.rfq.service import exporting

router = APIRouter(prefix="/rfqs", route_class=PageRoute)


@router.get("/{rfq_id}/comparison/{file_format}")
def save_comparison(
    rfq_id: WireUuid, file_format: ExportFormat, request: Request, query: Annotated[LanguageQuery, Query()]
) -> Response:
    """Save the comparison as a workbook or PDF; the page's links name the reader's language."""
    speech = speech_for(request, query.language)
    command = ExportComparison(rfq_id, file_format)
    return saved(exporting.export_comparison(page_opener(request), command, speech))
