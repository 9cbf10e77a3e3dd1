"""Wire shapes of amendments that were sent to the approvers."""

from typing import Self

from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rfq.schemas.amendments import AmendmentPreviewOut
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.rfq.service.submitting import AmendmentContent
from b2b_market.rfq.states import AMENDMENT_LIFECYCLE, AmendmentStatus


class AmendmentSummaryOut(WireOut):
    """An amendment that was sent to the approvers; ``edition`` is the version that it became."""

    id: WireUuid
    version: int
    rfq_id: WireUuid
    author_id: WireUuid
    status: wire_enum(AmendmentStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    base_edition: int
    edition: int | None
    reason: str
    created_at: WireTime
    decided_by: WireUuid | None
    decided_at: WireTime | None
    decision_reason: str | None


class AmendmentOut(AmendmentSummaryOut):
    """The same with what its approval would bring about now.

    ``preview`` is null once it is decided; ``obstacle`` is the code of what keeps it from being approved as it is.
    """

    preview: AmendmentPreviewOut | None
    obstacle: str | None
    allowed_steps: list[str]

    @classmethod
    def of(cls, value: AmendmentContent) -> Self:
        """Return the answer for an amendment's content; lapsing is the clock's own step."""
        steps = [step for step in AMENDMENT_LIFECYCLE.allowed(value.amendment.status) if step != "lapse"]
        own = {
            "preview": AmendmentPreviewOut.of(value.preview) if value.preview is not None else None,
            "obstacle": value.why.code if value.why is not None else None,
            "allowed_steps": steps,
        }
        return cls.model_validate({**columns(value.amendment, cls, frozenset(own)), **own})
