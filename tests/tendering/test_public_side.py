"""The public side: the board, editions, steps with their releases, records, and what is not told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering import public
from b2b_market.tendering.commands.evaluation import StepAward
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.tenders import (
    AnswerEnquiry,
    AskAboutTender,
    CancelLot,
    DraftTender,
    ExtendTender,
    ReasonedTender,
)
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import asking, conducting, procedures, publishing, revoking
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.tasks import advance_due, conclude_over
from tests.support import envelopes, judging
from tests.support import tenders as made
from tests.support.people import sign_out
from tests.support.tenders import CNY, Hall
from tests.support.works import work_for
from tests.tendering.ocds_schemas import Schemas

PLANTED = ("83517.29", "71234.56")


@pytest.fixture
def schemas(real_data: Path) -> Schemas:
    return Schemas(real_data / "ocds" / "schema")


def public_command(hall: Hall, procedure: str = "eu-open", **changes: Any) -> DraftTender:
    """Return a tender of a public procedure by price alone, whose officers open for suppliers known beforehand."""
    now = datetime.now(UTC)
    command = made.tender_command(
        hall, entry=Entry.PUBLIC, supplier_ids=(), procedure=procedure, criteria=judging.PRICE_ALONE
    )
    asked, ends = now + timedelta(days=11), now + timedelta(days=50)
    return replace(command, enquiry_ends_at=asked, closes_at=ends, **changes)


def open_procedure(runtime: Runtime, hall: Hall) -> str:
    """Compose a procedure from the EU's that reads opened bids out in public, as the Chinese one does."""
    return own_procedure(runtime, hall, opened_bids="public")


def own_procedure(runtime: Runtime, hall: Hall, **changes: str) -> str:
    """Compose a procedure from the EU's with other values, and return its id."""
    values = {**profile("eu-open").values, **changes}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name=f"Ours {new_id()}", base="eu-open", values=values)
        return str(procedures.compose_procedure(work, hall.purchaser, command).id)


def told(client: TestClient, tender: TenderContent) -> list[dict[str, Any]]:
    """Return the steps that a stranger reads."""
    sign_out(client)
    found = client.get(f"/api/v1/tender-board/{tender.tender.id}/steps")
    assert found.status_code == 200, found.text
    steps: list[dict[str, Any]] = found.json()["items"]
    return steps


def everything_public(client: TestClient, tender: TenderContent) -> str:
    """Return all that a stranger reads of a tender, anywhere."""
    sign_out(client)
    at = f"/tender-board/{tender.tender.id}"
    ocid = f"ocds-b2bmkt-{tender.tender.id}"
    pages = ("/tender-board", at, f"{at}/opening", f"{at}/results")
    api = ("/tender-board", at, f"{at}/steps", f"{at}/release", "/ocds/releases", f"/ocds/records/{ocid}")
    answers = [client.get(path) for path in (*pages, *(f"/api/v1{path}" for path in api))]
    assert {answer.status_code for answer in answers} == {200}
    return "\n".join(answer.text for answer in answers)


def judged_to_award(runtime: Runtime, hall: Hall, tender: TenderContent) -> TenderAward:
    """Award the one lot to the best bid."""
    found = judging.begin(runtime, hall, made.read(runtime, hall.purchaser, tender.tender.id))
    award = judging.propose(runtime, hall.evaluator, judging.turn(found.lots[0]))
    return judging.approve(runtime, hall.approver, award)


def bids_sealed(runtime: Runtime, hall: Hall, command: DraftTender) -> TenderContent:
    """Publish a public tender, receive two sealed bids, and let nobody open them."""
    tender = made.published(runtime, hall, command)
    made.move(runtime, timedelta(days=12))
    advance_due(runtime)
    for place, price in enumerate(PLANTED):
        made.bid(runtime, hall, tender, place, price=price)
    return made.read(runtime, hall.purchaser, tender.tender.id)


def opened(runtime: Runtime, hall: Hall, tender: TenderContent) -> None:
    """Let the deadline pass and the officers open."""
    made.move(runtime, timedelta(days=60))
    advance_due(runtime)
    made.open_bids(runtime, hall, tender.tender.id)


class TestSteps:
    def test_a_public_tender_is_told_step_by_step_and_its_record_is_what_they_come_to(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        tender = bids_sealed(runtime, hall, public_command(hall, open_procedure(runtime, hall)))
        with work_for(runtime, hall.approver) as work:
            later = (tender.tender.closes_at or work.now()) + timedelta(days=1)
            command = ExtendTender(tender.tender.id, tender.version, later, "more time for samples")
            publishing.extend_tender(work, hall.approver, command)
        judging.deliver(runtime)
        before = everything_public(client, tender)
        assert not [word for word in (*PLANTED, "Bidder 1", "Bidder 2") if word in before]
        assert [step["step"] for step in told(client, tender)] == ["edition-1", "edition-2"]
        opened(runtime, hall, tender)
        award = judged_to_award(runtime, hall, tender)
        made.move(runtime, timedelta(days=11))
        assert conclude_over(runtime) == 1
        judging.deliver(runtime)
        judging.deliver(runtime)  # a second delivery tells nothing twice
        steps = told(client, tender)
        assert [step["kind"] for step in steps] == ["published", "amended", "opened", "awarded", "concluded"]
        assert [(one["bidder"], one["amount"]) for one in steps[2]["facts"]["bids"]] == [
            ("Bidder 1", "83517.29"),
            ("Bidder 2", "71234.56"),
        ]
        reasons = steps[3]["facts"]
        assert (reasons["winner"], reasons["amount"], reasons["place"]) == ("Bidder 2", "71234.56", 1)
        assert [one["bidder"] for one in reasons["candidates"]] == ["Bidder 2", "Bidder 1"]
        package = client.get(f"/api/v1/tender-board/{tender.tender.id}/release").json()
        schemas.require_package(package)
        record = client.get(f"/api/v1/ocds/records/ocds-b2bmkt-{tender.tender.id}")
        schemas.require_record(record.json())
        assert "71234.56" in record.text
        compiled = record.json()["records"][0]["compiledRelease"]
        assert compiled["tender"]["status"] == "complete"
        assert [one["rationale"] for one in compiled["tender"]["amendments"]] == ["more time for samples"]
        assert [(one["id"], one["status"]) for one in compiled["awards"]] == [(str(award.id), "active")]
        assert [one["status"] for one in compiled["bids"]["details"]] == ["valid", "valid"]
        roles = {one["name"]: one["roles"] for one in compiled["parties"]}
        assert roles["Bidder 2"] == ["tenderer", "supplier"]
        assert roles["Bidder 1"] == ["tenderer"]

    def test_opened_bids_that_are_for_participants_are_told_to_nobody_else(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        tender = bids_sealed(runtime, hall, public_command(hall))
        opened(runtime, hall, tender)
        judging.deliver(runtime)
        found = everything_public(client, tender)
        assert not [word for word in (*PLANTED, "Bidder 1", "Bidder 2") if word in found]
        judged_to_award(runtime, hall, tender)
        judging.deliver(runtime)
        found = everything_public(client, tender)
        assert "71234.56" in found  # the award is public there
        assert not [word for word in (PLANTED[0], "Bidder 1") if word in found]
        schemas.require_package(client.get(f"/api/v1/tender-board/{tender.tender.id}/release").json())

    def test_awards_that_are_for_participants_are_told_to_nobody_else(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        named = own_procedure(runtime, hall, results="participants")
        tender = bids_sealed(runtime, hall, public_command(hall, named))
        opened(runtime, hall, tender)
        judged_to_award(runtime, hall, tender)
        made.move(runtime, timedelta(days=11))
        conclude_over(runtime)
        judging.deliver(runtime)
        found = everything_public(client, tender)
        assert not [word for word in (*PLANTED, "Bidder 1", "Bidder 2") if word in found]
        assert [step["kind"] for step in told(client, tender)] == ["published", "opened", "concluded"]

    def test_what_is_called_off_taken_back_answered_and_contracted_is_told(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        tender = made.published(runtime, hall, public_command(hall, lots=(made.lot(1), made.lot(2))))
        with work_for(runtime, hall.sales[0]) as work:
            asked = asking.ask_about_tender(work, hall.sales[0], AskAboutTender(tender.tender.id, "Which flange?"))
        with work_for(runtime, hall.purchaser) as work:
            answer = AnswerEnquiry(asked.id, 1, "DN 80")
            asking.answer_enquiry(work, hall.purchaser, answer)
        tender = made.read(runtime, hall.purchaser, tender.tender.id)
        with work_for(runtime, hall.approver) as work:
            off = CancelLot(tender.lots[1].id, tender.version, "not needed any more")
            conducting.cancel_lot(work, hall.approver, off)
        made.move(runtime, timedelta(days=12))
        advance_due(runtime)
        for place, price in enumerate(PLANTED):
            made.bid(runtime, hall, tender, place, price=price)
        opened(runtime, hall, tender)
        award = judged_to_award(runtime, hall, tender)
        relay = system_actor("test", hall.buyer_id, award.supplier_id)
        contract = public.TellContract(
            tender_id=tender.tender.id,
            contract_id=award.id,
            award_id=award.id,
            supplier_id=award.supplier_id,
            number="C-2026-000001",
            title="Pumps",
            edition=1,
            first=True,
            total=Money(Decimal("71234.56"), CNY),
        )
        void = public.VoidContract(
            tender_id=tender.tender.id, contract_id=award.id, award_id=award.id, reason="typed wrongly"
        )
        judging.deliver(runtime)
        with work_for(runtime, relay) as work:
            public.tell_contract(work, relay, contract)
            public.tell_contract_voided(work, relay, void)
        with work_for(runtime, hall.approver) as work:
            revoking.cancel_award(work, hall.approver, StepAward(award.id, award.version, "a bid was overlooked"))
        version = made.read(runtime, hall.purchaser, tender.tender.id).version
        with work_for(runtime, hall.approver) as work:
            conducting.cancel_tender(
                work, hall.approver, ReasonedTender(tender.tender.id, version, "the budget is gone")
            )
        judging.deliver(runtime)
        steps = told(client, tender)
        assert [step["kind"] for step in steps] == [
            "published",
            "answered",
            "lot_cancelled",
            "opened",
            "awarded",
            "contracted",
            "contract_voided",
            "award_cancelled",
            "cancelled",
        ]
        assert steps[1]["facts"] == {"question": "Which flange?", "answer": "DN 80"}
        schemas.require_package(client.get(f"/api/v1/tender-board/{tender.tender.id}/release").json())
        record = client.get(f"/api/v1/ocds/records/ocds-b2bmkt-{tender.tender.id}").json()
        schemas.require_record(record)
        compiled = record["records"][0]["compiledRelease"]
        assert compiled["tender"]["status"] == "cancelled"
        assert [one["status"] for one in compiled["tender"]["lots"]] == ["cancelled", "cancelled"]
        assert compiled["tender"]["enquiries"][0]["answer"] == "DN 80"
        assert compiled["contracts"][0]["status"] == "cancelled"

    def test_too_few_bidders_and_rehearsals_and_private_tenders(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        private = made.published(runtime, hall)
        tender = made.published(runtime, hall, public_command(hall))
        made.move(runtime, timedelta(days=12))
        advance_due(runtime)
        made.move(runtime, timedelta(days=60))
        advance_due(runtime)
        judging.deliver(runtime)
        assert [step["kind"] for step in told(client, tender)] == ["published", "unsuccessful"]
        for path in (f"/tender-board/{private.tender.id}", f"/ocds/records/ocds-b2bmkt-{private.tender.id}"):
            assert client.get(f"/api/v1{path}").status_code == 404

    def test_prices_in_second_envelopes_are_told_when_those_are_opened(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        command = public_command(hall, own_procedure(runtime, hall, opened_bids="public", envelopes="two"))
        command = replace(command, criteria=made.tender_command(hall).criteria)
        tender = made.published(runtime, hall, command)
        made.move(runtime, timedelta(days=12))
        advance_due(runtime)
        for place, price in enumerate(PLANTED):
            envelopes.submit(runtime, hall, tender, place, price)
        made.move(runtime, timedelta(days=60))
        advance_due(runtime)
        made.move(runtime, timedelta(minutes=1))
        envelopes.sign_off(runtime, hall, tender.tender.id)
        judging.deliver(runtime)
        found = everything_public(client, tender)
        assert "Bidder 1" in found
        assert not [word for word in (*PLANTED, "835172.9", "712345.6") if word in found]
        made.open_bids(runtime, hall, tender.tender.id)
        judging.deliver(runtime)
        steps = told(client, tender)
        assert [step["kind"] for step in steps] == ["published", "opened", "prices_opened"]
        assert [one["amount"] for one in steps[2]["facts"]["bids"]] == ["835172.9", "712345.6"]
        schemas.require_package(client.get(f"/api/v1/tender-board/{tender.tender.id}/release").json())

    def test_an_edition_is_kept_once_and_for_everybody_only_where_it_is_public(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        shown = made.published(runtime, hall, public_command(hall))
        hidden = made.published(runtime, hall)
        sign_out(client)
        places = [f"/api/v1/tender-board/{one.tender.id}/editions/1" for one in (shown, hidden)]
        assert [client.get(place).status_code for place in places] == [200, 404]
        with runtime.database.session() as session:
            set_tenant(session, Tenant())
            kept = session.scalars(text("SELECT tender_id FROM tender_edition")).all()
        assert kept == [shown.tender.id]
        with work_for(runtime, hall.approver) as work:
            later = (shown.tender.closes_at or work.now()) + timedelta(days=1)
            publishing.extend_tender(work, hall.approver, ExtendTender(shown.tender.id, shown.version, later, "more"))
        at = f"/tender-board/{shown.tender.id}"
        notice = client.get(at, headers={"accept": "text/html"}).text
        dated = re.findall(rf'"{at}/editions/(\d)">[^<]*</a> <time[^>]* datetime="20\d\d-', notice)
        assert dated == ["1", "2"]
        page = client.get(f"{at}/editions/2", headers={"accept": "text/html"}).text
        assert re.search(r'<time[^>]* datetime="20\d\d-', page)

    def test_a_step_on_record_cannot_be_changed(self, runtime: Runtime, hall: Hall) -> None:
        made.published(runtime, hall, public_command(hall))
        judging.deliver(runtime)
        for statement in ("UPDATE tender_public_step SET release = ''", "DELETE FROM tender_edition"):
            with runtime.database.session() as session:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    session.execute(text(statement))
                session.rollback()


class TestFeed:
    def test_goes_on_from_where_it_was_left_and_misses_nothing(
        self, runtime: Runtime, hall: Hall, client: TestClient, schemas: Schemas
    ) -> None:
        first = [made.published(runtime, hall, public_command(hall)) for _ in range(3)]
        judging.deliver(runtime)
        sign_out(client)
        page = client.get("/api/v1/ocds/releases?limit=2").json()
        schemas.require_package(page)
        assert [one["ocid"] for one in page["releases"]] == [f"ocds-b2bmkt-{one.tender.id}" for one in first[:2]]
        rest = follow(client, page["links"]["next"])
        assert [one["ocid"] for one in rest["releases"]] == [f"ocds-b2bmkt-{first[2].tender.id}"]
        assert "next" not in rest["links"]
        assert follow(client, rest["links"]["resume"])["releases"] == []
        newer = made.published(runtime, hall, public_command(hall))
        judging.deliver(runtime)
        found = follow(client, rest["links"]["resume"])
        assert [one["ocid"] for one in found["releases"]] == [f"ocds-b2bmkt-{newer.tender.id}"]

    @pytest.mark.parametrize("cursor", ["x", "WyIiLCAiLTEiXQ", "WyIiLCAiYWJjIl0"])
    def test_refuses_what_it_never_handed_out(self, client: TestClient, cursor: str) -> None:
        assert client.get(f"/api/v1/ocds/releases?cursor={cursor}").status_code == 400


def follow(client: TestClient, link: str) -> dict[str, Any]:
    """Return the page that a link of the feed names."""
    parts = urlsplit(link)
    found: dict[str, Any] = client.get(f"{parts.path}?{parts.query}").json()
    return found
