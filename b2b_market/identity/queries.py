"""Every SELECT of identity, the one query of each request included."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Dialect, Select, delete, func, select, update
from sqlalchemy.orm import Session

from b2b_market.identity.models import ApiKey, Link, User, UserSession
from b2b_market.identity.rules import KEPT, SEEN_EVERY, SESSION_IDLE, NotYourCompany
from b2b_market.identity.states import LinkPurpose, UserKind
from b2b_market.infra.database import run_fixed
from b2b_market.infra.http.cursors import cursor_id
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.held import companies_of, holders_asked

_ACCESS: Final = "SELECT identity_access(%(kind)s, %(proof)s, %(idle)s, %(every)s, %(person)s, %(company)s), now()"
"""The function stands in the migration of identity; it also sets the tenant and keeps "last seen" up to date."""
_UNSEEN: Final = "SELECT last_seen_at <= now() - %(older)s FROM identity_session WHERE token_hash = %(proof)s"
_ACCESS_UNSEEN: Final = f"{_ACCESS}, ({_UNSEEN})"


def access(
    session: Session, kind: str, proof: bytes, *, noting: bool = True
) -> tuple[dict[str, Any] | None, datetime, bool]:
    """Return everything the edge needs of a live ``session`` or ``api_key``, None where it has ended, and the stamp.

    "Last seen" is brought up to date where it is older than a minute, unless the caller is not ``noting`` it: then the
    third value tells whether it would have been.
    """
    values = {**_LIFE, "kind": kind, "proof": proof, "person": None, "company": None}
    if noting:
        return *_ask(session, values), False
    found, stamp, unseen = run_fixed(session, _ACCESS_UNSEEN, {**values, "every": None, "older": SEEN_EVERY}).one()
    return found, stamp, bool(unseen)


def person_access(session: Session, user_id: UUID, org_id: UUID | None) -> dict[str, Any]:
    """Return the same of a person without credential, and set the tenant: for whoever runs the machine itself."""
    found, _ = _ask(session, {**_LIFE, "kind": "person", "proof": None, "person": user_id, "company": org_id})
    if found is None:
        raise NotFound(user_id=str(user_id))
    return found


def _ask(session: Session, values: dict[str, object]) -> tuple[dict[str, Any] | None, datetime]:
    found, stamp = run_fixed(session, _ACCESS, values).one()
    return found, stamp


_LIFE: Final[dict[str, object]] = {"idle": SESSION_IDLE, "every": SEEN_EVERY}


def user_by_key(session: Session, email_key: str) -> User | None:
    """Return the person who signs in with this (folded) address."""
    return session.scalar(select(User).where(User.email_key == email_key))


def lock_own_user(session: Session, scope: Scope) -> User:
    """Return the caller's own account, locked."""
    return _locked_user(session, scope.user_id)


def own_user(session: Session, scope: Scope) -> User:
    """Return the caller's own account."""
    return session.scalars(select(User).where(User.id == scope.user_id)).one()


def lock_user(session: Session, user_id: UUID) -> User:
    """Return a person's account, locked; NotFound where there is none."""
    return _locked_user(session, user_id)


def _locked_user(session: Session, user_id: UUID) -> User:
    # against changes only: a session or link that is being made for the person refers to the row meanwhile
    wanted = select(User).where(User.id == user_id, User.kind == UserKind.PERSON)
    found = session.scalar(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise NotFound(user_id=str(user_id))
    return found


class PersonRow(NamedTuple):
    """What others see of a user, as it is stored."""

    id: UUID
    kind: str
    email: str
    name: str
    locale: str
    timezone: str
    can_sign_in: bool


_PEOPLE: Final = (
    "SELECT id, kind, coalesce(email, ''), name, locale, timezone, password_hash IS NOT NULL "
    "FROM identity_user WHERE id = ANY(%(ids)s)"
)


def people(session: Session, user_ids: Iterable[UUID]) -> Sequence[PersonRow]:
    """Return the users of these ids that there are."""
    return [PersonRow(*row) for row in run_fixed(session, _PEOPLE, {"ids": list(user_ids)})]


@cache
def _holding(dialect: Dialect) -> str:
    """Return the text of the statement that nearly every handler runs, as ``run_fixed`` reads it."""
    held = holders_asked().subquery()
    person = (User.id, User.kind, User.email, User.name, User.locale, User.timezone, User.password_hash.is_not(None))
    query = select(held.c.org_id, *person).join_from(held, User, User.id == held.c.user_id)
    wanted = query.where(User.email.is_not(None)).order_by(held.c.org_id, User.id)
    return str(wanted.compile(dialect=dialect))


def holding(session: Session, asked: Mapping[str, object]) -> Sequence[tuple[UUID, PersonRow]]:
    """Return whom ``holders_wanted`` names and who has an address: (company, person), in that order."""
    rows = run_fixed(session, _holding(session.get_bind().dialect), asked)
    return [(row[0], PersonRow(*row[1:])) for row in rows]


def session_of_hash(session: Session, token_hash: bytes) -> UserSession | None:
    """Return a live session by its token's hash."""
    return session.scalar(
        select(UserSession).where(UserSession.token_hash == token_hash, UserSession.revoked_at.is_(None))
    )


def current_session(session: Session, scope: Scope) -> UserSession:
    """Return the session of this call, locked; NotFound where the caller came with a key."""
    mark = bytes.fromhex(scope.actor.who.session)
    found = session.scalar(
        _live(scope).where(func.substr(UserSession.token_hash, 1, len(mark)) == mark).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def own_sessions(session: Session, scope: Scope, now: datetime) -> Sequence[UserSession]:
    """Return the caller's live sessions, the latest used first."""
    query = _live(scope).where(UserSession.expires_at > now, UserSession.last_seen_at > now - SESSION_IDLE)
    return session.scalars(query.order_by(UserSession.last_seen_at.desc(), UserSession.id.desc()).limit(100)).all()


def lock_own_session(session: Session, scope: Scope, session_id: UUID) -> UserSession:
    """Return one of the caller's live sessions, locked; NotFound for anybody else's."""
    found = session.scalar(_live(scope).where(UserSession.id == session_id).with_for_update())
    if found is None:
        raise NotFound(session_id=str(session_id))
    return found


def _live(scope: Scope) -> Select[UserSession]:
    return select(UserSession).where(UserSession.user_id == scope.user_id, UserSession.revoked_at.is_(None))


def last_company(session: Session, user_id: UUID) -> UUID | None:
    """Return the company that the person's latest session worked for."""
    return session.scalar(
        select(UserSession.org_id)
        .where(UserSession.user_id == user_id, UserSession.org_id.is_not(None))
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(1)
    )


def end_sessions(session: Session, user_id: UUID, now: datetime, keep: UUID | None = None) -> int:
    """End every live session of a person but ``keep``; return how many."""
    ended = session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.id != keep)
        .values(revoked_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult


def require_own_company(session: Session, scope: Scope, org_id: UUID, now: datetime) -> None:
    """Raise NotYourCompany unless the caller has a role in force there."""
    if org_id not in {known for known, _ in companies_of(session, scope.user_id, now)}:
        raise NotYourCompany


def lock_link(session: Session, token_hash: bytes) -> Link | None:
    """Return a link by its token's hash, locked, used or not.

    Its person is locked before it: whoever sets a password holds the person and ends all of their links.
    """
    known = link(session, token_hash)
    if known is None:
        return None
    _locked_user(session, known.user_id)
    wanted = select(Link).where(Link.id == known.id).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def link(session: Session, token_hash: bytes) -> Link | None:
    """Return a link by its token's hash, used or not."""
    return session.scalar(select(Link).where(Link.token_hash == token_hash))


def lock_link_by_id(session: Session, link_id: UUID) -> Link | None:
    """Return a link by its id, locked, used or not."""
    return session.scalar(select(Link).where(Link.id == link_id).with_for_update())


def lock_takeover(session: Session, user_id: UUID, org_id: UUID) -> Link | None:
    """Return the unused proof that a company asked for at a person's mailbox, locked."""
    wanted = select(Link).where(Link.user_id == user_id, Link.org_id == org_id, Link.used_at.is_(None))
    return session.scalar(wanted.where(Link.purpose == LinkPurpose.TAKEOVER).with_for_update())


def use_up_links(session: Session, user_id: UUID, now: datetime, purpose: LinkPurpose | None = None) -> None:
    """Make every unused link of a person (of one purpose) useless."""
    query = update(Link).where(Link.user_id == user_id, Link.used_at.is_(None)).values(used_at=now)
    session.execute(query if purpose is None else query.where(Link.purpose == purpose))


def api_keys(session: Session, scope: Scope, request: PageRequest) -> Page[ApiKey]:
    """Return the keys of the company, the newest first."""
    query = select(ApiKey).where(ApiKey.org_id == scope.org_id).order_by(ApiKey.id.desc()).limit(request.limit + 1)
    if request.after is not None:
        query = query.where(ApiKey.id < cursor_id(request))
    return page_of(session.scalars(query).all(), request, lambda row: ("", str(row.id)))


def lock_api_key(session: Session, scope: Scope, key_id: UUID) -> ApiKey:
    """Return a live key of the company, locked; NotFound for others and for ended ones."""
    found = session.scalar(
        select(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.org_id == scope.org_id, ApiKey.revoked_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound(key_id=str(key_id))
    return found


def prune(session: Session, now: datetime) -> int:
    """Delete sessions and links that ended long ago; return how many."""
    limit = now - KEPT
    ended = (UserSession.expires_at < limit) | (UserSession.revoked_at < limit)
    used = (Link.expires_at < limit) | (Link.used_at < limit)
    sessions = session.execute(delete(UserSession).where(ended).returning(UserSession.id)).all()
    return len(sessions) + len(session.execute(delete(Link).where(used).returning(Link.id)).all())
