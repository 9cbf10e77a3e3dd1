"""Printing: from a sheet to files and their fingerprints, a bounded number at a time."""

import hashlib
from dataclasses import dataclass
from typing import Final

from b2b_market.contracts.commands import FileFormat, Fingerprint, Printing
from b2b_market.contracts.documents.sheet import Sheet
from b2b_market.contracts.documents.text import contract_document
from b2b_market.contracts.rules.printing import PrintersBusy
from b2b_market.infra.documents.docx import DOCX_TYPE, write_docx
from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.infra.documents.pdf import PDF_TYPE, write_pdf
from b2b_market.infra.documents.places import Places
from b2b_market.infra.saving import SavedFile

PRINTING: Final = Places("contract", 2, 5.0, PrintersBusy)
"""Each print takes about 0.05 s of processor time that the web process owes to its other requests."""


@dataclass(frozen=True, slots=True)
class PrintedFile(SavedFile):
    """A contract as a file. ``pages`` is 0 for DOCX; ``missing`` are the characters a PDF shows as code points."""

    printing: Printing
    file_format: FileFormat
    pages: int
    missing: str

    def fingerprint(self) -> Fingerprint:
        """Return what is kept of the file."""
        return Fingerprint(
            printing=self.printing,
            file_format=self.file_format,
            sha256=hashlib.sha256(self.content).digest(),
            size=len(self.content),
            pages=self.pages,
            missing_characters=self.missing,
        )


def print_file(sheet: Sheet, printing: Printing, file_format: FileFormat) -> PrintedFile:
    """Return ``sheet`` as a file; the same sheet always gives the same bytes."""
    document = contract_document(sheet, printing)
    name = f"{sheet.number}-{sheet.edition}-{printing}.{file_format}"
    if file_format is FileFormat.DOCX:
        return PrintedFile(name, DOCX_TYPE, write_docx(document), printing, file_format, 0, "")
    printed = write_pdf(document, load_fonts())
    return PrintedFile(name, PDF_TYPE, printed.content, printing, file_format, printed.pages, "".join(printed.missing))


def print_all(sheet: Sheet) -> tuple[PrintedFile, ...]:
    """Return every printing of ``sheet`` in every format."""
    return tuple(print_file(sheet, printing, kind) for printing in Printing for kind in FileFormat)
