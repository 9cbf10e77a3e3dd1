"""What a counter-offer may name, and that it narrows what is between the two sides.

Everything that can be bargained over is held on one scale: how much of a **burden** it is for the buyer. A price, a
lead time, a least quantity, a set-up cost and the freight are their own burden; days to pay, an early-pay discount and
the last day of validity count the other way round. A topic is one such thing of a line, or of the whole quotation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.rounds import NO_TERMS, CounterLineInput, CounterTerms
from b2b_market.rfq.rules.bargaining import NoImprovement
from b2b_market.rfq.rules.pricing import AMOUNT_DIGITS, PRICE_DIGITS, fits
from b2b_market.rfq.rules.quoting import MAX_LEAD_DAYS
from b2b_market.rfq.rules.rounds import Held
from b2b_market.rfq.rules.terms import MAX_PAY_DAYS, PERCENT_DIGITS, WHOLE

Topic = tuple[UUID | None, str]
"""A thing of a line, or (None) of the whole: its field in a counter-offer, such as ``unit_price`` or ``pay_days/0``."""
Burdens = Mapping[Topic, Decimal]

LINE_TOPICS: Final = ("unit_price", "lead_days", "min_quantity", "setup_cost")
PAY_DAYS: Final = "pay_days"
OPPOSITE: Final = frozenset({"valid_until", "early_pay_percent", "early_pay_days", PAY_DAYS})
"""What the buyer wants more of."""
NOT_SAID: Final = Decimal(1)
"""The burden of a quotation that does not say in days when it is paid: any number of days is lighter."""
LEAST_PRICE: Final = Decimal("0.000001")
MOST_PERCENT: Final = WHOLE - Decimal(1).scaleb(-PERCENT_DIGITS)
DIGITS: Final[Mapping[str, int]] = {
    "unit_price": PRICE_DIGITS,
    "min_quantity": PRICE_DIGITS,
    "setup_cost": AMOUNT_DIGITS,
    "freight": AMOUNT_DIGITS,
    "early_pay_percent": PERCENT_DIGITS,
}
LONGEST: Final = 3650
"""How many days longer than it is quoted a quotation may be asked to hold at most."""


class OfLine(Protocol):
    """A line of a counter-offer or of a quotation: its id, and LINE_TOPICS as attributes."""

    @property
    def line_id(self) -> UUID:
        """Which line it is."""
        ...


class OfWhole(Protocol):
    """What a counter-offer says of the whole; besides these its freight and early-pay discount are attributes."""

    @property
    def valid_until(self) -> date | None:
        """Until when the quotation shall hold."""
        ...

    @property
    def pay_days(self) -> Sequence[int] | None:
        """After how many days each part shall be paid."""
        ...


@dataclass(frozen=True, slots=True)
class Position:
    """Where the two sides stand on a quotation, by topic, in burdens.

    ``quoted`` is the quotation and ``least`` the lightest that can be asked for; ``asked`` is what the buyer asked for
    last, ``given`` what the supplier last offered in answer, each only where it was named. On every topic a
    counter-offer lies from ``floor`` to ``ceiling``.
    """

    quoted: Burdens
    least: Burdens = field(default_factory=dict)
    asked: Burdens = field(default_factory=dict)
    given: Burdens = field(default_factory=dict)

    def floor(self, topic: Topic) -> Decimal:
        """Return the lightest that can still be named: what the buyer has asked for, if anything."""
        if not self.asked:
            return self.least.get(topic, Decimal(0))
        return self.asked.get(topic, self.ceiling(topic))

    def ceiling(self, topic: Topic) -> Decimal:
        """Return the heaviest that can still be named: what the supplier has offered last, else its quotation."""
        return self.given.get(topic, self.quoted[topic])


def named(lines: Iterable[OfLine], terms: OfWhole) -> dict[Topic, Decimal]:
    """Return the burdens that a counter-offer names."""
    found: dict[Topic, Decimal] = {}
    for line in lines:
        for name in LINE_TOPICS:
            value = getattr(line, name)
            if value is not None:
                found[line.line_id, name] = Decimal(value)
    for name in ("freight", "early_pay_percent", "early_pay_days"):
        value = getattr(terms, name)
        if value is not None:
            found[None, name] = -Decimal(value) if name in OPPOSITE else Decimal(value)
    if terms.valid_until is not None:
        found[None, "valid_until"] = -Decimal(terms.valid_until.toordinal())
    found |= {(None, f"{PAY_DAYS}/{part}"): -Decimal(days) for part, days in enumerate(terms.pay_days or ())}
    return found


def position(held: Held, asked: Burdens, given: Burdens) -> Position:
    """Return where the sides stand on a quotation after the last word of each."""
    quoted: dict[Topic, Decimal] = {}
    least: dict[Topic, Decimal] = {}
    for line_id, line in held.lines.items():
        quoted[line_id, "unit_price"] = line.unit_price
        quoted[line_id, "lead_days"] = Decimal(MAX_LEAD_DAYS + 1 if line.lead_days is None else line.lead_days)
        quoted[line_id, "min_quantity"] = line.min_quantity or Decimal(0)
        quoted[line_id, "setup_cost"] = line.setup_cost or Decimal(0)
        least[line_id, "unit_price"] = LEAST_PRICE
        least[line_id, "min_quantity"] = line.tiers[0][0] if line.tiers else Decimal(0)
    percent, days = held.early_pay or (Decimal(0), 0)
    quoted[None, "freight"] = held.freight or Decimal(0)
    quoted[None, "valid_until"] = -Decimal(held.valid_until.toordinal())
    quoted[None, "early_pay_percent"], quoted[None, "early_pay_days"] = -percent, -Decimal(days)
    parts = [-Decimal(after) for _, _, after in held.instalments] or [NOT_SAID]
    quoted |= {(None, f"{PAY_DAYS}/{index}"): burden for index, burden in enumerate(parts)}
    least[None, "valid_until"] = quoted[None, "valid_until"] - LONGEST
    least[None, "early_pay_percent"] = -MOST_PERCENT
    least[None, "early_pay_days"] = Decimal(-MAX_PAY_DAYS)
    least |= {(None, f"{PAY_DAYS}/{index}"): Decimal(-MAX_PAY_DAYS) for index in range(len(parts))}
    return Position(quoted, least, asked, given)


def require_move(lines: Sequence[CounterLineInput], terms: CounterTerms, at: Position) -> None:
    """Refuse a counter-offer that is not sound, that leaves what is between the sides, or that does not move.

    Each figure lies between what the buyer asked for last and what the supplier offered last; what the buyer left as it
    is offered stays so. One at least is lighter than the supplier's word and, once the buyer has said something, one
    heavier than the buyer's. For its maker that is better than the other side's word, or it could be accepted; and it
    comes towards the other side from the maker's own, or it would say the same again. So what is between the sides only
    gets narrower.
    """
    errors = [*_misshapen(lines, terms, at)]
    if not errors:
        errors = [*_out_of_range(lines, terms, at)]
    if errors:
        raise Invalid(errors=errors)
    require_narrower(named(lines, terms), at)


def require_narrower(said: Burdens, at: Position) -> None:
    """Raise NoImprovement unless ``said``, which lies between the sides, comes towards both of them."""
    lighter = any(burden < at.ceiling(topic) for topic, burden in said.items())
    heavier = any(said.get(topic, at.ceiling(topic)) > burden for topic, burden in at.asked.items())
    if not lighter or (at.asked and not heavier):
        raise NoImprovement


def _misshapen(lines: Sequence[CounterLineInput], terms: CounterTerms, at: Position) -> Iterator[FieldError]:
    if not lines and not named([], terms):
        yield FieldError("/lines", "required", N_("Name a price for at least one line, or another term."))
    known = {line_id for line_id, _ in at.quoted}
    for index, line in enumerate(lines):
        if line.line_id not in known:
            yield FieldError(f"/lines/{index}/line_id", "unknown", N_("This line is not quoted."))
        elif line.line_id in {one.line_id for one in lines[:index]}:
            yield FieldError(f"/lines/{index}/line_id", "twice", N_("Name each line once."))
        elif not named([line], NO_TERMS):
            yield FieldError(f"/lines/{index}", "required", N_("Say what is wanted of this line, or leave it out."))
    parts = sum(1 for _, name in at.quoted if name.startswith(f"{PAY_DAYS}/"))
    if terms.pay_days and len(terms.pay_days) != parts:
        detail = N_("Name {parts} numbers of days: one for each part of the payment.")
        yield FieldError(f"/terms/{PAY_DAYS}", "count", detail, {"parts": parts})
    if (terms.early_pay_percent is None) != (terms.early_pay_days is None) and not at.quoted[None, "early_pay_percent"]:
        name = "early_pay_percent" if terms.early_pay_percent is None else "early_pay_days"
        detail = N_("A discount for early payment needs its percentage and its days.")
        yield FieldError(f"/terms/{name}", "required", detail)


def _out_of_range(lines: Sequence[CounterLineInput], terms: CounterTerms, at: Position) -> Iterator[FieldError]:
    index_of: dict[UUID | None, int] = {line.line_id: index for index, line in enumerate(lines)}
    for topic, burden in named(lines, terms).items():
        line_id, name = topic
        pointer = f"/terms/{name}" if line_id is None else f"/lines/{index_of[line_id]}/{name}"
        digits = DIGITS.get(name)
        if digits is not None and not fits(burden, digits):
            yield FieldError(pointer, "digits", N_("Give at most {digits} digits after the point."), {"digits": digits})
        elif not at.floor(topic) <= burden <= at.ceiling(topic):
            low, high = sorted((_figure(name, at.floor(topic)), _figure(name, at.ceiling(topic))))
            detail = N_("Between the two sides lies {low} to {high}.")
            yield FieldError(pointer, "range", detail, {"low": _written(name, low), "high": _written(name, high)})


def _figure(name: str, burden: Decimal) -> Decimal:
    """Return what a burden is as it is written; what was not said is its nearest end of the scale."""
    if name.partition("/")[0] in OPPOSITE:
        return max(-burden, Decimal(0))
    return min(burden, Decimal(MAX_LEAD_DAYS)) if name == "lead_days" else burden


def _written(name: str, figure: Decimal) -> str:
    return date.fromordinal(int(figure)).isoformat() if name == "valid_until" else decimal_text(figure)
