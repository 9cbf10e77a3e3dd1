"""What the optional terms of a quotation must hold, and what they mean in plain figures.

Stored figures are without recoverable tax and in the need's unit; what the supplier wrote where that differs is kept
beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.quantity import Quantity, UnitMismatch
from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UnknownUnit, unit
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.quotes import PLAIN_LINE, Bundle, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import QuoteLineInput, SubmitQuote
from b2b_market.rfq.rules.pricing import (
    AMOUNT_DIGITS,
    PRICE_DIGITS,
    applying,
    fits,
    is_multiple,
    largest_multiple,
    without_tax,
)
from b2b_market.rfq.states import BundleKind, TaxBasis

MAX_PRICE = Decimal(10) ** 13
MAX_TIERS = 20
MAX_INSTALMENTS = 12
MAX_BUNDLES = 50
MAX_PAY_DAYS = 730
MAX_TAX_PERCENT = Decimal(100)
PERCENT_DIGITS = 4
QUANTITY_DIGITS = 6
WHOLE = Decimal(100)


def priced(line: QuoteLineInput, offered: Decimal) -> QuoteLineInput:
    """Return the line with its price list complete, for a line without errors.

    Without tiers it is the line itself. With tiers ``unit_price`` becomes the one that applies at ``offered``; a price
    below the first tier becomes a tier from zero on.
    """
    tiers = line.terms.tiers
    if not tiers:
        return line
    tier = applying(tiers, offered)
    if tier is None and line.unit_price is not None:
        tiers = (PriceTier(Decimal(0), line.unit_price), *tiers)
        tier = tiers[0]
    price = line.unit_price if tier is None else tier.unit_price
    return replace(line, unit_price=price, terms=replace(line.terms, tiers=tiers))


def net_price(line: QuoteLineInput, offered: Decimal, tax: Decimal | None) -> Decimal | None:
    """Return the unit price without tax that applies at ``offered``; None where the line does not say one."""
    price = priced(line, offered).unit_price
    return None if price is None else without_tax(price, tax, PRICE_DIGITS)


def contained_tax(terms: QuoteTerms) -> Decimal | None:
    """Return the percent of tax that every amount of the quotation contains; None where they contain none."""
    return terms.tax_percent if terms.tax_basis is TaxBasis.WITH_TAX else None


def settled_line(line: QuoteLineInput, offered: Decimal, need_unit: str, tax: Decimal | None) -> dict[str, object]:
    """Return the columns that terms decide of a line without errors: without ``tax``, in the need's unit.

    ``stated`` keeps the supplier's own writing of whatever is derived, None where nothing is.
    """
    line = priced(line, offered)
    terms = line.terms
    factor = _factor(terms.order_unit, need_unit)
    stated = _stated(line, tax) | _stated_counts(line, factor)
    least = _converted(line.min_quantity, factor)
    if terms.tiers and terms.tiers[0].from_quantity > (least or 0):
        least = terms.tiers[0].from_quantity
    return {
        "unit_price": net_price(line, offered, tax),
        "min_quantity": least,
        "tiers": [
            {
                "from_quantity": decimal_text(tier.from_quantity),
                "unit_price": decimal_text(without_tax(tier.unit_price, tax, PRICE_DIGITS)),
            }
            for tier in terms.tiers
        ],
        "multiple_quantity": _converted(terms.multiple_quantity, factor),
        "order_unit": terms.order_unit,
        "setup_cost": None if terms.setup_cost is None else without_tax(terms.setup_cost, tax, AMOUNT_DIGITS),
        "alternative_specification": terms.alternative_specification.strip(),
        "origin_country": terms.origin_country,
        "capacity": terms.capacity,
        "stated": stated or None,
    }


def settled_header(command: SubmitQuote) -> dict[str, object]:
    """Return the columns of the whole quotation that its terms say, for terms without errors; freight without tax."""
    terms, tax = command.terms, contained_tax(command.terms)
    freight = terms.freight
    return {
        "tax_basis": terms.tax_basis,
        "tax_percent": terms.tax_percent,
        "incoterm": terms.incoterm,
        "incoterm_place": terms.incoterm_place.strip(),
        "freight": None if freight is None else without_tax(freight, tax, AMOUNT_DIGITS),
        "stated_freight": freight if tax is not None else None,
        "instalments": [
            {"percent": decimal_text(part.percent), "event": part.event.value, "days": part.days}
            for part in terms.instalments
        ],
        "early_pay_percent": terms.early_pay_percent,
        "early_pay_days": terms.early_pay_days,
        "bundles": [
            {
                "kind": bundle.kind.value,
                "line_ids": [str(line_id) for line_id in bundle.line_ids],
                "percent": None if bundle.percent is None else decimal_text(bundle.percent),
            }
            for bundle in terms.bundles
        ],
        "capacity": terms.capacity,
        "capacity_unit": terms.capacity_unit,
    }


def is_plain(command: SubmitQuote) -> bool:
    """Tell whether a quotation says nothing but prices and the classic columns, without tax."""
    return contained_tax(command.terms) is None and all(line.terms == PLAIN_LINE for line in command.lines)


def line_errors(line: QuoteLineInput, pointer: str, need: Decimal, need_unit: str | None) -> Iterable[FieldError]:
    """Return what cannot be accepted of a line's terms; ``need_unit`` None leaves units unchecked."""
    terms = line.terms
    offered = need if line.quantity is None else line.quantity
    yield from tier_errors(line, pointer, offered)
    if terms.setup_cost is not None and not (0 <= terms.setup_cost < MAX_PRICE and fits(terms.setup_cost, 4)):
        yield FieldError(f"{pointer}/setup_cost", "amount", N_("Give an amount with at most four decimals."))
    if terms.origin_country and terms.origin_country not in reference.countries():
        detail = N_("{country} is not a country code of ISO 3166, such as CN or DE.")
        yield FieldError(f"{pointer}/origin_country", "unknown", detail, {"country": terms.origin_country})
    if terms.capacity is not None and terms.capacity < offered:
        detail = N_("{offered} are offered, more than the capacity. Raise it, or offer less.")
        yield FieldError(f"{pointer}/capacity", "range", detail, {"offered": decimal_text(offered)})
    if terms.alternative_specification.strip() and not line.alternative.strip():
        detail = N_("Say what is offered instead; its specification belongs to that.")
        yield FieldError(f"{pointer}/alternative", "required", detail)
    yield from _count_errors(line, pointer, need, need_unit)


def header_errors(command: SubmitQuote, units: Mapping[UUID, str]) -> Iterable[FieldError]:
    """Return what cannot be accepted of the whole quotation's terms; ``units`` by quoted line."""
    terms = command.terms
    yield from _tax_errors(terms)
    if terms.incoterm and terms.incoterm not in reference.incoterms():
        detail = N_("{incoterm} is not a rule of Incoterms 2020.")
        yield FieldError("/incoterm", "unknown", detail, {"incoterm": terms.incoterm})
    if terms.incoterm_place.strip() and not terms.incoterm:
        yield FieldError("/incoterm", "required", N_("Name the Incoterm that the place belongs to."))
    if terms.incoterm and not terms.incoterm_place.strip():
        yield FieldError("/incoterm_place", "required", N_("Incoterms 2020 ask for a named place."))
    if terms.freight is not None and not (0 <= terms.freight < MAX_PRICE and fits(terms.freight, AMOUNT_DIGITS)):
        yield FieldError("/freight", "amount", N_("Give an amount with at most four decimals."))
    yield from _payment_errors(terms)
    quoted = [line.line_id for line in command.lines]
    for index, bundle in enumerate(terms.bundles[:MAX_BUNDLES]):
        yield from _bundle_errors(bundle, f"/bundles/{index}", quoted)
    if len(terms.bundles) > MAX_BUNDLES:
        yield FieldError("/bundles", "too-many", N_("At most {most} are possible."), {"most": MAX_BUNDLES})
    yield from _capacity_errors(terms, units)


def tier_errors(line: QuoteLineInput, pointer: str, offered: Decimal) -> Iterable[FieldError]:
    """Yield what cannot be accepted of a line's tiers, and of the unit price beside them."""
    tiers, at = line.terms.tiers, f"{pointer}/tiers"
    if len(tiers) > MAX_TIERS:
        yield FieldError(at, "too-many", N_("At most {most} are possible."), {"most": MAX_TIERS})
    if any(tier.from_quantity < 0 or not fits(tier.from_quantity, QUANTITY_DIGITS) for tier in tiers) or any(
        low.from_quantity >= high.from_quantity for low, high in pairwise(tiers)
    ):
        yield FieldError(at, "order", N_("Give the tiers with rising quantities, each once."))
        return
    if any(not 0 < tier.unit_price < MAX_PRICE or not fits(tier.unit_price, PRICE_DIGITS) for tier in tiers):
        yield FieldError(at, "amount", N_("The unit price must be more than zero."))
    tier = applying(tiers, offered)
    if tier is not None and line.unit_price is not None and line.unit_price != tier.unit_price:
        detail = N_("For {quantity} the tiers say {price}. Leave the unit price empty, or write the same.")
        facts = {"quantity": decimal_text(offered), "price": decimal_text(tier.unit_price)}
        yield FieldError(f"{pointer}/unit_price", "tiers", detail, facts)
    if tier is None and line.unit_price is None:
        detail = N_("No tier applies to {quantity}. Give a unit price, or a tier from there.")
        yield FieldError(f"{pointer}/unit_price", "required", detail, {"quantity": decimal_text(offered)})


def _count_errors(line: QuoteLineInput, pointer: str, need: Decimal, need_unit: str | None) -> Iterable[FieldError]:
    terms, offered = line.terms, need if line.quantity is None else line.quantity
    if terms.multiple_quantity is not None and terms.multiple_quantity <= 0:
        yield FieldError(f"{pointer}/multiple_quantity", "positive", N_("A multiple must be more than zero."))
        return
    if need_unit is None:
        return
    try:
        factor = _factor(terms.order_unit, need_unit)
    except (UnknownUnit, UnitMismatch):
        detail = N_("{unit} is not a unit that counts the same as {need}.")
        facts = {"unit": terms.order_unit, "need": need_unit}
        yield FieldError(f"{pointer}/order_unit", "unit", detail, facts)
        return
    for name, value in (("min_quantity", line.min_quantity), ("multiple_quantity", terms.multiple_quantity)):
        if value is not None and _inexact(value, factor):
            detail = N_("{value} {unit} cannot be written exactly in {need}. State it in that unit.")
            facts = {"value": decimal_text(value), "unit": terms.order_unit or need_unit, "need": need_unit}
            yield FieldError(f"{pointer}/{name}", "inexact", detail, facts)
            return
    least, multiple = _converted(line.min_quantity, factor), _converted(terms.multiple_quantity, factor)
    if multiple is not None and not is_multiple(offered, multiple):
        detail = N_("{offered} is no multiple of {multiple}. Offer {below} instead, or change the multiple.")
        facts = {
            "offered": decimal_text(offered),
            "multiple": decimal_text(multiple),
            "below": decimal_text(largest_multiple(multiple, offered)),
        }
        yield FieldError(f"{pointer}/quantity", "multiple", detail, facts)
    if least is not None and line.quantity is not None and line.quantity < least:
        detail = N_("You offer {offered}, less than your own minimum of {least}.")
        facts = {"offered": decimal_text(offered), "least": decimal_text(least)}
        yield FieldError(f"{pointer}/quantity", "minimum", detail, facts)


def _tax_errors(terms: QuoteTerms) -> Iterable[FieldError]:
    percent = terms.tax_percent
    if percent is not None and not (0 <= percent < MAX_TAX_PERCENT and fits(percent, PERCENT_DIGITS)):
        yield FieldError("/tax_percent", "range", N_("Give a percentage from 0 to below 100."))
    if percent is None and terms.tax_basis is TaxBasis.WITH_TAX:
        detail = N_("Prices with tax need its rate: quotations are compared without it.")
        yield FieldError("/tax_percent", "required", detail)


def _payment_errors(terms: QuoteTerms) -> Iterable[FieldError]:
    parts = terms.instalments
    if len(parts) > MAX_INSTALMENTS:
        yield FieldError("/instalments", "too-many", N_("At most {most} are possible."), {"most": MAX_INSTALMENTS})
    for index, part in enumerate(parts[:MAX_INSTALMENTS]):
        if not (0 < part.percent <= WHOLE and fits(part.percent, PERCENT_DIGITS)):
            detail = N_("Give a percentage above 0 and up to 100.")
            yield FieldError(f"/instalments/{index}/percent", "range", detail)
        if not 0 <= part.days <= MAX_PAY_DAYS:
            detail = N_("Give days between 0 and {most}.")
            yield FieldError(f"/instalments/{index}/days", "range", detail, {"most": MAX_PAY_DAYS})
    total = sum((part.percent for part in parts), Decimal(0))
    if parts and total != WHOLE:
        detail = N_("The instalments add up to {total} %; they must be 100 %.")
        yield FieldError("/instalments", "sum", detail, {"total": decimal_text(total)})
    if (terms.early_pay_percent is None) != (terms.early_pay_days is None):
        name = "early_pay_percent" if terms.early_pay_percent is None else "early_pay_days"
        detail = N_("A discount for early payment needs its percentage and its days.")
        yield FieldError(f"/{name}", "required", detail)
    percent, days = terms.early_pay_percent, terms.early_pay_days
    if percent is not None and not (0 < percent < WHOLE and fits(percent, PERCENT_DIGITS)):
        yield FieldError("/early_pay_percent", "range", N_("Give a percentage above 0 and below 100."))
    if days is not None and not 0 <= days <= MAX_PAY_DAYS:
        detail = N_("Give days between 0 and {most}.")
        yield FieldError("/early_pay_days", "range", detail, {"most": MAX_PAY_DAYS})


def _bundle_errors(bundle: Bundle, pointer: str, quoted: Sequence[UUID]) -> Iterable[FieldError]:
    if not set(bundle.line_ids) <= set(quoted) or len(set(bundle.line_ids)) != len(bundle.line_ids):
        yield FieldError(f"{pointer}/line_ids", "unknown", N_("Name lines that you quote, each once."))
    count = len(bundle.line_ids) or len(quoted)
    if bundle.kind is BundleKind.TOGETHER:
        if count < 2:  # noqa: PLR2004 - one line is no condition over several
            yield FieldError(f"{pointer}/line_ids", "required", N_("Name at least two lines that belong together."))
        if bundle.percent is not None:
            detail = N_("Lines that are sold together only have no discount; state one beside it.")
            yield FieldError(f"{pointer}/percent", "unexpected", detail)
    elif bundle.percent is None or not (0 < bundle.percent < WHOLE and fits(bundle.percent, PERCENT_DIGITS)):
        yield FieldError(f"{pointer}/percent", "range", N_("Give a percentage above 0 and below 100."))


def _capacity_errors(terms: QuoteTerms, units: Mapping[UUID, str]) -> Iterable[FieldError]:
    if terms.capacity is None:
        if terms.capacity_unit:
            yield FieldError("/capacity", "required", N_("Say how much can be had in all."))
        return
    if terms.capacity <= 0:
        yield FieldError("/capacity", "positive", N_("A capacity must be more than zero."))
    try:
        dimension = unit(terms.capacity_unit).dimension
    except UnknownUnit:
        yield FieldError("/capacity_unit", "unit", N_("Choose the unit that the capacity counts in."))
        return
    if units and dimension not in {unit(code).dimension for code in units.values()}:
        yield FieldError("/capacity_unit", "unit", N_("No quoted line can be counted in this unit."))


def _factor(order_unit: str, need_unit: str) -> Fraction:
    if not order_unit or order_unit == need_unit:
        return Fraction(1)
    return Quantity(Decimal(1), unit(order_unit)).exactly_in(unit(need_unit))


def _inexact(value: Decimal, factor: Fraction) -> bool:
    exact = Fraction(value) * factor
    return not is_multiple(exact, Fraction(1, 10**QUANTITY_DIGITS))


def _converted(value: Decimal | None, factor: Fraction) -> Decimal | None:
    if value is None or factor == 1:
        return value
    exact = Fraction(value) * factor
    return Decimal(int(exact * 10**QUANTITY_DIGITS)).scaleb(-QUANTITY_DIGITS)


def _stated(line: QuoteLineInput, tax: Decimal | None) -> dict[str, object]:
    if tax is None or line.unit_price is None:
        return {}
    found: dict[str, object] = {"unit_price": decimal_text(line.unit_price)}
    if line.terms.setup_cost is not None:
        found["setup_cost"] = decimal_text(line.terms.setup_cost)
    if line.terms.tiers:
        found["tiers"] = [
            {"from_quantity": decimal_text(tier.from_quantity), "unit_price": decimal_text(tier.unit_price)}
            for tier in line.terms.tiers
        ]
    return found


def _stated_counts(line: QuoteLineInput, factor: Fraction) -> dict[str, object]:
    if factor == 1:
        return {}
    counts = {"min_quantity": line.min_quantity, "multiple_quantity": line.terms.multiple_quantity}
    return {name: decimal_text(value) for name, value in counts.items() if value is not None}
