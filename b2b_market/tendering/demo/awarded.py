"""A demo tender that has gone the whole way: its weeks have passed before the demo data are looked at."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import new_correlation
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.bids import ContributeLayer, OpenPart, SubmitBid, TakeWork
from b2b_market.tendering.commands.evaluation import Score, ScoreBids, StepAward
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender, StepTender
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.demo.cast import CRITERIA, Cast, lot, private_key
from b2b_market.tendering.rules.sealed_envelope import pack
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.rules.sealed_work import read_work
from b2b_market.tendering.service import (
    awarding,
    bidding,
    concluding,
    conducting,
    decrypting,
    drafting,
    evaluating,
    opening,
    publishing,
)
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.evaluation import TenderAwardStatus
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.weighing import CostKind

BEGUN: Final = timedelta(days=56)
"""How long ago the tender was published: ten days of questions, thirty of bids, ten of stand-still, and the work."""
ASKS, BIDS = timedelta(days=10, hours=1), timedelta(days=41)
BIDDING, OPENING, JUDGING = timedelta(days=30), timedelta(days=41, hours=1), timedelta(days=44)
PRICES: Final = (("5250.00", "88"), ("4980.00", "74"), ("5590.00", "92"))
"""Each bidder's unit price, and what the evaluator gives for technical merit."""
TECHNICAL: Final = "2"
"""The position of that criterion."""
WARRANTY: Final = Feature(
    "质保期 / Warranty", (Answer("一年 / one year", Decimal(0)), Answer("三年 / three years", Decimal("0.05")))
)
POWER: Final = Cost(
    name="水泵用电，每年 / Electricity of the pumps, a year",
    unit="KWH",
    price=Decimal("0.7"),
    kind=CostKind.YEARLY,
    years=10,
    rate_percent=Decimal(4),
)
DECLARED: Final = ((2, "12000"), (1, "14000"), (2, "11000"))
"""Each bidder's warranty, by its position, and its kilowatt hours."""


def award_tender(cast: Cast, key_ids: tuple[UUID, ...]) -> UUID:
    """Publish a tender, seal three bids, open, judge and award them; the contract follows once events are delivered.

    Each step is taken at its own moment of the past weeks.
    """
    tender_id = _published(cast.ago(BEGUN), key_ids)
    with _clock(cast.ago(BEGUN - ASKS)) as (work, clock):
        conducting.advance_tender(work, clock, ReadTender(tender_id))
    _bid(cast.ago(BEGUN - BIDDING), tender_id)
    _open(cast.ago(BEGUN - OPENING), tender_id)
    _judge(cast.ago(BEGUN - JUDGING), tender_id)
    with _clock(cast) as (work, clock):
        concluding.conclude_tender(work, clock, ReadTender(tender_id))
    return tender_id


@contextmanager
def _clock(cast: Cast) -> Iterator[tuple[Work, Actor]]:
    """Open a transaction of the clock for the buyer, as the schedule does."""
    clock = system_actor("tendering.clock", cast.purchaser.org_id)
    tenant = Tenant(clock.org_ids, machine=True)
    with cast.runtime.work(clock.who, tenant, Cause("task", new_correlation())) as work:
        yield work, clock


def _published(cast: Cast, key_ids: tuple[UUID, ...]) -> UUID:
    with cast.work(cast.purchaser) as work:
        command = DraftTender(
            title="换热器公开招标 / Heat exchangers, awarded tender",
            currency=Currency("CNY"),
            procedure="eu-open",
            entry=Entry.PUBLIC,
            lots=(
                replace(lot(work, "板式换热器 / Plate heat exchangers", "80"), features=(WARRANTY,), costs=(POWER,)),
            ),
            criteria=CRITERIA,
            budget_approved=True,
            key_ids=key_ids,
            enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
            closes_at=work.now() + BIDS,
        )
        made = drafting.draft_tender(work, cast.purchaser, command).tender
        publishing.submit_tender(work, cast.purchaser, StepTender(made.id, made.version))
        work.session.flush()
        version = made.version
    with cast.work(cast.approver) as work:
        publishing.publish_tender(work, cast.approver, StepTender(made.id, version))
    return made.id


def _read(cast: Cast, person: Actor, tender_id: UUID) -> TenderContent:
    with cast.work(person) as work:
        return drafting.read_tender(work, person, ReadTender(tender_id))


def _bid(cast: Cast, tender_id: UUID) -> None:
    """Let three suppliers seal and send their bids, each with a key of its own."""
    content = _read(cast, cast.purchaser, tender_id)
    terms = read_notice(content.tender.notice).notice.terms
    for person, (price, _), declared in zip(cast.sales, PRICES, DECLARED, strict=False):
        ids = BidIds(tender_id, content.lots[0].id, person.org_id, 1)
        offer = BidFile("offer.txt", f"Offer of {person.who.name}, {price} CNY each".encode())
        sealed = seal(
            terms, ids, {Part.WHOLE: PartContent(_said(price, *declared), [offer])}, Ed25519PrivateKey.generate()
        )
        packed = b"".join(pack(sealed.envelope, sealed.boxes))
        with cast.work(person) as work:
            bidding.submit_bid(work, person, SubmitBid(tender_id, packed))


def _said(price: str, warranty: int, power: str) -> Mapping[str, object]:
    return {
        "currency": "CNY",
        "lines": [{"line": 1, "unit_price": price}],
        "features": [{"feature": 1, "answer": warranty}],
        "costs": [{"cost": 1, "amount": power}],
        "payment_terms": "30 days net",
    }


def _open(cast: Cast, tender_id: UUID) -> None:
    """Let two officers remove their layers after the close, and the platform decrypt."""
    with _clock(cast) as (work, clock):
        conducting.advance_tender(work, clock, ReadTender(tender_id))
    for number in (0, 1):
        officer = cast.officers[number]
        with cast.work(officer) as work:
            turn = opening.take_opening_work(work, officer, TakeWork(tender_id, ()))
            layer = contribute(read_work(turn.document), private_key(number), work.now())
        with cast.work(officer) as work:
            opening.contribute_layer(work, officer, ContributeLayer(tender_id, layer.to_bytes()))
    with _clock(cast) as (work, clock):
        for found_id, _, part, team in decrypting.openable_tenders(work, clock, None):
            decrypting.open_tender(work, clock, OpenPart(found_id, part, tuple(team.split(","))))


def _judge(cast: Cast, tender_id: UUID) -> None:
    """Score the bids, propose the best, and have it approved by somebody else."""
    evaluator, approver = cast.evaluator, cast.approver
    version = _read(cast, evaluator, tender_id).version
    with cast.work(evaluator) as work:
        found = evaluating.begin_evaluation(work, evaluator, StepTender(tender_id, version))
        scores = tuple(
            Score(bid.id, TECHNICAL, Decimal(merit))
            for (bid, _), (_, merit) in zip(found.lots[0].bids, PRICES, strict=True)
        )
        command = ScoreBids(tender_id=tender_id, expected_version=found.version, scores=scores)
        lot_now = evaluating.score_bids(work, evaluator, command).lots[0]
        turn = next(one for one in lot_now.awards if one.status is TenderAwardStatus.PENDING)
        said = "报价与技术综合得分最高。 / The best of price and technical merit together."
        award = awarding.propose_award(work, evaluator, StepAward(turn.id, turn.version, said))
        work.session.flush()
        approval = StepAward(award.id, award.version)
    with cast.work(approver) as work:
        awarding.approve_award(work, approver, approval)
