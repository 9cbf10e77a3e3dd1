"""Prior notices: a draft is announced by a second person, read by everybody, followed or withdrawn, and on record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.commands.planning import ListPlans
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import planning as rules
from b2b_market.tendering.service import overview
from b2b_market.tendering.service import planning as operations
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.planning import PlanStatus
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import judging, planning
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import make_person, post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for
from tests.tendering.ocds_schemas import Schemas
from tests.tendering.test_public_side import public_command

DAY = date(2026, 11, 22)


class TestRules:
    def test_drafts_of_public_procedures_are_announced_once(self) -> None:
        for status in (TenderStatus.DRAFT, TenderStatus.PENDING_APPROVAL):
            rules.require_plannable(status, Publicity.PUBLIC, 1, stands=False)
        with pytest.raises(IllegalStep):
            rules.require_plannable(TenderStatus.ENQUIRIES, Publicity.PUBLIC, 1, stands=False)
        for notice, factor in ((Publicity.PARTICIPANTS, 1), (Publicity.PUBLIC, 60)):
            with pytest.raises(rules.PlanNotForeseen):
                rules.require_plannable(TenderStatus.DRAFT, notice, factor, stands=False)
        with pytest.raises(rules.PlanStands):
            rules.require_plannable(TenderStatus.DRAFT, Publicity.PUBLIC, 1, stands=True)

    def test_the_planned_day_is_ahead(self) -> None:
        rules.require_ahead(DAY + timedelta(days=1), DAY)
        with pytest.raises(Invalid):
            rules.require_ahead(DAY, DAY)

    def test_the_value_is_of_all_lots_or_is_not_told(self) -> None:
        assert rules.value_of([Decimal(2), Decimal(3)], shown=True) == Decimal(5)
        assert rules.value_of([Decimal(2), None], shown=False) is None
        with pytest.raises(Invalid):
            rules.value_of([Decimal(2), None], shown=True)


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime)


@pytest.fixture
def schemas(real_data: Path) -> Schemas:
    return Schemas(real_data / "ocds" / "schema")


def drafted(runtime: Runtime, hall: Hall) -> TenderContent:
    return made.draft(runtime, hall, public_command(hall, title="Circulation pumps"))


def status_of(runtime: Runtime, hall: Hall, draft: TenderContent) -> PlanStatus:
    with work_for(runtime, hall.approver) as work:
        return operations.read_plan(work, hall.approver, ReadTender(draft.tender.id)).status


class TestOperations:
    def test_somebody_else_than_the_author_announces_what_will_be_public(self, runtime: Runtime, hall: Hall) -> None:
        draft = drafted(runtime, hall)
        with pytest.raises(Forbidden):
            planning.announce(runtime, hall.purchaser, draft)
        both = make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER, Role.BUYER_PURCHASER)
        with work_for(runtime, both) as work:
            assert overview.read_overview(work, both, ReadTender(draft.tender.id)).plan is None
        own = made.draft(runtime, replace(hall, purchaser=both), public_command(hall))
        with pytest.raises(OwnWork):
            planning.announce(runtime, both, own)
        with pytest.raises(Invalid):
            planning.announce(runtime, hall.approver, draft, -1)
        with pytest.raises(rules.PlanNotForeseen):
            planning.announce(runtime, hall.approver, made.draft(runtime, hall))
        plan = planning.announce(runtime, hall.approver, draft)
        assert (plan.status, plan.value, plan.title) == (PlanStatus.PLANNED, None, "Circulation pumps")
        with pytest.raises(rules.PlanStands):
            planning.announce(runtime, hall.approver, draft)
        stranger = make_person(runtime, hall.suppliers[0], Role.BUYER_APPROVER)
        with pytest.raises(NotFound):
            planning.withdraw(runtime, stranger, plan)

    def test_the_tender_follows_it_and_the_record_begins_with_it(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        draft = drafted(runtime, hall)
        planning.announce(runtime, hall.approver, draft, value_shown=True)
        judging.deliver(runtime)
        ocid = f"ocds-b2bmkt-{draft.tender.id}"
        sign_out(client)
        before = client.get(f"/api/v1/ocds/records/{ocid}").json()
        schemas.require_record(before)
        (release,) = before["records"][0]["releases"]
        assert (release["tag"], release["tender"]["status"]) == (["planning"], "planned")
        assert release["planning"]["budget"]["amount"] == {"amount": 1000, "currency": "CNY"}
        assert client.get(f"/api/v1/tender-board/{draft.tender.id}").status_code == 404
        made.publish(runtime, hall, draft.tender.id)
        judging.deliver(runtime)
        assert status_of(runtime, hall, draft) is PlanStatus.FOLLOWED
        steps = client.get(f"/api/v1/tender-board/{draft.tender.id}/steps").json()["items"]
        assert [one["kind"] for one in steps] == ["planned", "published"]
        record = client.get(f"/api/v1/ocds/records/{ocid}").json()
        schemas.require_record(record)
        assert record["records"][0]["compiledRelease"]["tender"]["status"] == "active"
        shown = client.get(f"/tender-board/{draft.tender.id}", headers={"accept": "text/html"}).text
        assert f'href="/prior-notices/{draft.tender.id}"' in shown
        with pytest.raises(IllegalStep):
            planning.announce(runtime, hall.approver, made.read(runtime, hall.purchaser, draft.tender.id))

    def test_it_is_withdrawn_with_a_reason_or_with_its_draft(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        draft = drafted(runtime, hall)
        plan = planning.announce(runtime, hall.approver, draft)
        judging.deliver(runtime)
        gone = planning.withdraw(runtime, hall.approver, plan)
        with pytest.raises(IllegalStep):
            planning.withdraw(runtime, hall.approver, gone)
        again = planning.announce(runtime, hall.approver, draft, 60)
        assert again.id != plan.id
        judging.deliver(runtime)
        made.cancel(runtime, hall, draft.tender.id)
        judging.deliver(runtime)  # the draft is called off, so its prior notice is withdrawn,
        judging.deliver(runtime)  # and that is told
        assert status_of(runtime, hall, draft) is PlanStatus.WITHDRAWN
        with work_for(runtime, hall.sales[0]) as work:
            assert operations.list_plans(work, hall.sales[0], ListPlans()).items == []
        releases = client.get("/api/v1/ocds/releases").json()
        schemas.require_package(releases)
        tags = [one["tag"] for one in releases["releases"]]
        assert tags == [["planning"], ["planningUpdate"], ["planning"], ["planningUpdate"]]


class TestEdges:
    def test_everybody_reads_and_finds_it(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        draft = drafted(runtime, hall)
        approver = caller_for(client, runtime, hall.approver)
        body = {"planned_on": "2098-01-31", "value_shown": False}
        at = f"/tenders/{draft.tender.id}/prior-notice"
        assert approver.post(at, body).status_code == 428
        sent = approver.post(at, body, version=draft.version)
        assert (sent.status_code, sent.json()["status"]) == (201, "planned"), sent.text
        assert approver.post(at, body, version=draft.version).json()["code"] == "tender-plan-stands"
        judging.deliver(runtime)
        sign_out(client)
        for query in ("", "?q=circulation%20PUMPS", "?classification=42122000"):
            (found,) = client.get(f"/api/v1/prior-notices{query}").json()["items"]
            assert (found["tender_id"], found["value"]) == (str(draft.tender.id), None), "the estimate stays hidden"
        assert client.get("/api/v1/prior-notices?q=nothing").json()["items"] == []
        assert client.get("/api/v1/prior-notices?cursor=WyJ4IiwgIjEiXQ").status_code == 400
        for language, word in (("en", "Planned tenders"), ("zh-CN", "采购意向")):
            headers = {"accept": "text/html", "accept-language": language}
            shown = client.get("/prior-notices?q=pump", headers=headers).text
            assert (word in shown, "Circulation pumps" in shown) == (True, True)
            assert word in client.get(f"/prior-notices/{draft.tender.id}", headers=headers).text
            assert "/prior-notices" in client.get("/tender-board", headers=headers).text
        feed = client.get("/prior-notices/feed.atom")
        assert ("Circulation pumps" in feed.text, feed.headers["content-type"]) == (
            True,
            "application/atom+xml; charset=utf-8",
        )
        told = caller_for(client, runtime, hall.purchaser).get("/notifications").json()["items"]
        assert [one["subject"] for one in told if "announced" in one["subject"]] == [
            f"{draft.tender.number} is announced"
        ]
        withdrawn = approver.post(f"{at}/withdraw", {"text": "no budget"}, version=sent.json()["version"])
        assert (withdrawn.status_code, withdrawn.json()["reason"]) == (200, "no budget")

    def test_the_page_of_a_draft_announces_it_and_takes_it_back(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        draft = drafted(runtime, hall)
        at = f"/tenders/{draft.tender.id}"
        assert "Publish a prior notice" not in sign_in(client, hall.purchaser).get(at).text
        browser = sign_in(client, hall.approver)
        assert "Publish a prior notice" in browser.get(at, headers={"accept": "text/html"}).text
        for wrong in ({}, {"planned_on": "2020-01-31"}):
            assert post_form(browser, f"{at}/prior-notice", {"version": draft.version, **wrong}).status_code == 422
        fields = {"version": draft.version, "planned_on": "2098-01-31", "value_shown": "1"}
        assert post_form(browser, f"{at}/prior-notice", fields).status_code == 303
        public = browser.get(f"/prior-notices/{draft.tender.id}", headers={"accept": "text/html"}).text
        assert "1,000" in public
        with work_for(runtime, hall.approver) as work:
            version = operations.read_plan(work, hall.approver, ReadTender(draft.tender.id)).version
        assert "Withdraw the prior notice" in browser.get(at, headers={"accept": "text/html"}).text
        where = f"{at}/prior-notice/withdraw"
        assert post_form(browser, where, {"version": version, "reason_plan": ""}).status_code == 409
        assert post_form(browser, where, {"version": version, "reason_plan": "not needed"}).status_code == 303
        assert "not needed" in browser.get(f"/prior-notices/{draft.tender.id}", headers={"accept": "text/html"}).text
