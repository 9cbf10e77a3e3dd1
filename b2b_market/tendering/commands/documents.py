"""What is asked about a tender's documents, already parsed."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachDocument:
    """A stored file of the own company; ``replaces`` is the version that it follows."""

    tender_id: UUID
    expected_version: int | None
    file_id: UUID
    kind: DocumentKind
    title: str
    language: DocumentLanguage
    material: bool = True
    note: str = ""
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One version of a document."""

    document_id: UUID


@dataclass(frozen=True, slots=True)
class ReadBoardDocument:
    """One version of a document of a public tender."""

    tender_id: UUID
    document_id: UUID
