"""Requests over the API, as buyer and as invited supplier."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.rules import approving, asking, drafting, quoting
from b2b_market.rfq.schemas.requests import (
    InvitationOut,
    InvitationQuery,
    InvitedRfqOut,
    InviteIn,
    ReasonIn,
    RfqIn,
    RfqOut,
    RfqQuery,
    RfqSummaryOut,
)
from b2b_market.rfq.service import answering, closing, publishing
from b2b_market.rfq.service import drafting as drafts

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
invitations_router = APIRouter(prefix="/invitations", tags=["rfq"], route_class=StrictRoute)

_READY = (
    drafting.NothingRequested,
    drafting.NobodyInvited,
    drafting.DeadlineMissing,
    drafting.DeadlineTooSoon,
    drafting.NeedInThePast,
    drafting.CannotInvite,
    asking.EnquiryEndMisplaced,
    RateMissing,
)


@router.post("", status_code=201, response_model=RfqOut, responses=creates(drafting.CannotInvite))
def draft_rfq(body: RfqIn, call: OnceCall) -> Answer:
    """Store a new draft."""
    content = drafts.draft_rfq(call.work, call.actor, body.to_command())
    return call.answer(RfqOut, content, status=201, location=f"/api/v1/rfqs/{content.rfq.id}")


@router.get("", response_model=PageOut[RfqSummaryOut], responses=reads())
def list_rfqs(call: Call, query: Annotated[RfqQuery, Query()]) -> Answer:
    """Return a page of the company's own requests."""
    return call.answer_page(RfqSummaryOut, drafts.list_rfqs(call.work, call.actor, query.to_command()))


@router.get("/{rfq_id}", response_model=RfqOut, responses=reads())
def read_rfq(rfq_id: WireUuid, call: Call) -> Answer:
    """Return a request as the caller's side sees it."""
    return call.answer(RfqOut, drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id)))


@router.put("/{rfq_id}", response_model=RfqOut, responses=changes(drafting.CannotInvite))
def edit_rfq(rfq_id: WireUuid, body: RfqIn, call: Call) -> Answer:
    """Replace the content of a draft."""
    command = commands.EditRfq(rfq_id=rfq_id, expected_version=call.if_match, content=body.to_command())
    return call.answer(RfqOut, drafts.edit_rfq(call.work, call.actor, command))


@router.post("/{rfq_id}/submit", response_model=RfqSummaryOut, responses=changes(*_READY))
def submit_rfq(rfq_id: WireUuid, call: Call) -> Answer:
    """Send a draft to the approvers."""
    return call.answer(
        RfqSummaryOut, publishing.submit_rfq(call.work, call.actor, commands.StepRfq(rfq_id, call.if_match))
    )


@router.post("/{rfq_id}/publish", response_model=RfqSummaryOut, responses=changes(*_READY, approving.ApprovalNeeded))
def publish_rfq(rfq_id: WireUuid, call: Call) -> Answer:
    """Open a draft to its invited suppliers, within the caller's own limit."""
    return call.answer(
        RfqSummaryOut, publishing.publish_rfq(call.work, call.actor, commands.StepRfq(rfq_id, call.if_match))
    )


@router.post(
    "/{rfq_id}/approve",
    response_model=RfqSummaryOut,
    responses=changes(*_READY, OwnWork, approving.AboveLimit),
)
def approve_rfq(rfq_id: WireUuid, call: Call) -> Answer:
    """Approve and thereby publish a submitted request."""
    return call.answer(
        RfqSummaryOut, publishing.approve_rfq(call.work, call.actor, commands.StepRfq(rfq_id, call.if_match))
    )


@router.post("/{rfq_id}/return", response_model=RfqSummaryOut, responses=changes(approving.ReasonMissing))
def return_rfq(rfq_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Send a submitted request back to its author."""
    command = commands.ReasonedStep(rfq_id, call.if_match, body.reason)
    return call.answer(RfqSummaryOut, publishing.return_rfq(call.work, call.actor, command))


@router.post("/{rfq_id}/invitations", response_model=RfqSummaryOut, responses=changes(drafting.CannotInvite))
def invite_supplier(rfq_id: WireUuid, body: InviteIn, call: Call) -> Answer:
    """Invite one more supplier."""
    command = commands.InviteSupplier(rfq_id, body.supplier_id, call.if_match)
    return call.answer(RfqSummaryOut, publishing.invite_supplier(call.work, call.actor, command))


@router.post(
    "/{rfq_id}/close",
    response_model=RfqSummaryOut,
    responses=changes(approving.ReasonMissing, quoting.CloseTooEarly, asking.QuestionsOpen),
)
def close_rfq(rfq_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """End an open request before its deadline."""
    command = commands.ReasonedStep(rfq_id, call.if_match, body.reason)
    return call.answer(RfqSummaryOut, closing.close_rfq_early(call.work, call.actor, command))


@router.post("/{rfq_id}/cancel", response_model=RfqSummaryOut, responses=changes(approving.ReasonMissing))
def cancel_rfq(rfq_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Withdraw a request."""
    command = commands.ReasonedStep(rfq_id, call.if_match, body.reason)
    return call.answer(RfqSummaryOut, closing.cancel_rfq(call.work, call.actor, command))


@router.post("/{rfq_id}/end-without-award", response_model=RfqSummaryOut, responses=changes(approving.ReasonMissing))
def end_without_award(rfq_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """End a closed request as unsuccessful."""
    command = commands.ReasonedStep(rfq_id, call.if_match, body.reason)
    return call.answer(RfqSummaryOut, closing.end_without_award(call.work, call.actor, command))


@router.post(
    "/{rfq_id}/intend",
    response_model=InvitationOut,
    responses=changes(quoting.QuoteTooLate, quoting.NotOpenForQuotes, quoting.OwnRequest),
)
def intend_to_quote(rfq_id: WireUuid, call: Call) -> Answer:
    """Tell the buyer that the company is going to quote."""
    return call.answer(InvitationOut, answering.intend_to_quote(call.work, call.actor, commands.IntendToQuote(rfq_id)))


@router.post(
    "/{rfq_id}/decline",
    response_model=InvitationOut,
    responses=changes(quoting.QuoteTooLate, quoting.NotOpenForQuotes, quoting.OwnRequest),
)
def decline_invitation(rfq_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Tell the buyer that the company will not quote."""
    command = commands.DeclineInvitation(rfq_id, body.reason)
    return call.answer(InvitationOut, answering.decline_invitation(call.work, call.actor, command))


@invitations_router.get("", response_model=PageOut[InvitedRfqOut], responses=reads())
def list_invitations(call: Call, query: Annotated[InvitationQuery, Query()]) -> Answer:
    """Return a page of the requests that the company is invited to quote on."""
    return call.answer_page(InvitedRfqOut, drafts.list_invitations(call.work, call.actor, query.to_command()))
