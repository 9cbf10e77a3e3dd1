"""Refusals: every way in which the product says no, with what is wrong and what would be right.

A refusal is one exception class per reason. ``title`` and ``advice`` are English message ids with ``{name}`` fields
filled from ``facts``; the edge translates them. Clients branch on ``code`` and never parse prose (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from b2b_market.kernel.text import N_


class Kind(StrEnum):
    """What sort of no it is; the edge maps each kind to one HTTP status."""

    MALFORMED = "malformed"  # 400
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404
    METHOD = "method"  # 405
    CONFLICT = "conflict"  # 409
    STALE = "stale"  # 412
    TOO_LARGE = "too_large"  # 413
    MEDIA_TYPE = "media_type"  # 415
    INVALID = "invalid"  # 422
    PRECONDITION = "precondition"  # 428
    THROTTLED = "throttled"  # 429
    UNAVAILABLE = "unavailable"  # 503


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be accepted: where (JSON pointer), which rule (code), and what would be right (detail)."""

    pointer: str
    code: str
    detail: str
    facts: Mapping[str, object] | None = None


class Refusal(Exception):
    """The base of every business refusal.

    Subclasses set ``kind``, ``code``, ``title`` and ``advice``. ``facts`` are JSON-ready values (numbers as strings)
    that fill the sentences; they never hold what the reader may not see.
    """

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str]
    title: ClassVar[str]
    advice: ClassVar[str] = ""
    audited: ClassVar[bool] = False
    """Whether the edge writes an audit entry for it after rolling back: denials, foreign ids, late quotations."""
    about: UUID | None = None
    """What the audit entry is about where the address does not say it, such as the account of a wrong password."""

    def __init__(self, *, errors: Sequence[FieldError] = (), **facts: object) -> None:
        """Keep the facts that fill the sentences, and the fields that are wrong."""
        super().__init__(self.code)
        self.facts: Mapping[str, object] = facts
        self.errors: tuple[FieldError, ...] = tuple(errors)


class NotFound(Refusal):
    """The thing does not exist, or is not the caller's to know of: the two look exactly alike."""

    kind, code, audited = Kind.NOT_FOUND, "not-found", True
    title = N_("Not found")
    advice = N_("Nothing with this identifier is visible to your company. Check the address, or switch the company.")


class Forbidden(Refusal):
    """The caller may see the thing but not do this with it."""

    kind, code, audited = Kind.FORBIDDEN, "forbidden", True
    title = N_("You may not do this")
    advice = N_("This needs the permission {permission}. Ask an administrator of your company for a role that has it.")


class Unauthenticated(Refusal):
    """The caller did not show who they are, or their session or key has ended."""

    kind, code, audited = Kind.UNAUTHENTICATED, "unauthenticated", True
    title = N_("Sign in first")
    advice = N_(
        "Sign in, or send a valid API key as Authorization: Bearer <key>; ended sessions and revoked keys are refused."
    )


class StaleVersion(Refusal):
    """Somebody changed the thing since the caller read it."""

    kind, code = Kind.STALE, "stale-version"
    title = N_("Somebody changed this in the meantime")
    advice = N_("You hold version {expected}, the current one is {actual}. Load it again, then repeat your change.")


class VersionRequired(Refusal):
    """A change without If-Match could overwrite somebody's work unseen."""

    kind, code = Kind.PRECONDITION, "version-required"
    title = N_("Say which version you are changing")
    advice = N_('Send the ETag of your last read in the If-Match header, for example If-Match: "v3".')


class IllegalStep(Refusal):
    """The lifecycle has no such step from the present status."""

    kind, code = Kind.CONFLICT, "illegal-step"
    title = N_("This step is not possible now")
    advice = N_("The status is {status}; the step {step} needs one of: {allowed_from}.")


class Invalid(Refusal):
    """Fields of a form, file or request that cannot be accepted; ``errors`` names each of them."""

    kind, code = Kind.INVALID, "invalid"
    title = N_("Some fields need correction")
    advice = N_("Correct the fields listed and send again; nothing was stored.")
