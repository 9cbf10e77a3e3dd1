"""What the operations of the audit log are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from b2b_market.audit.states import Reach
from b2b_market.infra.signing import SigningKey
from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True)
class SealBatch:
    """Seal up to ``limit`` waiting entries with ``key``; earlier checkpoints were signed by one of ``known_keys``."""

    key: SigningKey
    known_keys: Mapping[str, bytes]
    limit: int


@dataclass(frozen=True, slots=True)
class ListBatch:
    """Put up to ``limit`` sealed entries on the lists of the companies that see them."""

    limit: int


@dataclass(frozen=True, slots=True)
class ReadCheckpointAt:
    """The checkpoint of exactly ``size`` leaves."""

    size: int


@dataclass(frozen=True, slots=True)
class ReadCheckpointsAfter:
    """Up to ``limit`` checkpoints above ``size`` leaves, the smallest first."""

    size: int
    limit: int


@dataclass(frozen=True, slots=True)
class AgreeWithWitness:
    """What the witness has seen last: ``size`` leaves of the log ``origin`` with ``root``."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class DeclareRestore:
    """The database was restored from a backup: the log may go on from where it is, although a witness has seen more."""

    seen: AgreeWithWitness
    reason: str


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are wanted; None means any. Times are half open: ``since`` included, ``until`` not."""

    actor_user_id: UUID | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: UUID | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListEntries:
    """Entries that pass ``wanted``, the newest first."""

    wanted: EntryFilter = field(default_factory=EntryFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry with its values and its proof, whose signature is checked with ``keys`` (public keys by id)."""

    event_id: UUID
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class ReadTimeline:
    """The newest ``limit`` entries of one thing."""

    object_type: str
    object_id: UUID
    limit: int


@dataclass(frozen=True, slots=True)
class ProveVersion:
    """The proof of the entry that left ``object_id`` at ``version``."""

    object_type: str
    object_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ListCheckpoints:
    """Checkpoints, the newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ProveConsistency:
    """The proof that the log of ``first`` leaves is a prefix of that of ``second``; both must be checkpoints."""

    first: int
    second: int
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class ReadKeys:
    """The public keys of the log, by id, as the installation keeps them."""

    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class BeginExport:
    """Make ready for an export. ``held`` are sizes of checkpoints that the reader keeps and wants to see linked."""

    held: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteExport:
    """Write the export that was begun: signed with ``key``, with the public ``keys`` of the log."""

    reach: Reach
    made_at: datetime
    held: tuple[int, ...]
    key: SigningKey
    keys: Mapping[str, bytes]
