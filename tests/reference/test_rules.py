from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.refusal import Invalid, Kind
from b2b_market.reference.rules.incoterms import (
    INCOTERMS,
    PLACE_NAMES,
    NamedPlace,
    TransportModes,
    UnknownIncoterm,
    incoterm,
    require_place,
)
from b2b_market.reference.rules.names import Names
from b2b_market.reference.rules.places import UnknownCountry, countries, country, currencies
from b2b_market.reference.rules.rates import RateMissing, StoredRate, choose_rate, last_day, require_rate

DAY = date(2026, 11, 20)
EUR, CNY, USD, JPY, KWD, IDR = (Currency(code) for code in ("EUR", "CNY", "USD", "JPY", "KWD", "IDR"))


def stored(base: str, quote: str, value: str, day: date = DAY, **more: Any) -> StoredRate:
    return StoredRate(base, quote, Decimal(value), day, more.get("source", "ECB"), more.get("demo", False))


class TestChoosingARate:
    def test_a_direct_rate_is_taken_as_it_stands(self) -> None:
        rate = choose_rate([stored("EUR", "CNY", "8.2134")], EUR, CNY, DAY)
        assert rate == Rate(EUR, CNY, Decimal("8.2134"), "ECB", "2026-11-20")

    def test_an_inverse_rate_is_rounded_to_twelve_decimals(self) -> None:
        rate = choose_rate([stored("EUR", "CNY", "8.2")], CNY, EUR, DAY)
        assert rate.value == Decimal("0.121951219512")
        assert rate.source == "ECB"

    def test_a_cross_rate_names_its_way_its_sources_and_the_older_day(self) -> None:
        legs = [
            stored("EUR", "CNY", "8.2", source="PBC"),
            stored("EUR", "USD", "1.16", DAY - timedelta(days=2), source="ECB"),
        ]
        rate = choose_rate(legs, USD, CNY, DAY)
        assert rate.value == Decimal("7.068965517241")
        assert rate.source == "ECB; PBC (EUR)"
        assert rate.as_of == "2026-11-18"

    def test_one_source_for_both_legs_is_named_once(self) -> None:
        legs = [stored("EUR", "CNY", "8.2"), stored("EUR", "USD", "1.16")]
        assert choose_rate(legs, USD, CNY, DAY).source == "ECB (EUR)"

    def test_direct_goes_before_inverse_and_inverse_before_cross(self) -> None:
        cross = [stored("EUR", "CNY", "8.2"), stored("EUR", "USD", "1.16")]
        inverse = stored("CNY", "USD", "0.14")
        direct = stored("USD", "CNY", "7.1", DAY - timedelta(days=20))
        assert choose_rate([*cross, inverse, direct], USD, CNY, DAY).value == Decimal("7.1")
        assert choose_rate([*cross, inverse], USD, CNY, DAY).value == Decimal("7.142857142857")

    def test_crossings_prefer_euro_then_dollar_then_yuan_then_the_order_of_codes(self) -> None:
        def across(pivot: str, value: str) -> list[StoredRate]:
            return [stored("KWD", pivot, value), stored(pivot, "JPY", "1")]

        by_pivot = {"EUR": "3", "USD": "4", "CNY": "5", "CHF": "6", "GBP": "7"}
        left = list(by_pivot)
        while left:
            rates = [rate for pivot in reversed(left) for rate in across(pivot, by_pivot[pivot])]
            assert choose_rate(rates, KWD, JPY, DAY).value == Decimal(by_pivot[left[0]])
            left.pop(0)

    def test_the_latest_day_on_or_before_counts(self) -> None:
        rates = [stored("EUR", "CNY", str(8 + days), DAY - timedelta(days=days)) for days in (3, 1, 2, -1)]
        assert choose_rate(rates, EUR, CNY, DAY).value == 9
        assert choose_rate(rates, EUR, CNY, DAY - timedelta(days=2)).value == 10

    @pytest.mark.parametrize(("age", "usable"), [(0, True), (31, True), (32, False)])
    def test_rates_go_stale_after_31_days(self, age: int, usable: bool) -> None:
        rates = [stored("EUR", "CNY", "8.2", DAY - timedelta(days=age))]
        if usable:
            assert choose_rate(rates, EUR, CNY, DAY).as_of == (DAY - timedelta(days=age)).isoformat()
        else:
            with pytest.raises(RateMissing):
                choose_rate(rates, EUR, CNY, DAY)

    def test_demonstration_rates_do_not_age(self) -> None:
        old = stored("EUR", "CNY", "8.2", DAY - timedelta(days=400), demo=True)
        assert choose_rate([old], EUR, CNY, DAY).value == Decimal("8.2")

    def test_a_missing_rate_says_which(self) -> None:
        with pytest.raises(RateMissing) as refused:
            choose_rate([stored("EUR", "CNY", "8.2")], EUR, JPY, DAY)
        assert refused.value.kind is Kind.CONFLICT
        assert refused.value.facts == {"base": "EUR", "quote": "JPY", "day": "2026-11-20", "days": "31"}

    def test_two_crossings_in_a_row_are_not_made(self) -> None:
        chain = [stored("KWD", "EUR", "3"), stored("EUR", "USD", "1"), stored("USD", "JPY", "150")]
        with pytest.raises(RateMissing):
            choose_rate(chain, KWD, JPY, DAY)

    def test_a_currency_is_one_of_itself(self) -> None:
        assert choose_rate([], EUR, EUR, DAY) == Rate(EUR, EUR, Decimal(1), "", "2026-11-20")

    def test_a_rate_too_small_to_write_is_missing_rather_than_zero(self) -> None:
        rates = [stored("EUR", "IDR", "999999999999"), stored("EUR", "KWD", "0.000001")]
        with pytest.raises(RateMissing):
            choose_rate(rates, IDR, KWD, DAY)

    def test_the_result_does_not_depend_on_the_order_of_rows(self) -> None:
        rates = [
            stored("EUR", "CNY", "8.2"),
            stored("EUR", "USD", "1.16"),
            stored("USD", "CNY", "7.0", DAY - timedelta(1)),
        ]
        assert choose_rate(rates, USD, CNY, DAY) == choose_rate(rates[::-1], USD, CNY, DAY)

    def test_converting_with_it_is_exact(self) -> None:
        rate = choose_rate([stored("EUR", "CNY", "8.2134")], EUR, CNY, DAY)
        assert rate.convert(Money.of("1000.01", "EUR")) == Money.of("8213.482134", "CNY")


class TestEnteringARate:
    def test_a_sound_rate_passes(self) -> None:
        require_rate(stored("EUR", "CNY", "0.000000000001"), DAY)
        require_rate(stored("EUR", "CNY", "999999999999.999999999999"), DAY)

    @pytest.mark.parametrize(
        ("rate", "pointer"),
        [
            (stored("EUR", "EUR", "1"), "/quote"),
            (stored("EUR", "CNY", "8.2", DAY + timedelta(days=1)), "/day"),
            (stored("EUR", "CNY", "0"), "/value"),
            (stored("EUR", "CNY", "-1"), "/value"),
            (stored("EUR", "CNY", "1000000000000"), "/value"),
            (stored("EUR", "CNY", "0.0000000000001"), "/value"),
            (stored("EUR", "CNY", "8.2", source="  "), "/source"),
            (stored("EUR", "CNY", "8.2", source="x" * 201), "/source"),
        ],
    )
    def test_whatever_is_wrong_is_named_by_its_field(self, rate: StoredRate, pointer: str) -> None:
        with pytest.raises(Invalid) as refused:
            require_rate(rate, DAY)
        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_everything_wrong_is_named_at_once(self) -> None:
        with pytest.raises(Invalid) as refused:
            require_rate(stored("EUR", "EUR", "0", DAY + timedelta(days=1), source=""), DAY)
        assert [error.pointer for error in refused.value.errors] == ["/quote", "/day", "/value", "/source"]

    def test_the_day_has_begun_in_the_far_east_before_it_has_in_london(self) -> None:
        assert last_day(datetime(2026, 11, 19, 9, 59, tzinfo=UTC)) == date(2026, 11, 19)
        assert last_day(datetime(2026, 11, 19, 10, 0, tzinfo=UTC)) == date(2026, 11, 20)


class TestLists:
    def test_every_country_of_the_standard_has_both_names(self) -> None:
        assert len(countries()) == 249
        assert all(entry.names.en and entry.names.zh for entry in countries().values())
        assert countries()["CN"].names == Names("China", "中国")
        assert countries()["DE"].names == Names("Germany", "德国")
        assert list(countries()) == sorted(countries())

    @pytest.mark.parametrize("code", ["", "cn", "XX", "EU", "CHN", "ZZ"])
    def test_other_codes_are_refused(self, code: str) -> None:
        with pytest.raises(UnknownCountry) as refused:
            country(code)
        assert refused.value.facts == {"country": code}

    def test_a_country_is_found_by_its_code(self) -> None:
        assert country("JP").names.in_language("zh-CN") == "日本"
        assert country("JP").names.in_language("en") == "Japan"

    def test_every_currency_has_both_names(self) -> None:
        assert list(currencies()) == list(Currency.CODES)
        assert all(entry.names.en and entry.names.zh for entry in currencies().values())
        assert currencies()["CNY"].names == Names("Chinese Yuan", "人民币")
        assert currencies()["KWD"].minor_digits == 3

    def test_there_are_eleven_incoterms_each_with_its_place(self) -> None:
        assert list(INCOTERMS) == ["EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"]
        sea = {code for code, term in INCOTERMS.items() if term.modes is TransportModes.SEA}
        assert sea == {"FAS", "FOB", "CFR", "CIF"}
        assert {code for code, term in INCOTERMS.items() if term.place is NamedPlace.SHIPMENT_PORT} == {"FAS", "FOB"}
        assert {code for code, term in INCOTERMS.items() if term.place is NamedPlace.DESTINATION_PORT} == {"CFR", "CIF"}
        assert set(PLACE_NAMES) == set(NamedPlace)

    @pytest.mark.parametrize("code", ["DAT", "DDU", "fob", ""])
    def test_terms_of_older_editions_are_refused(self, code: str) -> None:
        with pytest.raises(UnknownIncoterm) as refused:
            incoterm(code)
        assert refused.value.facts["incoterm"] == code
        assert "FOB" in str(refused.value.facts["codes"])

    def test_a_term_needs_its_place(self) -> None:
        require_place(incoterm("FOB"), "Shanghai")
        with pytest.raises(Invalid) as refused:
            require_place(incoterm("FOB"), "  ", "/lines/0/place")
        (error,) = refused.value.errors
        assert (error.pointer, error.code) == ("/lines/0/place", "place-required")
        assert error.facts == {"incoterm": "FOB", "place": "named port of shipment"}
