"""Wire shapes of lost keys and reveals."""

from typing import Any, Self

from b2b_market.infra.http.wires import LongText, WireIn, WireOut, WireTime, WireUuid
from b2b_market.tendering.commands.tenders import ReasonedTender
from b2b_market.tendering.models.reveals import RevealPeriod, RevealRow
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service.revealing import Reveals
from b2b_market.tendering.states.reveals import RevealStatus


class KeysLostIn(WireIn):
    """Why the keys count as lost; everybody who reads the tender reads it."""

    reason: LongText

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> ReasonedTender:
        """Return the operation's input."""
        return ReasonedTender(tender_id, expected_version, self.reason)


class RevealOut(WireOut):
    """A part of an own bid that was revealed."""

    bid_id: WireUuid
    part: Part
    received_at: WireTime

    @classmethod
    def of(cls, value: RevealRow) -> Self:
        """Return the wire shape of a reveal."""
        return cls(bid_id=value.bid_id, part=Part(value.part), received_at=value.received_at)


class RevealWindowOut(WireOut):
    """When bidders reveal a part; ``document`` is the signed announcement that ``bid verify`` reads."""

    part: Part
    status: RevealStatus
    reason: str
    opens_at: WireTime
    closes_at: WireTime
    document: dict[str, Any]

    @classmethod
    def of(cls, value: RevealPeriod) -> Self:
        """Return the wire shape of a window."""
        said = {name: getattr(value, name) for name in cls.model_fields if name != "part"}
        return cls(part=Part(value.part), **said)


class RevealsOut(WireOut):
    """The windows of a tender, and what the own company revealed; ``version`` is the tender's."""

    tender_id: WireUuid
    version: int
    windows: list[RevealWindowOut]
    own: list[RevealOut]

    @classmethod
    def of(cls, value: Reveals) -> Self:
        """Return the wire shape of a tender's reveals."""
        return cls(
            tender_id=value.tender_id,
            version=value.version,
            windows=[RevealWindowOut.of(one) for one in value.windows],
            own=[RevealOut.of(one) for one in value.own],
        )
