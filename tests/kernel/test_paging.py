import pytest

from b2b_market.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, PageRequest, page_of


def key(row: str) -> tuple[str, str]:
    return row.upper(), row


def test_a_page_asked_for_nothing_in_particular() -> None:
    assert PageRequest() == PageRequest(DEFAULT_LIMIT, None)


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_limits_out_of_range_are_errors(limit: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 200"):
        PageRequest(limit)


@pytest.mark.parametrize("limit", [1, MAX_LIMIT])
def test_limits_at_the_edge_are_accepted(limit: int) -> None:
    assert PageRequest(limit).limit == limit


def test_the_extra_row_is_cut_and_names_the_next_page() -> None:
    assert page_of(["a", "b", "c"], PageRequest(2), key) == Page(["a", "b"], ("B", "b"))


def test_the_last_page_names_no_next_one() -> None:
    assert page_of(["a", "b"], PageRequest(2), key) == Page(["a", "b"], None)
    assert page_of([], PageRequest(2), key) == Page([], None)


def test_map_keeps_the_cursor() -> None:
    assert Page(["a", "b"], ("B", "b")).map(str.upper) == Page(["A", "B"], ("B", "b"))
