"""Categories and properties of imported lists: columns named by their headings, lists in one cell, errors at cells."""

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook

from b2b_market.rfq.commands.needs import Attribute
from b2b_market.rfq.intake.classes import class_text, common_names
from b2b_market.rfq.intake.preview import make_preview
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.remembering import mapping_of
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import CellKind, Choices, Field, TableRow
from b2b_market.rfq.intake.workbooks_out import error_workbook
from b2b_market.rfq.rules.needs import MAX_ATTRIBUTES
from tests.rfq.intake_files import ANSWERS, TODAY, codes, csv_table, only_row, preview_of

STEEL = Attribute("Material", "steel 304")


def plainly(msgid: str, /, **facts: object) -> str:
    return msgid.format(**facts)


def attributes(row: PreviewRow) -> tuple[Attribute, ...]:
    assert row.line is not None, row.errors
    return row.line.attributes


def test_headings_name_the_properties() -> None:
    row = only_row("Item,Material,Coating,Category,Qty\nBolt,steel  304,zinc,Fasteners,5\n")
    assert attributes(row) == (STEEL, Attribute("Coating", "zinc"))
    assert row.line is not None
    assert (row.line.category, row.line.specification) == ("Fasteners", "")
    assert row.values[Field.PROPERTY] == "Material: steel 304; Coating: zinc"


def test_one_column_lists_several() -> None:
    row = only_row("品名,属性,数量\n螺栓,材质：304；表面: 达克罗,5\n")
    assert attributes(row) == (Attribute("材质", "304"), Attribute("表面", "达克罗"))
    broken = only_row("Item,Properties,Qty\nBolt,steel,5\n")
    assert [(error.code, error.column) for error in broken.errors] == [("property-unreadable", 1)]


def test_an_unknown_column_becomes_a_property_where_it_is_chosen() -> None:
    text = "Item,Torque class,Qty\nBolt,T7,5\nNut,--,6\n"
    assert [column.field for column in preview_of(text).columns][1] == Field.IGNORED
    bolt, nut = preview_of(text, replace(ANSWERS, columns={1: Field.PROPERTY})).rows
    assert attributes(bolt) == (Attribute("Torque class", "T7"),)
    assert attributes(nut) == ()


def test_a_paragraph_below_a_property_stays_a_specification() -> None:
    row = only_row(f"Item,Surface,Qty\nBolt,{'as agreed ' * 30},5\n")
    assert attributes(row) == ()
    assert row.line is not None
    assert row.line.specification.startswith("as agreed")


def test_same_items_of_other_material_are_no_doubles() -> None:
    rows = preview_of("Item,Material,Qty\nBolt,steel,5\nBolt,brass,6\nBolt,brass,7\n").rows
    assert [codes(row)[2] for row in rows] == [[], [], ["same-as"]]


@pytest.mark.parametrize(
    ("text", "columns", "error"),
    [
        ("Item,Material,Material,Qty\nBolt,steel,brass,5\n", {}, ("property-twice", 2)),
        ("Item,,Qty\nBolt,red,5\n", {1: Field.PROPERTY}, ("property-unnamed", 1)),
        (f"Item,Properties,Qty\nBolt,{'x' * 201}: y,5\n", {1: Field.PROPERTY}, ("text-too-long", 1)),
        (
            f"Item,Properties,Qty\nBolt,{';'.join(f'p{n}: 1' for n in range(MAX_ATTRIBUTES + 1))},5\n",
            {},
            ("properties-too-many", 1),
        ),
        (f"Item,Category,Qty\nBolt,{'x' * 201},5\n", {}, ("text-too-long", 1)),
    ],
)
def test_what_is_wrong_is_an_error_of_its_cell(text: str, columns: dict[int, Field], error: tuple[str, int]) -> None:
    (row,) = preview_of(text, replace(ANSWERS, columns=columns)).rows
    assert [(found.code, found.column) for found in row.errors] == [error]
    assert row.status is RowStatus.ERROR


def test_a_spreadsheet_error_in_a_property_is_named() -> None:
    table = csv_table("Item,Material,Qty\nBolt,#REF!,5\n")
    kinds = CellKind.TEXT + CellKind.ERROR + CellKind.TEXT
    rows = (table.rows[0], TableRow(2, table.rows[1].cells, kinds))
    (row,) = make_preview(replace(table, rows=rows), ANSWERS, TODAY).rows
    assert [(found.code, found.field, found.column) for found in row.errors] == [
        ("spreadsheet-error", Field.PROPERTY, 1)
    ]


def test_what_is_typed_stands_for_all_properties_and_goes_back_into_its_columns() -> None:
    text = "Item,Material,Coating,Qty\nBolt,steel,zinc,many\n"
    typed = {2: {Field.PROPERTY: "Material: brass; Class: 8.8"}}
    preview = preview_of(text, replace(ANSWERS, overrides=typed))
    (row,) = preview.rows
    assert row.values[Field.PROPERTY] == "Material: brass; Class: 8.8"
    assert row.cells == ("Bolt", "brass", "", "many")


def test_the_error_workbook_comes_back_with_its_properties() -> None:
    text = "Item,Torque class,Qty\nBolt,T7,many\n"
    preview = preview_of(text, replace(ANSWERS, columns={1: Field.PROPERTY}))
    data = error_workbook(preview, plainly)
    sheet = load_workbook(BytesIO(data)).worksheets[0]
    assert [cell.value for cell in sheet[1]][2:] == ["Item", "Property: Torque class", "Qty"]
    (row,) = make_preview(read_table(data), ANSWERS, TODAY).rows
    assert row.values[Field.PROPERTY] == "Torque class: T7"
    assert codes(row)[0] == ["quantity-unreadable"]


def test_what_was_chosen_is_remembered_by_its_heading() -> None:
    table = csv_table("Item,Torque class,Qty\nBolt,T7,5\n")
    choices = Choices(columns={1: Field.PROPERTY})
    mapping = mapping_of(table, make_preview(table, choices, TODAY), choices)
    assert mapping is not None
    assert [(one.heading, one.field) for one in mapping.columns][1] == ("Torque class", "property")


def test_classes_are_cut_to_their_code_and_rare_properties_get_no_column() -> None:
    assert class_text("CPV", "31300000-9", "x" * 300) == "CPV 31300000-9"
    assert class_text("", "", "Wire") == "Wire"
    own = [{"a": "1", "b": "1"}, {"b": "2"}, {"c": "3", "b": "1", "a": "1"}]
    assert common_names(own, 2) == ("a", "b")


def test_attributes_of_ocds_are_properties() -> None:
    item = """{"id": "1", "description": "Cable", "quantity": 3, "attributes": [
        {"name": "Section", "value": 2.5, "unit": {"name": "mm²"}}, {"name": "Colours", "values": ["blue", "red"]},
        {"name": "Halogen free", "value": true}, {"name": "Empty"}]}"""
    table = read_table(b'{"ocid": "o", "tender": {"items": [%s]}}' % item.encode(), name="tender.json")
    (row,) = make_preview(table, ANSWERS, TODAY).rows
    assert attributes(row) == (
        Attribute("Section", "2.5 mm²"),
        Attribute("Colours", "blue, red"),
        Attribute("Halogen free", "true"),
    )
