"""A committee that fell short: the buyer names more people, another person draws them into the empty seats."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.supplements import DrawSupplement, NameSupplement
from b2b_market.tendering.events.committee import CommitteeDrawn
from b2b_market.tendering.events.supplements import SupplementNamed
from b2b_market.tendering.models.committee import Committee, Juror, Seed, Supplement
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import committee as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import committee as committee_rules
from b2b_market.tendering.rules import drawing
from b2b_market.tendering.rules import supplements as rules
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.committee import CommitteeView, pool_of, view_of
from b2b_market.tendering.service.seating import join, let_in, step_juror
from b2b_market.tendering.states.committee import (
    COMMITTEE_LIFECYCLE,
    SUPPLEMENT_LIFECYCLE,
    CommitteeStatus,
    JurorStatus,
    SupplementStatus,
)
from b2b_market.tendering.states.tenders import TenderStatus

_AT_WORK = frozenset({TenderStatus.CLOSED, TenderStatus.OPENED, TenderStatus.EVALUATING})
_WAITING = frozenset({JurorStatus.POOLED, JurorStatus.RESERVE})


@operation(TenderPermission.DRAFT)
def name_supplement(work: Work, scope: Scope, command: NameSupplement) -> CommitteeView:
    """Name more people for the empty seats of a committee that fell short; the platform commits to a fresh seed.

    Whoever is left of the earlier pool without a conflict takes part again. CommitteeNotShort otherwise.
    """
    work.gate(command.tender_id, exclusive=True)
    tender, committee = _short(work, scope, command.tender_id, command.expected_version)
    if any(one.status is SupplementStatus.NAMED for one in queries.supplements_of(work.session, scope, tender.id)):
        raise rules.SupplementWaits
    known = queries.jurors_of(work.session, scope, tender.id)
    jurors = pool_of(work, scope, tender, command.people)
    _require_fit(tender, known, jurors)
    pool = [drawing.Candidate(one.id, one.expert) for one in (*_waiting(known), *jurors)]
    empty = _empty(tender, committee, known)
    seed = secrets.token_bytes(drawing.SEED_BYTES)
    drawing.draw_seats(seed, b"", pool, (empty.seats, empty.experts))  # refuses a pool that could never fill the seats
    commitment = drawing.commitment(tender.id, seed)
    work.session.add_all(
        [*jurors, Seed(commitment=commitment, tender_id=tender.id, buyer_id=tender.buyer_id, seed=seed)]
    )
    supplement = Supplement(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        status=SUPPLEMENT_LIFECYCLE.initial,
        seats=empty.seats,
        experts=empty.experts,
        commitment=commitment,
        pool=drawing.pool_digest(pool),
        named_by=scope.user_id,
    )
    work.session.add(supplement)
    work.emit(SupplementNamed(tender_id=tender.id, buyer_id=tender.buyer_id, named_by=scope.user_id), supplement)
    work.touch(tender)
    work.record("tender.supplement_named", tender)
    work.session.flush()
    return view_of(work, scope, tender)


@operation(TenderPermission.APPROVE)
def draw_supplement(work: Work, scope: Scope, command: DrawSupplement) -> CommitteeView:
    """Draw the empty seats from the supplementary pool, mixed with a word; by another person than who named it (S1).

    People whose company bids are barred. Where too few are left more have to be named.
    """
    work.gate(command.tender_id, exclusive=True)
    tender, committee = _short(work, scope, command.tender_id, command.expected_version)
    waiting = [one for one in queries.supplements_of(work.session, scope, tender.id) if one.draw is None]
    supplement = next((one for one in waiting if one.status is SupplementStatus.NAMED), None)
    if supplement is None:
        raise rules.NoSupplement
    require_other_person(scope.actor, supplement.named_by)
    beacon = rules.require_word(command.word)
    seed, bidding = _hidden(work, scope, tender, bytes(supplement.commitment))
    people = _waiting(queries.jurors_of(work.session, scope, tender.id))
    pool = [drawing.Candidate(one.id, one.expert) for one in people]
    barred = frozenset(one.id for one in people if one.org_id in bidding)
    empty = rules.Empty(supplement.seats, supplement.experts)
    try:
        drawn = drawing.draw_seats(seed, beacon, pool, (empty.seats, empty.experts), barred=barred)
    except drawing.PoolTooSmall:
        SUPPLEMENT_LIFECYCLE.advance(supplement, "fail")
        work.touch(supplement)
        work.record("tender_supplement.failed", supplement)
        return view_of(work, scope, tender)
    supplement.draw = rules.supplement_record(tender.id, empty, drawn, (seed, command.word), (pool, barred))
    SUPPLEMENT_LIFECYCLE.advance(supplement, "draw")
    work.touch(supplement)
    work.record("tender_supplement.drawn", supplement)
    _seat(work, scope, tender, (committee, people), drawn)
    work.session.flush()
    return view_of(work, scope, tender)


def _short(work: Work, scope: Scope, tender_id: UUID, expected: int | None) -> tuple[Tender, Committee]:
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    work.expect_version(tender, expected)
    committee = queries.committee_of(work.session, scope, tender.id, lock=True)
    if committee is None:
        raise committee_rules.CommitteeNotForeseen
    if committee.status is not CommitteeStatus.SHORT or tender.status not in _AT_WORK:
        raise rules.CommitteeNotShort
    return tender, committee


def _waiting(jurors: Sequence[Juror]) -> list[Juror]:
    return [one for one in jurors if one.status in _WAITING]


def _empty(tender: Tender, committee: Committee, jurors: Sequence[Juror]) -> rules.Empty:
    shape = read_procedure(tender.values).committee
    assert shape is not None  # noqa: S101 - there is a committee
    sitting = [drawing.Candidate(one.id, one.expert) for one in jurors if one.status is JurorStatus.SEATED]
    return rules.empty_seats(committee.seats, shape, sitting)


def _require_fit(tender: Tender, known: Sequence[Juror], jurors: Sequence[Juror]) -> None:
    """Refuse people of the pool that there is, and (S2) the publisher and key officers."""
    names = {one.user_id for one in known}
    twice = [
        FieldError(f"/people/{place}/email", "twice", N_("A person is in a pool once."))
        for place, one in enumerate(jurors)
        if one.user_id in names
    ]
    if twice:
        raise Invalid(errors=twice)
    unfit = [one.name for one in jurors if one.user_id in (tender.approver_id, *tender.officer_ids)]
    if unfit:
        raise committee_rules.JurorsUnfit(people=", ".join(unfit))


def _hidden(work: Work, scope: Scope, tender: Tender, commitment: bytes) -> tuple[bytes, frozenset[UUID]]:
    """Return the seed and the companies that bid, which nobody but the platform's own work sees."""
    with work.reaching(Tenant(scope.org_ids, machine=True)):
        return (
            queries.seed_of(work.session, scope, commitment),
            queries.bidding_companies(work.session, scope, tender.id),
        )


def _seat(
    work: Work, scope: Scope, tender: Tender, found: tuple[Committee, Sequence[Juror]], drawn: drawing.Draw
) -> None:
    committee, people = found
    by_id = {one.id: one for one in people}
    seated = [by_id[member] for member in drawn.members]
    for one in people:
        if one in seated:
            step_juror(work, one, "seat")
        elif one.status is JurorStatus.POOLED:
            step_juror(work, one, "reserve" if one.id in drawn.reserves else "bar")
    COMMITTEE_LIFECYCLE.advance(committee, "refill")
    committee.drawn_at = committee.drawn_at or work.now()
    work.touch(committee)
    let_in(work, tender, seated)
    for one in seated:
        join(work, scope, tender, one)
    drawn_event = CommitteeDrawn(
        tender_id=tender.id, buyer_id=tender.buyer_id, member_ids=tuple(one.user_id for one in seated)
    )
    work.emit(drawn_event, committee)
