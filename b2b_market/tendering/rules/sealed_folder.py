"""What of a tender's sealed bids is published once they are open: as much as everybody needs to check all of it.

The ciphertexts of what bidders attached are left out, as the officers' layers would open them to every reader. So are
envelopes that were replaced or withdrawn, of which nothing is checked but their receipts.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_envelope import BoxKey
from b2b_market.tendering.rules.sealed_journal import Entry, Receipt, standing
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_record import OpeningRecord, Outcome

_TRIED: Final = (Outcome.OPENED, Outcome.FAILED)


class EvidenceNotPublished(Refusal):
    """The files that everything is checked with are not there, or not for this reader."""

    code = "tender-evidence-not-published"
    title = N_("There are no files to check yet")
    advice = N_(
        "They are there once the bids are opened and prices may be seen: for everybody where the procedure publishes "
        "opened bids, else for the buyer and the key officers."
    )


def entries_needed(receipts: Sequence[Receipt], binding: int) -> frozenset[int]:
    """Return the sequence numbers of the documents that a check needs; ValueError unless all receipts are there."""
    stand = standing(receipts, binding)
    signed = (receipt for receipt in receipts if receipt.entry is not Entry.ENVELOPE)
    return frozenset(receipt.sequence for receipt in (*stand.live, *stand.void, *signed))


def boxes_needed(records: Sequence[OpeningRecord]) -> Iterator[tuple[int, BoxKey]]:
    """Yield the ciphertexts of payloads that were decrypted or could not be, in the order of the records."""
    for record in records:
        for bid in record.bids:
            if bid.outcome in _TRIED:
                yield bid.sequence, (record.part, Box.PAYLOAD)


def require_published(*, opened: bool, prices: bool) -> None:
    """Raise EvidenceNotPublished before the opening, and while prices wait for technical scores.

    An envelope holds the wraps of all its parts; none of them leaves the platform before the officers may use it.
    """
    if not opened or not prices:
        raise EvidenceNotPublished
