"""Supplementary draws on the committee's page."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.tendering.commands.supplements import DrawSupplement, NameSupplement
from b2b_market.tendering.pages.committee import LONGEST, committee_page, people_in
from b2b_market.tendering.service import supplementing
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.post("/tenders/{tender_id}/committee/supplement")
def name_supplement(tender_id: WireUuid, call: PageCall) -> Response:
    """Name more people: one mail address per line, experts with a star."""
    supplementing.name_supplement.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    people = people_in(form.text("people", required=True, limit=LONGEST, lines=True) or "")
    if form.ok:
        with call.attempt(form, unless=NotFound):
            supplementing.name_supplement(call.work, call.actor, NameSupplement(tender_id, expected, people))
            said = Flash(N_("Named, and a fresh seed committed to. An approver gives the word for the draw."))
            return call.see(f"/tenders/{tender_id}/committee", said)
    return committee_page(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/committee/supplement/draw")
def draw_supplement(tender_id: WireUuid, call: PageCall) -> Response:
    """Draw the empty seats."""
    supplementing.draw_supplement.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    word = form.text("word", required=True, limit=200)
    if form.ok and word is not None:
        with call.attempt(form, unless=NotFound):
            supplementing.draw_supplement(call.work, call.actor, DrawSupplement(tender_id, expected, word))
            return call.see(
                f"/tenders/{tender_id}/committee", Flash(N_("Drawn. The new members are asked to declare."))
            )
    return committee_page(call, tender_id, form, status=409)
