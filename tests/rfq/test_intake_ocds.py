import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from b2b_market.rfq.intake.preview import make_preview
from b2b_market.rfq.intake.reading import read_table, sniff
from b2b_market.rfq.intake.refusals import (
    FileEmpty,
    FormatContradicts,
    FormatUnknown,
    JsonBroken,
    NotATender,
    TooManyRows,
)
from b2b_market.rfq.intake.values import Choices, Facts, Field, Remark, Source
from tests.rfq.intake_files import NEXT_YEAR, TODAY, codes

ITEM: dict[str, Any] = {
    "id": "1",
    "description": "Copper wire",
    "classification": {"scheme": "CPV", "id": "44333000-3", "description": "Wire"},
    "additionalClassifications": [{"scheme": "UNSPSC", "id": "26121600"}],
    "quantity": 12.5,
    "unit": {"scheme": "UNCEFACT", "id": "KGM", "name": "kilo", "value": {"amount": 9.90, "currency": "EUR"}},
    "deliveryDate": {"startDate": "2027-03-01T00:00:00Z", "endDate": "2027-03-05T23:59:59+01:00"},
    "deliveryAddress": {"streetAddress": "Quai 5", "postalCode": "13100", "locality": "Aix", "countryName": "France"},
}


def release(*items: object, ocid: str = "ocds-1", at: str = "2026-01-01T00:00:00Z", **tender: object) -> dict[str, Any]:
    own = {"id": "t-1", "title": "Wires", "items": list(items), **tender}
    return {"ocid": ocid, "id": f"{ocid}-{at}", "date": at, "tag": ["tender"], "tender": own}


def package(*releases: object) -> bytes:
    return json.dumps({"version": "1.1", "uri": "https://example.com", "releases": list(releases)}).encode()


def records(*items: object) -> bytes:
    return json.dumps({"version": "1.1", "records": list(items)}).encode()


def needs(data: bytes) -> list[str]:
    table = read_table(data, name="tender.json")
    return [row.cells[0] for row in table.rows]


def test_a_full_item_brings_all_its_fields() -> None:
    lots = [{"id": "7", "title": "Lot of wires"}]
    table = read_table(package(release({**ITEM, "relatedLot": "7"}, lots=lots)), name="tender.json")
    assert (table.source, table.encoding, table.remarks) == (Source.OCDS, "json", ())
    (row,) = make_preview(table, Choices(), TODAY).rows
    line = row.line
    assert line is not None
    assert (line.item_name, line.item_code, line.unit_code, line.quantity) == (
        "Copper wire",
        None,
        "KGM",
        Decimal("12.5"),
    )
    assert (line.category, line.specification) == ("CPV 44333000-3: Wire", "UNSPSC 26121600")
    assert (line.target_price, line.target_currency) == (Decimal("9.9"), "EUR")
    assert (line.required_on, line.delivery_place) == (NEXT_YEAR, "Quai 5, 13100, Aix, France")
    assert line.note == "Lot of wires"


def test_what_the_tender_says_once_fills_what_items_leave_out() -> None:
    tender: dict[str, Any] = {
        "description": "With drums.",
        "value": {"amount": 1000, "currency": "GBP"},
        "tenderPeriod": {"endDate": "2026-12-01T18:00:00Z"},
        "contractPeriod": {"startDate": "2027-01-01", "endDate": "2027-06-30T23:59:00Z"},
        "deliveryAddresses": [{"locality": "Leeds", "region": "Yorkshire"}],
    }
    table = read_table(package(release({"description": "Wire", "quantity": 1}, **tender)))
    assert table.facts == Facts(
        title="Wires",
        reference="ocds-1",
        currency="GBP",
        due_on=date(2026, 12, 1),
        required_on=date(2027, 6, 30),
        delivery_place="Leeds, Yorkshire",
        note="With drums.",
    )
    preview = make_preview(table, Choices(), TODAY)
    assert [question.code for question in preview.questions] == ["ask-unit"]
    assert codes(preview.rows[0])[0] == []


def test_two_delivery_addresses_are_no_answer() -> None:
    places = [{"locality": "Leeds"}, {"locality": "York"}]
    table = read_table(package(release(ITEM, deliveryAddresses=places)))
    assert table.facts.delivery_place is None


def test_the_newest_release_counts_and_the_earlier_ones_are_told() -> None:
    old, new = {"description": "Old", "quantity": 1}, {"description": "New", "quantity": 2}
    data = package(release(new, at="2026-03-01T00:00:00+02:00"), release(old, at="2026-02-01T00:00:00Z"))
    assert needs(data) == ["New"]
    table = read_table(data)
    assert table.remarks == (Remark("earlier-releases", {"count": "1", "date": "2026-03-01"}),)


def test_later_releases_without_items_do_not_hide_the_tender() -> None:
    award = {"ocid": "ocds-1", "date": "2026-09-01T00:00:00Z", "tag": ["award"], "awards": [{"id": "1"}]}
    emptied = release(at="2026-08-01T00:00:00Z")
    assert needs(package(award, release(ITEM), emptied)) == ["Copper wire"]


def test_a_compiled_release_goes_before_a_newer_one() -> None:
    compiled = release({"description": "Compiled", "quantity": 1}, at="2026-01-01T00:00:00Z")
    newer = release({"description": "Newer", "quantity": 1}, at="2026-05-01T00:00:00Z")
    record = {"ocid": "ocds-1", "compiledRelease": compiled, "releases": [newer, {"url": "https://example.com/r/1"}]}
    assert needs(records(record)) == ["Compiled"]
    tagged = {**compiled, "tag": ["tender", "compiled"]}
    assert needs(package(newer, tagged)) == ["Compiled"]


def test_other_tenders_of_the_file_are_told() -> None:
    data = package(release(ITEM, ocid="a"), release(ITEM, ocid="b", at="2026-02-01T00:00:00Z"), release(ITEM, ocid="c"))
    assert read_table(data).remarks == (Remark("other-tenders", {"count": "2", "taken": "b"}),)


def test_what_a_request_does_not_hold_is_named() -> None:
    item = {**ITEM, "guarantees": [{"id": "1"}], "profile": ""}
    tender: dict[str, Any] = {
        "documents": [{"id": "1"}],
        "awardCriteria": "priceOnly",
        "hasEnquiries": False,
        "amendments": [],
    }
    (remark,) = read_table(package(release(item, "no item", **tender))).remarks[:1]
    assert remark == Remark("parts-left-out", {"names": "documents, awardCriteria, items/guarantees"})
    assert read_table(package(release(item, "no item"))).remarks[-1] == Remark("items-unreadable", {"count": "1"})


def test_a_unit_that_is_no_code_is_asked_for_by_its_name() -> None:
    item = {"description": "Wire", "quantity": 1, "unit": {"scheme": "own", "id": "0815", "name": "drum of 90 m"}}
    preview = make_preview(read_table(package(release(item))), Choices(), TODAY)
    asked = next(question for question in preview.questions if question.code == "ask-unit-spelling")
    assert asked.facts["text"] == "drum of 90 m"


def test_a_long_description_becomes_the_specification() -> None:
    long = "wire " * 80
    item = {**ITEM, "description": long}
    (row,) = make_preview(read_table(package(release(item))), Choices(), TODAY).rows
    assert row.line is not None
    assert (row.line.item_name, row.line.specification.splitlines()[0]) == ("Wire", long.strip())
    bare = {"description": long, "quantity": 1}
    (row,) = make_preview(read_table(package(release(bare))), Choices(), TODAY).rows
    assert codes(row)[0] == ["text-too-long"]


def test_nothing_is_made_up_for_an_item_that_says_nothing() -> None:
    table = read_table(package(release({"id": "1", "quantity": "many"})))
    (row,) = make_preview(table, Choices(), TODAY).rows
    assert codes(row)[0] == ["name-missing", "quantity-unreadable"]
    assert row.values.get(Field.UNIT) is None


def test_numbers_with_huge_exponents_are_no_quantities() -> None:
    data = package(release({"description": "x", "quantity": 0})).replace(b'"quantity": 0', b'"quantity": 1e999999')
    (row,) = make_preview(read_table(data), Choices(), TODAY).rows
    assert codes(row)[0] == ["quantity-unreadable"]
    tiny = data.replace(b"1e999999", b"0e-999999")
    (row,) = make_preview(read_table(tiny), Choices(), TODAY).rows
    assert codes(row)[0] == ["quantity-unreadable"]


def test_a_single_release_and_a_tender_of_prozorro_are_read() -> None:
    assert needs(json.dumps(release(ITEM)).encode()) == ["Copper wire"]
    item = {"description": "Bread", "quantity": 3.0, "unit": {"code": "KGM", "name": "кілограм"}}
    inside = {"tenderID": "UA-1", "title": "Food", "dateModified": "2027-01-31T00:00:00+02:00", "items": [item]}
    table = read_table(json.dumps({"data": inside, "config": {}}).encode(), name="tender.json")
    assert (table.facts.reference, table.rows[0].cells[:4]) == ("UA-1", ("Bread", "", "3.0", "KGM"))


@pytest.mark.parametrize(
    ("data", "refusal", "facts"),
    [
        (b'{"releases": [', JsonBroken, {"line": "1", "column": "15"}),
        (b'{"releases":\n NaN}', JsonBroken, {"line": "1", "column": "1"}),
        (b'{"title": "\xff"}', JsonBroken, {"line": "1", "column": "1"}),
        (b'{"a":' * 100_000, JsonBroken, {"line": "1", "column": "1"}),
        (b'{"title": "x", "items": []}', NotATender, {"found": "items, title"}),
        (b"[{}]", NotATender, {"found": "list"}),
    ],
)
def test_what_is_no_tender_is_refused(data: bytes, refusal: type[Exception], facts: dict[str, str]) -> None:
    with pytest.raises(refusal) as caught:
        read_table(data, name="tender.json")
    assert caught.value.facts == facts  # type: ignore[attr-defined]  # every refusal has facts


def test_a_tender_without_items_holds_no_lines() -> None:
    for data in (package(), package(release()), records({"ocid": "1"}), b'{"releases": [1, {"tender": 5}]}'):
        with pytest.raises(FileEmpty):
            read_table(data)


def test_as_many_items_as_a_request_takes() -> None:
    item = {"description": "x", "quantity": 1}
    with pytest.raises(TooManyRows):
        read_table(package(release(*[item] * 5_100)))


def test_the_content_tells_json_and_the_name_may_not_contradict() -> None:
    assert sniff(b'\xef\xbb\xbf {\n "releases": []}') == Source.OCDS
    assert sniff(b"{sku},qty\n{A},1\n") == Source.CSV
    with pytest.raises(FormatContradicts):
        read_table(package(release(ITEM)), name="tender.csv")
    with pytest.raises(FormatContradicts):
        read_table(b"a,b\n", name="tender.json")
    with pytest.raises(FormatUnknown):
        read_table(b"%PDF-1.7", name="tender.json")
