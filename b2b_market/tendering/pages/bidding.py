"""Officers' keys, the bidder's page and the opening, with the files that the sealing tools make."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.http.downloads import attachment, saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import bids as commands
from b2b_market.tendering.commands.amendments import ConfirmBid
from b2b_market.tendering.commands.tenders import ProveKey, ReadTender, RegisterKey, RevokeKey
from b2b_market.tendering.pages import offering, showing, weighing
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_proofs import Stands
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.schemas.files import read_file, work_response
from b2b_market.tendering.service import bidding, drafting, keys, opening, printing, revealing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.reveals import RevealStatus
from b2b_market.tendering.states.stages import Envelopes
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(route_class=PageRoute)

JSON = "application/json"
OpenedPart = Annotated[str, Query(pattern=r"^(whole|technical|price)?$")]
PART_NAMES: Final[Mapping[str, str]] = {
    Part.WHOLE.value: N_("Opening record"),
    Part.TECHNICAL.value: N_("Opening record, technical"),
    Part.PRICE.value: N_("Opening record, prices"),
}


@router.get("/officer-keys")
def list_keys(call: PageCall) -> Response:
    """Show the person's own keys and the form that registers a card."""
    keys.list_own_keys.admit(call.signed_in())
    return _keys(call, Form())


@router.post("/officer-keys")
def register_key(call: PageCall) -> Response:
    """Register a card that the key tool wrote."""
    keys.register_key.admit(call.actor)
    call.once()
    form = Form(call.form())
    card = form.text("card", required=True, limit=4000, lines=True)
    department = form.text("department", required=True)
    if form.ok and card is not None and department is not None:
        with call.attempt(form):
            keys.register_key(call.work, call.actor, RegisterKey(_parsed(card), department))
            return call.see("/officer-keys", Flash(N_("Registered. Now answer the challenge.")))
    return _keys(call, form, status=422)


@router.post("/officer-keys/{officer_key_id}/prove")
def prove_key(officer_key_id: WireUuid, call: PageCall) -> Response:
    """Take the answer to a key's challenge."""
    form = Form(call.form())
    expected = form.integer("version", required=True)
    answer = form.text(f"answer-{officer_key_id}") or ""
    with call.attempt(form, unless=NotFound):
        command = ProveKey(officer_key_id, expected, _octets(answer))
        keys.prove_key(call.work, call.actor, command)
        return call.see("/officer-keys", Flash(N_("Proven. Tenders can be sealed to your key.")))
    return _keys(call, form, status=409)


@router.post("/officer-keys/{officer_key_id}/revoke")
def revoke_key(officer_key_id: WireUuid, call: PageCall) -> Response:
    """Take a key out of use."""
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form, unless=NotFound):
        keys.revoke_key(call.work, call.actor, RevokeKey(officer_key_id, expected))
        return call.see("/officer-keys", Flash(N_("Out of use for new tenders."), "warn"))
    return _keys(call, form, status=409)


@router.get("/tenders/{tender_id}/notice.json")
def take_notice(tender_id: WireUuid, call: PageCall) -> Response:
    """Return the signed notice as the sealing tool reads it."""
    call.signed_in()
    tender = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)).tender
    if tender.notice is None:
        raise NotFound(tender_id=str(tender_id))
    return attachment(json.dumps(tender.notice).encode(), f"{tender.number}-notice-{tender.edition}.json", JSON)


@router.get("/tenders/{tender_id}/notice.pdf")
def print_notice(tender_id: WireUuid, request: Request) -> Response:
    """Save the signed notice as PDF."""
    return saved(printing.take_notice(page_opener(request), ReadTender(tender_id)))


@router.get("/tenders/{tender_id}/opening.pdf")
def print_opening(tender_id: WireUuid, request: Request, part: OpenedPart = "") -> Response:
    """Save the opening record of an own tender as PDF."""
    command = commands.PrintOpening(tender_id, part)
    return saved(printing.take_opening(page_opener(request), command))


@router.get("/tenders/{tender_id}/bid")
def show_own_bids(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a bidder what it has sent, with receipts."""
    bidding.read_own_bids.admit(call.signed_in())
    return own_bids_page(call, tender_id, Form())


@router.post("/tenders/{tender_id}/bid")
def submit_bid(tender_id: WireUuid, call: PageCall) -> Response:
    """Receive a sealed file and sign its receipt."""
    bidding.submit_bid.admit(call.actor)
    sent = _Sent(bidding.submit_bid, commands.SubmitBid, "bid", Flash(N_("Received, and a receipt is signed.")))
    return _take(call, tender_id, sent, own_bids_page)


@router.post("/tenders/{tender_id}/withdrawal")
def withdraw_bid(tender_id: WireUuid, call: PageCall) -> Response:
    """Take a bid back by a signed withdrawal."""
    bidding.withdraw_bid.admit(call.actor)
    said = Flash(N_("Taken back, and a receipt is signed."), "warn")
    return _take(call, tender_id, _Sent(bidding.withdraw_bid, commands.WithdrawBid, "bid", said), own_bids_page)


@router.post("/tenders/{tender_id}/confirmation")
def confirm_bid(tender_id: WireUuid, call: PageCall) -> Response:
    """Let a sealed bid count under an amended notice by a signed confirmation."""
    bidding.confirm_bid.admit(call.actor)
    form = Form(call.form())
    file = form.file("confirmation", required=True)
    if file is not None:
        with call.attempt(form):
            bidding.confirm_bid(call.work, call.actor, ConfirmBid(tender_id, read_file(file)))
            return call.see(f"/tenders/{tender_id}/bid", Flash(N_("Confirmed: your bid counts. A receipt is signed.")))
    return own_bids_page(call, tender_id, form, status=422)


@router.get("/tenders/{tender_id}/receipts/{sequence}")
def take_receipt(tender_id: WireUuid, sequence: int, call: PageCall) -> Response:
    """Return one of the company's own signed receipts as the verifying tool reads it."""
    bidding.read_own_bids.admit(call.signed_in())
    own = bidding.read_own_bids(call.work, call.actor, ReadTender(tender_id))
    found = next((one for one in own.received if one.sequence == sequence), None)
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return attachment(json.dumps(found.receipt).encode(), f"receipt-{sequence}.json", JSON)


@router.get("/tenders/{tender_id}/proofs/{sequence}")
def take_proof(tender_id: WireUuid, sequence: int, call: PageCall) -> Response:
    """Return the proof of how one of the company's own bids stood at the close, as the verifying tool reads it."""
    bidding.read_own_bids.admit(call.signed_in())
    found = bidding.read_own_bids(call.work, call.actor, ReadTender(tender_id)).proofs.get(sequence)
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return attachment(json.dumps(found.document()).encode(), f"proof-{sequence}.json", JSON)


@router.get("/tenders/{tender_id}/close.json")
def take_close(tender_id: WireUuid, call: PageCall) -> Response:
    """Return the signed close record as the verifying tool reads it."""
    drafting.read_tender.admit(call.signed_in())
    record = drafting.read_tender(call.work, call.actor, ReadTender(tender_id)).tender.close_record
    if record is None:
        raise NotFound(tender_id=str(tender_id))
    return attachment(json.dumps(record).encode(), "close.json", JSON)


@router.get("/tenders/{tender_id}/opening")
def show_opening(tender_id: WireUuid, call: PageCall) -> Response:
    """Show how far the opening is, and the opened bids to the buyer."""
    opening.read_ceremony.admit(call.signed_in())
    return opening_page(call, tender_id, Form())


@router.get("/tenders/{tender_id}/opening-work")
def take_work(tender_id: WireUuid, call: PageCall) -> Response:
    """Return the work file of the officer whose turn it is, or the page with what stands against it."""
    opening.take_opening_work.admit(call.signed_in())
    form = Form()
    with call.attempt(form, unless=NotFound):
        return work_response(opening.take_opening_work(call.work, call.actor, commands.TakeWork(tender_id)))
    return opening_page(call, tender_id, form, status=409)


@router.post("/tenders/{tender_id}/layers")
def contribute(tender_id: WireUuid, call: PageCall) -> Response:
    """Take a layer that an officer removed."""
    opening.contribute_layer.admit(call.actor)
    said = Flash(N_("The layer is removed from every bid."))
    return _take(
        call, tender_id, _Sent(opening.contribute_layer, commands.ContributeLayer, "opening", said), opening_page
    )


@router.get("/bids/{bid_id}")
def show_bid(bid_id: WireUuid, call: PageCall) -> Response:
    """Show an opened bid to the buyer, or the own one to its bidder."""
    opening.read_bid.admit(call.signed_in())
    found = opening.read_bid(call.work, call.actor, commands.ReadBid(bid_id))
    content = drafting.read_tender(call.work, call.actor, ReadTender(found.bid.tender_id))
    lots = {lot.id: lot.title for lot in content.lots}
    said = found.content or {}
    context = {
        "found": found,
        "tender": content.tender,
        "lot": lots[found.bid.lot_id],
        "company": showing.company_names(call, [found.bid.supplier_id])[found.bid.supplier_id],
        "badges": showing.BID_BADGES,
        "said": offering.said_in(call, said, next(one for one in content.lots if one.id == found.bid.lot_id)),
        "text": json.dumps(said, ensure_ascii=False, indent=2),
    }
    return call.page("tendering/opened.html", context)


@router.get("/bids/{bid_id}/files/{position}")
def take_file(bid_id: WireUuid, position: int, call: PageCall) -> Response:
    """Return a file of an opened bid, for saving only."""
    opening.read_bid_file.admit(call.signed_in())
    row = opening.read_bid_file(call.work, call.actor, commands.ReadBidFile(bid_id, position))
    return attachment(bytes(row.content), row.name)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file that a sealing tool made: what takes it, what is said afterwards, and on which page of the tender."""

    run: Operation[Any, Any]
    command: Callable[[UUID, bytes], object]
    page: str
    said: Flash


def _take(call: PageContext, tender_id: UUID, sent: _Sent, again: Callable[..., Response]) -> Response:
    """Take the file of a form; what is wrong with it is shown by ``again``."""
    form = Form(call.form())
    file = form.file("file", required=True)
    if file is not None:
        with call.attempt(form):
            sent.run(call.work, call.actor, sent.command(tender_id, read_file(file)))
            return call.see(f"/tenders/{tender_id}/{sent.page}", sent.said)
    return again(call, tender_id, form, status=422)


def _parsed(card: str) -> object:
    try:
        return json.loads(card)
    except ValueError:
        return None


def _octets(answer: str) -> bytes:
    try:
        return bytes.fromhex(answer)
    except ValueError:
        return b""


def _keys(call: PageContext, form: Form, *, status: int = 200) -> Response:
    own = keys.list_own_keys(call.work, call.actor, None)
    context = {
        "form": form,
        "keys": own,
        "challenges": {key.id: bytes(key.challenge).hex() for key in own if key.challenge},
        "badges": showing.KEY_BADGES,
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/keys.html", context, status=status)


def _standing_of(own: bidding.OwnBids) -> dict[str, object]:
    """Return which own bids wait for a confirmation (lot, next version, digest), which are void, and what was sent."""
    waiting = own.unconfirmed()
    return {
        "unconfirmed": [
            (f"{bid.lot_id} {bid.number + 1} {bytes(bid.digest).hex()}", str(bid.lot_id)) for bid in waiting
        ],
        "void": [str(bid.lot_id) for bid in own.bids if bid.status is BidStatus.VOID],
        "stood": {
            Stands.LIVE: Badge(N_("Counted"), "ok"),
            Stands.VOID: Badge(N_("Void: not confirmed"), "warn"),
            Stands.WITHDRAWN: Badge(N_("Withdrawn"), "neutral"),
        },
        "said": {"envelope": N_("Sealed bid"), "withdrawal": N_("Withdrawal"), "confirmation": N_("Confirmation")},
    }


def own_bids_page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of a company's own bids."""
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    reveals = revealing.read_reveals(call.work, call.actor, ReadTender(tender_id))
    own = bidding.read_own_bids(call.work, call.actor, ReadTender(tender_id))
    context = {
        "form": form,
        "tender": content.tender,
        "lots": {str(lot.id): lot.title for lot in content.lots},
        "items": {str(lot.id): showing.items_shown(lot.items, showing.language_of(call)) for lot in content.lots},
        "next_version": {
            str(lot.id): max((bid.number for bid in own.bids if bid.lot_id == lot.id), default=0) + 1
            for lot in content.lots
        },
        "weighing": {
            str(lot.id): weighing.shown(lot.features, lot.costs, showing.language_of(call)) for lot in content.lots
        },
        "two": read_procedure(content.tender.values).envelopes is Envelopes.TWO,
        "committee": read_procedure(content.tender.values).committee is not None,
        "reveals": reveals,
        "asked": [one for one in reveals.windows if one.status is RevealStatus.OPEN],
        "revealed": {one.bid_id for one in reveals.own},
        "own": own,
        **_standing_of(own),
        "submits": bidding.submit_bid.allows(call.actor),
        "badges": showing.TENDER_BADGES,
    }
    return call.page("tendering/bid.html", context, status=status)


def _may_declare(call: PageContext, content: TenderContent) -> bool:
    tender = content.tender
    own = (tender.author_id, tender.editor_id, *tender.officer_ids)
    return revealing.declare_keys_lost.allows(call.actor) and call.actor.user_id not in own


def opening_page(call: PageContext, tender_id: UUID, form: Form, *, status: int = 200) -> Response:
    """Return the page of an opening."""
    content = drafting.read_tender(call.work, call.actor, ReadTender(tender_id))
    tender = content.tender
    buys = tender.buyer_id in call.actor.org_ids
    reads = buys and opening.list_opened_bids.allows(call.actor)
    opened = opening.list_opened_bids(call.work, call.actor, ReadTender(tender_id)) if reads else None
    ceremony = opening.read_ceremony(call.work, call.actor, ReadTender(tender_id))
    items = {lot.id: lot.items for lot in content.lots}
    context = {
        "form": form,
        "tender": tender,
        "buys": buys,
        "officer": call.actor.user_id in tender.officer_ids and opening.contribute_layer.allows(call.actor),
        "ceremony": ceremony,
        "part_names": PART_NAMES,
        "windows": revealing.read_reveals(call.work, call.actor, ReadTender(tender_id)).windows,
        "reveal_badges": showing.REVEAL_BADGES,
        "declares": buys and ceremony.part is not None and _may_declare(call, content),
        "team_names": [
            " + ".join(ceremony.officers[fingerprint] for fingerprint in team) for team, _ in ceremony.teams
        ],
        "opened": opened,
        "totals": {one.bid.id: one.total(items[one.bid.lot_id]) for one in opened or ()},
        "lots": {str(lot.id): lot.title for lot in content.lots},
        "companies": showing.company_names(call, [one.bid.supplier_id for one in opened or ()]),
        "badges": showing.TENDER_BADGES,
        "bid_badges": showing.BID_BADGES,
    }
    return call.page("tendering/opening.html", context, status=status)
