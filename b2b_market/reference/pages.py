"""The operator's page of exchange rates, and the list of classes."""

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import MINOR_DIGITS, Currency
from b2b_market.kernel.refusal import Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference.commands import AddRate, ListRates, ReadReferenceData, SearchClasses, WithdrawRate
from b2b_market.reference.rules.rates import MAX_SOURCE, PLACES, RateAlreadyEntered
from b2b_market.reference.service import classes as class_service
from b2b_market.reference.service import rates as service
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/reference", route_class=PageRoute, include_in_schema=False)
PATH: Final = "/reference/rates"
PAGE_SIZE: Final = 50


@router.get("/rates")
def rates(
    call: PageCall,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    base: Annotated[str, Query(max_length=3)] = "",
    quote: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """Show stored rates, and the form that enters one."""
    call.signed_in()
    initial = {"day": call.work.now().date().isoformat()}
    return _page(
        call,
        Form(initial=initial),
        ListRates(page=page_request(PAGE_SIZE, cursor), base=_known(base), quote=_known(quote)),
    )


@router.post("/rates")
def add_rate(call: PageCall) -> Response:
    """Enter a rate."""
    form = Form(call.form())
    base, quote = form.one_of("base", MINOR_DIGITS, required=True), form.one_of("quote", MINOR_DIGITS, required=True)
    value = form.decimal("value", required=True, places=PLACES)
    day, source = form.day("day", required=True), form.text("source", required=True, limit=MAX_SOURCE)
    if base is None or quote is None or value is None or day is None or source is None:
        return _page(call, form, ListRates(page=page_request(PAGE_SIZE, None)), status=422)
    command = AddRate(base=Currency(base), quote=Currency(quote), value=value, day=day, source=source)
    try:
        service.add_rate(call.work, call.actor, command)
    except (Invalid, RateAlreadyEntered) as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, form, ListRates(page=page_request(PAGE_SIZE, None)), status=409)
    return call.see(PATH, Flash(N_("The rate {base}/{quote} of {day} is stored."), facts=_facts(base, quote, day)))


@router.post("/rates/{rate_id}/withdraw")
def withdraw_rate(call: PageCall, rate_id: WireUuid) -> Response:
    """Take a rate back."""
    form = Form(call.form())
    rate = service.withdraw_rate(call.work, call.actor, WithdrawRate(rate_id, form.integer("version")))
    facts = _facts(rate.base, rate.quote, rate.day)
    return call.see(PATH, Flash(N_("The rate {base}/{quote} of {day} is withdrawn."), facts=facts))


@router.get("/classes")
def classes(call: PageCall, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Search the imported classifications by words in any of their languages."""
    service.list_rates.admit(call.signed_in())
    schemes = class_service.list_schemes(call.work, call.actor, ReadReferenceData())
    return call.page("reference/classes.html", {**_found(call, q), "schemes": schemes})


@router.get("/classes/options")
def class_options(call: PageCall, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Return what was found alone, as a form takes it in: a list for its fields, and the same for people."""
    service.list_rates.admit(call.signed_in())
    return call.page("reference/_classes.html", _found(call, q))


def _found(call: PageContext, words: str) -> dict[str, object]:
    wanted = SearchClasses(words, limit=PAGE_SIZE)
    found = class_service.search_classes(call.work, call.actor, wanted) if words.strip() else []
    return {"words": words, "found": [(one, one.title(str(call.viewer().locale))) for one in found]}


def _page(call: PageContext, form: Form, wanted: ListRates, *, status: int = 200) -> Response:
    found = service.list_rates(call.work, call.actor, wanted)
    language = call.shell.language(call.request)
    person = call.actor.person.locale or str(language)
    entries = service.list_currencies(call.work, call.actor, ReadReferenceData())
    filters = {"base": wanted.base.code if wanted.base else "", "quote": wanted.quote.code if wanted.quote else ""}
    cursor = encode_cursor(found.next_after)
    context = {
        "rates": found.items,
        "form": form,
        "filters": filters,
        "currencies": [(entry.code, f"{entry.code} {entry.names.in_language(person)}") for entry in entries],
        "next_href": None if cursor is None else f"{PATH}?{urlencode({**filters, 'cursor': cursor})}",
    }
    return call.page("reference/rates.html", context, status=status)


def _known(code: str) -> Currency | None:
    """Return the currency of a filter; an unknown code filters nothing, as an empty one does."""
    return Currency(code) if code in MINOR_DIGITS else None


def _facts(base: str, quote: str, day: date) -> dict[str, str]:
    return {"base": base, "quote": quote, "day": day.isoformat()}
