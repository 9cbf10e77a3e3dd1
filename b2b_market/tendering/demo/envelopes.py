"""A demo tender of two envelopes: the technical result is signed off, and the price envelopes wait for the officers."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.evaluation import AnswerInquiry, AskBidder, DecideInquiry
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender, StepTender
from b2b_market.tendering.demo import steps
from b2b_market.tendering.demo.cast import CRITERIA, HAIRUI, JINGTUO, RHEINFELS, VALTROMPIA, Cast, lot
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_sealing import PartContent
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service import evaluating, questioning, staging
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.evaluation import InquiryKind
from b2b_market.tendering.states.procedures import Entry

BEGUN: Final = timedelta(days=70)
ASKS, BIDS = timedelta(days=11), timedelta(days=64)
BIDDING, OPENING = timedelta(days=50), timedelta(days=64, hours=1)
JUDGING, SIGNED = timedelta(days=66), timedelta(days=69)
OFFERS: Final = {HAIRUI: "86400.00", JINGTUO: "79200.00", RHEINFELS: "83900.00", VALTROMPIA: "74500.00"}
MERITS: Final = ("91", "78.5", "86", "52")
"""In the order of the bids; the procedure asks for 60, so the last one's price stays sealed."""
QUESTION: Final = "柜体防护等级是否为 IP54？ / Is the degree of protection of the cabinets IP54?"
ANSWER: Final = "是，见样本第 12 页。 / Yes, see page 12 of the catalogue."


def judge_technically(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Seal four bids in two parts each, open and score the technical ones, and sign the result off."""
    tender_id = steps.publish(cast.ago(BEGUN), lambda work: _content(work, key_ids))
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    bidding = cast.ago(BEGUN - BIDDING)
    content = steps.read(bidding, cast.purchaser, tender_id)
    for place, price in OFFERS.items():
        person = cast.sales[place]
        parts = {
            Part.TECHNICAL: PartContent(
                {"note": f"PLC, I/O and cabinets by {person.org_name}"},
                [BidFile("technical-offer.txt", b"Cabinets IP54, PLC with EtherCAT master.")],
            ),
            Part.PRICE: PartContent(steps.offer(price)),
        }
        steps.send(bidding, person, content, parts, Ed25519PrivateKey.generate())
    opened = cast.ago(BEGUN - OPENING)
    steps.advance(opened, tender_id)
    steps.open_bids(opened, tender_id)
    judging = cast.ago(BEGUN - JUDGING)
    found = steps.score(judging, steps.begin(judging, tender_id), MERITS)
    _clarify(judging, found)
    signed = cast.ago(BEGUN - SIGNED)
    version = signed.run(cast.approver, evaluating.read_evaluation, ReadTender(tender_id)).version
    signed.run(cast.approver, staging.lock_technical, StepTender(tender_id, version))


def _clarify(cast: Cast, found: Judgement) -> None:
    """Ask the second bidder, and accept the answer."""
    bid, _ = found.lots[0].bids[1]
    asked = AskBidder(
        bid_id=bid.id, expected_version=found.version, kind=InquiryKind.CLARIFICATION, question=QUESTION, days=2
    )
    inquiry = cast.run(cast.evaluator, questioning.ask_bidder, asked)
    answer = AnswerInquiry(inquiry.id, inquiry.version, ANSWER)
    answered = cast.run(cast.sales[JINGTUO], questioning.answer_inquiry, answer)
    finding = DecideInquiry(inquiry.id, answered.version, "澄清成立。 / The answer settles it.")
    cast.run(cast.evaluator, questioning.accept_answer, finding)


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    return DraftTender(
        title="PLC 控制柜（双信封） / PLC control cabinets, two envelopes",
        currency=Currency("CNY"),
        procedure="two-envelope",
        entry=Entry.PUBLIC,
        lots=(lot(work, "PLC 控制柜 / PLC control cabinets", "6", classification="31211100"),),
        criteria=CRITERIA,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )
