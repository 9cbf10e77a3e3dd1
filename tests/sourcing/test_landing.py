from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.kernel.money import Money
from b2b_market.reference.public import incoterms
from b2b_market.sourcing.public import (
    LEG_NAMES,
    SELLER_PAYS,
    Figure,
    Instalment,
    Insurance,
    Leg,
    LegCost,
    Measure,
    Operation,
    RateMissing,
    Switching,
    TermedPrice,
    Way,
    buyer_pays,
    implied_annual_rate,
    landed_cost,
    present_value,
    shown_value,
    walk,
)
from b2b_market.sourcing.rules.figures import FORMULAS, given, remade
from b2b_market.sourcing.rules.powers import power
from tests.sourcing.markets import CNY, EUR, EUR_CNY, JPY_CNY, cny
from tests.sourcing.ways import DUTIABLE, INSURED, WAY, fob_duty, leg, priced, valuation

DELIVERED = "loading export_clearance origin_carriage boarding freight insurance arrival_handling inland"
NET_60 = (Instalment(Decimal(1), 60),)


def text(figure: Figure, digits: int = 4) -> str:
    return str(shown_value(figure, digits))


def below(figure: Figure, key: str) -> Figure:
    return next(one for _, one in walk(figure) if one.key == key)


def test_ex_works_paid_at_once_costs_what_the_golden_case_says() -> None:
    landed = landed_cost(priced("100", "EXW"), WAY, valuation())
    assert landed.customs_value is not None
    assert text(landed.customs_value) == "105.3476"
    assert text(landed.present) == "112.0555"
    assert landed.nominal.value == Fraction(105 * 10_000, 9967) * Fraction(105, 100) + Fraction(3, 2)
    assert landed.cash.value == landed.nominal.value


def test_the_dearer_headline_delivered_in_60_days_is_cheaper() -> None:
    price = replace(priced("103", "DAP", NET_60), customs_value=cny("101.5"))
    landed = landed_cost(price, Way(duty=DUTIABLE), valuation())
    assert text(landed.present) == "106.7481"
    assert text(landed.nominal) == "108.0750"
    assert landed.present.value < landed_cost(priced("100", "EXW"), WAY, valuation()).present.value


def test_the_table_has_every_incoterm_and_every_leg_a_name() -> None:
    assert set(SELLER_PAYS) == set(incoterms())
    assert set(LEG_NAMES) == set(Leg)


@pytest.mark.parametrize(
    ("incoterm", "seller"),
    [
        ("EXW", ""),
        ("FCA", "loading export_clearance"),
        ("FAS", "loading export_clearance origin_carriage"),
        ("FOB", "loading export_clearance origin_carriage boarding"),
        ("CFR", "loading export_clearance origin_carriage boarding freight"),
        ("CIF", "loading export_clearance origin_carriage boarding freight insurance"),
        ("CPT", "loading export_clearance origin_carriage boarding freight arrival_handling inland"),
        ("CIP", DELIVERED),
        ("DAP", DELIVERED),
        (
            "DPU",
            "loading export_clearance origin_carriage boarding freight insurance arrival_handling inland unloading",
        ),
        ("DDP", f"{DELIVERED} import_clearance duty"),
    ],
)
def test_who_pays_what_under_each_term(incoterm: str, seller: str) -> None:
    included = set(seller.split())
    assert {leg.value for leg in SELLER_PAYS[incoterm]} == included
    assert [leg.value for leg in buyer_pays(incoterm)] == [leg.value for leg in Leg if leg.value not in included]


def test_a_place_short_of_the_door_leaves_the_rest_to_the_buyer() -> None:
    price = replace(priced("100", "CPT"), left_to_buyer=frozenset({Leg.INLAND}))
    way = Way(legs={Leg.INLAND: leg("2"), Leg.FREIGHT: leg("9")})
    assert landed_cost(price, way, valuation()).nominal.value == 102
    assert landed_cost(priced("100", "CPT"), way, valuation()).nominal.value == 100


def test_an_unknown_term_has_no_table() -> None:
    with pytest.raises(ValueError, match="DDU is not a delivery term"):
        landed_cost(priced("1", "DDU"), WAY, valuation())


@pytest.mark.parametrize(
    ("incoterm", "customs"),
    [("CFR", Fraction(100 * 10_000, 9967)), ("CIF", Fraction(100)), ("DAP", Fraction(100)), ("FOB", None)],
)
def test_the_customs_value_is_the_price_with_the_way_to_the_border(incoterm: str, customs: Fraction | None) -> None:
    landed = landed_cost(priced("100", incoterm), WAY, valuation())
    assert landed.customs_value is not None
    expected = Fraction(104 * 10_000, 9967) if customs is None else customs
    assert landed.customs_value.value == expected
    assert below(landed.nominal, "duty").value == expected / 20


def test_duty_on_fob_leaves_freight_and_insurance_out() -> None:
    landed = landed_cost(priced("100", "EXW"), replace(WAY, duty=fob_duty()), valuation())
    assert landed.customs_value is not None
    assert landed.customs_value.value == 101
    assert below(landed.nominal, "insurance").value == Fraction(105 * 10_000, 9967) - 105


def test_insurance_by_amount_counts_into_the_customs_value() -> None:
    way = Way(legs={**WAY.legs, Leg.INSURANCE: leg("0.4", 15)}, duty=DUTIABLE)
    landed = landed_cost(priced("100", "EXW"), way, valuation())
    assert landed.customs_value is not None
    assert landed.customs_value.value == Fraction("105.4")


def test_duty_paid_by_the_seller_is_not_levied_again() -> None:
    landed = landed_cost(priced("120", "DDP"), replace(WAY, import_vat=Decimal("0.13")), valuation())
    assert landed.customs_value is None
    assert landed.nominal.value == landed.cash.value == 120
    assert landed.unpriced == (Leg.UNLOADING,)


def test_recoverable_tax_is_cash_and_no_cost() -> None:
    way = Way(duty=DUTIABLE, import_vat=Decimal("0.13"))
    landed = landed_cost(priced("100", "CIF"), way, valuation())
    assert landed.nominal.value == 105
    assert landed.cash.value == 105 + Fraction("13.65")
    untaxed = landed_cost(priced("100", "CIF"), Way(import_vat=Decimal("0.13")), valuation())
    assert untaxed.cash.value == 113


def test_legs_without_an_estimate_are_named_and_those_of_choice_are_not() -> None:
    landed = landed_cost(priced("100", "CIP"), Way(), valuation())
    assert landed.unpriced == (Leg.IMPORT_CLEARANCE, Leg.DUTY, Leg.UNLOADING)
    assert not landed.complete
    legs = {Leg.IMPORT_CLEARANCE: leg("1"), Leg.UNLOADING: leg("0"), Leg.RISK: leg("2")}
    complete = landed_cost(priced("100", "CIP"), Way(legs=legs, duty=DUTIABLE), valuation())
    assert complete.complete
    assert complete.nominal.value == 108


def test_switching_costs_are_spread_over_the_quantity() -> None:
    way = Way(switching=Switching(cny("150"), Decimal(450), 0, "Quality department"))
    landed = landed_cost(priced("10", "DDP"), way, valuation())
    assert landed.nominal.value == 10 + Fraction(1, 3)


def test_other_currencies_are_converted_on_the_frozen_rate_with_its_source() -> None:
    price = replace(priced("0", "DDP"), unit_price=Money(Decimal(10), EUR))
    landed = landed_cost(price, Way(), valuation("0.08", JPY_CNY, EUR_CNY))
    assert landed.nominal.value == Fraction("78.123")
    original, rate = below(landed.nominal, "price").inputs
    assert (original.value, original.source) == (Fraction(10), "QUO-1")
    assert rate.source == "1 EUR = 7.8123 CNY · ECB · 2026-11-20"
    with pytest.raises(RateMissing) as refused:
        landed_cost(price, Way(), valuation())
    assert refused.value.facts == {"pairs": "EUR → CNY"}


def test_every_figure_says_how_it_was_made_and_every_input_who_said_so() -> None:
    landed = landed_cost(priced("100", "EXW"), replace(WAY, import_vat=Decimal("0.13")), valuation())
    for root in (landed.present, landed.nominal, landed.cash):
        for _, figure in walk(root):
            assert figure.formula == FORMULAS[figure.operation]
            assert bool(figure.inputs) == (figure.operation is not Operation.GIVEN)
            assert bool(figure.source) == (figure.operation is Operation.GIVEN)
        assert remade(root) == root.value
    with pytest.raises(ValueError, match="price has no source"):
        given("price", "Price", 1, Measure.MONEY, " ")


def test_instalments_are_discounted_one_by_one() -> None:
    terms = (Instalment(Decimal("0.3"), -30), Instalment(Decimal("0.7"), 365))
    figure = present_value(cny("100"), terms, Decimal("0.1"), "Treasury")
    deposit = power(Fraction(11, 10), Fraction(30, 365))
    assert figure.value == 30 * deposit + 70 * power(Fraction(11, 10), Fraction(-1))
    assert text(figure, 6) == "93.872298"


def test_a_discount_for_early_payment_has_a_yearly_rate() -> None:
    assert text(implied_annual_rate(Decimal("0.02"), 10, 30), 6) == "0.445853"
    figure = implied_annual_rate(Decimal("0.5"), 0, 365)
    assert figure.value == 1
    assert [one.key for _, one in walk(figure)] == [
        "implied_annual_rate",
        "discount",
        "days_earlier",
        "net_days",
        "discount_days",
    ]


@pytest.mark.parametrize(
    ("discount", "within", "net"), [("0", 10, 30), ("1", 10, 30), ("0.02", 30, 30), ("0.02", -1, 9)]
)
def test_a_discount_that_is_none_is_an_error_of_the_caller(discount: str, within: int, net: int) -> None:
    with pytest.raises(ValueError, match="a discount between 0 and 1"):
        implied_annual_rate(Decimal(discount), within, net)


def test_powers_keep_forty_digits() -> None:
    # the square root of 2 to 40 significant digits
    assert power(Fraction(2), Fraction(1, 2)) == Fraction("1.414213562373095048801688724209698078570")
    assert power(Fraction(7), Fraction(0)) == 1
    assert power(Fraction(1), Fraction(1, 3)) == 1
    with pytest.raises(ValueError, match="only a positive number"):
        power(Fraction(0), Fraction(1))


@pytest.mark.parametrize(
    ("value", "shown"), [("2.00005", "2.0001"), ("-2.00005", "-2.0001"), ("2.00004", "2.0000"), ("0", "0.0000")]
)
def test_figures_are_shown_half_up(value: str, shown: str) -> None:
    assert text(given("x", "X", Decimal(value), Measure.NUMBER, "test")) == shown


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: leg("-1"), "the cost of a leg is not negative"),
        (lambda: Insurance(Decimal("0.91"), 0, "x"), "an insurance rate"),
        (lambda: Insurance(Decimal("-0.1"), 0, "x"), "an insurance rate"),
        (lambda: fob_duty("-0.1"), "a rate of duty"),
        (lambda: Switching(cny("1"), Decimal(0), 0, "x"), "switching costs"),
        (lambda: Switching(cny("-1"), Decimal(1), 0, "x"), "switching costs"),
        (lambda: priced("-1", "EXW"), "prices and customs values"),
        (lambda: replace(priced("1", "EXW"), customs_value=cny("-1")), "prices and customs values"),
        (lambda: TermedPrice(unit_price=cny("1"), incoterm="FOB", place=" ", source="x"), "names its place"),
        (lambda: priced("1", "EXW", (Instalment(Decimal("0.5"), 0),)), "instalments are positive shares"),
        (lambda: priced("1", "EXW", (Instalment(Decimal(2), 0), Instalment(Decimal(-1), 0))), "instalments are"),
        (lambda: Way(legs={Leg.DUTY: leg("1")}), "duty has its own rule"),
        (lambda: Way(legs={Leg.INSURANCE: leg("1")}, insurance=INSURED), "insurance is an amount or a formula"),
        (lambda: Way(import_vat=Decimal("-0.1")), "a rate of tax"),
        (lambda: valuation("-0.01"), "a cost of capital"),
        (lambda: valuation("0", EUR_CNY, EUR_CNY), "one rate per pair"),
        (lambda: LegCost(Money(Decimal(-1), CNY), 0, "x"), "the cost of a leg"),
    ],
)
def test_broken_values_are_errors_of_the_caller(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
