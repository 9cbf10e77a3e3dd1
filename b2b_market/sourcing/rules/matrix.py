"""The comparison as values: what a page, a file or an allocation reads from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.comparing import Basis, Discount, Need, QuoteLine


class Flag(StrEnum):
    """What a buyer should notice about an offer, in the order in which it is shown."""

    EXPIRED = "expired"
    VALIDITY_SHORT = "validity_short"
    VALIDITY_MISSING = "validity_missing"
    MINIMUM_ABOVE_NEED = "minimum_above_need"
    PARTIAL = "partial"
    LATE = "late"
    LEAD_TIME_MISSING = "lead_time_missing"
    ALTERNATIVE = "alternative"
    TIERS_MISSING = "tiers_missing"
    OUTLIER_LOW = "outlier_low"
    OUTLIER_HIGH = "outlier_high"
    COST_INCOMPLETE = "cost_incomplete"


FLAG_LABELS: Mapping[Flag, str] = {
    Flag.EXPIRED: N_("Expired"),
    Flag.VALIDITY_SHORT: N_("Short validity"),
    Flag.VALIDITY_MISSING: N_("No validity"),
    Flag.MINIMUM_ABOVE_NEED: N_("MOQ"),
    Flag.PARTIAL: N_("Partial"),
    Flag.LATE: N_("Late"),
    Flag.LEAD_TIME_MISSING: N_("No lead time"),
    Flag.ALTERNATIVE: N_("Alternative"),
    Flag.TIERS_MISSING: N_("Tiers missing"),
    Flag.OUTLIER_LOW: N_("Unusually low"),
    Flag.OUTLIER_HIGH: N_("Unusually high"),
    Flag.COST_INCOMPLETE: N_("Costs missing"),
}

FLAG_HINTS: Mapping[Flag, str] = {
    Flag.EXPIRED: N_("The offer no longer holds; it cannot be awarded and is left out when the best price is found."),
    Flag.VALIDITY_SHORT: N_("The offer ends before the planned day of award."),
    Flag.VALIDITY_MISSING: N_("The supplier did not say until when the offer holds."),
    Flag.MINIMUM_ABOVE_NEED: N_(
        "The minimum quantity is above what is needed here; it cannot be awarded as it stands."
    ),
    Flag.PARTIAL: N_("Less than the needed quantity is offered."),
    Flag.LATE: N_("Delivery would come after the required date."),
    Flag.LEAD_TIME_MISSING: N_("The supplier did not state a lead time, so the required date cannot be checked."),
    Flag.ALTERNATIVE: N_("The supplier offers something other than specified."),
    Flag.TIERS_MISSING: N_("The supplier named no price at a quantity for which one was asked."),
    Flag.OUTLIER_LOW: N_("The price is far below the other prices for this line."),
    Flag.OUTLIER_HIGH: N_("The price is far above the other prices for this line."),
    Flag.COST_INCOMPLETE: N_(
        "A cost that the buyer pays is not stated, so the landed cost is too low; it is left out of ranks."
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A rank from 1, strict; ``tied`` tells that only the published tie-break decided it."""

    rank: int
    tied: bool


class Cell(NamedTuple):
    """One offer beside its rivals; a line without an offer has no cell (None), never a zero.

    ``offer`` holds what the supplier wrote, ``total`` the amount of the line in the quoted currency, rounded.
    ``price`` is the unit price in the comparison currency, exact; ``converted_total`` is ``total`` times the rate,
    rounded; ``exact`` is ``price`` × ``quantity`` unrounded, the only figure that ranks. ``rate`` is None where
    nothing was converted. ``quantity`` is what of the need is offered. ``awardable``: the offer holds and its minimum
    fits the quantity; ``covers``: awardable for the whole need. ``delta_percent`` is the distance to the line's best
    price (negative for a cheaper offer that cannot be awarded), None where there is no best price or it is zero.

    A named tuple, because a matrix makes thousands of cells and a frozen dataclass of this size costs three times as
    much.
    """

    offer: QuoteLine
    quantity: Quantity
    total: Money
    price: Money
    converted_total: Money
    exact: Decimal
    rate: Rate | None
    awardable: bool
    covers: bool
    best: bool
    delta_percent: Decimal | None
    flags: tuple[Flag, ...]


NO_OTHERS: Mapping[int, tuple[Cell, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One need and its offers, in the order of the comparison's columns.

    ``best_price`` is the lowest exact unit price of the awardable offers; every offer at that price is ``best``.
    ``target_price`` is per unit in the comparison currency, exact; ``target_rate`` made it from the need's. ``common``:
    quoted in full by every compared supplier. ``others`` are, by the place of a column, what its supplier offers
    besides; totals and ranks of columns count the first offers alone.
    """

    need: Need
    cells: tuple[Cell | None, ...]
    best_price: Money | None
    target_price: Money | None
    target_rate: Rate | None
    common: bool
    others: Mapping[int, tuple[Cell, ...]] = field(default_factory=lambda: NO_OTHERS)

    def choices(self, position: int) -> tuple[Cell, ...]:
        """Return every offer of the supplier at this place, the first one first."""
        first = self.cells[position]
        return () if first is None else (first, *self.others.get(position, ()))

    def cell_of(self, position: int, variant: int) -> Cell | None:
        """Return one of the offers of the supplier at this place, None where there is no such one."""
        if not variant:
            return self.cells[position]
        return next((cell for cell in self.choices(position) if cell.offer.variant == variant), None)

    def best_of(self, position: int) -> Cell | None:
        """Return the offer of the supplier at this place that is chosen unless somebody picks another one.

        The cheapest that can be awarded, in the quantity offered and with its set-up cost, of equal ones the first;
        None where none can.
        """
        if position not in self.others:
            first = self.cells[position]
            return first if first is not None and first.awardable else None
        able = (cell for cell in self.choices(position) if cell.awardable)
        return min(able, key=_cost, default=None)

    @property
    def offers(self) -> int:
        """How many suppliers quoted this line."""
        return sum(1 for cell in self.cells if cell is not None)


def _cost(cell: Cell) -> Fraction:
    """Return what an offer costs in the comparison currency, exact: its quantity at its price, and its set-up."""
    setup = cell.offer.setup
    if setup is None:
        return Fraction(cell.exact)
    return Fraction(cell.exact) + Fraction(setup.amount) * (1 if cell.rate is None else Fraction(cell.rate.value))


@dataclass(frozen=True, slots=True)
class Column:
    """One supplier's quote as a whole.

    ``total`` (quoted currency) and ``converted_total`` (comparison currency) add up the rounded lines of everything
    quoted, partial offers included. ``quoted`` counts answered lines, ``covered`` those offered in full and awardable:
    read it as 42/50 with the comparison's number of lines. ``like_for_like`` adds the rounded converted lines that all
    compared suppliers cover, ``effective`` the same lines unrounded; both are None for a supplier that covers nothing,
    or where no line is common. ``place`` ranks ``effective`` among all compared suppliers. ``group`` numbers the sets
    of suppliers that cover exactly the same lines (1 covers most); ``place_in_group`` ranks the own covered lines
    within it. Set-up costs, ``freight`` and ``discounts`` are in no total here: they depend on what is taken, and an
    allocation adds them.
    """

    supplier_id: UUID
    supplier: str
    currency: Currency
    submitted_at: datetime
    rate: Rate | None
    total: Money
    converted_total: Money
    quoted: int
    covered: int
    like_for_like: Money | None
    effective: Money | None
    place: Place | None
    group: int | None
    place_in_group: Place | None
    longest_lead_days: int | None
    lead_times_missing: int
    freight: Money | None = None
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Needs × quotes in one currency, complete in itself.

    ``common_lines`` counts the rows marked ``common``; ``equal_coverage`` tells that every compared supplier covers the
    same lines, so that like-for-like totals are whole totals. A compared supplier is one that covers at least one line.
    ``target_total`` adds up quantity × target, rounded by line, over the ``target_lines`` that have one.
    """

    basis: Basis
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    common_lines: int
    equal_coverage: bool
    target_total: Money | None
    target_lines: int
    row_positions: Mapping[UUID, int] = field(repr=False)
    column_positions: Mapping[UUID, int] = field(repr=False)

    def row(self, line_id: UUID) -> Row | None:
        """Return the row of a need, None for a stranger's."""
        position = self.row_positions.get(line_id)
        return None if position is None else self.rows[position]

    def column(self, supplier_id: UUID) -> Column | None:
        """Return the column of a supplier, None for one that is not compared."""
        position = self.column_positions.get(supplier_id)
        return None if position is None else self.columns[position]

    def cell(self, line_id: UUID, supplier_id: UUID, variant: int = 0) -> Cell | None:
        """Return a supplier's offer for a need, its first one or an alternate; None where there is none."""
        row, position = self.row(line_id), self.column_positions.get(supplier_id)
        return None if row is None or position is None else row.cell_of(position, variant)

    def offers_to(self, line_id: UUID) -> Iterator[tuple[Column, Cell]]:
        """Yield every offer for a need with its column, each supplier's first one before its alternates."""
        row = self.row(line_id)
        if row is not None:
            for position, column in enumerate(self.columns):
                for cell in row.choices(position):
                    yield column, cell
