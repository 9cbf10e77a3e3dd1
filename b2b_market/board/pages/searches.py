"""Saved searches as pages: save what is searched, choose how often it speaks, let it go."""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from b2b_market.board.commands import ChangeSearch, DropSearch, ReadSearch, SaveSearch
from b2b_market.board.pages import board
from b2b_market.board.rules.vocabulary import CATEGORIES
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering import public as tenders
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

PATH: Final = f"{board.PATH}/searches"
router = APIRouter(prefix=PATH, route_class=PageRoute)
_CADENCES: Final = frozenset(item.value for item in Cadence)


@router.get("")
def list_searches(call: PageCall) -> Response:
    """Show the reader's saved searches."""
    return _list(call, Form())


@router.post("")
def save_search(call: PageCall) -> Response:
    """Keep the search that the board was asked."""
    saving.save_search.admit(call.actor)
    form = Form(call.form())
    filters = board.filters_of({name: form.value(name) for name in board.FIELDS})
    name = form.text("name", required=True)
    cadence = form.one_of("cadence", _CADENCES, required=True)
    if form.ok and name is not None and cadence is not None:
        with call.attempt(form):
            command = SaveSearch(name=name, filters=filters, cadence=Cadence(cadence))
            saving.save_search(call.work, call.actor, command)
            return call.see(f"{board.PATH}?{urlencode(board.fields_of(filters))}", Flash(N_("Search saved.")))
    return _list(call, form, status=422)


@router.get("/{search_id}")
def open_search(search_id: WireUuid, call: PageCall) -> Response:
    """Lead to the board with what a saved search asks."""
    call.signed_in()
    search = saving.read_search(call.work, call.actor, ReadSearch(search_id))
    fields = {**board.fields_of(saving.filters_of(search)), "order": "newest"}
    return call.see(f"{board.PATH}?{urlencode(fields)}")


@router.post("/{search_id}")
def change_search(search_id: WireUuid, call: PageCall) -> Response:
    """Change how often a saved search speaks."""
    search = saving.read_search(call.work, call.actor, ReadSearch(search_id))
    form = Form(call.form())
    cadence = form.one_of("cadence", _CADENCES, required=True)
    expected = form.integer("version", required=True)
    if form.ok and cadence is not None:
        with call.attempt(form):
            content = SaveSearch(name=search.name, filters=saving.filters_of(search), cadence=Cadence(cadence))
            command = ChangeSearch(search_id=search_id, expected_version=expected, content=content)
            saving.change_search(call.work, call.actor, command)
            return call.see(PATH, Flash(N_("Changed.")))
    return _list(call, form, status=409)


@router.post("/{search_id}/delete")
def drop_search(search_id: WireUuid, call: PageCall) -> Response:
    """Throw a saved search away."""
    saving.read_search(call.work, call.actor, ReadSearch(search_id))
    form = Form(call.form())
    with call.attempt(form):
        saving.drop_search(call.work, call.actor, DropSearch(search_id, form.integer("version", required=True)))
        return call.see(PATH, Flash(N_("Deleted.")))
    return _list(call, form, status=409)


def _list(call: PageContext, form: Form, status: int = 200) -> Response:
    searches = saving.list_searches(call.work, call.actor, None)
    language = board.language_of(call).value
    context = {
        "searches": [(search, saving.filters_of(search)) for search in searches],
        "form": form,
        "cadences": board.CADENCES,
        "categories": CATEGORIES,
        "kinds": dict(board.KINDS),
        "procedures": dict(tenders.procedure_names(board.tongue(call))),
        "country_name": lambda code: reference.country_name(code, language),
    }
    return call.page("board/searches.html", context, status=status)
