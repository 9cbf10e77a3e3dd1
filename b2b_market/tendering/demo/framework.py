"""A demo framework agreement with three suppliers: one order accepted, one offered, one that waits for approval."""

from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.frameworks import (
    CallOffLine,
    LotCeiling,
    PlaceCallOff,
    SetFrameworkTerms,
    StepCallOff,
)
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender
from b2b_market.tendering.demo import steps
from b2b_market.tendering.demo.cast import JINGTUO, PRICE_ALONE, RHEINFELS, VALTROMPIA, Cast, lot
from b2b_market.tendering.models.frameworks import CallOff
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.service import answering, calling, concluding, framing
from b2b_market.tendering.states.frameworks import CallOffMode
from b2b_market.tendering.states.procedures import Entry

BEGUN: Final = timedelta(days=62)
ASKS, BIDS = timedelta(days=10, hours=1), timedelta(days=42)
BIDDING, OPENING = timedelta(days=30), timedelta(days=42, hours=1)
JUDGING, CONCLUDED, ORDERED = timedelta(days=44), timedelta(days=56), timedelta(days=58)
OFFERS: Final = {JINGTUO: "212.50", RHEINFELS: "198.00", VALTROMPIA: "205.80"}
NEEDED: Final = timedelta(days=40)


def agree(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Conclude an agreement on bearings by price alone, and call some off three times."""
    tender_id = steps.publish(
        cast.ago(BEGUN), lambda work: _content(work, key_ids), lambda work, tender: _terms(cast, work, tender)
    )
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    steps.bid(cast.ago(BEGUN - BIDDING), tender_id, {place: steps.offer(price) for place, price in OFFERS.items()})
    opened = cast.ago(BEGUN - OPENING)
    steps.advance(opened, tender_id)
    steps.open_bids(opened, tender_id)
    judging = cast.ago(BEGUN - JUDGING)
    steps.award(judging, steps.begin(judging, tender_id), "报价最低的三家。 / The three lowest prices.")
    cast.ago(BEGUN - CONCLUDED).tick(concluding.conclude_tender, ReadTender(tender_id))
    (framework,) = cast.run(cast.purchaser, framing.read_framework_terms, ReadTender(tender_id)).concluded
    ordered = cast.ago(BEGUN - ORDERED)
    first = _call_off(ordered, framework.id, "120", "一季度检修 / First-quarter overhaul")
    ordered.run(cast.sales[RHEINFELS], answering.accept_call_off, StepCallOff(first.id, first.version))
    _call_off(cast, framework.id, "60", "备件 / Spare parts")
    _call_off(cast, framework.id, "400", "年度大修 / Yearly overhaul")


def _call_off(cast: Cast, framework_id: UUID, quantity: str, note: str) -> CallOff:
    with cast.work(cast.purchaser) as work:
        line = CallOffLine(
            position=1,
            quantity=Decimal(quantity),
            required_on=(work.now() + NEEDED).date(),
            delivery_place="大连长兴岛 2 号库 / Dalian, warehouse 2",
        )
        command = PlaceCallOff(framework_id=framework_id, lines=(line,), note=note)
        return calling.place_call_off(work, cast.purchaser, command)


def _terms(cast: Cast, work: Work, tender: Tender) -> None:
    terms = SetFrameworkTerms(
        tender_id=tender.id,
        expected_version=tender.version,
        members=3,
        months=24,
        mode=CallOffMode.CASCADE,
        answer_hours=72,
        ceilings=(LotCeiling(Decimal(480_000), (Decimal(2_400),)),),
    )
    framing.set_framework_terms(work, cast.purchaser, terms)


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    return DraftTender(
        title="滚动轴承框架协议 / Rolling bearings, framework agreement",
        currency=Currency("CNY"),
        procedure="framework",
        entry=Entry.PUBLIC,
        lots=(lot(work, "调心滚子轴承 22218 / Spherical roller bearings 22218", "2400", classification="44440000"),),
        criteria=PRICE_ALONE,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )
