"""The comparison matrix: scenarios, what-if picks, lines split over suppliers, and the proposal of an award."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.history import ReadItemPrices
from b2b_market.rfq.commands.requests import Rest
from b2b_market.rfq.documents.saying import Speech
from b2b_market.rfq.pages import matrix, picking, showing
from b2b_market.rfq.pages.landed import Basis
from b2b_market.rfq.pages.picking import Choice
from b2b_market.rfq.service import awarding, comparing, history, landing, scoring
from b2b_market.rfq.states import RFQ_LIFECYCLE, TAKES_QUOTES, AwardStatus
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

LANDED = "landed"
CELLS = 560
ROW_COSTS = 3
"""What a line weighs besides its prices, counted in prices; with CELLS it keeps a page below 250 kB."""
FEWEST_LINES, MOST_LINES = 4, 100
SINGLES = 2
PROBLEMS = 3
REST_OPTIONS = (
    (Rest.NONE.value, N_("No line may stay open"), ""),
    (Rest.LATER.value, N_("Award the rest later"), N_("Suppliers that are not chosen now stay in play.")),
    (Rest.LEAVE.value, N_("Leave the rest unawarded"), N_("Suppliers that are not chosen are told that they lost.")),
)


@router.get("/{rfq_id}/comparison")
def show_comparison(
    rfq_id: WireUuid, call: PageCall, *, scenario: str = picking.BEST, raw: str = "", basis: str = "", start: int = 0
) -> Response:
    """Show the matrix with a scenario's picks; the lines of a long request come in chunks.

    With ``basis`` landed, prices are what the offers cost at the buyer's door.
    """
    shown = _basis(call, rfq_id, basis)
    allocation, refusal = picking.preset(shown.ranking, scenario)
    form = Form(initial={"rest": Rest.NONE.value, "scenario": scenario})
    if refusal is not None:
        form.add_refusal(refusal)
    choice = picking.choice_of(shown.compared, allocation, raw=shown.landed is None)
    return _Page(call, shown, choice, form, raw=bool(raw)).answer(scenario, max(start, 0))


@router.post("/{rfq_id}/what-if")
def what_if(rfq_id: WireUuid, call: PageCall) -> Response:
    """Answer with what the picks in the form come to; nothing is stored."""
    form = Form(call.form())
    shown = _basis(call, rfq_id, form.value("basis"))
    choice = picking.read_choice(shown.compared, form, shown.ranking)
    page = _Page(call, shown, choice, form, raw=form.flag("raw"))
    return call.page("rfq/_award_bar.html", page.bar()) if call.is_fragment else page.answer(picking.MANUAL)


@router.post("/{rfq_id}/split/{line_id}")
def split_line(rfq_id: WireUuid, line_id: WireUuid, call: PageCall) -> Response:
    """Turn the radio buttons of a line into a quantity per supplier, or back; nothing is stored."""
    form = Form(call.form())
    shown = _basis(call, rfq_id, form.value("basis"))
    row = shown.ranking.row(line_id)
    if row is None:
        raise NotFound(line_id=str(line_id))
    choice = picking.toggled(picking.read_choice(shown.compared, form, shown.ranking), shown.compared, line_id)
    page = _Page(call, shown, choice, form, raw=form.flag("raw"))
    if not call.is_fragment:
        return page.answer(picking.MANUAL)
    response = call.page("rfq/_comparison_rows.html", page.rows_context([row], following=None))
    response.headers["HX-Trigger"] = "award-changed"
    return response


@router.post("/{rfq_id}/award")
def propose(rfq_id: WireUuid, call: PageCall) -> Response:
    """Propose the award that the form describes; above the own limit it goes to an approver."""
    call.once()
    form = Form(call.form())
    shown = _basis(call, rfq_id, form.value("basis"))
    choice = picking.read_choice(shown.compared, form, shown.ranking)
    rest = form.choice("rest", Rest, required=True)
    comment = form.text("comment", limit=4000, lines=True) or ""
    version = form.integer("version", required=True)
    if form.ok and rest is not None:
        command = commands.ProposeAward(
            rfq_id=rfq_id, expected_version=version, picks=choice.picks, rest=rest, comment=comment
        )
        try:
            award = awarding.propose_award(call.work, call.actor, command).award
            return call.see(f"/awards/{award.id}", Flash(_said(award.status)))
        except Refusal as refusal:
            call.refuse(refusal)
            picking.add_award_refusal(form, refusal, shown.compared, choice)
    shown = _basis(call, rfq_id, form.value("basis"))
    return _Page(call, shown, choice, form, raw=form.flag("raw")).answer(picking.MANUAL, status=409)


def _said(status: AwardStatus) -> str:
    if status is AwardStatus.APPROVED:
        return N_("The award stands; the suppliers are told.")
    return N_("The award waits for an approver.")


def _basis(call: PageContext, rfq_id: UUID, basis: str) -> Basis:
    """Return what the page compares on; once a part is awarded, of what is still open."""
    if basis == LANDED:
        landed = landing.compare_landed(call.work, call.actor, commands.ReadRfq(rfq_id))
        return Basis(landed.compared, landed)
    return Basis(comparing.compare_standing(call.work, call.actor, commands.ReadRfq(rfq_id)))


class _Page:
    """The comparison page of one call: its parts are asked for alone by htmx."""

    def __init__(self, call: PageContext, basis: Basis, choice: Choice, form: Form, *, raw: bool) -> None:
        self.call = call
        self.basis = basis
        self.compared = basis.compared
        self.choice = choice
        self.form = form
        self.raw = raw and basis.landed is None
        self.query = "&raw=1" if self.raw else "" if basis.landed is None else f"&basis={LANDED}"
        language = showing.language_of(call)
        self.units = dict(reference.unit_names(language.value))
        speech = Speech(language, partial(call.shell.renderer.catalogue.translate, language))
        self.manner = matrix.Manner(self.raw, self.units, speech)

    def bar(self) -> dict[str, object]:
        """Return what the award bar shows."""
        rfq, allocation = self.compared.rfq, self.choice.allocation(self.compared)
        allowed = RFQ_LIFECYCLE.allowed(rfq.status)
        expected = (sourcing.UNDER_AWARD, "nothing-awarded")
        return {
            "rfq": rfq,
            "allocation": allocation,
            "landed_total": self.basis.total_of(allocation),
            "problems": [
                (problem.message, {**problem.facts, "unit": self.units.get(problem.facts.get("unit", ""), "")})
                for problem in allocation.problems
                if problem.code not in expected
            ][:PROBLEMS],
            "wrong": [problems[0] for problems in self.form.errors.values()][:PROBLEMS],
            "can_award": "award" in allowed or "evaluate" in allowed,
            "quoting": rfq.status in TAKES_QUOTES,
            "may_award": awarding.propose_award.allows(self.call.actor),
            "hundred": matrix.HUNDRED,
        }

    def rows_context(self, rows: Sequence[sourcing.Row], following: int | None) -> dict[str, object]:
        """Return what the rows of the matrix show; ``following`` is the place of the first line that is not loaded."""
        comparison = self.basis.ranking
        shown = frozenset(row.need.line_id for row in rows)
        items = history.items_of([line for line in self.compared.lines if line.id in shown])
        wanted = ReadItemPrices(self.compared.rfq.id, self.compared.rfq.currency, items)
        return {
            "rfq": self.compared.rfq,
            "past": history.read_item_prices(self.call.work, self.call.actor, wanted),
            "lines": matrix.lines_of(self.basis, rows, self.choice, self.form, self.manner),
            "targets": comparison.target_total is not None,
            "columns": [column.supplier for column in comparison.columns],
            "following": following,
            "left_over": 0 if following is None else len(comparison.rows) - following,
            "scenario": self.form.value("scenario") or picking.BEST,
            "raw": self.raw,
            "landed": self.basis.landed,
            "basis_query": self.query,
        }

    def answer(self, scenario: str, start: int = 0, *, status: int = 200) -> Response:
        """Return the page, or its next lines where htmx asks for them."""
        comparison = self.basis.ranking
        chunk = max(FEWEST_LINES, min(MOST_LINES, CELLS // (len(comparison.columns) + ROW_COSTS)))
        following = start + chunk if start + chunk < len(comparison.rows) else None
        context = self.rows_context(comparison.rows[start : start + chunk], following)
        if start and self.call.is_fragment:
            return self.call.page("rfq/_comparison_rows.html", context)
        rfq = self.compared.rfq
        awards = awarding.list_awards(self.call.work, self.call.actor, commands.ReadRfq(rfq.id))
        context |= self.bar() | {
            "comparison": comparison,
            "heads": matrix.heads_of(self.basis.shown, raw=self.raw),
            "missing": self.basis.missing(),
            "scored": comparison.common_lines > 0
            and scoring.tell_scorable(self.call.work, self.call.actor, commands.ReadRfq(rfq.id)),
            "unconfirmed": list(showing.company_names(self.call, self.compared.unconfirmed).values())
            if self.compared.unconfirmed
            else [],
            "first": start,
            "current": scenario,
            "scenarios": _scenarios(comparison),
            "form": self.form,
            "badges": showing.RFQ_BADGES,
            "path": showing.path_of(rfq.status),
            "pending": next((award for award in awards if award.status is AwardStatus.PENDING_APPROVAL), None),
            "rest_options": REST_OPTIONS,
            "idempotency_key": str(uuid4()),
        }
        for row in comparison.rows:
            self.form.labels.setdefault(picking.pick_field(row.need.line_id), f"{row.need.number} {row.need.item}")
        return self.call.page("rfq/comparison.html", context, status=status)


def _scenarios(comparison: sourcing.Comparison) -> Sequence[tuple[str, str, dict[str, str]]]:
    """Return the scenarios worth a button: key, message id, facts. Singles cover most, the cheapest first."""
    found: list[tuple[str, str, dict[str, str]]] = [(picking.BEST, N_("Best per line"), {})]
    compared = sorted(
        (column for column in comparison.columns if column.covered),
        key=lambda column: (-column.covered, column.converted_total.amount),
    )
    found += [
        (f"{picking.MOST}{most}", N_("At most {n} suppliers"), {"n": str(most)})
        for most in (2, 3)
        if most < len(compared)
    ]
    found += [
        (str(column.supplier_id), N_("All to {name}"), {"name": column.supplier}) for column in compared[:SINGLES]
    ]
    return found
