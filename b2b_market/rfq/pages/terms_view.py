"""What a quotation's page says of its terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.quotes import Bundle, PriceTier
from b2b_market.rfq.pages.terms_form import PAY_EVENTS
from b2b_market.rfq.rules.alternates import described, own_setup
from b2b_market.rfq.rules.bundling import discount, read_bundles
from b2b_market.rfq.rules.notation import write_positions, write_tiers
from b2b_market.rfq.rules.pricing import read_tiers
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import BundleKind, PayEvent


@dataclass(frozen=True, slots=True)
class BundleShown:
    """One condition over lines: their numbers ('' is all quoted lines) and the discount in percent, if any."""

    together: bool
    lines: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class TermsShown:
    """Amounts and sentences of a quotation's terms; amounts are without tax, None where there is nothing to say."""

    setup: Money | None
    freight: Money | None
    discount: Money | None
    """What comes off if everything is taken as offered."""
    in_all: Money | None
    """Everything as offered with set-up, freight and discount; None where that is the total itself."""
    instalments: tuple[tuple[Decimal, str, int], ...]
    """Percent, message id of the event, days after it."""
    bundles: tuple[BundleShown, ...]
    total: Money


def terms_shown(content: QuoteContent) -> TermsShown:
    """Return what the page of a quotation says of its terms."""
    quote, currency = content.quote, Currency(content.quote.currency)
    bundles = read_bundles(quote.bundles)
    total = Money(quote.total, currency)
    setups = [Money(line.setup_cost, currency) for line in content.lines if line.setup_cost]
    setup = total_of(setups, currency) if setups else None
    freight = Money(quote.freight, currency) if quote.freight is not None else None
    off = _off(content, bundles, currency)
    added = [part for part in (setup, freight) if part is not None]
    in_all = total_of([total, *added, *([-off] if off is not None else [])], currency)
    return TermsShown(
        setup=setup,
        freight=freight,
        discount=off,
        in_all=in_all if added or off is not None else None,
        instalments=tuple(
            (Decimal(part["percent"]), PAY_EVENTS[PayEvent(part["event"])], part["days"]) for part in quote.instalments
        ),
        bundles=tuple(_shown(bundle, content) for bundle in bundles),
        total=total,
    )


def tiers_shown(content: QuoteContent) -> Mapping[UUID, Sequence[tuple[PriceTier, Money]]]:
    """Return the tiers of each line with their prices as money."""
    currency = Currency(content.quote.currency)
    return {
        line.line_id: [(tier, Money(tier.unit_price, currency)) for tier in read_tiers(line.tiers)]
        for line in content.lines
    }


@dataclass(frozen=True, slots=True)
class AlternateShown:
    """A further offer to a line; ``tiers`` as suppliers write them."""

    number: int
    what: str
    price: Money
    tiers: str
    lead_days: int | None
    least: Decimal | None
    setup: Money | None
    """Its own set-up cost, None where that is the line's."""


def alternates_shown(content: QuoteContent) -> Mapping[UUID, Sequence[AlternateShown]]:
    """Return by line what is offered besides, for the lines that have any."""
    currency = Currency(content.quote.currency)
    return {
        line.line_id: [
            AlternateShown(
                one["variant"],
                described(one),
                Money(Decimal(one["unit_price"]), currency),
                write_tiers(read_tiers(one["tiers"])),
                one["lead_days"],
                Decimal(one["min_quantity"]) if one["min_quantity"] else None,
                None if (setup := own_setup(one)) is None else Money(setup, currency),
            )
            for one in line.alternates
        ]
        for line in content.lines
        if line.alternates
    }


def country_shown(code: str, language: str) -> str:
    """Return a country's name; '' for none."""
    return reference.country_name(code, language) if code else ""


def _off(content: QuoteContent, bundles: tuple[Bundle, ...], currency: Currency) -> Money | None:
    offered = {line.line_id: line.quantity for line in content.lines}
    amounts = {
        line.line_id: line_total(Money(line.unit_price, currency), line.quantity).amount for line in content.lines
    }
    exact = discount(bundles, offered, offered, amounts)
    if not exact:
        return None
    units = exact * 10**currency.minor_digits
    rounded = (2 * units.numerator + units.denominator) // (2 * units.denominator)  # half up, as all amounts are
    return Money(Decimal(rounded).scaleb(-currency.minor_digits), currency)


def _shown(bundle: Bundle, content: QuoteContent) -> BundleShown:
    positions: Mapping[object, int] = {line.line_id: line.position for line in content.lines}
    numbers = [positions[line_id] for line_id in bundle.line_ids if line_id in positions]
    return BundleShown(bundle.kind is BundleKind.TOGETHER, write_positions(numbers), bundle.percent)
