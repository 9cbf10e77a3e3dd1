"""Applications, their judgement, talks and files, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.selecting import Application, Qualification, StageFile, Talk
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.selecting import ApplicationStatus


def own_application(session: Session, scope: Scope, tender_id: UUID, *, lock: bool = False) -> Application | None:
    """Return the company's own application to a tender, locked on request; None where there is none."""
    wanted = select(Application).where(Application.tender_id == tender_id, Application.supplier_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def received_applications(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Application]:
    """Return the applications to an own tender that the buyer may read, in the order of their arrival."""
    wanted = select(Application).where(
        Application.tender_id == tender_id, Application.buyer_id.in_(scope.org_ids), Application.opened
    )
    return session.scalars(wanted.order_by(Application.received_at, Application.id)).all()


def every_application(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[Application]:
    """Return every application to a tender; the machine branch of the policy shows them."""
    wanted = select(Application).where(Application.tender_id == tender_id).with_for_update()
    return session.scalars(wanted.order_by(Application.received_at, Application.id)).all()


def concerned(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[UUID]:
    """Return the companies with a standing application or bid; for the machine branch alone before these are opened."""
    gone = (ApplicationStatus.WITHDRAWN, BidStatus.WITHDRAWN)
    applied = select(Application.supplier_id).where(Application.tender_id == tender_id, Application.status != gone[0])
    bidding = select(Bid.supplier_id).where(Bid.tender_id == tender_id, Bid.status != gone[1])
    return session.scalars(applied.union(bidding).order_by("supplier_id")).all()


def open_files(session: Session, _scope: Scope, tender_id: UUID) -> None:
    """Let the buyer read the files of a tender's applications; by the machine branch alone."""
    session.execute(update(StageFile).where(StageFile.tender_id == tender_id).values(opened=True))


def qualifications_of(
    session: Session, _scope: Scope, tender_id: UUID, *, lock: bool = False
) -> Sequence[Qualification]:
    """Return the judgements of a tender that the company may see, in the order of the applications."""
    wanted = select(Qualification).where(Qualification.tender_id == tender_id).order_by(Qualification.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).all()


def own_qualification(session: Session, scope: Scope, application_id: UUID, *, lock: bool = False) -> Qualification:
    """Return the judgement of an application to an own tender, locked on request; raise NotFound for any other id."""
    wanted = select(Qualification).where(
        Qualification.application_id == application_id, Qualification.buyer_id.in_(scope.org_ids)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(application_id=str(application_id))
    return found


def talks_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Talk]:
    """Return the talks of a tender that the company was in, the oldest first: all of them to the buyer."""
    wanted = select(Talk).where(
        Talk.tender_id == tender_id, or_(Talk.buyer_id.in_(scope.org_ids), Talk.supplier_id.in_(scope.org_ids))
    )
    return session.scalars(wanted.order_by(Talk.id)).all()


def talk(session: Session, scope: Scope, talk_id: UUID, *, lock: bool = False) -> Talk:
    """Return an entry of talks with the company itself, locked on request; raise NotFound for any other id."""
    wanted = select(Talk).where(Talk.id == talk_id, Talk.supplier_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(talk_id=str(talk_id))
    return found


def files_of(session: Session, _scope: Scope, tender_id: UUID) -> dict[UUID, list[StageFile]]:
    """Return the files of a tender's stages that the company may see, by what they belong to."""
    found: dict[UUID, list[StageFile]] = {}
    for file in session.scalars(select(StageFile).where(StageFile.tender_id == tender_id).order_by(StageFile.id)):
        found.setdefault(file.owner_id, []).append(file)
    return found


def count_files(session: Session, _scope: Scope, owner_id: UUID) -> int:
    """Return how many files belong to an application or an answer."""
    return session.scalar(select(func.count()).where(StageFile.owner_id == owner_id)) or 0


def file(session: Session, scope: Scope, stage_file_id: UUID) -> StageFile:
    """Return a file of a stage that the company may see; raise NotFound for any other id."""
    wanted = select(StageFile).where(
        StageFile.id == stage_file_id,
        or_(StageFile.buyer_id.in_(scope.org_ids), StageFile.supplier_id.in_(scope.org_ids)),
    )
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(stage_file_id=str(stage_file_id))
    return found


def drop_file(session: Session, scope: Scope, stage_file_id: UUID) -> None:
    """Delete an own file."""
    mine = StageFile.supplier_id.in_(scope.org_ids)
    session.execute(delete(StageFile).where(StageFile.id == stage_file_id, mine))


def following(session: Session, scope: Scope, tender_id: UUID) -> Tender | None:
    """Return the tender that was made from this one, where the company may see it."""
    wanted = select(Tender).where(
        Tender.parent_id == tender_id,
        or_(Tender.buyer_id.in_(scope.org_ids), Tender.party_ids.overlap(list(scope.org_ids))),
    )
    return session.scalar(wanted.order_by(Tender.id.desc()).limit(1))
