"""Sweeps of the clock: what is due is found in one transaction, and each thing settled in a transaction of its own."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor, system_actor

Due = TypeVar("Due", bound=tuple[Any, ...])


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
    things, so ``settle`` looks again under its lock. What it raises ends the sweep; what was settled before stays.
    """
    clock = system_actor(part)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        found = list(find(work, clock, None))
    settled = 0
    for due in found:
        actor = system_actor(part, *parties(due))
        tenant = Tenant(actor.org_ids, machine=machine)
        with runtime.work(actor.who, tenant, Cause("task", new_correlation())) as work:
            outcome = settle(work, actor, due)
        settled += outcome is not None and outcome is not False
    return settled
