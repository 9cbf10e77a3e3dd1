"""What must hold between needs, quotes and basis before anything is compared."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.sourcing.commands.comparing import Basis, Need, Quote, QuoteLine
from b2b_market.sourcing.rules.refusals import RateMissing

Answers = Sequence[QuoteLine | None]


def answers_by_need(needs: Sequence[Need], quotes: Sequence[Quote]) -> list[Answers]:
    """Return each quote's lines in the order of ``needs``, None where it has none.

    Raise ValueError for input that its owner should never hand over: repeated ids, strangers' lines, mixed units.
    """
    positions = {need.line_id: position for position, need in enumerate(needs)}
    if len(positions) != len(needs):
        raise ValueError("two needs share a line id")
    if len({quote.supplier_id for quote in quotes}) != len(quotes):
        raise ValueError("a supplier has one live quote")
    return [_aligned(needs, positions, quote) for quote in quotes]


def _aligned(needs: Sequence[Need], positions: Mapping[UUID, int], quote: Quote) -> Answers:
    answers: list[QuoteLine | None] = [None] * len(needs)
    for line in quote.lines:
        position = positions.get(line.line_id)
        if position is None:
            raise ValueError("a quote answers a need that is not compared")
        unit = needs[position].quantity.unit
        for quantity in (line.offered, line.minimum):
            if quantity is not None and quantity.unit is not unit and quantity.unit != unit:
                raise ValueError(f"line quantities are in the need's unit {unit}, not {quantity.unit}")
        answers[position] = line
    return answers


def alternates_by_need(
    needs: Sequence[Need], quotes: Sequence[Quote]
) -> Mapping[UUID, Mapping[int, tuple[QuoteLine, ...]]]:
    """Return by need, and within it by the quote's place, what is offered besides the first offer.

    Raise ValueError for quantities in another unit than the need's.
    """
    found: dict[UUID, dict[int, tuple[QuoteLine, ...]]] = {}
    for position, quote in enumerate(quotes):
        for line in quote.alternates:
            own = found.setdefault(line.line_id, {})
            own[position] = (*own.get(position, ()), line)
    units = {need.line_id: need.quantity.unit for need in needs if need.line_id in found}
    for line in (line for quote in quotes for line in quote.alternates):
        for quantity in (line.offered, line.minimum):
            if quantity is not None and quantity.unit != units[line.line_id]:
                raise ValueError(f"line quantities are in the need's unit {units[line.line_id]}, not {quantity.unit}")
    return found


def rates_by_currency(needs: Iterable[Need], quotes: Iterable[Quote], basis: Basis) -> Mapping[Currency, Rate | None]:
    """Return the frozen rate of every currency in use, None for the comparison currency; refuse with RateMissing."""
    used = {quote.currency for quote in quotes}
    used |= {need.target_price.currency for need in needs if need.target_price is not None}
    known = {rate.base: rate for rate in basis.rates if rate.quote == basis.currency}
    missing = sorted(used - known.keys() - {basis.currency})
    if missing:
        raise RateMissing(pairs=", ".join(f"{base} → {basis.currency}" for base in missing))
    return {currency: None if currency == basis.currency else known[currency] for currency in used}
