"""What an award costs beside its prices: set-up, freight, and the discounts that it earns.

The rule, in one place:

* A *set-up cost* is charged once by every supplier that gets anything of the line: who shares a split line charges its
  own in full. An alternate carries the set-up cost of its line, unless it states its own.
* *Freight* is charged once, in full, by every supplier that gets anything.
* A *discount* is earned where the first offer to each of its lines is taken in the quantity it asks for: it was given
  on the prices of these, an alternate in place of one of them earns nothing. It is its percentage of the rounded
  amounts of these offers, set-up and freight left out. Several add up, each on the amounts before any of them, and
  never to more than what is paid for all that is taken.
* Each is rounded half up to the minor unit of the quoted currency, then converted at the frozen rate and rounded again,
  as the amounts of lines are. Charges of nothing are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.sourcing.commands.comparing import ChargeKind
from b2b_market.sourcing.rules.awards import Charge, Share
from b2b_market.sourcing.rules.exact import MinorUnits
from b2b_market.sourcing.rules.matrix import Column

_NOTHING: Final = Decimal(0)
Pair = tuple[UUID, UUID]


def charges_of(column: Column, shares: Sequence[Share], quoted: MinorUnits, compared: MinorUnits) -> tuple[Charge, ...]:
    """Return what one supplier charges beside its ``shares``: set-up by line, freight, discounts.

    Works in exact arithmetic only; amounts are rounded by ``quoted`` and, converted, by ``compared``.
    """
    found = []
    for kind, lines, percent, amount in _amounts(column, shares, quoted):
        if amount.amount:
            converted = amount if column.rate is None else compared.rounded(amount.amount * column.rate.value)
            found.append(Charge(kind, column.supplier_id, lines, percent, amount, converted))
    return tuple(found)


def _amounts(
    column: Column, shares: Sequence[Share], quoted: MinorUnits
) -> Iterator[tuple[ChargeKind, tuple[UUID, ...], Decimal | None, Money]]:
    setups: dict[UUID, Money | None] = {}
    for share in shares:
        setups.setdefault(share.line_id, share.offer.setup)
    for line_id, setup in setups.items():
        if setup is not None:
            yield ChargeKind.SETUP, (line_id,), None, quoted.rounded(setup.amount)
    if column.freight is not None:
        yield ChargeKind.FREIGHT, tuple(setups), None, quoted.rounded(column.freight.amount)
    if column.discounts:
        taken: defaultdict[UUID, Decimal] = defaultdict(Decimal)
        paid: defaultdict[UUID, Decimal] = defaultdict(Decimal)
        for share in shares:
            if not share.offer.variant:
                taken[share.line_id] += share.quantity.value
                paid[share.line_id] += share.total.amount
        left = sum((share.total.amount for share in shares), _NOTHING)
        for discount in column.discounts:
            if all(taken[line_id] >= least for line_id, least in discount.quantities.items()):
                whole = sum((paid[line_id] for line_id in discount.quantities), _NOTHING)
                off = min(quoted.rounded((whole * discount.percent).scaleb(-2)).amount, left)
                left -= off
                yield ChargeKind.DISCOUNT, tuple(discount.quantities), discount.percent, Money(-off, column.currency)


def borne_by_lines(shares: Sequence[Share], charges: Sequence[Charge]) -> Mapping[Pair, Money]:
    """Return what the shares bear of the charges, by line and supplier, in the comparison currency.

    The parts of a charge are in proportion to the amounts of its lines and add up to it exactly.
    """
    worth: defaultdict[Pair, Decimal] = defaultdict(Decimal)
    for share in shares:
        worth[share.line_id, share.supplier_id] += share.converted_total.amount
    borne: dict[Pair, Money] = {}
    for charge in charges:
        pairs = [(line_id, charge.supplier_id) for line_id in charge.lines]
        weights = [worth[pair] for pair in pairs]
        parts = charge.converted_total.allocate(weights if any(weights) else [Decimal(1)] * len(pairs))
        for pair, part in zip(pairs, parts, strict=True):
            borne[pair] = borne[pair] + part if pair in borne else part
    return borne
