"""Why a whole file cannot be taken, and why a preview cannot be confirmed. ``findings`` says what is wrong in rows."""

from typing import Final

from b2b_market.infra.zip_inspection import ArchiveDamaged, ArchiveTooLarge, ArchiveUnsafe
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class FileTooLarge(Refusal):
    """The upload is longer than one import may be."""

    kind, code = Kind.TOO_LARGE, "import-file-too-large"
    title = N_("This file is too large to import")
    advice = N_("It has {megabytes} MB, at most {limit} MB are read. Remove pictures or split the file.")


class FileEmpty(Refusal):
    """There is nothing in the file."""

    kind, code = Kind.INVALID, "import-file-empty"
    title = N_("This file holds no lines")
    advice = N_("Choose a file with one need per row and a row of headings above, or start from the template.")


class FormatUnknown(Refusal):
    """The content is of a kind that is not imported."""

    kind, code = Kind.MEDIA_TYPE, "import-format-unknown"
    title = N_("This kind of file cannot be imported")
    advice = N_(
        "It looks like {found}. Save the list as XLSX or CSV, or send a UBL 2.1 RequestForQuotation or an OCDS 1.1 "
        "tender, then try again."
    )


class FormatContradicts(Refusal):
    """The name of the file says one thing and its content another."""

    kind, code = Kind.MEDIA_TYPE, "import-format-contradicts"
    title = N_("The name of this file does not fit its content")
    advice = N_("It is called {name} but holds {found}. Give it the ending .{extension} or choose the file you meant.")


class EncodingUnclear(Refusal):
    """The text is none of the encodings that can be told apart with certainty."""

    kind, code = Kind.INVALID, "import-encoding-unclear"
    title = N_("How the characters of this file are written is not clear")
    advice = N_("Choose the encoding it was saved with, one of: {encodings}; or save it as CSV UTF-8.")


class EncodingWrong(Refusal):
    """The text is not in the encoding that was named."""

    kind, code = Kind.INVALID, "import-encoding-wrong"
    title = N_("This file is not written in the encoding you chose")
    advice = N_("Byte {position} is not valid in {encoding}. Choose another of: {encodings}.")


class NotText(Refusal):
    """The file has NUL characters, which no table has."""

    kind, code = Kind.INVALID, "import-not-text"
    title = N_("This file is not a text table")
    advice = N_("Line {line} holds NUL characters. If it is UTF-16, choose that encoding; else save it as CSV UTF-8.")


class QuoteNotClosed(Refusal):
    """A quotation mark swallows the rest of the file."""

    kind, code = Kind.INVALID, "import-quote-not-closed"
    title = N_("A quotation mark is never closed")
    advice = N_(
        'The cell that begins on line {line} opens with " and never closes. Close it, or write inch signs as "".'
    )


class TooManyRows(Refusal):
    """More needs than one request takes."""

    kind, code = Kind.TOO_LARGE, "import-too-many-rows"
    title = N_("This table has too many rows")
    advice = N_(
        "At most {limit} rows are read from one file; this one goes on at row {row}. Split it into several files."
    )


class TooManyColumns(Refusal):
    """A table wider than any list of needs."""

    kind, code = Kind.TOO_LARGE, "import-too-many-columns"
    title = N_("This table has too many columns")
    advice = N_(
        "At most {limit} columns are read; row {row} has something in column {column}. Delete what is not part of the "
        "list, or choose another separator."
    )


class TooMuchText(Refusal):
    """All cells together hold more text than one import may."""

    kind, code = Kind.TOO_LARGE, "import-too-much-text"
    title = N_("This table holds too much text")
    advice = N_("All cells together may hold {limit} characters; shorten long texts or split the file.")


class SheetUnknown(Refusal):
    """The workbook has no sheet of that name."""

    kind, code = Kind.INVALID, "import-sheet-unknown"
    title = N_("This workbook has no such sheet")
    advice = N_("There is no sheet {sheet}; choose one of: {sheets}.")


class WorkbookLocked(Refusal):
    """The workbook opens only with a password."""

    kind, code = Kind.INVALID, "import-workbook-locked"
    title = N_("This workbook is protected with a password")
    advice = N_("Open it, remove the password for opening, save it, then try again.")


class XmlUnsafe(Refusal):
    """The document defines entities or a document type, which UBL never does."""

    kind, code = Kind.INVALID, "import-xml-unsafe"
    title = N_("This XML file holds something that is not accepted")
    advice = N_("Document types and entities are not accepted. Send plain UBL 2.1.")


class XmlBroken(Refusal):
    """The document is not well-formed XML."""

    kind, code = Kind.INVALID, "import-xml-broken"
    title = N_("This XML file is damaged")
    advice = N_("It cannot be read beyond line {line}, column {column}. Export it anew from your program.")


class NotARequest(Refusal):
    """Well-formed XML, but no UBL RequestForQuotation."""

    kind, code = Kind.INVALID, "import-not-a-request"
    title = N_("This XML file is not a request for quotation")
    advice = N_("Its root is {found}; what can be imported is a UBL 2.1 RequestForQuotation.")


class JsonBroken(Refusal):
    """The document is not JSON, or not in UTF-8."""

    kind, code = Kind.INVALID, "import-json-broken"
    title = N_("This JSON file is damaged")
    advice = N_("It cannot be read beyond line {line}, column {column}. Export it anew, in UTF-8.")


class NotATender(Refusal):
    """JSON, but nothing of OCDS."""

    kind, code = Kind.INVALID, "import-not-a-tender"
    title = N_("This JSON file is not a tender")
    advice = N_("It holds {found}; what can be imported is a release package or record package of OCDS 1.1.")


class ImportNotReady(Refusal):
    """Rows or questions are open; ``errors`` names each with its place."""

    kind, code = Kind.CONFLICT, "import-not-ready"
    title = N_("Some rows cannot be imported yet")
    advice = N_("{problems} rows need correction and {questions} questions are open. Nothing was stored.")


class NothingToImport(Refusal):
    """Not one row is ready."""

    kind, code = Kind.CONFLICT, "nothing-to-import"
    title = N_("There is nothing to import")
    advice = N_("No row of this file is a complete need. Correct rows in the preview or choose another file.")


READING_REFUSALS: Final[tuple[type[Refusal], ...]] = (
    ArchiveTooLarge,
    ArchiveUnsafe,
    ArchiveDamaged,
    FileEmpty,
    FormatUnknown,
    FormatContradicts,
    EncodingUnclear,
    EncodingWrong,
    NotText,
    QuoteNotClosed,
    TooManyRows,
    TooManyColumns,
    TooMuchText,
    SheetUnknown,
    WorkbookLocked,
    XmlUnsafe,
    XmlBroken,
    NotARequest,
    JsonBroken,
    NotATender,
)
"""What the reader in the child process may raise."""
