"""A running server over HTTP, with nothing but the standard library: requests, problems, uploads, safe repeats.

Commands that talk to the public API with a company's key use it, wherever they run.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

Json: TypeAlias = dict[str, Any]
_TIMEOUT: Final = 60
_TRIES: Final = 3
_PAUSE: Final = 1


class Refused(Exception):
    """The server said no: the HTTP status and the problem document it sent, empty where it sent none."""

    def __init__(self, status: int, problem: Json) -> None:
        """Keep both."""
        super().__init__(f"{status} {problem.get('code', '')}")
        self.status = status
        self.problem = problem


class Unreachable(Exception):
    """Nobody answered, or what answered was no server of ours."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the holder of one API key sees it. ``url`` has no path."""

    url: str
    key: str

    @classmethod
    def at(cls, url: str, key: str) -> "Server":
        """Return the server at ``url``; ValueError where that is no http(s) address or the key cannot be one."""
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no address such as https://market.example")
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("the API key holds characters that no key has")
        return cls(f"{parts.scheme}://{parts.netloc}", key)

    def get(self, path: str, **query: object) -> Json:
        """Read something."""
        return self._repeated("GET", f"{path}?{urlencode(query)}" if query else path)

    def post_once(self, path: str, body: Json, version: int | None = None) -> Json:
        """Do something once, even if the connection drops: every try carries the same Idempotency-Key."""
        return self._repeated(
            "POST", path, body, {"Idempotency-Key": str(uuid4()), **({} if version is None else _match(version))}
        )

    def patch(self, path: str, body: Json, version: int) -> Json:
        """Change something at a known version."""
        return self._send("PATCH", path, body, _match(version))

    def delete(self, path: str, version: int) -> None:
        """Throw something away."""
        self._send("DELETE", path, None, _match(version))

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Json:
        """Send a file and some fields."""
        return self.send_file(path, file.name, file.read_bytes(), fields)

    def send_file(self, path: str, name: str, content: bytes, fields: Mapping[str, str] | None = None) -> Json:
        """Send bytes as a file called ``name``, and some fields."""
        mark = uuid4().hex
        parts = [_part(mark, field, value.encode()) for field, value in (fields or {}).items()]
        parts.append(_part(mark, "file", content, name))
        data = b"".join(parts) + f"--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._answer(self._request("POST", path, data, kind))

    def _repeated(
        self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        for _ in range(_TRIES - 1):
            try:
                return self._send(method, path, body, headers)
            except Unreachable:
                time.sleep(_PAUSE)
        return self._send(method, path, body, headers)

    def _send(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data is not None else {}
        return self._answer(self._request(method, path, data, {**kind, **(headers or {})}))

    def _request(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Request:
        own = {"Authorization": f"Bearer {self.key}", "Accept": "application/json", "Accept-Language": "en"}
        return Request(f"{self.url}/api/v1{path}", data, {**own, **headers}, method=method)  # noqa: S310 - at() admits http(s) only

    def _answer(self, request: Request) -> Json:
        try:
            with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - at() admits http(s) only
                return _object(answer.read())
        except HTTPError as error:
            with error:
                raise Refused(error.code, _object(error.read())) from error
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{self.url} does not answer: {getattr(error, 'reason', error)}") from error


def problem_lines(problem: Json) -> Iterator[str]:
    """Yield a refusal of the server: what is wrong, what would be right, and each place."""
    yield f"{problem.get('title', 'The server refused')}. {problem.get('detail', '')}".strip()
    yield from (f"  {error['pointer']}: {error['detail']}" for error in problem.get("errors", ()))


def _match(version: int) -> Json:
    return {"If-Match": f'"v{version}"'}


def _part(mark: str, name: str, data: bytes, filename: str | None = None) -> bytes:
    told = "" if filename is None else f'; filename="{_quoted(filename)}"\r\nContent-Type: application/octet-stream'
    return f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode() + data + b"\r\n"


def _quoted(name: str) -> str:
    """Escape a file's name as browsers do (HTML standard, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body) if body else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
