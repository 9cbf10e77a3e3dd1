"""The sealer's place in the schedule."""

from typing import Final

from b2b_market.audit.service.rounds import BATCHES, sealer_of
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import Task

EVERY: Final = 5.0


def seal(runtime: Runtime) -> int:
    """Seal what waits and tell the witness; return how many entries were sealed."""
    return sealer_of(runtime, "task").run(batches=BATCHES)


TASKS: Final = (Task("audit.seal", seal, EVERY),)
