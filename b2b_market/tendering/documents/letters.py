"""Letters to bidders about a decided lot as PDF and DOCX, in Chinese and English: the award, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from b2b_market.infra.documents.model import Block, Document, Fact, Facts, Heading, Paragraph, Title, Words, same
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents import frame
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.rules.saying import GROUNDS
from b2b_market.tendering.states.evaluation import Outcome, RulingGround
from b2b_market.ui.fmt import utc_stamp
from b2b_market.ui.speaking import Speaker

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
    winner: Words
    amount: str
    ground: RulingGround | None
    reason: str
    decided_at: datetime
    standstill_ends_at: datetime


def letter_file(found: Letter, kind: PaperFormat) -> bytes:
    """Return the letter as a file, always the same bytes; TenderPrintersBusy where no place gets free for a PDF."""
    return frame.written(letter_document(found), kind)


def letter_document(found: Letter) -> Document:
    """Return the one content of both files."""
    say = frame.speaker()
    facts = (
        Fact(say(N_("Buyer")), same(found.buyer)),
        Fact(say(N_("Bidder")), same(found.bidder)),
        Fact(say(N_("Tender")), same(f"{found.number} {found.title}")),
        Fact(say(N_("Lot")), same(found.lot)),
        Fact(say(N_("Receipt of your bid")), same(found.receipt)),
        Fact(say(N_("Decided at")), same(utc_stamp(found.decided_at))),
    )
    return frame.framed(
        say,
        Title(say(_NAMES[found.outcome]), facts),
        _blocks(say, found),
        tender=found.number,
        own=found.receipt,
        created=found.decided_at,
        author=found.buyer,
    )


def _blocks(say: Speaker, found: Letter) -> tuple[Block, ...]:
    result = [Fact(say(N_("Awarded to")), found.winner)]
    if found.place:
        result.append(Fact(say(N_("Rank of your bid")), same(found.place)))
    if found.amount:
        result.append(Fact(say(N_("Winning total")), same(found.amount)))
    result.append(Fact(say(N_("Stand-still ends")), same(utc_stamp(found.standstill_ends_at))))
    why: tuple[Block, ...] = ()
    if found.ground is not None:
        why = (Heading(say(N_("Why"))), Paragraph(say(GROUNDS[found.ground])), Paragraph(same(found.reason)))
    remedy = N_("Until the stand-still ends the decision can be complained about where the procedure foresees it.")
    return (Paragraph(say(_SAID[found.outcome])), Facts(tuple(result)), *why, Paragraph(say(remedy)))
