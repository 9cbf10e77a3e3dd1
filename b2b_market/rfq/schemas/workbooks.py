"""Workbooks to be filled in and sent back, as answers."""

from fastapi import Response

from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE


def workbook(data: bytes, name: str) -> Response:
    """Return a workbook to be saved under ``name`` (ASCII)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=XLSX_TYPE, headers=headers)
