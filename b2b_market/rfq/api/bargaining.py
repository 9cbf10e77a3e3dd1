"""Counter-offers and talks over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.rounds import DecideCounter, ReadCounter, ReadNegotiation
from b2b_market.rfq.rules import awarding, bargaining
from b2b_market.rfq.schemas.bargaining import (
    CounterIn,
    CounterOut,
    CounterSummaryOut,
    DecisionIn,
    MessageIn,
    MessageOut,
    NegotiationOut,
    TalkOut,
)
from b2b_market.rfq.service import countering, talking

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
by_quote = APIRouter(prefix="/quotes", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/counters", tags=["rfq"], route_class=StrictRoute)


@by_quote.post(
    "/{quote_id}/counters",
    status_code=201,
    response_model=CounterOut,
    responses=changes(
        bargaining.NotNegotiable,
        bargaining.CounterWaits,
        bargaining.NothingToAnswer,
        bargaining.CountersUsedUp,
        bargaining.NoImprovement,
        bargaining.CounterRanOut,
        awarding.AwardUndecided,
    ),
)
def make_counter(quote_id: WireUuid, body: CounterIn, call: OnceCall) -> Answer:
    """Make a counter-offer on prices and terms of a quotation; If-Match names the quotation's version."""
    made = countering.make_counter(call.work, call.actor, body.to_command(quote_id, call.if_match))
    content = talking.read_counter(call.work, call.actor, ReadCounter(made.id))
    return call.answer(CounterOut, content, status=201, location=f"/api/v1/counters/{made.id}")


@router.get("/{counter_id}", response_model=CounterOut, responses=reads())
def read_counter(counter_id: WireUuid, call: Call) -> Answer:
    """Return a counter-offer to one of its two sides."""
    return call.answer(CounterOut, talking.read_counter(call.work, call.actor, ReadCounter(counter_id)))


@router.post(
    "/{counter_id}/accept",
    response_model=CounterSummaryOut,
    responses=changes(bargaining.NotNegotiable, bargaining.CounterRanOut, bargaining.NotYourTurn),
)
def accept_counter(counter_id: WireUuid, call: OnceCall) -> Answer:
    """Accept the other side's counter-offer: the quotation gets a receipted revision with what was agreed."""
    command = DecideCounter(counter_id, call.if_match)
    return call.answer(CounterSummaryOut, countering.accept_counter(call.work, call.actor, command))


@router.post("/{counter_id}/decline", response_model=CounterSummaryOut, responses=changes(bargaining.NotYourTurn))
def decline_counter(counter_id: WireUuid, body: DecisionIn, call: Call) -> Answer:
    """Say no to the other side's counter-offer."""
    command = DecideCounter(counter_id, call.if_match, body.reason)
    return call.answer(CounterSummaryOut, countering.decline_counter(call.work, call.actor, command))


@router.post("/{counter_id}/withdraw", response_model=CounterSummaryOut, responses=changes(bargaining.NotYourTurn))
def withdraw_counter(counter_id: WireUuid, call: Call) -> Answer:
    """Take an own counter-offer back before it is answered."""
    command = DecideCounter(counter_id, call.if_match)
    return call.answer(CounterSummaryOut, countering.withdraw_counter(call.work, call.actor, command))


@by_rfq.get("/{rfq_id}/talks", response_model=ListOut[TalkOut], responses=reads())
def list_talks(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the talks about a request in which something waits for the reader."""
    return call.answer_many(TalkOut, talking.list_talks(call.work, call.actor, commands.ReadRfq(rfq_id)))


@by_rfq.get("/{rfq_id}/talks/{supplier_id}", response_model=NegotiationOut, responses=reads())
def read_talk(rfq_id: WireUuid, supplier_id: WireUuid, call: Call) -> Answer:
    """Return what the buyer and one supplier said to each other, to these two alone."""
    command = ReadNegotiation(rfq_id, supplier_id)
    return call.answer(NegotiationOut, talking.read_negotiation(call.work, call.actor, command))


@by_rfq.post(
    "/{rfq_id}/talks/{supplier_id}/messages",
    status_code=201,
    response_model=MessageOut,
    responses=creates(bargaining.TalkSealed, bargaining.TalkOver),
)
def send_message(rfq_id: WireUuid, supplier_id: WireUuid, body: MessageIn, call: OnceCall) -> Answer:
    """Say something to the other side; refused while quotations of the request are sealed."""
    message = talking.send_message(call.work, call.actor, body.to_command(rfq_id, supplier_id))
    return call.answer(MessageOut, message, status=201, location=f"/api/v1/rfqs/{rfq_id}/talks/{supplier_id}")


@by_rfq.post("/{rfq_id}/talks/{supplier_id}/read", status_code=204, response_model=None, responses=changes())
def mark_read(rfq_id: WireUuid, supplier_id: WireUuid, call: Call) -> Answer:
    """Note that the caller has read the talk as far as it goes now."""
    talking.mark_read(call.work, call.actor, ReadNegotiation(rfq_id, supplier_id))
    return call.nothing()
