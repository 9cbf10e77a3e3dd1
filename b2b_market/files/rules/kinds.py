"""The accepted types: how their names end, what senders call them, how their bytes begin, how large they may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from b2b_market.files.commands import Upload
from b2b_market.files.rules import images, texts
from b2b_market.files.rules.refusals import (
    FileEmpty,
    FileNameRefused,
    FileTooLarge,
    FileTypeMismatch,
    FileTypeRefused,
    FileUnsafe,
)
from b2b_market.files.states import FileKind
from b2b_market.kernel.text import is_clean

MEGABYTE: Final = 1_000_000
MAX_NAME: Final = 200
CONTAINERS: Final = frozenset({FileKind.XLSX, FileKind.DOCX})
_NO_TYPE: Final = frozenset({"", "application/octet-stream"})
_PDF_END: Final = 2048


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted type. ``media_types`` begins with the one it is served as."""

    kind: FileKind
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]
    limit: int
    # Browsers have no name for the types of drawings and send none.
    may_be_undeclared: bool = False


_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL_TYPE = "application/vnd.ms-excel"  # what Windows says of a CSV file

ACCEPTED: Mapping[FileKind, Accepted] = MappingProxyType(
    {
        entry.kind: entry
        for entry in (
            Accepted(FileKind.PDF, ("pdf",), ("application/pdf",), 25 * MEGABYTE),
            Accepted(FileKind.PNG, ("png",), ("image/png",), 15 * MEGABYTE),
            Accepted(FileKind.JPEG, ("jpg", "jpeg"), ("image/jpeg", "image/pjpeg"), 15 * MEGABYTE),
            Accepted(FileKind.WEBP, ("webp",), ("image/webp",), 15 * MEGABYTE),
            Accepted(FileKind.XLSX, ("xlsx",), (_XLSX_TYPE,), 15 * MEGABYTE),
            Accepted(FileKind.DOCX, ("docx",), (_DOCX_TYPE,), 15 * MEGABYTE),
            Accepted(
                FileKind.CSV, ("csv", "tsv"), ("text/csv", "text/tab-separated-values", _EXCEL_TYPE), 10 * MEGABYTE
            ),
            Accepted(FileKind.TEXT, ("txt",), ("text/plain",), 5 * MEGABYTE),
            Accepted(FileKind.XML, ("xml",), ("application/xml", "text/xml"), 10 * MEGABYTE),
            Accepted(
                FileKind.STEP,
                ("step", "stp"),
                ("model/step", "application/step", "application/p21"),
                25 * MEGABYTE,
                may_be_undeclared=True,
            ),
            Accepted(
                FileKind.DWG,
                ("dwg",),
                ("image/vnd.dwg", "application/acad", "application/x-dwg"),
                25 * MEGABYTE,
                may_be_undeclared=True,
            ),
        )
    }
)
LARGEST: Final = max(entry.limit for entry in ACCEPTED.values())
_BY_EXTENSION: Mapping[str, Accepted] = MappingProxyType(
    {extension: entry for entry in ACCEPTED.values() for extension in entry.extensions}
)


def check_upload(upload: Upload) -> tuple[str, FileKind]:
    """Return the name to keep and the type; raise a refusal where anything is wrong.

    Extension, declared type and content must agree. Containers (XLSX, DOCX) are known by their first bytes here; what
    is inside them must be inspected in the sandbox before the file is kept.
    """
    name = clean_name(upload.name)
    entry = _by_name(name)
    if not upload.content:
        raise FileEmpty(name=name)
    if len(upload.content) > entry.limit:
        raise FileTooLarge(size=str(len(upload.content)), kind=entry.kind.value, limit=str(entry.limit))
    declared = upload.declared_type.partition(";")[0].strip().lower()
    found = sniff(upload.content)
    known = declared in entry.media_types or (entry.may_be_undeclared and declared in _NO_TYPE)
    if not known or entry.kind not in found:
        raise FileTypeMismatch(
            by_name=entry.kind.value, declared=declared[:100] or "-", by_content="/".join(sorted(found)) or "-"
        )
    _check_content(entry.kind, upload.content)
    return name, entry.kind


def clean_name(name: str) -> str:
    """Return the last part of a name; raise FileNameRefused for one that is empty, too long or not clean text."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    if not last or len(last) > MAX_NAME or not is_clean(last) or "\n" in last or "\r" in last or "\t" in last:
        raise FileNameRefused(limit=str(MAX_NAME))
    return last


def media_type(kind: FileKind) -> str:
    """Return the media type a file of ``kind`` is served as."""
    return ACCEPTED[kind].media_types[0]


def accepted_extensions() -> tuple[str, ...]:
    """Return every accepted ending with its dot, for the file field of a form."""
    return tuple(f".{extension}" for extension in _BY_EXTENSION)


def _by_name(name: str) -> Accepted:
    entry = _BY_EXTENSION.get(PurePosixPath(name).suffix.lower().lstrip("."))
    if entry is None:
        raise FileTypeRefused(name=name, accepted=", ".join(accepted_extensions()))
    return entry


def sniff(content: bytes) -> frozenset[FileKind]:
    """Return the types these bytes may be; none for anything that is not accepted."""
    for start, kinds in _MAGIC:
        if content.startswith(start):
            return kinds
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return frozenset({FileKind.WEBP})
    if content[:4] == b"AC10" and content[4:6].isdigit():
        return frozenset({FileKind.DWG})
    text = texts.decode(content)
    if text is None:
        return frozenset()
    if text.lstrip().startswith("<?xml"):
        return frozenset({FileKind.XML})
    return frozenset({FileKind.CSV, FileKind.TEXT})


_MAGIC: Final = (
    (b"%PDF-", frozenset({FileKind.PDF})),
    (b"\x89PNG\r\n\x1a\n", frozenset({FileKind.PNG})),
    (b"\xff\xd8\xff", frozenset({FileKind.JPEG})),
    (b"PK\x03\x04", CONTAINERS),
    (b"ISO-10303-21;", frozenset({FileKind.STEP})),
)


def _check_content(kind: FileKind, content: bytes) -> None:
    if kind is FileKind.PDF and b"%%EOF" not in content[-_PDF_END:]:
        raise FileUnsafe(found="PDF without end")
    if kind in (FileKind.PNG, FileKind.JPEG, FileKind.WEBP):
        images.check(kind, content)
    if kind is FileKind.XML:
        texts.check_xml(content)
    if kind in (FileKind.CSV, FileKind.TEXT):
        texts.check_plain(content)
