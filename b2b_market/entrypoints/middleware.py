"""Pure ASGI layers around the application: security headers, one log line and one measurement per request."""

import time
from collections.abc import Mapping
from typing import Final

import structlog
from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from b2b_market.infra.http.requests import correlation_of
from b2b_market.ui.security import CONTENT_SECURITY_POLICY

log = structlog.get_logger("request")
_HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class SecurityHeaders:
    """Adds the headers that every answer carries, unless the route set its own (file downloads tighten theirs)."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap ``app``; with ``https`` browsers are told to stay on it."""
        self._app = app
        hsts = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),) if https else ()
        self._headers = (*_HEADERS, *hsts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, adding headers to the start of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in present)]
            await send(message)

        await self._app(scope, receive, with_headers)


class RequestLog:
    """Writes one structured line per request and counts it; addresses and bodies are never logged."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, blurred: Mapping[str, str]) -> None:
        """Wrap ``app`` and register the two measurements; a route below a key of ``blurred`` goes by its value."""
        self._app = app
        self._blurred = blurred
        self._seconds = Histogram(
            "http_request_seconds",
            "Time to answer, by route",
            ["method", "route"],
            registry=registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self._answers = Counter("http_requests", "Answers by status", ["method", "status"], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure and log around the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        trace_id = correlation_of(Request(scope))
        structlog.contextvars.bind_contextvars(trace_id=trace_id)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-trace-id", trace_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            seconds = time.perf_counter() - started
            route = self._named(getattr(scope.get("route"), "path", ""))
            self._seconds.labels(scope["method"], route).observe(seconds)
            self._answers.labels(scope["method"], status).inc()
            log.info("answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))
            structlog.contextvars.clear_contextvars()

    def _named(self, path: str) -> str:
        for begin, name in self._blurred.items():
            if path == begin or path.startswith(f"{begin}/"):
                return name
        return path
