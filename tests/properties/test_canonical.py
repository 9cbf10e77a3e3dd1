"""Canonical JSON is exactly RFC 8785's, held against a writer that follows its text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.infra.canonical import canonical, decimal_text, digest, lines_digest, plain
from b2b_market.kernel.money import Money

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@given(VALUES)
def test_the_text_is_that_of_the_standard(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # what Hypothesis makes is JSON


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_decimal_keeps_its_value_whatever_its_trailing_zeros(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value
    assert decimal_text(value) == decimal_text(value + Decimal("0.000000"))


def test_everything_the_rows_hold_has_one_text() -> None:
    moment = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    found = plain(
        {
            "id": UUID(int=1),
            "at": moment,
            "day": date(2026, 11, 22),
            "hash": b"\x00\xff",
            "money": Money.of("1.50", "EUR"),
            "big": 2**60,
            "set": {"b", "a"},
        }
    )
    assert found == {
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2026-11-22T14:30:00.000000Z",
        "day": "2026-11-22",
        "hash": "00ff",
        "money": {"amount": "1.5", "currency": "EUR"},
        "big": str(2**60),
        "set": ["a", "b"],
    }


@pytest.mark.parametrize("value", [1.5, object(), {"k": float("nan")}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_keys_beyond_ascii_are_refused_because_their_order_would_need_utf_16() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        canonical({"é": 1})


def test_digests_depend_on_order_and_ends_of_lines() -> None:
    assert lines_digest([{"a": 1}, {"b": 2}]) != lines_digest([{"b": 2}, {"a": 1}])
    assert lines_digest([{"a": 1}]) != digest({"a": 1})
