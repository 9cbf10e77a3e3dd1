"""Setting and changing passwords, and the mailed links for it."""

from uuid import UUID

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import ChangePassword, IssueLink, ReadLink, RedeemLink, RequestReset
from b2b_market.identity.events import PasswordChanged, ResetRequested
from b2b_market.identity.models import Link, User
from b2b_market.identity.permissions import AccountPermission
from b2b_market.identity.service.accounts import read_people
from b2b_market.identity.service.hashing import HASHER
from b2b_market.identity.service.starting import clock, start_session
from b2b_market.identity.service.views import OpenedSession, PersonView
from b2b_market.identity.states import LinkPurpose
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_SETS_PASSWORD = frozenset({LinkPurpose.INVITATION, LinkPurpose.RESET})


@operation(AccountPermission.MANAGE)
def change_password(work: Work, scope: Scope, command: ChangePassword) -> None:
    """Change one's own password, knowing the present one; every other session of the account ends.

    Callers count the attempt with the doorkeeper first.
    """
    user = queries.lock_own_user(work.session, scope)
    if not HASHER.verify(user.password_hash, command.current):
        refusal = rules.WrongCredentials()
        refusal.about = user.id
        raise refusal
    _set_password(work, user, command.new, "/new")
    _end_sessions(work, user, keep=queries.current_session(work.session, scope).id)


@operation(public=True, reason="somebody who forgot the password cannot sign in")
def request_reset(work: Work, _scope: Scope, command: RequestReset) -> None:
    """Have a link mailed if somebody signs in with this address; callers learn nothing about it.

    Callers count the request with the doorkeeper first.
    """
    user = queries.user_by_key(work.session, rules.account_key(command.email))
    if user is not None:
        work.emit(ResetRequested(user_id=user.id), user)


@operation(system=True, reason="links are made where they are mailed, so that no other place ever knows one")
def issue_link(work: Work, _scope: Scope, command: IssueLink) -> str:
    """Return the token of a fresh link; earlier unused ones of the same purpose end."""
    now = clock(work)
    queries.use_up_links(work.session, command.user_id, now, command.purpose)
    token = rules.new_secret()
    life = rules.RESET_LIFE if command.purpose is LinkPurpose.RESET else rules.INVITATION_LIFE
    work.session.add(
        Link(
            id=new_id(),
            user_id=command.user_id,
            purpose=command.purpose,
            token_hash=rules.secret_hash(token),
            created_at=now,
            expires_at=now + life,
            used_at=None,
        )
    )
    work.session.flush()
    work.note(Entry("link.issued", "user", command.user_id))
    return token


@operation(public=True, reason="the holder of a link is not signed in; the link is the proof")
def read_link(work: Work, _scope: Scope, command: ReadLink) -> PersonView:
    """Return whose link it is without using it up; LinkEnded where it is none (any more)."""
    row = _usable(work, queries.link(work.session, rules.secret_hash(command.token)))
    return read_people(work, [row.user_id])[row.user_id]


@operation(public=True, reason="the holder of a link is not signed in; the link is the proof")
def redeem_link(work: Work, _scope: Scope, command: RedeemLink) -> OpenedSession:
    """Set the password of the link's person, end all their sessions and links, and sign them in."""
    row = _usable(work, queries.lock_link(work.session, rules.secret_hash(command.token)))
    user = queries.lock_user(work.session, row.user_id)
    _set_password(work, user, command.password, "/password")
    queries.use_up_links(work.session, user.id, clock(work))
    _end_sessions(work, user)
    return start_session(work, user, command.device)


def _usable(work: Work, row: Link | None) -> Link:
    ended = row is None or row.used_at is not None or row.expires_at <= clock(work)
    if row is None or ended or row.purpose not in _SETS_PASSWORD:
        raise rules.LinkEnded
    return row


def _end_sessions(work: Work, user: User, keep: UUID | None = None) -> None:
    if queries.end_sessions(work.session, user.id, clock(work), keep):
        work.note(Entry("session.others_ended", "user", user.id))


def _set_password(work: Work, user: User, password: str, pointer: str) -> None:
    rules.require_sound_password(password, user.email or "", pointer)
    user.password_hash = HASHER.hash(password)
    user.password_changed_at = user.changed_at = work.now()
    work.emit(PasswordChanged(user_id=user.id), user)
    work.session.flush()
