"""The work file: what an officer gets, checks on the own device, and removes one layer from.

It can be made from a signed close record only, so no wrap leaves the platform before bidding is over. The officer's
device believes nothing: it sees that the deadline is past, that the bids are exactly those of the closing root, that
each envelope is the one its bidder signed and the receipt names, and that the layer below is what the bidder announced.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from b2b_market.infra.canonical import canonical
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, read_envelope
from b2b_market.tendering.rules.sealed_forms import expect, fields, items, mapping, octets, read_document, text, whole
from b2b_market.tendering.rules.sealed_journal import (
    SignedClose,
    SignedReceipt,
    TreeHead,
    is_from,
    read_close,
    read_receipt,
)
from b2b_market.tendering.rules.sealed_keys import FINGERPRINT_DIGITS, OfficerCard
from b2b_market.tendering.rules.sealed_terms import MOST_OFFICERS, Notice, Part, SignedNotice, Terms, read_notice
from b2b_market.tendering.rules.sealed_wraps import layer_hash, sealed_size

WORK_FORMAT: Final = "b2b-market-opening-work/1"


class BidsStillSealed(Refusal):
    """Wraps are released after the close only, and prices after the technical scores are locked."""

    code, audited = "tender-bids-still-sealed", True
    title = N_("The bids are still sealed")
    advice = N_("Envelopes are opened after bidding has closed; prices after the technical scores are locked.")


class WorkUnacceptable(Refusal):
    """A work file that an officer must not work on."""

    kind, code = Kind.INVALID, "tender-opening-work-unacceptable"
    title = N_("This work file must not be opened")
    advice = N_("Nothing was opened: {reason}. Tell the other officers and the auditor.")


def require_releasable(part: Part, *, closed: bool, technical_locked: bool) -> None:
    """Refuse (BidsStillSealed) to hand out the wraps of ``part`` before their time."""
    if not closed or (part is Part.PRICE and not technical_locked):
        raise BidsStillSealed


def group_in(terms: Terms, officers: Sequence[str]) -> tuple[int, ...] | None:
    """Return the places of these officers (fingerprints) if they open together under ``terms``, else None.

    Officers open in the order of the notice; a group in another order is none.
    """
    places = {card.fingerprint: place for place, card in enumerate(terms.officers)}
    found = tuple(places[officer] for officer in officers if officer in places)
    return found if len(found) == len(officers) and found in terms.subsets else None


@dataclass(frozen=True, slots=True)
class WorkBid:
    """One live bid: its receipt and, where this group opens it, its envelope and what is left of its wrap."""

    receipt: SignedReceipt
    envelope: SignedEnvelope | None = None
    held: bytes | None = None

    def document(self) -> dict[str, object]:
        """Return the bid as JSON-ready parts."""
        envelope = None
        if self.envelope is not None:
            envelope = {"envelope": self.envelope.envelope.statement(), "signature": self.envelope.signature.hex()}
        return {
            "envelope": envelope,
            "held": None if self.held is None else self.held.hex(),
            "receipt": self.receipt.document(),
        }


@dataclass(frozen=True, slots=True)
class Work:
    """Layer ``layer`` (0 is the outermost) of every bid that the group ``officers`` opens; ``bids`` are all live ones.

    ``notices`` are those of all editions that live bids are sealed under, the one of the close record among them.
    """

    notices: tuple[SignedNotice, ...]
    close: SignedClose
    part: Part
    officers: tuple[str, ...]
    layer: int
    bids: tuple[WorkBid, ...]

    @property
    def terms(self) -> Mapping[bytes, Terms]:
        """Return the terms by digest."""
        return {signed.notice.terms.digest: signed.notice.terms for signed in self.notices}

    @property
    def officer(self) -> str:
        """Return the fingerprint of the officer whose turn it is."""
        return self.officers[self.layer]

    @property
    def card(self) -> OfficerCard:
        """Return that officer's card; ValueError where no notice has it."""
        cards = (card for signed in self.notices for card in signed.notice.terms.officers)
        found = next((card for card in cards if card.fingerprint == self.officer), None)
        if found is None:
            raise ValueError("no notice names this officer")
        return found

    def held(self) -> Sequence[WorkBid]:
        """Return the bids that this layer is to be removed from."""
        return [bid for bid in self.bids if bid.held is not None]

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical(
            {
                "bids": [bid.document() for bid in self.bids],
                "close": self.close.document(),
                "format": WORK_FORMAT,
                "layer": self.layer,
                "notices": [notice.document() for notice in self.notices],
                "officers": list(self.officers),
                "part": self.part.value,
            }
        )

    def digest(self) -> bytes:
        """Return SHA-256 over the document."""
        return hashlib.sha256(self.to_bytes()).digest()


def first_work(
    notices: Sequence[SignedNotice],
    close: SignedClose,
    part: Part,
    officers: Sequence[str],
    bids: Sequence[tuple[SignedReceipt, SignedEnvelope | None]],
    *,
    left: Collection[int] = (),
) -> Work:
    """Return the work of the first officer of a group over all live bids of the tender, in order of sequence.

    Bids sealed under terms that do not know the group are in the file without their wrap: another group opens them. So
    are the bids ``left`` (sequence numbers) sealed, such as the prices of offers that failed technically, and those
    whose envelope is not there any more as it was receipted (None).
    """
    terms = {signed.notice.terms.digest: signed.notice.terms for signed in notices}
    made = []
    for receipt, envelope in bids:
        if envelope is None:
            made.append(WorkBid(receipt))
            continue
        group = group_in(terms[envelope.envelope.terms], officers)
        if group is None or receipt.receipt.sequence in left or part not in terms[envelope.envelope.terms].parts:
            made.append(WorkBid(receipt))
        else:
            made.append(WorkBid(receipt, envelope, envelope.part(part).wrap(group).sealed))
    return Work(tuple(notices), close, part, tuple(officers), 0, tuple(made))


def next_work(work: Work, opened: Mapping[int, bytes]) -> Work:
    """Return the work of the next officer, over what the one before removed its layer from (by sequence)."""
    bids = []
    for bid in work.bids:
        inner = opened.get(bid.receipt.receipt.sequence)
        bids.append(WorkBid(bid.receipt) if inner is None else WorkBid(bid.receipt, bid.envelope, inner))
    return Work(work.notices, work.close, work.part, work.officers, work.layer + 1, tuple(bids))


def read_work(data: bytes) -> Work:
    """Return the work in ``data``; WorkUnacceptable where a form, signature, hash or root in it is not right.

    Everything is checked that the file itself can show. Whether the deadline is past by the reader's clock, and whether
    the platform's key is the right one, check_turn asks.
    """
    try:
        found = fields(read_document(data), "bids", "close", "format", "layer", "notices", "officers", "part")
        expect(found["format"], WORK_FORMAT)
        notices = tuple(read_notice(item) for item in items(found["notices"], 1))
        officers = tuple(text(item, FINGERPRINT_DIGITS) for item in items(found["officers"], 2, MOST_OFFICERS))
        layer = whole(found["layer"], 0, len(officers) - 1)
        part = Part(text(found["part"]))
        terms = {signed.notice.terms.digest: signed.notice.terms for signed in notices}
        turn = _Turn(part, officers, layer, terms)
        bids = tuple(turn.read(item) for item in items(found["bids"]))
        work = Work(notices, read_close(found["close"]), part, officers, layer, bids)
        _require_closed(work)
    except ValueError as error:
        raise WorkUnacceptable(reason=str(error)) from error
    return work


def check_turn(work: Work, officer: str, now: datetime, kept: Notice | None = None) -> None:
    """Refuse (WorkUnacceptable) unless it is this officer's turn, and by the officer's own clock after the deadline.

    ``kept`` is the notice as the officer kept it at its publication. Deadlines only ever move later, so a file saying
    that bidding closed earlier comes from a platform that wants to look before the time.
    """
    announced = closing_notice(work)
    if work.officer != officer:
        raise WorkUnacceptable(reason="it is the turn of another officer, or this key is not in the notice")
    if now < announced.deadline:
        raise WorkUnacceptable(reason="the deadline is not past")
    if kept is not None:
        _require_kept(announced, kept)


def _require_kept(announced: Notice, kept: Notice) -> None:
    if (announced.receipts_key, announced.terms.tender) != (kept.receipts_key, kept.terms.tender):
        raise WorkUnacceptable(reason="the notice is of another tender or key than the one you kept")
    if announced.edition < kept.edition or announced.deadline < kept.deadline:
        raise WorkUnacceptable(reason="bidding closed before the deadline of the notice that you kept")


def closing_notice(work: Work) -> Notice:
    """Return the notice that bidding closed under; WorkUnacceptable where it is not in the file."""
    close = work.close.close
    for signed in work.notices:
        if (signed.notice.edition, signed.notice.deadline) == (close.edition, close.deadline):
            return signed.notice
    raise WorkUnacceptable(reason="the notice that bidding closed under is missing")


def _require_closed(work: Work) -> None:
    close, first = work.close.close, work.notices[0].notice
    if any(
        (signed.notice.terms.tender, signed.notice.receipts_key) != (close.tender, first.receipts_key)
        for signed in work.notices
    ):
        raise ValueError("its notices are of different tenders or signed with different keys")
    if not is_from(work.close, first.receipts_key):
        raise ValueError("the close record is not signed by the platform")
    if not all(is_from(bid.receipt, first.receipts_key) for bid in work.bids):
        raise ValueError("a receipt is not signed by the platform")
    if TreeHead.over([bid.receipt.receipt for bid in work.bids]) != close.live:
        raise ValueError("its bids are not the ones of the closing root")


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the bids of a work file are read against."""

    part: Part
    officers: tuple[str, ...]
    layer: int
    terms: Mapping[bytes, Terms]

    def read(self, value: object) -> WorkBid:
        found = fields(value, "envelope", "held", "receipt")
        receipt = read_receipt(found["receipt"])
        if found["envelope"] is None and found["held"] is None:
            return WorkBid(receipt)
        envelope, terms = self._envelope(found["envelope"], receipt)
        group = group_in(terms, self.officers)
        if group is None or self.part not in terms.parts:
            raise ValueError("a bid is sealed for other officers")
        held = octets(found["held"], sealed_size(terms, self.layer))
        if (
            held != envelope.part(self.part).wrap(group).sealed
            if self.layer == 0
            else layer_hash(held) != envelope.part(self.part).announced(group, self.layer - 1)
        ):
            raise ValueError("a wrap is not the one that the bidder signed")
        return WorkBid(receipt, envelope, held)

    def _envelope(self, value: object, receipt: SignedReceipt) -> tuple[SignedEnvelope, Terms]:
        named = mapping(fields(value, "envelope", "signature")["envelope"]).get("terms")
        terms = self.terms.get(octets(named))
        if terms is None:
            raise ValueError("a bid is sealed under terms that no notice has")
        envelope = read_envelope(canonical(value), terms)
        if envelope.digest() != receipt.receipt.digest or envelope.envelope.ids != receipt.receipt.ids:
            raise ValueError("an envelope is not the one that its receipt names")
        return envelope, terms
