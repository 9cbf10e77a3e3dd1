"""What a notice announces: the tender as a plain document, whose hash is signed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_keys import read_card
from b2b_market.tendering.rules.sealed_terms import Notice, Part, SignedNotice, Terms, sign_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Everything a notice rests on. ``cards`` are the officers' in order, ``content`` the rest of the document."""

    tender_id: UUID
    edition: int
    deadline: datetime
    lots: Sequence[UUID]
    cards: Sequence[Mapping[str, Any]]
    threshold: int
    parts: tuple[Part, ...]
    reveal_hours: int
    content: Mapping[str, object]
    binding: int = 1
    """The earliest edition whose bids count."""


def announce(found: Announced, key: SigningKey) -> tuple[dict[str, Any], SignedNotice]:
    """Return the document and the notice that names its hash, signed with the platform's key."""
    document = plain({**found.content, "edition": found.edition, "closes_at": found.deadline})
    assert isinstance(document, dict)  # noqa: S101 - made of a mapping; tells mypy so
    terms = Terms(found.tender_id, tuple(read_card(dict(card)) for card in found.cards), found.threshold, found.parts)
    notice = Notice(
        terms=terms,
        edition=found.edition,
        deadline=found.deadline,
        lots=tuple(found.lots),
        reveal_hours=found.reveal_hours,
        document=hashlib.sha256(canonical(document)).digest(),
        receipts_key=key.public_key,
        binding=found.binding,
    )
    return document, sign_notice(notice, key)
