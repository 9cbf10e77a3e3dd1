"""Wire shapes of the technical result."""

from typing import Any, Self

from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid, wire_enum
from b2b_market.tendering.service.staging import TechnicalView
from b2b_market.tendering.states.stages import StageStatus, TechnicalOutcome


class TechnicalResultOut(WireOut):
    """What one bid came to; ``score`` is exact from 0 to 100, ``80`` or ``250/3``, and null where nothing is scored."""

    bid_id: WireUuid
    lot_id: WireUuid
    supplier_id: WireUuid
    bidder: str
    bidder_names: dict[str, str]
    outcome: wire_enum(TechnicalOutcome)  # type: ignore[valid-type]  # an Annotated alias made by a function
    score: str | None


class TechnicalOut(WireOut):
    """The technical result as far as the reader may see it; ``record`` is what was signed, by ``signature`` (hex)."""

    tender_id: WireUuid
    status: wire_enum(StageStatus) | None  # type: ignore[valid-type]  # as above
    locked_at: WireTime | None
    opened_at: WireTime | None
    record: dict[str, Any] | None
    signature: str | None
    key_id: str | None
    bids: list[TechnicalResultOut]

    @classmethod
    def of(cls, value: TechnicalView) -> Self:
        """Return the wire shape of a technical result."""
        stage = value.stage
        names = ("status", "locked_at", "record", "key_id")
        said = {name: None if stage is None else getattr(stage, name) for name in names}
        signature = None if stage is None else bytes(stage.signature).hex()
        fields = TechnicalResultOut.model_fields
        bids = [{name: getattr(one, name) for name in fields} for one in value.results]
        return cls.model_validate(
            {**said, "tender_id": value.tender_id, "opened_at": value.opened_at, "signature": signature, "bids": bids}
        )
