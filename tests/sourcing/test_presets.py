from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from b2b_market.sourcing.public import (
    Allocation,
    Comparison,
    SupplierUnknown,
    TooManyCombinations,
    at_most,
    best_per_line,
    compare,
    single_supplier,
)
from b2b_market.sourcing.rules.combining import MAX_WORK, largest_possible
from tests.sourcing.markets import TODAY, basis, cny, need, offer, partial, quote, supplier_id


def golden() -> Comparison:
    """Golden case 1 of the award model, price only: quantities 100/200/150, suppliers A, B and C."""
    return compare(
        [need(1, 100), need(2, 200), need(3, 150)],
        [
            quote(1, {1: "10", 2: "6", 3: "8"}),
            quote(2, {1: "9.5", 2: "6.5", 3: "7.8"}),
            quote(3, {1: "10.2", 2: "5.9", 3: "8.3"}),
        ],
        basis(),
    )


def picked(allocation: Allocation) -> list[tuple[int, int, str]]:
    return [(pick.line_id.int, pick.supplier_id.int - 1000, str(pick.quantity.value)) for pick in allocation.picks]


def test_best_per_line_of_the_golden_case_is_bcb() -> None:
    allocation = best_per_line(golden())
    assert picked(allocation) == [(1, 2, "100"), (2, 3, "200"), (3, 2, "150")]
    assert allocation.total == cny("3300.00")
    assert [(award.supplier, award.total) for award in allocation.suppliers] == [
        ("Supplier 2", cny("2120.00")),
        ("Supplier 3", cny("1180.00")),
    ]
    assert (allocation.filled, allocation.lines, allocation.problems) == (3, 3, ())


def test_at_most_two_of_the_golden_case_is_bcb_and_at_most_one_is_aaa() -> None:
    assert picked(at_most(golden(), 2)) == [(1, 2, "100"), (2, 3, "200"), (3, 2, "150")]
    one = at_most(golden(), 1)
    assert picked(one) == [(1, 1, "100"), (2, 1, "200"), (3, 1, "150")]
    assert one.total == cny("3400.00")


def test_a_single_supplier_gets_everything_it_offers() -> None:
    allocation = single_supplier(golden(), supplier_id(2))
    assert allocation.total == cny("3420.00")
    assert len(allocation.suppliers) == 1
    with pytest.raises(SupplierUnknown):
        single_supplier(golden(), supplier_id(9))


def test_a_single_supplier_leaves_open_what_it_cannot_deliver() -> None:
    expired = replace(offer(3, "1"), valid_until=TODAY - timedelta(days=1))
    comparison = compare(
        [need(1), need(2), need(3), need(4)],
        [quote(1, [offer(1, "5"), partial(2, "5", 40), expired])],
        basis(),
    )
    allocation = single_supplier(comparison, supplier_id(1))
    assert picked(allocation) == [(1, 1, "100"), (2, 1, "40")]
    assert [(gap.number, str(gap.missing.value)) for gap in allocation.gaps] == [(2, "60"), (3, "100"), (4, "100")]
    assert allocation.filled == 1


def test_best_per_line_splits_where_the_cheapest_is_partial() -> None:
    comparison = compare(
        [need(1), need(2)], [quote(1, [partial(1, "5", 60), offer(2, "9")]), quote(2, {1: "6", 2: "8"})], basis()
    )
    assert picked(best_per_line(comparison)) == [(1, 1, "60"), (1, 2, "40"), (2, 2, "100")]


def test_ties_go_to_the_earlier_submission_whatever_the_order_of_quotes() -> None:
    late, early = quote(1, {1: "5"}, hours=5), quote(2, {1: "5"}, hours=2)
    for quotes in ([late, early], [early, late]):
        comparison = compare([need(1)], quotes, basis())
        assert picked(best_per_line(comparison)) == [(1, 2, "100")]
        assert picked(at_most(comparison, 2)) == [(1, 2, "100")]


def test_expired_offers_are_never_chosen() -> None:
    expired = replace(offer(1, "1"), valid_until=TODAY - timedelta(days=1))
    comparison = compare([need(1)], [quote(1, [expired]), quote(2, {1: "9"})], basis())
    assert picked(best_per_line(comparison)) == [(1, 2, "100")]
    assert picked(at_most(comparison, 1)) == [(1, 2, "100")]


def test_at_most_fills_lines_before_it_saves_money() -> None:
    comparison = compare([need(1), need(2)], [quote(1, {1: "1"}), quote(2, {1: "50", 2: "50"})], basis())
    assert picked(at_most(comparison, 1)) == [(1, 2, "100"), (2, 2, "100")]


def test_leaving_out_a_dear_line_is_no_saving() -> None:
    """Of two suppliers with one line each, the one with the dear line is better where it is cheap for that line."""
    comparison = compare(
        [need(1, 1), need(2, 1)],
        [quote(1, {1: "10"}), quote(2, {2: "900"}), quote(3, {1: "11", 2: "1000"}), quote(4, {1: "12"})],
        basis(),
    )
    widest = at_most(comparison, 1)
    assert picked(widest) == [(1, 3, "1"), (2, 3, "1")]
    narrow = compare(
        [need(1, 1), need(2, 1)], [quote(1, {1: "10"}), quote(2, {2: "900"}), quote(3, {2: "1000"})], basis()
    )
    # open lines count at their dearest price: 10 + 1000 against 900 + 10
    assert picked(at_most(narrow, 1)) == [(2, 2, "1")]


def test_what_stays_open_of_a_split_line_counts_at_its_dearest_price_too() -> None:
    comparison = compare(
        [need(1, 2), need(2, 2)],
        [
            quote(1, [partial(1, "10", 1)]),
            quote(2, [partial(2, "1000", 1)]),
            quote(3, [partial(2, "1500", 1)]),
        ],
        basis(),
    )
    # each leaves one and a half lines open: 10 + 10 + 2 × 1500, 1000 + 1500 + 2 × 10, 1500 + 1500 + 2 × 10
    assert picked(at_most(comparison, 1)) == [(2, 2, "1")]


def test_at_most_prefers_the_larger_part_of_a_line_nobody_fills() -> None:
    comparison = compare([need(1)], [quote(1, [partial(1, "1", 40)]), quote(2, [partial(1, "7", 60)])], basis())
    assert picked(at_most(comparison, 1)) == [(1, 2, "60")]
    assert picked(at_most(comparison, 2)) == [(1, 1, "40"), (1, 2, "60")]


def test_at_most_splits_lines_within_the_chosen_suppliers() -> None:
    comparison = compare(
        [need(1), need(2)],
        [
            quote(1, [partial(1, "1", 60), offer(2, "4")]),
            quote(2, [partial(1, "2", 60), offer(2, "5")]),
            quote(3, [offer(1, "9"), offer(2, "9")]),
        ],
        basis(),
    )
    assert picked(at_most(comparison, 1)) == [(1, 3, "100"), (2, 3, "100")]
    assert picked(at_most(comparison, 2)) == [(1, 1, "60"), (1, 2, "40"), (2, 1, "100")]


def test_fewer_suppliers_win_at_equal_cost() -> None:
    comparison = compare(
        [need(1), need(2)],
        [quote(1, {1: "5", 2: "7"}), quote(2, {1: "6", 2: "6"}), quote(3, {1: "5", 2: "6"})],
        basis(),
    )
    assert picked(at_most(comparison, 3)) == [(1, 3, "100"), (2, 3, "100")]
    # line by line the first in declared order is chosen
    assert picked(best_per_line(comparison)) == [(1, 1, "100"), (2, 2, "100")]


def test_nothing_on_offer_is_an_award_of_nothing() -> None:
    comparison = compare([need(1)], [quote(1, {})], basis())
    for allocation in (best_per_line(comparison), at_most(comparison, 3), single_supplier(comparison, supplier_id(1))):
        assert allocation.picks == ()
        assert [problem.code for problem in allocation.problems] == ["under-award", "nothing-awarded"]


def test_at_most_none_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="an award has at least one supplier"):
        at_most(golden(), 0)


def test_the_bound_counts_combinations_times_lines() -> None:
    assert largest_possible(8, 1000) == 8
    assert largest_possible(20, 200) == 5
    assert largest_possible(20, 1000) == 3
    assert largest_possible(0, 0) == 0
    # 20 + 190 + 1140 + 4845 combinations of up to 4
    assert largest_possible(20, MAX_WORK // 6195) == 4
    assert largest_possible(20, MAX_WORK // 6195 + 1) == 3


def test_a_search_beyond_the_bound_is_refused_with_what_is_possible() -> None:
    needs = [need(number) for number in range(1, 1001)]
    # one line each is enough to take part in every combination
    quotes = [quote(number, dict.fromkeys(range(number, 1001, 20), "5")) for number in range(1, 21)]
    comparison = compare(needs, quotes, basis())
    with pytest.raises(TooManyCombinations) as refused:
        at_most(comparison, 4)
    assert refused.value.facts == {"suppliers": "20", "lines": "1000", "wanted": "4", "possible": "3"}
    assert at_most(comparison, 3).filled == 150


def test_the_exact_cost_is_what_presets_minimise() -> None:
    comparison = compare([need(1, 3)], [quote(1, {1: "0.334"}), quote(2, {1: "0.333"})], basis())
    allocation = best_per_line(comparison)
    assert (allocation.exact, allocation.total) == (Decimal("0.999"), cny("1.00"))
