"""Reading and filling the form of the costs assumed for a request: a row without a value is left out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.landing import SetCosting
from b2b_market.rfq.service.landing import CostingContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form

HUNDRED: Final = Decimal(100)
MOST_DAYS: Final = 3650
FIELDS: Final = {"supplier_id": "supplier", "line_id": "line"}
"""Fields of the form whose name is another one than the operation's."""


def usual_legs(content: CostingContent) -> Sequence[sourcing.Leg]:
    """Return the legs that the buyer pays under the request's own delivery term: the rows of a form not filled yet."""
    term = content.rfq.incoterm
    return sourcing.buyer_pays(term) if term else tuple(sourcing.Leg)


def initial(content: CostingContent, numbers: Mapping[UUID, int]) -> dict[str, object]:
    """Return what the form shows at first; ``numbers`` are those of the lines."""
    row = content.row
    found: dict[str, object] = {"customs_basis": sourcing.CustomsBasis.CIF.value}
    if row is not None:
        names = ("annual_percent", "rate_source", "import_vat_percent", "incoterm", "incoterm_place")
        found = {name: getattr(row, name) for name in names}
        found |= {"customs_basis": row.customs_basis.value, "domestic": "1" if row.domestic else ""}
    for place, cost in enumerate(content.costs):
        found |= {
            f"costs-{place}-leg": cost.leg.value,
            f"costs-{place}-measure": cost.measure.value,
            f"costs-{place}-value": cost.value,
            f"costs-{place}-currency": cost.currency.code if cost.currency else "",
            f"costs-{place}-day": cost.day,
            f"costs-{place}-supplier": str(cost.supplier_id or ""),
            f"costs-{place}-line": numbers.get(cost.line_id, "") if cost.line_id else "",
            f"costs-{place}-source": cost.source,
        }
    if not content.costs:
        for place, leg in enumerate(usual_legs(content)):
            percent = leg in (sourcing.Leg.DUTY, sourcing.Leg.INSURANCE)
            measure = sourcing.CostMeasure.PERCENT if percent else sourcing.CostMeasure.PER_UNIT
            found |= {
                f"costs-{place}-leg": leg.value,
                f"costs-{place}-measure": measure.value,
                f"costs-{place}-currency": "" if percent else content.rfq.currency,
            }
    return found


def read_costing(form: Form, rfq_id: UUID, lines: Mapping[int, UUID]) -> tuple[SetCosting | None, Sequence[int]]:
    """Return what the form says (None where a field cannot be read) and the row that each cost stands in."""
    rows = [row for row in form.rows("costs") if form.value(f"costs-{row}-value").strip()]
    costs = [_cost(form, row, lines) for row in rows]
    annual = form.decimal("annual_percent", places=4, least=Decimal(0), most=HUNDRED)
    vat = form.decimal("import_vat_percent", places=4, least=Decimal(0), most=HUNDRED)
    basis = form.choice("customs_basis", sourcing.CustomsBasis, required=True)
    version = form.integer("version", required=True)
    incoterm = form.one_of("incoterm", reference.incoterms()) or ""
    source, place = form.text("rate_source") or "", form.text("incoterm_place") or ""
    if not form.ok or basis is None:
        return None, rows
    command = SetCosting(
        rfq_id=rfq_id,
        expected_version=version,
        annual_percent=annual or Decimal(0),
        rate_source=source,
        customs_basis=basis,
        import_vat_percent=vat,
        domestic=form.flag("domestic"),
        incoterm=incoterm,
        incoterm_place=place,
        costs=tuple(cost for cost in costs if cost is not None),
    )
    return command, rows


def add_refusal(form: Form, refusal: Refusal, rows: Sequence[int]) -> None:
    """Show a refusal at the rows it is about: ``/costs/2/value`` is the value of the third cost that was given."""
    form.add_advice("", refusal)
    for error in refusal.errors:
        head, _, rest = error.pointer.strip("/").partition("/")
        number, _, field = rest.partition("/")
        name = {"annual_rate": "annual_percent", "import_vat": "import_vat_percent"}.get(head, head)
        if head == "costs" and number.isdigit() and int(number) < len(rows):
            name = f"costs-{rows[int(number)]}-{FIELDS.get(field, field)}"
        form.add_field_error(name, error)


def _cost(form: Form, row: int, lines: Mapping[int, UUID]) -> sourcing.CostRule | None:
    name = f"costs-{row}-"
    leg = form.choice(f"{name}leg", sourcing.Leg, required=True)
    measure = form.choice(f"{name}measure", sourcing.CostMeasure, required=True)
    value = form.decimal(f"{name}value", least=Decimal(0), most=Decimal(10) ** 13)
    currency = form.one_of(f"{name}currency", Currency.CODES)
    day = form.integer(f"{name}day", least=-MOST_DAYS, most=MOST_DAYS)
    supplier = form.uuid(f"{name}supplier")
    line = form.integer(f"{name}line", least=1)
    source = form.text(f"{name}source", required=True)
    if line is not None and line not in lines:
        form.add_error(f"{name}line", N_("The request has no line {number}."), number=str(line))
    if not form.ok or leg is None or measure is None or value is None or source is None:
        return None
    percent = measure is sourcing.CostMeasure.PERCENT
    return sourcing.CostRule(
        leg=leg,
        measure=measure,
        value=value,
        currency=None if percent or currency is None else Currency(currency),
        day=day or 0,
        supplier_id=supplier,
        line_id=None if line is None else lines[line],
        source=source,
    )
