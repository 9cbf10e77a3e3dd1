"""Entering without a password: a mailed link, then a mailed code; and proving a mailbox by a code alone.

A link is mailed with an invitation or on request and opens nothing by itself: its holder has a code sent, which works
once and for a few minutes. Guesses and mails are counted by the doorkeeper before any of these operations runs.
"""

from hmac import compare_digest

from b2b_market.identity import queries, rules
from b2b_market.identity.commands import (
    EnterByCode,
    IssueCode,
    IssueEntry,
    IssueTakeover,
    ReadLink,
    RedeemTakeover,
    RequestCode,
    RequestEntry,
)
from b2b_market.identity.events import EntryCodeRequested, EntryRequested
from b2b_market.identity.models import Link
from b2b_market.identity.service.accounts import read_people
from b2b_market.identity.service.starting import clock, start_session
from b2b_market.identity.service.views import MailedCode, OpenedSession, PersonView
from b2b_market.identity.states import LinkPurpose
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.held import supplying_companies
from b2b_market.rbac.operation import operation

_HOLDER = "the holder of a link is not signed in; the link and its code are the proof"
_MAILED = "links and codes are made where they are mailed, so that no other place ever knows one"


@operation(public=True, reason="an invited supplier may have no password")
def request_entry(work: Work, _scope: Scope, command: RequestEntry) -> None:
    """Have a link mailed if somebody who may quote has this address; callers learn nothing about it.

    Callers count the request with the doorkeeper first.
    """
    user = queries.user_by_key(work.session, rules.account_key(command.email))
    if user is not None and supplying_companies(work.session, user.id, clock(work)):
        work.emit(EntryRequested(user_id=user.id), user)


@operation(system=True, reason=_MAILED)
def issue_entry(work: Work, _scope: Scope, command: IssueEntry) -> str:
    """Return the token of a fresh link to enter; earlier unused ones stay, as each may belong to another request."""
    now = clock(work)
    token = rules.new_secret()
    row = Link(
        id=new_id(),
        user_id=command.user_id,
        purpose=LinkPurpose.ENTRY,
        token_hash=rules.secret_hash(token),
        created_at=now,
        expires_at=now + rules.ENTRY_LIFE,
        org_id=command.org_id,
    )
    work.session.add(row)
    work.session.flush()
    work.note(Entry("link.issued", "user", command.user_id))
    return token


@operation(public=True, reason=_HOLDER)
def read_entry(work: Work, _scope: Scope, command: ReadLink) -> PersonView:
    """Return whose link to enter it is without using it up; EntryEnded where it is none (any more)."""
    row = _usable(work, queries.link(work.session, rules.secret_hash(command.token)))
    return read_people(work, [row.user_id])[row.user_id]


@operation(public=True, reason=_HOLDER)
def request_code(work: Work, _scope: Scope, command: RequestCode) -> None:
    """Have the code of a link to enter mailed to the link's person. Callers count it with the doorkeeper first."""
    row = _usable(work, queries.link(work.session, rules.secret_hash(command.token)))
    work.emit(EntryCodeRequested(link_id=row.id), queries.lock_user(work.session, row.user_id))


@operation(system=True, reason=_MAILED)
def issue_code(work: Work, _scope: Scope, command: IssueCode) -> MailedCode | None:
    """Return a fresh code for a link to enter and whose it is; the one before ends. None where the link has ended."""
    row = queries.lock_link_by_id(work.session, command.link_id)
    if row is None or row.used_at is not None or row.expires_at <= clock(work):
        return None
    return _with_code(work, row)


@operation(public=True, reason=_HOLDER)
def enter_by_code(work: Work, _scope: Scope, command: EnterByCode) -> OpenedSession:
    """Start a light session for the person of a link whose code is right, and use both up.

    EntryEnded for a link that cannot be used, WrongCode for a code that does not fit. Callers count the guess with the
    doorkeeper first.
    """
    row = _usable(work, queries.lock_link(work.session, rules.secret_hash(command.token)))
    _require_code(work, row, command.code)
    user = queries.lock_user(work.session, row.user_id)
    org_id = row.org_id
    if org_id is None:
        known = supplying_companies(work.session, user.id, clock(work))
        org_id = rules.home_of(known, queries.last_company(work.session, user.id))
    row.used_at = clock(work)
    return start_session(work, user, command.device, org_id, light=True)


@operation(system=True, reason=_MAILED)
def issue_takeover(work: Work, _scope: Scope, command: IssueTakeover) -> MailedCode:
    """Return a fresh code by which a company proves that it reads a person's mail; the one before ends."""
    now = clock(work)
    before = queries.lock_takeover(work.session, command.user_id, command.org_id)
    if before is not None:
        before.used_at = now
    row = Link(
        id=new_id(),
        user_id=command.user_id,
        purpose=LinkPurpose.TAKEOVER,
        token_hash=rules.secret_hash(rules.new_secret()),
        created_at=now,
        expires_at=now + rules.CODE_LIFE,
        org_id=command.org_id,
    )
    work.session.add(row)
    return _with_code(work, row)


def redeem_takeover(work: Work, command: RedeemTakeover) -> None:
    """Use up the code that a company had sent to a person's mailbox; WrongCode where it does not fit."""
    row = queries.lock_takeover(work.session, command.user_id, command.org_id)
    if row is None:
        raise rules.WrongCode
    _require_code(work, row, command.code)
    row.used_at = clock(work)
    work.session.flush()
    work.note(Entry("mailbox.proved", "user", row.user_id, visible_to=(command.org_id,)))


def _with_code(work: Work, row: Link) -> MailedCode:
    code = rules.new_code()
    row.code_hash = rules.code_hash(bytes(row.token_hash), code)
    row.code_expires_at = clock(work) + rules.CODE_LIFE
    work.session.flush()
    work.note(Entry("code.issued", "user", row.user_id))
    return MailedCode(read_people(work, [row.user_id])[row.user_id], code)


def _usable(work: Work, row: Link | None) -> Link:
    ended = row is None or row.used_at is not None or row.expires_at <= clock(work)
    if row is None or ended or row.purpose is not LinkPurpose.ENTRY:
        raise rules.EntryEnded
    return row


def _require_code(work: Work, row: Link, code: str) -> None:
    late = row.code_expires_at is None or row.code_expires_at <= clock(work)
    fits = row.code_hash is not None and compare_digest(
        rules.code_hash(bytes(row.token_hash), code), bytes(row.code_hash)
    )
    if late or not fits:
        refusal = rules.WrongCode()
        refusal.about = row.user_id
        raise refusal
