"""Joint tenders over the API: asking companies to take part, and their answers."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.tendering.commands.joint import DeclineParticipation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import joint as rules
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import joint as schemas
from b2b_market.tendering.schemas.tenders import ReasonIn
from b2b_market.tendering.service import joining

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
joint_router = APIRouter(prefix="/joint-tenders", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, joint_router)


@joint_router.get("", response_model=ListOut[schemas.JointTenderOut], responses=reads())
def list_joint_tenders(call: Call) -> Answer:
    """Return the tenders of others that the company was asked to take part in."""
    return call.answer_many(schemas.JointTenderOut, joining.list_joint_tenders(call.work, call.actor, None))


@router.get("/{tender_id}/participants", response_model=schemas.JointOut, responses=reads())
def read_participants(tender_id: WireUuid, call: Call) -> Answer:
    """Return who takes part: to the lead buyer all, to a company itself."""
    return call.answer(schemas.JointOut, joining.read_participants(call.work, call.actor, ReadTender(tender_id)))


@router.put("/{tender_id}/participants", response_model=schemas.JointOut, responses=changes(rules.ParticipantsUnfit))
def invite_participants(tender_id: WireUuid, body: schemas.ParticipantsIn, call: Call) -> Answer:
    """Say which companies are to take part in a draft; If-Match names the tender's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.JointOut, joining.invite_participants(call.work, call.actor, command))


@router.post("/{tender_id}/participation", response_model=schemas.JointOut, responses=changes())
def confirm_participation(tender_id: WireUuid, body: schemas.ParticipationIn, call: Call) -> Answer:
    """Take part with the own quantities; If-Match names the version of the own part."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.JointOut, joining.confirm_participation(call.work, call.actor, command))


@router.post(
    "/{tender_id}/participation/decline", response_model=schemas.JointOut, responses=changes(TenderReasonMissing)
)
def decline_participation(tender_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Say that the own company does not take part; If-Match names the version of the own part."""
    command = DeclineParticipation(tender_id, call.if_match, body.reason)
    return call.answer(schemas.JointOut, joining.decline_participation(call.work, call.actor, command))
