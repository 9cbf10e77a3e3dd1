"""Award scenarios: what may be saved, and from saved settings to the optimiser's rules."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.scenarios import SaveScenario, Settings
from b2b_market.rfq.states import ScenarioKind
from b2b_market.sourcing.public import Exclude, Force, LargestShare, Rule, ShareOf, SupplierCount

MOST_SCENARIOS: Final = 50
MOST_SECONDS: Final = 120
MOST_SUPPLIERS: Final = 100
SIDE_BY_SIDE: Final = 4
HUNDRED: Final = Decimal(100)


class TooManyScenarios(Refusal):
    """A request keeps a limited number of scenarios."""

    kind, code = Kind.CONFLICT, "rfq-too-many-scenarios"
    title = N_("Too many scenarios")
    advice = N_("A request keeps at most {most} scenarios. Delete one that you do not need.")


class ScenarioNotReady(Refusal):
    """Only a scenario with a plan can be proposed."""

    kind, code = Kind.CONFLICT, "rfq-scenario-not-ready"
    title = N_("This scenario has no plan to propose")
    advice = N_("Its status is {status}. Wait for the search, or save another scenario.")


class ScenarioOutdated(Refusal):
    """The scenario stands on quotations or rates that have changed, or on needs that are awarded meanwhile."""

    kind, code = Kind.CONFLICT, "rfq-scenario-outdated"
    title = N_("This scenario is out of date")
    advice = N_("Quotations, rates or open lines have changed since it was saved. Save it again and compare.")


def require_scenario(command: SaveScenario, suppliers: frozenset[UUID]) -> None:
    """Refuse settings that no award can be chosen by (Invalid), field by field."""
    errors = [
        *_who(command, suppliers),
        *_how_many(command.settings),
    ]
    if not command.name.strip():
        errors.append(FieldError("/name", "required", N_("Give it a name.")))
    if command.kind is ScenarioKind.AT_MOST and command.settings.most is None:
        errors.append(FieldError("/most", "required", N_("Say how many suppliers at most.")))
    if errors:
        raise Invalid(errors=errors)


def _who(command: SaveScenario, suppliers: frozenset[UUID]) -> Iterator[FieldError]:
    settings = command.settings
    named = {"supplier_id": (settings.supplier_id,), "excluded": settings.excluded, "forced": settings.forced}
    for field, ids in named.items():
        if any(one is not None and one not in suppliers for one in ids):
            yield FieldError(f"/{field}", "unknown", N_("This supplier has no quotation here."))
    if command.kind is ScenarioKind.SINGLE and settings.supplier_id is None:
        yield FieldError("/supplier_id", "required", N_("Choose the supplier."))


def _how_many(settings: Settings) -> Iterator[FieldError]:
    for field, count in (("most", settings.most), ("fewest", settings.fewest)):
        if count is not None and not 1 <= count <= MOST_SUPPLIERS:
            yield FieldError(f"/{field}", "range", N_("Between 1 and 100."))
    if settings.largest_percent is not None and not 0 < settings.largest_percent <= HUNDRED:
        yield FieldError("/largest_percent", "range", N_("Above 0 and at most 100."))
    if not 1 <= settings.seconds <= MOST_SECONDS:
        yield FieldError("/seconds", "range", N_("Between 1 and 120."))


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """Return the optimiser's rules, the most important first: exclusions, obligations, numbers, shares."""
    found: list[Rule] = [Exclude(one) for one in settings.excluded]
    found += [Force(one) for one in settings.forced]
    if settings.most is not None:
        found.append(SupplierCount(most=settings.most))
    if settings.fewest is not None:
        found.append(SupplierCount(fewest=settings.fewest))
    if settings.largest_percent is not None:
        found.append(LargestShare(share=settings.largest_percent / HUNDRED, of=ShareOf.SPEND))
    return tuple(found)


def rule_names(settings: Settings) -> Sequence[tuple[str, Mapping[str, str], UUID | None]]:
    """Return each rule in words, as ``rules_of`` orders them: a message id, its facts, and the supplier it names."""
    found: list[tuple[str, Mapping[str, str], UUID | None]] = []
    found += [(N_("{supplier} gets nothing"), {}, one) for one in settings.excluded]
    found += [(N_("{supplier} gets something"), {}, one) for one in settings.forced]
    if settings.most is not None:
        found.append((N_("at most {n} suppliers"), {"n": str(settings.most)}, None))
    if settings.fewest is not None:
        found.append((N_("at least {n} suppliers"), {"n": str(settings.fewest)}, None))
    if settings.largest_percent is not None:
        percent = format(settings.largest_percent, "f")
        found.append((N_("nobody gets more than {percent} % of the spend"), {"percent": percent}, None))
    return found


def written(settings: Settings) -> dict[str, Any]:
    """Return settings as JSON."""
    return {
        "supplier_id": None if settings.supplier_id is None else str(settings.supplier_id),
        "excluded": [str(one) for one in settings.excluded],
        "forced": [str(one) for one in settings.forced],
        "most": settings.most,
        "fewest": settings.fewest,
        "largest_percent": None if settings.largest_percent is None else format(settings.largest_percent, "f"),
        "seconds": settings.seconds,
    }


def read(stored: Mapping[str, Any]) -> Settings:
    """Return settings from their JSON."""
    percent = stored["largest_percent"]
    return Settings(
        supplier_id=None if stored["supplier_id"] is None else UUID(stored["supplier_id"]),
        excluded=tuple(UUID(one) for one in stored["excluded"]),
        forced=tuple(UUID(one) for one in stored["forced"]),
        most=stored["most"],
        fewest=stored["fewest"],
        largest_percent=None if percent is None else Decimal(percent),
        seconds=stored["seconds"],
    )
