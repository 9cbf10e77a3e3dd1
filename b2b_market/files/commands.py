"""Inputs of the operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.files.states import FileKind


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes as somebody sent them, with the name and the media type they claim."""

    name: str
    declared_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFile:
    """A file that was checked and lies in the store, but that no row knows yet."""

    id: UUID
    name: str
    kind: FileKind
    size: int
    sha256: str
    storage_key: str
    quarantine: bool


@dataclass(frozen=True, slots=True)
class AdmitUpload:
    """The wish to upload, before anything is read or stored."""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A prepared file, and the companies besides the owner's that may read it."""

    prepared: PreparedFile
    readers: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file, by id."""

    file_id: UUID


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Several files, by id."""

    file_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ShareFile:
    """Companies that may read one of the caller's files from now on."""

    file_id: UUID
    readers: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ClaimQuarantined:
    """Up to ``batch`` files that wait for the scanner, leased to the caller."""

    batch: int


@dataclass(frozen=True, slots=True)
class SettleScan:
    """The scanner's verdict on one file: what it found, None for a clean one."""

    file_id: UUID
    found: str | None


@dataclass(frozen=True, slots=True)
class FindUnreferenced:
    """Names of blobs, of which those without a row are wanted."""

    storage_keys: Sequence[str]
