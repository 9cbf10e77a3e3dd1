"""How far a request may be negotiated: its rounds, who goes on, counter-offers between two sides, and talks."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.rules import bargaining, rounds
from b2b_market.rfq.states import QuoteStatus, RfqStatus

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B, STRANGER = UUID(int=1), UUID(int=2), UUID(int=9)


def wrong(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refused.value.errors]


class TestHowFar:
    @pytest.mark.parametrize(("most_rounds", "most_counters"), [(1, 0), (10, 20), (3, 3)])
    def test_a_request_has_one_to_ten_rounds_and_up_to_twenty_counters(
        self, most_rounds: int, most_counters: int
    ) -> None:
        assert list(rounds.bargaining_errors(Bargaining(most_rounds, most_counters))) == []

    @pytest.mark.parametrize(("most_rounds", "most_counters"), [(0, -1), (11, 21)])
    def test_anything_else_is_refused_at_its_field(self, most_rounds: int, most_counters: int) -> None:
        found = list(rounds.bargaining_errors(Bargaining(most_rounds, most_counters)))
        assert [(error.pointer, error.code, error.facts) for error in found] == [
            ("/most_rounds", "range", {"most": 10}),
            ("/most_counters", "range", {"most": 20}),
        ]


class TestRounds:
    def test_the_last_round_is_the_one_that_was_told(self) -> None:
        rounds.require_round_left(2, 3)
        with pytest.raises(rounds.RoundsUsedUp) as refused:
            rounds.require_round_left(3, 3)
        assert refused.value.facts == {"most": 3}

    def test_suppliers_whose_quotation_stands_go_on(self) -> None:
        rounds.require_shortlist([B], {A, B})
        rounds.require_shortlist([A, B], {A, B})

    def test_a_round_without_anybody_is_none(self) -> None:
        with pytest.raises(Invalid) as refused:
            rounds.require_shortlist([], {A, B})
        assert wrong(refused) == [("/supplier_ids", "required")]

    def test_strangers_and_repetitions_are_named_where_they_stand(self) -> None:
        with pytest.raises(Invalid) as refused:
            rounds.require_shortlist([A, STRANGER, B, A], {A, B})
        assert wrong(refused) == [("/supplier_ids/1", "unknown"), ("/supplier_ids/3", "unknown")]

    def test_who_was_not_chosen_does_not_quote_again(self) -> None:
        rounds.require_admitted(2, 2)
        with pytest.raises(rounds.NotGoingOn) as refused:
            rounds.require_admitted(1, 2)
        assert refused.value.facts == {"round": 2}
        assert refused.value.audited

    def test_a_quotation_of_a_round_that_is_over_stands(self) -> None:
        rounds.require_current(2, 2)
        with pytest.raises(rounds.PriorRoundStands) as refused:
            rounds.require_current(1, 2)
        assert refused.value.facts == {"round": 1}


class TestWhenCountersAreMade:
    @pytest.mark.parametrize("status", list(RfqStatus))
    def test_between_the_close_and_the_award(self, status: RfqStatus) -> None:
        if status in {RfqStatus.CLOSED, RfqStatus.EVALUATING}:
            bargaining.require_negotiable(status, QuoteStatus.SUBMITTED)
            return
        with pytest.raises(bargaining.NotNegotiable):
            bargaining.require_negotiable(status, QuoteStatus.SUBMITTED)

    @pytest.mark.parametrize("quote", sorted(set(QuoteStatus) - {QuoteStatus.SUBMITTED}))
    def test_on_a_quotation_that_stands(self, quote: QuoteStatus) -> None:
        with pytest.raises(bargaining.NotNegotiable):
            bargaining.require_negotiable(RfqStatus.CLOSED, quote)

    def test_each_side_has_as_many_as_were_told(self) -> None:
        bargaining.require_counters_left(2, 3)
        for made, most in ((3, 3), (0, 0)):
            with pytest.raises(bargaining.CountersUsedUp) as refused:
                bargaining.require_counters_left(made, most)
            assert refused.value.facts == {"most": most}

    def test_an_hour_is_left_to_answer_and_the_quotation_still_holds(self) -> None:
        hour = timedelta(hours=1)
        bargaining.require_expiry(NOON + hour, NOON, NOON.date())
        with pytest.raises(Invalid) as refused:
            bargaining.require_expiry(NOON + hour - timedelta(microseconds=1), NOON, NOON.date())
        assert wrong(refused) == [("/expires_at", "soon")]
        assert refused.value.errors[0].facts == {"hours": 1}
        with pytest.raises(Invalid) as refused:
            bargaining.require_expiry(NOON + 12 * hour, NOON, date(2026, 11, 22))
        assert wrong(refused) == [("/expires_at", "late")]
        assert refused.value.errors[0].facts == {"day": "2026-11-22"}

    def test_from_its_expiry_on_it_is_not_answered(self) -> None:
        bargaining.require_unexpired(NOON, NOON - timedelta(microseconds=1))
        with pytest.raises(bargaining.CounterRanOut) as refused:
            bargaining.require_unexpired(NOON, NOON)
        assert refused.value.facts == {"expires_at": "2026-11-22T12:00+00:00"}

    def test_the_other_side_answers_and_the_maker_withdraws(self) -> None:
        bargaining.require_turn(own=False, answers=True)
        bargaining.require_turn(own=True, answers=False)
        for mine in (True, False):
            with pytest.raises(bargaining.NotYourTurn):
                bargaining.require_turn(own=mine, answers=mine)


class TestTalks:
    QUOTING = (RfqStatus.PUBLISHED, RfqStatus.ROUND_OPEN)
    SHUT = (
        RfqStatus.DRAFT,
        RfqStatus.PENDING_APPROVAL,
        RfqStatus.CANCELLED,
        RfqStatus.UNSUCCESSFUL,
        RfqStatus.CLOSED_DONE,
    )

    @pytest.mark.parametrize("status", list(RfqStatus))
    def test_from_the_publication_to_the_end_and_not_while_sealed(self, status: RfqStatus) -> None:
        assert bargaining.talks(status, sealed=False) is (status not in self.SHUT)
        assert bargaining.talks(status, sealed=True) is (status not in (*self.SHUT, *self.QUOTING))

    @pytest.mark.parametrize("status", QUOTING)
    def test_nobody_talks_past_the_seal(self, status: RfqStatus) -> None:
        bargaining.require_talk(status, sealed=False, closes_at=NOON)
        with pytest.raises(bargaining.TalkSealed) as refused:
            bargaining.require_talk(status, sealed=True, closes_at=NOON)
        assert refused.value.facts == {"closes_at": "2026-11-22T12:00+00:00"}
        assert refused.value.audited

    @pytest.mark.parametrize("status", SHUT)
    @pytest.mark.parametrize("sealed", [True, False])
    def test_before_and_afterwards_there_is_nothing_to_say(self, status: RfqStatus, *, sealed: bool) -> None:
        with pytest.raises(bargaining.TalkOver):
            bargaining.require_talk(status, sealed=sealed, closes_at=None)

    def test_a_message_carries_a_few_files(self) -> None:
        bargaining.require_few_files(10)
        with pytest.raises(Invalid) as refused:
            bargaining.require_few_files(11)
        assert wrong(refused) == [("/file_ids", "many")]
        assert refused.value.errors[0].facts == {"most": 10}
