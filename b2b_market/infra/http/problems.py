"""Problem details (RFC 9457).

Every refusal as ``application/problem+json`` with a stable code and a page of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.responses import JSONResponse

from b2b_market.kernel.refusal import FieldError, Kind, Refusal
from b2b_market.kernel.text import N_

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.MEDIA_TYPE: 415,
    Kind.INVALID: 422,
    Kind.PRECONDITION: 428,
    Kind.THROTTLED: 429,
    Kind.UNAVAILABLE: 503,
}
MEDIA_TYPE = "application/problem+json"
Translate = Callable[..., str]
"""``translate(message_id, **facts)``: the sentence in the reader's language."""


class MalformedRequest(Refusal):
    """The request cannot be read at all."""

    kind, code = Kind.MALFORMED, "malformed-request"
    title = N_("The request cannot be read")
    advice = N_("Send UTF-8 JSON without duplicate keys, and each query parameter once. What was wrong: {reason}.")


class MethodNotAllowed(Refusal):
    """The address exists but does not do this."""

    kind, code = Kind.METHOD, "method-not-allowed"
    title = N_("This address does not accept that method")
    advice = N_("Use one of the methods named in the Allow header.")


class BodyTooLarge(Refusal):
    """The body is above the cap."""

    kind, code = Kind.TOO_LARGE, "body-too-large"
    title = N_("The request is too large")
    advice = N_("Send at most {limit}; split large imports into several files.")


class WrongMediaType(Refusal):
    """The body is of a type that the address does not take."""

    kind, code = Kind.MEDIA_TYPE, "wrong-media-type"
    title = N_("This content type is not accepted")
    advice = N_("Send {expected}.")


class TooManyRequests(Refusal):
    """The caller asks more often than the limit allows."""

    kind, code = Kind.THROTTLED, "too-many-requests"
    title = N_("Too many requests")
    advice = N_("Wait {retry_after} seconds, then try again.")


class Unavailable(Refusal):
    """A part that the answer needs is out of reach for the moment."""

    kind, code = Kind.UNAVAILABLE, "unavailable"
    title = N_("The service cannot answer at the moment")
    advice = N_("Nothing was stored. Try again in {retry_after} seconds.")


class InternalFault(Refusal):
    """A fault of the product itself."""

    kind, code = Kind.UNAVAILABLE, "internal-fault"
    title = N_("Something went wrong on our side")
    advice = N_("Nothing was stored. Try again; if it happens again, tell us the trace id {trace_id}.")


BASE_REFUSALS: tuple[type[Refusal], ...] = (
    MalformedRequest,
    MethodNotAllowed,
    BodyTooLarge,
    WrongMediaType,
    TooManyRequests,
    Unavailable,
    InternalFault,
)


def sentence(template: str, facts: Mapping[str, object], translate: Translate) -> str:
    """Translate ``template`` and fill in ``facts``; a missing fact stays visible as its name rather than failing."""
    return translate(template).format_map(_Facts(facts))


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def problem_body(refusal: Refusal, *, instance: str, trace_id: str, translate: Translate) -> dict[str, Any]:
    """Return the members of the problem document for ``refusal`` in the reader's language."""
    return {
        "type": f"/problems/{refusal.code}",
        "title": translate(refusal.title),
        "status": STATUS[refusal.kind],
        "detail": sentence(refusal.advice, refusal.facts, translate),
        "instance": instance,
        "code": refusal.code,
        "facts": {
            name: fact if isinstance(fact, int | str | list | None) else str(fact)
            for name, fact in refusal.facts.items()
        },
        "errors": [_field(error, translate) for error in refusal.errors],
        "trace_id": trace_id,
    }


def waiting_headers(refusal: Refusal) -> dict[str, str]:
    """Return the headers of every answer that refuses: kept by nobody, and when to come back where that is known."""
    headers = {"Cache-Control": "no-store"}
    if "retry_after" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after"])
    return headers


def problem_response(refusal: Refusal, *, instance: str, trace_id: str, translate: Translate) -> JSONResponse:
    """Return the whole answer: status, media type, and Retry-After where there is something to wait for."""
    body = problem_body(refusal, instance=instance, trace_id=trace_id, translate=translate)
    headers = waiting_headers(refusal)
    if refusal.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="b2b_market"'
    return JSONResponse(body, STATUS[refusal.kind], headers=headers, media_type=MEDIA_TYPE)


def _field(error: FieldError, translate: Translate) -> dict[str, str]:
    return {
        "pointer": error.pointer,
        "code": error.code,
        "detail": sentence(error.detail, error.facts or {}, translate),
    }


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "facts", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "facts": {"type": "object"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "trace_id": {"type": "string"},
    },
}


def problems(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI ``responses`` of a route that may refuse with ``kinds``: an entry per status, codes listed."""
    by_status: dict[int | str, list[type[Refusal]]] = {}
    for kind in kinds:
        by_status.setdefault(STATUS[kind.kind], []).append(kind)
    return {
        status: {
            "description": "; ".join(f"{refusal.code}: {refusal.title}" for refusal in refusals),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, refusals in by_status.items()
    }
