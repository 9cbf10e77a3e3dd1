"""What an officer contributes: for every bid the inside of one layer, or the word that it does not open; signed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope
from b2b_market.tendering.rules.sealed_faults import Culprit, OpeningFault, Stage
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    items,
    octets,
    read_document,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_keys import FINGERPRINT_DIGITS, OfficerCard, OfficerKey, is_signed
from b2b_market.tendering.rules.sealed_terms import MOST_OFFICERS, Notice, Part
from b2b_market.tendering.rules.sealed_work import Work, WorkBid, check_turn, group_in
from b2b_market.tendering.rules.sealed_wraps import layer_hash

CONTRIBUTION_FORMAT: Final = "b2b-market-opening-layer/1"
Result: TypeAlias = bytes | OpeningFault
"""What a layer held, or why that is not known."""


class ContributionUnacceptable(Refusal):
    """A contribution that does not belong to the layer that is being opened; nothing was taken from it."""

    kind, code = Kind.INVALID, "tender-opening-layer-unacceptable"
    title = N_("This contribution cannot be accepted")
    advice = N_("Nothing was taken from it: {reason}. Open the layer again from the current work file.")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One officer's layer. ``results`` by sequence number: the layer's inside, None where it does not open."""

    tender: UUID
    close: bytes
    part: Part
    officers: tuple[str, ...]
    layer: int
    results: Mapping[int, bytes | None]
    signature: bytes = b""

    @property
    def officer(self) -> str:
        """Return the fingerprint of the officer who signed."""
        return self.officers[self.layer]

    def statement(self) -> dict[str, object]:
        """Return what the officer signs."""
        return {
            "close": self.close.hex(),
            "format": CONTRIBUTION_FORMAT,
            "layer": self.layer,
            "officers": list(self.officers),
            "part": self.part.value,
            "results": [
                {"inside": None if inside is None else inside.hex(), "sequence": sequence}
                for sequence, inside in sorted(self.results.items())
            ],
            "tender": str(self.tender),
        }

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical({"contribution": self.statement(), "signature": self.signature.hex()})

    def digest(self) -> bytes:
        """Return SHA-256 over the document."""
        return hashlib.sha256(self.to_bytes()).digest()

    def is_by(self, card: OfficerCard) -> bool:
        """Tell whether the holder of this card signed it."""
        return card.fingerprint == self.officer and is_signed(card.signing_key, self.statement(), self.signature)


def contribute(work: Work, key: OfficerKey, now: datetime, kept: Notice | None = None) -> Contribution:
    """Remove one layer from every bid of a checked work file; WorkUnacceptable where it is not this key's turn.

    A layer that does not open, or does not hold what the bidder announced, is reported instead of contributed.
    """
    check_turn(work, key.card("officer").fingerprint, now, kept)
    results = {bid.receipt.receipt.sequence: _inside(work, bid, key) for bid in work.held()}
    close = work.close.close
    unsigned = Contribution(close.tender, close.digest(), work.part, work.officers, work.layer, results)
    signature = key.signing.sign(canonical(unsigned.statement()))
    return Contribution(close.tender, close.digest(), work.part, work.officers, work.layer, results, signature)


def _inside(work: Work, bid: WorkBid, key: OfficerKey) -> bytes | None:
    envelope, group = _sealed(work, bid)
    info = envelope.bound(work.terms[envelope.envelope.terms], work.part).layer(group, work.layer)
    try:
        inside = key.open(bid.held or b"", info)
    except ValueError:
        return None
    return inside if layer_hash(inside) == envelope.part(work.part).announced(group, work.layer) else None


def _sealed(work: Work, bid: WorkBid) -> tuple[SignedEnvelope, tuple[int, ...]]:
    group = None if bid.envelope is None else group_in(work.terms[bid.envelope.envelope.terms], work.officers)
    if bid.envelope is None or group is None:
        raise ValueError("this bid is not opened by this group")
    return bid.envelope, group


def read_contribution(data: bytes) -> Contribution:
    """Return the contribution in ``data``; ValueError for another form. The signature is judged by is_by."""
    signed = fields(read_document(data), "contribution", "signature")
    found = fields(signed["contribution"], "close", "format", "layer", "officers", "part", "results", "tender")
    expect(found["format"], CONTRIBUTION_FORMAT)
    officers = tuple(text(item, FINGERPRINT_DIGITS) for item in items(found["officers"], 2, MOST_OFFICERS))
    results: dict[int, bytes | None] = {}
    for item in items(found["results"]):
        one = fields(item, "inside", "sequence")
        sequence = whole(one["sequence"], 1)
        if sequence <= max(results, default=0):
            raise ValueError("the results stand in order of sequence")
        results[sequence] = None if one["inside"] is None else octets(one["inside"])
    return Contribution(
        identifier(found["tender"]),
        octets(found["close"], HASH_BYTES),
        Part(text(found["part"])),
        officers,
        whole(found["layer"], 0, len(officers) - 1),
        results,
        octets(signed["signature"], SIGNATURE_BYTES),
    )


def accept_contribution(data: bytes, work: Work) -> tuple[Contribution, Mapping[int, Result]]:
    """Return a contribution and what it gives for each bid of the work; ContributionUnacceptable for any other.

    It must be signed by the officer whose turn it is and speak of every bid. What differs from the bidder's
    announcement is the officer's fault; a reported layer is the bidder's, by that officer's word.
    """
    try:
        contribution = read_contribution(data)
        _require_fitting(contribution, work)
    except ValueError as error:
        raise ContributionUnacceptable(reason=str(error)) from error
    judged = {}
    for bid in work.held():
        envelope, group = _sealed(work, bid)
        sequence = bid.receipt.receipt.sequence
        judged[sequence] = judge(contribution, sequence, envelope.part(work.part).announced(group, work.layer))
    return contribution, judged


def _require_fitting(contribution: Contribution, work: Work) -> None:
    if not contribution.is_by(work.card):
        raise ValueError("it is not signed by the officer whose turn it is")
    close = work.close.close
    there = (contribution.tender, contribution.close, contribution.part, contribution.officers, contribution.layer)
    if there != (close.tender, close.digest(), work.part, work.officers, work.layer):
        raise ValueError("it belongs to another layer, group or closing")
    if set(contribution.results) != {bid.receipt.receipt.sequence for bid in work.held()}:
        raise ValueError("it does not speak of every bid")


def judge(contribution: Contribution, sequence: int, announced: bytes) -> Result:
    """Return what a contribution gives for one bid, held against the hash that the bidder announced."""
    inside, layer, officer = contribution.results[sequence], contribution.layer + 1, contribution.officer
    if inside is None:
        return OpeningFault(Stage.REPORTED, Culprit.BIDDER, layer, officer)
    if layer_hash(inside) != announced:
        return OpeningFault(Stage.CONTRIBUTED, Culprit.OFFICER, layer, officer)
    return inside
