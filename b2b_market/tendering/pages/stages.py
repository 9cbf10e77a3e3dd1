"""The technical result of a tender of two envelopes: for its buyer, its bidders and, where it is public, everybody."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.pages import board as board_pages
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.naming import named
from b2b_market.tendering.service import board, drafting, evaluating, staging
from b2b_market.tendering.states.stages import StageStatus, TechnicalOutcome
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

OUTCOMES: Final[Mapping[TechnicalOutcome, Badge]] = MappingProxyType(
    {
        TechnicalOutcome.PASSED: Badge(N_("Passed"), "ok"),
        TechnicalOutcome.BELOW_LEAST: Badge(N_("Below the least score"), "bad"),
        TechnicalOutcome.DISQUALIFIED: Badge(N_("Disqualified"), "bad"),
        TechnicalOutcome.UNREADABLE: Badge(N_("Could not be read"), "bad"),
    }
)
STAGES: Final[Mapping[StageStatus, Badge]] = MappingProxyType(
    {
        StageStatus.LOCKED: Badge(N_("Prices still sealed"), "info"),
        StageStatus.OPENED: Badge(N_("Prices opened"), "brand"),
        StageStatus.COMPARED: Badge(N_("Prices compared"), "ok"),
    }
)


@router.get("/tenders/{tender_id}/technical-result")
def show_technical(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the technical result as far as the reader may see it."""
    staging.read_technical.admit(call.signed_in())
    found = staging.read_technical(call.work, call.actor, ReadTender(tender_id))
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    context = {
        **_shown(call, found),
        "number": content.tender.number,
        "title": content.tender.title,
        "at": f"/tenders/{tender_id}",
        "lots": {lot.id: lot.title for lot in content.lots},
        "record": f"/api/v1/tenders/{tender_id}/technical-result",
    }
    return call.page("tendering/technical.html", context)


@router.get("/tender-board/{tender_id}/technical-result")
def show_public_technical(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the technical result of a public tender; nobody needs to sign in."""
    found = staging.read_public_technical(call.work, call.actor, ReadTender(tender_id))
    notice = board.read_board(call.work, call.actor, ReadTender(tender_id))
    context = {
        **_shown(call, found),
        "number": notice.number,
        "title": notice.title,
        "at": f"/tender-board/{tender_id}",
        "lots": {UUID(lot["id"]): lot["title"] for lot in notice.document["lots"]},
        "record": f"/api/v1/tender-board/{tender_id}/technical-result",
    }
    return call.page("tendering/technical.html", context)


@router.post("/tenders/{tender_id}/technical-result")
def lock_technical(tender_id: WireUuid, call: PageCall) -> Response:
    """Sign off the technical result."""
    staging.lock_technical.admit(call.actor)
    said = N_("Signed off. The key officers are asked for the prices of the bids that passed.")
    return _step(call, tender_id, said, lambda step: staging.lock_technical(call.work, call.actor, step))


@router.post("/tenders/{tender_id}/price-comparison")
def compare_prices(tender_id: WireUuid, call: PageCall) -> Response:
    """Compare the opened prices."""
    staging.compare_prices.admit(call.actor)
    said = N_("Compared. The best bid of each lot has its turn.")
    return _step(call, tender_id, said, lambda step: staging.compare_prices(call.work, call.actor, step))


def _step(call: PageContext, tender_id: UUID, said: str, run: Callable[[StepTender], object]) -> Response:
    form = Form(call.form())
    expected = form.integer("version", required=True)
    at = f"/tenders/{tender_id}/evaluation"
    try:
        run(StepTender(tender_id, expected))
        return call.see(at, Flash(said))
    except Refusal as refusal:
        call.refuse(refusal)
        evaluating.read_evaluation(call.work, call.actor, ReadTender(tender_id))  # another company's is not there
        return call.see(at, Flash(refusal.title, "bad"))


def _shown(call: PageContext, found: staging.TechnicalView) -> dict[str, object]:
    scores = {one.bid_id: shown_score(None if one.score is None else Fraction(one.score)) for one in found.results}
    bidders = {one.bid_id: named(one.bidder, one.bidder_names, board_pages.tongue(call)) for one in found.results}
    return {"found": found, "scores": scores, "bidders": bidders, "outcomes": OUTCOMES, "stages": STAGES}
