"""A restricted tender as people and programs run it: by the pages to the invitation, and over the API."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from b2b_market.ui.security import CSRF_HEADER
from tests.support import judging, selecting
from tests.support import tenders as made
from tests.support.calling import caller_for
from tests.support.people import form_token, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.visits import act, page
from tests.tendering.ocds_schemas import Schemas


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032d}"}


class TestPages:
    def test_lead_from_the_application_to_the_letter(self, runtime: Runtime, client: TestClient, hall: Hall) -> None:
        tender_id = made.published(runtime, hall, selecting.command(hall, most_invited=2)).tender.id
        at = f"/tenders/{tender_id}"
        assert "Your application" in page(client, hall.sales[0], at)
        assert "No bankruptcy" in page(client, hall.sales[0], f"{at}/application")
        wrong = act(client, hall.sales[0], f"{at}/application", {**key(1), "replies-0": "Solvent"}, 422)
        assert 'id="f-replies-1"' in wrong
        said = {"replies-0": "Solvent-as-planted", "replies-1": "12 million", "proposal": "A pump"}
        for place, person in enumerate(hall.sales):
            act(client, person, f"{at}/application", {**key(2 + place), **said})
        sign_in(client, hall.sales[0])
        usual = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
        for name, status in (("register.exe", 422), ("register.txt", 303)):
            files = {"file": (name, b"evidence", "text/plain")}
            assert client.post(f"{at}/application/files", files=files, headers=usual).status_code == status
        sign_out(client)
        assert "register.txt" in page(client, hall.sales[0], f"{at}/application")
        hidden = page(client, hall.evaluator, f"{at}/applications")
        assert "Solvent-as-planted" not in hidden
        assert "Bidder 1" not in hidden
        selecting.end_applications(runtime)
        shown = page(client, hall.evaluator, f"{at}/applications")
        assert "Solvent-as-planted" in shown
        assert "register.txt" in shown
        self.judge(client, runtime, hall, tender_id)
        version = made.read(runtime, hall.approver, tender_id).version
        act(client, hall.approver, f"{at}/qualification", {"version": version})
        letter = page(client, hall.sales[1], f"{at}/application")
        assert "Too small a turnover" in letter
        assert "A second person confirmed it" in letter
        judging.deliver(runtime)
        told = caller_for(client, runtime, hall.sales[1]).get("/notifications").json()["items"]
        assert [one["subject"] for one in told if "the decision on your application" in one["subject"]]

    @staticmethod
    def judge(client: TestClient, runtime: Runtime, hall: Hall, tender_id: UUID) -> None:
        """Qualify the first company, and let the second fail after it was sent back once."""
        first, second = (one.application.id for one in selecting.received(runtime, hall.evaluator, tender_id))

        def path(one: UUID, step: str) -> str:
            return f"/tender-applications/{one}/{step}"

        met = {f"met-{first}-0": "yes", f"met-{first}-1": "yes", f"score-{first}-1": "80", "version": 1}
        wrong = act(client, hall.evaluator, path(first, "judge"), {**met, f"score-{first}-1": "800"}, 422)
        assert "A score lies between 0 and 100." in wrong
        act(client, hall.evaluator, path(first, "judge"), met)
        failing = {f"met-{second}-0": "yes", f"met-{second}-1": "no", f"remark-{second}-1": "Too small a turnover"}
        act(client, hall.evaluator, path(second, "judge"), {**failing, "version": 1})
        back = {"version": 2, f"dismiss-{second}": "Read the annex again"}
        act(client, hall.approver, path(second, "dismiss"), back)
        assert "Read the annex again" in page(client, hall.evaluator, f"/tenders/{tender_id}/applications")
        act(client, hall.evaluator, path(second, "judge"), {**failing, "version": 3})
        stale = act(client, hall.approver, path(second, "confirm"), {"version": 2}, 409)
        assert "Found to fail" in stale
        act(client, hall.approver, path(second, "confirm"), {"version": 4})


class TestApi:
    def test_a_rehearsal_runs_from_the_application_to_the_invitation_in_minutes(
        self, runtime: Runtime, client: TestClient, hall: Hall
    ) -> None:
        now = datetime.now(UTC)
        times: dict[str, Any] = {"rehearsal_factor": 1440, "closes_at": now + timedelta(minutes=40)}
        wanted = selecting.command(hall, entry=Entry.INVITED, supplier_ids=hall.suppliers, **times)
        tender_id = made.published(runtime, hall, wanted).tender.id
        path = f"/tenders/{tender_id}"
        buyer, second = (caller_for(client, runtime, one) for one in (hall.evaluator, hall.approver))
        body = {"replies": [{"criterion": 0, "text": "Solvent"}, {"criterion": 1, "text": "12"}]}
        first, sales = (caller_for(client, runtime, person) for person in hall.sales)
        assert [one.post(f"{path}/application", body).status_code for one in (first, sales)] == [201, 201]
        kept = selecting.keep(runtime, hall.sales[1], "register.txt", b"evidence")
        sent = sales.post(f"{path}/application/files", {"file_id": str(kept)})
        assert (sent.status_code, sent.json()["files"][0]["size"]) == (201, 8), sent.text
        file = f"/tender-stage-files/{sent.json()['files'][0]['id']}"
        assert sales.get(file).content == b"evidence"
        assert buyer.get(file).status_code == 404
        assert sales.call("DELETE", file).json()["files"] == []
        assert sales.post(f"{path}/application/withdraw").json()["status"] == "withdrawn"
        assert sales.post(f"{path}/application", body).json()["status"] == "submitted"
        made.move(runtime, timedelta(minutes=6))
        assert advance_due(runtime) == 1
        found = buyer.get(f"{path}/applications").json()["items"]
        for one in found:
            findings = [{"criterion": 0, "met": True}, {"criterion": 1, "met": True}]
            judged = buyer.post(f"/tender-applications/{one['id']}/judge", {"findings": findings}, version=1)
            assert (judged.status_code, judged.json()["status"]) == (200, "qualified"), judged.text
        assert second.post(f"/tender-applications/{found[0]['id']}/confirm", version=2).status_code == 409
        version = second.get(path).json()["version"]
        assert second.post(f"{path}/qualification", version=version).json()["status"] == "shortlisted"
        assert sales.get(f"{path}/application").json()["letter"]["status"] == "shortlisted"
        made.move(runtime, timedelta(minutes=2))
        assert advance_due(runtime) == 1
        assert made.read(runtime, hall.sales[0], tender_id).tender.status is TenderStatus.ENQUIRIES
        judging.deliver(runtime)
        told = [one["subject"] for one in sales.get("/notifications").json()["items"]]
        assert sum("you are invited to go on" in one for one in told) == 1, told
        assert sum("the decision on your application" in one for one in told) == 1
        assert sum("invites you to apply" in one for one in told) == 1

    def test_a_public_notice_says_selective(
        self, runtime: Runtime, client: TestClient, hall: Hall, real_data: Path
    ) -> None:
        wanted = selecting.command(hall, "eu-restricted", closes_at=datetime.now(UTC) + timedelta(days=90))
        tender_id = made.published(runtime, hall, wanted).tender.id
        judging.deliver(runtime)
        package = client.get(f"/api/v1/tender-board/{tender_id}/release").json()
        Schemas(real_data / "ocds" / "schema").require_package(package)
        tender = package["releases"][0]["tender"]
        assert (tender["procurementMethod"], tender["procurementMethodDetails"]) == ("selective", "eu-restricted")
