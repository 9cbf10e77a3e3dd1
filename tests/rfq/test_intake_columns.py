from decimal import Decimal

import pytest

from b2b_market.rfq.intake.headings import meanings, recognised_headings, take_apart
from b2b_market.rfq.intake.layout import Layout, lay_out
from b2b_market.rfq.intake.values import Choices, DateOrder, Decimals, Field, Remark
from tests.rfq.intake_files import csv_table

UNDECIDED = Choices()


def laid_out(text: str, choices: Choices = UNDECIDED) -> Layout:
    return lay_out(csv_table(text), choices)


def fields(text: str, choices: Choices = UNDECIDED) -> list[Field]:
    return [column.field for column in laid_out(text, choices).columns]


PROP, CATEGORY = Field.PROPERTY, Field.CATEGORY
NAME, CODE, SPEC, QTY, UNIT = Field.ITEM_NAME, Field.ITEM_CODE, Field.SPECIFICATION, Field.QUANTITY, Field.UNIT
PRICE, TOTAL, CURRENCY = Field.TARGET_PRICE, Field.TARGET_TOTAL, Field.CURRENCY
DATE, PLACE, NOTE, IGNORED = Field.REQUIRED_ON, Field.DELIVERY_PLACE, Field.NOTE, Field.IGNORED


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Item", NAME),
        ("PRODUCT NAME", NAME),
        ("物料名称", NAME),
        ("品 名", NAME),
        ("Part #", CODE),
        ("Part No.", CODE),
        ("物料编码", CODE),
        ("MPN", CODE),
        ("规格型号", SPEC),
        ("Material", PROP),
        ("表面处理", PROP),
        ("Property: Sealing face", PROP),
        ("物料类别", CATEGORY),
        ("Qty", QTY),
        ("Qty.", QTY),
        ("Order_Qty", QTY),
        ("数量（件）", QTY),
        ("采购数量", QTY),
        ("UoM", UNIT),
        ("计量单位", UNIT),
        ("Cost/Unit", PRICE),
        ("Unit Price (USD)", PRICE),
        ("含税单价(元/吨)", PRICE),
        ("Target price €", PRICE),
        ("Total Cost$", TOTAL),
        ("Ext. Price", TOTAL),
        ("金额（元）", TOTAL),
        ("Item total", TOTAL),
        ("币种", CURRENCY),
        ("Need-by date", DATE),
        ("预计到货日期", DATE),
        ("Ship to", PLACE),
        ("收货地址*", PLACE),
        ("Remarks", NOTE),
        ("备注：", NOTE),
        ("序号", IGNORED),
        ("No.", IGNORED),
        ("Supplier", IGNORED),
        ("供应商名称", IGNORED),
    ],
)
def test_headings_mean_fields(heading: str, field: Field) -> None:
    found = meanings(heading)
    assert max(found, key=lambda name: found[name]) == field


@pytest.mark.parametrize("heading", ["", "Foo", "x" * 100, "(((" * 20, "Bolts for hall three", "12"])
def test_other_words_mean_nothing(heading: str) -> None:
    assert meanings(heading) == {}


def test_words_beside_a_heading_are_hints() -> None:
    assert take_apart("单价(元/吨)").hints == ("元", "吨")
    assert "USD" in take_apart("Unit price USD").hints
    assert take_apart("数量/件").hints == ("件",)
    assert take_apart("Total Cost$").hints[0] == "$"
    assert take_apart("Quantity").hints == ()


def test_recognised_headings_count_different_fields() -> None:
    assert recognised_headings(["Item", "Name", "Qty", "", "Foo"]) == 2


def test_a_usual_list_is_understood() -> None:
    text = """No.,Item,Description,Qty,Unit,Unit price,Total,Need by,Deliver to,Remark,Supplier
1,Bolt,M8x40,100,pcs,0.12,12.00,2027-03-05,Ulm,x,Acme
2,Nut,M8,100,pcs,0.05,5.00,2027-03-05,Ulm,y,Acme
3,Washer,8.4,200,pcs,0.01,2.00,2027-03-05,Ulm,z,Acme
"""
    assert fields(text) == [IGNORED, NAME, SPEC, QTY, UNIT, PRICE, TOTAL, DATE, PLACE, NOTE, IGNORED]
    reasons = [column.reason for column in laid_out(text).columns]
    assert (reasons[0], reasons[10], reasons[1]) == ("column-row-numbers", "column-not-for-suppliers", "")


def test_a_parts_list_of_electronics_is_named_by_its_values() -> None:
    head = "Designator,Footprint,Value,Quantity,Manufacturer,MPN\n"
    text = head + "C1,0603,100nF,1,Murata,GRM188\nR1,0402,10k,2,Yageo,RC0402\n"
    assert fields(text) == [IGNORED, SPEC, NAME, QTY, SPEC, CODE]


def test_numbered_rows_are_known_even_with_a_footer() -> None:
    column = laid_out("序号,品名,数量\n1,螺栓,3\n2,螺母,4\n3,垫圈,5\n备注：含税,,\n").columns[0]
    assert (column.field, column.reason) == (IGNORED, "column-row-numbers")


def test_item_that_only_counts_is_no_name() -> None:
    text = "Item,Description,Qty\n1,Bolt M8,100\n2,Nut M8,50\n3,Washer,20\n"
    assert fields(text) == [IGNORED, NAME, QTY]


def test_a_description_is_the_name_where_no_other_is() -> None:
    assert fields("Part No,Description,Qty\nA-1,Bolt,3\nA-2,Nut,4\n") == [CODE, NAME, QTY]


def test_several_columns_may_feed_the_specification_and_the_note() -> None:
    text = "品名,标准,规格,数量,备注,说明\n螺栓,国标,M8,3,急,a\n螺母,国标,M8,4,,b\n"
    assert fields(text) == [NAME, SPEC, SPEC, QTY, NOTE, NOTE]


def test_a_heading_the_cells_contradict_does_not_count() -> None:
    assert fields("Item,Quantity,Pieces\nBolt,see drawing,12\nNut,as needed,5\n") == [NAME, IGNORED, QTY]


def test_empty_columns_are_set_aside_with_the_reason() -> None:
    layout = laid_out("Item,Link,Qty\nBolt,--,3\nNut,,4\n")
    assert [(column.field, column.reason, column.confidence) for column in layout.columns][1] == (
        IGNORED,
        "column-empty",
        100,
    )


def test_columns_without_headings_are_known_by_their_cells() -> None:
    text = (
        "Hex bolt M8 zinc plated,100,pcs,$0.12,2027-03-05\n"
        "Hex nut M8,50,pcs,$0.05,2027-03-06\n"
        "Washer,20,pcs,$0.01,2027-03-06\n"
    )
    layout = laid_out(text)
    assert layout.header is None
    assert [column.field for column in layout.columns] == [NAME, QTY, UNIT, PRICE, DATE]
    assert {column.confidence for column in layout.columns} == {50}


def test_headings_in_another_language_are_still_headings() -> None:
    layout = laid_out("Artikel;Menge;Preis\nSchraube;10;1,50\nMutter;20;0,75\n")
    assert layout.header is not None
    assert layout.header.cells == ("Artikel", "Menge", "Preis")
    assert [column.field for column in layout.columns][:2] == [NAME, QTY]


def test_headings_below_a_title_are_found() -> None:
    layout = laid_out("Purchase list 2026,,\nhall 3,,\n,,\nItem,Qty,Unit\nBolt,3,pcs\n")
    assert layout.header is not None
    assert layout.header.number == 4
    assert layout.title == "Purchase list 2026"
    assert [row.number for row in layout.above] == [1, 2, 3]


def test_the_row_of_headings_can_be_chosen() -> None:
    text = "a,b\nItem,Qty\nBolt,3\n"
    chosen = laid_out(text, Choices(header_row=1))
    assert chosen.header is not None
    assert chosen.header.cells == ("a", "b")
    assert laid_out(text, Choices(header_row=0)).header is None
    assert laid_out(text, Choices(header_row=99)).header is None


def test_a_choice_of_columns_stands_and_frees_the_field() -> None:
    text = "Item,Qty,Reserve\nBolt,3,7\nNut,4,8\n"
    layout = laid_out(text, Choices(columns={2: QTY, 0: NOTE}))
    assert [(column.field, column.chosen) for column in layout.columns] == [(NOTE, True), (IGNORED, False), (QTY, True)]
    both = laid_out(text, Choices(columns={1: QTY, 2: QTY}))
    assert [(column.field, column.reason) for column in both.columns][1:] == [
        (QTY, ""),
        (IGNORED, "column-field-taken"),
    ]


def test_unit_price_and_total_are_told_apart_by_arithmetic() -> None:
    swapped = "Item,Qty,Total,Price\nBolt,10,0.12,1.20\nNut,20,0.05,1.00\nPin,4,2.50,10.00\n"
    assert fields(swapped) == [NAME, QTY, PRICE, TOTAL]
    same_words = "Item,Qty,Price,Price\nBolt,10,1.20,0.12\nNut,20,1.00,0.05\n"
    assert fields(same_words) == [NAME, QTY, TOTAL, PRICE]
    rounded = "Item,Qty,Cost,Cost\nM5 nut,31,$0.02,$0.56\nM3 nut,6,$0.01,$0.06\nScrew,12,$0.22,$2.61\n"
    assert fields(rounded) == [NAME, QTY, PRICE, TOTAL]


def test_where_arithmetic_says_nothing_the_headings_decide() -> None:
    assert fields("Item,Qty,Total,Price\nBolt,1,7.00,7.00\nNut,1,5.00,5.00\n") == [NAME, QTY, TOTAL, PRICE]
    assert fields("Item,Qty,Price,Total\nBolt,3,7.00,9.00\nNut,4,5.00,1.00\n") == [NAME, QTY, PRICE, TOTAL]


@pytest.mark.parametrize(
    ("cells", "decimals"),
    [
        (["1,50", "1.234,00"], Decimals.COMMA),
        (["1.50", "1,234.00"], Decimals.POINT),
        (["12", "13"], Decimals.POINT),
        (["1.234.567", "1.234"], Decimals.COMMA),
    ],
)
def test_decimals_are_decided_per_column(cells: list[str], decimals: Decimals) -> None:
    text = "Item;Price;Qty\n" + "".join(f"bolt;{cell};1\n" for cell in cells)
    assert laid_out(text).columns[1].decimals == decimals


def test_a_column_without_evidence_follows_the_rest_of_the_file() -> None:
    layout = laid_out("Item;Qty;Price\nBolt;1.500;1,25\nNut;2.000;0,75\n")
    assert [column.decimals for column in layout.columns[1:]] == [Decimals.COMMA, Decimals.COMMA]


def test_without_any_evidence_a_point_is_assumed_and_told() -> None:
    layout = laid_out('Item,Qty\nBolt,"1,500"\nNut,"2,000"\n')
    column = layout.columns[1]
    assert (column.decimals, column.remarks) == (Decimals.POINT, (Remark("decimals-assumed", {"example": "1,500"}),))
    chosen = laid_out('Item,Qty\nBolt,"1,500"\n', Choices(decimals={1: Decimals.COMMA})).columns[1]
    assert (chosen.decimals, chosen.remarks) == (Decimals.COMMA, ())


def test_files_with_semicolons_and_columns_of_both_ways_are_asked() -> None:
    assert laid_out("Item;Qty\nBolt;1.500\nNut;2.000\n").columns[1].decimals is None
    mixed = laid_out('Item,Price\nBolt,"1,50"\nNut,1.75\nPin,"1,234"\n').columns[1]
    assert (mixed.decimals, mixed.doubt) == (None, "1,234")


def test_the_order_of_dates_is_decided_per_column() -> None:
    assert laid_out("Item,Date\nBolt,13/4/2027\nNut,3/4/2027\n").columns[1].date_order == DateOrder.DAY_FIRST
    assert laid_out("Item,Date\nBolt,4/13/2027\nNut,3/4/2027\n").columns[1].date_order == DateOrder.MONTH_FIRST
    unclear = laid_out("Item,Date\nBolt,5/4/2027\nNut,3/4/2027\n").columns[1]
    assert (unclear.date_order, unclear.doubt) == (None, "5/4/2027")
    both = laid_out("Item,Date\nBolt,13/4/2027\nNut,4/13/2027\n").columns[1]
    assert (both.date_order, both.doubt) == (None, "")


def test_samples_show_different_cells() -> None:
    column = laid_out("Item,Qty\nBolt,3\nBolt,3\nNut,4\nPin,5\nRod,6\n").columns[0]
    assert column.samples == ("Bolt", "Nut", "Pin")
    assert column.letter == "A"


def test_the_price_agreement_counts_decimals_exactly() -> None:
    from b2b_market.rfq.intake.prices import tolerance

    assert tolerance(Decimal("0.02"), Decimal("0.56"), Decimal(31)) == Decimal("0.16")
    assert tolerance(Decimal(2), Decimal(5), Decimal(2)) == Decimal("1.5")


def test_a_column_that_bears_a_fields_name_keeps_it_even_if_no_cell_fits() -> None:
    layout = laid_out("Item,Qty,Need by\nBolt,many,soon\nNut,few,later\n")
    assert [(column.field, column.confidence) for column in layout.columns] == [(NAME, 95), (QTY, 40), (DATE, 47)]
