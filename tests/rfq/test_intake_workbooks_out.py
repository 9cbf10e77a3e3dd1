from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from b2b_market.rfq import intake
from b2b_market.rfq.intake.preview import make_preview
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.values import Choices, Decimals, Field
from b2b_market.rfq.intake.workbooks_out import Translate, error_workbook, template_workbook
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language
from tests.rfq.intake_files import ANSWERS, TODAY, preview_of, workbook_of

CATALOGUE = Catalogue([Path(intake.__file__).parent])


def speaking(language: Language) -> Translate:
    return partial(CATALOGUE.translate, language)


ENGLISH = speaking(Language.EN)
TEXT = "Item,Qty,Unit price,Need by\nBolt,3,=1+1,2020-01-01\n=cmd()|x,4,1,2027-05-01\n,,,\nhttp://127.0.0.1/,x,1,2027-05-01\n"


def cells_of(data: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_reasons_stand_beside_the_cells_they_are_about() -> None:
    data = error_workbook(preview_of(TEXT), ENGLISH)
    head, bolt, formula, blank, link = cells_of(data)
    assert head == ["Row in the file", "What is wrong", "Item", "Qty", "Unit price", "Need by"]
    assert bolt[0] == 2
    assert str(bolt[1]).splitlines() == [
        "To be corrected",
        "Target unit price: “=1+1” is no price",
        "Write one number such as 1250.50, or leave it empty.",
        "Required date: 2020-01-01 is past",
        "Give a date from 2026-11-22 on.",
    ]
    assert (formula[1], formula[2]) == ("Ready", "=cmd()|x")
    assert blank[:2] == [4, "Skipped\nThe row is blank"]
    assert str(link[1]).startswith("To be corrected\nQuantity: “x” is no quantity")

    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    commented = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert sorted(commented) == ["D5", "E2", "F2"]
    assert "2020-01-01 is past" in commented["F2"]
    assert sheet.freeze_panes == "C2"


def test_texts_stay_texts_whatever_they_begin_with() -> None:
    data = error_workbook(preview_of(TEXT), ENGLISH)
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows(min_col=2) for cell in row if cell.value is not None} == {"s"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_only_the_problems_can_be_asked_for() -> None:
    data = error_workbook(preview_of(TEXT), ENGLISH, problems_only=True)
    assert [row[0] for row in cells_of(data)] == ["Row in the file", 2, 5]


def test_the_reader_s_language_is_spoken() -> None:
    rows = cells_of(error_workbook(preview_of(TEXT), speaking(Language.ZH)))
    assert rows[0][:2] == ["文件中的行", "存在的问题"]
    assert str(rows[1][1]).splitlines()[:3] == [
        "需要更正",
        "目标单价：“=1+1”不是价格",
        "请只填一个数，例如 1250.50，或者留空。",
    ]


def test_questions_are_told_in_the_rows_that_wait() -> None:
    rows = cells_of(error_workbook(preview_of("Item;Qty\nBolt;1.500\nNut;7\n", Choices()), ENGLISH))
    assert "How are decimals written in column B?" in str(rows[1][1])
    assert "By when is it needed?" in str(rows[1][1])


@pytest.mark.parametrize("language", list(Language))
def test_a_corrected_workbook_is_imported_as_it_is(language: Language) -> None:
    preview = preview_of(TEXT)
    book = openpyxl.load_workbook(BytesIO(error_workbook(preview, speaking(language))))
    sheet = book.worksheets[0]
    sheet["E2"], sheet["F2"], sheet["D5"] = "2", "2027-05-01", "5"
    out = BytesIO()
    book.save(out)
    again = make_preview(read_table(out.getvalue(), name="errors.xlsx"), ANSWERS, TODAY)
    assert [column.field for column in again.columns] == [
        Field.IGNORED,
        Field.IGNORED,
        Field.ITEM_NAME,
        Field.QUANTITY,
        Field.TARGET_PRICE,
        Field.REQUIRED_ON,
    ]
    assert [row.line and row.line.item_name for row in again.rows] == ["Bolt", "=cmd()|x", None, "http://127.0.0.1/"]
    assert [row.status for row in again.rows] == [RowStatus.READY, RowStatus.READY, RowStatus.SKIPPED, RowStatus.READY]


def test_numbers_of_a_workbook_go_back_as_numbers() -> None:
    table = read_table(workbook_of(S=[["Item", "Qty"], ["Bolt", 1.234], ["Nut", "1.234,5"]]))
    preview = make_preview(table, replace(ANSWERS, decimals={1: Decimals.COMMA}), TODAY)
    assert [row.values[Field.QUANTITY] for row in preview.rows] == ["1.234", "1234.5"]
    rows = cells_of(error_workbook(preview, ENGLISH))
    assert [row[3] for row in rows[1:]] == [1.234, "1.234,5"]


@pytest.mark.parametrize("language", list(Language))
def test_the_template_is_recognised_completely(language: Language) -> None:
    data = template_workbook(speaking(language), language)
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet.max_row == 1
    assert all(cell.comment for cell in sheet[1])
    unit = "米" if language == Language.ZH else "metre"
    sheet.append(["螺栓", "0012", "M8", 2.5, unit, 0.1, "CNY", None, "上海", "急", "标准件", "材质: 304", "10; 100"])
    sheet["H2"] = TODAY
    out = BytesIO()
    book.save(out)
    (row,) = make_preview(read_table(out.getvalue(), name="template.xlsx"), Choices(), TODAY).rows
    assert row.line is not None
    assert {field: row.values.get(field) for field in Field if field not in {Field.TARGET_TOTAL, Field.IGNORED}} == {
        Field.ITEM_NAME: "螺栓",
        Field.ITEM_CODE: "0012",
        Field.SPECIFICATION: "M8",
        Field.QUANTITY: "2.5",
        Field.UNIT: "MTR",
        Field.TARGET_PRICE: "0.1",
        Field.CURRENCY: "CNY",
        Field.REQUIRED_ON: "2026-11-22",
        Field.DELIVERY_PLACE: "上海",
        Field.NOTE: "急",
        Field.CATEGORY: "标准件",
        Field.PROPERTY: "材质: 304",
        Field.BREAKS: "10; 100",
    }


def test_the_template_explains_itself_and_lists_the_units() -> None:
    book = openpyxl.load_workbook(BytesIO(template_workbook(speaking(Language.ZH), Language.ZH)))
    assert book.sheetnames == ["需求", "填写说明"]
    rows = [tuple(cell.value for cell in row) for row in book.worksheets[1].iter_rows()]
    assert ("物料", "简要写明需要什么。每行必填。") in rows
    assert ("KGM", "千克") in rows


@pytest.mark.parametrize(
    "write",
    [
        lambda: error_workbook(preview_of(TEXT), ENGLISH),
        lambda: template_workbook(speaking(Language.ZH), Language.ZH),
    ],
)
def test_equal_input_gives_equal_bytes(write: Callable[[], bytes]) -> None:
    assert write() == write()
