"""Offline verification of an export: nothing is needed but the file, and for full trust the public keys and a witness.

Checked in this order: signatures and links of the checkpoints, every entry's hash and the root at every checkpoint (or
each entry's inclusion proof), times, the witness, and at last that the business rows are what the events left.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from b2b_market.audit.rules.checkpoint import size_of
from b2b_market.audit.rules.findings import Fault, Findings, Report, Tally
from b2b_market.audit.rules.heading import SignedHeading, read_heading
from b2b_market.audit.rules.leaves import OwnLeaves, WholeTree
from b2b_market.audit.rules.lines import Kind, Line, read_line
from b2b_market.audit.rules.replay import Replay
from b2b_market.audit.rules.trail import HEADING_UNSIGNED, CheckpointTrail, KeyRing
from b2b_market.audit.rules.witness import Witness, compare_with_log, compare_with_proofs, read_proof, read_witness
from b2b_market.audit.states import Reach
from b2b_market.kernel.refusal import Kind as RefusalKind
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_

MISPLACED: Final = N_("Line {line} is not where a line of its kind belongs.")
UNREADABLE: Final = N_("Line {line} cannot be read.")
CUT_OFF: Final = N_("The export is cut off: its last line, the counts, is missing.")
MISCOUNTED: Final = N_("The export says it holds {said} lines of the kind {kind}, but holds {found}.")
NOT_COMPARED: Final = N_("The business rows were not compared: that takes a log without a fault.")
UNSEALED: Final = N_("{count} entries are not sealed yet: no proof covers them.")
HELD_BACK: Final = N_(
    "{count} entries are held back until what they are about is opened, the first of them at {first}: their hashes "
    "stand in the tree, so they cannot be changed meanwhile. Export again after the opening to read them."
)

_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}
_COUNTED: Final = (Kind.CHECKPOINT, Kind.ENTRY, Kind.UNSEALED, Kind.STATE)


class NotAnExport(Refusal):
    """The file is no export of an audit log."""

    kind, code = RefusalKind.MALFORMED, "audit-not-an-export"
    title = N_("This file is not an export of the audit log")
    advice = N_('Its first line should be one of the format "b2b-market-audit/1".')


def verify_export(
    lines: Iterable[bytes], *, witness: Iterable[bytes] | None = None, trusted: Mapping[str, bytes] | None = None
) -> Report:
    """Check an export line by line; NotAnExport where its first line is not one.

    ``witness`` are the lines of a witness file. ``trusted`` are public keys by id, from where the reader trusts them;
    None takes those of the export and says so. Memory grows with business objects and checkpoints, not with entries.
    """
    numbered = enumerate(lines, 1)
    run = _Run(_heading_of(next(numbered, (0, b""))[1]), witness, trusted)
    for number, raw in numbered:
        run.take(number, raw)
    return run.report()


def _heading_of(raw: bytes) -> SignedHeading:
    try:
        line = read_line(raw)
        if line.kind is Kind.EXPORT:
            return read_heading(line.fields)
    except ValueError:
        pass
    raise NotAnExport


class _Run:
    """One verification under way: takes the lines one by one."""

    def __init__(
        self, signed: SignedHeading, witness: Iterable[bytes] | None, trusted: Mapping[str, bytes] | None
    ) -> None:
        self.signed = signed
        self.heading = signed.heading
        self.findings = Findings()
        self.ring = KeyRing(trusted, self.findings)
        whole = self.heading.reach is Reach.ALL
        self.trail = CheckpointTrail(self.ring, self.heading.origin, self.findings, chained=whole)
        self.meaning = Findings()
        self.replay = Replay(self.heading.reach, frozenset(self.heading.object_types), self.meaning)
        self.proofs: dict[int, tuple[bytes, ...]] = {}
        self.unsealed = 0
        self.witness = Witness()
        self._witness_lines = witness
        self._leaves: WholeTree | OwnLeaves | None = None
        self._place = 0
        self._said: Mapping[str, object] | None = None

    @property
    def leaves(self) -> WholeTree | OwnLeaves:
        """The check of entries; it begins when all keys and checkpoints have been read."""
        if self._leaves is None:
            self.ring.close()
            if not self.signed.is_signed_by(self.ring.keys):
                self.findings.add(Fault.SIGNATURE, HEADING_UNSIGNED, key_id=self.signed.signed.key_id)
            if self._witness_lines is not None:
                self.witness = read_witness(self._witness_lines, self.ring.keys, self.heading.origin, self.findings)
            if self.heading.reach is Reach.ALL:
                self._leaves = WholeTree(self.trail, self.witness.checkpoints, self.findings, self.heading.veiled)
            else:
                self._leaves = OwnLeaves(self.trail, self.findings)
        return self._leaves

    def take(self, number: int, raw: bytes) -> None:
        """Take the next line."""
        try:
            line = read_line(raw)
            place = _ORDER[line.kind]
            if place < self._place or line.kind in (Kind.EXPORT, Kind.RESTORED) or self._said is not None:
                self.findings.add(Fault.MISSING, MISPLACED, line=number)
                return
            self._place = place
            self._dispatch(line)
        except ValueError:
            self._spoilt(number, raw)

    def _dispatch(self, line: Line) -> None:
        if line.kind is Kind.ENTRY:
            event = self.leaves.take(line)
            if event is not None:
                self.replay.take(event, self.leaves.next - 1)
        elif line.kind is Kind.KEY:
            self.ring.take(line.fields)
        elif line.kind is Kind.CHECKPOINT:
            self.trail.take(line.fields)
        elif line.kind is Kind.CONSISTENCY:
            self.proofs[size_of(line.fields, "first")] = read_proof(line.fields)
        elif line.kind is Kind.UNSEALED:
            self._take_unsealed(line)
        elif line.kind is Kind.STATE:
            self.replay.compare(line.fields)
        else:
            self._said = line.fields

    def _take_unsealed(self, line: Line) -> None:
        self.unsealed += 1
        event = self.leaves.unsealed(line.entry)
        self.replay.take(event, None)

    def _spoilt(self, number: int, raw: bytes) -> None:
        kind = next((kind for kind in Kind if b'"kind":"%s"' % kind.value.encode() in raw), None)
        if kind is Kind.ENTRY:
            self.leaves.spoilt()
        elif kind is Kind.CHECKPOINT:
            self.trail.spoilt()
        elif kind is Kind.STATE:
            self.replay.spoilt()
        else:
            self.findings.add(Fault.MISSING, UNREADABLE, line=number)

    def report(self) -> Report:
        """Close every check and return what was found."""
        head = self.trail.head
        self.trail.close(self.heading.head)
        if isinstance(self.leaves, WholeTree):
            self.leaves.close(self.heading.head)
            compare_with_log(self.witness, self.leaves.roots, self.heading, self.findings)
        elif head is not None:
            compare_with_proofs(self.witness, (head.size, head.root), self.proofs, self.heading, self.findings)
        tally = Tally(
            self.leaves.seen, self.unsealed, self.trail.seen, self.replay.states, len(self.witness.checkpoints)
        )
        self._judge_counts(tally)
        self._judge_meaning()
        if self.unsealed:
            self.findings.notice(UNSEALED, count=self.unsealed)
        if self.leaves.held_back:
            self.findings.notice(HELD_BACK, count=self.leaves.held_back, first=self.heading.veiled[0])
        return Report(
            tuple(self.findings.kept),
            tuple(self.findings.notices),
            dict(self.findings.counts),
            tally,
            head.size if head is not None else 0,
        )

    def _judge_meaning(self) -> None:
        self.replay.close()
        if self.findings.counts and self.replay.states:
            self.findings.notice(NOT_COMPARED)
        elif not self.findings.counts:
            self.findings.absorb(self.meaning)

    def _judge_counts(self, tally: Tally) -> None:
        if self._said is None:
            self.findings.add(Fault.MISSING, CUT_OFF)
            return
        found = dict(zip(_COUNTED, (tally.checkpoints, tally.entries, tally.unsealed, tally.states), strict=True))
        for kind, count in found.items():
            said = self._said.get(kind.value)
            if said != count:
                self.findings.add(Fault.MISSING, MISCOUNTED, said=said, kind=kind.value, found=count)
