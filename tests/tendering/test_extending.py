"""More time to apply: by the rules of a later deadline, told to everybody concerned, under a new edition."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import IllegalStep, NotFound, StaleVersion
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.selecting import ExtendApplications
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort, TenderReasonMissing
from b2b_market.tendering.rules.qualifying import ApplicationTooLate
from b2b_market.tendering.service import postponing
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import judging, selecting
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for
from tests.tendering.ocds_schemas import Schemas

WHY = "The annex came late"


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def extend(runtime: Runtime, person: Actor, before: Tender, days: float, reason: str = WHY) -> Tender:
    assert before.applications_end_at is not None
    ends_at = before.applications_end_at + timedelta(days=days)
    with work_for(runtime, person) as work:
        command = ExtendApplications(before.id, before.version, ends_at, reason)
        return postponing.extend_applications(work, person, command)


def subjects(client: TestClient, runtime: Runtime, person: Actor) -> list[str]:
    return [one["subject"] for one in caller_for(client, runtime, person).get("/notifications").json()["items"]]


class TestExtending:
    def test_applications_are_received_longer_and_the_deadline_follows(self, runtime: Runtime, hall: Hall) -> None:
        before = made.published(runtime, hall, selecting.command(hall)).tender
        assert before.applications_end_at is not None
        assert before.closes_at is not None
        selecting.apply(runtime, hall, before.id, 0)
        extend(runtime, hall.approver, before, 5)
        after = made.read(runtime, hall.purchaser, before.id).tender
        assert after.applications_end_at == after.next_due_at == before.applications_end_at + timedelta(days=5)
        assert (after.edition, after.binding_edition, after.reason) == (2, 1, WHY)
        assert after.closes_at == before.closes_at
        assert after.document is not None
        assert after.document["amendments"][0]["reason"] == WHY
        extend(runtime, hall.approver, after, 20)
        moved = made.read(runtime, hall.purchaser, before.id).tender
        assert moved.closes_at is not None
        assert moved.applications_end_at is not None
        assert moved.closes_at > moved.applications_end_at == before.applications_end_at + timedelta(days=25)
        selecting.end_applications(runtime, 8)
        assert made.read(runtime, hall.purchaser, before.id).tender.status is TenderStatus.APPLICATIONS
        selecting.apply(runtime, hall, before.id, 1)
        selecting.end_applications(runtime, 25)
        assert len(selecting.received(runtime, hall.evaluator, before.id)) == 2

    def test_a_dialogue_has_no_deadline_but_this_one(self, runtime: Runtime, hall: Hall) -> None:
        wanted = selecting.command(hall, "private-two-stage", closes_at=None)
        before = made.published(runtime, hall, wanted).tender
        after = extend(runtime, hall.approver, before, 5)
        assert after.closes_at == after.applications_end_at != before.closes_at

    def test_it_is_refused_too_short_without_reason_or_too_late(self, runtime: Runtime, hall: Hall) -> None:
        before = made.published(runtime, hall, selecting.command(hall)).tender
        other = made.make_hall(runtime, 1)
        for person, days, reason, refusal in (
            (hall.approver, 0, WHY, TenderPeriodTooShort),
            (hall.approver, -1, WHY, TenderPeriodTooShort),
            (hall.approver, 5, " ", TenderReasonMissing),
            (other.approver, 5, WHY, NotFound),
        ):
            with pytest.raises(refusal):
                extend(runtime, person, before, days, reason)
        extend(runtime, hall.approver, before, 5)
        with pytest.raises(StaleVersion):
            extend(runtime, hall.approver, before, 6)
        now = made.read(runtime, hall.purchaser, before.id).tender
        made.move(runtime, timedelta(days=13))
        with pytest.raises(IllegalStep):
            extend(runtime, hall.approver, now, 30)
        with pytest.raises(ApplicationTooLate):
            selecting.apply(runtime, hall, before.id, 0)
        advance_due(runtime)
        ended = made.read(runtime, hall.purchaser, before.id).tender
        assert (ended.status, ended.edition) == (TenderStatus.UNSUCCESSFUL, 2)
        with pytest.raises(IllegalStep):
            extend(runtime, hall.approver, ended, 30)


class TestTelling:
    def test_everybody_invited_and_everybody_who_applied_is_told(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        wanted = selecting.command(hall, entry=Entry.PUBLIC)
        tender = made.published(runtime, hall, wanted).tender
        selecting.apply(runtime, hall, tender.id, 0)
        extend(runtime, hall.approver, tender, 5)
        invited = selecting.command(hall, entry=Entry.INVITED, supplier_ids=hall.suppliers[1:2])
        made.cancel(runtime, hall, made.published(runtime, hall, invited).tender.id)
        judging.deliver(runtime)
        first, second, third = (subjects(client, runtime, person) for person in hall.sales)
        assert sum("there is more time to apply" in one for one in first) == 1
        assert not any("there is more time to apply" in one for one in (*second, *third))
        assert sum("ended without an award" in one for one in second) == 1
        assert not any("ended without an award" in one for one in (*first, *third))

    def test_bidders_of_an_open_tender_hear_of_its_opening_though_nobody_invited_them(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        wanted = made.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), criteria=judging.PRICE_ALONE)
        judging.opened(runtime, hall, [{0: judging.content("5")}], wanted)
        judging.deliver(runtime)
        assert any("the bids were opened" in one for one in subjects(client, runtime, hall.sales[0]))
        assert not any("the bids were opened" in one for one in subjects(client, runtime, hall.sales[1]))

    def test_a_public_notice_has_another_edition_and_release(
        self, runtime: Runtime, client: TestClient, hall: Hall, real_data: Path
    ) -> None:
        wanted = selecting.command(hall, "eu-restricted", closes_at=datetime.now(UTC) + timedelta(days=90))
        tender = made.published(runtime, hall, wanted).tender
        after = extend(runtime, hall.approver, tender, 40)
        judging.deliver(runtime)
        package = client.get(f"/api/v1/tender-board/{tender.id}/release").json()
        Schemas(real_data / "ocds" / "schema").require_package(package)
        amended = package["releases"][1]
        assert (amended["tag"], amended["tender"]["amendments"][0]["rationale"]) == (["tenderAmendment"], WHY)
        assert after.applications_end_at is not None
        said = after.applications_end_at.isoformat().replace("+00:00", "Z")
        assert amended["tender"]["milestones"][0]["dueDate"] == said
        assert WHY in client.get(f"/tender-board/{tender.id}/feed.atom").text


class TestEdges:
    def test_the_page_and_the_api_give_more_time(self, runtime: Runtime, client: TestClient, hall: Hall) -> None:
        tender = made.published(runtime, hall, selecting.command(hall)).tender
        path = f"/tenders/{tender.id}"
        approver = caller_for(client, runtime, hall.approver)
        ends_at = datetime.now(UTC) + timedelta(days=12)
        body = {"ends_at": ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "reason": WHY}
        refused = approver.post(f"{path}/applications/extend", {**body, "reason": ""}, version=tender.version)
        assert refused.json()["type"].endswith("tender-reason-missing"), refused.text
        given = approver.post(f"{path}/applications/extend", body, version=tender.version)
        assert given.status_code == 200, given.text
        sales = caller_for(client, runtime, hall.sales[0])
        assert sales.post(f"{path}/applications/extend", body, version=2).status_code == 403
        self.by_page(client, hall, tender.id, given.json()["version"])
        assert made.read(runtime, hall.purchaser, tender.id).tender.edition == 3

    def by_page(self, client: TestClient, hall: Hall, tender_id: UUID, version: int) -> None:
        at = f"/tenders/{tender_id}/applications"
        sign_in(client, hall.purchaser)
        assert "Give more time" not in client.get(at).text
        sign_out(client)
        sign_in(client, hall.approver)
        assert "Give more time to apply" in client.get(at).text
        later = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
        form = {"version": version, "ends_at": later, "reason_longer": WHY}
        assert post_form(client, f"{at}/extension", {**form, "reason_longer": ""}).status_code == 409
        assert post_form(client, f"{at}/extension", form).status_code == 303
        assert "gave more time to apply" in client.get(f"/tenders/{tender_id}").text
