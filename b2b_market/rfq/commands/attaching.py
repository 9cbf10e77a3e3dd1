"""What operations on documents of a request are asked for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFile:
    """A stored file of the buyer for a request, or for one of its lines."""

    rfq_id: UUID
    expected_version: int | None
    file_id: UUID
    line_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadAttachment:
    """One document of a request by its id."""

    attachment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNda:
    """The text behind which a draft's documents lie; an empty one lets everybody in who may read the request."""

    rfq_id: UUID
    expected_version: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptNda:
    """A company's promise not to disclose; ``text_hash`` (hex) says which text was read."""

    rfq_id: UUID
    text_hash: str
