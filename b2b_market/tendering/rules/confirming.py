"""When a sealed bid must be confirmed, and when it can be."""

from collections.abc import Mapping, Sequence
from typing import Any

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_


class BidForEarlierEdition(Refusal):
    """What a bidder sends is for a notice that was amended since."""

    code = "tender-amended"
    title = N_("The tender was amended")
    advice = N_(
        "This is for edition {given} of the notice; bids count for edition {binding} or later. Read what changed."
    )


class ConfirmationNotDue(Refusal):
    """The bid counts already."""

    code = "tender-confirmation-not-due"
    title = N_("This bid need not be confirmed")
    advice = N_("It is for the edition of the notice that counts.")


class BidNotConfirmable(Refusal):
    """What is asked for has other items than the bid has prices for."""

    code = "tender-bid-not-confirmable"
    title = N_("This bid cannot be confirmed as it is")
    advice = N_("The items of the lot are others than when the bid was sealed. Replace it by a new bid.")


def require_binding(given: int, binding: int) -> None:
    """Raise BidForEarlierEdition for a document that names an edition before the one that counts."""
    if given < binding:
        raise BidForEarlierEdition(given=given, binding=binding)


def require_due(edition: int, binding: int) -> None:
    """Raise ConfirmationNotDue where the bid is for an edition that counts."""
    if edition >= binding:
        raise ConfirmationNotDue


def require_confirmable(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> None:
    """Raise BidNotConfirmable unless the lot's items are as many, in the same units, as when the bid was sealed."""
    if [item["unit"] for item in before] != [item["unit"] for item in after]:
        raise BidNotConfirmable
