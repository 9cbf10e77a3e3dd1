"""Every exception becomes one clear answer: problem+json for the API, an error page for people, never a bare 500."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from b2b_market.infra.http.problems import (
    STATUS,
    BodyTooLarge,
    InternalFault,
    MalformedRequest,
    MethodNotAllowed,
    Unavailable,
    WrongMediaType,
    problem_response,
    sentence,
    waiting_headers,
)
from b2b_market.infra.http.requests import correlation_of
from b2b_market.kernel.clock import SystemClock
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, NotFound, Refusal, StaleVersion
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import anonymous
from b2b_market.rbac.edge import Replay, replayed
from b2b_market.rbac.manifest import ShellFacts
from b2b_market.rbac.page_edge import PageShell

log = structlog.get_logger("errors")


class Contention(Refusal):
    """Two requests touched the same thing at the same moment, and this one lost."""

    kind, code = Kind.CONFLICT, "contention"
    title = N_("Somebody did the same thing at the same moment")
    advice = N_("Nothing of yours was stored. Load the page again and look before you repeat it.")


@dataclass(frozen=True)
class ErrorAnswers:
    """Turns exceptions into answers in the reader's language and form."""

    shell: PageShell

    def install(self, app: FastAPI) -> None:
        """Register a handler for each family of exceptions."""
        app.add_exception_handler(Refusal, self._on(lambda error: error))
        app.add_exception_handler(RequestValidationError, self._on(_from_validation))
        app.add_exception_handler(HTTPException, self._on(_from_http))
        app.add_exception_handler(StaleDataError, self._on(lambda _: StaleVersion(expected="?", actual="?")))
        app.add_exception_handler(IntegrityError, self._on(lambda _: Contention()))
        for kind in (OperationalError, PoolTimeout, RedisError):
            app.add_exception_handler(kind, self._on(_unavailable))
        app.add_exception_handler(DBAPIError, self._on(_from_database))
        app.add_exception_handler(Replay, self._replay)
        app.add_exception_handler(Exception, self._on(_fault))

    def answer(self, request: Request, refusal: Refusal) -> Response:
        """Return the problem document for API callers, the error page for people."""
        language = self.shell.language(request)
        trace_id = correlation_of(request)

        def translate(msgid: str, **facts: object) -> str:
            return self.shell.renderer.catalogue.translate(language, msgid, **facts)

        if request.url.path.startswith("/api/") or not _wants_html(request):
            return problem_response(refusal, instance=request.url.path, trace_id=trace_id, translate=translate)
        if refusal.kind is Kind.UNAUTHENTICATED and request.method == "GET":
            return RedirectResponse(f"/sign-in?next={quote(_local(request))}", 303)
        return self._page(request, refusal, trace_id)

    def _page(self, request: Request, refusal: Refusal, trace_id: str) -> Response:
        # no query: the database may be what failed, and an error page that fails too would be a bare 500
        now = SystemClock().now() + self.shell.edge.runtime.shift
        viewer = self.shell.viewer(request, anonymous(), now, ShellFacts())
        language = viewer.locale
        say = self.shell.renderer.catalogue.translate
        context = {
            "status": STATUS[refusal.kind],
            "title": say(language, refusal.title),
            "text": sentence(refusal.advice, refusal.facts, partial(say, language)),
            "errors": [sentence(error.detail, error.facts or {}, partial(say, language)) for error in refusal.errors],
            "request_id": trace_id,
            "retry": _local(request) if request.method == "GET" and refusal.kind is Kind.UNAVAILABLE else None,
        }
        html = self.shell.renderer.render(viewer, "errors/error.html", context)
        return HTMLResponse(html, STATUS[refusal.kind], headers=waiting_headers(refusal))

    def _on(self, convert: Callable[[Any], Refusal]) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def handle(request: Request, error: Exception) -> Response:
            refusal = convert(error)
            if refusal.kind is Kind.UNAVAILABLE:
                log.error("request failed", path=request.url.path, trace_id=correlation_of(request), exc_info=error)
            if isinstance(refusal, InternalFault):
                refusal = InternalFault(trace_id=correlation_of(request))
            return await run_in_threadpool(self.answer, request, refusal)

        return handle

    async def _replay(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, Replay)  # noqa: S101 - registered for this class only
        return replayed(error.stored)


def _wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _local(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _from_validation(error: RequestValidationError) -> Refusal:
    """Name each wrong field by its JSON pointer; what was sent is never echoed."""
    fields = [
        FieldError(
            "/" + "/".join(str(part) for part in item["loc"][1:]),
            str(item["type"]),
            str(item["msg"]).removeprefix("Value error, ").replace("{", "(").replace("}", ")"),
        )
        for item in error.errors()
    ]
    return Invalid(errors=fields)


def _from_http(error: HTTPException) -> Refusal:
    cause = error.__cause__
    if isinstance(cause, Refusal):
        return cause
    if error.status_code == STATUS[Kind.NOT_FOUND]:
        return NotFound()
    if error.status_code == STATUS[Kind.METHOD]:
        return MethodNotAllowed()
    if error.status_code == STATUS[Kind.TOO_LARGE]:
        return BodyTooLarge(limit="30 MB")
    if error.status_code == STATUS[Kind.MEDIA_TYPE]:
        return WrongMediaType(expected="application/json")
    return MalformedRequest(reason=str(error.detail))


def _unavailable(_error: Exception) -> Refusal:
    return Unavailable(retry_after=2)


def _from_database(error: DBAPIError) -> Refusal:
    return _unavailable(error) if error.connection_invalidated else InternalFault(trace_id="")


def _fault(_error: Exception) -> Refusal:
    return InternalFault(trace_id="")
