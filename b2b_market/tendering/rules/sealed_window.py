"""The signed word that keys are lost: from when to when bidders reveal a part against their commitments.

Without it an opening record that names revealed or unrevealed bids is worth nothing: the platform could otherwise count
a bid as withdrawn that nobody was asked to reveal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import canonical, plain
from b2b_market.infra.signing import SigningKey
from b2b_market.tendering.rules.sealed_forms import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    expect,
    fields,
    identifier,
    moment,
    octets,
    text,
    whole,
)
from b2b_market.tendering.rules.sealed_journal import SignedClose
from b2b_market.tendering.rules.sealed_keys import is_signed
from b2b_market.tendering.rules.sealed_reading import RevealWindow
from b2b_market.tendering.rules.sealed_terms import Part

WINDOW_FORMAT: Final = "b2b-market-reveal-window/1"
MOST_FACTOR: Final = 86_400


@dataclass(frozen=True, slots=True)
class AnnouncedWindow:
    """When bidders reveal a part, bound to the close record; ``factor`` is how much faster a rehearsal runs, else 1."""

    tender: UUID
    part: Part
    close: bytes
    opens_at: datetime
    closes_at: datetime
    factor: int = 1

    @property
    def window(self) -> RevealWindow:
        """Return the window that the rules ask."""
        return RevealWindow(self.opens_at, self.closes_at - self.opens_at)

    def covers(self, hours: int) -> bool:
        """Tell whether bidders had the hours that the notice announced, as fast as a rehearsal runs."""
        return (self.closes_at - self.opens_at) * self.factor >= timedelta(hours=hours)

    def statement(self) -> dict[str, object]:
        """Return what is signed."""
        return {
            "close": self.close.hex(),
            "closes_at": plain(self.closes_at),
            "factor": self.factor,
            "format": WINDOW_FORMAT,
            "opens_at": plain(self.opens_at),
            "part": self.part.value,
            "tender": str(self.tender),
        }


@dataclass(frozen=True, slots=True)
class SignedWindow:
    """An announced window with the platform's signature."""

    announced: AnnouncedWindow
    signature: bytes

    def document(self) -> dict[str, object]:
        """Return the signed window as JSON-ready parts."""
        return {"signature": self.signature.hex(), "window": self.announced.statement()}

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical(self.document())

    def is_from(self, key: bytes) -> bool:
        """Tell whether it was signed with the platform's ``key``."""
        return is_signed(key, self.announced.statement(), self.signature)


def announce_window(
    close: SignedClose, part: Part, period: tuple[datetime, datetime], key: SigningKey, factor: int = 1
) -> SignedWindow:
    """Sign a window for ``part`` of the bids of ``close``; ``period`` is from when to when."""
    announced = AnnouncedWindow(close.close.tender, part, close.close.digest(), *period, factor)
    return SignedWindow(announced, key.sign(announced.statement()).signature)


def read_window(value: object) -> SignedWindow:
    """Return a window from its JSON value; ValueError for another form. The signature is judged by is_from."""
    signed = fields(value, "signature", "window")
    found = fields(signed["window"], "close", "closes_at", "factor", "format", "opens_at", "part", "tender")
    expect(found["format"], WINDOW_FORMAT)
    announced = AnnouncedWindow(
        identifier(found["tender"]),
        Part(text(found["part"])),
        octets(found["close"], HASH_BYTES),
        moment(found["opens_at"]),
        moment(found["closes_at"]),
        whole(found["factor"], 1, MOST_FACTOR),
    )
    return SignedWindow(announced, octets(signed["signature"], SIGNATURE_BYTES))
