"""Negotiation and dialogue: the buyer's record of all of them, a company's own, and the step to the final bids."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands import selecting as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.pages import selecting, showing
from b2b_market.tendering.pages import tenders as tender_pages
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.reducing import total_of
from b2b_market.tendering.service import complaining, continuing, departing, drafting, talking
from b2b_market.tendering.states.reducing import DepartureKind, DepartureStatus
from b2b_market.tendering.states.selecting import TalkKind, TalkStatus
from b2b_market.tendering.states.tenders import TALKING
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

TALK_BADGES: Final[Mapping[TalkStatus, Badge]] = MappingProxyType(
    {
        TalkStatus.OPEN: Badge(N_("Not answered yet"), "violet"),
        TalkStatus.ANSWERED: Badge(N_("Answered"), "ok"),
        TalkStatus.NOTED: Badge(N_("Told to all"), "neutral"),
    }
)
DEPARTURE_BADGES: Final[Mapping[tuple[DepartureKind, DepartureStatus], Badge]] = MappingProxyType(
    {
        (DepartureKind.DROPPED, DepartureStatus.OUT): Badge(N_("Dropped"), "bad"),
        (DepartureKind.DROPPED, DepartureStatus.READMITTED): Badge(N_("Takes part again"), "ok"),
        (DepartureKind.LEFT, DepartureStatus.OUT): Badge(N_("Left by itself"), "neutral"),
    }
)
TALK_KINDS: Final[Mapping[TalkKind, str]] = MappingProxyType(
    {
        TalkKind.SESSION: N_("Minutes of a meeting"),
        TalkKind.QUESTION: N_("Question"),
        TalkKind.INFORMATION: N_("Information"),
    }
)


@router.post("/tenders/{tender_id}/negotiation")
def begin_negotiation(tender_id: WireUuid, call: PageCall) -> Response:
    """Begin to negotiate the opened bids."""
    talking.begin_negotiation.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form):
        talking.begin_negotiation(call.work, call.actor, StepTender(tender_id, expected))
        return call.see(f"/tenders/{tender_id}/talks", Flash(N_("The negotiation has begun; every bidder is told.")))
    return tender_pages.page_of(call, tender_id, form, status=409)


@router.get("/tenders/{tender_id}/talks")
def show_talks(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the talks as the reader's side sees them."""
    talking.read_talks.admit(call.signed_in())
    return page_of(call, tender_id, Form())


@router.post("/tenders/{tender_id}/talks")
def record_talk(tender_id: WireUuid, call: PageCall) -> Response:
    """Keep an entry."""
    talking.record_talk.admit(call.actor)
    form = Form(call.form())
    kind = form.choice("kind", TalkKind, required=True)
    text = form.text("text", required=True, limit=4000, lines=True)
    expected = form.integer("version", required=True)
    supplier_id, lot_id = form.uuid("supplier_id"), form.uuid("lot_id")
    held_at = form.moment("held_at", showing.zone_of(call))
    if form.ok and kind is not None and text is not None:
        command = commands.RecordTalk(
            tender_id=tender_id,
            expected_version=expected,
            kind=kind,
            text=text,
            supplier_id=supplier_id,
            lot_id=lot_id,
            held_at=held_at,
        )
        with call.attempt(form):
            talking.record_talk(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}/talks", Flash(N_("Kept. Those it is for are told.")))
    return page_of(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/talks/round")
def begin_round(tender_id: WireUuid, call: PageCall) -> Response:
    """Begin the next round."""
    talking.begin_round.admit(call.actor)

    def begin(form: Form) -> Response:
        command = StepTender(tender_id, form.integer("version", required=True))
        talking.begin_round(call.work, call.actor, command)
        return call.see(f"/tenders/{tender_id}/talks", Flash(N_("The next round has begun.")))

    return _tried(call, tender_id, begin)


@router.post("/tenders/{tender_id}/talks/end")
def end_talks(tender_id: WireUuid, call: PageCall) -> Response:
    """End the talks, and show the draft of the tender with the final bids."""
    continuing.end_talks.admit(call.actor)

    def end(form: Form) -> Response:
        command = StepTender(tender_id, form.integer("version", required=True))
        made = continuing.end_talks(call.work, call.actor, command)
        said = Flash(N_("The talks are over. Finish the terms of the final bids, and submit them for approval."))
        return call.see(f"/tenders/{made.tender.id}/edit", said)

    return _tried(call, tender_id, end)


@router.post("/tender-talks/{talk_id}/answer")
def answer_talk(talk_id: WireUuid, call: PageCall) -> Response:
    """Answer, or remark on minutes."""
    talking.answer_talk.admit(call.actor)
    tender_id = talking.tender_of_talk(call.work, call.actor, commands.TalkId(talk_id))

    def answer(form: Form) -> Response:
        text = form.text(f"answer-{talk_id}", limit=4000, lines=True) or ""
        command = commands.AnswerTalk(talk_id, form.integer("version", required=True), text)
        talking.answer_talk(call.work, call.actor, command)
        return call.see(f"/tenders/{tender_id}/talks", Flash(N_("Answered. The buyer alone reads it.")))

    return _tried(call, tender_id, answer)


@router.post("/tender-talks/{talk_id}/files")
def add_talk_file(talk_id: WireUuid, request: Request) -> Response:
    """Add a file to an answer before it is given; its bytes are stored between two transactions."""
    with opened_page(request) as call:
        talking.add_talk_file.admit(call.actor)
        tender_id = talking.tender_of_talk(call.work, call.actor, commands.TalkId(talk_id))
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file(f"file-{talk_id}", required=True))
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_advice(f"file-{talk_id}", received.refusal)
        if received.prepared is not None:
            with call.attempt(form):
                kept = files.register(call.work, call.actor, received.prepared)
                talking.add_talk_file(call.work, call.actor, commands.AddFile(talk_id, kept.id))
                return call.see(f"/tenders/{tender_id}/talks", Flash(N_("The file is there. Now give the answer.")))
        return page_of(call, tender_id, form, status=422)


def _tried(call: PageContext, tender_id: UUID, run: Callable[[Form], Response]) -> Response:
    """Run a change of the talks; a refusal is shown on their page."""
    form = Form(call.form())
    with call.attempt(form):
        return run(form)
    return page_of(call, tender_id, form, status=409)


def page_of(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of the talks with what the reader may do."""
    found = talking.read_talks(call.work, call.actor, ReadTender(tender_id))
    tender, actor = found.tender, call.actor
    lots = drafting.read_tender(call.work, actor, ReadTender(tender_id)).lots
    buys, talks = tender.buyer_id in actor.org_ids, tender.status in TALKING
    procedure = read_procedure(tender.values)
    takes_part = not buys and talks and actor.org_id in (tender.admitted_ids or ())
    departures = departing.list_departures(call.work, actor, ReadTender(tender_id))
    gone = {one.supplier_id for one in departures}
    context = {
        "form": form,
        "found": found,
        "tender": tender,
        "buys": buys,
        "rounds": procedure.talks.rounds if procedure.talks else 1,
        "companies": showing.company_names(
            call, {*found.participants, *gone, *(one.talk.supplier_id for one in found.entries)}
        ),
        "lots": {lot.id: lot for lot in lots},
        "records": buys and talks and talking.record_talk.allows(actor),
        "ends": buys and talks and continuing.end_talks.allows(actor),
        "answers": takes_part and talking.answer_talk.allows(actor),
        "leaves": takes_part and departing.leave_talks.allows(actor),
        "departures": departures,
        "reduces": buys and procedure.talks is not None and procedure.talks.least_left is not None,
        "complains": procedure.complaints is not None and complaining.draft_complaint.allows(actor),
        "departure_badges": DEPARTURE_BADGES,
        "shown": lambda scores: shown_score(total_of(scores, tender.criteria)),
        "badges": showing.TENDER_BADGES,
        "talk_badges": TALK_BADGES,
        "talk_kinds": TALK_KINDS,
        "extensions": ",".join(sorted(files.accepted_extensions())),
    }
    return call.page("tendering/talks.html", context, status=status)


ROUTERS: Final = (selecting.router, router)
