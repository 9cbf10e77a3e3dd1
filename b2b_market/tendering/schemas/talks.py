"""Wire shapes of negotiation and dialogue."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.wires import WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.tendering.commands.selecting import RecordTalk
from b2b_market.tendering.schemas.selecting import StageFileOut, files_out
from b2b_market.tendering.service.talking import Talks, TalkView
from b2b_market.tendering.states.selecting import TalkKind, TalkStatus


class TalkIn(WireIn):
    """Minutes of a meeting with one company, a question to one or all, or an information to all."""

    kind: wire_enum(TalkKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    supplier_id: WireUuid | None = None
    lot_id: WireUuid | None = None
    held_at: WireTime | None = None

    def to_command(self, tender_id: WireUuid, expected_version: int | None) -> RecordTalk:
        """Return the operation's input."""
        return RecordTalk(
            tender_id=tender_id,
            expected_version=expected_version,
            kind=self.kind,
            text=self.text,
            supplier_id=self.supplier_id,
            lot_id=self.lot_id,
            held_at=self.held_at,
        )


class TalkOut(WireOut):
    """An entry of the talks with one company."""

    id: UUID
    version: int
    tender_id: UUID
    lot_id: UUID | None
    supplier_id: UUID
    round: int
    kind: TalkKind
    status: TalkStatus
    text: str
    held_at: WireTime | None
    answer: str | None
    answered_at: WireTime | None
    files: list[StageFileOut]

    @classmethod
    def of(cls, value: TalkView) -> Self:
        """Return the wire shape of an entry."""
        names = [name for name in cls.model_fields if name != "files"]
        return cls(**{name: getattr(value.talk, name) for name in names}, files=files_out(value.files))


class TalksOut(WireOut):
    """The talks of a tender; who takes part and who had no meeting yet is the buyer's to know."""

    tender_id: UUID
    round: int
    participants: list[UUID]
    missing: list[UUID]
    entries: list[TalkOut]

    @classmethod
    def of(cls, value: Talks) -> Self:
        """Return the wire shape of the talks as one side sees them."""
        return cls(
            tender_id=value.tender.id,
            round=value.tender.talk_round,
            participants=list(value.participants),
            missing=list(value.missing),
            entries=[TalkOut.of(one) for one in value.entries],
        )
