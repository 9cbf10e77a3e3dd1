"""Every block of the content model as WordprocessingML."""

import unicodedata
from collections.abc import Sequence
from functools import singledispatch
from itertools import zip_longest

from b2b_market.infra.documents.docx_xml import (
    LIGHT_EDGE,
    STRONG_EDGE,
    TEXT_WIDTH,
    Cell,
    field_run,
    gap,
    lines,
    paragraph,
    row,
    table,
    tall_row,
    text_run,
)
from b2b_market.infra.documents.model import (
    Align,
    Block,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Panels,
    Paragraph,
    Signature,
    Signatures,
    Table,
    Title,
    Words,
)

_STYLES = {Emphasis.PLAIN: "Normal", Emphasis.STRONG: "StrongText", Emphasis.NOTE: "Note"}
_RIGHT_TAB = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
_GUTTER = 450
_HALF = (TEXT_WIDTH - _GUTTER) // 2
_CODE_WIDTH = 1500
# A row with more text than this may be divided between pages.
_TALL = 1200
_TWIPS = 20
_SEAL_HEIGHT = 44 * 1440 // 25


def body_of(document: Document) -> str:
    """Return everything between the head and the foot of the pages."""
    parts = [_title(document.title)]
    for number, item in enumerate(document.blocks):
        follower = document.blocks[number + 1] if number + 1 < len(document.blocks) else None
        parts.append(block(item))
        if isinstance(item, Facts | Panels | Table | Signatures):
            parts.append(gap(8, keep=isinstance(follower, Signatures)))
    return "".join(parts)


def head_of(document: Document) -> str:
    """Return the head of every page: what the document is, and its number."""
    return _edge_line("header", " ".join(document.running_head), text_run(document.number))


def foot_of(document: Document) -> str:
    """Return the foot of every page with page x of y as fields."""
    pages = "  ·  ".join(document.page_words)
    parts: list[str] = []
    for piece in pages.replace("{pages}", "\0{pages}\0").replace("{page}", "\0{page}\0").split("\0"):
        if piece in ("{page}", "{pages}"):
            parts.append(field_run("PAGE" if piece == "{page}" else "NUMPAGES"))
        elif piece:
            parts.append(text_run(piece))
    return _edge_line("footer", " ".join(document.running_foot), "".join(parts))


def _edge_line(style: str, left: str, right_runs: str) -> str:
    return paragraph(f"{text_run(left)}<w:r><w:tab/></w:r>{right_runs}", style, extra=_RIGHT_TAB)


@singledispatch
def block(block: Block) -> str:
    """Return the XML of one block."""
    message = f"no way to set a {type(block).__name__}"
    raise TypeError(message)


@block.register
def _heading(block: Heading) -> str:
    text = "  ".join((f"{block.number}  {block.words[0]}" if block.number else block.words[0], *block.words[1:]))
    return paragraph(text_run(text), "heading1")


@block.register
def _paragraph(block: Paragraph) -> str:
    return lines(block.words, _STYLES[block.emphasis])


@block.register
def _facts(block: Facts) -> str:
    widths = (TEXT_WIDTH * 26 // 100, TEXT_WIDTH - TEXT_WIDTH * 26 // 100)
    return table(widths, [row(_fact_cells(fact, widths)) for fact in block.facts], padded=False)


@block.register
def _panels(block: Panels) -> str:
    widths = (_HALF * 36 // 100, _HALF - _HALF * 36 // 100, _GUTTER, _HALF * 36 // 100, _HALF - _HALF * 36 // 100)
    head = row(
        [
            Cell(lines((" ".join(block.left.title),), "PanelTitle"), _HALF, span=2, bottom=STRONG_EDGE),
            Cell("", _GUTTER),
            Cell(lines((" ".join(block.right.title),), "PanelTitle"), _HALF, span=2, bottom=STRONG_EDGE),
        ]
    )
    nothing = Fact(("",), ("",))
    rows = [
        row([*_fact_cells(left or nothing, widths[:2]), Cell("", _GUTTER), *_fact_cells(right or nothing, widths[3:])])
        for left, right in zip_longest(block.left.facts, block.right.facts)
    ]
    return table(widths, [head, *rows], padded=False)


@block.register
def _table(block: Table) -> str:
    widths = _column_widths(block)
    aligns = [column.align for column in block.columns]
    head_cells = [
        Cell(
            lines(column.title, "CellHead", align=column.align), width, shaded=True, top=STRONG_EDGE, bottom=STRONG_EDGE
        )
        for column, width in zip(block.columns, widths, strict=True)
    ]
    rows = [row(head_cells, head=True)]
    last = len(block.rows) - 1
    closed = bool(block.totals or block.closing)
    for number, texts in enumerate(block.rows):
        # Word keeps rows together whose paragraphs keep with the next: the first two, the last two, the last with the
        # totals.
        keep = (last > 0 and number in (0, last - 1)) or (number == last and closed)
        cells = [
            Cell(lines(words, "Cell", align=align, keep=keep), width, bottom=LIGHT_EDGE)
            for words, width, align in zip(texts, widths, aligns, strict=True)
        ]
        tall = sum(len(text) for words in texts for text in words) > _TALL
        rows.append(tall_row(cells) if tall else row(cells))
    rows += [_total(total.label, total.value, widths, keep=bool(block.closing)) for total in block.totals]
    closing = gap(5, keep=True) + _facts(Facts(block.closing)) if block.closing else ""
    return table(widths, rows, padded=True) + closing


@block.register
def _signatures(block: Signatures) -> str:
    parts: list[str] = []
    for first in range(0, len(block.signatures), 2):
        parts += [gap(8, keep=True)] if parts else []
        parts.append(_signature_pair(block.signatures[first : first + 2]))
    return "".join(parts)


def _title(title: Title) -> str:
    heads = "".join(lines((text,), "Subtitle" if number else "Title") for number, text in enumerate(title.words))
    if not title.code:
        return heads + (_facts(Facts(title.facts)) + gap(10) if title.facts else gap(10))
    left = TEXT_WIDTH - _CODE_WIDTH
    widths = (left * 34 // 100, left - left * 34 // 100, _CODE_WIDTH)
    code = paragraph("<w:r/>", "Normal", align=Align.END) + lines(title.code.caption, "Note", align=Align.END)
    rows = [row([Cell(heads, left, span=2), Cell(code, _CODE_WIDTH)])]
    rows += [row([*_fact_cells(fact, widths[:2]), Cell("", _CODE_WIDTH)]) for fact in title.facts]
    return table(widths, rows, padded=False) + gap(10)


def _fact_cells(fact: Fact, widths: Sequence[int]) -> list[Cell]:
    return [
        Cell(lines((" ".join(fact.label),), "Label"), widths[0]),
        Cell(lines(fact.value, "Value"), widths[1]),
    ]


def _total(label: Words, value: str, widths: Sequence[int], *, keep: bool) -> str:
    # the figure takes the columns of the last third, so that the longest amounts stand on one line
    start = max(1, len(widths) * 2 // 3)
    left, right = sum(widths[:start]), sum(widths[start:])
    cells = [
        Cell(lines((" ".join(label),), "Total", keep=keep), left, span=start, top=STRONG_EDGE, bottom=STRONG_EDGE),
        Cell(
            lines((value,), "Total", align=Align.END, keep=keep),
            right,
            span=len(widths) - start,
            top=STRONG_EDGE,
            bottom=STRONG_EDGE,
        ),
    ]
    return row(cells)


def _signature_pair(pair: Sequence[Signature]) -> str:
    label = _HALF * 34 // 100
    widths = [label, _HALF - label, _GUTTER, label, _HALF - label][: 2 if len(pair) == 1 else 5]
    columns = [_signature_rows(signature, label) for signature in pair]
    rows: list[str] = []
    for side_by_side in zip_longest(*columns, fillvalue=[Cell("", _HALF, span=2)]):
        cells = list(side_by_side[0])
        for others in side_by_side[1:]:
            cells += [Cell("", _GUTTER), *others]
        rows.append(row(cells))
    return table(widths, rows, padded=False)


def _signature_rows(signature: Signature, label: int) -> list[list[Cell]]:
    rows = [
        [Cell(lines((" ".join(signature.title),), "PanelTitle", keep=True), _HALF, span=2)],
        [Cell(lines(signature.party, "Value", keep=True), _HALF, span=2)],
    ]
    for words in signature.fields:
        text = gap(9, keep=True) + lines((" ".join(words),), "Label", keep=True)
        rows.append([Cell(text, label), Cell(gap(9, keep=True), _HALF - label, bottom=STRONG_EDGE)])
    if signature.seal:
        seal = lines((" ".join(signature.seal),), "Note") + gap(_SEAL_HEIGHT / _TWIPS)
        rows.append([Cell(gap(9) + seal, _HALF, span=2, bottom=LIGHT_EDGE)])
    return rows


def _column_widths(block: Table) -> list[int]:
    """Return widths in twentieths of a point: a column without a share is as wide as its text, the others share."""
    widths = [0 if column.share else _natural(block, number) for number, column in enumerate(block.columns)]
    shares = sum(column.share for column in block.columns)
    widths = (
        [min(width, width * TEXT_WIDTH * 7 // (10 * max(sum(widths), 1))) for width in widths] if shares else widths
    )
    spare = TEXT_WIDTH - sum(widths)
    return [width or spare * column.share // shares for width, column in zip(widths, block.columns, strict=True)]


def _natural(block: Table, number: int) -> int:
    titles = {half for text in block.columns[number].title for half in _halves(text.split())}
    texts = {line for cells in block.rows for text in cells[number] for line in text.split("\n")}
    widest = max(
        max(map(_ems, titles), default=0) * 8 * 11 // 10,
        max(map(_ems, texts), default=0) * 17 // 2,
    )
    return min(widest * _TWIPS // 100 + 220, TEXT_WIDTH * 28 // 100)


def _halves(words: Sequence[str]) -> tuple[str, str]:
    """Return the words of a title on two lines, divided so that the longer one is as short as can be."""
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words) + 1)]
    return min(cuts, key=lambda lines: max(map(_ems, lines)), default=("", ""))


def _ems(text: str) -> int:
    """Return a generous estimate of the width in hundredths of the size: the reader's own font is not known here."""
    return sum(100 if unicodedata.east_asian_width(character) in "WFA" else 62 for character in text)
