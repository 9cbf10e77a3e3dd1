"""Criteria, assessments and scores over the API; scores are exact and written with two decimals."""

from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.infra.http.wires import (
    OptionalText,
    ShortText,
    WireDecimal,
    WireIn,
    WireOut,
    WireUuid,
    wire_enum,
)
from b2b_market.rfq.commands.scoring import AssessmentInput, ScoreQuotes, SetAssessments, SetCriteria
from b2b_market.rfq.service.scoring import CriteriaContent, Scorecard
from b2b_market.sourcing import public as sourcing
from b2b_market.sourcing.public import Answered, Criterion, Formula
from b2b_market.ui.i18n import fill


class CriterionIn(WireIn):
    """One criterion: ``price``, ``lead_time`` and ``payment`` are answered by the quotation, others by the buyer."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    name: ShortText
    weight: WireDecimal
    formula: wire_enum(Formula)  # type: ignore[valid-type]  # an Annotated alias made by a function
    maximum: WireDecimal = Decimal(100)
    worst: WireDecimal = Decimal(0)
    best: WireDecimal = Decimal(100)
    points: Annotated[dict[ShortText, WireDecimal], Field(max_length=20, default_factory=dict)]
    answered: wire_enum(Answered) = Answered.BUYER  # type: ignore[valid-type]  # an Annotated alias made by a function
    """``supplier``: answered with the quotation and scored by the formula; ``words``: answered, scored by the buyer."""
    required: bool = False


class CriteriaIn(WireIn):
    """All criteria of a draft; their weights add up to 100."""

    landed: bool = False
    criteria: Annotated[tuple[CriterionIn, ...], Field(max_length=20, strict=False)] = ()

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> SetCriteria:
        """Return the operation's input."""
        criteria = tuple(
            Criterion(**{name: getattr(one, name) for name in CriterionIn.model_fields}) for one in self.criteria
        )
        return SetCriteria(rfq_id=rfq_id, expected_version=expected_version, criteria=criteria, landed=self.landed)


class AssessmentIn(WireIn):
    """A number as text, ``yes`` or ``no``, or the answer chosen."""

    supplier_id: WireUuid
    key: ShortText
    value: ShortText
    reason: OptionalText = ""


class AssessmentsIn(WireIn):
    """All that was found; what is left out has no value and scores 0."""

    assessments: Annotated[tuple[AssessmentIn, ...], Field(max_length=1000, strict=False)]

    def to_command(self, rfq_id: UUID, expected_version: int | None) -> SetAssessments:
        """Return the operation's input."""
        entries = tuple(
            AssessmentInput(**{name: getattr(one, name) for name in AssessmentIn.model_fields})
            for one in self.assessments
        )
        return SetAssessments(rfq_id, expected_version, entries)


class ScoreQuery(BaseModel):
    """Score as if the criterion ``key`` weighed ``weight``, the others what is left of 100 in their proportions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(max_length=40)] = ""
    weight: Annotated[int | None, Field(ge=0, le=100)] = None

    def to_command(self, rfq_id: UUID) -> ScoreQuotes:
        """Return the operation's input."""
        return ScoreQuotes(rfq_id, self.key, None if self.weight is None else Decimal(self.weight))


class CriterionOut(WireOut):
    """One criterion as stored."""

    key: str
    name: str
    weight: WireDecimal
    formula: wire_enum(Formula)  # type: ignore[valid-type]  # an Annotated alias made by a function
    maximum: WireDecimal
    worst: WireDecimal
    best: WireDecimal
    points: dict[str, WireDecimal]
    answered: wire_enum(Answered)  # type: ignore[valid-type]  # an Annotated alias made by a function
    required: bool


class AssessmentOut(WireOut):
    """What the buyer found; suppliers get none of it."""

    supplier_id: WireUuid
    key: str
    value: str
    reason: str


class CriteriaOut(WireOut):
    """What a request is judged by; ``formula`` is the rule in words. Version 0: it has no criteria."""

    rfq_id: WireUuid
    version: int
    landed: bool
    criteria: list[CriterionOut]
    formula: list[str]
    assessments: list[AssessmentOut]

    @classmethod
    def of(cls, value: CriteriaContent) -> Self:
        """Return the answer for criteria."""
        return cls(
            rfq_id=value.rfq.id,
            version=value.version,
            landed=value.row is not None and value.row.landed,
            criteria=[CriterionOut.model_validate(one) for one in value.criteria],
            formula=[fill(one.message, one.facts) for one in value.formula],
            assessments=[AssessmentOut.model_validate(one) for one in value.assessments],
        )


class CriterionScoreOut(WireOut):
    """One criterion of one supplier: the value (null: missing), its score and score × weight ÷ 100."""

    key: str
    value: str | None
    score: str
    weighted: str


class ScoredOut(WireOut):
    """One supplier with its scores; ``tied`` tells that only the published tie-break decided its rank."""

    supplier_id: WireUuid
    supplier: str
    rank: int
    tied: bool
    total: str
    scores: list[CriterionScoreOut]


class TurningOut(WireOut):
    """At this weight, ``change`` points from the published one, the lead passes between two suppliers."""

    key: str
    weight: str
    change: str
    below: WireUuid
    above: WireUuid


class ReversalOut(WireOut):
    """Without ``removed`` the others would be led by ``leader`` instead of ``leader_before``."""

    removed: WireUuid
    leader_before: WireUuid
    leader: WireUuid


class ScorecardOut(WireOut):
    """The standing by the published weights, the best first; ``changed`` by the weight asked for."""

    rfq_id: WireUuid
    version: int
    standing: list[ScoredOut]
    changed: list[ScoredOut] | None
    turning_points: list[TurningOut]
    reversals: list[ReversalOut]

    @classmethod
    def of(cls, value: Scorecard) -> Self:
        """Return the answer for a scorecard."""
        return cls(
            rfq_id=value.content.rfq.id,
            version=value.version,
            standing=[_scored(one) for one in value.standing],
            changed=None if value.changed is None else [_scored(one) for one in value.changed],
            turning_points=[
                TurningOut(
                    key=key,
                    weight=format(sourcing.shown(point.weight), "f"),
                    change=format(sourcing.shown(point.change), "f"),
                    below=point.below,
                    above=point.above,
                )
                for key, points in value.turning.items()
                for point in points
            ],
            reversals=[ReversalOut.model_validate(one) for one in value.reversals],
        )


def _scored(one: sourcing.ScoredBid) -> ScoredOut:
    return ScoredOut(
        supplier_id=one.bid.supplier_id,
        supplier=one.bid.supplier,
        rank=one.place.rank,
        tied=one.place.tied,
        total=format(sourcing.shown(one.total), "f"),
        scores=[
            CriterionScoreOut(
                key=part.key,
                value=_value(part.raw),
                score=format(sourcing.shown(part.score), "f"),
                weighted=format(sourcing.shown(part.weighted), "f"),
            )
            for part in one.scores
        ],
    )


def _value(raw: sourcing.Value | None) -> str | None:
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return format(raw, "f")
