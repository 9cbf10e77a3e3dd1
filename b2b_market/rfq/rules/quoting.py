"""When a quotation is accepted and what it must hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import PLAIN_LINE, PLAIN_QUOTE
from b2b_market.rfq.commands.requests import QuoteLineInput, SubmitQuote
from b2b_market.rfq.rules import terms
from b2b_market.rfq.rules.alternates import alternate_errors
from b2b_market.rfq.states import TAKES_QUOTES, RfqStatus

MAX_PRICE = Decimal(10) ** 13
MAX_LEAD_DAYS = 3_650
NO_UNITS: Mapping[UUID, str] = MappingProxyType({})
FIRST_ROUND = frozenset({RfqStatus.PUBLISHED})
"""Where a request must stand for what is not asked for again in a further round."""


class QuoteTooLate(Refusal):
    """The quotation came at or after the deadline."""

    code, audited = "quote-too-late", True
    title = N_("The deadline has passed")
    advice = N_(
        "Quotations were accepted until {closes_at}; yours arrived at {received_at}. The buyer may invite you again."
    )


class NotOpenForQuotes(Refusal):
    """The request takes no quotations in its present status."""

    code = "rfq-not-open"
    title = N_("This request takes no quotations now")
    advice = N_("Its status is {status}. Quotations can be sent while it is published.")


class CloseTooEarly(Refusal):
    """A sealed request closes by the clock alone."""

    code = "rfq-sealed-until-deadline"
    title = N_("A sealed request cannot be closed early")
    advice = N_("Its quotations stay sealed until {closes_at}; it closes by itself then.")


class OwnRequest(Refusal):
    """A company does not quote on its own request."""

    code = "quote-on-own-request"
    title = N_("You cannot quote on your own request")
    advice = N_("The buyer and the supplier must be different companies.")


def require_open(
    status: RfqStatus,
    closes_at: datetime | None,
    moment: datetime,
    takes: Collection[RfqStatus] = TAKES_QUOTES,
) -> None:
    """Refuse unless the request is published, or has a further round open, and ``moment`` lies before its deadline.

    Deadlines are half-open: at ``closes_at`` is too late. ``moment`` must be read after the gate was taken.
    """
    if status in takes and closes_at is not None and moment < closes_at:
        return
    if closes_at is not None and moment >= closes_at and status not in (RfqStatus.DRAFT, RfqStatus.CANCELLED):
        raise QuoteTooLate(closes_at=closes_at.isoformat(), received_at=moment.isoformat())
    raise NotOpenForQuotes(status=status.value)


def require_early_close(*, sealed: bool, closes_at: datetime | None) -> None:
    """Raise CloseTooEarly for a sealed request: the buyer may not end it before its deadline."""
    if sealed:
        raise CloseTooEarly(closes_at=closes_at.isoformat() if closes_at else "")


def require_sound_quote(
    command: SubmitQuote, needs: Mapping[UUID, Decimal], today: date, units: Mapping[UUID, str] = NO_UNITS
) -> None:
    """Raise Invalid naming every field that cannot be accepted.

    ``needs`` is the requested quantity by line, ``units`` the code of its unit; without it no unit is judged.
    """
    errors: list[FieldError] = []
    if command.valid_until <= today:
        errors.append(
            FieldError("/valid_until", "past", N_("The quotation must be valid for at least one day after today."))
        )
    if not command.lines:
        errors.append(FieldError("/lines", "required", N_("Quote at least one line.")))
    if command.terms != PLAIN_QUOTE:
        quoted = {line.line_id: units[line.line_id] for line in command.lines if line.line_id in units}
        errors.extend(terms.header_errors(command, quoted))
    seen: set[UUID] = set()
    for index, line in enumerate(command.lines):
        errors.extend(_line_errors(line, f"/lines/{index}", needs, seen))
        if line.terms != PLAIN_LINE and line.line_id in needs:
            need_unit = units.get(line.line_id)
            errors.extend(terms.line_errors(line, f"/lines/{index}", needs[line.line_id], need_unit))
            offered = needs[line.line_id] if line.quantity is None else line.quantity
            errors.extend(alternate_errors(line, f"/lines/{index}", offered))
        seen.add(line.line_id)
    if errors:
        raise Invalid(errors=errors)


def _line_errors(
    line: QuoteLineInput, pointer: str, needs: Mapping[UUID, Decimal], seen: set[UUID]
) -> list[FieldError]:
    need = needs.get(line.line_id)
    if need is None:
        return [FieldError(f"{pointer}/line_id", "unknown", N_("This line is not part of the request."))]
    errors: list[FieldError] = []
    if line.line_id in seen:
        errors.append(FieldError(f"{pointer}/line_id", "twice", N_("Quote each line once.")))
    unpriced = line.unit_price is None and not line.terms.tiers
    if unpriced or (line.unit_price is not None and not 0 < line.unit_price < MAX_PRICE):
        errors.append(FieldError(f"{pointer}/unit_price", "amount", N_("The unit price must be more than zero.")))
    if line.quantity is not None and not 0 < line.quantity <= need:
        detail = N_("Offer more than zero and at most the {need} requested.")
        errors.append(FieldError(f"{pointer}/quantity", "range", detail, {"need": decimal_text(need)}))
    if line.lead_days is not None and not 0 <= line.lead_days <= MAX_LEAD_DAYS:
        detail = N_("Give the lead time in days between 0 and {most}.")
        errors.append(FieldError(f"{pointer}/lead_days", "range", detail, {"most": MAX_LEAD_DAYS}))
    if line.min_quantity is not None and line.min_quantity <= 0:
        errors.append(FieldError(f"{pointer}/min_quantity", "positive", N_("A minimum must be more than zero.")))
    return errors


def quote_total(lines: Sequence[tuple[Decimal, Decimal]], currency: Currency) -> Money:
    """Return the sum of unit price × quantity over ``lines``, each line rounded half up to the minor unit first."""
    return total_of((line_total(Money(price, currency), quantity) for price, quantity in lines), currency)
