"""The PDF writer: lays the whole document out, then prints its pages. Equal documents give equal bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from b2b_market.infra.documents import setting
from b2b_market.infra.documents.blocks import Composer
from b2b_market.infra.documents.fonts import Face, Fonts
from b2b_market.infra.documents.model import Document
from b2b_market.infra.documents.qr import runs_of
from b2b_market.infra.documents.setting import SheetFormat
from b2b_market.infra.documents.strips import Code, Fill, Ink, Mark, Rule, Run, Strip, Style, paginate
from b2b_market.infra.documents.typesetter import joined

PDF_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished file: its bytes, its number of pages, and the characters shown as code points for want of a glyph."""

    content: bytes
    pages: int
    missing: tuple[str, ...]


def write_pdf(document: Document, fonts: Fonts, sheet: SheetFormat = setting.UPRIGHT) -> Printed:
    """Return the document as PDF: every font embedded, text selectable, page x of y on each page."""
    composer = Composer(fonts, sheet)
    pages = paginate(composer.compose(document), sheet.text_height)
    target = io.BytesIO()
    # The library shares its font files between documents, so only one is written at a time.
    with fonts.lock:
        canvas = _canvas(document, target, sheet)
        for number, strips in enumerate(pages, start=1):
            frame = _frame(composer, document, number, len(pages))
            _print(canvas, [(frame, sheet.height), *_placed(strips, sheet)], sheet.side)
            canvas.showPage()
        canvas.save()
    return Printed(target.getvalue(), len(pages), tuple(composer.missing))


def _canvas(document: Document, target: io.BytesIO, sheet: SheetFormat) -> Canvas:
    canvas = Canvas(
        target,
        pagesize=(sheet.width, sheet.height),
        pageCompression=1,
        invariant=1,
        initialFontName=str(Face.REGULAR),  # type: ignore[arg-type]  # the stubs name the size's type here
        lang=document.languages[0],
    )
    canvas.setTitle(f"{document.number} {joined(document.title.words, ' / ')}")
    canvas.setSubject(joined(document.title.words, " / "))
    canvas.setAuthor(document.author)
    canvas.setKeywords(", ".join(document.keywords))
    canvas.setCreator("b2b_market")
    canvas.setProducer("b2b_market")
    stamp = document.created.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    canvas.setDateFormatter(lambda *_: stamp)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _placed(strips: Sequence[Strip], sheet: SheetFormat) -> list[tuple[Strip, float]]:
    """Return the strips of a page with the height above the sheet's lower edge at which each one's top lies."""
    top = sheet.height - sheet.top
    placed: list[tuple[Strip, float]] = []
    for strip in strips:
        placed.append((strip, top))
        top -= strip.height
    return placed


def _frame(composer: Composer, document: Document, page: int, pages: int) -> Strip:
    """Return the running head and foot of one page, measured from the top of the sheet."""
    style, width = setting.RUNNING, composer.sheet.text_width
    page_text = joined(document.page_words, "  ·  ").format(page=page, pages=pages)
    head = composer.sheet.top - 24
    foot = composer.sheet.height - composer.sheet.bottom + 12
    strip = Strip(0, [Rule(0, head + 13, width, 0.4, setting.LINE), Rule(0, foot - 3, width, 0.4, setting.LINE)])
    for y, left, right in (
        (head, joined(document.running_head, "  "), document.number),
        (foot, joined(document.running_foot, "  "), page_text),
    ):
        end = composer.clean(right)
        end_width = composer.width(end, style) + 1
        start = composer.lines((left,), style, width - end_width - 12)[:1]
        strip.marks += composer.runs(start, style, (0, y, width))
        strip.marks += composer.runs([end], style, (width - end_width, y, end_width))
    return strip


def _print(canvas: Canvas, placed: Sequence[tuple[Strip, float]], left: float) -> None:
    text = canvas.beginText()
    pen = _Pen(text, left)
    for strip, top in placed:
        for mark in strip.marks:
            if isinstance(mark, Run):
                pen.write(mark, top)
            else:
                _draw(canvas, mark, left, top)
    canvas.drawText(text)


class _Pen:
    """Writes runs into one text object per page, changing face and colour only where they change."""

    def __init__(self, text: PDFTextObject, left: float) -> None:
        self.text = text
        self.left = left
        self.style: Style | None = None

    def write(self, run: Run, top: float) -> None:
        style = run.style
        if style is not self.style:
            self.text.setFont(str(style.face), style.size)
            self.text.setFillColor(_colour(style.ink))
            self.style = style
        # a hundredth of a point is finer than any printer; textLine, unlike textOut, does not measure the text again
        self.text.setTextOrigin(round(self.left + run.x, 2), round(top - run.y, 2))
        self.text.textLine(run.text)


def _draw(canvas: Canvas, mark: Mark, left: float, top: float) -> None:
    x, y = left + mark.x, top - mark.y
    if isinstance(mark, Rule):
        canvas.setStrokeColor(_colour(mark.ink))
        canvas.setLineWidth(mark.thickness)
        canvas.line(x, y, *((x, y - mark.length) if mark.down else (x + mark.length, y)))
    elif isinstance(mark, Fill):
        canvas.setFillColor(_colour(mark.ink))
        canvas.rect(x, y - mark.height, mark.width, mark.height, stroke=0, fill=1)
    elif isinstance(mark, Code):
        _draw_code(canvas, mark, x, y)


def _draw_code(canvas: Canvas, mark: Code, x: float, y: float) -> None:
    side = mark.side / len(mark.modules)
    path = canvas.beginPath()
    for row, column, length in runs_of(mark.modules):
        path.rect(x + column * side, y - (row + 1) * side, length * side, side)
    canvas.setFillColor(_colour(mark.ink))
    canvas.drawPath(path, stroke=0, fill=1)


def _colour(ink: Ink) -> Color:
    return Color(ink.red, ink.green, ink.blue)
