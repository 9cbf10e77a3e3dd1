"""Landed cost holds for every term, way and calendar: nothing twice, nothing forgotten, dearer in is dearer out."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.money import Money, Rate
from b2b_market.sourcing.public import (
    SELLER_PAYS,
    CustomsBasis,
    Duty,
    Instalment,
    Insurance,
    Leg,
    LegCost,
    Switching,
    TermedPrice,
    Valuation,
    Way,
    buyer_pays,
    implied_annual_rate,
    landed_cost,
    present_value,
    walk,
)
from b2b_market.sourcing.rules.figures import remade
from tests.sourcing.markets import CNY, EUR, cny

amounts = st.decimals("0", "1000", places=4)
days = st.integers(-120, 180)
rates = st.decimals("0", "0.4", places=3)
OWN_RULE = {Leg.DUTY, Leg.SWITCHING, Leg.INSURANCE}


@st.composite
def terms(draw: st.DrawFn) -> tuple[Instalment, ...]:
    parts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    shares = [Decimal(part) * 5 / 100 for part in parts]
    rest = 1 - sum(shares, Decimal(0))
    found = [*shares, rest] if rest > 0 else [Decimal(1)]
    return tuple(Instalment(share, draw(days)) for share in found)


@st.composite
def ways(draw: st.DrawFn) -> Way:
    legs = {
        leg: LegCost(Money(draw(amounts), CNY), draw(days), "carrier")
        for leg in Leg
        if leg not in OWN_RULE and draw(st.booleans())
    }
    return Way(
        legs=legs,
        insurance=draw(st.none() | st.builds(Insurance, rates, days, st.just("broker"))),
        duty=draw(st.none() | st.builds(Duty, rates, days, st.just("tariff"), st.sampled_from(CustomsBasis))),
        switching=draw(
            st.none()
            | st.builds(Switching, amounts.map(lambda one: Money(one, CNY)), st.just(Decimal(7)), days, st.just("b"))
        ),
        import_vat=draw(st.none() | rates),
    )


@st.composite
def prices(draw: st.DrawFn) -> TermedPrice:
    return TermedPrice(
        unit_price=Money(draw(amounts), CNY),
        incoterm=draw(st.sampled_from(sorted(SELLER_PAYS))),
        place="Suzhou",
        source="quotation",
        terms=draw(terms()),
        customs_value=draw(st.none() | amounts.map(lambda one: Money(one, CNY))),
    )


valuations = rates.map(lambda rate: Valuation(currency=CNY, annual_rate=rate, rate_source="treasury"))


@given(prices(), ways(), valuations)
def test_every_leg_is_in_the_price_or_on_top_and_never_both(price: TermedPrice, way: Way, valuation: Valuation) -> None:
    landed = landed_cost(price, way, valuation)
    owed = buyer_pays(price.incoterm)
    assert not SELLER_PAYS[price.incoterm] & set(owed)
    assert SELLER_PAYS[price.incoterm] | set(owed) == set(Leg)
    keys = [one.key for one in landed.nominal.inputs]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {"price", *owed}
    assert set(landed.unpriced).isdisjoint(keys)
    amounts_of = {leg: cost.amount.amount for leg, cost in way.legs.items() if isinstance(cost, LegCost)}
    stated = sum((amounts_of[leg] for leg in owed if leg in way.legs), Decimal(0))
    own = sum((one.value for one in landed.nominal.inputs if one.key in OWN_RULE), Fraction(0))
    assert landed.nominal.value == Fraction(price.unit_price.amount) + Fraction(stated) + own


@given(prices(), ways(), valuations)
def test_every_figure_is_what_its_derivation_comes_to(price: TermedPrice, way: Way, valuation: Valuation) -> None:
    landed = landed_cost(price, way, valuation)
    for root in (landed.present, landed.nominal, landed.cash):
        assert remade(root) == root.value
        assert all(one.source or one.inputs for _, one in walk(root))


@given(prices(), ways(), valuations, amounts)
def test_a_dearer_price_or_leg_never_costs_less(
    price: TermedPrice, way: Way, valuation: Valuation, more: Decimal
) -> None:
    before = landed_cost(price, way, valuation)
    dearer = replace(price, unit_price=Money(price.unit_price.amount + more, CNY))
    after = landed_cost(dearer, way, valuation)
    assert after.present.value >= before.present.value
    assert after.nominal.value - before.nominal.value >= Fraction(more)
    for leg, cost in way.legs.items():
        assert isinstance(cost, LegCost)
        raised = replace(way, legs={**way.legs, leg: replace(cost, amount=Money(cost.amount.amount + more, CNY))})
        assert landed_cost(price, raised, valuation).present.value >= before.present.value


@given(prices(), ways(), valuations, st.integers(1, 90))
def test_paying_later_never_costs_more(price: TermedPrice, way: Way, valuation: Valuation, later: int) -> None:
    before = landed_cost(price, way, valuation)
    put_off = tuple(replace(one, day=one.day + later) for one in price.terms)
    after = landed_cost(replace(price, terms=put_off), way, valuation)
    assert after.present.value <= before.present.value
    assert after.nominal.value == before.nominal.value


@given(prices(), ways())
def test_free_capital_makes_the_calendar_nothing(price: TermedPrice, way: Way) -> None:
    free = Valuation(currency=CNY, annual_rate=Decimal(0), rate_source="treasury")
    landed = landed_cost(price, way, free)
    assert landed.present.value == landed.nominal.value


def scaled(way: Way, factor: Decimal) -> Way:
    legs: Mapping[Leg, LegCost] = {
        leg: replace(cost, amount=Money(cost.amount.amount * factor, CNY))
        for leg, cost in way.legs.items()
        if isinstance(cost, LegCost)
    }
    switching = way.switching
    if switching is not None:
        switching = replace(switching, total=Money(switching.total.amount * factor, CNY))
    return replace(way, legs=legs, switching=switching)


@given(prices(), ways(), valuations, st.sampled_from([Decimal("0.001"), Decimal(12), Decimal(144)]))
def test_another_unit_of_quantity_scales_everything_alike(
    price: TermedPrice, way: Way, valuation: Valuation, factor: Decimal
) -> None:
    """A price per dozen with costs per dozen is twelve times the price per piece."""
    stated = price.customs_value
    larger = replace(
        price,
        unit_price=Money(price.unit_price.amount * factor, CNY),
        customs_value=None if stated is None else Money(stated.amount * factor, CNY),
    )
    one, many = landed_cost(price, way, valuation), landed_cost(larger, scaled(way, factor), valuation)
    assert many.present.value == one.present.value * Fraction(factor)
    assert many.cash.value == one.cash.value * Fraction(factor)


@given(prices(), ways(), valuations, st.decimals("0.0001", "10000", places=6))
def test_another_currency_of_everything_only_scales_by_the_rate(
    price: TermedPrice, way: Way, valuation: Valuation, value: Decimal
) -> None:
    """The same deal compared in EUR is the deal in CNY times the frozen rate, to the last digit."""
    rate = Rate(CNY, EUR, value, "ECB", "2026-11-20")
    home = landed_cost(price, way, valuation)
    abroad = landed_cost(price, way, replace(valuation, currency=EUR, rates=(rate,)))
    assert abroad.present.value == home.present.value * Fraction(value)
    assert abroad.nominal.value == home.nominal.value * Fraction(value)
    assert abroad.unpriced == home.unpriced


@given(amounts, terms(), rates)
def test_present_value_lies_between_the_earliest_and_the_latest_day(
    amount: Decimal, made: tuple[Instalment, ...], rate: Decimal
) -> None:
    def at(day: int) -> Fraction:
        return present_value(cny(str(amount)), (Instalment(Decimal(1), day),), rate, "treasury").value

    value = present_value(cny(str(amount)), made, rate, "treasury").value
    slack = Fraction(1, 10**30)  # the factors are rounded to 40 digits
    assert at(max(one.day for one in made)) - slack <= value <= at(min(one.day for one in made)) + slack


@given(st.decimals("0.001", "0.5", places=3), st.integers(0, 30), st.integers(1, 120))
def test_taking_the_discount_pays_exactly_where_capital_costs_less_than_it_earns(
    discount: Decimal, within: int, more: int
) -> None:
    implied = implied_annual_rate(discount, within, within + more).value
    cut = cny(str(100 * (1 - discount)))
    for part in (Decimal("0.9"), Decimal("1.1")):
        rate = Decimal(format(Decimal(implied.numerator) / Decimal(implied.denominator), ".12f")) * part
        early = present_value(cut, (Instalment(Decimal(1), within),), rate, "treasury").value
        late = present_value(cny("100"), (Instalment(Decimal(1), within + more),), rate, "treasury").value
        assert (early < late) == (part < 1)
