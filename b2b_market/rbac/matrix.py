"""The operation × role matrix, drawn from the manifests through Casbin itself: for the docs and for a full test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.kernel.permission import Permission, Role
from b2b_market.rbac.duties import denials
from b2b_market.rbac.manifest import Manifest
from b2b_market.rbac.operation import Operation, operations_of
from b2b_market.rbac.policy import Policy, rules_from
from b2b_market.rbac.sides import roles_of_side

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One operation: which permission it asks for, and which built-in roles may call it.

    ``permission`` is empty for machine verbs and for operations open to everybody; ``reason`` says why there is none.
    """

    module: str
    operation: str
    permission: str
    system: bool
    public: bool
    reason: str
    roles: frozenset[Role]


def permissions_of(manifests: Iterable[Manifest]) -> tuple[Permission, ...]:
    """Return every permission of the installation, by value."""
    found = {permission for manifest in manifests for kind in manifest.permissions for permission in kind}
    return tuple(sorted(found))


def policy_of(manifests: Sequence[Manifest]) -> Policy:
    """Build the policy of the installation: default grants of every module, and the deny table of the duties."""
    permissions = permissions_of(manifests)
    grants = [table for manifest in manifests for table in manifest.grants]
    return Policy(rules_from(grants, denials(permissions, grants)), permissions)


def role_permissions(policy: Policy, role: Role) -> frozenset[str]:
    """Return what the built-in ``role`` alone may do, deny rules applied."""
    return policy.allowed(_NOBODY, _NOBODY, 0, frozenset({role.value}))


def offered(policy: Policy, sides: Iterable[str]) -> frozenset[str]:
    """Return the permissions that an admin of ``sides`` may compose own roles from.

    A buyer's admin offers what the buyer's built-in roles hold, a supplier's admin what the supplier's hold.
    """
    found = [role_permissions(policy, role) for side in sides for role in roles_of_side(side)]
    return frozenset().union(*found)


def matrix(manifests: Sequence[Manifest], policy: Policy) -> tuple[MatrixRow, ...]:
    """Return one row per operation of ``manifests``, in order of module and name."""
    allowed = {role: role_permissions(policy, role) for role in Role}
    rows = [
        _row(manifest.name, operation, {role for role in Role if _holds(operation, allowed[role])})
        for manifest in manifests
        for operation in operations_of(manifest.services)
    ]
    return tuple(sorted(rows, key=lambda row: (row.module, row.operation)))


def _row(module: str, operation: Operation[object, object], roles: set[Role]) -> MatrixRow:
    value = operation.permission.value if operation.permission else ""
    return MatrixRow(
        module, operation.name, value, operation.system, operation.public, operation.reason, frozenset(roles)
    )


def _holds(operation: Operation[object, object], allowed: frozenset[str]) -> bool:
    if operation.permission is None:
        return operation.public
    return operation.permission.value in allowed
