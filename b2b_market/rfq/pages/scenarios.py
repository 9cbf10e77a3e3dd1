"""Award scenarios side by side: saved, searched for, compared, and proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.requests import ReadRfq, Rest
from b2b_market.rfq.commands.scenarios import (
    CompareScenarios,
    ProposeScenario,
    SaveScenario,
    Settings,
    StepScenario,
)
from b2b_market.rfq.pages import picking
from b2b_market.rfq.rules.scenarios import read as read_settings
from b2b_market.rfq.rules.scenarios import rule_names
from b2b_market.rfq.service import comparing, scenarios
from b2b_market.rfq.service.landing import FINISHED
from b2b_market.rfq.service.scenarios import ScenarioFigures, ScenarioTable
from b2b_market.rfq.states import RFQ_LIFECYCLE, ScenarioKind, ScenarioStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

KINDS: Final = (
    (ScenarioKind.BEST.value, N_("Best per line")),
    (ScenarioKind.SINGLE.value, N_("One supplier")),
    (ScenarioKind.AT_MOST.value, N_("So many suppliers at most")),
    (ScenarioKind.OPTIMISED.value, N_("Optimised under rules")),
)
KIND_NAMES: Final = {**dict(KINDS), ScenarioKind.MANUAL.value: N_("Picked by hand")}
BADGES: Final = {
    ScenarioStatus.WAITING: Badge(N_("Waits for the search"), "violet"),
    ScenarioStatus.SEARCHING: Badge(N_("Searching"), "warn"),
    ScenarioStatus.READY: Badge(N_("Ready"), "ok"),
    ScenarioStatus.INFEASIBLE: Badge(N_("Impossible"), "bad"),
    ScenarioStatus.NOT_FOUND: Badge(N_("Nothing found in time"), "bad"),
}


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Why there is no plan: lines that nobody can fill, or the rules that cannot hold together."""

    short: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, dict[str, str]]]


@router.get("/{rfq_id}/scenarios")
def show_scenarios(rfq_id: WireUuid, call: PageCall, ids: str = "") -> Response:
    """Show scenarios side by side, and a form for another."""
    return _scenarios(call, rfq_id, None, ids)


@router.post("/{rfq_id}/scenarios")
def save_scenario(rfq_id: WireUuid, call: PageCall) -> Response:
    """Keep one way to award the request."""
    scenarios.save_scenario.admit(call.actor)
    form = Form(call.form("excluded", "forced"))
    command = _read(form, rfq_id)
    if command is not None:
        with call.attempt(form):
            scenario = scenarios.save_scenario(call.work, call.actor, command)
            said = N_("The scenario is saved; the search begins in a moment.")
            ready = N_("The scenario is saved.")
            flash = Flash(ready if scenario.status is ScenarioStatus.READY else said)
            return call.see(f"/rfqs/{rfq_id}/scenarios", flash)
    return _scenarios(call, rfq_id, form, "", status=422)


@router.post("/{rfq_id}/scenarios/picks")
def save_picks(rfq_id: WireUuid, call: PageCall) -> Response:
    """Keep the picks of the comparison's form as a scenario."""
    scenarios.save_scenario.admit(call.actor)
    compared = comparing.compare_quotes(call.work, call.actor, ReadRfq(rfq_id))
    form = Form(call.form())
    choice = picking.read_choice(compared, form)
    landed = form.value("basis") == "landed"
    name = f"#{len(compared.comparison.rows)}·{len({pick.quote_id for pick in choice.picks})}"
    command = SaveScenario(rfq_id=rfq_id, name=name, kind=ScenarioKind.MANUAL, landed=landed, picks=choice.picks)
    scenarios.save_scenario(call.work, call.actor, command)
    return call.see(f"/rfqs/{rfq_id}/scenarios", Flash(N_("The scenario is saved.")))


@router.post("/{rfq_id}/scenarios/{scenario_id}/delete")
def delete_scenario(rfq_id: WireUuid, scenario_id: WireUuid, call: PageCall) -> Response:
    """Delete a scenario."""
    form = Form(call.form())
    with call.attempt(form):
        command = StepScenario(scenario_id, form.integer("version", required=True))
        scenarios.delete_scenario(call.work, call.actor, command)
        return call.see(f"/rfqs/{rfq_id}/scenarios", Flash(N_("Deleted.")))
    return _scenarios(call, rfq_id, form, "", status=409)


@router.post("/{rfq_id}/scenarios/{scenario_id}/propose")
def propose_scenario(rfq_id: WireUuid, scenario_id: WireUuid, call: PageCall) -> Response:
    """Turn a scenario into an award proposal."""
    call.once()
    form = Form(call.form())
    rest = form.choice("rest", Rest) or Rest.NONE
    command = ProposeScenario(
        scenario_id=scenario_id, expected_version=form.integer("version", required=True), rest=rest
    )
    with call.attempt(form):
        award = scenarios.propose_scenario(call.work, call.actor, command).award
        return call.see(f"/awards/{award.id}", Flash(N_("The award is proposed with the scenario's snapshot.")))
    return _scenarios(call, rfq_id, form, "", status=409)


def _read(form: Form, rfq_id: UUID) -> SaveScenario | None:
    name = form.text("name", required=True, limit=100)
    kind = form.choice("kind", ScenarioKind, required=True)
    settings = Settings(
        supplier_id=form.uuid("supplier_id"),
        excluded=_uuids(form, "excluded"),
        forced=_uuids(form, "forced"),
        most=form.integer("most", least=1, most=100),
        fewest=form.integer("fewest", least=1, most=100),
        largest_percent=form.decimal("largest_percent", places=4, least=Decimal(0), most=Decimal(100)),
        seconds=form.integer("seconds", least=1, most=120) or 30,
    )
    if not form.ok or name is None or kind is None:
        return None
    return SaveScenario(rfq_id=rfq_id, name=name, kind=kind, landed=form.flag("landed"), settings=settings)


def _uuids(form: Form, name: str) -> tuple[UUID, ...]:
    found = []
    for text in form.values(name):
        try:
            found.append(UUID(text))
        except ValueError:
            form.add_error(name, N_("Choose from the list."))
    return tuple(found)


def _scenarios(call: PageContext, rfq_id: UUID, form: Form | None, ids: str, *, status: int = 200) -> Response:
    named = [part for part in ids.split(",") if len(part) == len(str(rfq_id))]
    command = CompareScenarios(rfq_id, tuple(_known(named)))
    table = scenarios.compare_scenarios(call.work, call.actor, command)
    rfq, columns = table.landed.compared.rfq, table.landed.compared.comparison.columns
    shown = {one.scenario.id for one in table.figures}
    waits = any(one.scenario.status in (ScenarioStatus.WAITING, ScenarioStatus.SEARCHING) for one in table.figures)
    totals = [one.allocation.total.amount for one in table.figures if one.allocation is not None]
    context = {
        "rfq": rfq,
        "figures": table.figures,
        "cheapest": min(totals, default=None),
        "others": [one for one in table.everything if one.id not in shown],
        "conflicts": {one.scenario.id: _conflict(table, one) for one in table.figures},
        "rules": {one.scenario.id: _rules(table, one) for one in table.figures},
        "kinds": KINDS,
        "kind_names": KIND_NAMES,
        "badges": BADGES,
        "suppliers": [(str(column.supplier_id), column.supplier) for column in columns],
        "waits": waits,
        "discounts": any(column.discounts for column in columns),
        "may_save": scenarios.save_scenario.allows(call.actor) and rfq.status not in FINISHED and bool(columns),
        "may_propose": scenarios.propose_scenario.allows(call.actor) and "award" in RFQ_LIFECYCLE.allowed(rfq.status),
        "form": form or Form(initial={"kind": ScenarioKind.OPTIMISED.value, "seconds": 30}),
        "hundred": Decimal(100),
        "key": lambda: str(uuid4()),
    }
    return call.page("rfq/scenarios.html", context, status=status)


def _known(texts: Sequence[str]) -> Sequence[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _rules(table: ScenarioTable, one: ScenarioFigures) -> Sequence[tuple[str, dict[str, str]]]:
    names = {column.supplier_id: column.supplier for column in table.landed.compared.comparison.columns}
    found = []
    for message, facts, supplier_id in rule_names(read_settings(one.scenario.settings)):
        named = {} if supplier_id is None else {"supplier": names.get(supplier_id, "—")}
        found.append((message, {**facts, **named}))
    return found


def _conflict(table: ScenarioTable, one: ScenarioFigures) -> ConflictView | None:
    conflict = one.scenario.conflict
    if conflict is None:
        return None
    numbers = {str(row.need.line_id): str(row.need.number) for row in table.landed.compared.comparison.rows}
    rules = _rules(table, one)
    return ConflictView(
        short=[(numbers.get(line_id, "—"), quantity) for line_id, quantity in conflict["short"]],
        rules=[rules[place] for place in conflict["rules"] if place < len(rules)],
    )
