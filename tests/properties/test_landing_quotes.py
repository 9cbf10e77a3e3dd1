"""Landing a whole quotation by its cost line gives exactly what landing each of its prices by itself gives."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.sourcing.public import (
    LANDED_PLACES,
    SELLER_PAYS,
    Assumptions,
    Basis,
    CostMeasure,
    CostRule,
    CustomsBasis,
    Delivery,
    Leg,
    Need,
    Part,
    Quote,
    QuoteLine,
    chosen_rules,
    compare,
    land_quotes,
    require_assumptions,
)
from tests.sourcing.markets import CNY, EUR

SUPPLIER, OTHER = UUID(int=1), UUID(int=2)
LINES = [UUID(int=100 + number) for number in range(3)]
BASIS = Basis(
    currency=CNY,
    judged_on=date(2026, 11, 22),
    delivery_start=date(2026, 11, 22),
    rates=(Rate(EUR, CNY, Decimal("7.8123"), "ECB", "2026-11-20"),),
)
NEEDS = [
    Need(line_id=line_id, number=number, item="bolt", specification="", quantity=Quantity(Decimal(7), unit("H87")))
    for number, line_id in enumerate(LINES, start=1)
]
amounts = st.decimals("0", "900", places=4)
days = st.integers(-90, 120)


@st.composite
def rules(draw: st.DrawFn) -> tuple[CostRule, ...]:
    found = {}
    for _ in range(draw(st.integers(0, 6))):
        leg = draw(st.sampled_from(Leg))
        measure = CostMeasure.PERCENT if leg is Leg.DUTY else draw(st.sampled_from(CostMeasure))
        percent = measure is CostMeasure.PERCENT
        supplier_id, line_id = draw(st.sampled_from([None, SUPPLIER, OTHER])), draw(st.sampled_from([None, *LINES]))
        found[leg, supplier_id, line_id] = CostRule(
            leg=leg,
            measure=measure,
            value=draw(st.decimals("0", "80", places=2)) if percent else draw(amounts),
            currency=None if percent else draw(st.sampled_from([CNY, EUR])),
            day=draw(days),
            source="the forwarder's offer",
            supplier_id=supplier_id,
            line_id=line_id,
        )
    return tuple(found.values())


assumed = st.builds(
    Assumptions,
    annual_rate=st.decimals("0", "0.3", places=3),
    rate_source=st.just("treasury"),
    customs_basis=st.sampled_from(CustomsBasis),
    import_vat=st.none() | st.just(Decimal("0.13")),
    domestic=st.booleans(),
    rules=rules(),
)
deliveries = st.builds(
    Delivery,
    incoterm=st.sampled_from(sorted(SELLER_PAYS)),
    place=st.just("Shanghai"),
    source=st.just("the quotation"),
    parts=st.sampled_from(
        [(Part(Decimal(1)),), (Part(Decimal("0.3"), 0, from_order=True), Part(Decimal("0.7"), 60))],
    ),
    freight=st.none() | amounts.map(lambda amount: Money(amount, EUR)),
)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    currency = draw(st.sampled_from([CNY, EUR]))
    lines = tuple(
        QuoteLine(
            offer_id=SUPPLIER,
            line_id=line_id,
            unit_price=Money(draw(amounts), currency),
            lead_days=draw(st.none() | st.integers(0, 120)),
            setup=draw(st.none() | amounts.map(lambda amount: Money(amount, currency))),
        )
        for line_id in LINES
    )
    received = datetime(2026, 11, 20, tzinfo=UTC)
    return Quote(supplier_id=SUPPLIER, supplier="S", currency=currency, submitted_at=received, lines=lines)


@given(quotes(), deliveries, assumed)
def test_the_cost_line_gives_the_landed_cost_of_every_price(
    quote: Quote, delivery: Delivery, assumptions: Assumptions
) -> None:
    require_assumptions(assumptions)
    landing = land_quotes(NEEDS, [quote], {SUPPLIER: delivery}, assumptions, BASIS)
    for line, landed in zip(quote.lines, landing.quotes[0].lines, strict=True):
        cost = landing.cost(line.line_id, SUPPLIER)
        assert cost is not None
        cost_line = landing.lines[line.line_id, SUPPLIER]
        price = Fraction(line.unit_price.amount) + (Fraction(line.setup.amount) / 7 if line.setup else 0)
        assert price * cost_line.rise + cost_line.fixed == cost.present.value
        assert abs(Fraction(landed.unit_price.amount) - cost.present.value) <= Fraction(1, 2 * 10**LANDED_PLACES)
        assert cost_line.unpriced == cost.unpriced
        assert landed.incomplete is bool(cost.unpriced)
        assert set(cost.unpriced) <= set(landing.unpriced.get(SUPPLIER, ()))


@given(quotes(), deliveries, assumed)
def test_costs_of_a_whole_quotation_are_borne_in_full(
    quote: Quote, delivery: Delivery, assumptions: Assumptions
) -> None:
    """However it is spread, what is charged once comes to exactly what is charged."""
    once = CostRule(
        leg=Leg.INSPECTION,
        measure=CostMeasure.PER_QUOTE,
        value=Decimal(500),
        currency=CNY,
        source="the inspector",
    )
    kept = tuple(rule for rule in assumptions.rules if rule.leg is not Leg.INSPECTION)
    costs = []
    for chosen in (kept, (*kept, once)):
        landing = land_quotes(NEEDS, [quote], {SUPPLIER: delivery}, replace(assumptions, rules=chosen), BASIS)
        found = [landing.cost(line.line_id, SUPPLIER) for line in quote.lines]
        costs.append(sum((7 * one.nominal.value for one in found if one is not None), Fraction(0)))
    worth = sum(line.unit_price.amount + (line.setup.amount if line.setup else 0) for line in quote.lines)
    assert costs[1] - costs[0] == (500 if worth else 0)


@given(rules(), st.sampled_from(LINES))
def test_the_closest_rule_counts(found: tuple[CostRule, ...], line_id: UUID) -> None:
    chosen = chosen_rules(found, SUPPLIER, line_id)
    for leg in Leg:
        scopes = [(SUPPLIER, line_id), (SUPPLIER, None), (None, line_id), (None, None)]
        fitting = [one for scope in scopes for one in found if (one.leg, one.supplier_id, one.line_id) == (leg, *scope)]
        assert chosen.get(leg) is (fitting[0] if fitting else None)


@given(quotes(), assumed)
def test_an_offer_without_a_delivery_term_or_a_cost_is_shown_but_not_ranked(
    quote: Quote, assumptions: Assumptions
) -> None:
    unknown = Delivery(incoterm="", place="", source="the quotation")
    landing = land_quotes(NEEDS, [quote], {SUPPLIER: unknown}, assumptions, BASIS)
    assert landing.termless == {SUPPLIER}
    compared = compare(NEEDS, landing.quotes, BASIS)
    assert [row.best_price for row in compared.rows] == [None] * 3
    assert (compared.columns[0].quoted, compared.columns[0].covered, compared.columns[0].place) == (3, 0, None)
