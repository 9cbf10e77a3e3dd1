"""The evaluation of a tender, lot by lot, for its buyer; questions and results for its bidders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.identity import public as identity
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import evaluation as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.pages import judging_words as words
from b2b_market.tendering.pages import showing
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.judging import Placed
from b2b_market.tendering.service import awarding, drafting, evaluating, questioning
from b2b_market.tendering.service.evaluating import JudgedLot, Judgement
from b2b_market.tendering.states import (
    InquiryKind,
    LotStatus,
    RulingGround,
    RulingStatus,
    TenderAwardStatus,
    TenderStatus,
)
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class _Act:
    """A step over something that belongs to a tender: what runs, what it takes, what is said afterwards."""

    run: Callable[[PageContext, UUID, int | None, str], object]
    said: str
    page: str = "evaluation"


_ACTS: Final[Mapping[str, _Act]] = MappingProxyType(
    {
        "confirm": _Act(
            lambda call, key, version, text: questioning.confirm_disqualification(
                call.work, call.actor, commands.DecideRuling(key, version, text)
            ),
            N_("Disqualified. The bidder reads why, and the next bid has its turn."),
        ),
        "dismiss": _Act(
            lambda call, key, version, text: questioning.dismiss_disqualification(
                call.work, call.actor, commands.DecideRuling(key, version, text)
            ),
            N_("Dismissed. The bid takes part."),
        ),
        "answer": _Act(
            lambda call, key, version, text: questioning.answer_inquiry(
                call.work, call.actor, commands.AnswerInquiry(key, version, text)
            ),
            N_("Answered. The buyer decides."),
            "results",
        ),
        "accept": _Act(
            lambda call, key, version, text: questioning.accept_answer(
                call.work, call.actor, commands.DecideInquiry(key, version, text)
            ),
            N_("The answer is accepted."),
        ),
        "reject": _Act(
            lambda call, key, version, text: questioning.reject_answer(
                call.work, call.actor, commands.DecideInquiry(key, version, text)
            ),
            N_("The answer is rejected."),
        ),
        "propose": _Act(
            lambda call, key, version, text: awarding.propose_award(
                call.work, call.actor, commands.StepAward(key, version, text)
            ),
            N_("Proposed. An approver decides."),
        ),
        "return": _Act(
            lambda call, key, version, text: awarding.return_award(
                call.work, call.actor, commands.StepAward(key, version, text)
            ),
            N_("Returned to its proposer."),
        ),
        "approve": _Act(
            lambda call, key, version, text: awarding.approve_award(
                call.work, call.actor, commands.StepAward(key, version, text)
            ),
            N_("Decided and signed. Every bidder finds its result."),
        ),
        "cancel": _Act(
            lambda call, key, version, text: awarding.cancel_award(
                call.work, call.actor, commands.StepAward(key, version, text)
            ),
            N_("Taken back. The lot is judged again."),
        ),
    }
)


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
        for bid, offer in chosen.bids
        for key in found.weights.quality
        if offer.total is not None
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
    form = Form(call.form())
    tender_id, expected = _of(form)
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
    form = Form(call.form())
    tender_id, expected = _of(form)
    kind = form.choice("kind", InquiryKind, required=True)
    question = form.text(f"ask-{bid_id}", limit=LONGEST, lines=True, required=True)
    if not form.ok or kind is None or question is None:
        return _evaluation(call, tender_id, form, form.integer("lot") or 0, status=422)
    command = commands.AskBidder(bid_id=bid_id, expected_version=expected, kind=kind, question=question)
    said = N_("Asked. The bidder has one working day.")
    return _act(call, tender_id, form, lambda: questioning.ask_bidder(call.work, call.actor, command), said)


@router.post("/tender-disqualifications/{ruling_id}/{step}")
def decide_ruling(ruling_id: WireUuid, step: str, call: PageCall) -> Response:
    """Confirm or dismiss a proposed disqualification."""
    return _step(call, ruling_id, step, ("confirm", "dismiss"))


@router.post("/tender-inquiries/{inquiry_id}/{step}")
def step_inquiry(inquiry_id: WireUuid, step: str, call: PageCall) -> Response:
    """Answer an inquiry, or decide on the answer."""
    return _step(call, inquiry_id, step, ("answer", "accept", "reject"))


@router.post("/tender-awards/{tender_award_id}/{step}")
def step_award(tender_award_id: WireUuid, step: str, call: PageCall) -> Response:
    """Propose, return, approve or take back the award of a lot."""
    return _step(call, tender_award_id, step, ("propose", "return", "approve", "cancel"))


def _step(call: PageContext, key: UUID, step: str, allowed: Sequence[str]) -> Response:
    if step not in allowed:
        raise NotFound(step=step)
    act = _ACTS[step]
    form = Form(call.form())
    tender_id, expected = _of(form)
    text = form.text(f"{step}-{key}", limit=LONGEST, lines=True) or ""
    return _act(call, tender_id, form, lambda: act.run(call, key, expected, text), act.said, act.page)


@router.get("/tenders/{tender_id}/results")
def show_results(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a bidder what it was asked and what its bids came to; the buyer reads every result."""
    call.signed_in()
    return _results(call, tender_id, Form())


def _of(form: Form) -> tuple[UUID, int | None]:
    tender_id = form.uuid("tender", required=True)
    if tender_id is None:
        raise NotFound
    return tender_id, form.integer("version", required=True)


def _act(  # the parts of one post
    call: PageContext, tender_id: UUID, form: Form, run: Callable[[], object], *how: str
) -> Response:
    said, page = how[0], (*how, "evaluation")[1]
    position = form.integer("lot") or 0
    try:
        run()
        lot = f"?lot={position}" if position and page == "evaluation" else ""
        return call.see(f"/tenders/{tender_id}/{page}{lot}", Flash(said))
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
    if page == "results":
        return _results(call, tender_id, form, status=409)
    return _evaluation(call, tender_id, form, position, status=409)


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
        "overview": [_overview(lot) for lot in found.lots],
        "form": form,
        "companies": showing.company_names(call, known),
        "people": {user_id: person.name for user_id, person in people.items()},
        "criteria": [(key, found.tender.criteria[int(key)]["name"]) for key in found.weights.quality],
        "scores": {(one["bid"], one["criterion"]): one["score"] for one in found.evaluation.scores},
        "grounds": [(one.value, label) for one, label in words.GROUNDS.items()],
        "ground_names": words.GROUNDS,
        "kinds": [(one.value, label) for one, label in words.KINDS.items()],
        "kind_names": words.KINDS,
        "low": words.LOW,
        "faults": words.FAULTS,
        "badges": showing.TENDER_BADGES,
        "lot_badges": showing.LOT_BADGES,
        "award_badges": words.AWARD_BADGES,
        "ruling_badges": words.RULING_BADGES,
        "inquiry_badges": words.INQUIRY_BADGES,
        "allowed": _allowed(call, found),
        "now": call.work.now(),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/evaluation.html", context, status=status)


def _results(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    results = awarding.read_results(call.work, call.actor, ReadTender(tender_id))
    listed = questioning.list_disqualifications(call.work, call.actor, ReadTender(tender_id))
    rulings = [one for one in listed if one.status is RulingStatus.CONFIRMED]
    concerned = {one.supplier_id for one in results} | {one.supplier_id for one in rulings}
    context = {
        "tender": content.tender,
        "lots": {lot.id: lot for lot in content.lots},
        "results": [(one, _won(one.winning_amount, one.currency)) for one in results],
        "inquiries": questioning.list_inquiries(call.work, call.actor, ReadTender(tender_id)),
        "rulings": rulings,
        "answers": questioning.answer_inquiry.allows(call.actor),
        "buys": content.tender.buyer_id in call.actor.org_ids,
        "companies": showing.company_names(call, concerned),
        "form": form,
        "badges": showing.TENDER_BADGES,
        "outcome_badges": words.OUTCOME_BADGES,
        "inquiry_badges": words.INQUIRY_BADGES,
        "ground_names": words.GROUNDS,
        "kind_names": words.KINDS,
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
                "placed": own,
                "score": own and shown_score(own.score),
                "quality": own and shown_score(own.quality),
                "findings": offer.findings,
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
