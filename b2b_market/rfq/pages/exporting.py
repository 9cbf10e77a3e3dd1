"""The comparison as a file, saved from its page."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.page_edge import PageRoute, PageShell
from b2b_market.rfq.commands.requests import ExportComparison, ExportFormat
from b2b_market.rfq.documents.comparison_sheet import Speech
from b2b_market.rfq.schemas.comparison import file_response
from b2b_market.rfq.schemas.imports import LanguageQuery
from b2b_market.rfq.service import exporting

router = APIRouter(prefix="/rfqs", route_class=PageRoute)


@router.get("/{rfq_id}/comparison/{file_format}")
def save_comparison(
    rfq_id: WireUuid, file_format: ExportFormat, request: Request, query: Annotated[LanguageQuery, Query()]
) -> Response:
    """Save the comparison as a workbook or PDF; the page's links name the reader's language."""
    shell: PageShell = request.app.state.pages
    language = query.language or shell.language(request)
    speech = Speech(language, partial(shell.renderer.catalogue.translate, language))
    command = ExportComparison(rfq_id, file_format)
    return file_response(exporting.export_comparison(lambda: shell.edge.open(request, "page"), command, speech))
