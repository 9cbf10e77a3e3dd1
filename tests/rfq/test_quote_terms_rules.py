"""What the terms of a quotation mean in plain figures, how they are written, and how long a quotation may hold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.quotes import Bundle, Instalment, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import QuoteLineInput, SubmitQuote
from b2b_market.rfq.rules import expiring, notation, terms
from b2b_market.rfq.rules.bundling import broken, discount, read_bundles
from b2b_market.rfq.rules.landing import BY_BUYER, BY_QUOTATION, BY_REQUEST, NamedTerm, delivery_of
from b2b_market.rfq.rules.pricing import agreed_tiers, read_tiers
from b2b_market.rfq.states import BundleKind, PayEvent, RfqStatus, TaxBasis
from b2b_market.sourcing.public import AT_DELIVERY, Delivery, Part

TODAY = date(2026, 11, 22)
CNY = Currency("CNY")
A, B, C = (UUID(int=number) for number in (1, 2, 3))
WITH_TAX = QuoteTerms(tax_basis=TaxBasis.WITH_TAX, tax_percent=Decimal(13))
BESIDE_TAX = QuoteTerms(tax_basis=TaxBasis.WITHOUT_TAX, tax_percent=Decimal(13))
KILOGRAM, TONNE, PIECE = "KGM", "TNE", "H87"


def tiers(*steps: tuple[str, str]) -> tuple[PriceTier, ...]:
    return tuple(PriceTier(Decimal(start), Decimal(price)) for start, price in steps)


def line(price: str | None = "11.30", **changes: Any) -> QuoteLineInput:
    return QuoteLineInput(line_id=A, unit_price=None if price is None else Decimal(price), **changes)


def quotation(of: QuoteTerms, *lines: QuoteLineInput) -> SubmitQuote:
    return SubmitQuote(rfq_id=UUID(int=5), currency=CNY, valid_until=TODAY, lines=lines or (line(),), terms=of)


class TestTax:
    def test_amounts_contain_tax_only_where_the_supplier_says_so(self) -> None:
        assert terms.contained_tax(WITH_TAX) == Decimal(13)
        assert terms.contained_tax(BESIDE_TAX) is None

    def test_a_quotation_is_plain_without_contained_tax_and_terms_of_lines(self) -> None:
        assert terms.is_plain(quotation(BESIDE_TAX))
        assert not terms.is_plain(quotation(WITH_TAX))
        assert not terms.is_plain(quotation(BESIDE_TAX, line(), line(terms=LineTerms(origin_country="CN"))))


class TestSettledLine:
    def test_what_needs_no_derivation_is_kept_as_it_is(self) -> None:
        plain = line(min_quantity=Decimal(5), terms=LineTerms(setup_cost=Decimal(50), capacity=Decimal(900)))
        assert terms.settled_line(plain, Decimal(100), PIECE, None) == {
            "unit_price": Decimal("11.30"),
            "min_quantity": Decimal(5),
            "tiers": [],
            "multiple_quantity": None,
            "order_unit": "",
            "setup_cost": Decimal(50),
            "alternative_specification": "",
            "origin_country": "",
            "capacity": Decimal(900),
            "stated": None,
        }

    def test_amounts_lose_their_tax_and_keep_what_was_written(self) -> None:
        taxed = line(
            terms=LineTerms(
                tiers=tiers(("10", "11.30"), ("400", "9.04")),
                setup_cost=Decimal("113.00"),
                alternative_specification=" galvanised ",
                origin_country="CN",
            )
        )
        found = terms.settled_line(taxed, Decimal(100), PIECE, Decimal(13))
        assert (found["unit_price"], found["setup_cost"]) == (Decimal(10), Decimal(100))
        assert found["tiers"] == [
            {"from_quantity": "10", "unit_price": "10"},
            {"from_quantity": "400", "unit_price": "8"},
        ]
        assert found["min_quantity"] == 10
        assert (found["alternative_specification"], found["origin_country"]) == ("galvanised", "CN")
        assert found["stated"] == {
            "unit_price": "11.3",
            "setup_cost": "113",
            "tiers": [
                {"from_quantity": "10", "unit_price": "11.3"},
                {"from_quantity": "400", "unit_price": "9.04"},
            ],
        }

    def test_a_bare_price_with_tax_keeps_only_itself(self) -> None:
        assert terms.settled_line(line(), Decimal(1), PIECE, Decimal(13))["stated"] == {"unit_price": "11.3"}

    def test_a_line_without_a_price_has_nothing_to_derive(self) -> None:
        found = terms.settled_line(line(None), Decimal(1), PIECE, Decimal(13))
        assert (found["unit_price"], found["stated"]) == (None, None)

    def test_counts_are_turned_into_the_needs_unit_and_kept_as_written(self) -> None:
        heavy = line(min_quantity=Decimal("0.50"), terms=LineTerms(multiple_quantity=Decimal(2), order_unit=TONNE))
        found = terms.settled_line(heavy, Decimal(4000), KILOGRAM, None)
        assert (found["min_quantity"], found["multiple_quantity"], found["order_unit"]) == (500, 2000, TONNE)
        assert found["stated"] == {"min_quantity": "0.5", "multiple_quantity": "2"}

    def test_only_counts_that_are_there_are_kept(self) -> None:
        heavy = line(min_quantity=Decimal(1), terms=LineTerms(order_unit=TONNE))
        found = terms.settled_line(heavy, Decimal(4000), KILOGRAM, None)
        assert found["multiple_quantity"] is None
        assert found["stated"] == {"min_quantity": "1"}

    def test_the_first_tier_is_the_minimum_where_it_is_higher(self) -> None:
        stepped = line("9", min_quantity=Decimal(20), terms=LineTerms(tiers=tiers(("10", "9"))))
        assert terms.settled_line(stepped, Decimal(100), PIECE, None)["min_quantity"] == 20


class TestSettledHeader:
    FULL = QuoteTerms(
        tax_basis=TaxBasis.WITH_TAX,
        tax_percent=Decimal(13),
        incoterm="FCA",
        incoterm_place=" Ningbo ",
        freight=Decimal("113.00"),
        instalments=(Instalment(Decimal("30.0"), PayEvent.ORDER), Instalment(Decimal(70), PayEvent.INVOICE, 60)),
        early_pay_percent=Decimal(2),
        early_pay_days=10,
        bundles=(Bundle(BundleKind.TOGETHER, (A, B)), Bundle(BundleKind.DISCOUNT, (), Decimal("3.50"))),
        capacity=Decimal(900),
        capacity_unit=KILOGRAM,
    )

    def test_the_columns_say_everything_with_freight_without_tax(self) -> None:
        assert terms.settled_header(quotation(self.FULL)) == {
            "tax_basis": TaxBasis.WITH_TAX,
            "tax_percent": Decimal(13),
            "incoterm": "FCA",
            "incoterm_place": "Ningbo",
            "freight": Decimal(100),
            "stated_freight": Decimal(113),
            "instalments": [
                {"percent": "30", "event": "order", "days": 0},
                {"percent": "70", "event": "invoice", "days": 60},
            ],
            "early_pay_percent": Decimal(2),
            "early_pay_days": 10,
            "bundles": [
                {"kind": "together", "line_ids": [str(A), str(B)], "percent": None},
                {"kind": "discount", "line_ids": [], "percent": "3.5"},
            ],
            "capacity": Decimal(900),
            "capacity_unit": KILOGRAM,
        }

    def test_freight_without_contained_tax_needs_no_second_figure(self) -> None:
        found = terms.settled_header(quotation(QuoteTerms(freight=Decimal(100))))
        assert (found["freight"], found["stated_freight"]) == (Decimal(100), None)
        nothing = terms.settled_header(quotation(WITH_TAX))
        assert (nothing["freight"], nothing["stated_freight"]) == (None, None)


class TestAgreedTiers:
    LIST = tiers(("10", "9.5"), ("100", "9"), ("400", "8"))

    @pytest.mark.parametrize(
        ("quantity", "price", "prices"),
        [
            ("100", "8.5", ("9.5", "8.5", "8")),
            ("150", "7", ("9.5", "7", "7")),
            ("400", "7", ("9.5", "9", "7")),
            ("5", "8.5", ("8.5", "8.5", "8")),
        ],
    )
    def test_as_much_or_more_costs_no_more_than_was_agreed(
        self, quantity: str, price: str, prices: tuple[str, ...]
    ) -> None:
        found = agreed_tiers(self.LIST, Decimal(quantity), Decimal(price))
        assert [tier.from_quantity for tier in found] == [10, 100, 400]
        assert [tier.unit_price for tier in found] == [Decimal(text) for text in prices]

    def test_tiers_are_read_as_they_are_stored(self) -> None:
        assert read_tiers([{"from_quantity": "10", "unit_price": "9.5"}]) == tiers(("10", "9.5"))
        assert read_tiers([]) == ()

    def test_one_price_has_no_tiers(self) -> None:
        assert agreed_tiers((), Decimal(1), Decimal(1)) == ()


OFFERED = {A: Decimal(10), B: Decimal(5), C: Decimal(1)}
AMOUNTS = {A: Decimal(100), B: Decimal(50), C: Decimal(30)}


class TestDiscounts:
    BOTH = Bundle(BundleKind.DISCOUNT, (A, B), Decimal(10))
    ALL = Bundle(BundleKind.DISCOUNT, (), Decimal(5))

    def off(self, *bundles: Bundle, **taken: str) -> Fraction:
        lines = {{"a": A, "b": B, "c": C}[name]: Decimal(value) for name, value in taken.items()}
        amounts = {line_id: amount for line_id, amount in AMOUNTS.items() if line_id in lines}
        return discount(bundles, OFFERED, lines, amounts)

    def test_it_counts_when_each_of_its_lines_is_taken_in_full(self) -> None:
        assert self.off(self.BOTH, a="10", b="5") == 15
        assert self.off(self.BOTH, a="10", b="4") == 0
        assert self.off(self.BOTH, a="10") == 0

    def test_no_lines_are_all_that_is_offered(self) -> None:
        assert self.off(self.ALL, a="10", b="5", c="1") == 9
        assert self.off(self.ALL, a="10", b="5") == 0

    def test_several_add_up_on_the_sum_before_any_of_them_and_never_to_more_than_there_is(self) -> None:
        assert self.off(self.BOTH, self.ALL, a="10", b="5", c="1") == 15 + 9
        most = Bundle(BundleKind.DISCOUNT, (A,), Decimal(90))
        assert self.off(most, most, a="10") == 100

    @pytest.mark.parametrize(
        ("taken", "whole"),
        [
            ({}, True),
            ({A: Decimal(10), B: Decimal(5)}, True),
            ({A: Decimal(10)}, False),
            ({A: Decimal(9), B: Decimal(5)}, False),
            ({C: Decimal(1)}, True),
        ],
    )
    def test_lines_that_are_sold_together_are_taken_in_full_or_not_at_all(
        self, taken: dict[UUID, Decimal], *, whole: bool
    ) -> None:
        together = Bundle(BundleKind.TOGETHER, (A, B))
        assert broken([together, self.BOTH], OFFERED, taken) == (() if whole else (together,))

    def test_bundles_are_read_as_they_are_stored(self) -> None:
        stored = terms.settled_header(quotation(QuoteTerms(bundles=(self.BOTH, Bundle(BundleKind.TOGETHER)))))
        assert read_bundles(stored["bundles"]) == (self.BOTH, Bundle(BundleKind.TOGETHER))  # type: ignore[arg-type]  # JSON

    def test_lines_that_are_sold_together_have_no_discount(self) -> None:
        assert self.off(Bundle(BundleKind.TOGETHER, (A, B)), a="10", b="5") == 0


class TestNotation:
    @pytest.mark.parametrize(
        ("price_tiers", "text"),
        [
            (tiers(("100", "9.50"), ("400.5", "9")), "100: 9.5; 400.5: 9"),
            (tiers(("0", "1200")), "0: 1200"),
            ((), ""),
        ],
    )
    def test_tiers_are_written_as_they_are_read(self, price_tiers: tuple[PriceTier, ...], text: str) -> None:
        assert notation.write_tiers(price_tiers) == text
        assert notation.read_tier_text(text) == price_tiers


class TestLandingTerms:
    NOBODY = NamedTerm("", "")

    def test_the_quotation_speaks_before_the_request_and_that_before_the_buyer(self) -> None:
        named = [NamedTerm("EXW", "Ningbo"), NamedTerm("FCA", "Suzhou"), NamedTerm("DAP", "Wuxi")]
        for silent, source in enumerate((BY_QUOTATION, BY_REQUEST, BY_BUYER)):
            heard = [self.NOBODY] * silent + named[silent:]
            expected = Delivery(incoterm=named[silent].incoterm, place=named[silent].place, source=source)
            assert delivery_of(heard) == expected

    def test_freight_and_instalments_go_along(self) -> None:
        freight = Money(Decimal(40), CNY)
        parts = (Instalment(Decimal(30), PayEvent.ORDER, 5), Instalment(Decimal(70), PayEvent.INVOICE, 60))
        found = delivery_of([NamedTerm("FCA", "Ningbo"), self.NOBODY, self.NOBODY], freight, parts)
        assert found.freight == freight
        assert found.parts == (Part(Decimal("0.3"), 5, True), Part(Decimal("0.7"), 60, False))

    def test_without_instalments_the_price_is_due_at_delivery(self) -> None:
        assert delivery_of([NamedTerm("FCA", "Ningbo"), self.NOBODY, self.NOBODY]).parts == AT_DELIVERY

    def test_where_nobody_names_a_term_nobody_knows_it(self) -> None:
        found = delivery_of([self.NOBODY] * 3, Money(Decimal(40), CNY), [Instalment(Decimal(100), PayEvent.ORDER)])
        assert found == Delivery(incoterm="", place="", source=BY_QUOTATION)


class TestExtending:
    HOLDS = TODAY + timedelta(days=3)

    @pytest.mark.parametrize("status", [RfqStatus.PUBLISHED, RfqStatus.EVALUATING, RfqStatus.AWARDED_PARTIAL])
    def test_a_quotation_holds_longer_while_an_award_may_still_come(self, status: RfqStatus) -> None:
        expiring.require_extension(status, self.HOLDS, self.HOLDS + timedelta(days=1), TODAY)
        expiring.require_extension(status, TODAY - timedelta(days=2), TODAY, TODAY)
        expiring.require_extension(status, self.HOLDS, TODAY + timedelta(days=3_650), TODAY)

    @pytest.mark.parametrize(
        "status", [RfqStatus.AWARDED, RfqStatus.CLOSED_DONE, RfqStatus.UNSUCCESSFUL, RfqStatus.CANCELLED]
    )
    def test_what_is_decided_needs_no_quotation(self, status: RfqStatus) -> None:
        with pytest.raises(expiring.NothingToHoldFor) as refused:
            expiring.require_extension(status, self.HOLDS, self.HOLDS + timedelta(days=1), TODAY)
        assert refused.value.facts == {"status": status.value}

    @pytest.mark.parametrize(
        ("holds", "wanted"),
        [(HOLDS, HOLDS), (HOLDS, TODAY), (TODAY - timedelta(days=9), TODAY - timedelta(days=1))],
    )
    def test_a_day_that_extends_nothing_or_is_past_is_refused(self, holds: date, wanted: date) -> None:
        with pytest.raises(Invalid) as refused:
            expiring.require_extension(RfqStatus.CLOSED, holds, wanted, TODAY)
        (error,) = refused.value.errors
        assert (error.pointer, error.code, error.facts) == (
            "/valid_until",
            "later",
            {"holds_until": holds.isoformat()},
        )

    def test_ten_years_are_the_most(self) -> None:
        with pytest.raises(Invalid) as refused:
            expiring.require_extension(RfqStatus.CLOSED, self.HOLDS, TODAY + timedelta(days=3_651), TODAY)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/valid_until", "range")]

    @pytest.mark.parametrize(("hour", "day"), [(11, 21), (12, 22)])
    def test_a_day_is_over_when_it_is_over_everywhere(self, hour: int, day: int) -> None:
        assert expiring.over_everywhere(datetime(2026, 11, 22, hour, tzinfo=UTC)) == date(2026, 11, day)
