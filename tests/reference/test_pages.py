import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.reference import demo
from tests.support.figures import shows
from tests.support.people import make_company, make_person, post_form, sign_in, sign_out

PATH = "/reference/rates"
FORM = {"base": "EUR", "quote": "CNY", "value": "8.2134", "day": "2026-11-20", "source": "ECB"}


@pytest.fixture
def operator(client: TestClient, runtime: Runtime) -> TestClient:
    platform = make_company(runtime, "The platform", (), platform=True)
    return sign_in(client, make_person(runtime, platform, Role.PLATFORM_OPERATOR))


def test_the_operator_enters_and_withdraws_a_rate(operator: TestClient) -> None:
    empty = operator.get(PATH)
    assert empty.status_code == 200
    assert "No rate is stored" in empty.text
    stored = post_form(operator, PATH, FORM)
    assert (stored.status_code, stored.headers["location"]) == (303, PATH)
    page = operator.get(PATH)
    assert "The rate EUR/CNY of 2026-11-20 is stored." in page.text
    assert shows(page.text, "8.2134")
    rate_id = operator.get("/api/v1/reference/rates").json()["items"][0]["id"]
    gone = post_form(operator, f"{PATH}/{rate_id}/withdraw", {"version": "1"})
    assert gone.status_code == 303
    assert not shows(operator.get(PATH).text, "8.2134")


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"value": ""}, 422, "Fill this in."),
        ({"value": "eight"}, 422, "Write a number such as"),
        ({"base": "ABC"}, 422, "Choose one of the list."),
        ({"quote": "EUR"}, 409, "Choose two different currencies."),
        ({"day": "2099-01-01"}, 409, "Use today or an earlier day."),
    ],
)
def test_a_wrong_form_comes_back_with_its_values_and_stores_nothing(
    operator: TestClient, change: dict[str, str], status: int, says: str
) -> None:
    answer = post_form(operator, PATH, {**FORM, **change})
    assert answer.status_code == status
    assert says in answer.text
    assert 'value="ECB"' in answer.text
    assert operator.get("/api/v1/reference/rates").json()["items"] == []


def test_a_second_rate_of_the_day_is_refused_in_the_form(operator: TestClient) -> None:
    post_form(operator, PATH, FORM)
    answer = post_form(operator, PATH, {**FORM, "value": "9"})
    assert answer.status_code == 409
    assert "1 EUR = 8.2134 CNY is stored" in answer.text


def test_withdrawing_without_the_version_changes_nothing(operator: TestClient) -> None:
    post_form(operator, PATH, FORM)
    rate_id = operator.get("/api/v1/reference/rates").json()["items"][0]["id"]
    assert post_form(operator, f"{PATH}/{rate_id}/withdraw", {}).status_code == 428
    assert len(operator.get("/api/v1/reference/rates").json()["items"]) == 1


def test_filters_and_demonstration_marks(operator: TestClient, runtime: Runtime) -> None:
    demo.seed_rates(runtime)
    whole = operator.get(PATH).text
    assert whole.count("Demonstration</span>") == 13
    some = operator.get(PATH, params={"quote": "JPY"}).text
    assert some.count("Demonstration</span>") == 1
    assert operator.get(PATH, params={"quote": "xxx"}).text.count("Demonstration</span>") == 13


def test_readers_see_rates_but_no_form(operator: TestClient, runtime: Runtime) -> None:
    post_form(operator, PATH, FORM)
    buyer = sign_in(operator, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER, locale="zh-CN"))
    page = buyer.get(PATH)
    assert page.status_code == 200
    assert "汇率" in page.text
    assert "录入汇率" not in page.text
    assert f'method="post" action="{PATH}' not in page.text
    refused = post_form(buyer, PATH, {**FORM, "quote": "USD"})
    assert refused.status_code == 403
    assert len(buyer.get("/api/v1/reference/rates").json()["items"]) == 1


def test_strangers_are_sent_to_sign_in(client: TestClient) -> None:
    answer = sign_out(client).get(PATH, headers={"accept": "text/html"})
    assert answer.status_code in (303, 401)


def test_a_foreign_form_is_refused(operator: TestClient) -> None:
    answer = operator.post(PATH, data=FORM, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert operator.get("/api/v1/reference/rates").json()["items"] == []
