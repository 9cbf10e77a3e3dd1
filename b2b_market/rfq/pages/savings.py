"""The saving report of a buyer."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageRoute
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.schemas.savings import SavingQuery
from b2b_market.rfq.schemas.speaking import speech_for
from b2b_market.rfq.service import exporting, savings

router = APIRouter(prefix="/savings", route_class=PageRoute)


@router.get("")
def show_savings(call: PageCall, since: str = "", until: str = "") -> Response:
    """Show what the company's awards saved."""
    days = {"since": _day(since), "until": _day(until)}
    report = savings.read_savings(call.work, call.actor, ReadSavings(days["since"], days["until"]))
    chosen = {name: day.isoformat() for name, day in days.items() if day is not None}
    return call.page("rfq/savings.html", {"report": report, "chosen": chosen, "query": urlencode(chosen)})


@router.get("/xlsx")
def save_savings(request: Request, query: Annotated[SavingQuery, Query()]) -> Response:
    """Save the report as a workbook; the page's link names the reader's language."""
    speech = speech_for(request, query.language)
    return saved(exporting.export_savings(page_opener(request), query.to_command(), speech))


def _day(text: str) -> date | None:
    """Return a day as the form writes it; what is none limits nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
