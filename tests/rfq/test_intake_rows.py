from dataclasses import replace
from decimal import Decimal

import pytest

from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.values import Choices, Decimals, Field, NeedLine
from tests.rfq.intake_files import ANSWERS, NEXT_YEAR, codes, only_row, preview_of


def test_a_complete_row_is_a_need() -> None:
    row = only_row(
        "Item,Part No,Spec,Qty,Unit,Unit price,Currency,Need by,Ship to,Note\n"
        "Hex  bolt,A-1,M8x40,1200.5,kg,0.125,eur,2027-03-05,Ulm,by rail\n"
    )
    assert row.status == RowStatus.READY
    assert row.line == NeedLine(
        "Hex bolt", "A-1", "M8x40", Decimal("1200.5"), "KGM", Decimal("0.125"), "EUR", NEXT_YEAR, "Ulm", "by rail"
    )
    assert row.defaulted == ()


def test_what_is_left_out_is_filled_and_named() -> None:
    row = only_row("Item,Qty,Unit price\nBolt,3,$0.50\n")
    assert row.line == NeedLine("Bolt", None, "", Decimal(3), "H87", Decimal("0.50"), "USD", NEXT_YEAR, "Shanghai", "")
    assert row.defaulted == (Field.UNIT, Field.CURRENCY, Field.REQUIRED_ON, Field.DELIVERY_PLACE)


def test_what_is_left_out_and_not_answered_is_waited_for() -> None:
    row = only_row("Item,Qty,Unit price\nBolt,3,0.50\n", Choices())
    assert (row.status, row.line) == (RowStatus.WAITING, None)
    assert codes(row) == ([], ["ask-unit", "ask-currency", "ask-date", "ask-place"], [])


@pytest.mark.parametrize("heading", ["Price breaks", "Quantity breaks", "阶梯数量"])
def test_price_breaks_are_a_column(heading: str) -> None:
    row = only_row(f"Item,Qty,{heading}\nBolt,3,10;100/1000\n")
    assert row.line is not None
    assert row.line.breaks == (Decimal(10), Decimal(100), Decimal(1000))
    assert row.values[Field.BREAKS] == "10; 100; 1000"
    empty = only_row(f"Item,Qty,{heading}\nBolt,3,-\n")
    assert empty.line is not None
    assert empty.line.breaks == ()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("ten; 100", "breaks-unreadable"),
        ("10; 10", "breaks-order"),
        ("0; 10", "breaks-range"),
        ("; ".join(map(str, range(1, 22))), "breaks-too-many"),
    ],
)
def test_price_breaks_that_cannot_be(cell: str, code: str) -> None:
    row = only_row(f"Item,Qty,Price breaks\nBolt,3,{cell}\n")
    assert (row.status, row.line) == (RowStatus.ERROR, None)
    assert [(error.code, error.field, error.column) for error in row.errors] == [(code, Field.BREAKS, 2)]


@pytest.mark.parametrize(
    ("cell", "code", "facts"),
    [
        ("", "quantity-missing", {}),
        ("--", "quantity-missing", {}),
        ("many", "quantity-unreadable", {"text": "many"}),
        ("10-20", "quantity-unreadable", {"text": "10-20"}),
        ("5 x 10 m", "quantity-unreadable", {"text": "5 x 10 m"}),
        ("0", "quantity-not-positive", {"text": "0"}),
        ("-3", "quantity-not-positive", {"text": "-3"}),
        ("0.0000001", "quantity-too-precise", {"text": "0.0000001"}),
        ("1000000000000", "quantity-too-large", {"text": "1000000000000"}),
    ],
)
def test_quantities_that_cannot_be(cell: str, code: str, facts: dict[str, str]) -> None:
    row = preview_of(f"Item,Qty,Unit\nBolt,{cell},pcs\nNut,1,pcs\n").rows[0]
    assert (row.status, row.line) == (RowStatus.ERROR, None)
    (error,) = row.errors
    assert (error.code, error.field, error.column, dict(error.facts)) == (code, Field.QUANTITY, 1, facts)


@pytest.mark.parametrize(
    ("cell", "quantity", "unit"),
    [
        ("12 pcs", "12", "H87"),
        ("12pcs", "12", "H87"),
        ("2.50 kg", "2.50", "KGM"),
        ("3 套", "3", "SET"),
        ("１２个", "12", "C62"),
        ("1.000000000", "1.000000000", "H87"),
        ("5 m2", "5", "MTK"),
    ],
)
def test_units_inside_the_quantity_cell(cell: str, quantity: str, unit: str) -> None:
    row = only_row(f"Item,Qty\nBolt,{cell}\n")
    assert row.line is not None
    assert (str(row.line.quantity), row.line.unit_code) == (quantity, unit)


def test_the_unit_beside_the_heading_counts_for_the_column() -> None:
    row = only_row("品名,数量(吨)\n钢板,3\n", replace(ANSWERS, unit_code=None))
    assert row.values[Field.UNIT] == "TNE"


def test_two_units_that_differ_are_an_error_and_two_names_of_one_are_not() -> None:
    differ = only_row("Item,Qty,Unit\nWire,3 kg,m\n")
    (error,) = differ.errors
    assert (error.code, error.column, dict(error.facts)) == ("units-differ", 2, {"first": "kg", "second": "m"})
    assert only_row("Item,Qty,Unit\nWire,3 pcs,个\n").values[Field.UNIT] == "C62"


def test_an_unknown_unit_is_asked_once_and_read_as_answered() -> None:
    text = "Item,Qty,Unit\nWire,3,M\nRope,4,m.\nCord,5,M\n"
    preview = preview_of(text)
    assert [row.status for row in preview.rows] == [RowStatus.WAITING, RowStatus.READY, RowStatus.WAITING]
    (question,) = preview.questions
    assert (question.code, question.rows, question.facts["text"]) == ("ask-unit-spelling", 2, "M")
    answered = preview_of(text, replace(ANSWERS, unit_spellings={"m": "MTR"}))
    assert [row.values[Field.UNIT] for row in answered.rows] == ["MTR", "MTR", "MTR"]


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("$8.50 ", "8.50"),
        ('"$1,234.50"', "1234.50"),
        ("USD 12", "12"),
        ("0.125000", "0.125000"),
        ("--", None),
        ("", None),
        ("n/a", None),
    ],
)
def test_prices_are_read_exactly(cell: str, price: str | None) -> None:
    row = only_row(f"Item,Qty,Unit price\nBolt,3,{cell}\n")
    assert row.line is not None
    found = row.line.target_price, row.line.target_currency
    assert found == ((Decimal(price), "USD") if price is not None else (None, None))
    assert codes(row) == ([], [], [])


@pytest.mark.parametrize(
    ("cell", "code", "facts"),
    [
        ("cheap", "price-unreadable", {"text": "cheap"}),
        ("1..5", "price-unreadable", {"text": "1..5"}),
        ("-0.5", "price-negative", {"text": "-0.5"}),
        ("$-5", "price-negative", {"text": "$-5"}),
        ("100000000000000", "price-too-large", {"text": "100000000000000"}),
        ("5 €/kg", "price-per-unit", {"per": "kg", "unit": "H87"}),
    ],
)
def test_prices_that_cannot_be(cell: str, code: str, facts: dict[str, str]) -> None:
    row = preview_of(f"Item,Qty,Unit price,Unit\nBolt,3,{cell},pcs\nNut,1,2,pcs\nPin,1,3,pcs\nRod,1,4,pcs\n").rows[0]
    assert row.status == RowStatus.ERROR
    (error,) = row.errors
    assert (error.code, error.field, error.column, dict(error.facts)) == (code, Field.TARGET_PRICE, 2, facts)


def test_a_price_per_the_same_unit_is_a_price() -> None:
    row = only_row("品名,数量,单位,单价\n钢板,3,吨,4500元/吨\n")
    assert row.line is not None
    assert (row.line.target_price, row.line.target_currency) == (Decimal(4500), "CNY")


@pytest.mark.parametrize("cells", ["0,", "$0.00,", ",0", "--,$0.00", "0,0.00"])
def test_a_zero_price_is_no_target_and_told(cells: str) -> None:
    row = only_row(f"Item,Qty,Unit price,Total\nBolt,3,{cells}\n")
    assert row.line is not None
    assert row.line.target_price is None
    assert codes(row) == ([], [], ["price-zero"])


def test_a_total_alone_is_divided_by_the_quantity() -> None:
    row = only_row("Item,Qty,Total\nBolt,3,$10.00\n")
    assert row.line is not None
    assert row.line.target_price == Decimal("3.333333")
    assert [(note.code, dict(note.facts)) for note in row.notices] == [
        ("price-from-total", {"total": "10", "quantity": "3"}),
        ("price-rounded", {"exact": "3.333333333333333333333333333", "rounded": "3.333333"}),
    ]


def test_more_than_six_decimals_are_rounded_half_up_and_told() -> None:
    row = only_row("Item,Qty,Unit price\nBolt,3,0.0000005\n")
    assert row.values[Field.TARGET_PRICE] == "0.000001"
    assert [dict(note.facts) for note in row.notices] == [{"exact": "0.0000005", "rounded": "0.000001"}]


def test_a_total_that_does_not_multiply_out_is_told_and_the_unit_price_counts() -> None:
    text = "Item,Qty,Unit price,Total\nBolt,10,0.50,6.00\nNut,10,0.50,5.00\nPin,31,0.02,0.56\n"
    rows = preview_of(text).rows
    assert [[note.code for note in row.notices] for row in rows] == [["total-differs"], [], []]
    assert dict(rows[0].notices[0].facts) == {"quantity": "10", "price": "0.5", "computed": "5", "stated": "6"}
    assert rows[0].values[Field.TARGET_PRICE] == "0.5"


@pytest.mark.parametrize("cell", ["see below", "-6", "6 EUR or more"])
def test_an_unreadable_total_beside_a_price_is_only_told(cell: str) -> None:
    row = preview_of(f"Item,Qty,Unit price,Total\nBolt,10,0.50,{cell}\nNut,10,0.5,5\nPin,2,0.5,1\nRod,4,0.5,2\n").rows[
        0
    ]
    assert (row.status, codes(row)) == (RowStatus.READY, ([], [], ["total-unreadable"]))
    assert dict(row.notices[0].facts) == {"text": cell}
    alone = preview_of(f"Item,Qty,Total\nBolt,10,{cell}\nNut,10,5\nPin,2,1\nRod,4,2\n").rows[0]
    assert alone.status == RowStatus.ERROR
    assert alone.errors[0].field == Field.TARGET_TOTAL


@pytest.mark.parametrize(
    ("heading", "cell", "currency"),
    [
        ("Unit price", "5 EUR", "EUR"),
        ("Unit price (EUR)", "5", "EUR"),
        ("单价(元)", "5", "CNY"),
        ("单价(元)", "¥5", "CNY"),
        ("Unit price €", "5", "EUR"),
        ("Unit price (EUR)", "$5", "USD"),
        ("Unit price CAD", "$5", "CAD"),
    ],
)
def test_where_the_currency_comes_from(heading: str, cell: str, currency: str) -> None:
    row = only_row(f"Item,Qty,{heading}\nBolt,3,{cell}\n")
    assert row.values[Field.CURRENCY] == currency


def test_an_ambiguous_mark_is_asked_and_only_an_answer_that_fits_is_taken() -> None:
    text = "Item,Qty,Unit price\nBolt,3,$5\n"
    open_ = preview_of(text, replace(ANSWERS, currency=None))
    (question,) = open_.questions
    assert (question.code, question.suggestion, question.facts["mark"]) == ("ask-currency-mark", "USD", "$")
    assert "CAD" in question.options
    assert only_row(text, replace(ANSWERS, currency="CAD")).values[Field.CURRENCY] == "CAD"
    (refused,) = preview_of(text, replace(ANSWERS, currency="EUR")).questions
    assert (refused.code, refused.facts["chosen"], refused.field) == ("ask-currency-other", "EUR", Field.CURRENCY)


def test_a_currency_column_that_contradicts_the_price_is_an_error() -> None:
    row = only_row("Item,Qty,Unit price,Currency\nBolt,3,5 EUR,USD\n")
    (error,) = row.errors
    assert (error.code, dict(error.facts)) == ("currencies-differ", {"first": "EUR", "second": "USD"})
    unknown = preview_of("Item,Qty,Unit price,Currency\nBolt,3,5,gold\nNut,3,5,USD\n").rows[0]
    assert [(error.code, error.column) for error in unknown.errors] == [("currency-unknown", 3)]


def test_a_currency_without_a_price_does_not_matter() -> None:
    row = only_row("Item,Qty,Unit price,Currency\nBolt,3,,gold\n")
    assert (row.status, codes(row)) == (RowStatus.READY, ([], [], []))


@pytest.mark.parametrize(
    ("cell", "code", "facts"),
    [
        ("ASAP", "date-unreadable", {"text": "ASAP", "example": "2026-11-22"}),
        ("2026-11-21", "date-past", {"date": "2026-11-21", "today": "2026-11-22"}),
        ("2026-02-30", "date-unreadable", {"text": "2026-02-30", "example": "2026-11-22"}),
    ],
)
def test_dates_that_cannot_be(cell: str, code: str, facts: dict[str, str]) -> None:
    row = preview_of(f"Item,Qty,Need by\nBolt,3,{cell}\nNut,3,2027-03-05\n").rows[0]
    (error,) = row.errors
    assert (error.code, error.field, error.column, dict(error.facts)) == (code, Field.REQUIRED_ON, 2, facts)


@pytest.mark.parametrize("cell", ["2026-11-22", "2026年11月22日", "22.11.2026", "11/22/2026", "46348"])
def test_today_is_not_past(cell: str) -> None:
    assert only_row(f"Item,Qty,Need by\nBolt,3,{cell}\n").values[Field.REQUIRED_ON] == "2026-11-22"


def test_texts_that_are_too_long_say_how_long() -> None:
    row = only_row(f"Item,Part No,Qty\n{'x' * 301},{'1' * 50}A,1\n")
    assert [(error.code, dict(error.facts)) for error in row.errors] == [
        ("text-too-long", {"length": "301", "limit": "300"})
    ]


def test_a_row_without_a_name_says_so() -> None:
    row = preview_of("Part No,Item,Qty\nA-1,,1\nA-2,Nut,2\n").rows[0]
    assert [(error.code, error.column) for error in row.errors] == [("name-missing", 1)]


def test_several_columns_of_a_field_are_joined_with_their_headings() -> None:
    row = only_row("品名,标准,规格,数量,备注,说明\n螺栓,国标,M8,3,急,x\n", replace(ANSWERS, skip_offered=False))
    assert row.values[Field.SPECIFICATION] == "标准: 国标\n规格: M8"
    assert row.values[Field.NOTE] == "备注: 急\n说明: x"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",,,,", "blank-line"),
        ("Total,,,,12.00", "total-line"),
        ("合计,,,,12.00", "total-line"),
        ("合 计：,,15,,12.00", "total-line"),
        (",,,Grand total:,12.00", "total-line"),
        (",,,Total Unit Cost,12.00", "total-line"),
        (",,,小计(元),12.00", "total-line"),
        ("Mechanical parts,,,,", "lone-text"),
        ("Item,Spec,Qty,Unit price,Total", "repeated-headings"),
        ("品名,规格,数量,单价,金额", "repeated-headings"),
    ],
)
def test_lines_that_are_no_needs_are_offered_for_skipping_with_the_reason(line: str, code: str) -> None:
    text = f"Item,Spec,Qty,Unit price,Total\nBolt,M8,3,4,12\n{line}\nNut,M8,1,2,2\n"
    preview = preview_of(text)
    assert [row.status for row in preview.rows] == [RowStatus.READY, RowStatus.SKIPPED, RowStatus.READY]
    assert preview.rows[1].offer is not None
    assert preview.rows[1].offer.code == code
    undecided = preview_of(text, replace(ANSWERS, skip_offered=False)).rows[1]
    assert (undecided.status, undecided.offer) == (RowStatus.OFFERED, preview.rows[1].offer)


@pytest.mark.parametrize(
    "name", ["Total station TS-10", "Sum tester", "Totalizer", "合页", "总线电缆", "小计算器", "Page turner"]
)
def test_needs_whose_names_begin_like_totals_are_needs(name: str) -> None:
    assert only_row(f"Item,Spec,Qty,Unit price\n{name},M8,3,4\n").status == RowStatus.READY


def test_rows_that_are_only_numbered_are_offered_for_skipping() -> None:
    preview = preview_of("序号,品名,数量\n1,螺栓,3\n2,螺母,4\n3,,\n4,,\n")
    assert [row.offer and row.offer.code for row in preview.rows] == [None, None, "no-need", "no-need"]


def test_a_row_the_user_keeps_is_read_as_a_need() -> None:
    text = "Item,Spec,Qty,Unit price\nBolt,M8,3,4\nTotal,,12,4\n"
    kept = preview_of(text, replace(ANSWERS, keep=frozenset({3}))).rows[1]
    assert (kept.status, kept.values[Field.ITEM_NAME]) == (RowStatus.READY, "Total")


def test_a_row_the_user_skips_is_skipped() -> None:
    row = only_row("Item,Qty\nBolt,3\n", replace(ANSWERS, skip=frozenset({2})))
    assert (row.status, row.line) == (RowStatus.SKIPPED, None)
    assert row.offer is not None
    assert row.offer.code == "skipped-by-you"


def test_what_the_user_types_takes_the_place_of_the_cell() -> None:
    text = "Item,Qty,Need by\nBolt,many,2020-01-01\n"
    typed = {2: {Field.QUANTITY: "7 kg", Field.REQUIRED_ON: "2027-03-05", Field.NOTE: "typed"}}
    row = only_row(text, replace(ANSWERS, overrides=typed))
    assert row.line is not None
    assert (row.line.quantity, row.line.unit_code, row.line.required_on) == (Decimal(7), "KGM", NEXT_YEAR)
    assert row.line.note == "typed"
    assert row.cells == ("Bolt", "7 kg", "2027-03-05")


def test_typing_nothing_empties_a_cell() -> None:
    row = only_row("Item,Qty,Unit price\nBolt,3,cheap\n", replace(ANSWERS, overrides={2: {Field.TARGET_PRICE: ""}}))
    assert row.line is not None
    assert row.line.target_price is None


def test_a_blank_row_the_user_fills_is_a_need() -> None:
    text = "Item,Qty,Spec\nBolt,3,x\n,,\nNut,4,y\n"
    typed = {3: {Field.ITEM_NAME: "Washer", Field.QUANTITY: "5"}}
    row = preview_of(text, replace(ANSWERS, overrides=typed)).rows[1]
    assert (row.status, row.offer) == (RowStatus.READY, None)


def test_european_decimals_of_a_column() -> None:
    text = "Item;Qty;Unit price\nBolt;1.000;1.234,56\nNut;12,5;0,07\n"
    rows = preview_of(text, replace(ANSWERS, currency="EUR")).rows
    assert [(row.values[Field.QUANTITY], row.values[Field.TARGET_PRICE]) for row in rows] == [
        ("1000", "1234.56"),
        ("12.5", "0.07"),
    ]


def test_decimals_that_cannot_be_decided_are_asked_for() -> None:
    text = "Item;Qty\nBolt;1.500\nNut;7\n"
    preview = preview_of(text)
    assert [row.status for row in preview.rows] == [RowStatus.WAITING, RowStatus.READY]
    (question,) = preview.questions
    assert (question.code, question.column, question.rows) == ("ask-decimals", 1, 1)
    assert question.options == ("point", "comma")
    assert question.facts["example"] == "1.500"
    for style, quantity in ((Decimals.COMMA, "1500"), (Decimals.POINT, "1.500")):
        answered = preview_of(text, replace(ANSWERS, decimals={1: style}))
        assert answered.rows[0].values[Field.QUANTITY] == quantity
