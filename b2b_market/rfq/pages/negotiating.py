"""Negotiating with the suppliers of a closed request: who goes on to a further round, and what each round said."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.rounds import OpenRound
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service import quoting, rounds, talking
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RFQ_LIFECYCLE, QuoteStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

HIDDEN, SHOWN = "hidden", "shown"
MAY_GO_ON = frozenset({QuoteStatus.SUBMITTED, QuoteStatus.EXPIRED})


@router.get("/rfqs/{rfq_id}/negotiate")
def negotiate(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show the suppliers of an own request, its rounds, and the form that opens the next one."""
    call.signed_in()
    return _page(call, rfq_id, Form(), status=200)


@router.post("/rfqs/{rfq_id}/rounds")
def open_round(rfq_id: WireUuid, call: PageCall) -> Response:
    """Open a further round; what is wrong stands at its field."""
    rounds.open_round.admit(call.actor)
    call.once()
    form = Form(call.form("supplier_ids"))
    command = _command(form, rfq_id, call)
    if command is not None:
        with call.attempt(form):
            rounds.open_round(call.work, call.actor, command)
            said = Flash(N_("The round is open. Those that go on are invited, the others hear that they do not."))
            return call.see(f"/rfqs/{rfq_id}/negotiate", said)
    return _page(call, rfq_id, form, status=422)


def _command(form: Form, rfq_id: UUID, call: PageContext) -> OpenRound | None:
    chosen = [UUID(value) for value in form.values("supplier_ids") if _is_id(value)]
    if not chosen:
        form.add_error("supplier_ids", N_("Choose at least one supplier that goes on."))
    closes_at = form.moment("closes_at", showing.zone_of(call), required=True)
    reason = form.text("reason", required=True, limit=4000, lines=True)
    note = form.text("note", limit=4000, lines=True) or ""
    version = form.integer("version", required=True)
    if not form.ok or closes_at is None or reason is None:
        return None
    return OpenRound(
        rfq_id=rfq_id,
        expected_version=version,
        supplier_ids=tuple(chosen),
        closes_at=closes_at,
        reason=reason,
        show_targets=form.value("show_targets") == SHOWN,
        note=note,
    )


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _page(call: PageContext, rfq_id: UUID, form: Form, *, status: int) -> Response:
    content = drafts.read_own_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    rfq = content.rfq
    quotes = {
        quote.supplier_id: quote for quote in quoting.list_quotes(call.work, call.actor, commands.ReadRfq(rfq_id))
    }
    can_open = "open_round" in RFQ_LIFECYCLE.allowed(rfq.status) and rounds.open_round.allows(call.actor)
    in_it = [one.supplier_id for one in content.invitations if 1 < one.last_round == rfq.round]
    context = {
        "rfq": rfq,
        "form": form
        if form.data.texts
        else Form(initial={"supplier_ids": [str(one) for one in in_it], "show_targets": HIDDEN}),
        "quotes": quotes,
        "may_go_on": {supplier_id for supplier_id, quote in quotes.items() if quote.status in MAY_GO_ON},
        "money": lambda amount, code: Money(amount, Currency(code)),
        "places": content.invitations,
        "talks": {one.supplier_id: one for one in talking.list_talks(call.work, call.actor, commands.ReadRfq(rfq_id))},
        "rounds": rounds.list_rounds(call.work, call.actor, commands.ReadRfq(rfq_id)),
        "opens": can_open and rfq.round < rfq.most_rounds,
        "used_up": can_open and rfq.round >= rfq.most_rounds,
        "least_hours": _least_hours(call, content) if can_open else 0,
        "companies": showing.company_names(call, [one.supplier_id for one in content.invitations]),
        "badges": showing.RFQ_BADGES,
        "quote_badges": showing.QUOTE_BADGES,
        "idempotency_key": str(uuid4()),
    }
    return call.page("rfq/negotiate.html", context, status=status)


def _least_hours(call: PageContext, content: RfqContent) -> int:
    return organizations.settings(call.work, call.actor, content.rfq.buyer_id).minimum_extension_hours


def shown_round(call: PageContext, rfq_id: UUID, number: int) -> Mapping[str, object]:
    """Return what a supplier's page says of the round that is open: its note and its targets by line."""
    if number == 1:
        return {"round": None, "round_targets": {}}
    found = rounds.list_rounds(call.work, call.actor, commands.ReadRfq(rfq_id))
    newest = next((view for view in found if view.row.round == number), None)
    return {"round": newest.row if newest else None, "round_targets": newest.targets if newest else {}}
