"""Demo data of comparisons: what the way costs, and saved scenarios; running it again changes nothing."""

from decimal import Decimal
from typing import Final

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.landing import SetCosting
from b2b_market.rfq.commands.scenarios import SaveScenario, Settings
from b2b_market.rfq.demo.requests import demo_purchaser
from b2b_market.rfq.service import drafting, landing, scenarios
from b2b_market.rfq.states import RfqStatus, ScenarioKind
from b2b_market.sourcing.public import CostMeasure, CostRule, CustomsBasis, Leg

FORWARDER: Final = "货代年度报价 / Forwarder's yearly offer"
TARIFF: Final = "税则 8501 / Customs tariff 8501"
COSTS: Final = (
    (Leg.LOADING, "0.2", 10, FORWARDER),
    (Leg.EXPORT_CLEARANCE, "0.3", 10, FORWARDER),
    (Leg.ORIGIN_CARRIAGE, "0.8", 10, FORWARDER),
    (Leg.BOARDING, "0.2", 10, FORWARDER),
    (Leg.FREIGHT, "3.5", 15, FORWARDER),
    (Leg.INSURANCE, "0.3", 15, FORWARDER),
    (Leg.ARRIVAL_HANDLING, "0.5", 20, FORWARDER),
    (Leg.IMPORT_CLEARANCE, "0.4", 20, FORWARDER),
    (Leg.DUTY, "5", 20, TARIFF),
    (Leg.INLAND, "1.2", 25, FORWARDER),
    (Leg.UNLOADING, "0.3", 25, "工厂 / Plant"),
    (Leg.INSPECTION, "0.5", 30, "质检 / Quality control"),
)
"""In percent of the price (for insurance and duty of their own values), with the day of payment."""


def state_costs(runtime: Runtime) -> None:
    """State the costs of every demo request that is being evaluated; one that has some keeps them."""
    purchaser = demo_purchaser(runtime)
    with runtime.work(purchaser.who, purchaser.tenant(), Cause("cli", new_correlation())) as work:
        for rfq in drafting.list_rfqs(work, purchaser, commands.ListRfqs()).items:
            if rfq.status not in (RfqStatus.CLOSED, RfqStatus.EVALUATING):
                continue
            if landing.read_costing(work, purchaser, commands.ReadRfq(rfq.id)).row is not None:
                continue
            command = SetCosting(
                rfq_id=rfq.id,
                expected_version=None,
                annual_percent=Decimal("4.35"),
                rate_source="一年期贷款利率 / One-year loan rate",
                customs_basis=CustomsBasis.CIF,
                import_vat_percent=Decimal(13),
                costs=tuple(
                    CostRule(leg=leg, measure=CostMeasure.PERCENT, value=Decimal(value), day=day, source=source)
                    for leg, value, day, source in COSTS
                ),
            )
            landing.set_costing(work, purchaser, command)
            for name, kind, landed in (
                ("最低价 / Lowest per line", ScenarioKind.BEST, False),
                ("到岸成本 / On landed cost", ScenarioKind.BEST, True),
                ("两家以内 / Two suppliers, 70 %", ScenarioKind.OPTIMISED, False),
            ):
                rules = Settings(most=2, largest_percent=Decimal(70)) if kind is ScenarioKind.OPTIMISED else Settings()
                wanted = SaveScenario(rfq_id=rfq.id, name=name, kind=kind, landed=landed, settings=rules)
                scenarios.save_scenario(work, purchaser, wanted)
