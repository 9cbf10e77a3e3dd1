"""Wire shapes of joint tenders."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.tendering.commands.joint import ConfirmParticipation, InviteParticipants
from b2b_market.tendering.models.joint import Participant
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.service.joining import JointView
from b2b_market.tendering.states.joint import PARTICIPANT_LIFECYCLE, ParticipantStatus
from b2b_market.tendering.states.tenders import TenderStatus


class ParticipantsIn(WireIn):
    """The companies that are to buy with the own one; who is left out is asked no more."""

    organization_ids: Annotated[tuple[WireUuid, ...], Field(max_length=50, strict=False)]

    def to_command(self, tender_id: UUID, expected_version: int | None) -> InviteParticipants:
        """Return the operation's input."""
        return InviteParticipants(tender_id, expected_version, tuple(dict.fromkeys(self.organization_ids)))


class ParticipationIn(WireIn):
    """The own company's quantities, by lot and item in their order."""

    quantities: Annotated[
        tuple[Annotated[tuple[WireDecimal, ...], Field(max_length=500, strict=False)], ...],
        Field(max_length=200, strict=False),
    ]

    def to_command(self, tender_id: UUID, expected_version: int | None) -> ConfirmParticipation:
        """Return the operation's input."""
        return ConfirmParticipation(tender_id, expected_version, self.quantities)


class ParticipantOut(WireOut):
    """A company that was asked; ``current`` says whether it confirmed the lots as they are now."""

    organization_id: WireUuid
    version: int
    status: ParticipantStatus
    quantities: list[list[str]]
    current: bool
    answered_at: WireTime | None
    reason: str
    allowed_steps: list[str]

    @classmethod
    def shown(cls, value: Participant, tender: Tender) -> Self:
        """Return the wire shape of a company of a tender."""
        names = ("version", "status", "quantities", "answered_at", "reason")
        return cls(
            organization_id=value.org_id,
            current=value.confirmed == bytes(tender.lines_digest),
            allowed_steps=list(PARTICIPANT_LIFECYCLE.allowed(value.status)),
            **{name: getattr(value, name) for name in names},
        )


class JointOut(WireOut):
    """Who takes part in a tender: to the lead buyer all, to a company itself."""

    tender_id: WireUuid
    version: int
    lead_id: WireUuid
    participants: list[ParticipantOut]

    @classmethod
    def of(cls, value: JointView) -> Self:
        """Return the wire shape of who takes part."""
        return cls(
            tender_id=value.tender.id,
            version=value.version,
            lead_id=value.tender.buyer_id,
            participants=[ParticipantOut.shown(one, value.tender) for one in value.participants],
        )


class JointTenderOut(WireOut):
    """A tender of another company that the own one was asked to take part in."""

    tender_id: WireUuid
    number: str
    title: str
    lead_id: WireUuid
    status: TenderStatus
    own_status: ParticipantStatus

    @classmethod
    def of(cls, value: tuple[Tender, Participant]) -> Self:
        """Return the wire shape of a joint tender."""
        tender, own = value
        return cls(
            tender_id=tender.id,
            number=tender.number,
            title=tender.title,
            lead_id=tender.buyer_id,
            status=tender.status,
            own_status=own.status,
        )
