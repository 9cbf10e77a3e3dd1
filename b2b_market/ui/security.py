"""Pages and their cookies: proof that a form came from our own page, and messages that survive one redirect.

Session cookies are SameSite=Lax already; a form post is accepted only when the browser says that the page asking for it
is ours (Sec-Fetch-Site, else Origin) *and* the token of the session is in the form or the header.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.ui.viewer import Flash, Tone

CSRF_HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FLASH_AGE: Final = timedelta(minutes=10)
FLASH_LIMIT: Final = 3800
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class CrossSite(Refusal):
    """The request changes something but does not come from a page of this site in this session."""

    kind, code = Kind.FORBIDDEN, "cross-site"
    title = N_("This request did not come from our page")
    advice = N_("Open the page again and repeat what you did. If it happens again, sign in again.")


def csrf_token(key: bytes, session: str) -> str:
    """Return the token of a session: HMAC-SHA256 over its public reference, the same as long as it lives."""
    return hmac.new(key, b"csrf\x00" + session.encode(), hashlib.sha256).hexdigest()


def check_csrf(key: bytes, session: str, token: str | None) -> None:
    """Raise CrossSite unless ``token`` is the one of ``session``; compared in constant time."""
    if token is None or not hmac.compare_digest(csrf_token(key, session).encode(), token.encode("utf-8", "replace")):
        raise CrossSite


def check_same_origin(method: str, headers: Mapping[str, str], origins: frozenset[str]) -> None:
    """Raise CrossSite when an unsafe request was started by a page of another site.

    ``headers`` by lower-case name. ``origins`` are the addresses the site is reached at, such as ``https://b2b.example``.
    Browsers since 2020 send Sec-Fetch-Site; older ones send Origin with every unsafe request. Neither: refused.
    """
    if method.upper() in SAFE_METHODS:
        return
    fetch_site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    allowed = origin in origins if fetch_site is None else fetch_site == "same-origin"
    if not allowed:
        raise CrossSite


class FlashBox:
    """Writes messages for the next page into a cookie value that the browser can keep but not forge."""

    def __init__(self, key: bytes) -> None:
        """Sign with ``key``; a message written under another key reads as none."""
        self._key = key

    def dump(self, flashes: Sequence[Flash], now: datetime) -> str:
        """Return the cookie's value; the last messages win where all do not fit into a cookie."""
        kept = list(flashes)
        while True:
            rows = [[flash.message, flash.tone, dict(flash.facts)] for flash in kept]
            raw = json.dumps([int(now.timestamp()), rows], ensure_ascii=False, separators=(",", ":")).encode()
            value = f"{_encode(raw)}.{_encode(self._sign(raw))}"
            if len(value) <= FLASH_LIMIT or not kept:
                return value
            kept.pop(0)

    def load(self, value: str | None, now: datetime) -> tuple[Flash, ...]:
        """Return the messages of a cookie; a forged, broken or old one holds none."""
        head, _, signature = (value or "").partition(".")
        raw, mark = _decode(head), _decode(signature)
        if raw is None or mark is None or not hmac.compare_digest(self._sign(raw), mark):
            return ()
        written, rows = json.loads(raw)
        if not 0 <= now.timestamp() - written <= FLASH_AGE.total_seconds():
            return ()
        tones = get_args(Tone)
        return tuple(Flash(message, tone, facts) for message, tone, facts in rows if tone in tones)

    def _sign(self, raw: bytes) -> bytes:
        return hmac.new(self._key, b"flash\x00" + raw, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
