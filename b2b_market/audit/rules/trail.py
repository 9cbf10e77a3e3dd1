"""The checkpoints of an export: whose they are, that none is missing between them, and the times they span."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from b2b_market.audit.rules.checkpoint import SignedCheckpoint, hex_of, read_checkpoint, text_of
from b2b_market.audit.rules.findings import Fault, Findings
from b2b_market.infra.signing import fingerprint
from b2b_market.kernel.text import N_

KEY_BYTES: Final = 32

KEY_MISLABELLED: Final = N_("The key {key_id} is not the key of that id.")
KEY_UNKNOWN: Final = N_("The key {key_id} of the export is not among the trusted keys.")
KEYS_FROM_EXPORT: Final = N_(
    "The public keys were taken from the export itself. Compare their ids with those the platform publishes: {keys}"
)
UNSIGNED: Final = N_("The checkpoint of {size} leaves was not signed by a known key of this log ({key_id}).")
FOREIGN: Final = N_("The checkpoint of {size} leaves belongs to another log ({origin}).")
UNREADABLE: Final = N_("A checkpoint cannot be read.")
HEADING_UNSIGNED: Final = N_("The first line of the export was not signed by a known key of this log ({key_id}).")
FORKED: Final = N_("Two checkpoints of {size} leaves have different roots: the log was forked.")
OUT_OF_PLACE: Final = N_("The checkpoint of {size} leaves is there twice or not in its place.")
GAP: Final = N_("A checkpoint between {before} and {size} leaves is missing.")
TIME_BACK: Final = N_("The checkpoint of {size} leaves is dated before the one it follows.")
NO_HEAD: Final = N_("The export names {size} leaves as its head, but holds no such checkpoint.")


class KeyRing:
    """The public keys that may have signed: given by the reader (``trusted``), else those of the export."""

    def __init__(self, trusted: Mapping[str, bytes] | None, findings: Findings) -> None:
        """Trust ``trusted``; None means that the export brings the keys, which is said in a notice."""
        self.keys: dict[str, bytes] = dict(trusted or {})
        self._given = trusted is not None
        self._findings = findings

    def take(self, fields: Mapping[str, object]) -> None:
        """Take over a ``key`` line; ValueError where it is not exactly one."""
        key_id, public_key = text_of(fields, "key_id"), hex_of(fields, "public_key", KEY_BYTES)
        if fingerprint(public_key) != key_id:
            self._findings.add(Fault.SIGNATURE, KEY_MISLABELLED, key_id=key_id)
        elif not self._given:
            self.keys[key_id] = public_key
        elif self.keys.get(key_id) != public_key:
            self._findings.add(Fault.SIGNATURE, KEY_UNKNOWN, key_id=key_id)

    def close(self) -> None:
        """Say whose word the keys are."""
        if not self._given:
            self._findings.notice(KEYS_FROM_EXPORT, keys=", ".join(sorted(self.keys)))


class CheckpointTrail:
    """Takes the checkpoints of an export in their order and keeps those that are authentic."""

    def __init__(self, ring: KeyRing, origin: str, findings: Findings, *, chained: bool) -> None:
        """Check against ``ring`` and ``origin``; ``chained`` demands that none is missing between two."""
        self._ring = ring
        self._origin = origin
        self._findings = findings
        self._chained = chained
        self._before: SignedCheckpoint | None = None
        self._link_known = True
        self.authentic: list[SignedCheckpoint] = []
        self.seen = 0

    @property
    def head(self) -> SignedCheckpoint | None:
        """The largest authentic checkpoint."""
        return self.authentic[-1] if self.authentic else None

    def take(self, fields: Mapping[str, object]) -> None:
        """Check the next checkpoint; ValueError where the line is not exactly one."""
        signed = read_checkpoint(fields)
        self.seen += 1
        if not signed.is_signed_by(self._ring.keys):
            self._findings.add(Fault.SIGNATURE, UNSIGNED, size=signed.size, key_id=signed.key_id)
            self._link_known = False
        elif signed.checkpoint.origin != self._origin:
            self._findings.add(Fault.SIGNATURE, FOREIGN, size=signed.size, origin=signed.checkpoint.origin)
            self._link_known = False
        elif self._follows(signed):
            self.authentic.append(signed)
            self._before, self._link_known = signed, True

    def spoilt(self) -> None:
        """Note a checkpoint whose line cannot be read; the next one's link cannot be judged either."""
        self.seen += 1
        self._link_known = False
        self._findings.add(Fault.SIGNATURE, UNREADABLE)

    def _follows(self, signed: SignedCheckpoint) -> bool:
        before = self._before
        if before is not None and signed.size == before.size and signed.root != before.root:
            self._findings.add(Fault.ROLLBACK, FORKED, size=signed.size)
            return False
        if before is not None and signed.size <= before.size:
            self._findings.add(Fault.MISSING, OUT_OF_PLACE, size=signed.size)
            return False
        self._judge_link(signed, before)
        return True

    def _judge_link(self, signed: SignedCheckpoint, before: SignedCheckpoint | None) -> None:
        if not self._chained or not self._link_known:
            return
        expected = before.checkpoint.digest() if before is not None else None
        if signed.checkpoint.previous != expected:
            start = before.size if before is not None else 0
            self._findings.add(Fault.MISSING, GAP, before=start, size=signed.size)
        elif before is not None and signed.checkpoint.time < before.checkpoint.time:
            self._findings.add(Fault.ALTERED, TIME_BACK, before.size, signed.size - 1, size=signed.size)

    def close(self, head: int) -> None:
        """Check that the export's head is the last checkpoint, unless that one has been found wanting already."""
        if self._link_known and (self.head.size if self.head is not None else 0) != head:
            self._findings.add(Fault.MISSING, NO_HEAD, size=head)


class Windows:
    """When the entries of each leaf index can have been written, from the checkpoints' times, as text of UUIDv7 ids."""

    def __init__(self, checkpoints: list[SignedCheckpoint], before_ms: int, after_ms: int) -> None:
        """Allow ``before_ms`` before the preceding checkpoint and ``after_ms`` after the covering one."""
        self.sizes = [signed.size for signed in checkpoints]
        times = [int(signed.checkpoint.time.timestamp() * 1000) for signed in checkpoints]
        self._latest = [f"{time + after_ms:012x}" for time in times]
        self._earliest = ["0" * 12, *(f"{max(time - before_ms, 0):012x}" for time in times)]

    def covering(self, index: int) -> int:
        """Return the number of the first checkpoint that covers leaf ``index``; their count where none does."""
        return bisect_right(self.sizes, index)

    def bounds(self, number: int) -> tuple[str, str]:
        """Return the earliest and latest time digits of ids under checkpoint ``number``."""
        return self._earliest[number], self._latest[number] if number < len(self._latest) else "f" * 12
