"""Going on with fewer companies in talks: the buyer's scores and proposals, leaving, and saving the letter."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import reducing as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.pages import showing
from b2b_market.tendering.pages import talks as talk_pages
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.reducing import award_criteria
from b2b_market.tendering.service import departing, reducing, talking
from b2b_market.tendering.service.reducing import ReductionView
from b2b_market.tendering.states.reducing import ReductionStatus
from b2b_market.tendering.states.tenders import TALKING
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

REDUCTION_BADGES: Final[Mapping[ReductionStatus, Badge]] = MappingProxyType(
    {
        ReductionStatus.PROPOSED: Badge(N_("Waits for another person"), "violet"),
        ReductionStatus.CONFIRMED: Badge(N_("Confirmed"), "ok"),
        ReductionStatus.DISMISSED: Badge(N_("Dismissed"), "neutral"),
    }
)


@router.get("/tenders/{tender_id}/talks/reduction")
def show_reduction(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the buyer's proposals to go on with fewer companies, and the form for one."""
    reducing.list_reductions.admit(call.signed_in())
    return _page(call, tender_id, Form())


@router.post("/tenders/{tender_id}/talks/reduction")
def propose(tender_id: WireUuid, call: PageCall) -> Response:
    """Keep a proposal, or show what is wrong with it."""
    reducing.propose_reduction.admit(call.actor)
    form = Form(call.form())
    found = talking.read_talks(call.work, call.actor, ReadTender(tender_id))
    expected = form.integer("version", required=True)
    places = award_criteria(found.tender.criteria)
    scores = tuple(_company(form, one, list(places)) for one in found.participants)
    dropped = tuple(one for one in found.participants if form.flag(f"drop-{one}"))
    reason = form.text("reason", limit=4000, lines=True) or ""
    if form.ok:
        command = commands.ProposeReduction(
            tender_id=tender_id, expected_version=expected, scores=scores, dropped_ids=dropped, reason=reason
        )
        with call.attempt(form):
            reducing.propose_reduction(call.work, call.actor, command)
            said = Flash(N_("Proposed. Another person confirms or dismisses it."))
            return call.see(f"/tenders/{tender_id}/talks/reduction", said)
    return _page(call, tender_id, form, status=422)


@router.post("/tender-reductions/{reduction_id}/confirm")
def confirm(reduction_id: WireUuid, call: PageCall) -> Response:
    """Go on without the companies."""
    reducing.confirm_reduction.admit(call.actor)
    said = N_("Confirmed. Those who were dropped have their letters.")
    return _decided(call, reduction_id, reducing.confirm_reduction, said)


@router.post("/tender-reductions/{reduction_id}/dismiss")
def dismiss(reduction_id: WireUuid, call: PageCall) -> Response:
    """Let everybody go on."""
    reducing.dismiss_reduction.admit(call.actor)
    return _decided(call, reduction_id, reducing.dismiss_reduction, N_("Dismissed. Everybody goes on."))


@router.post("/tenders/{tender_id}/talks/leave")
def leave(tender_id: WireUuid, call: PageCall) -> Response:
    """Leave the talks."""
    departing.leave_talks.admit(call.actor)
    form = Form(call.form())
    why = form.text("reason_leave", limit=4000, lines=True) or ""
    with call.attempt(form):
        departing.leave_talks(call.work, call.actor, commands.LeaveTalks(tender_id, why))
        return call.see(f"/tenders/{tender_id}/talks", Flash(N_("You have left these talks. The buyer is told.")))
    return talk_pages.page_of(call, tender_id, form, status=409)


@router.get("/tender-departures/{departure_id}/letter.pdf")
def print_letter(departure_id: WireUuid, request: Request) -> Response:
    """Save the letter as PDF."""
    command = commands.ReadDeparture(departure_id)
    return saved(departing.take_departure_letter(page_opener(request), command, PaperFormat.PDF))


@router.get("/tender-departures/{departure_id}/letter.docx")
def write_letter(departure_id: WireUuid, request: Request) -> Response:
    """Save the letter as DOCX."""
    command = commands.ReadDeparture(departure_id)
    return saved(departing.take_departure_letter(page_opener(request), command, PaperFormat.DOCX))


def _company(form: Form, supplier_id: UUID, places: Sequence[int]) -> commands.CompanyScores:
    """Return a company's scores as typed; a criterion that says nothing yet is left empty for all."""
    found = {place: form.decimal(f"score-{supplier_id}-{place}", places=2) for place in places}
    scores = (commands.CriterionScore(place, Decimal(score)) for place, score in found.items() if score is not None)
    return commands.CompanyScores(supplier_id, tuple(scores))


def _decided(
    call: PageContext, reduction_id: UUID, run: Operation[commands.DecideReduction, ReductionView], said: str
) -> Response:
    form = Form(call.form())
    known = commands.DecideReduction(reduction_id, None)
    tender_id = reducing.tender_of_reduction(call.work, call.actor, known)
    expected = form.integer("version", required=True)
    remark = form.text("remark", limit=4000, lines=True) or ""
    with call.attempt(form):
        run(call.work, call.actor, commands.DecideReduction(reduction_id, expected, remark))
        return call.see(f"/tenders/{tender_id}/talks/reduction", Flash(said))
    return _page(call, tender_id, form, status=409)


def _page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    reductions = reducing.list_reductions(call.work, call.actor, ReadTender(tender_id))
    found = talking.read_talks(call.work, call.actor, ReadTender(tender_id))
    tender, actor = found.tender, call.actor
    talks = read_procedure(tender.values).talks
    least = talks.least_left if talks is not None else None
    waiting = any(one.reduction.status is ReductionStatus.PROPOSED for one in reductions)
    goes_on = tender.status in TALKING
    may = reducing.propose_reduction.allows(actor) and actor.user_id != tender.approver_id
    named = {UUID(one["supplier"]) for view in reductions for one in view.reduction.scores}
    context = {
        "form": form,
        "tender": tender,
        "reductions": reductions,
        "participants": found.participants,
        "missing": found.missing,
        "least": least,
        "criteria": award_criteria(tender.criteria),
        "companies": showing.company_names(call, {*found.participants, *named}),
        "proposes": may and goes_on and not waiting and least is not None,
        "decides": goes_on and reducing.confirm_reduction.allows(actor),
        "user_id": actor.user_id,
        "uuid": UUID,
        "shown": shown_score,
        "badges": showing.TENDER_BADGES,
        "reduction_badges": REDUCTION_BADGES,
    }
    return call.page("tendering/reduction.html", context, status=status)
