"""From compared quotations to the optimiser's problem: tiers, minimums, multiples, set-up, freight, bundles."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.sourcing.public import (
    AllOrNone,
    BundleDiscount,
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
    """What suppliers ask over several lines: lines sold together only, and the most that can be had over lines.

    ``freight`` is what each charges once, in the comparison currency, where the prices do not bear it already.
    """

    together: Mapping[UUID, Sequence[frozenset[UUID]]] = field(default_factory=dict)
    capacities: Mapping[UUID, Sequence[Capacity]] = field(default_factory=dict)
    freight: Mapping[UUID, Fraction] = field(default_factory=dict)


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
    offers, firsts = [], set()
    for row, ranked in zip(comparison.rows, ranking.rows, strict=True):
        for position, column in enumerate(comparison.columns):
            shown = ranked.best_of(position)
            cell = None if shown is None else row.cell_of(position, shown.offer.variant)
            if cell is None or not cell.awardable:
                continue
            whole = (column.supplier_id, row.need.line_id) in bound
            offers.append(_offer(cell, row.need.line_id, column.supplier_id, cost_of, whole=whole))
            if not cell.offer.variant:
                firsts.add((column.supplier_id, row.need.line_id))
    offered = {(offer.supplier_id, offer.line_id) for offer in offers}
    groups = [AllOrNone(supplier_id, group) for supplier_id, own in conditions.together.items() for group in own]
    links = [link for link in groups if all((link.supplier_id, line_id) in offered for line_id in link.lines)]
    dropped = {(link.supplier_id, line_id) for link in groups if link not in links for line_id in link.lines}
    return PlanProblem(
        lines=tuple(PlanLine(line_id=row.need.line_id, quantity=row.need.quantity.value) for row in comparison.rows),
        suppliers=tuple(
            PlanSupplier(
                supplier_id=column.supplier_id,
                capacities=tuple(conditions.capacities.get(column.supplier_id, ())),
                onboarding=conditions.freight.get(column.supplier_id, Fraction(0)),
            )
            for column in comparison.columns
        ),
        offers=tuple(one for one in offers if (one.supplier_id, one.line_id) not in dropped),
        links=tuple(links),
        discounts=tuple(_discounts(comparison, firsts - dropped, cost_of)),
        rules=tuple(rules),
    )


def variant_of(ranking: Comparison, line_id: UUID, supplier_id: UUID) -> int:
    """Return which offer of a supplier to a line stands for it in the problem."""
    row, position = ranking.row(line_id), ranking.column_positions.get(supplier_id)
    chosen = None if row is None or position is None else row.best_of(position)
    return 0 if chosen is None else chosen.offer.variant


def _discounts(
    comparison: Comparison, firsts: Collection[tuple[UUID, UUID]], cost_of: CostOf
) -> Iterator[BundleDiscount]:
    """Return what bundles take off, of those that can be earned: every line is offered here as the bundle asks for it.

    ``firsts`` are the first offers that take part: an alternate in place of one earns no discount, as in an award.
    The percentage comes off the prices alone; what stands beside them at the buyer's door stays.
    """
    for column in comparison.columns:
        for discount in column.discounts:
            amount, possible = Fraction(0), True
            for line_id, quantity in discount.quantities.items():
                cell = comparison.cell(line_id, column.supplier_id)
                if cell is None or (column.supplier_id, line_id) not in firsts or cell.quantity.value != quantity:
                    possible = False
                    break
                price = Fraction(cell.offer.price_at(quantity).amount) * cost_of(cell, column.supplier_id).rise
                amount += price * Fraction(quantity)
            if possible:
                off = amount * Fraction(discount.percent) / 100
                yield BundleDiscount(supplier_id=column.supplier_id, amount=off, lines=frozenset(discount.quantities))


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
