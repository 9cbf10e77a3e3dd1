"""Joint tenders: the list of those that ask the company, and who takes part in one."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import joint as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import showing
from b2b_market.tendering.service import joining
from b2b_market.tendering.states.joint import PARTICIPANT_LIFECYCLE, ParticipantStatus
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

BADGES: Final[Mapping[ParticipantStatus, Badge]] = MappingProxyType(
    {
        ParticipantStatus.INVITED: Badge(N_("Asked"), "violet"),
        ParticipantStatus.CONFIRMED: Badge(N_("Takes part"), "ok"),
        ParticipantStatus.DECLINED: Badge(N_("Declined"), "bad"),
    }
)


@router.get("/joint-tenders")
def list_joint_tenders(call: PageCall) -> Response:
    """Show the tenders of others that ask the company to take part."""
    joining.list_joint_tenders.admit(call.signed_in())
    found = joining.list_joint_tenders(call.work, call.actor, None)
    context = {
        "found": found,
        "companies": showing.company_names(call, {tender.buyer_id for tender, _ in found}),
        "tender_badges": showing.TENDER_BADGES,
        "badges": BADGES,
    }
    return call.page("tendering/joint_tenders.html", context)


@router.get("/tenders/{tender_id}/participants")
def show_participants(tender_id: WireUuid, call: PageCall) -> Response:
    """Show who takes part as the reader may see it."""
    call.signed_in()
    return _page(call, tender_id, Form())


@router.post("/tenders/{tender_id}/participants")
def invite(tender_id: WireUuid, call: PageCall) -> Response:
    """Say which companies are to take part."""
    joining.invite_participants.admit(call.actor)
    form = Form(call.form("organization_ids"))
    expected = form.integer("version", required=True)
    try:
        ids = tuple(UUID(one) for one in form.values("organization_ids"))
    except ValueError:
        form.add_error("organization_ids", N_("Choose from the list."))
        return _page(call, tender_id, form, status=422)
    with call.attempt(form):
        joining.invite_participants(call.work, call.actor, commands.InviteParticipants(tender_id, expected, ids))
        return call.see(f"/tenders/{tender_id}/participants", Flash(N_("Asked. They confirm their quantities.")))
    return _page(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/participation")
def confirm(tender_id: WireUuid, call: PageCall) -> Response:
    """Take part with the own quantities."""
    joining.confirm_participation.admit(call.actor)
    form = Form(call.form())
    found = joining.read_participants(call.work, call.actor, ReadTender(tender_id))
    expected = form.integer("version", required=True)
    quantities = tuple(
        tuple(
            form.decimal(f"quantity-{lot.position}-{n}", places=6, least=Decimal(0)) or Decimal(0)
            for n, _ in enumerate(lot.items, start=1)
        )
        for lot in found.lots
    )
    if form.ok:
        with call.attempt(form):
            command = commands.ConfirmParticipation(tender_id, expected, quantities)
            joining.confirm_participation(call.work, call.actor, command)
            said = Flash(N_("Confirmed. You take part with these quantities."))
            return call.see(f"/tenders/{tender_id}/participants", said)
    return _page(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/participation/decline")
def decline(tender_id: WireUuid, call: PageCall) -> Response:
    """Say that the company does not take part."""
    form = Form(call.form())
    expected, why = form.integer("version", required=True), form.text("reason", limit=4000, lines=True) or ""
    with call.attempt(form):
        joining.decline_participation(call.work, call.actor, commands.DeclineParticipation(tender_id, expected, why))
        return call.see("/joint-tenders", Flash(N_("Declined. The lead buyer reads your reason.")))
    return _page(call, tender_id, form, status=409)


def _page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = joining.read_participants(call.work, call.actor, ReadTender(tender_id))
    tender = found.tender
    leads = tender.buyer_id in call.actor.org_ids
    own = next((one for one in found.participants if one.org_id in call.actor.org_ids), None)
    drafts = tender.status is TenderStatus.DRAFT
    invites = leads and drafts and joining.invite_participants.allows(call.actor)
    joins = own is not None and drafts and joining.confirm_participation.allows(call.actor)
    form.set_initial("organization_ids", [str(one.org_id) for one in found.participants])
    if own is not None:
        for lot, shares in zip(found.lots, own.quantities, strict=False):
            for n, quantity in enumerate(shares, start=1):
                form.set_initial(f"quantity-{lot.position}-{n}", quantity)
    others = organizations.buyers(call.work, call.actor) if invites else ()
    context = {
        "found": found,
        "tender": tender,
        "form": form,
        "leads": leads,
        "own": own,
        "invites": invites,
        "joins": joins,
        "steps": PARTICIPANT_LIFECYCLE.allowed(own.status) if own is not None else (),
        "stale": [one.id for one in found.participants if one.confirmed not in (None, bytes(tender.lines_digest))],
        "choices": [(str(one.id), one.legal_name_en or one.legal_name_zh, "") for one in others],
        "items": {lot.id: showing.items_shown(lot.items, showing.language_of(call)) for lot in found.lots},
        "companies": showing.company_names(call, [tender.buyer_id, *(one.org_id for one in found.participants)]),
        "badges": BADGES,
    }
    return call.page("tendering/participants.html", context, status=status)
