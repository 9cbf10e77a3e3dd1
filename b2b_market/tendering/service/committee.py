"""The committee's people: the pool is named, members declare, read the bids, and hand in their sheets."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.committee import Declare, HandIn, NameCommittee, Named, ReadMemberFile
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.bids import Bid, BidFileRow
from b2b_market.tendering.models.committee import Committee, Juror, Seed, SheetRow, Supplement
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import committee as queries
from b2b_market.tendering.queries import evaluation as evaluation_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import committee as rules
from b2b_market.tendering.rules import drawing, judging, sheets
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.sight import asked_of, sight_of
from b2b_market.tendering.states.committee import COMMITTEE_LIFECYCLE, JUROR_LIFECYCLE, CommitteeStatus, JurorStatus
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, TenderStatus

PART: Final = "tendering.committee"
_READABLE: Final = frozenset({TenderStatus.EVALUATING, TenderStatus.AWARDED, TenderStatus.COMPLETE})


@dataclass(frozen=True, slots=True)
class CommitteeView:
    """A committee as the reader may see it: people only to the buyer, sheets only once all are open."""

    tender: Tender
    shape: drawing.Shape | None
    committee: Committee | None
    jurors: Sequence[Juror]
    seat: Juror | None
    """The reader's own place in it."""
    own: sheets.Sheet
    scores: Sequence[sheets.CommitteeScore]
    """Every member's scores and the result; empty until all sheets are open."""
    supplements: Sequence[Supplement]
    """Second draws for empty seats, the oldest first."""

    @property
    def version(self) -> int:
        """The version that the next step of the reader names: of the own seat, else of the tender."""
        return self.tender.version if self.seat is None else self.seat.version


@dataclass(frozen=True, slots=True)
class PublicDraw:
    """What everybody may see of a public tender's committee."""

    committee: Committee
    supplements: Sequence[Supplement]


@dataclass(frozen=True, slots=True)
class MemberBid:
    """An opened bid as a member reads it."""

    bid: Bid
    scored: bool
    """Whether its quality is scored."""
    content: Mapping[str, Any] | None
    """What it says, without prices before all sheets are open."""
    files: Sequence[BidFileRow]


@operation(TenderPermission.DRAFT)
def name_committee(work: Work, scope: Scope, command: NameCommittee) -> CommitteeView:
    """Name the pool of a draft's committee: the platform draws a secret seed and keeps the commitment to it.

    Naming again replaces pool and seed. The commitment and the pool's digest stand in the signed notice.
    """
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    shape = read_procedure(tender.values).committee
    if shape is None:
        raise rules.CommitteeNotForeseen
    drawing.require_shape(command.seats, shape)
    jurors = pool_of(work, scope, tender, command.people)
    pool = [drawing.Candidate(one.id, one.expert) for one in jurors]
    seed = secrets.token_bytes(drawing.SEED_BYTES)
    drawing.draw(seed, b"", pool, command.seats, shape=shape)  # refuses a pool that could never fill the seats
    work.session.execute(delete(Juror).where(Juror.tender_id == tender.id))
    work.session.add_all(jurors)
    commitment = drawing.commitment(tender.id, seed)
    work.session.add(Seed(commitment=commitment, tender_id=tender.id, buyer_id=tender.buyer_id, seed=seed))
    _keep(work, scope, tender, (command.seats, commitment, drawing.pool_digest(pool)))
    tender.editor_id = scope.user_id
    work.touch(tender)
    work.record("tender.committee_named", tender)
    work.session.flush()
    return view_of(work, scope, tender)


@operation(TenderPermission.READ)
def read_committee(work: Work, scope: Scope, command: ReadTender) -> CommitteeView:
    """Return the committee of a tender that the company may read; NotFound where its procedure has none."""
    tender = tender_queries.party_tender_or_own(work.session, scope, command.tender_id)
    if read_procedure(tender.values).committee is None:
        raise NotFound(tender_id=str(tender.id))
    return view_of(work, scope, tender)


@operation(system=True, reason="handlers call the members whom the draw named")
def read_seats(work: Work, scope: Scope, command: ReadTender) -> Sequence[Juror]:
    """Return the people of a pool to the buyer's handlers."""
    return queries.jurors_of(work.session, scope, command.tender_id)


@operation(public=True, reason="the draw of a public tender's committee is there for everybody to check")
def read_public_draw(work: Work, scope: Scope, command: ReadTender) -> PublicDraw:
    """Return what is announced of a public tender's committee, and the draws once they were made; else NotFound."""
    if tender_queries.on_board(work.session, command.tender_id) is None:
        raise NotFound(tender_id=str(command.tender_id))
    with work.reaching(Tenant(machine=True)):  # a stranger has no company; only what the notice announced is returned
        found = queries.committee_of(work.session, scope, command.tender_id)
        supplements = queries.supplements_of(work.session, scope, command.tender_id)
    if found is None:
        raise NotFound(tender_id=str(command.tender_id))
    return PublicDraw(found, supplements)


@operation(TenderPermission.COMMITTEE_SIT)
def declare_interests(work: Work, scope: Scope, command: Declare) -> CommitteeView:
    """Declare to have no conflict with a bidder, which opens the bids, or to have one, which gives the seat up."""
    tender, seat = _seat(work, scope, command.tender_id, command.expected_version)
    seat.statement = require_reason(command.statement) if command.conflict else command.statement
    seat.declared_at = work.now()
    if command.conflict:
        JUROR_LIFECYCLE.advance(seat, "recuse")
    work.touch(seat)
    work.record("tender_juror.recused" if command.conflict else "tender_juror.declared", seat)
    work.session.flush()
    return view_of(work, scope, tender)


@operation(TenderPermission.COMMITTEE_SIT)
def list_member_bids(work: Work, scope: Scope, command: ReadTender) -> Sequence[MemberBid]:
    """Return the bids to a member who has declared to have no conflict."""
    tender = _reading(work, scope, command.tender_id)
    with _as_buyer(work, tender) as buyer:
        found, sight = _bids(work, buyer, tender), sight_of(work, buyer, tender)
        said = bid_queries.contents_of(work.session, buyer, [bid.id for bid, _ in found])
        return [
            MemberBid(
                bid,
                scored,
                sight.content(said.get(bid.id, {})),
                bid_queries.files_of(work.session, buyer, bid.id),
            )
            for bid, scored in found
        ]


@operation(TenderPermission.COMMITTEE_SIT)
def read_member_file(work: Work, scope: Scope, command: ReadMemberFile) -> BidFileRow:
    """Return a file of a bid to a member who has declared to have no conflict."""
    tender = _reading(work, scope, command.tender_id)
    with _as_buyer(work, tender) as buyer:
        bid = evaluation_queries.own_bid(work.session, buyer, command.bid_id)
        if bid.tender_id != tender.id:
            raise NotFound(bid_id=str(bid.id))
        return bid_queries.file_of(work.session, buyer, bid.id, command.position)


@operation(TenderPermission.COMMITTEE_SIT)
def hand_in_sheet(work: Work, scope: Scope, command: HandIn) -> CommitteeView:
    """Score every bid on every criterion but the price; nobody else reads it until all members have handed in."""
    tender, seat = _seat(work, scope, command.tender_id, command.expected_version)
    if tender.status is not TenderStatus.EVALUATING:
        raise rules.CommitteeNotReady
    if seat.declared_at is None:
        raise rules.DeclarationMissing
    sheet = {(one.bid_id, one.criterion): one.score for one in command.scores}
    with _as_buyer(work, tender) as buyer:
        bids = [bid.id for bid, scored in _bids(work, buyer, tender) if scored]
    sheets.require_complete(sheet, bids, list(judging.weights_of(tender.criteria).quality))
    _write(work, scope, tender, sheet)
    seat.handed_in_at = work.now()
    work.touch(seat)
    work.record("tender_juror.handed_in", seat)
    work.session.flush()
    return view_of(work, scope, tender)


def pool_of(work: Work, scope: Scope, tender: Tender, people: Sequence[Named]) -> list[Juror]:
    """Return the people named, each with the company that they sit for; refuse those who may not."""
    companies = [tender.buyer_id, *(one.id for one in organizations.suppliers(work, scope.actor))]
    sitting = organizations.people_with(work, scope.actor, companies, TenderPermission.COMMITTEE_SIT)
    by_address = {one.address.lower(): one for one in reversed(sitting)}
    found = [by_address.get(one.email.strip().lower()) for one in people]
    rules.require_pool([None if one is None else one.user_id for one in found], len(people))
    jurors = [
        Juror(
            id=new_id(),
            created_at=work.now(),
            changed_at=work.now(),
            tender_id=tender.id,
            buyer_id=tender.buyer_id,
            user_id=person.user_id,
            org_id=person.org_id,
            name=person.name,
            expert=one.expert,
            status=JUROR_LIFECYCLE.initial,
            statement="",
        )
        for person, one in zip(found, people, strict=True)
        if person is not None
    ]
    unfit = [one.name for one in jurors if one.org_id in tender.supplier_ids]
    if unfit:
        raise rules.JurorsUnfit(people=", ".join(unfit))
    return jurors


def _keep(work: Work, scope: Scope, tender: Tender, announced: tuple[int, bytes, bytes]) -> None:
    committee = queries.committee_of(work.session, scope, tender.id, lock=True)
    if committee is None:
        committee = Committee(
            id=new_id(),
            created_at=work.now(),
            tender_id=tender.id,
            buyer_id=tender.buyer_id,
            status=COMMITTEE_LIFECYCLE.initial,
        )
        work.session.add(committee)
    committee.seats, committee.commitment, committee.pool = announced
    committee.named_by, committee.changed_at = scope.user_id, work.now()
    work.record("tender_committee.named", committee)


def _seat(work: Work, scope: Scope, tender_id: UUID, expected: int | None) -> tuple[Tender, Juror]:
    """Share the gate with the other members, and lock the own seat of a committee that still works."""
    work.gate(tender_id)
    queries.act_as_member(work.session, scope)
    seat = queries.require_seat(work.session, scope, tender_id, lock=True)
    work.expect_version(seat, expected)
    committee = queries.committee_of(work.session, scope, tender_id)
    if committee is None or committee.status is not CommitteeStatus.DRAWN:
        raise rules.CommitteeNotReady
    return tender_queries.party_tender_or_own(work.session, scope, tender_id), seat


def _reading(work: Work, scope: Scope, tender_id: UUID) -> Tender:
    seat = queries.require_seat(work.session, scope, tender_id)
    tender = tender_queries.party_tender_or_own(work.session, scope, tender_id)
    if seat.declared_at is None:
        raise rules.DeclarationMissing
    if tender.status not in _READABLE:
        raise rules.CommitteeNotReady
    return tender


@contextmanager
def _as_buyer(work: Work, tender: Tender) -> Iterator[Scope]:
    """Read the buyer's opened bids for a member of another company; the own fence comes back afterwards."""
    actor = system_actor(PART, tender.buyer_id)
    with work.reaching(actor.tenant()):
        yield Scope(actor, None)


def _bids(work: Work, buyer: Scope, tender: Tender) -> list[tuple[Bid, bool]]:
    """Return the opened bids, each with whether its quality is scored."""
    sight = sight_of(work, buyer, tender)
    lots = tender_queries.lots_of(work.session, buyer, tender.id)
    asked = {lot.id: asked_of(lot) for lot in lots}
    return [
        (bid, sight.scored(bid, None if said is None else said.content, asked[bid.lot_id]))
        for bid, said in evaluation_queries.bids_with_contents(work.session, buyer, tender.id)
    ]


def _write(work: Work, scope: Scope, tender: Tender, sheet: sheets.Sheet) -> None:
    row = queries.own_sheet(work.session, scope, tender.id)
    if row is None:
        row = SheetRow(
            id=new_id(),
            created_at=work.now(),
            tender_id=tender.id,
            buyer_id=tender.buyer_id,
            user_id=scope.user_id,
            opened=False,
        )
        work.session.add(row)
    row.scores = [
        {"bid": str(bid), "criterion": criterion, "score": format(score, "f")}
        for (bid, criterion), score in sorted(sheet.items(), key=lambda item: (str(item[0][0]), item[0][1]))
    ]
    row.changed_at = work.now()
    work.record("tender_sheet.handed_in", row)


def read_sheet(row: SheetRow) -> sheets.Sheet:
    """Return a stored sheet."""
    return {(UUID(one["bid"]), one["criterion"]): Decimal(one["score"]) for one in row.scores}


def opened_scores(rows: Sequence[SheetRow]) -> tuple[sheets.CommitteeScore, ...]:
    """Return what complete sheets come to, by the order of bids and criteria on them."""
    found = {row.user_id: read_sheet(row) for row in rows}
    keys = next(iter(found.values()), {})
    bids, criteria = (list(dict.fromkeys(part)) for part in zip(*keys, strict=True)) if keys else ([], [])
    return sheets.committee_scores(found, bids, criteria) if found else ()


def shown(score: Fraction) -> str:
    """Write an exact score as it is stored: ``80`` or ``250/3``."""
    return str(score)


def view_of(work: Work, scope: Scope, tender: Tender) -> CommitteeView:
    """Return the committee of a tender as the reader may see it."""
    session = work.session
    committee = queries.committee_of(session, scope, tender.id)
    person = scope.actor.who.user_id
    seat = queries.own_seat(session, scope, tender.id) if person else None
    own: sheets.Sheet = {}
    if seat is not None:
        queries.act_as_member(session, scope)
        row = queries.own_sheet(session, scope, tender.id)
        queries.act_as_nobody(session, scope)
        own = {} if row is None else read_sheet(row)
    buys = tender.buyer_id in scope.org_ids
    jurors = queries.jurors_of(session, scope, tender.id) if buys else ()
    scores: Sequence[sheets.CommitteeScore] = ()
    member = seat is not None and seat.status is JurorStatus.SEATED
    if committee is not None and committee.status is CommitteeStatus.SCORED and (buys or member):
        with _as_buyer(work, tender) as buyer:
            counted = {one.user_id for one in queries.jurors_of(session, buyer, tender.id) if one.handed_in_at}
            rows = queries.sheets_of(session, buyer, tender.id)
            scores = opened_scores([one for one in rows if one.opened and one.user_id in counted])
    supplements = queries.supplements_of(session, scope, tender.id)
    return CommitteeView(
        tender, read_procedure(tender.values).committee, committee, jurors, seat, own, scores, supplements
    )
