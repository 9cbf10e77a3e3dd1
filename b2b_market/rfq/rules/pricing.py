"""What a quoted line costs at a quantity: all-units tiers, set-up cost, and amounts without recoverable tax."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from b2b_market.rfq.commands.quotes import PriceTier

PRICE_DIGITS = 6
AMOUNT_DIGITS = 4
_EXACT = Context(prec=60)


def applying(tiers: Sequence[PriceTier], quantity: Decimal) -> PriceTier | None:
    """Return the last of rising ``tiers`` that begins at or below ``quantity``; None below the first."""
    found = None
    for tier in tiers:
        if tier.from_quantity <= quantity:
            found = tier
    return found


def read_tiers(stored: Iterable[Mapping[str, str]]) -> tuple[PriceTier, ...]:
    """Return tiers as a quoted line stores them: ``[{"from_quantity": "400", "unit_price": "9.4"}, …]``, rising."""
    return tuple(PriceTier(Decimal(tier["from_quantity"]), Decimal(tier["unit_price"])) for tier in stored)


def agreed_tiers(tiers: Sequence[PriceTier], quantity: Decimal, price: Decimal) -> tuple[PriceTier, ...]:
    """Return tiers after ``price`` was agreed on for ``quantity``: whoever takes as much or more pays no more than it.

    Smaller quantities cost what they did.
    """
    start = applying(tiers, quantity)
    least = Decimal(0) if start is None else start.from_quantity
    return tuple(
        PriceTier(tier.from_quantity, min(tier.unit_price, price)) if tier.from_quantity >= least else tier
        for tier in tiers
    )


def without_tax(amount: Decimal, percent: Decimal | None, digits: int) -> Decimal:
    """Return an amount that contains ``percent`` of tax without it, half up to ``digits``; None contains none."""
    if percent is None:
        return amount
    exact = Fraction(amount) / (1 + Fraction(percent) / 100)
    units, rest = divmod(exact.numerator * 10**digits, exact.denominator)
    units += 2 * rest >= exact.denominator
    return Decimal(units).scaleb(-digits, _EXACT)


def fits(amount: Decimal, digits: int) -> bool:
    """Tell whether ``amount`` is written with at most ``digits`` after the point."""
    return amount == amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)


def is_multiple(quantity: Decimal | Fraction, of: Decimal | Fraction) -> bool:
    """Tell whether ``quantity`` is a whole number of times ``of``, exactly."""
    return (Fraction(quantity) / Fraction(of)).denominator == 1


def largest_multiple(of: Decimal, most: Decimal) -> Decimal:
    """Return the largest whole multiple of ``of`` that is not above ``most``; zero where there is none."""
    return _EXACT.multiply(of, Decimal(int(Fraction(most) / Fraction(of))))
