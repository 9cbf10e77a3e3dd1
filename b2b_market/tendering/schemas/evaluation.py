"""Wire shapes of evaluations, awards and results."""

from typing import Annotated, Self

from pydantic import Field

from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.tendering.commands.evaluation import (
    AskBidder,
    CorrectDocuments,
    ProposeDisqualification,
    Score,
    ScoreBids,
)
from b2b_market.tendering.models.evaluation import Inquiry, Ruling, TenderAward, TenderResult
from b2b_market.tendering.rules.abnormal import Ground
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.offers import Fault
from b2b_market.tendering.schemas.weighing import WeighedOut
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement
from b2b_market.tendering.states.evaluation import (
    InquiryKind,
    InquiryStatus,
    Outcome,
    RulingGround,
    RulingStatus,
    TenderAwardStatus,
)
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus


class ScoreIn(WireIn):
    """A bid's score from 0 to 100 on a criterion, named by its position among the tender's criteria."""

    bid_id: WireUuid
    criterion: Annotated[str, Field(pattern=r"^[0-9]{1,3}$")]
    score: WireDecimal


class ScoresIn(WireIn):
    """The scores of every bid of every lot, or of the one named; they replace the ones given before."""

    lot_id: WireUuid | None = None

    scores: Annotated[tuple[ScoreIn, ...], Field(max_length=50_000, strict=False)]

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> ScoreBids:
        """Return the operation's input."""
        scores = tuple(Score(one.bid_id, one.criterion, one.score) for one in self.scores)
        return ScoreBids(tender_id=tender_id, lot_id=self.lot_id, expected_version=expected_version, scores=scores)


class DisqualificationIn(WireIn):
    """Why a bid should no longer take part; its bidder reads the reason once it is confirmed."""

    ground: wire_enum(RulingGround)  # type: ignore[valid-type]  # an Annotated alias made by a function
    reason: LongText

    def to_command(self, bid_id: WireUuid, expected_version: int | None) -> ProposeDisqualification:
        """Return the operation's input."""
        return ProposeDisqualification(
            bid_id=bid_id, expected_version=expected_version, ground=self.ground, reason=self.reason
        )


class InquiryIn(WireIn):
    """A question to a bidder, to be answered within ``days`` working days."""

    kind: wire_enum(InquiryKind)  # type: ignore[valid-type]  # as above
    question: LongText
    days: Annotated[int, Field(ge=1, le=20)] = 1

    def to_command(self, bid_id: WireUuid, expected_version: int | None) -> AskBidder:
        """Return the operation's input."""
        return AskBidder(
            bid_id=bid_id,
            expected_version=expected_version,
            kind=self.kind,
            question=self.question,
            days=self.days,
        )


class WordsIn(WireIn):
    """What the people concerned read: a reason, a finding, an answer or grounds."""

    text: LongText


class RulingOut(WireOut):
    """A disqualification."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    lot_id: WireUuid
    bid_id: WireUuid
    supplier_id: WireUuid
    ground: wire_enum(RulingGround)  # type: ignore[valid-type]  # as above
    reason: str
    status: wire_enum(RulingStatus)  # type: ignore[valid-type]  # as above
    proposer_id: WireUuid
    decider_id: WireUuid | None
    decided_at: WireTime | None
    remark: str

    @classmethod
    def of(cls, value: Ruling) -> Self:
        """Return the answer for a disqualification."""
        return cls.model_validate({name: getattr(value, name) for name in cls.model_fields})


class CorrectionIn(WireIn):
    """Stored files of the own company (``POST /files``) in place of missing or flawed formal documents."""

    text: LongText
    file_ids: Annotated[tuple[WireUuid, ...], Field(min_length=1, max_length=20, strict=False)]

    def to_command(self, inquiry_id: WireUuid, expected_version: int | None) -> CorrectDocuments:
        """Return the operation's input."""
        return CorrectDocuments(inquiry_id, expected_version, self.text, self.file_ids)


class CorrectionFileOut(WireOut):
    """A corrected document; its bytes are at ``/tender-inquiries/{id}/files/{position}``, counted from 0."""

    name: str
    size: int
    sha256: str


class InquiryOut(WireOut):
    """What a bidder was asked; one in status ``asked`` after ``due_at`` may be decided without an answer."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    lot_id: WireUuid
    bid_id: WireUuid
    supplier_id: WireUuid
    kind: wire_enum(InquiryKind)  # type: ignore[valid-type]  # as above
    question: str
    due_at: WireTime
    status: wire_enum(InquiryStatus)  # type: ignore[valid-type]  # as above
    answer: str | None
    answered_at: WireTime | None
    finding: str | None
    decided_at: WireTime | None
    files: list[CorrectionFileOut]

    @classmethod
    def of(cls, value: Inquiry) -> Self:
        """Return the answer for an inquiry."""
        plain = {name: getattr(value, name) for name in cls.model_fields if name != "files"}
        names = CorrectionFileOut.model_fields
        files = [CorrectionFileOut(**{name: one[name] for name in names}) for one in value.files]
        return cls.model_validate({**plain, "files": files})


class TenderAwardOut(WireOut):
    """A lot's award to a bid; ``signature`` is Ed25519 over the canonical form of the decision's record."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    lot_id: WireUuid
    bid_id: WireUuid
    supplier_id: WireUuid
    status: wire_enum(TenderAwardStatus)  # type: ignore[valid-type]  # as above
    amount: MoneyWire
    comment: str
    proposer_id: WireUuid | None
    approver_id: WireUuid | None
    decided_at: WireTime | None
    standstill_ends_at: WireTime | None
    signature: str | None
    key_id: str | None
    reason: str | None

    @classmethod
    def of(cls, value: TenderAward) -> Self:
        """Return the answer for an award."""
        own: dict[str, object] = {"amount": Money(value.amount, Currency(value.currency)).rounded()}
        own["signature"] = None if value.signature is None else bytes(value.signature).hex()
        rest = {name: getattr(value, name) for name in cls.model_fields if name not in own}
        return cls.model_validate({**rest, **own})


class DecisionOut(WireOut):
    """The signed record of a decision, as it was signed."""

    record: dict[str, object]
    signature: str
    key_id: str

    @classmethod
    def of(cls, value: TenderAward) -> Self:
        """Return the answer for a decided award."""
        signature = bytes(value.signature or b"").hex()
        return cls.model_validate({"record": value.record or {}, "signature": signature, "key_id": value.key_id or ""})


class FindingOut(WireOut):
    """A fault of a bid's figures; line 0 is the bid as a whole."""

    fault: wire_enum(Fault)  # type: ignore[valid-type]  # as above
    line: int
    said: str
    right: str


class JudgedBidOut(WireOut):
    """An opened bid: its own total, what it counts as, its place among the admitted, and what is questionable.

    ``weighed`` is there where the lot has features or life-cycle costs.
    """

    bid_id: WireUuid
    supplier_id: WireUuid
    sequence: int
    total: MoneyWire | None
    compared: WireDecimal | None
    weighed: WeighedOut | None
    score: WireDecimal | None
    quality: WireDecimal | None
    place: int | None
    tied: bool
    questioned: list[wire_enum(Ground)]  # type: ignore[valid-type]  # as above
    findings: list[FindingOut]


class JudgedLotOut(WireOut):
    """A lot as it stands."""

    lot_id: WireUuid
    position: int
    status: wire_enum(LotStatus)  # type: ignore[valid-type]  # as above
    scored: bool
    bids: list[JudgedBidOut]
    disqualifications: list[RulingOut]
    inquiries: list[InquiryOut]
    awards: list[TenderAwardOut]


class FrozenRateOut(WireOut):
    """An exchange rate to the tender's currency, frozen at the deadline."""

    base: str
    value: WireDecimal
    source: str
    as_of: str


class EvaluationOut(WireOut):
    """The evaluation of a tender."""

    tender_id: WireUuid
    version: int
    status: wire_enum(TenderStatus)  # type: ignore[valid-type]  # as above
    currency: str
    rates: list[FrozenRateOut]
    lots: list[JudgedLotOut]

    @classmethod
    def of(cls, value: Judgement) -> Self:
        """Return the answer for an evaluation."""
        return cls.model_validate(
            {
                "tender_id": value.tender.id,
                "version": value.version,
                "status": value.tender.status,
                "currency": value.tender.currency,
                "rates": [
                    {"base": code, "value": rate.value, "source": rate.source, "as_of": rate.as_of}
                    for code, rate in value.rates.items()
                ],
                "lots": [_lot(lot) for lot in value.lots],
            }
        )


class ResultOut(WireOut):
    """What became of a bid; the winning amount where the procedure is public, or the bid is the own one that won."""

    bid_id: WireUuid
    tender_id: WireUuid
    lot_id: WireUuid
    supplier_id: WireUuid
    outcome: wire_enum(Outcome)  # type: ignore[valid-type]  # as above
    place: int | None
    admitted: int
    ground: wire_enum(RulingGround) | None  # type: ignore[valid-type]  # as above
    reason: str
    winner: str
    winner_names: dict[str, str]
    winning_amount: WireDecimal | None
    currency: str
    decided_at: WireTime
    standstill_ends_at: WireTime

    @classmethod
    def of(cls, value: TenderResult) -> Self:
        """Return the answer for a result."""
        return cls.model_validate({name: getattr(value, name) for name in cls.model_fields})


def _lot(lot: JudgedLot) -> dict[str, object]:
    standing = {one.bid_id: one for one in lot.standing}
    bids = []
    for bid, offer in lot.bids:
        placed = standing.get(bid.id)
        bids.append(
            {
                "bid_id": bid.id,
                "supplier_id": bid.supplier_id,
                "sequence": bid.sequence,
                "total": offer.total,
                "compared": placed and placed.total,
                "weighed": placed and placed.weighed and WeighedOut.of(placed.weighed),
                "score": placed and shown_score(placed.score),
                "quality": placed and shown_score(placed.quality),
                "place": placed and placed.place,
                "tied": bool(placed and placed.tied),
                "questioned": list(placed.suspicion.grounds) if placed and placed.suspicion else [],
                "findings": [
                    {"fault": one.fault, "line": one.line, "said": one.said, "right": one.right}
                    for one in offer.findings
                ],
            }
        )
    return {
        "lot_id": lot.lot.id,
        "position": lot.lot.position,
        "status": lot.lot.status,
        "scored": lot.scored,
        "bids": bids,
        "disqualifications": [RulingOut.of(one) for one in lot.rulings],
        "inquiries": [InquiryOut.of(one) for one in lot.inquiries],
        "awards": [TenderAwardOut.of(one) for one in lot.awards],
    }
