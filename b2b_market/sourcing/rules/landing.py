"""Landed cost: what one unit costs at the buyer's door, in today's money, with every figure's derivation.

``landed_cost`` adds to a quoted price the legs its delivery term leaves to the buyer, and brings all of it to its
present value. The customs value is, in this order: what the quotation states; under CIF the price with the legs up to
arrival, where the premium is part of its own base (CIF = cost and freight ÷ (1 − cover × rate)); under FOB the price
with the legs up to loading. Where a price includes more of the way than the basis asks for, the price itself stands in:
an upper bound, never too favourable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.landing import (
    CustomsBasis,
    Leg,
    LegCost,
    PartOfPrice,
    SpreadCost,
    Switching,
    TermedPrice,
    Terms,
    Valuation,
    Way,
    require_terms,
)
from b2b_market.sourcing.rules.figures import Figure, Measure, Operation, given, made
from b2b_market.sourcing.rules.legs import BEFORE_SHIPMENT, LEG_NAMES, buyer_pays
from b2b_market.sourcing.rules.refusals import RateMissing

_SUM, _PRODUCT = Operation.SUM, Operation.PRODUCT
_QUOTATION = N_("The quotation")
_BUYER = N_("The buyer")
_TERMS = N_("Terms of payment")
_PUBLISHED_RULE = N_("The rule of this calculation")
_ON_THE_WAY = frozenset({Leg.FREIGHT, *BEFORE_SHIPMENT})


@dataclass(frozen=True, slots=True)
class LandedCost:
    """What one unit costs in the comparison currency.

    ``present`` is the figure to compare by: everything discounted to the basis day. ``nominal`` is the same without
    discounting, ``cash`` adds the recoverable tax that has to be laid out. ``customs_value`` is None where no duty or
    tax is levied on the buyer. ``unpriced`` are legs the buyer pays without an estimate: while there are any, the cost
    is too low and must not be held against a complete one.
    """

    present: Figure
    nominal: Figure
    cash: Figure
    customs_value: Figure | None
    unpriced: tuple[Leg, ...]

    @property
    def complete(self) -> bool:
        """Whether every leg the buyer pays has an amount."""
        return not self.unpriced


def landed_cost(price: TermedPrice, way: Way, valuation: Valuation) -> LandedCost:
    """Land one quoted price; refuses with RateMissing where an amount's currency has no frozen rate.

    An unknown delivery term is a ValueError. The legs INSPECTION, RISK and SWITCHING are the buyer's under every term
    and, unlike the others, are nothing where nobody stated them.
    """
    return _Landing(price, way, valuation).cost()


def present_value(price: Money, terms: Terms, annual_rate: Decimal, rate_source: str) -> Figure:
    """Return Σ share × price × (1 + rate) ^ (−day ÷ 365) in the price's currency."""
    require_terms(terms)
    base = given("price", N_("Price"), price.amount, Measure.MONEY, _QUOTATION)
    rate = _capital(annual_rate, rate_source)
    return made("present_value", N_("Present value"), Measure.MONEY, _SUM, _discounted(_instalments(base, terms), rate))


def implied_annual_rate(discount: Decimal, within: int, net: int) -> Figure:
    """Return the yearly rate that a discount for paying ``within`` instead of ``net`` days earns.

    Compounded: (1 ÷ (1 − discount)) ^ (365 ÷ (net − within)) − 1. The discount is between 0 and 1 and the shorter term
    is the shorter one (ValueError).
    """
    if not 0 < discount < 1 or not 0 <= within < net:
        raise ValueError("a discount between 0 and 1 is given for paying before the net day")
    earlier = made(
        "days_earlier",
        N_("Days paid earlier"),
        Measure.DAYS,
        Operation.DIFFERENCE,
        [
            given("net_days", N_("Net days"), net, Measure.DAYS, _QUOTATION),
            given("discount_days", N_("Days with discount"), within, Measure.DAYS, _QUOTATION),
        ],
    )
    saved = given("discount", N_("Discount for early payment"), discount, Measure.SHARE, _QUOTATION)
    name = N_("Implied annual rate")
    return made("implied_annual_rate", name, Measure.SHARE, Operation.ANNUAL_RATE, [saved, earlier])


class _Landing:
    """Works out one price; every amount is converted once, with the rate kept as an input."""

    def __init__(self, price: TermedPrice, way: Way, valuation: Valuation) -> None:
        self.quoted = price
        self.way = way
        self.valuation = valuation
        self.owed = buyer_pays(price.incoterm, price.left_to_buyer)
        self.price = self._price(price)
        self.legs = {leg: self._leg(leg, cost) for leg in self.owed if (cost := way.legs.get(leg)) is not None}
        self.days = {leg: way.legs[leg].day for leg in self.legs}

    def cost(self) -> LandedCost:
        customs = self._with_duty_and_insurance()
        if self.way.switching is not None:
            self._put(Leg.SWITCHING, self._switching(self.way.switching), self.way.switching.day)
        paid = [(leg, self.legs[leg]) for leg in self.owed if leg in self.legs]
        rate = _capital(self.valuation.annual_rate, self.valuation.rate_source)
        timed = [*_instalments(self.price, self.quoted.terms), *((figure, self.days[leg]) for leg, figure in paid)]
        nominal = made("landed", N_("Landed cost"), Measure.MONEY, _SUM, [self.price, *(figure for _, figure in paid)])
        present = made(
            "landed_present", N_("Landed cost, present value"), Measure.MONEY, _SUM, _discounted(timed, rate)
        )
        optional = {Leg.INSPECTION, Leg.RISK, Leg.SWITCHING}
        unpriced = tuple(leg for leg in self.owed if leg not in self.legs and leg not in optional)
        return LandedCost(present, nominal, self._cash(nominal, customs), customs, unpriced)

    def _with_duty_and_insurance(self) -> Figure | None:
        """Add the two legs that depend on the others; return the customs value where something is levied on it."""
        arrival = self._arrival_value()
        duty = self.way.duty if Leg.DUTY in self.owed else None
        tax = self.way.import_vat if Leg.DUTY in self.owed else None
        if duty is None and tax is None:
            return None
        customs = self._customs_value(arrival, duty.basis if duty else CustomsBasis.CIF)
        if duty is not None:
            rate = given("duty_rate", N_("Rate of duty"), duty.rate, Measure.SHARE, duty.source)
            levied = made(Leg.DUTY, LEG_NAMES[Leg.DUTY], Measure.MONEY, _PRODUCT, [customs, rate])
            self._put(Leg.DUTY, levied, duty.day)
        return customs

    def _arrival_value(self) -> Figure:
        """Return the CIF value, adding the premium where the buyer pays it; the price where it includes the way."""
        insurance = self.way.insurance if Leg.INSURANCE in self.owed else None
        freight = self._sum_with("cost_and_freight", N_("Cost and freight"), _ON_THE_WAY)
        if insurance is None:
            return self._sum_with("cif_value", N_("CIF value"), _ON_THE_WAY | {Leg.INSURANCE})
        premium = made(
            "premium_share",
            N_("Premium as a part of the CIF value"),
            Measure.SHARE,
            _PRODUCT,
            [
                given("insurance_rate", N_("Insurance rate"), insurance.rate, Measure.SHARE, insurance.source),
                given("insurance_cover", N_("Insured part"), insurance.cover, Measure.SHARE, insurance.source),
            ],
        )
        whole = given("whole", N_("The whole"), 1, Measure.NUMBER, _PUBLISHED_RULE)
        rest_name = N_("CIF value without premium, as a part")
        rest = made("premium_free", rest_name, Measure.SHARE, Operation.DIFFERENCE, [whole, premium])
        cif = made("cif_value", N_("CIF value"), Measure.MONEY, Operation.QUOTIENT, [freight, rest])
        paid = made(Leg.INSURANCE, LEG_NAMES[Leg.INSURANCE], Measure.MONEY, Operation.DIFFERENCE, [cif, freight])
        self._put(Leg.INSURANCE, paid, insurance.day)
        return cif

    def _customs_value(self, arrival: Figure, basis: CustomsBasis) -> Figure:
        stated = self.quoted.customs_value
        if stated is not None:
            return self._money("customs_value", N_("Customs value"), stated, self.quoted.source)
        if basis is CustomsBasis.CIF:
            return arrival
        return self._sum_with("fob_value", N_("FOB value"), frozenset(BEFORE_SHIPMENT))

    def _sum_with(self, key: str, name: str, legs: frozenset[Leg]) -> Figure:
        """Return the price with those of ``legs`` that the buyer pays and has estimated."""
        added = [figure for leg, figure in self.legs.items() if leg in legs]
        return made(key, name, Measure.MONEY, _SUM, [self.price, *added])

    def _switching(self, switching: Switching) -> Figure:
        total = self._money("switching_total", N_("Cost of changing, once"), switching.total, switching.source)
        spread = given("spread_over", N_("Spread over"), switching.quantity, Measure.NUMBER, switching.source)
        return made(Leg.SWITCHING, LEG_NAMES[Leg.SWITCHING], Measure.MONEY, Operation.QUOTIENT, [total, spread])

    def _cash(self, nominal: Figure, customs: Figure | None) -> Figure:
        """Return the nominal cost with the recoverable tax on customs value and duty."""
        parts = [nominal]
        if self.way.import_vat is not None and customs is not None:
            duty = [self.legs[Leg.DUTY]] if Leg.DUTY in self.legs else []
            taxed = made("taxed_value", N_("Customs value with duty"), Measure.MONEY, _SUM, [customs, *duty])
            rate = given("import_vat_rate", N_("Rate of import tax"), self.way.import_vat, Measure.SHARE, _BUYER)
            parts.append(made("import_vat", N_("Recoverable import tax"), Measure.MONEY, _PRODUCT, [taxed, rate]))
        return made("cash", N_("Cash laid out"), Measure.MONEY, _SUM, parts)

    def _price(self, quoted: TermedPrice) -> Figure:
        """Return the quoted price; one with a set-up cost bears its part of it."""
        if quoted.setup is None:
            return self._money("price", N_("Quoted price"), quoted.unit_price, quoted.source)
        parts = [
            self._money("unit_price", N_("Quoted price"), quoted.unit_price, quoted.source),
            made(
                "setup",
                N_("Set-up cost of one unit"),
                Measure.MONEY,
                Operation.QUOTIENT,
                [
                    self._money("setup_total", N_("Set-up cost, once"), quoted.setup, quoted.source),
                    given("setup_quantity", N_("Spread over"), quoted.quantity, Measure.NUMBER, quoted.source),
                ],
            ),
        ]
        return made("price", N_("Quoted price with set-up"), Measure.MONEY, _SUM, parts)

    def _leg(self, leg: Leg, cost: LegCost | PartOfPrice | SpreadCost) -> Figure:
        name = LEG_NAMES[leg]
        if isinstance(cost, LegCost):
            return self._money(leg, name, cost.amount, cost.source)
        if isinstance(cost, PartOfPrice):
            rate = given(f"{leg}_rate", N_("Part of the price"), cost.rate, Measure.SHARE, cost.source)
            return made(leg, name, Measure.MONEY, _PRODUCT, [self.price, rate])
        once = self._money(f"{leg}_total", N_("Cost of the whole quotation"), cost.total, cost.source)
        over = self._money("quoted_total", N_("All that is quoted"), cost.over, self.quoted.source)
        part = made(f"{leg}_rate", N_("Part of the price"), Measure.SHARE, Operation.QUOTIENT, [once, over])
        return made(leg, name, Measure.MONEY, _PRODUCT, [self.price, part])

    def _put(self, leg: Leg, figure: Figure, day: int) -> None:
        self.legs[leg], self.days[leg] = figure, day

    def _money(self, key: str, name: str, amount: Money, source: str) -> Figure:
        """Return an amount in the comparison currency; a converted one keeps the original and the rate below it."""
        target = self.valuation.currency
        if amount.currency == target:
            return given(key, name, amount.amount, Measure.MONEY, source)
        for rate in self.valuation.rates:
            if (rate.base, rate.quote) == (amount.currency, target):
                original = given(f"{key}_{amount.currency.code}", name, amount.amount, Measure.NUMBER, source)
                said = f"1 {rate.base} = {format(rate.value, 'f')} {rate.quote} · {rate.source} · {rate.as_of}"
                frozen = given("exchange_rate", N_("Exchange rate"), rate.value, Measure.NUMBER, said)
                return made(key, name, Measure.MONEY, _PRODUCT, [original, frozen])
        raise RateMissing(pairs=f"{amount.currency} → {target}")


def _capital(annual_rate: Decimal, source: str) -> Figure:
    return given("annual_rate", N_("Cost of capital per year"), annual_rate, Measure.SHARE, source)


def _instalments(price: Figure, terms: Terms) -> list[tuple[Figure, int]]:
    """Return what is paid of the price and when; a price paid at once needs no share."""
    if len(terms) == 1:
        return [(price, terms[0].day)]
    return [
        (
            made(
                "instalment",
                N_("Instalment"),
                Measure.MONEY,
                _PRODUCT,
                [price, given("instalment_share", N_("Part of the price"), one.share, Measure.SHARE, _QUOTATION)],
            ),
            one.day,
        )
        for one in terms
    ]


def _discounted(timed: Sequence[tuple[Figure, int]], rate: Figure) -> list[Figure]:
    """Bring amounts to the basis day; what is paid on it stays as it is."""
    found = []
    for amount, day in timed:
        if day == 0:
            found.append(amount)
            continue
        days = given("days", N_("Days after the basis day"), day, Measure.DAYS, _TERMS)
        factor = made("discount_factor", N_("Discount factor"), Measure.NUMBER, Operation.DISCOUNT, [rate, days])
        found.append(made(f"{amount.key}_present", amount.name, Measure.MONEY, _PRODUCT, [amount, factor]))
    return found
