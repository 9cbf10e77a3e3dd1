"""From a letter to a file, a bounded number at a time."""

from typing import Final

from b2b_market.infra.documents.docx import DOCX_TYPE, write_docx
from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.infra.documents.pdf import PDF_TYPE, write_pdf
from b2b_market.infra.documents.places import Places
from b2b_market.infra.saving import SavedFile
from b2b_market.rfq.commands.letters import LetterFormat, LetterPrinting
from b2b_market.rfq.documents.letter_sheet import LetterSheet
from b2b_market.rfq.documents.letter_text import letter_document
from b2b_market.rfq.rules.exporting import ExportersBusy

PRINTING: Final = Places("letter", 2, 5.0, ExportersBusy)
"""Each letter takes about as long as a contract, which the web process owes to its other requests."""


def print_letter(sheet: LetterSheet, printing: LetterPrinting, file_format: LetterFormat) -> SavedFile:
    """Return ``sheet`` as a file; the same sheet always gives the same bytes."""
    document = letter_document(sheet, printing)
    name = f"{sheet.rfq_number}-{sheet.quote_number}-{sheet.kind}-{printing}.{file_format}"
    if file_format is LetterFormat.DOCX:
        return SavedFile(name, DOCX_TYPE, write_docx(document))
    return SavedFile(name, PDF_TYPE, write_pdf(document, load_fonts()).content)
