"""What the company has paid for the item of a line."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.history import ReadLinePrices
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import history

router = APIRouter(prefix="/rfqs", route_class=PageRoute)


@router.get("/{rfq_id}/prices/{line_id}")
def show_line_prices(rfq_id: WireUuid, line_id: WireUuid, call: PageCall) -> Response:
    """Show every price that the company has paid for the item of one line."""
    found = history.read_line_prices(call.work, call.actor, ReadLinePrices(rfq_id, line_id))
    context = {
        "rfq": found.rfq,
        "line": found.line,
        "past": found.history,
        "points": found.points,
        "companies": showing.company_names(call, {point.supplier_id for point in found.points}),
        "money": lambda amount, code: Money(amount, Currency(code)),
        "unit": dict(reference.unit_names(showing.language_of(call).value))[found.line.unit],
    }
    return call.page("rfq/prices.html", context)
