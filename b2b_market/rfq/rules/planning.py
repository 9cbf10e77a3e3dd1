"""From compared quotations to the optimiser's problem: prices by tier, minimums, multiples, set-up costs, bundles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.sourcing.public import (
    AllOrNone,
    Capacity,
    Cell,
    Comparison,
    CostLine,
    PlanLine,
    PlanOffer,
    PlanProblem,
    PlanSupplier,
    Rule,
    Tier,
)

CostOf = Callable[[Cell, UUID], CostLine]
"""How a quoted price of an offer by a supplier becomes what is minimised."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What suppliers ask over several lines: lines sold together only, and the most that can be had over lines."""

    together: Mapping[UUID, Sequence[frozenset[UUID]]] = field(default_factory=dict)
    capacities: Mapping[UUID, Sequence[Capacity]] = field(default_factory=dict)


def problem_of(
    comparison: Comparison, ranking: Comparison, cost_of: CostOf, conditions: Conditions, rules: Sequence[Rule]
) -> PlanProblem:
    """Return the problem of awarding every need; offers that cannot be awarded, or not be ranked, take no part.

    Lines that a supplier sells together only are taken in exactly the quantities it offers.
    """
    bound = {
        (supplier_id, line_id)
        for supplier_id, groups in conditions.together.items()
        for group in groups
        for line_id in group
    }
    offers = []
    for row, ranked in zip(comparison.rows, ranking.rows, strict=True):
        for column, cell, shown in zip(comparison.columns, row.cells, ranked.cells, strict=True):
            if cell is None or shown is None or not cell.awardable or not shown.awardable:
                continue
            whole = (column.supplier_id, row.need.line_id) in bound
            offers.append(_offer(cell, row.need.line_id, column.supplier_id, cost_of, whole=whole))
    offered = {(offer.supplier_id, offer.line_id) for offer in offers}
    links = [
        AllOrNone(supplier_id, group)
        for supplier_id, groups in conditions.together.items()
        for group in groups
        if all((supplier_id, line_id) in offered for line_id in group)
    ]
    dropped = {
        (supplier_id, line_id)
        for supplier_id, groups in conditions.together.items()
        for group in groups
        if not all((supplier_id, line_id) in offered for line_id in group)
        for line_id in group
    }
    return PlanProblem(
        lines=tuple(PlanLine(line_id=row.need.line_id, quantity=row.need.quantity.value) for row in comparison.rows),
        suppliers=tuple(
            PlanSupplier(
                supplier_id=column.supplier_id, capacities=tuple(conditions.capacities.get(column.supplier_id, ()))
            )
            for column in comparison.columns
        ),
        offers=tuple(one for one in offers if (one.supplier_id, one.line_id) not in dropped),
        links=tuple(links),
        rules=tuple(rules),
    )


def _offer(cell: Cell, line_id: UUID, supplier_id: UUID, cost_of: CostOf, *, whole: bool) -> PlanOffer:
    offer, line = cell.offer, cost_of(cell, supplier_id)
    stated = offer.tiers or ((Decimal(0), offer.unit_price.amount),)
    tiers = [Tier(start, Fraction(price) * line.rise + line.fixed) for start, price in stated]
    tiers[0] = Tier(Decimal(0), tiers[0].price)
    setup = Fraction(0) if offer.setup is None else Fraction(offer.setup.amount) * line.rise
    least = Decimal(0) if offer.minimum is None else offer.minimum.value
    return PlanOffer(
        line_id=line_id,
        supplier_id=supplier_id,
        tiers=tuple(tiers),
        minimum=cell.quantity.value if whole else least,
        maximum=cell.quantity.value,
        multiple=offer.multiple,
        setup=setup,
    )
