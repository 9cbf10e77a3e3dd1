"""Exact strings in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.money import Money
from b2b_market.ui import fmt
from b2b_market.ui.language import Language

ZH, EN = Language.ZH, Language.EN
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 22, 6, 30, 5, 42_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "zh", "en"),
    [
        ("1234567.89", "CNY", "¥1,234,567.89", "CNY 1,234,567.89"),
        ("1250", "EUR", "EUR 1,250.00", "EUR 1,250.00"),
        ("1250.0000", "EUR", "EUR 1,250.00", "EUR 1,250.00"),
        ("1250.0050", "CNY", "¥1,250.005", "CNY 1,250.005"),
        ("-0.5", "CNY", "-¥0.50", "-CNY 0.50"),
        ("1234", "JPY", "JPY 1,234", "JPY 1,234"),
        ("1.5", "KWD", "KWD 1.500", "KWD 1.500"),
        ("1E+3", "USD", "USD 1,000.00", "USD 1,000.00"),
        ("12345678901234567890.1234", "CNY", "¥12,345,678,901,234,567,890.1234", "CNY 12,345,678,901,234,567,890.1234"),
    ],
)
def test_money_is_written_exactly(amount: str, currency: str, zh: str, en: str) -> None:
    value = Money.of(amount, currency)
    assert fmt.money(value, ZH) == zh.replace(" ", fmt.NBSP)
    assert fmt.money(value, EN) == en.replace(" ", fmt.NBSP)


def test_only_the_yuan_has_a_sign_because_the_yen_shares_it() -> None:
    assert fmt.money(Money.of("5", "JPY"), ZH) == f"JPY{fmt.NBSP}5"


def test_a_unit_price_keeps_six_decimals_and_refuses_a_seventh() -> None:
    assert fmt.unit_price(Money.of("0.012345", "CNY"), ZH) == "¥0.012345"
    assert fmt.unit_price(Money.of("1.860000", "CNY"), EN) == f"CNY{fmt.NBSP}1.86"
    with pytest.raises(ValueError, match="six decimals"):
        fmt.unit_price(Money.of("0.0123456", "CNY"), ZH)


def test_an_absent_value_is_a_dash_and_never_nothing_or_zero() -> None:
    written = [
        fmt.money(None, ZH),
        fmt.unit_price(None, EN),
        fmt.amount(None),
        fmt.kpi(None, ZH),
        fmt.percent(None),
        fmt.delta_percent(None),
        fmt.delta_money(None, EN),
        fmt.date_text(None, ZH),
        fmt.moment(None, UTC, EN),
    ]
    assert set(written) == {"—"}


def test_numbers_are_grouped_and_lose_idle_zeros_only() -> None:
    assert fmt.number(12000) == "12,000"
    assert fmt.number(Decimal("12000.500")) == "12,000.5"
    assert fmt.number(Decimal("12000.500"), 2) == "12,000.50"
    assert fmt.number(Decimal(-1234567)) == "-1,234,567"
    assert fmt.number(Decimal("0.1234567890123456789012345678901")) == "0.1234567890123456789012345678901"


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        ("1234567.89", "¥123.46万", "CNY 1.23M"),
        ("123456789012", "¥1,234.57亿", "CNY 123.46B"),
        ("9999.99", "¥9,999.99", "CNY 10.00K"),
        ("-25000", "-¥2.50万", "-CNY 25.00K"),
        ("999.5", "¥999.50", "CNY 999.50"),
    ],
)
def test_kpi_figures_are_short(amount: str, zh: str, en: str) -> None:
    value = Money.of(amount, "CNY")
    assert fmt.kpi(value, ZH) == zh
    assert fmt.kpi(value, EN) == en.replace(" ", fmt.NBSP)


@pytest.mark.parametrize(
    ("ratio", "plain", "change"),
    [
        (Decimal("0.117"), "11.7%", "+11.7%"),
        (Decimal("-0.02"), "-2.0%", "-2.0%"),
        (Fraction(1, 3), "33.3%", "+33.3%"),
        (Decimal("0.0005"), "0.1%", "+0.1%"),
        (Decimal("-0.0005"), "-0.1%", "-0.1%"),
        (Decimal("0.00049"), "0.0%", "±0.0%"),
        (Decimal("-0.00049"), "0.0%", "±0.0%"),
        (
            Decimal("12345678901234567890123456789.0005"),
            "1,234,567,890,123,456,789,012,345,678,900.1%",
            "+1,234,567,890,123,456,789,012,345,678,900.1%",
        ),
        (Fraction(-1, 2000), "-0.1%", "-0.1%"),
        (Decimal(0), "0.0%", "±0.0%"),
        (Decimal(25), "2,500.0%", "+2,500.0%"),
    ],
)
def test_percentages_have_one_decimal_and_changes_a_sign(ratio: Decimal | Fraction, plain: str, change: str) -> None:
    assert fmt.percent(ratio) == plain
    assert fmt.delta_percent(ratio) == change


def test_a_change_of_money_always_has_its_sign() -> None:
    assert fmt.delta_money(Money.of("12", "CNY"), ZH) == "+¥12.00"
    assert fmt.delta_money(Money.of("-3.5", "CNY"), EN) == f"-CNY{fmt.NBSP}3.50"
    assert fmt.delta_money(Money.of("0", "CNY"), EN) == f"±CNY{fmt.NBSP}0.00"


def test_moments_are_written_on_the_readers_clock() -> None:
    assert fmt.moment(MOMENT, SHANGHAI, ZH) == "2026-11-22 14:30"
    assert fmt.moment(MOMENT, SHANGHAI, EN) == "22 Nov 2026 14:30"
    assert fmt.date_text(date(2026, 3, 5), ZH) == "2026-03-05"
    assert fmt.date_text(date(2026, 3, 5), EN) == "5 Mar 2026"
    assert fmt.utc_stamp(MOMENT.astimezone(SHANGHAI)) == "2026-11-22 06:30:05 UTC"
    assert fmt.iso(MOMENT.astimezone(SHANGHAI)) == "2026-11-22T06:30:05.042Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        fmt.moment(naive, UTC, ZH)
    with pytest.raises(ValueError, match="without a zone"):
        fmt.iso(naive)
    with pytest.raises(ValueError, match="without a zone"):
        fmt.utc_stamp(naive)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Asia/Shanghai", "UTC+08:00"),
        ("UTC", "UTC+00:00"),
        ("America/St_Johns", "UTC-03:30"),
        ("Asia/Kolkata", "UTC+05:30"),
    ],
)
def test_zone_offsets(zone: str, offset: str) -> None:
    assert fmt.zone_offset(MOMENT, ZoneInfo(zone)) == offset


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (timedelta(days=3, hours=2, minutes=14, seconds=37), "3天 02:14:37", "3d 02:14:37"),
        (timedelta(hours=2, minutes=8, seconds=30, milliseconds=900), "02:08:30", "02:08:30"),
        (timedelta(0), "00:00:00", "00:00:00"),
        (timedelta(seconds=-5), "00:00:00", "00:00:00"),
        (timedelta(days=1), "1天 00:00:00", "1d 00:00:00"),
    ],
)
def test_countdowns(left: timedelta, zh: str, en: str) -> None:
    assert fmt.countdown(left, ZH) == zh
    assert fmt.countdown(left, EN) == en


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_250_000, "1.3 MB"),
        (999_960, "1.0 MB"),
        (5 * 10**12, "5.0 TB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_file_sizes(size: int, text: str) -> None:
    assert fmt.file_size(size) == text.replace(" ", fmt.NBSP)
