"""Quotations that run out: marked once by the clock, out of every award, and back by their supplier's extension."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion
from b2b_market.rfq.commands.quotes import ExtendQuote
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadQuote, ReadRfq, ReasonedStep
from b2b_market.rfq.rules.expiring import NothingToHoldFor, over_everywhere
from b2b_market.rfq.service import awarding, closing, comparing, expiring, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import QuoteStatus
from b2b_market.rfq.tasks import expire_quotes
from b2b_market.sourcing.public import AwardNotPossible
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.works import work_for

TODAY = datetime.now(UTC).date()
LONG_OVER = TODAY - timedelta(days=2)
LATER = TODAY + timedelta(days=60)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


def quoted(runtime: Runtime, market: Market, until: date = LONG_OVER, *, sealed: bool = False) -> QuoteContent:
    """Return a quotation of the first supplier whose last day has come to be ``until``."""
    content = publish(runtime, market, draft_command(market.suppliers, sealed=sealed))
    quote = submit(runtime, market.sales[0], content, ["9", "9"]).quote
    with work_for(runtime, market.sales[0]) as work:
        work.session.execute(
            text("UPDATE rfq_quote SET valid_until = :until WHERE id = :id"), {"until": until, "id": quote.id}
        )
    return seen(runtime, market, quote.id)


def seen(runtime: Runtime, market: Market, quote_id: object) -> QuoteContent:
    with work_for(runtime, market.sales[0]) as work:
        work.session.expire_all()
        return quoting.read_quote(work, market.sales[0], ReadQuote(quote_id))  # type: ignore[arg-type]  # an id of a quotation


def extend(runtime: Runtime, market: Market, content: QuoteContent, until: date = LATER) -> QuoteContent:
    command = ExtendQuote(content.quote.id, content.quote.version, until)
    with work_for(runtime, market.sales[0]) as work:
        return expiring.extend_quote(work, market.sales[0], command)


def award(runtime: Runtime, market: Market, request: RfqContent, quote_id: object) -> None:
    picks = tuple(AwardPick(line_id=line.id, quote_id=quote_id) for line in request.lines)  # type: ignore[arg-type]  # an id of a quotation
    with work_for(runtime, market.purchaser) as work:
        awarding.propose_award(
            work,
            market.purchaser,
            ProposeAward(rfq_id=request.rfq.id, expected_version=request.rfq.version, picks=picks),
        )


class TestTheClock:
    def test_a_day_is_over_when_it_is_over_everywhere(self) -> None:
        assert over_everywhere(datetime(2026, 11, 22, 11, 59, tzinfo=UTC)) == date(2026, 11, 21)
        assert over_everywhere(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == date(2026, 11, 22)

    @pytest.mark.parametrize("sealed", [False, True])
    def test_what_ran_out_is_marked_once_and_both_sides_hear_of_it(
        self, runtime: Runtime, market: Market, client: TestClient, sealed: bool
    ) -> None:
        content = quoted(runtime, market, sealed=sealed)
        assert (expire_quotes(runtime), expire_quotes(runtime)) == (1, 0)
        assert seen(runtime, market, content.quote.id).quote.status is QuoteStatus.EXPIRED
        drain_outbox(runtime)
        for person, wanted in ((market.sales[0], "has run out"), (market.purchaser, "The quotation of Supplier 1")):
            items = caller_for(client, runtime, person).get("/notifications").json()["items"]
            assert any(wanted in item["subject"] for item in items)

    def test_what_still_holds_is_left_alone(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, over_everywhere(datetime.now(UTC) + timedelta(hours=1)))
        assert expire_quotes(runtime) == 0
        assert seen(runtime, market, content.quote.id).quote.status is QuoteStatus.SUBMITTED

    def test_the_clock_sees_nothing_else_of_sealed_quotations(self, runtime: Runtime, market: Market) -> None:
        quoted(runtime, market, TODAY, sealed=True)
        with runtime.database.session() as session:
            set_tenant(session, Tenant(machine=True))
            assert session.execute(text("SELECT count(*) FROM rfq_quote")).scalar_one() == 0
            session.rollback()

    def test_a_quotation_on_a_cancelled_request_is_marked_in_silence(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market)
        version = read(runtime, market.purchaser, content.quote.rfq_id).rfq.version
        with work_for(runtime, market.purchaser) as work:
            closing.cancel_rfq(work, market.purchaser, ReasonedStep(content.quote.rfq_id, version, "no need"))
        assert expire_quotes(runtime) == 1
        with runtime.database.session() as session:
            set_tenant(session, Tenant(machine=True, platform="auditor"))
            found = session.execute(text("SELECT count(*) FROM outbox WHERE topic = 'quote.expired.v1'"))
            assert found.scalar_one() == 0
            session.rollback()
        with pytest.raises(NothingToHoldFor):
            extend(runtime, market, seen(runtime, market, content.quote.id))


class TestExtension:
    def test_it_needs_an_extension_to_be_awarded(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market)
        close(runtime, market, content.quote.rfq_id)
        expire_quotes(runtime)
        with work_for(runtime, market.purchaser) as work:
            comparing.compare_quotes(work, market.purchaser, ReadRfq(content.quote.rfq_id))
        request = read(runtime, market.purchaser, content.quote.rfq_id)
        with pytest.raises(AwardNotPossible):
            award(runtime, market, request, content.quote.id)
        before = seen(runtime, market, content.quote.id)
        extended = extend(runtime, market, before)
        assert (extended.quote.status, extended.quote.valid_until) == (QuoteStatus.SUBMITTED, LATER)
        assert extended.quote.received_at == before.quote.received_at
        receipt = extended.revisions[0]
        assert (receipt.revision, len(extended.revisions)) == (2, 2)
        assert receipt.received_at > before.quote.received_at
        statement = quoting.receipt_statement(extended.quote, receipt)
        assert verify(runtime.receipts.public_key, statement, bytes(receipt.signature))
        award(runtime, market, request, content.quote.id)
        assert seen(runtime, market, content.quote.id).quote.status is QuoteStatus.AWARDED
        with pytest.raises(IllegalStep):
            extend(runtime, market, seen(runtime, market, content.quote.id))

    def test_only_a_later_day_extends(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market, TODAY + timedelta(days=10))
        for wanted in (TODAY, TODAY + timedelta(days=10), TODAY + timedelta(days=4000)):
            with pytest.raises(Invalid) as caught:
                extend(runtime, market, content, wanted)
            assert caught.value.errors[0].pointer == "/valid_until"
        assert seen(runtime, market, content.quote.id).quote.revision == 1

    def test_nobody_else_and_no_stale_version_extends(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market)
        command = ExtendQuote(content.quote.id, content.quote.version, LATER)
        for actor, refusal in ((market.sales[1], NotFound), (market.purchaser, Forbidden)):
            with pytest.raises(refusal), work_for(runtime, actor) as work:
                expiring.extend_quote(work, actor, command)
        stale = ExtendQuote(content.quote.id, content.quote.version + 1, LATER)
        with pytest.raises(StaleVersion), work_for(runtime, market.sales[0]) as work:
            expiring.extend_quote(work, market.sales[0], stale)
        assert seen(runtime, market, content.quote.id).quote.valid_until == LONG_OVER

    def test_an_expired_quotation_may_be_revised_before_the_deadline(self, runtime: Runtime, market: Market) -> None:
        content = quoted(runtime, market)
        expire_quotes(runtime)
        now = seen(runtime, market, content.quote.id)
        request = read(runtime, market.sales[0], content.quote.rfq_id)
        with work_for(runtime, market.sales[0]) as work:
            revised = quoting.submit_quote(
                work, market.sales[0], quote_command(request, ["8", "8"], version=now.quote.version)
            )
        assert (revised.quote.status, revised.quote.revision) == (QuoteStatus.SUBMITTED, 2)
