"""What is asked about evaluations and awards, already parsed."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from b2b_market.tendering.states.evaluation import InquiryKind, RulingGround


@dataclass(frozen=True, slots=True)
class Score:
    """One bid's score on one criterion, named by its position among the tender's criteria."""

    bid_id: UUID
    criterion: str
    score: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBids:
    """The scores of every bid of every lot, or of one; they replace the ones given before."""

    tender_id: UUID
    lot_id: UUID | None = None
    expected_version: int | None
    scores: tuple[Score, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeDisqualification:
    """Why a bid should no longer take part; its bidder reads it once it is confirmed."""

    bid_id: UUID
    expected_version: int | None
    """Of the evaluation."""
    ground: RulingGround
    reason: str


@dataclass(frozen=True, slots=True)
class DecideRuling:
    """A second person's decision; a dismissal says why."""

    ruling_id: UUID
    expected_version: int | None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBidder:
    """A question about an opened bid, to be answered within ``days`` working days.

    Formal documents are corrected within the hours of the procedure instead.
    """

    bid_id: UUID
    expected_version: int | None
    """Of the evaluation."""
    kind: InquiryKind
    question: str
    days: int = 1


@dataclass(frozen=True, slots=True)
class AnswerInquiry:
    """The bidder's answer."""

    inquiry_id: UUID
    expected_version: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class CorrectDocuments:
    """Stored files of the bidder in place of missing or flawed formal documents, and what they are."""

    inquiry_id: UUID
    expected_version: int | None
    text: str
    file_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ReadCorrection:
    """One corrected document, by its place in the list."""

    inquiry_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class DecideInquiry:
    """What the buyer makes of an answer, or of its absence, and why."""

    inquiry_id: UUID
    expected_version: int | None
    finding: str


@dataclass(frozen=True, slots=True)
class StepAward:
    """A step of a lot's award; ``text`` is the proposer's comment or the approver's reason."""

    award_id: UUID
    expected_version: int | None
    text: str = ""


class Part(StrEnum):
    """Something of an evaluation that has an id of its own."""

    BID = "bid"
    RULING = "ruling"
    INQUIRY = "inquiry"
    AWARD = "award"


@dataclass(frozen=True, slots=True)
class LocatePart:
    """Which tender something belongs to."""

    part: Part
    part_id: UUID


@dataclass(frozen=True, slots=True)
class ReadDecision:
    """The signed decision on a lot."""

    award_id: UUID
