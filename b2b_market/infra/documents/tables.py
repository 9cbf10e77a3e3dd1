"""Tables as strips: widths of columns, rows taller than a page, heads that repeat, ends that hold together."""

from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.documents import setting
from b2b_market.infra.documents.model import Align, Column, Table, Total, Words
from b2b_market.infra.documents.strips import Fill, Mark, Rule, Strip, Style, gap
from b2b_market.infra.documents.typesetter import Typesetter

_PAD_X = 4.0
_PAD_Y = 3.5
# A column as wide as its longest text never takes more than this part of the table.
_WIDEST = 0.28
# What the columns with a share have to themselves at least.
_LEAST_SHARED = 0.3


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns with their left edges and widths in points."""

    columns: Sequence[Column]
    lefts: Sequence[float]
    widths: Sequence[float]


def table_strips(setter: Typesetter, table: Table) -> list[Strip]:
    """Return the table; the first two rows stay with the head, the last two with each other and with what closes it."""
    grid = _grid(setter, table)
    head = _head(setter, grid)
    rows = [_row(setter, grid, row, head) for row in table.rows]
    _glue_ends(rows)
    ends = [_total(setter, total, first=number == 0) for number, total in enumerate(table.totals)]
    if table.closing:
        ends.append(gap(6, glued=True))
        for fact in table.closing:
            ends += setter.fact(fact, setter.sheet.text_width, label_part=setting.LABEL_PART, x=_PAD_X)
    for strip in ends[:-1]:
        strip.glued = True
    if ends and rows:
        rows[-1][-1].glued = True
    return [head, *(piece for row in rows for piece in row), *ends]


def _glue_ends(rows: Sequence[Sequence[Strip]]) -> None:
    for row in (*rows[:1], *rows[-2:-1]):
        row[-1].glued = len(rows) > 1


def _grid(setter: Typesetter, table: Table) -> _Grid:
    widths = [0.0 if column.share else _natural(setter, table, number) for number, column in enumerate(table.columns)]
    shares = sum(column.share for column in table.columns)
    if shares:
        most = setter.sheet.text_width * (1 - _LEAST_SHARED)
        widths = [width * min(1, most / max(sum(widths), 1)) for width in widths]
        spare = setter.sheet.text_width - sum(widths)
        widths = [width or spare * column.share / shares for width, column in zip(widths, table.columns, strict=True)]
    lefts = [sum(widths[:number]) for number in range(len(widths))]
    return _Grid(table.columns, lefts, widths)


def _natural(setter: Typesetter, table: Table, number: int) -> float:
    """Return the width of the longest text of a column; a title may take two lines."""
    titles = {half for text in table.columns[number].title for half in _halves(setter, setter.clean(text).split())}
    texts = {line for row in table.rows for text in row[number] for line in setter.clean(text).split("\n")}
    widest = max(
        max((setter.width(text, setting.CELL_HEAD) for text in titles), default=0.0),
        max((setter.width(text, setting.CELL) for text in texts), default=0.0),
    )
    # half a point more, so that the sum of widths never breaks the longest text by a rounding error
    return min(widest + 2 * _PAD_X + 0.5, setter.sheet.text_width * _WIDEST)


def _halves(setter: Typesetter, words: Sequence[str]) -> tuple[str, str]:
    """Return the words on two lines, divided so that the longer one is as short as can be."""
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words) + 1)]
    return min(cuts, key=lambda lines: max(setter.width(line, setting.CELL_HEAD) for line in lines), default=("", ""))


def _cells(setter: Typesetter, grid: _Grid, texts: Sequence[Words], style: Style) -> list[list[str]]:
    return [
        setter.lines(words, style, width - 2 * _PAD_X) if words else []
        for words, width in zip(texts, grid.widths, strict=True)
    ]


def _cell_marks(setter: Typesetter, grid: _Grid, cells: Sequence[Sequence[str]], style: Style) -> list[Mark]:
    marks: list[Mark] = []
    for lines, column, left, width in zip(cells, grid.columns, grid.lefts, grid.widths, strict=True):
        marks += setter.runs(lines, style, (left + _PAD_X, _PAD_Y, width - 2 * _PAD_X), column.align)
    return marks


def _head(setter: Typesetter, grid: _Grid) -> Strip:
    style = setting.CELL_HEAD
    cells = _cells(setter, grid, [column.title for column in grid.columns], style)
    height = max(len(lines) for lines in cells) * style.leading + 2 * _PAD_Y
    marks: list[Mark] = [
        Fill(0, 0, setter.sheet.text_width, height, setting.SHADE),
        Rule(0, 0, setter.sheet.text_width, 0.8, setting.LINE_STRONG),
        Rule(0, height, setter.sheet.text_width, 0.8, setting.LINE_STRONG),
    ]
    return Strip(height, marks + _cell_marks(setter, grid, cells, style), glued=True)


def _row(setter: Typesetter, grid: _Grid, texts: Sequence[Words], head: Strip) -> list[Strip]:
    """Return a row as one strip, or as several where it has more lines than may stay together."""
    style = setting.CELL
    cells = _cells(setter, grid, texts, style)
    tallest = max(len(lines) for lines in cells)
    pieces: list[Strip] = []
    for first in range(0, max(tallest, 1), setting.MOST_LINES):
        part = [lines[first : first + setting.MOST_LINES] for lines in cells]
        last = first + setting.MOST_LINES >= tallest
        height = max(*map(len, part), 1) * style.leading + 2 * _PAD_Y
        marks = _cell_marks(setter, grid, part, style)
        if last:
            marks.append(Rule(0, height, setter.sheet.text_width, 0.4, setting.LINE))
        pieces.append(Strip(height, marks, repeat=head))
    return pieces


def _total(setter: Typesetter, total: Total, *, first: bool) -> Strip:
    style = setting.TOTAL
    value = setter.clean(total.value)
    value_width = setter.width(value, style) + 1
    label_room = setter.sheet.text_width - value_width - 4 * _PAD_X
    lines = setter.lines((" ".join(total.label),), style, label_room)
    height = len(lines) * style.leading + 2 * _PAD_Y
    marks = setter.runs(lines, style, (_PAD_X, _PAD_Y, label_room))
    left = setter.sheet.text_width - value_width - _PAD_X
    marks += setter.runs([value], style, (left, _PAD_Y, value_width), Align.END)
    marks.append(Rule(0, height, setter.sheet.text_width, 0.8, setting.LINE_STRONG))
    if first:
        marks.append(Rule(0, 0, setter.sheet.text_width, 0.8, setting.LINE_STRONG))
    return Strip(height, marks)
