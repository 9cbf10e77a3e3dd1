"""Small real files of every accepted type, made by hand so that each byte is known."""

import struct
import zipfile
import zlib
from io import BytesIO

from b2b_market.files.commands import Upload
from b2b_market.files.states import FileKind

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def png(width: int = 1, height: int = 1) -> bytes:
    """A one-pixel picture whose head may claim another size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1, frame: int = 0xC0) -> bytes:
    """Segments as a camera writes them: JFIF, a fill byte, a comment, a restart mark, then the frame."""
    jfif = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    comment = b"\xff\xff\xfe\x00\x04hi"
    start = b"\xff" + bytes([frame]) + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + jfif + comment + b"\xff\xd0" + start + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def webp(form: bytes = b"VP8X", body: bytes | None = None) -> bytes:
    """A RIFF container with one head."""
    head = body if body is not None else bytes(4) + (0).to_bytes(3, "little") + (0).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 12 + len(head)) + b"WEBP" + form + struct.pack("<I", len(head)) + head


def container(*entries: str, content: bytes = b"<x/>") -> bytes:
    """A zip with the named entries."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(entry, content)
    return buffer.getvalue()


def xlsx(*more: str) -> bytes:
    """A workbook as far as the inspection looks."""
    return container("[Content_Types].xml", "xl/workbook.xml", *more)


def docx(*more: str) -> bytes:
    """A document as far as the inspection looks."""
    return container("[Content_Types].xml", "word/document.xml", *more)


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SAMPLES: dict[FileKind, Upload] = {
    FileKind.PDF: Upload("Vertrag Ä.pdf", "application/pdf", PDF),
    FileKind.PNG: Upload("logo.PNG", "image/png", png()),
    FileKind.JPEG: Upload("photo.jpeg", "image/jpeg; charset=binary", jpeg()),
    FileKind.WEBP: Upload("photo.webp", "image/webp", webp()),
    FileKind.XLSX: Upload("需求清单.xlsx", XLSX_TYPE, xlsx()),
    FileKind.DOCX: Upload("terms.docx", DOCX_TYPE, docx()),
    FileKind.CSV: Upload("needs.csv", "application/vnd.ms-excel", "名称,数量\n螺栓,10\n".encode("gb18030")),
    FileKind.TEXT: Upload("readme.txt", "text/plain", b"\xef\xbb\xbfplain text\r\n"),
    FileKind.XML: Upload("rfq.xml", "text/xml", b'<?xml version="1.0" encoding="UTF-8"?>\n<a:RequestForQuotation/>'),
    FileKind.STEP: Upload("part.stp", "", b"ISO-10303-21;\nHEADER;\nENDSEC;\nEND-ISO-10303-21;\n"),
    FileKind.DWG: Upload("plan.dwg", "application/octet-stream", b"AC1032" + bytes(100)),
}
