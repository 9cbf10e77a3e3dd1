import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from b2b_market.infra.documents.fonts import Face, FontsMissing, load_fonts
from b2b_market.infra.documents.pdf import Printed, write_pdf
from tests.infra.document_samples import BOTH, CHINESE, ENGLISH, sample

ROWS = 200


@pytest.fixture(scope="module")
def long_one() -> Printed:
    return write_pdf(sample(lines=ROWS), load_fonts())


def texts(printed: Printed) -> list[str]:
    document = pypdfium2.PdfDocument(printed.content)
    found = [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    document.close()
    return found


def fonts_of(printed: Printed) -> dict[str, bool]:
    """Return every font that any text of the file uses, and whether it is embedded."""
    document = pypdfium2.PdfDocument(printed.content)
    found: dict[str, bool] = {}
    for page in document:
        for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(thing.raw)
            name = bytearray(200)
            length = pdfium.FPDFFont_GetBaseFontName(font, (pdfium.c_char * 200).from_buffer(name), 200)
            found[bytes(name[: length - 1]).decode()] = pdfium.FPDFFont_GetIsEmbedded(font) == 1
    document.close()
    return found


def rows_on(text: str) -> list[int]:
    return [number for number in range(1, ROWS + 1) if f"ITEM-{number:04d}" in text]


def find_all(page: pypdfium2.PdfPage, needle: str) -> Iterator[tuple[int, int]]:
    searcher = page.get_textpage().search(needle, match_case=True)
    while (hit := searcher.get_next()) is not None:
        yield hit


def test_every_font_is_embedded_and_no_other_is_named(long_one: Printed) -> None:
    fonts = fonts_of(long_one)
    assert fonts == {"MarketSansSC-Regular": True, "MarketSansSC-Bold": True}
    assert b"Helvetica" not in long_one.content
    assert long_one.content.count(b"/FontFile2") == long_one.content.count(b"/Type /FontDescriptor")


@pytest.mark.parametrize(
    "needle", ["采购合同", "Purchase contract", "人民币壹佰元整", "Müller GmbH", "CNY 1,234,567.89", "第 1 页，共 "]
)
def test_text_is_found_by_search_in_both_languages(long_one: Printed, needle: str) -> None:
    document = pypdfium2.PdfDocument(long_one.content)
    hits = [hit for page in document for hit in find_all(page, needle)]
    document.close()
    assert hits
    assert all(length == len(needle) for _, length in hits)


def test_selected_text_is_the_text_itself() -> None:
    (page, *_) = texts(write_pdf(sample((CHINESE,)), load_fonts()))
    assert "买方购买下列货物。" in page
    assert "上海临港精密机械有限公司" in page


def test_each_page_says_which_of_how_many_it_is(long_one: Printed) -> None:
    pages = texts(long_one)
    assert len(pages) == long_one.pages > 8
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {long_one.pages}" in text
        assert f"第 {number} 页，共 {long_one.pages} 页" in text


@pytest.mark.parametrize("lines", range(1, 90))
def test_no_row_and_no_table_head_ever_stands_alone(lines: int) -> None:
    pages = texts(write_pdf(sample(lines=lines), load_fonts()))
    seen: list[int] = []
    for text in pages:
        rows = rows_on(text)
        seen += rows
        assert ("Item and specification" in text) == bool(rows)
        if lines > 1:
            assert len(rows) != 1
    assert seen == list(range(1, lines + 1))
    last = next(text for text in pages if f"ITEM-{lines:04d}" in text)
    assert "CNY 1,234,567.89" in last
    assert "人民币壹佰元整" in last


def test_the_head_repeats_on_every_page_of_the_table(long_one: Printed) -> None:
    with_rows = [text for text in texts(long_one) if rows_on(text)]
    assert len(with_rows) > 7
    assert all(text.count("Item and specification") == 1 for text in with_rows)
    assert min(len(rows_on(text)) for text in with_rows) >= 2


@pytest.mark.parametrize("note", [f"段落{'文' * count}" for count in range(0, 4000, 250)])
def test_signatures_never_stand_on_a_page_without_a_word_of_the_contract(note: str) -> None:
    last = texts(write_pdf(sample(note=note), load_fonts()))[-1]
    assert "Place for the seal" in last
    assert last.index("Two copies are made.") < last.index("Place for the seal")


def test_equal_documents_give_equal_bytes_in_this_and_in_another_process() -> None:
    first = write_pdf(sample(), load_fonts()).content
    assert write_pdf(sample(), load_fonts()).content == first
    code = (
        "import hashlib\nfrom b2b_market.infra.documents.fonts import load_fonts\n"
        "from b2b_market.infra.documents.pdf import write_pdf\nfrom tests.infra.document_samples import sample\n"
        "write_pdf(sample(lines=40), load_fonts())\n"
        "import sys\nsys.stdout.buffer.write(write_pdf(sample(), load_fonts()).content)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2], timeout=240
    )
    assert other.stdout == first


def test_another_text_gives_other_bytes() -> None:
    assert (
        write_pdf(sample(note="net 30"), load_fonts()).content != write_pdf(sample(note="net 31"), load_fonts()).content
    )


def test_threads_that_print_at_once_get_their_own_document() -> None:
    expected = {count: write_pdf(sample(lines=count), load_fonts()).content for count in (5, 30, 60)}
    got: dict[int, bytes] = {}

    def run(count: int) -> None:
        got[count] = write_pdf(sample(lines=count), load_fonts()).content

    threads = [threading.Thread(target=run, args=(count,)) for count in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == expected


def test_a_character_without_a_glyph_is_shown_by_its_number_and_reported() -> None:
    printed = write_pdf(sample(buyer="𠮷野家股份有限公司"), load_fonts())
    assert printed.missing == ("𠮷",)
    assert "〔U+20BB7〕野家股份有限公司" in texts(printed)[0].replace("\n", "")


def test_names_in_gbk_beyond_gb2312_print_as_they_are() -> None:
    printed = write_pdf(sample(buyer="朱镕喆有限公司"), load_fonts())
    assert printed.missing == ()
    assert "朱镕喆有限公司" in texts(printed)[0]


@pytest.mark.parametrize("name", ["Škoda", "Łódź Győr", "İstanbul Ştefan", "Þór Ðe", "Nguyễn Văn", "Ελλάδα", "Москва"])
def test_names_of_europe_and_vietnam_print_as_they_are(name: str) -> None:
    printed = write_pdf(sample(buyer=name), load_fonts())
    assert printed.missing == ()
    assert name in texts(printed)[0]


def test_a_specification_longer_than_a_page_is_printed_whole() -> None:
    long = "".join(f"第{number}条要求，" for number in range(600))
    pages = texts(write_pdf(sample((CHINESE,), lines=2, specification=long), load_fonts()))
    frame = re.compile(r"采购合同C-2026-000123market\.example第\d+页，共\d+页(序号货物与规格金额)?|[12],000\.50")
    printed = "".join(frame.sub("", "".join(text.split())) for text in pages)
    assert len(pages) > 3
    assert all(printed.count(f"第{number}条要求") == 2 for number in range(600))


@pytest.mark.parametrize(("languages", "tag"), [(BOTH, "zh-CN"), ((CHINESE,), "zh-CN"), ((ENGLISH,), "en")])
def test_the_file_names_its_language_title_and_time(languages: tuple[str, ...], tag: str) -> None:
    printed = write_pdf(sample(languages), load_fonts())
    document = pypdfium2.PdfDocument(printed.content)
    metadata = document.get_metadata_dict()
    document.close()
    assert f"/Lang ({tag})".encode() in printed.content
    assert metadata["Title"].startswith("C-2026-000123 ")
    assert metadata["Author"] == "上海临港精密机械有限公司"
    assert metadata["CreationDate"] == metadata["ModDate"] == "D:20261122063000+00'00'"


def test_one_language_leaves_no_word_of_the_other() -> None:
    english = "".join(texts(write_pdf(sample((ENGLISH,)), load_fonts())))
    chinese = "".join(texts(write_pdf(sample((CHINESE,)), load_fonts())))
    assert "Goods and prices" in english
    assert "货物与价格" not in english
    assert "货物与价格" in chinese
    assert "Goods and prices" not in chinese


def test_absent_fonts_are_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match=r"market-sans-sc-regular\.ttf is missing; run tools/assets\.py"):
        load_fonts(tmp_path)


def test_widths_are_those_of_the_glyphs() -> None:
    fonts = load_fonts()
    assert fonts.width("中文", Face.REGULAR, 10) == 20
    assert fonts.width("", Face.BOLD, 10) == 0
    assert 0 < fonts.width("il", Face.REGULAR, 10) < fonts.width("WM", Face.REGULAR, 10)
