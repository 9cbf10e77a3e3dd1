"""Award scenarios over the API; amounts in the request's currency as strings."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.infra.http.wires import LongText, ShortText, WireDecimal, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.kernel.money import Money
from b2b_market.rfq.commands.requests import AwardPick, Rest
from b2b_market.rfq.commands.scenarios import CompareScenarios, ProposeScenario, SaveScenario, Settings
from b2b_market.rfq.schemas.quote_terms import Variant
from b2b_market.rfq.service.scenarios import ScenarioFigures, ScenarioTable
from b2b_market.rfq.states import ScenarioKind, ScenarioStatus

Suppliers = Annotated[tuple[WireUuid, ...], Field(max_length=100, strict=False)]


class ScenarioPickIn(WireIn):
    """So much of a line (null: all that is offered) from a quotation."""

    line_id: WireUuid
    quote_id: WireUuid
    quantity: WireDecimal | None = None
    variant: Variant = 0


class ScenarioIn(WireIn):
    """One way to award. Rules are for optimised ones, the most important first: excluded, forced, numbers, share."""

    name: ShortText
    kind: wire_enum(ScenarioKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    landed: bool = False
    supplier_id: WireUuid | None = None
    excluded: Suppliers = ()
    forced: Suppliers = ()
    most: int | None = None
    fewest: int | None = None
    largest_percent: WireDecimal | None = None
    seconds: int = 30
    picks: Annotated[tuple[ScenarioPickIn, ...], Field(max_length=20_000, strict=False)] = ()

    def to_command(self, rfq_id: UUID) -> SaveScenario:
        """Return the operation's input."""
        settings = Settings(
            supplier_id=self.supplier_id,
            excluded=self.excluded,
            forced=self.forced,
            most=self.most,
            fewest=self.fewest,
            largest_percent=self.largest_percent,
            seconds=self.seconds,
        )
        picks = tuple(
            AwardPick(line_id=one.line_id, quote_id=one.quote_id, quantity=one.quantity, variant=one.variant)
            for one in self.picks
        )
        return SaveScenario(
            rfq_id=rfq_id, name=self.name, kind=self.kind, landed=self.landed, settings=settings, picks=picks
        )


class ProposeScenarioIn(WireIn):
    """What becomes of lines left open; If-Match names the request's version."""

    rest: wire_enum(Rest) = Rest.NONE  # type: ignore[valid-type]  # an Annotated alias made by a function
    comment: LongText = ""

    def to_command(self, scenario_id: UUID, expected_version: int | None) -> ProposeScenario:
        """Return the operation's input."""
        return ProposeScenario(
            scenario_id=scenario_id, expected_version=expected_version, rest=self.rest, comment=self.comment
        )


class ScenarioQuery(BaseModel):
    """Which scenarios stand side by side (at most four); none named are the newest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: Annotated[str, Field(max_length=200, pattern=r"^([0-9a-f-]{36}(,[0-9a-f-]{36})*)?$")] = ""

    def to_command(self, rfq_id: UUID) -> CompareScenarios:
        """Return the operation's input; what is no identifier names nothing."""
        return CompareScenarios(rfq_id, tuple(_uuids(self.ids)))


class ScenarioPickOut(WireOut):
    """So much of a line from a quotation."""

    line_id: WireUuid
    quote_id: WireUuid
    quantity: str
    variant: int


class StandbyOut(WireOut):
    """Who steps in for a line."""

    line_id: WireUuid
    quote_id: WireUuid


class ScenarioOut(WireOut):
    """A scenario with what it comes to today; figures are null without a plan.

    ``gap`` is how much cheaper another plan could be at most, as a part of the cost. ``conflict`` tells why there is
    none: what no offers can fill (``short``), or the places of the rules that cannot hold together.
    """

    id: WireUuid
    version: int
    rfq_id: WireUuid
    name: str
    kind: wire_enum(ScenarioKind)  # type: ignore[valid-type]  # an Annotated alias made by a function
    status: wire_enum(ScenarioStatus)  # type: ignore[valid-type]  # an Annotated alias made by a function
    landed: bool
    current: bool
    proven: bool
    gap: WireDecimal | None
    solver: str
    seconds: WireDecimal
    conflict: dict[str, Any] | None
    award_id: WireUuid | None
    snapshot_hash: str | None
    total: str | None
    charged: str | None
    """What of the total is set-up, freight and discounts; null where there are none."""
    landed_total: str | None
    saving_target: str | None
    saving_last: str | None
    saving_average: str | None
    suppliers: int | None
    filled: int | None
    lines: int | None
    longest_lead_days: int | None
    picks: list[ScenarioPickOut]
    standby: list[StandbyOut]
    created_at: WireTime

    @classmethod
    def of(cls, value: ScenarioFigures) -> Self:
        """Return the answer for a scenario."""
        row, allocation = value.scenario, value.allocation
        own = (
            "id",
            "version",
            "rfq_id",
            "name",
            "kind",
            "status",
            "landed",
            "proven",
            "gap",
            "solver",
            "seconds",
            "conflict",
            "award_id",
            "created_at",
        )
        return cls.model_validate(
            {
                **{name: getattr(row, name) for name in own},
                "current": value.current,
                "snapshot_hash": None if row.snapshot_hash is None else bytes(row.snapshot_hash).hex(),
                "total": None if allocation is None else _amount(allocation.total),
                "charged": None if allocation is None else _amount(allocation.charged),
                "landed_total": _amount(value.landed),
                "saving_target": None
                if allocation is None or allocation.saving is None
                else _amount(allocation.saving.amount),
                "saving_last": _amount(value.last_saving),
                "saving_average": _amount(value.average_saving),
                "suppliers": None if allocation is None else len(allocation.suppliers),
                "filled": None if allocation is None else allocation.filled,
                "lines": None if allocation is None else allocation.lines,
                "longest_lead_days": None if allocation is None else allocation.longest_lead_days,
                "picks": [_pick(*stored) for stored in row.picks],
                "standby": [{"line_id": line, "quote_id": quote} for line, quote in row.standby],
            }
        )


def _pick(line_id: str, quote_id: str, quantity: str, variant: str = "0") -> dict[str, object]:
    return {"line_id": line_id, "quote_id": quote_id, "quantity": quantity, "variant": int(variant)}


class ScenariosOut(WireOut):
    """Scenarios of a request side by side, and how many it has saved."""

    rfq_id: WireUuid
    version: int
    currency: str
    saved: int
    scenarios: list[ScenarioOut]

    @classmethod
    def of(cls, value: ScenarioTable) -> Self:
        """Return the answer for a request."""
        rfq = value.landed.compared.rfq
        return cls(
            rfq_id=rfq.id,
            version=value.version,
            currency=rfq.currency,
            saved=len(value.everything),
            scenarios=[ScenarioOut.of(one) for one in value.figures],
        )


def _amount(money: Money | None) -> str | None:
    return None if money is None else format(money.amount, "f")


def _uuids(text: str) -> Sequence[UUID]:
    found = []
    for part in filter(None, text.split(",")):
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found
