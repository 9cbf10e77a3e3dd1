"""How the supplier stands: a card of its request's and its quotation's page that asks again by itself."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.documents.differences import DISCLOSED
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service import standing
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import TAKES_QUOTES, Disclosure

router = APIRouter(prefix="/rfqs", route_class=PageRoute)


@router.get("/{rfq_id}/standing")
def show_standing(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show the card alone to its own refresh; everybody else goes to the request."""
    call.signed_in()
    content = drafts.read_rfq(call.work, call.actor, ReadRfq(rfq_id))
    if not call.is_fragment:
        return call.see(f"/rfqs/{rfq_id}")
    return call.page("rfq/_standing.html", {"rfq": content.rfq, **standing_shown(call, content)})


def standing_shown(call: PageContext, content: RfqContent) -> dict[str, object]:
    """Return what the card shows; of a request that shows nothing nothing is asked."""
    rfq = content.rfq
    shows = rfq.disclosure is not Disclosure.NOTHING and rfq.status in TAKES_QUOTES
    if not shows or rfq.buyer_id in call.actor.org_ids or not standing.read_standing.allows(call.actor):
        return {"standing": None}
    return {
        "standing": standing.read_standing(call.work, call.actor, ReadRfq(rfq.id)),
        "standing_money": lambda amount: Money(amount, Currency(rfq.currency)),
        "disclosed": DISCLOSED,
    }
