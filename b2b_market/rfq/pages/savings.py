"""The saving report of a buyer."""

from datetime import date
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from b2b_market.rbac.page_edge import PageCall, PageRoute, PageShell
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.documents.saying import Speech
from b2b_market.rfq.schemas.comparison import file_response
from b2b_market.rfq.schemas.savings import SavingQuery
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
    shell: PageShell = request.app.state.pages
    language = query.language or shell.language(request)
    speech = Speech(language, partial(shell.renderer.catalogue.translate, language))
    return file_response(exporting.export_savings(lambda: shell.edge.open(request, "page"), query.to_command(), speech))


def _day(text: str) -> date | None:
    """Return a day as the form writes it; what is none limits nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
