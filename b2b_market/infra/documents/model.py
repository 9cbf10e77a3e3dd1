"""What a document says, free of how it is set: the one content model that the PDF and the DOCX writer read.

``Words`` is one text once per language of the document, in the document's order of languages; a text that is the same
in all of them (a name, a number) has one entry. How two languages stand together (side by side in a heading, one
below the other in a paragraph) is the writers' business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Words = tuple[str, ...]


class Align(StrEnum):
    """To which side of its column a text leans."""

    START = "start"
    CENTER = "center"
    END = "end"


class Emphasis(StrEnum):
    """How loud a paragraph speaks."""

    PLAIN = "plain"
    STRONG = "strong"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code with ``content`` (usually an address) and the words below it."""

    content: str
    caption: Words


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Title:
    """The head of the document: its name, the facts that identify it, and a QR code beside them."""

    words: Words
    facts: tuple[Fact, ...] = ()
    code: QrCode | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a section; never the last thing on a page. ``number`` is printed before the words."""

    words: Words
    number: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line ends in it are kept."""

    words: Words
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values one below the other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled group of facts."""

    title: Words
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Panels:
    """Two panels side by side, such as the parties of a contract."""

    left: Panel
    right: Panel


@dataclass(frozen=True, slots=True)
class Column:
    """A table column. ``share`` is its part of the width left over; 0 means as wide as its longest text (numbers)."""

    title: Words
    share: int = 0
    align: Align = Align.START


@dataclass(frozen=True, slots=True)
class Total:
    """A closing line of a table: words at the start, the figure at the end."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. The head repeats on each page; no page begins with a lone last row.

    ``totals`` and the ``closing`` facts below them (an amount in words) stay with the last rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...]
    totals: tuple[Total, ...] = ()
    closing: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row whose cells do not match the columns (ValueError)."""
        if any(len(row) != len(self.columns) for row in self.rows):
            message = "a row has another number of cells than the table has columns"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """Where one party signs: for whom, what to fill in, and room for a seal where ``seal`` has words."""

    title: Words
    party: Words
    fields: tuple[Words, ...]
    seal: Words = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signature blocks, two in a row; they stay on one page together with the text before them."""

    signatures: tuple[Signature, ...]


Block = Heading | Paragraph | Facts | Panels | Table | Signatures


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    ``number`` names it in the head of each page and in the file's properties. ``page_words`` are the page numbers
    with the fields ``{page}`` and ``{pages}``. ``languages`` are BCP 47 tags, the leading one first. ``created``
    (aware) is the only time a file carries. ``author`` is the organisation that issues it.
    """

    title: Title
    number: str
    languages: tuple[str, ...]
    blocks: tuple[Block, ...]
    running_head: Words
    running_foot: Words
    page_words: Words
    created: datetime
    author: str
    keywords: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a document without a language or with a naive time (ValueError)."""
        if not self.languages or len(set(self.languages)) != len(self.languages):
            message = "a document has one or more languages, each once"
            raise ValueError(message)
        if self.created.tzinfo is None:
            message = "the time of a document is aware"
            raise ValueError(message)


def same(text: str) -> Words:
    """Return a text that reads the same in every language."""
    return (text,)


def distinct(texts: Iterable[str]) -> Words:
    """Return the texts as words, folded to one where all languages say the same."""
    kept = tuple(texts)
    return kept[:1] if len(set(kept)) == 1 else kept
