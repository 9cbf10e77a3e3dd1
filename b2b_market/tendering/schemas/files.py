"""Files in and out: what the sealing tools make, and what is saved to disk."""

from typing import Final
from urllib.parse import quote

from fastapi import Response
from starlette.datastructures import UploadFile

from b2b_market.infra.http.problems import BodyTooLarge
from b2b_market.tendering.service.opening import Turn

OCTETS: Final = "application/octet-stream"
MOST_BYTES: Final = 20 * 1024 * 1024
"""A packed bid; larger files belong into a description that the bid names by hash."""
MOST_NAME: Final = 200
UNNAMED: Final = "file"


def read_file(file: UploadFile) -> bytes:
    """Return the bytes of a file that was sent; raise BodyTooLarge beyond 20 MB."""
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BodyTooLarge
    return content


def shown_name(file: UploadFile) -> str:
    """Return the name that a sent file is kept under: no path, nothing that cannot be printed, at most 200 long."""
    last = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()[:MOST_NAME] or UNNAMED


def attachment(content: bytes, name: str, media_type: str = OCTETS) -> Response:
    """Wrap bytes to be saved under a name (RFC 6266); nothing of a bid is ever shown by the browser itself."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def work_response(turn: Turn) -> Response:
    """Wrap a work file under a name that says whose turn it is."""
    return attachment(turn.document, f"{turn.number}-layer-{turn.layer + 1}.work.json")
