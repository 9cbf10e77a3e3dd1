from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from b2b_market.ui import reading
from b2b_market.ui.reading import Unreadable, parse_decimal

BERLIN = ZoneInfo("Europe/Berlin")


class Mode(StrEnum):
    OPEN = "open"
    SEALED = "sealed"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1250", "1250"),
        (" 1,250.50 ", "1250.50"),
        ("1 250.50", "1250.50"),
        ("1\u00a0250.5", "1250.5"),
        ("1'234'567", "1234567"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-3.2", "-3.2"),
        ("\u22123.2", "-3.2"),
        ("＋１２．５", "12.5"),
        ("１，２５０", "1250"),
        ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
    ],
)
def test_numbers_people_write(text: str, number: str) -> None:
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "12,5",
        "1.234,56",
        "1,23,456",
        "1,250 500",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "一千",
        "1_000",
        "--1",
        "1" * 21,
        "٣",
    ],
)
def test_what_could_mean_two_things_is_not_a_number(text: str) -> None:
    assert parse_decimal(text) is None


def test_limits_of_numbers() -> None:
    read = reading.read_decimal
    assert read("12.50", places=2, least=None, most=None) == Decimal("12.50")
    assert read("12.5000", places=1, least=None, most=None) == Decimal("12.5")
    assert read("12345678901234567890.123456", places=6, least=None, most=None) == Decimal(
        "12345678901234567890.123456"
    )
    for text, facts in [("12.345", {"places": "2"}), ("0.99", {"least": "1"}), ("10.01", {"most": "10"})]:
        with pytest.raises(Unreadable) as refused:
            read(text, places=2, least=Decimal(1), most=Decimal(10))
        assert refused.value.facts == facts


def test_texts_dates_choices_and_identifiers() -> None:
    assert reading.read_text("a\nb", limit=3, lines=True) == "a\nb"
    assert reading.read_day("2026-02-28") == date(2026, 2, 28)
    assert reading.read_choice("sealed", Mode) is Mode.SEALED
    assert reading.read_one_of("a", ["a", "b"]) == "a"
    assert reading.read_uuid("01938F00-0000-7000-8000-000000000001") == UUID("01938f00-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    "read",
    [
        lambda: reading.read_text("abcd", limit=3, lines=False),
        lambda: reading.read_text("a\nb", limit=3, lines=False),
        lambda: reading.read_day("2026-02-30"),
        lambda: reading.read_day("1999-12-31"),
        lambda: reading.read_day("2101-01-01"),
        lambda: reading.read_day("20260228"),
        lambda: reading.read_day("2026-W01-1"),
        lambda: reading.read_day("２０２６-02-28"),
        lambda: reading.read_choice("Sealed", Mode),
        lambda: reading.read_one_of("c", ["a", "b"]),
        lambda: reading.read_uuid("{01938f00-0000-7000-8000-000000000001}"),
        lambda: reading.read_uuid("01938f00000070008000000000000001"),
        lambda: reading.read_uuid("no"),
        lambda: reading.read_moment("2026-11-22", zone=UTC),
        lambda: reading.read_moment("2026-11-22T24:00", zone=UTC),
        lambda: reading.read_moment("2026-11-22T14:30Z", zone=UTC),
        lambda: reading.read_moment("2026-11-22T14:30:05", zone=UTC),
    ],
)
def test_everything_else_is_refused_with_advice(read: object) -> None:
    with pytest.raises(Unreadable) as refused:
        read()  # type: ignore[operator]  # a table of calls
    assert refused.value.message.endswith(".")


def test_local_times_become_utc() -> None:
    assert reading.read_moment("2026-11-22T14:30", zone=BERLIN) == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    assert reading.read_moment("2026-07-01 14:30:00", zone=BERLIN) == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


def test_a_time_shown_twice_means_the_first_and_a_skipped_one_is_refused() -> None:
    assert reading.read_moment("2026-10-25T02:30", zone=BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with pytest.raises(Unreadable, match="skips that time"):
        reading.read_moment("2026-03-29T02:30", zone=BERLIN)
