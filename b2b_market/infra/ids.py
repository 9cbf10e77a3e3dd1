"""Identifiers made by the application, so that rows can name each other before the database sees them."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562): unique, and increasing within this process."""
    return uuid7()
