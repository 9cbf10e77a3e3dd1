"""What the routes of organizations, pages and API alike, share."""

from collections.abc import Iterable

from fastapi import Request

from b2b_market.identity.public import policy_of
from b2b_market.rbac.edge import Edge
from b2b_market.rbac.matrix import offered, role_permissions
from b2b_market.rbac.sides import roles_of_side


def offered_to(request: Request, side: str) -> frozenset[str]:
    """Return the permissions that an admin of ``side`` may compose own roles from."""
    edge: Edge = request.app.state.edge
    return offered(policy_of(edge.resolve), [side])


def built_in_roles(request: Request, sides: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the built-in roles of some sides with what each of them permits, both in order."""
    edge: Edge = request.app.state.edge
    policy = policy_of(edge.resolve)
    return [(role.value, sorted(role_permissions(policy, role))) for side in sides for role in roles_of_side(side)]
