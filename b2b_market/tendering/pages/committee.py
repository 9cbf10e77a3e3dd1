"""The committee of a tender: the pool for its buyer, a seat for its members, the draw for everybody."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.identity import public as identity
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands.committee import Declare, HandIn, NameCommittee, Named
from b2b_market.tendering.commands.evaluation import Score
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import offering, showing
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.service import board, committee, drafting, evaluating, supplementing
from b2b_market.tendering.service.committee import CommitteeView, MemberBid
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus, SupplementStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

EXPERT = "*"
LONGEST = 20_000


@router.get("/tenders/{tender_id}/committee")
def show_committee(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the committee as the reader may see it."""
    call.signed_in()
    return committee_page(call, tender_id, Form())


@router.post("/tenders/{tender_id}/committee")
def name_committee(tender_id: WireUuid, call: PageCall) -> Response:
    """Name the pool: one mail address per line, experts with a star."""
    committee.name_committee.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    seats = form.integer("seats", required=True, least=1)
    text = form.text("people", required=True, limit=LONGEST, lines=True) or ""
    people = people_in(text)
    if form.ok and seats is not None:
        command = NameCommittee(tender_id=tender_id, expected_version=expected, seats=seats, people=people)
        with call.attempt(form):
            committee.name_committee(call.work, call.actor, command)
            said = Flash(N_("The pool is named and a secret seed committed to."))
            return call.see(f"/tenders/{tender_id}/committee", said)
    return committee_page(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/committee/declaration")
def declare(tender_id: WireUuid, call: PageCall) -> Response:
    """Declare to have no conflict, or to have one."""
    committee.declare_interests.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    conflict = form.one_of("conflict", ("no", "yes"), required=True) == "yes"
    statement = form.text("statement", limit=4000, lines=True) or ""
    if form.ok:
        with call.attempt(form):
            committee.declare_interests(call.work, call.actor, Declare(tender_id, expected, conflict, statement))
            said = N_("Your seat goes to the next in the draw.") if conflict else N_("Declared. You may read the bids.")
            return call.see(f"/tenders/{tender_id}/committee", Flash(said))
    return committee_page(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/committee/sheet")
def hand_in(tender_id: WireUuid, call: PageCall) -> Response:
    """Hand in the own score sheet."""
    committee.hand_in_sheet.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    found = committee.read_committee(call.work, call.actor, ReadTender(tender_id))
    bids = committee.list_member_bids(call.work, call.actor, ReadTender(tender_id))
    scores = tuple(
        Score(one.bid.id, key, value)
        for one in bids
        for key in judging.weights_of(found.tender.criteria).quality
        if one.scored
        and (value := form.decimal(f"score-{one.bid.id}-{key}", required=True, least=Decimal(0))) is not None
    )
    if form.ok:
        with call.attempt(form):
            committee.hand_in_sheet(call.work, call.actor, HandIn(tender_id, expected, scores))
            said = Flash(N_("Handed in. Nobody reads it before every member has handed in."))
            return call.see(f"/tenders/{tender_id}/committee", said)
    return committee_page(call, tender_id, form, status=409)


@router.get("/tender-board/{tender_id}/committee")
def show_public_draw(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the draw of a public tender's committee; nobody needs to sign in."""
    found = committee.read_public_draw(call.work, call.actor, ReadTender(tender_id))
    context = {
        "committee": found.committee,
        "supplements": found.supplements,
        "supplement_badges": showing.SUPPLEMENT_BADGES,
        "notice": board.read_board(call.work, call.actor, ReadTender(tender_id)),
        "badges": showing.COMMITTEE_BADGES,
    }
    return call.page("tendering/draw.html", context)


def people_in(text: str) -> tuple[Named, ...]:
    """Return the people that lines of mail addresses name; a star behind one marks an expert."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(Named(line.removesuffix(EXPERT).strip(), line.endswith(EXPERT)) for line in lines)


def committee_page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of a committee."""
    found = committee.read_committee(call.work, call.actor, ReadTender(tender_id))
    tender = found.tender
    buys = tender.buyer_id in call.actor.org_ids
    bids = _bids(call, found)
    bidders = {one.bid.id: one.bid.supplier_id for one in bids}
    if buys and found.scores and found.seat is None:
        judged = evaluating.read_evaluation(call.work, call.actor, ReadTender(tender_id))
        bidders = {bid.id: bid.supplier_id for lot in judged.lots for bid, _ in lot.bids}
    known = {*bidders.values(), *(one.org_id for one in found.jurors)}
    members = {member for one in found.scores for member in one.given}
    people = identity.people(call.work, call.actor, members)
    context = {
        "found": found,
        "tender": tender,
        "committee": found.committee,
        "form": form,
        "buys": buys,
        "names": buys and committee.name_committee.allows(call.actor) and tender.status is TenderStatus.DRAFT,
        "declares": _works(found) and committee.declare_interests.allows(call.actor),
        "scores": _works(found) and bool(bids) and tender.status is TenderStatus.EVALUATING,
        "bids": bids,
        "offered": _offered(call, tender_id, bids),
        "bidders": bidders,
        "criteria": [(key, tender.criteria[int(key)]["name"]) for key in judging.weights_of(tender.criteria).quality],
        "companies": showing.company_names(call, known),
        "people": {user_id: person.name for user_id, person in people.items()},
        "shown": lambda score: shown_score(Fraction(score)),
        "supplements": found.supplements,
        "supplement_badges": showing.SUPPLEMENT_BADGES,
        "supplies": _supplies(call, found),
        "draws": _draws(call, found),
        "badges": showing.COMMITTEE_BADGES,
        "juror_badges": showing.JUROR_BADGES,
        "declarations": [("no", N_("I have no conflict with any bidder")), ("yes", N_("I have a conflict"))],
    }
    return call.page("tendering/committee.html", context, status=status)


def _offered(call: PageContext, tender_id: UUID, bids: Sequence[MemberBid]) -> dict[UUID, offering.Said]:
    """Return what each bid says to a member, by its id."""
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)) if bids else None
    lots = {lot.id: lot for lot in content.lots} if content is not None else {}
    return {one.bid.id: offering.said_in(call, one.content or {}, lots[one.bid.lot_id]) for one in bids}


def _supplies(call: PageContext, found: CommitteeView) -> bool:
    """Tell whether the reader may name more people now."""
    short = found.committee is not None and found.committee.status is CommitteeStatus.SHORT
    waits = any(one.status is SupplementStatus.NAMED for one in found.supplements)
    buys = found.tender.buyer_id in call.actor.org_ids
    return short and not waits and buys and supplementing.name_supplement.allows(call.actor)


def _draws(call: PageContext, found: CommitteeView) -> bool:
    """Tell whether a supplementary draw waits for the reader's word."""
    waiting = [one for one in found.supplements if one.status is SupplementStatus.NAMED]
    may = found.tender.buyer_id in call.actor.org_ids and supplementing.draw_supplement.allows(call.actor)
    return may and any(one.named_by != call.actor.user_id for one in waiting)


def _works(found: CommitteeView) -> bool:
    """Tell whether the reader sits in a committee that is not done."""
    seated = found.seat is not None and found.seat.status is JurorStatus.SEATED
    return seated and found.committee is not None and found.committee.status is CommitteeStatus.DRAWN


def _bids(call: PageContext, found: CommitteeView) -> list[MemberBid]:
    seat = found.seat
    if seat is None or seat.status is not JurorStatus.SEATED or seat.declared_at is None:
        return []
    if found.tender.opened_at is None or found.tender.status is TenderStatus.OPENED:
        return []
    if not committee.list_member_bids.allows(call.actor):
        return []
    return list(committee.list_member_bids(call.work, call.actor, ReadTender(found.tender.id)))
