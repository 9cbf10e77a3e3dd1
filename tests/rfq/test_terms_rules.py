"""What a quotation's terms must hold: each wrong field by name, each right one accepted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.infra.ids import new_id
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.quotes import Bundle, Instalment, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import QuoteLineInput, SubmitQuote
from b2b_market.rfq.rules import terms
from b2b_market.rfq.rules.quoting import require_sound_quote
from b2b_market.rfq.states import BundleKind, PayEvent, TaxBasis

TODAY = date(2026, 11, 22)
FIRST, SECOND = new_id(), new_id()
NEEDS = {FIRST: Decimal(120), SECOND: Decimal(5)}
UNITS = {FIRST: "H87", SECOND: "KGM"}


def tier(start: str, price: str) -> PriceTier:
    return PriceTier(Decimal(start), Decimal(price))


def line(line_id: UUID = FIRST, **changes: object) -> QuoteLineInput:
    plain = {name: changes.pop(name) for name in ("quantity", "min_quantity", "alternative") if name in changes}
    price = changes.pop("unit_price", Decimal(10))
    made = QuoteLineInput(line_id=line_id, unit_price=price, **plain)  # type: ignore[arg-type]  # the names are right by construction
    return replace(made, terms=LineTerms(**changes))  # type: ignore[arg-type]  # as above


def quote(*lines: QuoteLineInput, **changes: object) -> SubmitQuote:
    return SubmitQuote(
        rfq_id=new_id(),
        currency=Currency("CNY"),
        valid_until=TODAY + timedelta(days=30),
        lines=lines or (line(), line(SECOND)),
        terms=QuoteTerms(**changes),  # type: ignore[arg-type]  # the names are right by construction
    )


def errors_of(command: SubmitQuote) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        require_sound_quote(command, NEEDS, TODAY, UNITS)
    return [(error.pointer, error.code) for error in caught.value.errors]


SOUND_LINES = [
    {"tiers": (tier("500", "9"),)},
    {"tiers": (tier("1", "12"), tier("120", "10"), tier("500", "9")), "unit_price": None},
    {"tiers": (tier("0", "10"),), "unit_price": Decimal(10)},
    {"multiple_quantity": Decimal(24)},
    {"multiple_quantity": Decimal(5), "order_unit": "DZN"},
    {"min_quantity": Decimal(10), "order_unit": "DZN", "quantity": Decimal(120)},
    {"setup_cost": Decimal(0), "origin_country": "CN", "capacity": Decimal(120)},
    {"alternative": "M17", "alternative_specification": "ISO 4014"},
]
WRONG_LINES = [
    ({"tiers": (tier("100", "9"), tier("100", "8"))}, "tiers", "order"),
    ({"tiers": (tier("100", "9"), tier("50", "8"))}, "tiers", "order"),
    ({"tiers": (tier("0.0000001", "10"),)}, "tiers", "order"),
    ({"tiers": (tier("500", "0"),)}, "tiers", "amount"),
    ({"tiers": tuple(tier(str(n), "10") for n in range(terms.MAX_TIERS + 1))}, "tiers", "too-many"),
    ({"tiers": (tier("100", "9"),)}, "unit_price", "tiers"),
    ({"tiers": (tier("500", "9"),), "unit_price": None}, "unit_price", "required"),
    ({"multiple_quantity": Decimal(0)}, "multiple_quantity", "positive"),
    ({"multiple_quantity": Decimal(50)}, "quantity", "multiple"),
    ({"multiple_quantity": Decimal(200)}, "quantity", "multiple"),
    ({"min_quantity": Decimal(11), "order_unit": "DZN", "quantity": Decimal(120)}, "quantity", "minimum"),
    ({"min_quantity": Decimal(1), "order_unit": "KGM"}, "order_unit", "unit"),
    ({"min_quantity": Decimal(1), "order_unit": "ZZZ"}, "order_unit", "unit"),
    ({"setup_cost": Decimal("1.00001")}, "setup_cost", "amount"),
    ({"setup_cost": Decimal(-1)}, "setup_cost", "amount"),
    ({"origin_country": "XX"}, "origin_country", "unknown"),
    ({"capacity": Decimal(119)}, "capacity", "range"),
    ({"alternative_specification": "ISO 4014"}, "alternative", "required"),
]
EVENT = PayEvent.DELIVERY
SOUND_HEADERS = [
    {"tax_percent": Decimal(13)},
    {"tax_basis": TaxBasis.WITH_TAX, "tax_percent": Decimal(0)},
    {"incoterm": "DAP", "incoterm_place": "Shanghai", "freight": Decimal("0.0001")},
    {"instalments": (Instalment(Decimal("33.3333"), EVENT), Instalment(Decimal("66.6667"), EVENT, 90))},
    {"early_pay_percent": Decimal(2), "early_pay_days": 0},
    {"bundles": (Bundle(BundleKind.TOGETHER), Bundle(BundleKind.DISCOUNT, (FIRST,), Decimal(5)))},
    {"capacity": Decimal(1), "capacity_unit": "DZN"},
]
WRONG_HEADERS = [
    ({"tax_basis": TaxBasis.WITH_TAX}, "/tax_percent", "required"),
    ({"tax_percent": Decimal(100)}, "/tax_percent", "range"),
    ({"incoterm": "DAF", "incoterm_place": "x"}, "/incoterm", "unknown"),
    ({"incoterm_place": "Shanghai"}, "/incoterm", "required"),
    ({"incoterm": "DAP", "incoterm_place": " "}, "/incoterm_place", "required"),
    ({"freight": Decimal("0.00001")}, "/freight", "amount"),
    ({"instalments": (Instalment(Decimal(99), EVENT),)}, "/instalments", "sum"),
    ({"instalments": (Instalment(Decimal(100), EVENT, 731),)}, "/instalments/0/days", "range"),
    ({"early_pay_percent": Decimal(2)}, "/early_pay_days", "required"),
    ({"early_pay_days": 10}, "/early_pay_percent", "required"),
    ({"early_pay_percent": Decimal(100), "early_pay_days": 1}, "/early_pay_percent", "range"),
    ({"early_pay_percent": Decimal(1), "early_pay_days": 731}, "/early_pay_days", "range"),
    ({"bundles": (Bundle(BundleKind.TOGETHER, (FIRST,)),)}, "/bundles/0/line_ids", "required"),
    ({"bundles": (Bundle(BundleKind.DISCOUNT, (new_id(),), Decimal(1)),)}, "/bundles/0/line_ids", "unknown"),
    ({"bundles": (Bundle(BundleKind.DISCOUNT, (FIRST, FIRST), Decimal(1)),)}, "/bundles/0/line_ids", "unknown"),
    ({"bundles": (Bundle(BundleKind.DISCOUNT),)}, "/bundles/0/percent", "range"),
    ({"bundles": (Bundle(BundleKind.TOGETHER, (), Decimal(1)),)}, "/bundles/0/percent", "unexpected"),
    ({"bundles": (Bundle(BundleKind.TOGETHER),) * (terms.MAX_BUNDLES + 1)}, "/bundles", "too-many"),
    ({"capacity": Decimal(1)}, "/capacity_unit", "unit"),
    ({"capacity": Decimal(1), "capacity_unit": "MTR"}, "/capacity_unit", "unit"),
    ({"capacity": Decimal(0), "capacity_unit": "H87"}, "/capacity", "positive"),
    ({"capacity_unit": "H87"}, "/capacity", "required"),
]


class TestLines:
    @pytest.mark.parametrize("changes", SOUND_LINES)
    def test_sound_terms_pass(self, changes: dict[str, object]) -> None:
        require_sound_quote(quote(line(FIRST, **changes), line(SECOND)), NEEDS, TODAY, UNITS)

    @pytest.mark.parametrize(("changes", "name", "code"), WRONG_LINES)
    def test_each_wrong_field_is_named(self, changes: dict[str, object], name: str, code: str) -> None:
        assert (f"/lines/0/{name}", code) in errors_of(quote(line(FIRST, **changes)))

    def test_without_units_no_count_is_judged(self) -> None:
        command = quote(line(FIRST, multiple_quantity=Decimal(50)))
        require_sound_quote(command, NEEDS, TODAY)
        assert errors_of(command) == [("/lines/0/quantity", "multiple")]

    def test_a_line_without_price_and_tiers_is_refused(self) -> None:
        assert errors_of(quote(line(unit_price=None))) == [("/lines/0/unit_price", "amount")]

    def test_what_cannot_be_converted_exactly_must_be_stated_in_the_needs_unit(self) -> None:
        inexact = line(SECOND, min_quantity=Decimal(1), order_unit="LBR", quantity=Decimal(5))
        assert errors_of(quote(inexact)) == [("/lines/0/min_quantity", "inexact")]
        assert terms.settled_line(inexact, Decimal(5), "LBR", None)["min_quantity"] == Decimal(1)

    def test_a_price_below_the_first_tier_becomes_a_tier_and_a_late_first_tier_a_minimum(self) -> None:
        below = terms.settled_line(line(tiers=(tier("500", "9"),)), Decimal(120), "H87", None)
        assert (below["unit_price"], below["min_quantity"]) == (Decimal(10), None)
        assert below["tiers"] == [
            {"from_quantity": "0", "unit_price": "10"},
            {"from_quantity": "500", "unit_price": "9"},
        ]
        late = terms.settled_line(line(tiers=(tier("100", "9"),), unit_price=None), Decimal(120), "H87", None)
        assert (late["unit_price"], late["min_quantity"]) == (Decimal(9), Decimal(100))


class TestHeaders:
    @pytest.mark.parametrize("changes", SOUND_HEADERS)
    def test_sound_terms_pass(self, changes: dict[str, object]) -> None:
        require_sound_quote(quote(**changes), NEEDS, TODAY, UNITS)

    @pytest.mark.parametrize(("changes", "pointer", "code"), WRONG_HEADERS)
    def test_each_wrong_field_is_named(self, changes: dict[str, object], pointer: str, code: str) -> None:
        assert (pointer, code) in errors_of(quote(**changes))

    def test_too_many_instalments_and_wrong_parts_are_named(self) -> None:
        parts = (Instalment(Decimal(0), EVENT), *(Instalment(Decimal(10), EVENT),) * terms.MAX_INSTALMENTS)
        found = errors_of(quote(instalments=parts))
        wanted = [("/instalments", "too-many"), ("/instalments/0/percent", "range"), ("/instalments", "sum")]
        assert found == wanted
