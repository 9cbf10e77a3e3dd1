"""Lost keys on pages: the buyer declares them lost on the opening's page, bidders reveal on the page of their bids."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.tendering.commands.reveals import RevealBid
from b2b_market.tendering.commands.tenders import ReasonedTender
from b2b_market.tendering.pages import bidding
from b2b_market.tendering.schemas.files import read_file
from b2b_market.tendering.service import revealing
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.post("/tenders/{tender_id}/keys-lost")
def declare_keys_lost(tender_id: WireUuid, call: PageCall) -> Response:
    """Declare that the officers' keys are lost."""
    revealing.declare_keys_lost.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    reason = form.text("reason_keys", required=True, limit=4000, lines=True)
    if form.ok and reason is not None:
        with call.attempt(form, unless=NotFound):
            revealing.declare_keys_lost(call.work, call.actor, ReasonedTender(tender_id, expected, reason))
            said = Flash(N_("Declared. Every bidder is asked to reveal."), "warn")
            return call.see(f"/tenders/{tender_id}/opening", said)
    return bidding.opening_page(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/reveals")
def reveal_bid(tender_id: WireUuid, call: PageCall) -> Response:
    """Reveal an own bid."""
    revealing.reveal_bid.admit(call.actor)
    form = Form(call.form())
    file = form.file("file", required=True)
    if file is not None:
        with call.attempt(form, unless=NotFound):
            revealing.reveal_bid(call.work, call.actor, RevealBid(tender_id, read_file(file)))
            said = Flash(N_("Revealed. Nobody reads it before the time is over."))
            return call.see(f"/tenders/{tender_id}/bid", said)
    return bidding.own_bids_page(call, tender_id, form, status=422)
