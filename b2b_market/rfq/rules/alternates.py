"""Several offers of one supplier to one line: what alternates must hold, and how they are kept and compared."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import Alternate
from b2b_market.rfq.commands.requests import QuoteLineInput
from b2b_market.rfq.rules.breaks import unanswered
from b2b_market.rfq.rules.pricing import AMOUNT_DIGITS, PRICE_DIGITS, fits, read_tiers
from b2b_market.rfq.rules.terms import MAX_PRICE, settled_line, tier_errors
from b2b_market.sourcing.public import QuoteLine

MAX_ALTERNATES: Final = 9
MAX_LEAD_DAYS: Final = 3_650

Stored = Mapping[str, Any]
"""An alternate as it is kept with its line."""


def alternate_errors(line: QuoteLineInput, pointer: str, offered: Decimal) -> Iterable[FieldError]:
    """Yield what cannot be accepted of a line's alternates, each at its place."""
    given = line.terms.alternates
    if len(given) > MAX_ALTERNATES:
        yield FieldError(
            f"{pointer}/alternates", "too-many", N_("At most {most} are possible."), {"most": MAX_ALTERNATES}
        )
    names = [name_of(line.alternative)] if line.alternative.strip() else []
    for index, one in enumerate(given[:MAX_ALTERNATES]):
        at = f"{pointer}/alternates/{index}"
        yield from _own_errors(one, at)
        if one.tiers:
            yield from tier_errors(as_line(line, one), at, offered)
        name = name_of(one.alternative)
        if name and name in names:
            yield FieldError(f"{at}/alternative", "twice", N_("Name each alternate once."))
        names.append(name)


def _own_errors(one: Alternate, at: str) -> Iterable[FieldError]:
    if not one.alternative.strip():
        yield FieldError(f"{at}/alternative", "required", N_("Say what is offered instead."))
    price = one.unit_price
    unpriced = price is None and not one.tiers
    if unpriced or (price is not None and not (0 < price < MAX_PRICE and fits(price, PRICE_DIGITS))):
        yield FieldError(f"{at}/unit_price", "amount", N_("The unit price must be more than zero."))
    if one.lead_days is not None and not 0 <= one.lead_days <= MAX_LEAD_DAYS:
        detail = N_("Give the lead time in days between 0 and {most}.")
        yield FieldError(f"{at}/lead_days", "range", detail, {"most": MAX_LEAD_DAYS})
    if one.setup_cost is not None and not (0 <= one.setup_cost < MAX_PRICE and fits(one.setup_cost, AMOUNT_DIGITS)):
        yield FieldError(f"{at}/setup_cost", "amount", N_("Give an amount with at most four decimals."))


def as_line(line: QuoteLineInput, one: Alternate) -> QuoteLineInput:
    """Return the line as it would be quoted if the alternate were its only offer."""
    terms = replace(
        line.terms,
        tiers=one.tiers,
        alternative_specification=one.specification,
        setup_cost=line.terms.setup_cost if one.setup_cost is None else one.setup_cost,
        alternates=(),
    )
    return replace(
        line,
        unit_price=one.unit_price,
        lead_days=one.lead_days,
        alternative=one.alternative,
        note=one.note,
        terms=terms,
    )


def settled_alternates(
    line: QuoteLineInput, offered: Decimal, need_unit: str, tax: Decimal | None
) -> list[dict[str, object]]:
    """Return a line's alternates as they are kept, for a line without errors: without ``tax``, in the need's unit."""
    found = []
    for variant, one in enumerate(line.terms.alternates, start=1):
        columns = settled_line(as_line(line, one), offered, need_unit, tax)
        stated = columns["stated"]
        said = ("unit_price", "tiers") if one.setup_cost is None else ("unit_price", "tiers", "setup_cost")
        own = {name: stated[name] for name in said if name in stated} if isinstance(stated, dict) else {}
        found.append(
            {
                "variant": variant,
                "alternative": one.alternative.strip(),
                "specification": one.specification.strip(),
                "unit_price": _text(columns["unit_price"]),
                "tiers": columns["tiers"],
                "min_quantity": _text(columns["min_quantity"]),
                "lead_days": one.lead_days,
                "note": one.note.strip(),
                "stated": own or None,
                **({} if one.setup_cost is None else {"setup_cost": _text(columns["setup_cost"])}),
            }
        )
    return found


def own_setup(stored: Stored) -> Decimal | None:
    """Return the set-up cost of a kept alternate's own, without tax; None where it is the line's."""
    return Decimal(stored["setup_cost"]) if "setup_cost" in stored else None


def as_written(stored: Sequence[Stored]) -> tuple[Alternate, ...]:
    """Return kept alternates as their supplier would write them again: with its tax, prices left to tiers."""
    found = []
    for one in stored:
        stated: Stored = one["stated"] or {}
        tiers = read_tiers(stated.get("tiers", one["tiers"]))
        found.append(
            Alternate(
                alternative=one["alternative"],
                unit_price=None if tiers else Decimal(stated.get("unit_price", one["unit_price"])),
                specification=one["specification"],
                tiers=tiers,
                lead_days=one["lead_days"],
                note=one["note"],
                setup_cost=Decimal(stated.get("setup_cost", one["setup_cost"])) if "setup_cost" in one else None,
            )
        )
    return tuple(found)


def pays_line_setup(variants: Collection[int], stored: Sequence[Stored]) -> bool:
    """Tell whether an award of these ``variants`` has paid the line's set-up: all do but alternates with their own."""
    own = {one["variant"] for one in stored if "setup_cost" in one}
    return any(variant not in own for variant in variants)


def as_offers(
    first: QuoteLine, stored: Sequence[Stored], asked: Sequence[Decimal], begun: Collection[int] = ()
) -> Iterable[QuoteLine]:
    """Yield kept alternates as they are compared, beside the ``first`` offer of the line.

    ``asked`` are the quantities at which the buyer wants prices. An alternate of which an earlier award took something,
    one of the variants in ``begun``, charges no set-up of its own again.
    """
    assert first.offered is not None  # noqa: S101 - every stored line says how much it offers
    for one in stored:
        tiers = tuple((tier.from_quantity, tier.unit_price) for tier in read_tiers(one["tiers"]))
        least = one["min_quantity"]
        offer = replace(
            first,
            variant=one["variant"],
            unit_price=Money(Decimal(one["unit_price"]), first.unit_price.currency),
            minimum=Quantity(Decimal(least), first.offered.unit) if least else None,
            lead_days=one["lead_days"],
            alternative=True,
            note=described(one),
            tiers=tiers,
            unanswered=unanswered(asked, {start for start, _ in tiers}) if asked else (),
        )
        setup = own_setup(one)
        if setup is not None:
            charged = bool(setup) and one["variant"] not in begun
            offer = replace(offer, setup=Money(setup, first.unit_price.currency) if charged else None)
        yield replace(offer, unit_price=offer.price_at(first.offered.value)) if tiers else offer


def described(one: Stored) -> str:
    """Return what an alternate is, in the supplier's words."""
    return " · ".join(part for part in (one["alternative"], one["specification"], one["note"]) if part)


def name_of(text: str) -> str:
    """Return a text by which one alternate is known from another: without case and runs of blanks."""
    return " ".join(text.split()).casefold()


def _text(number: object) -> str | None:
    return decimal_text(number) if isinstance(number, Decimal) else None
