"""Wire shapes of prior notices."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import WireDate, WireDecimal, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.tendering.commands.planning import ListPlans, PublishPlan
from b2b_market.tendering.service.planning import PriorNotice
from b2b_market.tendering.states.planning import PlanStatus


class PlanIn(WireIn):
    """What is announced of a draft besides its own words: the planned day of its notice, and perhaps its estimate."""

    planned_on: WireDate
    value_shown: bool = False

    def to_command(self, tender_id: UUID, version: int | None) -> PublishPlan:
        """Return the operation's input."""
        return PublishPlan(
            tender_id=tender_id,
            expected_version=version,
            planned_on=self.planned_on,
            value_shown=self.value_shown,
        )


class PlansQuery(WireIn):
    """Filters of the prior notices; ``classification`` is ``CPV:42122000-0`` and finds what is below it."""

    q: Annotated[str, Field(max_length=200)] = ""
    classification: Annotated[str, Field(max_length=80)] = ""
    limit: Annotated[int, Field(ge=1, le=200, strict=False)] | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None

    def to_command(self) -> ListPlans:
        """Return the operation's input."""
        page = page_request(self.limit, self.cursor)
        return ListPlans(text=self.q, classification=self.classification, page=page)

    def said(self) -> dict[str, str]:
        """Return the filters that are set as the query of an address."""
        return {name: value for name, value in (("q", self.q), ("classification", self.classification)) if value}


class PriorNoticeOut(WireOut):
    """A prior notice; ``value`` is there where the estimate is announced, ``reason`` where it was withdrawn.

    Once it is ``followed`` the tender itself is found by ``tender_id`` on the board.
    """

    id: WireUuid
    version: int
    tender_id: WireUuid
    status: wire_enum(PlanStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    number: str
    title: str
    description: str
    buyer_name: str
    buyer_names: dict[str, str]
    classes: list[str]
    currency: str
    value: WireDecimal | None
    planned_on: WireDate
    published_at: WireTime
    reason: str | None

    @classmethod
    def of(cls, value: PriorNotice) -> Self:
        """Return the answer for a prior notice."""
        return cls.model_validate({name: getattr(value, name) for name in cls.model_fields})
