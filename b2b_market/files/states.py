"""What a file may be, and whether it may be read."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class FileKind(StrEnum):
    """The types that are accepted; nothing else is stored."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    TEXT = "text"
    XML = "xml"
    STEP = "step"
    DWG = "dwg"


class FileStatus(StrEnum):
    """Whether a file may be read: not until the scanner has found it clean, where there is a scanner."""

    QUARANTINED = "quarantined"
    AVAILABLE = "available"
    CONDEMNED = "condemned"


LIFECYCLE = Lifecycle(
    FileStatus.QUARANTINED,
    Step("release", frozenset({FileStatus.QUARANTINED}), FileStatus.AVAILABLE),
    Step("condemn", frozenset({FileStatus.QUARANTINED}), FileStatus.CONDEMNED),
)
