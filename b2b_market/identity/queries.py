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


class Caller(NamedTuple):
    """What the edge needs of who calls, as it is stored.

    The company's columns are None where no role in force ties the caller to one; ``grants`` are those roles: (role,
    limit amount or None, its currency or None). ``narrowed_to`` are the permissions of a key, None without one.
    """

    user_id: UUID
    kind: str
    name: str
    email: str | None
    locale: str
    timezone: str
    theme: str
    density: str
    single_key_shortcuts: bool
    org_id: UUID | None
    org_name: str | None
    org_timezone: str | None
    version: int | None
    active: bool | None
    grants: list[list[Any]] | None
    narrowed_to: list[str] | None
    light: bool
    unseen: bool
    """Whether "last seen" is older than a minute."""
    stamp: datetime
    platform: str


_CALLER: Final = """
SELECT u.id, u.kind, u.name, u.email, u.locale, u.timezone, u.theme, u.density, u.single_key_shortcuts,
       d.org_id, d.name, d.timezone, d.policy_version, d.active, held.grants, came.narrowed_to, came.light,
       came.seen_at <= now() - %(every)s, now(),
       set_config('app.platform', CASE
           WHEN d.org_id IS NULL OR d.platform <> 'operator' THEN ''
           WHEN 'platform.auditor' = ANY (held.grants) THEN 'auditor'
           WHEN 'platform.operator' = ANY (held.grants) THEN 'operator'
           ELSE '' END, true),
       set_config('app.orgs', CASE WHEN d.org_id IS NULL THEN '{{}}' ELSE '{{' || d.org_id || '}}' END, true),
       set_config('app.machine', '', true), set_config('app.person', u.id::text, true)
FROM ({came}) came
JOIN identity_user u ON u.id = came.user_id
CROSS JOIN LATERAL (
    SELECT array_agg(ARRAY[g.role, g.limit_amount::text, g.limit_currency]) AS grants
    FROM rbac_grant g
    WHERE g.user_id = came.user_id AND g.org_id = came.org_id AND g.revoked_at IS NULL
      AND (g.confirmed_by IS NOT NULL OR NOT g.needs_confirmation)
      AND g.valid_from <= now() AND (g.valid_until IS NULL OR g.valid_until > now())) held
LEFT JOIN rbac_domain d ON d.org_id = came.org_id AND held.grants IS NOT NULL
"""
"""Who calls, and in the same statement the tenant for the rest of the transaction: one plan, made once per connection.

It reads tables without row-level security only.
"""
_BY_SESSION: Final = _CALLER.format(
    came="SELECT user_id, org_id, last_seen_at AS seen_at, NULL::text[] AS narrowed_to, light "
    "FROM identity_session WHERE token_hash = %(proof)s AND revoked_at IS NULL "
    "AND expires_at > now() AND last_seen_at > now() - %(idle)s"
)
_BY_KEY: Final = _CALLER.format(
    came="SELECT user_id, org_id, coalesce(last_used_at, '-infinity') AS seen_at, permissions AS narrowed_to, "
    "false AS light FROM identity_api_key WHERE secret_hash = %(proof)s AND revoked_at IS NULL AND expires_at > now()"
)
_BY_ID: Final = _CALLER.format(
    came="SELECT CAST(%(person)s AS uuid) AS user_id, CAST(%(company)s AS uuid) AS org_id, now() AS seen_at, "
    "NULL::text[] AS narrowed_to, false AS light"
)
# parallel requests of one session must not wait for each other over "last seen"
_SESSION_SEEN: Final = (
    "UPDATE identity_session SET last_seen_at = now() "
    "WHERE id = (SELECT id FROM identity_session WHERE token_hash = %(proof)s FOR UPDATE SKIP LOCKED)"
)
_KEY_SEEN: Final = (
    "UPDATE identity_api_key SET last_used_at = now() "
    "WHERE id = (SELECT id FROM identity_api_key WHERE secret_hash = %(proof)s FOR UPDATE SKIP LOCKED)"
)


def session_caller(session: Session, proof: bytes) -> Caller | None:
    """Return whose live session this is, None where it has ended, and set the tenant."""
    return _caller(session, _BY_SESSION, {"proof": proof, "idle": SESSION_IDLE})


def key_caller(session: Session, proof: bytes) -> Caller | None:
    """Return whose live API key this is, None where it has ended, and set the tenant."""
    return _caller(session, _BY_KEY, {"proof": proof})


def person_caller(session: Session, user_id: UUID, org_id: UUID | None) -> Caller:
    """Return the same of a person without credential, and set the tenant: for whoever runs the machine itself."""
    found = _caller(session, _BY_ID, {"person": user_id, "company": org_id})
    if found is None:
        raise NotFound(user_id=str(user_id))
    return found


def _caller(session: Session, statement: str, values: Mapping[str, object]) -> Caller | None:
    for row in run_fixed(session, statement, {**values, "every": SEEN_EVERY}):
        return Caller(*row[: len(Caller._fields)])
    return None


def note_session_seen(session: Session, proof: bytes) -> None:
    """Bring "last seen" of a session up to date, unless somebody else is at it."""
    run_fixed(session, _SESSION_SEEN, {"proof": proof})


def note_key_seen(session: Session, proof: bytes) -> None:
    """Bring "last used" of an API key up to date, unless somebody else is at it."""
    run_fixed(session, _KEY_SEEN, {"proof": proof})


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
