"""Steps that the demo tenders share: published, bid for, opened, judged; each by its people at its own moment."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.bids import ContributeLayer, OpenPart, SubmitBid, TakeWork
from b2b_market.tendering.commands.evaluation import Score, ScoreBids, StepAward
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender, StepTender
from b2b_market.tendering.demo.cast import TECHNICAL, Cast, private_key
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules.sealed_envelope import pack
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.rules.sealed_work import read_work
from b2b_market.tendering.service import (
    awarding,
    bidding,
    conducting,
    decrypting,
    drafting,
    evaluating,
    opening,
    publishing,
)
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.evaluation import TenderAwardStatus

Prepare: TypeAlias = Callable[[Work, Tender], object]
"""What is done to a draft before it is submitted."""
BEST = "报价与技术综合得分最高。 / The best of price and technical merit together."


def publish(cast: Cast, content: Callable[[Work], DraftTender], prepare: Prepare | None = None) -> UUID:
    """Draft, submit and publish a tender by two people, and return its id."""
    with cast.work(cast.purchaser) as work:
        made = drafting.draft_tender(work, cast.purchaser, content(work)).tender
        if prepare is not None:
            prepare(work, made)
            work.session.flush()
        publishing.submit_tender(work, cast.purchaser, StepTender(made.id, made.version))
        work.session.flush()
        version = made.version
    cast.run(cast.approver, publishing.publish_tender, StepTender(made.id, version))
    return made.id


def read(cast: Cast, person: Actor, tender_id: UUID) -> TenderContent:
    """Return a tender as somebody sees it."""
    return cast.run(person, drafting.read_tender, ReadTender(tender_id))


def advance(cast: Cast, tender_id: UUID) -> None:
    """Let the clock take the step that is due."""
    cast.tick(conducting.advance_tender, ReadTender(tender_id))


def offer(price: str, **more: object) -> Mapping[str, object]:
    """Return what a bid on one item says."""
    return {"currency": "CNY", "lines": [{"line": 1, "unit_price": price}], "payment_terms": "30 days net", **more}


def whole(person: Actor, said: Mapping[str, object]) -> Mapping[Part, PartContent]:
    """Return a bid of one part, with a file."""
    return {Part.WHOLE: PartContent(said, [BidFile("offer.txt", f"Offer of {person.org_name}.".encode())])}


def send(
    cast: Cast, person: Actor, content: TenderContent, parts: Mapping[Part, PartContent], signer: Ed25519PrivateKey
) -> SealedBid:
    """Seal a bid on the first lot, send it, and return what its bidder keeps."""
    notice = read_notice(content.tender.notice).notice
    ids = BidIds(content.tender.id, content.lots[0].id, person.org_id, 1)
    sealed = seal(notice.terms, ids, parts, signer, notice=notice.digest())
    packed = b"".join(pack(sealed.envelope, sealed.boxes))
    cast.run(person, bidding.submit_bid, SubmitBid(content.tender.id, packed))
    return sealed


def bid(cast: Cast, tender_id: UUID, offers: Mapping[int, Mapping[str, object]]) -> dict[int, SealedBid]:
    """Let suppliers, by their place, seal and send what they offer, each with a key of its own."""
    content = read(cast, cast.purchaser, tender_id)
    return {
        place: send(cast, cast.sales[place], content, whole(cast.sales[place], said), Ed25519PrivateKey.generate())
        for place, said in offers.items()
    }


def open_bids(cast: Cast, tender_id: UUID) -> None:
    """Let two officers remove their layers, and the platform decrypt the part that waits."""
    for number in (0, 1):
        officer = cast.officers[number]
        with cast.work(officer) as work:
            turn = opening.take_opening_work(work, officer, TakeWork(tender_id, ()))
            layer = contribute(read_work(turn.document), private_key(number), work.now())
            opening.contribute_layer(work, officer, ContributeLayer(tender_id, layer.to_bytes()))
    for found_id, _, part, team in cast.tick(decrypting.openable_tenders, None):
        cast.tick(decrypting.open_tender, OpenPart(found_id, part, tuple(team.split(","))))


def begin(cast: Cast, tender_id: UUID) -> Judgement:
    """Begin the evaluation."""
    version = read(cast, cast.evaluator, tender_id).version
    return cast.run(cast.evaluator, evaluating.begin_evaluation, StepTender(tender_id, version))


def score(cast: Cast, found: Judgement, merits: Sequence[str]) -> Judgement:
    """Score the bids' technical merit in the order of their receipts."""
    scores = tuple(
        Score(bid.id, TECHNICAL, Decimal(merit)) for (bid, _), merit in zip(found.lots[0].bids, merits, strict=True)
    )
    command = ScoreBids(tender_id=found.lots[0].lot.tender_id, expected_version=found.version, scores=scores)
    return cast.run(cast.evaluator, evaluating.score_bids, command)


def award(cast: Cast, found: Judgement, why: str = BEST) -> None:
    """Propose the best bid of a lot, and have it approved by somebody else."""
    turn = next(one for one in found.lots[0].awards if one.status is TenderAwardStatus.PENDING)
    with cast.work(cast.evaluator) as work:
        proposed = awarding.propose_award(work, cast.evaluator, StepAward(turn.id, turn.version, why))
        work.session.flush()
        approval = StepAward(proposed.id, proposed.version)
    cast.run(cast.approver, awarding.approve_award, approval)
