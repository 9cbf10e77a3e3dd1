"""What time does to requests: each sweep settles what is due, one thing in one transaction."""

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import TICK, Task
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import system_actor
from b2b_market.rbac.sweeping import sweep
from b2b_market.rfq.commands.imports import ReadImport
from b2b_market.rfq.commands.requests import ReadQuote, StepRfq
from b2b_market.rfq.commands.rounds import ReadCounter
from b2b_market.rfq.commands.scenarios import ReadScenario
from b2b_market.rfq.service import closing, countering, expiring, importing, searching
from b2b_market.sourcing.public import best_plan

COUNTERS_PERIOD = 5.0
SWEEP_PERIOD = 600.0
SEARCH_PERIOD = 3.0
QUOTES_PERIOD = 300.0
PART = "rfq.clock"


def close_due(runtime: Runtime) -> int:
    """Close every published request whose deadline has passed; return how many.

    Runs every second on any number of workers: the gate and the status under lock let each be closed once.
    """
    # the machine branch reaches sealed quotations, which are opened to the buyer by this very step
    return sweep(
        runtime,
        PART,
        closing.due_rfqs,
        lambda work, actor, due: closing.close_due_rfq(work, actor, StepRfq(due[0], None)),
        machine=True,
    )


def expire_quotes(runtime: Runtime) -> int:
    """Mark every quotation whose last day is over; return how many.

    The status under lock lets each be marked once, however many workers run it.
    """
    return sweep(
        runtime,
        PART,
        expiring.due_quotes,
        lambda work, actor, due: expiring.expire_quote(work, actor, ReadQuote(due[0])),
    )


def expire_counters(runtime: Runtime) -> int:
    """End every counter-offer that nobody answered in time; return how many."""
    return sweep(
        runtime,
        PART,
        countering.expired_counters,
        lambda work, actor, due: countering.expire_counter(work, actor, ReadCounter(due[0])),
    )


def sweep_imports(runtime: Runtime) -> int:
    """Delete the previews that nobody touched for a week; return how many."""
    return sweep(
        runtime,
        PART,
        importing.stale_imports,
        lambda work, actor, due: importing.sweep_import(work, actor, ReadImport(due[0])),
    )


def optimise_scenarios(runtime: Runtime) -> int:
    """Search for the optimised scenarios that wait, each while no transaction is open; return how many were searched.

    Any number of workers may run it: each search is taken on by one of them, and begun again if it never came back.
    """
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        waiting = searching.waiting_scenarios(work, clock, None)
    searched = 0
    for scenario_id, buyer_id in waiting:
        actor = system_actor(PART, buyer_id)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            begun = searching.begin_search(work, actor, ReadScenario(scenario_id))
        if begun is None:
            continue
        outcome = best_plan(*begun)
        with runtime.work(actor.who, actor.tenant(), Cause("task", new_correlation())) as work:
            searching.end_search(work, actor, searching.EndSearch(scenario_id, outcome))
        searched += 1
    return searched


TASKS = (
    Task("rfq.close_due", close_due, TICK),
    Task("rfq.expire_quotes", expire_quotes, QUOTES_PERIOD),
    Task("rfq.expire_counters", expire_counters, COUNTERS_PERIOD),
    Task("rfq.sweep_imports", sweep_imports, SWEEP_PERIOD),
    Task("rfq.optimise_scenarios", optimise_scenarios, SEARCH_PERIOD),
)
