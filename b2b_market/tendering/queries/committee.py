"""Committees, their pools and score sheets, always within a scope."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from b2b_market.infra.database import run_fixed
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.committee import Committee, Juror, Seed, SheetRow, Supplement
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus
from b2b_market.tendering.states.tenders import TenderStatus

_MEMBER: Final = "SELECT set_config('app.member', %(member)s, true)"
_HELD: Final = frozenset({JurorStatus.SEATED, JurorStatus.CONFLICTED})


def act_as_member(session: Session, scope: Scope) -> None:
    """Let the person's own sheet and seat be touched until ``act_as_nobody``, or the end of the transaction."""
    run_fixed(session, _MEMBER, {"member": str(scope.user_id)})


def act_as_nobody(session: Session, _scope: Scope) -> None:
    """Put the fence of sheets back."""
    run_fixed(session, _MEMBER, {"member": ""})


def committee_of(session: Session, _scope: Scope, tender_id: UUID, *, lock: bool = False) -> Committee | None:
    """Return the committee of a tender that the reader may see, locked on request; None where there is none."""
    wanted = select(Committee).where(Committee.tender_id == tender_id)
    if lock:
        wanted = wanted.with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def supplements_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[Supplement]:
    """Return the supplementary pools of a committee, the oldest first."""
    wanted = select(Supplement).where(Supplement.tender_id == tender_id).order_by(Supplement.created_at, Supplement.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def jurors_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[Juror]:
    """Return the people of a pool whom the reader may see, by name."""
    wanted = select(Juror).where(Juror.tender_id == tender_id).order_by(Juror.name, Juror.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def own_seat(session: Session, scope: Scope, tender_id: UUID, *, lock: bool = False) -> Juror | None:
    """Return the person's own place in a pool once the draw was made, locked on request."""
    wanted = select(Juror).where(
        Juror.tender_id == tender_id, Juror.user_id == scope.user_id, Juror.status != JurorStatus.POOLED
    )
    if lock:
        wanted = wanted.with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def require_seat(session: Session, scope: Scope, tender_id: UUID, *, lock: bool = False) -> Juror:
    """Return the person's own seat, locked on request; raise NotFound for whoever does not sit in the committee."""
    found = own_seat(session, scope, tender_id, lock=lock)
    if found is None or found.status is not JurorStatus.SEATED:
        raise NotFound(tender_id=str(tender_id))
    return found


def seed_of(session: Session, _scope: Scope, commitment: bytes) -> bytes:
    """Return the seed behind a commitment; the machine branch of the policy shows it."""
    return bytes(session.scalars(select(Seed.seed).where(Seed.commitment == commitment)).one())


def bidding_companies(session: Session, _scope: Scope, tender_id: UUID) -> frozenset[UUID]:
    """Return the companies whose bids take part; the machine branch of the policy shows them."""
    wanted = select(Bid.supplier_id).where(Bid.tender_id == tender_id, Bid.status != BidStatus.WITHDRAWN)
    return frozenset(session.scalars(wanted))


def own_sheet(session: Session, scope: Scope, tender_id: UUID) -> SheetRow | None:
    """Return the person's own sheet; ``act_as_member`` comes first, and the lock of the seat before a change."""
    wanted = select(SheetRow).where(SheetRow.tender_id == tender_id, SheetRow.user_id == scope.user_id)
    return session.scalar(wanted.execution_options(populate_existing=True))


def sheets_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[SheetRow]:
    """Return the sheets that the reader may see."""
    wanted = select(SheetRow).where(SheetRow.tender_id == tender_id).order_by(SheetRow.user_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def waiting(session: Session, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (tender, buyer) of committees to draw, seats to fill, and sheets to open; for the machine branch."""
    of_committee = Juror.tender_id == Committee.tender_id
    vacant = exists().where(of_committee, Juror.status == JurorStatus.CONFLICTED)
    missing = exists().where(of_committee, Juror.status.in_(_HELD), Juror.handed_in_at.is_(None))
    due = or_(
        and_(
            Committee.status == CommitteeStatus.NAMED,
            Tender.status.in_((TenderStatus.CLOSED, TenderStatus.OPENED)),
            func.jsonb_typeof(Tender.close_record) == "object",
        ),
        and_(Committee.status == CommitteeStatus.DRAWN, vacant),
        and_(Committee.status == CommitteeStatus.DRAWN, Tender.status == TenderStatus.EVALUATING, ~missing),
    )
    wanted = select(Tender.id, Tender.buyer_id).join(Committee, Committee.tender_id == Tender.id).where(due)
    return session.execute(wanted.order_by(Tender.id).limit(limit)).all()
