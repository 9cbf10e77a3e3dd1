from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import UploadFile

from b2b_market.kernel.refusal import FieldError, IllegalStep, Invalid
from b2b_market.ui.forms import MAX_FIELDS, MAX_TEXT, Form, FormData, MalformedForm, Problem, parse_form


class Mode(StrEnum):
    OPEN = "open"


def sent(**fields: str) -> Form:
    return Form(parse_form(fields.items()))


def test_fields_are_sorted_cleaned_and_normalised() -> None:
    data = parse_form([("title", "e\u0301"), ("ids", "1"), ("ids", "2"), ("notes", "a\r\nb\tc")], lists=["ids"])
    assert dict(data.texts) == {"title": ("é",), "ids": ("1", "2"), "notes": ("a\nb\tc",)}
    assert data.first("ids") == "1"
    assert data.first("absent") is None


@pytest.mark.parametrize(
    "pairs",
    [
        [("title", "a"), ("title", "a")],
        [("title", "a\x00b")],
        [("title", "\ud800")],
        [("title", "price \u202e00.1")],
        [("title", "a\u2066b")],
        [("title", "\x1b[31m")],
        [("title", "x" * (MAX_TEXT + 1))],
        [("na\x00me", "a")],
        [("n" * 201, "a")],
        [(f"f{index}", "") for index in range(MAX_FIELDS + 1)],
    ],
    ids=["twice", "nul", "surrogate", "bidi", "isolate", "escape", "long", "name", "long-name", "many"],
)
def test_what_our_own_page_cannot_send_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(MalformedForm):
        parse_form(pairs)


def test_files_are_kept_apart_and_empty_ones_dropped() -> None:
    chosen = UploadFile(BytesIO(b"a,b"), size=3, filename="lines.csv")
    data = parse_form([("file", chosen), ("none", UploadFile(BytesIO(b""), size=0, filename=""))])
    form = Form(data)
    assert form.file("file") is chosen
    assert form.file("none") is None
    assert form.ok
    assert form.file("none", required=True) is None
    assert form.error("none") == Problem("Choose a file.")


def test_a_file_under_the_name_of_a_text_is_a_second_value() -> None:
    with pytest.raises(MalformedForm):
        parse_form([("file", "text"), ("file", UploadFile(BytesIO(b"a"), size=1, filename="a"))])


def test_values_are_converted_and_errors_collected() -> None:
    form = sent(
        title="  Bolts ",
        quantity="1,250.5",
        days="30",
        mode="open",
        id="01938f00-0000-7000-8000-000000000001",
        closes_at="2026-11-22T14:30",
        agree="1",
        empty="   ",
    )
    assert form.text("title", required=True) == "Bolts"
    assert form.decimal("quantity") == Decimal("1250.5")
    assert form.integer("days", least=1, most=60) == 30
    assert form.choice("mode", Mode) is Mode.OPEN
    assert form.uuid("id") == UUID("01938f00-0000-7000-8000-000000000001")
    closes_at = form.moment("closes_at", ZoneInfo("Asia/Shanghai"))
    assert closes_at is not None
    assert closes_at.isoformat() == "2026-11-22T06:30:00+00:00"
    assert form.flag("agree")
    assert not form.flag("absent")
    assert form.text("empty") is None
    assert form.day("absent") is None
    assert form.ok


def test_a_wrong_field_keeps_its_value_and_says_what_would_be_right() -> None:
    form = sent(title="x" * 201, quantity="12,5", days="1.5", mode="closed")
    assert form.text("title") is None
    assert form.decimal("quantity") is None
    assert form.integer("days") is None
    assert form.choice("mode", Mode) is None
    assert form.one_of("absent", ["a"], required=True) is None
    assert not form.ok
    assert form.value("quantity") == "12,5"
    assert form.error("title") == Problem("Use at most {limit} characters.", MappingProxyType({"limit": "200"}))
    assert form.error("days") == Problem("Use at most {places} decimals.", MappingProxyType({"places": "0"}))
    assert form.error("absent") == Problem("Fill this in.")
    assert list(form.errors) == ["title", "quantity", "days", "mode", "absent"]


def test_initial_values_show_until_the_form_is_sent() -> None:
    initial = {"price": Decimal("12.500000"), "count": Decimal(100), "title": None, "ids": ["a", "b"]}
    fresh = Form(initial=initial)
    assert (fresh.value("price"), fresh.value("count"), fresh.value("title")) == ("12.5", "100", "")
    assert fresh.values("ids") == ("a", "b")
    assert fresh.values("none") == ()
    again = Form(parse_form([("price", "13")]), initial)
    assert again.value("price") == "13"
    assert again.value("count") == ""
    assert again.values("ids") == ()


def test_rows_are_found_by_number_and_nothing_else() -> None:
    form = sent(**{
        "lines-10-item": "a", "lines-2-item": "b", "lines-2-unit": "c", "lines-x-item": "d",
        "lines-3-": "e", "others-1-item": "f", "lines-٣-item": "g", "lines-1234567-item": "h",
    })  # fmt: skip
    assert form.rows("lines") == (2, 10)


def test_a_refusal_lands_at_its_fields_or_on_the_whole_form() -> None:
    form = Form()
    form.add_refusal(
        Invalid(errors=[FieldError("/lines/3/quantity", "too-small", "Use {least} or more.", {"least": 1})])
    )
    assert form.error("lines-3-quantity") == Problem("Use {least} or more.", MappingProxyType({"least": "1"}))
    assert form.form_errors == []
    form.add_refusal(IllegalStep(status="closed", step="publish", allowed_from="draft"))
    assert [problem.message for problem in form.form_errors] == [IllegalStep.advice]
    assert form.form_errors[0].facts == {"status": "closed", "step": "publish", "allowed_from": "draft"}


def test_an_invalid_refusal_without_fields_is_not_lost() -> None:
    form = Form(FormData(MappingProxyType({})))
    form.add_refusal(Invalid())
    assert not form.ok
