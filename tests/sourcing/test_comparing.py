from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from b2b_market.kernel.money import Money, Rate, line_total
from b2b_market.sourcing.public import FLAG_HINTS, FLAG_LABELS, Flag, Place, RateMissing, Row, compare
from tests.sourcing.markets import (
    CNY,
    EUR,
    EUR_CNY,
    JPY,
    JPY_CNY,
    START,
    TODAY,
    basis,
    cny,
    line_id,
    need,
    offer,
    partial,
    pieces,
    quote,
    supplier_id,
)


def deltas(row: Row) -> list[str | None]:
    return [None if cell is None or cell.delta_percent is None else str(cell.delta_percent) for cell in row.cells]


def bests(row: Row) -> list[bool]:
    return [cell is not None and cell.best for cell in row.cells]


def test_a_line_shows_price_total_and_distance_to_the_best() -> None:
    comparison = compare(
        [need(1, 12000)], [quote(1, {1: "1.91"}), quote(2, {1: "1.71"}), quote(3, {1: "1.96"})], basis()
    )
    row = comparison.rows[0]
    assert deltas(row) == ["11.7", "0.0", "14.6"]
    assert bests(row) == [False, True, False]
    assert row.best_price == cny("1.71")
    assert row.offers == 3
    cell = comparison.cell(line_id(1), supplier_id(1))
    assert cell is not None
    assert (cell.price, cell.total, cell.converted_total, cell.rate) == (
        cny("1.91"),
        cny("22920.00"),
        cny("22920.00"),
        None,
    )


def test_no_quote_is_none_and_never_zero() -> None:
    comparison = compare([need(1), need(2)], [quote(1, {1: "5"}), quote(2, {})], basis())
    assert comparison.rows[0].cells[1] is None
    assert comparison.rows[1].cells == (None, None)
    assert comparison.rows[1].best_price is None
    assert comparison.rows[1].offers == 0
    silent = comparison.columns[1]
    assert (silent.quoted, silent.covered, silent.total, silent.place, silent.group) == (0, 0, cny("0"), None, None)
    assert silent.like_for_like is None
    assert silent.longest_lead_days is None


def test_amounts_are_converted_at_the_frozen_rate_which_stays_with_them() -> None:
    comparison = compare([need(1, 3)], [quote(1, {1: "10.005"}, EUR), quote(2, {1: "80"})], basis(EUR_CNY))
    cell = comparison.rows[0].cells[0]
    assert cell is not None
    assert cell.offer.unit_price == Money.of("10.005", "EUR")
    assert cell.price == cny("78.1620615")
    assert cell.total == Money.of("30.02", "EUR")
    assert cell.converted_total == cny("234.53")
    assert cell.exact == Decimal("234.4861845")
    assert cell.rate is EUR_CNY
    column = comparison.columns[0]
    assert (column.rate, column.total, column.converted_total) == (EUR_CNY, Money.of("30.02", "EUR"), cny("234.53"))


def test_totals_round_to_the_minor_unit_of_each_currency() -> None:
    comparison = compare([need(1, 3)], [quote(1, {1: "100.5"}, JPY)], basis(JPY_CNY))
    column = comparison.columns[0]
    assert column.total == Money.of("302", "JPY")
    assert column.converted_total == cny("14.71")


def test_a_missing_rate_is_refused_with_every_pair_that_lacks_one() -> None:
    inverse = Rate(CNY, EUR, Decimal("0.128"), "ECB", "2026-11-20")
    with pytest.raises(RateMissing) as refused:
        compare(
            [need(1, target=Money.of("3", "JPY"))],
            [quote(1, {1: "1"}, EUR), quote(2, {1: "1"})],
            basis(inverse),
        )
    assert refused.value.facts == {"pairs": "EUR → CNY, JPY → CNY"}


def test_targets_are_converted_and_added_up_by_line() -> None:
    comparison = compare(
        [need(1, 3, target=Money.of("1.005", "EUR")), need(2, 10, target=cny("2.5")), need(3)], [], basis(EUR_CNY)
    )
    assert comparison.rows[0].target_price == cny("7.8513615")
    assert comparison.rows[0].target_rate is EUR_CNY
    assert (comparison.rows[1].target_price, comparison.rows[1].target_rate) == (cny("2.5"), None)
    assert comparison.rows[2].target_price is None
    assert (comparison.target_total, comparison.target_lines) == (cny("48.55"), 2)


def test_no_targets_add_up_to_nothing_rather_than_zero() -> None:
    comparison = compare([need(1)], [], basis())
    assert (comparison.target_total, comparison.target_lines) == (None, 0)


def test_ties_are_decided_on_exact_figures_and_all_are_best() -> None:
    rate = replace(EUR_CNY, value=Decimal(8))
    comparison = compare(
        [need(1, 1)],
        [quote(1, {1: "8.000001"}), quote(2, {1: "1.000000"}, EUR), quote(3, {1: "8"})],
        basis(rate),
    )
    assert bests(comparison.rows[0]) == [False, True, True]
    assert deltas(comparison.rows[0]) == ["0.0", "0.0", "0.0"]
    assert comparison.columns[0].total == comparison.columns[2].total == cny("8.00")
    assert [column.place for column in comparison.columns] == [
        Place(3, tied=False),
        Place(1, tied=True),
        Place(2, tied=True),
    ]


def test_nothing_is_lost_beyond_the_usual_28_digits() -> None:
    price, twin = "99999999999999.999999", "99999999999999.999998"
    comparison = compare([need(1, "999999999999.999999")], [quote(1, {1: price}), quote(2, {1: twin})], basis())
    first, second = comparison.columns
    assert first.place == Place(2, tied=False)
    assert second.place == Place(1, tied=False)
    assert first.effective == cny("99999999999999999899000000.000000000001")
    assert first.total == cny("99999999999999999899000000.00")
    assert bests(comparison.rows[0]) == [False, True]


@pytest.mark.parametrize(
    ("price", "best", "delta"),
    [
        ("100.05", "100", "0.1"),
        ("100.0499999999", "100", "0.0"),
        ("100.15", "100", "0.2"),
        ("2", "1", "100.0"),
        ("1", "3", "0.0"),
    ],
)
def test_distances_round_half_up_to_one_decimal(price: str, best: str, delta: str) -> None:
    comparison = compare([need(1)], [quote(1, {1: price}), quote(2, {1: best})], basis())
    assert deltas(comparison.rows[0])[0] == delta


def test_a_free_line_has_no_percentages() -> None:
    comparison = compare([need(1)], [quote(1, {1: "0"}), quote(2, {1: "0.5"})], basis())
    assert deltas(comparison.rows[0]) == ["0.0", None]
    assert bests(comparison.rows[0]) == [True, False]


def flags_of(price_line: object, *, required: date | None = None, hold: date | None = None) -> tuple[Flag, ...]:
    comparison = compare([need(1, required=required)], [quote(1, [price_line])], basis(hold=hold))  # type: ignore[list-item]  # a QuoteLine
    cell = comparison.rows[0].cells[0]
    assert cell is not None
    return cell.flags


def test_an_offer_without_conditions_has_no_flags() -> None:
    assert flags_of(offer(1, "1")) == ()


def test_delivery_on_the_required_date_is_in_time() -> None:
    required = START + timedelta(days=14)
    assert flags_of(replace(offer(1, "1"), lead_days=14), required=required) == ()
    assert flags_of(replace(offer(1, "1"), lead_days=15), required=required) == (Flag.LATE,)
    assert flags_of(offer(1, "1"), required=required) == (Flag.LEAD_TIME_MISSING,)
    assert flags_of(replace(offer(1, "1"), lead_days=0), required=START - timedelta(days=1)) == (Flag.LATE,)


def test_an_offer_holds_through_its_last_day() -> None:
    today = replace(offer(1, "1"), valid_until=TODAY)
    yesterday = replace(offer(1, "1"), valid_until=TODAY - timedelta(days=1))
    award = TODAY + timedelta(days=3)
    assert flags_of(today) == ()
    assert flags_of(yesterday) == (Flag.EXPIRED,)
    assert flags_of(yesterday, hold=award) == (Flag.EXPIRED,)
    assert flags_of(today, hold=award) == (Flag.VALIDITY_SHORT,)
    assert flags_of(replace(offer(1, "1"), valid_until=award), hold=award) == ()
    assert flags_of(offer(1, "1"), hold=award) == (Flag.VALIDITY_MISSING,)


def test_quantities_and_alternatives_are_flagged() -> None:
    assert flags_of(partial(1, "1", 99)) == (Flag.PARTIAL,)
    assert flags_of(partial(1, "1", 100)) == ()
    assert flags_of(partial(1, "1", 500, 100)) == ()
    assert flags_of(partial(1, "1", 500, 101)) == (Flag.MINIMUM_ABOVE_NEED,)
    assert flags_of(partial(1, "1", 50, 60)) == (Flag.MINIMUM_ABOVE_NEED, Flag.PARTIAL)
    assert flags_of(replace(offer(1, "1"), alternative=True)) == (Flag.ALTERNATIVE,)


def test_every_flag_has_a_label_and_a_hint() -> None:
    assert set(FLAG_LABELS) == set(FLAG_HINTS) == set(Flag)


def test_offers_that_cannot_be_awarded_are_never_the_best() -> None:
    expired = replace(offer(1, "0.8"), valid_until=TODAY - timedelta(days=1))
    comparison = compare(
        [need(1)],
        [
            quote(1, [expired]),
            quote(2, [partial(1, "0.9", 500, 101)]),
            quote(3, {1: "1"}),
            quote(4, [partial(1, "1", 40)]),
        ],
        basis(),
    )
    row = comparison.rows[0]
    assert bests(row) == [False, False, True, True]
    assert deltas(row) == ["-20.0", "-10.0", "0.0", "0.0"]
    assert [cell.awardable for cell in row.cells if cell] == [False, False, True, True]
    assert [cell.covers for cell in row.cells if cell] == [False, False, True, False]


def test_a_line_without_any_awardable_offer_has_no_best() -> None:
    comparison = compare([need(1)], [quote(1, [partial(1, "1", 500, 101)])], basis())
    assert comparison.rows[0].best_price is None
    assert bests(comparison.rows[0]) == [False]
    assert deltas(comparison.rows[0]) == [None]


def test_a_partial_offer_counts_with_its_own_quantity() -> None:
    comparison = compare([need(1, 100)], [quote(1, [partial(1, "2", 40)])], basis())
    column = comparison.columns[0]
    assert (column.total, column.quoted, column.covered) == (cny("80.00"), 1, 0)
    assert column.place is None
    assert column.like_for_like is None


def test_prices_far_from_the_others_are_marked_from_four_prices_on() -> None:
    def flagged(*prices: str) -> list[tuple[Flag, ...]]:
        quotes = [quote(at, {1: price}) for at, price in enumerate(prices)]
        return [cell.flags for cell in compare([need(1)], quotes, basis()).rows[0].cells if cell]

    # sorted 1 10 10 11 12: Q1 10, Q3 11, fences 8.5 and 12.5
    assert flagged("10", "1", "12", "11", "10") == [(), (Flag.OUTLIER_LOW,), (), (), ()]
    # a price on the fence stays unmarked
    assert flagged("10", "8.5", "12.5", "11", "10") == [(), (), (), (), ()]
    assert flagged("10", "8.5", "12.500001", "11", "10") == [(), (), (Flag.OUTLIER_HIGH,), (), ()]
    # four prices interpolate: Q1 1, Q3 1 + 0.25 · 99, upper fence 62.875
    assert flagged("1", "1", "1", "100") == [(), (), (), (Flag.OUTLIER_HIGH,)]
    assert flagged("1", "1", "100") == [(), (), ()]


def test_suppliers_of_equal_coverage_are_ranked_on_their_own_totals() -> None:
    comparison = compare(
        [need(1, 10), need(2, 10)],
        [quote(1, {1: "5", 2: "5"}), quote(2, {1: "4", 2: "5.5"}), quote(3, {1: "6", 2: "6"})],
        basis(),
    )
    assert comparison.equal_coverage
    assert comparison.common_lines == 2
    assert [column.place for column in comparison.columns] == [
        Place(2, tied=False),
        Place(1, tied=False),
        Place(3, tied=False),
    ]
    assert [column.like_for_like for column in comparison.columns] == [cny("100.00"), cny("95.00"), cny("120.00")]
    assert [column.place_in_group for column in comparison.columns] == [column.place for column in comparison.columns]
    assert {column.group for column in comparison.columns} == {1}


def test_unlike_coverage_is_compared_on_common_lines_only() -> None:
    comparison = compare(
        [need(1, 10), need(2, 10), need(3, 10)],
        [
            quote(1, {1: "5", 2: "5", 3: "50"}),
            quote(2, {1: "6", 2: "6"}),
            quote(3, {1: "4", 2: "6.5", 3: "40"}),
            quote(4, [offer(1, "1"), offer(2, "1"), partial(3, "1", 5)]),
            quote(5, []),
        ],
        basis(),
    )
    assert not comparison.equal_coverage
    assert [row.common for row in comparison.rows] == [True, True, False]
    assert comparison.common_lines == 2
    assert [column.converted_total for column in comparison.columns] == [
        cny("600.00"),
        cny("120.00"),
        cny("505.00"),
        cny("25.00"),
        cny("0"),
    ]
    assert [column.covered for column in comparison.columns] == [3, 2, 3, 2, 0]
    assert [column.like_for_like for column in comparison.columns] == [
        cny("100.00"),
        cny("120.00"),
        cny("105.00"),
        cny("20.00"),
        None,
    ]
    ranks = [None if column.place is None else column.place.rank for column in comparison.columns]
    assert ranks == [2, 4, 3, 1, None]
    groups = [(column.group, column.place_in_group and column.place_in_group.rank) for column in comparison.columns]
    assert groups == [(1, 2), (2, 2), (1, 1), (2, 1), (None, None)]


def test_without_a_common_line_only_groups_are_ranked() -> None:
    comparison = compare([need(1), need(2)], [quote(1, {1: "5"}), quote(2, {2: "5"}), quote(3, {2: "4"})], basis())
    assert comparison.common_lines == 0
    assert [column.place for column in comparison.columns] == [None, None, None]
    assert [column.effective for column in comparison.columns] == [None, None, None]
    # groups of one line each: the one with the cheaper leader comes first
    assert [(column.group, column.place_in_group) for column in comparison.columns] == [
        (2, Place(1, tied=False)),
        (1, Place(2, tied=False)),
        (1, Place(1, tied=False)),
    ]


def test_equal_totals_are_placed_by_submission_then_identifier() -> None:
    comparison = compare(
        [need(1)],
        [
            quote(1, {1: "5"}, hours=9),
            quote(3, {1: "5"}, hours=3),
            quote(2, {1: "5"}, hours=3),
            quote(4, {1: "6"}, hours=1),
        ],
        basis(),
    )
    assert [column.place for column in comparison.columns] == [
        Place(3, tied=True),
        Place(2, tied=True),
        Place(1, tied=True),
        Place(4, tied=False),
    ]


def test_the_longest_lead_time_counts_lines_without_one_apart() -> None:
    comparison = compare(
        [need(1), need(2), need(3)],
        [quote(1, [replace(offer(1, "1"), lead_days=7), replace(offer(2, "1"), lead_days=30), offer(3, "1")])],
        basis(),
    )
    column = comparison.columns[0]
    assert (column.longest_lead_days, column.lead_times_missing) == (30, 1)


def test_nothing_to_compare_is_an_empty_comparison() -> None:
    comparison = compare([], [], basis())
    assert (comparison.rows, comparison.columns, comparison.common_lines) == ((), (), 0)
    assert not comparison.equal_coverage


def test_strangers_are_not_found() -> None:
    comparison = compare([need(1)], [quote(1, {1: "1"})], basis())
    assert comparison.row(line_id(2)) is None
    assert comparison.column(supplier_id(2)) is None
    assert comparison.cell(line_id(2), supplier_id(1)) is None
    assert comparison.cell(line_id(1), supplier_id(2)) is None
    assert comparison.column(supplier_id(1)) is comparison.columns[0]


def test_line_totals_are_those_of_the_kernel() -> None:
    comparison = compare([need(1, "7.5")], [quote(1, {1: "3.333333"})], basis())
    assert comparison.columns[0].total == line_total(cny("3.333333"), pieces("7.5").value) == cny("25.00")
