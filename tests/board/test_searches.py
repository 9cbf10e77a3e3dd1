"""Searches that people keep, and what they tell."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from b2b_market.board.commands import ChangeSearch, DropSearch, Filters, ReadSearch, SaveSearch
from b2b_market.board.models import BoardSearch
from b2b_market.board.rules.saving import MOST_SEARCHES, TooManySearches, next_due
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.board.tasks import alert
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Invalid, NotFound, StaleVersion
from b2b_market.rbac.actor import Actor
from b2b_market.ui.language import Language
from tests.board.boards import put_up, wanted
from tests.rfq.forms import page, text_of
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.people import join, make_person, post_form, sign_in, speak
from tests.support.rfqs import Market, close, make_market
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


def keep(
    runtime: Runtime, person: Actor, cadence: Cadence = Cadence.AT_ONCE, name: str = "Bearings", **filters: object
) -> BoardSearch:
    with work_for(runtime, person) as work:
        asked = Filters(**(filters or {"text": "bearing"}))  # type: ignore[arg-type]  # fields of Filters
        kept = saving.save_search(work, person, SaveSearch(name=name, filters=asked, cadence=cadence))
        # the transactions of a test all begin at the same moment: what is listed after this must be later
        before = {"created_at": kept.created_at - timedelta(seconds=1), "told_at": kept.told_at - timedelta(seconds=1)}
        work.session.execute(update(BoardSearch).where(BoardSearch.id == kept.id).values(before))
    return kept


def heard(runtime: Runtime, client: TestClient, person: Actor) -> list[dict[str, str]]:
    drain_outbox(runtime)
    found = caller_for(client, runtime, person).get("/notifications").json()["items"]
    return [item for item in found if item["object_type"] == "board_search"]


class TestSaving:
    def test_a_person_keeps_changes_and_drops_the_own_searches(self, runtime: Runtime, market: Market) -> None:
        sales = market.sales[0]
        kept = keep(runtime, sales)
        with work_for(runtime, sales) as work:
            content = SaveSearch(name="Pumps", filters=Filters(text="pump"), cadence=Cadence.DAILY)
            command = ChangeSearch(search_id=kept.id, expected_version=kept.version, content=content)
            changed = saving.change_search(work, sales, command)
        assert (changed.name, changed.cadence, saving.filters_of(changed).text) == ("Pumps", Cadence.DAILY, "pump")
        with pytest.raises(StaleVersion), work_for(runtime, sales) as work:
            saving.drop_search(work, sales, DropSearch(kept.id, changed.version - 1))
        with work_for(runtime, sales) as work:
            saving.drop_search(work, sales, DropSearch(kept.id, changed.version))
        with work_for(runtime, sales) as work:
            assert list(saving.list_searches(work, sales, None)) == []

    def test_colleagues_and_other_companies_of_the_person_do_not_see_them(
        self, runtime: Runtime, market: Market
    ) -> None:
        kept = keep(runtime, market.sales[0])
        colleague = make_person(runtime, market.suppliers[0], Role.SUPPLIER_SALES)
        elsewhere = join(runtime, market.sales[0], market.suppliers[1], Role.SUPPLIER_SALES)
        for other in (colleague, elsewhere, market.purchaser):
            with pytest.raises(NotFound), work_for(runtime, other) as work:
                saving.read_search(work, other, ReadSearch(kept.id))

    def test_a_search_has_a_name_and_there_is_an_end_to_them(self, runtime: Runtime, market: Market) -> None:
        with pytest.raises(Invalid):
            keep(runtime, market.sales[0], name=" ")
        for number in range(MOST_SEARCHES):
            keep(runtime, market.sales[0], name=f"Search {number}")
        with pytest.raises(TooManySearches):
            keep(runtime, market.sales[0])

    def test_without_a_role_nothing_is_kept(self, runtime: Runtime, market: Market) -> None:
        nobody = make_person(runtime, market.buyer_id)
        with pytest.raises(Forbidden):
            keep(runtime, nobody)


class TestTelling:
    def test_what_fits_is_told_once(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        put_up(runtime, market, wanted("Old bearings"))
        with runtime.database.session() as session:
            session.execute(text("UPDATE board_entry SET listed_at = listed_at - interval '1 hour'"))
            session.commit()
        assert alert(runtime) == 0
        kept = keep(runtime, market.sales[0])
        put_up(runtime, market, wanted("检修备件", ["深沟球轴承"]), wanted("Paper"), wanted("Bearings for hall 4"))
        assert (alert(runtime), alert(runtime)) == (1, 0)
        (message,) = heard(runtime, client, market.sales[0])
        assert message["subject"] == "New on the public board: Bearings"
        lines = message["body"].split("\n\n")[0].splitlines()
        assert [line.split(" · ")[0] for line in lines] == ["Bearings for hall 4", "检修备件"]
        assert message["link"] == f"/board/searches/{kept.id}"
        put_up(runtime, market, wanted("More bearings"))
        assert alert(runtime) == 1
        assert len(heard(runtime, client, market.sales[0])) == 2

    def test_it_is_written_in_the_readers_language(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        speak(runtime, market.sales[0], Language.ZH)
        keep(runtime, market.sales[0], name="轴承")
        put_up(runtime, market, wanted("检修备件", ["轴承"]))
        with runtime.database.session() as session:
            session.execute(text("UPDATE board_entry SET buyer_name_zh = '恒力', buyer_name_en = 'Hengli'"))
            session.commit()
        assert alert(runtime) == 1
        (message,) = heard(runtime, client, market.sales[0])
        assert message["subject"] == "公开看板有新内容：轴承"
        assert "检修备件 · 恒力 · " in message["body"]
        speak(runtime, market.sales[0], Language.EN)
        (message,) = heard(runtime, client, market.sales[0])
        assert "检修备件 · Hengli · " in message["body"], "and in another once the reader reads that"

    def test_filters_count_and_the_own_companys_requests_do_not(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        keep(runtime, market.sales[0], country="DE")
        keep(runtime, market.sales[0], currency="EUR")
        keep(runtime, market.sales[0], text="bearing", place="Hamburg")
        keep(runtime, market.purchaser, text="bearing")
        put_up(runtime, market, wanted("Bearings", place="Shanghai"))
        assert alert(runtime) == 0
        put_up(runtime, market, wanted("Bearings", place="Hamburg"))
        assert alert(runtime) == 1
        assert len(heard(runtime, client, market.sales[0])) == 1

    def test_daily_ones_wait_for_the_morning(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        keep(runtime, market.sales[0], Cadence.DAILY)
        put_up(runtime, market, wanted("Bearings", hours=90), wanted("Ball bearings", hours=90))
        assert alert(runtime) == 0
        runtime.shift = timedelta(hours=25)
        assert (alert(runtime), alert(runtime)) == (1, 0)
        (message,) = heard(runtime, client, market.sales[0])
        assert "Bearings" in message["body"]
        assert "Ball bearings" in message["body"]

    def test_a_silent_one_says_nothing_and_speaks_of_what_comes_after(
        self, runtime: Runtime, client: TestClient, market: Market
    ) -> None:
        kept = keep(runtime, market.sales[0], Cadence.NEVER)
        put_up(runtime, market, wanted("Bearings"))
        runtime.shift = timedelta(hours=25)
        assert alert(runtime) == 0
        assert kept.next_due_at is None
        assert heard(runtime, client, market.sales[0]) == []

    def test_who_may_not_read_the_board_any_more_is_told_nothing(self, runtime: Runtime, market: Market) -> None:
        keep(runtime, market.sales[0])
        with runtime.database.session() as session:
            session.execute(text("DELETE FROM rbac_grant WHERE user_id = :id"), {"id": market.sales[0].user_id})
            session.commit()
        put_up(runtime, market, wanted("Bearings"))
        assert alert(runtime) == 0

    def test_more_than_a_message_holds_is_said(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        keep(runtime, market.sales[0])
        put_up(runtime, market, *[wanted(f"Bearings {number}") for number in range(22)])
        assert alert(runtime) == 1
        (message,) = heard(runtime, client, market.sales[0])
        named = message["body"].split("\n\n")[0].splitlines()
        assert (len(named), named[-1]) == (21, "…")

    def test_what_leaves_the_board_leaves_no_trace_of_having_been_told(self, runtime: Runtime, market: Market) -> None:
        keep(runtime, market.sales[0])
        (content,) = put_up(runtime, market, wanted("Bearings"))
        assert alert(runtime) == 1
        close(runtime, market, content.rfq.id)
        drain_outbox(runtime)
        with work_for(runtime, market.sales[0]) as work:
            assert work.session.execute(text("SELECT count(*) FROM board_told")).scalar_one() == 0


class TestTime:
    @given(
        st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds without zone, as Hypothesis wants them
        st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    )
    def test_the_next_morning_is_ahead_and_at_most_a_day_and_an_hour_away(self, now: datetime, zone: str) -> None:
        due = next_due(Cadence.DAILY, now, ZoneInfo(zone))
        assert due is not None
        assert timedelta(0) < due.astimezone(UTC) - now <= timedelta(hours=25)
        assert due.astimezone(ZoneInfo(zone)).hour == 8

    def test_only_daily_ones_have_a_time(self) -> None:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        assert {cadence: next_due(cadence, now, ZoneInfo("UTC")) is None for cadence in Cadence} == {
            Cadence.AT_ONCE: True,
            Cadence.DAILY: False,
            Cadence.NEVER: True,
        }


class TestEdges:
    def test_over_the_api(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        sales = caller_for(client, runtime, market.sales[0])
        body = {
            "name": "Bearings",
            "filters": {"text": "bearing", "category": "power-transmission"},
            "cadence": "daily",
        }
        made = sales.post("/board/searches", body)
        assert made.status_code == 201
        path = f"/board/searches/{made.json()['id']}"
        assert sales.get(path).json()["filters"]["category"] == "power-transmission"
        changed = sales.call("PUT", path, {**body, "cadence": "never"}, version=made.json()["version"])
        assert changed.json()["cadence"] == "never"
        assert sales.call("PUT", path, body, version=1 + changed.json()["version"]).status_code == 412
        assert sales.call("DELETE", path, version=changed.json()["version"]).status_code == 204
        assert sales.get("/board/searches").json() == {"items": []}

    def test_over_the_pages(self, runtime: Runtime, client: TestClient, market: Market) -> None:
        browser = sign_in(client, market.sales[0])
        assert "Save this search" in text_of(page(browser, "/board?q=bearing&country=CN"))
        assert "Save this search" not in text_of(page(browser, "/board"))
        saved = post_form(
            browser, "/board/searches", {"q": "bearing", "country": "CN", "name": "My bearings", "cadence": "at_once"}
        )
        assert saved.headers["location"] == "/board?q=bearing&country=CN"
        shown = text_of(page(browser, "/board/searches"))
        assert "My bearings" in shown
        assert "“bearing” · China" in shown
        with work_for(runtime, market.sales[0]) as work:
            (kept,) = saving.list_searches(work, market.sales[0], None)
        led = browser.get(f"/board/searches/{kept.id}", headers={"accept": "text/html"})
        assert led.headers["location"] == "/board?q=bearing&country=CN&order=newest"
        path = f"/board/searches/{kept.id}"
        assert post_form(browser, path, {"cadence": "never", "version": "1"}).status_code == 303
        assert post_form(browser, path, {"cadence": "daily", "version": "1"}).status_code == 409
        assert post_form(browser, f"{path}/delete", {"version": "2"}).status_code == 303
        assert "No saved search yet" in text_of(page(browser, "/board/searches"))

    def test_a_search_without_a_name_is_told_so(self, client: TestClient, market: Market) -> None:
        browser = sign_in(client, market.sales[0])
        refused = post_form(browser, "/board/searches", {"q": "bearing", "name": "", "cadence": "daily"})
        assert refused.status_code == 422
        assert "No saved search yet" in text_of(page(browser, "/board/searches"))
