"""Framework agreements: the terms of a draft, the list, one agreement with its orders, and one call-off."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering.commands import frameworks as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing
from b2b_market.tendering.service import answering, calling, competing, frameworks, framing
from b2b_market.tendering.service.frameworks import CallOffView, FrameworkView
from b2b_market.tendering.states.frameworks import (
    CALL_OFF_LIFECYCLE,
    FRAMEWORK_LIFECYCLE,
    CallOffMode,
    CallOffStatus,
    FrameworkStatus,
    OfferStatus,
)
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

FRAMEWORK_BADGES: Final[Mapping[FrameworkStatus, Badge]] = MappingProxyType(
    {
        FrameworkStatus.ACTIVE: Badge(N_("Running"), "ok"),
        FrameworkStatus.EXHAUSTED: Badge(N_("Exhausted"), "warn"),
        FrameworkStatus.EXPIRED: Badge(N_("Expired"), "neutral", "tick"),
        FrameworkStatus.TERMINATED: Badge(N_("Terminated"), "bad"),
    }
)
CALL_OFF_BADGES: Final[Mapping[CallOffStatus, Badge]] = MappingProxyType(
    {
        CallOffStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        CallOffStatus.RETURNED: Badge(N_("Sent back"), "bad"),
        CallOffStatus.OFFERED: Badge(N_("Offered"), "info"),
        CallOffStatus.DECLINED: Badge(N_("Declined, next in turn"), "warn"),
        CallOffStatus.ACCEPTED: Badge(N_("Accepted"), "ok"),
        CallOffStatus.UNPLACED: Badge(N_("Nobody took it"), "bad"),
        CallOffStatus.CANCELLED: Badge(N_("Cancelled"), "bad"),
    }
)
OFFER_BADGES: Final[Mapping[OfferStatus, Badge]] = MappingProxyType(
    {
        OfferStatus.OPEN: Badge(N_("Offered"), "info"),
        OfferStatus.ACCEPTED: Badge(N_("Accepted"), "ok"),
        OfferStatus.DECLINED: Badge(N_("Declined"), "bad"),
        OfferStatus.LAPSED: Badge(N_("No answer"), "warn"),
        OfferStatus.WITHDRAWN: Badge(N_("Cancelled"), "bad"),
    }
)
MODES: Final[Mapping[CallOffMode, str]] = MappingProxyType(
    {
        CallOffMode.CASCADE: N_("At the agreement's prices, the best member first"),
        CallOffMode.COMPETITION: N_("By a competition of all members"),
    }
)
_STEPS: Final[Mapping[str, tuple[Operation[Any, Any], str]]] = MappingProxyType(
    {
        "approve": (calling.approve_call_off, N_("Approved and offered to the best member.")),
        "return": (calling.return_call_off, N_("Returned to who placed it.")),
        "cancel": (calling.cancel_call_off, N_("Cancelled. Its amount can be called off again.")),
        "accept": (answering.accept_call_off, N_("Accepted. A contract is drafted.")),
        "decline": (answering.decline_call_off, N_("Declined. The next supplier has its turn.")),
    }
)
LONGEST: Final = 4000


@router.get("/tenders/{tender_id}/framework")
def show_terms(tender_id: WireUuid, call: PageCall) -> Response:
    """Show what the awards of a tender conclude."""
    call.signed_in()
    return _terms(call, tender_id, Form())


@router.post("/tenders/{tender_id}/framework")
def set_terms(tender_id: WireUuid, call: PageCall) -> Response:
    """Set what the awards of a draft conclude."""
    framing.set_framework_terms.admit(call.actor)
    form = Form(call.form())
    found = framing.read_framework_terms(call.work, call.actor, ReadTender(tender_id))
    numbers = {name: form.integer(name, required=True, least=1) for name in ("members", "months", "answer_hours")}
    mode = form.choice("mode", CallOffMode, required=True)
    ceilings = tuple(
        commands.LotCeiling(
            form.decimal(f"ceiling-{lot.position}", required=True, places=4) or Decimal(0),
            tuple(form.decimal(f"ceiling-{lot.position}-{n}", places=6) for n, _ in enumerate(lot.items, start=1)),
        )
        for lot in found.lots
    )
    expected = form.integer("version", required=True)
    if form.ok and mode is not None:
        with call.attempt(form):
            command = commands.SetFrameworkTerms(
                tender_id=tender_id,
                expected_version=expected,
                mode=mode,
                ceilings=ceilings,
                **{name: number or 0 for name, number in numbers.items()},
            )
            framing.set_framework_terms(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}/framework", Flash(N_("The terms are set.")))
    return _terms(call, tender_id, form, status=422)


@router.get("/frameworks")
def list_frameworks(call: PageCall, status: str = "", cursor: str = "") -> Response:
    """Show the agreements that the company is a party of."""
    frameworks.list_frameworks.admit(call.signed_in())
    chosen = FrameworkStatus(status) if status in {one.value for one in FrameworkStatus} else None
    command = commands.ListFrameworks(page=page_request(None, cursor or None), status=chosen)
    page = frameworks.list_frameworks(call.work, call.actor, command)
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "status": chosen.value if chosen else "",
        "status_options": [(one.value, badge.label) for one, badge in FRAMEWORK_BADGES.items()],
        "badges": FRAMEWORK_BADGES,
        "modes": MODES,
        "money": _money,
        "companies": showing.company_names(call, {one.buyer_id for one in page.items}),
        "next_href": f"/frameworks?status={chosen.value if chosen else ''}&cursor={following}" if following else None,
    }
    return call.page("tendering/frameworks.html", context)


@router.get("/frameworks/{framework_id}")
def show_framework(framework_id: WireUuid, call: PageCall) -> Response:
    """Show one agreement."""
    call.signed_in()
    return framework_page(call, framework_id, Form())


@router.post("/frameworks/{framework_id}/call-offs")
def place(framework_id: WireUuid, call: PageCall) -> Response:
    """Place an order; what is wrong stands at its field."""
    calling.place_call_off.admit(call.actor)
    call.once()
    form = Form(call.form())
    found = frameworks.read_framework(call.work, call.actor, commands.ReadFramework(framework_id))
    lines, note = read_lines(form, found), form.text("note", limit=LONGEST, lines=True) or ""
    if form.ok:
        with call.attempt(form):
            command = commands.PlaceCallOff(framework_id=framework_id, lines=lines, note=note)
            placed = calling.place_call_off(call.work, call.actor, command)
            waits = placed.status is CallOffStatus.PENDING_APPROVAL
            said = N_("It is above your limit and waits for an approver.") if waits else N_("Offered.")
            return call.see(f"/call-offs/{placed.id}", Flash(said))
    return framework_page(call, framework_id, form, status=422)


@router.post("/frameworks/{framework_id}/competitions")
def compete(framework_id: WireUuid, call: PageCall) -> Response:
    """Draft the tender of an order that all members bid for, and go on in its editor."""
    competing.start_competition.admit(call.actor)
    call.once()
    form = Form(call.form())
    found = frameworks.read_framework(call.work, call.actor, commands.ReadFramework(framework_id))
    lines, title = read_lines(form, found), form.text("title", required=True)
    if form.ok and title is not None:
        with call.attempt(form):
            command = commands.StartCompetition(framework_id=framework_id, title=title, lines=lines)
            content = competing.start_competition(call.work, call.actor, command)
            said = Flash(N_("Drafted. Choose the key officers and the deadline, then submit it."))
            return call.see(f"/tenders/{content.tender.id}/edit", said)
    return framework_page(call, framework_id, form, status=422)


@router.post("/frameworks/{framework_id}/termination")
def terminate(framework_id: WireUuid, call: PageCall) -> Response:
    """End an agreement early."""
    form = Form(call.form())
    expected, why = form.integer("version", required=True), form.text("reason", limit=LONGEST, lines=True) or ""
    with call.attempt(form):
        command = commands.TerminateFramework(framework_id, expected, why)
        frameworks.terminate_framework(call.work, call.actor, command)
        return call.see(f"/frameworks/{framework_id}", Flash(N_("Terminated.")))
    return framework_page(call, framework_id, form, status=409)


@router.get("/call-offs/{call_off_id}")
def show_call_off(call_off_id: WireUuid, call: PageCall) -> Response:
    """Show one call-off with what the reader may do."""
    call.signed_in()
    return _call_off(call, call_off_id, Form())


@router.post("/call-offs/{call_off_id}/steps/{step}")
def take_step(call_off_id: WireUuid, step: str, call: PageCall) -> Response:
    """Take a named step of a call-off; a refusal is shown on its page."""
    if step not in _STEPS:
        raise NotFound(step=step)
    run, said = _STEPS[step]
    form = Form(call.form())
    expected, why = form.integer("version", required=True), form.text(f"reason_{step}", limit=LONGEST, lines=True) or ""
    with call.attempt(form):
        run(call.work, call.actor, commands.StepCallOff(call_off_id, expected, why))
        return call.see(f"/call-offs/{call_off_id}", Flash(said))
    return _call_off(call, call_off_id, form, status=409)


def read_lines(form: Form, found: FrameworkView) -> tuple[commands.CallOffLine, ...]:
    """Return the lines of a form with a quantity for each item, one date and one place."""
    required_on = form.day("required_on", required=True)
    where = form.text("delivery_place", required=True)
    asked = [
        (item.position, quantity)
        for item in found.items
        if (quantity := form.decimal(f"quantity-{item.position}", places=6, least=Decimal(0)))
    ]
    if required_on is None or where is None:
        return ()
    return tuple(
        commands.CallOffLine(position=position, quantity=quantity, required_on=required_on, delivery_place=where)
        for position, quantity in asked
    )


def framework_page(call: PageContext, framework_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of an agreement with what the reader may do."""
    found = frameworks.read_framework(call.work, call.actor, commands.ReadFramework(framework_id))
    framework = found.framework
    steps = FRAMEWORK_LIFECYCLE.allowed(framework.status)
    suppliers = [one.supplier_id for one in found.members]
    suppliers += [one.supplier_id for one in found.call_offs if one.supplier_id is not None]
    context = {
        "found": found,
        "framework": framework,
        "form": form,
        "items": _items(call, found),
        "places": _may_order(call, found, CallOffMode.CASCADE, calling.place_call_off),
        "competes": _may_order(call, found, CallOffMode.COMPETITION, competing.start_competition),
        "terminates": found.buys and "terminate" in steps and frameworks.terminate_framework.allows(call.actor),
        "left": Money(framework.ceiling - framework.called, Currency(framework.currency)).rounded(),
        "money": _money,
        "modes": MODES,
        "badges": FRAMEWORK_BADGES,
        "tender_badges": showing.TENDER_BADGES,
        "call_off_badges": CALL_OFF_BADGES,
        "companies": showing.company_names(call, [framework.buyer_id, *suppliers]),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/framework.html", context, status=status)


def _may_order(call: PageContext, found: FrameworkView, mode: CallOffMode, run: Operation[Any, Any]) -> bool:
    running = found.framework.status is FrameworkStatus.ACTIVE and found.framework.mode is mode
    return running and found.buys and run.allows(call.actor)


def _terms(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = framing.read_framework_terms(call.work, call.actor, ReadTender(tender_id))
    tender, terms = found.tender, found.terms
    buys = tender.buyer_id in call.actor.org_ids
    if terms is None:
        form.set_initial("answer_hours", 48)
    else:
        for name in ("members", "months", "mode", "answer_hours"):
            form.set_initial(name, getattr(terms, name))
        for position, lot in enumerate(terms.lots, start=1):
            form.set_initial(f"ceiling-{position}", lot["amount"])
            for n, quantity in enumerate(lot["quantities"], start=1):
                form.set_initial(f"ceiling-{position}-{n}", quantity)
    context = {
        "found": found,
        "tender": tender,
        "terms": terms,
        "form": form,
        "buys": buys,
        "sets": buys and tender.status is TenderStatus.DRAFT and framing.set_framework_terms.allows(call.actor),
        "items": {lot.id: showing.items_shown(lot.items, showing.language_of(call)) for lot in found.lots},
        "modes": MODES,
        "money": lambda amount: _money(amount, tender.currency),
        "exact": Decimal,
    }
    return call.page("tendering/framework_terms.html", context, status=status)


def _call_off(call: PageContext, call_off_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = frameworks.read_call_off(call.work, call.actor, commands.ReadCallOff(call_off_id))
    call_off = found.call_off
    names = dict(reference.unit_names(showing.language_of(call).value))
    items = {item.position: item for item in found.items}
    context = {
        "found": found,
        "call_off": call_off,
        "framework": found.framework,
        "form": form,
        "lines": [(items[line.position], line, names[items[line.position].unit]) for line in _lines(call_off.lines)],
        "allowed": _allowed(call, found),
        "money": _money,
        "badges": CALL_OFF_BADGES,
        "offer_badges": OFFER_BADGES,
        "companies": showing.company_names(call, [call_off.buyer_id, *(one.supplier_id for one in found.offers)]),
    }
    return call.page("tendering/call_off.html", context, status=status)


def _lines(stored: list[dict[str, Any]]) -> list[commands.CallOffLine]:
    return [calling.read_line(line) for line in stored]


def _allowed(call: PageContext, found: CallOffView) -> frozenset[str]:
    """Return what the reader may do now: the steps of the status whose permission the reader's side has."""
    steps = set(CALL_OFF_LIFECYCLE.allowed(found.call_off.status))
    own_side = {"approve", "return", "cancel"} if found.buys else {"accept", "decline"}
    may = {name for name in own_side & steps if _STEPS[name][0].allows(call.actor)}
    return frozenset(may - ({"approve"} if found.call_off.author_id == call.actor.user_id else set()))


def _items(call: PageContext, found: FrameworkView) -> list[dict[str, object]]:
    names = dict(reference.unit_names(showing.language_of(call).value))
    return [
        {
            "position": item.position,
            "name": item.name,
            "specification": item.specification,
            "unit": names[item.unit],
            "quantity": item.quantity,
            "ceiling": item.ceiling,
            "called": item.called,
            "prices": [
                (member, Money(Decimal(member.prices[item.position - 1]), Currency(member.currency)))
                for member in found.members
            ],
        }
        for item in found.items
    ]


def _money(amount: Decimal | str, currency: str) -> Money:
    return Money(Decimal(amount), Currency(currency)).rounded()
