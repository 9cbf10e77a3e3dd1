"""A tender that weighs features and life-cycle costs: drafted, announced, sealed with answers, judged, reported."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from b2b_market.entrypoints.cli import app
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.bids import SubmitBid
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key
from b2b_market.tendering.service import bidding
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.weighing import CostKind
from tests.support import judging
from tests.support import tenders as made
from tests.support.calling import API, caller_for
from tests.support.people import post_form, sign_in, sign_out
from tests.support.tenders import Hall
from tests.support.works import work_for

PASSPHRASE = "correct horse battery"
WARRANTY = Feature("Warranty", (Answer("one year", Decimal(0)), Answer("three years", Decimal("0.15"))))
POWER = Cost(
    name="Electricity", unit="KWH", price=Decimal("0.5"), kind=CostKind.YEARLY, years=2, rate_percent=Decimal(25)
)
LOT = replace(made.lot(), features=(WARRANTY,), costs=(POWER,))


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    with made.own_clock(runtime):
        yield made.make_hall(runtime, suppliers=3)


def said(price: str, answer: int, power: str) -> dict[str, Any]:
    more: dict[str, Any] = {"features": [{"feature": 1, "answer": answer}], "costs": [{"cost": 1, "amount": power}]}
    return judging.content(price, **more)


class TestDrafting:
    def test_the_editor_takes_answers_and_costs_row_by_row(self, hall: Hall, client: TestClient) -> None:
        sign_in(client, hall.purchaser)
        fields = {
            "title": "Pumps",
            "procedure": "private-open",
            "entry": "invited",
            "currency": "CNY",
            "rehearsal_factor": "1",
            "lots-0-title": "Lot 1",
            "items-0-lot": "1",
            "items-0-name": "Pump",
            "items-0-quantity": "10",
            "items-0-unit": "H87",
            "items-0-required_on": "2098-01-31",
            "items-0-delivery_place": "Shanghai",
            "features-0-lot": "1",
            "features-0-name": "Warranty",
            "features-0-answer": "one year",
            "features-0-share": "0",
            "features-1-lot": "1",
            "features-1-name": "Warranty",
            "features-1-answer": "three years",
            "features-1-share": "0.31",
            "costs-0-lot": "2",
            "costs-0-name": "Electricity",
            "costs-0-unit": "KWH",
            "costs-0-price": "0.5",
            "costs-0-kind": "yearly",
            "costs-0-years": "2",
            "costs-0-rate_percent": "25",
        }
        assert "Add an option" in client.get("/tenders/new").text
        elsewhere = post_form(client, "/tenders/new", {**fields, "idempotency_key": "a" * 32})
        assert elsewhere.status_code == 422
        fields["costs-0-lot"] = "1"
        wrong = post_form(client, "/tenders/new", {**fields, "idempotency_key": "b" * 32})
        assert (wrong.status_code, "a share of the price from 0 to 0.30" in wrong.text) == (422, True)
        fields["features-1-share"] = "0.15"
        done = post_form(client, "/tenders/new", {**fields, "idempotency_key": "c" * 32})
        assert done.status_code == 303, done.text
        shown = client.get(done.headers["location"]).text
        assert ("three years" in shown, "x × 0.5 × Σ(t=1…2) 1 ÷ 1.25^t" in shown) == (True, True)
        editor = client.get(f"{done.headers['location']}/edit").text
        assert ('name="features-1-answer"' in editor, 'name="features-2-answer"' in editor) == (True, False)
        fields |= {"version": "1", "title": "Better pumps"}
        edited = post_form(client, f"{done.headers['location']}/edit", fields)
        assert edited.status_code == 303, edited.text
        assert "three years" in client.get(done.headers["location"]).text

    def test_the_api_takes_them_and_says_what_is_wrong(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        buyer = caller_for(client, runtime, hall.purchaser)
        answers = [{"text": "one year", "share": "0"}, {"text": "three years", "share": "0.15"}]
        cost = {
            "name": "Electricity",
            "unit": "KWH",
            "price": "0.5",
            "kind": "once",
            "years": 10,
            "rate_percent": "4",
        }
        item = {
            "name": "Pump",
            "quantity": "10",
            "unit": "H87",
            "required_on": "2098-01-31",
            "delivery_place": "Shanghai",
        }
        lot = {"title": "Lot 1", "items": [item], "features": [{"name": "Warranty", "answers": answers}]}
        body = {"title": "Pumps", "currency": "CNY", "lots": [{**lot, "costs": [cost]}]}
        stored = buyer.post("/tenders", body)
        assert stored.status_code == 201, stored.text
        found = stored.json()["lots"][0]
        assert found["features"] == [{"name": "Warranty", "answers": answers}]
        assert found["costs"] == [{**cost, "formula": "x × 0.5 ÷ 1.04^10"}]
        unknown = buyer.post("/tenders", {**body, "lots": [{**lot, "costs": [{**cost, "unit": "ZZZ"}]}]})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-unit")
        much = Feature("Class", (Answer("C", Decimal(0)), Answer("A", Decimal("0.2"))))
        beyond = replace(made.tender_command(hall), lots=(replace(LOT, features=(WARRANTY, much)),))
        with pytest.raises(Invalid) as refused:
            made.draft(runtime, hall, beyond)
        assert [one.pointer for one in refused.value.errors] == ["/lots/0/features"]


class TestStory:
    @pytest.fixture
    def tender(self, runtime: Runtime, hall: Hall) -> TenderContent:
        """Three bids: dear with a long warranty, cheap and hungry, and one that says nothing of the electricity."""
        bids = [{0: said("100", 2, "100")}, {0: said("90", 1, "300")}, {0: judging.content("10")}]
        command = made.tender_command(hall, lots=0, criteria=judging.PRICE_ALONE)
        return judging.opened(runtime, hall, bids, replace(command, lots=(LOT,)))

    def test_goes_to_the_lowest_effective_price_at_the_bids_own(
        self, runtime: Runtime, client: TestClient, hall: Hall, tender: TenderContent
    ) -> None:
        found = judging.begin(runtime, hall, tender)
        first, second = found.lots[0].standing
        year = Fraction(1, 2) * (Fraction(4, 5) + Fraction(16, 25))
        assert judging.places(found.lots[0]) == [(hall.suppliers[0], 1), (hall.suppliers[1], 2)]
        assert first.weighed is not None
        assert second.weighed is not None
        assert first.weighed.coefficient == 1 + Fraction(15, 85)
        assert first.weighed.effective == 1000 / Fraction(20, 17) + 100 * year == 922
        assert second.weighed.effective == 900 + 300 * year == 1116
        award = judging.turn(found.lots[0])
        assert (award.supplier_id, award.amount) == (hall.suppliers[0], Decimal(1000))
        self._page_and_api_derive_it(runtime, client, hall, tender)
        approved = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.evaluator, award))
        assert approved.record is not None
        assert approved.record["amount"]["amount"] == "1000.00"
        decided = approved.record["standing"][0]
        assert (decided["coefficient"], decided["counts_as"]) == ("20/17", "922")
        assert decided["features"] == [{"name": "Warranty", "answer": "three years", "share": "0.15"}]
        assert decided["costs"] == [{"name": "Electricity", "declared": "100", "amount": "72"}]
        self._report_says_it(runtime, client, hall, tender)

    def _page_and_api_derive_it(self, runtime: Runtime, client: TestClient, hall: Hall, tender: TenderContent) -> None:
        at = f"/tenders/{tender.tender.id}/evaluation"
        shown = sign_in(client, hall.evaluator).get(at, headers={"Accept": "text/html"}).text
        assert ("How the totals count" in shown, "20/17" in shown, "922.00" in shown) == (True, True, True)
        assert "A life-cycle cost is not declared" in shown
        sign_out(client)
        bids = caller_for(client, runtime, hall.evaluator).get(at).json()["lots"][0]["bids"]
        assert bids[0]["weighed"] == {
            "features": [{"name": "Warranty", "answer": "three years", "share": "0.15"}],
            "coefficient": "20/17",
            "costs": [
                {"name": "Electricity", "unit": "KWH", "declared": "100", "amount": "72", "exact": "72"},
            ],
            "counts_as": "922",
            "exact": "922",
        }
        assert (bids[2]["total"], bids[2]["weighed"]) == (None, None)
        assert [one["fault"] for one in bids[2]["findings"]] == ["feature", "cost"]

    def _report_says_it(self, runtime: Runtime, client: TestClient, hall: Hall, tender: TenderContent) -> None:
        buyer = caller_for(client, runtime, hall.evaluator)
        at = f"/tenders/{tender.tender.id}"
        written = docx.Document(io.BytesIO(buyer.get(f"{at}/report.docx").content))
        cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
        assert any("Electricity: 100 KWH = CNY 72.00" in text for text in cells)
        assert any("Warranty: three years (0.15)" in text for text in cells)
        assert {"20/17", "CNY 922.00"} <= set(cells)
        sign_in(client, hall.sales[0])
        notice = pypdfium2.PdfDocument(client.get(f"{at}/notice.pdf").content)
        text = "".join(page.get_textpage().get_text_range() for page in notice)
        assert ("three years" in text, "1.25^t" in text) == (True, True)


def test_the_command_line_holds_a_bid_against_the_tender_document(
    runtime: Runtime, client: TestClient, hall: Hall, tmp_path: Path
) -> None:
    tender = made.tendering(runtime, hall, replace(made.tender_command(hall, lots=0), lots=(LOT,)))
    at = f"{API}/tenders/{tender.tender.id}"
    page = sign_in(client, hall.sales[0]).get(f"/tenders/{tender.tender.id}/bid").text
    assert ("data-feature" in page, "data-cost" in page, f"{at}/notice" in page) == (True, True, True)
    answer = client.get(f"{at}/notice")
    (tmp_path / "document.json").write_bytes(answer.content)
    (tmp_path / "notice.json").write_text(json.dumps(answer.json()["notice"]))
    key = lock_key(PrivateKey(Holder.BIDDER, "b", bytes([0]) * 32), PASSPHRASE, 2)
    (tmp_path / "bidder.key").write_bytes(key)

    def seal(content: object, document: str = "document.json") -> tuple[int, str]:
        (tmp_path / "bid.json").write_text(json.dumps(content))
        options = {
            "--notice": tmp_path / "notice.json",
            "--lot": tender.lots[0].id,
            "--bidder": hall.suppliers[0],
            "--key": tmp_path / "bidder.key",
            "--out": tmp_path / "bid.sealed",
            "--document": tmp_path / document,
        }
        words = [str(word) for option in options.items() for word in option]
        env = {"B2B_MARKET_KEY_PASSPHRASE": PASSPHRASE}
        made_of = CliRunner(env=env).invoke(app, ["bid", "seal", str(tmp_path / "bid.json"), *words])
        return made_of.exit_code, made_of.output

    code, told = seal(judging.content("100"))
    assert (code, "feature 1 Warranty; cost 1 Electricity" in told) == (1, True)
    (tmp_path / "other.json").write_text(json.dumps({**answer.json()["document"], "title": "Other"}))
    code, told = seal(said("100", 2, "100"), "other.json")
    assert (code, "not the one whose SHA-256" in told) == (1, True)
    assert not (tmp_path / "bid.sealed").exists()
    code, told = seal(said("100", 2, "100"))
    assert code == 0, told
    with work_for(runtime, hall.sales[0]) as work:
        packed = (tmp_path / "bid.sealed").read_bytes()
        assert bidding.submit_bid(work, hall.sales[0], SubmitBid(tender.tender.id, packed)).sequence == 1
