"""The public files of a tender's sealed bids, what a reader kept besides, and what is known once they are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from b2b_market.tendering.rules.sealed_envelope import BoxKey, SignedEnvelope
from b2b_market.tendering.rules.sealed_findings import Findings
from b2b_market.tendering.rules.sealed_journal import CloseRecord, Receipt, Standing
from b2b_market.tendering.rules.sealed_keys import OfficerCard
from b2b_market.tendering.rules.sealed_terms import Notice, Terms

BoxSource: TypeAlias = Callable[[int, BoxKey], bytes | None]
"""Returns a ciphertext by sequence number, part and box; None where it was not published."""


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """The documents as bytes. ``entries`` are envelopes, withdrawals and confirmations by sequence number."""

    notices: Sequence[bytes]
    close: bytes
    journal: Sequence[bytes]
    entries: Mapping[int, bytes]
    box: BoxSource
    contributions: Sequence[bytes] = ()
    records: Sequence[bytes] = ()
    windows: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What the reader has from elsewhere: own receipts, a notice, the close record, and whom the reader trusts.

    ``key`` is the platform's key for receipts, ``officers`` the fingerprints that the reader compared.
    """

    receipts: Sequence[bytes] = ()
    notice: bytes | None = None
    close: bytes | None = None
    key: bytes | None = None
    officers: frozenset[str] = frozenset()


@dataclass(slots=True)
class Evidence:
    """What could be read, as far as the check has come."""

    files: PublicFiles
    kept: Kept
    findings: Findings
    key: bytes
    notices: Sequence[Notice]
    close: CloseRecord
    receipts: Sequence[Receipt] = ()
    standing: Standing = field(default_factory=lambda: Standing((), (), ()))
    envelopes: dict[int, SignedEnvelope] = field(default_factory=dict)

    @property
    def terms(self) -> Mapping[bytes, Terms]:
        """Return the terms of all notices by digest."""
        return {notice.terms.digest: notice.terms for notice in self.notices}

    @property
    def cards(self) -> Mapping[str, OfficerCard]:
        """Return the officers of all notices by fingerprint."""
        return {card.fingerprint: card for notice in self.notices for card in notice.terms.officers}

    @property
    def live(self) -> Sequence[Receipt]:
        """Return the receipts of the bids that counted."""
        return self.standing.live

    @property
    def closing(self) -> Notice:
        """Return the notice that bidding closed under; the latest one where it is missing."""
        found = (notice for notice in self.notices if notice.edition == self.close.edition)
        return next(found, max(self.notices, key=lambda notice: notice.edition))

    def edition_of(self, digest: bytes | None) -> int | None:
        """Return the edition of the notice with this digest, None where it is not there; naming none is the first."""
        if digest is None:
            return 1
        return next((notice.edition for notice in self.notices if notice.digest() == digest), None)

    def terms_of(self, sequence: int) -> Terms:
        """Return the terms that a read envelope is sealed under."""
        return self.terms[self.envelopes[sequence].envelope.terms]
