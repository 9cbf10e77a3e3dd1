"""Passwords, addresses, keys: what is accepted."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from b2b_market.identity import rules
from b2b_market.kernel.refusal import Invalid

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def codes(refusal: Invalid) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refusal.errors]


@pytest.mark.parametrize(
    "password",
    ["a quiet river bends", "correct staple 42!", "三条河流在春天里转弯了吗", "xK9#qLm2vBn7", "thirteen ducks"],
)
def test_good_passwords(password: str) -> None:
    rules.require_sound_password(password, "li@hengli.example")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short words", "too-short"),
        ("x" * 201, "too-long"),
        ("li@hengli.example", "address"),
        ("LI@hengli.example!", "address"),
        ("hengli.example", "address"),
        ("password1234", "common"),
        ("!!Password2026!!", "common"),
        ("qwertyuiop12", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("ababababababab", "common"),
        ("123456789012", "common"),
        ("987654321098", "common"),
        ("abcdefghijklmn", "common"),
        ("administrator1", "common"),
    ],
)
def test_bad_passwords(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.require_sound_password(password, "li@hengli.example", "/new")
    assert codes(caught.value) == [("/new", code)]


def test_an_account_without_address_has_no_address_rule() -> None:
    rules.require_sound_password("a quiet river bends", "")


@pytest.mark.parametrize(
    ("typed", "text", "key"),
    [
        (" Li.Wei@Hengli.Example ", "Li.Wei@hengli.example", "li.wei@hengli.example"),
        ("straße@firma.example", "straße@firma.example", "strasse@firma.example"),
        ("李伟@恒力.中国", "李伟@恒力.中国", "李伟@恒力.中国"),
    ],
)
def test_addresses_are_normalised_and_folded(typed: str, text: str, key: str) -> None:
    assert rules.read_address(typed) == rules.Address(text, key)
    assert rules.account_key(typed) == key


@pytest.mark.parametrize(
    "typed", ["", "li", "li@", "@hengli.example", "li hengli@x.example", "a@b@c.example", "x@" + "y" * 300]
)
def test_what_is_no_address_is_refused_but_still_counted_under_one_key(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.read_address(typed)
    assert codes(caught.value) == [("/email", "address")]
    assert rules.account_key(typed) == typed.strip().casefold()[:254]


@pytest.mark.parametrize("zone", ["", "Mars/Phobos", "../etc/passwd", "/etc/passwd", "Asia"])
def test_only_zones_of_the_database(zone: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.require_zone(zone)
    assert codes(caught.value) == [("/timezone", "zone")]


def test_every_offered_zone_exists() -> None:
    for zone in rules.ZONES:
        rules.require_zone(zone)


def test_secrets_have_256_bits_and_only_their_hash_is_comparable() -> None:
    secrets = {rules.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"[\w-]{43}", secret) for secret in secrets)
    hashed = rules.secret_hash("x")
    assert hashed.hex() == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert rules.session_mark(hashed) == "2d711642b726b044"


def test_a_key_begins_with_what_may_be_shown() -> None:
    secret, hint = rules.new_api_key()
    assert re.fullmatch(r"bmk_[0-9a-f]{12}", hint)
    assert re.fullmatch(re.escape(hint) + r"_[\w-]{43}", secret)


def test_a_key_gets_some_of_what_its_maker_holds_and_machines_may_do() -> None:
    rules.require_key_terms(frozenset({"a"}), frozenset({"a", "b"}), frozenset({"a"}), NOW + timedelta(days=366), NOW)
    with pytest.raises(Invalid) as caught:
        rules.require_key_terms(frozenset({"a", "b", "c"}), frozenset({"a", "b"}), frozenset({"a", "c"}), NOW, NOW)
    assert codes(caught.value) == [("/permissions", "beyond"), ("/expires_at", "term")]
    assert caught.value.errors[0].facts == {"permissions": "b, c"}
    with pytest.raises(Invalid) as caught:
        rules.require_key_terms(frozenset(), frozenset(), frozenset(), NOW + timedelta(days=367), NOW)
    assert codes(caught.value) == [("/permissions", "empty"), ("/expires_at", "term")]


def test_a_session_starts_where_the_last_one_worked() -> None:
    first, second = uuid4(), uuid4()
    companies = [(first, "A"), (second, "B")]
    assert rules.home_of(companies, second) == second
    assert rules.home_of(companies, uuid4()) == first
    assert rules.home_of(companies, None) == first
    assert rules.home_of([], second) is None
