"""What a request must hold to be stored and to be published."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, total_of
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.needs import PLAIN_NEED
from b2b_market.rfq.commands.requests import DraftRfq, LineInput
from b2b_market.rfq.rules.amending import earliest_deadline
from b2b_market.rfq.rules.needs import need_errors, terms_errors
from b2b_market.rfq.rules.rounds import bargaining_errors
from b2b_market.rfq.states import Disclosure

MAX_LINES = 5_000
MAX_SUPPLIERS = 200
MAX_PRICE = Decimal(10) ** 13
TOTAL_DIGITS = 4


class DeadlineTooSoon(Refusal):
    """The suppliers would have less time than the company's own minimum."""

    code = "rfq-deadline-too-soon"
    title = N_("Suppliers need more time to quote")
    advice = N_("Your company gives at least {minimum_hours} hours. Set the deadline to {earliest} or later.")


class DeadlineMissing(Refusal):
    """A request cannot be published without a deadline."""

    code = "rfq-deadline-missing"
    title = N_("The request has no deadline")
    advice = N_("Set the moment until which suppliers may quote, then publish.")


class NothingRequested(Refusal):
    """A request without needs."""

    code = "rfq-without-lines"
    title = N_("The request has no lines")
    advice = N_("Add at least one line that says what is needed, then publish.")


class NobodyInvited(Refusal):
    """A request that no supplier would see."""

    code = "rfq-without-suppliers"
    title = N_("No supplier is invited")
    advice = N_("Invite at least one supplier or open the request to every approved supplier, then publish.")


class CannotInvite(Refusal):
    """The company is not one that may quote."""

    code = "rfq-cannot-invite"
    title = N_("This company cannot be invited")
    advice = N_("Invite an active supplier other than your own company. Not possible: {names}.")


class NeedInThePast(Refusal):
    """A line is needed before its quotations are even due."""

    code = "rfq-need-in-the-past"
    title = N_("A line is needed too early")
    advice = N_("Line {line} is needed on {required_on}, which is not after the deadline. Change one of the two.")


def require_sound_draft(content: DraftRfq, today: date) -> None:
    """Raise Invalid naming every field of ``content`` that cannot be stored; ``today`` is the buyer's date."""
    errors = [*_header_errors(content), *bargaining_errors(content.bargaining)]
    for index, line in enumerate(content.lines):
        errors.extend(_line_errors(line, f"/lines/{index}", today))
    if len(content.lines) > MAX_LINES:
        errors.append(
            _error("/lines", "too-many", N_("Use at most {limit} lines; split the request."), limit=MAX_LINES)
        )
    if len(content.supplier_ids) > MAX_SUPPLIERS:
        errors.append(_error("/supplier_ids", "too-many", N_("Invite at most {limit} suppliers."), limit=MAX_SUPPLIERS))
    if errors:
        raise Invalid(errors=errors)


def _header_errors(content: DraftRfq) -> list[FieldError]:
    errors: list[FieldError] = []
    if not content.title.strip():
        errors.append(_error("/title", "required", N_("Give the request a title.")))
    if content.estimate is not None and not _is_price(content.estimate):
        errors.append(_error("/estimate", "amount", N_("Write a positive amount with at most 4 decimals.")))
    if content.enquiry_ends_at and content.closes_at and content.enquiry_ends_at > content.closes_at:
        detail = N_("Suppliers cannot ask after the deadline. Give an earlier moment, or leave it empty.")
        errors.append(_error("/enquiry_ends_at", "order", detail))
    if content.terms.incoterm_place and not content.terms.incoterm:
        errors.append(_error("/incoterm", "required", N_("Name the Incoterm that the place belongs to.")))
    if content.terms.incoterm and not content.terms.incoterm_place.strip():
        errors.append(_error("/incoterm_place", "required", N_("Incoterms 2020 ask for a named place.")))
    if content.sealed and content.disclosure is not Disclosure.NOTHING:
        detail = N_("Sealed prices are shown to nobody. Show nothing, or let the prices be open.")
        errors.append(_error("/disclosure", "sealed", detail))
    errors.extend(terms_errors(content.terms))
    return errors


def _line_errors(line: LineInput, pointer: str, today: date) -> list[FieldError]:
    errors: list[FieldError] = []
    if not line.item_name.strip():
        errors.append(_error(f"{pointer}/item_name", "required", N_("Say what is needed.")))
    if line.quantity.value <= 0:
        errors.append(_error(f"{pointer}/quantity", "positive", N_("The quantity must be more than zero.")))
    if line.required_on <= today:
        errors.append(
            _error(
                f"{pointer}/required_on",
                "past",
                N_("{day} is not in the future. Give the day on which the goods are needed."),
                day=line.required_on.isoformat(),
            )
        )
    if not line.delivery_place.strip():
        errors.append(_error(f"{pointer}/delivery_place", "required", N_("Say where the goods are needed.")))
    if line.target_price is not None and not 0 < line.target_price < MAX_PRICE:
        errors.append(_error(f"{pointer}/target_price", "amount", N_("A target price must be more than zero.")))
    if line.terms != PLAIN_NEED:
        errors.extend(need_errors(line.terms, pointer))
    return errors


def _is_price(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return 0 < amount < MAX_PRICE and isinstance(exponent, int) and -exponent <= TOTAL_DIGITS


def _error(pointer: str, code: str, detail: str, **facts: object) -> FieldError:
    return FieldError(pointer, code, detail, facts or None)


def require_publishable(lines: Sequence[date], closes_at: datetime | None, *, reachable: bool) -> datetime:
    """Return the deadline of a request that may go out.

    Refuse one without lines (``lines`` are their required days) or deadline, and one that is not ``reachable``: neither
    public nor with an invited supplier.

    Raise NeedInThePast where a line is needed on or before the day of the deadline.
    """
    if not lines:
        raise NothingRequested
    if not reachable:
        raise NobodyInvited
    if closes_at is None:
        raise DeadlineMissing
    for number, required_on in enumerate(lines, start=1):
        if required_on <= closes_at.date():
            raise NeedInThePast(line=number, required_on=required_on.isoformat())
    return closes_at


def require_quoting_time(closes_at: datetime, now: datetime, minimum_hours: int) -> None:
    """Raise DeadlineTooSoon where fewer than ``minimum_hours`` lie before ``closes_at``; exactly as many are enough."""
    earliest = now + timedelta(hours=minimum_hours)
    if closes_at < earliest or closes_at <= now:
        offered = earliest_deadline(now, minimum_hours)
        raise DeadlineTooSoon(minimum_hours=minimum_hours, earliest=offered.isoformat(timespec="minutes"))


def expected_value(
    estimate: Decimal | None, targets: Sequence[tuple[Decimal | None, Decimal]], currency: Currency
) -> Money | None:
    """Return what a request is expected to cost: its hidden estimate, else the sum of its lines' target × quantity.

    None where there is no estimate and any line lacks a target: then nobody can tell, and approval is needed. Lines are
    rounded half up to the minor unit before they are added.
    """
    if estimate is not None:
        return Money(estimate, currency)
    if not targets or any(price is None for price, _ in targets):
        return None
    parts = (Money(price, currency).times(quantity).rounded() for price, quantity in targets if price is not None)
    return total_of(parts, currency)
