"""The public notice board, for everybody."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing, weighing, wording
from b2b_market.tendering.service import board

router = APIRouter(prefix="/tender-board", route_class=PageRoute)


@router.get("")
def list_board(call: PageCall) -> Response:
    """Show the newest public notices; nobody needs to sign in."""
    context = {"notices": board.list_board(call.work, call.actor, None), "badges": showing.TENDER_BADGES}
    return call.page("tendering/board.html", context)


@router.get("/{tender_id}")
def show_notice(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a public notice; nobody needs to sign in."""
    found = board.read_board(call.work, call.actor, ReadTender(tender_id))
    language = call.viewer().locale
    context = {
        "found": found,
        "items": [showing.items_shown(lot["items"], language) for lot in found.document["lots"]],
        "weighing": [
            weighing.shown(lot.get("features", ()), lot.get("costs", ()), language) for lot in found.document["lots"]
        ],
        "calendar": wording.calendar_name(found.document["values"]),
        "badges": showing.TENDER_BADGES,
    }
    return call.page("tendering/notice.html", context)
