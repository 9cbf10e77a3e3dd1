"""Suppliers invited by mail, and companies that take such invitations over, through the API."""

from fastapi import APIRouter, Response

from b2b_market.identity.public import TooManyAttempts, WrongCode, doorkeeper
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.organizations.public import OwnPerson
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.rfq.commands.guests import RemoveGuest
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.rules import guests as rules
from b2b_market.rfq.schemas.guests import GuestIn, GuestOut, TakenOverOut, TakeoverIn, TakeoverRequestIn
from b2b_market.rfq.schemas.requests import RfqSummaryOut
from b2b_market.rfq.service import inviting, taking_over

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
guest_router = APIRouter(prefix="/rfq-guests", tags=["rfq"], route_class=StrictRoute)
takeover_router = APIRouter(prefix="/guest-takeovers", tags=["rfq"], route_class=StrictRoute)


@by_rfq.get("/{rfq_id}/guests", response_model=ListOut[GuestOut], responses=reads())
def list_guests(rfq_id: WireUuid, call: Call) -> Answer:
    """Return whom the own request was sent to by mail, and how far their companies are."""
    return call.answer_many(GuestOut, inviting.list_guests(call.work, call.actor, ReadRfq(rfq_id)))


@by_rfq.post("/{rfq_id}/guests", response_model=RfqSummaryOut, responses=changes(OwnPerson, rules.TooManyGuests))
def invite_guest(rfq_id: WireUuid, body: GuestIn, call: Call) -> Answer:
    """Invite a mail address to a draft, or at once to a published request; twice is once."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(RfqSummaryOut, inviting.invite_guest(call.work, call.actor, command))


@guest_router.delete("/{guest_id}", response_model=RfqSummaryOut, responses=changes(rules.GuestInvited))
def remove_guest(guest_id: WireUuid, call: Call) -> Answer:
    """Take a guest off a draft."""
    return call.answer(RfqSummaryOut, inviting.remove_guest(call.work, call.actor, RemoveGuest(guest_id)))


@takeover_router.post("", status_code=202, response_class=Response, responses=changes(TooManyAttempts))
def request_takeover(body: TakeoverRequestIn, call: Call) -> Answer:
    """Have a code mailed to an address; the answer is the same whether or not invitations wait there."""
    taking_over.request_takeover.admit(call.actor)
    doorkeeper(call.request.app.state).admit_mail(body.email, call.work.cause.network)
    taking_over.request_takeover(call.work, call.actor, body.to_command())
    return call.nothing(status=202)


@takeover_router.post(
    "/confirm",
    response_model=TakenOverOut,
    responses=changes(WrongCode, TooManyAttempts, rules.PlacesTaken, rules.NegotiatedAlready, rules.NothingToTakeOver),
)
def take_over(body: TakeoverIn, call: Call) -> Answer:
    """Take over the invitations and quotations of a mail address, proved by the code that was mailed to it.

    What was negotiated already, or stands beside a place of the own company, stays with who was invited.
    """
    taking_over.take_over.admit(call.actor)
    with doorkeeper(call.request.app.state).guess(f"takeover:{body.email}", call.work.cause.network):
        taken = taking_over.take_over(call.work, call.actor, body.to_command())
    return call.answer(TakenOverOut, taken)
