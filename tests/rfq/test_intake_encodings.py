import codecs

import pytest

from b2b_market.rfq.intake.encodings import ENCODINGS, decode
from b2b_market.rfq.intake.refusals import EncodingUnclear, EncodingWrong, NotText

CHINESE = "名称,数量\n六角螺栓,12\n垫圈（镀锌）,3\n"
DANISH = "Navn;Antal\nStationær computer;35\nSkærm, blå;2\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode("utf-8"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("gbk"), "gb18030"),
        (codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16"),
    ],
)
def test_chinese_is_recognised_and_read_without_its_mark(data: bytes, encoding: str) -> None:
    assert decode(data, None) == (CHINESE, encoding)


@pytest.mark.parametrize("text", ["名称,数量\n喆镕,1\n", "品名,數量\n𠮷野螺栓 № 5,1\n"])
def test_rare_characters_of_gb18030_are_read(text: str) -> None:
    assert decode((CHINESE + text).encode("gb18030"), None) == (CHINESE + text, "gb18030")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (DANISH, "windows-1252"),
        ("Prix en €;Quantité\nVis à tête hexagonale;12\n", "windows-1252"),
        ("Название;Количество\nБолт шестигранный;12\n", "windows-1251"),
        ("Ilość;Śruba\nŁożysko kulkowe;5\n", "windows-1250"),
        ("品名,數量\n六角螺栓,十二\n機械設備,三\n", "big5"),
    ],
)
def test_what_only_might_be_gb18030_is_asked_for_and_read_once_answered(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    with pytest.raises(EncodingUnclear) as caught:
        decode(data, None)
    assert "gb18030" in str(caught.value.facts["encodings"])
    assert decode(data, encoding) == (text, encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_offered_can_be_chosen(encoding: str) -> None:
    assert decode("name,qty\nbolt,1\n".encode(encoding), encoding)[0] == "name,qty\nbolt,1\n"


def test_a_choice_that_does_not_fit_names_the_place() -> None:
    with pytest.raises(EncodingWrong) as caught:
        decode(DANISH.encode("windows-1252"), "utf-8")
    assert caught.value.facts["position"] == str(DANISH.index("æ") + 1)
    assert caught.value.facts["encoding"] == "utf-8"


def test_a_choice_outside_the_list_is_refused() -> None:
    for encoding in ("rot13", "idna", "utf-7", "base64"):
        with pytest.raises(EncodingUnclear):
            decode(b"name,qty", encoding)


def test_nul_characters_are_no_text() -> None:
    with pytest.raises(NotText) as caught:
        decode(b"name,qty\nbolt,1\nnut\x00,2\n", None)
    assert caught.value.facts == {"line": "3"}


def test_utf16_without_a_mark_is_read_once_chosen() -> None:
    data = "name,qty\n".encode("utf-16-le")
    with pytest.raises(NotText):
        decode(data, None)
    assert decode(data, "utf-16-le") == ("name,qty\n", "utf-16-le")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(EncodingUnclear):
        decode(CHINESE.encode()[:-12] + b"\xe6", None)
