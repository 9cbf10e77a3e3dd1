"""The awardable offers of a comparison, line by line and by supplier in declared order.

Of several offers of a supplier to one line the cheapest takes part, of equal ones the first. Set-up costs and freight
count at the frozen rate, exact: they are rounded only where an award is worked out.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.commands.comparing import Need, Pick
from b2b_market.sourcing.rules.filling import Budget, Filling, Source
from b2b_market.sourcing.rules.matrix import Column, Comparison


class Line(NamedTuple):
    """A need and who can give what of it; ``whole``: every offer covers it, so that splitting cannot be better."""

    need: Need
    sources: tuple[Source, ...]
    whole: bool

    @property
    def dearest(self) -> Decimal:
        """The highest exact unit price."""
        return max(source.price for source in self.sources)

    def cost_of_open(self, missing: Decimal) -> Decimal:
        """Return what a missing quantity counts as: at the dearest price, with the largest set-up cost."""
        return self.dearest * missing + max(source.setup for source in self.sources)

    def filling(self, suppliers: Collection[int], budget: Budget) -> Filling:
        """Return the need with the sources among ``suppliers`` (places in declared order)."""
        sources = [source for source in self.sources if source.order in suppliers]
        return Filling(self.need.number, self.need.quantity.value, sources, budget)


class Supply:
    """Suppliers with at least one awardable offer in declared order, and the lines that anybody can deliver.

    ``freights`` are what each supplier charges once, in the comparison currency.
    """

    def __init__(self, comparison: Comparison) -> None:
        """Sort the offers of ``comparison``."""
        columns = sorted(
            (column.submitted_at, column.supplier_id, position, column)
            for position, column in enumerate(comparison.columns)
            if any(row.best_of(position) is not None for row in comparison.rows)
        )
        self._variants: dict[tuple[UUID, int], int] = {}
        self.suppliers: tuple[Column, ...] = tuple(column for *_, column in columns)
        self.freights: tuple[Decimal, ...] = tuple(_at_rate(one.freight, one.rate) for one in self.suppliers)
        places = [position for _, _, position, _ in columns]
        lines = (self._line(comparison, row_position, places) for row_position in range(len(comparison.rows)))
        self.lines: tuple[Line, ...] = tuple(line for line in lines if line.sources)

    def picks(self, suppliers: Collection[int], budget: Budget) -> list[Pick]:
        """Return the best split of every line over ``suppliers`` as picks."""
        return [
            Pick(
                line_id=line.need.line_id,
                supplier_id=self.suppliers[order].supplier_id,
                quantity=Quantity(quantity, line.need.quantity.unit),
                variant=self._variants.get((line.need.line_id, order), 0),
            )
            for line in self.lines
            for order, quantity in line.filling(suppliers, budget).best().parts
        ]

    def _line(self, comparison: Comparison, row_position: int, places: Sequence[int]) -> Line:
        row = comparison.rows[row_position]
        cells = [(order, row.best_of(position)) for order, position in enumerate(places)]
        offers = [(order, cell) for order, cell in cells if cell is not None]
        if row.others:
            self._variants |= {(row.need.line_id, order): cell.offer.variant for order, cell in offers}
        sources = tuple(
            Source(
                order,
                cell.price.amount,
                Decimal(0) if cell.offer.minimum is None else cell.offer.minimum.value,
                cell.quantity.value,
                _at_rate(cell.offer.setup, cell.rate),
            )
            for order, cell in offers
        )
        return Line(row.need, sources, all(cell.covers for _, cell in offers))


def _at_rate(amount: Money | None, rate: Rate | None) -> Decimal:
    """Return an amount in the comparison currency, exact; nothing for none."""
    if amount is None:
        return Decimal(0)
    return amount.amount if rate is None else amount.amount * rate.value
