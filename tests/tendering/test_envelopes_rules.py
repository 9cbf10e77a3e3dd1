"""Two envelopes in plain values: which part is opened when, who passes, and what of a bid says prices."""

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.tendering.rules import envelopes as rules
from b2b_market.tendering.rules.judging import Weights
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.stages import Envelopes, StageStatus, TechnicalOutcome
from b2b_market.tendering.states.tenders import TenderStatus

ONE, TWO = rules.parts_of(Envelopes.ONE), rules.parts_of(Envelopes.TWO)
WEIGHTS = Weights(Fraction(40), {"1": Fraction(40), "2": Fraction(20)})
BY_PRICE = Weights(Fraction(100), {})


def test_two_envelopes_are_opened_one_after_the_other_and_one_as_a_whole() -> None:
    assert rules.parts_of(Envelopes.TWO) == (Part.TECHNICAL, Part.PRICE)
    assert rules.parts_of(Envelopes.ONE) == (Part.WHOLE,)


class TestPartToOpen:
    @pytest.mark.parametrize(
        ("parts", "status", "stage", "part"),
        [
            (ONE, TenderStatus.CLOSED, None, Part.WHOLE),
            (TWO, TenderStatus.CLOSED, None, Part.TECHNICAL),
            (TWO, TenderStatus.EVALUATING, StageStatus.LOCKED, Part.PRICE),
        ],
    )
    def test_is_the_first_after_the_close_and_the_prices_after_the_lock(
        self, parts: tuple[Part, ...], status: TenderStatus, stage: StageStatus | None, part: Part
    ) -> None:
        assert rules.part_to_open(parts, status, stage) is part

    @pytest.mark.parametrize("status", sorted(set(TenderStatus) - {TenderStatus.CLOSED}))
    @pytest.mark.parametrize("stage", [None, *StageStatus])
    @pytest.mark.parametrize("parts", [ONE, TWO])
    def test_is_none_at_any_other_time(
        self, parts: tuple[Part, ...], status: TenderStatus, stage: StageStatus | None
    ) -> None:
        if (parts, status, stage) == (TWO, TenderStatus.EVALUATING, StageStatus.LOCKED):
            return
        with pytest.raises(BidsStillSealed):
            rules.part_to_open(parts, status, stage)


class TestOutcome:
    @pytest.mark.parametrize(
        ("status", "score", "least", "disqualified", "outcome"),
        [
            (BidStatus.OPENED, None, None, False, TechnicalOutcome.PASSED),
            (BidStatus.OPENED, None, 60, False, TechnicalOutcome.PASSED),
            (BidStatus.OPENED, Fraction(60), 60, False, TechnicalOutcome.PASSED),
            (BidStatus.OPENED, Fraction(5999, 100), 60, False, TechnicalOutcome.BELOW_LEAST),
            (BidStatus.OPENED, Fraction(1), None, False, TechnicalOutcome.PASSED),
            (BidStatus.OPENED, Fraction(99), 60, True, TechnicalOutcome.DISQUALIFIED),
            (BidStatus.UNREADABLE, None, 60, True, TechnicalOutcome.UNREADABLE),
        ],
    )
    def test_follows_the_envelope_the_rulings_and_the_least_score(
        self,
        status: BidStatus,
        score: Fraction | None,
        least: int | None,
        disqualified: bool,
        outcome: TechnicalOutcome,
    ) -> None:
        assert rules.outcome_of(status, score, least, disqualified=disqualified) is outcome

    def test_the_score_is_the_weighted_mean_exact_and_none_where_one_is_missing(self) -> None:
        assert rules.technical_score({"1": Fraction(50), "2": Fraction(75)}, WEIGHTS) == Fraction(175, 3)
        assert rules.technical_score({"1": Fraction(50)}, WEIGHTS) is None
        assert rules.technical_score({}, BY_PRICE) is None


class TestContents:
    def test_a_bid_is_shown_as_it_was_written(self) -> None:
        whole, price = {"total": "9"}, {"technical": {"note": "a"}, "price": {"total": "9"}}
        assert rules.whole_content({}) is None
        assert rules.whole_content({"whole": whole}) == whole
        assert rules.whole_content(price) == price
        assert rules.price_content({"whole": whole}) == rules.price_content(price) == whole
        assert rules.price_content({"technical": {}}) is None

    def test_prices_are_left_out_at_any_depth(self) -> None:
        said = {
            "currency": "CNY",
            "note": "bronze",
            "lines": [{"line": 1, "unit_price": "9", "alloy": "CuSn12", "amount": {"amount": "90"}}],
            "options": {"spares": [{"price": "3", "name": "seal"}]},
        }
        assert rules.without_prices(said) == {
            "note": "bronze",
            "lines": [{"line": 1, "alloy": "CuSn12"}],
            "options": {"spares": [{"name": "seal"}]},
        }


def test_the_signed_result_names_every_bid_in_order_and_no_price() -> None:
    bids = [
        rules.Judged(UUID(int=9), UUID(int=1), UUID(int=5), TechnicalOutcome.BELOW_LEAST, Fraction(175, 3)),
        rules.Judged(UUID(int=8), UUID(int=1), UUID(int=4), TechnicalOutcome.PASSED, None),
    ]
    record = rules.result_record(UUID(int=2), "ab", bids, (UUID(int=3), datetime(2026, 11, 22, tzinfo=UTC), 60))
    assert [(one["bid"][-1], one["outcome"], one["score"]) for one in record["bids"]] == [
        ("8", "passed", None),
        ("9", "below_least", "175/3"),
    ]
    assert (record["close"], record["least_score"], record["locked_at"][:10]) == ("ab", 60, "2026-11-22")
