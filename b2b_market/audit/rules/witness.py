"""The witness: checkpoints kept outside the database; a log that was set back or rewritten contradicts them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from b2b_market.audit.rules.checkpoint import (
    SIGNATURE_BYTES,
    SignedCheckpoint,
    hex_of,
    read_checkpoint,
    size_of,
    text_of,
    time_of,
)
from b2b_market.audit.rules.findings import Fault, Findings
from b2b_market.audit.rules.heading import Heading
from b2b_market.audit.rules.lines import Kind, Line, plain_line, read_line
from b2b_market.infra.canonical import plain
from b2b_market.infra.signing import SigningKey, verify
from b2b_market.kernel.merkle import HASH_BYTES, verify_consistency
from b2b_market.kernel.text import N_

UNREADABLE: Final = N_("Line {line} of the witness cannot be read.")
TORN: Final = N_(
    "The last line of the witness is incomplete; it was being written when it was copied. It was not used."
)
UNSIGNED: Final = N_("The witness's checkpoint of {size} leaves was not signed by a known key of this log ({key_id}).")
FOREIGN: Final = N_("The witness's checkpoint of {size} leaves belongs to another log ({origin}).")
WENT_BACK: Final = N_("The witness itself shows the log going back from {before} to {size} leaves.")
FORKED: Final = N_("The witness holds two checkpoints of {size} leaves with different roots: the log was forked.")
RESTORED: Final = N_(
    "On {time} an operator declared that the database was restored: the log went back from {lost} to {size} leaves. "
    "Reason: {reason}"
)

SET_BACK: Final = N_("The log ends at {head} leaves, but the witness has seen {size}: it was cut or set back.")
REWRITTEN: Final = N_(
    "The entries {first} to {last} contradict the witness's checkpoint of {size} leaves: the log was rewritten."
)
UNLINKED: Final = N_(
    "The export holds no consistency proof for the witnessed checkpoint of {size} leaves; "
    "ask for the export again with held={size}."
)
UNCOMPARED: Final = N_(
    "{count} older checkpoints of the witness were not compared: the export holds no proofs for them."
)
NEWER: Final = N_("{count} checkpoints of the witness are newer than this export of {time}; they were not compared.")


@dataclass(frozen=True, slots=True)
class Restored:
    """An operator's signed word that a backup was restored: checkpoints above ``size`` leaves bind no longer."""

    origin: str
    size: int
    lost: int
    """The size the log had before."""
    reason: str
    time: datetime

    def statement(self) -> dict[str, object]:
        """Return what is signed."""
        return {
            "declares": "restored",
            "origin": self.origin,
            "size": self.size,
            "lost": self.lost,
            "reason": self.reason,
            "time": plain(self.time),
        }


def restored_line(declared: Restored, key: SigningKey) -> bytes:
    """Sign ``declared`` and write the line for the witness file."""
    signed = key.sign(declared.statement())
    fields = {"statement": declared.statement(), "key_id": signed.key_id, "signature": signed.signature.hex()}
    return plain_line(Kind.RESTORED, fields)


@dataclass(slots=True)
class Witness:
    """What a witness file binds the log to: by size, the checkpoint last seen of it."""

    checkpoints: dict[int, SignedCheckpoint] = field(default_factory=dict)
    lines: int = 0

    @property
    def newest(self) -> SignedCheckpoint | None:
        """The largest checkpoint that still binds, None where there is none."""
        return self.checkpoints[max(self.checkpoints)] if self.checkpoints else None

    def take(self, signed: SignedCheckpoint, findings: Findings) -> None:
        """Add a checkpoint that follows the ones before."""
        newest = self.newest
        if newest is not None and signed.size < newest.size:
            findings.add(Fault.ROLLBACK, WENT_BACK, signed.size, newest.size - 1, before=newest.size, size=signed.size)
        known = self.checkpoints.get(signed.size)
        if known is not None and known.root != signed.root:
            findings.add(Fault.ROLLBACK, FORKED, size=signed.size)
            return
        self.checkpoints[signed.size] = signed

    def forget_above(self, size: int) -> None:
        """Let go of what a declared restore gave up."""
        self.checkpoints = {kept: signed for kept, signed in self.checkpoints.items() if kept <= size}


def read_witness(lines: Iterable[bytes], keys: Mapping[str, bytes], origin: str | None, findings: Findings) -> Witness:
    """Read a witness file, noting what is wrong with it.

    Only checkpoints of ``origin`` (None: any) signed by one of ``keys`` bind the log. A last line without its line feed
    was torn by a crash and is left out.
    """
    witness = Witness()
    for number, raw in enumerate(lines, 1):
        witness.lines = number
        if not raw.endswith(b"\n"):
            findings.notice(TORN)
            continue
        try:
            line = read_line(raw)
            if line.kind is Kind.CHECKPOINT:
                _take_checkpoint(witness, read_checkpoint(line.fields), (keys, origin), findings)
            elif line.kind is Kind.RESTORED:
                _take_restored(witness, line, (keys, origin), findings)
        except ValueError:
            findings.add(Fault.SIGNATURE, UNREADABLE, line=number)
    return witness


def _take_checkpoint(
    witness: Witness, signed: SignedCheckpoint, trust: tuple[Mapping[str, bytes], str | None], findings: Findings
) -> None:
    keys, origin = trust
    if not signed.is_signed_by(keys):
        findings.add(Fault.SIGNATURE, UNSIGNED, size=signed.size, key_id=signed.key_id)
    elif origin not in (None, signed.checkpoint.origin):
        findings.add(Fault.SIGNATURE, FOREIGN, size=signed.size, origin=signed.checkpoint.origin)
    else:
        witness.take(signed, findings)


def _take_restored(
    witness: Witness, line: Line, trust: tuple[Mapping[str, bytes], str | None], findings: Findings
) -> None:
    keys, origin = trust
    declared, key_id, signature = read_restored(line)
    public_key = keys.get(key_id)
    if public_key is None or not verify(public_key, declared.statement(), signature):
        findings.add(Fault.SIGNATURE, UNSIGNED, size=declared.size, key_id=key_id)
    elif origin not in (None, declared.origin):
        findings.add(Fault.SIGNATURE, FOREIGN, size=declared.size, origin=declared.origin)
    else:
        witness.forget_above(declared.size)
        findings.notice(
            RESTORED, time=plain(declared.time), lost=declared.lost, size=declared.size, reason=declared.reason
        )


def read_restored(line: Line) -> tuple[Restored, str, bytes]:
    """Return a ``restored`` line's declaration, key id and signature; ValueError where it is not exactly one."""
    statement = line.fields.get("statement")
    if not isinstance(statement, Mapping):
        message = "no statement"
        raise ValueError(message)  # noqa: TRY004 - a malformed file is a wrong value, whatever its type
    declared = Restored(
        text_of(statement, "origin"),
        size_of(statement, "size"),
        size_of(statement, "lost"),
        text_of(statement, "reason"),
        time_of(statement, "time"),
    )
    if declared.statement() != dict(statement):
        message = "not a declaration of this form"
        raise ValueError(message)
    return declared, text_of(line.fields, "key_id"), hex_of(line.fields, "signature", SIGNATURE_BYTES)


def compare_with_log(witness: Witness, roots: Mapping[int, bytes], heading: Heading, findings: Findings) -> None:
    """Compare the witness with the ``roots`` of the rebuilt tree, by size; what could not be rebuilt is absent."""
    agreed = 0
    for signed in _binding(witness, heading, findings):
        if signed.size > heading.head:
            _set_back(witness, heading, findings)
            return
        root = roots.get(signed.size)
        if root is not None and root != signed.root:
            findings.add(Fault.ROLLBACK, REWRITTEN, agreed, signed.size - 1, size=signed.size)
            return
        agreed = signed.size


def compare_with_proofs(
    witness: Witness,
    head: tuple[int, bytes],
    proofs: Mapping[int, Sequence[bytes]],
    heading: Heading,
    findings: Findings,
) -> None:
    """Compare the witness with the head checkpoint (size, root) by the export's ``proofs``, which go by older size."""
    binding = _binding(witness, heading, findings)
    if binding and binding[-1].size > head[0]:
        _set_back(witness, heading, findings)
        return
    agreed = 0
    for signed in binding:
        proof = () if signed.size == head[0] else proofs.get(signed.size)
        if proof is None:
            continue
        if not verify_consistency(signed.size, head[0], (signed.root, head[1]), proof):
            findings.add(Fault.ROLLBACK, REWRITTEN, agreed, signed.size - 1, size=signed.size)
            return
        agreed = signed.size
    unlinked = [signed.size for signed in binding if signed.size != head[0] and signed.size not in proofs]
    if unlinked and unlinked[-1] == binding[-1].size:
        findings.add(Fault.MISSING, UNLINKED, size=unlinked[-1])
    elif unlinked:
        findings.notice(UNCOMPARED, count=len(unlinked))


def read_proof(fields: Mapping[str, object]) -> tuple[bytes, ...]:
    """Return the hashes of a line's ``proof``; ValueError where it has none."""
    steps = fields.get("proof")
    if not isinstance(steps, list) or not all(isinstance(step, str) and len(step) == 2 * HASH_BYTES for step in steps):
        message = "a proof is a list of hashes"
        raise ValueError(message)
    return tuple(bytes.fromhex(step) for step in steps)


def _binding(witness: Witness, heading: Heading, findings: Findings) -> list[SignedCheckpoint]:
    """Leave out what was signed after the export was made: no export can hold that."""
    ordered = [witness.checkpoints[size] for size in sorted(witness.checkpoints)]
    binding = [signed for signed in ordered if signed.checkpoint.time <= heading.made_at]
    if len(binding) < len(ordered):
        findings.notice(NEWER, count=len(ordered) - len(binding), time=plain(heading.made_at))
    return binding


def _set_back(witness: Witness, heading: Heading, findings: Findings) -> None:
    size = max(witness.checkpoints)
    findings.add(Fault.ROLLBACK, SET_BACK, heading.head, size - 1, head=heading.head, size=size)
