"""Requests, their lines, hidden figures and invitations, always within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from b2b_market.infra.database import ORGS, within
from b2b_market.infra.fixed import FixedRecords, FixedRows
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.commands.requests import ListInvitations, ListRfqs, RfqOrder
from b2b_market.rfq.models.requests import (
    Rfq,
    RfqImport,
    RfqInvitation,
    RfqLine,
    RfqPrivate,
    RfqRate,
    RfqTarget,
)
from b2b_market.rfq.states import TAKES_QUOTES, Disclosure, InvitationStatus, Origin, RfqStatus, Visibility

FAR = "9999"
"""Stands in a cursor for "no deadline", which sorts last."""
TAKING_PART = (InvitationStatus.INTENDED, InvitationStatus.QUOTED)
"""What a supplier from the board must have done to become a party of the request."""
ANSWERED = (*TAKING_PART, InvitationStatus.DECLINED)
"""What it must have done to be named to the buyer; one that only looks stays unnamed."""
_NAMED = or_(RfqInvitation.origin == Origin.BUYER, RfqInvitation.status.in_(ANSWERED))
_OF_OWN = select(Rfq).where(Rfq.id == bindparam("rfq_id"), within(Rfq.buyer_id))
_OWN = FixedRecords(_OF_OWN)
_OWN_LOCKED = FixedRecords(_OF_OWN.with_for_update().execution_options(populate_existing=True))
_PUBLIC = and_(Rfq.visibility == Visibility.PUBLIC, Rfq.published_at.is_not(None))
_OF_PARTY = and_(Rfq.id == bindparam("rfq_id"), or_(Rfq.party_ids.overlap(ORGS), _PUBLIC))
_PARTY = FixedRecords(select(Rfq).where(_OF_PARTY).execution_options(populate_existing=True))
_FACTS = FixedRows(
    select(
        Rfq.id, Rfq.number, Rfq.title, Rfq.buyer_id, Rfq.author_id, Rfq.line_count, Rfq.closes_at, Rfq.disclosure
    ).where(_OF_PARTY)
)
_LINES = FixedRecords(select(RfqLine).where(RfqLine.rfq_id == bindparam("rfq_id")).order_by(RfqLine.position))
_NEEDS = FixedRows(
    select(RfqLine.id, RfqLine.position, RfqLine.quantity, RfqLine.unit, RfqLine.substitutes)
    .where(RfqLine.rfq_id == bindparam("rfq_id"))
    .order_by(RfqLine.position)
)
_TARGETS = FixedRows(
    select(RfqTarget.line_id, RfqTarget.target_price).where(
        RfqTarget.rfq_id == bindparam("rfq_id"), within(RfqTarget.buyer_id)
    )
)
_ESTIMATE = FixedRows(
    select(RfqPrivate.estimate).where(RfqPrivate.rfq_id == bindparam("rfq_id"), within(RfqPrivate.buyer_id))
)
_INVITATIONS = FixedRecords(
    select(RfqInvitation)
    .where(RfqInvitation.rfq_id == bindparam("rfq_id"), within(RfqInvitation.buyer_id))
    .order_by(RfqInvitation.id)
)
_INVITATION = FixedRecords(
    select(RfqInvitation).where(RfqInvitation.rfq_id == bindparam("rfq_id"), within(RfqInvitation.supplier_id))
)
_RATES = FixedRecords(
    select(RfqRate).where(RfqRate.rfq_id == bindparam("rfq_id"), within(RfqRate.buyer_id)).order_by(RfqRate.base)
)


@dataclass(frozen=True, slots=True)
class RfqProgress:
    """How many suppliers are at a request and how many have quoted, and its hidden estimate in its own currency."""

    invited: int
    quoted: int
    estimate: Decimal | None


@dataclass(frozen=True, slots=True)
class InvitedRfq:
    """A request together with the supplier's own invitation to it."""

    rfq: Rfq
    invitation: RfqInvitation


def own_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Rfq:
    """Return a request of the scope's buyers; raise NotFound for any other id."""
    return _one(session, scope, _OWN, rfq_id)


def lock_own_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Rfq:
    """Return a request of the scope's buyers locked until the transaction ends; raise NotFound for any other id."""
    return _one(session, scope, _OWN_LOCKED, rfq_id)


def party_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Rfq:
    """Return a request that the scope's companies are a party of, or a published public one; else raise NotFound.

    That a public request is there for approved suppliers only is row-level security's part.
    """
    return _one(session, scope, _PARTY, rfq_id)


class RfqFacts(NamedTuple):
    """What a message says of a request."""

    id: UUID
    number: str
    title: str
    buyer_id: UUID
    author_id: UUID
    line_count: int
    closes_at: datetime | None
    disclosure: Disclosure


def party_facts(session: Session, scope: Scope, rfq_id: UUID) -> RfqFacts:
    """Return what a message says of a request that ``party_rfq`` would return, and not all of its columns."""
    found = _FACTS.first(session, {"rfq_id": rfq_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(rfq_id=str(rfq_id))
    return RfqFacts(*found)


def _one(session: Session, scope: Scope, wanted: FixedRecords[Rfq], rfq_id: UUID) -> Rfq:
    found = wanted.load(session, {"rfq_id": rfq_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(rfq_id=str(rfq_id))
    return found


def lines_of(session: Session, _scope: Scope, rfq_id: UUID) -> Sequence[RfqLine]:
    """Return the lines of a request in order, to be read only."""
    return _LINES.records(session, {"rfq_id": rfq_id})


@dataclass(frozen=True, slots=True)
class Need:
    """What a quotation must know of a line: where it stands, how much is wanted, and in which unit."""

    position: int
    quantity: Decimal
    unit: str
    substitutes: bool


def needs_of(session: Session, _scope: Scope, rfq_id: UUID) -> dict[UUID, Need]:
    """Return what a request's lines ask for by id, in order: all that judging a quotation needs."""
    return {row[0]: Need(*row[1:]) for row in _NEEDS.all(session, {"rfq_id": rfq_id})}


def targets_of(session: Session, scope: Scope, rfq_id: UUID) -> dict[UUID, Decimal]:
    """Return the hidden target prices by line; empty for everybody but the buyer."""
    return dict(_TARGETS.all(session, {"rfq_id": rfq_id, "orgs": scope.orgs}))


def estimate_of(session: Session, scope: Scope, rfq_id: UUID) -> Decimal | None:
    """Return the hidden estimate; None for everybody but the buyer."""
    return _ESTIMATE.scalar(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def invitations_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqInvitation]:
    """Return the invitations of the scope's own request, which no session holds, those from the board among them."""
    return _INVITATIONS.records(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def progress_of(session: Session, scope: Scope, rfq_ids: Sequence[UUID]) -> dict[UUID, RfqProgress]:
    """Return, for the scope's own requests among ``rfq_ids``, how many are invited, have quoted, and the estimate."""
    quoted = func.count().filter(RfqInvitation.status == InvitationStatus.QUOTED)
    counts = (
        select(RfqInvitation.rfq_id, func.count(), quoted)
        .where(RfqInvitation.rfq_id.in_(rfq_ids), RfqInvitation.buyer_id.in_(scope.org_ids), _NAMED)
        .group_by(RfqInvitation.rfq_id)
    )
    estimates = select(RfqPrivate.rfq_id, RfqPrivate.estimate).where(
        RfqPrivate.rfq_id.in_(rfq_ids), RfqPrivate.buyer_id.in_(scope.org_ids)
    )
    known = dict(session.execute(estimates).all())
    found = {rfq_id: (invited, sent) for rfq_id, invited, sent in session.execute(counts)}
    return {rfq_id: RfqProgress(*found.get(rfq_id, (0, 0)), known.get(rfq_id)) for rfq_id in rfq_ids}


def own_invitation(session: Session, scope: Scope, rfq_id: UUID) -> RfqInvitation:
    """Return the scope's own invitation to a request, which no session holds; raise NotFound where there is none."""
    found = find_invitation(session, scope, rfq_id)
    if found is None:
        raise NotFound(rfq_id=str(rfq_id))
    return found


def find_invitation(session: Session, scope: Scope, rfq_id: UUID) -> RfqInvitation | None:
    """Return the scope's own invitation to a request, which no session holds, or None."""
    return _INVITATION.record(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def joined_suppliers(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[UUID]:
    """Return the suppliers that take part in the scope's own request without an invitation, as they came."""
    wanted = select(RfqInvitation.supplier_id).where(
        RfqInvitation.rfq_id == rfq_id,
        RfqInvitation.buyer_id.in_(scope.org_ids),
        RfqInvitation.origin == Origin.BOARD,
        RfqInvitation.status.in_(TAKING_PART),
    )
    return session.scalars(wanted.order_by(RfqInvitation.id)).all()


def own_places(session: Session, scope: Scope, rfq_ids: Sequence[UUID]) -> dict[UUID, InvitationStatus]:
    """Return what the scope's companies have done as suppliers about these requests, where they have done anything."""
    wanted = select(RfqInvitation.rfq_id, RfqInvitation.status).where(
        RfqInvitation.rfq_id.in_(rfq_ids), RfqInvitation.supplier_id.in_(scope.org_ids)
    )
    return dict(session.execute(wanted).all())


def rates_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqRate]:
    """Return the rates frozen for the comparison, to be read only."""
    return _RATES.records(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def own_import(session: Session, scope: Scope, import_id: UUID) -> RfqImport:
    """Return an import draft of the scope's company, locked; raise NotFound for any other id."""
    found = session.scalar(
        select(RfqImport).where(RfqImport.id == import_id, RfqImport.buyer_id.in_(scope.org_ids)).with_for_update()
    )
    if found is None:
        raise NotFound(import_id=str(import_id))
    return found


def list_own(session: Session, scope: Scope, command: ListRfqs) -> Page[Rfq]:
    """Return a page of the company's own requests; each order is served by an index on the buyer."""
    wanted = select(Rfq).where(Rfq.buyer_id == scope.org_id)
    if command.status is not None:
        wanted = wanted.where(Rfq.status == RfqStatus(command.status))
    if command.text:
        like = f"%{_escaped(command.text)}%"
        wanted = wanted.where(or_(Rfq.title.ilike(like), Rfq.number.ilike(like)))
    if command.order is RfqOrder.DEADLINE:
        return _by_deadline(session, wanted, command.page)
    return _newest(session, wanted, command.page)


def _newest(session: Session, wanted: Select[Rfq], page: PageRequest) -> Page[Rfq]:
    if page.after is not None:
        wanted = wanted.where(Rfq.id < UUID(page.after[1]))
    rows = session.scalars(wanted.order_by(Rfq.id.desc()).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda rfq: ("", str(rfq.id)))


def _by_deadline(session: Session, wanted: Select[Rfq], page: PageRequest) -> Page[Rfq]:
    if page.after is not None:
        at, rfq_id = page.after
        later = and_(Rfq.closes_at == datetime.fromisoformat(at), Rfq.id > UUID(rfq_id)) if at != FAR else None
        if later is None:
            wanted = wanted.where(Rfq.closes_at.is_(None), Rfq.id > UUID(rfq_id))
        else:
            wanted = wanted.where(or_(Rfq.closes_at > datetime.fromisoformat(at), later, Rfq.closes_at.is_(None)))
    rows = session.scalars(wanted.order_by(Rfq.closes_at.asc().nulls_last(), Rfq.id).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda rfq: (rfq.closes_at.isoformat() if rfq.closes_at else FAR, str(rfq.id)))


def list_invited(session: Session, scope: Scope, command: ListInvitations) -> Page[InvitedRfq]:
    """Return a page of the requests that the company is invited to or joined from the board, newest first."""
    wanted = (
        select(Rfq, RfqInvitation)
        .join(RfqInvitation, RfqInvitation.rfq_id == Rfq.id)
        .where(RfqInvitation.supplier_id == scope.org_id, RfqInvitation.released, _NAMED)
    )
    if command.open_only:
        goes_on = and_(Rfq.status == RfqStatus.ROUND_OPEN, RfqInvitation.last_round >= Rfq.round)
        wanted = wanted.where(or_(Rfq.status == RfqStatus.PUBLISHED, goes_on))
    if command.page.after is not None:
        wanted = wanted.where(RfqInvitation.rfq_id < UUID(command.page.after[1]))
    rows = session.execute(wanted.order_by(RfqInvitation.rfq_id.desc()).limit(command.page.limit + 1)).all()
    found = [InvitedRfq(rfq, invitation) for rfq, invitation in rows]
    return page_of(found, command.page, lambda item: ("", str(item.rfq.id)))


def due(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (request, buyer) of the requests whose clock has run out; the machine branch of the policy shows them."""
    wanted = (
        select(Rfq.id, Rfq.buyer_id)
        .where(Rfq.next_due_at <= now, Rfq.status.in_(TAKES_QUOTES))
        .order_by(Rfq.next_due_at)
        .limit(limit)
    )
    return session.execute(wanted).all()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
