"""Opened tenders for tests of what follows: bids are really sealed and opened."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.commands.evaluation import (
    AnswerInquiry,
    AskBidder,
    DecideInquiry,
    ProposeDisqualification,
    Score,
    ScoreBids,
    StepAward,
)
from b2b_market.tendering.commands.tenders import CriterionInput, DraftTender, ReadTender, StepTender
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.rules.sealed_envelope import pack
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.service import awarding, bidding, evaluating, questioning
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement
from b2b_market.tendering.states.evaluation import InquiryKind, RulingGround
from b2b_market.tendering.states.procedures import CriterionKind
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for

PRICE_ALONE = (CriterionInput(kind=CriterionKind.AWARD, name="Price", weight=Decimal(100)),)


def content(price: str, currency: str = "CNY", **more: Any) -> dict[str, Any]:
    """Return what a bid on one item says: its unit price."""
    return {"currency": currency, "lines": [{"line": 1, "unit_price": price}], **more}


def opened(
    runtime: Runtime,
    hall: Hall,
    bids: Sequence[Mapping[int, Mapping[str, Any]]],
    command: DraftTender | None = None,
    prepare: Callable[[TenderContent], object] | None = None,
) -> TenderContent:
    """Run a tender to its opening; ``bids`` has for each bidder what it says by the place of the lot."""
    wanted = command or made.tender_command(hall, lots=1, criteria=PRICE_ALONE)
    tender = made.tendering(runtime, hall, wanted, prepare)
    for place, said in enumerate(bids):
        bid(runtime, hall, tender, place, said)
    made.close(runtime)
    made.open_bids(runtime, hall, tender.tender.id)
    return made.read(runtime, hall.purchaser, tender.tender.id)


def bid(runtime: Runtime, hall: Hall, tender: TenderContent, place: int, said: Mapping[int, Mapping[str, Any]]) -> None:
    """Submit what the bidder at ``place`` says, by the place of the lot."""
    terms = read_notice(tender.tender.notice).notice.terms
    for at, what in said.items():
        ids = BidIds(tender.tender.id, tender.lots[at].id, hall.suppliers[place], 1)
        sealed = seal(terms, ids, {Part.WHOLE: PartContent(dict(what), [])}, made.SIGNERS[place])
        packed = b"".join(pack(sealed.envelope, sealed.boxes))
        with work_for(runtime, hall.sales[place]) as work:
            bidding.submit_bid(work, hall.sales[place], SubmitBid(tender.tender.id, packed))


def begin(runtime: Runtime, hall: Hall, tender: TenderContent, person: Actor | None = None) -> Judgement:
    """Begin the evaluation as the evaluator."""
    actor = person or hall.evaluator
    with work_for(runtime, actor) as work:
        return evaluating.begin_evaluation(work, actor, StepTender(tender.tender.id, tender.version))


def judged(runtime: Runtime, person: Actor, tender_id: UUID) -> Judgement:
    """Return the evaluation as its buyer sees it now."""
    with work_for(runtime, person) as work:
        return evaluating.read_evaluation(work, person, ReadTender(tender_id))


def places(lot: JudgedLot) -> list[tuple[UUID, int]]:
    """Return who stands where in a lot."""
    suppliers = {bid.id: bid.supplier_id for bid, _ in lot.bids}
    return [(suppliers[one.bid_id], one.place) for one in lot.standing]


def turn(lot: JudgedLot) -> TenderAward:
    """Return the one award of a lot that is pending."""
    return next(one for one in lot.awards if one.status.value == "pending")


def propose(runtime: Runtime, person: Actor, award: TenderAward, why: str = "the best bid") -> TenderAward:
    """Propose an award."""
    with work_for(runtime, person) as work:
        return awarding.propose_award(work, person, StepAward(award.id, award.version, why))


def approve(runtime: Runtime, person: Actor, award: TenderAward) -> TenderAward:
    """Approve an award."""
    with work_for(runtime, person) as work:
        return awarding.approve_award(work, person, StepAward(award.id, award.version))


def decide(runtime: Runtime, hall: Hall, tender_id: UUID, begun: Callable[[], object] = lambda: None) -> dict[str, str]:
    """Ask the better of two bidders, propose to disqualify the other, decide the lot; return the ids of it all.

    ``begun`` is called once the evaluation has begun.
    """
    evaluator = hall.evaluator
    begin(runtime, hall, made.read(runtime, evaluator, tender_id))
    begun()
    with work_for(runtime, evaluator) as work:
        found = evaluating.read_evaluation(work, evaluator, ReadTender(tender_id))
    with work_for(runtime, evaluator) as work:
        scores = tuple(Score(bid.id, "1", Decimal(80)) for bid, _ in found.lots[0].bids)
        command = ScoreBids(tender_id=tender_id, expected_version=found.version, scores=scores)
        lot = evaluating.score_bids(work, evaluator, command).lots[0]
    best, other = lot.standing
    kind = InquiryKind.CLARIFICATION if best.suspicion is None else InquiryKind.LOW_PRICE
    with work_for(runtime, evaluator) as work:
        version = evaluating.read_evaluation(work, evaluator, ReadTender(tender_id)).version
        question = AskBidder(bid_id=best.bid_id, expected_version=version, kind=kind, question="Which alloy?", days=20)
        asked = questioning.ask_bidder(work, evaluator, question)
    bidder = hall.sales[hall.suppliers.index(asked.supplier_id)]
    with work_for(runtime, bidder) as work:
        answered = questioning.answer_inquiry(work, bidder, AnswerInquiry(asked.id, asked.version, "Bronze"))
    with work_for(runtime, evaluator) as work:
        questioning.accept_answer(work, evaluator, DecideInquiry(asked.id, answered.version, "plausible"))
    with work_for(runtime, evaluator) as work:
        version = evaluating.read_evaluation(work, evaluator, ReadTender(tender_id)).version
        proposal = ProposeDisqualification(
            bid_id=other.bid_id, expected_version=version, ground=RulingGround.NOT_RESPONSIVE, reason="no alloy"
        )
        ruling = questioning.propose_disqualification(work, evaluator, proposal)
    award = approve(runtime, hall.approver, propose(runtime, evaluator, turn(lot)))
    return {"inquiry_id": str(asked.id), "ruling_id": str(ruling.id), "tender_award_id": str(award.id)}


def deliver(runtime: Runtime) -> None:
    """Run the handlers of everything announced, as the relay does; it would wait for the moved clock."""
    handlers = handlers_by_topic(load_manifests())
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found = session.execute(select(OutboxRow.topic, OutboxRow.payload, OutboxRow.org_ids).order_by(OutboxRow.id))
        rows = found.all()
    for topic, payload, org_ids in rows:
        relay = system_actor("test", *org_ids)
        for handler in handlers.get(topic, ()):
            with work_for(runtime, relay) as work:
                handler.run(work, relay, handler.event.from_payload(payload))
