"""Starting and ending sessions, within whichever operation has found out who somebody is."""

from datetime import datetime
from uuid import UUID

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import Device
from b2b_market.identity.models import User, UserSession
from b2b_market.identity.service.views import OpenedSession, session_view
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.held import companies_of


def clock(work: Work) -> datetime:
    """Return the database's clock, which the resolver compares lifetimes with; a rehearsal's shift does not move it."""
    return work.now() - work.shift


def start_session(
    work: Work, user: User, device: Device, org_id: UUID | None = None, *, light: bool = False
) -> OpenedSession:
    """Start a session with a new token, ending the one the browser came with.

    It works for ``org_id``, else for the company worked for last, else the first by name, else none. A ``light`` one
    may do no more than a guest and ends after LIGHT_LIFE.
    """
    now = clock(work)
    if device.previous:
        end_by_token(work, device.previous)
    if org_id is None:
        companies = companies_of(work.session, user.id, now)
        org_id = rules.home_of(companies, queries.last_company(work.session, user.id))
    token = rules.new_secret()
    row = UserSession(
        id=new_id(),
        user_id=user.id,
        org_id=org_id,
        token_hash=rules.secret_hash(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + (rules.LIGHT_LIFE if light else rules.SESSION_LIFE),
        revoked_at=None,
        network=work.cause.network,
        agent=device.agent[:200],
        light=light,
    )
    work.session.add(row)
    work.session.flush()
    action = "session.entered" if light else "session.started"
    work.note(Entry(action, "user", user.id, visible_to=_seen_by(org_id)))
    return OpenedSession(session_view(row, rules.session_mark(row.token_hash)), user.id, token)


def end_session_row(work: Work, row: UserSession) -> None:
    """End a session at once: its next request finds nobody."""
    row.revoked_at = clock(work)
    work.note(Entry("session.ended", "user", row.user_id, visible_to=_seen_by(row.org_id)))


def end_by_token(work: Work, token: str) -> None:
    """End the session a browser came with, if it lives."""
    row = queries.session_of_hash(work.session, rules.secret_hash(token))
    if row is not None:
        end_session_row(work, row)


def _seen_by(org_id: UUID | None) -> tuple[UUID, ...]:
    return () if org_id is None else (org_id,)
