"""An award: who gets what, what it saves, and the approver's decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.identity import public as identity
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.documents.charge_words import CHARGES, charge_facts, numbers_of
from b2b_market.rfq.documents.letter_text import CANCEL_REASONS
from b2b_market.rfq.pages import showing
from b2b_market.rfq.rules.charging import AwardCharge
from b2b_market.rfq.service import awarding, cancelling
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AWARD_LIFECYCLE, RFQ_LIFECYCLE
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/awards", route_class=PageRoute)

APPROVE, RETURN = "approve", "return"


@dataclass(frozen=True, slots=True)
class ShareView:
    """A quantity of one need at its price; ``total`` is rounded to the minor unit."""

    position: int
    item: str
    note: str
    quantity: Decimal
    unit: str
    unit_price: Money
    total: Money
    alternative: str
    """What is delivered instead; empty where it is what was asked for."""


@dataclass(frozen=True, slots=True)
class ChargeView:
    """A charge in words: message id and facts."""

    label: str
    facts: Mapping[str, str]
    amount: Money


@dataclass(frozen=True, slots=True)
class GoneView:
    """An awarded line that was cancelled, and why."""

    position: int
    item: str
    alternative: str
    supplier: str
    quantity: Decimal
    reason: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SupplierView:
    """What one supplier gets; ``total`` is the amount of the contract, in the quoted currency."""

    supplier_id: UUID
    name: str
    quote_id: UUID
    shares: Sequence[ShareView]
    charges: Sequence[ChargeView]
    total: Money


@router.get("/{award_id}")
def show_award(award_id: WireUuid, call: PageCall) -> Response:
    """Show an award with its lines and, to an approver, the decision."""
    return _award(call, award_id, Form())


@router.post("/{award_id}/{decision}")
def decide(award_id: WireUuid, decision: str, call: PageCall) -> Response:
    """Approve or return an award."""
    if decision not in (APPROVE, RETURN):
        raise NotFound(step=decision)
    form = Form(call.form())
    reason = form.text("reason_return", limit=4000, lines=True) or ""
    command = commands.DecideAward(award_id, form.integer("version", required=True), reason)
    with call.attempt(form):
        if decision == APPROVE:
            awarding.approve_award(call.work, call.actor, command)
            return call.see(f"/awards/{award_id}", Flash(N_("Approved: the suppliers are told.")))
        awarding.return_award(call.work, call.actor, command)
        return call.see(f"/awards/{award_id}", Flash(N_("Returned to its proposer."), "warn"))
    return _award(call, award_id, form, status=409)


def _award(call: PageContext, award_id: UUID, form: Form, *, status: int = 200) -> Response:
    content = awarding.read_award(call.work, call.actor, commands.ReadAward(award_id))
    award = content.award
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(award.rfq_id))
    language = showing.language_of(call).value
    names = showing.company_names(call, award.supplier_ids)
    people = identity.people(
        call.work, call.actor, [who for who in (award.proposer_id, award.decider_id) if who is not None]
    )
    context = {
        "award": award,
        "rfq": request.rfq,
        "suppliers": _suppliers(content, request, names, dict(reference.unit_names(language))),
        "people": {user_id: person.name for user_id, person in people.items()},
        "total": Money(award.total, Currency(award.currency)),
        "saving": None if award.saving is None else Money(award.saving, Currency(award.currency)),
        "badges": showing.AWARD_BADGES,
        "allowed": frozenset(AWARD_LIFECYCLE.allowed(award.status)),
        "may_cancel": cancelling.cancel_lines.allows(call.actor)
        and "reopen" in RFQ_LIFECYCLE.allowed(request.rfq.status),
        "gone": _gone(content, request, names),
        "own_proposal": award.proposer_id == call.actor.user_id,
        "hash": bytes(award.snapshot_hash).hex(),
        "history": showing.history(call, "award", award.id),
        "form": form,
    }
    return call.page("rfq/award.html", context, status=status)


def _suppliers(
    content: AwardContent, request: RfqContent, names: Mapping[UUID, str], units: Mapping[str, str]
) -> Sequence[SupplierView]:
    needs = {line.id: line for line in request.lines}
    found = []
    for own in content.suppliers:
        shares = []
        for line in sorted(own.lines, key=lambda one: needs[one.line_id].position):
            need, price = needs[line.line_id], Money(line.unit_price, Currency(line.currency))
            shares.append(
                ShareView(
                    position=need.position,
                    item=need.item_name,
                    note=" · ".join(filter(None, (need.item_code, need.specification))),
                    quantity=line.quantity,
                    unit=units[need.unit],
                    unit_price=price,
                    total=line_total(price, line.quantity),
                    alternative=line.alternative,
                )
            )
        positions = {line_id: need.position for line_id, need in needs.items()}
        charges = [charge_view(charge, positions) for charge in own.charges]
        name = names[own.supplier_id]
        found.append(SupplierView(own.supplier_id, name, own.quote_id, shares, charges, own.total))
    return found


def _gone(content: AwardContent, request: RfqContent, names: Mapping[UUID, str]) -> Sequence[GoneView]:
    needs = {line.id: line for line in request.lines}
    return [
        GoneView(
            needs[line.line_id].position,
            needs[line.line_id].item_name,
            line.alternative,
            names[line.supplier_id],
            line.quantity,
            CANCEL_REASONS[line.cancel_code],
            line.cancel_text or "",
            line.cancelled_at,
        )
        for line in content.lines
        if line.cancelled_at is not None and line.cancel_code is not None
    ]


def charge_view(charge: AwardCharge, positions: Mapping[UUID, int]) -> ChargeView:
    """Return a charge in words, with the numbers of the lines that it is for."""
    facts = charge_facts(numbers_of(charge, positions), charge.percent)
    return ChargeView(CHARGES[charge.kind], facts, charge.amount)
