"""Whole quotations brought to the buyer's door, so that they compare on their landed cost.

A landed cost is a straight line over the quoted price: what is levied or borne by value makes its rise, amounts make
what stands beside it. The line is found once per quotation and way from two landed prices, in exact fractions, so that
a thousand prices cost no more than one multiplication each; it gives exactly what ``landed_cost`` gives for every price
(a property test holds the two together). Prices are compared to LANDED_PLACES decimals, far below any minor unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.assuming import Assumptions, Delivery
from b2b_market.sourcing.commands.comparing import Basis, Need, Quote, QuoteLine
from b2b_market.sourcing.commands.landing import Leg, TermedPrice, Valuation
from b2b_market.sourcing.rules.assuming import way_of
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.landing import LandedCost, landed_cost

LANDED_PLACES: Final = 12
_PLACE: Final = "—"
_QUOTATION: Final = N_("The quotation")


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a quoted price (in its own currency) becomes: price × ``rise`` + ``fixed`` in the comparison currency.

    A price with a set-up cost bears its part of it before.

    ``unpriced`` are the legs that the buyer pays without having stated what they cost.
    """

    rise: Fraction
    fixed: Fraction
    unpriced: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Landing:
    """Quotations on their landed cost: ``quotes`` hold landed unit prices in the comparison currency.

    ``termless`` are the suppliers whose delivery term nobody knows; ``unpriced`` says by supplier which costs are not
    stated. Offers of both kinds are marked incomplete. ``cost`` derives one figure in full.
    """

    quotes: tuple[Quote, ...]
    termless: frozenset[UUID]
    unpriced: Mapping[UUID, tuple[Leg, ...]]
    lines: Mapping[tuple[UUID, UUID], CostLine] = field(repr=False)
    """By line and supplier."""
    prices: Mapping[tuple[UUID, UUID], tuple[TermedPrice, Money, Delivery]] = field(repr=False)
    assumptions: Assumptions = field(repr=False)
    valuation: Valuation = field(repr=False)
    other_lines: Mapping[tuple[UUID, UUID, int], CostLine] = field(repr=False)
    """Of alternates: by line, supplier and variant; ``other_prices`` too."""
    other_prices: Mapping[tuple[UUID, UUID, int], tuple[TermedPrice, Money, Delivery]] = field(repr=False)

    def line(self, offer: QuoteLine, supplier_id: UUID) -> CostLine:
        """Return what the price of an offer becomes."""
        if offer.variant:
            return self.other_lines[offer.line_id, supplier_id, offer.variant]
        return self.lines[offer.line_id, supplier_id]

    def cost(self, line_id: UUID, supplier_id: UUID, variant: int = 0) -> LandedCost | None:
        """Return how the landed cost of one offer comes about; None where there is no offer or no delivery term."""
        own = self.prices.get((line_id, supplier_id))
        found = self.other_prices.get((line_id, supplier_id, variant)) if variant else own
        if found is None:
            return None
        price, over, delivery = found
        way = way_of(self.assumptions, supplier_id, line_id, over, delivery.freight)
        return landed_cost(price, way, self.valuation)


def land_quotes(
    needs: Sequence[Need],
    quotes: Sequence[Quote],
    deliveries: Mapping[UUID, Delivery],
    assumptions: Assumptions,
    basis: Basis,
) -> Landing:
    """Land every offer of ``quotes``; refuses with RateMissing where an amount's currency has no rate in ``basis``."""
    worker = _Worker({need.line_id: need for need in needs}, assumptions, basis)
    with exact_arithmetic():
        landed = tuple(worker.quote(quote, deliveries[quote.supplier_id]) for quote in quotes)
    return Landing(
        quotes=landed,
        termless=frozenset(worker.termless),
        unpriced={supplier_id: tuple(leg for leg in Leg if leg in legs) for supplier_id, legs in worker.open.items()},
        lines=worker.lines,
        prices=worker.prices,
        assumptions=assumptions,
        valuation=worker.valuation,
        other_lines=worker.other_lines,
        other_prices=worker.other_prices,
    )


class _Worker:
    def __init__(self, needs: Mapping[UUID, Need], assumptions: Assumptions, basis: Basis) -> None:
        self.needs = needs
        self.assumptions = assumptions
        self.basis = basis
        self.valuation = Valuation(
            currency=basis.currency,
            annual_rate=assumptions.annual_rate,
            rate_source=assumptions.rate_source,
            rates=basis.rates,
        )
        self.own_lines = {rule.line_id for rule in assumptions.rules if rule.line_id is not None}
        self.termless: set[UUID] = set()
        self.open: dict[UUID, set[Leg]] = {}
        self.lines: dict[tuple[UUID, UUID], CostLine] = {}
        self.prices: dict[tuple[UUID, UUID], tuple[TermedPrice, Money, Delivery]] = {}
        self.other_lines: dict[tuple[UUID, UUID, int], CostLine] = {}
        self.other_prices: dict[tuple[UUID, UUID, int], tuple[TermedPrice, Money, Delivery]] = {}

    def quote(self, quote: Quote, delivery: Delivery) -> Quote:
        if not delivery.incoterm:
            self.termless.add(quote.supplier_id)
        over = Money(sum((self._worth(line) for line in quote.lines), Decimal(0)), quote.currency)
        common: dict[int, CostLine] = {}

        def landed(line: QuoteLine) -> QuoteLine:
            key = delivery.key(line.lead_days)
            if line.line_id in self.own_lines:
                return self._landed(quote, line, delivery, over, self._cost_line(quote, line, delivery, over))
            if key not in common:
                common[key] = self._cost_line(quote, line, delivery, over)
            return self._landed(quote, line, delivery, over, common[key])

        return replace(
            quote,
            currency=self.basis.currency,
            lines=tuple(landed(line) for line in quote.lines),
            alternates=tuple(landed(line) for line in quote.alternates),
            freight=None,
            discounts=(),
        )

    def _quantity(self, line: QuoteLine) -> Decimal:
        wanted = self.needs[line.line_id].quantity.value
        return wanted if line.offered is None else min(line.offered.value, wanted)

    def _worth(self, line: QuoteLine) -> Decimal:
        setup = Decimal(0) if line.setup is None else line.setup.amount
        return line.unit_price.amount * self._quantity(line) + setup

    def _landed(self, quote: Quote, line: QuoteLine, delivery: Delivery, over: Money, cost_line: CostLine) -> QuoteLine:
        self._keep(quote, line, delivery, over, cost_line)
        if cost_line.unpriced:
            self.open.setdefault(quote.supplier_id, set()).update(cost_line.unpriced)
        quoted = Fraction(line.unit_price.amount)
        if line.setup is not None:
            quoted += Fraction(line.setup.amount) / Fraction(self._quantity(line))
        value = quoted * cost_line.rise + cost_line.fixed
        amount = Decimal(round(value * 10**LANDED_PLACES)).scaleb(-LANDED_PLACES)
        return replace(
            line,
            unit_price=Money(amount, self.basis.currency),
            setup=None,
            tiers=(),
            incomplete=bool(cost_line.unpriced) or not delivery.incoterm,
        )

    def _keep(self, quote: Quote, line: QuoteLine, delivery: Delivery, over: Money, cost_line: CostLine) -> None:
        """Keep how an offer was landed, for whoever asks how its figure came about."""
        place = (line.line_id, quote.supplier_id)
        if line.variant:
            self.other_lines[*place, line.variant] = cost_line
        else:
            self.lines[place] = cost_line
        if delivery.incoterm:
            price = replace(_termed(line, delivery), setup=line.setup, quantity=self._quantity(line))
            if line.variant:
                self.other_prices[*place, line.variant] = (price, over, delivery)
            else:
                self.prices[place] = (price, over, delivery)

    def _cost_line(self, quote: Quote, line: QuoteLine, delivery: Delivery, over: Money) -> CostLine:
        """Find the straight line from the landed cost of a price of 0 and of 1."""
        if not delivery.incoterm:
            return CostLine(self._rate(quote), Fraction(0), ())
        way = way_of(self.assumptions, quote.supplier_id, line.line_id, over, delivery.freight)
        nothing, one = (
            landed_cost(
                replace(_termed(line, delivery), unit_price=Money(Decimal(amount), quote.currency)),
                way,
                self.valuation,
            )
            for amount in (0, 1)
        )
        return CostLine(one.present.value - nothing.present.value, nothing.present.value, one.unpriced)

    def _rate(self, quote: Quote) -> Fraction:
        for rate in self.basis.rates:
            if (rate.base, rate.quote) == (quote.currency, self.basis.currency):
                return Fraction(rate.value)
        return Fraction(1)


def _termed(line: QuoteLine, delivery: Delivery) -> TermedPrice:
    """Return a price under its terms; freight that is charged beside it is left to the buyer, whatever the term."""
    return TermedPrice(
        unit_price=line.unit_price,
        incoterm=delivery.incoterm,
        place=delivery.place or _PLACE,
        source=_QUOTATION,
        terms=delivery.terms(line.lead_days),
        left_to_buyer=frozenset({Leg.FREIGHT}) if delivery.freight is not None else frozenset(),
    )
