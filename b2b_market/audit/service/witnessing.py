"""The witness file: checkpoints kept outside the database, and the log held against them."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from b2b_market.audit.commands import AgreeWithWitness, DeclareRestore
from b2b_market.audit.queries import tree
from b2b_market.audit.rules.agreement import NothingToAccept, WitnessContradicts, WitnessUnreadable, agrees
from b2b_market.audit.rules.checkpoint import SignedCheckpoint, read_checkpoint
from b2b_market.audit.rules.lines import Kind, checkpoint_line, read_line
from b2b_market.audit.rules.witness import Restored, read_restored, restored_line
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.settings import Settings
from b2b_market.infra.signing import SigningKey
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

FILE_NAME: Final = "checkpoints.jsonl"
_MACHINE = "the sealer asks before it goes on; an operator answers at the command line"
_TAIL: Final = 65_536
"""Bytes read from the end of the file to find its last line; a checkpoint's line has about 500."""


@operation(system=True, reason=_MACHINE)
def agree_with_witness(work: Work, scope: Scope, command: AgreeWithWitness) -> None:
    """Refuse with WitnessContradicts where the log no longer holds the newest witnessed checkpoint."""
    if not agrees(tree.checkpoint(work.session, scope, command.size), command.root):
        newest = tree.newest(work.session, scope)
        raise WitnessContradicts(witnessed=command.size, size=newest.size if newest is not None else 0)


@operation(system=True, reason=_MACHINE)
def declare_restore(work: Work, scope: Scope, command: DeclareRestore) -> Restored:
    """Return the declaration, to be signed into the witness file, that a backup was restored; the trail notes it."""
    if agrees(tree.checkpoint(work.session, scope, command.seen.size), command.seen.root):
        raise NothingToAccept
    newest = tree.newest(work.session, scope)
    size = newest.size if newest is not None else 0
    work.note(Entry("audit.restore_accepted", "audit_log"))
    return Restored(command.seen.origin, size, command.seen.size, command.reason, work.now())


@dataclass(frozen=True, slots=True)
class LastLine:
    """What the end of a witness file says: the size it has seen, and the checkpoint unless a restore came last."""

    size: int = 0
    signed: SignedCheckpoint | None = None

    def seen(self) -> AgreeWithWitness | None:
        """Return what the log must agree with, None where nothing binds it."""
        if self.signed is None:
            return None
        return AgreeWithWitness(self.signed.checkpoint.origin, self.signed.size, self.signed.root)


class WitnessFile:
    """An append-only file of checkpoints, one JSON line each, written through to the disk before anything goes on."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet."""
        self.path = path

    @classmethod
    def of(cls, settings: Settings) -> "WitnessFile":
        """Return the installation's own witness, in the data folder."""
        return cls(settings.data_dir / "witness" / FILE_NAME)

    def last(self) -> LastLine:
        """Return what the last whole line says; WitnessUnreadable where it is no line of a witness."""
        if not self.path.exists():
            return LastLine()
        with self.path.open("rb") as file:
            return _last_of(file)

    def catch_up(self, fetch: Callable[[int], Sequence[SignedCheckpoint]]) -> int:
        """Append what ``fetch`` returns for the size last written, until it returns nothing; return how many lines.

        Two writers take turns. A line torn by a crash is cut off first: its checkpoint is in the database still.
        """
        written = 0
        with self._locked() as file:
            size = _last_of(file).size
            while checkpoints := fetch(size):
                _append(file, [checkpoint_line(signed) for signed in checkpoints])
                size = checkpoints[-1].size
                written += len(checkpoints)
        return written

    def declare(self, declared: Restored, key: SigningKey) -> None:
        """Append a signed declaration that a backup was restored."""
        with self._locked() as file:
            _append(file, [restored_line(declared, key)])

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _last_of(file: IO[bytes]) -> LastLine:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(end - _TAIL, 0))
    whole, _, _ = file.read().rpartition(b"\n")
    raw = whole.rpartition(b"\n")[2]
    if not raw:
        return LastLine()
    try:
        line = read_line(raw)
        if line.kind is Kind.RESTORED:
            return LastLine(read_restored(line)[0].size)
        signed = read_checkpoint(line.fields)
    except ValueError as error:
        raise WitnessUnreadable from error
    return LastLine(signed.size, signed)


def _append(file: IO[bytes], lines: Sequence[bytes]) -> None:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(end - _TAIL, 0))
    torn = len(file.read().rpartition(b"\n")[2])
    if torn:
        file.truncate(end - torn)
    file.seek(0, os.SEEK_END)
    file.write(b"".join(lines))
    file.flush()
    os.fsync(file.fileno())
