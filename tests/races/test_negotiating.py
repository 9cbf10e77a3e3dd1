"""Rounds, counter-offers and messages at the same moment: each step is wholly before or wholly after the others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, Refusal, StaleVersion
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, Rest
from b2b_market.rfq.commands.rounds import SendMessage
from b2b_market.rfq.models.bargaining import Counter, TalkMessage
from b2b_market.rfq.models.quotes import AwardLine, Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.rules.bargaining import CounterWaits, NotNegotiable, TalkSealed
from b2b_market.rfq.rules.quoting import NotOpenForQuotes, QuoteTooLate
from b2b_market.rfq.service import awarding, rounds, talking
from b2b_market.rfq.states import CounterStatus, QuoteStatus, RfqStatus
from b2b_market.rfq.tasks import close_due
from tests.support.negotiations import (
    better,
    closed_request,
    counter,
    decide,
    open_round,
    prices_of,
    quote_now,
    round_command,
    say,
    talk,
)
from tests.support.papers import stored
from tests.support.rfqs import Market, close, draft_command, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.together import at_once, one_waits, patient
from tests.support.works import work_for

pytestmark = pytest.mark.committed


def code_of(act: object) -> str:
    """Return what came of a call: ``done``, or the code of its refusal."""
    try:
        act()  # type: ignore[operator]  # a call without arguments
    except Refusal as refusal:
        return refusal.code
    return "done"


def quotes_of(runtime: Runtime, market: Market, rfq_id: UUID) -> list[Quote]:
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    return list(rows_of(runtime, machine, select(Quote).where(Quote.rfq_id == rfq_id)))


def test_of_many_counter_offers_made_at_once_one_waits(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content, (quote,) = closed_request(runtime, market, (["10", "20"],))
    line = content.lines[0].id
    came = at_once(6, lambda n: code_of(lambda: counter(runtime, market.purchaser, quote.quote, [(line, f"9.{n}")])))
    assert sorted(came) == [*[CounterWaits.code] * 5, "done"]
    found = talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).counters
    assert [one.counter.status for one in found] == [CounterStatus.OPEN]


def test_one_of_accepting_declining_and_withdrawing_wins(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content, (quote,) = closed_request(runtime, market, (["10", "20"],))
    one = counter(runtime, market.purchaser, quote.quote, [(content.lines[0].id, "9")])
    sales, buyer = market.sales[0], market.purchaser
    steps = [(sales, "accept"), (buyer, "withdraw"), (sales, "decline"), (sales, "accept")]
    came = at_once(4, lambda n: code_of(lambda: decide(runtime, *steps[n], one)))
    assert sorted(came) == ["done", *[StaleVersion.code] * 3]
    (found,) = talk(runtime, buyer, content.rfq.id, market.suppliers[0]).counters
    accepted = found.counter.status is CounterStatus.ACCEPTED
    now = quote_now(runtime, sales, quote.quote.id)
    assert (now.quote.revision, prices_of(now)[0]) == ((2, Decimal(9)) if accepted else (1, Decimal(10)))
    assert len(now.revisions) == now.quote.revision


def test_an_award_and_an_acceptance_agree_on_the_price(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content, (quote,) = closed_request(runtime, market, (["10", "20"],))
    one = counter(runtime, market.purchaser, quote.quote, [(content.lines[0].id, "9")])
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    picks = tuple(AwardPick(line_id=line.id, quote_id=quote.quote.id) for line in content.lines)
    proposal = ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=picks, rest=Rest.NONE)

    def award() -> None:
        with work_for(runtime, market.purchaser) as work:
            awarding.propose_award(work, market.purchaser, proposal)

    acts = [award, lambda: decide(runtime, market.sales[0], "accept", one)]
    came = at_once(2, lambda n: code_of(acts[n]))
    assert came[0] == "done"
    assert came[1] in ("done", NotNegotiable.code)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    awarded = rows_of(runtime, machine, select(AwardLine).where(AwardLine.quote_id == quote.quote.id))
    now = quote_now(runtime, market.sales[0], quote.quote.id)
    assert sorted(line.unit_price for line in awarded) == sorted(prices_of(now))
    assert prices_of(now)[0] == (Decimal(9) if came[1] == "done" else Decimal(10))


def test_a_round_and_an_acceptance_at_once_leave_no_counter_offer_behind(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content, (quote,) = closed_request(runtime, market, (["10", "20"],))
    one = counter(runtime, market.purchaser, quote.quote, [(content.lines[0].id, "9")])
    acts = [
        lambda: open_round(runtime, market, content, market.suppliers),
        lambda: decide(runtime, market.sales[0], "accept", one),
    ]
    came = at_once(2, lambda n: code_of(acts[n]))
    assert came[0] == "done"
    assert came[1] in ("done", NotNegotiable.code, StaleVersion.code, IllegalStep.code)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    (left,) = rows_of(runtime, machine, select(Counter).where(Counter.rfq_id == content.rfq.id))
    assert left.status is (CounterStatus.ACCEPTED if came[1] == "done" else CounterStatus.VOID)
    now = quote_now(runtime, market.sales[0], quote.quote.id)
    assert now.quote.revision == (2 if came[1] == "done" else 1)


def test_a_bettering_is_in_before_the_round_closes_or_the_quotation_of_before_stands(
    committed_runtime: Runtime,
) -> None:
    runtime, suppliers = committed_runtime, 6
    market = make_market(runtime, suppliers=suppliers)
    content, _ = closed_request(runtime, market, [["10", "20"]] * suppliers)
    open_round(runtime, market, content, market.suppliers)

    def act(n: int) -> str:
        if n == suppliers // 2:
            return code_of(lambda: close(runtime, market, content.rfq.id))
        return code_of(lambda: better(runtime, market.sales[n], content, ["9", "19"]))

    came = at_once(suppliers, act)
    assert came.pop(suppliers // 2) == "done"
    assert set(came) <= {"done", NotOpenForQuotes.code, QuoteTooLate.code}
    rfq = read(runtime, market.purchaser, content.rfq.id).rfq
    found = quotes_of(runtime, market, rfq.id)
    bettered = {quote.supplier_id for quote in found if quote.round == 2}
    assert (rfq.status, len(bettered)) == (RfqStatus.CLOSED, came.count("done"))
    before = {quote.supplier_id: quote.status for quote in found if quote.round == 1}
    assert before == {
        supplier: QuoteStatus.REPLACED if supplier in bettered else QuoteStatus.SUBMITTED
        for supplier in market.suppliers
    }


def test_a_message_is_wholly_before_a_sealed_round_or_refused(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
    submit(runtime, market.sales[0], content, ["10", "20"])
    object.__setattr__(runtime, "shift", timedelta(hours=49))
    try:
        assert close_due(runtime) == 1
        now = read(runtime, market.purchaser, content.rfq.id)

        def opening() -> Rfq:
            with work_for(runtime, market.purchaser) as work:
                command = round_command(now, market.suppliers, hours=49 + 120)
                return rounds.open_round(work, market.purchaser, command)

        people = [market.purchaser, market.sales[0]]

        def act(n: int) -> str:
            if n == 3:
                return code_of(opening)
            return code_of(lambda: say(runtime, people[n % 2], content.rfq.id, market.suppliers[0]))

        came = at_once(7, act)
    finally:
        object.__setattr__(runtime, "shift", timedelta(0))
    assert came.pop(3) == "done"
    assert set(came) <= {"done", TalkSealed.code}
    said = talk(runtime, market.purchaser, content.rfq.id, market.suppliers[0]).messages
    assert len(said) == came.count("done")


@pytest.mark.timeout(120)
def test_the_same_files_in_two_messages_are_shared_in_one_order(committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=2)
    content, _ = closed_request(committed_runtime, market, (["10", "20"], ["11", "21"]))
    buyer, (first, second) = market.purchaser, market.suppliers
    early, late = sorted(stored(committed_runtime, buyer, name) for name in ("drawing.pdf", "norm.pdf"))

    def send() -> TalkMessage:
        message = SendMessage(rfq_id=content.rfq.id, supplier_id=first, text="See both.", file_ids=(late, early))
        with work_for(committed_runtime, buyer) as work:
            return talking.send_message(work, buyer, message)

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, buyer) as work:
            files.share(work, buyer, [early], [second])
            sending = pool.submit(send)
            assert one_waits(work.session, sending.done)
            files.share(work, buyer, [late], [second])
        assert sending.result(60).file_ids == [late, early]
    for seller in market.sales[:2]:
        with work_for(committed_runtime, seller) as work:
            assert set(files.view_files(work, seller, [early, late])) == {early, late}
