"""When the keys of an opening are lost: what is refused, and what becomes of each bid once the window is over."""

from typing import Final

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope
from b2b_market.tendering.rules.sealed_faults import OpeningFault, Stage, bidder_at
from b2b_market.tendering.rules.sealed_reading import OpenedPart, RevealUnacceptable, accept_reveal, read_reveal
from b2b_market.tendering.rules.sealed_terms import Part


class KeysDeclaredLost(Refusal):
    """Officers open nothing any more once bidders were asked to reveal."""

    code, title = "tender-keys-declared-lost", N_("The keys were declared lost")
    advice = N_("Bidders reveal this part of their bids until {closes_at}; no layer is given out or taken any more.")


class KeysNotLost(Refusal):
    """A group of officers has removed every layer: the bids are being opened."""

    code, title = "tender-keys-not-lost", N_("The officers have opened the bids")
    advice = N_("A group of officers has removed every layer. The clock decrypts the bids within seconds.")


class RevealNotAsked(Refusal):
    """Nobody is asked to reveal."""

    code, title = "tender-reveal-not-asked", N_("Nobody is asked to reveal a bid of this tender")
    advice = N_("Bids are revealed only where the buyer has declared that the officers' keys are lost.")


def revealed(document: bytes, part: Part, envelope: SignedEnvelope) -> OpenedPart:
    """Return what a reveal shows of ``part``; RevealUnacceptable unless it is what the envelope commits to."""
    found = accept_reveal(document, envelope)
    if read_reveal(document).part is not part:
        raise RevealUnacceptable(reason="it is of another part of the bid")
    return found


def settled(document: bytes | None, part: Part, envelope: SignedEnvelope) -> OpenedPart | OpeningFault:
    """Return what came of a bid when the window was over; one that was not revealed is its bidder's fault."""
    return bidder_at(Stage.UNREVEALED) if document is None else revealed(document, part, envelope)


REFUSALS: Final = (KeysDeclaredLost, KeysNotLost, RevealNotAsked)
"""What the module refuses of these."""
