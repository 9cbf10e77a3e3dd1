"""Amendments of published requests and their versions over the API."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.rules import amending, approving, asking, drafting
from b2b_market.rfq.schemas.amendments import (
    AmendmentIn,
    AmendmentPreviewOut,
    DifferenceOut,
    EditionOut,
    EditionSummaryOut,
)
from b2b_market.rfq.schemas.requests import RfqOut
from b2b_market.rfq.service import amending as amendments
from b2b_market.rfq.service import editions

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)

MOST_EDITIONS = 1_000_000
EditionNumber = Annotated[int, Path(ge=1, le=MOST_EDITIONS)]
_UNSOUND = (
    amending.NothingAmended,
    amending.TooLateToAmend,
    drafting.NeedInThePast,
    asking.EnquiryEndMisplaced,
    RateMissing,
)


@router.post("/{rfq_id}/amendments/preview", response_model=AmendmentPreviewOut, responses=changes(*_UNSOUND))
def preview_amendment(rfq_id: WireUuid, body: AmendmentIn, call: Call) -> Answer:
    """Say what an amendment would change and bring about; nothing is stored."""
    found = amendments.preview_amendment(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    return call.answer(AmendmentPreviewOut, found)


@router.post(
    "/{rfq_id}/amendments",
    status_code=201,
    response_model=RfqOut,
    responses=changes(
        *_UNSOUND,
        amending.AmendmentNeedsApproval,
        amending.AmendmentWaits,
        amending.DeadlineMustMove,
        approving.ReasonMissing,
    ),
)
def amend_rfq(rfq_id: WireUuid, body: AmendmentIn, call: OnceCall) -> Answer:
    """Give a published request its next version; If-Match names the version of the request that was read."""
    content = amendments.amend_rfq(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    location = f"/api/v1/rfqs/{rfq_id}/editions/{content.rfq.edition}"
    return call.answer(RfqOut, content, status=201, location=location)


@router.get("/{rfq_id}/editions", response_model=ListOut[EditionSummaryOut], responses=reads())
def list_editions(rfq_id: WireUuid, call: Call) -> Answer:
    """Return every version of a request, the newest first."""
    return call.answer_many(EditionSummaryOut, editions.list_editions(call.work, call.actor, commands.ReadRfq(rfq_id)))


@router.get("/{rfq_id}/editions/{edition}", response_model=EditionOut, responses=reads())
def read_edition(rfq_id: WireUuid, edition: EditionNumber, call: Call) -> Answer:
    """Return one version of a request as suppliers were shown it."""
    return call.answer(EditionOut, editions.read_edition(call.work, call.actor, commands.ReadEdition(rfq_id, edition)))


@router.get("/{rfq_id}/editions/{edition}/difference", response_model=DifferenceOut, responses=reads())
def compare_editions(
    rfq_id: WireUuid,
    edition: EditionNumber,
    call: Call,
    before: Annotated[int | None, Query(ge=1, le=MOST_EDITIONS)] = None,
) -> Answer:
    """Say field by field and line by line what changed up to a version, from the one ``before`` it unless named."""
    command = commands.CompareEditions(rfq_id, before or max(edition - 1, 1), edition)
    return call.answer(DifferenceOut, editions.compare_editions(call.work, call.actor, command))
