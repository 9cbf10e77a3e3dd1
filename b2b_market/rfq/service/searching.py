"""Searching for optimised scenarios: taken on by a worker, searched while no transaction is open, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.quantity import Quantity
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.scenarios import ReadScenario
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.scenarios import Scenario
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import scenarios as queries
from b2b_market.rfq.rules import planning
from b2b_market.rfq.rules import scenarios as rules
from b2b_market.rfq.rules.bundling import read_bundles
from b2b_market.rfq.service.comparing import RfqComparison, comparison_of
from b2b_market.rfq.service.landing import LandedComparison, landed_comparison
from b2b_market.rfq.service.scenarios import fill
from b2b_market.rfq.states import SCENARIO_LIFECYCLE, BundleKind, ScenarioStatus
from b2b_market.sourcing import public as sourcing

BATCH: Final = 5
GRACE: Final = timedelta(minutes=5)
"""After so long a search that never came back is begun again; longer than any search may take."""


@operation(system=True, reason="the worker asks which searches wait")
def waiting_scenarios(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[UUID, UUID]]:
    """Return (scenario, buyer) of searches that wait or were left; the machine branch of the policy shows them."""
    return queries.due(work.session, work.now() - GRACE, BATCH)


@operation(system=True, reason="the worker takes a search on")
def begin_search(
    work: Work, scope: Scope, command: ReadScenario
) -> tuple[sourcing.PlanProblem, sourcing.Limits] | None:
    """Note that a search begins and return its problem; None where another worker has it, or nothing is searched."""
    scenario = queries.own_scenario(work.session, scope, command.scenario_id, lock=True)
    busy = scenario.status is ScenarioStatus.SEARCHING and (scenario.searched_at or work.now()) >= work.now() - GRACE
    if busy or "search" not in SCENARIO_LIFECYCLE.allowed(scenario.status):
        return None
    SCENARIO_LIFECYCLE.advance(scenario, "search")
    scenario.searched_at = scenario.changed_at = work.now()
    landed = _compared_for_machine(work, scope, scenario.rfq_id)
    settings = rules.read(scenario.settings)
    conditions = _conditions(landed.compared, landed=scenario.landed)
    ranking = landed.comparison if scenario.landed else landed.compared.comparison
    raw = _raw_lines(landed.compared.comparison)

    def cost_of(cell: sourcing.Cell, supplier_id: UUID) -> sourcing.CostLine:
        return landed.landing.line(cell.offer, supplier_id) if scenario.landed else raw[supplier_id]

    problem = planning.problem_of(landed.compared.comparison, ranking, cost_of, conditions, rules.rules_of(settings))
    return problem, sourcing.Limits(seconds=settings.seconds)


@dataclass(frozen=True, slots=True)
class EndSearch:
    """What came of a scenario's search."""

    scenario_id: UUID
    outcome: sourcing.PlanOutcome


@operation(system=True, reason="the worker tells what it found")
def end_search(work: Work, scope: Scope, command: EndSearch) -> Scenario:
    """Keep what a search found: the plan with its gap, or why there is none."""
    scenario = queries.own_scenario(work.session, scope, command.scenario_id, lock=True)
    if scenario.status is not ScenarioStatus.SEARCHING:
        return scenario
    outcome = command.outcome
    scenario.solver, scenario.seconds, scenario.gap = outcome.solver, outcome.seconds, outcome.gap
    scenario.changed_at = work.now()
    if outcome.plan is not None:
        SCENARIO_LIFECYCLE.advance(scenario, "find")
        scenario.proven = outcome.verdict is sourcing.Verdict.OPTIMAL
        landed = _compared_for_machine(work, scope, scenario.rfq_id)
        rows = {row.need.line_id: row.need.quantity.unit for row in landed.compared.comparison.rows}
        ranking = landed.comparison if scenario.landed else landed.compared.comparison
        picks = [
            sourcing.Pick(
                line_id=share.line_id,
                supplier_id=share.supplier_id,
                quantity=Quantity(share.quantity, rows[share.line_id]),
                variant=planning.variant_of(ranking, share.line_id, share.supplier_id),
            )
            for share in outcome.plan.shares
            if share.line_id in rows and share.supplier_id in landed.compared.quotes
        ]
        fill(scenario, landed, picks)
    elif outcome.conflict is not None:
        SCENARIO_LIFECYCLE.advance(scenario, "refute")
        scenario.conflict = {
            "short": [[str(line_id), format(quantity, "f")] for line_id, quantity in outcome.conflict.short],
            "rules": list(outcome.conflict.rules),
            "giving_way": [
                [one.rule, None if one.by is None else format(one.by, "f")] for one in outcome.conflict.giving_way
            ],
            "complete": outcome.conflict.complete,
        }
    else:
        SCENARIO_LIFECYCLE.advance(scenario, "give_up")
    work.record("rfq_scenario.searched", scenario)
    work.session.flush()
    return scenario


def _compared_for_machine(work: Work, scope: Scope, rfq_id: UUID) -> LandedComparison:
    rfq = request_queries.own_rfq(work.session, scope, rfq_id)
    return landed_comparison(work, scope, comparison_of(work, scope, rfq, remaining=True))


def _raw_lines(comparison: sourcing.Comparison) -> dict[UUID, sourcing.CostLine]:
    """Return how raw prices count: at the frozen rate, nothing on top."""
    return {
        column.supplier_id: sourcing.CostLine(
            Fraction(1) if column.rate is None else Fraction(column.rate.value), Fraction(0), ()
        )
        for column in comparison.columns
    }


def _conditions(compared: RfqComparison, *, landed: bool) -> planning.Conditions:
    """Return what the quotations ask over several lines, as far as these are still open.

    Freight stands beside raw prices; landed ones bear it.
    """
    units = {row.need.line_id: row.need.quantity.unit.code for row in compared.comparison.rows}
    together: dict[UUID, list[frozenset[UUID]]] = {}
    capacities: dict[UUID, list[sourcing.Capacity]] = {}
    for supplier_id, quote in compared.quotes.items():
        quoted = {
            row.need.line_id
            for row in compared.comparison.rows
            if compared.comparison.cell(row.need.line_id, supplier_id) is not None
        }
        for bundle in read_bundles(quote.bundles):
            lines = frozenset(bundle.line_ids) or frozenset(quoted)
            if bundle.kind is BundleKind.TOGETHER and lines & units.keys():
                together.setdefault(supplier_id, []).append(lines & units.keys())
        capacities[supplier_id] = _capacities(quote, {one: units[one] for one in quoted})
    freight = {
        column.supplier_id: Fraction(column.freight.amount) * (Fraction(column.rate.value) if column.rate else 1)
        for column in compared.comparison.columns
        if column.freight is not None and not landed
    }
    return planning.Conditions(together, capacities, freight)


def _capacities(quote: Quote, units: Mapping[UUID, str]) -> list[sourcing.Capacity]:
    """Return the most that can be had in all, over the lines that are counted in its own unit."""
    lines = frozenset(line_id for line_id, code in units.items() if code == quote.capacity_unit)
    return [sourcing.Capacity(quote.capacity, lines)] if quote.capacity is not None and lines else []
