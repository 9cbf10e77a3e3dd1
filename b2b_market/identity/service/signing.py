"""Signing in and out, sessions, and the company worked for."""

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import EndSession, ListSessions, SignIn, SignOut, SwitchOrganization
from b2b_market.identity.models import User
from b2b_market.identity.permissions import AccountPermission
from b2b_market.identity.service.hashing import HASHER
from b2b_market.identity.service.starting import clock, end_session_row, start_session
from b2b_market.identity.service.views import OpenedSession, SessionView, session_view
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(public=True, reason="this is how strangers become known")
def sign_in(work: Work, _scope: Scope, command: SignIn) -> OpenedSession:
    """Start a session for whoever knows the password; WrongCredentials otherwise, equally fast for unknown addresses.

    Callers count the attempt with the doorkeeper first.
    """
    user = queries.user_by_key(work.session, rules.account_key(command.email))
    hashed = user.password_hash if user is not None else None
    if not HASHER.verify(hashed, command.password) or user is None or hashed is None:
        raise _wrong(user)
    # another password may be set at this moment, which ends the sessions that there are
    if queries.lock_user(work.session, user.id).password_hash != hashed:
        raise _wrong(user)
    if HASHER.is_outdated(hashed):
        _rehash(work, user, command.password)
    return start_session(work, user, command.device)


def _wrong(user: User | None) -> rules.WrongCredentials:
    refusal = rules.WrongCredentials()
    refusal.about = user.id if user is not None else None
    return refusal


def _rehash(work: Work, user: User, password: str) -> None:
    user.password_hash, user.changed_at = HASHER.hash(password), work.now()
    work.record("user.password_rehashed", user)


@operation(AccountPermission.USE)
def sign_out(work: Work, scope: Scope, _command: SignOut) -> None:
    """End the session of this call."""
    end_session_row(work, queries.current_session(work.session, scope))


@operation(AccountPermission.USE)
def switch_organization(work: Work, scope: Scope, command: SwitchOrganization) -> OpenedSession:
    """Work for another of one's companies, in a session with a new token.

    It ends when the old one would have, and may do no more.
    """
    queries.require_own_company(work.session, scope, command.organization_id, clock(work))
    old = queries.current_session(work.session, scope)
    end_session_row(work, old)
    opened = start_session(work, queries.own_user(work.session, scope), command.device, command.organization_id)
    row = queries.lock_own_session(work.session, scope, opened.session.id)
    row.created_at, row.expires_at, row.light = old.created_at, old.expires_at, old.light
    return OpenedSession(session_view(row, rules.session_mark(row.token_hash)), opened.user_id, opened.token)


@operation(AccountPermission.MANAGE)
def list_sessions(work: Work, scope: Scope, _command: ListSessions) -> tuple[SessionView, ...]:
    """Return one's own live sessions, the latest used first."""
    rows = queries.own_sessions(work.session, scope, clock(work))
    return tuple(session_view(row, scope.actor.who.session) for row in rows)


@operation(AccountPermission.MANAGE)
def end_session(work: Work, scope: Scope, command: EndSession) -> None:
    """End one of one's own sessions at once; NotFound for anybody else's."""
    end_session_row(work, queries.lock_own_session(work.session, scope, command.session_id))
