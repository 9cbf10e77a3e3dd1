"""Keyset paging as values: a page knows its rows and where the next one starts, never how many there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

MAX_LIMIT = 200
DEFAULT_LIMIT = 50


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which rows are wanted: at most ``limit``, after the row whose keyset (sort value, id) is ``after``."""

    limit: int = DEFAULT_LIMIT
    after: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse a limit outside 1..MAX_LIMIT (ValueError)."""
        if not 1 <= self.limit <= MAX_LIMIT:
            message = f"limit must be between 1 and {MAX_LIMIT}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and the keyset of the last one where more follow."""

    items: Sequence[T]
    next_after: tuple[str, str] | None = None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        """Return the same page with each row changed."""
        return Page([change(item) for item in self.items], self.next_after)


def page_of(rows: Sequence[T], request: PageRequest, key: Callable[[T], tuple[str, str]]) -> Page[T]:
    """Cut ``rows`` (one more than asked was fetched) to the limit and name the keyset of the last one kept."""
    kept = rows[: request.limit]
    return Page(kept, key(kept[-1]) if len(rows) > request.limit else None)
