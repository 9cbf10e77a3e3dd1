"""Evaluation committees over the API: the pool, the draw, declarations, score sheets."""

from fastapi import APIRouter, Response

from b2b_market.infra.http.downloads import OCTETS, attachment
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.tendering.commands.committee import ReadMemberFile
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import committee as rules
from b2b_market.tendering.rules import drawing
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.rules.sheets import SheetIncomplete
from b2b_market.tendering.schemas import committee as schemas
from b2b_market.tendering.service import committee

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, board_router)

_CLOSED = (rules.DeclarationMissing, rules.CommitteeNotReady)


@router.put(
    "/{tender_id}/committee",
    response_model=schemas.CommitteeOut,
    responses=changes(rules.CommitteeNotForeseen, rules.JurorsUnfit, drawing.CommitteeShapeWrong, drawing.PoolTooSmall),
)
def name_committee(tender_id: WireUuid, body: schemas.CommitteeIn, call: Call) -> Answer:
    """Name the pool of a draft's committee; If-Match names the tender's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.CommitteeOut, committee.name_committee(call.work, call.actor, command))


@router.get("/{tender_id}/committee", response_model=schemas.CommitteeOut, responses=reads())
def read_committee(tender_id: WireUuid, call: Call) -> Answer:
    """Return the committee: the announced draw to everybody who reads the tender, the people to its buyer."""
    found = committee.read_committee(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.CommitteeOut, found)


@router.post(
    "/{tender_id}/committee/declaration",
    response_model=schemas.CommitteeOut,
    responses=changes(rules.CommitteeNotReady, TenderReasonMissing),
)
def declare_interests(tender_id: WireUuid, body: schemas.DeclarationIn, call: Call) -> Answer:
    """Declare to have no conflict with a bidder, or to have one; If-Match names the own seat's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.CommitteeOut, committee.declare_interests(call.work, call.actor, command))


@router.get("/{tender_id}/committee/bids", response_model=ListOut[schemas.MemberBidOut], responses=reads(*_CLOSED))
def list_member_bids(tender_id: WireUuid, call: Call) -> Answer:
    """Return the opened bids to a member who has declared."""
    found = committee.list_member_bids(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.MemberBidOut, found)


@router.get(
    "/{tender_id}/committee/bids/{bid_id}/files/{position}",
    response_class=Response,
    responses=hands_out("The file as it was sealed", (OCTETS,), *_CLOSED),
)
def read_member_file(tender_id: WireUuid, bid_id: WireUuid, position: int, call: Call) -> Response:
    """Return a file of an opened bid to a member who has declared."""
    command = ReadMemberFile(tender_id, bid_id, position)
    row = committee.read_member_file(call.work, call.actor, command)
    return attachment(bytes(row.content), row.name)


@router.put(
    "/{tender_id}/committee/sheet",
    response_model=schemas.CommitteeOut,
    responses=changes(*_CLOSED, SheetIncomplete),
)
def hand_in_sheet(tender_id: WireUuid, body: schemas.SheetIn, call: Call) -> Answer:
    """Hand in the own score sheet, or a new version of it; If-Match names the own seat's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.CommitteeOut, committee.hand_in_sheet(call.work, call.actor, command))


@board_router.get("/{tender_id}/committee", response_model=schemas.PublicDrawOut, responses=reads())
def read_public_draw(tender_id: WireUuid, call: Call) -> Answer:
    """Return the draw of a public tender's committee; nobody needs to sign in."""
    found = committee.read_public_draw(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.PublicDrawOut, found)
