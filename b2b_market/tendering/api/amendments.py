"""Amendments of published tenders, the editions of their notices, and confirmations of sealed bids over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.tendering.commands.amendments import DecideAmendment, ReadAmendment
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import amending as rules
from b2b_market.tendering.rules import drafting
from b2b_market.tendering.schemas import amendments as schemas
from b2b_market.tendering.service import amending, editions

by_tender = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
router = APIRouter(prefix="/tender-amendments", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (by_tender, router)

_AMENDING = (
    rules.TenderNotAmended,
    rules.TenderAmendmentWaits,
    drafting.TenderReasonMissing,
    drafting.TenderPeriodTooShort,
    drafting.TenderIncomplete,
)


@by_tender.get("/{tender_id}/editions", response_model=schemas.EditionsOut, responses=reads())
def list_editions(tender_id: WireUuid, call: Call) -> Answer:
    """Return every edition of the notice with what changed, the newest first."""
    return call.answer(schemas.EditionsOut, editions.list_editions(call.work, call.actor, ReadTender(tender_id)))


@by_tender.get("/{tender_id}/amendments", response_model=ListOut[schemas.AmendmentSummaryOut], responses=reads())
def list_amendments(tender_id: WireUuid, call: Call) -> Answer:
    """Return the amendments of an own tender, the newest first."""
    found = amending.list_amendments(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.AmendmentSummaryOut, found)


@by_tender.post("/{tender_id}/amendments/preview", response_model=schemas.PreviewOut, responses=changes(*_AMENDING))
def preview_amendment(tender_id: WireUuid, body: schemas.AmendmentIn, call: Call) -> Answer:
    """Return what an amendment would bring about now; nothing is stored."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.PreviewOut, amending.preview_amendment(call.work, call.actor, command))


@by_tender.post("/{tender_id}/amendments", response_model=schemas.AmendmentOut, responses=changes(*_AMENDING))
def amend_tender(tender_id: WireUuid, body: schemas.AmendmentIn, call: Call) -> Answer:
    """Amend a live tender: published at once, or sent to the approvers where a second person is needed."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.AmendmentOut, amending.amend_tender(call.work, call.actor, command))


@router.get("/{tender_amendment_id}", response_model=schemas.AmendmentOut, responses=reads(rules.TenderNotAmended))
def read_amendment(tender_amendment_id: WireUuid, call: Call) -> Answer:
    """Return an amendment of an own tender; one that waits with what its approval would bring about now."""
    command = ReadAmendment(tender_amendment_id)
    return call.answer(schemas.AmendmentOut, amending.read_amendment(call.work, call.actor, command))


@router.post(
    "/{tender_amendment_id}/approve",
    response_model=schemas.AmendmentOut,
    responses=changes(*_AMENDING, rules.TenderAmendmentOutdated, rules.TenderAmendmentAboveLimit, OwnWork),
)
def approve_amendment(tender_amendment_id: WireUuid, call: Call) -> Answer:
    """Approve and thereby publish an amendment of another person."""
    command = DecideAmendment(tender_amendment_id, call.if_match)
    return call.answer(schemas.AmendmentOut, amending.approve_amendment(call.work, call.actor, command))


@router.post(
    "/{tender_amendment_id}/return",
    response_model=schemas.AmendmentOut,
    responses=changes(drafting.TenderReasonMissing, OwnWork),
)
def return_amendment(tender_amendment_id: WireUuid, body: schemas.RemarkIn, call: Call) -> Answer:
    """Send an amendment back to its author with a reason."""
    command = body.to_command(tender_amendment_id, call.if_match)
    return call.answer(schemas.AmendmentOut, amending.return_amendment(call.work, call.actor, command))


@router.post("/{tender_amendment_id}/withdraw", response_model=schemas.AmendmentOut, responses=changes())
def withdraw_amendment(tender_amendment_id: WireUuid, call: Call) -> Answer:
    """Take an amendment back that waits."""
    command = DecideAmendment(tender_amendment_id, call.if_match)
    return call.answer(schemas.AmendmentOut, amending.withdraw_amendment(call.work, call.actor, command))
