"""Requests read strictly: UTF-8 JSON without duplicate keys, each query parameter once, and who sends them."""

import hashlib
import ipaddress
import json
import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from b2b_market.infra.http.opening import fail_within, within_openings
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.runtime import new_correlation

SESSION_COOKIE = "market_session"
_TRACE = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$", re.ASCII)
_DIGEST = "b2b_market.body_digest"


class CredentialKind(StrEnum):
    """How the caller shows who they are."""

    SESSION = "session"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Credential:
    """What the caller sent; ``secret`` never reaches a log."""

    kind: CredentialKind
    secret: str

    def __repr__(self) -> str:
        """Show the kind only."""
        return f"Credential({self.kind})"


def credential_of(request: Request) -> Credential | None:
    """Return the API key of the Authorization header, else the session of the cookie, else None."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return Credential(CredentialKind.API_KEY, secret.strip())
    cookie = request.cookies.get(SESSION_COOKIE)
    return Credential(CredentialKind.SESSION, cookie) if cookie else None


def correlation_of(request: Request) -> str:
    """Return the trace id of this request, from W3C traceparent where it is well formed, else a new one.

    Stable per request.
    """
    known: str | None = request.scope.get("b2b_market.correlation")
    if known is None:
        found = _TRACE.match(request.headers.get("traceparent", ""))
        known = found[1] if found else new_correlation()
        request.scope["b2b_market.correlation"] = known
    return known


def network_of(request: Request) -> str | None:
    """Return the caller's network: the /24 of an IPv4 address, the /48 of an IPv6 one.

    None where there is no peer address.
    """
    return _network(request.client.host) if request.client else None


@lru_cache(maxsize=4096)
def _network(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))  # noqa: PLR2004 - IP versions


def request_digest(request: Request, streamed: Iterable[bytes] = ()) -> bytes:
    """Return SHA-256 over method, path, query and body: two requests are the same when it is.

    ``streamed`` are the parts of a body that was read as a stream, such as an upload's.
    """
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    parts = b"".join(hashlib.sha256(part).digest() for part in streamed)
    return hashlib.sha256(head + request.scope.get(_DIGEST, b"") + parts).digest()


class StrictRequest(Request):
    """A request whose JSON has no duplicate keys; remembers its body's digest for idempotency keys."""

    async def body(self) -> bytes:
        """Return the body, noting its digest."""
        body = await super().body()
        self.scope[_DIGEST] = hashlib.sha256(body).digest()
        return body

    async def json(self) -> Any:  # noqa: ANN401 - the signature of the base class
        """Parse UTF-8 JSON; raise MalformedRequest for duplicate keys, NaN, infinities and other encodings."""
        if not hasattr(self, "_json"):
            try:
                text = (await self.body()).decode("utf-8")
            except UnicodeDecodeError as error:
                raise MalformedRequest(reason="the body is not UTF-8") from error
            try:
                self._json = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
            except (json.JSONDecodeError, RecursionError) as error:
                raise MalformedRequest(reason="the body is not JSON") from error
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its requests as :class:`StrictRequest` and refuses repeated query parameters.

    What a dependency opens for the endpoint is opened and closed in the endpoint's thread (``infra.http.opening``).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's own handler."""
        self.dependant.call = within_openings(self.endpoint)
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            names = [name for name, _ in request.query_params.multi_items()]
            if len(names) != len(set(names)):
                raise MalformedRequest(reason="a query parameter is given twice")
            if any("\x00" in part for pair in request.query_params.multi_items() for part in pair):
                raise MalformedRequest(reason="a query parameter holds a NUL character")
            try:
                return await handle(StrictRequest(request.scope, request.receive))
            except RequestValidationError as error:
                await run_in_threadpool(fail_within, request, error)
                raise

        return strict


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest(reason="a key is given twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise MalformedRequest(reason=f"{name} is not JSON")
