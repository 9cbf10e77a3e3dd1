"""Award scenarios: saved, searched for by the worker, compared, and proposed with exactly what they stand on."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, StaleVersion
from b2b_market.rfq.commands.quotes import Bundle, LineTerms, PriceTier, QuoteTerms
from b2b_market.rfq.commands.requests import AwardPick, Rest
from b2b_market.rfq.commands.scenarios import (
    CompareScenarios,
    ProposeScenario,
    ReadScenario,
    SaveScenario,
    Settings,
    StepScenario,
)
from b2b_market.rfq.rules.scenarios import ScenarioNotReady, ScenarioOutdated
from b2b_market.rfq.service import quoting, scenarios
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.scenarios import ScenarioFigures
from b2b_market.rfq.states import BundleKind, ScenarioKind, ScenarioStatus
from b2b_market.rfq.tasks import optimise_scenarios
from tests.rfq.forms import filled, followed, page, send, text_of
from tests.support.people import sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 3)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    """A closed request of two lines, 100 each: the best of each line is with another supplier."""
    made = publish(runtime, market, draft_command(market.suppliers, 2))
    for sales, prices in zip(market.sales, (("9", "8"), ("10", "7"), ("9.5", "7.5")), strict=True):
        submit(runtime, sales, made, prices)
    close(runtime, market, made.rfq.id)
    return made


def save(runtime: Runtime, market: Market, rfq_id: UUID, kind: ScenarioKind, **changed: Any) -> UUID:
    picks = changed.pop("picks", ())
    command = SaveScenario(rfq_id=rfq_id, name=kind.value, kind=kind, settings=Settings(**changed), picks=picks)
    with work_for(runtime, market.purchaser) as work:
        return scenarios.save_scenario(work, market.purchaser, command).id


def figures(runtime: Runtime, market: Market, scenario_id: UUID) -> ScenarioFigures:
    with work_for(runtime, market.purchaser) as work:
        return scenarios.read_scenario(work, market.purchaser, ReadScenario(scenario_id))


def total(found: ScenarioFigures) -> Decimal:
    assert found.allocation is not None
    return found.allocation.total.amount


def propose(runtime: Runtime, market: Market, content: RfqContent, scenario_id: UUID, **changed: Any) -> bytes:
    version = read(runtime, market.purchaser, content.rfq.id).rfq.version
    command = ProposeScenario(scenario_id=scenario_id, expected_version=version)
    with work_for(runtime, market.purchaser) as work:
        award = scenarios.propose_scenario(work, market.purchaser, replace(command, **changed)).award
        return bytes(award.snapshot_hash)


def test_exact_scenarios_are_worked_out_at_once(runtime: Runtime, market: Market, content: RfqContent) -> None:
    rfq_id, (first, second) = content.rfq.id, content.lines
    ids = [
        save(runtime, market, rfq_id, ScenarioKind.BEST),
        save(runtime, market, rfq_id, ScenarioKind.SINGLE, supplier_id=market.suppliers[0]),
        save(runtime, market, rfq_id, ScenarioKind.AT_MOST, most=1),
    ]
    with work_for(runtime, market.purchaser) as work:
        table = scenarios.compare_scenarios(work, market.purchaser, CompareScenarios(rfq_id))
    assert [one.scenario.id for one in table.figures] == ids[::-1]
    assert [total(one) for one in table.figures] == [1700, 1700, 1600]
    assert all(one.current and one.scenario.proven for one in table.figures)
    best = table.figures[2].scenario
    quotes = {quote.id: supplier for supplier, quote in table.landed.compared.quotes.items()}
    standby = {UUID(line): quotes[UUID(quote)] for line, quote in best.standby}
    assert standby == {first.id: market.suppliers[2], second.id: market.suppliers[2]}


def test_an_optimised_one_is_searched_for_by_the_worker(runtime: Runtime, market: Market, content: RfqContent) -> None:
    waiting = save(runtime, market, content.rfq.id, ScenarioKind.OPTIMISED, most=1, excluded=(market.suppliers[0],))
    assert figures(runtime, market, waiting).scenario.status is ScenarioStatus.WAITING
    with pytest.raises(ScenarioNotReady):
        propose(runtime, market, content, waiting)
    assert optimise_scenarios(runtime) == 1
    assert optimise_scenarios(runtime) == 0
    found = figures(runtime, market, waiting)
    assert found.scenario.status is ScenarioStatus.READY
    assert (total(found), found.scenario.gap) == (Decimal(1700), Decimal(0))
    assert found.scenario.solver.startswith("HiGHS")
    assert found.scenario.proven


def test_an_impossible_one_says_which_rules_conflict(runtime: Runtime, market: Market, content: RfqContent) -> None:
    asked = {"most": 1, "largest_percent": Decimal(60)}
    impossible = save(runtime, market, content.rfq.id, ScenarioKind.OPTIMISED, **asked)
    optimise_scenarios(runtime)
    scenario = figures(runtime, market, impossible).scenario
    assert scenario.status is ScenarioStatus.INFEASIBLE
    assert scenario.conflict is not None
    assert scenario.conflict["rules"] == [0, 1]


def test_tiers_and_lines_sold_together_count(runtime: Runtime, market: Market) -> None:
    made = publish(runtime, market, draft_command(market.suppliers, 2))
    submit(runtime, market.sales[0], made, ("9", "8"))
    tiered = quote_command(made, ("8", "9"))
    tiers = (PriceTier(Decimal(1), Decimal("8.4")), PriceTier(Decimal(100), Decimal(8)))
    lines = (replace(tiered.lines[0], terms=LineTerms(tiers=tiers)), tiered.lines[1])
    both = QuoteTerms(bundles=(Bundle(BundleKind.TOGETHER, (made.lines[0].id, made.lines[1].id)),))
    with work_for(runtime, market.sales[1]) as work:
        quoting.submit_quote(work, market.sales[1], replace(tiered, lines=lines, terms=both))
    close(runtime, market, made.rfq.id)
    bundled = save(runtime, market, made.rfq.id, ScenarioKind.OPTIMISED)
    optimise_scenarios(runtime)
    found = figures(runtime, market, bundled)
    assert found.allocation is not None
    assert {one.supplier_id for one in found.allocation.suppliers} in (
        {market.suppliers[0]},
        {market.suppliers[1]},
    )
    assert total(found) == 1700


def test_a_proposal_carries_the_snapshot_it_was_saved_on(runtime: Runtime, market: Market, content: RfqContent) -> None:
    chosen, other = (save(runtime, market, content.rfq.id, ScenarioKind.BEST) for _ in range(2))
    before = figures(runtime, market, chosen).scenario.snapshot_hash
    assert before is not None
    assert propose(runtime, market, content, chosen) == bytes(before)
    assert figures(runtime, market, chosen).scenario.award_id is not None
    with pytest.raises(IllegalStep):
        propose(runtime, market, content, other)


def test_a_part_awarded_meanwhile_makes_it_outdated(runtime: Runtime, market: Market, content: RfqContent) -> None:
    whole = save(runtime, market, content.rfq.id, ScenarioKind.BEST)
    with work_for(runtime, market.purchaser) as work:
        table = scenarios.compare_scenarios(work, market.purchaser, CompareScenarios(content.rfq.id))
    quote = table.landed.compared.quotes[market.suppliers[1]]
    pick = AwardPick(line_id=content.lines[1].id, quote_id=quote.id)
    part = save(runtime, market, content.rfq.id, ScenarioKind.MANUAL, picks=(pick,))
    propose(runtime, market, content, part, rest=Rest.LATER)
    assert not figures(runtime, market, whole).current
    with pytest.raises(ScenarioOutdated):
        propose(runtime, market, content, whole)


def test_settings_rights_and_versions(runtime: Runtime, market: Market, content: RfqContent) -> None:
    for kind, settings in (
        (ScenarioKind.SINGLE, {}),
        (ScenarioKind.AT_MOST, {}),
        (ScenarioKind.OPTIMISED, {"excluded": (market.buyer_id,)}),
        (ScenarioKind.OPTIMISED, {"seconds": 9999}),
        (ScenarioKind.OPTIMISED, {"largest_percent": Decimal(101)}),
    ):
        with pytest.raises(Invalid):
            save(runtime, market, content.rfq.id, kind, **settings)
    kept = save(runtime, market, content.rfq.id, ScenarioKind.BEST)
    with work_for(runtime, market.approver) as work, pytest.raises(Forbidden):
        scenarios.delete_scenario(work, market.approver, StepScenario(kept, 1))
    with work_for(runtime, market.purchaser) as work:
        with pytest.raises(StaleVersion):
            scenarios.delete_scenario(work, market.purchaser, StepScenario(kept, 9))
        scenarios.delete_scenario(work, market.purchaser, StepScenario(kept, 1))


def test_pages_and_api(runtime: Runtime, market: Market, content: RfqContent, client: TestClient) -> None:
    purchaser, place = sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"
    data = filled(page(purchaser, f"{place}/scenarios"), "scenario-form")
    wanted = data | {"name": "Two at most", "kind": "optimised", "most": "2", "largest_percent": "70"}
    assert "the search begins in a moment" in text_of(
        followed(purchaser, send(purchaser, f"{place}/scenarios", wanted))
    )
    optimise_scenarios(runtime)
    impossible = wanted | {"name": "Impossible", "most": "1", "largest_percent": "50"}
    send(purchaser, f"{place}/scenarios", impossible)
    optimise_scenarios(runtime)
    picks = filled(page(purchaser, f"{place}/comparison"), "award-form")
    followed(purchaser, send(purchaser, f"{place}/scenarios/picks", picks))
    said = text_of(page(purchaser, f"{place}/scenarios")).replace("\u00a0", " ")
    why = said.partition("These rules cannot hold together:")[2]
    assert why.startswith("at most 1 suppliersnobody gets more than 50 % of the spend")
    assert "CNY 1,600.00" in said
    assert "Picked by hand" in said
    told = purchaser.get(f"/api/v1{place}/scenarios").json()
    assert [one["status"] for one in told["scenarios"]] == ["ready", "infeasible", "ready"]
    assert told["scenarios"][2]["saving_target"] == "400.00"
    chosen = told["scenarios"][0]
    headers = {"origin": "http://testserver", "idempotency-key": "k" * 20, "if-match": f'"v{told["version"]}"'}
    url = f"/api/v1/award-scenarios/{chosen['id']}"
    answer = purchaser.post(f"{url}/propose", json={}, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["snapshot_hash"] == chosen["snapshot_hash"]
    assert purchaser.get(url).json()["award_id"] == answer.json()["id"]
