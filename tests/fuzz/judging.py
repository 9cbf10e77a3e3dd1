"""Made-up calls sent by people of every role to the same world, each answer held against the OpenAPI document."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient
from schemathesis.specs.openapi import checks

from tests.fuzz.calls import Case, MadeUp, Operation
from tests.support.calling import API
from tests.support.undoing import undone, undone_again
from tests.support.world import World

ROLES: Final = ("anonymous", "purchaser", "approver", "winner", "admin", "operator", "auditor", "reviewer", "service")
JUDGES: Final[list[schemathesis.CheckFunction]] = [
    not_a_server_error,  # 503 is documented, but nothing that a caller sends may cause it
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]
EXPORT: Final = f"{API}/audit/export"
"""It opens a snapshot of its own, which only a real transaction can; it leaves no more than its audit entries."""


class Stage:
    """The world with somebody of every role in it."""

    def __init__(self, world: World) -> None:
        """Give everybody a session of their own."""
        self._world = world
        self._http = ASGIClient(world.app)  # type: ignore[arg-type]  # it wants dict where ASGI says MutableMapping
        self._readable = {path for path, methods in world.app.openapi()["paths"].items() if "get" in methods}
        client = world.client()
        self._callers = {role: world.caller(client, role) for role in ROLES}

    @contextmanager
    def set_for(self, operation: Operation) -> Iterator[None]:
        """Let what is done meanwhile to the world vanish at the end."""
        fresh = nullcontext(self._world.client())
        with fresh if operation.path == EXPORT else undone(self._world) as client:
            for caller in self._callers.values():
                caller.client = client
            yield

    def judge(self, made: MadeUp) -> None:
        """Send one call as every role, each to the world as it was made."""
        tag = self._tag(made.case) if made.real_tag else None
        for role, caller in self._callers.items():
            with self._apart(made.case.operation):
                try:
                    self._send(made, {**caller.headers, **made.headers(tag)}, repeat=role != "anonymous")
                except BaseException as problem:
                    problem.add_note(f"{made.case.method} {made.case.formatted_path} sent as {role}")
                    raise

    def _send(self, made: MadeUp, headers: dict[str, str], *, repeat: bool) -> None:
        """Hold the answer against the document; a repeated POST (``repeat``: not a stranger's) gets the same again."""
        first = made.case.call_and_validate(session=self._http, headers=headers, checks=JUDGES)
        # two equal forms differ in what parts their fields
        keyed = made.case.method == "POST" and made.key is not None and made.case.media_type != "multipart/form-data"
        if repeat and keyed and first.status_code < 300:
            again = made.case.call(session=self._http, headers=headers)
            told = (again.status_code, again.headers.get("idempotent-replay"))
            assert told == (first.status_code, ["true"]), f"the repeated call was answered {told}"

    def _apart(self, operation: Operation) -> AbstractContextManager[None]:
        return nullcontext() if operation.path == EXPORT else undone_again(self._world)

    def _tag(self, case: Case) -> str | None:
        """Return the entity tag of the thing that a call changes, as the first who may read it would have read it."""
        parts = case.operation.path.split("/")
        above = ["/".join(parts[:length]) for length in range(len(parts), 3, -1)] if case.method != "GET" else []
        readable = [path.format(**case.path_parameters) for path in above if path in self._readable]
        for caller in self._callers.values():
            with self._apart(case.operation):
                for path in readable:
                    tag = caller.get(path.removeprefix(API)).headers.get("etag")
                    if tag is not None:
                        return str(tag)
        return None
