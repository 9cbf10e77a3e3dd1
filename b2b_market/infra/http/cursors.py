"""Opaque paging cursors: base64url of the keyset, so that clients cannot come to depend on its shape."""

import base64
import json
from uuid import UUID

from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, PageRequest


def encode_cursor(after: tuple[str, str] | None) -> str | None:
    """Write the keyset of the last row of a page, None at the end of the list."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def page_request(limit: int | None, cursor: str | None) -> PageRequest:
    """Read ``?limit=&cursor=``; refuse what no list of ours has handed out (MalformedRequest)."""
    wanted = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= wanted <= MAX_LIMIT:
        raise MalformedRequest(reason=f"limit must be between 1 and {MAX_LIMIT}")
    return PageRequest(wanted, decode_cursor(cursor) if cursor else None)


def decode_cursor(cursor: str) -> tuple[str, str]:
    """Read a cursor back into its keyset; raise MalformedRequest for anything else."""
    try:
        first, second = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error
    if not (isinstance(first, str) and isinstance(second, str)) or "\x00" in first + second:
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return first, second


def cursor_id(request: PageRequest) -> UUID:
    """Return the id of the row that ``request`` starts after; MalformedRequest where its cursor holds none."""
    try:
        return UUID(request.after[1] if request.after else "")
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error
