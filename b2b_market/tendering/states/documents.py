"""What a tender's documents are, and in which language."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is for."""

    SPECIFICATION = "specification"
    DRAWING = "drawing"
    CONTRACT_DRAFT = "contract_draft"
    FORM = "form"
    """To be filled in by bidders."""
    OTHER = "other"


class DocumentLanguage(StrEnum):
    """Which language a document is written in."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"
    OTHER = "other"


class Takers(StrEnum):
    """Whether a procedure keeps who took a tender's documents."""

    UNRECORDED = "unrecorded"
    SECRET = "secret"  # noqa: S105 - a word, no password
    """Each company is kept once per document; the buyer learns of nothing before the opening."""
