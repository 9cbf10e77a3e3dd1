"""Telling the owners of saved searches what is new: woken by what is listed, or every morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update

from b2b_market.board import queries
from b2b_market.board.commands import ReadSearch, SearchBoard
from b2b_market.board.models import BoardEntry, BoardSearch, BoardTold
from b2b_market.board.permissions import BoardPermission
from b2b_market.board.queries import Asked
from b2b_market.board.rules.saving import next_due
from b2b_market.board.service.saving import filters_of
from b2b_market.board.service.searching import wanted_by
from b2b_market.board.states import Cadence
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import PageRequest
from b2b_market.notifications.public import Recipient
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

BATCH: Final = 100
TOLD_AT_ONCE: Final = 20
"""How many entries one message names; the rest is found through its link."""
OVERLAP: Final = timedelta(days=7)
"""What is listed is dated by its publication and may be seen later; what was told already is known by name."""


@dataclass(frozen=True, slots=True)
class News:
    """What one person is to be told: the search, its reader, the newest entries, and whether there are more."""

    search: BoardSearch
    reader: Recipient
    entries: Sequence[BoardEntry]
    more: bool


@operation(system=True, reason="the schedule wakes searches for what was listed")
def wake_searches(work: Work, _scope: Scope, _command: None) -> int:
    """Make every search that tells at once due which a newly listed entry may fit; return how many entries were new."""
    session = work.session
    listed = queries.not_woken(session, BATCH)
    if not listed:
        return 0
    fits = or_(BoardSearch.query.is_(None), BoardEntry.document.op("@@")(BoardSearch.query))
    # in one order: two workers with different entries at hand often wake the same searches
    to_wake = (
        select(BoardSearch.id)
        .where(BoardSearch.cadence == Cadence.AT_ONCE, BoardEntry.subject_id.in_(listed), fits)
        .where(or_(BoardSearch.country == "", BoardSearch.country == BoardEntry.country))
        .where(or_(_asked_for("kind") == "", _asked_for("kind") == BoardEntry.kind))
        .where(or_(_asked_for("procedure") == "", _asked_for("procedure") == BoardEntry.procedure))
        .where(or_(BoardSearch.currency == "", BoardSearch.currency == BoardEntry.currency))
        .order_by(BoardSearch.id)
        .with_for_update(of=BoardSearch, key_share=True)
        .correlate(None)
    )
    now = work.now()
    waking = (
        update(BoardSearch)
        .where(BoardSearch.id.in_(to_wake))
        .values(next_due_at=func.least(func.coalesce(BoardSearch.next_due_at, now), now))
    )
    session.execute(waking, execution_options={"synchronize_session": False})
    woken = update(BoardEntry).where(BoardEntry.subject_id.in_(listed)).values(woken=True)
    session.execute(woken, execution_options={"synchronize_session": False})
    return len(listed)


@operation(system=True, reason="the schedule asks which searches are due")
def due_searches(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[UUID, UUID]]:
    """Return (search, company) of the saved searches whose time has come."""
    return queries.due_searches(work.session, work.now(), BATCH)


@operation(system=True, reason="the schedule lets a search that is due tell its news")
def tell_news(work: Work, scope: Scope, command: ReadSearch) -> News | None:
    """Note what a due search finds as told and return it; None where it is not due any more or has no news.

    In one transaction with the message: told once, or not at all and then again. Whoever may not read the board any
    more is told nothing.
    """
    search = queries.lock_due_search(work.session, scope, command.search_id, work.now())
    if search is None:
        return None
    people = organizations.people_with(work, scope.actor, [search.org_id], BoardPermission.SAVE)
    reader = next((person for person in people if person.user_id == search.user_id), None)
    zone = ZoneInfo(reader.timezone) if reader is not None else ZoneInfo("UTC")
    since = max(search.told_at - OVERLAP, search.created_at)
    filters = filters_of(search)
    asked = Asked(SearchBoard(filters=filters, page=PageRequest(TOLD_AT_ONCE)), wanted_by(filters), work.now())
    found = queries.untold(work.session, scope, search, asked, since)
    # beside the aggregate's version: that the clock looked is no change that anybody made
    moved = {"told_at": work.now(), "next_due_at": next_due(search.cadence, work.now(), zone)}
    work.session.execute(
        update(BoardSearch).where(BoardSearch.id == search.id).values(moved),
        execution_options={"synchronize_session": False},
    )
    if reader is None or not found.entries:
        return None
    rows = [
        {"search_id": search.id, "subject_id": entry.subject_id, "org_id": search.org_id} for entry in found.entries
    ]
    insert_rows(work.session, BoardTold, rows)
    return News(search, reader, found.entries, found.more)


def _asked_for(name: str) -> ColumnElement[str]:
    """Return a filter of a saved search as text, empty where it asks nothing, as searches of before it do."""
    return func.coalesce(BoardSearch.filters[name].astext, "")
