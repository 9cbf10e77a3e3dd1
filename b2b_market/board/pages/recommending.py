"""Recommendations as pages, each with its reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from b2b_market.board.commands import ListRequest
from b2b_market.board.pages import board
from b2b_market.board.rules.recommending import Fit, Item, Level, level_of, name_of
from b2b_market.board.rules.vocabulary import CATEGORIES
from b2b_market.board.service import recommending
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference

router = APIRouter(prefix=board.PATH, route_class=PageRoute)
SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A reason in the reader's language; ``category`` tells that its name is a message id."""

    name: str
    category: bool
    quoted: int
    won: int


@router.get("/recommended")
def recommended(call: PageCall) -> Response:
    """Show the open public requests that fit what the reader's company has quoted and won."""
    call.signed_in()
    found = recommending.recommend_requests(call.work, call.actor, None)
    language = board.language_of(call).value
    context = {
        "found": [(one.entry, reasons(call, one.fit, ())) for one in found],
        "country_name": lambda code: reference.country_name(code, language),
        "zh": language.startswith("zh"),
    }
    return call.page("board/recommended.html", context)


@router.get("/rfqs/{rfq_id}/suppliers")
def suppliers(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show the suppliers that fit an own request, ready to be invited."""
    call.signed_in()
    found = recommending.recommend_suppliers(call.work, call.actor, ListRequest(rfq_id))
    language = board.language_of(call).value
    context = {
        "found": found,
        "suppliers": [
            (one.company, one.company.name_in(language), one.fit, reasons(call, one.fit, found.items))
            for one in found.suppliers
        ],
        "country_name": lambda code: reference.country_name(code, language),
    }
    return call.page("board/suppliers.html", context)


def reasons(call: PageContext, fit: Fit, items: Sequence[Item]) -> list[ReasonShown]:
    """Return the most telling reasons by name; those that cannot be named to the reader are left out."""
    language = board.language_of(call).value
    found = []
    for reason in fit.reasons:
        category = level_of(reason.key) is Level.CATEGORY
        name = CATEGORIES[reason.key[2:]] if category else name_of(reason.key, items, language)
        if name:
            found.append(ReasonShown(name, category, reason.quoted, reason.won))
    return found[:SHOWN]
