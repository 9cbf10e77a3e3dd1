"""Lists other people made. They stay outside the repository; the setting names the folder they are in."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from b2b_market.rfq.intake.confirmation import Left, confirm
from b2b_market.rfq.intake.preview import make_preview
from b2b_market.rfq.intake.refusals import FileEmpty
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.upload import read_upload
from b2b_market.rfq.intake.values import Choices, Facts, Field, NeedLine, Table
from tests.rfq.intake_files import ANSWERS, NEXT_YEAR, TODAY

SETTING = "B2B_MARKET_REAL_DATA"


def real(path: str) -> Table:
    """Read a real file, or skip with the reason."""
    folder = os.environ.get(SETTING)
    if not folder:
        pytest.skip(f"{SETTING} is not set: it names the folder of files this project did not write")
    file = Path(folder) / path
    return read_upload(file.read_bytes(), name=file.name)


def parts_list() -> Table:
    return real("rfq/lumenpnp-mech-bom-1.1.0.csv")


def request() -> Table:
    return real("ubl/UBL-RequestForQuotation-2.1-Example.xml")


def test_the_parts_list_is_understood_column_by_column() -> None:
    columns = make_preview(parts_list(), Choices(), TODAY).columns
    assert [(column.heading, column.field, column.reason) for column in columns] == [
        ("Type", Field.SPECIFICATION, ""),
        ("Item", Field.ITEM_NAME, ""),
        ("Source", Field.IGNORED, "column-not-for-suppliers"),
        ("Link", Field.IGNORED, "column-empty"),
        ("Quantity", Field.QUANTITY, ""),
        ("Cost/Unit", Field.TARGET_PRICE, ""),
        ("Total Cost", Field.TARGET_TOTAL, ""),
    ]
    assert min(column.confidence for column in columns) == 95


def test_the_parts_list_asks_once_for_what_it_leaves_out() -> None:
    preview = make_preview(parts_list(), Choices(), TODAY)
    assert [(question.code, question.rows, question.suggestion) for question in preview.questions] == [
        ("ask-unit", 43, "H87"),
        ("ask-currency-mark", 27, "USD"),
        ("ask-date", 43, None),
        ("ask-place", 43, None),
    ]
    counts = preview.counts()
    assert (counts[RowStatus.WAITING], counts[RowStatus.SKIPPED], counts[RowStatus.ERROR]) == (43, 1, 0)


def test_the_total_line_of_the_parts_list_is_offered_for_skipping() -> None:
    preview = make_preview(parts_list(), replace(ANSWERS, skip_offered=False), TODAY)
    (offered,) = [row for row in preview.rows if row.offer is not None]
    assert (offered.number, offered.status) == (45, RowStatus.OFFERED)
    assert offered.offer is not None
    assert (offered.offer.code, dict(offered.offer.facts)) == ("total-line", {"text": "Total Unit Cost"})


def test_the_parts_list_becomes_forty_three_needs() -> None:
    preview = make_preview(parts_list(), ANSWERS, TODAY)
    confirmed = confirm(preview)
    assert len(confirmed.lines) == 43
    assert confirmed.left == (Left(45, "total-line"),)
    assert confirmed.lines[0] == NeedLine(
        "20mm x 20mm Aluminum V-Slot - 600mm",
        None,
        "OTS",
        Decimal(7),
        "H87",
        Decimal("8.50"),
        "USD",
        NEXT_YEAR,
        "Shanghai",
        "",
    )
    printed = [line for line in confirmed.lines if line.specification == "3D Printed"]
    assert len(printed) == 16
    assert {(line.target_price, line.target_currency) for line in printed} == {(None, None)}
    assert all(line.target_price for line in confirmed.lines if line.specification == "OTS")
    assert preview.target_sums == {"USD": Decimal("427.57")}


def test_zero_prices_of_the_parts_list_are_told_and_rounded_totals_are_not() -> None:
    preview = make_preview(parts_list(), ANSWERS, TODAY)
    told = [(row.number, notice.code) for row in preview.rows for notice in row.notices]
    assert told == [(number, "price-zero") for number in range(29, 45)]


def test_the_standard_s_request_brings_what_it_says_once() -> None:
    table = request()
    assert table.facts == Facts(
        title="Bestilling af computere",
        reference="G867B",
        currency="DKK",
        due_on=date(2008, 4, 24),
        required_on=date(2008, 5, 10),
        delivery_place="Bernstorffsvej 161, 1. sal, IT-afdelingen, 2920 Charlottenlund, DK",
        note="1% reduktion i kontraktsummen pr. dags forsinkelse jf. SKI kontrakt",
    )


def test_the_standard_s_request_asks_only_for_a_day_that_is_not_past() -> None:
    preview = make_preview(request(), Choices(), TODAY)
    (question,) = preview.questions
    assert (question.code, question.rows, question.facts["date"]) == ("ask-date-past", 4, "2008-05-10")


def test_the_standard_s_request_becomes_four_needs() -> None:
    confirmed = confirm(make_preview(request(), Choices(required_on=NEXT_YEAR), TODAY))
    assert [(line.item_code, line.specification, line.note) for line in confirmed.lines] == [
        ("DELL1052665", "Stationær computer", "Computer"),
        ("DELL2363463", "Fladskærm", "Skærm"),
        ("DELL2367452", "Mus", "Mus"),
        ("DELL8436783", "Tastatur", "Tastatur"),
    ]
    assert {(line.quantity, line.unit_code, line.target_price) for line in confirmed.lines} == {
        (Decimal(35), "NIU", None)
    }
    assert confirmed.lines[0].item_name == "Dell PrecisionTM T3400"
    assert confirmed.lines[0].delivery_place.startswith("Bernstorffsvej 161")


def test_on_the_day_it_was_written_the_standard_s_request_needed_no_answer() -> None:
    preview = make_preview(request(), Choices(), date(2008, 4, 20))
    assert preview.confirmable
    assert {line.required_on for line in confirm(preview).lines} == {date(2008, 5, 10)}


def tender(name: str = "ocds-213czf-000-00001-02-tender.json") -> Table:
    return real(f"ocds/{name}")


def test_the_sample_tender_brings_what_it_says_once() -> None:
    assert tender().facts == Facts(
        title="Planned cycle lane improvements",
        reference="ocds-213czf-000-00001",
        currency="GBP",
        due_on=date(2010, 4, 1),
        required_on=date(2011, 6, 30),
        note="Tenders solicited for work to build new cycle lanes in the centre of town.",
    )


@pytest.mark.parametrize(
    ("name", "quantity", "price"),
    [("01-planning", "10", "100000"), ("02-tender", "8", "120000"), ("03-tenderAmendment", "8", "120000")],
)
def test_the_sample_tender_becomes_a_need(name: str, quantity: str, price: str) -> None:
    table = tender(f"ocds-213czf-000-00001-{name}.json")
    preview = make_preview(table, Choices(required_on=NEXT_YEAR, delivery_place="Leeds"), TODAY)
    (line,) = confirm(preview).lines
    assert (line.item_name, line.quantity, line.unit_code) == ("Cycle lane improvements", Decimal(quantity), "SMI")
    assert (line.target_price, line.target_currency) == (Decimal(price), "GBP")
    assert line.category == "CPV 45233130.0: Construction work for highways"
    assert line.specification == "CPV 45233162-2: Cycle path construction work"


def test_what_of_the_sample_tender_is_left_out_is_told() -> None:
    (remark,) = tender().remarks
    assert remark.code == "parts-left-out"
    assert {"documents", "awardCriteria", "submissionMethod", "procuringEntity"} <= set(
        remark.facts["names"].rstrip("…").split(", ")
    )


@pytest.mark.parametrize("name", ["04-award", "05-contract"])
def test_releases_after_the_tender_hold_no_lines(name: str) -> None:
    with pytest.raises(FileEmpty):
        tender(f"ocds-213czf-000-00001-{name}.json")


def test_a_tender_of_prozorro_becomes_needs_with_place_and_day() -> None:
    table = tender("prozorro-tender-complete.json")
    confirmed = confirm(make_preview(table, Choices(), TODAY))
    assert [(line.quantity, line.unit_code) for line in confirmed.lines] == [(Decimal(1), "KGM")] * 2
    assert {line.delivery_place for line in confirmed.lines} == {"вул. Банкова 1, 79000, м. Київ, Україна"}
    assert {line.required_on for line in confirmed.lines} == {date(2027, 2, 20)}
    assert (table.facts.currency, table.facts.reference) == ("UAH", "UA-2027-01-01-000001-a")
