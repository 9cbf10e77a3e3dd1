"""Style sheets, scripts and vendored libraries, served from memory under one address per content.

All files are read and compressed once at start. Their addresses carry one hash over the whole tree, because ES modules
import each other by relative path and must move together; so they may be cached for ever.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.types import Receive, Scope, Send

STATIC: Final = Path(__file__).parent / "static"
MOUNT: Final = "/static"
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
        ".json": "application/json",
        ".txt": "text/plain; charset=utf-8",
        ".map": "application/json",
    }
)
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".json", ".txt"})
_IMMUTABLE: Final = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file ready to send: plain and, where smaller, gzip-compressed (deterministic, without a time stamp)."""

    media_type: str
    plain: bytes
    zipped: bytes | None


class StaticFiles:
    """An ASGI application for ``/static``; also tells templates the address of a file."""

    def __init__(self, folder: Path = STATIC, mount: str = MOUNT) -> None:
        """Read every file of a known type below ``folder``; links and hidden files are left out."""
        self.files: Mapping[str, StaticFile] = MappingProxyType(dict(_load(folder)))
        digest = hashlib.sha256()
        for name in sorted(self.files):
            content = self.files[name].plain
            digest.update(f"{name}\x00{len(content)}\x00".encode())
            digest.update(content)
        self.version = digest.hexdigest()[:16]
        self._prefix = f"{mount}/{self.version}/"

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a file ``name``, such as ``vendor/htmx.min.js``."""
        return name in self.files

    def url(self, name: str) -> str:
        """Return the address of ``name`` (``app.css`` -> ``/static/<hash>/app.css``); KeyError if there is none."""
        if name not in self.files:
            raise KeyError(name)
        return self._prefix + name

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer GET and HEAD for exact names; everything else is 404 or 405. Nothing touches the disk."""
        status, headers, body = self._answer(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, scope: Scope) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        if scope["method"] not in {"GET", "HEAD"}:
            return 405, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")], b""
        path: str = scope["path"]
        file = self.files.get(path.removeprefix(self._prefix)) if path.startswith(self._prefix) else None
        if file is None:
            return 404, [(b"content-length", b"0"), (b"cache-control", b"no-store")], b""
        sent = dict(scope["headers"])
        headers = [
            (b"content-type", file.media_type.encode()),
            (b"cache-control", _IMMUTABLE),
            (b"x-content-type-options", b"nosniff"),
            (b"vary", b"accept-encoding"),
        ]
        body = file.plain
        if file.zipped is not None and _takes_gzip(sent.get(b"accept-encoding", b"").decode("latin-1")):
            headers.append((b"content-encoding", b"gzip"))
            body = file.zipped
        headers.append((b"content-length", str(len(body)).encode()))
        return 200, headers, body


def _load(folder: Path) -> Iterator[tuple[str, StaticFile]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if path.suffix not in TYPES or hidden or path.is_symlink() or not path.is_file():
            continue
        plain = path.read_bytes()
        zipped = gzip.compress(plain, 9, mtime=0) if path.suffix in _COMPRESSED else None
        smaller = zipped if zipped is not None and len(zipped) < len(plain) else None
        yield relative.as_posix(), StaticFile(TYPES[path.suffix], plain, smaller)


def _takes_gzip(header: str) -> bool:
    for part in header.lower().split(","):
        coding, _, parameters = part.partition(";")
        if coding.strip() in {"gzip", "*"}:
            weight = parameters.replace(" ", "")
            return not (weight.startswith("q=0") and not weight[3:].strip(".0"))  # q=0, q=0.0 …: refused
    return False
