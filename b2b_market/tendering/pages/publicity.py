"""The published candidates of a tender: for its readers, for everybody where it is public, and publishing them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands.publicity import PublishCandidates
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing
from b2b_market.tendering.pages.board import tongue
from b2b_market.tendering.rules.naming import named
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.publicity import candidates
from b2b_market.tendering.service import board, complaining, drafting, publicity
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement
from b2b_market.tendering.states.publicity import PublicityStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

BADGES: Final[Mapping[PublicityStatus, Badge]] = MappingProxyType(
    {
        PublicityStatus.RUNNING: Badge(N_("Open to objections"), "warn"),
        PublicityStatus.OVER: Badge(N_("Publicity over"), "ok"),
        PublicityStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
    }
)


@router.get("/tenders/{tender_id}/candidates")
def show_candidates(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the published candidates of a tender to everybody who reads it."""
    call.signed_in()
    found = publicity.list_candidates(call.work, call.actor, ReadTender(tender_id))
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    buys = found.tender.buyer_id in call.actor.org_ids
    context = {
        "tender": found.tender,
        "terms": found.terms,
        "published": found.published,
        "lots": {str(lot.id): f"{lot.position} {lot.title}" for lot in content.lots},
        "buys": buys,
        "objects": not buys and complaining.draft_complaint.allows(call.actor),
        "money": _money,
        "name_of": _naming(call),
        "badges": BADGES,
        "tender_badges": showing.TENDER_BADGES,
    }
    return call.page("tendering/candidates.html", context)


@router.post("/tender-lots/{lot_id}/candidates")
def publish(lot_id: WireUuid, call: PageCall) -> Response:
    """Publish the candidates of a judged lot."""
    publicity.publish_candidates.admit(call.actor)
    form = Form(call.form())
    tender_id = publicity.tender_of_judged_lot(call.work, call.actor, PublishCandidates(lot_id, None))
    expected = form.integer("version", required=True)
    try:
        publicity.publish_candidates(call.work, call.actor, PublishCandidates(lot_id, expected))
        return call.see(f"/tenders/{tender_id}/candidates", Flash(N_("Published. Bidders may object.")))
    except Refusal as refusal:
        call.refuse(refusal)
        return call.see(f"/tenders/{tender_id}/evaluation", Flash(refusal.title, "bad"))


@router.get("/tender-board/{tender_id}/candidates")
def show_public_candidates(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the published candidates of a public tender; nobody needs to sign in."""
    notice = board.read_board(call.work, call.actor, ReadTender(tender_id))
    context = {
        "published": publicity.list_public_candidates(call.work, call.actor, ReadTender(tender_id)),
        "notice": notice,
        "lots": {lot["id"]: f"{lot['position']} {lot['title']}" for lot in notice.document["lots"]},
        "money": _money,
        "name_of": _naming(call),
        "badges": BADGES,
    }
    return call.page("tendering/candidates_public.html", context)


def standing_candidates(call: PageContext, found: Judgement, lot: JudgedLot) -> dict[str, object]:
    """Return the lot's ranking as it is published, none where none stands, and whether it has changed since."""
    terms = read_procedure(found.tender.values).publicity
    if terms is None:
        return {"ranking": None, "ranking_new": False}
    published = publicity.list_candidates(call.work, call.actor, ReadTender(found.tender.id)).published
    standing = [one for one in published if one.lot_id == lot.lot.id and one.status is not PublicityStatus.WITHDRAWN]
    ranking = next(iter(standing), None)
    now = [str(one.bid_id) for one in candidates(lot.standing, terms)]
    known = [one["bid"] for one in ranking.candidates] if ranking is not None else []
    return {"ranking": ranking, "ranking_new": now != known}


def _naming(call: PageContext) -> Callable[[Mapping[str, Any]], str]:
    """Return what names a candidate in the reader's language."""
    return lambda row: named(row["name"], row.get("names", {}), tongue(call))


def _money(total: Mapping[str, str] | None) -> Money | None:
    return None if total is None else Money(Decimal(total["amount"]), Currency(total["currency"]))
