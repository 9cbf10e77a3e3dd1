"""The house style of printed documents: sheet, type sizes, colours. One place, so that all documents look alike."""

from dataclasses import dataclass

from b2b_market.infra.documents.fonts import Face
from b2b_market.infra.documents.strips import Ink, Style

MILLIMETRE = 72 / 25.4


@dataclass(frozen=True, slots=True)
class SheetFormat:
    """A sheet of paper with its margins, in points."""

    width: float
    height: float
    side: float
    top: float
    bottom: float

    @property
    def text_width(self) -> float:
        """The width of the text area."""
        return self.width - 2 * self.side

    @property
    def text_height(self) -> float:
        """The height of the text area."""
        return self.height - self.top - self.bottom


UPRIGHT = SheetFormat(210 * MILLIMETRE, 297 * MILLIMETRE, 20 * MILLIMETRE, 24 * MILLIMETRE, 22 * MILLIMETRE)
LANDSCAPE = SheetFormat(297 * MILLIMETRE, 210 * MILLIMETRE, 12 * MILLIMETRE, 20 * MILLIMETRE, 18 * MILLIMETRE)

# Where the baseline lies below the top of a line, as a part of the size: the font's ascent is 0.88 em of which Latin
# uses 0.73.
ASCENT = 0.88

# A row or a labelled value of more lines than this may be divided between pages.
MOST_LINES = 24
# The part of the width that the labels of facts take.
LABEL_PART = 0.26

INK = Ink(0.086, 0.137, 0.173)
INK_SOFT = Ink(0.29, 0.357, 0.404)
LINE = Ink(0.714, 0.761, 0.792)
LINE_STRONG = Ink(0.29, 0.357, 0.404)
SHADE = Ink(0.945, 0.957, 0.965)

TITLE = Style(Face.BOLD, 19, 26, INK)
TITLE_SECOND = Style(Face.REGULAR, 12.5, 18, INK_SOFT)
HEADING = Style(Face.BOLD, 11, 16, INK)
BODY = Style(Face.REGULAR, 9.5, 15, INK)
STRONG = Style(Face.BOLD, 9.5, 15, INK)
NOTE = Style(Face.REGULAR, 8, 12, INK_SOFT)
LABEL = Style(Face.REGULAR, 8.5, 13.5, INK_SOFT)
VALUE = Style(Face.REGULAR, 9.5, 13.5, INK)
PANEL_TITLE = Style(Face.BOLD, 9.5, 14, INK)
CELL = Style(Face.REGULAR, 8.5, 12, INK)
CELL_HEAD = Style(Face.BOLD, 8, 11, INK)
TOTAL = Style(Face.BOLD, 9.5, 14, INK)
RUNNING = Style(Face.REGULAR, 7.5, 10, INK_SOFT)
