"""What other modules may ask of identity: the edge's resolver, and people by id or address."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.identity.commands import (
    EnsurePerson,
    IssueEntry,
    IssueLink,
    IssueTakeover,
    RedeemLink,
    RedeemTakeover,
)
from b2b_market.identity.rules import ZONES, TooManyAttempts, WrongCode, read_address
from b2b_market.identity.service import accounts, entering, passwords
from b2b_market.identity.service.access import AccessResolver, acting
from b2b_market.identity.service.doorkeeper import doorkeeper
from b2b_market.identity.service.starting import end_by_token
from b2b_market.identity.service.views import MailedCode, PersonView
from b2b_market.identity.states import LinkPurpose
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.rbac.actor import Actor, anonymous
from b2b_market.rbac.defaults import loaded_policy
from b2b_market.rbac.edge import Resolver
from b2b_market.rbac.policy import Policy

__all__ = [
    "ZONES",
    "LinkPurpose",
    "MailedCode",
    "PersonView",
    "TooManyAttempts",
    "WrongCode",
    "act_as",
    "doorkeeper",
    "ensure_person",
    "find_person",
    "issue_entry",
    "issue_link",
    "issue_takeover",
    "people",
    "policy_of",
    "read_address",
    "redeem_takeover",
    "resolver",
    "set_password_by_link",
]


def resolver(policy: Policy) -> AccessResolver:
    """Return the edge's answer to "who is this?" under ``policy``; one per process."""
    return AccessResolver(policy)


def act_as(runtime: Runtime, email: str) -> Actor:
    """Return the person of a mail address working for their (first) company, with their roles of this moment.

    For the command line and demo data: whoever can run them owns the machine. NotFound for an unknown address.
    """
    with runtime.database.session() as session:
        return acting(session, email, AccessResolver(loaded_policy()))


def policy_of(resolve: Resolver) -> Policy:
    """Return the policy behind the edge's resolver; TypeError for a resolver that is not of this module."""
    if not isinstance(resolve, AccessResolver):
        message = "the edge has a resolver of its own"
        raise TypeError(message)
    return resolve.policy


def ensure_person(
    work: Work, _actor: Actor, *, email: str, name: str, locale: str, timezone: str
) -> tuple[PersonView, bool]:
    """Return the person of a mail address and whether they are new; Invalid (/email, /timezone) for a wrong one.

    A known person keeps their own name, language and zone; a new one cannot sign in before they set a password.
    """
    return accounts.ensure_person(work, EnsurePerson(email=email, name=name, locale=locale, timezone=timezone))


def people(work: Work, _actor: Actor, user_ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """Return people and service accounts by id, in one query; unknown ids are left out."""
    return accounts.read_people(work, user_ids)


def people_holding(
    work: Work, _actor: Actor, org_ids: Sequence[UUID], permission: Permission
) -> list[tuple[UUID, PersonView]]:
    """Return (company, person) for those whose roles in force hold ``permission`` in one of these companies.

    In that order, and in one query; who has no mail address is left out.
    """
    return accounts.people_holding(work, org_ids, permission)


def find_person(work: Work, _actor: Actor, email: str) -> PersonView | None:
    """Return the person who signs in with a mail address, None where there is none."""
    return accounts.find_person(work, email)


def issue_link(work: Work, actor: Actor, user_id: UUID, purpose: LinkPurpose) -> str:
    """Return the token of a fresh link to set a password (``/set-password?token=…``). For system actors only."""
    return passwords.issue_link(work, actor, IssueLink(user_id, purpose))


def issue_entry(work: Work, actor: Actor, user_id: UUID, org_id: UUID) -> str:
    """Return the token of a fresh link to enter for a company (``/enter?token=…``). For system actors only."""
    return entering.issue_entry(work, actor, IssueEntry(user_id, org_id))


def issue_takeover(work: Work, actor: Actor, user_id: UUID, org_id: UUID) -> MailedCode:
    """Return a fresh code, to be mailed to the person, by which a company proves their mailbox. For system actors."""
    return entering.issue_takeover(work, actor, IssueTakeover(user_id, org_id))


def redeem_takeover(work: Work, actor: Actor, user_id: UUID, code: str) -> None:
    """Use up the code that the actor's company had mailed to a person; WrongCode where it does not fit.

    Callers count the guess with the doorkeeper first.
    """
    entering.redeem_takeover(work, RedeemTakeover(user_id=user_id, org_id=actor.org_id, code=code))


def set_password_by_link(work: Work, token: str, password: str) -> None:
    """Redeem a link without staying signed in: how demo people get their password."""
    opened = passwords.redeem_link(work, anonymous(), RedeemLink(token=token, password=password))
    end_by_token(work, opened.token)
