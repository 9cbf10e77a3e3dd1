import pytest

from b2b_market.infra.documents.lines import break_lines
from b2b_market.infra.documents.model import Column, Document, Table, Title, distinct
from b2b_market.infra.documents.qr import modules_of, runs_of
from b2b_market.infra.documents.strips import Strip, gap, paginate
from tests.infra.document_samples import sample

WIDTHS = {code: 1.0 if code > 0x2E00 else 0.5 for code in range(0x20, 0x10000)}


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("买方购买货物", 3, ["买方购", "买货物"]),
        ("买方购买，货物", 4, ["买方购", "买，货物"]),
        ("价格（含税）", 3, ["价格", "（含", "税）"]),
        ("net thirty days", 5, ["net thirty", "days"]),
        ("规格 M5x16 螺钉", 4, ["规格", "M5x16 螺", "钉"]),
        ("abcdefghij", 2, ["abcd", "efgh", "ij"]),
        ("一二\n\n三四五", 2, ["一二", "", "三四", "五"]),
        ("", 5, [""]),
        ("   ", 1, [""]),
    ],
)
def test_lines_break_where_typesetters_break_them(text: str, room: float, expected: list[str]) -> None:
    assert break_lines(text, WIDTHS, room) == expected


def heights(pages: list[list[Strip]]) -> list[list[float]]:
    return [[strip.height for strip in page] for page in pages]


def test_pages_are_filled_in_order() -> None:
    assert heights(paginate([Strip(4), Strip(5), Strip(6), Strip(1)], 10)) == [[4, 5], [6, 1]]


def test_a_glued_strip_goes_with_its_follower() -> None:
    assert heights(paginate([Strip(6), Strip(2, glued=True), Strip(3)], 10)) == [[6], [2, 3]]


def test_white_space_vanishes_at_the_edges_of_pages() -> None:
    assert heights(paginate([gap(3), Strip(9), gap(3), Strip(9), gap(5)], 10)) == [[9, 3], [9, 5]]


def test_a_head_is_repeated_and_counted() -> None:
    head = Strip(2, glued=True)
    rows = [Strip(4, repeat=head) for _ in range(4)]
    assert heights(paginate([head, *rows], 10)) == [[2, 4, 4], [2, 4, 4]]


def test_a_glued_group_taller_than_a_page_is_divided_after_all() -> None:
    assert heights(paginate([Strip(4, glued=True), Strip(4, glued=True), Strip(4)], 10)) == [[4, 4], [4]]


def test_a_strip_taller_than_a_page_has_one_of_its_own() -> None:
    assert heights(paginate([Strip(1), Strip(20), Strip(1)], 10)) == [[1], [20], [1]]


def test_nothing_gives_no_page() -> None:
    assert paginate([gap(5)], 10) == []


def test_runs_cover_exactly_the_dark_modules() -> None:
    modules = modules_of("https://market.example/verify/1")
    covered = {(row, column + offset) for row, column, length in runs_of(modules) for offset in range(length)}
    assert covered == {(row, column) for row, line in enumerate(modules) for column, dark in enumerate(line) if dark}
    assert len(modules) == len(modules[0]) == 29


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="another number of cells"):
        Table((Column(("A",)), Column(("B",))), ((("1",),),))


def test_a_document_needs_a_language_and_an_aware_time() -> None:
    whole = sample()
    rest = {name: getattr(whole, name) for name in Document.__dataclass_fields__}
    with pytest.raises(ValueError, match="one or more languages"):
        Document(**{**rest, "languages": ()})
    with pytest.raises(ValueError, match="each once"):
        Document(**{**rest, "languages": ("en", "en")})
    with pytest.raises(ValueError, match="aware"):
        Document(**{**rest, "created": whole.created.replace(tzinfo=None)})


def test_texts_that_agree_fold_into_one() -> None:
    assert distinct(["LEI", "LEI"]) == ("LEI",)
    assert distinct(["名称", "Name"]) == ("名称", "Name")
    assert Title(distinct(["A"])).words == ("A",)
