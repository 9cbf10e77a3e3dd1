"""What the routes of organizations, pages and API alike, share."""

from fastapi import Request

from b2b_market.identity.public import policy_of
from b2b_market.rbac.edge import Edge
from b2b_market.rbac.matrix import offered


def offered_to(request: Request, side: str) -> frozenset[str]:
    """Return the permissions that an admin of ``side`` may compose own roles from."""
    edge: Edge = request.app.state.edge
    return offered(policy_of(edge.resolve), [side])
