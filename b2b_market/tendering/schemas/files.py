"""Files in and out: what the sealing tools make, and what is saved to disk."""

from typing import Final

from fastapi import Response
from starlette.datastructures import UploadFile

from b2b_market.infra.http.downloads import attachment
from b2b_market.infra.http.problems import BodyTooLarge
from b2b_market.tendering.service.opening import Turn

MOST_BYTES: Final = 20 * 1024 * 1024
"""A packed bid; larger files belong into a description that the bid names by hash."""


def read_file(file: UploadFile) -> bytes:
    """Return the bytes of a file that was sent; raise BodyTooLarge beyond 20 MB."""
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BodyTooLarge
    return content


def work_response(turn: Turn) -> Response:
    """Wrap a work file under a name that says whose turn it is."""
    return attachment(turn.document, f"{turn.number}-layer-{turn.layer + 1}.work.json")
