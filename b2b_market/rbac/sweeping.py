"""Sweeps of the clock: what is due is found in one transaction, and each thing settled in a transaction of its own."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor, system_actor

Due = TypeVar("Due", bound=tuple[Any, ...])
MOST_FAILED: Final = 10
"""So many are nobody's own fault: the rest waits for the next sweep instead of for one timeout after the other."""
log = structlog.get_logger("sweep")


def all_but_the_first(due: tuple[Any, ...]) -> tuple[UUID, ...]:
    """Return the companies of what is due, which stand behind its id."""
    return due[1:]


def sweep(
    runtime: Runtime,
    part: str,
    find: Callable[[Work, Actor, None], Iterable[Due]],
    settle: Callable[[Work, Actor, Due], object],
    *,
    machine: bool = False,
    parties: Callable[[Due], tuple[UUID, ...]] = all_but_the_first,
) -> int:
    """Settle all that ``find`` returns, and return how many ``settle`` says it settled: it returns None or False else.

    ``find`` sees every company's rows. ``settle`` acts as ``part`` for the ``parties`` of one due thing, whose rows
    alone it reaches, and with ``machine`` those that a policy opens to the clock. Two sweeps at once find the same
    things, so ``settle`` looks again under its lock.

    What it raises does not keep the others from their turn: one thing that somebody holds for long, or that loses a
    deadlock, would else be the first one of the next sweep too. ExceptionGroup of what was raised, after the last one.
    """
    clock = system_actor(part)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        found = list(find(work, clock, None))
    settled = 0
    failed: list[Exception] = []
    for due in found:
        actor = system_actor(part, *parties(due))
        tenant = Tenant(actor.org_ids, machine=machine)
        try:
            with runtime.work(actor.who, tenant, Cause("task", new_correlation())) as work:
                outcome = settle(work, actor, due)
        except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
            log.warning("not settled", part=part, due=str(due[0]), error=type(error).__name__)
            failed.append(error)
            if len(failed) == MOST_FAILED:
                break
            continue
        settled += outcome is not None and outcome is not False
    if failed:
        message = f"{part} settled {settled} of {len(found)}"
        raise ExceptionGroup(message, failed)
    return settled
