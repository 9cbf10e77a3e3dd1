"""What an opened bid offers: its prices read, and its arithmetic done again.

A bid's content is ``{"currency": "CNY", "lines": [{"line": 1, "unit_price": "9.5", "amount"?}], "total"?, "note"?,
"payment_terms"?}``; ``line`` is the item's position in the lot, counted from 1. An amount is text, or ``{"amount",
"currency"}`` with a currency of its own. A lot of one item may be priced by its total alone. The bidder wrote it before
it was sealed, so anything may stand in it: what cannot be read is a finding, never an error. Unit prices prevail: the
total that counts is the sum of the rounded line amounts, whatever the bid itself adds up to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import Refusal
from b2b_market.tendering.rules.effective import NOTHING, Declared

MOST_AMOUNT: Final = Decimal(10) ** 13
FINEST: Final = -6
"""Unit prices have at most six decimals."""


class Fault(StrEnum):
    """What is wrong with a bid's figures."""

    UNREADABLE = "unreadable"
    """No list of priced lines."""
    MISSING = "missing"
    """An item without a price."""
    TWICE = "twice"
    """An item priced more than once, or a line that the lot does not have."""
    CURRENCIES = "currencies"
    """Prices in more than one currency."""
    LINE_AMOUNT = "line_amount"
    """A line amount other than quantity × unit price."""
    TOTAL = "total"
    """A total other than the sum of the lines."""
    FEATURE = "feature"
    """A feature of the lot without one of its answers; it is worth nothing."""
    COST = "cost"
    """A life-cycle cost of the lot that is not declared."""


PRICELESS: Final = frozenset({Fault.UNREADABLE, Fault.MISSING, Fault.TWICE, Fault.CURRENCIES, Fault.COST})
"""Faults that leave nothing to compare; the others are set right by the unit prices."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: ``line`` is 0 where it is the bid's as a whole; ``said`` and ``right`` are amounts where there are.

    Of a feature or a cost ``line`` is its position in the lot, and ``said`` its name.
    """

    fault: Fault
    line: int = 0
    said: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """An item's price per unit and its rounded amount."""

    line: int
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """A bid's prices: ``total`` is none where a fault leaves nothing to compare."""

    total: Money | None
    lines: tuple[PricedLine, ...]
    findings: tuple[Finding, ...]
    note: str = ""
    payment_terms: str = ""
    declared: Declared = NOTHING


def read_offer(content: Mapping[str, Any] | None, quantities: Sequence[Decimal]) -> Offer:
    """Return what ``content`` offers for a lot whose items have ``quantities``, in order; no content is unreadable."""
    found = content or {}
    note, payment = _text(found.get("note")), _text(found.get("payment_terms"))
    currency = found.get("currency")
    rows = _lump_sum(found, quantities) if found.get("lines") is None else found["lines"]
    prices = _prices(rows, len(quantities), currency)
    if isinstance(prices, Finding):
        return Offer(None, (), (prices,), note, payment)
    lines, findings = [], []
    for number, ((said, price), quantity) in enumerate(zip(prices, quantities, strict=True), start=1):
        amount = line_total(price, quantity)
        lines.append(PricedLine(number, price.amount, amount.amount))
        findings += _differs(Fault.LINE_AMOUNT, number, said, amount)
    unit = prices[0][1].currency
    total = total_of((Money(line.amount, unit) for line in lines), unit)
    findings += _differs(Fault.TOTAL, 0, found.get("total"), total)
    return Offer(total, tuple(lines), tuple(findings), note, payment)


def offered_total(content: Mapping[str, Any] | None, items: Sequence[Mapping[str, Any]]) -> Money | None:
    """Return the total of a bid's content over its lot's ``items``, as ``read_offer`` does the arithmetic."""
    return read_offer(content, [Decimal(item["quantity"]) for item in items]).total


def require_form(content: Mapping[str, Any]) -> None:
    """Raise ValueError unless ``content`` has the form of a bid: for who seals without knowing the lot's items."""
    rows = content.get("lines")
    count = len(rows) if isinstance(rows, list) else 1
    found = read_offer(content, [Decimal(1)] * max(1, count))
    if found.total is None:
        raise ValueError(
            'a bid has a "currency", and "lines" of {"line": 1, "unit_price": "9.5"} counted from 1 without a gap; '
            f'for a lot of one item its "total" is enough (found: {found.findings[0].fault})'
        )


def _lump_sum(found: Mapping[str, Any], quantities: Sequence[Decimal]) -> object:
    """Return the one line of a bid that says its total alone: total ÷ quantity, where that is a price."""
    total = _money(found.get("total"), found.get("currency"))
    if total is None or len(quantities) != 1:
        return None
    price = total.amount / quantities[0]
    return [{"line": 1, "unit_price": {"amount": format(price.normalize(), "f"), "currency": total.currency.code}}]


def _prices(rows: object, count: int, currency: object) -> list[tuple[object, Money]] | Finding:
    """Return each item's said amount and unit price in order, or the fault that leaves nothing to compare."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return Finding(Fault.UNREADABLE)
    by_line: dict[int, tuple[object, Money]] = {}
    for row in rows:
        number, price = row.get("line"), _money(row.get("unit_price"), currency)
        known = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= count
        if not known or number in by_line:
            return Finding(Fault.TWICE, number if known else 0)
        if price is not None:
            by_line[number] = (row.get("amount"), price)
    missing = next((number for number in range(1, count + 1) if number not in by_line), None)
    if missing is not None:
        return Finding(Fault.MISSING, missing)
    prices = [by_line[number] for number in range(1, count + 1)]
    if len({price.currency for _, price in prices}) != 1:
        return Finding(Fault.CURRENCIES)
    return prices


def _money(value: object, currency: object) -> Money | None:
    """Return a price of 0 or more with at most six decimals; none for anything else."""
    said = value if isinstance(value, Mapping) else {"amount": value, "currency": currency}
    amount = read_decimal(said.get("amount"))
    try:
        return None if amount is None else Money(amount, Currency(str(said.get("currency"))))
    except (Refusal, ValueError):
        return None


def read_decimal(value: object) -> Decimal | None:
    """Return a number of 0 or more with at most six decimals from its text; none for anything else."""
    if not isinstance(value, str) or not value.isascii() or not value.replace(".", "", 1).isdigit():
        return None
    found = Decimal(value)
    exponent = found.as_tuple().exponent
    fine = isinstance(exponent, int) and exponent >= FINEST
    return found if fine and found < MOST_AMOUNT else None


def _differs(fault: Fault, line: int, said: object, right: Money) -> list[Finding]:
    """Return a finding where the bid says an amount of its own and it is another."""
    if said is None:
        return []
    given = read_decimal(said.get("amount") if isinstance(said, Mapping) else said)
    same = given is not None and given == right.amount
    return [] if same else [Finding(fault, line, "?" if given is None else format(given, "f"), f"{right.amount:f}")]


def _text(value: object) -> str:
    return value.strip()[:2000] if isinstance(value, str) else ""
