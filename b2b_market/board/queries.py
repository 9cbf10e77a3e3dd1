"""Every SELECT of the board. What stands on it may be read by every signed-in company."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, Text, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from b2b_market.board.commands import BoardOrder, SearchBoard
from b2b_market.board.models import BoardEntry, BoardExperience, BoardSearch, BoardTold, BoardWord
from b2b_market.board.rules.recommending import Record
from b2b_market.board.rules.searching import Candidate, Wanted, query_of
from b2b_market.board.states import Subject
from b2b_market.infra.http.cursors import cursor_id
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope

RANKED: Final = 1_000
"""How many of the newest matches are weighed for relevance; ranking all of a common word would cost 1 ms per 1,000."""
COUNTED: Final = 1_000
"""Matches are counted up to here; beyond, there are "more than" so many."""
LIKE: Final = 50
LEAST_LIKENESS: Final = "0.15"
"""Two swapped letters leave a word of five letters a fifth of its trigrams; the edits are counted afterwards."""
STRONGEST: Final = 200
"""How many suppliers are considered for each key."""
OWN_KEYS: Final = 100
CONSIDERED: Final = 300
S = TypeVar("S")
_THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A search of the board: what was asked, what the words were read as, and the moment it is asked at."""

    command: SearchBoard
    wanted: Wanted
    now: datetime


def search(session: Session, _scope: Scope, asked: Asked) -> Page[BoardEntry]:
    """Return a page of the board; each order without words is served by an index, also within a country or currency."""
    order, page = asked.command.order, asked.command.page
    if order is BoardOrder.RELEVANCE and asked.wanted.asks:
        return _by_rank(session, asked, page)
    wanted = select(BoardEntry).where(*_conditions(asked))
    if order is BoardOrder.DEADLINE:
        return _ascending(session, wanted, page, BoardEntry.closes_at, _moment)
    if order is BoardOrder.TITLE:
        return _ascending(session, wanted, page, BoardEntry.title_key, str)
    if page.after is not None:
        before = tuple_(literal(_moment(page.after[0])), literal(cursor_id(page)))
        wanted = wanted.where(tuple_(BoardEntry.listed_at, BoardEntry.subject_id) < before)
    newest = wanted.order_by(BoardEntry.listed_at.desc(), BoardEntry.subject_id.desc())
    rows = session.scalars(newest.options(*_LIGHT).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda row: (row.listed_at.isoformat(), str(row.subject_id)))


def count(session: Session, _scope: Scope, asked: Asked) -> int:
    """Return how many entries fit, at most COUNTED + 1."""
    found = select(literal(1)).select_from(BoardEntry).where(*_conditions(asked)).limit(COUNTED + 1)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def known_words(session: Session, _scope: Scope, words: Iterable[str]) -> frozenset[str]:
    """Return those of ``words`` that stand on the board."""
    return frozenset(session.scalars(select(BoardWord.word).where(BoardWord.word.in_(list(words)))))


def alike(session: Session, _scope: Scope, written: str, heard: str) -> list[Candidate]:
    """Return words of the board that look like ``written`` (by trigrams) or sound like ``heard``, the nearest first."""
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", LEAST_LIKENESS, True)))  # noqa: FBT003 - PostgreSQL's "local"
    likeness = cast(func.round(func.similarity(BoardWord.word, written) * _THOUSAND), Integer)
    looks = BoardWord.word.op("%")(written)
    fits = or_(looks, BoardWord.sound == heard) if heard else looks
    wanted = select(BoardWord.word, BoardWord.sound, likeness).where(fits)
    rows = session.execute(wanted.order_by((BoardWord.sound == heard).desc(), likeness.desc()).limit(LIKE))
    return [Candidate(word, sound, likeness) for word, sound, likeness in rows]


def outdated(session: Session, version: str, most: int) -> Sequence[tuple[Subject, UUID, UUID]]:
    """Return (kind, request or tender, buyer) of entries that were indexed by another version of the vocabulary."""
    wanted = select(BoardEntry.kind, BoardEntry.subject_id, BoardEntry.buyer_id)
    rows = session.execute(wanted.where(BoardEntry.vocabulary != version).order_by(BoardEntry.subject_id).limit(most))
    return [(kind, subject_id, buyer_id) for kind, subject_id, buyer_id in rows]


def own_searches(session: Session, scope: Scope) -> Sequence[BoardSearch]:
    """Return the person's own saved searches for the company, as they were saved."""
    wanted = select(BoardSearch).where(BoardSearch.org_id == scope.org_id, BoardSearch.user_id == scope.user_id)
    return session.scalars(wanted.order_by(BoardSearch.id)).all()


def own_search(session: Session, scope: Scope, search_id: UUID, *, lock: bool = False) -> BoardSearch:
    """Return a saved search of the person, locked where asked; raise NotFound for any other id."""
    wanted = select(BoardSearch).where(
        BoardSearch.id == search_id, BoardSearch.org_id == scope.org_id, BoardSearch.user_id == scope.user_id
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(search_id=str(search_id))
    return found


def not_woken(session: Session, most: int) -> Sequence[UUID]:
    """Return entries that no search was woken for yet, locked; those that another worker has at hand are left out.

    The lock lets others refer to the entries meanwhile: a search that tells of one holds its own row already.
    """
    wanted = select(BoardEntry.subject_id).where(BoardEntry.woken.is_(False)).order_by(BoardEntry.listed_at)
    return session.scalars(wanted.limit(most).with_for_update(skip_locked=True, key_share=True)).all()


def due_searches(session: Session, now: datetime, most: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (search, company) of the saved searches whose time has come, the longest overdue first."""
    wanted = select(BoardSearch.id, BoardSearch.org_id).where(BoardSearch.next_due_at <= now)
    return [(one, org) for one, org in session.execute(wanted.order_by(BoardSearch.next_due_at).limit(most))]


def lock_due_search(session: Session, scope: Scope, search_id: UUID, now: datetime) -> BoardSearch | None:
    """Return a saved search whose time has come, locked; None where another worker has it or nothing is due."""
    wanted = select(BoardSearch).where(
        BoardSearch.id == search_id, BoardSearch.org_id.in_(scope.org_ids), BoardSearch.next_due_at <= now
    )
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


@dataclass(frozen=True, slots=True)
class Untold:
    """What a saved search has not told yet: the newest entries, and whether there are more."""

    entries: Sequence[BoardEntry]
    more: bool


def untold(session: Session, scope: Scope, search: BoardSearch, asked: Asked, since: datetime) -> Untold:
    """Return what fits a saved search, was listed after ``since``, is not its own company's and was not told yet."""
    told = select(BoardTold.subject_id).where(
        BoardTold.search_id == search.id, BoardTold.subject_id == BoardEntry.subject_id
    )
    wanted = select(BoardEntry).where(
        *_conditions(asked),
        BoardEntry.listed_at > since,
        BoardEntry.buyer_id.not_in(scope.org_ids),
        ~told.exists(),
    )
    newest = wanted.order_by(BoardEntry.listed_at.desc(), BoardEntry.subject_id.desc())
    limit = asked.command.page.limit
    rows = session.scalars(newest.options(*_LIGHT).limit(limit + 1)).all()
    return Untold(rows[:limit], len(rows) > limit)


def experienced(session: Session, _scope: Scope, keys: Sequence[str]) -> dict[UUID, dict[str, Record]]:
    """Return by supplier what it has done about ``keys``: of each key the STRONGEST suppliers."""
    asked = func.unnest(literal(list(keys), ARRAY(Text))).table_valued("key").render_derived(name="asked")
    strongest = (
        select(BoardExperience.org_id, BoardExperience.quoted, BoardExperience.won)
        .where(BoardExperience.key == asked.c.key)
        .order_by(BoardExperience.strength.desc(), BoardExperience.org_id.desc())
        .limit(STRONGEST)
        .lateral("strongest")
    )
    wanted = select(asked.c.key, strongest.c.org_id, strongest.c.quoted, strongest.c.won)
    found: dict[UUID, dict[str, Record]] = {}
    for key, org_id, quoted, won in session.execute(wanted.select_from(asked).join(strongest, literal(value=True))):
        found.setdefault(org_id, {})[key] = Record(quoted, won)
    return found


def own_experience(session: Session, scope: Scope) -> dict[str, Record]:
    """Return what the company has done most as a supplier, by key."""
    wanted = select(BoardExperience.key, BoardExperience.quoted, BoardExperience.won)
    strongest = wanted.where(BoardExperience.org_id == scope.org_id).order_by(BoardExperience.strength.desc())
    return {key: Record(quoted, won) for key, quoted, won in session.execute(strongest.limit(OWN_KEYS))}


def candidates(session: Session, scope: Scope, keys: Sequence[str], now: datetime) -> Sequence[BoardEntry]:
    """Return the newest open entries of other companies that have one of ``keys``, at most CONSIDERED."""
    wanted = select(BoardEntry).where(
        BoardEntry.keys.overlap(list(keys)), BoardEntry.closes_at > now, BoardEntry.buyer_id.not_in(scope.org_ids)
    )
    newest = wanted.order_by(BoardEntry.listed_at.desc(), BoardEntry.subject_id.desc()).options(*_LIGHT)
    return session.scalars(newest.limit(CONSIDERED)).all()


_LIGHT: Final = (defer(BoardEntry.document, raiseload=True),)


def _conditions(asked: Asked) -> list[Any]:
    filters = asked.command.filters
    found: list[Any] = [BoardEntry.closes_at > asked.now]
    if filters.closes_within_days is not None:
        found.append(BoardEntry.closes_at <= asked.now + timedelta(days=filters.closes_within_days))
    if filters.country:
        found.append(BoardEntry.country == filters.country)
    if filters.currency:
        found.append(BoardEntry.currency == filters.currency)
    if filters.kind is not None:
        found.append(BoardEntry.kind == filters.kind)
    if filters.classification:
        found.append(BoardEntry.classes.contains([filters.classification]))
    if filters.procedure:
        found.append(BoardEntry.procedure == filters.procedure)
    if filters.least_value:
        found.append(BoardEntry.value >= Decimal(filters.least_value))
    if asked.wanted.asks:
        found.append(BoardEntry.document.op("@@")(cast(query_of(asked.wanted), TSQUERY)))
    return found


def _ascending(
    session: Session,
    wanted: Select[BoardEntry],
    page: PageRequest,
    column: InstrumentedAttribute[S],
    read: Callable[[str], S],
) -> Page[BoardEntry]:
    if page.after is not None:
        wanted = wanted.where(
            tuple_(column, BoardEntry.subject_id) > tuple_(literal(read(page.after[0])), cursor_id(page))
        )
    rows = session.scalars(wanted.order_by(column, BoardEntry.subject_id).options(*_LIGHT).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda row: (_written(getattr(row, column.key)), str(row.subject_id)))


def _by_rank(session: Session, asked: Asked, page: PageRequest) -> Page[BoardEntry]:
    """Weigh the newest RANKED matches: title before items before places before the buyer's name; then the newest."""
    query = cast(query_of(asked.wanted), TSQUERY)
    newest = select(BoardEntry.subject_id, BoardEntry.document).where(*_conditions(asked))
    capped = newest.order_by(BoardEntry.listed_at.desc(), BoardEntry.subject_id.desc()).limit(RANKED).subquery()
    rank = cast(func.round(func.ts_rank(capped.c.document, query) * _MILLION), Integer).label("rank")
    ranked = select(capped.c.subject_id, rank).subquery()
    wanted = select(BoardEntry, ranked.c.rank).join(ranked, ranked.c.subject_id == BoardEntry.subject_id)
    if page.after is not None:
        before = tuple_(literal(_number(page.after[0])), literal(cursor_id(page)))
        wanted = wanted.where(tuple_(ranked.c.rank, ranked.c.subject_id) < before)
    ordered = wanted.order_by(ranked.c.rank.desc(), ranked.c.subject_id.desc())
    rows = session.execute(ordered.options(*_LIGHT).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda row: (str(row[1]), str(row[0].subject_id))).map(lambda row: row[0])


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error
    if found.tzinfo is None:
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return found


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(_MILLION * 100)):
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return int(text)
