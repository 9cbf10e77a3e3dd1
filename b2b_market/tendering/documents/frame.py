"""What every document of a tender has: its two languages, its head and foot, and the places where it is printed."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from b2b_market.infra.documents.docx import DOCX_TYPE, write_docx
from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.infra.documents.model import Block, Document, Fact, Title, Words, same
from b2b_market.infra.documents.pdf import PDF_TYPE, write_pdf
from b2b_market.infra.documents.places import Places
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.ui.fmt import utc_stamp
from b2b_market.ui.i18n import words_of
from b2b_market.ui.language import Language
from b2b_market.ui.speaking import Speaker

PRINTING: Final = Places("tender", 2, 5.0, TenderPrintersBusy)
"""Each document takes about as long as a contract, which the web process owes to its other requests."""


class PaperFormat(StrEnum):
    """What a document that people go on writing in is written as."""

    PDF = "pdf"
    DOCX = "docx"

    @property
    def media_type(self) -> str:
        """What such a file is served as."""
        return PDF_TYPE if self is PaperFormat.PDF else DOCX_TYPE


class Paper(Protocol):
    """What is printed of a whole tender."""

    @property
    def number(self) -> str:
        """The tender's."""

    @property
    def title(self) -> str:
        """The tender's."""

    @property
    def buyer(self) -> str:
        """Its name."""

    @property
    def made_at(self) -> datetime:
        """When what is printed became what it is."""


def speaker() -> Speaker:
    """Return who says this module's sentences in both languages, Chinese first."""
    return Speaker((Language.ZH, Language.EN), words_of(Path(__file__).parents[1]))


def of_tender(say: Speaker, found: Paper, name: Words, blocks: tuple[Block, ...]) -> Document:
    """Return the document about a whole tender that is called ``name``."""
    facts = (
        Fact(say(N_("Number")), same(found.number)),
        Fact(say(N_("Title")), same(found.title)),
        Fact(say(N_("Buyer")), same(found.buyer)),
        Fact(say(N_("Made at")), same(utc_stamp(found.made_at))),
    )
    return framed(say, Title(name, facts), blocks, tender=found.number, created=found.made_at, author=found.buyer)


def framed(
    say: Speaker, title: Title, blocks: tuple[Block, ...], *, tender: str, created: datetime, author: str, own: str = ""
) -> Document:
    """Return a document of the tender with the number ``tender``; ``own`` is its own number, where it has one."""
    return Document(
        title=title,
        number=own or tender,
        languages=tuple(language.value for language in say.languages),
        blocks=blocks,
        running_head=title.words,
        running_foot=same(tender),
        page_words=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        created=created,
        author=author,
        keywords=(tender, own) if own else (tender,),
    )


def written(document: Document, kind: PaperFormat = PaperFormat.PDF) -> bytes:
    """Return a document as a file, always the same bytes; TenderPrintersBusy where no place gets free for a PDF."""
    if kind is PaperFormat.DOCX:
        return write_docx(document)
    with PRINTING.held():
        return write_pdf(document, load_fonts()).content
