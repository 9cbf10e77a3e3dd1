"""Totals and ranks of whole quotes, over cells that are made already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.sourcing.commands.comparing import Quote
from b2b_market.sourcing.rules.matrix import Cell, Column, Place
from b2b_market.sourcing.rules.ranking import Contender, place

Cells = Sequence[Cell | None]


class Summary(NamedTuple):
    """The columns, which rows are common, and whether all compared suppliers cover the same rows."""

    columns: tuple[Column, ...]
    common: tuple[bool, ...]
    equal_coverage: bool


@dataclass(slots=True)
class _Side:
    """One supplier's cells and where it stands."""

    quote: Quote
    cells: Cells
    covered: tuple[Cell, ...]
    cover: tuple[bool, ...]
    common: tuple[Cell, ...] = ()
    place: Place | None = None
    group: int | None = None
    place_in_group: Place | None = None

    def contend(self, cells: Iterable[Cell]) -> Contender:
        exact = sum([cell.exact for cell in cells], Decimal(0))
        return Contender(self.quote.supplier_id, exact, exact, self.quote.submitted_at)


def summarise(
    quotes: Sequence[Quote], rates: Mapping[Currency, Rate | None], rows: Sequence[Cells], currency: Currency
) -> Summary:
    """Add up and rank ``quotes`` from their cells (``rows`` in the order of the needs); works in exact arithmetic."""
    sides = [_side(quote, [row[position] for row in rows]) for position, quote in enumerate(quotes)]
    compared = [side for side in sides if side.covered]
    common = _common(compared, len(rows))
    for side in compared:
        side.common = tuple(
            cell for cell, shared in zip(side.cells, common, strict=True) if shared and cell is not None
        )
    if any(common):
        places = place([side.contend(side.common) for side in compared])
        for side in compared:
            side.place = places[side.quote.supplier_id]
    _place_in_groups(compared)
    columns = tuple(_column(side, rates[side.quote.currency], currency) for side in sides)
    return Summary(columns, common, len({side.cover for side in compared}) == 1)


def _side(quote: Quote, cells: Cells) -> _Side:
    cover = tuple(cell is not None and cell.covers for cell in cells)
    return _Side(quote, cells, tuple(cell for cell in cells if cell is not None and cell.covers), cover)


def _common(compared: Sequence[_Side], rows: int) -> tuple[bool, ...]:
    if not compared:
        return (False,) * rows
    return tuple(all(flags) for flags in zip(*(side.cover for side in compared), strict=True))


def _place_in_groups(compared: Sequence[_Side]) -> None:
    """Rank within each set of equal coverage; number the sets, the widest first, then by their leaders."""
    groups: dict[tuple[bool, ...], list[_Side]] = defaultdict(list)
    for side in compared:
        groups[side.cover].append(side)
    contenders = [[side.contend(side.covered) for side in group] for group in groups.values()]
    leaders = [min((one.merit, one.submitted_at, one.supplier_id) for one in group) for group in contenders]
    ordered = sorted(
        zip(groups.values(), contenders, leaders, strict=True), key=lambda group: (-len(group[0][0].covered), group[2])
    )
    for number, (sides, standing, _) in enumerate(ordered, start=1):
        places = place(standing)
        for side in sides:
            side.group, side.place_in_group = number, places[side.quote.supplier_id]


def _column(side: _Side, rate: Rate | None, currency: Currency) -> Column:
    quote = side.quote
    cells = [cell for cell in side.cells if cell is not None]
    leads = [cell.offer.lead_days for cell in cells if cell.offer.lead_days is not None]
    return Column(
        supplier_id=quote.supplier_id,
        supplier=quote.supplier,
        currency=quote.currency,
        submitted_at=quote.submitted_at,
        rate=rate,
        total=_sum([cell.total.amount for cell in cells], quote.currency),
        converted_total=_sum([cell.converted_total.amount for cell in cells], currency),
        quoted=len(cells),
        covered=len(side.covered),
        like_for_like=_sum([cell.converted_total.amount for cell in side.common], currency) if side.common else None,
        effective=_sum([cell.exact for cell in side.common], currency) if side.common else None,
        place=side.place,
        group=side.group,
        place_in_group=side.place_in_group,
        longest_lead_days=max(leads, default=None),
        lead_times_missing=len(cells) - len(leads),
        freight=quote.freight,
        discounts=quote.discounts,
    )


def _sum(amounts: Sequence[Decimal], currency: Currency) -> Money:
    return Money(sum(amounts, Decimal(0)), currency)
