"""Officers' keys, sealed bids and the opening over the API; documents travel as the files that the tools make."""

from typing import Annotated

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import OCTETS, attachment, saved
from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener, opened_call
from b2b_market.rbac.responses import changes, creates, hands_out, reads
from b2b_market.tendering.commands import bids as commands
from b2b_market.tendering.commands.amendments import ConfirmBid
from b2b_market.tendering.commands.tenders import ProveKey, ReadTender, RevokeKey
from b2b_market.tendering.rules import bidding as rules
from b2b_market.tendering.rules import confirming
from b2b_market.tendering.rules.keys import CardKnown, CardUnacceptable, KeyNotProven
from b2b_market.tendering.rules.opening import LayerContributed, NotYourTurn
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.tendering.rules.revealing import KeysDeclaredLost
from b2b_market.tendering.rules.sealed_envelope import EnvelopeUnacceptable
from b2b_market.tendering.rules.sealed_layers import ContributionUnacceptable
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.schemas import bids as schemas
from b2b_market.tendering.schemas.files import read_file, work_response
from b2b_market.tendering.service import bidding, keys, opening, printing

key_router = APIRouter(prefix="/officer-keys", tags=["tendering"], route_class=StrictRoute)
officer_router = APIRouter(prefix="/tender-officers", tags=["tendering"], route_class=StrictRoute)
router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
bid_router = APIRouter(prefix="/bids", tags=["tendering"], route_class=StrictRoute)

OpenedPart = Annotated[str, Query(pattern=r"^(whole|technical|price)?$")]
Sent = Annotated[UploadFile, File(description="The file that the sealing tool made, at most 20 MB")]


@key_router.post("", status_code=201, response_model=schemas.KeyOut, responses=creates(CardUnacceptable, CardKnown))
def register_key(body: schemas.CardIn, call: OnceCall) -> Answer:
    """Register the public half of an own key; the answer carries the challenge to be answered."""
    row = keys.register_key(call.work, call.actor, body.to_command())
    return call.answer(schemas.KeyOut, row, status=201, location="/api/v1/officer-keys")


@key_router.get("", response_model=ListOut[schemas.KeyOut], responses=reads())
def list_keys(call: Call) -> Answer:
    """Return the caller's own keys."""
    return call.answer_many(schemas.KeyOut, keys.list_own_keys(call.work, call.actor, None))


@key_router.post("/{officer_key_id}/prove", response_model=schemas.KeyOut, responses=changes(KeyNotProven))
def prove_key(officer_key_id: WireUuid, body: schemas.KeyAnswerIn, call: Call) -> Answer:
    """Answer the challenge of an own key."""
    command = ProveKey(officer_key_id, call.if_match, bytes.fromhex(body.answer))
    return call.answer(schemas.KeyOut, keys.prove_key(call.work, call.actor, command))


@key_router.post("/{officer_key_id}/revoke", response_model=schemas.KeyOut, responses=changes())
def revoke_key(officer_key_id: WireUuid, call: Call) -> Answer:
    """Take an own key out of use for new tenders."""
    return call.answer(schemas.KeyOut, keys.revoke_key(call.work, call.actor, RevokeKey(officer_key_id, call.if_match)))


@officer_router.get("", response_model=ListOut[schemas.OfficerOut], responses=reads())
def list_officers(call: Call) -> Answer:
    """Return the proven keys that a tender may be sealed to."""
    return call.answer_many(schemas.OfficerOut, keys.list_officers(call.work, call.actor, None))


@router.get("/{tender_id}/bids", response_model=schemas.OwnBidsOut, responses=reads())
def read_own_bids(tender_id: WireUuid, call: Call) -> Answer:
    """Return what the own company has sent, with receipts; after the close with proofs of inclusion."""
    return call.answer(schemas.OwnBidsOut, bidding.read_own_bids(call.work, call.actor, ReadTender(tender_id)))


_BIDDING = (
    BodyTooLarge,
    WrongMediaType,
    EnvelopeUnacceptable,
    rules.BidTooLate,
    rules.NotOpenForBids,
    rules.BidderUnfit,
    rules.BidVersionTaken,
    confirming.BidForEarlierEdition,
    IllegalStep,
)


@router.post("/{tender_id}/bids", status_code=201, response_model=schemas.ReceivedOut, responses=reads(*_BIDDING))
def submit_bid(tender_id: WireUuid, request: Request, file: Sent) -> Answer:
    """Receive a packed sealed bid before the deadline and answer with its signed receipt.

    The version in the envelope makes a second sending harmless: it is refused as no longer the next one.
    """
    packed = read_file(file)
    with opened_call(request) as call:
        row = bidding.submit_bid(call.work, call.actor, commands.SubmitBid(tender_id, packed))
        return call.answer(schemas.ReceivedOut, row, status=201, location=f"/api/v1/tenders/{tender_id}/bids")


@router.post(
    "/{tender_id}/withdrawals", status_code=201, response_model=schemas.ReceivedOut, responses=reads(*_BIDDING)
)
def withdraw_bid(tender_id: WireUuid, request: Request, file: Sent) -> Answer:
    """Take a bid back by a signed withdrawal, which gets a receipt too."""
    document = read_file(file)
    with opened_call(request) as call:
        row = bidding.withdraw_bid(call.work, call.actor, commands.WithdrawBid(tender_id, document))
        return call.answer(schemas.ReceivedOut, row, status=201, location=f"/api/v1/tenders/{tender_id}/bids")


@router.post(
    "/{tender_id}/confirmations",
    status_code=201,
    response_model=schemas.ReceivedOut,
    responses=reads(*_BIDDING, confirming.ConfirmationNotDue, confirming.BidNotConfirmable),
)
def confirm_bid(tender_id: WireUuid, request: Request, file: Sent) -> Answer:
    """Let a sealed bid count under an amended notice by a signed confirmation; nothing is opened for it."""
    document = read_file(file)
    with opened_call(request) as call:
        row = bidding.confirm_bid(call.work, call.actor, ConfirmBid(tender_id, document))
        return call.answer(schemas.ReceivedOut, row, status=201, location=f"/api/v1/tenders/{tender_id}/bids")


@router.get("/{tender_id}/opening", response_model=schemas.CeremonyOut, responses=reads())
def read_ceremony(tender_id: WireUuid, call: Call) -> Answer:
    """Return how far the opening is, and the signed opening record once there is one."""
    return call.answer(schemas.CeremonyOut, opening.read_ceremony(call.work, call.actor, ReadTender(tender_id)))


@router.get(
    "/{tender_id}/opening-work",
    response_class=Response,
    responses=hands_out("The work file", (OCTETS,), BidsStillSealed, NotYourTurn, KeysDeclaredLost),
)
def take_opening_work(
    tender_id: WireUuid, call: Call, team: Annotated[str, Query(max_length=210, pattern=r"^[0-9a-f,]*$")] = ""
) -> Response:
    """Return the work file of an officer whose turn it is; ``team`` names the group by fingerprints."""
    command = commands.TakeWork(tender_id, tuple(part for part in team.split(",") if part))
    return work_response(opening.take_opening_work(call.work, call.actor, command))


@router.post(
    "/{tender_id}/layers",
    status_code=201,
    response_model=schemas.LayerOut,
    responses=reads(
        BodyTooLarge, WrongMediaType, BidsStillSealed, ContributionUnacceptable, LayerContributed, KeysDeclaredLost
    ),
)
def contribute_layer(tender_id: WireUuid, request: Request, file: Sent) -> Answer:
    """Take what an officer removed from all bids at once."""
    document = read_file(file)
    with opened_call(request) as call:
        row = opening.contribute_layer(call.work, call.actor, commands.ContributeLayer(tender_id, document))
        return call.answer(schemas.LayerOut, row, status=201, location=f"/api/v1/tenders/{tender_id}/opening")


_PDF = hands_out("A PDF, always the same bytes", (PDF_TYPE,), TenderPrintersBusy)


@router.get("/{tender_id}/notice.pdf", response_class=Response, responses=_PDF)
def print_notice(tender_id: WireUuid, request: Request) -> Response:
    """Return the signed notice as PDF, in Chinese and English."""
    return saved(printing.take_notice(api_opener(request), ReadTender(tender_id)))


@router.get("/{tender_id}/opening.pdf", response_class=Response, responses=_PDF)
def print_opening(tender_id: WireUuid, request: Request, part: OpenedPart = "") -> Response:
    """Return the opening record of an own tender as PDF: of ``part``, else of the last part that was opened."""
    command = commands.PrintOpening(tender_id, part)
    return saved(printing.take_opening(api_opener(request), command))


@router.get("/{tender_id}/opened-bids", response_model=ListOut[schemas.BidOut], responses=reads())
def list_opened_bids(tender_id: WireUuid, call: Call) -> Answer:
    """Return the opened bids of an own tender; none before the opening."""
    return call.answer_many(schemas.BidOut, opening.list_opened_bids(call.work, call.actor, ReadTender(tender_id)))


@bid_router.get("/{bid_id}", response_model=schemas.BidOut, responses=reads())
def read_bid(bid_id: WireUuid, call: Call) -> Answer:
    """Return a bid to its bidder, or to its buyer once it is opened."""
    return call.answer(schemas.BidOut, opening.read_bid(call.work, call.actor, commands.ReadBid(bid_id)))


@bid_router.get(
    "/{bid_id}/files/{position}",
    response_class=Response,
    responses=hands_out("The file as it was sealed", (OCTETS,)),
)
def read_bid_file(bid_id: WireUuid, position: int, call: Call) -> Response:
    """Return a file of an opened bid, for saving only."""
    row = opening.read_bid_file(call.work, call.actor, commands.ReadBidFile(bid_id, position))
    return attachment(bytes(row.content), row.name)
