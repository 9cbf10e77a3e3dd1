"""Procedures: what the built-in ones say, what a company may make of them, over the rules, the API and the pages."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.rules import procedures as rules
from b2b_market.tendering.rules.periods import Period, end_of
from b2b_market.tendering.states.procedures import PeriodUnit
from tests.support.calling import caller_for
from tests.support.people import make_company, make_person, post_form, sign_in

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def purchaser(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER)


def values_of(code: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(dict(rules.profile(code).values))
    return found | changes


LEFT_OUT = {
    "/bond/returned",
    "/complaints/applications",
    "/complaints/decided",
    "/complaints/escalation",
    "/talks/least_left",
}
"""What a part that a procedure has may leave out."""


class TestProfiles:
    @pytest.mark.parametrize("code", rules.CODES)
    def test_each_fits_the_schema_its_own_limits_and_names_its_sources(self, code: str) -> None:
        Draft202012Validator.check_schema(dict(rules.schema()))
        one = rules.profile(code)
        rules.require_sound(one.names["en"], one.values, one)
        rules.read_procedure(one.values)
        assert set(one.names) == set(one.summaries) == {"en", "zh"}
        assert all(one.source_of(path).text for path in rules.paths())
        assert all(
            rules.at(one.values, path.split("/0")[0]) is not None
            for path in (*one.sources, *rules.paths())
            if path and path.split("/")[1] not in rules.OPTIONAL - one.values.keys()
            if path not in LEFT_OUT
        )

    def test_what_nobody_has_held_against_the_law_says_so(self) -> None:
        china = rules.profile("china-open")
        assert {china.source_of(limit.path).confirmed for limit in china.limits} - {True} == {False}
        assert china.source_of("/periods/tendering").text == "Bidding Law, Article 24"

    def test_a_law_is_not_undercut_and_every_value_is_named(self) -> None:
        values = values_of("china-open", minimum_bidders=2, entry="either", bond={"most_percent": 3})
        values["periods"]["tendering"] = {"amount": 180, "unit": "hours"}
        with pytest.raises(Invalid) as refused:
            rules.require_sound("Ours", values, rules.profile("china-open"))
        assert [error.pointer for error in refused.value.errors] == [
            "/periods/tendering/amount",
            "/minimum_bidders",
            "/bond/most_percent",
            "/entry",
        ]

    def test_a_value_outside_the_schema_is_found_before_any_limit(self) -> None:
        values = values_of("private-open", tie_break="coin", colour="red")
        with pytest.raises(Invalid) as refused:
            rules.require_sound(" ", values, rules.profile("private-open"))
        assert sorted(error.pointer for error in refused.value.errors) == ["", "/name", "/tie_break"]

    def test_one_lost_key_must_not_lose_every_bid(self) -> None:
        values = values_of("private-open", sealing={"officers": 3, "threshold": 3, "reveal_hours": 24})
        with pytest.raises(Invalid) as refused:
            rules.require_sound("Ours", values, rules.profile("private-open"))
        assert [error.pointer for error in refused.value.errors] == ["/sealing/threshold"]


class TestPeriods:
    def test_working_days_leave_weekends_out(self) -> None:
        friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert end_of(friday, Period(2, PeriodUnit.WORKING_DAYS), SHANGHAI) == datetime(2026, 11, 24, 9, tzinfo=UTC)
        assert end_of(friday, Period(0, PeriodUnit.WORKING_DAYS), SHANGHAI) == friday

    def test_a_day_is_a_day_of_the_calendar_when_clocks_change(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        before = datetime(2026, 10, 24, 10, tzinfo=UTC)
        assert end_of(before, Period(1, PeriodUnit.CALENDAR_DAYS), berlin) == datetime(2026, 10, 25, 11, tzinfo=UTC)
        assert end_of(before, Period(24, PeriodUnit.HOURS), berlin) == datetime(2026, 10, 25, 10, tzinfo=UTC)

    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is given
        st.integers(0, 60),
        st.sampled_from(PeriodUnit),
        st.integers(1, 86_400),
    )
    def test_a_period_never_ends_before_it_starts_and_rehearsals_are_as_many_times_shorter(
        self, start: datetime, amount: int, unit: PeriodUnit, factor: int
    ) -> None:
        whole = end_of(start, Period(amount, unit), SHANGHAI) - start
        assert whole.total_seconds() >= 0
        assert end_of(start, Period(amount, unit), SHANGHAI, factor) - start == whole / factor
        longer = end_of(start, Period(amount + 1, unit), SHANGHAI) - start
        assert longer > whole


class TestApi:
    def test_an_own_procedure_is_composed_revised_and_retired(
        self, runtime: Runtime, purchaser: Actor, client: TestClient
    ) -> None:
        caller = caller_for(client, runtime, purchaser)
        body = {"name": "Ours", "base": "china-open", "values": values_of("china-open")}
        made = caller.post("/tender-procedures", body)
        assert made.status_code == 201, made.text
        path = made.headers["location"].removeprefix("/api/v1")
        twin = caller.post("/tender-procedures", body)
        assert (twin.status_code, twin.json()["errors"][0]["pointer"]) == (422, "/name")
        longer = values_of("china-open", minimum_bidders=5)
        revised = caller.call("PUT", path, {"name": "Ours", "values": longer}, version=1)
        assert (revised.status_code, revised.json()["edition"]) == (200, 2)
        stale = caller.call("PUT", path, {"name": "Ours", "values": longer}, version=1)
        assert (stale.status_code, caller.get(path).json()["edition"]) == (412, 2)
        assert caller.post(f"{path}/retire", version=2).json()["status"] == "retired"
        assert caller.post(f"{path}/retire", version=3).status_code == 409
        listed = caller.get("/tender-procedures").json()
        assert [one["code"] for one in listed["profiles"]] == list(rules.CODES)
        assert (listed["own"][0]["values"]["minimum_bidders"], listed["values_schema"]["type"]) == (5, "object")
        other = caller_for(client, runtime, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER))
        assert (other.get(path).status_code, other.get("/tender-procedures").json()["own"]) == (404, [])

    def test_an_unknown_profile_is_refused(self, runtime: Runtime, purchaser: Actor, client: TestClient) -> None:
        body = {"name": "Ours", "base": "martian", "values": values_of("private-open")}
        answer = caller_for(client, runtime, purchaser).post("/tender-procedures", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown-procedure")


class TestPages:
    def test_values_stand_side_by_side_with_their_sources(
        self, runtime: Runtime, purchaser: Actor, client: TestClient
    ) -> None:
        shown = sign_in(client, purchaser).get("/tender-procedures").text
        for expected in ("20 calendar days", "Bidding Law, Article 24, to be confirmed", "2 working days"):
            assert expected in shown
        chinese = make_person(runtime, purchaser.org_id, Role.BUYER_APPROVER, locale="zh-CN")
        told = sign_in(client, chinese).get("/tender-procedures").text
        assert "20 个日历日" in told
        assert "公开招标（中国）" in told
        assert 'href="/tender-procedures/new' not in told

    def test_one_is_composed_on_the_page_and_what_the_law_refuses_stands_at_its_field(
        self, purchaser: Actor, client: TestClient
    ) -> None:
        sign_in(client, purchaser)
        fields = {"name": "Ours", "base": "china-open", "idempotency_key": "a" * 32}
        for path in sorted(set(rules.paths()) - {"/calendar"}):
            value, field = rules.at(rules.profile("china-open").values, path), path.strip("/").replace("/", "-")
            fields |= (
                {}
                if value is None
                else (
                    {f"{field}-{key}": one for key, one in value.items()} if isinstance(value, dict) else {field: value}
                )
            )
        wrong = post_form(client, "/tender-procedures/new", {**fields, "minimum_bidders": "2"})
        assert wrong.status_code == 422
        assert "Bidding Law, Article 28 asks for at least 3 here, not 2." in wrong.text
        days = {
            "calendar-name": "Ours",
            "calendar-version": "2027",
            "calendar-days": "2027-05-01..2027-05-03 May\r\n+2027-05-08",
        }
        slip = {**fields, **days, "calendar-days": "May Day", "idempotency_key": "c" * 32}
        refused = post_form(client, "/tender-procedures/new", slip)
        assert (refused.status_code, "not: May Day" in refused.text) == (422, True)
        done = post_form(client, "/tender-procedures/new", {**fields, **days, "idempotency_key": "b" * 32})
        assert (done.status_code, done.headers["location"]) == (303, "/tender-procedures")
        listed = client.get("/tender-procedures").text
        assert "Kept as a procedure of your company." in listed
        assert ("Ours (2027)" in listed, "中国 2026 / China 2026 (2025-11-04)" in listed) == (True, True)
        edit = listed.split('/edit"')[0].rpartition('href="')[2]
        assert "2027-05-02\n2027-05-03\n+2027-05-08" in client.get(f"{edit}/edit").text
