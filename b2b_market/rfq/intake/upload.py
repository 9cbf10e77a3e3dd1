"""The door for uploads: size checked, parsed in the limited child process, returned as a table."""

from typing import Final

from b2b_market.infra.sandbox import MEBIBYTE, FileNotReadable, FileTooHeavy, run
from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.intake.refusals import READING_REFUSALS, FileTooLarge, ImportNotReady, NothingToImport
from b2b_market.rfq.intake.values import MAX_BYTES, Table
from b2b_market.rfq.intake.wire import from_json

IMPORT_REFUSALS: Final[tuple[type[Refusal], ...]] = (
    *READING_REFUSALS,
    FileTooLarge,
    FileTooHeavy,
    FileNotReadable,
    ImportNotReady,
    NothingToImport,
)
"""Every refusal of an import, for the module's manifest and the API's documentation."""


def read_upload(
    data: bytes,
    *,
    name: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Read an uploaded file in a child process.

    ``name`` is the file's name as sent. ``sheet``, ``encoding`` (one of ``encodings.ENCODINGS``) and ``delimiter`` are
    what the user chose after a first reading, if anything. Raises FileTooLarge, FileTooHeavy, FileNotReadable and
    READING_REFUSALS; never anything else, whatever the bytes.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(megabytes=str(-(-len(data) // MEBIBYTE)), limit=str(MAX_BYTES // MEBIBYTE))
    args = {"name": name, "sheet": sheet, "encoding": encoding, "delimiter": delimiter}
    value = run("b2b_market.rfq.intake.reading:read_upload", data, args, refusals=READING_REFUSALS)
    return from_json(Table, value)
