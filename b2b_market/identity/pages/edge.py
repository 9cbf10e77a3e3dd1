"""What the routes of identity, pages and API alike, share: what machines may do, and the session cookie."""

from fastapi import Request, Response

from b2b_market.identity.commands import Device
from b2b_market.identity.public import policy_of
from b2b_market.identity.rules import SESSION_LIFE
from b2b_market.identity.service.views import OpenedSession
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.kernel.permission import Role
from b2b_market.rbac.edge import Edge
from b2b_market.rbac.matrix import role_permissions


def machine_permissions(request: Request) -> frozenset[str]:
    """Return what the policy lets service accounts do at all."""
    edge: Edge = request.app.state.edge
    return role_permissions(policy_of(edge.resolve), Role.SERVICE_ACCOUNT)


def device_of(request: Request, *, replacing: bool) -> Device:
    """Return what the browser says of itself; ``replacing`` names the session it comes with, to be ended."""
    agent = request.headers.get("user-agent", "")
    clean = "".join(character for character in agent[:200] if character.isprintable())
    return Device(agent=clean, previous=request.cookies.get(SESSION_COOKIE) if replacing else None)


def remember(response: Response, request: Request, opened: OpenedSession) -> Response:
    """Set the session cookie: for this site only, out of reach of scripts, over TLS where the site has it."""
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


def forget(response: Response, request: Request) -> Response:
    """Take the session cookie away."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=_secure(request), httponly=True, samesite="lax")
    return response


def _secure(request: Request) -> bool:
    edge: Edge = request.app.state.edge
    return edge.runtime.settings.public_url.startswith("https:")
