from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.public import (
    Allocation,
    AwardNotPossible,
    Comparison,
    Pick,
    allocate,
    compare,
    repick,
    require_awardable,
)
from tests.sourcing.markets import (
    EUR,
    EUR_CNY,
    KILOGRAM,
    TODAY,
    basis,
    cny,
    line_id,
    need,
    offer,
    partial,
    pick,
    pieces,
    quote,
    supplier_id,
)


def market() -> Comparison:
    return compare(
        [need(1, 100, target=cny("6")), need(2, 10, target=cny("30")), need(3, 5)],
        [
            quote(1, [replace(offer(1, "5.005"), lead_days=7), replace(offer(2, "31"), lead_days=30), offer(3, "2")]),
            quote(2, [offer(1, "0.7", EUR), offer(2, "4", EUR)], EUR),
        ],
        basis(EUR_CNY),
    )


def codes(allocation: Allocation) -> list[str]:
    return [problem.code for problem in allocation.problems]


def test_an_award_adds_up_by_supplier_in_both_currencies() -> None:
    allocation = allocate(market(), [pick(1, 1, 60), pick(1, 2, 40), pick(2, 1, 10), pick(3, 1, 5)])
    assert codes(allocation) == []
    require_awardable(allocation)
    first, second = allocation.suppliers
    assert [(share.line_id, str(share.quantity.value), share.total) for share in first.shares] == [
        (line_id(1), "60", cny("300.30")),
        (line_id(2), "10", cny("310.00")),
        (line_id(3), "5", cny("10.00")),
    ]
    assert (first.total, first.converted_total, first.rate) == (cny("620.30"), cny("620.30"), None)
    # 40 × 0.70 EUR = 28.00 EUR; × 7.8123 = 218.7444
    assert (second.total, second.converted_total, second.rate) == (Money.of("28.00", "EUR"), cny("218.74"), EUR_CNY)
    assert allocation.total == cny("839.04")
    assert allocation.exact == Decimal("839.0444")
    assert (allocation.filled, allocation.lines, allocation.gaps) == (3, 3, ())


def test_saving_is_against_the_targets_of_what_is_awarded() -> None:
    allocation = allocate(market(), [pick(1, 1, 60), pick(1, 2, 40), pick(2, 1, 10), pick(3, 1, 5)])
    saving = allocation.saving
    assert saving is not None
    # targets 100 × 6 + 10 × 30; line 3 has none and stays out on both sides
    assert (saving.target, saving.awarded, saving.amount) == (cny("900.00"), cny("829.04"), cny("70.96"))
    assert (str(saving.percent), saving.lines) == ("7.9", 2)
    own = [award.saving for award in allocation.suppliers]
    assert [one.target for one in own if one] == [cny("660.00"), cny("240.00")]
    assert [one.amount for one in own if one] == [cny("49.70"), cny("21.26")]


def test_a_target_split_over_suppliers_loses_no_cent() -> None:
    comparison = compare(
        [need(1, 3, target=cny("3.3333"))], [quote(1, {1: "3"}), quote(2, {1: "3"}), quote(3, {1: "3"})], basis()
    )
    allocation = allocate(comparison, [pick(1, 1, 1), pick(1, 2, 1), pick(1, 3, 1)])
    assert [share.target_total for share in allocation.shares] == [cny("3.34"), cny("3.33"), cny("3.33")]
    assert allocation.saving is not None
    assert allocation.saving.target == cny("10.00")


def test_saving_may_be_a_loss_and_a_free_target_has_no_percentage() -> None:
    dear = allocate(market(), [pick(2, 1, 10)]).saving
    assert dear is not None
    assert (dear.amount, str(dear.percent)) == (cny("-10.00"), "-3.3")
    comparison = compare([need(1, target=cny("0"))], [quote(1, {1: "1"})], basis())
    free = allocate(comparison, [pick(1, 1, 100)]).saving
    assert free is not None
    assert (free.amount, free.percent) == (cny("-100.00"), None)


def test_without_targets_there_is_no_saving() -> None:
    assert allocate(market(), [pick(3, 1, 5)]).saving is None


def test_the_longest_lead_time_is_that_of_the_awarded_lines() -> None:
    allocation = allocate(market(), [pick(1, 1, 100), pick(3, 1, 5)])
    assert (allocation.longest_lead_days, allocation.lead_times_missing) == (7, 1)
    assert allocation.suppliers[0].longest_lead_days == 7
    assert allocate(market(), [pick(3, 1, 5)]).longest_lead_days is None


def test_what_is_left_open_must_be_confirmed_by_line() -> None:
    allocation = allocate(market(), [pick(1, 1, 99), pick(3, 1, 5)])
    assert codes(allocation) == ["under-award", "under-award"]
    assert [(gap.number, str(gap.missing.value)) for gap in allocation.gaps] == [(1, "1"), (2, "10")]
    assert allocation.filled == 1
    with pytest.raises(AwardNotPossible) as refused:
        require_awardable(allocation, {line_id(1)})
    assert refused.value.facts == {"count": "1"}
    (error,) = refused.value.errors
    assert (error.pointer, error.code) == ("/lines/2", "under-award")
    assert error.facts is not None
    assert error.detail.format(**error.facts) == (
        "Line 2 lacks 10 of 10 C62. Give it to somebody, or confirm the under-award."
    )
    require_awardable(allocation, {line_id(1), line_id(2)})


def test_more_than_is_needed_is_refused_even_where_under_award_is_confirmed() -> None:
    allocation = allocate(market(), [pick(1, 1, 60), pick(1, 2, 41), pick(2, 1, 10), pick(3, 1, 5)])
    assert codes(allocation) == ["above-need"]
    assert allocation.gaps == ()
    with pytest.raises(AwardNotPossible) as refused:
        require_awardable(allocation, {line_id(1)})
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/lines/1", "above-need")]


def test_an_award_of_nothing_is_refused_although_all_lines_may_stay_open() -> None:
    allocation = allocate(market(), [])
    with pytest.raises(AwardNotPossible) as refused:
        require_awardable(allocation, {line_id(1), line_id(2), line_id(3)})
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("", "nothing-awarded")]
    assert allocation.total == cny("0")


def conditions() -> Comparison:
    expired = replace(offer(2, "1"), valid_until=TODAY - timedelta(days=1))
    return compare(
        [need(1, "100.50"), need(2)],
        [quote(1, [partial(1, "5", "60.50", "20.00"), expired]), quote(2, {1: "6"})],
        basis(),
    )


@pytest.mark.parametrize(
    ("wrong", "code", "sentence"),
    [
        (pick(9, 1, 1), "unknown-line", "This line is not part of the comparison."),
        (pick(1, 9, 1), "unknown-supplier", "This supplier is not part of the comparison."),
        (pick(2, 2, 1), "no-offer", "Supplier 2 made no offer for line 2."),
        (pick(1, 1, 0), "not-positive", "The quantity of line 1 for Supplier 1 must be above 0."),
        (pick(2, 1, 1), "expired", "The offer of Supplier 1 for line 2 held until 2026-11-21."),
        (pick(1, 1, "60.51"), "above-offer", "Supplier 1 offers 60.5 C62 of line 1, not 60.51."),
        (pick(1, 1, "19.99"), "below-minimum", "Supplier 1 accepts line 1 from 20 C62; 19.99 is too little."),
    ],
)
def test_a_wrong_pick_says_what_would_be_right(wrong: Pick, code: str, sentence: str) -> None:
    allocation = allocate(conditions(), [pick(1, 2, "10.5"), wrong])
    problem = allocation.problems[0]
    assert (problem.code, problem.pointer) == (code, "/picks/1")
    assert (problem.line_id, problem.supplier_id) == (wrong.line_id, wrong.supplier_id)
    assert problem.message.format(**problem.facts) == sentence
    with pytest.raises(AwardNotPossible):
        require_awardable(allocation, {line_id(1), line_id(2)})


def test_a_pick_without_an_offer_counts_nothing() -> None:
    allocation = allocate(conditions(), [pick(2, 2, 100), pick(9, 1, 5)])
    assert allocation.shares == ()
    assert codes(allocation)[:2] == ["no-offer", "unknown-line"]


def test_one_supplier_is_picked_once_per_line() -> None:
    allocation = allocate(market(), [pick(3, 1, 2), pick(3, 1, 3)])
    assert codes(allocation)[0] == "repeated"
    problem = allocation.problems[0]
    assert problem.pointer == "/picks/1"
    assert problem.message.format(**problem.facts) == (
        "Line 3 is given to Supplier 1 twice; put both quantities into one."
    )


def test_picks_in_another_unit_are_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="picks are in the need's unit C62, not KGM"):
        allocate(market(), [replace(pick(1, 1, 1), quantity=Quantity(Decimal(1), KILOGRAM))])


def test_what_if_changes_one_line_and_leaves_the_others() -> None:
    comparison = market()
    before = allocate(comparison, [pick(1, 1, 100), pick(2, 1, 10), pick(3, 1, 5)])
    after = repick(comparison, before, line_id(2), [pick(2, 2, 10)])
    assert before.total == cny("820.50")
    # 500.50 + 10.00 + 40 EUR × 7.8123
    assert after.total == cny("822.99")
    assert after == allocate(comparison, [pick(1, 1, 100), pick(3, 1, 5), pick(2, 2, 10)])
    emptied = repick(comparison, after, line_id(2), [])
    assert [gap.number for gap in emptied.gaps] == [2]
    with pytest.raises(ValueError, match="the new picks are for one line"):
        repick(comparison, before, line_id(2), [pick(1, 1, 1)])


def test_shares_keep_the_offer_and_the_rate_they_come_from() -> None:
    comparison = market()
    share = allocate(comparison, [pick(1, 2, 40)]).shares[0]
    cell = comparison.cell(line_id(1), supplier_id(2))
    assert cell is not None
    assert share.offer is cell.offer
    assert share.rate is EUR_CNY
    assert share.quantity == pieces(40)


def test_a_smaller_part_costs_what_its_own_tier_says() -> None:
    tiers = ((Decimal(1), Decimal(12)), (Decimal(50), Decimal(10)))
    compared = compare([need(1, 100)], [quote(1, [replace(offer(1, "10"), tiers=tiers)])], basis())
    allocation = allocate(compared, [pick(1, 1, 40)])
    (share,) = allocation.suppliers[0].shares
    assert (share.total, share.offer.unit_price) == (cny("480.00"), cny("12"))
