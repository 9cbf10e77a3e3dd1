"""Rounds and counter-offers for tests: a request that is closed with quotations, and what follows on it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import ReadQuote
from b2b_market.rfq.commands.rounds import (
    CounterLineInput,
    DecideCounter,
    MakeCounter,
    OpenRound,
    ReadNegotiation,
    SendMessage,
)
from b2b_market.rfq.models.bargaining import Counter, TalkMessage
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import countering, quoting, rounds, talking
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from tests.support.rfqs import Market, close, draft_command, publish, quote_command, read, submit
from tests.support.works import work_for

REASON = "the three best offers"


def closed_request(
    runtime: Runtime, market: Market, prices: Sequence[Sequence[str | None]], *, lines: int = 2
) -> tuple[RfqContent, list[QuoteContent]]:
    """Publish a request, let the first suppliers quote ``prices`` (by supplier, by line), and close it early."""
    content = publish(runtime, market, draft_command(market.suppliers, lines))
    quotes = [submit(runtime, sales, content, own) for sales, own in zip(market.sales, prices, strict=False)]
    close(runtime, market, content.rfq.id)
    return read(runtime, market.purchaser, content.rfq.id), quotes


def round_command(
    content: RfqContent, suppliers: Sequence[UUID], *, hours: float = 48, show_targets: bool = False
) -> OpenRound:
    """Return the command that opens a round for ``suppliers``."""
    return OpenRound(
        rfq_id=content.rfq.id,
        expected_version=content.rfq.version,
        supplier_ids=tuple(suppliers),
        closes_at=datetime.now(UTC) + timedelta(hours=hours),
        reason=REASON,
        show_targets=show_targets,
        note="Please sharpen your pencils.",
    )


def open_round(
    runtime: Runtime, market: Market, content: RfqContent, suppliers: Sequence[UUID], *, show_targets: bool = False
) -> Rfq:
    """Open a further round."""
    now = read(runtime, market.purchaser, content.rfq.id)
    with work_for(runtime, market.purchaser) as work:
        return rounds.open_round(work, market.purchaser, round_command(now, suppliers, show_targets=show_targets))


def better(
    runtime: Runtime, sales: Actor, content: RfqContent, prices: Sequence[str | None], version: int | None = None
) -> QuoteContent:
    """Send a quotation of a further round that holds as long as the one of before."""
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, quote_command(content, prices, version=version))


def prices_of(quote: QuoteContent) -> list[Decimal]:
    """Return the prices of a quotation in the order of the request."""
    return [line.unit_price for line in quote.lines]


def counter_command(
    quote: Quote, prices: Sequence[tuple[UUID, str]], *, hours: float = 24, version: int | None = None
) -> MakeCounter:
    """Return the command for a counter-offer that names these prices."""
    return MakeCounter(
        quote_id=quote.id,
        expected_version=version or quote.version,
        lines=tuple(CounterLineInput(line_id, Decimal(price)) for line_id, price in prices),
        expires_at=datetime.now(UTC) + timedelta(hours=hours),
        note="Between us.",
    )


def counter(runtime: Runtime, actor: Actor, quote: Quote, prices: Sequence[tuple[UUID, str]]) -> Counter:
    """Make a counter-offer."""
    with work_for(runtime, actor) as work:
        return countering.make_counter(work, actor, counter_command(quote, prices))


def decide(runtime: Runtime, actor: Actor, step: str, one: Counter, reason: str = "") -> Counter:
    """Accept, decline or withdraw a counter-offer."""
    operation = {
        "accept": countering.accept_counter,
        "decline": countering.decline_counter,
        "withdraw": countering.withdraw_counter,
    }[step]
    with work_for(runtime, actor) as work:
        return operation(work, actor, DecideCounter(one.id, one.version, reason))


def say(
    runtime: Runtime, actor: Actor, rfq_id: UUID, supplier_id: UUID, text: str = "Can you do better?"
) -> TalkMessage:
    """Send a message."""
    with work_for(runtime, actor) as work:
        return talking.send_message(work, actor, SendMessage(rfq_id=rfq_id, supplier_id=supplier_id, text=text))


def talk(runtime: Runtime, actor: Actor, rfq_id: UUID, supplier_id: UUID) -> talking.Negotiation:
    """Return what was said, as ``actor`` reads it."""
    with work_for(runtime, actor) as work:
        return talking.read_negotiation(work, actor, ReadNegotiation(rfq_id, supplier_id))


def quote_now(runtime: Runtime, actor: Actor, quote_id: UUID) -> QuoteContent:
    """Return a quotation as it stands."""
    with work_for(runtime, actor) as work:
        return quoting.read_quote(work, actor, ReadQuote(quote_id))
