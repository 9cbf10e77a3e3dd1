"""The edge: one dependency that opens the transaction, knows the caller, and commits before the answer leaves.

``Call`` serves the API, :mod:`b2b_market.rbac.page_edge` the pages. Both are opened and closed in the thread of the
endpoint (:mod:`b2b_market.infra.http.opening`): a failing commit is never answered with 200.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, NamedTuple, Protocol
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from b2b_market.infra.http import idempotency
from b2b_market.infra.http.cursors import encode_cursor
from b2b_market.infra.http.etags import etag, read_if_match
from b2b_market.infra.http.idempotency import (
    IdempotencyKey,
    IdempotencyKeyMalformed,
    IdempotencyKeyRequired,
    StoredAnswer,
)
from b2b_market.infra.http.opening import Opens
from b2b_market.infra.http.requests import (
    Credential,
    CredentialKind,
    correlation_of,
    credential_of,
    network_of,
    request_digest,
)
from b2b_market.infra.http.wires import WireOut
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work, denial
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import Actor, anonymous
from b2b_market.ui.security import SAFE_METHODS, check_same_origin

Answer = Response


class Resolved(NamedTuple):
    """Who calls, the transaction's stamp, and whether it is still to be noted that the session was seen."""

    actor: Actor
    stamp: datetime
    unseen: bool = False


class Resolver(Protocol):
    """Identity's answer to "who is this?": one query on the credential's hash, which also sets the tenant.

    An absent credential and an ended session are the anonymous actor, an ended key raises Unauthenticated. A request
    that only reads notes by the way that its session was seen, one that is ``changing`` something leaves that open.
    """

    def __call__(self, session: Session, credential: Credential | None, *, changing: bool = False) -> Resolved:
        """Resolve ``credential`` within ``session``'s transaction, which is ``changing`` something or reads only."""
        ...


class Replay(Exception):
    """The request was answered before; ``stored`` is that answer."""

    def __init__(self, stored: StoredAnswer) -> None:
        """Carry the stored answer to the exception handler."""
        super().__init__("replay")
        self.stored = stored


@dataclass
class Edge:
    """What every request needs of the process; lives at ``app.state.edge``."""

    runtime: Runtime
    resolve: Resolver

    @contextmanager
    def open(self, request: Request, channel: str) -> Iterator[tuple[Work, Actor]]:
        """Run one request as one transaction; a refused one is rolled back and, where it is a denial, audited."""
        cause = Cause(
            channel,
            correlation_of(request),
            request.headers.get("idempotency-key"),
            network=network_of(request),
        )
        opened: list[tuple[Resolved, Work]] = []
        try:
            with self.runtime.database.session() as session:
                changing = request.method not in SAFE_METHODS
                found = self.resolve(session, credential_of(request), changing=changing)
                work = self.runtime.begin(session, found.actor.who, cause, found.stamp, tenant=found.actor.tenant())
                opened.append((found, work))
                yield work, found.actor
                work.finish()
                session.commit()
        except Refusal as refusal:
            known, veil = (opened[0][0].actor, opened[0][1].veiled) if opened else (None, None)
            self.note_denial(refusal, request, known, cause, veil=veil)
            if opened:
                self._note_seen(request, opened[0][0])
            raise
        self.runtime.settle(work)
        self._note_seen(request, found)

    def _note_seen(self, request: Request, found: Resolved) -> None:
        """Note that a session was seen once its changing request has let go of every lock.

        Within that request it would hold the session's row to the end and may wait for the person's, which is held by
        whoever sets a new password and ends the session. The transaction here waits for nothing, and where it is lost
        the next request notes the same.
        """
        if found.unseen:
            with suppress(DBAPIError), self.runtime.database.session() as session:
                self.resolve(session, credential_of(request))
                session.commit()

    def note_denial(
        self, refusal: Refusal, request: Request, actor: Actor | None, cause: Cause, *, veil: UUID | None = None
    ) -> None:
        """Audit a refused attempt in a transaction of its own, where the refusal is of the audited kind.

        ``veil`` is what the refused transaction was veiled by.
        """
        if refusal.audited:
            known = actor or anonymous()
            action, kind, thing = attempted(request)
            entry = denial(refusal, action, (kind, refusal.about or thing), known.org_ids, veil)
            self.runtime.note_denial(entry, known.who, cause)


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens the transactions of one request one by one (``rbac.operation.Transactions``)."""

    edge: Edge
    request: Request
    channel: str

    @property
    def settings(self) -> Settings:
        """Of this installation."""
        return self.edge.runtime.settings

    def __call__(self) -> AbstractContextManager[tuple[Work, Actor]]:
        """Open the next one."""
        return self.edge.open(self.request, self.channel)


def api_opener(request: Request) -> Opener:
    """Return what opens the transactions of a request of the API that do not last as long as the request."""
    return Opener(request.app.state.edge, request, "api")


def page_opener(request: Request) -> Opener:
    """Return the same for a page."""
    return Opener(request.app.state.edge, request, "page")


def attempted(request: Request) -> tuple[str, str, UUID | None]:
    """Return what a request tried: the route's name, the kind of thing (first path part), and the thing's id."""
    route = request.scope.get("route")
    name = getattr(route, "name", "") or request.method.lower()
    parts = [part for part in request.url.path.split("/") if part and part not in ("api", "v1")]
    for value in request.path_params.values():
        try:
            return name, parts[0] if parts else "", UUID(str(value))
        except ValueError:
            continue
    return name, parts[0] if parts else "", None


@dataclass
class CallContext:
    """One API call: the open work, the actor, and how to answer."""

    work: Work
    actor: Actor
    request: Request
    key: IdempotencyKey | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def if_match(self) -> int | None:
        """The version in If-Match, None where absent; MalformedRequest where it is no entity tag of ours."""
        return read_if_match(self.request.headers.get("if-match"))

    def take_key(self, *, required: bool, streamed: Sequence[bytes] = ()) -> None:
        """Claim the request's Idempotency-Key; Replay where it was answered before.

        Both dependencies do; a route that opens its calls itself does in the one that has the effect, and names the
        parts of an upload, whose body is read as a stream.
        """
        sent = self.request.headers.get("idempotency-key")
        if self.actor.is_anonymous or self.request.method != "POST":
            return
        if sent is None:
            if required:
                raise IdempotencyKeyRequired
            return
        if not idempotency.is_key(sent):
            raise IdempotencyKeyMalformed
        route = self.request.scope.get("route")
        key = IdempotencyKey(
            self.actor.org_ids[0] if self.actor.org_ids else UUID(int=0),
            str(self.actor.user_id),
            str(getattr(route, "name", "")),
            sent,
            request_digest(self.request, streamed),
        )
        stored = idempotency.claim(self.work.session, key, self.work.now())
        if stored is not None:
            raise Replay(stored)
        self.key = key

    def answer(self, schema: type[WireOut], value: object, *, status: int = 200, location: str | None = None) -> Answer:
        """Serialise ``value`` as ``schema`` inside the transaction; a ``version`` becomes the ETag."""
        self.work.session.flush()
        body = schema.of(value).model_dump_json().encode()
        headers = dict(self.extra)
        version = getattr(value, "version", None)
        if isinstance(version, int):
            headers["ETag"] = etag(version)
        if location is not None:
            headers["Location"] = location
        return self._send(body, status, headers)

    def answer_page(self, schema: type[WireOut], page: Page[Any]) -> Answer:
        """Serialise a page as ``{"items": [...], "next_cursor": …}``."""
        items = [schema.of(item) for item in page.items]
        body = (
            b'{"items":'
            + _LISTS.dump_json(items)
            + b',"next_cursor":'
            + _CURSOR.dump_json(encode_cursor(page.next_after))
            + b"}"
        )
        return self._send(body, 200, dict(self.extra))

    def answer_many(self, schema: type[WireOut], values: Sequence[object]) -> Answer:
        """Serialise a short whole list as ``{"items": [...]}``."""
        body = b'{"items":' + _LISTS.dump_json([schema.of(value) for value in values]) + b"}"
        return self._send(body, 200, dict(self.extra))

    def nothing(self, *, status: int = 204) -> Answer:
        """Answer without a body."""
        return self._send(b"", status, dict(self.extra))

    def _send(self, body: bytes, status: int, headers: dict[str, str]) -> Answer:
        headers.setdefault("Cache-Control", "no-store")
        if self.key is not None:
            lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
            self.work.write_last(idempotency.kept(self.key, StoredAnswer(status, lines, body)))
        return Response(body, status, headers, media_type="application/json" if body else None)


_LISTS: TypeAdapter[list[Any]] = TypeAdapter(list[Any])
_CURSOR: TypeAdapter[str | None] = TypeAdapter(str | None)


def replayed(stored: StoredAnswer) -> Response:
    """Return the stored answer of the first request, marked as a replay."""
    headers = dict(line.split(": ", 1) for line in stored.headers.split("\n") if line)
    headers["Idempotent-Replay"] = "true"
    return Response(stored.body, stored.status, headers, media_type="application/json" if stored.body else None)


@contextmanager
def opened_call(request: Request) -> Iterator[CallContext]:
    """Open a call as a block, for routes that read what was sent before it, or between two; it has no key yet."""
    with api_opener(request)() as (work, actor):
        _check_origin(request)
        yield CallContext(work, actor, request)


@contextmanager
def _keyed_call(request: Request, *, required: bool) -> Iterator[CallContext]:
    with opened_call(request) as call:
        call.take_key(required=required)
        yield call


_OPENS_CALL: Final = Opens(partial(_keyed_call, required=False))
_OPENS_ONCE: Final = Opens(partial(_keyed_call, required=True))


def needs_key(route: APIRoute) -> bool:
    """Tell whether a route refuses to do without an Idempotency-Key."""
    return any(found.call is _OPENS_ONCE for found in route.dependant.dependencies)


def _check_origin(request: Request) -> None:
    """Refuse a change that a browser sends with our cookie from another site's page."""
    credential = credential_of(request)
    if credential is None or credential.kind is CredentialKind.API_KEY:
        return
    headers = {name.lower(): value for name, value in request.headers.items()}
    if "sec-fetch-site" in headers or "origin" in headers:
        edge: Edge = request.app.state.edge
        check_same_origin(request.method, headers, frozenset({edge.runtime.settings.public_url.rstrip("/")}))


Call = Annotated[CallContext, Depends(_OPENS_CALL)]
"""The dependency of every API route."""
OnceCall = Annotated[CallContext, Depends(_OPENS_ONCE)]
"""The same for POSTs that create money, bids, orders or signatures: the Idempotency-Key is required."""
