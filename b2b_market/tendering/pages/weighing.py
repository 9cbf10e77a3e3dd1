"""Features and life-cycle costs on pages: the editor's rows, and how they are shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules.deciding import shown_amount
from b2b_market.tendering.service.evaluating import JudgedLot
from b2b_market.tendering.states.weighing import CostKind
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language

Rows = Sequence[Mapping[str, Any]]

COST_KINDS: Final[Mapping[CostKind, str]] = MappingProxyType(
    {CostKind.YEARLY: N_("Every year"), CostKind.ONCE: N_("Once, at the end")}
)


def read_features(form: Form, lots: int) -> defaultdict[int, list[Feature]]:
    """Return the features by the number of their lot: rows of one lot and name are its answers; no name is no row."""
    found: defaultdict[int, dict[str, list[Answer]]] = defaultdict(dict)
    for n in form.rows("features"):
        name = form.text(f"features-{n}-name")
        if name is None:
            continue
        place = form.integer(f"features-{n}-lot", required=True, least=1, most=lots)
        answer = form.text(f"features-{n}-answer", required=True)
        share = form.decimal(f"features-{n}-share", required=True, places=4)
        if place and answer and share is not None:
            found[place].setdefault(name, []).append(Answer(answer, share))
    made: defaultdict[int, list[Feature]] = defaultdict(list)
    for place, features in found.items():
        made[place] = [Feature(name, tuple(answers)) for name, answers in features.items()]
    return made


def read_costs(form: Form, lots: int) -> defaultdict[int, list[Cost]]:
    """Return the life-cycle costs by the number of their lot; a row without a name is none."""
    found: defaultdict[int, list[Cost]] = defaultdict(list)
    for n in form.rows("costs"):
        name = form.text(f"costs-{n}-name")
        if name is None:
            continue
        place = form.integer(f"costs-{n}-lot", required=True, least=1, most=lots)
        code = form.one_of(f"costs-{n}-unit", UNITS, required=True)
        price = form.decimal(f"costs-{n}-price", required=True, places=6)
        kind = form.choice(f"costs-{n}-kind", CostKind, required=True)
        years = form.integer(f"costs-{n}-years", required=True, least=1, most=50)
        rate = form.decimal(f"costs-{n}-rate_percent", required=True, places=4)
        if place and code and price is not None and kind and years and rate is not None:
            cost = Cost(name=name, unit=code, price=price, kind=kind, years=years, rate_percent=rate)
            found[place].append(cost)
    return found


def rows_of(lots: Rows) -> tuple[dict[str, object], dict[str, int]]:
    """Return the editor's first values of the lots' features and costs, and how many rows of each they take."""
    found: dict[str, object] = {}
    counts = {"features": 0, "costs": 0}
    for place, lot in enumerate(lots, start=1):
        for feature in lot["features"]:
            for answer in feature["answers"]:
                row = {"lot": place, "name": feature["name"], "answer": answer["text"], "share": answer["share"]}
                found |= {f"features-{counts['features']}-{key}": value for key, value in row.items()}
                counts["features"] += 1
        for cost in lot["costs"]:
            found |= {f"costs-{counts['costs']}-{key}": value for key, value in {**cost, "lot": place}.items()}
            counts["costs"] += 1
    return found, counts


def shown(features: Rows, costs: Rows, language: Language) -> dict[str, Rows]:
    """Return a lot's features and costs as pages show them: costs with their unit's name."""
    names = dict(reference.unit_names(language.value))
    return {"features": features, "costs": [{**one, "unit": names[one["unit"]]} for one in costs]}


def derived(currency: str, lot: JudgedLot, language: Language) -> list[dict[str, Any]]:
    """Return how each placed bid's total comes to what it counts as, best first; nothing where it counts as itself."""
    target, names = Currency(currency), dict(reference.unit_names(language.value))
    suppliers = {bid.id: bid.supplier_id for bid, _ in lot.bids}
    return [
        {
            "supplier_id": suppliers[one.bid_id],
            "total": Money(one.total, target).rounded(),
            "chosen": found.chosen,
            "coefficient": str(found.coefficient),
            "costs": [
                {
                    "name": cost.name,
                    "unit": names[cost.unit],
                    "declared": cost.declared,
                    "amount": Money(shown_amount(cost.amount), target),
                }
                for cost in found.costs
            ],
            "counts_as": Money(shown_amount(found.effective), target),
        }
        for one in lot.standing
        if (found := one.weighed) is not None
    ]
