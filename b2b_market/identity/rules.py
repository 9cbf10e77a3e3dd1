"""Passwords, addresses, keys and lifetimes: what is accepted and how long it holds."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_

SESSION_IDLE: Final = timedelta(hours=12)
SESSION_LIFE: Final = timedelta(days=14)
SEEN_EVERY: Final = timedelta(minutes=1)
"""How fresh "last seen" is kept: a session is written at most once in this time."""
INVITATION_LIFE: Final = timedelta(days=7)
RESET_LIFE: Final = timedelta(hours=1)
ENTRY_LIFE: Final = timedelta(days=7)
"""How long a link to enter can be opened; without a fresh code it opens nothing."""
CODE_LIFE: Final = timedelta(minutes=10)
LIGHT_LIFE: Final = timedelta(hours=8)
"""How long one stays who came in by a mailed link and code."""
CODE_DIGITS: Final = 8
KEY_LIFE: Final = timedelta(days=366)
KEPT: Final = timedelta(days=30)
"""How long ended sessions and links stay before they are deleted."""

PASSWORD_LEAST: Final = 12
PASSWORD_MOST: Final = 200
_DISTINCT_LEAST: Final = 5
KEY_PREFIX: Final = "bmk"

# fmt: off
_COMMON_STEMS: Final = frozenset({
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty", "qwertyuiop", "qwertzuiop", "asdfghjkl",
    "zxcvbnm", "qazwsxedc", "letmein", "welcome", "welcometo", "iloveyou", "administrator", "adminadmin", "rootroot",
    "changeme", "changemenow", "passwordpassword", "default", "superman", "trustnoone", "trustno", "football",
    "baseball", "basketball", "dragon", "monkey", "sunshine", "princess", "starwars", "whatever", "master", "michael",
    "jordan", "correcthorsebatterystaple", "testtest", "secret", "topsecret", "woaini", "woaiwojia", "mima", "nihao",
    "abcdefghijkl", "abcdefghijklm", "abcdefgh", "abcabcabcabc", "company", "marketplace", "market", "bmarket",
    "procurement", "einkauf",
})
# fmt: on


ZONES: Final = (
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Almaty",
    "Asia/Bangkok",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Ho_Chi_Minh",
    "Asia/Hong_Kong",
    "Asia/Istanbul",
    "Asia/Jakarta",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kuala_Lumpur",
    "Asia/Manila",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Asia/Urumqi",
    "Australia/Perth",
    "Australia/Sydney",
    "Europe/Amsterdam",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Pacific/Auckland",
)
"""The zones that forms offer; the API takes every zone of the IANA database."""


class WrongCredentials(Refusal):
    """No such account, or not its password: the two look alike."""

    kind, code, audited = Kind.UNAUTHENTICATED, "wrong-credentials", True
    title = N_("This mail address and password do not match")
    advice = N_("Check both, mind capital letters, or set a new password by mail.")


class WrongCode(WrongCredentials):
    """Not the code that was mailed, or too late, or used already: these look alike."""

    kind, code = Kind.CONFLICT, "wrong-code"
    title = N_("This code does not fit")
    advice = N_("Type the code of the latest mail within ten minutes, or have a new one sent. Codes work once.")


class EntryEnded(Refusal):
    """The link to enter was used, has expired, or never was one of ours."""

    kind, code, audited = Kind.CONFLICT, "entry-ended", True
    title = N_("This link cannot be used any more")
    advice = N_("Links to enter work once and for seven days. Have a new one sent to your mail address.")


class TooManyAttempts(Refusal):
    """More guesses or requests than a person needs."""

    kind, code, audited = Kind.THROTTLED, "too-many-attempts", True
    title = N_("Too many attempts")
    advice = N_("Wait {retry_after} seconds, then try again, or set a new password by mail.")


class LinkEnded(Refusal):
    """The link was used, has expired, or never was one of ours."""

    kind, code, audited = Kind.CONFLICT, "link-ended", True
    title = N_("This link cannot be used any more")
    advice = N_("Links work once and for a limited time. Ask for a new one on the page for forgotten passwords.")


class NotYourCompany(Refusal):
    """The person has no role in force in that company."""

    kind, code, audited = Kind.NOT_FOUND, "not-your-company", True
    title = N_("You do not work for this company")
    advice = N_("Choose one of your companies, or ask its administrator to give you a role.")


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address as typed and normalised, and the key by which it is unique (case-folded)."""

    text: str
    key: str


def read_address(text: str) -> Address:
    """Return a syntactically valid address (no look-up); Invalid with /email otherwise."""
    try:
        found = validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        detail = N_("Write a mail address such as name@company.com.")
        raise Invalid(errors=[FieldError("/email", "address", detail)]) from error
    return Address(found, found.casefold())


def account_key(text: str) -> str:
    """Return what a sign-in is counted and looked up under, also for what is no address at all."""
    try:
        return read_address(text).key
    except Invalid:
        return text.strip().casefold()[:254]


def require_sound_password(password: str, email: str, pointer: str = "/password") -> None:
    """Raise Invalid unless the password is long enough, not the address, and not one of those guessed first."""
    problem = _password_problem(password, email)
    if problem is not None:
        raise Invalid(errors=[FieldError(pointer, *problem)])


def _password_problem(password: str, email: str) -> tuple[str, str] | None:
    folded = password.casefold()
    address = email.casefold()
    if len(password) < PASSWORD_LEAST:
        return "too-short", N_("Use at least 12 characters; several words are easy to remember.")
    if len(password) > PASSWORD_MOST:
        return "too-long", N_("Use at most 200 characters.")
    if address and (address in folded or folded in address):
        return "address", N_("Do not use your mail address as the password.")
    if len(set(folded)) < _DISTINCT_LEAST or _stem(folded) in _COMMON_STEMS or _is_run(folded):
        return "common", N_("This password is among those guessed first. Use several words of your own.")
    return None


def _stem(folded: str) -> str:
    """Return what is left of digits and signs added before and after a word."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)


def _is_run(folded: str) -> bool:
    """Tell whether the characters only count up or down, as 123456789012 and abcdefghijkl do."""
    steps = {(ord(after) - ord(before)) for before, after in pairwise(folded)}
    digits = {step % 10 for step in steps} if folded.isdigit() else steps
    return digits in ({1}, {-1}, {9})


def require_zone(name: str) -> None:
    """Raise Invalid unless ``name`` is a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        detail = N_("Choose a time zone such as Asia/Shanghai.")
        raise Invalid(errors=[FieldError("/timezone", "zone", detail)]) from error


def new_secret() -> str:
    """Return 256 random bits as 43 characters that need no escaping."""
    return secrets.token_urlsafe(32)


def new_api_key() -> tuple[str, str]:
    """Return a new key and the part that may be shown: ``bmk_`` and an id, then 256 bits nobody stores."""
    hint = f"{KEY_PREFIX}_{secrets.token_hex(6)}"
    return f"{hint}_{new_secret()}", hint


def new_code() -> str:
    """Return a random code of eight digits: short enough to type, and guesses are counted."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_hash(link_hash: bytes, code: str) -> bytes:
    """Return what is stored of a code: bound to its link, blanks between its digits left out.

    Eight digits can be tried out by whoever reads the table; without the link's token, which is not there, they open
    nothing.
    """
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    return hashlib.sha256(link_hash + digits.encode("utf-8", "surrogatepass")).digest()


def masked(address: str) -> str:
    """Return a mail address as whoever holds its link may see it: ``l…@example.com``."""
    name, _, place = address.rpartition("@")
    return f"{name[:1]}…@{place}"


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a token or key: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def session_mark(hashed: bytes) -> str:
    """Return what the audit trail shows of a session or key: the first 16 hex digits of its hash."""
    return hashed.hex()[:16]


def require_key_terms(
    wanted: frozenset[str], held: frozenset[str], offered: frozenset[str], expires_at: datetime, now: datetime
) -> None:
    """Raise Invalid unless a key asks for some of what its maker holds and machines may have, for at most a year."""
    errors = []
    beyond = sorted(wanted - (held & offered))
    if not wanted:
        errors.append(FieldError("/permissions", "empty", N_("Choose at least one permission.")))
    if beyond:
        detail = N_("A key gets only what you hold yourself and machines may do; not: {permissions}")
        errors.append(FieldError("/permissions", "beyond", detail, {"permissions": ", ".join(beyond)}))
    if not now < expires_at <= now + KEY_LIFE:
        errors.append(FieldError("/expires_at", "term", N_("Choose a day after today and within one year.")))
    if errors:
        raise Invalid(errors=errors)


def home_of(companies: Sequence[tuple[UUID, str]], preferred: UUID | None) -> UUID | None:
    """Return the company a session starts in: the one worked for last, else the first by name, else none."""
    ids = [company for company, _ in companies]
    if preferred in ids:
        return preferred
    return ids[0] if ids else None
