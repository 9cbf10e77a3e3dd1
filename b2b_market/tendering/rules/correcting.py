"""When a bidder may be asked to correct formal documents after the opening, and with what.

What a bid offers and at which price is read from the sealed content alone: a correction adds files beside it.
"""

from collections.abc import Collection, Iterable
from typing import Final

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.states.evaluation import InquiryKind

MOST_FILES: Final = 20


class CorrectionNotForeseen(Refusal):
    """The procedure lets no bidder correct documents."""

    code = "tender-correction-not-foreseen"
    title = N_("This procedure lets nobody correct documents")
    advice = N_("Judge the bid as it was opened, or ask for a clarification.")


class CorrectionAsked(Refusal):
    """A bidder is asked once."""

    code = "tender-correction-asked"
    title = N_("This bidder was asked to correct documents already")
    advice = N_("A bidder is asked once for each bid. Decide on what was sent.")


class CorrectionOpen(Refusal):
    """What corrected documents come to is not decided yet."""

    code = "tender-correction-open"
    title = N_("Corrected documents wait for a decision")
    advice = N_(
        "{bidders} may correct documents. Decide on what was sent, or once the time is over: until then the lot cannot "
        "be decided."
    )


def require_foreseen(hours: int | None, asked: Iterable[InquiryKind]) -> int:
    """Return how many hours a bidder has; CorrectionNotForeseen, CorrectionAsked where the bid was asked about so."""
    if hours is None:
        raise CorrectionNotForeseen
    if InquiryKind.CORRECTION in asked:
        raise CorrectionAsked
    return hours


def require_files(count: int) -> None:
    """Raise Invalid unless at least one and not too many corrected documents are sent."""
    if not 1 <= count <= MOST_FILES:
        raise Invalid(errors=[FieldError("/file_ids", "count", N_("Send between 1 and 20 corrected documents."))])


def require_decided(bidders: Collection[str]) -> None:
    """Raise CorrectionOpen, which names them, where bidders have corrections that nobody has decided on."""
    if bidders:
        raise CorrectionOpen(bidders=", ".join(bidders))


def require_words_enough(kind: InquiryKind) -> None:
    """Raise Invalid where words alone are no answer: documents were asked for."""
    if kind is InquiryKind.CORRECTION:
        require_files(0)
