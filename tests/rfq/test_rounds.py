"""Further rounds: who goes on, what may be sent, what stands, and what the others hear."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.requests import (
    AwardPick,
    IntendToQuote,
    ListInvitations,
    ProposeAward,
    ReadQuote,
    ReadRfq,
    ReasonedStep,
    Rest,
    WithdrawQuote,
)
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.rounds import RfqShortlisting
from b2b_market.rfq.rules import approving, awarding, drafting, quoting, rounds
from b2b_market.rfq.service import answering, closing, comparing
from b2b_market.rfq.service import awarding as awards
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service import quoting as quotes
from b2b_market.rfq.service import rounds as operations
from b2b_market.rfq.states import QuoteStatus, RfqStatus
from b2b_market.rfq.tasks import close_due
from tests.support.delivery import drain_outbox
from tests.support.negotiations import REASON, better, closed_request, open_round, prices_of, round_command
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for

ROUND_ONE = (["10", "20"], ["9", "22"], ["11", "19"])


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def statuses(runtime: Runtime, market: Market, rfq_id: UUID) -> dict[tuple[UUID, int], QuoteStatus]:
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    found = rows_of(runtime, machine, select(Quote).where(Quote.rfq_id == rfq_id))
    return {(quote.supplier_id, quote.round): quote.status for quote in found}


def compared(runtime: Runtime, market: Market, rfq_id: UUID) -> dict[UUID, int]:
    """Return by supplier the round of the quotation that the buyer compares."""
    with work_for(runtime, market.purchaser) as work:
        found = comparing.compare_quotes(work, market.purchaser, ReadRfq(rfq_id))
    return {supplier_id: quote.round for supplier_id, quote in found.quotes.items()}


def told(runtime: Runtime, person: Actor) -> list[str]:
    found = rows_of(runtime, person, select(Notification).where(Notification.user_id == person.user_id))
    return [row.kind for row in found]


class TestOpening:
    def test_a_round_reopens_the_request_for_the_shortlist_alone(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        one, two, three = market.suppliers
        rfq = open_round(runtime, market, content, [one, two])
        assert (rfq.status, rfq.round) == (RfqStatus.ROUND_OPEN, 2)
        better(runtime, market.sales[0], content, ["9.5", "20"])
        with pytest.raises(rounds.NotGoingOn):
            better(runtime, market.sales[2], content, ["1", "1"])
        assert statuses(runtime, market, content.rfq.id) == {
            (one, 1): QuoteStatus.SUBMITTED,
            (two, 1): QuoteStatus.SUBMITTED,
            (three, 1): QuoteStatus.SUBMITTED,
            (one, 2): QuoteStatus.SUBMITTED,
        }

    def test_why_is_kept_for_the_buyer_alone(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        rfq = open_round(runtime, market, content, market.suppliers[:2])
        with work_for(runtime, market.purchaser) as work:
            (view,) = operations.list_rounds(work, market.purchaser, ReadRfq(content.rfq.id))
        assert [(one.goes_on, one.reason) for one in view.shortlist] == [
            (True, REASON),
            (True, REASON),
            (False, REASON),
        ]
        assert rfq.round_hash is not None
        for sales, seen in ((market.sales[0], 1), (market.sales[2], 0)):
            with work_for(runtime, sales) as work:
                found = operations.list_rounds(work, sales, ReadRfq(content.rfq.id))
                assert work.session.scalars(select(RfqShortlisting)).all() == []
            assert len(found) == seen
            assert [view.shortlist for view in found] == [[]] * seen

    def test_the_others_hear_only_that_they_do_not_go_on(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        open_round(runtime, market, content, market.suppliers[:2])
        drain_outbox(runtime)
        assert told(runtime, market.sales[0]).count("rfq.round_opened") == 1
        assert told(runtime, market.sales[2]).count("rfq.left_out") == 1
        (message,) = rows_of(
            runtime,
            market.sales[2],
            select(Notification).where(
                Notification.user_id == market.sales[2].user_id, Notification.kind == "rfq.left_out"
            ),
        )
        said = repr({name: getattr(message, name) for name in message.__mapper__.columns.keys()})  # noqa: SIM118 - a collection of columns
        assert REASON not in said
        assert not any(str(supplier) in said for supplier in market.suppliers[:2])

    def test_targets_are_shown_where_the_round_says_so(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        open_round(runtime, market, content, market.suppliers[:2], show_targets=True)
        with work_for(runtime, market.sales[0]) as work:
            (view,) = operations.list_rounds(work, market.sales[0], ReadRfq(content.rfq.id))
            assert work.session.scalar(text("SELECT count(*) FROM rfq_target")) == 0
        assert view.targets == {line.id: Decimal(10) for line in content.lines}
        with work_for(runtime, market.sales[2]) as work:
            assert work.session.scalar(text("SELECT count(*) FROM rfq_round_target")) == 0
        close(runtime, market, content.rfq.id)
        open_round(runtime, market, content, market.suppliers[:2])
        with work_for(runtime, market.sales[0]) as work:
            newest, before = operations.list_rounds(work, market.sales[0], ReadRfq(content.rfq.id))
        assert (newest.targets, len(before.targets)) == ({}, 2)

    def test_what_is_missing_opens_nothing(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE[:2])
        good = round_command(content, market.suppliers[:1])
        stranger = make_market(runtime).suppliers[0]
        for command, refusal in (
            (replace(good, supplier_ids=()), Invalid),
            (replace(good, supplier_ids=(market.suppliers[2],)), Invalid),
            (replace(good, supplier_ids=(stranger,)), Invalid),
            (replace(good, supplier_ids=(market.suppliers[0],) * 2), Invalid),
            (replace(good, reason=" no "), approving.ReasonMissing),
            (replace(good, closes_at=good.closes_at - timedelta(hours=47)), drafting.DeadlineTooSoon),
            (replace(good, closes_at=good.closes_at + timedelta(days=80)), drafting.NeedInThePast),
            (replace(good, expected_version=1), StaleVersion),
        ):
            with pytest.raises(refusal), work_for(runtime, market.purchaser) as work:
                operations.open_round(work, market.purchaser, command)
        for person, missing in ((market.approver, Forbidden), (market.sales[0], Forbidden)):
            with pytest.raises(missing), work_for(runtime, person) as work:
                operations.open_round(work, person, good)
        other = make_market(runtime).purchaser
        with pytest.raises(NotFound), work_for(runtime, other) as work:
            operations.open_round(work, other, good)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.round == 1

    def test_not_while_it_is_open_or_awarded_and_no_more_often_than_said(
        self, runtime: Runtime, market: Market
    ) -> None:
        command = replace(draft_command(market.suppliers), bargaining=Bargaining(most_rounds=2))
        content = publish(runtime, market, command)
        submit(runtime, market.sales[0], content, ["10", "20"])
        with pytest.raises(IllegalStep):
            open_round(runtime, market, content, market.suppliers[:1])
        close(runtime, market, content.rfq.id)
        open_round(runtime, market, content, market.suppliers[:1])
        with pytest.raises(IllegalStep):
            open_round(runtime, market, content, market.suppliers[:1])
        close(runtime, market, content.rfq.id)
        with pytest.raises(rounds.RoundsUsedUp):
            open_round(runtime, market, content, market.suppliers[:1])

    def test_not_while_an_award_waits(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="1")
        command = draft_command(market.suppliers, 1, estimate="0.5")
        content = publish(runtime, market, command)
        quote = submit(runtime, market.sales[0], content, ["10"]).quote
        close(runtime, market, content.rfq.id)
        now = read(runtime, market.purchaser, content.rfq.id)
        pick = AwardPick(line_id=content.lines[0].id, quote_id=quote.id)
        with work_for(runtime, market.purchaser) as work:
            proposal = ProposeAward(rfq_id=now.rfq.id, expected_version=now.rfq.version, picks=(pick,), rest=Rest.LEAVE)
            awards.propose_award(work, market.purchaser, proposal)
        with pytest.raises(awarding.AwardUndecided):
            open_round(runtime, market, content, market.suppliers[:1])


class TestQuoting:
    def test_a_later_quotation_may_not_get_worse(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        open_round(runtime, market, content, market.suppliers)
        good = quote_command(content, ["10", "20"])
        first, second = good.lines
        for worse, pointers in (
            (replace(good, lines=(replace(first, unit_price=Decimal("10.000001")), second)), ["/lines/0/unit_price"]),
            (replace(good, lines=(second, replace(first, lead_days=15))), ["/lines/1/lead_days"]),
            (replace(good, lines=(replace(first, lead_days=None), second)), ["/lines/0/lead_days"]),
            (replace(good, lines=(first, replace(second, quantity=Decimal(99)))), ["/lines/1/quantity"]),
            (replace(good, lines=(first, replace(second, min_quantity=Decimal(5)))), ["/lines/1/min_quantity"]),
            (replace(good, lines=(first,)), ["/lines"]),
            (replace(good, valid_until=good.valid_until - timedelta(days=1)), ["/valid_until"]),
            (quote_command(content, ["10", "20"], "EUR"), ["/currency"]),
        ):
            with pytest.raises(rounds.QuoteGotWorse) as caught, work_for(runtime, market.sales[0]) as work:
                quotes.submit_quote(work, market.sales[0], worse)
            assert [error.pointer for error in caught.value.errors] == pointers
        assert (market.suppliers[0], 2) not in statuses(runtime, market, content.rfq.id)
        sent = better(runtime, market.sales[0], content, ["9.999999", "20"])
        assert (sent.quote.round, sent.quote.revision, len(sent.revisions)) == (2, 1, 1)

    def test_a_line_more_is_welcome_and_revisions_are_held_to_the_round_before(
        self, runtime: Runtime, market: Market
    ) -> None:
        content, _ = closed_request(runtime, market, (["10", None],))
        open_round(runtime, market, content, market.suppliers[:1])
        first = better(runtime, market.sales[0], content, ["8", "20"])
        again = better(runtime, market.sales[0], content, ["9", None], version=first.quote.version)
        assert (prices_of(again), again.quote.revision) == ([Decimal(9)], 2)
        with pytest.raises(rounds.QuoteGotWorse):
            better(runtime, market.sales[0], content, ["10.5", None], version=again.quote.version)

    def test_who_says_nothing_stays_with_the_quotation_of_before(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        one, two, three = market.suppliers
        open_round(runtime, market, content, [one, two])
        better(runtime, market.sales[0], content, ["9", "18"])
        assert compared(runtime, market, content.rfq.id) == {one: 2, two: 1, three: 1}
        close(runtime, market, content.rfq.id)
        assert compared(runtime, market, content.rfq.id) == {one: 2, two: 1, three: 1}
        found = statuses(runtime, market, content.rfq.id)
        assert (found[one, 1], found[one, 2], found[two, 1]) == (
            QuoteStatus.REPLACED,
            QuoteStatus.SUBMITTED,
            QuoteStatus.SUBMITTED,
        )
        with work_for(runtime, market.purchaser) as work:
            assert len(quotes.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))) == 3

    def test_a_withdrawn_bettering_lets_the_one_before_stand(self, runtime: Runtime, market: Market) -> None:
        content, (first, *_) = closed_request(runtime, market, ROUND_ONE)
        one = market.suppliers[0]
        open_round(runtime, market, content, [one])
        with pytest.raises(rounds.PriorRoundStands), work_for(runtime, market.sales[0]) as work:
            quotes.withdraw_quote(work, market.sales[0], WithdrawQuote(first.quote.id, first.quote.version))
        sent = better(runtime, market.sales[0], content, ["9", "18"])
        with work_for(runtime, market.sales[0]) as work:
            quotes.withdraw_quote(work, market.sales[0], WithdrawQuote(sent.quote.id, sent.quote.version))
        assert compared(runtime, market, content.rfq.id)[one] == 1
        again = better(runtime, market.sales[0], content, ["9.5", "18"], version=sent.quote.version + 1)
        assert (again.quote.status, again.quote.round) == (QuoteStatus.SUBMITTED, 2)
        close(runtime, market, content.rfq.id)
        assert compared(runtime, market, content.rfq.id)[one] == 2

    def test_a_third_round_holds_to_the_second(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        one = market.suppliers[0]
        open_round(runtime, market, content, market.suppliers)
        better(runtime, market.sales[0], content, ["9", "18"])
        close(runtime, market, content.rfq.id)
        open_round(runtime, market, content, [one, market.suppliers[1]])
        with pytest.raises(rounds.QuoteGotWorse):
            better(runtime, market.sales[0], content, ["9.5", "18"])
        better(runtime, market.sales[0], content, ["9", "17"])
        with pytest.raises(rounds.QuoteGotWorse):
            better(runtime, market.sales[1], content, ["9.5", "22"])
        close(runtime, market, content.rfq.id)
        found = statuses(runtime, market, content.rfq.id)
        assert [found[one, number] for number in (1, 2, 3)] == [
            QuoteStatus.REPLACED,
            QuoteStatus.REPLACED,
            QuoteStatus.SUBMITTED,
        ]

    def test_nobody_joins_or_is_invited_in_a_further_round(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE[:1])
        open_round(runtime, market, content, market.suppliers[:1])
        with pytest.raises(quoting.NotOpenForQuotes), work_for(runtime, market.sales[1]) as work:
            answering.intend_to_quote(work, market.sales[1], IntendToQuote(content.rfq.id))
        with pytest.raises(rounds.NotGoingOn):
            better(runtime, market.sales[1], content, ["1", "1"])
        for sales, seen in ((market.sales[0], 1), (market.sales[1], 0)):
            with work_for(runtime, sales) as work:
                page = drafts.list_invitations(work, sales, ListInvitations(open_only=True))
            assert len(page.items) == seen


class TestSealed:
    def test_a_sealed_round_shows_nothing_before_its_deadline(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
        first = submit(runtime, market.sales[0], content, ["10", "20"]).quote
        runtime = replace(runtime, shift=timedelta(hours=49))
        assert close_due(runtime) == 1
        now = read(runtime, market.purchaser, content.rfq.id)
        command = round_command(now, market.suppliers[:1], hours=49 + 120)
        with work_for(runtime, market.purchaser) as work:
            operations.open_round(work, market.purchaser, command)
        sent = better(runtime, market.sales[0], content, ["7.7", "20"]).quote
        with pytest.raises(NotFound), work_for(runtime, market.purchaser) as work:
            quotes.read_quote(work, market.purchaser, ReadQuote(sent.id))
        assert compared(runtime, market, content.rfq.id) == {market.suppliers[0]: 1}
        rfq = read(runtime, market.purchaser, content.rfq.id).rfq
        with pytest.raises(quoting.CloseTooEarly), work_for(runtime, market.purchaser) as work:
            closing.close_rfq_early(work, market.purchaser, ReasonedStep(rfq.id, rfq.version, "curious"))
        runtime = replace(runtime, shift=timedelta(days=8))
        assert close_due(runtime) == 1
        assert close_due(runtime) == 0
        assert compared(runtime, market, content.rfq.id) == {market.suppliers[0]: 2}
        found = statuses(runtime, market, content.rfq.id)
        assert (found[market.suppliers[0], 1], first.round) == (QuoteStatus.REPLACED, 1)


class TestEnds:
    def test_a_round_can_be_cancelled_and_awards_follow_it(self, runtime: Runtime, market: Market) -> None:
        content, _ = closed_request(runtime, market, ROUND_ONE)
        one, two, three = market.suppliers
        open_round(runtime, market, content, [one, two])
        sent = better(runtime, market.sales[0], content, ["8", "18"]).quote
        now = read(runtime, market.purchaser, content.rfq.id)
        picks = tuple(AwardPick(line_id=line.id, quote_id=sent.id) for line in content.lines)
        with pytest.raises(IllegalStep), work_for(runtime, market.purchaser) as work:
            awards.propose_award(
                work, market.purchaser, ProposeAward(rfq_id=now.rfq.id, expected_version=now.rfq.version, picks=picks)
            )
        close(runtime, market, content.rfq.id)
        drain_outbox(runtime)
        assert told(runtime, market.purchaser).count("rfq.round_closed") == 1
        now = read(runtime, market.purchaser, content.rfq.id)
        with work_for(runtime, market.purchaser) as work:
            awards.propose_award(
                work, market.purchaser, ProposeAward(rfq_id=now.rfq.id, expected_version=now.rfq.version, picks=picks)
            )
        found = statuses(runtime, market, content.rfq.id)
        assert (found[one, 1], found[one, 2], found[two, 1], found[three, 1]) == (
            QuoteStatus.REPLACED,
            QuoteStatus.AWARDED,
            QuoteStatus.LOST,
            QuoteStatus.LOST,
        )

    def test_suppliers_read_how_far_it_goes_and_it_is_fixed_with_publication(
        self, runtime: Runtime, market: Market
    ) -> None:
        command = replace(draft_command(market.suppliers), bargaining=Bargaining(most_rounds=5, most_counters=1))
        content = publish(runtime, market, command)
        seen = read(runtime, market.sales[0], content.rfq.id).rfq
        assert (seen.most_rounds, seen.most_counters) == (5, 1)
        wrong = replace(command, bargaining=Bargaining(most_rounds=11, most_counters=-1))
        with pytest.raises(Invalid) as caught, work_for(runtime, market.purchaser) as work:
            drafts.draft_rfq(work, market.purchaser, wrong)
        assert [error.pointer for error in caught.value.errors] == ["/most_rounds", "/most_counters"]
