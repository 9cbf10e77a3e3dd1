"""Wire shapes of new drafts from earlier requests."""

from typing import Annotated, Self

from pydantic import Field

from b2b_market.infra.http.wires import ShortText, WireDate, WireIn, WireOut, WireUuid
from b2b_market.rfq.schemas.requests import RfqOut
from b2b_market.rfq.service.copying import NewDraft


class GuestsIn(WireIn):
    """``guests`` are the mail addresses of those that were invited by mail to be invited again; absent, all of them."""

    guests: Annotated[tuple[ShortText, ...] | None, Field(max_length=50, strict=False)] = None


class AgainIn(GuestsIn):
    """``required_on`` is needed where a line has no day of its own that lies ahead; such lines get it."""

    title: ShortText
    required_on: WireDate | None = None


class RepeatIn(AgainIn):
    """What of an award is requested again: the lines of one supplier, or all of them."""

    supplier_id: WireUuid | None = None


class NewDraftOut(WireOut):
    """The draft, and what could not be taken over as it was."""

    request: RfqOut
    dropped_suppliers: Annotated[list[WireUuid], Field(description="may not be invited any more")]
    redated_lines: Annotated[int, Field(description="got the new day, as their own has passed")]
    unpriced_lines: Annotated[int, Field(description="were bought in another currency and have no target price")]
    criteria: Annotated[int, Field(description="what quotations are judged by")]
    documents: Annotated[int, Field(description="files attached again, not stored again")]
    lost_documents: Annotated[list[str], Field(description="files that are gone, by name")]
    guests: Annotated[list[str], Field(description="addresses that are mailed to at the publication")]
    dropped_guests: Annotated[list[str], Field(description="addresses that may not be invited again")]

    @classmethod
    def of(cls, value: NewDraft) -> Self:
        """Return the answer for a new draft."""
        return cls.model_validate(
            {
                "request": RfqOut.of(value.content),
                "dropped_suppliers": list(value.dropped),
                "redated_lines": value.redated,
                "unpriced_lines": value.unpriced,
                "criteria": len(value.carried.beside.criteria),
                "documents": len(value.carried.beside.documents),
                "lost_documents": list(value.carried.lost),
                "guests": [guest.email for guest in value.carried.beside.guests],
                "dropped_guests": list(value.carried.unasked),
            }
        )
