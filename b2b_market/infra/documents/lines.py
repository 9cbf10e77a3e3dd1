"""Breaking text into lines: between any two Chinese characters, between Latin words, never before a closing mark."""

import re
from collections.abc import Mapping

# Marks that may not begin a line, and marks that may not end one (the usual typesetting rule of GB/T 15834).
_NOT_FIRST = frozenset("，。、；：？！）〉》」』】〕〗’”…—％‰℃·,.;:?!)]}%")
_NOT_LAST = frozenset("（〈《「『【〔〖‘“￥＄([{¥$€£")

# East Asian characters break singly; everything else between spaces is one word.
_WIDE = "\u2018-\u201d\u2026\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_TOKENS = re.compile(rf"[ ]+|[^ {_WIDE}]+|[{_WIDE}]")


def break_lines(text: str, widths: Mapping[int, float], room: float) -> list[str]:
    """Return the lines of ``text`` that fit in ``room`` (in units of the font size); line ends in it are kept.

    ``widths`` maps code points to widths in the same unit and knows every character of ``text`` but the line end. A
    word longer than the line is cut where the line ends.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if _measure(paragraph, widths) <= room:
            lines.append(paragraph.rstrip(" "))
        else:
            lines += _broken(paragraph, widths, room)
    return lines


def _measure(text: str, widths: Mapping[int, float]) -> float:
    return sum([widths[ord(character)] for character in text])


def _units(paragraph: str) -> list[str]:
    """Return the pieces that no line end may split: words, characters, each with the marks that cling to it."""
    units: list[str] = []
    opening = ""
    for token in _TOKENS.findall(paragraph):
        clings = token[0] in _NOT_FIRST and units and not units[-1].endswith(" ") and not opening
        if clings:
            units[-1] += token
        elif len(token) == 1 and token in _NOT_LAST:
            opening += token
        else:
            units.append(opening + token)
            opening = ""
    if opening:
        units.append(opening)
    return units


def _broken(paragraph: str, widths: Mapping[int, float], room: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for unit in _units(paragraph):
        width = _measure(unit, widths)
        if used + width > room and line.strip(" ") and not unit.isspace():
            lines.append(line.rstrip(" "))
            line, used = "", 0.0
        if width > room and not unit.isspace():
            *whole, unit = _cut(line + unit, widths, room)  # noqa: PLW2901 - the rest of the word goes on in the same way
            lines += whole
            line, used = unit, _measure(unit, widths)
        else:
            line, used = line + unit, used + width
    return [*lines, line.rstrip(" ")] if line.strip(" ") or not lines else lines


def _cut(word: str, widths: Mapping[int, float], room: float) -> list[str]:
    pieces: list[str] = []
    piece, used = "", 0.0
    for character in word:
        width = widths[ord(character)]
        if piece and used + width > room:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + character, used + width
    return [*pieces, piece]
