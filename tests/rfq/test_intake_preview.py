import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from b2b_market.kernel.currency import UnknownCurrency
from b2b_market.kernel.refusal import Invalid
from b2b_market.kernel.units import UnknownUnit
from b2b_market.rfq.intake.confirmation import Left, confirm
from b2b_market.rfq.intake.findings import SENTENCES
from b2b_market.rfq.intake.preview import Default, Preview, make_preview
from b2b_market.rfq.intake.refusals import ImportNotReady, NothingToImport, TooManyRows
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.values import Choices, DateOrder, Decimals, Facts, Field, Remark, Table
from b2b_market.rfq.intake.wire import from_json, to_json
from tests.rfq.intake_files import ANSWERS, NEXT_YEAR, TODAY, codes, csv_table, preview_of

SPARSE = "Item,Qty,Unit price\nBolt,3,$0.50\nNut,4,\nPin,2.5,$1\n"
EVERYTHING = Choices(
    header_row=1,
    columns={0: Field.ITEM_NAME, 2: Field.IGNORED},
    decimals={1: Decimals.COMMA},
    date_orders={2: DateOrder.MONTH_FIRST},
    unit_spellings={"m": "MTR"},
    unit_code="H87",
    delivery_place="上海",
    required_on=NEXT_YEAR,
    currency="CNY",
    replace_past_dates=True,
    skip_offered=False,
    skip=frozenset({4, 2}),
    keep=frozenset({9}),
    overrides={2: {Field.QUANTITY: "3"}},
)


def through_json(value: object) -> object:
    return json.loads(json.dumps(to_json(value)))


def test_what_the_file_leaves_out_is_asked_once_for_all_rows() -> None:
    preview = preview_of(SPARSE, Choices())
    assert [(question.code, question.field, question.rows) for question in preview.questions] == [
        ("ask-unit", Field.UNIT, 3),
        ("ask-currency-mark", Field.CURRENCY, 2),
        ("ask-date", Field.REQUIRED_ON, 3),
        ("ask-place", Field.DELIVERY_PLACE, 3),
    ]
    assert preview.counts() == {
        RowStatus.READY: 0,
        RowStatus.WAITING: 3,
        RowStatus.ERROR: 0,
        RowStatus.OFFERED: 0,
        RowStatus.SKIPPED: 0,
    }
    assert not preview.confirmable


def test_pieces_are_suggested_only_for_whole_quantities() -> None:
    assert preview_of(SPARSE, Choices()).questions[0].suggestion is None
    assert preview_of(SPARSE.replace("2.5", "2"), Choices()).questions[0].suggestion == "H87"


def test_answers_fill_every_row_and_are_shown() -> None:
    preview = preview_of(SPARSE)
    assert preview.questions == ()
    assert preview.confirmable
    assert preview.defaults == (
        Default(Field.UNIT, "H87", from_file=False),
        Default(Field.DELIVERY_PLACE, "Shanghai", from_file=False),
        Default(Field.REQUIRED_ON, "2027-03-05", from_file=False),
        Default(Field.CURRENCY, "USD", from_file=False),
    )
    assert preview.target_sums == {"USD": Decimal("4.00")}


def test_sums_are_kept_apart_by_currency_and_rounded_by_line() -> None:
    preview = preview_of("Item,Qty,Unit price\nA,3,0.335 EUR\nB,1,0.005 EUR\nC,2,10.4 JPY\nD,1,\n")
    assert preview.target_sums == {"EUR": Decimal("1.02"), "JPY": Decimal(21)}


def test_a_past_answer_is_asked_again() -> None:
    (question,) = preview_of(SPARSE, replace(ANSWERS, required_on=date(2026, 11, 21))).questions
    assert (question.code, question.rows, question.facts["date"]) == ("ask-date-past", 3, "2026-11-21")
    assert preview_of(SPARSE, replace(ANSWERS, required_on=TODAY)).questions == ()


PAST = "Item,Qty,Need by\nBolt,3,2020-05-01\nNut,4,2027-05-01\nPin,5,2021-05-01\n"


def test_past_dates_are_row_errors_fixed_in_the_row() -> None:
    preview = preview_of(PAST)
    assert [row.status for row in preview.rows] == [RowStatus.ERROR, RowStatus.READY, RowStatus.ERROR]
    (question,) = preview.questions
    assert (question.code, question.rows, question.optional) == ("ask-past-dates", 2, True)
    fixed = preview_of(
        PAST, replace(ANSWERS, overrides={2: {Field.REQUIRED_ON: "2027-01-01"}, 4: {Field.REQUIRED_ON: "2027-01-02"}})
    )
    assert fixed.questions == ()
    assert [str(row.line and row.line.required_on) for row in fixed.rows] == ["2027-01-01", "2027-05-01", "2027-01-02"]


def test_past_dates_can_be_replaced_all_at_once() -> None:
    preview = preview_of(PAST, replace(ANSWERS, replace_past_dates=True))
    assert [row.values[Field.REQUIRED_ON] for row in preview.rows] == ["2027-03-05", "2027-05-01", "2027-03-05"]
    assert codes(preview.rows[0]) == ([], [], ["date-replaced"])
    without = preview_of(PAST, replace(ANSWERS, replace_past_dates=True, required_on=None))
    assert [row.status for row in without.rows] == [RowStatus.ERROR, RowStatus.READY, RowStatus.ERROR]


def test_the_order_of_ambiguous_dates_is_asked_and_followed() -> None:
    text = "Item,Qty,Need by\nBolt,3,3/4/2027\nNut,4,5/5/2027\n"
    preview = preview_of(text)
    (question,) = preview.questions
    assert (question.code, question.column, question.rows) == ("ask-date-order", 2, 1)
    assert question.options == ("day_first", "month_first")
    for order, day in ((DateOrder.DAY_FIRST, "2027-04-03"), (DateOrder.MONTH_FIRST, "2027-03-04")):
        answered = preview_of(text, replace(ANSWERS, date_orders={2: order}))
        assert answered.rows[0].values[Field.REQUIRED_ON] == day


def test_the_title_above_the_headings_names_the_request() -> None:
    preview = preview_of("采购清单 2026,,\n,,\n品名,数量,单位\n螺栓,3,个\n")
    assert preview.facts == Facts(title="采购清单 2026")
    assert preview.header_row == 3
    assert [(row.number, row.status, row.offer and row.offer.code) for row in preview.rows] == [
        (1, RowStatus.SKIPPED, "above-headings"),
        (2, RowStatus.SKIPPED, "blank-line"),
        (4, RowStatus.READY, None),
    ]


def test_a_filled_row_above_the_headings_is_offered_not_dropped() -> None:
    preview = preview_of("Bolt,3,pcs\nItem,Qty,Unit\nNut,4,pcs\n")
    assert [(row.number, row.offer and row.offer.code) for row in preview.rows] == [(1, "above-headings"), (3, None)]
    kept = preview_of("Bolt,3,pcs\nItem,Qty,Unit\nNut,4,pcs\n", replace(ANSWERS, keep=frozenset({1})))
    assert [row.status for row in kept.rows] == [RowStatus.READY, RowStatus.READY]


def test_no_row_of_the_file_is_missing_from_the_preview() -> None:
    text = "title\n\nItem,Qty,Need by\nBolt,3,2020-01-01\n\nTotal,3,\nItem,Qty,Need by\nNut,x,\n"
    table = csv_table(text, ",")
    preview = make_preview(table, Choices(), TODAY)
    assert [row.number for row in preview.rows] == [
        row.number for row in table.rows if row.number != preview.header_row
    ]


def test_the_same_item_twice_is_told() -> None:
    text = "Item,Part No,Qty,Ship to\nBolt,A1,3,Ulm\nBolt M8,A1,4,Ulm\nBolt,A1,5,Aix\nNut,,1,Ulm\nNut,,2,Ulm\n"
    notices = [[(note.code, dict(note.facts)) for note in row.notices] for row in preview_of(text).rows]
    assert notices == [[], [("same-as", {"row": "2"})], [], [], [("same-as", {"row": "5"})]]


def test_missing_columns_are_remarked() -> None:
    preview = preview_of("Qty\n3\n4\n")
    assert preview.remarks == (Remark("no-name-column"),)
    assert [row.status for row in preview.rows] == [RowStatus.ERROR, RowStatus.ERROR]
    assert preview_of("Item\nBolt\nNut\n").remarks == (Remark("no-quantity-column"),)


def test_only_five_thousand_needs_are_taken() -> None:
    table = csv_table("Item,Qty\n" + "Bolt,1\n" * 5_000)
    assert len(make_preview(table, ANSWERS, TODAY).rows) == 5_000
    with pytest.raises(TooManyRows) as caught:
        make_preview(csv_table("Item,Qty\n" + "Bolt,1\n" * 5_001), ANSWERS, TODAY)
    assert caught.value.facts == {"limit": "5000", "row": "5002"}


@pytest.mark.parametrize(
    ("choices", "refusal"),
    [
        (Choices(unit_code="PCSX"), UnknownUnit),
        (Choices(unit_spellings={"m": "METRE"}), UnknownUnit),
        (Choices(currency="EURO"), UnknownCurrency),
        (Choices(delivery_place="x" * 501), Invalid),
    ],
)
def test_choices_that_cannot_be_are_refused(choices: Choices, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        make_preview(csv_table(SPARSE), choices, TODAY)


def test_values_go_to_json_and_back() -> None:
    table = csv_table("title,,\nItem,Qty,Unit price\nBo\u0007lt,x,$5\nNut,3,1\n")
    choices = replace(EVERYTHING, header_row=2)
    preview = make_preview(table, Choices(), TODAY)
    assert from_json(Table, through_json(table)) == table
    assert from_json(Choices, through_json(choices)) == choices
    assert from_json(Choices, {}) == Choices()
    assert from_json(Preview, through_json(preview)) == preview
    full = make_preview(table, replace(ANSWERS, overrides={3: {Field.QUANTITY: "2"}}), TODAY)
    assert from_json(Preview, through_json(full)) == full
    assert full.confirmable


def test_json_is_made_of_plain_values() -> None:
    assert through_json(EVERYTHING) == {
        "header_row": 1,
        "columns": {"0": "item_name", "2": "ignored"},
        "decimals": {"1": "comma"},
        "date_orders": {"2": "month_first"},
        "unit_spellings": {"m": "MTR"},
        "unit_code": "H87",
        "delivery_place": "上海",
        "required_on": "2027-03-05",
        "currency": "CNY",
        "replace_past_dates": True,
        "skip_offered": False,
        "skip": [2, 4],
        "keep": [9],
        "overrides": {"2": {"quantity": "3"}},
    }


@pytest.mark.parametrize("value", [None, 3, [], {"skip": 3}, {"columns": {"0": "nonsense"}}, {"required_on": "x"}])
def test_json_that_is_no_draft_is_an_error(value: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        from_json(Choices, value)


# ------------------------------------------------------------------------------------------------------ confirming

MIXED = "Item,Qty,Need by\nBolt,3,2027-05-01\nNut,many,2027-05-01\nTotal,3,\nPin,4,2020-05-01\n"


def test_a_preview_without_open_ends_becomes_lines() -> None:
    confirmed = confirm(preview_of("Item,Qty\nBolt,3\n\nNut,4\nTotal,7\n"))
    assert [(line.item_name, line.quantity) for line in confirmed.lines] == [("Bolt", Decimal(3)), ("Nut", Decimal(4))]
    assert confirmed.rows == (2, 4)
    assert confirmed.left == (Left(3, "blank-line"), Left(5, "total-line"))


def test_open_rows_refuse_the_whole_import_and_name_each_place() -> None:
    with pytest.raises(ImportNotReady) as caught:
        confirm(preview_of(MIXED))
    assert caught.value.facts == {"problems": "2", "questions": "0"}
    assert [(error.pointer, error.code) for error in caught.value.errors] == [
        ("/rows/3/quantity", "quantity-unreadable"),
        ("/rows/5/required_on", "date-past"),
    ]
    assert caught.value.errors[0].detail == SENTENCES["quantity-unreadable"].right
    assert caught.value.errors[0].facts == {"text": "many"}


def test_open_questions_refuse_the_whole_import_too() -> None:
    with pytest.raises(ImportNotReady) as caught:
        confirm(preview_of(SPARSE, Choices()))
    assert caught.value.facts == {"problems": "0", "questions": "4"}
    assert [error.pointer for error in caught.value.errors] == [
        "/questions/unit",
        "/questions/currency",
        "/questions/required_on",
        "/questions/delivery_place",
    ]


def test_undecided_offers_refuse_the_import() -> None:
    with pytest.raises(ImportNotReady) as caught:
        confirm(preview_of("Item,Qty\nBolt,3\nTotal,7\n", replace(ANSWERS, skip_offered=False)))
    assert [(error.pointer, error.code) for error in caught.value.errors] == [("/rows/3", "total-line")]


def test_only_the_ready_rows_can_be_taken_and_the_others_are_named() -> None:
    confirmed = confirm(preview_of(MIXED), only_ready=True)
    assert [line.item_name for line in confirmed.lines] == ["Bolt"]
    assert confirmed.left == (Left(3, "quantity-unreadable"), Left(4, "total-line"), Left(5, "date-past"))


def test_nothing_ready_is_nothing_to_import() -> None:
    with pytest.raises(NothingToImport):
        confirm(preview_of("Item,Qty\nBolt,x\n"), only_ready=True)
    with pytest.raises(NothingToImport):
        confirm(preview_of("Item,Qty\nBolt,3\n", replace(ANSWERS, skip=frozenset({2}))))
