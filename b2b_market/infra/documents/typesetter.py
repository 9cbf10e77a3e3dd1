"""From texts to strips: the pieces of running text that every block is built of."""

from collections.abc import Sequence

from b2b_market.infra.documents import setting
from b2b_market.infra.documents.fonts import Fonts
from b2b_market.infra.documents.lines import break_lines
from b2b_market.infra.documents.model import Align, Fact, Words
from b2b_market.infra.documents.setting import SheetFormat
from b2b_market.infra.documents.strips import Mark, Run, Strip, Style

_FACT_GAP = 1.5


def joined(words: Words, between: str = " ") -> str:
    """Return the languages of a short text on one line."""
    return between.join(words)


class Typesetter:
    """Sets texts in the document fonts and remembers the characters those lack."""

    def __init__(self, fonts: Fonts, sheet: SheetFormat = setting.UPRIGHT) -> None:
        """Begin without any missing character; ``sheet`` says how wide texts may run."""
        self.fonts = fonts
        self.sheet = sheet
        self.missing: dict[str, None] = {}

    def lines(self, words: Words, style: Style, width: float) -> list[str]:
        """Return the lines of all languages one below the other, none wider than ``width`` points."""
        found: list[str] = []
        for text in words:
            found += break_lines(self.clean(text), self.fonts.widths[style.face], width / style.size)
        return found

    def clean(self, text: str) -> str:
        """Return ``text`` as it can be printed, keeping what had to be replaced."""
        printable, missing = self.fonts.printable(text)
        if missing:
            self.missing |= dict.fromkeys(missing)
        return printable

    def width(self, text: str, style: Style) -> float:
        """Return the width in points of a text that :meth:`clean` has passed."""
        return self.fonts.width(text, style.face, style.size)

    def runs(
        self, lines: Sequence[str], style: Style, box: tuple[float, float, float], align: Align = Align.START
    ) -> list[Mark]:
        """Return ``lines`` as marks in the ``box`` (x, y, width) whose upper left corner is (x, y)."""
        x, y, width = box
        baseline = y + (style.leading - style.size) / 2 + style.size * setting.ASCENT
        marks: list[Mark] = []
        for number, line in enumerate(lines):
            if line:
                left = x + self._indent(line, style, width, align)
                marks.append(Run(left, baseline + number * style.leading, line, style))
        return marks

    def text(self, words: Words, style: Style, x: float, width: float) -> list[Strip]:
        """Return running text, a strip per line; neither its first nor its last line ever stands alone on a page."""
        lines = self.lines(words, style, width)
        strips = [Strip(style.leading, self.runs([line], style, (x, 0, width))) for line in lines]
        for strip in (*strips[:1], *strips[-2:-1]):
            strip.glued = len(strips) > 1
        return strips

    def fact(self, fact: Fact, width: float, *, label_part: float, x: float = 0) -> list[Strip]:
        """Return a labelled value, in one strip unless it is very long; the label takes ``label_part`` of ``width``."""
        label_width = width * label_part
        labels = self.lines((joined(fact.label),), setting.LABEL, label_width - 6)
        values = self.lines(fact.value, setting.VALUE, width - label_width - x)
        strips: list[Strip] = []
        for first in range(0, max(len(labels), len(values)), setting.MOST_LINES):
            part = slice(first, first + setting.MOST_LINES)
            marks = self.runs(labels[part], setting.LABEL, (x, 0, label_width))
            marks += self.runs(values[part], setting.VALUE, (x + label_width, 0, width - label_width))
            strips.append(Strip(max(len(labels[part]), len(values[part])) * setting.VALUE.leading, marks))
        strips[-1].height += _FACT_GAP
        return strips

    def _indent(self, line: str, style: Style, width: float, align: Align) -> float:
        if align is Align.START:
            return 0.0
        spare = width - self.width(line, style)
        return spare if align is Align.END else spare / 2
