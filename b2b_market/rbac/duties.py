"""Separation of duties: what no combination of roles may give, and the helper for work that needs a second person.

The numbers are those of the duty table in ``docs/`` (S1 … S13). S7 and S9 hold without conditions, so they are deny
rules of the policy, derived from the vocabulary of the permissions: a new module is covered on the day it names its
acts. Duties that depend on data, such as S1, are checked where the data is.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from b2b_market.kernel.permission import Grants, Permission, Role
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Actor

PLATFORM_ROLES = frozenset({Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR, Role.PLATFORM_REVIEWER})
ADMIN_ROLES = frozenset({Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN})
APPROVER_ROLES = frozenset({Role.BUYER_APPROVER})
"""Roles whose holders decide for their company: an admin alone cannot give them (S6)."""

PERSONAL_OBJECTS = frozenset({"account", "notification"})
"""What everybody has of their own: no duty separates a person from it."""
OWN_OBJECTS = frozenset({"account", "notification", "organization"})
"""What a company that is not approved (yet) may still deal with: its people's accounts and its own registration."""
GRANTING_OBJECTS = frozenset({"member", "role", "api_key"})
READING_ACTS = frozenset({"read", "list", "search", "export", "compare", "prove"})
DECIDING_ACTS = frozenset({"approve", "award", "sign", "confirm", "grant", "open", "review", "decide"})


class OwnWork(Refusal):
    """S1: who made or last edited something never approves it."""

    kind, code, audited = Kind.FORBIDDEN, "own-work", True
    title = N_("Somebody else has to do this")
    advice = N_(
        "Rule {rule}: who made or last edited it may not decide on it. Ask a colleague with the same permission."
    )


def word_decides(act: str) -> bool:
    """Tell whether one of the words of an act commits a company: ``approve_award`` has ``approve`` and ``award``."""
    return not DECIDING_ACTS.isdisjoint(act.replace("-", "_").split("_"))


def reads(permission: Permission) -> bool:
    """Tell whether the permission only looks: its act starts with a reading word."""
    return permission.act.replace("-", "_").split("_")[0] in READING_ACTS


def decides(permission: Permission) -> bool:
    """Tell whether the permission commits a company: approving, awarding, signing, granting and the like."""
    return word_decides(permission.act)


def denials(permissions: Iterable[Permission], grants: Iterable[Grants]) -> Mapping[Role, frozenset[Permission]]:
    """Return the deny table of the policy.

    S7: the operator holds no act that a company's role holds by default, the auditor no act that is more than reading.
    S9: service accounts hold no deciding act and none that gives access to others.
    """
    every = frozenset(permissions)
    business = {permission for table in grants for permission, roles in table.items() if roles - PLATFORM_ROLES}
    acts = {permission for permission in every if not reads(permission) and permission.object not in PERSONAL_OBJECTS}
    gives = {permission for permission in acts if permission.object in GRANTING_OBJECTS}
    return {
        Role.PLATFORM_OPERATOR: frozenset(acts & business),
        Role.PLATFORM_AUDITOR: frozenset(acts),
        Role.SERVICE_ACCOUNT: frozenset({permission for permission in every if decides(permission)} | gives),
    }


def before_approval(allowed: frozenset[str]) -> frozenset[str]:
    """Return what remains of ``allowed`` while the company is not approved: its own affairs, no trade."""
    return frozenset(value for value in allowed if value.partition(":")[0] in OWN_OBJECTS)


def require_other_person(actor: Actor, *authors: UUID | None, rule: str = "S1") -> None:
    """Raise OwnWork where ``actor`` is one of ``authors`` (creator, last editor …); ``rule`` is the duty's number."""
    if actor.user_id in authors:
        raise OwnWork(rule=rule)
