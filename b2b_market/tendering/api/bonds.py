"""Bid bonds over the API: registered by bidders, returned or kept by the buyer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import OCTETS, saved_untyped
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.responses import changes, creates, hands_out, reads
from b2b_market.tendering.commands.bonds import ReadBond, StepBond
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import bonds as rules
from b2b_market.tendering.rules.bidding import BidderUnfit, BidTooLate, NotOpenForBids
from b2b_market.tendering.rules.committee import DeclarationMissing
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import bonds as schemas
from b2b_market.tendering.service import bond_settling, bonding

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
bond_router = APIRouter(prefix="/tender-bonds", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, bond_router)

_TAKING = (BidderUnfit, BidTooLate, NotOpenForBids, rules.BondNotAsked)
_DECIDES = changes(OwnWork, DeclarationMissing, TenderReasonMissing)


@router.get("/{tender_id}/bonds", response_model=schemas.TenderBondsOut, responses=reads(DeclarationMissing))
def list_bonds(tender_id: WireUuid, call: Call) -> Answer:
    """Return a bidder its own bonds, and the buyer those of the opened bids with what is wrong with them."""
    found = bonding.list_bonds(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.TenderBondsOut, found)


@router.post(
    "/{tender_id}/bonds",
    status_code=201,
    response_model=schemas.BondOut,
    responses=creates(*_TAKING),
)
def register_bond(tender_id: WireUuid, body: schemas.BondRegisterIn, call: OnceCall) -> Answer:
    """Register a bond for a lot; until the opening nobody else learns of it."""
    found = bonding.register_bond(call.work, call.actor, body.to_command(tender_id))
    return call.answer(schemas.BondOut, found, status=201, location=f"/api/v1/tender-bonds/{found.id}")


@bond_router.get("/{bond_id}", response_model=schemas.BondOut, responses=reads(DeclarationMissing))
def read_bond(bond_id: WireUuid, call: Call) -> Answer:
    """Return a bond to its bidder, and to the buyer once it knows of it."""
    return call.answer(schemas.BondOut, bonding.read_bond(call.work, call.actor, ReadBond(bond_id)))


@bond_router.put("/{bond_id}", response_model=schemas.BondOut, responses=changes(*_TAKING))
def replace_bond(bond_id: WireUuid, body: schemas.BondReplaceIn, call: Call) -> Answer:
    """Replace what a registered bond says."""
    found = bonding.replace_bond(call.work, call.actor, body.to_replace(bond_id, call.if_match))
    return call.answer(schemas.BondOut, found)


@bond_router.get(
    "/{bond_id}/letter",
    response_class=Response,
    responses=hands_out(
        "The guarantee letter as it was attached",
        (OCTETS,),
        files.FileInQuarantine,
        files.FileCondemned,
        DeclarationMissing,
    ),
)
def read_bond_letter(bond_id: WireUuid, request: Request) -> Response:
    """Return the guarantee letter; its bytes are read after the transaction."""
    return saved_untyped(files.take(api_opener(request), bonding.open_bond_letter, ReadBond(bond_id)))


@bond_router.post("/{bond_id}/withdraw", response_model=schemas.BondOut, responses=changes(*_TAKING))
def withdraw_bond(bond_id: WireUuid, call: Call) -> Answer:
    """Take a registered bond back."""
    return _step(call, bonding.withdraw_bond, StepBond(bond_id, call.if_match))


@bond_router.post("/{bond_id}/claim", response_model=schemas.BondOut, responses=changes(rules.BondNotClaimable))
def claim_bond(bond_id: WireUuid, call: Call) -> Answer:
    """Ask a bond back whose bid was not opened."""
    return _step(call, bonding.claim_bond, StepBond(bond_id, call.if_match))


@bond_router.post(
    "/{bond_id}/return",
    response_model=schemas.BondOut,
    responses=changes(rules.BondNotDue, DeclarationMissing, TenderReasonMissing),
)
def return_bond(bond_id: WireUuid, body: schemas.BondTextIn, call: Call) -> Answer:
    """Record that a bond went back, with the bank's reference."""
    return _step(call, bond_settling.return_bond, body.to_command(bond_id, call.if_match))


@bond_router.post(
    "/{bond_id}/forfeiture",
    response_model=schemas.BondOut,
    responses=changes(DeclarationMissing, TenderReasonMissing),
)
def propose_forfeiture(bond_id: WireUuid, body: schemas.ForfeitureIn, call: Call) -> Answer:
    """Propose to keep a bond."""
    command = body.to_command(bond_id, call.if_match)
    return call.answer(schemas.BondOut, bond_settling.propose_forfeiture(call.work, call.actor, command))


@bond_router.post("/{bond_id}/forfeiture/confirm", response_model=schemas.BondOut, responses=_DECIDES)
def confirm_forfeiture(bond_id: WireUuid, call: Call) -> Answer:
    """Keep a bond as another person proposed."""
    return _step(call, bond_settling.confirm_forfeiture, StepBond(bond_id, call.if_match))


@bond_router.post("/{bond_id}/forfeiture/dismiss", response_model=schemas.BondOut, responses=_DECIDES)
def dismiss_forfeiture(bond_id: WireUuid, body: schemas.BondTextIn, call: Call) -> Answer:
    """Hold a bond on, and say why."""
    return _step(call, bond_settling.dismiss_forfeiture, body.to_command(bond_id, call.if_match))


def _step(call: Call, run: Operation[StepBond, Any], command: StepBond) -> Answer:
    return call.answer(schemas.BondOut, run(call.work, call.actor, command))
