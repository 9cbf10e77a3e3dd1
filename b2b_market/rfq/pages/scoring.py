"""Weighted criteria: written with a draft, shown to suppliers as published, scored and questioned by the buyer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.commands.scoring import ScoreQuotes
from b2b_market.rfq.pages import answers_form, scoring_form
from b2b_market.rfq.rules.answers import asked_of_suppliers
from b2b_market.rfq.rules.scoring import NoCriteria, assessed
from b2b_market.rfq.service import scoring
from b2b_market.rfq.service.landing import FINISHED
from b2b_market.rfq.service.scoring import CriteriaContent, Scorecard
from b2b_market.rfq.states import RfqStatus
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

EMPTY_ROWS: Final = 2
CENT: Final = Decimal("0.01")
STEPS: Final = (-20, -10, 10, 20)


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One supplier's row: the values and points by criterion, the total and the rank."""

    supplier: str
    rank: str
    first: bool
    total: str
    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TurningView:
    """Who leads from which weight of a criterion on: ``more`` tells the direction of the change."""

    criterion: str
    points: str
    more: bool
    weight: str
    leader: str


@router.get("/{rfq_id}/criteria")
def show_criteria(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show what a request is judged by; a draft's criteria are written here."""
    return _criteria(call, rfq_id, None)


@router.post("/{rfq_id}/criteria")
def set_criteria(rfq_id: WireUuid, call: PageCall) -> Response:
    """Replace the criteria of a draft."""
    scoring.set_criteria.admit(call.actor)
    form = Form(call.form())
    command, rows = scoring_form.read_criteria(form, rfq_id)
    if command is not None:
        try:
            scoring.set_criteria(call.work, call.actor, command)
            return call.see(f"/rfqs/{rfq_id}/criteria", Flash(N_("The criteria are saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            scoring_form.add_refusal(form, refusal, rows)
    return _criteria(call, rfq_id, form, status=422)


@router.get("/{rfq_id}/scores")
def show_scores(rfq_id: WireUuid, call: PageCall, key: str = "", weight: int | None = None) -> Response:
    """Show the standing by the published weights, how firm it is, and as if a criterion weighed something else.

    Where nothing can be scored, the page says what is missing.
    """
    try:
        return _scores(call, ScoreQuotes(rfq_id, key, None if weight is None else Decimal(weight)), None)
    except (NoCriteria, sourcing.NothingInCommon) as refusal:
        call.refuse(refusal)
        content = scoring.read_criteria(call.work, call.actor, ReadRfq(rfq_id))
        return call.page("rfq/unscored.html", {"rfq": content.rfq, "refusal": refusal}, status=409)


@router.post("/{rfq_id}/assessments")
def assess(rfq_id: WireUuid, call: PageCall) -> Response:
    """Replace what was found of the suppliers under the buyer's own criteria."""
    scoring.assess_quotes.admit(call.actor)
    form = Form(call.form())
    card = scoring.score_quotes(call.work, call.actor, ScoreQuotes(rfq_id))
    suppliers = [column.supplier_id for column in card.landed.compared.comparison.columns]
    command, fields = scoring_form.read_assessments(form, rfq_id, suppliers, [one.key for one in _own(card.content)])
    if form.ok:
        try:
            scoring.assess_quotes(call.work, call.actor, command)
            return call.see(f"/rfqs/{rfq_id}/scores", Flash(N_("The assessment is saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            form.add_advice("", refusal)
            for error in refusal.errors:
                form.add_error(fields[int(error.pointer.split("/")[2])], error.detail)
    return _scores(call, ScoreQuotes(rfq_id), form, status=422)


def _criteria(call: PageContext, rfq_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    content = scoring.read_criteria(call.work, call.actor, ReadRfq(rfq_id))
    own = content.rfq.buyer_id in call.actor.org_ids
    writes = own and content.rfq.status is RfqStatus.DRAFT and scoring.set_criteria.allows(call.actor)
    form = form or Form(initial=scoring_form.initial(content))
    rows = form.rows("criteria") or tuple(range(len(content.criteria)))
    last = max(rows, default=-1)
    context = {
        "rfq": content.rfq,
        "own": own,
        "writes": writes,
        "version": content.version,
        "landed": content.row is not None and content.row.landed,
        "formula": content.formula,
        "form": form,
        "rows": (*rows, *range(last + 1, last + 1 + EMPTY_ROWS)),
        "kinds": scoring_form.KINDS,
        "formulas": scoring_form.FORMULAS,
        "answered": scoring_form.ANSWERED,
        "asked": asked_of_suppliers(content.criteria),
    }
    return call.page("rfq/criteria.html", context, status=status)


def _scores(call: PageContext, command: ScoreQuotes, form: Form | None, *, status: int = 200) -> Response:
    card = scoring.score_quotes(call.work, call.actor, command)
    content, rfq = card.content, card.content.rfq
    columns = card.landed.compared.comparison.columns
    names = {column.supplier_id: column.supplier for column in columns}
    own = _own(content)
    if form is None:
        found = {scoring_form.assessment_field(one.supplier_id, one.key): one.value for one in content.assessments}
        form = Form(initial=dict(found))
    context = {
        "rfq": rfq,
        "landed": content.row is not None and content.row.landed,
        "criteria": content.criteria,
        "version": content.version,
        "formula": content.formula,
        "standing": [_view(one) for one in card.standing],
        "changed": None if card.changed is None else [_view(one) for one in card.changed],
        "asked": next((one for one in content.criteria if one.key == command.key), None),
        "weight": command.weight,
        "steps": _steps(content.criteria),
        "turning": _turning(card, names),
        "reversals": [(names[one.removed], names[one.leader]) for one in card.reversals],
        "own": own,
        "columns": columns,
        "words": {
            (supplier_id, answer["key"]): (quote.id, answer)
            for supplier_id, quote in card.landed.compared.quotes.items()
            for answer in quote.answers
            if answer["answered"] == sourcing.Answered.WORDS
        },
        "field": scoring_form.assessment_field,
        "answers": {one.key: answers_form.options_of(one) for one in own},
        "may_assess": bool(own) and scoring.assess_quotes.allows(call.actor) and rfq.status not in FINISHED,
        "form": form,
    }
    return call.page("rfq/scores.html", context, status=status)


def _own(content: CriteriaContent) -> Sequence[sourcing.Criterion]:
    return [one for one in content.criteria if assessed(one)]


def _steps(criteria: Sequence[sourcing.Criterion]) -> Sequence[tuple[sourcing.Criterion, Sequence[tuple[int, int]]]]:
    """Return by criterion the changes worth a link: points more or less, and the weight that makes."""
    if len(criteria) == 1:
        return ()
    return [
        (one, [(step, int(one.weight) + step) for step in STEPS if 0 <= int(one.weight) + step <= 100])  # noqa: PLR2004
        for one in criteria
    ]


def _turning(card: Scorecard, names: Mapping[UUID, str]) -> Sequence[TurningView]:
    known = {one.key: one for one in card.content.criteria}
    found = []
    for key, points in card.turning.items():
        for point in points[:2]:
            more = point.change > 0
            change = abs(sourcing.shown(point.change))
            leader = names[point.above if more else point.below]
            weight = fmt.number(sourcing.shown(point.weight))
            found.append(TurningView(known[key].name, fmt.number(change), more, weight, leader))
    return found


def _view(one: sourcing.ScoredBid) -> ScoreView:
    return ScoreView(
        supplier=one.bid.supplier,
        rank=f"{one.place.rank}{'=' if one.place.tied else ''}",
        first=one.place.rank == 1,
        total=fmt.number(sourcing.shown(one.total), 2),
        parts=[(_raw(part.raw), fmt.number(sourcing.shown(part.weighted), 2)) for part in one.scores],
    )


def _raw(raw: sourcing.Value | None) -> str:
    if raw is None:
        return fmt.NONE
    if isinstance(raw, bool):
        return N_("Yes") if raw else N_("No")
    if isinstance(raw, str):
        return raw
    shown = raw.quantize(CENT)
    return fmt.number(raw if raw == shown else shown)
