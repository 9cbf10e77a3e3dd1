"""What stands open around an endpoint, opened and closed in the thread that runs it.

FastAPI enters a generator that an endpoint depends on in one thread, runs the endpoint in a second and leaves the
generator in a third. Handing a request over and back three times costs as much as several of its statements, so a
dependency is an :class:`Opens`: what it opens is entered by :class:`~b2b_market.infra.http.requests.StrictRoute` where
the endpoint runs.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Generic, TypeVar

from fastapi import Request

T = TypeVar("T")
_OPENING: Final = "b2b_market.opening"


@dataclass(frozen=True, slots=True)
class Opening(Generic[T]):
    """What an endpoint gets once ``block`` is entered; the block is left before the answer is sent."""

    block: AbstractContextManager[T]


@dataclass(frozen=True)
class Opens(Generic[T]):
    """A dependency whose endpoint runs within ``block`` of the request and gets what that yields."""

    block: Callable[[Request], AbstractContextManager[T]]

    async def __call__(self, request: Request) -> Opening[T]:
        """Hand over the block as it is; to call this takes no thread."""
        opening: Opening[T] = Opening(self.block(request))
        request.scope[_OPENING] = opening
        return opening


def within_openings(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``endpoint`` with every :class:`Opening` among its arguments entered around it."""

    @wraps(endpoint)
    def run(**values: object) -> object:
        with ExitStack() as stack:
            entered = {
                name: stack.enter_context(value.block) if isinstance(value, Opening) else value
                for name, value in values.items()
            }
            return endpoint(**entered)

    return run


def fail_within(request: Request, error: Exception) -> None:
    """Raise ``error`` within what the endpoint of ``request`` would have run in.

    Whoever may not call is told so, before what is wrong with the content. Nothing is raised where nothing would have
    been opened.
    """
    opening: Opening[object] | None = request.scope.get(_OPENING)
    if opening is not None:
        with opening.block:
            raise error
