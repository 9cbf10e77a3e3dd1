"""Framework agreements, their items and members, call-offs and offers, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.commands.frameworks import ListFrameworks
from b2b_market.tendering.models.frameworks import (
    CallOff,
    CallOffOffer,
    Competition,
    Framework,
    FrameworkItem,
    FrameworkMember,
    FrameworkTerms,
)
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.frameworks import CallOffStatus, FrameworkStatus

RUNNING = (FrameworkStatus.ACTIVE, FrameworkStatus.EXHAUSTED)


def terms_of(session: Session, _scope: Scope, tender_id: UUID) -> FrameworkTerms | None:
    """Return the terms of a tender that was read before; row-level security shows drafts' to their buyer alone."""
    wanted = select(FrameworkTerms).where(FrameworkTerms.tender_id == tender_id)
    return session.scalar(wanted.execution_options(populate_existing=True))


def party_framework(session: Session, scope: Scope, framework_id: UUID) -> Framework:
    """Return an agreement that the scope's companies are a party of; raise NotFound for any other id."""
    wanted = select(Framework).where(Framework.id == framework_id, Framework.party_ids.overlap(list(scope.org_ids)))
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(framework_id=str(framework_id))
    return found


def own_framework(session: Session, scope: Scope, framework_id: UUID, *, lock: bool = False) -> Framework:
    """Return an agreement of the scope's buyers, locked on request; raise NotFound for any other id."""
    wanted = select(Framework).where(Framework.id == framework_id, Framework.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(framework_id=str(framework_id))
    return found


def list_frameworks(session: Session, scope: Scope, command: ListFrameworks) -> Page[Framework]:
    """Return a page of the agreements that the company is a party of, the newest first."""
    wanted = select(Framework).where(Framework.party_ids.overlap(list(scope.org_ids)))
    if command.status is not None:
        wanted = wanted.where(Framework.status == command.status)
    if command.page.after is not None:
        wanted = wanted.where(Framework.id < UUID(command.page.after[1]))
    rows = session.scalars(wanted.order_by(Framework.id.desc()).limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda row: ("", str(row.id)))


def items_of(session: Session, _scope: Scope, framework_id: UUID) -> Sequence[FrameworkItem]:
    """Return the items of an agreement in order."""
    wanted = select(FrameworkItem).where(FrameworkItem.framework_id == framework_id).order_by(FrameworkItem.position)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def members_of(session: Session, scope: Scope, framework_id: UUID) -> Sequence[FrameworkMember]:
    """Return the members that the reader may see by rank: the buyer all, a member itself."""
    wanted = select(FrameworkMember).where(FrameworkMember.framework_id == framework_id, _party(FrameworkMember, scope))
    return session.scalars(wanted.order_by(FrameworkMember.rank)).all()


def frameworks_of_tender(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Framework]:
    """Return the agreements that a tender's awards concluded, as far as the reader is a party."""
    wanted = select(Framework).where(Framework.tender_id == tender_id, Framework.party_ids.overlap(list(scope.org_ids)))
    return session.scalars(wanted.order_by(Framework.id)).all()


def own_call_off(session: Session, scope: Scope, call_off_id: UUID, *, lock: bool = False) -> CallOff:
    """Return a call-off of the scope's buyers, locked on request; raise NotFound for any other id."""
    wanted = select(CallOff).where(CallOff.id == call_off_id, CallOff.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    return _call_off(session.scalar(wanted.execution_options(populate_existing=True)), call_off_id)


def party_call_off(session: Session, scope: Scope, call_off_id: UUID) -> CallOff:
    """Return a call-off that the company placed or whose turn or order it is; raise NotFound for any other id."""
    wanted = select(CallOff).where(CallOff.id == call_off_id, _party(CallOff, scope))
    return _call_off(session.scalar(wanted.execution_options(populate_existing=True)), call_off_id)


def offered_call_off(session: Session, scope: Scope, call_off_id: UUID) -> CallOff:
    """Return a call-off that the company is, or was, the supplier of; raise NotFound for any other id."""
    wanted = select(CallOff).where(CallOff.id == call_off_id, CallOff.supplier_id.in_(scope.org_ids))
    return _call_off(session.scalar(wanted.execution_options(populate_existing=True)), call_off_id)


def call_offs_of(session: Session, scope: Scope, framework_id: UUID) -> Sequence[CallOff]:
    """Return the call-offs of an agreement that the reader may see, the newest first."""
    wanted = select(CallOff).where(CallOff.framework_id == framework_id, _party(CallOff, scope))
    return session.scalars(wanted.order_by(CallOff.id.desc()).execution_options(populate_existing=True)).all()


def call_off_of_award(session: Session, scope: Scope, award_id: UUID) -> CallOff | None:
    """Return the call-off that a competition's award booked and that still counts, locked."""
    wanted = select(CallOff).where(
        CallOff.award_id == award_id, CallOff.buyer_id.in_(scope.org_ids), CallOff.status != CallOffStatus.CANCELLED
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def offers_of(session: Session, scope: Scope, call_off_id: UUID) -> Sequence[CallOffOffer]:
    """Return what members were offered as far as the reader may see it: the buyer all, a member its own."""
    wanted = select(CallOffOffer).where(CallOffOffer.call_off_id == call_off_id, _party(CallOffOffer, scope))
    return session.scalars(wanted.order_by(CallOffOffer.id).execution_options(populate_existing=True)).all()


def competition_of(session: Session, scope: Scope, tender_id: UUID) -> Competition | None:
    """Return what links a tender of the scope's buyers to an agreement; none where nothing does."""
    wanted = select(Competition).where(Competition.tender_id == tender_id, Competition.buyer_id.in_(scope.org_ids))
    return session.scalar(wanted)


def competitions_of(session: Session, scope: Scope, framework_id: UUID) -> Sequence[Tender]:
    """Return the tenders that were made from an own agreement, the newest first."""
    wanted = select(Tender).join(Competition, Competition.tender_id == Tender.id)
    own = (Competition.framework_id == framework_id, Competition.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.where(*own).order_by(Tender.id.desc())).all()


def ended(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (agreement, buyer) whose time is over; the machine branch of the policy shows them."""
    wanted = select(Framework.id, Framework.buyer_id).where(Framework.ends_at <= now, Framework.status.in_(RUNNING))
    return session.execute(wanted.order_by(Framework.ends_at).limit(limit)).all()


def unanswered(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (call-off, buyer) whose time to answer is over, or that wait for the next member's turn."""
    wanted = select(CallOff.id, CallOff.buyer_id).where(CallOff.due_at <= now)
    return session.execute(wanted.order_by(CallOff.due_at).limit(limit)).all()


def _call_off(found: CallOff | None, call_off_id: UUID) -> CallOff:
    if found is None:
        raise NotFound(call_off_id=str(call_off_id))
    return found


def _party(model: type[FrameworkMember | CallOff | CallOffOffer], scope: Scope) -> ColumnElement[bool]:
    return or_(model.buyer_id.in_(scope.org_ids), model.supplier_id.in_(scope.org_ids))
