"""A folder of files as one ZIP that is always the same bytes: nothing is compressed, no time or machine is in it."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ZIP_TYPE: Final = "application/zip"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PLAIN_FILE: Final = 0o100644 << 16


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the files by name as a ZIP, in the order of their names."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, content in sorted(files):
            entry = ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(entry, content)
    return out.getvalue()
