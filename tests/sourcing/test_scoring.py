from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.kernel.money import Money
from b2b_market.sourcing.public import (
    LEAD_TIME,
    PRICE,
    PRICE_NAME,
    TIE_BREAK,
    Bid,
    CriteriaUnusable,
    Criterion,
    Formula,
    NothingInCommon,
    Place,
    Reversal,
    ValueNegative,
    ValueOutOfRange,
    WeightsIncomplete,
    bids_of,
    compare,
    published,
    rank_reversals,
    score,
    shown,
)
from tests.sourcing.markets import FIRST_SUBMISSION, basis, cny, need, offer, quote, supplier_id

PRICE_BY_RATIO = Criterion(key=PRICE, name=PRICE_NAME, weight=Decimal(100), formula=Formula.LOWEST_RATIO)
PRICE_BY_RANGE = replace(PRICE_BY_RATIO, formula=Formula.LOWEST_RANGE)
QUALITY = Criterion(key="quality", name="Quality", weight=Decimal(40), formula=Formula.SHARE_OF_MAXIMUM)
LEAD = Criterion(key=LEAD_TIME, name="Lead time", weight=Decimal(20), formula=Formula.LOWEST_RANGE)


def bid(number: int, price: str, *, hours: int = 0, values: Mapping[str, str | bool] | None = None) -> Bid:
    return Bid(
        supplier_id=supplier_id(number),
        supplier=f"Supplier {number}",
        price=cny(price),
        submitted_at=FIRST_SUBMISSION + timedelta(hours=hours),
        values={key: Decimal(value) for key, value in (values or {}).items()},
    )


def weighted(criterion: Criterion, weight: str) -> Criterion:
    return replace(criterion, weight=Decimal(weight))


def test_price_by_ratio_is_100_times_lowest_over_own() -> None:
    ranked = score([PRICE_BY_RATIO], [bid(1, "150"), bid(2, "120"), bid(3, "360")])
    assert [(one.bid.supplier_id, one.total) for one in ranked] == [
        (supplier_id(2), Fraction(100)),
        (supplier_id(1), Fraction(80)),
        (supplier_id(3), Fraction(100, 3)),
    ]


def test_price_by_range_runs_from_100_to_0() -> None:
    ranked = score([PRICE_BY_RANGE], [bid(1, "150"), bid(2, "120"), bid(3, "360")])
    assert [one.total for one in ranked] == [Fraction(100), Fraction(175, 2), Fraction(0)]
    assert [one.place.rank for one in ranked] == [1, 2, 3]


@pytest.mark.parametrize("criterion", [PRICE_BY_RATIO, PRICE_BY_RANGE])
def test_equal_and_free_prices_all_score_100(criterion: Criterion) -> None:
    assert [one.total for one in score([criterion], [bid(1, "7"), bid(2, "7.00")])] == [100, 100]
    assert [one.total for one in score([criterion], [bid(1, "0"), bid(2, "0")])] == [100, 100]
    assert [one.total for one in score([criterion], [bid(1, "3"), bid(2, "0")])] == [100, 0]


def test_raw_and_normalised_values_are_kept_and_weighted() -> None:
    criteria = [weighted(PRICE_BY_RATIO, "40"), QUALITY, LEAD]
    ranked = score(
        criteria,
        [
            bid(1, "100", values={"quality": "60", LEAD_TIME: "30"}),
            bid(2, "125", values={"quality": "90", LEAD_TIME: "10"}),
            bid(3, "200", values={"quality": "100"}),
        ],
    )
    assert [one.bid.supplier_id for one in ranked] == [supplier_id(2), supplier_id(1), supplier_id(3)]
    best = ranked[0]
    assert [(part.key, part.raw, part.score, part.weighted) for part in best.scores] == [
        (PRICE, Decimal(125), Fraction(80), Fraction(32)),
        ("quality", Decimal(90), Fraction(90), Fraction(36)),
        (LEAD_TIME, Decimal(10), Fraction(100), Fraction(20)),
    ]
    assert best.total == 88
    missing = ranked[2].scores[2]
    assert missing.raw is None
    assert missing.score == 0
    assert ranked[2].total == 60


def test_a_criterion_nobody_answers_scores_0_for_all() -> None:
    ranked = score([weighted(PRICE_BY_RATIO, "80"), LEAD], [bid(1, "10"), bid(2, "20")])
    assert [one.total for one in ranked] == [80, 40]


def test_ranks_come_from_exact_totals_and_never_from_shown_ones() -> None:
    ranked = score([PRICE_BY_RATIO], [bid(1, "300000.01", hours=0), bid(2, "300000", hours=5), bid(3, "100000")])
    assert [one.bid.supplier_id for one in ranked] == [supplier_id(3), supplier_id(2), supplier_id(1)]
    assert shown(ranked[1].total) == shown(ranked[2].total) == Decimal("33.33")
    assert not ranked[1].place.tied


def test_shown_scores_round_half_up() -> None:
    assert [str(shown(Fraction(value))) for value in ("100", "0", "33.335", "33.3349", "0.005")] == [
        "100.00",
        "0.00",
        "33.34",
        "33.33",
        "0.01",
    ]


def test_equal_totals_fall_to_price_then_submission_then_identifier() -> None:
    criteria = [weighted(PRICE_BY_RATIO, "50"), weighted(QUALITY, "50")]
    ranked = score(
        criteria,
        [
            bid(4, "100", hours=9, values={"quality": "50"}),
            bid(2, "100", hours=1, values={"quality": "50"}),
            bid(1, "100", hours=1, values={"quality": "50"}),
            bid(3, "200", hours=0, values={"quality": "100"}),
        ],
    )
    assert {one.total for one in ranked} == {Fraction(75)}
    assert [one.bid.supplier_id for one in ranked] == [supplier_id(at) for at in (1, 2, 4, 3)]
    assert [one.place for one in ranked] == [Place(rank, tied=True) for rank in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("weights", "total", "difference"),
    [(("60", "30"), "90", "+10"), (("60", "50.5"), "110.5", "-10.5"), (("60", "39.999"), "99.999", "+0.001")],
)
def test_weights_off_100_are_refused_with_the_difference(weights: tuple[str, str], total: str, difference: str) -> None:
    with pytest.raises(WeightsIncomplete) as refused:
        score([weighted(PRICE_BY_RATIO, weights[0]), weighted(QUALITY, weights[1])], [bid(1, "1")])
    assert refused.value.facts == {"total": total, "difference": difference}


def test_unusable_criteria_are_refused_one_by_one() -> None:
    with pytest.raises(CriteriaUnusable) as refused:
        score([QUALITY, replace(QUALITY, weight=Decimal(0), maximum=Decimal(0))], [])
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/criteria/1/key", "repeated"),
        ("/criteria/1/weight", "not-positive"),
        ("/criteria/1/maximum", "not-positive"),
    ]
    with pytest.raises(CriteriaUnusable) as empty:
        score([], [])
    assert empty.value.errors == ()


@pytest.mark.parametrize("points", ["-1", "100.5"])
def test_points_outside_the_scale_are_refused(points: str) -> None:
    criteria = [weighted(PRICE_BY_RATIO, "60"), QUALITY]
    with pytest.raises(ValueOutOfRange) as refused:
        score(criteria, [bid(1, "1", values={"quality": points})])
    assert refused.value.facts == {
        "criterion": "Quality",
        "supplier": "Supplier 1",
        "value": points,
        "maximum": "100",
    }


def test_negative_values_have_no_score_where_the_lowest_is_best() -> None:
    with pytest.raises(ValueNegative) as refused:
        score([weighted(PRICE_BY_RATIO, "80"), LEAD], [bid(1, "1", values={LEAD_TIME: "-3"})])
    assert refused.value.facts == {"criterion": "Lead time", "supplier": "Supplier 1", "value": "-3"}


def test_bids_that_cannot_be_scored_together_are_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="prices are scored in one currency"):
        score([PRICE_BY_RATIO], [bid(1, "1"), replace(bid(2, "1"), price=Money.of("1", "EUR"))])
    with pytest.raises(ValueError, match="a supplier bids once"):
        score([PRICE_BY_RATIO], [bid(1, "1"), bid(1, "2")])


def test_no_bids_give_no_scores() -> None:
    assert score([PRICE_BY_RATIO], []) == ()


def test_the_formula_is_published_in_words_that_name_every_figure() -> None:
    sentences = published([weighted(PRICE_BY_RATIO, "40"), replace(QUALITY, maximum=Decimal(5)), LEAD])
    filled = [sentence.message.format(**sentence.facts) for sentence in sentences]
    assert filled[:3] == [
        "Price counts 40 of 100. Its score is 100 × the lowest value ÷ the own value.",
        "Quality counts 40 of 100. Its score is 100 × the own value ÷ 5.",
        (
            "Lead time counts 20 of 100. Its score is 100 × (1 − (own value − lowest) ÷ (highest − lowest)); "
            "where all values are equal it is 100."
        ),
    ]
    assert filled[3] == "A value that is missing scores 0."
    assert filled[4].startswith("The total is the sum of weight × score ÷ 100.")
    assert filled[5] == TIE_BREAK
    with pytest.raises(WeightsIncomplete):
        published([QUALITY])


def test_a_removed_bid_that_turns_the_ranking_over_is_shown() -> None:
    """A third, dearest bid stretches the range: without it the cheap bid beats the good one."""
    criteria = [weighted(PRICE_BY_RANGE, "60"), QUALITY]
    bids = [
        bid(1, "100", values={"quality": "10"}),
        bid(2, "120", values={"quality": "80"}),
        bid(3, "300", values={"quality": "0"}),
    ]
    assert score(criteria, bids)[0].bid.supplier_id == supplier_id(2)
    assert rank_reversals(criteria, bids) == (Reversal(supplier_id(3), supplier_id(2), supplier_id(1)),)


def test_one_bid_has_no_rival_to_be_turned_over_by() -> None:
    assert rank_reversals([PRICE_BY_RATIO], [bid(1, "100")]) == ()


def test_bids_are_taken_on_common_lines() -> None:
    comparison = compare(
        [need(1, 10), need(2, 10)],
        [
            quote(1, [replace(offer(1, "5"), lead_days=7), replace(offer(2, "50"), lead_days=90)]),
            quote(2, [offer(1, "6")]),
            quote(3, []),
        ],
        basis(),
    )
    bids = bids_of(comparison, {supplier_id(2): {"quality": Decimal(80)}})
    assert [(one.supplier_id, one.price, one.values) for one in bids] == [
        (supplier_id(1), cny("50"), {LEAD_TIME: Decimal(7)}),
        (supplier_id(2), cny("60"), {"quality": Decimal(80)}),
    ]
    assert bids[0].submitted_at == comparison.columns[0].submitted_at


def test_a_lead_time_missing_on_one_common_line_is_missing_altogether() -> None:
    comparison = compare([need(1), need(2)], [quote(1, [replace(offer(1, "5"), lead_days=7), offer(2, "5")])], basis())
    assert bids_of(comparison)[0].values == {}


def test_bids_without_a_common_line_are_refused_naming_the_narrowest() -> None:
    comparison = compare(
        [need(1), need(2), need(3)],
        [quote(1, {1: "5", 2: "5"}), quote(2, {3: "6"}), quote(3, {1: "7", 2: "7"})],
        basis(),
    )
    with pytest.raises(NothingInCommon) as refused:
        bids_of(comparison)
    assert refused.value.facts == {"supplier": "Supplier 2", "covered": "1", "lines": "3"}


def test_no_quotes_give_no_bids() -> None:
    assert bids_of(compare([need(1)], [], basis())) == ()
