"""The public files of a tender's sealed bids, what a reader kept besides, and what is known once they are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from b2b_market.tendering.rules.sealed_envelope import BoxKey, SignedEnvelope
from b2b_market.tendering.rules.sealed_findings import Findings
from b2b_market.tendering.rules.sealed_journal import CloseRecord, Receipt
from b2b_market.tendering.rules.sealed_keys import OfficerCard
from b2b_market.tendering.rules.sealed_terms import Notice, Terms

BoxSource: TypeAlias = Callable[[int, BoxKey], bytes | None]
"""Returns a ciphertext by sequence number, part and box; None where it was not published."""


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """The documents as bytes. ``entries`` are envelopes and withdrawals by sequence number."""

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
    live: Sequence[Receipt] = ()
    envelopes: dict[int, SignedEnvelope] = field(default_factory=dict)

    @property
    def terms(self) -> Mapping[bytes, Terms]:
        """Return the terms of all notices by digest."""
        return {notice.terms.digest: notice.terms for notice in self.notices}

    @property
    def cards(self) -> Mapping[str, OfficerCard]:
        """Return the officers of all notices by fingerprint."""
        return {card.fingerprint: card for notice in self.notices for card in notice.terms.officers}

    def terms_of(self, sequence: int) -> Terms:
        """Return the terms that a read envelope is sealed under."""
        return self.terms[self.envelopes[sequence].envelope.terms]
