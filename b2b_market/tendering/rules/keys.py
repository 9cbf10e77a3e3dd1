"""When an officer's key is taken."""

from typing import Final

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class CardUnacceptable(Refusal):
    """What was sent is no officer's card, or one of its keys cannot be used."""

    kind, code = Kind.INVALID, "tender-card-unacceptable"
    title = N_("This is not an officer's card")
    advice = N_("Nothing was stored: {reason}. Make the card anew on your own device.")


class CardKnown(Refusal):
    """A card is registered once."""

    code = "tender-card-known"
    title = N_("This key is registered already")
    advice = N_("Each person has a key of their own. Make a new one on your own device.")


class KeyNotProven(Refusal):
    """The answer does not fit the challenge."""

    code, audited = "tender-key-not-proven", True
    title = N_("The answer does not fit the challenge")
    advice = N_("Only who holds the private key can answer. Answer the challenge that is shown with this key.")


REFUSALS: Final = (CardUnacceptable, CardKnown, KeyNotProven)
"""What the module refuses of these."""
