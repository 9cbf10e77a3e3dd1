"""How a bid stood when bidding closed, proved to its bidder alone: live, void or withdrawn, and why.

The close record holds a root over each way in which bids stand. A proof leads from a bidder's own receipt to one of
them, so a bidder whose bid did not count can show offline that it was recorded so, and hold the reason against what was
signed: the edition that its receipt names, the earliest one that the notice counts, a confirmation's receipt.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from b2b_market.kernel.merkle import inclusion_ranges, root_of, verify_inclusion
from b2b_market.tendering.rules.sealed_forms import HASH_BYTES, fields, items, mapping, octets, text, whole
from b2b_market.tendering.rules.sealed_journal import CloseRecord, Entry, Receipt, Standing, TreeHead
from b2b_market.tendering.rules.sealed_terms import Notice

MOST_STEPS: Final = 64
"""More than a path has in any tree that can be counted."""


class Stands(StrEnum):
    """How a bid stood."""

    LIVE = "live"
    VOID = "void"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class StandingProof:
    """Shows one bid among those that stood alike; index and size must be the close record's."""

    index: int
    path: tuple[bytes, ...]
    stands: Stands = Stands.LIVE

    def document(self) -> dict[str, object]:
        """Return the proof as JSON-ready parts; of a live bid it says nothing of how it stands."""
        told = {} if self.stands is Stands.LIVE else {"stands": self.stands.value}
        return {**told, "index": self.index, "path": [step.hex() for step in self.path]}

    def shows(self, receipt: Receipt, close: CloseRecord) -> bool:
        """Tell whether the bid of this receipt stood so at the close, as the close record says it."""
        head = _head(close, self.stands)
        return head is not None and verify_inclusion(receipt.leaf, self.index, head.size, self.path, head.root)


def _head(close: CloseRecord, stands: Stands) -> TreeHead | None:
    return {Stands.LIVE: close.live, Stands.VOID: close.void, Stands.WITHDRAWN: close.withdrawn}[stands]


def prove(found: Standing, sequences: Iterable[int]) -> Mapping[int, StandingProof]:
    """Return the proof of each of these receipts by its sequence number; KeyError for one that nothing stands by."""
    parts = {Stands.LIVE: found.live, Stands.VOID: found.void, Stands.WITHDRAWN: found.withdrawn}
    leaves = {stands: [receipt.leaf for receipt in part] for stands, part in parts.items()}
    places = {receipt.sequence: (stands, index) for stands, part in parts.items() for index, receipt in enumerate(part)}
    proofs = {}
    for sequence in sequences:
        stands, index = places[sequence]
        of = leaves[stands]
        path = tuple(root_of(of[begin:end]) for begin, end in inclusion_ranges(index, len(of)))
        proofs[sequence] = StandingProof(index, path, stands)
    return proofs


def read_proof(value: object) -> StandingProof:
    """Return a proof from its JSON value; ValueError for another form."""
    told = "stands" in mapping(value)
    found = fields(value, "index", "path", *(("stands",) if told else ()))
    stands = Stands(text(found["stands"])) if told else Stands.LIVE
    if told and stands is Stands.LIVE:
        raise ValueError("a proof of a live bid does not say how it stands")
    path = tuple(octets(step, HASH_BYTES) for step in items(found["path"], 0, MOST_STEPS))
    return StandingProof(whole(found["index"]), path, stands)


def contradiction(
    stands: Stands, receipt: Receipt, notice: Notice, close: CloseRecord, confirmed: Receipt | None = None
) -> str | None:
    """Return what the bidder's own signed files say against the recorded standing, None where they agree with it.

    ``notice`` is the one that bidding closed under, ``confirmed`` the receipt of a confirmation of this bid; ValueError
    where either is another one.
    """
    wanted = Entry.WITHDRAWAL if stands is Stands.WITHDRAWN else Entry.ENVELOPE
    if receipt.entry is not wanted:
        return f"it was recorded as {stands}, but its receipt is for the {receipt.entry}"
    if stands is not Stands.VOID:
        return None
    if (notice.terms.tender, notice.edition) != (close.tender, close.edition):
        raise ValueError(
            f"why a bid is void is told by the notice of edition {close.edition}, under which bidding closed"
        )
    if receipt.edition >= notice.binding:
        return f"it was recorded as void, but bids for edition {receipt.edition} counted"
    if confirmed is None:
        return None
    follows = confirmed.entry is Entry.CONFIRMATION and confirmed.sequence > receipt.sequence
    if not follows or (confirmed.whose, confirmed.ids.tender) != (receipt.whose, receipt.ids.tender):
        raise ValueError("the confirmation is not one of this bid")
    if confirmed.edition >= notice.binding:
        return f"it was recorded as void, but it was confirmed under edition {confirmed.edition}"
    return None


def told(stands: Stands, receipt: Receipt, notice: Notice) -> str:
    """Return in a sentence how the bid stood, and why."""
    if stands is Stands.LIVE:
        return "It counted when bidding closed."
    if stands is Stands.WITHDRAWN:
        return "It stood as withdrawn when bidding closed."
    return (
        f"It was void when bidding closed: it is for edition {receipt.edition} of the notice, bids counted from "
        f"edition {notice.binding} on, and it was not confirmed under one of these."
    )
