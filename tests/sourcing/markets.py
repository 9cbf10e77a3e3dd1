"""Small markets for tests: needs, quotes and bases with short names and ids one can read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity, Unit
from b2b_market.sourcing.public import Basis, Need, Pick, Quote, QuoteLine

PIECE = Unit("C62", "count", Fraction(1), "")
KILOGRAM = Unit("KGM", "mass", Fraction(1), "kg")
CNY, EUR, JPY = Currency("CNY"), Currency("EUR"), Currency("JPY")
EUR_CNY = Rate(EUR, CNY, Decimal("7.8123"), "ECB", "2026-11-20")
JPY_CNY = Rate(JPY, CNY, Decimal("0.0487"), "ECB", "2026-11-20")
TODAY = date(2026, 11, 22)
START = date(2026, 12, 1)
FIRST_SUBMISSION = datetime(2026, 11, 20, 8, tzinfo=UTC)


def line_id(number: int) -> UUID:
    return UUID(int=number)


def supplier_id(number: int) -> UUID:
    return UUID(int=1000 + number)


def pieces(value: str | int) -> Quantity:
    return Quantity(Decimal(value), PIECE)


def need(number: int, quantity: str | int = 100, *, target: Money | None = None, required: date | None = None) -> Need:
    return Need(
        line_id=line_id(number),
        number=number,
        item=f"item {number}",
        specification="as drawn",
        quantity=pieces(quantity),
        target_price=target,
        required_on=required,
    )


def offer(number: int, price: str, currency: Currency = CNY) -> QuoteLine:
    """An offer for line ``number`` without any condition; change it with ``dataclasses.replace``."""
    return QuoteLine(
        offer_id=UUID(int=number * 10_000), line_id=line_id(number), unit_price=Money(Decimal(price), currency)
    )


def partial(number: int, price: str, offered: str | int, minimum: str | int | None = None) -> QuoteLine:
    least = None if minimum is None else pieces(minimum)
    return replace(offer(number, price), offered=pieces(offered), minimum=least)


def quote(
    number: int, lines: Mapping[int, str] | Sequence[QuoteLine], currency: Currency = CNY, *, hours: int | None = None
) -> Quote:
    """Supplier ``number``'s quote: prices by line number, or lines; it came in ``hours`` after the first."""
    made = [offer(at, price, currency) for at, price in lines.items()] if isinstance(lines, Mapping) else lines
    return Quote(
        supplier_id=supplier_id(number),
        supplier=f"Supplier {number}",
        currency=currency,
        submitted_at=FIRST_SUBMISSION + timedelta(hours=number if hours is None else hours),
        lines=tuple(made),
    )


def basis(*rates: Rate, hold: date | None = None, currency: Currency = CNY) -> Basis:
    return Basis(currency=currency, judged_on=TODAY, delivery_start=START, rates=rates, hold_until=hold)


def pick(line: int, supplier: int, quantity: str | int) -> Pick:
    return Pick(line_id=line_id(line), supplier_id=supplier_id(supplier), quantity=pieces(quantity))


def cny(amount: str) -> Money:
    return Money(Decimal(amount), CNY)
