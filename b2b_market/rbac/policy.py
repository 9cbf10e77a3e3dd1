"""The Casbin model and policy, and the frozen answers drawn from it.

Casbin holds ``p = role, obj, act, eft`` (allow with deny-override) and ``g = user, role, organisation``. Subjects,
roles and domains are prefixed: a user id equal to a role name would otherwise gain that role. Enforcers are not
thread-safe, so every question is asked under one lock, once per (person, organisation, policy version); afterwards a
check is a set lookup.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import casbin

from b2b_market.kernel.permission import Grants, Permission, Role

MODEL = """
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = role, obj, act, eft

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.obj == p.obj && r.act == p.act && g(r.sub, p.role, r.dom)
"""
ALLOW, DENY = "allow", "deny"
CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy line: the role, what about, which act, allow or deny."""

    role: str
    obj: str
    act: str
    effect: str

    def __post_init__(self) -> None:
        """Refuse what Casbin would silently ignore.

        An effect it does not know, an empty field, a role without prefix.
        """
        if self.effect not in (ALLOW, DENY) or not (self.obj and self.act) or not self.role.startswith("role:"):
            message = f"not a policy rule: {self}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A company's own role: a name and the offered permissions it unites."""

    name: str
    permissions: frozenset[str]


def rules_from(grants: Iterable[Grants], denied: Mapping[Role, Iterable[Permission]]) -> tuple[Rule, ...]:
    """Return the built-in policy.

    An allow line per grant, a deny line per (role, permission) that no combination may give.
    """
    allowed = [
        Rule(f"role:{role.value}", permission.object, permission.act, ALLOW)
        for table in grants
        for permission, roles in table.items()
        for role in sorted(roles)
    ]
    refused = [
        Rule(f"role:{role.value}", permission.object, permission.act, DENY)
        for role, permissions in denied.items()
        for permission in permissions
    ]
    return tuple(dict.fromkeys(allowed + refused))


class Policy:
    """The policy of the installation and its frozen answers, kept per process."""

    def __init__(self, rules: Sequence[Rule], permissions: Sequence[Permission]) -> None:
        """Keep the built-in ``rules`` and every permission that can be asked for."""
        self._rules = tuple(rules)
        self._permissions = tuple(permissions)
        self._lock = threading.Lock()
        self._frozen: OrderedDict[tuple[UUID, UUID, int, frozenset[str]], frozenset[str]] = OrderedDict()
        self._answers: OrderedDict[tuple[frozenset[str], frozenset[CustomRole]], frozenset[str]] = OrderedDict()

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """Every permission of the installation."""
        return self._permissions

    def allowed(
        self, user: UUID, org: UUID, version: int, roles: frozenset[str], custom: Sequence[CustomRole] = ()
    ) -> frozenset[str]:
        """Return what ``user`` with ``roles`` may do in ``org`` at policy ``version``, asking Casbin the first time."""
        key = (user, org, version, roles)
        found = self._frozen.get(key)
        if found is None:
            with self._lock:
                found = self._answer(user, org, roles, custom)
                _keep(self._frozen, key, found)
        return found

    def _answer(self, user: UUID, org: UUID, roles: frozenset[str], custom: Sequence[CustomRole]) -> frozenset[str]:
        # rules name roles only, so people with the same roles get the same answer: Casbin is asked once for all of them
        key = (roles, frozenset(role for role in custom if role.name in roles))
        found = self._answers.get(key)
        if found is None:
            found = self._ask(user, org, roles, sorted(key[1], key=lambda role: role.name))
            _keep(self._answers, key, found)
        return found

    def _ask(self, user: UUID, org: UUID, roles: frozenset[str], custom: Sequence[CustomRole]) -> frozenset[str]:
        enforcer = self._enforcer(roles, custom)
        subject, domain = f"user:{user}", f"org:{org}"
        for role in sorted(roles):
            enforcer.add_role_for_user_in_domain(subject, f"role:{role}", domain)
        return frozenset(
            permission.value
            for permission in self._permissions
            if enforcer.enforce(subject, domain, permission.object, permission.act)
        )

    def _enforcer(self, roles: frozenset[str], custom: Sequence[CustomRole]) -> "casbin.Enforcer":
        model = casbin.Model()
        model.load_model_from_text(MODEL)
        enforcer = casbin.Enforcer(model)
        own = [
            Rule(f"role:{role.name}", permission.partition(":")[0], permission.partition(":")[2], ALLOW)
            for role in custom
            for permission in sorted(role.permissions)
        ]
        # Casbin tries every line for every question; one about a role that is not held can neither allow nor deny
        held = {f"role:{role}" for role in roles}
        lines = [[rule.role, rule.obj, rule.act, rule.effect] for rule in (*self._rules, *own) if rule.role in held]
        enforcer.add_policies(lines)
        return enforcer


K = TypeVar("K")


def _keep(known: OrderedDict[K, frozenset[str]], key: K, found: frozenset[str]) -> None:
    known[key] = found
    while len(known) > CACHE_SIZE:
        known.popitem(last=False)
