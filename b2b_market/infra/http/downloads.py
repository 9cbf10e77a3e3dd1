"""Files as answers: saved under a name, never guessed at by a browser, kept by no cache that others share."""

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from b2b_market.infra.saving import SavedFile

OCTETS: Final = "application/octet-stream"


def attachment(content: bytes, name: str, media_type: str = OCTETS) -> Response:
    """Wrap bytes to be saved under a name (RFC 6266)."""
    return _answer(SavedFile(name, media_type, content), "attachment")


def saved(file: SavedFile) -> Response:
    """Wrap a file to be saved under its name (RFC 6266)."""
    return _answer(file, "attachment")


def saved_untyped(file: SavedFile) -> Response:
    """Wrap a file to be saved under its name, without telling the browser what it is."""
    return attachment(file.content, file.name)


def shown(file: SavedFile) -> Response:
    """Wrap a file to be shown by the browser's own reader, and saved under its name from there."""
    return _answer(file, "inline")


def _answer(file: SavedFile, disposition: str) -> Response:
    headers = {
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)
