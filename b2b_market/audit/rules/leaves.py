"""The entries of an export against its checkpoints: what stands at each leaf index, and that nothing else does."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final

from b2b_market.audit.rules.checkpoint import hex_of
from b2b_market.audit.rules.findings import Fault, Findings
from b2b_market.audit.rules.lines import Line
from b2b_market.audit.rules.trail import CheckpointTrail, Windows
from b2b_market.audit.rules.witness import read_proof
from b2b_market.kernel.merkle import HASH_BYTES, Frontier, verify_inclusion
from b2b_market.kernel.text import N_

ALTERED: Final = N_("The entry at {first} is not the one that was sealed.")
UNREADABLE: Final = N_("The entry at {first} cannot be read.")
LOST: Final = N_("The entry at {first} was sealed, but the trail has lost it.")
GAP: Final = N_("The entries {first} to {last} are missing.")
TWICE: Final = N_("An entry stands at {first} where that index has been passed: it is there twice or out of order.")
BEYOND: Final = N_("The entry at {first} lies beyond the last checkpoint of {head} leaves.")
WRONG_ROOT: Final = N_("The entries {first} to {last} do not give the root that was signed for {size} leaves.")
UNPROVEN: Final = N_("The inclusion proof of the entry at {first} does not lead to the signed root.")
MISDATED: Final = N_("The entry at {first} was not written when its neighbours were: it was slipped in or backdated.")

BEFORE_MS: Final = 3_600_000
"""An entry may be sealed up to an hour after it was written without being noticed: long transactions exist."""
AFTER_MS: Final = 300_000
"""Clocks of servers may differ by five minutes."""

Event = Mapping[str, object]


class _Leaves:
    """What both kinds of export check alike: the entry's own hash, and when it was written."""

    def __init__(self, trail: CheckpointTrail, findings: Findings, veiled: Collection[int] = ()) -> None:
        self.trail = trail
        self.findings = findings
        self.next = 0
        self.seen = 0
        self.held_back = 0
        self._veiled = frozenset(veiled)
        self._windows = Windows(trail.authentic, BEFORE_MS, AFTER_MS)
        self._window = ("0" * 12, "f" * 12)
        self._until = 0

    def unsealed(self, entry: bytes | None) -> Event:
        """Read an entry that is not sealed yet; ValueError where it is none."""
        event = _event_of(entry) if entry is not None else None
        if event is None:
            message = "no entry"
            raise ValueError(message)
        return event

    def _judge_entry(self, entry: bytes | None, index: int, recorded: bytes) -> Event | None:
        if entry is None and index in self._veiled:
            self.held_back += 1
            return None
        if entry is None:
            self.findings.add(Fault.MISSING, LOST, index)
            return None
        if sha256(b"\x00" + entry).digest() != recorded:
            self.findings.add(Fault.ALTERED, ALTERED, index)
            return None
        event = _event_of(entry)
        if event is None:
            self.findings.add(Fault.ALTERED, UNREADABLE, index)
            return None
        self._judge_time(str(event.get("id")), index)
        return event

    def _judge_time(self, event_id: str, index: int) -> None:
        if index >= self._until:
            number = self._windows.covering(index)
            self._window = self._windows.bounds(number)
            sizes = self._windows.sizes
            self._until = sizes[number] if number < len(sizes) else 1 << 62
        written = event_id[:8] + event_id[9:13]
        if not self._window[0] <= written <= self._window[1] or event_id[14:15] != "7":
            self.findings.add(Fault.ALTERED, MISDATED, index)


class WholeTree(_Leaves):
    """All entries: the tree is rebuilt and its root compared at every checkpoint and witnessed size."""

    def __init__(
        self, trail: CheckpointTrail, sizes: Collection[int], findings: Findings, veiled: Collection[int] = ()
    ) -> None:
        """Note the roots at ``sizes`` besides those of the checkpoints, for the comparison with a witness.

        ``veiled`` are the indexes of entries that may be held back: of them the hash in the tree is checked.
        """
        super().__init__(trail, findings, veiled)
        self._frontier = Frontier()
        self._signed = {signed.size: signed.root for signed in trail.authentic}
        self._stops = sorted({*self._signed, *sizes})
        self._stop = 0
        self._sound = 0
        self._rebuilding = True
        self._diverged = False
        self.roots: dict[int, bytes] = {}
        self._note_roots()

    def take(self, line: Line) -> Event | None:
        """Check the next entry; return it where it is what was sealed. ValueError where the line is not exactly one."""
        index, recorded = _place_of(line.fields)
        self.seen += 1
        if index < self.next:
            self.findings.add(Fault.MISSING, TWICE, index)
            return None
        if index > self.next:
            self.findings.add(Fault.MISSING, GAP, self.next, index - 1)
            self._rebuilding = False
        self.next = index + 1
        if self._rebuilding:
            self._frontier.append(recorded)
            self._note_roots()
        return self._judge_entry(line.entry, index, recorded)

    def spoilt(self) -> None:
        """Count a line that could not be read as the entry expected there."""
        self.findings.add(Fault.ALTERED, UNREADABLE, self.next)
        self.next += 1
        self._rebuilding = False

    def close(self, head: int) -> None:
        """Check that the entries end where the log does."""
        if self.next < head:
            self.findings.add(Fault.MISSING, GAP, self.next, head - 1)
        elif self.next > head:
            self.findings.add(Fault.MISSING, BEYOND, head, self.next - 1, head=head)

    def _note_roots(self) -> None:
        while self._stop < len(self._stops) and self._stops[self._stop] == self._frontier.size:
            size = self._stops[self._stop]
            self.roots[size] = self._frontier.root()
            self._stop += 1
            self._judge_root(size)

    def _judge_root(self, size: int) -> None:
        signed = self._signed.get(size)
        if signed is None or self._diverged:
            return
        if signed == self.roots[size]:
            self._sound = size
            return
        self._diverged = True
        self.findings.add(Fault.ALTERED, WRONG_ROOT, self._sound, size - 1, size=size)


class OwnLeaves(_Leaves):
    """One company's entries, each proved against the head checkpoint."""

    def take(self, line: Line) -> Event | None:
        """Check the next entry; return it where it is what was sealed. ValueError where the line is not exactly one."""
        index, recorded = _place_of(line.fields)
        proof = read_proof(line.fields)
        self.seen += 1
        if index < self.next:
            self.findings.add(Fault.MISSING, TWICE, index)
            return None
        self.next = index + 1
        event = self._judge_entry(line.entry, index, recorded)
        head = self.trail.head
        if head is None or index >= head.size:
            self.findings.add(Fault.MISSING, BEYOND, index, head=head.size if head is not None else 0)
        elif event is not None and not verify_inclusion(recorded, index, head.size, proof, head.root):
            self.findings.add(Fault.ALTERED, UNPROVEN, index)
            return None
        return event

    def spoilt(self) -> None:
        """Note a line that could not be read; which index it had is not known."""
        self.findings.add(Fault.ALTERED, UNREADABLE, self.next)


def _event_of(entry: bytes) -> Event | None:
    try:
        event = json.loads(entry)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _place_of(fields: Mapping[str, object]) -> tuple[int, bytes]:
    index = fields.get("leaf_index")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        message = "a leaf index is a number"
        raise ValueError(message)
    return index, hex_of(fields, "leaf_hash", HASH_BYTES)
