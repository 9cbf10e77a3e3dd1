"""The costs assumed for a request, and how the landed cost of one offer comes about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.landing import ExplainLanded
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages import costing_form, showing
from b2b_market.rfq.service import drafting, landing
from b2b_market.rfq.service.landing import CostingContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

EMPTY_ROWS: Final = 3
MEASURES: Final = (
    (sourcing.CostMeasure.PER_UNIT.value, N_("per unit")),
    (sourcing.CostMeasure.PERCENT.value, N_("percent")),
    (sourcing.CostMeasure.PER_QUOTE.value, N_("per quotation")),
)
CUSTOMS: Final = (
    (sourcing.CustomsBasis.CIF.value, N_("CIF value: with the way (China, EU)")),
    (sourcing.CustomsBasis.FOB.value, N_("FOB value: without the way (USA)")),
)
PRICE_PLACES: Final = 6
RATE_PLACES: Final = 8
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure of a derivation: how it is written, how it is made, and what it is made of."""

    name: str
    value: str
    unit: str
    formula: str
    source: str
    inputs: Sequence["FigureView"]


@router.get("/{rfq_id}/costs")
def show_costs(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show what is assumed about the costs of the way, to be changed by who may."""
    return _costs(call, rfq_id, None)


@router.post("/{rfq_id}/costs")
def set_costs(rfq_id: WireUuid, call: PageCall) -> Response:
    """Replace what is assumed about the costs of the way."""
    landing.set_costing.admit(call.actor)
    form = Form(call.form())
    lines = _lines(call, rfq_id)
    command, rows = costing_form.read_costing(form, rfq_id, {number: line_id for line_id, number in lines.items()})
    if command is not None:
        try:
            landing.set_costing(call.work, call.actor, command)
            return call.see(f"/rfqs/{rfq_id}/comparison?basis=landed", Flash(N_("The costs are saved.")))
        except Refusal as refusal:
            call.refuse(refusal)
            costing_form.add_refusal(form, refusal, rows)
    return _costs(call, rfq_id, form, status=422)


@router.get("/{rfq_id}/landed/{line_id}/{quote_id}")
def explain(rfq_id: WireUuid, line_id: WireUuid, quote_id: WireUuid, call: PageCall, variant: int = 0) -> Response:
    """Show how the landed cost of one offer comes about, figure by figure."""
    found = landing.explain_landed(call.work, call.actor, ExplainLanded(rfq_id, line_id, quote_id, variant))
    cost, currency = found.cost, found.landed.comparison.basis.currency
    views = [] if cost is None else [_view(one, currency) for one in (cost.present, cost.nominal, cost.cash)]
    need = found.row.need
    context = {
        "rfq": found.landed.compared.rfq,
        "need": need,
        "unit": dict(reference.unit_names(showing.language_of(call).value))[need.quantity.unit.code],
        "supplier": found.column.supplier,
        "quote_id": quote_id,
        "price": found.offer.unit_price,
        "term": _term(found.landed, found.column.supplier_id),
        "views": views,
        "unpriced": [] if cost is None else [sourcing.LEG_NAMES[leg] for leg in cost.unpriced],
        "may_change": landing.set_costing.allows(call.actor),
    }
    return call.page("rfq/landed.html", context)


def _term(landed: landing.LandedComparison, supplier_id: UUID) -> tuple[str, str, str] | None:
    """Return the delivery term, its place and who named it; None where nobody did."""
    delivery = landed.deliveries[supplier_id]
    return (delivery.incoterm, delivery.place, delivery.source) if delivery.incoterm else None


def _view(figure: sourcing.Figure, currency: Currency) -> FigureView:
    value, unit = _written(figure, currency)
    return FigureView(
        name=figure.name,
        value=value,
        unit=unit,
        formula="" if figure.operation is sourcing.Operation.GIVEN else figure.formula,
        source=figure.source,
        inputs=[_view(one, currency) for one in figure.inputs],
    )


def _written(figure: sourcing.Figure, currency: Currency) -> tuple[str, str]:
    """Return a value as people write it, and its unit."""
    if figure.measure is sourcing.Measure.MONEY:
        return fmt.number(sourcing.shown_value(figure, PRICE_PLACES), currency.minor_digits), currency.code
    if figure.measure is sourcing.Measure.SHARE:
        return fmt.number(sourcing.shown_value(figure, RATE_PLACES) * _HUNDRED), "%"
    if figure.measure is sourcing.Measure.DAYS:
        return fmt.number(sourcing.shown_value(figure, 0)), ""
    return fmt.number(sourcing.shown_value(figure, RATE_PLACES)), ""


def _lines(call: PageContext, rfq_id: UUID) -> Mapping[UUID, int]:
    content = drafting.read_rfq(call.work, call.actor, ReadRfq(rfq_id))
    return {line.id: line.position for line in content.lines}


def _costs(call: PageContext, rfq_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    content = landing.read_costing(call.work, call.actor, ReadRfq(rfq_id))
    request = drafting.read_rfq(call.work, call.actor, ReadRfq(rfq_id))
    numbers = {line.id: line.position for line in request.lines}
    suppliers = [place.supplier_id for place in request.invitations]
    names = showing.company_names(call, suppliers)
    if form is None:
        form = Form(initial=costing_form.initial(content, numbers))
    rows = form.rows("costs") or tuple(range(len(content.costs) or len(costing_form.usual_legs(content))))
    last = max(rows, default=-1)
    context = {
        "rfq": content.rfq,
        "version": content.version,
        "form": form,
        "rows": (*rows, *range(last + 1, last + 1 + EMPTY_ROWS)),
        "legs": [(leg.value, name) for leg, name in sourcing.LEG_NAMES.items()],
        "measures": MEASURES,
        "customs": CUSTOMS,
        "currencies": [code for code, _ in reference.currency_names(showing.language_of(call).value)],
        "incoterms": list(reference.incoterms()),
        "suppliers": [(str(supplier_id), names[supplier_id]) for supplier_id in suppliers],
        "may_change": landing.set_costing.allows(call.actor) and content.rfq.status not in landing.FINISHED,
        "history": _history(call, content),
    }
    return call.page("rfq/costs.html", context, status=status)


def _history(call: PageContext, content: CostingContent) -> list[dict[str, object]]:
    return [] if content.row is None else showing.history(call, "rfq_costing", content.row.id)
