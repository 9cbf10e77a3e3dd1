"""From a comparison sheet to a file, one at a time in each process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from b2b_market.rfq.commands.requests import ExportFormat
from b2b_market.rfq.documents.comparison_pdf import PDF_TYPE, print_comparison
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE, comparison_workbook
from b2b_market.rfq.rules.exporting import ExportersBusy

# 1,000 lines × 12 suppliers take seconds of processor time that the web process owes to its other requests.
_PLACES, _PATIENCE = 1, 10.0


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A finished file with the name it is saved under."""

    name: str
    media_type: str
    content: bytes


def export_file(sheet: ComparisonSheet, speech: Speech, file_format: ExportFormat) -> ExportedFile:
    """Return the sheet as a file; the same sheet always gives the same bytes."""
    name = f"{sheet.number}-comparison.{file_format}"
    if file_format is ExportFormat.XLSX:
        return ExportedFile(name, XLSX_TYPE, comparison_workbook(sheet, speech))
    return ExportedFile(name, PDF_TYPE, print_comparison(sheet, speech).content)


@contextmanager
def exporting_place() -> Iterator[None]:
    """Hold this process's place for making files; raise ExportersBusy where it does not get free within seconds."""
    places = _places()
    if not places.acquire(timeout=_PATIENCE):
        raise ExportersBusy(retry_after=int(_PATIENCE))
    try:
        yield
    finally:
        places.release()


@cache
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(_PLACES)
