"""Searches that people keep: save, change, drop; each person's are the person's own."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import TSQUERY

from b2b_market.board import queries
from b2b_market.board.commands import ChangeSearch, DropSearch, Filters, ReadSearch, SaveSearch
from b2b_market.board.models import BoardSearch
from b2b_market.board.permissions import BoardPermission
from b2b_market.board.rules import saving as rules
from b2b_market.board.rules.searching import query_of
from b2b_market.board.service.searching import wanted_by
from b2b_market.board.states import Subject
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(BoardPermission.SAVE)
def save_search(work: Work, scope: Scope, command: SaveSearch) -> BoardSearch:
    """Keep a search; it tells of what is listed from now on."""
    rules.require_sound(command)
    rules.require_room(len(queries.own_searches(work.session, scope)))
    now = work.now()
    search = BoardSearch(
        id=new_id(), created_at=now, changed_at=now, org_id=scope.org_id, user_id=scope.user_id, told_at=now
    )
    _fill(work, scope, search, command)
    work.session.add(search)
    work.record("board_search.saved", search)
    work.session.flush()
    return search


@operation(BoardPermission.SAVE)
def change_search(work: Work, scope: Scope, command: ChangeSearch) -> BoardSearch:
    """Replace a saved search's name, filters and cadence; what it told before it does not tell again."""
    rules.require_sound(command.content)
    search = queries.own_search(work.session, scope, command.search_id, lock=True)
    work.expect_version(search, command.expected_version)
    silent = search.next_due_at is None
    _fill(work, scope, search, command.content)
    if silent:
        search.told_at = work.now()
    work.touch(search)
    work.record("board_search.changed", search)
    work.session.flush()
    return search


@operation(BoardPermission.SAVE)
def drop_search(work: Work, scope: Scope, command: DropSearch) -> None:
    """Throw a saved search away."""
    search = queries.own_search(work.session, scope, command.search_id, lock=True)
    work.expect_version(search, command.expected_version)
    work.record("board_search.deleted", search)
    work.session.delete(search)
    work.session.flush()


@operation(BoardPermission.SAVE)
def read_search(work: Work, scope: Scope, command: ReadSearch) -> BoardSearch:
    """Return a saved search of the person."""
    return queries.own_search(work.session, scope, command.search_id)


@operation(BoardPermission.SAVE)
def list_searches(work: Work, scope: Scope, _command: None) -> Sequence[BoardSearch]:
    """Return the person's own saved searches for the company, as they were saved."""
    return queries.own_searches(work.session, scope)


def filters_of(search: BoardSearch) -> Filters:
    """Return what a saved search asks for."""
    kind = search.filters.get("kind")
    return Filters(**{**search.filters, "kind": Subject(kind) if kind else None})


def _fill(work: Work, scope: Scope, search: BoardSearch, content: SaveSearch) -> None:
    search.name = content.name.strip()
    kind = content.filters.kind
    search.filters = {**asdict(content.filters), "kind": kind.value if kind else ""}
    search.country = content.filters.country
    search.currency = content.filters.currency
    wanted = wanted_by(content.filters)
    query: Any = cast(query_of(wanted), TSQUERY) if wanted.asks else None
    search.query = query
    search.cadence = content.cadence
    search.next_due_at = rules.next_due(content.cadence, work.now(), ZoneInfo(scope.actor.person.timezone))
