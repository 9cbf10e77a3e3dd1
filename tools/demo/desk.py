"""One person at their desk: signed in over HTTP, every answer checked against what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx2

from tools.demo.people import Person

API: Final = "/api/v1"
_SHOWN: Final = 600


class Surprise(Exception):
    """The product did something else than it should; the text says what, where and what was expected."""


def expect(holds: object, what: str) -> None:
    """Raise Surprise with ``what`` unless ``holds``."""
    if not holds:
        raise Surprise(what)


@dataclass
class Desk:
    """A signed-in person. Every call names the status it expects; anything else is a Surprise."""

    person: Person
    http: httpx2.Client
    me: Mapping[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """Name and role, as the table shows them."""
        role = self.person.roles[0].partition(".")[2] if self.person.roles else ""
        return f"{self.person.name} ({role})"

    @property
    def org_id(self) -> str:
        """The company the person works for."""
        return str(self.me["organization_id"])

    @property
    def company(self) -> str:
        """Its name."""
        return self.person.company

    def sign_in(self) -> None:
        """Open a session; the answer to ``/me`` is kept."""
        self.call("POST", "/sessions", 201, json={"email": self.person.email, "password": self.person.password})
        self.me = self.get("/me")

    def sign_out(self) -> None:
        """End the session."""
        if self.me:
            self.call("DELETE", "/sessions/current", 204)

    def get(self, path: str, **params: str) -> Any:  # noqa: ANN401 - an answer's JSON
        """Return the JSON of an answer with status 200."""
        return self.call("GET", path, 200, params=params).json()

    def page(self, path: str) -> str:
        """Return ``path`` after checking that this person can open the page there."""
        answer = self.http.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        expect(answer.is_success and html, f"{self.who}: the page {path} answered {answer.status_code}")
        expect("/sign-in" not in str(answer.url), f"{self.who}: the page {path} asks to sign in")
        return path

    def post(self, path: str, body: object = None, *, version: int | None = None, status: int = 200) -> Any:  # noqa: ANN401 - an answer's JSON
        """Send a change once: with a fresh Idempotency-Key, and If-Match where a version is named."""
        headers = {"Idempotency-Key": str(uuid4()), **_match(version)}
        return self.call("POST", path, status, json=body, headers=headers).json()

    def refused(self, path: str, body: object, status: int, code: str) -> Any:  # noqa: ANN401 - an answer's JSON
        """Send a change that must be refused with this problem code, and return the problem."""
        problem = self.post(path, body, status=status)
        expect(problem.get("code") == code, f"{path} was refused as {problem.get('code')}, expected {code}")
        return problem

    def change(self, method: str, path: str, body: object, version: int) -> Any:  # noqa: ANN401 - an answer's JSON
        """Change a versioned thing (PUT, PATCH) and return it as it is now."""
        return self.call(method, path, 200, json=body, headers=_match(version)).json()

    def call(self, method: str, path: str, status: int, **more: Any) -> httpx2.Response:  # noqa: ANN401 - passed on
        """Send one request and return its answer; Surprise where the status is not ``status``."""
        answer = self.http.request(method, API + path, **more)
        if answer.status_code != status:
            told = answer.text[:_SHOWN]
            message = f"{self.who}: {method} {path} answered {answer.status_code}, expected {status}: {told}"
            raise Surprise(message)
        return answer


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"v{version}"'}
