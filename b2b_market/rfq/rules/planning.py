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

    Of several offers of a supplier to one line the best in ``ranking`` takes part (see :func:`variant_of`).

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
        for position, column in enumerate(comparison.columns):
            shown = ranked.best_of(position)
            cell = None if shown is None else row.cell_of(position, shown.offer.variant)
            if cell is None or not cell.awardable:
                continue
            whole = (column.supplier_id, row.need.line_id) in bound
            offers.append(_offer(cell, row.need.line_id, column.supplier_id, cost_of, whole=whole))
    offered = {(offer.supplier_id, offer.line_id) for offer in offers}
    offered = {(offer.supplier_id, offer.line_id) for offer in offers}
    groups = [(supplier_id, group) for supplier_id, own in conditions.together.items() for group in own]
    kept = [one for one in groups if all((one[0], line_id) in offered for line_id in one[1])]
    dropped = {
        (supplier_id, line_id) for supplier_id, group in groups if (supplier_id, group) not in kept for line_id in group
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
        links=tuple(AllOrNone(supplier_id, group) for supplier_id, group in kept),
        rules=tuple(rules),
    )


def variant_of(ranking: Comparison, line_id: UUID, supplier_id: UUID) -> int:
    """Return which offer of a supplier to a line stands for it in the problem."""
    row, position = ranking.row(line_id), ranking.column_positions.get(supplier_id)
    chosen = None if row is None or position is None else row.best_of(position)
    return 0 if chosen is None else chosen.offer.variant


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
