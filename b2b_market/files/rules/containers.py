"""What the inside of an Office container must and must not hold; its entries are listed in the sandbox."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from b2b_market.files.rules.refusals import FileTypeMismatch, FileUnsafe
from b2b_market.files.states import FileKind

_MAIN: Final = MappingProxyType({FileKind.XLSX: "xl/workbook.xml", FileKind.DOCX: "word/document.xml"})
_ACTIVE: Final = ("vbaproject.bin", "vbadata.xml", "activex", "oleobject", "/embeddings/", "/externallinks/")


def check_entries(kind: FileKind, entries: Sequence[str]) -> None:
    """Refuse a container that is no document of ``kind``, or that holds macros, controls, embedded or linked files."""
    names = {entry.lower() for entry in entries}
    if "[content_types].xml" not in names or _MAIN[kind] not in names:
        others = [other.value for other, main in _MAIN.items() if main in names]
        raise FileTypeMismatch(by_name=kind.value, declared=kind.value, by_content=", ".join(others) or "zip")
    for name in sorted(names):
        if any(marker in f"/{name}" for marker in _ACTIVE):
            raise FileUnsafe(found=name[:100])
