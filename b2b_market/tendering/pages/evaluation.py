"""The evaluation of a tender, lot by lot, for its buyer; questions and results for its bidders."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.identity import public as identity
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import evaluation as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.pages import judging_words as words
from b2b_market.tendering.pages import showing, weighing
from b2b_market.tendering.pages.board import tongue
from b2b_market.tendering.pages.publicity import standing_candidates
from b2b_market.tendering.rules import saying
from b2b_market.tendering.rules.deciding import shown_amount, shown_score
from b2b_market.tendering.rules.envelopes import technical_score
from b2b_market.tendering.rules.judging import Placed, scores_by_bid
from b2b_market.tendering.rules.naming import named
from b2b_market.tendering.service import awarding, drafting, evaluating, questioning, revoking
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement
from b2b_market.tendering.states.evaluation import InquiryKind, RulingGround, RulingStatus, TenderAwardStatus
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class _Act:
    """A step over something that belongs to a tender: what runs, what is said afterwards and where."""

    part: commands.Part
    run: Operation[Any, Any]
    command: Callable[[UUID, int | None, str], object]
    said: str
    page: str = "evaluation"


@router.get("/tenders/{tender_id}/evaluation")
def show_evaluation(tender_id: WireUuid, call: PageCall, lot: int = 0) -> Response:
    """Show the evaluation: every lot in a line, and one of them whole."""
    call.signed_in()
    return _evaluation(call, tender_id, Form(), lot)


@router.post("/tenders/{tender_id}/evaluation")
def begin(tender_id: WireUuid, call: PageCall) -> Response:
    """Begin to judge the bids of an opened tender."""
    form = Form(call.form())
    expected = form.integer("version", required=True)
    try:
        evaluating.begin_evaluation(call.work, call.actor, StepTender(tender_id, expected))
        return call.see(f"/tenders/{tender_id}/evaluation", Flash(N_("The evaluation has begun.")))
    except Refusal as refusal:
        call.refuse(refusal)
        drafting.read_own_tender(call.work, call.actor, ReadTender(tender_id))
        return call.see(f"/tenders/{tender_id}", Flash(refusal.title, "bad"))


@router.post("/tenders/{tender_id}/scores")
def score(tender_id: WireUuid, call: PageCall) -> Response:
    """Score the bids of one lot."""
    evaluating.score_bids.admit(call.actor)
    form = Form(call.form())
    expected, position = form.integer("version", required=True), form.integer("lot", required=True)
    found = evaluating.read_evaluation(call.work, call.actor, ReadTender(tender_id))
    chosen = _chosen(found, position or 0)
    scores = [
        commands.Score(bid.id, key, value)
        for bid, _ in chosen.bids
        for key in found.weights.quality
        if bid.id in chosen.quality
        and (value := form.decimal(f"score-{bid.id}-{key}", required=True, least=Decimal(0))) is not None
    ]
    if not form.ok:
        return _evaluation(call, tender_id, form, position or 0, status=422)
    command = commands.ScoreBids(
        tender_id=tender_id, lot_id=chosen.lot.id, expected_version=expected, scores=tuple(scores)
    )
    return _act(call, tender_id, form, lambda: evaluating.score_bids(call.work, call.actor, command), N_("Scored."))


@router.post("/tender-bids/{bid_id}/disqualification")
def disqualify(bid_id: WireUuid, call: PageCall) -> Response:
    """Propose to disqualify a bid."""
    questioning.propose_disqualification.admit(call.actor)
    tender_id = _tender_of(call, commands.Part.BID, bid_id)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    ground = form.choice("ground", RulingGround, required=True)
    reason = form.text(f"disqualify-{bid_id}", limit=LONGEST, lines=True, required=True)
    if not form.ok or ground is None or reason is None:
        return _evaluation(call, tender_id, form, form.integer("lot") or 0, status=422)
    command = commands.ProposeDisqualification(bid_id=bid_id, expected_version=expected, ground=ground, reason=reason)
    said = N_("Proposed. Another person decides.")
    return _act(
        call, tender_id, form, lambda: questioning.propose_disqualification(call.work, call.actor, command), said
    )


@router.post("/tender-bids/{bid_id}/inquiry")
def ask(bid_id: WireUuid, call: PageCall) -> Response:
    """Ask a bidder about its bid."""
    questioning.ask_bidder.admit(call.actor)
    tender_id = _tender_of(call, commands.Part.BID, bid_id)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    kind = form.choice("kind", InquiryKind, required=True)
    question = form.text(f"ask-{bid_id}", limit=LONGEST, lines=True, required=True)
    if not form.ok or kind is None or question is None:
        return _evaluation(call, tender_id, form, form.integer("lot") or 0, status=422)
    command = commands.AskBidder(bid_id=bid_id, expected_version=expected, kind=kind, question=question)
    said = N_("Asked. The question says until when.")
    return _act(call, tender_id, form, lambda: questioning.ask_bidder(call.work, call.actor, command), said)


@router.post("/tender-disqualifications/{ruling_id}/confirm")
def confirm_disqualification(ruling_id: WireUuid, call: PageCall) -> Response:
    """Confirm a proposed disqualification."""
    said = N_("Disqualified. The bidder reads why, and the next bid has its turn.")
    act = _Act(commands.Part.RULING, questioning.confirm_disqualification, commands.DecideRuling, said)
    return _step(call, ruling_id, "confirm", act)


@router.post("/tender-disqualifications/{ruling_id}/dismiss")
def dismiss_disqualification(ruling_id: WireUuid, call: PageCall) -> Response:
    """Dismiss a proposed disqualification."""
    said = N_("Dismissed. The bid takes part.")
    act = _Act(commands.Part.RULING, questioning.dismiss_disqualification, commands.DecideRuling, said)
    return _step(call, ruling_id, "dismiss", act)


@router.post("/tender-inquiries/{inquiry_id}/answer")
def answer_inquiry(inquiry_id: WireUuid, call: PageCall) -> Response:
    """Answer what the own company was asked."""
    said = N_("Answered. The buyer decides.")
    act = _Act(commands.Part.INQUIRY, questioning.answer_inquiry, commands.AnswerInquiry, said, "results")
    return _step(call, inquiry_id, "answer", act)


@router.post("/tender-inquiries/{inquiry_id}/accept")
def accept_answer(inquiry_id: WireUuid, call: PageCall) -> Response:
    """Accept an answer."""
    said = N_("The answer is accepted.")
    act = _Act(commands.Part.INQUIRY, questioning.accept_answer, commands.DecideInquiry, said)
    return _step(call, inquiry_id, "accept", act)


@router.post("/tender-inquiries/{inquiry_id}/reject")
def reject_answer(inquiry_id: WireUuid, call: PageCall) -> Response:
    """Reject an answer, or that none came."""
    said = N_("The answer is rejected.")
    act = _Act(commands.Part.INQUIRY, questioning.reject_answer, commands.DecideInquiry, said)
    return _step(call, inquiry_id, "reject", act)


@router.post("/tender-awards/{tender_award_id}/propose")
def propose_award(tender_award_id: WireUuid, call: PageCall) -> Response:
    """Propose the award of a lot."""
    said = N_("Proposed. An approver decides.")
    act = _Act(commands.Part.AWARD, awarding.propose_award, commands.StepAward, said)
    return _step(call, tender_award_id, "propose", act)


@router.post("/tender-awards/{tender_award_id}/return")
def return_award(tender_award_id: WireUuid, call: PageCall) -> Response:
    """Send a proposed award back."""
    said = N_("Returned to its proposer.")
    act = _Act(commands.Part.AWARD, awarding.return_award, commands.StepAward, said)
    return _step(call, tender_award_id, "return", act)


@router.post("/tender-awards/{tender_award_id}/approve")
def approve_award(tender_award_id: WireUuid, call: PageCall) -> Response:
    """Decide a lot."""
    said = N_("Decided and signed. Every bidder finds its result.")
    act = _Act(commands.Part.AWARD, awarding.approve_award, commands.StepAward, said)
    return _step(call, tender_award_id, "approve", act)


@router.post("/tender-awards/{tender_award_id}/cancel")
def cancel_award(tender_award_id: WireUuid, call: PageCall) -> Response:
    """Take a decision back."""
    said = N_("Taken back. The lot is judged again.")
    act = _Act(commands.Part.AWARD, revoking.cancel_award, commands.StepAward, said)
    return _step(call, tender_award_id, "cancel", act)


def _step(call: PageContext, key: UUID, step: str, act: _Act) -> Response:
    act.run.admit(call.actor)
    tender_id = _tender_of(call, act.part, key)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    text = form.text(f"{step}-{key}", limit=LONGEST, lines=True) or ""
    command = act.command(key, expected, text)
    return _act(call, tender_id, form, lambda: act.run(call.work, call.actor, command), act.said, act.page)


@router.get("/tenders/{tender_id}/results")
def show_results(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a bidder what it was asked and what its bids came to; the buyer reads every result."""
    call.signed_in()
    return results_of(call, tender_id, Form())


def _tender_of(call: PageContext, part: commands.Part, key: UUID) -> UUID:
    return evaluating.tender_of(call.work, call.actor, commands.LocatePart(part, key))


def _act(  # the parts of one post
    call: PageContext, tender_id: UUID, form: Form, run: Callable[[], object], *how: str
) -> Response:
    said, page = how[0], (*how, "evaluation")[1]
    position = form.integer("lot") or 0
    with call.attempt(form):
        run()
        lot = f"?lot={position}" if position and page == "evaluation" else ""
        return call.see(f"/tenders/{tender_id}/{page}{lot}", Flash(said))
    if page == "results":
        return results_of(call, tender_id, form, status=409)
    return _evaluation(call, tender_id, form, position, status=409)


def _kinds(found: Judgement) -> list[tuple[str, str]]:
    """Return what a bidder may be asked under the tender's procedure."""
    corrects = "correction" in found.tender.values
    return [(one.value, label) for one, label in saying.KINDS.items() if corrects or one is not InquiryKind.CORRECTION]


def _chosen(found: Judgement, position: int) -> JudgedLot:
    """Return the lot of this position, else the first one that is not decided, else the first."""
    by_position = {lot.lot.position: lot for lot in found.lots}
    waiting = [
        lot
        for lot in found.lots
        if lot.lot.status is LotStatus.ACTIVE
        and not any(award.status is TenderAwardStatus.ACTIVE for award in lot.awards)
    ]
    return by_position.get(position) or (waiting or list(found.lots))[0]


def _evaluation(call: PageContext, tender_id: UUID, form: Form, position: int, *, status: int = 200) -> Response:
    found = evaluating.read_evaluation(call.work, call.actor, ReadTender(tender_id))
    chosen = _chosen(found, position)
    known = {bid.supplier_id for lot in found.lots for bid, _ in lot.bids}
    people = identity.people(
        call.work, call.actor, [one for one in (*found.evaluation.evaluator_ids, *_deciders(chosen)) if one]
    )
    context = {
        "found": found,
        "tender": found.tender,
        "chosen": chosen,
        "rows": _rows(found, chosen),
        "weighed": weighing.derived(found.tender.currency, chosen, showing.language_of(call)),
        "overview": [_overview(lot) for lot in found.lots],
        "form": form,
        "companies": showing.company_names(call, known),
        "people": {user_id: person.name for user_id, person in people.items()},
        "criteria": [(key, found.tender.criteria[int(key)]["name"]) for key in found.weights.quality],
        "scores": {(one["bid"], one["criterion"]): one["score"] for one in found.evaluation.scores},
        "grounds": [(one.value, label) for one, label in saying.GROUNDS.items()],
        "ground_names": saying.GROUNDS,
        "kinds": _kinds(found),
        "kind_names": saying.KINDS,
        "low": saying.LOW,
        "faults": saying.FAULTS,
        "badges": showing.TENDER_BADGES,
        "lot_badges": showing.LOT_BADGES,
        "award_badges": words.AWARD_BADGES,
        "ruling_badges": words.RULING_BADGES,
        "inquiry_badges": words.INQUIRY_BADGES,
        "sight": found.sight,
        "two": found.sight.two,
        "allowed": _allowed(call, found),
        "committee": found.tender.values.get("committee"),
        **standing_candidates(call, found, chosen),
        "now": call.work.now(),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/evaluation.html", context, status=status)


def results_of(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of a tender's results, with what the own company was asked."""
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    results = awarding.read_results(call.work, call.actor, ReadTender(tender_id))
    listed = questioning.list_disqualifications(call.work, call.actor, ReadTender(tender_id))
    rulings = [one for one in listed if one.status is RulingStatus.CONFIRMED]
    concerned = {one.supplier_id for one in results} | {one.supplier_id for one in rulings}
    context = {
        "tender": content.tender,
        "lots": {lot.id: lot for lot in content.lots},
        "results": [(one, _won(one.winning_amount, one.currency)) for one in results],
        "winners": {one.bid_id: named(one.winner, one.winner_names, tongue(call)) for one in results},
        "inquiries": questioning.list_inquiries(call.work, call.actor, ReadTender(tender_id)),
        "rulings": rulings,
        "answers": questioning.answer_inquiry.allows(call.actor),
        "buys": content.tender.buyer_id in call.actor.org_ids,
        "companies": showing.company_names(call, concerned),
        "form": form,
        "badges": showing.TENDER_BADGES,
        "outcome_badges": words.OUTCOME_BADGES,
        "inquiry_badges": words.INQUIRY_BADGES,
        "ground_names": saying.GROUNDS,
        "kind_names": saying.KINDS,
        "now": call.work.now(),
    }
    return call.page("tendering/results.html", context, status=status)


def _won(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, Currency(currency)).rounded()


def _deciders(lot: JudgedLot) -> list[UUID | None]:
    return [user for one in lot.awards for user in (one.proposer_id, one.approver_id)]


def _overview(lot: JudgedLot) -> dict[str, object]:
    leading = lot.under_way or next((one for one in lot.awards if one.status is TenderAwardStatus.PENDING), None)
    amount = None if leading is None else Money(leading.amount, Currency(leading.currency)).rounded()
    return {"lot": lot.lot, "bids": len(lot.bids), "admitted": len(lot.standing), "award": leading, "amount": amount}


def _rows(found: Judgement, lot: JudgedLot) -> list[dict[str, object]]:
    """Return the bids of a lot as the page shows them: the placed ones in order, then the others."""
    placed = {one.bid_id: one for one in lot.standing}
    target = Currency(found.tender.currency)
    scores = scores_by_bid(evaluating.sheet_of(found.evaluation))
    rows: list[dict[str, object]] = []
    for bid, offer in sorted(lot.bids, key=lambda pair: (pair[0].id not in placed, _place(placed.get(pair[0].id)))):
        own = placed.get(bid.id)
        rows.append(
            {
                "bid": bid,
                "total": offer.total,
                "compared": Money(own.total, target).rounded()
                if own and offer.total and offer.total.currency != target
                else None,
                "counts_as": own and own.weighed and Money(shown_amount(own.weighed.effective), target),
                "placed": own,
                "score": own and shown_score(own.score),
                "quality": own and shown_score(own.quality),
                "findings": offer.findings,
                "asked_to_score": bid.id in lot.quality,
                "failed": bid.id in lot.failed,
                "technical": shown_score(technical_score(scores.get(bid.id, {}), found.weights)),
                "rulings": [one for one in lot.rulings if one.bid_id == bid.id],
                "inquiries": [one for one in lot.inquiries if one.bid_id == bid.id],
                "awards": [one for one in lot.awards if one.bid_id == bid.id],
            }
        )
    return rows


def _place(own: Placed | None) -> int:
    return 0 if own is None else own.place


def _allowed(call: PageContext, found: Judgement) -> frozenset[str]:
    """Return what the reader may do here; the operations refuse what duties or states forbid."""
    if found.tender.status not in (TenderStatus.EVALUATING, TenderStatus.AWARDED):
        return frozenset()
    actor, judges = call.actor, call.actor.user_id in found.evaluation.evaluator_ids
    publisher = actor.user_id == found.tender.approver_id
    may = {
        "judge": questioning.ask_bidder.allows(actor) and not publisher,
        "propose": awarding.propose_award.allows(actor) and not publisher,
        "decide": awarding.approve_award.allows(actor) and not judges,
    }
    found_steps = {name for name, held in may.items() if held}
    if found.tender.status is TenderStatus.AWARDED:
        return frozenset({"cancel"} if "decide" in found_steps and found.tender.next_due_at is not None else ())
    return frozenset(found_steps | ({"cancel"} if "decide" in found_steps else set()))
