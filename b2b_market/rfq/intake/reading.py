"""The reader of the child process: bytes of any accepted kind to one table. Pure; run it only in the sandbox."""

import re
from typing import Final

from b2b_market.rfq.intake.refusals import FileEmpty, FormatContradicts, FormatUnknown, WorkbookLocked
from b2b_market.rfq.intake.text_tables import read_text_table
from b2b_market.rfq.intake.values import Source, Table
from b2b_market.rfq.intake.wire import to_json

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# First bytes of what people send by mistake; anything else is tried as text and refused by its encoding.
_STRANGERS: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"\x1f\x8b", "GZIP"),
    (b"PK\x05\x06", "ZIP"),
)
_JSON: Final = re.compile(rb"""\{\s*["}]|\[\s*[\[{\]]""")
"""How JSON of objects begins; a cell of a text table may begin with a brace, but hardly so."""
_ENDINGS: Final = {
    "csv": Source.CSV,
    "tsv": Source.CSV,
    "tab": Source.CSV,
    "txt": Source.CSV,
    "xlsx": Source.XLSX,
    "xlsm": Source.XLSX,
    "xml": Source.UBL,
    "json": Source.OCDS,
}
_KINDS: Final = {Source.CSV: "csv", Source.XLSX: "xlsx", Source.UBL: "xml", Source.OCDS: "json"}


def read_upload(data: bytes, args: dict[str, str | None]) -> object:
    """Return the table as JSON. ``args``: file ``name``; optional ``sheet``, ``encoding`` and ``delimiter``."""
    return to_json(read_table(data, **args))


def read_table(
    data: bytes,
    *,
    name: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Read ``data`` by its content; a file name with another kind's ending raises FormatContradicts.

    Raises the refusals of READING_REFUSALS.
    """
    source = sniff(data)
    ending = (name or "").rpartition(".")[2].casefold()
    if _ENDINGS.get(ending, source) != source:
        raise FormatContradicts(name=(name or "")[-100:], found=source.upper(), extension=_KINDS[source])
    # Each parser is imported only where it is needed: the child lives for one file.
    if source == Source.XLSX:
        from b2b_market.rfq.intake.workbooks import read_workbook  # noqa: PLC0415 - see above

        return read_workbook(data, sheet)
    if source == Source.UBL:
        from b2b_market.rfq.intake.ubl import read_ubl  # noqa: PLC0415 - see above

        return read_ubl(data)
    if source == Source.OCDS:
        from b2b_market.rfq.intake.ocds import read_ocds  # noqa: PLC0415 - see above

        return read_ocds(data)
    return read_text_table(data, encoding, delimiter)


def sniff(data: bytes) -> Source:
    """Tell by the first bytes what is to be read; FileEmpty for nothing, FormatUnknown for what is not imported."""
    if not data.strip():
        raise FileEmpty
    if data.startswith(_ZIP):
        return Source.XLSX
    if data.startswith(_OLE):  # a workbook of Excel 97, or one encrypted with a password
        raise WorkbookLocked if _ENCRYPTED in data else FormatUnknown(found="XLS")
    for start, kind in _STRANGERS:
        if data.startswith(start):
            raise FormatUnknown(found=kind)
    head = data[:1000]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    text = head.replace(b"\x00", b"").lstrip()[:20].lower()
    if text.startswith((b"<!doctype html", b"<html")):
        raise FormatUnknown(found="HTML")
    if _JSON.match(text):
        return Source.OCDS
    return Source.UBL if text.startswith(b"<") else Source.CSV
