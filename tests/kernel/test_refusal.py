import string

import pytest

from b2b_market.kernel import currency, quantity, refusal, units
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, NotFound, Refusal


def kernel_refusals() -> list[type[Refusal]]:
    modules = (refusal, currency, quantity, units)
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal
    }
    return sorted(found, key=lambda kind: kind.__name__)


def test_facts_and_field_errors_travel_with_the_refusal() -> None:
    error = FieldError("/lines/0/unit", "unknown-unit", "write a unit code")
    refused = Invalid(errors=[error], lines=1)
    assert refused.errors == (error,)
    assert refused.facts == {"lines": 1}
    assert str(refused) == "invalid"
    assert NotFound(rfq_id="x").errors == ()


def test_codes_are_unique_and_in_kebab_case() -> None:
    codes = [kind.code for kind in kernel_refusals()]
    assert len(codes) == len(set(codes)) > 5
    assert all(set(code) <= {*string.ascii_lowercase, *string.digits, "-"} for code in codes)


@pytest.mark.parametrize("kind", kernel_refusals())
def test_every_refusal_says_what_is_wrong_and_what_would_be_right(kind: type[Refusal]) -> None:
    assert isinstance(kind.kind, Kind)
    assert kind.title
    assert kind.advice
    assert not kind.title.endswith(".")
    assert kind.advice.endswith(".")
