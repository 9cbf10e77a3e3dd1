import io
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document as Package
from docx.oxml.ns import qn

from b2b_market.infra.documents.docx import write_docx
from tests.infra.document_samples import BOTH, CHINESE, ENGLISH, sample

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(content: bytes) -> Package:
    return docx.Document(io.BytesIO(content))


def all_text(package: Package) -> str:
    return "\n".join(node.text or "" for node in package.element.body.iter(qn("w:t")))


def goods_table(package: Package) -> docx.table.Table:
    return next(table for table in package.tables if table.rows[0]._tr.find(f"{W}trPr/{W}tblHeader") is not None)


def kept(row: docx.table._Row) -> bool:
    return all(row._tr.findall(f".//{W}p/{W}pPr/{W}keepNext"))


def test_it_opens_and_says_everything_once() -> None:
    text = all_text(opened(write_docx(sample())))
    for once in (
        "采购合同",
        "Purchase contract",
        "上海",
        "C-2026-000123",
        "人民币壹佰元整",
        "ITEM-0002",
        "CNY 1,234,567.89",
        "net 30",
    ):
        assert text.count(once) >= 1, once
    assert text.count("ITEM-0002") == 1


def test_the_head_row_repeats_and_no_row_is_divided() -> None:
    table = goods_table(opened(write_docx(sample(lines=200))))
    assert len(table.rows) == 202
    heads = [row for row in table.rows if row._tr.find(f"{W}trPr/{W}tblHeader") is not None]
    assert len(heads) == 1
    assert all(row._tr.find(f"{W}trPr/{W}cantSplit") is not None for row in table.rows)


def test_the_first_two_and_the_last_two_rows_stay_together() -> None:
    rows = goods_table(opened(write_docx(sample(lines=20)))).rows
    holding = [number for number, row in enumerate(rows) if row._tr.findall(f".//{W}pPr/{W}keepNext")]
    assert holding == [1, 19, 20, 21]


def test_a_row_with_a_very_long_text_may_be_divided() -> None:
    rows = goods_table(opened(write_docx(sample(lines=2, specification="长" * 3000)))).rows
    assert [row._tr.find(f"{W}trPr/{W}cantSplit") is None for row in rows] == [False, True, True, False]


def test_page_numbers_are_fields_of_the_foot() -> None:
    package = opened(write_docx(sample()))
    footer = package.sections[0].footer._element
    fields = [field.get(f"{W}instr").strip() for field in footer.iter(f"{W}fldSimple")]
    assert fields == ["PAGE", "NUMPAGES", "PAGE", "NUMPAGES"]
    words = "".join(node.text or "" for node in footer.iter(qn("w:t")))
    assert words == "market.example第 1 页，共 1 页  ·  Page 1 of 1"


def test_the_head_names_document_and_number() -> None:
    header = opened(write_docx(sample((ENGLISH,)))).sections[0].header
    assert header.paragraphs[0].text == "Purchase contract\tC-2026-000123"


def test_equal_documents_give_equal_bytes_in_this_and_in_another_process() -> None:
    first = write_docx(sample())
    assert write_docx(sample()) == first
    code = (
        "import sys\nfrom b2b_market.infra.documents.docx import write_docx\n"
        "from tests.infra.document_samples import sample\n"
        "write_docx(sample(lines=9))\nsys.stdout.buffer.write(write_docx(sample()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2], timeout=240
    )
    assert other.stdout == first


def test_the_archive_has_no_times_and_a_fixed_order() -> None:
    with zipfile.ZipFile(io.BytesIO(write_docx(sample()))) as archive:
        names = archive.namelist()
        assert names[0] == "[Content_Types].xml"
        assert names[1:] == sorted(names[1:])
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in names if "thumbnail" in name or "stylesWithEffects" in name]


def test_properties_come_from_the_document_only() -> None:
    properties = opened(write_docx(sample())).core_properties
    assert properties.title == "C-2026-000123 采购合同 / Purchase contract"
    assert properties.author == properties.last_modified_by == "上海临港精密机械有限公司"
    assert properties.language == "zh-CN"
    assert properties.created is not None
    assert f"{properties.created:%Y-%m-%d %H:%M:%S}" == "2026-11-22 06:30:00"
    assert properties.created == properties.modified


def test_the_qr_code_is_a_picture_in_the_title() -> None:
    package = opened(write_docx(sample()))
    (picture,) = package.inline_shapes
    assert (picture.width.mm, picture.height.mm) == (pytest.approx(24, abs=0.01), pytest.approx(24, abs=0.01))


@pytest.mark.parametrize(
    ("languages", "present", "absent"),
    [((CHINESE,), "货物与价格", "Goods"), ((ENGLISH,), "Goods and prices", "货物与价格")],
)
def test_one_language_leaves_no_word_of_the_other(languages: tuple[str, ...], present: str, absent: str) -> None:
    text = all_text(opened(write_docx(sample(languages))))
    assert present in text
    assert absent not in text


def test_markup_and_controls_in_texts_stay_texts() -> None:
    text = all_text(opened(write_docx(sample(BOTH, buyer='<w:t>&amp;\x0b\x00 "Co" ü𠮷'))))
    assert '<w:t>&amp; "Co" ü𠮷' in text


def test_every_row_is_as_wide_as_the_grid() -> None:
    for table in opened(write_docx(sample(lines=4))).tables:
        columns = len(table._tbl.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table._tbl.findall(f"{W}tr"):
            spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(f"{W}tc")]
            assert sum(1 if span is None else int(span.get(f"{W}val") or 0) for span in spans) == columns


def test_every_style_used_is_defined() -> None:
    package = opened(write_docx(sample()))
    defined = {style.get(f"{W}styleId") for style in package.styles.element.iter(f"{W}style")}
    roots = [package.element, package.sections[0].header._element, package.sections[0].footer._element]
    used = {style.get(f"{W}val") for root in roots for style in root.iter(f"{W}pStyle")}
    assert used <= defined
    assert {"Title", "heading1", "Cell", "Total", "header"} <= used
