import pytest

from b2b_market.rfq.intake.refusals import (
    FileEmpty,
    QuoteNotClosed,
    TooManyColumns,
    TooManyRows,
    TooMuchText,
)
from b2b_market.rfq.intake.tables import column_letter
from b2b_market.rfq.intake.text_tables import find_delimiter
from b2b_market.rfq.intake.values import MAX_CELL, MAX_COLUMNS, Remark
from tests.rfq.intake_files import csv_table

ROWS = [["name", "qty", "place"], ["bolt", "12", "Ulm"], ["nut, steel", "3", "Aix; dock 2"]]


def cells(text: str, delimiter: str | None = None) -> list[tuple[str, ...]]:
    return [row.cells for row in csv_table(text, delimiter).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS) + end
    table = csv_table(text)
    assert table.delimiter == delimiter
    assert [list(row.cells) for row in table.rows] == ROWS
    assert [row.number for row in table.rows] == [1, 2, 3]


def test_decimal_commas_do_not_separate() -> None:
    assert find_delimiter("a;1,5;2,5\nb;1,7;3,5\n") == ";"
    assert find_delimiter("name\tprice\nbolt\t1,5\n") == "\t"


def test_a_list_of_one_column_is_one_column() -> None:
    assert cells("name\nbolt\nnut\n") == [("name",), ("bolt",), ("nut",)]
    assert find_delimiter("name\nbolt, steel\nnut\nwasher\n") == ","


def test_the_separator_can_be_chosen() -> None:
    assert cells("a;b,c\nd;e,f\n", ",") == [("a;b", "c"), ("d;e", "f")]


def test_excels_first_line_names_the_separator_and_keeps_the_line_numbers() -> None:
    table = csv_table("sep=|\nname,x|qty\nbolt|1\n")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("name,x", "qty")), (3, ("bolt", "1"))]


def test_cells_with_line_ends_keep_the_number_of_their_first_line() -> None:
    table = csv_table('name,note\nbolt,"one\ntwo"\nnut,x\n')
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, ("name", "note")),
        (2, ("bolt", "one\ntwo")),
        (4, ("nut", "x")),
    ]


def test_doubled_quotes_and_quotes_within_a_cell_are_kept() -> None:
    assert cells('name,qty\n"19"" rack",1\n5" pipe,2\n') == [("name", "qty"), ('19" rack', "1"), ('5" pipe', "2")]


def test_text_after_a_closing_quote_is_read_and_remarked() -> None:
    table = csv_table('name,qty\nbolt,1\n"5" pipe,2\n')
    assert table.rows[2].cells == ("5 pipe", "2")
    assert table.remarks == (Remark("loose-quotes", {"line": "3"}),)


def test_a_quote_that_never_closes_is_refused_with_its_line() -> None:
    with pytest.raises(QuoteNotClosed) as caught:
        csv_table('name,qty\nbolt,1\n"nut,2\nwasher,3\n')
    assert caught.value.facts == {"line": "3"}


def test_ragged_rows_are_filled_up_and_blank_ends_cut() -> None:
    table = csv_table("name,qty,,\nbolt\nnut,2,x\n,,,,\n\n  ,\n")
    assert table.width == 3
    assert [row.cells for row in table.rows] == [("name", "qty", ""), ("bolt", "", ""), ("nut", "2", "x")]


def test_blank_rows_within_stay() -> None:
    assert [row.number for row in csv_table("name,qty\n\nbolt,1\n").rows if row.blank] == [2]


@pytest.mark.parametrize("text", [",,,\n,,\n", "\n\n\n", '""\n'])
def test_nothing_but_blanks_is_empty(text: str) -> None:
    with pytest.raises(FileEmpty):
        csv_table(text)


def test_invisible_controls_are_removed_and_remarked() -> None:
    table = csv_table("name,qty\nbolt\u202e\x07 M8,1\nnut\u200f,2\n")
    assert [row.cells[0] for row in table.rows] == ["name", "bolt M8", "nut"]
    assert table.remarks == (Remark("control-characters", {"cells": "2"}),)


def test_text_is_composed() -> None:
    assert cells("name,qty\nAlle\u0301,1\n")[1] == ("Allé", "1")


def test_too_many_rows_name_the_first_one_too_many() -> None:
    head = "name,qty\n"
    assert len(csv_table(head + "bolt,1\n" * 5_019).rows) == 5_020
    with pytest.raises(TooManyRows) as caught:
        csv_table(head + "bolt,1\n" * 5_020)
    assert caught.value.facts == {"limit": "5000", "row": "5021"}


def test_blank_rows_do_not_count_as_needs_but_are_not_endless() -> None:
    assert len(csv_table("name,qty\n" + "\n" * 10_000 + "bolt,1\n").rows) == 10_002
    with pytest.raises(TooManyRows):
        csv_table("name,qty\n" + "\n" * 20_000 + "bolt,1\n")


def test_too_many_columns_name_the_cell() -> None:
    row = ["x"] * MAX_COLUMNS
    assert csv_table(",".join(row) + "\n").width == MAX_COLUMNS
    with pytest.raises(TooManyColumns) as caught:
        csv_table(",".join([*row, "y"]) + "\n")
    assert caught.value.facts == {"limit": "60", "row": "1", "column": "BI"}


def test_long_cells_are_kept_one_character_beyond_the_limit() -> None:
    table = csv_table(f"name,qty\n{'x' * 9000},1\n")
    assert len(table.rows[1].cells[0]) == MAX_CELL + 1


def test_too_much_text_is_refused() -> None:
    line = ",".join(["y" * 3000] * 5) + "\n"
    with pytest.raises(TooMuchText):
        csv_table(line * 420)


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_in_a_spreadsheet(index: int, letter: str) -> None:
    assert column_letter(index) == letter
