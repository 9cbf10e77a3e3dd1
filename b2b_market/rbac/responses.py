"""Which refusals every route of a kind may answer, for the ``responses`` of its OpenAPI entry."""

from collections.abc import Iterable
from typing import Any

from b2b_market.infra.http.idempotency import (
    IdempotencyKeyMalformed,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    RequestInProgress,
)
from b2b_market.infra.http.problems import (
    BodyTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    TooManyRequests,
    Unavailable,
    WrongMediaType,
    problems,
)
from b2b_market.kernel.refusal import (
    Forbidden,
    IllegalStep,
    Invalid,
    NotFound,
    Refusal,
    StaleVersion,
    Unauthenticated,
    VersionRequired,
)

_ALWAYS: tuple[type[Refusal], ...] = (
    MalformedRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Invalid,
    TooManyRequests,
    Unavailable,
)
_CHANGING: tuple[type[Refusal], ...] = (
    *_ALWAYS,
    BodyTooLarge,
    WrongMediaType,
    RequestInProgress,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
)


def reads(*more: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a reading route that may also refuse with ``more``."""
    return problems(*_ALWAYS, *more)


def hands_out(what: str, media_types: Iterable[str], *more: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a reading route whose answer is a file of one of ``media_types``."""
    return {200: {"description": what, "content": {media_type: {} for media_type in media_types}}, **reads(*more)}


def creates(*more: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a POST that makes something new and asks for an Idempotency-Key."""
    return problems(*_CHANGING, IdempotencyKeyRequired, *more)


def changes(*more: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a route that changes a versioned thing."""
    return problems(*_CHANGING, IdempotencyKeyRequired, VersionRequired, StaleVersion, IllegalStep, *more)
