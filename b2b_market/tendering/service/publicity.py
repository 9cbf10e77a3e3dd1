"""The publicity of candidates: between judging a lot and awarding it, its ranking is published for objections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.publicity import EndPublicity, PublishCandidates
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.publicity import CandidatesPublished, PublicityEnded, PublicityWithdrawn
from b2b_market.tendering.models.evaluation import Evaluation
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import committee as committee_queries
from b2b_market.tendering.queries import publicity as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules import publicity as rules
from b2b_market.tendering.rules.naming import names_of
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.publicity_terms import PublicityTerms
from b2b_market.tendering.service import correcting, suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.evaluating import JudgedLot, at_work, judged, take_part
from b2b_market.tendering.states.evaluation import RulingStatus
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.publicity import PUBLICITY_LIFECYCLE, PublicityStatus

BATCH = 50


@dataclass(frozen=True, slots=True)
class TenderCandidates:
    """The published rankings of a tender, the newest first, and what its procedure says of them."""

    tender: Tender
    terms: PublicityTerms | None
    published: Sequence[PublicityRow]


@operation(TenderPermission.AWARD)
def publish_candidates(work: Work, scope: Scope, command: PublishCandidates) -> PublicityRow:
    """Publish the best placed bidders of a judged lot; from here on the procedure's time to object runs.

    A ranking that has changed takes the place of the one published before. Refused while somebody proposes to
    disqualify a bid of the lot, a correction of its documents is not decided, or a complaint concerns it.
    """
    lot_row = tender_queries.lot_of(work.session, scope, command.lot_id)
    tender, evaluation = at_work(work, scope, lot_row.tender_id)
    work.expect_version(evaluation, command.expected_version)
    terms = rules.require_foreseen(read_procedure(tender.values).publicity)
    lot = judged(work, scope, tender, evaluation, command.lot_id).lots[0]
    placed = _ready(lot, terms)
    correcting.require_decided(work, scope, [lot])
    suspending.require_clear(work, scope, tender.id, lot.lot.id)
    before = queries.standing_of(work.session, scope, lot.lot.id)
    rules.require_new(published_of(before), tuple(one.bid_id for one in placed))
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.candidates_published", evaluation)
    if before is not None:
        _withdraw(work, before, None)
        work.session.flush()
    row = _row(work, scope, (tender, evaluation), lot, placed)
    work.session.add(row)
    said = CandidatesPublished(
        publicity_id=row.id,
        tender_id=tender.id,
        lot_id=row.lot_id,
        buyer_id=tender.buyer_id,
        supplier_ids=tuple(row.bidder_ids),
        ends_at=row.ends_at,
    )
    work.emit(said, row)
    work.session.flush()
    return row


@operation(TenderPermission.AWARD)
def tender_of_judged_lot(work: Work, scope: Scope, command: PublishCandidates) -> UUID:
    """Return which own tender a judged lot belongs to; NotFound for any other."""
    return tender_queries.lot_of(work.session, scope, command.lot_id).tender_id


@operation(TenderPermission.READ)
def list_candidates(work: Work, scope: Scope, command: ReadTender) -> TenderCandidates:
    """Return the published rankings of a tender to everybody who reads it."""
    tender = tender_queries.party_tender_or_own(work.session, scope, command.tender_id)
    terms = read_procedure(tender.values).publicity
    return TenderCandidates(tender, terms, queries.publicities_of(work.session, scope, tender.id))


@operation(public=True, reason="the candidates of public tenders are there for everybody")
def list_public_candidates(work: Work, scope: Scope, command: ReadTender) -> Sequence[PublicityRow]:
    """Return the published rankings of a tender of the public board; else NotFound."""
    if tender_queries.on_board(work.session, command.tender_id) is None:
        raise NotFound(tender_id=str(command.tender_id))
    with work.reaching(Tenant(machine=True)):  # a stranger has no company; only what is published is returned
        return queries.publicities_of(work.session, scope, command.tender_id)


@operation(system=True, reason="the clock asks which publicities are over")
def over_publicities(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID, UUID]]:
    """Return (ranking, tender, buyer) whose time to object is over and whose lot no complaint concerns."""
    return list(queries.over(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock ends publicities")
def end_publicity(work: Work, scope: Scope, command: EndPublicity) -> PublicityRow | None:
    """End the publicity of a lot's candidates once its time is over; None where nothing is due."""
    work.gate(command.tender_id, exclusive=True)
    row = queries.own_publicity(work.session, scope, command.publicity_id)
    if row is None or row.status is not PublicityStatus.RUNNING or work.judging_time() < row.ends_at:
        return None
    if suspending.concerned(work, scope, row.tender_id, row.lot_id):
        return None
    PUBLICITY_LIFECYCLE.advance(row, "end")
    row.ended_at = work.now()
    work.touch(row)
    ended = PublicityEnded(publicity_id=row.id, tender_id=row.tender_id, lot_id=row.lot_id, buyer_id=row.buyer_id)
    work.emit(ended, row)
    return row


def withdraw_publicity(work: Work, scope: Scope, publicity_id: UUID, reason: str) -> None:
    """Withdraw a ranking that an upheld objection names, if it still stands; ``scope`` acts for the buyer."""
    row = queries.own_publicity(work.session, scope, publicity_id)
    if row is not None and row.status is not PublicityStatus.WITHDRAWN:
        _withdraw(work, row, reason)


def require_published(work: Work, scope: Scope, tender: Tender, lot_id: UUID, bid_id: UUID) -> None:
    """Refuse an award before the publicity that the procedure asks for is over, with this bid in the first place."""
    if read_procedure(tender.values).publicity is not None:
        rules.require_over(published_of(queries.standing_of(work.session, scope, lot_id)), bid_id)


def published_of(row: PublicityRow | None) -> rules.Published | None:
    """Return a ranking as the rules ask it."""
    return None if row is None else rules.Published(row.status, tuple(UUID(one["bid"]) for one in row.candidates))


def _withdraw(work: Work, row: PublicityRow, reason: str | None) -> None:
    PUBLICITY_LIFECYCLE.advance(row, "withdraw")
    row.reason = reason
    work.touch(row)
    withdrawn = PublicityWithdrawn(
        publicity_id=row.id,
        tender_id=row.tender_id,
        lot_id=row.lot_id,
        buyer_id=row.buyer_id,
        supplier_ids=tuple(row.bidder_ids),
    )
    work.emit(withdrawn, row)


def _row(
    work: Work, scope: Scope, of: tuple[Tender, Evaluation], lot: JudgedLot, placed: Sequence[judging.Placed]
) -> PublicityRow:
    tender, evaluation = of
    terms = rules.require_foreseen(read_procedure(tender.values).publicity)
    clock = clock_of(work, scope, tender)
    return PublicityRow(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        lot_id=lot.lot.id,
        buyer_id=tender.buyer_id,
        party_ids=list(dict.fromkeys((*tender.party_ids, *(bid.supplier_id for bid, _ in lot.bids)))),
        bidder_ids=sorted({bid.supplier_id for bid, _ in lot.bids}),
        public=tender.entry is Entry.PUBLIC,
        status=PUBLICITY_LIFECYCLE.initial,
        candidates=rules.statement(placed, _offers(work, scope, lot), terms),
        published_by=scope.user_id,
        due_at=clock.end_of(_judged_at(work, scope, evaluation), terms.begins),
        ends_at=clock.end_of(work.now(), terms.lasts),
    )


def _ready(lot: JudgedLot, terms: PublicityTerms) -> tuple[judging.Placed, ...]:
    if any(one.status is RulingStatus.PROPOSED for one in lot.rulings):
        raise judging.RulingOpen
    if not lot.scored or not lot.standing:
        raise judging.ScoresMissing
    return rules.candidates(lot.standing, terms)


def _offers(work: Work, scope: Scope, lot: JudgedLot) -> dict[UUID, dict[str, object]]:
    names = organizations.companies(work, scope.actor, [bid.supplier_id for bid, _ in lot.bids])
    return {
        bid.id: {
            "supplier": bid.supplier_id,
            "name": names[bid.supplier_id].name,
            "names": names_of(names[bid.supplier_id].legal_name_zh, names[bid.supplier_id].legal_name_en),
            "total": None if offer.total is None else offer.total.rounded().to_json(),
        }
        for bid, offer in lot.bids
    }


def _judged_at(work: Work, scope: Scope, evaluation: Evaluation) -> datetime:
    """Return when the ranking was known: the sheets opened, the scores given, or the evaluation begun."""
    committee = committee_queries.committee_of(work.session, scope, evaluation.tender_id)
    opened = None if committee is None else committee.opened_at
    return opened or evaluation.scored_at or evaluation.created_at
