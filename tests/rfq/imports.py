"""Imports for tests: a small list, and the short way from it to a stored import."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.imports import ReadImport
from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.intake import imports
from b2b_market.rfq.intake.imports import ConfirmOptions, ImportView
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.values import Choices
from b2b_market.rfq.service import importing
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.works import work_for

FAR = date(2099, 3, 5)
SMALL = """Item,Part No,Qty,Unit,Unit price,Needed by,Ship to
Hex bolt,B-1,100,pcs,CNY 1.25,2099-03-05,Shanghai
Washer,W-1,200,pcs,,2099-03-05,Shanghai
Total,,,,125.00,,
"""
GAPS = """Item,Qty,Price
Hex bolt,100,1.25
Washer,many,2.50
"""
TENDER = {
    "releases": [
        {
            "ocid": "ocds-1",
            "date": "2026-01-01T00:00:00Z",
            "tender": {
                "title": "Wires",
                "awardCriteria": "priceOnly",
                "items": [
                    {
                        "description": "Copper wire",
                        "quantity": 12.5,
                        "unit": {"id": "KGM", "value": {"amount": 9.90, "currency": "EUR"}},
                        "deliveryDate": {"endDate": "2099-03-05"},
                        "deliveryAddress": {"locality": "Aix"},
                    }
                ],
            },
        }
    ]
}
ANSWERS = Choices(unit_code="H87", delivery_place="Shanghai", required_on=FAR, currency="CNY")


def start(runtime: Runtime, actor: Actor, text: str = SMALL, name: str = "list.csv") -> ImportView:
    """Keep a list as an import of ``actor``."""
    with work_for(runtime, actor) as work:
        command = imports.start_command(name, read_table(text.encode(), name=name))
        return imports.view_import(importing.start_import(work, actor, command))


def look(runtime: Runtime, actor: Actor, import_id: UUID) -> ImportView:
    """Return an import as it stands."""
    with work_for(runtime, actor) as work:
        return imports.view_import(importing.read_import(work, actor, ReadImport(import_id)))


def decide(runtime: Runtime, actor: Actor, view: ImportView, **changes: Any) -> ImportView:
    """Change choices of an import and return it as it stands then."""
    with work_for(runtime, actor) as work:
        command = imports.change_command(view.id, view.version, replace(view.choices, **changes))
        return imports.view_import(importing.change_import(work, actor, command))


def confirm(
    runtime: Runtime, actor: Actor, view: ImportView, currency: str = "CNY", options: ConfirmOptions | None = None
) -> RfqContent:
    """Make the draft."""
    with work_for(runtime, actor) as work:
        header = DraftRfq(title="Bolts", currency=Currency(currency))
        command = imports.confirm_command(view, view.version, header, options or ConfirmOptions())
        return importing.confirm_import(work, actor, command)
