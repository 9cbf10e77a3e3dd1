"""The pure rules of evaluation against the golden cases of the trading design."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from b2b_market.kernel.money import Money
from b2b_market.tendering.rules import abnormal, deciding, drawing, judging, offers, sheets, standing
from b2b_market.tendering.rules.abnormal import Ground
from b2b_market.tendering.rules.offers import Fault
from b2b_market.tendering.states.procedures import TieBreak

A, B, C, D, E = (UUID(int=n) for n in range(1, 6))
BOTH, OTHERS, NEXT = (Ground.BELOW_OTHERS, Ground.BELOW_NEXT), (Ground.BELOW_OTHERS,), (Ground.BELOW_NEXT,)


@pytest.mark.parametrize(
    ("initial", "final", "grounds"),
    [
        (("1100", "1000", "1200"), ("500", "1000", "1100"), BOTH),
        (("11000", "833", "800"), ("490", "700", "850"), NEXT),
        (("600", "1000", "1000"), ("600", "857.14", "850"), OTHERS),
        (("600", "999.99", "1000"), ("600", "857.14", "850"), ()),
        (("0", "1000", "0"), ("0", "0", "0"), OTHERS),
    ],
)
def test_the_five_cases_of_abnormally_low_bids(
    initial: tuple[str, ...], final: tuple[str, ...], grounds: tuple[Ground, ...]
) -> None:
    ranked = [
        abnormal.Offered(bid, Decimal(a), Decimal(b)) for bid, a, b in zip((A, B, C), initial, final, strict=True)
    ]
    found = {one.bid_id: one.grounds for one in abnormal.abnormally_low(ranked, abnormal.Threshold())}
    assert found.get(A, ()) == grounds


def test_a_bid_alone_is_never_abnormal_and_a_test_may_be_off() -> None:
    alone = abnormal.Offered(A, Decimal(1), Decimal(1))
    assert abnormal.abnormally_low([alone], abnormal.Threshold()) == ()
    pair = [alone, abnormal.Offered(B, Decimal(100), Decimal(100))]
    assert abnormal.abnormally_low(pair, abnormal.Threshold(None, None)) == ()


def line(number: object, price: object, **more: Any) -> dict[str, Any]:
    return {"line": number, "unit_price": price, **more}


@pytest.mark.parametrize(
    ("content", "fault", "at"),
    [
        (None, Fault.UNREADABLE, 0),
        ({"lines": "cheap"}, Fault.UNREADABLE, 0),
        ({"total": "10", "currency": "CNY"}, Fault.UNREADABLE, 0),
        ({"currency": "CNY", "lines": [line(1, "2")]}, Fault.MISSING, 2),
        ({"currency": "CNY", "lines": [line(1, "2"), line(2, "-3")]}, Fault.MISSING, 2),
        ({"currency": "CNY", "lines": [line(1, "2"), line(2, "1e3")]}, Fault.MISSING, 2),
        ({"currency": "CNY", "lines": [line(1, "2"), line(2, "0.0000001")]}, Fault.MISSING, 2),
        ({"currency": "XYZ", "lines": [line(1, "2"), line(2, "3")]}, Fault.MISSING, 1),
        ({"currency": "CNY", "lines": [line(1, "2"), line(1, "3")]}, Fault.TWICE, 1),
        ({"currency": "CNY", "lines": [line(1, "2"), line(3, "3")]}, Fault.TWICE, 0),
        ({"currency": "CNY", "lines": [line(True, "2"), line(2, "3")]}, Fault.TWICE, 0),
        (
            {"currency": "CNY", "lines": [line(1, "2"), line(2, {"amount": "3", "currency": "EUR"})]},
            Fault.CURRENCIES,
            0,
        ),
    ],
)
def test_what_cannot_be_compared_is_a_finding(content: Mapping[str, Any] | None, fault: Fault, at: int) -> None:
    found = offers.read_offer(content, [Decimal(10), Decimal("2.5")])
    assert (found.total, found.lines) == (None, ())
    assert [(one.fault, one.line) for one in found.findings] == [(fault, at)]


def test_unit_prices_prevail_over_what_a_bid_adds_up_to() -> None:
    lines = [line(2, "3.333", amount="8.33"), line(1, "2", amount="21")]
    said = {"currency": "CNY", "lines": lines, "total": {"amount": "?"}, "note": " hello ", "payment_terms": 3}
    found = offers.read_offer(said, [Decimal(10), Decimal("2.5")])
    assert found.total == Money.of("28.33", "CNY")
    assert [(one.fault, one.line, one.said, one.right) for one in found.findings] == [
        (Fault.LINE_AMOUNT, 1, "21", "20.00"),
        (Fault.TOTAL, 0, "?", "28.33"),
    ]
    assert (found.note, found.payment_terms) == ("hello", "")


def test_a_lot_of_one_item_may_be_priced_by_its_total() -> None:
    found = offers.read_offer({"total": "950", "currency": "CNY"}, [Decimal(10)])
    assert offers.offered_total({"total": "950", "currency": "CNY"}, [{"quantity": "10"}]) == found.total
    assert (found.total, found.lines[0].unit_price, found.findings) == (Money.of("950.00", "CNY"), Decimal(95), ())
    uneven = offers.read_offer({"total": "100", "currency": "CNY"}, [Decimal(3)])
    assert [one.fault for one in uneven.findings] == [Fault.MISSING]


def judged(*totals: str, scores: tuple[int, ...] = ()) -> list[judging.Judged]:
    given = [{"1": Fraction(one)} for one in scores] or [{} for _ in totals]
    return [
        judging.Judged(bid, number, Decimal(total), own)
        for number, (bid, total, own) in enumerate(zip((A, B, C, D, E), totals, given, strict=False), start=1)
    ]


ALONE = judging.weights_of([])
WEIGHED = judging.Weights(Fraction(70), {"1": Fraction(30)})


def test_the_first_award_criterion_is_the_price() -> None:
    criteria: list[dict[str, Any]] = [
        {"kind": "selection", "weight": None},
        {"kind": "award", "weight": "70"},
        {"kind": "award", "weight": "20"},
        {"kind": "award", "weight": "10"},
    ]
    found = judging.weights_of(criteria)
    assert (found.price, found.quality) == (Fraction(70), {"2": Fraction(20), "3": Fraction(10)})
    assert (ALONE.price, ALONE.by_price, found.by_price) == (Fraction(100), True, False)


def test_places_rest_on_exact_figures_and_the_declared_tie_break() -> None:
    bids = judged("100.0001", "100", "100")
    threshold = abnormal.Threshold()
    found = judging.placed(bids, ALONE, threshold, TieBreak.EARLIEST, b"")
    assert [(one.bid_id, one.tied) for one in found] == [(B, True), (C, True), (A, False)]
    weighed = judging.placed(
        judged("80", "100", "100", scores=(30, 100, 90)), WEIGHED, threshold, TieBreak.QUALITY, b""
    )
    assert [(one.bid_id, one.score, one.quality) for one in weighed] == [
        (B, Fraction(86), Fraction(100)),
        (C, Fraction(83), Fraction(90)),
        (A, Fraction(79), Fraction(30)),
    ]
    free = judging.placed(judged("0", "0", scores=(50, 60)), WEIGHED, threshold, TieBreak.EARLIEST, b"")
    assert [one.score for one in free] == [88, 85]
    with pytest.raises(judging.ScoresMissing):
        judging.placed(judged("1"), WEIGHED, threshold, TieBreak.EARLIEST, b"")
    assert judging.placed([], ALONE, threshold, TieBreak.EARLIEST, b"") == ()


def test_a_draw_between_equals_is_settled_by_the_close_record() -> None:
    seed = judging.tie_seed({"root": "abc"})
    contenders = [standing.Contender(bid, n, price=Fraction(1)) for n, bid in enumerate((A, B, C, D))]
    first = standing.place(contenders, TieBreak.DRAW, seed)
    assert standing.place(contenders[::-1], TieBreak.DRAW, seed) == first
    assert judging.tie_seed({"root": "abd"}) != seed
    with pytest.raises(ValueError, match="seed"):
        standing.place(contenders, TieBreak.DRAW)
    with pytest.raises(ValueError, match="either"):
        _ = standing.Contender(A, 1).merit


def test_what_bars_an_award_says_so() -> None:
    found = judging.placed(judged("50", "100", "110"), ALONE, abnormal.Threshold(), TieBreak.EARLIEST, b"")
    best = judging.require_best(A, found)
    judging.require_explained(best, accepted=True)
    judging.require_explained(found[1], accepted=False)
    with pytest.raises(judging.PriceUnexplained) as refused:
        judging.require_explained(best, accepted=False)
    assert refused.value.facts == {"others": "52.4 %", "next": "50.0 %"}
    alone = replace(best, suspicion=replace(best.suspicion, from_next=None) if best.suspicion else None)
    with pytest.raises(judging.PriceUnexplained):
        judging.require_explained(alone, accepted=False)
    with pytest.raises(judging.NotTheBest):
        judging.require_best(C, found)


def test_limits_and_shown_scores() -> None:
    deciding.require_within(Money.of("10", "CNY"), Money.of("10", "CNY"))
    deciding.require_within(None, None)
    for amount in (Money.of("10.01", "CNY"), None):
        with pytest.raises(deciding.AwardAboveLimit):
            deciding.require_within(amount, Money.of("10", "CNY"))
    assert deciding.shown_score(Fraction(200, 3)) == Decimal("66.67")
    assert deciding.shown_score(None) is None


POOL = [drawing.Candidate(one, expert=one in (A, B, C)) for one in (A, B, C, D, E)]
SHAPE = drawing.Shape(3, 2, 3)
SEED, BEACON = bytes(range(32)), b"root of the close record"


def test_a_drawn_committee_can_be_checked_and_replaced_by_everybody() -> None:
    drawn = drawing.draw(SEED, BEACON, POOL, 3, shape=SHAPE)
    assert sum(member in (A, B, C) for member in drawn.members) >= 2
    assert sorted((*drawn.members, *drawn.reserves)) == [A, B, C, D, E]
    assert drawing.draw(SEED, BEACON, POOL[::-1], 3, shape=SHAPE) == drawn
    announced = drawing.Announcement(A, drawing.commitment(A, SEED), drawing.pool_digest(POOL), 3, SHAPE)
    drawing.require_true(announced, drawn, SEED, BEACON, POOL)
    fakes: list[tuple[drawing.Announcement, drawing.Draw, bytes, list[drawing.Candidate]]] = [
        (announced, drawn, bytes(32), POOL),
        (announced, drawn, SEED, POOL[:4]),
        (announced, drawing.Draw(drawn.members[::-1], drawn.reserves), SEED, POOL),
    ]
    for said, found, seed, pool in fakes:
        with pytest.raises(drawing.DrawDoesNotMatch):
            drawing.require_true(said, found, seed, BEACON, pool)
    gone = next(member for member in drawn.members if member in (A, B, C))
    stands_in = drawing.replacement(drawn, POOL, gone, SHAPE)
    assert stands_in in drawn.reserves
    assert drawing.replacement(drawing.Draw(drawn.members, ()), POOL, gone, SHAPE) is None


def test_committees_that_cannot_be_are_refused() -> None:
    for seats in (2, 4, 1):
        with pytest.raises(drawing.CommitteeShapeWrong):
            drawing.draw(SEED, BEACON, POOL, seats, shape=SHAPE)
    with pytest.raises(drawing.PoolTooSmall):
        drawing.draw(SEED, BEACON, POOL, 3, shape=SHAPE, barred={A, B})
    with pytest.raises(ValueError, match="once"):
        drawing.pool_digest([*POOL, drawing.Candidate(A, expert=False)])
    with pytest.raises(ValueError, match="32"):
        drawing.commitment(A, b"short")


def test_sheets_open_together_and_the_extremes_do_not_count() -> None:
    given = dict(zip((A, B, C, D, E), (50, 60, 60, 70, 100), strict=True))
    found = sheets.committee_scores({member: {(A, "q"): Decimal(n)} for member, n in given.items()}, [A], ["q"])
    assert found[0].score == Fraction(190, 3)
    assert found[0].trimmed == (A, E)
    few = sheets.committee_scores({member: {(A, "q"): Decimal(given[member])} for member in (A, E)}, [A], ["q"])
    assert (few[0].score, few[0].trimmed) == (Fraction(75), ())
    same = sheets.committee_scores({member: {(A, "q"): Decimal(7)} for member in given}, [A], ["q"])
    assert same[0].trimmed == (A, B)
    sheets.require_all([A, B], [B, A])
    with pytest.raises(sheets.SheetsMissing) as refused:
        sheets.require_all([A, B, C], [B])
    assert refused.value.facts == {"missing": "2", "members": "3"}
    sheets.require_complete({(A, "q"): Decimal("99.99")}, [A], ["q"])
    for wrong in (
        {},
        {(A, "q"): Decimal(101)},
        {(A, "q"): Decimal("0.001")},
        {(A, "q"): Decimal(1), (B, "q"): Decimal(1)},
    ):
        with pytest.raises(sheets.SheetIncomplete):
            sheets.require_complete(wrong, [A], ["q"])
