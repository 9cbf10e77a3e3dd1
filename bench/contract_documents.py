"""Contracts as files: a bilingual one of twelve pages, and the same lines as DOCX."""

from b2b_market.contracts.commands import FileFormat, Printing
from b2b_market.contracts.documents.files import PrintedFile, print_all, print_file
from b2b_market.contracts.documents.sheet import Sheet
from b2b_market.infra.documents.qr import modules_of
from bench.results import BenchResult, cost_of
from bench.stage import Stage
from tests.contracts.sheets import sheet

PAGES = 12
PDF_GOAL, DOCX_GOAL = 65.0, 75.0


def run(_place: Stage) -> list[BenchResult]:
    """Measure the processor time of one print beside the goals, fonts loaded once before."""
    lines = lines_for(PAGES)
    contract = sheet(lines)
    pdf = cost_of(lambda: _first_print(contract))
    docx = cost_of(lambda: print_file(contract, Printing.BOTH, FileFormat.DOCX))
    short = sheet(20)
    edition = cost_of(lambda: print_all(short), rounds=9)
    size = len(print_file(contract, Printing.BOTH, FileFormat.PDF).content) / 1000
    name = f"{PAGES} pages, {lines} lines, zh + en"
    return [
        BenchResult(f"contract PDF, {name}", pdf.cpu_ms, "ms CPU", PDF_GOAL, "goal", "≤ 1"),
        BenchResult(f"contract DOCX, {lines} lines, zh + en", docx.cpu_ms, "ms CPU", DOCX_GOAL, "goal", "≤ 1"),
        BenchResult("all six files of an edition, 20 lines", edition.cpu_ms, "ms CPU"),
        BenchResult(f"contract PDF, {name}: size", size, "kB"),
    ]


def _first_print(contract: Sheet) -> PrintedFile:
    """Print as the first of an edition does: its QR code is not known yet."""
    modules_of.cache_clear()
    return print_file(contract, Printing.BOTH, FileFormat.PDF)


def lines_for(pages: int) -> int:
    """Return the largest number of lines whose bilingual contract has ``pages`` pages."""
    low, high = 1, 100 * pages
    while high - low > 1:
        middle = (low + high) // 2
        if _printed(middle).pages > pages:
            high = middle
        else:
            low = middle
    return low


def _printed(lines: int) -> PrintedFile:
    return print_file(sheet(lines), Printing.BOTH, FileFormat.PDF)
