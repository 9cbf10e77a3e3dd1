"""From a comparison sheet to a file, one at a time in each process."""

from typing import Final

from b2b_market.infra.documents.places import Places
from b2b_market.infra.saving import SavedFile
from b2b_market.rfq.commands.requests import ExportFormat
from b2b_market.rfq.documents.comparison_pdf import PDF_TYPE, print_comparison
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE, comparison_workbook
from b2b_market.rfq.rules.exporting import ExportersBusy

EXPORTING: Final = Places("comparison", 1, 10.0, ExportersBusy)
"""1,000 lines × 12 suppliers take seconds of processor time that the web process owes to its other requests."""


def export_file(sheet: ComparisonSheet, speech: Speech, file_format: ExportFormat) -> SavedFile:
    """Return the sheet as a file; the same sheet always gives the same bytes."""
    name = f"{sheet.number}-comparison.{file_format}"
    if file_format is ExportFormat.XLSX:
        return SavedFile(name, XLSX_TYPE, comparison_workbook(sheet, speech))
    return SavedFile(name, PDF_TYPE, print_comparison(sheet, speech).content)
