"""What award scenarios are asked for with."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.rfq.commands.requests import AwardPick, Rest
from b2b_market.rfq.states import ScenarioKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a scenario chooses by. Rules count in the order of their importance as they stand here.

    ``most`` and ``fewest`` are numbers of suppliers, ``largest_percent`` the most that one supplier may get of the
    spend, ``excluded`` and ``forced`` suppliers that get nothing, or something. ``supplier_id`` is for SINGLE.
    """

    supplier_id: UUID | None = None
    excluded: tuple[UUID, ...] = ()
    forced: tuple[UUID, ...] = ()
    most: int | None = None
    fewest: int | None = None
    largest_percent: Decimal | None = None
    seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveScenario:
    """One way to award a request, kept under a name; ``picks`` are for MANUAL, ``landed`` ranks on landed cost."""

    rfq_id: UUID
    name: str
    kind: ScenarioKind
    landed: bool = False
    settings: Settings = Settings()
    picks: tuple[AwardPick, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadScenario:
    """One scenario by its id."""

    scenario_id: UUID


@dataclass(frozen=True, slots=True)
class CompareScenarios:
    """Scenarios of a request side by side; none named are the newest four."""

    rfq_id: UUID
    scenario_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class StepScenario:
    """A step of one scenario that needs nothing but its version."""

    scenario_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeScenario:
    """Turn a scenario into an award proposal; ``expected_version`` is the request's."""

    scenario_id: UUID
    expected_version: int | None
    rest: Rest = Rest.NONE
    comment: str = ""
