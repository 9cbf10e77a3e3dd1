"""The document fonts: widths for the layout, and the characters they can and cannot print."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_FOLDER = Path(__file__).parents[1] / "fonts"

# ToUnicode tables of the PDF library hold one UTF-16 unit per glyph, so text outside this plane could not be searched.
_FIRST_PRINTABLE, _LAST_PRINTABLE = 0x20, 0xFFFF
_SPACES = {0x09: " ", 0xA0: " ", 0x2028: "\n", 0x2029: "\n"}


class Face(StrEnum):
    """A weight of the document font; the value is the name under which the PDF library knows it."""

    REGULAR = "market-sans-regular"
    BOLD = "market-sans-bold"


class FontsMissing(RuntimeError):
    """The asset step has not been run: there is no font to set documents in."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """Both weights, ready to measure and to print; one per process. ``lock`` guards the writing."""

    widths: Mapping[Face, Mapping[int, float]]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def width(self, text: str, face: Face, size: float) -> float:
        """Return the width of ``text`` in points."""
        table = self.widths[face]
        return sum([table[ord(character)] for character in text]) * size

    def printable(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return ``text`` with each character the fonts lack replaced by its code point, and those characters.

        A missing 𠮷 prints as 〔U+20BB7〕: plainly not the writer's text, and still exact. Line ends and spaces are
        kept.
        """
        table = self.widths[Face.REGULAR]
        if all(map(table.__contains__, map(ord, text))):
            return text, ()
        parts: list[str] = []
        missing: dict[str, None] = {}
        for character in text:
            code = ord(character)
            if code in table or character == "\n":
                parts.append(character)
            elif code in _SPACES:
                parts.append(_SPACES[code])
            elif character != "\r":
                missing[character] = None
                parts.append(f"〔U+{code:04X}〕")
        return "".join(parts), tuple(missing)


@cache
def load_fonts(folder: Path = FONT_FOLDER) -> Fonts:
    """Read and register the fonts in ``folder``, once per process (about 0.1 s); raise FontsMissing without them."""
    # Text filters would make each page a fifth larger and cost a third of the writing time.
    rl_config.useA85 = 0
    tables = {face: _register(face, folder / f"market-sans-sc-{face.name.lower()}.ttf") for face in Face}
    known = set.intersection(*(set(table) for table in tables.values()))
    return Fonts({face: {code: table[code] for code in known} for face, table in tables.items()})


def _register(face: Face, path: Path) -> dict[int, float]:
    if not path.is_file():
        message = f"the document font {path} is missing; run tools/assets.py (make run and make test do)"
        raise FontsMissing(message)
    font = TTFont(str(face), str(path), shapable=False)
    pdfmetrics.registerFont(font)
    widths: dict[int, float] = font.face.charWidths
    glyphs: dict[int, int] = font.face.charToGlyph
    return {
        code: widths[code] / 1000 for code in glyphs if _FIRST_PRINTABLE <= code <= _LAST_PRINTABLE and code in widths
    }
