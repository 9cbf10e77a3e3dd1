"""What a decision on a lot rests on and says, in plain values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Kind
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules import deciding, judging
from b2b_market.tendering.rules.abnormal import Ground, Suspicion, Threshold
from b2b_market.tendering.rules.effective import Declared, Weighing, weigh
from b2b_market.tendering.rules.procedures import profile, read_procedure
from b2b_market.tendering.states.weighing import CostKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TENDER, LOT, AWARD, WINNER, LOSER = (UUID(int=number) for number in range(1, 6))
SUPPLIER, PROPOSER, APPROVER = (UUID(int=number) for number in range(11, 14))

LOW = Suspicion(WINNER, (Ground.BELOW_OTHERS, Ground.BELOW_NEXT), Fraction(1, 2), Fraction(1, 2))
FIRST = judging.Placed(WINNER, 1, False, Decimal("50.00"), Fraction(67, 3), Fraction(0), LOW)
SECOND = judging.Placed(LOSER, 2, True, Decimal("100.5"), None, None, None)
DECISION = deciding.Decision(
    tender_id=TENDER,
    number="T-2026-0001",
    lot_id=LOT,
    award_id=AWARD,
    bid_id=WINNER,
    supplier_id=SUPPLIER,
    amount=Money.of("50.00", "EUR"),
    currency="CNY",
    standing=(FIRST, SECOND),
    disqualified=({"bid": LOSER, "ground": "withdrew"},),
    explained=({"bid": WINNER, "accepted": True},),
    rates=({"currency": "EUR", "rate": Decimal("7.10")},),
    proposer_id=PROPOSER,
    approver_id=APPROVER,
    comment="Sound",
    decided_at=NOON,
    standstill_ends_at=NOON + timedelta(days=2),
)


class TestRecord:
    def test_it_derives_what_a_price_counts_as(self) -> None:
        asked = Weighing(
            (Feature("Warranty", (Answer("no", Decimal(0)), Answer("yes", Decimal("0.15")))),),
            (Cost(name="Power", unit="KWH", price=Decimal(2), kind=CostKind.ONCE, years=1, rate_percent=Decimal(50)),),
        )
        declared = Declared((asked.features[0].answers[1],), (Decimal(10),))
        weighed = replace(FIRST, weighed=weigh(Decimal(50), asked, declared))
        found = deciding.decision_record(replace(DECISION, standing=(weighed,)))["standing"][0]
        assert {name: found[name] for name in ("coefficient", "later_costs", "counts_as", "features", "costs")} == {
            "coefficient": "20/17",
            "later_costs": "40/3",
            "counts_as": "335/6",
            "features": [{"name": "Warranty", "answer": "yes", "share": "0.15"}],
            "costs": [{"name": "Power", "declared": "10", "amount": "40/3"}],
        }

    def test_it_names_everything_that_the_decision_rests_on(self) -> None:
        assert deciding.decision_record(DECISION) == {
            "format": "b2b-market-award-decision/1",
            "tender": {"id": str(TENDER), "number": "T-2026-0001", "lot": str(LOT)},
            "award": {"id": str(AWARD), "bid": str(WINNER), "supplier": str(SUPPLIER)},
            "amount": {"amount": "50.00", "currency": "EUR"},
            "compared_in": "CNY",
            "standing": [
                {
                    "bid": str(WINNER),
                    "place": 1,
                    "tied": False,
                    "total": "50",
                    "score": "67/3",
                    "quality": "0",
                    "questioned": ["below_others", "below_next"],
                },
                {
                    "bid": str(LOSER),
                    "place": 2,
                    "tied": True,
                    "total": "100.5",
                    "score": None,
                    "quality": None,
                    "questioned": [],
                },
            ],
            "disqualified": [{"bid": str(LOSER), "ground": "withdrew"}],
            "explained": [{"bid": str(WINNER), "accepted": True}],
            "rates": [{"currency": "EUR", "rate": "7.1"}],
            "proposer": str(PROPOSER),
            "approver": str(APPROVER),
            "comment": "Sound",
            "decided_at": "2026-11-22T12:00:00.000000Z",
            "standstill_ends_at": "2026-11-24T12:00:00.000000Z",
        }

    def test_nobody_may_have_proposed_it(self) -> None:
        assert deciding.decision_record(replace(DECISION, proposer_id=None))["proposer"] is None

    def test_the_same_decision_is_signed_over_the_same_bytes(self) -> None:
        again = replace(DECISION, rates=({"rate": Decimal("7.1"), "currency": "EUR"},))
        assert canonical(deciding.decision_record(again)) == canonical(deciding.decision_record(DECISION))
        other = replace(DECISION, comment="Sound.")
        assert canonical(deciding.decision_record(other)) != canonical(deciding.decision_record(DECISION))


class TestLimits:
    LIMIT = Money.of("1000.00", "CNY")

    def test_a_limit_is_reached_and_not_passed(self) -> None:
        deciding.require_within(self.LIMIT, self.LIMIT)
        with pytest.raises(deciding.AwardAboveLimit) as refused:
            deciding.require_within(Money.of("1000.01", "CNY"), self.LIMIT)
        assert (refused.value.code, refused.value.kind, refused.value.audited) == (
            "tender-award-above-limit",
            Kind.FORBIDDEN,
            True,
        )
        assert refused.value.facts == {"amount": "CNY 1,000.01", "limit": "CNY 1,000.00"}

    def test_an_amount_that_is_not_known_is_above_every_limit(self) -> None:
        with pytest.raises(deciding.AwardAboveLimit) as refused:
            deciding.require_within(None, self.LIMIT)
        assert refused.value.facts == {"amount": "?", "limit": "CNY 1,000.00"}

    def test_without_a_limit_every_amount_is_within(self) -> None:
        deciding.require_within(None, None)
        deciding.require_within(Money.of("9999999999999", "CNY"), None)


class TestFigures:
    def test_the_procedures_percentages_are_shares_of_one(self) -> None:
        usual = read_procedure(profile("private-open").values)
        assert judging.threshold_of(usual) == Threshold(Fraction(2, 5), Fraction(3, 10))
        strict = replace(usual, below_mean_percent=1, below_next_percent=100)
        assert judging.threshold_of(strict) == Threshold(Fraction(1, 100), Fraction(1))

    def test_a_sheet_is_read_for_one_bid(self) -> None:
        sheet = {(WINNER, "1"): Fraction("66.67"), (LOSER, "1"): Fraction(9), (WINNER, "2"): Fraction(100)}
        assert judging.scores_by_bid(sheet)[WINNER] == {"1": Fraction(6667, 100), "2": Fraction(100)}
        assert AWARD not in judging.scores_by_bid(sheet)
