from datetime import date

import pytest

from b2b_market.rfq.intake.calendar_days import is_ambiguous, order_evidence, orders_seen, read_day
from b2b_market.rfq.intake.values import CellKind, DateOrder

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
MARCH_5 = date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05",
        "2026-3-5",
        "2026/3/5",
        "2026.03.05",
        "20260305",
        "2026-03-05 00:00:00",
        "2026-03-05T10:30:00Z",
        "2026-03-05T10:30:00.000+08:00",
        "2026年3月5日",
        "2026年03月05日",
        "2026 年 3 月 5 号",
        "２０２６年３月５日",
        "5 March 2026",
        "5. Mar 2026",
        "5-Mar-26",
        "5th March 2026",
        "Mar 5, 2026",
        "March 5th, 2026",
        "46086",
        "46086.5",
    ],
)
@pytest.mark.parametrize("order", [None, DAY, MONTH])
def test_days_that_need_no_order(text: str, order: DateOrder | None) -> None:
    assert read_day(text, order) == MARCH_5


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("3/4/2026", date(2026, 4, 3), date(2026, 3, 4)),
        ("3-4-26", date(2026, 4, 3), date(2026, 3, 4)),
        ("13/4/2026", date(2026, 4, 13), date(2026, 4, 13)),
        ("4/13/2026", date(2026, 4, 13), date(2026, 4, 13)),
        ("3.4.2026", date(2026, 4, 3), date(2026, 4, 3)),
        ("03/04/2026 08:30", date(2026, 4, 3), date(2026, 3, 4)),
        ("5/5/2026", date(2026, 5, 5), date(2026, 5, 5)),
    ],
)
def test_day_and_month_in_either_order(text: str, day_first: date, month_first: date) -> None:
    assert read_day(text, DAY) == day_first
    assert read_day(text, MONTH) == month_first


def test_without_an_order_only_what_proves_itself_is_read() -> None:
    assert read_day("3/4/2026", None) is None
    assert read_day("13/4/2026", None) == date(2026, 4, 13)
    assert read_day("3.4.2026", None) == date(2026, 4, 3)
    assert read_day("5/5/2026", None) == date(2026, 5, 5)


@pytest.mark.parametrize(
    "text",
    [
        "ASAP",
        "尽快",
        "4 weeks",
        "2026年3月",
        "2026-02-30",
        "30/2/2026",
        "13/13/2026",
        "1999-12-31",
        "2100-01-01",
        "0000-00-00",
        "12.5",
        "19999",
        "80000",
        "5 Foo 2026",
        "",
        "2026-03-05" + " " * 50 + "x",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert {read_day(text, order) for order in (None, DAY, MONTH)} == {None}


def test_what_days_prove_of_their_order() -> None:
    assert [order_evidence(text) for text in ("13/4/2026", "4/13/2026", "3.4.2026", "3/4/2026", "2026-03-05")] == [
        DAY,
        MONTH,
        DAY,
        None,
        None,
    ]
    cells = [("13/4/2026", CellKind.TEXT), ("3/4/2026", CellKind.TEXT), ("4/13/2026", CellKind.DATE)]
    assert orders_seen(cells) == {DAY}


def test_ambiguous_is_what_is_another_day_in_the_other_order() -> None:
    assert [is_ambiguous(text) for text in ("3/4/2026", "13/4/2026", "5/5/2026", "3.4.2026", "x")] == [
        True,
        False,
        False,
        False,
        False,
    ]
