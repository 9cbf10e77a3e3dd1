import pytest

from b2b_market.kernel.text import N_, is_clean


def test_marking_changes_nothing() -> None:
    assert N_("Hello {name}") == "Hello {name}"


@pytest.mark.parametrize("text", ["", "plain", "螺栓 M8×30", "tab\tand\r\nlines", "é", "👍🏽", "\u00a0"])
def test_ordinary_text_is_clean(text: str) -> None:
    assert is_clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "nul\x00",
        "bell\x07",
        "del\x7f",
        "c1\x85",
        "surrogate\ud800",
        "decomposed e\u0301",
        "left-to-right mark\u200e",
        "override\u202e",
        "isolate\u2066",
        "arabic mark\u061c",
    ],
)
def test_text_that_could_deceive_is_not_clean(text: str) -> None:
    assert not is_clean(text)
