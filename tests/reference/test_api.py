from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from tests.support.people import make_company, make_person, sign_in, sign_out

API = "/api/v1/reference"
RATE = {"base": "EUR", "quote": "CNY", "value": "8.2134", "day": "2026-11-20", "source": "ECB"}


@pytest.fixture
def operator(client: TestClient, runtime: Runtime) -> TestClient:
    platform = make_company(runtime, "The platform", (), platform=True)
    return sign_in(client, make_person(runtime, platform, Role.PLATFORM_OPERATOR))


def as_buyer(client: TestClient, runtime: Runtime) -> TestClient:
    return sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER))


def add(client: TestClient, key: str = "first-key", **more: Any) -> Any:
    return client.post(f"{API}/rates", json={**RATE, **more}, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("path", "count", "first"),
    [
        (
            "currencies",
            len(Currency.CODES),
            {"code": "AED", "minor_digits": 2, "names": {"en": "United Arab Emirates Dirham", "zh": "阿联酋迪拉姆"}},
        ),
        ("countries", 249, {"code": "AD", "names": {"en": "Andorra", "zh": "安道尔"}}),
        (
            "units",
            180,
            {"code": "C62", "symbol": "", "dimension": "count", "factor": "1", "names": {"en": "one", "zh": "个"}},
        ),
        (
            "incoterms",
            11,
            {
                "code": "EXW",
                "names": {"en": "Ex Works", "zh": "工厂交货"},
                "place": "place_of_delivery",
                "place_names": {"en": "Named place of delivery", "zh": "指定交货地点"},
                "modes": "any",
            },
        ),
    ],
)
def test_published_lists_are_whole_and_open(client: TestClient, path: str, count: int, first: dict[str, Any]) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert len(items) == count
    assert items[0] == first


def test_exact_factors_are_written_as_fractions(client: TestClient) -> None:
    units = {unit["code"]: unit for unit in client.get(f"{API}/units").json()["items"]}
    assert units["INH"]["factor"] == "127/5000"
    assert units["TNE"]["factor"] == "1000"


def test_the_operator_enters_a_rate_and_everybody_finds_it(operator: TestClient, runtime: Runtime) -> None:
    answer = add(operator)
    assert answer.status_code == 201
    rate = answer.json()
    assert answer.headers["ETag"] == '"v1"'
    assert rate == {**RATE, "id": rate["id"], "version": 1, "origin": "operator", "withdrawn_at": None}
    buyer = as_buyer(operator, runtime)
    assert buyer.get(f"{API}/rates").json() == {"items": [rate], "next_cursor": None}
    found = buyer.get(f"{API}/rates/lookup", params={"base": "CNY", "quote": "EUR", "day": "2026-11-25"})
    assert found.json() == {
        "base": "CNY",
        "quote": "EUR",
        "value": "0.121752258504",
        "source": "ECB",
        "as_of": "2026-11-20",
    }


def test_one_key_enters_one_rate(operator: TestClient) -> None:
    first, again = add(operator), add(operator)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    other = add(operator, "second-key")
    assert (other.status_code, other.json()["code"]) == (409, "rate-already-entered")


def test_withdrawing_needs_the_version(operator: TestClient) -> None:
    rate = add(operator).json()
    url = f"{API}/rates/{rate['id']}/withdraw"
    without = operator.post(url)
    assert (without.status_code, without.json()["code"]) == (428, "version-required")
    stale = operator.post(url, headers={"If-Match": '"v9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    gone = operator.post(url, headers={"If-Match": '"v1"'})
    assert gone.status_code == 200
    assert gone.json()["withdrawn_at"] is not None
    assert gone.headers["ETag"] == '"v2"'
    assert operator.get(f"{API}/rates").json()["items"] == []
    assert len(operator.get(f"{API}/rates", params={"withdrawn": True}).json()["items"]) == 1
    again = operator.post(url, headers={"If-Match": '"v2"'})
    assert (again.status_code, again.json()["code"]) == (409, "rate-withdrawn")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"value": "0"}, 422, "invalid"),
        ({"value": 8.2}, 422, None),
        ({"value": "1e400"}, 422, None),
        ({"value": "８"}, 422, None),
        ({"value": "1.1234567890123"}, 422, None),
        ({"quote": "EUR"}, 422, "invalid"),
        ({"quote": "ABC"}, 422, "unknown-currency"),
        ({"quote": "cny"}, 422, None),
        ({"day": "2099-01-01"}, 422, "invalid"),
        ({"day": "2026-02-30"}, 422, None),
        ({"source": ""}, 422, None),
        ({"source": "\u202e"}, 422, None),
        ({"extra": 1}, 422, None),
    ],
)
def test_wrong_rates_are_refused_and_not_stored(
    operator: TestClient, more: dict[str, Any], status: int, code: str | None
) -> None:
    answer = add(operator, **more)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code
    assert operator.get(f"{API}/rates").json()["items"] == []


def test_others_enter_nothing(operator: TestClient, runtime: Runtime) -> None:
    rate = add(operator).json()
    buyer = as_buyer(operator, runtime)
    refused = add(buyer, "buyers-key", quote="USD")
    assert (refused.status_code, refused.json()["facts"]) == (403, {"permission": "rate:add"})
    url = f"{API}/rates/{rate['id']}/withdraw"
    assert buyer.post(url, headers={"If-Match": '"v1"'}).status_code == 403
    stranger = sign_out(buyer)
    assert add(stranger, "strangers-key", quote="USD").status_code == 401
    assert stranger.get(f"{API}/rates").status_code == 401


def test_pages_join(operator: TestClient) -> None:
    for day in range(10, 15):
        assert add(operator, f"key-of-day-{day}", day=f"2026-11-{day}").status_code == 201
    whole = operator.get(f"{API}/rates").json()["items"]
    assert [rate["day"] for rate in whole] == [f"2026-11-{day}" for day in range(14, 9, -1)]
    first = operator.get(f"{API}/rates", params={"limit": 3}).json()
    rest = operator.get(f"{API}/rates", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert first["items"] + rest["items"] == whole
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwiYiJd", "WyIyMDI2LTExLTIwIiwieCJd", "bnVsbA"])
def test_foreign_cursors_are_refused(operator: TestClient, cursor: str) -> None:
    answer = operator.get(f"{API}/rates", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"base": "EUR", "quote": "JPY", "day": "2026-11-20"}, 409, "rate-missing"),
        ({"base": "EUR", "quote": "ABC", "day": "2026-11-20"}, 422, "unknown-currency"),
        ({"base": "EUR", "quote": "JPY", "day": "20.11.2026"}, 422, None),
        ({"base": "EUR", "quote": "JPY"}, 422, None),
    ],
)
def test_lookups_that_find_nothing_say_why(
    client: TestClient, params: dict[str, str], status: int, code: str | None
) -> None:
    answer = client.get(f"{API}/rates/lookup", params=params)
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
