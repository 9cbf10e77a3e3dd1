"""The actor of an operation and the scope it works in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How a person wants to be addressed; empty for machines. ``locale`` is ``zh-CN`` or ``en``."""

    email: str = ""
    locale: str = ""
    timezone: str = "UTC"
    theme: str = "auto"
    density: str = "default"
    single_key_shortcuts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who calls, for which companies, with which frozen answers of the policy.

    ``org_ids`` is the one company a person works for at the moment, or the parties of the event a system actor
    handles. ``limits`` gives the highest
    amount a permission reaches; a permission absent from it has no limit of amount.
    """

    who: Who
    org_ids: tuple[UUID, ...] = ()
    org_name: str = ""
    org_timezone: str = "UTC"
    permissions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    limits: Mapping[str, Money] = field(default_factory=lambda: MappingProxyType({}))
    platform: str = ""
    person: Person = field(default_factory=Person)

    @property
    def is_system(self) -> bool:
        """Whether a part of the system acts, not a person or service account."""
        return self.who.kind is WhoKind.SYSTEM

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody signed in."""
        return self.who.kind is WhoKind.ANONYMOUS

    @property
    def org_id(self) -> UUID:
        """Return the company acted for; LookupError where there is none or more than one."""
        if len(self.org_ids) != 1:
            message = "this actor does not act for exactly one company"
            raise LookupError(message)
        return self.org_ids[0]

    @property
    def user_id(self) -> UUID:
        """Return the person's (or service account's) id; LookupError for machines and strangers."""
        if self.who.user_id is None:
            message = "this actor is no person"
            raise LookupError(message)
        return self.who.user_id

    def may(self, permission: Permission) -> bool:
        """Tell whether the frozen policy allows ``permission``."""
        return permission.value in self.permissions

    def tenant(self) -> Tenant:
        """Return the row-level fence that belongs to this actor."""
        return Tenant(self.org_ids, platform=self.platform)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an operation's body receives: proof that the permission was checked, and whose rows it may touch."""

    actor: Actor
    permission: Permission | None

    @property
    def org_ids(self) -> tuple[UUID, ...]:
        """The companies whose rows are in reach."""
        return self.actor.org_ids

    @property
    def orgs(self) -> list[UUID]:
        """The same as a list: the value of ``infra.database.ORGS``."""
        return list(self.actor.org_ids)

    @property
    def org_id(self) -> UUID:
        """The one company acted for."""
        return self.actor.org_id

    @property
    def user_id(self) -> UUID:
        """The person acting."""
        return self.actor.user_id

    @property
    def limit(self) -> Money | None:
        """The highest amount the checked permission reaches; None means no limit."""
        return None if self.permission is None else self.actor.limits.get(self.permission.value)


def system_actor(part: str, *org_ids: UUID) -> Actor:
    """Return the actor for ``part`` of the system (``relay``, ``schedule`` …), acting for ``org_ids``."""
    return Actor(who=Who(WhoKind.SYSTEM, name=part), org_ids=org_ids)


def anonymous() -> Actor:
    """Return the actor of somebody who has not signed in."""
    return Actor(who=Who(WhoKind.ANONYMOUS))
