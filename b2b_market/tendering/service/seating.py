"""What the platform does by itself: the draw after the close, filling seats, and opening all sheets together."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.committee import CommitteeDrawn, CommitteeShort, MemberReplaced, SheetsOpened
from b2b_market.tendering.models.committee import Committee, Juror
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import committee as queries
from b2b_market.tendering.queries import evaluation as evaluation_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import committee as rules
from b2b_market.tendering.rules import drawing, sheets
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_journal import read_close
from b2b_market.tendering.service import committee as members
from b2b_market.tendering.service import evaluating
from b2b_market.tendering.service.publishing import open_to
from b2b_market.tendering.states.committee import COMMITTEE_LIFECYCLE, JUROR_LIFECYCLE, CommitteeStatus, JurorStatus
from b2b_market.tendering.states.tenders import TenderStatus

BATCH: Final = 20


@operation(system=True, reason="the clock asks which committees wait for a draw, a replacement or their sheets")
def waiting_committees(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (tender, buyer) of the committees that the platform has something to do for."""
    return list(queries.waiting(work.session, BATCH))


@operation(system=True, reason="the platform draws, fills seats and opens sheets by the rules alone")
def advance_committee(work: Work, scope: Scope, command: ReadTender) -> Committee | None:
    """Draw the committee of a closed tender, fill seats that were given up, or open the sheets once all are in.

    None where there was nothing to do: another worker was faster.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    committee = queries.committee_of(work.session, scope, tender.id, lock=True)
    shape = read_procedure(tender.values).committee
    if committee is None or shape is None:
        return None
    jurors = queries.jurors_of(work.session, scope, tender.id)
    done = False
    if committee.status is CommitteeStatus.NAMED and tender.status in (TenderStatus.CLOSED, TenderStatus.OPENED):
        _draw(work, scope, tender, (committee, shape, jurors))
        return committee
    if committee.status is CommitteeStatus.DRAWN:
        done = _fill(work, scope, tender, (committee, shape, jurors))
    if committee.status is CommitteeStatus.DRAWN and tender.status is TenderStatus.EVALUATING:
        done = _open(work, scope, tender, (committee, jurors)) or done
    return committee if done else None


def _draw(work: Work, scope: Scope, tender: Tender, found: tuple[Committee, drawing.Shape, Sequence[Juror]]) -> None:
    committee, shape, jurors = found
    bidding = queries.bidding_companies(work.session, scope, tender.id)
    barred = frozenset(one.id for one in jurors if one.org_id in bidding)
    pool = [drawing.Candidate(one.id, one.expert) for one in jurors]
    seed = queries.seed_of(work.session, scope, bytes(committee.commitment))
    beacon = read_close(tender.close_record).close.journal.root
    for one in jurors:
        if one.id in barred:
            step_juror(work, one, "bar")
    try:
        drawn = drawing.draw(seed, beacon, pool, committee.seats, shape=shape, barred=barred)
    except drawing.PoolTooSmall:
        _fall_short(work, committee)
        return
    by_id = {one.id: one for one in jurors}
    for member in drawn.members:
        step_juror(work, by_id[member], "seat")
    for reserve in drawn.reserves:
        step_juror(work, by_id[reserve], "reserve")
    announced = drawing.Announcement(
        tender.id, bytes(committee.commitment), bytes(committee.pool), committee.seats, shape, barred
    )
    committee.draw = rules.draw_record(announced, drawn, seed, beacon, pool)
    committee.drawn_at = work.now()
    COMMITTEE_LIFECYCLE.advance(committee, "draw")
    work.touch(committee)
    seated = [by_id[member] for member in drawn.members]
    let_in(work, tender, seated)
    event = CommitteeDrawn(
        tender_id=tender.id, buyer_id=tender.buyer_id, member_ids=tuple(one.user_id for one in seated)
    )
    work.emit(event, committee)


def _fill(work: Work, scope: Scope, tender: Tender, found: tuple[Committee, drawing.Shape, Sequence[Juror]]) -> bool:
    """Fill the seats that were given up with the next fitting reserves, in the order of the draw."""
    committee, shape, jurors = found
    by_id = {one.id: one for one in jurors}
    pool = [drawing.Candidate(one.id, one.expert) for one in jurors]
    drawn_last = [one.draw for one in queries.supplements_of(work.session, scope, tender.id) if one.draw is not None]
    record = drawn_last[-1] if drawn_last else committee.draw or {}
    gone = [one for one in jurors if one.status is JurorStatus.CONFLICTED]
    for one in gone:
        sitting = (JurorStatus.SEATED, JurorStatus.CONFLICTED)
        drawn = drawing.Draw(
            tuple(juror.id for juror in jurors if juror.status in sitting),
            tuple(key for key in rules.read_draw(record).reserves if by_id[key].status is JurorStatus.RESERVE),
        )
        came = drawing.replacement(drawn, pool, one.id, shape)
        step_juror(work, one, "leave")
        if came is None:
            _fall_short(work, committee)
            return True
        step_juror(work, by_id[came], "seat")
        let_in(work, tender, [by_id[came]])
        join(work, scope, tender, by_id[came])
        event = MemberReplaced(
            tender_id=tender.id, buyer_id=tender.buyer_id, gone_id=one.user_id, came_id=by_id[came].user_id
        )
        work.emit(event, committee)
    return bool(gone)


def _open(work: Work, scope: Scope, tender: Tender, found: tuple[Committee, Sequence[Juror]]) -> bool:
    """Open every member's sheet at once; their trimmed means are the evaluation's scores."""
    committee, jurors = found
    seated = [one for one in jurors if one.status is JurorStatus.SEATED]
    handed_in = [one.user_id for one in seated if one.handed_in_at is not None]
    if len(handed_in) < committee.seats:
        return False
    rows = [one for one in queries.sheets_of(work.session, scope, tender.id) if one.user_id in handed_in]
    sheets.require_all([one.user_id for one in seated], [one.user_id for one in rows])
    for row in rows:
        row.opened = True
        work.touch(row)
        work.record("tender_sheet.opened", row)
    evaluation = evaluation_queries.evaluation_of(work.session, scope, tender.id, lock=True)
    evaluation.scores = [
        {"bid": str(one.bid_id), "criterion": one.criterion, "score": members.shown(one.score)}
        for one in members.opened_scores(rows)
    ]
    evaluation.scored_at = work.now()
    work.touch(evaluation)
    work.record("tender_evaluation.scored", evaluation)
    COMMITTEE_LIFECYCLE.advance(committee, "open_sheets")
    committee.opened_at = work.now()
    work.touch(committee)
    work.emit(SheetsOpened(tender_id=tender.id, buyer_id=tender.buyer_id), committee)
    evaluating.settle(work, scope, tender, evaluation)
    return True


def step_juror(work: Work, juror: Juror, step: str) -> None:
    """Let a person of a pool take a step."""
    JUROR_LIFECYCLE.advance(juror, step)
    work.touch(juror)
    work.record(f"tender_juror.{_SAID[step]}", juror)


_SAID: Final = {"seat": "seated", "reserve": "reserved", "bar": "barred", "leave": "left"}


def _fall_short(work: Work, committee: Committee) -> None:
    COMMITTEE_LIFECYCLE.advance(committee, "fall_short")
    work.touch(committee)
    work.emit(CommitteeShort(tender_id=committee.tender_id, buyer_id=committee.buyer_id), committee)


def let_in(work: Work, tender: Tender, jurors: Sequence[Juror]) -> None:
    """Let the companies of new members read the tender and its lots."""
    companies = list(dict.fromkeys((*tender.party_ids, *(one.org_id for one in jurors))))
    if companies != tender.party_ids:
        tender.party_ids = companies
        work.touch(tender)
        work.record("tender.committee_let_in", tender)
        work.session.flush()
        open_to(work, tender)


def join(work: Work, scope: Scope, tender: Tender, juror: Juror) -> None:
    """Name a member who came later among the evaluators, where the evaluation has begun (S2)."""
    if tender.status is not TenderStatus.EVALUATING:
        return
    evaluation = evaluation_queries.evaluation_of(work.session, scope, tender.id, lock=True)
    evaluation.evaluator_ids = [*evaluation.evaluator_ids, juror.user_id]
    work.touch(evaluation)
    work.record("tender_evaluation.member_came", evaluation)
