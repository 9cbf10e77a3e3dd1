"""Broken lines lose nothing, fit their room, and never begin with a mark that closes."""

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.infra.documents.lines import break_lines

WIDTHS = {code: 1.0 if code > 0x2E00 else 0.5 for code in range(0x20, 0x10000)}
characters = st.sampled_from("买方购，。、；（）《》“”Ab 12.-/%¥")
texts = st.text(characters, max_size=120)


def width(line: str) -> float:
    return sum(WIDTHS[ord(character)] for character in line)


@given(texts, st.integers(4, 30))
def test_no_character_is_lost_or_moved(text: str, room: int) -> None:
    assert "".join(break_lines(text, WIDTHS, room)).replace(" ", "") == text.replace(" ", "")


@given(texts, st.integers(4, 30))
def test_every_line_fits(text: str, room: int) -> None:
    assert all(width(line) <= room for line in break_lines(text, WIDTHS, room))


@given(st.text(st.sampled_from("买方购货，。）》"), max_size=80).map(lambda text: "买" + text), st.integers(12, 30))
def test_no_line_begins_with_a_closing_mark_while_a_word_is_near(text: str, room: int) -> None:
    runs = max(map(len, text.replace("买", "|").replace("方", "|").replace("购", "|").replace("货", "|").split("|")))
    lines = break_lines(text, WIDTHS, room)
    assert runs >= room - 1 or not any(line[0] in "，。）》" for line in lines)


@given(st.lists(texts.filter(lambda text: "\n" not in text), min_size=1, max_size=4))
def test_line_ends_of_the_text_are_kept(parts: list[str]) -> None:
    assert [line.rstrip(" ") for line in parts] == break_lines("\n".join(parts), WIDTHS, 1000)
