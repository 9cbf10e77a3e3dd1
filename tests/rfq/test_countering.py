"""Counter-offers: who may make which, how they end, and that an agreed one is a receipted revision."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.audit.queries.states import states
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, Scope, system_actor
from b2b_market.rfq import events
from b2b_market.rfq.commands.quotes import LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import AwardPick, DecideAward, ProposeAward, ReadRfq, ReasonedStep, Rest
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.handlers.bargaining import when_counter_expired_tell_both
from b2b_market.rfq.models.bargaining import Counter, CounterLine
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules import awarding, bargaining
from b2b_market.rfq.rules.rounds import QuoteGotWorse
from b2b_market.rfq.service import awarding as awards
from b2b_market.rfq.service import closing, comparing, countering, quoting
from b2b_market.rfq.service.quoting import receipt_statement
from b2b_market.rfq.states import CounterStatus, QuoteStatus, Side, TaxBasis
from b2b_market.rfq.tasks import expire_counters
from tests.support.delivery import drain_outbox
from tests.support.figures import shows
from tests.support.negotiations import (
    better,
    closed_request,
    counter,
    counter_command,
    decide,
    open_round,
    prices_of,
    quote_now,
    talk,
)
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def story(runtime: Runtime, market: Market) -> "Story":
    content, quotes = closed_request(runtime, market, (["10", "20"], ["11", "19"]))
    return Story(content.rfq.id, [line.id for line in content.lines], [quote.quote for quote in quotes])


class Story:
    """A closed request with two quotations of two lines."""

    def __init__(self, rfq_id: UUID, lines: list[UUID], quotes: list[Quote]) -> None:
        self.rfq_id, self.lines, self.quotes = rfq_id, lines, quotes

    def prices(self, first: str, second: str | None = None) -> list[tuple[UUID, str]]:
        named = [(self.lines[0], first)]
        return named if second is None else [*named, (self.lines[1], second)]


def told(runtime: Runtime, person: Actor, kind: str) -> int:
    found = rows_of(runtime, person, select(Notification).where(Notification.user_id == person.user_id))
    return [row.kind for row in found].count(kind)


class TestMaking:
    def test_the_buyer_asks_and_the_supplier_accepts_with_a_receipt(
        self, runtime: Runtime, market: Market, story: Story
    ) -> None:
        quote, sales = story.quotes[0], market.sales[0]
        one = counter(runtime, market.purchaser, quote, story.prices("9"))
        drain_outbox(runtime)
        assert told(runtime, sales, "rfq.counter_made") == 1
        done = decide(runtime, sales, "accept", one)
        assert (done.status, done.side, done.decided_by) == (CounterStatus.ACCEPTED, Side.BUYER, sales.user_id)
        now = quote_now(runtime, market.purchaser, quote.id)
        assert (now.quote.status, now.quote.revision, prices_of(now)) == (
            QuoteStatus.SUBMITTED,
            2,
            [Decimal(9), Decimal(20)],
        )
        assert now.quote.total == Decimal(2900)
        newest = now.revisions[0]
        statement = receipt_statement(now.quote, newest)
        assert verify(runtime.receipts.public_key, statement, bytes(newest.signature))
        assert bytes(newest.content_hash) == bytes(now.quote.content_hash)
        drain_outbox(runtime)
        assert told(runtime, market.purchaser, "rfq.counter_accepted") == 1
        with work_for(runtime, market.purchaser) as work:
            compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(story.rfq_id))
        cell = compared.comparison.cell(story.lines[0], market.suppliers[0])
        assert cell is not None
        assert cell.price.amount == Decimal(9)

    def test_the_supplier_answers_and_the_buyer_accepts_that(
        self, runtime: Runtime, market: Market, story: Story
    ) -> None:
        quote, sales = story.quotes[0], market.sales[0]
        first = counter(runtime, market.purchaser, quote, story.prices("8", "18"))
        second = counter(runtime, sales, quote, story.prices("9", "19"))
        assert talk(runtime, sales, story.rfq_id, market.suppliers[0]).counters[0].counter.status is (
            CounterStatus.ANSWERED
        )
        with pytest.raises(IllegalStep):
            decide(runtime, sales, "accept", quote_counter(runtime, sales, first))
        done = decide(runtime, market.purchaser, "accept", second)
        assert done.side is Side.SUPPLIER
        now = quote_now(runtime, sales, quote.id)
        assert (prices_of(now), now.quote.revision, now.quote.submitted_by) == (
            [Decimal(9), Decimal(19)],
            2,
            sales.user_id,
        )

    def test_each_one_narrows_what_is_between_the_sides(self, runtime: Runtime, market: Market, story: Story) -> None:
        quote, sales, buyer = story.quotes[0], market.sales[0], market.purchaser
        a, b = story.lines
        for prices, refusal in (
            ([], Invalid),
            ([(a, "10.01")], Invalid),
            ([(a, "0")], Invalid),
            ([(a, "9"), (a, "8")], Invalid),
            ([(quote.id, "9")], Invalid),
            ([(a, "10"), (b, "20")], bargaining.NoImprovement),
        ):
            with pytest.raises(refusal):
                counter(runtime, buyer, quote, prices)
        counter(runtime, buyer, quote, [(a, "7"), (b, "15")])
        for prices, refusal in (
            ([(a, "6.9"), (b, "16")], Invalid),
            ([(a, "7"), (b, "15")], bargaining.NoImprovement),
            ([(a, "10"), (b, "20")], bargaining.NoImprovement),
        ):
            with pytest.raises(refusal):
                counter(runtime, sales, quote, prices)
        counter(runtime, sales, quote, [(a, "9"), (b, "20")])
        for prices, refusal in (
            ([(a, "9.1")], Invalid),
            ([(a, "6")], Invalid),
            ([(a, "7"), (b, "15")], bargaining.NoImprovement),
        ):
            with pytest.raises(refusal):
                counter(runtime, buyer, quote, prices)
        made = counter(runtime, buyer, quote, [(a, "8"), (b, "15")])
        assert made.status is CounterStatus.OPEN
        assert len(talk(runtime, buyer, story.rfq_id, market.suppliers[0]).counters) == 3

    def test_one_waits_at_a_time_and_a_supplier_only_answers(
        self, runtime: Runtime, market: Market, story: Story
    ) -> None:
        quote, sales, buyer = story.quotes[0], market.sales[0], market.purchaser
        with pytest.raises(bargaining.NothingToAnswer):
            counter(runtime, sales, quote, story.prices("9"))
        one = counter(runtime, buyer, quote, story.prices("9"))
        with pytest.raises(bargaining.CounterWaits):
            counter(runtime, buyer, quote, story.prices("9.5"))
        for actor, step in ((buyer, "accept"), (buyer, "decline"), (sales, "withdraw")):
            with pytest.raises(bargaining.NotYourTurn):
                decide(runtime, actor, step, one)
        decide(runtime, buyer, "withdraw", one)
        counter(runtime, buyer, quote, story.prices("9.5"))
        counter(runtime, buyer, story.quotes[1], story.prices("9"))

    def test_each_side_may_make_as_many_as_the_request_says(self, runtime: Runtime, market: Market) -> None:
        command = replace(draft_command(market.suppliers, 1), bargaining=Bargaining(most_counters=1))
        content = publish(runtime, market, command)
        quote = submit(runtime, market.sales[0], content, ["10"]).quote
        close(runtime, market, content.rfq.id)
        line = content.lines[0].id
        one = counter(runtime, market.purchaser, quote, [(line, "8")])
        decide(runtime, market.purchaser, "withdraw", one)
        with pytest.raises(bargaining.CountersUsedUp):
            counter(runtime, market.purchaser, quote, [(line, "9")])

    def test_time_to_answer_and_validity_bound_it(self, runtime: Runtime, market: Market, story: Story) -> None:
        quote = story.quotes[0]
        for hours in (0.9, 24 * 92):
            command = counter_command(quote, story.prices("9"), hours=hours)
            with pytest.raises(Invalid) as caught, work_for(runtime, market.purchaser) as work:
                countering.make_counter(work, market.purchaser, command)
            assert [error.pointer for error in caught.value.errors] == ["/expires_at"]
        stale = counter_command(quote, story.prices("9"), version=7)
        with pytest.raises(StaleVersion), work_for(runtime, market.purchaser) as work:
            countering.make_counter(work, market.purchaser, stale)

    def test_not_while_the_request_takes_quotations_or_is_awarded(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1))
        quote = submit(runtime, market.sales[0], content, ["10"]).quote
        line = content.lines[0].id
        with pytest.raises(bargaining.NotNegotiable):
            counter(runtime, market.purchaser, quote, [(line, "9")])
        close(runtime, market, content.rfq.id)
        one = counter(runtime, market.purchaser, quote, [(line, "9")])
        award(runtime, market, content.rfq.id, line, quote.id)
        with pytest.raises(bargaining.NotNegotiable):
            decide(runtime, market.sales[0], "accept", one)
        assert quote_now(runtime, market.sales[0], quote.id).quote.revision == 1

    def test_nobody_else_sees_or_touches_it(self, runtime: Runtime, market: Market, story: Story) -> None:
        quote = story.quotes[0]
        one = counter(runtime, market.purchaser, quote, story.prices("9"))
        stranger = make_market(runtime)
        for actor in (market.sales[1], stranger.purchaser, stranger.sales[0]):
            with pytest.raises(NotFound):
                decide(runtime, actor, "accept", one)
            with pytest.raises(NotFound):
                counter(runtime, actor, quote, story.prices("5"))
            with work_for(runtime, actor) as work:
                assert work.session.scalars(select(Counter)).all() == []
                assert work.session.scalars(select(CounterLine)).all() == []
        with pytest.raises(Forbidden):
            counter(runtime, market.approver, quote, story.prices("9"))

    def test_no_event_says_a_price(self, runtime: Runtime, market: Market, story: Story) -> None:
        one = counter(runtime, market.purchaser, story.quotes[0], story.prices("9.8765"))
        decide(runtime, market.sales[0], "accept", one)
        machine = system_actor("test", market.buyer_id, *market.suppliers)
        rows = rows_of(runtime, machine, select(OutboxRow).where(OutboxRow.topic.like("counter.%")))
        assert [row.topic for row in rows] == ["counter.made.v1", "counter.accepted.v1"]
        assert not any(shows(repr(row.payload), "9.8765") for row in rows)


def quote_counter(runtime: Runtime, actor: Actor, one: Counter) -> Counter:
    """Return a counter-offer as it stands."""
    with work_for(runtime, actor) as work:
        from b2b_market.rbac.actor import Scope
        from b2b_market.rfq.queries.bargaining import counter as found

        return found(work.session, Scope(actor, None), one.id)


def award(runtime: Runtime, market: Market, rfq_id: UUID, line_id: UUID, quote_id: UUID) -> None:
    version = read(runtime, market.purchaser, rfq_id).rfq.version
    picks = (AwardPick(line_id=line_id, quote_id=quote_id),)
    with work_for(runtime, market.purchaser) as work:
        command = ProposeAward(rfq_id=rfq_id, expected_version=version, picks=picks, rest=Rest.LEAVE)
        awards.propose_award(work, market.purchaser, command)


class TestEnding:
    def test_who_says_no_may_say_why(self, runtime: Runtime, market: Market, story: Story) -> None:
        one = counter(runtime, market.purchaser, story.quotes[0], story.prices("9"))
        done = decide(runtime, market.sales[0], "decline", one, "Steel went up.")
        assert (done.status, done.reason) == (CounterStatus.DECLINED, "Steel went up.")
        drain_outbox(runtime)
        assert told(runtime, market.purchaser, "rfq.counter_declined") == 1
        assert quote_now(runtime, market.purchaser, story.quotes[0].id).quote.revision == 1
        again = counter(runtime, market.purchaser, story.quotes[0], story.prices("9.5"))
        assert again.quote_revision == 1

    def test_it_runs_out_by_the_clock_and_cannot_be_accepted_then(
        self, runtime: Runtime, market: Market, story: Story
    ) -> None:
        one = counter(runtime, market.purchaser, story.quotes[0], story.prices("9"))
        late = replace(runtime, shift=timedelta(hours=25))
        with pytest.raises(bargaining.CounterRanOut):
            decide(late, market.sales[0], "accept", one)
        command = counter_command(story.quotes[0], story.prices("9.5"), hours=48)
        with pytest.raises(bargaining.CounterRanOut), work_for(late, market.sales[0]) as work:
            countering.make_counter(work, market.sales[0], command)
        assert expire_counters(runtime) == 0
        assert expire_counters(late) == 1
        assert expire_counters(late) == 0
        assert quote_counter(runtime, market.sales[0], one).status is CounterStatus.EXPIRED
        machine = system_actor("test", market.buyer_id, market.suppliers[0])
        (row,) = rows_of(runtime, machine, select(OutboxRow).where(OutboxRow.topic == events.CounterExpired.topic))
        with work_for(runtime, machine) as work:
            when_counter_expired_tell_both(work, machine, events.CounterExpired.from_payload(row.payload))
        for person in (market.purchaser, market.sales[0]):
            assert told(runtime, person, "rfq.counter_expired") == 1

    def test_a_further_round_and_the_end_void_what_waits(self, runtime: Runtime, market: Market, story: Story) -> None:
        content = read(runtime, market.purchaser, story.rfq_id)
        one = counter(runtime, market.purchaser, story.quotes[0], story.prices("9"))
        open_round(runtime, market, content, market.suppliers[:2])
        assert quote_counter(runtime, market.sales[0], one).status is CounterStatus.VOID
        with pytest.raises(IllegalStep):
            decide(runtime, market.sales[0], "decline", quote_counter(runtime, market.sales[0], one))
        close(runtime, market, story.rfq_id)
        two = counter(runtime, market.purchaser, story.quotes[0], story.prices("9"))
        version = read(runtime, market.purchaser, story.rfq_id).rfq.version
        with work_for(runtime, market.purchaser) as work:
            closing.end_without_award(work, market.purchaser, ReasonedStep(story.rfq_id, version, "too dear"))
        assert quote_counter(runtime, market.sales[0], two).status is CounterStatus.VOID

    def test_an_accepted_one_outdates_an_award_that_waits(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="1")
        content = publish(runtime, market, draft_command(market.suppliers, 1, estimate="0.5"))
        quote = submit(runtime, market.sales[0], content, ["10"]).quote
        close(runtime, market, content.rfq.id)
        line = content.lines[0].id
        one = counter(runtime, market.purchaser, quote, [(line, "9")])
        award(runtime, market, content.rfq.id, line, quote.id)
        decide(runtime, market.sales[0], "accept", quote_counter(runtime, market.sales[0], one))
        with work_for(runtime, market.approver) as work:
            (waiting,) = awards.list_awards(work, market.approver, ReadRfq(content.rfq.id))
        with pytest.raises(awarding.AwardUndecided):
            counter(runtime, market.purchaser, quote_now(runtime, market.purchaser, quote.id).quote, [(line, "8")])
        with work_for(runtime, market.approver) as work, pytest.raises(awarding.AwardOutdated):
            awards.approve_award(work, market.approver, DecideAward(waiting.id, waiting.version))

    def test_a_round_after_an_agreement_holds_to_it(self, runtime: Runtime, market: Market, story: Story) -> None:
        one = counter(runtime, market.purchaser, story.quotes[0], story.prices("9"))
        decide(runtime, market.sales[0], "accept", one)
        content = read(runtime, market.purchaser, story.rfq_id)
        open_round(runtime, market, content, market.suppliers[:1])
        with pytest.raises(QuoteGotWorse):
            better(runtime, market.sales[0], content, ["9.5", "20"])
        assert better(runtime, market.sales[0], content, ["9", "19"]).quote.round == 2

    def test_an_agreed_price_caps_the_tiers_from_its_quantity_on(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1))
        tiers = tuple(PriceTier(Decimal(start), Decimal(price)) for start, price in ((1, 12), (50, 10), (400, 8)))
        command = quote_command(content, ["1"])
        terms = QuoteTerms(tax_basis=TaxBasis.WITH_TAX, tax_percent=Decimal(0))
        line = replace(command.lines[0], unit_price=None, terms=LineTerms(tiers=tiers))
        with work_for(runtime, market.sales[0]) as work:
            sent = replace(command, lines=(line,), terms=terms)
            quote = quoting.submit_quote(work, market.sales[0], sent).quote
        close(runtime, market, content.rfq.id)
        quote = quote_now(runtime, market.purchaser, quote.id).quote
        one = counter(runtime, market.purchaser, quote, [(content.lines[0].id, "9")])
        decide(runtime, market.sales[0], "accept", one)
        now = quote_now(runtime, market.purchaser, quote.id)
        assert [(tier["from_quantity"], tier["unit_price"]) for tier in now.lines[0].tiers] == [
            ("1", "12"),
            ("50", "9"),
            ("400", "8"),
        ]
        assert (now.lines[0].unit_price, now.lines[0].stated) == (Decimal(9), None)
        with work_for(runtime, market.sales[0]) as work:
            scope = Scope(market.sales[0], RfqPermission.QUOTE_READ)
            work.session.expunge_all()
            (found,) = [one for one in states(work.session, scope, Quote) if one.object_id == quote.id]
        assert found.state_hash == now.quote.state_hash()
