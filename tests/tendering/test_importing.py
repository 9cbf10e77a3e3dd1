"""Tenders of other systems as drafts: what is taken, what is named as not taken, and that nothing is stored before."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from typer.testing import CliRunner

from b2b_market.entrypoints.cli import app
from b2b_market.infra.remote import Server
from b2b_market.infra.runtime import Runtime
from b2b_market.reference import cli as classes
from b2b_market.reference.rules.classes import ClassEntry, Classification, require_sound
from b2b_market.tendering.cli import importing as command
from b2b_market.tendering.intake import ocds
from b2b_market.tendering.intake.refusals import NoTenderInFile, TenderFileBroken, TenderFileTooLarge
from b2b_market.tendering.intake.upload import read_upload
from b2b_market.tendering.models.tenders import Tender
from b2b_market.ui.security import CSRF_HEADER
from tests.support.calling import caller_for
from tests.support.people import form_token, sign_in
from tests.support.tenders import Hall
from tests.support.works import work_for

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ITEM = {
    "id": "1",
    "description": "Pump",
    "quantity": 10.5,
    "unit": {"id": "H87", "name": "piece", "value": {"amount": 5, "currency": "EUR"}},
    "classification": {"scheme": "CPV", "id": "42122000-0"},
    "additionalClassifications": [{"scheme": "OWN", "id": "7"}],
    "deliveryDate": {"endDate": "2098-01-31T12:00:00Z"},
    "deliveryAddress": {"locality": "Shanghai", "countryName": "China"},
    "relatedLot": "A",
    "attributes": [{"name": "x"}],
}
TENDER = {
    "id": "T",
    "title": "Pumps",
    "description": "For the new plant",
    "value": {"amount": 100, "currency": "EUR"},
    "tenderPeriod": {"endDate": "2098-01-01T10:00:00+02:00"},
    "enquiryPeriod": {"endDate": "2020-01-01T10:00:00Z"},
    "awardCriteria": "priceOnly",
    "eligibilityCriteria": "ISO 9001",
    "documents": [{"id": "1"}],
    "lots": [
        {"id": "A", "title": "First", "value": {"amount": 1000.25, "currency": "EUR"}, "options": "x"},
        {"id": "B", "title": "Off", "status": "cancelled"},
        {"id": "C", "title": "Empty"},
    ],
    "items": [ITEM, {"id": "2", "description": "Homeless", "relatedLot": "B"}, "broken"],
}


def release(**parts: Any) -> dict[str, Any]:
    return {"ocid": "ocds-x-1", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"], "tender": TENDER, **parts}


def read(document: object) -> dict[str, Any]:
    return ocds.read_tender(json.dumps(document).encode(), NOW)


def remarks(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {one["code"]: one["facts"] for one in found["remarks"]}


class TestReading:
    def test_what_a_draft_has_a_place_for_is_taken(self) -> None:
        found = read({"releases": [release(buyer={"name": "Somebody else"})]})
        draft = found["draft"]
        assert (draft["title"], draft["currency"], draft["closes_at"]) == ("Pumps", "EUR", "2098-01-01T08:00:00+00:00")
        assert [(lot["title"], lot["estimate"]) for lot in draft["lots"]] == [("First", "1000.25")]
        assert draft["lots"][0]["items"] == [
            {
                "name": "Pump",
                "quantity": "10.5",
                "unit": "H87",
                "required_on": "2098-01-31",
                "delivery_place": "Shanghai, China",
                "specification": "OWN:7",
                "classification": "CPV:42122000-0",
            }
        ]
        assert [(one["kind"], one["name"], one["weight"]) for one in draft["criteria"]] == [
            ("selection", "ISO 9001", None),
            ("award", "Price", "100"),
        ]
        assert found["missing"] == []

    def test_what_it_has_none_for_is_named(self) -> None:
        assert remarks(read({"releases": [release(buyer={"name": "x"}, awards=[{"id": "1"}])]})) == {
            "parts-left-out": {"names": "awards, buyer"},
            "tender-left-out": {"names": "documents"},
            "lots-off": {"count": "1"},
            "lots-left-out": {"names": "options"},
            "lots-empty": {"names": "Empty"},
            "value-left-out": {},
            "items-unreadable": {"count": "1"},
            "items-left-out": {"names": "attributes"},
            "items-without-lot": {"names": "Homeless"},
            "unit-values-left-out": {},
            "date-past": {"name": "enquiryPeriod", "said": "2020-01-01T10:00:00Z"},
        }

    def test_what_is_missing_is_pointed_at_and_nothing_is_guessed(self) -> None:
        bare = {
            "items": [{"description": "x" * 201, "unit": {"name": "barrow"}, "quantity": -1}],
            "tenderPeriod": {"endDate": "soon"},
            "value": {"amount": 5, "currency": "gold"},
            "lots": [],
            "awardCriteria": "ratedCriteria",
            "awardCriteriaDetails": "quality",
            "criteria": [{"title": "Licence", "description": "of the state", "requirementGroups": [1]}],
        }
        found = read(release(tender=bare))
        assert found["missing"] == [
            "/currency",
            "/lots/0/items/0/quantity",
            "/lots/0/items/0/unit",
            "/lots/0/items/0/required_on",
            "/lots/0/items/0/delivery_place",
        ]
        said = remarks(found)
        assert said["unit-unknown"] == {"names": "barrow"}
        assert said["currency-left-out"] == {"names": "gold"}
        assert said["estimate-left-out"] == {"said": "5 gold"}
        assert said["date-unreadable"] == {"name": "tenderPeriod", "said": "soon"}
        assert said["award-criteria"] == {"said": "ratedCriteria quality"}
        assert said["criteria-left-out"] == {"names": "requirementGroups"}
        assert "names-in-specification" in said
        assert found["draft"]["lots"][0]["items"][0]["specification"] == "x" * 201

    def test_the_newest_compiled_release_counts_and_the_others_are_named(self) -> None:
        newer = release(date="2026-02-01T00:00:00Z", tender={**TENDER, "title": "Newer"})
        compiled = release(tender={**TENDER, "title": "Compiled"})
        record = {"records": [{"ocid": "ocds-x-1", "releases": [newer], "compiledRelease": compiled}]}
        found = read(record)
        assert found["draft"]["title"] == "Compiled"
        assert remarks(found)["other-releases"] == {"count": "1", "date": "2026-01-01"}
        other = read({"releases": [release(), release(ocid="ocds-x-2", date="2026-03-01T00:00:00Z")]})
        assert remarks(other)["other-tenders"] == {"count": "1", "taken": "ocds-x-2"}

    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b"{", TenderFileBroken),
            (b"\xff", TenderFileBroken),
            (b'{"a": NaN}', TenderFileBroken),
            (b"[]", NoTenderInFile),
            (b'{"a": 1}', NoTenderInFile),
            (b'{"releases": []}', NoTenderInFile),
        ],
    )
    def test_what_is_no_tender_is_refused(self, data: bytes, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            ocds.read_tender(data, NOW)

    def test_a_file_has_a_bound(self) -> None:
        with pytest.raises(TenderFileTooLarge):
            read_upload(b" " * (10 * 1024 * 1024 + 1), NOW)

    def test_every_real_file_is_read_and_nothing_is_dropped_in_silence(self, real_data: Path) -> None:
        paths = sorted((real_data / "ocds").glob("*.json"))
        assert len(paths) == 6
        with pytest.raises(NoTenderInFile):  # a release of the contract alone
            ocds.read_tender(paths[4].read_bytes(), NOW)
        for path in (*paths[:4], paths[5]):
            found = ocds.read_tender(path.read_bytes(), NOW)
            document = json.loads(path.read_text("utf-8"))
            inner = document.get("data") or document["releases"][-1]["tender"]
            items = [item for lot in found["draft"]["lots"] for item in lot["items"]]
            names = remarks(found)
            assert len(items) == len(inner.get("items", [])), path.name
            taken = set(ocds._TENDER) | set(names.get("tender-left-out", {"names": ""})["names"].split(", "))
            left = {name for name, value in inner.items() if value} - taken
            assert not left or "…" in names["tender-left-out"]["names"], (path.name, left)
            for item in items:
                assert item["quantity"] is None or Decimal(item["quantity"]) > 0


def count_tenders(runtime: Runtime, hall: Hall) -> int:
    with work_for(runtime, hall.purchaser) as work:
        return work.session.scalar(select(func.count()).select_from(Tender)) or 0


class TestEdges:
    def test_the_api_previews_and_what_it_previews_is_a_draft(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        pumps = ClassEntry("42122000-0", {"en": "Pumps"})
        classes.imported(runtime, require_sound(Classification("CPV", "2008", (pumps,))))
        unknown = {**ITEM, "id": "9", "classification": {"scheme": "CPV", "id": "9"}}
        document = release(tender={**TENDER, "items": [ITEM, unknown]})
        buyer, sales = caller_for(client, runtime, hall.purchaser), caller_for(client, runtime, hall.sales[0])
        assert self.send(client, sales, document).status_code == 403
        answer = self.send(client, buyer, document)
        assert answer.status_code == 200, answer.text
        assert count_tenders(runtime, hall) == 0
        found = answer.json()
        assert {"code": "class-unknown", "facts": {"names": "CPV:9"}} in found["remarks"]
        drafted = buyer.post("/tenders", {key: value for key, value in found["draft"].items() if value is not None})
        assert drafted.status_code == 201, drafted.text
        (lot,) = drafted.json()["lots"]
        assert [item["classification"] for item in lot["items"]] == ["CPV:42122000-0", ""]
        assert (lot["title"], lot["estimate"]) == ("First", "1000.25")
        assert self.send(client, buyer, []).json()["code"] == "no-tender-in-file"

    @staticmethod
    def send(client: TestClient, caller: Any, document: object) -> Any:
        files = {"file": ("tender.json", json.dumps(document).encode(), "application/json")}
        return client.post("/api/v1/tender-imports/preview", files=files, headers=caller.headers)

    def test_the_page_shows_the_file_in_the_editor_and_stores_nothing(
        self, runtime: Runtime, hall: Hall, client: TestClient
    ) -> None:
        sign_in(client, hall.purchaser)
        assert "Import a tender" in client.get("/tenders").text
        shown = self.post(client, release())
        assert shown.status_code == 200, shown.text
        for said in ('value="Pumps"', 'value="First"', "Parts of the tender that a draft does not take: documents"):
            assert said in shown.text
        assert 'action="/tenders/new"' in shown.text
        assert count_tenders(runtime, hall) == 0
        refused = self.post(client, {"a": 1})
        assert (refused.status_code, "This file holds no tender" in refused.text) == (422, True)
        assert client.get("/tenders/import").status_code == 200

    @staticmethod
    def post(client: TestClient, document: object) -> Any:
        files = {"file": ("tender.json", json.dumps(document).encode(), "application/json")}
        headers = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
        return client.post("/tenders/import", files=files, headers=headers)


class TestCommand:
    def test_shows_asks_and_drafts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[tuple[str, Any]] = []
        bare = {**ITEM, "unit": {}, "deliveryAddress": {}, "deliveryDate": {}}

        def send(_server: Server, _path: str, _name: str, content: bytes) -> Any:
            return ocds.read_tender(content, NOW)

        def post(_server: Server, path: str, body: Any) -> Any:
            sent.append((path, body))
            return {"number": "T-2026-000001", "id": "x"}

        monkeypatch.setattr(Server, "send_file", send)
        monkeypatch.setattr(Server, "post_once", post)
        file = tmp_path / "tender.json"
        file.write_text(json.dumps(release(tender={**TENDER, "items": [bare]})), encoding="utf-8")
        call = ["import-tender", str(file), "--api-key", "k"]
        short = CliRunner().invoke(app, [*call, "--yes"])
        assert (short.exit_code, "unit, required_on, delivery_place" in short.output) == (1, True)
        options = ["--unit", "H87", "--place", "Shanghai", "--date", "2098-01-31"]
        dry = CliRunner().invoke(app, [*call, *options, "--dry-run"])
        assert (dry.exit_code, "Not taken (tender-left-out) names: documents" in dry.output) == (0, True)
        assert CliRunner().invoke(app, [*call, *options], input="n\n").exit_code == 1
        assert sent == []
        done = CliRunner().invoke(app, [*call, *options, "--yes"])
        assert (done.exit_code, "Imported as the draft T-2026-000001." in done.output) == (0, True)
        ((path, body),) = sent
        assert (path, body["procedure"]) == ("/tenders", "private-open")
        assert body["lots"][0]["items"][0]["delivery_place"] == "Shanghai"

    def test_says_what_is_wrong_with_an_option(self, tmp_path: Path) -> None:
        file = tmp_path / "tender.json"
        file.write_text("{}", encoding="utf-8")
        for options in ([], ["--api-key", "k", "--unit", "barrow"], ["--api-key", "k", "--url", "nowhere"]):
            assert CliRunner().invoke(app, ["import-tender", str(file), *options]).exit_code == command.WRONG_USAGE
