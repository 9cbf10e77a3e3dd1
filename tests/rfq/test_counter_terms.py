"""Counter-offers beyond the unit price: what may be asked for, and what an agreement makes of the quotation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.audit.queries.states import states
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rfq.commands.quotes import Instalment, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.rounds import CounterLineInput, CounterTerms, MakeCounter, ReadCounter
from b2b_market.rfq.models.bargaining import Counter
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules.bargaining import NoImprovement
from b2b_market.rfq.service import countering, quoting, talking
from b2b_market.rfq.service.quoting import QuoteContent, receipt_statement
from b2b_market.rfq.states import PayEvent, TaxBasis
from tests.rfq.forms import filled, followed, main, page, send, text_of
from tests.support.calling import caller_for
from tests.support.negotiations import decide, quote_now
from tests.support.people import sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command
from tests.support.works import work_for

PLAN = (Instalment(Decimal(30), PayEvent.ORDER, 0), Instalment(Decimal(70), PayEvent.INVOICE, 30))


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


def quoted(runtime: Runtime, market: Market, terms: QuoteTerms, line: LineTerms | None = None) -> QuoteContent:
    """Let the supplier quote two lines on a request that is closed then."""
    content = publish(runtime, market, draft_command(market.suppliers, 2))
    command = quote_command(content, ["10", "20"])
    first = replace(command.lines[0], min_quantity=Decimal(20), terms=line or LineTerms(setup_cost=Decimal(100)))
    command = replace(command, lines=(first, command.lines[1]), payment_terms="30 days net", terms=terms)
    with work_for(runtime, market.sales[0]) as work:
        sent = quoting.submit_quote(work, market.sales[0], command)
    close(runtime, market, content.rfq.id)
    return quote_now(runtime, market.purchaser, sent.quote.id)


def ask(
    runtime: Runtime,
    actor: Actor,
    quote: Quote,
    terms: CounterTerms | None = None,
    lines: Sequence[CounterLineInput] = (),
) -> Counter:
    command = MakeCounter(
        quote_id=quote.id,
        expected_version=quote.version,
        expires_at=datetime.now(UTC) + timedelta(hours=24),
        lines=tuple(lines),
        terms=terms or CounterTerms(),
    )
    with work_for(runtime, actor) as work:
        return countering.make_counter(work, actor, command)


def counter_now(runtime: Runtime, actor: Actor, counter_id: UUID) -> Counter:
    with work_for(runtime, actor) as work:
        return talking.read_counter(work, actor, ReadCounter(counter_id)).counter


def pointers(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


class TestAgreeing:
    def test_everything_that_was_asked_for_is_in_the_receipted_revision(self, runtime: Runtime, market: Market) -> None:
        before = quoted(runtime, market, QuoteTerms(freight=Decimal(80), instalments=PLAN))
        quote, first = before.quote, before.lines[0].line_id
        later = quote.valid_until + timedelta(days=30)
        wanted = CounterTerms(
            freight=Decimal(50),
            valid_until=later,
            early_pay_percent=Decimal(2),
            early_pay_days=10,
            pay_days=(15, 60),
        )
        line = CounterLineInput(first, None, 7, Decimal(0), Decimal(60))
        one = ask(runtime, market.purchaser, quote, wanted, [line])
        decide(runtime, market.sales[0], "accept", one)
        now = quote_now(runtime, market.sales[0], quote.id)
        assert (now.quote.freight, now.quote.valid_until, now.quote.early_pay_percent, now.quote.early_pay_days) == (
            Decimal(50),
            later,
            Decimal(2),
            10,
        )
        assert [(part["percent"], part["event"], part["days"]) for part in now.quote.instalments] == [
            ("30", "order", 15),
            ("70", "invoice", 60),
        ]
        changed, kept = now.lines
        assert (changed.unit_price, changed.lead_days, changed.min_quantity, changed.setup_cost) == (
            Decimal(10),
            7,
            None,
            Decimal(60),
        )
        assert (kept.unit_price, kept.lead_days) == (Decimal(20), 14)
        assert (now.quote.payment_terms, now.quote.revision, now.quote.total) == ("30 days net", 2, Decimal(3000))
        newest = now.revisions[0]
        assert verify(runtime.receipts.public_key, receipt_statement(now.quote, newest), bytes(newest.signature))
        with work_for(runtime, market.sales[0]) as work:
            work.session.expunge_all()
            scope = Scope(market.sales[0], RfqPermission.QUOTE_READ)
            (replayed,) = [found for found in states(work.session, scope, Counter) if found.object_id == one.id]
        assert replayed.state_hash == counter_now(runtime, market.sales[0], one.id).state_hash()

    def test_days_without_a_plan_become_the_plan(self, runtime: Runtime, market: Market) -> None:
        before = quoted(runtime, market, QuoteTerms())
        one = ask(runtime, market.purchaser, before.quote, CounterTerms(pay_days=(60,)))
        answer = ask(runtime, market.sales[0], before.quote, CounterTerms(pay_days=(45,)))
        assert one.id != answer.id
        decide(runtime, market.purchaser, "accept", answer)
        now = quote_now(runtime, market.purchaser, before.quote.id).quote
        assert [(part["percent"], part["event"], part["days"]) for part in now.instalments] == [("100", "invoice", 45)]
        assert now.payment_terms == ""

    def test_what_was_written_with_tax_or_in_other_units_is_forgotten_where_it_was_agreed_on_anew(
        self, runtime: Runtime, market: Market
    ) -> None:
        terms = QuoteTerms(freight=Decimal(113), tax_basis=TaxBasis.WITH_TAX, tax_percent=Decimal(13))
        dozens = LineTerms(order_unit="DZN", multiple_quantity=Decimal(1), setup_cost=Decimal(226))
        content = publish(runtime, market, draft_command(market.suppliers, 1))
        command = quote_command(content, ["11.3"])
        line = replace(command.lines[0], quantity=Decimal(96), min_quantity=Decimal(2), terms=dozens)
        with work_for(runtime, market.sales[0]) as work:
            sent = quoting.submit_quote(work, market.sales[0], replace(command, lines=(line,), terms=terms))
        close(runtime, market, content.rfq.id)
        quote = quote_now(runtime, market.purchaser, sent.quote.id).quote
        assert (quote.freight, quote.stated_freight) == (Decimal(100), Decimal(113))
        asked = CounterLineInput(content.lines[0].id, None, None, Decimal(10), Decimal(150))
        one = ask(runtime, market.purchaser, quote, CounterTerms(freight=Decimal(90)), [asked])
        decide(runtime, market.sales[0], "accept", one)
        now = quote_now(runtime, market.sales[0], quote.id)
        (agreed,) = now.lines
        assert (now.quote.freight, now.quote.stated_freight) == (Decimal(90), None)
        assert (agreed.min_quantity, agreed.multiple_quantity, agreed.order_unit) == (Decimal(10), Decimal(12), "")
        assert (agreed.setup_cost, agreed.stated) == (Decimal(150), {"unit_price": "11.3"})

    def test_no_discount_at_all_is_no_discount(self, runtime: Runtime, market: Market) -> None:
        quote = quoted(runtime, market, QuoteTerms()).quote
        ask(
            runtime,
            market.purchaser,
            quote,
            CounterTerms(early_pay_percent=Decimal(2), early_pay_days=10, pay_days=(60,)),
        )
        answer = ask(
            runtime,
            market.sales[0],
            quote,
            CounterTerms(early_pay_percent=Decimal(0), early_pay_days=0, pay_days=(60,)),
        )
        decide(runtime, market.purchaser, "accept", answer)
        now = quote_now(runtime, market.purchaser, quote.id).quote
        assert (now.early_pay_percent, now.early_pay_days) == (None, None)


class TestRefusing:
    @pytest.mark.parametrize(
        ("terms", "pointer"),
        [
            (CounterTerms(freight=Decimal(81)), "/terms/freight"),
            (CounterTerms(freight=Decimal("1.00001")), "/terms/freight"),
            (CounterTerms(valid_until=date(2026, 1, 1)), "/terms/valid_until"),
            (CounterTerms(pay_days=(10,)), "/terms/pay_days"),
            (CounterTerms(pay_days=(0, 29)), "/terms/pay_days/1"),
            (CounterTerms(early_pay_percent=Decimal(2)), "/terms/early_pay_days"),
            (CounterTerms(early_pay_percent=Decimal(100), early_pay_days=3), "/terms/early_pay_percent"),
            (CounterTerms(), "/lines"),
        ],
    )
    def test_what_does_not_better_the_quotation(
        self, runtime: Runtime, market: Market, terms: CounterTerms, pointer: str
    ) -> None:
        quote = quoted(runtime, market, QuoteTerms(freight=Decimal(80), instalments=PLAN)).quote
        with pytest.raises(Invalid) as refused:
            ask(runtime, market.purchaser, quote, terms)
        assert pointers(refused) == [pointer]

    def test_lines_that_get_worse_or_say_nothing(self, runtime: Runtime, market: Market) -> None:
        tiers = LineTerms(tiers=(PriceTier(Decimal(15), Decimal(10)),))
        before = quoted(runtime, market, QuoteTerms(), tiers)
        first, second = (line.line_id for line in before.lines)
        for line, name in (
            (CounterLineInput(first, lead_days=15), "/lead_days"),
            (CounterLineInput(first, min_quantity=Decimal(14)), "/min_quantity"),
            (CounterLineInput(second, setup_cost=Decimal(1)), "/setup_cost"),
            (CounterLineInput(second), ""),
        ):
            with pytest.raises(Invalid) as refused:
                ask(runtime, market.purchaser, before.quote, None, [line])
            assert pointers(refused) == [f"/lines/0{name}"]
        with pytest.raises(NoImprovement):
            ask(runtime, market.purchaser, before.quote, None, [CounterLineInput(first, lead_days=14)])

    def test_an_answer_lies_between_and_comes_nearer(self, runtime: Runtime, market: Market) -> None:
        quote = quoted(runtime, market, QuoteTerms(freight=Decimal(80))).quote
        ask(runtime, market.purchaser, quote, CounterTerms(freight=Decimal(40), pay_days=(60,)))
        for terms in (CounterTerms(freight=Decimal(39)), CounterTerms(pay_days=(61,))):
            with pytest.raises(Invalid):
                ask(runtime, market.sales[0], quote, terms)
        with pytest.raises(NoImprovement):
            ask(runtime, market.sales[0], quote, CounterTerms(freight=Decimal(80)))
        ask(runtime, market.sales[0], quote, CounterTerms(freight=Decimal(60)))


def test_the_api_takes_and_tells_them(client: TestClient, runtime: Runtime, market: Market) -> None:
    before = quoted(runtime, market, QuoteTerms(freight=Decimal(80)))
    buyer = caller_for(client, runtime, market.purchaser)
    path = f"/quotes/{before.quote.id}/counters"
    body = {
        "lines": [{"line_id": str(before.lines[0].line_id), "lead_days": 5}],
        "terms": {"freight": "50", "pay_days": [60]},
        "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    wrong = buyer.post(path, {**body, "terms": {"freight": "90"}}, version=before.quote.version)
    assert (wrong.status_code, [one["pointer"] for one in wrong.json()["errors"]]) == (422, ["/terms/freight"])
    made = buyer.post(path, body, version=before.quote.version)
    assert made.status_code == 201, made.text
    line_id = str(before.lines[0].line_id)
    assert made.json()["lines"] == [
        {
            "line_id": line_id,
            "position": 1,
            "unit_price": None,
            "lead_days": 5,
            "min_quantity": None,
            "setup_cost": None,
        }
    ]
    assert made.json()["terms"] == {
        "freight": "50",
        "valid_until": None,
        "early_pay_percent": None,
        "early_pay_days": None,
        "pay_days": [60],
    }


def test_the_pages_ask_for_more_than_prices(client: TestClient, runtime: Runtime, market: Market) -> None:
    before = quoted(runtime, market, QuoteTerms(freight=Decimal(80)))
    first: UUID = before.lines[0].line_id
    url = f"/rfqs/{before.quote.rfq_id}/negotiate/{market.suppliers[0]}"
    buyer = sign_in(client, market.purchaser)
    assert f"{url}?full=1" in page(buyer, url)
    form = filled(page(buyer, f"{url}?full=1"), "counter-form")
    wanted = {f"counter-{first}-lead_days": "5", f"counter-{first}-setup_cost": "0", "pay_days": "60", "freight": "50"}
    wrong = send(buyer, f"{url}/counters", form | wanted | {"pay_days": "soon"})
    assert wrong.status_code == 422
    assert "one for each part" in text_of(main(wrong))
    shown = text_of(followed(buyer, send(buyer, f"{url}/counters", form | wanted | {"idempotency_key": str(uuid4())})))
    assert "5 days · No set-up cost" in shown
    assert "Freight CNY 50.00 · Paid after 60 days" in shown
    sales = sign_in(client, market.sales[0])
    seen = page(sales, url)
    assert "Paid after 60 days" in text_of(seen)
    answer = filled(seen, "counter-form")
    assert answer["full"] == "1"
    assert f"counter-{first}-lead_days" in answer
