"""Wire shapes of officers' keys, sealed bids and the opening."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import ShortText, WireIn, WireOut, WireTime
from b2b_market.tendering.commands.tenders import RegisterKey
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service.bidding import OwnBids
from b2b_market.tendering.service.opening import Ceremony, OpenedBid
from b2b_market.tendering.states.bids import BidStatus, KeyStatus


class CardIn(WireIn):
    """An officer's card as the key tool made it, and the department that the officer answers to."""

    card: dict[str, Any]
    department: ShortText

    def to_command(self) -> RegisterKey:
        """Return the operation's input."""
        return RegisterKey(self.card, self.department)


class KeyAnswerIn(WireIn):
    """The answer to a key's challenge, in hex."""

    answer: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeyOut(WireOut):
    """An own key; ``challenge`` (hex) waits for its answer while the key is pending."""

    id: UUID
    version: int
    name: str
    department: str
    fingerprint: str
    status: KeyStatus
    card: dict[str, Any]
    challenge: str | None

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ANN401 - a row of the keys' table
        """Return the wire shape of a key."""
        names = [name for name in KeyOut.model_fields if name != "challenge"]
        challenge = bytes(value.challenge).hex() if value.challenge else None
        return cls(**{name: getattr(value, name) for name in names}, challenge=challenge)


class OfficerOut(WireOut):
    """A proven key that a tender may be sealed to."""

    id: UUID
    org_id: UUID
    name: str
    department: str
    fingerprint: str


class ReceivedOut(WireOut):
    """A document of the own company as it was received, with its signed receipt."""

    sequence: int
    bid_id: UUID
    number: int
    entry: str
    received_at: WireTime
    receipt: dict[str, Any]


class OwnBidOut(WireOut):
    """The own bid on a lot. ``edition`` is the one of the notice that it is for, ``digest`` its envelope's in hex.

    ``needs_confirmation``: the tender was amended, and the bid counts only if it is confirmed or replaced in time.
    """

    id: UUID
    lot_id: UUID
    number: int
    status: BidStatus
    received_at: WireTime
    edition: int
    digest: str
    needs_confirmation: bool
    fault: dict[str, Any] | None


class OwnBidsOut(WireOut):
    """What the own company has sent; ``proofs`` show by sequence how each bid stood in the close record.

    A proof that says nothing of it is of a live bid; ``stands`` is ``void`` or ``withdrawn`` for the others.
    """

    bids: list[OwnBidOut]
    received: list[ReceivedOut]
    proofs: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, value: OwnBids) -> Self:
        """Return the wire shape of the own bids."""
        waiting = {bid.id for bid in value.unconfirmed()}
        plain = [name for name in OwnBidOut.model_fields if name not in ("digest", "needs_confirmation")]
        return cls(
            bids=[
                OwnBidOut(
                    **{name: getattr(bid, name) for name in plain},
                    digest=bytes(bid.digest).hex(),
                    needs_confirmation=bid.id in waiting,
                )
                for bid in value.bids
            ],
            received=[ReceivedOut.of(one) for one in value.received],
            proofs={str(sequence): proof.document() for sequence, proof in value.proofs.items()},
        )


class LayerOut(WireOut):
    """A contribution that was taken."""

    fingerprint: str
    team: list[str]
    layer: int
    contributed_at: WireTime

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ANN401 - a row of the contributions' table
        """Return the wire shape of a contribution."""
        return cls(
            fingerprint=value.fingerprint,
            team=value.team.split(","),
            layer=value.layer,
            contributed_at=value.contributed_at,
        )


class TeamOut(WireOut):
    """A group of officers that has begun, and how many layers it has removed."""

    officers: list[str]
    layers: int


class CeremonyOut(WireOut):
    """How far the opening is: the part that waits for the officers, and the signed record of the last one opened.

    ``records`` are those of all parts that are open; ``withheld`` says that one is there which nobody sees before the
    technical scores are locked.
    """

    officers: dict[str, str]
    threshold: int
    part: Part | None
    teams: list[TeamOut]
    record: dict[str, Any] | None
    records: list[dict[str, Any]]
    withheld: bool

    @classmethod
    def of(cls, value: Ceremony) -> Self:
        """Return the wire shape of the ceremony."""
        return cls(
            officers=dict(value.officers),
            threshold=value.threshold,
            teams=[TeamOut(officers=list(team), layers=layers) for team, layers in value.teams],
            part=value.part,
            record=value.opening.record if value.opening else None,
            records=[one.record for one in value.openings],
            withheld=value.withheld,
        )


class BidFileOut(WireOut):
    """A file of an opened bid."""

    position: int
    name: str
    size: int


class BidOut(WireOut):
    """A bid: to its buyer once it is opened, to its bidder always; ``content`` is null until it was opened."""

    id: UUID
    version: int
    tender_id: UUID
    lot_id: UUID
    supplier_id: UUID
    status: BidStatus
    number: int
    received_at: WireTime
    content: dict[str, Any] | None
    files: list[BidFileOut]
    fault: dict[str, Any] | None

    @classmethod
    def of(cls, value: OpenedBid) -> Self:
        """Return the wire shape of a bid."""
        names = [name for name in BidOut.model_fields if name not in ("content", "files")]
        return cls(
            **{name: getattr(value.bid, name) for name in names},
            content=None if value.content is None else dict(value.content),
            files=[BidFileOut.of(one) for one in value.files],
        )
