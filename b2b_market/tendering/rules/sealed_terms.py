"""What bids of a tender are sealed under: officers, threshold and parts; and the signed notice that announces it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey, fingerprint
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    items,
    mapping,
    moment,
    octets,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_keys import SUITE, OfficerCard, is_signed, read_card

TERMS_FORMAT: Final = "b2b-market-sealing/1"
NOTICE_FORMAT: Final = "b2b-market-notice/1"
AMENDED_FORMAT: Final = "b2b-market-notice/2"
"""Of a notice after a material amendment: it names the edition that bids must be for."""
MOST_OFFICERS: Final = 5
"""Ten wraps for 3 of 5; beyond that the wraps outgrow the bid."""
FEWEST_TOGETHER: Final = 2
DEFAULT_THRESHOLD, DEFAULT_OFFICERS = 2, 3
MOST_LOTS: Final = 1000


class Part(StrEnum):
    """An envelope of a bid: the whole bid, or technical offer and prices apart."""

    WHOLE = "whole"
    TECHNICAL = "technical"
    PRICE = "price"


PARTS: Final = ((Part.WHOLE,), (Part.TECHNICAL, Part.PRICE))
"""The two ways of dividing a bid."""


@dataclass(frozen=True)
class Terms:
    """Officers in order, how many of them open together, and the parts of a bid; an envelope names the digest."""

    tender: UUID
    officers: tuple[OfficerCard, ...]
    threshold: int = DEFAULT_THRESHOLD
    parts: tuple[Part, ...] = (Part.WHOLE,)
    suite: int = SUITE

    def __post_init__(self) -> None:
        """Refuse what cannot be sealed under: one officer alone, more than five, one key twice (ValueError)."""
        count = len(self.officers)
        if not FEWEST_TOGETHER <= self.threshold <= count <= MOST_OFFICERS:
            raise ValueError(f"{self.threshold} of {count} officers cannot seal: at least 2, at most 5 officers")
        if len({officer.opening_key for officer in self.officers}) != count:
            raise ValueError("each officer needs an own key")
        if self.parts not in PARTS:
            raise ValueError("a bid is whole, or technical offer and price")
        if self.suite != SUITE:
            raise ValueError(f"the suite {self.suite} is unknown")

    @cached_property
    def subsets(self) -> tuple[tuple[int, ...], ...]:
        """Return every group of officers, by place, that opens together; the first removes the outermost layer."""
        return tuple(combinations(range(len(self.officers)), self.threshold))

    def fingerprints(self, subset: Sequence[int]) -> list[str]:
        """Return the fingerprints of the officers at these places."""
        return [self._fingerprints[place] for place in subset]

    @cached_property
    def _fingerprints(self) -> tuple[str, ...]:
        return tuple(officer.fingerprint for officer in self.officers)

    def document(self) -> dict[str, object]:
        """Return the terms as JSON-ready parts."""
        return {
            "format": TERMS_FORMAT,
            "officers": [officer.document() for officer in self.officers],
            "parts": [part.value for part in self.parts],
            "suite": self.suite,
            "tender": str(self.tender),
            "threshold": self.threshold,
        }

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over the canonical terms; kept, because every ciphertext of every bid is bound to it."""
        return hashlib.sha256(canonical(self.document())).digest()


def read_terms(value: object) -> Terms:
    """Return terms from their JSON value; ValueError for any others."""
    found = fields(value, "format", "officers", "parts", "suite", "tender", "threshold")
    expect(found["format"], TERMS_FORMAT)
    return Terms(
        identifier(found["tender"]),
        tuple(read_card(card) for card in items(found["officers"], FEWEST_TOGETHER, MOST_OFFICERS)),
        whole(found["threshold"], FEWEST_TOGETHER, MOST_OFFICERS),
        tuple(Part(text(part)) for part in items(found["parts"], 1, 2)),
        whole(found["suite"]),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """What bidders and officers hold the platform to.

    ``edition`` counts from 1 and grows with every amendment, such as a later deadline or a replaced officer.
    ``document`` is SHA-256 of the tender document, ``receipts_key`` the key that signs receipts and close records.
    ``binding`` is the earliest edition whose bids count: those sealed for an earlier one must be confirmed.
    """

    terms: Terms
    edition: int
    deadline: datetime
    lots: tuple[UUID, ...]
    reveal_hours: int
    document: bytes
    receipts_key: bytes
    binding: int = 1

    def __post_init__(self) -> None:
        """Refuse a notice without lots or with one twice, or that binds to what is not announced (ValueError)."""
        if not 1 <= self.binding <= self.edition:
            raise ValueError("a notice binds to itself or to an earlier edition")
        if not self.lots or len(set(self.lots)) != len(self.lots):
            raise ValueError("a notice names its lots, each once")

    def statement(self) -> dict[str, object]:
        """Return what is signed; a notice that binds to the first edition says nothing of it."""
        amended = {"binding": self.binding} if self.binding > 1 else {}
        return {
            **amended,
            "deadline": plain(self.deadline),
            "document": self.document.hex(),
            "edition": self.edition,
            "format": AMENDED_FORMAT if amended else NOTICE_FORMAT,
            "lots": [str(lot) for lot in self.lots],
            "receipts_key": self.receipts_key.hex(),
            "reveal_hours": self.reveal_hours,
            "terms": self.terms.document(),
        }

    def digest(self) -> bytes:
        """Return SHA-256 over the canonical statement: what envelopes and confirmations name."""
        return hashlib.sha256(canonical(self.statement())).digest()


@dataclass(frozen=True, slots=True)
class SignedNotice:
    """A notice and the platform's signature over it."""

    notice: Notice
    signature: bytes

    def document(self) -> dict[str, object]:
        """Return the signed notice as JSON-ready parts."""
        return {"notice": self.notice.statement(), "signature": self.signature.hex()}

    @property
    def key_id(self) -> str:
        """Return the id of the key that signs for this tender."""
        return fingerprint(self.notice.receipts_key)


def sign_notice(notice: Notice, key: SigningKey) -> SignedNotice:
    """Sign a notice with the key that it names; ValueError for another key."""
    if key.public_key != notice.receipts_key:
        raise ValueError("the notice names another key")
    return SignedNotice(notice, key.sign(notice.statement()).signature)


def read_notice(value: object) -> SignedNotice:
    """Return a notice that is signed with the key that it names; ValueError otherwise.

    Whether that key is the platform's, the reader must know from elsewhere: its id is for comparing.
    """
    signed = fields(value, "notice", "signature")
    amended = mapping(signed["notice"]).get("format") == AMENDED_FORMAT
    found = fields(
        signed["notice"],
        *(("binding",) if amended else ()),
        "deadline",
        "document",
        "edition",
        "format",
        "lots",
        "receipts_key",
        "reveal_hours",
        "terms",
    )
    expect(found["format"], AMENDED_FORMAT if amended else NOTICE_FORMAT)
    notice = Notice(
        read_terms(found["terms"]),
        whole(found["edition"], 1),
        moment(found["deadline"]),
        tuple(identifier(lot) for lot in items(found["lots"], 1, MOST_LOTS)),
        whole(found["reveal_hours"], 1, 24 * 365),
        octets(found["document"], HASH_BYTES),
        octets(found["receipts_key"], KEY_BYTES),
        whole(found["binding"], 2) if amended else 1,
    )
    signature = octets(signed["signature"], SIGNATURE_BYTES)
    if not is_signed(notice.receipts_key, notice.statement(), signature):
        raise ValueError("the notice was not signed with the key that it names")
    return SignedNotice(notice, signature)
