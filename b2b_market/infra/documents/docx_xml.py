"""WordprocessingML as text: paragraphs, cells, rows and tables.

Building text and parsing it once is what makes long tables fast.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from b2b_market.infra.documents.docx_styles import LINE, LINE_STRONG, SHADE, W
from b2b_market.infra.documents.model import Align

TEXT_WIDTH = round(170 / 25.4 * 1440)
"""The width between the margins of an A4 sheet, in twentieths of a point."""

_SIDES = {Align.START: "", Align.CENTER: '<w:jc w:val="center"/>', Align.END: '<w:jc w:val="right"/>'}
# Controls, lone surrogates and non-characters: XML 1.0 has no way to write them.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its paragraphs (ready XML), its width in twentieths of a point, and how it is drawn."""

    content: str
    width: int
    span: int = 1
    shaded: bool = False
    top: str = ""
    bottom: str = ""


def xml_text(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("", text)


def text_run(text: str) -> str:
    """Return a run; line ends become breaks, and what XML 1.0 cannot hold is left out."""
    kept = xml_text(text).split("\n")
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>' for line in kept)
    return f"<w:r>{lines}</w:r>"


def field_run(instruction: str) -> str:
    """Return a field (PAGE, NUMPAGES) that the word processor computes; it reads 1 until then."""
    return f'<w:fldSimple w:instr=" {instruction} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def paragraph(runs: str, style: str, *, align: Align = Align.START, keep: bool = False, extra: str = "") -> str:
    """Return a paragraph of ready ``runs``; ``keep`` holds it on the page of the next one."""
    keep_next = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep_next}{extra}{_SIDES[align]}</w:pPr>{runs}</w:p>'


def lines(texts: Iterable[str], style: str, *, align: Align = Align.START, keep: bool = False) -> str:
    """Return a paragraph per text."""
    return "".join(paragraph(text_run(text), style, align=align, keep=keep) for text in texts)


def row(cells: Sequence[Cell], *, head: bool = False) -> str:
    """Return a row that no page break divides; ``head`` repeats it on each page."""
    repeat = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(map(_cell, cells))}</w:tr>"


def tall_row(cells: Sequence[Cell]) -> str:
    """Return a row that may be divided between pages."""
    return f"<w:tr>{''.join(map(_cell, cells))}</w:tr>"


def _cell(cell: Cell) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="{4 if colour == LINE else 6}" w:space="0" w:color="{colour}"/>'
        for side, colour in (("top", cell.top), ("bottom", cell.bottom))
        if colour
    )
    edge = f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if cell.shaded else ""
    content = cell.content or "<w:p/>"
    return f'<w:tc><w:tcPr><w:tcW w:w="{cell.width}" w:type="dxa"/>{span}{edge}{shade}</w:tcPr>{content}</w:tc>'


def table(widths: Sequence[int], rows: Iterable[str], *, padded: bool) -> str:
    """Return a table of fixed column ``widths``; ``padded`` cells have air around their text, others stand flush."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    side, ends = (80, 60) if padded else (0, 0)
    margins = "".join(
        f'<w:{edge} w:w="{room}" w:type="dxa"/>'
        for edge, room in (("top", ends), ("left", side), ("bottom", ends), ("right", 80))
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def gap(points: float, *, keep: bool = False) -> str:
    """Return an empty paragraph of a height: tables that touch would melt into one."""
    keep_next = "<w:keepNext/>" if keep else ""
    spacing = f'<w:spacing w:before="0" w:after="0" w:line="{round(points * 20)}" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{keep_next}{spacing}</w:pPr></w:p>"


def wrapped(content: str) -> bytes:
    """Return body content inside one root that declares the namespace, ready to be parsed."""
    return f'<w:body xmlns:w="{W}">{content}</w:body>'.encode()


STRONG_EDGE, LIGHT_EDGE = LINE_STRONG, LINE
