"""What operations of the audit log return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.rules.values import FieldChange, FieldValues, ValueState
from b2b_market.audit.states import Outcome


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """One entry of the trail. ``actor_name`` is None where it was erased, ``leaf_index`` where it is not sealed yet."""

    id: UUID
    occurred_at: datetime
    actor_kind: str
    actor_name: str | None
    actor_user_id: UUID | None
    actor_org_id: UUID | None
    channel: str
    action: str
    object_type: str
    object_id: UUID | None
    object_version: int | None
    outcome: Outcome
    rule: str | None
    changed: Sequence[str]
    leaf_index: int | None


class Verdict(StrEnum):
    """What came of checking an entry against the log."""

    PROVEN = "proven"
    """It is the entry that was sealed: hash, path and signature hold."""
    ALTERED = "altered"
    """It is not what was sealed, or the path does not lead to the signed root."""
    UNSIGNED = "unsigned"
    """The path holds, but no known key signed the root."""
    UNSEALED = "unsealed"
    """It waits for the sealer, which comes every few seconds."""


@dataclass(frozen=True, slots=True)
class EntryProof:
    """All that somebody else needs to check an entry: its exact text, its index, the path, the signed checkpoint."""

    entry_text: str
    leaf_index: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    checkpoint: SignedCheckpoint
    sealed_by: SignedCheckpoint
    """The checkpoint that first covered the entry."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event and its proof."""

    event_id: UUID
    proof: EntryProof


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with everything that is known of it."""

    summary: EntrySummary
    schema_version: int
    session: str
    network: str | None
    correlation_id: str
    idempotency_key: str | None
    cause_event_id: UUID | None
    state_hash: bytes | None
    fields: tuple[FieldValues, ...]
    proof: EntryProof | None

    @property
    def verdict(self) -> Verdict:
        """Whether the entry and the values shown are the sealed ones."""
        if any(field.state is ValueState.ALTERED for field in self.fields):
            return Verdict.ALTERED
        return self.proof.verdict if self.proof is not None else Verdict.UNSEALED


@dataclass(frozen=True, slots=True)
class TimelineView:
    """One step in the history of a thing."""

    summary: EntrySummary
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """The proof that an older checkpoint's log is a prefix of a newer one's, and whether it holds."""

    first: SignedCheckpoint
    second: SignedCheckpoint
    path: tuple[bytes, ...]
    holds: bool


def entry_summary(row: Row[*tuple[Any, ...]]) -> EntrySummary:
    """Return one row of the trail as a value."""
    return EntrySummary(
        row.id,
        row.occurred_at,
        row.actor_kind,
        row.actor_name,
        row.actor_user_id,
        row.actor_org_id,
        row.channel,
        row.action,
        row.object_type,
        row.object_id,
        row.object_version,
        Outcome(row.outcome),
        row.rule,
        tuple(row.changed),
        row.leaf_index,
    )
