"""The platform's part of the opening: it decrypts what the officers opened, and signs the record of each part."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bids import OpenPart
from b2b_market.tendering.events.stages import PricesOpened
from b2b_market.tendering.events.tenders import TenderOpened
from b2b_market.tendering.models.bids import Bid, BidContent, BidFileRow, OpeningRecord
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import stages as stage_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.sealed_faults import OpeningFault
from b2b_market.tendering.rules.sealed_journal import read_close
from b2b_market.tendering.rules.sealed_layers import Contribution, Result, accept_contribution, read_contribution
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part
from b2b_market.tendering.rules.sealed_record import RecordedBid, record_opening, recorded
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.rules.sealed_work import BidsStillSealed, WorkBid, next_work
from b2b_market.tendering.service.bonding import hold_bonds
from b2b_market.tendering.service.opening_work import Sealed, altered, first_file, inside, live_bids, sealed_of
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.bids import BID_LIFECYCLE
from b2b_market.tendering.states.stages import STAGE_LIFECYCLE
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE

BATCH: Final = 20


@operation(system=True, reason="the clock asks which groups have removed every layer")
def openable_tenders(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID, str, str]]:
    """Return (tender, buyer, part, group) of what can be decrypted."""
    return list(queries.ready_to_open(work.session, BATCH))


@operation(system=True, reason="the platform decrypts what the officers opened")
def open_tender(work: Work, scope: Scope, command: OpenPart) -> Tender | None:
    """Decrypt a part of the live bids, recompute every commitment, and sign the opening record of that part.

    Bids on lots that came to nothing stay sealed, and so do the prices of bids that failed technically. None where the
    part is open already, or is not to be opened.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    try:
        sealed = sealed_of(work, scope, tender)
    except BidsStillSealed:
        return None
    if sealed.part != command.part:
        return None
    found = _decrypted(work, scope, sealed, _layers(work, scope, sealed, command.team))
    rows = queries.contributions_to(work.session, scope, tender.id, sealed.part.value)
    keep_opening(work, scope, sealed, found, [read_contribution(bytes(row.document)) for row in rows])
    return tender


Found = Mapping[int, OpenedPart | OpeningFault | None]
"""What came of each live bid, by sequence; None stays sealed."""


def keep_opening(
    work: Work,
    scope: Scope,
    sealed: Sealed,
    found: Found,
    given: Sequence[Contribution],
    *,
    revealed: bool = False,
) -> None:
    """Store what was read of a part, sign its record, and announce that it is open.

    ``given`` is what all groups of officers removed, so that the record shows what a group did that did not open it.
    """
    tender, part = sealed.tender, sealed.part
    rows = queries.bids_by_sequence(work.session, scope, tender.id)
    lines: dict[int, RecordedBid] = {}
    opened: list[UUID] = []
    for sequence, result in found.items():
        lines[sequence] = recorded(sequence, result, revealed=revealed)
        if result is not None:
            _settle(work, scope, rows[sequence], part, result)
            opened.append(rows[sequence].id)
    signed = record_opening(read_close(tender.close_record), part, lines, given, (work.now(), work.receipts))
    record = {"record": signed.record.statement(), "signature": signed.signature.hex()}
    row = {
        "tender_id": tender.id,
        "part": part.value,
        "buyer_id": tender.buyer_id,
        "record": record,
        "opened_at": work.now(),
    }
    insert_rows(work.session, OpeningRecord, [row])
    if part is Part.PRICE:
        _announce_prices(work, scope, tender, opened)
        return
    hold_bonds(work, scope, tender.id, [bid for bid in rows.values() if bid.opened])
    TENDER_LIFECYCLE.advance(tender, "open")
    work.lift_veil(tender.id)
    tender.opened_at = work.now()
    work.touch(tender)
    mirror_status(work, tender)
    work.emit(TenderOpened(tender_id=tender.id, buyer_id=tender.buyer_id, bid_ids=tuple(opened)), tender)


def _announce_prices(work: Work, scope: Scope, tender: Tender, opened: Sequence[UUID]) -> None:
    stage = stage_queries.stage_of(work.session, scope, tender.id, lock=True)
    assert stage is not None  # noqa: S101 - prices are opened after the technical result was signed off
    STAGE_LIFECYCLE.advance(stage, "open")
    stage.opened_at = work.now()
    work.touch(stage)
    work.record("tender_stage.opened", stage)
    work.touch(tender)
    work.emit(PricesOpened(tender_id=tender.id, buyer_id=tender.buyer_id, bid_ids=tuple(opened)), tender)


def _layers(work: Work, scope: Scope, sealed: Sealed, team: Sequence[str]) -> dict[int, tuple[WorkBid, Result | None]]:
    """Return by sequence each live bid with the data key that a group gives, or its fault; None stays sealed."""
    bids = live_bids(work, scope, sealed.tender, sealed.notice)
    file, faults = first_file(work, scope, sealed, team, bids), altered(work, scope, sealed, bids)
    numbered = {bid.receipt.receipt.sequence: bid for bid in file.bids}
    found: dict[int, tuple[WorkBid, Result | None]] = {one: (bid, faults.get(one)) for one, bid in numbered.items()}
    for row in queries.contributions(work.session, scope, sealed.tender.id, sealed.part.value, ",".join(team)):
        _, judged = accept_contribution(bytes(row.document), file)
        for sequence, result in judged.items():
            found[sequence] = (found[sequence][0], result)
        if file.layer + 1 < len(file.officers):
            file = next_work(file, inside(judged))
    return found


def _decrypted(work: Work, scope: Scope, sealed: Sealed, held: Mapping[int, tuple[WorkBid, Result | None]]) -> Found:
    """Open every bid with its data key."""
    received = queries.documents(work.session, scope, sealed.tender.id)
    terms, part = sealed.notice.notice.terms, sealed.part
    found: dict[int, OpenedPart | OpeningFault | None] = {}
    for sequence, (bid, key) in held.items():
        found[sequence] = key if isinstance(key, OpeningFault) else None
        if isinstance(key, bytes) and bid.envelope is not None:
            stored = queries.boxes(work.session, scope, received[sequence].id, part.value)
            boxes = {(part, Box(box)): content for box, content in stored.items()}
            found[sequence] = open_part(bid.envelope, terms, part, key, boxes)
    return found


def _settle(work: Work, scope: Scope, bid: Bid, part: Part, result: OpenedPart | OpeningFault) -> None:
    bid.opened = True
    bid.changed_at = work.now()
    if isinstance(result, OpeningFault):
        bid.fault = result.document()
        BID_LIFECYCLE.advance(bid, "spoil")
        work.record("tender_bid.unreadable", bid)
        return
    if part is Part.PRICE:
        work.touch(bid)
    else:
        BID_LIFECYCLE.advance(bid, "open")
    work.record("tender_bid.price_opened" if part is Part.PRICE else "tender_bid.opened", bid)
    shared = {"bid_id": bid.id, "part": part.value, "buyer_id": bid.buyer_id, "supplier_id": bid.supplier_id}
    content = {**shared, "tender_id": bid.tender_id, "content": dict(result.payload.content)}
    insert_rows(work.session, BidContent, [content])
    listed = {entry.name: entry.sha256 for entry in result.payload.files}
    before = len(queries.files_of(work.session, scope, bid.id))
    rows = [
        {
            **shared,
            "position": position,
            "name": file.name,
            "size": len(file.content),
            "sha256": listed[file.name],
            "content": file.content,
        }
        for position, file in enumerate(result.files or (), start=before)
    ]
    insert_rows(work.session, BidFileRow, rows)
