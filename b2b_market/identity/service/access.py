"""Who is this, and what may they do: one query per request, and answers of the policy that are only looked up."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from b2b_market.identity import queries
from b2b_market.identity.permissions import AccountPermission
from b2b_market.identity.queries import Caller
from b2b_market.identity.rules import account_key, home_of, secret_hash, session_mark
from b2b_market.identity.states import UserKind
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import Credential, CredentialKind
from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound, Unauthenticated
from b2b_market.rbac.actor import Actor, Person, anonymous
from b2b_market.rbac.duties import before_approval
from b2b_market.rbac.edge import Resolved
from b2b_market.rbac.held import companies_of
from b2b_market.rbac.manifest import ShellFacts
from b2b_market.rbac.matrix import role_permissions
from b2b_market.rbac.own_roles import own_roles
from b2b_market.rbac.policy import CustomRole, Policy
from b2b_market.rbac.sides import is_own_role

CACHED: Final = 4096
_EVERYBODY: Final = frozenset(permission.value for permission in AccountPermission)

HeldRole = tuple[str, str | None, str | None]
"""A grant in force as the query writes it: role, limit amount and currency or None."""


@dataclass(frozen=True, slots=True)
class Access:
    """The frozen answer for one person in one company at one policy version."""

    roles: frozenset[str]
    permissions: frozenset[str]
    limits: Mapping[str, Money]


NOTHING: Final = Access(frozenset(), frozenset(), MappingProxyType({}))
_Key = tuple[UUID, UUID, int, tuple[HeldRole, ...], bool]


class AccessResolver:
    """Answers the edge's question; built once per process with the installation's policy."""

    def __init__(self, policy: Policy) -> None:
        """Start with nothing looked up."""
        self.policy = policy
        self._known: OrderedDict[_Key, Access] = OrderedDict()
        self._guests = role_permissions(policy, Role.GUEST_SUPPLIER)

    def __call__(self, session: Session, credential: Credential | None, *, changing: bool = False) -> Resolved:
        """Return the actor and the transaction's stamp; the tenant is set by the same query.

        No credential and an ended session are the anonymous actor: the first operation that needs somebody answers 401,
        and the page of signing in stays within reach. An ended or unknown API key raises Unauthenticated at once.

        A ``changing`` request does not note that its session was seen, but says whether that is still to be done.
        """
        if credential is not None:
            hashed = secret_hash(credential.secret)
            by_key = credential.kind is CredentialKind.API_KEY
            found = queries.key_caller(session, hashed) if by_key else queries.session_caller(session, hashed)
            if found is not None:
                later = changing and not by_key
                if found.unseen and not later:
                    (queries.note_key_seen if by_key else queries.note_session_seen)(session, hashed)
                return Resolved(self._actor(session, found, session_mark(hashed)), found.stamp, found.unseen and later)
            if by_key:
                raise Unauthenticated
        return Resolved(anonymous(), set_tenant(session, Tenant()))

    def act_as(self, session: Session, user_id: UUID, org_id: UUID | None) -> Actor:
        """Return a person as their session for ``org_id`` would be seen, without one."""
        return self._actor(session, queries.person_caller(session, user_id, org_id), "")

    def _actor(self, session: Session, found: Caller, mark: str) -> Actor:
        access = NOTHING if found.org_id is None else self._access(session, found, found.org_id)
        is_person = found.kind == UserKind.PERSON
        permissions = access.permissions | _EVERYBODY if is_person else access.permissions
        if found.narrowed_to is not None:
            permissions &= frozenset(found.narrowed_to)
        if found.light:
            permissions &= self._guests
        kind = WhoKind.PERSON if is_person else WhoKind.SERVICE
        return Actor(
            who=Who(kind, found.user_id, found.org_id, found.name, mark),
            org_ids=(found.org_id,) if found.org_id else (),
            org_name=found.org_name or "",
            org_timezone=found.org_timezone or "UTC",
            permissions=permissions,
            roles=access.roles,
            limits=access.limits,
            platform=found.platform,
            person=_person(found) if is_person else Person(),
        )

    def _access(self, session: Session, found: Caller, org_id: UUID) -> Access:
        held = tuple(sorted(((role, amount, currency) for role, amount, currency in found.grants or ()), key=_role))
        key = (found.user_id, org_id, found.version or 0, held, bool(found.active))
        known = self._known.get(key)
        if known is None:
            known = self._ask(session, key)
            self._known[key] = known
            while len(self._known) > CACHED:
                self._known.popitem(last=False)
        return known

    def _ask(self, session: Session, key: _Key) -> Access:
        user_id, org_id, version, held, active = key
        roles = frozenset(role for role, _, _ in held)
        own: dict[str, frozenset[str]] = {}
        if any(is_own_role(role) for role in roles):
            own = {role.name: role.permissions for role in own_roles(session, org_id)}
        custom = [CustomRole(name, permissions) for name, permissions in sorted(own.items())]
        allowed = self.policy.allowed(user_id, org_id, version, roles, custom)
        limits = limits_of(held, {role: self._gives(role, own) for role in roles})
        if not active:
            kept = self._guests if Role.GUEST_SUPPLIER.value in roles else frozenset()
            allowed = before_approval(allowed) | (allowed & kept)
        return Access(roles, allowed, MappingProxyType({name: limits[name] for name in limits if name in allowed}))

    def _gives(self, role: str, own: Mapping[str, frozenset[str]]) -> frozenset[str]:
        if is_own_role(role):
            return own.get(role, frozenset())
        return role_permissions(self.policy, Role(role)) if role in _BUILT_IN else frozenset()


def acting(session: Session, email: str, resolver: AccessResolver) -> Actor:
    """Return the person of a mail address working for the company they would start in; NotFound where there is none."""
    user = queries.user_by_key(session, account_key(email))
    if user is None:
        raise NotFound(email=email)
    home = home_of(companies_of(session, user.id), queries.last_company(session, user.id))
    return resolver.act_as(session, user.id, home)


def shell_facts(session: Session, actor: Actor) -> ShellFacts:
    """Return the companies the viewer may switch to."""
    if actor.who.user_id is None:
        return ShellFacts()
    return ShellFacts(organisations=companies_of(session, actor.who.user_id))


def limits_of(held: tuple[HeldRole, ...], gives: Mapping[str, frozenset[str]]) -> dict[str, Money]:
    """Return the amount each permission reaches; a permission that one grant gives without limit is not in it.

    The highest of several limits counts. Limits of two currencies cannot be compared without a rate, so nothing is
    within reach until an admin has set them in one currency.
    """
    found: dict[str, list[Money]] = {}
    unlimited: set[str] = set()
    for role, amount, currency in held:
        for permission in gives[role]:
            if amount is None or currency is None:
                unlimited.add(permission)
            else:
                found.setdefault(permission, []).append(Money(Decimal(amount), Currency(currency)))
    return {permission: _highest(limits) for permission, limits in found.items() if permission not in unlimited}


def _highest(limits: list[Money]) -> Money:
    currency = limits[0].currency
    if any(limit.currency != currency for limit in limits):
        return Money.zero(currency)
    return Money(max(limit.amount for limit in limits), currency)


def _person(found: Caller) -> Person:
    return Person(
        email=found.email or "",
        locale=found.locale,
        timezone=found.timezone,
        theme=found.theme,
        density=found.density,
        single_key_shortcuts=found.single_key_shortcuts,
    )


def _role(held: HeldRole) -> str:
    return held[0]


_BUILT_IN: Final = frozenset(role.value for role in Role)
