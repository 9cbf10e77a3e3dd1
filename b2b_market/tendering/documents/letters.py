"""Letters to bidders about a decided lot as PDF and DOCX, in Chinese and English: the award, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from b2b_market.infra.documents.docx import write_docx
from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.infra.documents.model import Block, Document, Fact, Facts, Heading, Paragraph, Title, same
from b2b_market.infra.documents.pdf import write_pdf
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents.records import PRINTING
from b2b_market.tendering.documents.report import ReportFormat
from b2b_market.tendering.rules.saying import GROUNDS
from b2b_market.tendering.states.evaluation import Outcome, RulingGround
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language
from b2b_market.ui.speaking import Speaker

_LANGUAGES: Final = (Language.ZH, Language.EN)
_NAMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.WON: N_("Award letter"),
        Outcome.LOST: N_("Letter of regret"),
        Outcome.DISQUALIFIED: N_("Letter of disqualification"),
    }
)
_SAID: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.WON: N_("Your bid won this lot. The award binds, and a contract is drafted, after the stand-still."),
        Outcome.LOST: N_("Thank you for your bid. This lot was awarded to another bidder."),
        Outcome.DISQUALIFIED: N_("Thank you for your bid. It was disqualified and took no part in the ranking."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one bidder is told of one lot; amounts as text. Nothing in it is of a bidder who did not win.

    ``amount`` is the winning total, empty where the procedure does not publish it to those who lost; ``place`` is
    empty for a bid that was not ranked.
    """

    number: str
    title: str
    buyer: str
    bidder: str
    receipt: str
    lot: str
    outcome: Outcome
    place: str
    winner: str
    amount: str
    ground: RulingGround | None
    reason: str
    decided_at: datetime
    standstill_ends_at: datetime


def letter_file(found: Letter, kind: ReportFormat) -> bytes:
    """Return the letter as a file, always the same bytes; TenderPrintersBusy where no place gets free for a PDF."""
    document = letter_document(found)
    if kind is ReportFormat.DOCX:
        return write_docx(document)
    with PRINTING.held():
        return write_pdf(document, load_fonts()).content


def letter_document(found: Letter) -> Document:
    """Return the one content of both files."""
    say = Speaker(_LANGUAGES, _catalogue())
    name = say(_NAMES[found.outcome])
    facts = (
        Fact(say(N_("Buyer")), same(found.buyer)),
        Fact(say(N_("Bidder")), same(found.bidder)),
        Fact(say(N_("Tender")), same(f"{found.number} {found.title}")),
        Fact(say(N_("Lot")), same(found.lot)),
        Fact(say(N_("Receipt of your bid")), same(found.receipt)),
        Fact(say(N_("Decided at")), same(_utc(found.decided_at))),
    )
    return Document(
        title=Title(name, facts),
        number=found.receipt,
        languages=tuple(language.value for language in say.languages),
        blocks=_blocks(say, found),
        running_head=name,
        running_foot=same(found.number),
        page_words=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        created=found.decided_at,
        author=found.buyer,
        keywords=(found.number, found.receipt),
    )


@cache
def _catalogue() -> Catalogue:
    """Read once per process; documents depend on no other module's words."""
    return Catalogue([Path(__file__).parents[1]])


def _blocks(say: Speaker, found: Letter) -> tuple[Block, ...]:
    result = [Fact(say(N_("Awarded to")), same(found.winner))]
    if found.place:
        result.append(Fact(say(N_("Rank of your bid")), same(found.place)))
    if found.amount:
        result.append(Fact(say(N_("Winning total")), same(found.amount)))
    result.append(Fact(say(N_("Stand-still ends")), same(_utc(found.standstill_ends_at))))
    why: tuple[Block, ...] = ()
    if found.ground is not None:
        why = (Heading(say(N_("Why"))), Paragraph(say(GROUNDS[found.ground])), Paragraph(same(found.reason)))
    remedy = N_("Until the stand-still ends the decision can be complained about where the procedure foresees it.")
    return (Paragraph(say(_SAID[found.outcome])), Facts(tuple(result)), *why, Paragraph(say(remedy)))


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
