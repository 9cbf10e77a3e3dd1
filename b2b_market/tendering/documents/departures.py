"""Letters to companies that take no part in talks any more, as PDF and DOCX, in Chinese and English."""

from dataclasses import dataclass
from datetime import datetime

from b2b_market.infra.documents.model import Block, Document, Fact, Facts, Heading, Paragraph, Title, same
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents import frame
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.ui.fmt import utc_stamp
from b2b_market.ui.speaking import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureLetter:
    """What one company is told; nothing in it is of any other. Numbers are text.

    ``dropped`` is false where it left by itself: then there are no scores, no place and nothing to complain about.
    """

    number: str
    title: str
    buyer: str
    company: str
    dropped: bool
    round: int
    scores: tuple[tuple[str, str], ...]
    total: str
    place: str
    reason: str
    decided_at: datetime
    standstill_ends_at: datetime | None


def departure_file(found: DepartureLetter, kind: PaperFormat) -> bytes:
    """Return the letter as a file, always the same bytes; TenderPrintersBusy where no place gets free for a PDF."""
    return frame.written(departure_document(found), kind)


def departure_document(found: DepartureLetter) -> Document:
    """Return the one content of both files."""
    say = frame.speaker()
    facts = (
        Fact(say(N_("Buyer")), same(found.buyer)),
        Fact(say(N_("Company")), same(found.company)),
        Fact(say(N_("Tender")), same(f"{found.number} {found.title}")),
        Fact(say(N_("Round of the talks")), same(str(found.round))),
        Fact(say(N_("Decided at")), same(utc_stamp(found.decided_at))),
    )
    return frame.framed(
        say,
        Title(say(N_("Letter about the talks")), facts),
        _blocks(say, found),
        tender=found.number,
        own=found.number,
        created=found.decided_at,
        author=found.buyer,
    )


def _blocks(say: Speaker, found: DepartureLetter) -> tuple[Block, ...]:
    why = (Heading(say(N_("Why"))), Paragraph(same(found.reason)))
    if not found.dropped:
        return (Paragraph(say(N_("You have left these talks; you are not invited to a final bid."))), *why)
    said = N_("Thank you for taking part. The talks go on without you; you are not invited to a final bid.")
    result = [Fact(same(name), same(score)) for name, score in found.scores]
    result.append(Fact(say(N_("Score by the announced criteria, from 0 to 100")), same(found.total)))
    result.append(Fact(say(N_("Place among those who took part")), same(found.place)))
    if found.standstill_ends_at is not None:
        result.append(Fact(say(N_("Stand-still ends")), same(utc_stamp(found.standstill_ends_at))))
    remedy = N_("Until the stand-still ends the decision can be complained about where the procedure foresees it.")
    return (Paragraph(say(said)), Facts(tuple(result)), *why, Paragraph(say(remedy)))
