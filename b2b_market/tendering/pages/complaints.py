"""Complaints about a tender: what is published, and the form that drafts one; the desk; the public page."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands.complaints import ComplaintInput, DraftComplaint
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import complaint_words as words
from b2b_market.tendering.pages import showing
from b2b_market.tendering.rules.complaining import MOST_TEXT
from b2b_market.tendering.service import awarding, board, complaining, departing, drafting, publicity, questioning
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.complaints import BEFORE_OPENING, ComplaintKind, ComplaintTarget
from b2b_market.tendering.states.evaluation import RulingStatus
from b2b_market.tendering.states.publicity import PublicityStatus
from b2b_market.tendering.states.reducing import DepartureKind, DepartureStatus
from b2b_market.tendering.states.tenders import LIVE, TALKING, LotStatus, TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

NOTHING = ""


@router.get("/tenders/{tender_id}/complaints")
def show_complaints(tender_id: WireUuid, call: PageCall) -> Response:
    """Show what is published of the complaints about a tender, the own ones, and the form for a new one."""
    call.signed_in()
    return _page(call, tender_id, Form())


@router.post("/tenders/{tender_id}/complaints")
def draft(tender_id: WireUuid, request: Request) -> Response:
    """Draft a complaint, with a file where one was chosen; its bytes are stored between two transactions."""
    with opened_page(request) as call:
        complaining.draft_complaint.admit(call.actor)
        complaining.list_complaints(call.work, call.actor, ReadTender(tender_id))
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file("file"))
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_advice("file", received.refusal)
        said = read_content(form)
        if not form.ok or said is None:
            return _page(call, tender_id, form, status=422)
        with call.attempt(form):
            call.once()
            kept = replace(said, file_ids=received.registered(call.work, call.actor))
            command = DraftComplaint(tender_id, kept)
            made = complaining.draft_complaint(call.work, call.actor, command)
            return call.see(f"/tender-complaints/{made.id}", Flash(N_("Drafted. Nobody sees it until you lodge it.")))
        return _page(call, tender_id, form, status=422)


@router.get("/tender-complaints")
def show_desk(call: PageCall) -> Response:
    """Show the complaints that the company decides on, takes the fee of, or has drafted itself."""
    complaining.list_desk.admit(call.signed_in())
    context = {
        "complaints": complaining.list_desk(call.work, call.actor, None),
        "badges": words.BADGES,
        "kinds": words.KINDS,
    }
    return call.page("tendering/complaints_desk.html", context)


@router.get("/tender-board/{tender_id}/complaints")
def show_public_complaints(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the complaints about a public tender; nobody needs to sign in."""
    context = {
        "published": complaining.list_public_complaints(call.work, call.actor, ReadTender(tender_id)),
        "notice": board.read_board(call.work, call.actor, ReadTender(tender_id)),
        "badges": words.BADGES,
        "targets": words.TARGETS,
    }
    return call.page("tendering/complaints_public.html", context)


def read_content(form: Form) -> ComplaintInput | None:
    """Return what was typed; None where a field is missing, with the error at it."""
    kind = form.choice("kind", ComplaintKind, required=True)
    aim = form.text("target", required=True, limit=100) or NOTHING
    grounds = form.text("grounds", required=True, limit=MOST_TEXT, lines=True)
    demand = form.text("demand", required=True, limit=MOST_TEXT, lines=True)
    name, _, key = aim.partition(":")
    if name not in {one.value for one in ComplaintTarget} or not _is_id(key):
        form.add_error("target", N_("Choose what it is about."))
    if not form.ok or kind is None or grounds is None or demand is None:
        return None
    target_id = UUID(key) if key else None
    return ComplaintInput(kind=kind, target=ComplaintTarget(name), target_id=target_id, grounds=grounds, demand=demand)


def aims(call: PageContext, tender_id: UUID) -> list[tuple[str, str, str]]:
    """Return what the company may complain about now: the field's value, a message id, and the lot that fills it."""
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    lots = {lot.id: f"{lot.position} {lot.title}" for lot in content.lots}
    documents = [(ComplaintTarget.TENDER.value, N_("The whole tender"), NOTHING)]
    documents += [
        (f"lot:{lot.id}", N_("Lot {lot}"), lots[lot.id]) for lot in content.lots if lot.status is LotStatus.ACTIVE
    ]
    if content.tender.status in LIVE | {TenderStatus.APPLICATIONS}:
        return documents
    own = complaining.list_complaints(call.work, call.actor, ReadTender(tender_id)).own
    objected = any(one.target in BEFORE_OPENING and one.kind is ComplaintKind.OBJECTION for one in own)
    return _decisions(call, content, lots) + (documents if objected else [])


def _decisions(call: PageContext, content: TenderContent, lots: Mapping[UUID, str]) -> list[tuple[str, str, str]]:
    """Return the decisions on the company's own part that it may complain about now."""
    tender_id = content.tender.id
    if content.tender.status in TALKING:
        return [
            (f"departure:{one.id}", N_("Being dropped from the talks"), NOTHING)
            for one in departing.list_departures(call.work, call.actor, ReadTender(tender_id))
            if (one.kind, one.status) == (DepartureKind.DROPPED, DepartureStatus.OUT)
        ]
    found = [
        (f"candidates:{one.id}", N_("The published candidates of lot {lot}"), lots[one.lot_id])
        for one in publicity.list_candidates(call.work, call.actor, ReadTender(tender_id)).published
        if one.status is PublicityStatus.RUNNING and set(one.bidder_ids) & set(call.actor.org_ids)
    ]
    if awarding.read_results.allows(call.actor):
        results = awarding.read_results(call.work, call.actor, ReadTender(tender_id))
        own = [one for one in results if one.supplier_id in call.actor.org_ids]
        found += [(f"award:{one.award_id}", N_("The award of lot {lot}"), lots[one.lot_id]) for one in own]
        rulings = questioning.list_disqualifications(call.work, call.actor, ReadTender(tender_id))
        out = [one for one in rulings if one.status is RulingStatus.CONFIRMED]
        found += [
            (f"disqualification:{one.id}", N_("The disqualification on lot {lot}"), lots[one.lot_id])
            for one in out
            if one.supplier_id in call.actor.org_ids
        ]
    return found


def _page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = complaining.list_complaints(call.work, call.actor, ReadTender(tender_id))
    buys = found.tender.buyer_id in call.actor.org_ids
    lodges = not buys and found.terms is not None and complaining.draft_complaint.allows(call.actor)
    kinds = [(kind.value, said) for kind, said in words.KINDS.items()]
    if found.terms is not None and not found.terms.objections:
        kinds = kinds[:1]
    whole = complaining.read_complaint.allows(call.actor)
    context = {
        "tender": found.tender,
        "terms": found.terms,
        "own": found.own if whole else (),
        "published": found.published,
        "buys": buys,
        "form": form,
        "aims": aims(call, tender_id) if lodges else [],
        "lodges": lodges,
        "kinds": kinds,
        "kind_names": words.KINDS,
        "targets": words.TARGETS,
        "badges": words.BADGES,
        "tender_badges": showing.TENDER_BADGES,
        "extensions": ",".join(sorted(files.accepted_extensions())),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/complaints.html", context, status=status)


def _is_id(key: str) -> bool:
    try:
        return not key or bool(UUID(key))
    except ValueError:
        return False
