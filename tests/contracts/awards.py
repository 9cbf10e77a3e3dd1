"""A real request, quoted by two suppliers in two currencies and awarded by line."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import UNITS
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.reference.commands import AddRate, SeedDemoRates
from b2b_market.reference.service.rates import seed_demo_rates
from b2b_market.rfq.commands.requests import (
    AwardPick,
    DraftRfq,
    LineInput,
    ProposeAward,
    QuoteLineInput,
    ReadRfq,
    ReasonedStep,
    StepRfq,
    SubmitQuote,
    Terms,
)
from b2b_market.rfq.service import awarding, closing, drafting, publishing, quoting
from tests.support.people import make_company, make_person
from tests.support.works import work_for


@dataclass(frozen=True)
class Awarded:
    """The people of a decided request, and its award."""

    buyer: UUID
    buyer_person: Actor
    supplier: UUID
    supplier_person: Actor
    foreign: UUID
    foreign_person: Actor
    rfq_id: UUID
    award_id: UUID


def awarded(runtime: Runtime) -> Awarded:
    """Make companies and people, then ask, quote, close and award: one line to each supplier, the third split."""
    buyer = make_company(runtime, "Lingang Machinery", zh="临港机械")
    supplier = make_company(runtime, "Hangzhou Fasteners", ["supplier"], zh="杭州紧固件")
    foreign = make_company(runtime, "Müller GmbH", ["supplier"], country="DE", timezone="Europe/Berlin")
    purchaser = make_person(runtime, buyer, Role.BUYER_PURCHASER, locale="zh-CN")
    near = make_person(runtime, supplier, Role.SUPPLIER_SALES, locale="zh-CN")
    far = make_person(runtime, foreign, Role.SUPPLIER_SALES, locale="en")
    rfq_id, lines = _published(runtime, purchaser, (supplier, foreign))
    quotes = [
        _quoted(runtime, near, rfq_id, ("CNY", "月结 30 天"), dict(zip(lines, ("0.335", "9.9", "20"), strict=True))),
        _quoted(runtime, far, rfq_id, ("EUR", ""), dict(zip(lines, ("0.05", "1.005", "2.5"), strict=True))),
    ]
    with work_for(runtime, purchaser) as work:
        rfq = drafting.read_rfq(work, purchaser, ReadRfq(rfq_id)).rfq
        closing.close_rfq_early(work, purchaser, ReasonedStep(rfq_id, rfq.version, "all have quoted"))
    with work_for(runtime, purchaser) as work:
        rfq = drafting.read_rfq(work, purchaser, ReadRfq(rfq_id)).rfq
        picks = (
            AwardPick(line_id=lines[0], quote_id=quotes[0]),
            AwardPick(line_id=lines[1], quote_id=quotes[1]),
            AwardPick(line_id=lines[2], quote_id=quotes[0], quantity=Decimal(30)),
            AwardPick(line_id=lines[2], quote_id=quotes[1], quantity=Decimal(20)),
        )
        command = ProposeAward(rfq_id=rfq_id, expected_version=rfq.version, picks=picks)
        award = awarding.propose_award(work, purchaser, command).award
    return Awarded(buyer, purchaser, supplier, near, foreign, far, rfq_id, award.id)


def _published(runtime: Runtime, purchaser: Actor, suppliers: tuple[UUID, ...]) -> tuple[UUID, list[UUID]]:
    with work_for(runtime, purchaser) as work:
        today = work.now().date()
        relay = system_actor("test")
        rate = AddRate(base=Currency("EUR"), quote=Currency("CNY"), value=Decimal("7.8"), day=today, source="test")
        seed_demo_rates(work, relay, SeedDemoRates(today, [rate]))
        content = DraftRfq(
            title="Spares Q4",
            currency=Currency("CNY"),
            closes_at=work.now() + timedelta(days=7),
            estimate=Decimal(1000),
            terms=Terms(payment_terms="net 45", incoterm="DAP", incoterm_place="临港 3 号门"),
            lines=(_need("螺钉 M5", "100", today), _need("Rail", "7", today), _need("板", "50", today)),
            supplier_ids=suppliers,
        )
        drafted = drafting.draft_rfq(work, purchaser, content)
        rfq_id, version, lines = drafted.rfq.id, drafted.rfq.version, [line.id for line in drafted.lines]
    with work_for(runtime, purchaser) as work:
        publishing.publish_rfq(work, purchaser, StepRfq(rfq_id, version))
    return rfq_id, lines


def _need(name: str, quantity: str, today: date) -> LineInput:
    return LineInput(
        item_name=name,
        item_code=name[:3].upper(),
        specification="8.8",
        quantity=Quantity(Decimal(quantity), UNITS["H87"]),
        required_on=today + timedelta(days=60),
        delivery_place="上海临港",
    )


def _quoted(runtime: Runtime, person: Actor, rfq_id: UUID, terms: tuple[str, str], prices: dict[UUID, str]) -> UUID:
    currency, payment = terms
    with work_for(runtime, person) as work:
        command = SubmitQuote(
            rfq_id=rfq_id,
            currency=Currency(currency),
            valid_until=work.now().date() + timedelta(days=90),
            payment_terms=payment,
            lines=tuple(
                QuoteLineInput(line_id=line_id, unit_price=Decimal(price), lead_days=21)
                for line_id, price in prices.items()
            ),
        )
        return quoting.submit_quote(work, person, command).quote.id
