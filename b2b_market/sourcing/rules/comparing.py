"""Building the matrix: each offer beside its rivals, and totals that only compare like with like.

Definitions, in one place:

* The quantity of an offer is the need, or what is offered where that is less.
* An offer is *awardable* when it has not expired and its minimum is not above that quantity. Late, alternative or dear
  offers are awardable: the buyer decides.
* A supplier *covers* a line when its offer is awardable for the whole need, and is *compared* when it covers at least
  one.
* *Common* lines are those that every compared supplier covers. All are ranked on their common lines; where coverage is
  equal these are all the lines they cover, so that the rank is that of their own totals. Within a group that covers
  exactly the same lines there is a second rank, on the group's own lines.
* A supplier may offer *alternates* to a line. They stand beside its first offer, may be the best price of the line, and
  may be picked; coverage, totals and ranks of a supplier count its first offers alone.
* Ranks, best prices and outliers are decided on exact figures. Money is rounded by line; totals add up the rounded
  lines.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.commands.comparing import Basis, Need, Quote, QuoteLine
from b2b_market.sourcing.rules.exact import MinorUnits, exact_arithmetic, percent
from b2b_market.sourcing.rules.flagging import BARRIERS, Judge, outlier_flag
from b2b_market.sourcing.rules.inputs import alternates_by_need, answers_by_need, rates_by_currency
from b2b_market.sourcing.rules.matrix import NO_OTHERS, Cell, Comparison, Flag, Row
from b2b_market.sourcing.rules.outliers import fences
from b2b_market.sourcing.rules.summing import summarise

_NO_DISTANCE = Decimal("0.0")


class _Side(NamedTuple):
    """How one supplier's amounts are converted and rounded; ``factor`` is None where nothing is converted."""

    rate: Rate | None
    factor: Decimal | None
    units: MinorUnits


class _Priced(NamedTuple):
    """An offer with what the line's other offers must know of it."""

    side: _Side
    offer: QuoteLine
    price: Decimal
    quantity: Quantity
    flags: tuple[Flag, ...]
    awardable: bool


class _Line(NamedTuple):
    """The cells of a need in the order of the quotes, its best unit price, and the alternates by place."""

    cells: tuple[Cell | None, ...]
    best: Money | None
    others: Mapping[int, tuple[Cell, ...]]


def compare(needs: Sequence[Need], quotes: Sequence[Quote], basis: Basis) -> Comparison:
    """Compare ``quotes`` line by line; rows and columns keep the order given, ranks do not depend on it.

    Refuses with RateMissing where a currency has no frozen rate. Inconsistent input (a quote for a line that is not a
    need, quantities in another unit than the need's) raises ValueError.
    """
    answers = answers_by_need(needs, quotes)
    others = alternates_by_need(needs, quotes)
    rates = rates_by_currency(needs, quotes, basis)
    with exact_arithmetic():
        builder = _Builder(basis, rates, quotes)
        offers = zip(*answers, strict=True) if answers else [()] * len(needs)
        lines = [
            builder.line(need, answered, others.get(need.line_id, {}))
            for need, answered in zip(needs, offers, strict=True)
        ]
        summary = summarise(quotes, rates, [line.cells for line in lines], basis.currency)
        rows = tuple(
            Row(need, line.cells, line.best, *builder.target(need), common, line.others)
            for need, line, common in zip(needs, lines, summary.common, strict=True)
        )
        targets = builder.target_totals(rows)
        target_total = Money(sum(targets, Decimal(0)), basis.currency) if targets else None
    return Comparison(
        basis=basis,
        rows=rows,
        columns=summary.columns,
        common_lines=sum(summary.common),
        equal_coverage=summary.equal_coverage,
        target_total=target_total,
        target_lines=len(targets),
        row_positions={need.line_id: position for position, need in enumerate(needs)},
        column_positions={quote.supplier_id: position for position, quote in enumerate(quotes)},
    )


class _Builder:
    """Makes the cells of one line after another on one basis; works in exact arithmetic only."""

    def __init__(self, basis: Basis, rates: Mapping[Currency, Rate | None], quotes: Sequence[Quote]) -> None:
        self.currency = basis.currency
        self.rates = rates
        self.units = MinorUnits(basis.currency)
        self.judge = Judge(basis)
        self.sides = [_side(quote.currency, rates[quote.currency]) for quote in quotes]

    def line(self, need: Need, offers: Sequence[QuoteLine | None], others: Mapping[int, Sequence[QuoteLine]]) -> _Line:
        """Return the cells of ``need`` with its best unit price; outliers are judged by the first offers."""
        days = self.judge.lead_days_allowed(need)
        priced = [
            None if offer is None else self._priced(need, side, offer, days)
            for side, offer in zip(self.sides, offers, strict=True)
        ]
        more = {
            position: [self._priced(need, self.sides[position], offer, days) for offer in given]
            for position, given in others.items()
        }
        limits = fences([one.price for one in priced if one is not None])
        able = [one.price for one in priced if one is not None and one.awardable]
        if more:
            able += [one.price for given in more.values() for one in given if one.awardable]
        best = min(able, default=None)
        return _Line(
            tuple([None if one is None else self._cell(one, need, best, limits) for one in priced]),
            None if best is None else Money(best, self.currency),
            {position: tuple(self._cell(one, need, best, limits) for one in given) for position, given in more.items()}
            if more
            else NO_OTHERS,
        )

    def target(self, need: Need) -> tuple[Money | None, Rate | None]:
        """Return the target price per unit in the comparison currency, and the rate that made it."""
        if need.target_price is None:
            return None, None
        rate = self.rates[need.target_price.currency]
        return (need.target_price if rate is None else rate.convert(need.target_price)), rate

    def target_totals(self, rows: Sequence[Row]) -> list[Decimal]:
        """Return quantity × target of every line that has one, rounded."""
        return [
            self.units.rounded(row.target_price.amount * row.need.quantity.value).amount
            for row in rows
            if row.target_price is not None
        ]

    def _priced(self, need: Need, side: _Side, offer: QuoteLine, lead_days_allowed: int | None) -> _Priced:
        price = offer.unit_price.amount
        if side.factor is not None:
            price *= side.factor
        quantity, offered = need.quantity, offer.offered
        if offered is not None and offered.value < quantity.value:
            quantity = offered
        flags = self.judge.flags(offer, need, quantity, lead_days_allowed)
        return _Priced(side, offer, price, quantity, flags, BARRIERS.isdisjoint(flags))

    def _cell(self, priced: _Priced, need: Need, best: Decimal | None, limits: tuple[Decimal, Decimal] | None) -> Cell:
        side, offer, price, quantity, flags, awardable = priced
        total = side.units.rounded(offer.unit_price.amount * quantity.value)
        unit_price, converted = offer.unit_price, total
        if side.factor is not None:
            unit_price = Money(price, self.currency)
            converted = self.units.rounded(total.amount * side.factor)
        outlier = None if limits is None else outlier_flag(price, limits)
        return Cell(
            offer=offer,
            quantity=quantity,
            total=total,
            price=unit_price,
            converted_total=converted,
            exact=price * quantity.value,
            rate=side.rate,
            awardable=awardable,
            covers=awardable and quantity is need.quantity,
            best=awardable and price == best,
            delta_percent=_distance(price, best),
            flags=flags if outlier is None else (*flags, outlier),
        )


def _side(currency: Currency, rate: Rate | None) -> _Side:
    return _Side(rate, None if rate is None else rate.value, MinorUnits(currency))


def _distance(price: Decimal, best: Decimal | None) -> Decimal | None:
    if best is None:
        return None
    if price == best:
        return _NO_DISTANCE
    return percent(price - best, best) if best else None
