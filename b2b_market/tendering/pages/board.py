"""The public side, for everybody: the notice board, a notice with its editions, what was opened, the results."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from b2b_market.infra.http.cursors import encode_cursor
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.disclosure import ReadEdition
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing, weighing, wording
from b2b_market.tendering.rules.naming import named, named_in
from b2b_market.tendering.rules.procedures import Procedure, profiles, read_procedure
from b2b_market.tendering.schemas.disclosure import FiltersIn
from b2b_market.tendering.service import board, evidence, staging
from b2b_market.tendering.service.board import PublicStep
from b2b_market.tendering.states.disclosure import BoardState, StepKind
from b2b_market.tendering.states.procedures import Entry, Publicity
from b2b_market.tendering.states.stages import Envelopes
from b2b_market.ui.language import Language

router = APIRouter(prefix="/tender-board", route_class=PageRoute)

PATH: Final = "/tender-board"
STATES: Final[Mapping[BoardState, str]] = MappingProxyType(
    {
        BoardState.OPEN: N_("Open"),
        BoardState.JUDGED: N_("Bidding is over"),
        BoardState.AWARDED: N_("Awarded"),
        BoardState.ENDED: N_("Ended without an award"),
    }
)
STEPS: Final[Mapping[StepKind, str]] = MappingProxyType(
    {
        StepKind.PLANNED: N_("The tender was announced beforehand"),
        StepKind.PLAN_WITHDRAWN: N_("A prior notice was withdrawn"),
        StepKind.PUBLISHED: N_("The notice was published"),
        StepKind.AMENDED: N_("A new edition of the notice"),
        StepKind.ANSWERED: N_("A question was answered"),
        StepKind.LOT_CANCELLED: N_("A lot was called off"),
        StepKind.CANCELLED: N_("The tender was called off"),
        StepKind.UNSUCCESSFUL: N_("The tender came to nothing"),
        StepKind.OPENED: N_("The bids were opened"),
        StepKind.PRICES_OPENED: N_("The prices were opened"),
        StepKind.AWARDED: N_("A lot was awarded"),
        StepKind.AWARD_CANCELLED: N_("An award was taken back"),
        StepKind.CONCLUDED: N_("The stand-still is over: the awards bind"),
        StepKind.CONTRACTED: N_("A contract was proposed to its supplier"),
        StepKind.CONTRACT_VOIDED: N_("A contract is void"),
    }
)
OPENINGS: Final = frozenset({StepKind.OPENED, StepKind.PRICES_OPENED})
RESULTS: Final = frozenset({StepKind.AWARDED, StepKind.AWARD_CANCELLED, StepKind.CONTRACTED, StepKind.CONTRACT_VOIDED})


@router.get("")
def list_board(call: PageCall, query: Annotated[FiltersIn, Query()]) -> Response:
    """Show the public notices that fit, the newest first; nobody needs to sign in."""
    page = board.search_board(call.work, call.actor, query.to_command())
    filters = query.filters()
    cursor = encode_cursor(page.next_after)
    language = tongue(call)
    context = {
        "page": page,
        "buyers": {one.tender_id: named(one.buyer_name, one.buyer_names, language) for one in page.items},
        "filters": filters,
        "states": [(one.value, word) for one, word in STATES.items()],
        "kinds": [(one.code, one.names[language]) for one in profiles().values()],
        "entries": [(one.value, word) for one, word in showing.ENTRIES.items()],
        "badges": showing.TENDER_BADGES,
        "class_titles": _titles(call, {filters.classification}),
        "feed_href": f"{PATH}/feed.atom" + _query(filters.query()),
        "next_href": None if cursor is None else PATH + _query({**filters.query(), "cursor": cursor}),
        "first_href": PATH + _query(filters.query()) if query.cursor else None,
    }
    return call.page("tendering/board.html", context)


@router.get("/{tender_id}")
def show_notice(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a public notice with its editions and what has happened since; nobody needs to sign in."""
    found = board.read_public_tender(call.work, call.actor, ReadTender(tender_id))
    document = found.notice.document
    procedure = read_procedure(document["values"])
    context = {
        **_said(call, document),
        "found": found.notice,
        "buyer": named(found.notice.buyer_name, found.notice.buyer_names, tongue(call)),
        "editions": found.editions,
        "steps": [(step, STEPS[step.kind]) for step in reversed(found.steps)],
        "questions": [step.facts for step in found.steps if step.kind is StepKind.ANSWERED],
        "announced": any(step.kind is StepKind.PLANNED for step in found.steps),
        **_open_to_all(procedure, found.steps),
        "shows_technical": procedure.envelopes is Envelopes.TWO and _is_signed_off(call, tender_id),
    }
    return call.page("tendering/notice.html", context)


def _is_signed_off(call: PageContext, tender_id: UUID) -> bool:
    try:
        staging.read_public_technical(call.work, call.actor, ReadTender(tender_id))
    except NotFound:
        return False
    return True


@router.get("/{tender_id}/editions/{edition}")
def show_edition(tender_id: WireUuid, edition: Annotated[int, Path(ge=1, le=10_000)], call: PageCall) -> Response:
    """Show an edition of a public notice as it stood; nobody needs to sign in."""
    notice = board.read_board(call.work, call.actor, ReadTender(tender_id))
    found = board.read_edition(call.work, call.actor, ReadEdition(tender_id, edition))
    return call.page("tendering/edition.html", {**_said(call, found.document), "notice": notice, "found": found})


@router.get("/{tender_id}/opening")
def show_opening(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the public opening record: bidders and totals where the procedure reads them out to everybody."""
    found = board.read_public_tender(call.work, call.actor, ReadTender(tender_id))
    step = next((one for one in reversed(found.steps) if one.kind in OPENINGS), None)
    procedure = read_procedure(found.notice.document["values"])
    bids = step.facts.get("bids", []) if step is not None else []
    context = {
        "found": found.notice,
        "step": step,
        "public": procedure.opened_bids is Publicity.PUBLIC,
        "checkable": evidence.is_published(call.work, call.actor, ReadTender(tender_id)),
        "bids": [(one, _money(one)) for one in bids],
        "named": partial(named_in, language=tongue(call)),
    }
    return call.page("tendering/board_opening.html", context)


@router.get("/{tender_id}/results")
def show_results(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the public awards with their reasons, the candidates, and the contracts that came of them."""
    found = board.read_public_tender(call.work, call.actor, ReadTender(tender_id))
    taken_back = {one.facts["award"]: one for one in found.steps if one.kind is StepKind.AWARD_CANCELLED}
    awards = [one for one in found.steps if one.kind is StepKind.AWARDED]
    context = {
        "found": found.notice,
        "public": read_procedure(found.notice.document["values"]).results is Publicity.PUBLIC,
        "awards": [_award(one, taken_back.get(one.facts["award"])) for one in awards],
        "contracts": [(one, _money(one.facts)) for one in found.steps if one.kind is StepKind.CONTRACTED],
        "named": partial(named_in, language=tongue(call)),
        "void": [one for one in found.steps if one.kind is StepKind.CONTRACT_VOIDED],
        "badges": showing.TENDER_BADGES,
    }
    return call.page("tendering/board_results.html", context)


def tongue(call: PageContext) -> str:
    """Return the reader's language as names are kept: ``zh`` or ``en``; of strangers, their browser's."""
    return "zh" if call.viewer().locale is Language.ZH else "en"


def _said(call: PageContext, document: Mapping[str, Any]) -> dict[str, object]:
    """Return what pages show of an edition's document."""
    language = call.viewer().locale
    lots = document["lots"]
    named = {one["classification"] for lot in lots for one in (lot, *lot["items"])}
    return {
        "document": document,
        "closes_at": datetime.fromisoformat(document["closes_at"]),
        "items": [showing.items_shown(lot["items"], language) for lot in lots],
        "estimates": [_estimate(lot, document["currency"]) for lot in lots],
        "weighing": [weighing.shown(lot.get("features", ()), lot.get("costs", ()), language) for lot in lots],
        "calendar": wording.calendar_name(document["values"]),
        "class_titles": _titles(call, named),
        "kinds": showing.KINDS,
        "entries": showing.ENTRIES,
        "invited": Entry.INVITED.value,
        "procedure": _procedure(document["procedure"], tongue(call)),
        "badges": showing.TENDER_BADGES,
    }


def _procedure(name: str, language: str) -> str:
    return profiles()[name].names[language] if name in profiles() else ""


def _estimate(lot: Mapping[str, Any], currency: str) -> Money | None:
    return Money(Decimal(lot["estimate"]), Currency(currency)) if lot["estimate"] else None


def _titles(call: PageContext, classes: set[str]) -> dict[str, str]:
    return reference.class_titles(call.work, call.actor, classes - {""}, tongue(call))


def _open_to_all(procedure: Procedure, steps: Any) -> dict[str, bool]:  # noqa: ANN401 - rows of the steps
    kinds = {one.kind for one in steps}
    return {
        "shows_opening": StepKind.OPENED in kinds and procedure.opened_bids is Publicity.PUBLIC,
        "shows_results": bool(kinds & RESULTS),
    }


def _award(step: PublicStep, taken_back: PublicStep | None) -> dict[str, object]:
    facts = step.facts
    return {
        **facts,
        "total": _money(facts),
        "at": step.happened_at,
        "standstill_ends_at": datetime.fromisoformat(facts["standstill_ends_at"]),
        "candidates": [(one, _money(one)) for one in facts["candidates"]],
        "taken_back": taken_back,
    }


def _money(facts: Mapping[str, Any]) -> Money | None:
    return Money(Decimal(facts["amount"]), Currency(facts["currency"])) if facts.get("amount") else None


def _query(said: Mapping[str, str]) -> str:
    return f"?{urlencode(said)}" if said else ""
