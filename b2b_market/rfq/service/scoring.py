"""Weighted criteria: published with a request, frozen with it, and scored with their sensitivity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.commands.scoring import ScoreQuotes, SetAssessments, SetCriteria
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.models.scoring import (
    ASSESSMENT_COLUMNS,
    CRITERIA,
    Assessment,
    CriterionRow,
    Scoring,
)
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import scoring as queries
from b2b_market.rfq.rules import scoring as rules
from b2b_market.rfq.rules.answers import asked_of_suppliers, require_askable
from b2b_market.rfq.service.landing import LandedComparison, compare_landed, require_undecided
from b2b_market.rfq.states import RfqStatus
from b2b_market.sourcing import public as sourcing


@dataclass(frozen=True, slots=True)
class CriteriaContent:
    """What a request is judged by, in words as well; ``row`` is None where it has no criteria, which is version 0.

    ``assessments`` are there for the buyer alone.
    """

    rfq: Rfq
    row: Scoring | None
    criteria: tuple[sourcing.Criterion, ...]
    assessments: Sequence[Assessment]

    @property
    def version(self) -> int:
        """The version of the criteria, which their ETag shows."""
        return 0 if self.row is None else self.row.version

    @property
    def formula(self) -> tuple[sourcing.Sentence, ...]:
        """The scoring rule in plain language, complete enough to check by hand."""
        return sourcing.published(self.criteria) if self.criteria else ()


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every compared supplier's scores, the best first, and how firm that is.

    ``standing`` is by the published weights, ``changed`` as asked for (None where nothing was asked).
    """

    content: CriteriaContent
    landed: LandedComparison
    standing: tuple[sourcing.ScoredBid, ...]
    changed: tuple[sourcing.ScoredBid, ...] | None
    turning: Mapping[str, tuple[sourcing.TurningPoint, ...]]
    reversals: tuple[sourcing.Reversal, ...]

    @property
    def version(self) -> int:
        """The version of the criteria, which their ETag shows."""
        return self.content.version


@operation(RfqPermission.READ)
def read_criteria(work: Work, scope: Scope, command: ReadRfq) -> CriteriaContent:
    """Return what a visible request is judged by, with its published formula."""
    return _content(work, scope, request_queries.party_rfq(work.session, scope, command.rfq_id))


@operation(RfqPermission.COMPARE)
def tell_scorable(work: Work, scope: Scope, command: ReadRfq) -> bool:
    """Tell whether ``score_quotes`` has criteria to score an own request by."""
    return queries.has_criteria(work.session, scope, command.rfq_id)


@operation(RfqPermission.DRAFT)
def set_criteria(work: Work, scope: Scope, command: SetCriteria) -> CriteriaContent:
    """Replace the criteria of a draft; CriteriaFrozen once it was submitted or published."""
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    if rfq.status is not RfqStatus.DRAFT:
        raise rules.CriteriaFrozen
    row = _expected(work, scope, rfq, command.expected_version)
    if command.criteria:
        sourcing.require_criteria(command.criteria)
        require_askable(command.criteria)
    if row is None:
        row = Scoring(id=new_id(), created_at=work.now(), rfq_id=rfq.id, buyer_id=rfq.buyer_id)
        row.assessments_digest = lines_digest(())
        work.session.add(row)
    else:
        queries.drop_criteria(work.session, scope, row.id)
    rows = [_criterion_row(row, position, one) for position, one in enumerate(command.criteria, start=1)]
    row.editor_id, row.changed_at, row.landed = scope.user_id, work.now(), command.landed
    row.lines_digest = lines_digest(CRITERIA.content(one) for one in rows)
    work.record("rfq_scoring.set", row)
    asked = len(asked_of_suppliers(command.criteria))
    if asked != rfq.asked_answers:
        rfq.asked_answers = asked
        work.touch(rfq)
        work.record("rfq.answers_asked", rfq)
    insert_rows(work.session, CriterionRow, rows)
    work.session.flush()
    return _content(work, scope, rfq)


@operation(RfqPermission.EVALUATE)
def assess_quotes(work: Work, scope: Scope, command: SetAssessments) -> CriteriaContent:
    """Replace what was found of the suppliers under the buyer's own criteria, while nothing is awarded."""
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    require_undecided(rfq, "assess")
    row = queries.find_scoring(work.session, scope, rfq.id)
    if row is None:
        raise rules.NoCriteria
    work.expect_version(row, command.expected_version)
    criteria = {one.key: one for one in criteria_from(queries.criteria_of(work.session, scope, row.id))}
    quotes = quote_queries.opened_quotes(work.session, scope, rfq.id)
    rules.require_assessments(criteria, frozenset(quote.supplier_id for quote in quotes), command.assessments)
    queries.drop_assessments(work.session, scope, row.id)
    rows = [
        {
            "scoring_id": row.id,
            "position": position,
            "buyer_id": row.buyer_id,
            "supplier_id": one.supplier_id,
            "key": one.key,
            "value": one.value.strip(),
            "reason": one.reason.strip(),
        }
        for position, one in enumerate(command.assessments, start=1)
    ]
    row.editor_id, row.changed_at = scope.user_id, work.now()
    row.assessments_digest = lines_digest({name: one[name] for name in ASSESSMENT_COLUMNS} for one in rows)
    work.record("rfq_scoring.assessed", row)
    insert_rows(work.session, Assessment, rows)
    work.session.flush()
    return _content(work, scope, rfq)


@operation(RfqPermission.COMPARE)
def score_quotes(work: Work, scope: Scope, command: ScoreQuotes) -> Scorecard:
    """Score the visible quotations of an own request by its published criteria, with their sensitivity.

    Refuses with NoCriteria, and with NothingInCommon where no line is quoted by all.
    """
    landed = compare_landed(work, scope.actor, ReadRfq(command.rfq_id))
    content = _content(work, scope, landed.compared.rfq)
    if content.row is None or not content.criteria:
        raise rules.NoCriteria
    ranking = landed.comparison if content.row.landed else landed.compared.comparison
    bids = sourcing.bids_of(ranking, _values(content, landed))
    criteria = content.criteria
    changed = None
    if command.weight is not None and len(criteria) > 1 and any(one.key == command.key for one in criteria):
        weight = min(max(command.weight, Decimal(0)), Decimal(100))
        changed = sourcing.score_if(criteria, bids, command.key, Fraction(weight))
    return Scorecard(
        content=content,
        landed=landed,
        standing=sourcing.score(criteria, bids),
        changed=changed,
        turning={one.key: sourcing.turning_points(criteria, bids, one.key) for one in criteria},
        reversals=sourcing.rank_reversals(criteria, bids),
    )


def _values(content: CriteriaContent, landed: LandedComparison) -> dict[UUID, dict[str, sourcing.Value]]:
    """Return by supplier when it is paid, and what was found of it; a value that says nothing is left out."""
    by_key = {one.key: one for one in content.criteria}
    found: dict[UUID, dict[str, sourcing.Value]] = {}
    for column in landed.compared.comparison.columns:
        delivery = landed.deliveries[column.supplier_id]
        found[column.supplier_id] = {rules.PAYMENT: rules.payment_days(delivery, column.longest_lead_days)}
    for supplier_id, quote in landed.compared.quotes.items():
        for answer in quote.answers:
            own = by_key.get(answer["key"])
            said = None if own is None or own.answered is not sourcing.Answered.SUPPLIER else answer["value"]
            value = None if own is None or said is None else rules.read_value(own, said)
            if value is not None and supplier_id in found:
                found[supplier_id][answer["key"]] = value
    for entry in content.assessments:
        value = rules.read_value(by_key[entry.key], entry.value) if entry.key in by_key else None
        if value is not None and entry.supplier_id in found:
            found[entry.supplier_id][entry.key] = value
    return found


def _expected(work: Work, scope: Scope, rfq: Rfq, expected: int | None) -> Scoring | None:
    row = queries.find_scoring(work.session, scope, rfq.id)
    work.expect_version_if_any(row, expected)
    return row


def _content(work: Work, scope: Scope, rfq: Rfq) -> CriteriaContent:
    row = queries.find_scoring(work.session, scope, rfq.id)
    if row is None:
        return CriteriaContent(rfq, None, (), ())
    criteria = criteria_from(queries.criteria_of(work.session, scope, row.id))
    return CriteriaContent(rfq, row, criteria, queries.assessments_of(work.session, scope, row.id))


def criteria_from(rows: Sequence[CriterionRow]) -> tuple[sourcing.Criterion, ...]:
    """Return stored criteria as they are scored by."""
    return tuple(
        sourcing.Criterion(
            key=row.key,
            name=row.name,
            weight=_plain(row.weight),
            formula=row.formula,
            maximum=_plain(row.maximum),
            worst=_plain(row.worst),
            best=_plain(row.best),
            points={answer: Decimal(points) for answer, points in row.points},
            answered=row.answered,
            required=row.required,
        )
        for row in rows
    )


def _plain(value: Decimal) -> Decimal:
    """Return a number without the zeros that a column adds."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _criterion_row(row: Scoring, position: int, one: sourcing.Criterion) -> dict[str, object]:
    return {
        "scoring_id": row.id,
        "position": position,
        "rfq_id": row.rfq_id,
        "buyer_id": row.buyer_id,
        "key": one.key,
        "name": one.name,
        "weight": one.weight,
        "formula": one.formula.value,
        "maximum": one.maximum,
        "worst": one.worst,
        "best": one.best,
        "points": [[answer, format(points, "f")] for answer, points in one.points.items()],
        "answered": one.answered.value,
        "required": one.required,
    }
