"""Public tenders on the board: found by words, class, procedure and value, kept in searches, told once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.rules.saving import require_comparable, require_sound
from b2b_market.board.states import Cadence, Subject
from b2b_market.board.tasks import alert
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.tenders import ExtendTender
from b2b_market.tendering.service import publishing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.tasks import advance_due
from tests.board.boards import entry_ids, put_up, titles, wanted
from tests.board.test_searches import heard, keep
from tests.rfq.forms import page, text_of
from tests.support import judging, selecting, visits
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import post_form, sign_in
from tests.support.rfqs import make_market
from tests.support.tenders import Hall
from tests.support.works import work_for
from tests.tendering.test_public_side import public_command

COUNT = text("SELECT count(*) FROM board_entry")
FORGET = text("UPDATE board_search SET filters = filters - 'kind' - 'classification' - 'procedure' WHERE id = :id")


class TestRules:
    def test_a_value_is_compared_in_a_currency(self) -> None:
        require_comparable(Filters(), "/currency")
        require_comparable(Filters(least_value="1", currency="CNY"), "/currency")
        with pytest.raises(Invalid) as refused:
            require_comparable(Filters(least_value="1"), "/currency")
        assert [one.pointer for one in refused.value.errors] == ["/currency"]
        kept = SaveSearch(name="Pumps", filters=Filters(least_value="1"), cadence=Cadence.NEVER)
        with pytest.raises(Invalid) as refused:
            require_sound(kept)
        assert [one.pointer for one in refused.value.errors] == ["/filters/currency"]


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime)


def announced(runtime: Runtime, hall: Hall, title: str = "Circulation pumps", **changes: Any) -> TenderContent:
    """Publish a tender that is open to all and let the board hear of it."""
    tender = made.published(runtime, hall, public_command(hall, title=title, **changes))
    judging.deliver(runtime)
    return tender


class TestListing:
    def test_a_tender_is_found_by_what_its_notice_says(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        tender = announced(runtime, hall, estimate_shown=True)
        announced(runtime, hall, "Valves for hall 4", currency=Currency("EUR"))
        put_up(runtime, make_market(runtime, suppliers=1), wanted("Pump spares"))
        sales = hall.sales[0]
        fitting: list[dict[str, Any]] = [
            {"kind": Subject.TENDER, "text": "pump", "currency": "CNY"},
            {"classification": "42122000", "currency": "CNY"},
            {"procedure": "eu-open", "place": "Shanghai", "currency": "CNY"},
            {"least_value": "1000", "currency": "CNY"},
        ]
        for found in fitting:
            assert titles(runtime, sales, **found) == ["Circulation pumps"], found
        assert "Circulation pumps" in titles(runtime, sales, "泵"), "either language finds both"
        assert set(titles(runtime, sales, kind=Subject.REQUEST)) == {"Pump spares"}
        unfit: list[dict[str, Any]] = [{"least_value": "1000.01", "currency": "CNY"}, {"procedure": "china-open"}]
        for nothing in unfit:
            assert titles(runtime, sales, **nothing) == [], nothing
        assert titles(runtime, sales, classification="42122000", least_value="1", currency="EUR") == [], "it is hidden"
        caller = caller_for(client, runtime, sales)
        (entry,) = caller.get("/board?kind=tender&least_value=999.5&currency=CNY").json()["items"]
        assert (entry["subject_id"], entry["value"], entry["procedure"]) == (str(tender.tender.id), "1000", "eu-open")
        assert (entry["sealed"], entry["line_count"], entry["classes"]) == (True, 1, ["42122000"])
        assert caller.get(f"/tenders/{entry['subject_id']}").status_code == 200
        assert caller.get("/board/count?kind=tender").json() == {"count": 2, "capped": False}
        assert caller.get("/board?least_value=5").json()["errors"][0]["pointer"] == "/currency"
        assert caller.get("/board?least_value=1e5&currency=CNY").status_code == 422

    def test_only_those_that_everybody_may_answer_now_stand_there(self, runtime: Runtime, hall: Hall) -> None:
        made.published(runtime, hall)  # for some, by a procedure whose notices are not public
        tender = announced(runtime, hall)
        assert entry_ids(runtime, hall.sales[0]) == {tender.tender.id}
        made.move(runtime, timedelta(days=12))
        advance_due(runtime)
        judging.deliver(runtime)
        assert entry_ids(runtime, hall.sales[0]) == {tender.tender.id}, "bids are received"
        made.move(runtime, timedelta(days=60))
        advance_due(runtime)
        judging.deliver(runtime)
        with work_for(runtime, hall.sales[0]) as work:
            assert work.session.execute(COUNT).scalar_one() == 0, "it is taken off, not only past its time"

    def test_with_applications_first_it_stands_there_until_they_end(self, runtime: Runtime, hall: Hall) -> None:
        command = selecting.command(hall, "eu-restricted", closes_at=datetime.now(UTC) + timedelta(days=90))
        tender = made.published(runtime, hall, command)
        judging.deliver(runtime)
        assert entry_ids(runtime, hall.sales[0]) == {tender.tender.id}
        selecting.end_applications(runtime, 60)
        judging.deliver(runtime)
        with work_for(runtime, hall.sales[0]) as work:
            assert work.session.execute(COUNT).scalar_one() == 0


class TestTelling:
    def test_a_new_tender_that_fits_is_told_once(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        sales = hall.sales[0]
        kept = keep(runtime, sales, name="Pumps", kind=Subject.TENDER, classification="42122000", text="pump")
        keep(runtime, sales, name="China", kind=Subject.TENDER, procedure="china-open")
        keep(runtime, hall.purchaser, name="Own", kind=Subject.TENDER)
        put_up(runtime, make_market(runtime, suppliers=1), wanted("Pump spares"))
        assert alert(runtime) == 0
        tender = announced(runtime, hall)
        assert (alert(runtime), alert(runtime)) == (1, 0)
        with work_for(runtime, hall.approver) as work:
            later = (tender.tender.closes_at or work.now()) + timedelta(days=1)
            extended = ExtendTender(tender.tender.id, tender.version, later, "more time")
            publishing.extend_tender(work, hall.approver, extended)
        judging.deliver(runtime)
        assert alert(runtime) == 0, "a later deadline is no new tender"
        (message,) = heard(runtime, client, sales)
        assert message["subject"] == "New on the public board: Pumps"
        assert message["body"].startswith(f"Circulation pumps · Hengli Heavy Industry · {tender.tender.number}")
        assert message["link"] == f"/board/searches/{kept.id}"

    def test_a_search_of_before_asks_for_both(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        kept = keep(runtime, hall.sales[0], text="pump")
        with work_for(runtime, hall.sales[0]) as work:
            work.session.execute(FORGET, {"id": kept.id})
        announced(runtime, hall)
        assert alert(runtime) == 1
        assert len(heard(runtime, client, hall.sales[0])) == 1


def test_the_page_shows_filters_and_keeps_tenders(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    tender = announced(runtime, hall, estimate_shown=True, lots=(replace(made.lot(), estimate=Decimal("98765.5")),))
    browser = sign_in(client, hall.sales[0])
    address = "/board?kind=tender&classification=42122000&procedure=eu-open&value=5&currency=CNY"
    shown = page(browser, address)
    assert f'href="/tenders/{tender.tender.id}"' in shown
    assert "98,765.5" in text_of(shown)
    for nonsense in ("/board?kind=x&procedure=nothing&value=a", "/board?value=5"):
        assert "Save this search" not in text_of(page(browser, nonsense)), "unknown choices are as good as none"
    fields = dict(pair.split("=") for pair in address.split("?")[1].split("&"))
    saved = post_form(browser, "/board/searches", {**fields, "name": "Pumps", "cadence": "at_once"})
    assert saved.status_code == 303, saved.text
    assert sorted(saved.headers["location"].split("?")[1].split("&")) == sorted(address.split("?")[1].split("&"))
    listed = text_of(page(browser, "/board/searches"))
    assert "CNY · Calls for tenders · 42122000" in listed
    assert "at least 5" in listed
    other = sign_in(client, make_market(runtime, suppliers=0).purchaser)
    assert f'href="/tender-board/{tender.tender.id}"' in page(other, "/board"), "who does not supply reads the notice"


def test_an_entry_of_a_country_that_is_not_known_is_shown(runtime: Runtime, hall: Hall, client: TestClient) -> None:
    announced(runtime, hall)
    with work_for(runtime, hall.purchaser) as work:
        work.act_for(Tenant(machine=True))
        assert work.session.execute(text("UPDATE board_entry SET country = '' RETURNING 1")).all()
    assert "Circulation pumps" in visits.page(client, hall.sales[0], "/board")
