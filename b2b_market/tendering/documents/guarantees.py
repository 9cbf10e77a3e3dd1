"""The text of a bid guarantee as PDF, in Chinese and English, for a bidder to take to its bank or insurer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from b2b_market.infra.documents.model import (
    Block,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Paragraph,
    Signature,
    Signatures,
    Title,
    same,
)
from b2b_market.kernel.text import N_
from b2b_market.tendering.documents import frame
from b2b_market.ui.speaking import Speaker

_TEXT: Final = (
    N_("At the request of the applicant we, the guarantor, secure by this letter its bid on the lot named above."),
    N_(
        "We undertake irrevocably, and independently of the bid, to pay the beneficiary any sum up to the amount above "
        "within five working days of its first written demand, without proof and whatever the applicant objects."
    ),
    N_(
        "The demand says which of these happened: the applicant took its bid back or changed it after the deadline; as "
        "the winner it did not sign the contract, or asked for other terms; as the winner it did not give the security "
        "for its performance that the tender asks for; or it bid by deception or collusion."
    ),
    N_("What we pay lessens the amount of this letter. The claims under it are not passed on without our consent."),
    N_(
        "The demand has to reach us on or before the last day above. Then this letter ends, whether it is given back "
        "to us or not; it also ends when the beneficiary tells us in writing that it is free."
    ),
    N_("A change of the tender's terms does not free us, unless it raises the amount or moves the last day."),
)
_DRAFT: Final = N_("This is the text for the guarantor. It binds nobody until the guarantor has signed it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What the letter is printed from."""

    number: str
    title: str
    lot: str
    beneficiary: str
    applicant: str
    guarantor: str
    reference: str
    amount: str
    valid_until: date
    made_at: datetime


def guarantee_pdf(found: Guarantee) -> bytes:
    """Return the letter: who stands in for whom, up to which amount and day, and when it pays."""
    say = frame.speaker()
    head = (
        Fact(say(N_("Number")), same(found.number)),
        Fact(say(N_("Title")), same(found.title)),
        Fact(say(N_("Lot")), same(found.lot)),
    )
    signed = Signature(
        say(N_("Guarantor")),
        same(found.guarantor),
        (say(N_("Name and office")), say(N_("Signed on"))),
        say(N_("Company seal")),
    )
    blocks: tuple[Block, ...] = (
        _parties(say, found),
        Heading(say(N_("Undertaking"))),
        *(Paragraph(say(text)) for text in _TEXT),
        Paragraph(say(_DRAFT), Emphasis.NOTE),
        Signatures((signed,)),
    )
    title = Title(say(N_("Bid guarantee")), head)
    document = frame.framed(say, title, blocks, tender=found.number, created=found.made_at, author=found.applicant)
    return frame.written(document)


def _parties(say: Speaker, found: Guarantee) -> Facts:
    return Facts(
        (
            Fact(say(N_("Beneficiary")), same(found.beneficiary)),
            Fact(say(N_("Applicant")), same(found.applicant)),
            Fact(say(N_("Guarantor")), same(found.guarantor)),
            Fact(say(N_("Reference")), same(found.reference)),
            Fact(say(N_("Amount, at most")), same(found.amount)),
            Fact(say(N_("Last day")), same(found.valid_until.isoformat())),
        )
    )
