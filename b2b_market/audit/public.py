"""The audit log for other modules: the history of a thing on its page, and proofs to print on documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.audit.commands import ProveVersion, ReadTimeline
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.service import exploring, proving
from b2b_market.audit.service.views import TimelineView, Verdict
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.ui.fmt import NONE
from b2b_market.ui.viewer import Tone

SHOWN: Final = 50
_TECHNICAL: Final = frozenset({"lines_digest"})
"""Changed fields that mean nothing to a reader."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step in the history of a thing; ``ui.timeline`` shows it as it is.

    ``text`` is the action until :meth:`named` puts a sentence there. ``changes`` are (field, before, after) as text,
    None for nothing. ``href`` leads to the entry with its proof, None for readers who may not open it. ``actor_name``
    is empty where it was erased.
    """

    event_id: UUID
    at: datetime
    actor_name: str
    action: str
    text: str
    channel: str
    version: int | None
    changes: tuple[tuple[str, str | None, str | None], ...]
    href: str | None
    tone: Tone = "neutral"

    @property
    def actor(self) -> str:
        """Who did it, or a dash."""
        return self.actor_name or NONE

    def named(self, text: str, fields: Mapping[str, str], tone: Tone = "neutral") -> "TimelineEntry":
        """Return the entry with a sentence for its action and labels for its fields, translated by the caller.

        Fields without a label are left out.
        """
        changes = tuple((fields[name], before, after) for name, before, after in self.changes if name in fields)
        return replace(self, text=text, changes=changes, tone=tone)


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that an entry is in the log: enough to be checked by anybody with the public keys.

    Hashes and the signature are lower-case hex. ``holds`` tells that the path leads from the entry as it is now to the
    root; whoever doubts the platform checks that and the signature of (origin, previous, root, size, time) for himself.
    """

    event_id: UUID
    leaf_index: int
    leaf_hash: str
    path: tuple[str, ...]
    size: int
    root: str
    signed_at: datetime
    key_id: str
    signature: str
    holds: bool


def timeline(work: Work, actor: Actor, object_type: str, object_id: UUID, *, limit: int = SHOWN) -> list[TimelineEntry]:
    """Return the newest ``limit`` entries of a thing that the actor's companies may see, the newest first.

    The caller has checked that the actor may see the thing. Values of secret and erased fields are left out.
    """
    found = exploring.read_timeline(work, actor, ReadTimeline(object_type, object_id, limit))
    linked = actor.may(AuditPermission.READ)
    return [_entry(view, linked=linked) for view in found]


def _entry(view: TimelineView, *, linked: bool) -> TimelineEntry:
    summary = view.summary
    changes = tuple(
        (change.name, as_text(change.before), as_text(change.after))
        for change in view.changes
        if change.name not in _TECHNICAL
    )
    return TimelineEntry(
        summary.id,
        summary.occurred_at,
        summary.actor_name or "",
        summary.action,
        summary.action,
        summary.channel,
        summary.object_version,
        changes,
        f"/audit/{summary.id}" if linked else None,
    )


def as_text(value: object) -> str | None:
    """Write a stored JSON value for people: texts as they are, None as None, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def prove_version(work: Work, actor: Actor, object_type: str, object_id: UUID, version: int) -> Proof | None:
    """Return the proof of the last entry that left a thing at ``version``; None where there is none or it waits.

    The caller has checked what its reader may know of the thing; nothing but hashes, sizes and times comes out, so the
    reader may be anybody.
    """
    found = proving.prove_version(work, actor, ProveVersion(object_type, object_id, version))
    if found is None:
        return None
    signed = found.proof.checkpoint
    return Proof(
        found.event_id,
        found.proof.leaf_index,
        found.proof.leaf_hash.hex(),
        tuple(step.hex() for step in found.proof.path),
        signed.size,
        signed.root.hex(),
        signed.checkpoint.time,
        signed.key_id,
        signed.signature.hex(),
        found.proof.verdict is not Verdict.ALTERED,
    )
