"""Bytes to text, strictly: certain encodings are recognised, the others are asked for, never guessed."""

import codecs
from typing import Final

from b2b_market.rfq.intake.refusals import EncodingUnclear, EncodingWrong, NotText

ENCODINGS: Final = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "iso-8859-15",
)
"""What a user may choose."""

_NAMES: Final = ", ".join(ENCODINGS)
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Almost all characters of a real Chinese text are of GB 2312 level 1 or its signs; Western and Cyrillic bytes read as
# GB 18030 scatter over the rest of the code.
_COMMON_IN_100: Final = 70
_SIGNS: Final = range(0xA1, 0xAA)
_LEVEL_ONE: Final = range(0xB0, 0xD8)
_SECOND_BYTE_FROM: Final = 0xA1
_ASCII_END: Final = 0x80


def decode(data: bytes, chosen: str | None) -> tuple[str, str]:
    """Return the text without its byte order mark, and the encoding it was in.

    Without a choice: UTF-16 with a mark, UTF-8, then GB 18030 if the text is plausible Chinese; EncodingUnclear for all
    else. A ``chosen`` one of ENCODINGS binds and raises EncodingWrong where it does not fit (EncodingUnclear if
    unlisted). NotText where NUL characters remain.
    """
    if chosen is not None and chosen not in ENCODINGS:
        raise EncodingUnclear(encodings=_NAMES)
    encoding = chosen or _recognised(data)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding, "strict")
    except UnicodeDecodeError as error:
        raise EncodingWrong(position=str(error.start + 1), encoding=encoding, encodings=_NAMES) from error
    nul = text.find("\x00")
    if nul >= 0:
        raise NotText(line=str(text.count("\n", 0, nul) + 1))
    return text.removeprefix("\ufeff"), encoding


def _recognised(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding, "strict")
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _plausible_chinese(text):
            return encoding
    raise EncodingUnclear(encodings=_NAMES)


def _plausible_chinese(text: str) -> bool:
    foreign = [character for character in text if ord(character) >= _ASCII_END]
    common = sum(_is_common(character.encode("gb18030")) for character in foreign)
    return common * 100 >= len(foreign) * _COMMON_IN_100


def _is_common(code: bytes) -> bool:
    known = code[0] in _SIGNS or code[0] in _LEVEL_ONE
    return known and code[1] >= _SECOND_BYTE_FROM
