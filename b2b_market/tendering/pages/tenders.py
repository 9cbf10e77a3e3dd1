"""Lists of tenders and the page of one, for the buyer, suppliers and officers."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import tenders as commands
from b2b_market.tendering.pages import showing, weighing, wording
from b2b_market.tendering.pages.amending_words import AMENDMENT_BADGES
from b2b_market.tendering.pages.next_steps import next_step
from b2b_market.tendering.rules.admission import has_negotiation, takes_part
from b2b_market.tendering.rules.procedures import Procedure, profiles, read_procedure
from b2b_market.tendering.service import (
    amending,
    applying,
    asking,
    bidding,
    conducting,
    drafting,
    evaluating,
    overview,
    planning,
    procedures,
    publishing,
)
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.planning import PLANNABLE
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import LIVE, TENDER_LIFECYCLE, LotStatus, TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)
_BADGES: Final = {
    "amendment_badges": AMENDMENT_BADGES,
    "plan_badges": showing.PLAN_BADGES,
    "badges": showing.TENDER_BADGES,
    "lot_badges": showing.LOT_BADGES,
    "enquiry_badges": showing.ENQUIRY_BADGES,
}

_STEPS = {
    "submit": (publishing.submit_tender, N_("Sent to the approvers.")),
    "publish": (publishing.publish_tender, N_("Published under a signed notice.")),
}
_REASONED = {
    "return": (publishing.return_tender, N_("Returned to its author.")),
    "cancel": (conducting.cancel_tender, N_("Called off.")),
}


@router.get("/tenders")
def list_tenders(call: PageCall, status: str = "", cursor: str = "") -> Response:
    """Show the company's own tenders."""
    drafting.list_tenders.admit(call.signed_in())
    chosen = TenderStatus(status) if status in {one.value for one in TenderStatus} else None
    command = commands.ListTenders(page=page_request(None, cursor or None), status=chosen)
    page = drafting.list_tenders(call.work, call.actor, command)
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "status": chosen.value if chosen else "",
        "status_options": [(one.value, badge.label) for one, badge in showing.TENDER_BADGES.items()],
        "badges": showing.TENDER_BADGES,
        "entries": showing.ENTRIES,
        "next_href": f"/tenders?status={chosen.value if chosen else ''}&cursor={following}" if following else None,
        "drafts": drafting.draft_tender.allows(call.actor),
        "amendments": _waiting(call) if chosen is TenderStatus.PENDING_APPROVAL else (),
    }
    return call.page("tendering/list.html", context)


@router.get("/open-tenders")
def list_open_tenders(call: PageCall, cursor: str = "") -> Response:
    """Show a supplier the tenders that it was invited to, or that are public."""
    drafting.list_open_tenders.admit(call.signed_in())
    command = commands.ListOpenTenders(page=page_request(None, cursor or None))
    page = drafting.list_open_tenders(call.work, call.actor, command)
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "badges": showing.TENDER_BADGES,
        "companies": showing.company_names(call, {tender.buyer_id for tender in page.items}),
        "next_href": f"/open-tenders?cursor={following}" if following else None,
    }
    return call.page("tendering/open.html", context)


@router.get("/tenders/{tender_id}")
def show_tender(tender_id: WireUuid, call: PageCall) -> Response:
    """Show one tender; nothing of any bid is on it but what the reader's own company sent."""
    call.signed_in()
    return page_of(call, tender_id, Form())


@router.post("/tenders/{tender_id}/steps/{step}")
def take_step(tender_id: WireUuid, step: str, call: PageCall) -> Response:
    """Take a named step of the tender; a refusal is shown on its page."""
    if step not in _STEPS and step not in _REASONED:
        raise NotFound(step=step)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form):
        if step in _STEPS:
            run, said = _STEPS[step]
            run(call.work, call.actor, commands.StepTender(tender_id, expected))
        else:
            reasoned, said = _REASONED[step]
            why = form.text(f"reason_{step}", limit=4000, lines=True) or ""
            reasoned(call.work, call.actor, commands.ReasonedTender(tender_id, expected, why))
        return call.see(f"/tenders/{tender_id}", Flash(said))
    return page_of(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/extension")
def extend(tender_id: WireUuid, call: PageCall) -> Response:
    """Move the deadline later."""
    publishing.extend_tender.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    closes_at = form.moment("closes_at", showing.zone_of(call), required=True)
    why = form.text("reason_extend", limit=4000, lines=True) or ""
    if form.ok and closes_at is not None:
        with call.attempt(form):
            command = commands.ExtendTender(tender_id, expected, closes_at, why)
            publishing.extend_tender(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}", Flash(N_("The deadline is later; a new notice says so.")))
    return page_of(call, tender_id, form, status=409)


@router.post("/tender-lots/{lot_id}/cancel")
def cancel_lot(lot_id: WireUuid, call: PageCall) -> Response:
    """Call one lot off."""
    form = Form(call.form())
    tender_id = conducting.tender_of_lot(call.work, call.actor, commands.CancelLot(lot_id, None, ""))
    expected = form.integer("version", required=True)
    why = form.text("reason_lot", limit=4000, lines=True) or ""
    with call.attempt(form):
        conducting.cancel_lot(call.work, call.actor, commands.CancelLot(lot_id, expected, why))
        return call.see(f"/tenders/{tender_id}", Flash(N_("The lot is called off.")))
    return page_of(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/enquiries")
def ask(tender_id: WireUuid, call: PageCall) -> Response:
    """Ask; what is wrong with the question stands at its field."""
    asking.ask_about_tender.admit(call.actor)
    call.once()
    form = Form(call.form())
    text = form.text("text", required=True, limit=4000, lines=True)
    if form.ok and text is not None:
        with call.attempt(form):
            asking.ask_about_tender(call.work, call.actor, commands.AskAboutTender(tender_id, text))
            said = Flash(N_("Asked. Nobody learns who you are; the answer goes to everybody."))
            return call.see(f"/tenders/{tender_id}", said)
    return page_of(call, tender_id, form, status=422)


@router.post("/tender-enquiries/{enquiry_id}/answer")
def answer(enquiry_id: WireUuid, call: PageCall) -> Response:
    """Answer to everybody who may read the tender."""
    form = Form(call.form())
    tender_id = asking.tender_of_enquiry(call.work, call.actor, commands.AnswerEnquiry(enquiry_id, None, ""))
    text = form.text(f"answer-{enquiry_id}", required=True, limit=4000, lines=True)
    expected = form.integer("version", required=True)
    if form.ok and text is not None:
        with call.attempt(form):
            asking.answer_enquiry(call.work, call.actor, commands.AnswerEnquiry(enquiry_id, expected, text))
            return call.see(f"/tenders/{tender_id}", Flash(N_("Answered to everybody.")))
    return page_of(call, tender_id, form, status=422)


def _waiting(call: PageContext) -> Sequence[object]:
    """Return the amendments that wait beside the tenders, to whoever may approve them."""
    return amending.list_waiting(call.work, call.actor, None) if amending.list_waiting.allows(call.actor) else ()


def page_of(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of a tender with what the reader may do."""
    found = overview.read_overview(call.work, call.actor, commands.ReadTender(tender_id))
    content, tender = found.content, found.content.tender
    procedure = read_procedure(tender.values)
    buys = tender.buyer_id in call.actor.org_ids
    own_work = call.actor.user_id in (tender.author_id, tender.editor_id)
    composed = buys and tender.procedure not in profiles()
    own = procedures.list_procedures(call.work, call.actor, None).own if composed else ()
    known = {str(one.id): one.name for one in own}
    context = {
        **_taking_part(call, content, procedure, buys=buys),
        "content": content,
        "items": {lot.id: showing.items_shown(lot.items, showing.language_of(call)) for lot in content.lots},
        "weighing": {
            lot.id: weighing.shown(lot.features, lot.costs, showing.language_of(call)) for lot in content.lots
        },
        "tender": tender,
        "form": form,
        "buys": buys,
        "joint": (buys and tender.status is TenderStatus.DRAFT) or found.joint,
        "own_work": own_work,
        "officer": call.actor.user_id in tender.officer_ids,
        "procedure": showing.procedure_name(call, tender.procedure, known),
        "values": procedure,
        "calendar": wording.calendar_name(tender.values),
        "chain": found.chain,
        "companies": showing.company_names(call, [tender.buyer_id, *tender.supplier_ids]),
        "enquiries": found.enquiries,
        "technical": found.technical,
        "ceremony": found.ceremony,
        "allowed": _allowed(call, content, procedure, own_work=own_work) if buys else frozenset(),
        "plan": found.plan,
        "money": lambda amount: Money(amount, Currency(tender.currency)),
        "history": showing.history(call, tender.id),
        "amendments": found.amendments,
        **_BADGES,
        "kinds": showing.KINDS,
        "entries": showing.ENTRIES,
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/tender.html", context, status=status)


def _taking_part(call: PageContext, content: TenderContent, procedure: Procedure, *, buys: bool) -> dict[str, object]:
    """Return what a reader of another company than the buyer may do, and what comes next for any reader.

    ``unconfirmed`` says that the reader's bid waits to be confirmed.
    """
    tender, actor = content.tender, call.actor
    lets_in = not buys and takes_part(tender.entry, tender.supplier_ids, tender.admitted_ids, actor.org_id)
    enquires = lets_in and tender.status is TenderStatus.ENQUIRIES
    bids = lets_in and bidding.submit_bid.allows(actor)
    amended = bids and tender.status is TenderStatus.TENDERING and tender.binding_edition > 1
    own = bidding.read_own_bids(call.work, actor, commands.ReadTender(tender.id)) if amended else None
    return {
        "bids": bids,
        "unconfirmed": own is not None and bool(own.unconfirmed()),
        "next_step": next_step(tender, procedure, buys=buys, takes_part=bids),
        "applies": not buys and applying.send_application.allows(actor),
        "asks": enquires and asking.ask_about_tender.allows(actor),
    }


def _allowed(call: PageContext, content: TenderContent, procedure: Procedure, *, own_work: bool) -> frozenset[str]:
    """Return what the buyer's reader may do now: the steps of the status whose permission the reader has."""
    tender = content.tender
    steps = set(TENDER_LIFECYCLE.allowed(tender.status))
    negotiated = has_negotiation(procedure)
    judges = call.actor.user_id != tender.approver_id and evaluating.begin_evaluation.allows(call.actor)
    may = {
        "submit": publishing.submit_tender.allows(call.actor),
        "publish": publishing.publish_tender.allows(call.actor) and not own_work,
        "return": publishing.return_tender.allows(call.actor),
        "cancel": conducting.cancel_tender.allows(call.actor) and not own_work,
        "evaluate": judges and not negotiated,
        "negotiate": judges and negotiated,
    }
    found = {name for name, held in may.items() if held and name in steps}
    if tender.status in LIVE:
        found |= {"extend"} if publishing.extend_tender.allows(call.actor) else set()
        found |= {"amend"} if amending.amend_tender.allows(call.actor) else set()
        active = [lot for lot in content.lots if lot.status is LotStatus.ACTIVE]
        found |= {"cancel_lot"} if may["cancel"] and len(active) > 1 else set()
    if planning.publish_plan.allows(call.actor):
        public = procedure.notice is Publicity.PUBLIC and tender.rehearsal_factor == 1
        found |= {"withdraw_plan"} | ({"plan"} if public and tender.status in PLANNABLE and not own_work else set())
    if tender.status is TenderStatus.ENQUIRIES and asking.answer_enquiry.allows(call.actor):
        found |= {"answer"}
    return frozenset(found)
