"""One round of the sealer: the log agrees with its witness, what waits is sealed, witnessed, and put on the lists."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from b2b_market.audit.commands import DeclareRestore, ListBatch, ReadCheckpointsAfter, SealBatch
from b2b_market.audit.rules.agreement import NothingToAccept
from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.rules.witness import Restored
from b2b_market.audit.service.downloading import log_keys
from b2b_market.audit.service.sealing import list_batch, read_checkpoints_after, seal_batch
from b2b_market.audit.service.witnessing import WitnessFile, agree_with_witness, declare_restore
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.signing import SigningKey
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor, system_actor

BATCH: Final = 10_000
BATCHES: Final = 20
"""Batches in one round: a backlog is worked off over several rounds, so that other tasks get their turn."""
CHECKPOINTS_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Sealer:
    """What a round needs: how to open a transaction, who acts, the key that signs, and the witness."""

    transaction: Callable[[], AbstractContextManager[Work]]
    actor: Actor
    key: SigningKey
    known_keys: Mapping[str, bytes]
    witness: WitnessFile

    def run(self, *, batches: int, batch: int = BATCH) -> int:
        """Seal up to ``batches`` batches, bring the lists up to date, and return how many entries were sealed."""
        sealed = self.seal(batches=batches, batch=batch)
        self.put_on_lists(batches=batches, batch=batch)
        return sealed

    def seal(self, *, batches: int, batch: int = BATCH) -> int:
        """Seal up to ``batches`` batches and tell the witness; return how many entries, 0 while another sealer works.

        Raise WitnessContradicts before anything is sealed where the database was set back. Killed anywhere, the next
        round goes on: a batch is one transaction, and the witness is brought up to the database each time.
        """
        self._agree()
        sealed = 0
        for _ in range(batches):
            with self.transaction() as work:
                found = seal_batch(work, self.actor, SealBatch(self.key, self.known_keys, batch))
            sealed += found.count if found is not None else 0
            if found is None or not found.more:
                break
        self.witness.catch_up(self._checkpoints_after)
        return sealed

    def put_on_lists(self, *, batches: int, batch: int = BATCH) -> None:
        """Put up to ``batches`` batches of sealed entries on their companies' lists; they are found without too."""
        for _ in range(batches):
            with self.transaction() as work:
                if not list_batch(work, self.actor, ListBatch(batch)):
                    return

    def accept_restore(self, reason: str) -> Restored:
        """Sign into the witness that the database was restored on purpose; NothingToAccept where the two agree."""
        seen = self.witness.last().seen()
        if seen is None:
            raise NothingToAccept
        with self.transaction() as work:
            declared = declare_restore(work, self.actor, DeclareRestore(seen, reason))
        self.witness.declare(declared, self.key)
        return declared

    def _agree(self) -> None:
        seen = self.witness.last().seen()
        if seen is not None:
            with self.transaction() as work:
                agree_with_witness(work, self.actor, seen)

    def _checkpoints_after(self, size: int) -> Sequence[SignedCheckpoint]:
        with self.transaction() as work:
            return read_checkpoints_after(work, self.actor, ReadCheckpointsAfter(size, CHECKPOINTS_AT_ONCE))


def sealer_of(runtime: Runtime, channel: str) -> Sealer:
    """Return the sealer of this installation."""
    actor = system_actor("sealer")
    return Sealer(
        lambda: runtime.work(actor.who, Tenant(machine=True), Cause(channel, new_correlation())),
        actor,
        runtime.checkpoints,
        log_keys(runtime),
        WitnessFile.of(runtime.settings),
    )
