"""Wire shapes of going on with fewer companies in talks."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import LongText, WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.tendering.commands.reducing import CompanyScores, CriterionScore, LeaveTalks, ProposeReduction
from b2b_market.tendering.models.reducing import Departure
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.service.reducing import ReductionView
from b2b_market.tendering.states.reducing import DepartureKind, DepartureStatus, ReductionStatus


class CriterionScoreIn(WireIn):
    """A score from 0 to 100 for an award criterion, named by its position among the tender's criteria from 0."""

    criterion: Annotated[int, Field(ge=0, le=99)]
    score: WireDecimal


class CompanyScoresIn(WireIn):
    """What one company scores so far."""

    supplier_id: WireUuid
    scores: Annotated[tuple[CriterionScoreIn, ...], Field(min_length=1, max_length=100, strict=False)]


class ReductionIn(WireIn):
    """Everybody's scores by the same award criteria, and who is to be dropped."""

    scores: Annotated[tuple[CompanyScoresIn, ...], Field(min_length=1, max_length=99, strict=False)]
    dropped_ids: Annotated[tuple[WireUuid, ...], Field(min_length=1, max_length=99, strict=False)]
    reason: LongText

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> ProposeReduction:
        """Return the operation's input."""
        scores = tuple(
            CompanyScores(one.supplier_id, tuple(CriterionScore(each.criterion, each.score) for each in one.scores))
            for one in self.scores
        )
        return ProposeReduction(
            tender_id=tender_id,
            expected_version=expected_version,
            scores=scores,
            dropped_ids=self.dropped_ids,
            reason=self.reason,
        )


class LeaveIn(WireIn):
    """Why the company leaves."""

    reason: LongText

    def to_command(self, tender_id: WireUuid) -> LeaveTalks:
        """Return the operation's input."""
        return LeaveTalks(tender_id, self.reason)


class CriterionScoreOut(WireOut):
    """A score for an award criterion."""

    criterion: int
    score: str


class CompanyTotalOut(WireOut):
    """What one company scores; ``total`` from 0 to 100 by the weights, rounded to two places, and its place."""

    supplier_id: UUID
    scores: list[CriterionScoreOut]
    total: str
    place: int


class ReductionOut(WireOut):
    """A proposal to go on with fewer companies."""

    id: UUID
    version: int
    tender_id: UUID
    round: int
    status: ReductionStatus
    companies: list[CompanyTotalOut]
    dropped_ids: list[UUID]
    reason: str
    remark: str
    decided_at: WireTime | None

    @classmethod
    def of(cls, value: ReductionView) -> Self:
        """Return the wire shape of a proposal."""
        plain = ("id", "version", "tender_id", "round", "status", "dropped_ids", "reason", "remark", "decided_at")
        found = {UUID(one["supplier"]): one["scores"] for one in value.reduction.scores}
        companies = [
            CompanyTotalOut(
                supplier_id=supplier_id,
                scores=[CriterionScoreOut(**one) for one in scores],
                total=format(shown_score(value.totals[supplier_id]) or 0, "f"),
                place=value.places[supplier_id],
            )
            for supplier_id, scores in found.items()
        ]
        return cls(**{name: getattr(value.reduction, name) for name in plain}, companies=companies)


class DepartureOut(WireOut):
    """That a company takes no part in the talks any more; ``place`` and ``compared`` where it was dropped."""

    id: UUID
    version: int
    tender_id: UUID
    supplier_id: UUID
    kind: DepartureKind
    status: DepartureStatus
    round: int
    reason: str
    scores: list[CriterionScoreOut]
    place: int | None
    compared: int | None
    standstill_ends_at: WireTime | None
    remark: str

    @classmethod
    def of(cls, value: Departure) -> Self:
        """Return the wire shape of a departure."""
        names = [name for name in cls.model_fields if name != "scores"]
        scores = [CriterionScoreOut(**one) for one in value.scores]
        return cls(**{name: getattr(value, name) for name in names}, scores=scores)
