"""What the loaded modules grant by default: for code below them that is handed a permission, and without an edge."""

import sys
from collections.abc import Iterator
from functools import cache

from b2b_market.kernel.permission import Grants, Permission, Role
from b2b_market.rbac.duties import denials
from b2b_market.rbac.policy import Policy, rules_from


def default_roles(permission: Permission) -> frozenset[Role]:
    """Return the roles that the permission's own module grants it to.

    By the rule of the rooms the names and the default grants stand in one ``permissions.py``, so whoever holds the
    permission can find its table without a lower module learning the name of a higher one.
    """
    return _grants(type(permission)).get(permission, frozenset())


def loaded_policy() -> Policy:
    """Return the policy of all loaded modules: for demo data and the command line, which have no edge."""
    return _policy_of(tuple(sorted(_kinds(Permission), key=lambda kind: (kind.__module__, kind.__name__))))


@cache  # the demo acts as dozens of people, and a policy answers once for all who have the same roles
def _policy_of(kinds: tuple[type[Permission], ...]) -> Policy:
    permissions = sorted(permission for kind in kinds for permission in kind)
    tables = list({kind.__module__: _grants(kind) for kind in kinds}.values())
    return Policy(rules_from(tables, denials(permissions, tables)), permissions)


def _kinds(base: type[Permission]) -> Iterator[type[Permission]]:
    for kind in base.__subclasses__():
        if kind.__module__.endswith(".permissions"):
            yield kind
        yield from _kinds(kind)


def _grants(kind: type[Permission]) -> Grants:
    table: Grants = vars(sys.modules[kind.__module__])["GRANTS"]
    return table
