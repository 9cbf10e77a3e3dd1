"""A demo tender after the Chinese profile whose candidates are published: drawn committee, bonds, an objection."""

from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.identity.public import act_as
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.committee import Declare, HandIn
from b2b_market.tendering.commands.complaints import ComplaintInput
from b2b_market.tendering.commands.evaluation import AskBidder, Score
from b2b_market.tendering.commands.publicity import PublishCandidates
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender
from b2b_market.tendering.demo import bonds, complaints, pools, steps
from b2b_market.tendering.demo.cast import CRITERIA, HAIRUI, JINGTUO, NANYUE, TECHNICAL, Cast, lot
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.service import committee, evaluating, publicity, questioning, seating
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.committee import JurorStatus
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintTarget
from b2b_market.tendering.states.evaluation import InquiryKind
from b2b_market.tendering.states.procedures import Entry

BEGUN: Final = timedelta(days=36)
ASKS, BIDS = timedelta(days=10, hours=1), timedelta(days=32)
BIDDING, OPENING = timedelta(days=28), timedelta(days=32, hours=1)
JUDGING, PUBLISHED = timedelta(days=34), timedelta(days=35)
OFFERS: Final = {HAIRUI: "158000.00", JINGTUO: "149500.00", NANYUE: "163200.00"}
MERITS: Final = ((86, 78, 81), (90, 74, 83), (84, 80, 76), (88, 77, 85), (91, 72, 79))
"""What each member gives the bids, in their order."""
GIVEN: Final = {HAIRUI: "9600", JINGTUO: "9000"}
"""The bonds: the second one is too small, and the third bidder gave none."""
GROUNDS: Final = (
    "第一候选人公布的业绩尚未投运。 / The project that the first candidate refers to is not in service yet."
)
DEMAND: Final = "请核实并更正候选人名单。 / Check this and correct the list of candidates."
QUESTION: Final = "请说明主机的质保条件。 / Please set out the warranty of the compressors."


def publish_candidates(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Let a drawn committee score three bids, and publish the candidates; a bidder objects, another is asked."""
    pool: dict[UUID, str] = {}

    def name(work: Work, tender: Tender) -> None:
        out = (cast.purchaser.user_id, cast.evaluator.user_id, *(cast.sales[place].org_id for place in OFFERS))
        pool.update(pools.name_pool(cast, work, tender, out))

    tender_id = steps.publish(cast.ago(BEGUN), lambda work: _content(work, key_ids), name)
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    bidding = cast.ago(BEGUN - BIDDING)
    for place, amount in GIVEN.items():
        bonds.give(bidding, tender_id, place, amount)
    steps.bid(bidding, tender_id, {place: steps.offer(price) for place, price in OFFERS.items()})
    opened = cast.ago(BEGUN - OPENING)
    steps.advance(opened, tender_id)
    opened.tick(seating.advance_committee, ReadTender(tender_id))
    steps.open_bids(opened, tender_id)
    _score(cast.ago(BEGUN - JUDGING), steps.begin(cast.ago(BEGUN - JUDGING), tender_id), pool)
    published = cast.ago(BEGUN - PUBLISHED)
    found = published.run(cast.evaluator, evaluating.read_evaluation, ReadTender(tender_id))
    lot_id = found.lots[0].lot.id
    wanted = PublishCandidates(lot_id, found.version)
    ranking = published.run(cast.evaluator, publicity.publish_candidates, wanted)
    _ask(cast, tender_id)
    said = ComplaintInput(
        kind=ComplaintKind.OBJECTION,
        target=ComplaintTarget.CANDIDATES,
        target_id=ranking.id,
        grounds=GROUNDS,
        demand=DEMAND,
    )
    complaints.lodge(cast, cast.sales[NANYUE], tender_id, said)


def _score(cast: Cast, found: Judgement, pool: dict[UUID, str]) -> None:
    """Let every member declare to have no conflict and hand in; then the sheets open together."""
    tender_id, bids = found.tender.id, [bid.id for bid, _ in found.lots[0].bids]
    seats = [one for one in cast.tick(committee.read_seats, ReadTender(tender_id)) if one.status is JurorStatus.SEATED]
    for seat, merits in zip(seats, MERITS, strict=True):
        member = act_as(cast.runtime, pool[seat.user_id])
        scores = tuple(Score(bid, TECHNICAL, Decimal(merit)) for bid, merit in zip(bids, merits, strict=True))
        with cast.work(member) as work:
            declared = committee.declare_interests(work, member, Declare(tender_id, seat.version, conflict=False))
            committee.hand_in_sheet(work, member, HandIn(tender_id, declared.version, scores))
    cast.tick(seating.advance_committee, ReadTender(tender_id))


def _ask(cast: Cast, tender_id: UUID) -> None:
    """Ask the second bidder something that has not been answered yet."""
    found = cast.run(cast.evaluator, evaluating.read_evaluation, ReadTender(tender_id))
    bid, _ = found.lots[0].bids[1]
    asked = AskBidder(
        bid_id=bid.id, expected_version=found.version, kind=InquiryKind.CLARIFICATION, question=QUESTION, days=3
    )
    cast.run(cast.evaluator, questioning.ask_bidder, asked)


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    return DraftTender(
        title="空压机公开招标 / Air compressors, candidates published",
        currency=Currency("CNY"),
        procedure="china-open",
        entry=Entry.PUBLIC,
        lots=(lot(work, "螺杆空压机 / Screw compressors", "3", classification="42123400"),),
        criteria=CRITERIA,
        bond=bonds.ASKED,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )
