"""Price histories over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import reads
from b2b_market.rfq.commands.history import ReadLinePrices, ReadPriceHistory
from b2b_market.rfq.schemas.history import LinePricesOut, RequestPricesOut
from b2b_market.rfq.service import history

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/prices", response_model=RequestPricesOut, responses=reads())
def read_price_history(rfq_id: WireUuid, call: Call) -> Answer:
    """Return what the company has paid for the items of an own request."""
    return call.answer(RequestPricesOut, history.read_price_history(call.work, call.actor, ReadPriceHistory(rfq_id)))


@router.get("/{rfq_id}/prices/{line_id}", response_model=LinePricesOut, responses=reads())
def read_line_prices(rfq_id: WireUuid, line_id: WireUuid, call: Call) -> Answer:
    """Return every price that the company has paid for the item of one line."""
    return call.answer(LinePricesOut, history.read_line_prices(call.work, call.actor, ReadLinePrices(rfq_id, line_id)))
