"""Clients of the application inside the tests' own process."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio.to_thread
import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

Result = TypeVar("Result")
Message = MutableMapping[str, Any]
_HERE: ContextVar[bool] = ContextVar("_HERE", default=False)
"""Whether what is run is the answer to a client of this module."""


@dataclass(frozen=True)
class Here:
    """Where requests are answered: in the thread that asks. ``loop`` is that of the thread that opened it."""

    loop: asyncio.AbstractEventLoop
    thread: int

    def run(self, made: Callable[[], Awaitable[None]]) -> None:
        """Run what ``made`` returns to its end; each call from another thread has a loop of its own."""

        async def marked() -> None:
            _HERE.set(True)
            await made()

        if threading.get_ident() == self.thread:
            self.loop.run_until_complete(marked())
            return
        with asyncio.Runner() as runner:
            runner.run(marked())


@contextmanager
def answering_here() -> Iterator[Here]:
    """Yield the place for clients; meanwhile what an answer would do in a thread of its own, it does where it is.

    A web process has a loop and forty threads, so that many callers are served at once. Here the one caller waits, and
    each step from thread to thread would cost more than most of what is done there: half of a request's time.
    """
    real = anyio.to_thread.run_sync

    async def run_sync(function: Callable[..., Result], *args: Any, **options: Any) -> Result:
        if _HERE.get():
            return copy_context().run(function, *args)
        return await real(function, *args, **options)

    loop = asyncio.new_event_loop()
    anyio.to_thread.run_sync = run_sync  # type: ignore[assignment]  # put back below
    try:
        yield Here(loop, threading.get_ident())
    finally:
        anyio.to_thread.run_sync = real
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@dataclass
class _Exchange:
    """One request and what the application answered so far."""

    request: httpx2.Request
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    received: bool = False

    async def receive(self) -> Message:
        """Give the application the whole body, and nothing more as long as it goes on: the caller stays."""
        if self.received:
            await asyncio.get_running_loop().create_future()
        self.received = True
        return {"type": "http.request", "body": self.request.read(), "more_body": False}

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body.append(bytes(message.get("body", b"")))

    def scope(self, client: tuple[str, int]) -> Message:
        """Return what the application is told of the request."""
        url = self.request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.request.method,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "client": client,
            "server": (url.host, url.port or 80),
            "state": {},
        }

    def answer(self) -> httpx2.Response:
        """Return the whole answer."""
        content = b"" if self.request.method == "HEAD" else b"".join(self.body)
        return httpx2.Response(
            self.status, headers=self.headers, stream=httpx2.ByteStream(content), request=self.request
        )


class _Transport(httpx2.BaseTransport):
    """Lets an application answer in the thread that asks; what it raises after all is an answer with status 500."""

    def __init__(self, app: FastAPI, here: Here) -> None:
        self._app, self._here = app, here

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = _Exchange(request)

        async def answered() -> None:
            try:
                await self._app(exchange.scope(("testclient", 50000)), exchange.receive, exchange.send)
            except Exception:  # noqa: BLE001 - a server answers 500, which was sent already where anything was
                return

        self._here.run(answered)
        return exchange.answer()


def client_of(app: FastAPI, here: Here) -> TestClient:
    """Return a client that shows answers as they are: no exception is raised through it, no redirect followed.

    It runs without the application's lifespan, which would close a runtime that outlives the client.
    """
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    client._transport = _Transport(app, here)
    return client
