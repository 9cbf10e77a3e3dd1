"""The board as a page: search, filters, and a list that leads to the requests."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from b2b_market.board.commands import BoardOrder, Filters, SearchBoard
from b2b_market.board.rules.vocabulary import CATEGORIES
from b2b_market.board.service import saving, searching
from b2b_market.board.states import Cadence, Subject
from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq import public as rfqs
from b2b_market.tendering import public as tenders
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.viewer import Badge

PATH: Final = "/board"
router = APIRouter(prefix=PATH, route_class=PageRoute)

ORDERS: Final = (
    (BoardOrder.RELEVANCE, N_("Best match")),
    (BoardOrder.NEWEST, N_("Newest first")),
    (BoardOrder.DEADLINE, N_("Deadline, soonest")),
    (BoardOrder.TITLE, N_("Title")),
)
ANSWERS: Final = MappingProxyType(
    {
        "invited": Badge(N_("Invited")),
        "viewed": Badge(N_("Viewed"), "info"),
        "intended": Badge(N_("Intends to quote"), "brand"),
        "declined": Badge(N_("Declined"), "bad"),
        "quoted": Badge(N_("Quoted"), "ok"),
    }
)
KINDS: Final = ((Subject.REQUEST, N_("Requests")), (Subject.TENDER, N_("Calls for tenders")))
CADENCES: Final = (
    (Cadence.AT_ONCE, N_("At once")),
    (Cadence.DAILY, N_("Every morning")),
    (Cadence.NEVER, N_("Never")),
)
CLOSING: Final = (1, 3, 7, 14, 30)
_LONGEST: Final = 200
_LONGEST_CLASS: Final = 80
_AMOUNT: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,4})?")
FIELDS: Final = (
    *("q", "category", "country", "currency", "place", "days"),
    *("kind", "classification", "procedure", "value"),
)
"""The fields of the board's address that say what is wanted."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address of the page asks, cleaned: unknown choices are as good as none."""

    filters: Filters
    order: BoardOrder


@router.get("")
def board(call: PageCall, order: str = "", cursor: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Show the open requests and tenders that fit; by best match where words are searched and no order is chosen."""
    call.signed_in()
    filters = filters_of(call.request.query_params)
    chosen = {item.value: item for item in BoardOrder}.get(order)
    asked = _Asked(filters, chosen or (BoardOrder.RELEVANCE if filters.text else BoardOrder.NEWEST))
    command = SearchBoard(filters=filters, order=asked.order, page=page_request(None, cursor or None))
    found = searching.search_board(call.work, call.actor, command)
    address = {**fields_of(filters), **({"order": asked.order.value} if chosen else {})}
    following = encode_cursor(found.page.next_after)
    context = {
        **_choices(call),
        "page": found.page,
        "meant": found.meant,
        "count": searching.count_board(call.work, call.actor, command) if not cursor else None,
        "asked": asked,
        "fields": fields_of(filters),
        "filtered": bool(fields_of(filters)),
        **_opens(call),
        "answers": rfqs.own_places(call.work, call.actor, [entry.subject_id for entry in found.page.items]),
        "answer_badges": ANSWERS,
        "cadences": CADENCES,
        "save_form": Form(initial={"name": filters.text, "cadence": Cadence.DAILY.value}),
        "may_save": saving.save_search.allows(call.actor),
        "next_href": f"{PATH}?{urlencode({**address, 'cursor': following})}" if following else None,
        "first_href": f"{PATH}?{urlencode(address)}" if cursor else None,
    }
    return call.page("board/board.html", context)


def fields_of(filters: Filters) -> dict[str, str]:
    """Return the fields of an address that ask for this, those that say something."""
    fields = {
        "q": filters.text,
        "category": filters.category,
        "country": filters.country,
        "currency": filters.currency,
        "place": filters.place,
        "days": str(filters.closes_within_days or ""),
        "kind": filters.kind.value if filters.kind else "",
        "classification": filters.classification,
        "procedure": filters.procedure,
        "value": filters.least_value,
    }
    return {name: value for name, value in fields.items() if value}


def filters_of(fields: Mapping[str, str]) -> Filters:
    """Return what the fields of an address or form ask for."""
    text, place, days, classification = (
        fields.get(name, "").strip()[:_LONGEST] for name in ("q", "place", "days", "classification")
    )
    category, country, currency, procedure, kind = (
        fields.get(name, "") for name in ("category", "country", "currency", "procedure", "kind")
    )
    value = fields.get("value", "").strip() if currency in Currency.CODES else ""
    return Filters(
        text=text,
        category=category if category in CATEGORIES else "",
        country=country if country in reference.countries() else "",
        currency=currency if currency in Currency.CODES else "",
        place=place,
        closes_within_days=int(days) if days in {str(number) for number in CLOSING} else None,
        kind={one.value: one for one in Subject}.get(kind),
        classification=classification[:_LONGEST_CLASS],
        procedure=procedure if procedure in dict(tenders.procedure_names("en")) else "",
        least_value=value if _AMOUNT.fullmatch(value) else "",
    )


def _choices(call: PageContext) -> dict[str, object]:
    """Return what the filters offer, named in the reader's language."""
    language = language_of(call)
    countries: Sequence[tuple[str, str]] = [
        (code, reference.country_name(code, language.value)) for code in reference.countries()
    ]
    return {
        "categories": CATEGORIES,
        "countries": sorted(countries, key=lambda pair: pair[1]),
        "country_names": dict(countries),
        "currencies": [(code, f"{code} · {name}") for code, name in reference.currency_names(language.value)],
        "orders": ORDERS,
        "kinds": KINDS,
        "procedures": tenders.procedure_names(tongue(call)),
        "closing": CLOSING,
        "zh": language is Language.ZH,
    }


def language_of(call: PageContext) -> Language:
    """Return the reader's language."""
    return parse_language(call.actor.person.locale) or Language.EN


def tongue(call: PageContext) -> str:
    """Return the reader's language as names are kept: ``zh`` or ``en``."""
    return "zh" if language_of(call) is Language.ZH else "en"


def _opens(call: PageContext) -> dict[str, object]:
    """Return whether the reader's company supplies, and what tells whether it may open an entry.

    Its own, and as a supplier everybody's.
    """
    own = organizations.companies(call.work, call.actor, call.actor.org_ids)
    supplies = any(company.is_supplier for company in own.values())
    return {"supplies": supplies, "opens": lambda entry: supplies or entry.buyer_id in own}
