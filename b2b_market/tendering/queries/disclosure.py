"""The board, the editions of public notices and their steps. All of it may be read by everybody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from b2b_market.infra.http.cursors import cursor_id
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.tendering.commands.disclosure import BoardFilters, ListReleases, SearchNotices
from b2b_market.tendering.models.amendments import TenderEdition
from b2b_market.tendering.models.disclosure import PublicStep
from b2b_market.tendering.models.tenders import TenderBoard
from b2b_market.tendering.states.disclosure import BOARD_STATES


def search(session: Session, command: SearchNotices) -> Page[TenderBoard]:
    """Return a page of the notices that fit, the newest first."""
    wanted = select(TenderBoard).where(*_conditions(command.filters))
    if command.page.after is not None:
        before = tuple_(literal(_moment(command.page.after[0])), literal(cursor_id(command.page)))
        wanted = wanted.where(tuple_(TenderBoard.published_at, TenderBoard.tender_id) < before)
    newest = wanted.order_by(TenderBoard.published_at.desc(), TenderBoard.tender_id.desc())
    rows = session.scalars(newest.limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda row: (row.published_at.isoformat(), str(row.tender_id)))


def last_change(session: Session, filters: BoardFilters) -> datetime | None:
    """Return when one of the notices that fit was last changed."""
    return session.scalar(select(func.max(TenderBoard.changed_at)).where(*_conditions(filters)))


def editions(session: Session, tender_id: UUID) -> Sequence[TenderEdition]:
    """Return the editions of a public notice, the first one first."""
    return session.scalars(_public_editions(tender_id).order_by(TenderEdition.edition)).all()


def edition(session: Session, tender_id: UUID, number: int) -> TenderEdition:
    """Return an edition of a public notice; raise NotFound for any other."""
    found = session.scalar(_public_editions(tender_id).where(TenderEdition.edition == number))
    if found is None:
        raise NotFound(tender_id=str(tender_id), edition=str(number))
    return found


def _public_editions(tender_id: UUID) -> Select[TenderEdition]:
    on_board = TenderBoard.tender_id == TenderEdition.tender_id
    return select(TenderEdition).join(TenderBoard, on_board).where(TenderEdition.tender_id == tender_id)


def steps(session: Session, tender_id: UUID) -> Sequence[PublicStep]:
    """Return the steps of a public tender in the order in which they were stored."""
    wanted = select(PublicStep).where(PublicStep.tender_id == tender_id).order_by(PublicStep.position)
    return session.scalars(wanted).all()


def has_step(session: Session, tender_id: UUID, step: str) -> bool:
    """Tell whether a step is on record."""
    wanted = select(PublicStep.id).where(PublicStep.tender_id == tender_id, PublicStep.step == step)
    return session.scalar(wanted) is not None


def last_position(session: Session) -> int:
    """Return the position of the newest step of all; 0 where there is none."""
    return session.scalar(select(func.max(PublicStep.position))) or 0


def feed(session: Session, command: ListReleases) -> Sequence[PublicStep]:
    """Return the next steps of the feed, one more than asked."""
    wanted = select(PublicStep).where(PublicStep.position > command.after).order_by(PublicStep.position)
    return session.scalars(wanted.limit(command.limit + 1)).all()


def record(session: Session, ocid: str) -> Sequence[PublicStep]:
    """Return the steps of the process with an open contracting id; raise NotFound where there is none."""
    found = session.scalars(select(PublicStep).where(PublicStep.ocid == ocid).order_by(PublicStep.position)).all()
    if not found:
        raise NotFound(ocid=ocid)
    return found


def _conditions(filters: BoardFilters) -> list[Any]:
    found: list[Any] = [
        TenderBoard.search.contains(word, autoescape=True) for word in filters.text.casefold().split()[:10]
    ]
    if filters.classification:
        found.append(TenderBoard.codes.contains([filters.classification]))
    if filters.procedure:
        found.append(TenderBoard.kind == filters.procedure)
    if filters.entry is not None:
        found.append(TenderBoard.entry == filters.entry)
    if filters.state is not None:
        found.append(TenderBoard.status.in_(BOARD_STATES[filters.state]))
    return found


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error
    if found.tzinfo is None:
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return found
