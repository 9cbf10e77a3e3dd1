"""Requests and quotations for tests: valid by default, every part changeable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, QuoteLineInput, StepRfq, SubmitQuote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service import closing, drafting, publishing, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from tests.support.people import make_company, make_person
from tests.support.works import work_for

CNY = Currency("CNY")


@dataclass(frozen=True)
class Market:
    """A buyer with a purchaser and an approver, and suppliers with one sales person each."""

    buyer_id: UUID
    purchaser: Actor
    approver: Actor
    suppliers: tuple[UUID, ...]
    sales: tuple[Actor, ...]


def make_market(runtime: Runtime, suppliers: int = 3, limit: str | None = None) -> Market:
    """Make the companies and people; ``limit`` is what the purchaser may publish and award alone, in CNY."""
    buyer_id = make_company(runtime, "Hengli Heavy Industry", ("buyer",))
    supplier_ids = tuple(make_company(runtime, f"Supplier {n + 1}", ("supplier",)) for n in range(suppliers))
    own = Money.of(limit, "CNY") if limit is not None else None
    return Market(
        buyer_id,
        make_person(runtime, buyer_id, Role.BUYER_PURCHASER, limit=own, name="Pia Purchaser"),
        make_person(runtime, buyer_id, Role.BUYER_APPROVER, name="Aki Approver"),
        supplier_ids,
        tuple(make_person(runtime, org_id, Role.SUPPLIER_SALES, name="Sal Sales") for org_id in supplier_ids),
    )


def need(number: int = 1, quantity: str = "100", target: str | None = "10", days: int = 60) -> LineInput:
    """Return one need."""
    return LineInput(
        item_name=f"Item {number}",
        item_code=f"MRO-{number:05d}",
        specification="GB/T 5782",
        quantity=Quantity(Decimal(quantity), unit("H87")),
        required_on=(datetime.now(UTC) + timedelta(days=days)).date(),
        delivery_place="Shanghai",
        target_price=Decimal(target) if target is not None else None,
    )


def draft_command(
    suppliers: Sequence[UUID], lines: int = 2, *, sealed: bool = False, hours: float = 48, estimate: str | None = None
) -> DraftRfq:
    """Return the command for a request of ``lines`` needs that closes in ``hours``."""
    return DraftRfq(
        title="Spare parts",
        currency=CNY,
        closes_at=datetime.now(UTC) + timedelta(hours=hours),
        sealed=sealed,
        estimate=Decimal(estimate) if estimate is not None else None,
        lines=tuple(need(number + 1) for number in range(lines)),
        supplier_ids=tuple(suppliers),
    )


def make_draft(runtime: Runtime, market: Market, command: DraftRfq | None = None) -> RfqContent:
    """Store a draft of the market's purchaser."""
    with work_for(runtime, market.purchaser) as work:
        return drafting.draft_rfq(work, market.purchaser, command or draft_command(market.suppliers))


def publish(runtime: Runtime, market: Market, command: DraftRfq | None = None) -> RfqContent:
    """Store and publish a request; return it as its buyer sees it."""
    content = make_draft(runtime, market, command)
    with work_for(runtime, market.purchaser) as work:
        publishing.publish_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.rfq.version))
    return read(runtime, market.purchaser, content.rfq.id)


def read(runtime: Runtime, actor: Actor, rfq_id: UUID) -> RfqContent:
    """Return a request as ``actor`` sees it now."""
    from b2b_market.rfq.commands.requests import ReadRfq

    with work_for(runtime, actor) as work:
        return drafting.read_rfq(work, actor, ReadRfq(rfq_id))


def quote_command(
    content: RfqContent, prices: Sequence[str | None], currency: str = "CNY", version: int | None = None
) -> SubmitQuote:
    """Return the command for a quotation with one price per line; None leaves the line out."""
    return SubmitQuote(
        rfq_id=content.rfq.id,
        currency=Currency(currency),
        valid_until=(datetime.now(UTC) + timedelta(days=90)).date(),
        lines=tuple(
            QuoteLineInput(line_id=line.id, unit_price=Decimal(price), lead_days=14)
            for line, price in zip(content.lines, prices, strict=True)
            if price is not None
        ),
        expected_version=version,
    )


def submit(
    runtime: Runtime, sales: Actor, content: RfqContent, prices: Sequence[str | None], currency: str = "CNY"
) -> QuoteContent:
    """Send a first quotation."""
    with work_for(runtime, sales) as work:
        return quoting.submit_quote(work, sales, quote_command(content, prices, currency))


def close(runtime: Runtime, market: Market, rfq_id: UUID) -> Rfq:
    """Close an open request early."""
    from b2b_market.rfq.commands.requests import ReasonedStep

    version = read(runtime, market.purchaser, rfq_id).rfq.version
    with work_for(runtime, market.purchaser) as work:
        return closing.close_rfq_early(work, market.purchaser, ReasonedStep(rfq_id, version, "everybody answered"))
