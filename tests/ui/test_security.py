from datetime import UTC, datetime, timedelta

import pytest

from b2b_market.ui.security import FLASH_LIMIT, CrossSite, FlashBox, check_csrf, check_same_origin, csrf_token
from b2b_market.ui.viewer import Flash

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
KEY = b"k" * 32
ORIGINS = frozenset({"https://b2b.example"})


def test_a_token_fits_its_own_session_and_key_only() -> None:
    token = csrf_token(KEY, "session-1")
    check_csrf(KEY, "session-1", token)
    for key, session, sent in [
        (KEY, "session-2", token),
        (b"x" * 32, "session-1", token),
        (KEY, "session-1", None),
        (KEY, "session-1", ""),
        (KEY, "session-1", "ü\ud800"),
    ]:
        with pytest.raises(CrossSite):
            check_csrf(key, session, sent)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "https://b2b.example"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "https://b2b.example"},
    ],
)
def test_our_own_pages_may_post(headers: dict[str, str]) -> None:
    check_same_origin("POST", headers, ORIGINS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "https://b2b.example.evil.example"},
        {"origin": "http://b2b.example"},
        {"sec-fetch-site": "same-site", "origin": "https://b2b.example"},
        {"sec-fetch-site": "cross-site", "origin": "https://b2b.example"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
    ],
)
def test_others_may_not(headers: dict[str, str]) -> None:
    for method in ("POST", "delete", "PATCH"):
        with pytest.raises(CrossSite):
            check_same_origin(method, headers, ORIGINS)
    check_same_origin("GET", headers, ORIGINS)


def test_flashes_survive_one_redirect() -> None:
    box = FlashBox(KEY)
    flashes = (Flash("The request {number} was published.", "ok", {"number": "RFQ-1"}), Flash("Café 已发布", "warn"))
    value = box.dump(flashes, NOW)
    assert value.isascii()
    assert not set(value) & set(' ;,"\\')
    assert box.load(value, NOW + timedelta(minutes=9)) == flashes


def test_a_forged_broken_foreign_or_old_cookie_holds_nothing() -> None:
    box = FlashBox(KEY)
    value = box.dump([Flash("Hello")], NOW)
    head, _, mark = value.partition(".")
    for wrong in (None, "", ".", "a.b", head, value + "A", f"A{value}", f"{head}.{mark[::-1]}", "é.ü"):
        assert box.load(wrong, NOW) == ()
    assert FlashBox(b"other" * 8).load(value, NOW) == ()
    assert box.load(value, NOW + timedelta(minutes=10, seconds=1)) == ()
    assert box.load(value, NOW - timedelta(seconds=1)) == ()


def test_too_many_flashes_lose_the_oldest_and_fit_a_cookie() -> None:
    box = FlashBox(KEY)
    value = box.dump([Flash(f"{index} " + "x" * 500) for index in range(20)], NOW)
    kept = box.load(value, NOW)
    assert len(value) <= FLASH_LIMIT
    assert 0 < len(kept) < 20
    assert kept[-1].message.startswith("19 ")
