"""The opening: officers take work files, contribute layers, and the platform decrypts what they opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bids import ContributeLayer, ReadBid, ReadBidFile, TakeWork
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.tenders import TenderOpened
from b2b_market.tendering.models.bids import Bid, BidContent, BidFileRow, OpeningRecord
from b2b_market.tendering.models.bids import Contribution as ContributionRow
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.offers import offered_total
from b2b_market.tendering.rules.opening import LayerContributed, NotYourTurn
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, read_envelope
from b2b_market.tendering.rules.sealed_faults import OpeningFault
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, live_receipts, read_close
from b2b_market.tendering.rules.sealed_layers import (
    Contribution,
    ContributionUnacceptable,
    Result,
    accept_contribution,
    read_contribution,
)
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_reading import OpenedPart, open_part
from b2b_market.tendering.rules.sealed_record import RecordedBid, record_opening, recorded
from b2b_market.tendering.rules.sealed_terms import Part, SignedNotice, read_notice
from b2b_market.tendering.rules.sealed_work import Work as WorkFile
from b2b_market.tendering.rules.sealed_work import WorkBid, first_work, group_in, next_work, require_releasable
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.bids import BID_LIFECYCLE
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, LotStatus, TenderStatus

BATCH: Final = 20
PART: Final = Part.WHOLE


@dataclass(frozen=True, slots=True)
class Turn:
    """The work file whose turn an officer has: ``document`` is what the opening tool reads."""

    tender_id: UUID
    number: str
    team: tuple[str, ...]
    layer: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Ceremony:
    """How far the opening is: the officers' names by fingerprint, and the groups that have begun."""

    officers: Mapping[str, str]
    threshold: int
    teams: Sequence[tuple[Sequence[str], int]]
    opening: OpeningRecord | None


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid as it was opened; ``content`` is None where it could not be read."""

    bid: Bid
    content: BidContent | None
    files: Sequence[BidFileRow] = ()

    @property
    def version(self) -> int:
        """The version of the bid, which its ETag shows."""
        return self.bid.version

    def total(self, items: Sequence[Mapping[str, Any]]) -> Money | None:
        """Return what the bid adds up to over its lot's items; none where its prices are not complete."""
        return None if self.content is None else offered_total(self.content.content, items)


@operation(TenderPermission.KEY_OPEN)
def take_opening_work(work: Work, scope: Scope, command: TakeWork) -> Turn:
    """Return the work file of an officer of the tender whose turn it is; NotFound for everybody else.

    No wrap leaves the platform before bidding is closed (BidsStillSealed). Each taking is on the trail.
    """
    tender = _of_officer(work, scope, command.tender_id)
    require_releasable(PART, closed=tender.status is TenderStatus.CLOSED, technical_locked=False)
    notice = read_notice(tender.notice)
    own = notice.notice.terms.officers[tender.officer_ids.index(scope.user_id)].fingerprint
    work.act_for(Tenant(scope.org_ids, machine=True))  # a work file holds every live bid's envelope
    found = _turn_of(work, scope, tender, own, command.team)
    work.act_for(scope.actor.tenant())
    work.note(Entry("tender.opening_work_taken", "tender", tender.id, visible_to=(tender.buyer_id, scope.org_id)))
    return Turn(tender.id, tender.number, found.officers, found.layer, found.to_bytes())


@operation(TenderPermission.KEY_OPEN)
def contribute_layer(work: Work, scope: Scope, command: ContributeLayer) -> ContributionRow:
    """Take what an officer removed from all bids at once, after it was held against what the bidders announced."""
    work.gate(command.tender_id, exclusive=True)
    tender = _of_officer(work, scope, command.tender_id)
    require_releasable(PART, closed=tender.status is TenderStatus.CLOSED, technical_locked=False)
    try:
        given = read_contribution(command.document)
    except ValueError as error:
        raise ContributionUnacceptable(reason=str(error)) from error
    work.act_for(Tenant(scope.org_ids, machine=True))
    work_file = _file_at(work, scope, tender, read_notice(tender.notice), given.officers)
    work.act_for(scope.actor.tenant())
    if work_file is None or work_file.layer > given.layer:
        raise LayerContributed
    accept_contribution(command.document, work_file)
    row = ContributionRow(
        id=new_id(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        user_id=scope.user_id,
        org_id=scope.org_id,
        part=PART.value,
        fingerprint=given.officer,
        team=",".join(given.officers),
        layer=given.layer,
        document=command.document,
        contributed_at=work.now(),
    )
    work.session.add(row)
    work.note(Entry("tender.layer_contributed", "tender", tender.id, visible_to=(tender.buyer_id, scope.org_id)))
    work.session.flush()
    return row


@operation(TenderPermission.READ)
def read_ceremony(work: Work, scope: Scope, command: ReadTender) -> Ceremony:
    """Return how far the opening is.

    Which layers were removed is shown to the buyer and the officers; the opening record, which holds every bid whole,
    to them as well, and to all who may read the tender where the procedure says public.
    """
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    terms = read_notice(tender.notice).notice.terms if tender.notice else None
    begun = [(team.split(","), count) for team, count in queries.teams_begun(work.session, scope, tender.id)]
    officers = {card.fingerprint: card.name for card in terms.officers} if terms else {}
    public = read_procedure(tender.values).notice is Publicity.PUBLIC
    shown = public or tender.buyer_id in scope.org_ids or scope.user_id in tender.officer_ids
    shown = shown and seated.may_read(work, scope, tender)
    record = queries.opening_of(work.session, scope, tender.id) if shown else None
    return Ceremony(officers, terms.threshold if terms else 0, begun, record)


@operation(system=True, reason="the clock asks which groups have removed every layer")
def openable_tenders(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID, str]]:
    """Return (tender, buyer, group) of the closed tenders that can be decrypted."""
    return list(queries.ready_to_open(work.session, BATCH))


@operation(system=True, reason="the platform decrypts what the officers opened")
def open_tender(work: Work, scope: Scope, command: TakeWork) -> Tender | None:
    """Decrypt the live bids of a closed tender, recompute every commitment, and sign the opening record.

    Bids on lots that came to nothing stay sealed. None where it is open already.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    if tender.status is not TenderStatus.CLOSED:
        return None
    notice = read_notice(tender.notice)
    given, held = _layers(work, scope, tender, notice, command.team)
    found, opened = _decrypted(work, scope, tender, notice, held)
    signed = record_opening(read_close(tender.close_record), PART, found, given, (work.now(), work.receipts))
    record = {"record": signed.record.statement(), "signature": signed.signature.hex()}
    row = {
        "tender_id": tender.id,
        "part": PART.value,
        "buyer_id": tender.buyer_id,
        "record": record,
        "opened_at": work.now(),
    }
    insert_rows(work.session, OpeningRecord, [row])
    TENDER_LIFECYCLE.advance(tender, "open")
    tender.opened_at = work.now()
    work.touch(tender)
    mirror_status(work, tender)
    work.emit(TenderOpened(tender_id=tender.id, buyer_id=tender.buyer_id, bid_ids=tuple(opened)), tender)
    return tender


@operation(TenderPermission.BID_READ)
def list_opened_bids(work: Work, scope: Scope, command: ReadTender) -> Sequence[OpenedBid]:
    """Return the opened bids of an own tender in the order of their receipts; none before the opening."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    seated.require_reads(work, scope, tender)
    bids = queries.opened_bids(work.session, scope, tender.id)
    said = queries.contents_of(work.session, scope, [bid.id for bid in bids])
    return [OpenedBid(bid, said.get(bid.id)) for bid in bids]


@operation(TenderPermission.BID_READ)
def read_bid(work: Work, scope: Scope, command: ReadBid) -> OpenedBid:
    """Return a bid to its bidder, or to its buyer once it is opened."""
    bid = _readable_bid(work, scope, command.bid_id)
    said = queries.contents_of(work.session, scope, [bid.id])
    return OpenedBid(bid, said.get(bid.id), queries.files_of(work.session, scope, bid.id))


@operation(TenderPermission.BID_READ)
def read_bid_file(work: Work, scope: Scope, command: ReadBidFile) -> BidFileRow:
    """Return a file of an opened bid."""
    _readable_bid(work, scope, command.bid_id)
    return queries.file_of(work.session, scope, command.bid_id, command.position)


def _readable_bid(work: Work, scope: Scope, bid_id: UUID) -> Bid:
    """Return a bid that the company may see; its own ones cost no look at the committee."""
    bid = queries.visible_bid(work.session, scope, bid_id)
    if bid.buyer_id in scope.org_ids:
        seated.require_reader(work, scope, bid.tender_id)
    return bid


def _of_officer(work: Work, scope: Scope, tender_id: UUID) -> Tender:
    tender = tender_queries.party_tender(work.session, scope, tender_id)
    if scope.user_id not in tender.officer_ids:
        raise NotFound(tender_id=str(tender_id))
    return tender


def _turn_of(work: Work, scope: Scope, tender: Tender, own: str, team: Sequence[str]) -> WorkFile:
    """Return the file of the named group, or of the first one in which it is this officer's turn; else NotYourTurn."""
    notice = read_notice(tender.notice)
    terms = notice.notice.terms
    groups = [tuple(terms.fingerprints(subset)) for subset in terms.subsets]
    begun = dict(queries.teams_begun(work.session, scope, tender.id))
    ordered = [tuple(team)] if team else sorted(groups, key=lambda group: -begun.get(",".join(group), 0))
    for group in ordered:
        if group_in(terms, group) is None or own not in group:
            continue
        found = _file_at(work, scope, tender, notice, group)
        if found is not None and found.officer == own:
            return found
    raise NotYourTurn


def _file_at(work: Work, scope: Scope, tender: Tender, notice: SignedNotice, team: Sequence[str]) -> WorkFile | None:
    """Return the work file of the next layer of a group; None once every layer is removed."""
    if group_in(notice.notice.terms, team) is None:
        raise ContributionUnacceptable(reason="these officers do not open together")
    file = _first(work, scope, tender, notice, team)
    for row in queries.contributions(work.session, scope, tender.id, ",".join(team)):
        if row.layer + 1 >= notice.notice.terms.threshold:
            return None
        _, judged = accept_contribution(bytes(row.document), file)
        file = next_work(file, _inside(judged))
    return file


def _first(work: Work, scope: Scope, tender: Tender, notice: SignedNotice, team: Sequence[str]) -> WorkFile:
    """Return the first work file of a group; bids on lots that came to nothing are in it without their wrap."""
    received = queries.documents(work.session, scope, tender.id)
    signed = queries.journal(work.session, scope, tender.id)
    live = {receipt.sequence for receipt in live_receipts(one.receipt for one in signed)}
    bids: list[tuple[SignedReceipt, SignedEnvelope]] = [
        (one, read_envelope(bytes(received[one.receipt.sequence].document), notice.notice.terms))
        for one in signed
        if one.receipt.sequence in live
    ]
    file = first_work([notice], read_close(tender.close_record), PART, team, bids)
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    kept = tuple(
        bid if lots[bid.receipt.receipt.ids.lot] is LotStatus.ACTIVE else WorkBid(bid.receipt) for bid in file.bids
    )
    return replace(file, bids=kept)


def _inside(judged: Mapping[int, Result]) -> dict[int, bytes]:
    return {sequence: found for sequence, found in judged.items() if isinstance(found, bytes)}


def _layers(
    work: Work, scope: Scope, tender: Tender, notice: SignedNotice, team: Sequence[str]
) -> tuple[list[Contribution], dict[int, tuple[WorkBid, Result | None]]]:
    """Return a group's contributions and, by sequence, each live bid with its data key or fault; None stays sealed."""
    file = _first(work, scope, tender, notice, team)
    found: dict[int, tuple[WorkBid, Result | None]] = {bid.receipt.receipt.sequence: (bid, None) for bid in file.bids}
    given: list[Contribution] = []
    for row in queries.contributions(work.session, scope, tender.id, ",".join(team)):
        contribution, judged = accept_contribution(bytes(row.document), file)
        given.append(contribution)
        for sequence, result in judged.items():
            found[sequence] = (found[sequence][0], result)
        if file.layer + 1 < len(file.officers):
            file = next_work(file, _inside(judged))
    return given, found


def _decrypted(
    work: Work,
    scope: Scope,
    tender: Tender,
    notice: SignedNotice,
    held: Mapping[int, tuple[WorkBid, Result | None]],
) -> tuple[dict[int, RecordedBid], list[UUID]]:
    """Open every bid with its data key, store what it says, and return the record's lines and the opened bids."""
    rows = queries.bids_by_sequence(work.session, scope, tender.id)
    received = queries.documents(work.session, scope, tender.id)
    lines: dict[int, RecordedBid] = {}
    opened: list[UUID] = []
    for sequence, (bid, key) in held.items():
        result: OpenedPart | OpeningFault | None = key if isinstance(key, OpeningFault) else None
        if isinstance(key, bytes) and bid.envelope is not None:
            sealed = queries.boxes(work.session, scope, received[sequence].id)
            boxes = {(PART, Box(box)): content for (_, box), content in sealed.items()}
            result = open_part(bid.envelope, notice.notice.terms, PART, key, boxes)
        lines[sequence] = recorded(sequence, result)
        if result is not None:
            _settle(work, rows[sequence], result)
            opened.append(rows[sequence].id)
    return lines, opened


def _settle(work: Work, bid: Bid, result: OpenedPart | OpeningFault) -> None:
    bid.opened = True
    bid.changed_at = work.now()
    if isinstance(result, OpeningFault):
        bid.fault = result.document()
        BID_LIFECYCLE.advance(bid, "spoil")
        work.record("tender_bid.unreadable", bid)
        return
    BID_LIFECYCLE.advance(bid, "open")
    work.record("tender_bid.opened", bid)
    shared = {"bid_id": bid.id, "part": PART.value, "buyer_id": bid.buyer_id, "supplier_id": bid.supplier_id}
    content = {**shared, "tender_id": bid.tender_id, "content": dict(result.payload.content)}
    insert_rows(work.session, BidContent, [content])
    listed = {entry.name: entry.sha256 for entry in result.payload.files}
    rows = [
        {
            **shared,
            "position": position,
            "name": file.name,
            "size": len(file.content),
            "sha256": listed[file.name],
            "content": file.content,
        }
        for position, file in enumerate(result.files or ())
    ]
    insert_rows(work.session, BidFileRow, rows)
