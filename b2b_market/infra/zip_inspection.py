"""A zip container is measured and walked before any parser sees it.

Run inside the sandbox: even the list of entries is the sender's. What passes unpacks to a bounded size, names only
files inside itself and holds no further archive, so a parser of XLSX or DOCX has nothing left to be bombed with.
"""

import stat
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

_MEBIBYTE: Final = 1024 * 1024
_CHUNK: Final = 1 << 16
_ENCRYPTED: Final = 0x1
_ARCHIVE_SUFFIXES: Final = frozenset(
    {
        ".zip",
        ".jar",
        ".7z",
        ".rar",
        ".gz",
        ".tgz",
        ".bz2",
        ".xz",
        ".zst",
        ".tar",
        ".cab",
        ".xlsx",
        ".docx",
        ".pptx",
        ".xlsm",
    }
)
_ARCHIVE_STARTS: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zX",
    b"MSCF",
)


class ArchiveTooLarge(Refusal):
    """The container would unpack to more than one file may; facts: what was measured, how much, and the limit."""

    kind, code = Kind.TOO_LARGE, "archive-too-large"
    title = N_("This file unpacks to more than it may")
    advice = N_("Remove pictures, unused sheets and formatting far outside the table, or split the file.")


class ArchiveUnsafe(Refusal):
    """The container holds something that no document of its kind needs; facts: the entry and the rule it breaks."""

    kind, code = Kind.INVALID, "archive-unsafe"
    title = N_("This file holds something that is not accepted")
    advice = N_(
        "The part {entry} is not accepted. Save the document anew without passwords, links and embedded files, then "
        "try again."
    )


class ArchiveDamaged(Refusal):
    """The container cannot be unpacked as its directory says."""

    kind, code = Kind.INVALID, "archive-damaged"
    title = N_("This file is damaged")
    advice = N_("It cannot be unpacked. Open it in your program, save it anew, then try again.")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What a container may hold. ``ratio`` counts unpacked bytes per packed byte, of each entry and of the whole."""

    entries: int = 1000
    entry_bytes: int = 64 * _MEBIBYTE
    total_bytes: int = 128 * _MEBIBYTE
    ratio: int = 100
    # An entry this small can harm nobody, and short repetitive parts of honest workbooks exceed any ratio.
    ratio_from_bytes: int = 2 * _MEBIBYTE


_DEFAULT: Final = ArchiveLimits()


def open_inspected(data: bytes, limits: ArchiveLimits = _DEFAULT) -> zipfile.ZipFile:
    """Return the container after unpacking every entry once; raise ArchiveTooLarge, ArchiveUnsafe, ArchiveDamaged.

    The sizes in the directory are the sender's claim; unpacking to the claimed size with its checksum proves them.
    """
    try:
        container = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise ArchiveDamaged from error
    entries = container.infolist()
    _allow("entries", len(entries), limits.entries)
    if len({entry.filename for entry in entries}) != len(entries):
        raise ArchiveDamaged
    for entry in entries:
        _check_entry(entry, limits)
    unpacked = sum(entry.file_size for entry in entries)
    _allow("bytes in total", unpacked, limits.total_bytes)
    # Entries that share packed bytes would make a small file large in sum.
    _allow("packed bytes", sum(entry.compress_size for entry in entries), len(data))
    if unpacked > limits.ratio_from_bytes:
        _allow("unpacked bytes per packed byte", -(-unpacked // max(1, len(data))), limits.ratio)
    for entry in entries:
        _unpack(container, entry)
    return container


def _check_entry(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    path = PurePosixPath(entry.filename)
    rules = {
        "password": bool(entry.flag_bits & _ENCRYPTED),
        "path outside the file": path.is_absolute()
        or ".." in path.parts
        or "\\" in entry.filename
        or ":" in entry.filename,
        "link": stat.S_ISLNK(entry.external_attr >> 16),
        "archive inside the file": path.suffix.casefold() in _ARCHIVE_SUFFIXES,
    }
    for rule, broken in rules.items():
        if broken:
            raise ArchiveUnsafe(entry=entry.filename[:100], rule=rule)
    _allow("bytes of one part", entry.file_size, limits.entry_bytes)
    if entry.file_size > limits.ratio_from_bytes:
        ratio = -(-entry.file_size // max(1, entry.compress_size))
        _allow("unpacked bytes per packed byte", ratio, limits.ratio)


def _unpack(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    try:
        with container.open(entry) as stream:
            start = stream.read(_CHUNK)
            while stream.read(_CHUNK):
                pass
    except Exception as error:  # whatever zlib, bz2, lzma or the container reader find wrong with the sender's bytes
        raise ArchiveDamaged from error
    if start.startswith(_ARCHIVE_STARTS):
        raise ArchiveUnsafe(entry=entry.filename[:100], rule="archive inside the file")


def _allow(measure: str, actual: int, limit: int) -> None:
    if actual > limit:
        raise ArchiveTooLarge(measure=measure, actual=str(actual), limit=str(limit))
