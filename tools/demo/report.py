"""The table that the run prints: who did what, and where to look at it."""

import sys
import textwrap
import unicodedata
from dataclasses import dataclass, field
from typing import Final, TextIO

WHO: Final = 26
WHAT: Final = 92
_RULE: Final = "─" * (4 + WHO + WHAT)


@dataclass
class Report:
    """Prints each step as it happens; a link stands on a line of its own below what it leads to."""

    url: str
    out: TextIO = field(default_factory=lambda: sys.stdout)
    steps: int = 0

    def head(self, title: str) -> None:
        """Print the heading of the table."""
        self._line(title)
        self._line(_RULE)

    def foot(self, text: str) -> None:
        """Print the end of the table."""
        self._line(_RULE)
        self._line(text)

    def step(self, who: str, what: str, link: str = "") -> None:
        """Print one row; ``link`` is a path of the site."""
        self.steps += 1
        first, *rest = textwrap.wrap(what, WHAT, break_long_words=False, break_on_hyphens=False) or [""]
        self._line(f"{self.steps:>2}  {padded(padded(who, WHO - 2), WHO)}{first}")
        for more in rest:
            self.more(more)
        if link:
            self.more(self.url + link)

    def more(self, text: str) -> None:
        """Print another line of the last row."""
        self._line(" " * (4 + WHO) + text)

    def table(self, rows: list[list[str]]) -> None:
        """Print small columns under the last row; every cell but the first is right-aligned."""
        widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
        for first, *rest in rows:
            cells = [padded(first, widths[0]), *(_right(cell, widths[n + 1]) for n, cell in enumerate(rest))]
            self.more("  ".join(cells))

    def _line(self, text: str) -> None:
        print(text.rstrip(), file=self.out, flush=True)


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int) -> str:
    """Return ``text`` filled or cut to ``columns``."""
    while width(text) > columns:
        text = text[:-1]
    return text + " " * (columns - width(text))


def _right(text: str, columns: int) -> str:
    return " " * (columns - width(text)) + text
