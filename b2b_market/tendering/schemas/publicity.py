"""Wire shapes of the publicity of candidates."""

from typing import Self

from b2b_market.infra.http.wires import MoneyWire, WireDecimal, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.states.publicity import PublicityStatus


class CandidateOut(WireOut):
    """A published candidate; figures that the procedure withholds are null, ``names`` are by language where known."""

    bid: WireUuid
    place: int
    supplier: WireUuid
    name: str
    names: dict[str, str]
    total: MoneyWire | None
    score: WireDecimal | None


class PublicityOut(WireOut):
    """A published ranking of a lot; ``due_at`` is when the procedure wanted it to begin."""

    id: WireUuid
    version: int
    tender_id: WireUuid
    lot_id: WireUuid
    status: wire_enum(PublicityStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    candidates: list[CandidateOut]
    created_at: WireTime
    due_at: WireTime
    ends_at: WireTime
    ended_at: WireTime | None
    reason: str | None

    @classmethod
    def of(cls, value: PublicityRow) -> Self:
        """Return the wire shape of a published ranking."""
        said = {name: getattr(value, name) for name in cls.model_fields}
        return cls.model_validate({**said, "candidates": [{"names": {}, **one} for one in value.candidates]})
