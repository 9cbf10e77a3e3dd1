"""Commit and reveal: where the officers' keys are lost, bidders show what they committed to, within a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.reveals import RevealBid, SettleReveals
from b2b_market.tendering.commands.tenders import ReadTender, ReasonedTender
from b2b_market.tendering.events.reveals import KeysLost
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.reveals import RevealPeriod, RevealRow
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import reveals as queries
from b2b_market.tendering.queries import stages as stage_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import revealing as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, read_envelope
from b2b_market.tendering.rules.sealed_faults import OpeningFault
from b2b_market.tendering.rules.sealed_journal import read_close
from b2b_market.tendering.rules.sealed_layers import read_contribution
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_reading import OpenedPart, RevealUnacceptable, read_reveal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.rules.sealed_window import announce_window, read_window
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.service.decrypting import keep_opening
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.opening_work import Sealed, live_bids, sealed_of
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.procedures import PeriodUnit
from b2b_market.tendering.states.reveals import REVEAL_LIFECYCLE, RevealStatus
from b2b_market.tendering.states.tenders import LotStatus

BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Reveals:
    """The windows of a tender, and what the reader's own company revealed in them."""

    tender_id: UUID
    version: int
    """Of the tender."""
    windows: Sequence[RevealPeriod]
    own: Sequence[RevealRow]


@operation(TenderPermission.CANCEL)
def declare_keys_lost(work: Work, scope: Scope, command: ReasonedTender) -> Reveals:
    """Declare that the keys for the part that waits to be opened are lost: bidders reveal it in the announced hours.

    By another person than the tender's author and last editor (S1) who holds none of its keys (S12). From here on no
    layer is given out or taken. KeysNotLost where a group has removed every layer.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    require_other_person(scope.actor, tender.author_id, tender.editor_id)
    require_other_person(scope.actor, *tender.officer_ids, rule="S12")
    sealed = sealed_of(work, scope, tender)
    require_keys(work, scope, sealed)
    threshold = sealed.notice.notice.terms.threshold
    if any(count >= threshold for _, count in bid_queries.teams_begun(work.session, scope, tender.id, sealed.part)):
        raise rules.KeysNotLost
    window = _announced(work, scope, sealed, require_reason(command.reason))
    work.session.add(window)
    work.record("tender_reveal_window.opened", window)
    work.touch(tender)
    work.emit(
        KeysLost(tender_id=tender.id, buyer_id=tender.buyer_id, part=sealed.part.value, closes_at=window.closes_at),
        tender,
    )
    work.session.flush()
    return Reveals(tender.id, tender.version, queries.windows_of(work.session, scope, tender.id), ())


@operation(TenderPermission.BID_SUBMIT)
def reveal_bid(work: Work, scope: Scope, command: RevealBid) -> RevealRow:
    """Take what a bidder reveals of its own live bid, if it is what the bid commits to. A second time changes nothing.

    Judged by the database's clock after the gate, as bids are. Nobody reads it before the window is over.
    """
    work.gate(command.tender_id)
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    work.veil(tender.id)
    windows = queries.windows_of(work.session, scope, tender.id)
    if not windows:
        raise rules.RevealNotAsked
    window = windows[-1]
    moment = work.judging_time()
    read_window(window.document).announced.window.require_open(moment)
    bid, envelope = _own_bid(work, scope, tender, command.document)
    part = Part(window.part)
    rules.revealed(command.document, part, envelope)
    known = [one for one in queries.own_reveals(work.session, scope, tender.id) if one.bid_id == bid.id]
    same = next((one for one in known if one.part == window.part), None)
    if same is not None:
        return same
    row = RevealRow(
        bid_id=bid.id,
        part=window.part,
        tender_id=tender.id,
        supplier_id=bid.supplier_id,
        submitted_by=scope.user_id,
        received_at=moment,
        document=command.document,
    )
    work.session.add(row)
    work.note(Entry("tender_bid.revealed", "tender_bid", bid.id, visible_to=(scope.org_id,)))
    work.session.flush()
    return row


@operation(TenderPermission.READ)
def read_reveals(work: Work, scope: Scope, command: ReadTender) -> Reveals:
    """Return when bidders are asked to reveal, and when the own company did."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    windows = queries.windows_of(work.session, scope, tender.id)
    return Reveals(tender.id, tender.version, windows, queries.own_reveals(work.session, scope, tender.id))


@operation(system=True, reason="handlers ask the bidders, whom nobody else may know")
def read_senders(work: Work, scope: Scope, command: ReadTender) -> Sequence[UUID]:
    """Return the companies that sent a bid to a closed tender."""
    with work.reaching(Tenant(scope.org_ids, machine=True)):
        return queries.senders(work.session, scope, command.tender_id)


@operation(system=True, reason="the clock asks which windows are over")
def over_windows(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID, str]]:
    """Return (tender, buyer, part) of the windows that are over."""
    return list(queries.over(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the platform reads what was revealed once the window is over")
def settle_reveals(work: Work, scope: Scope, command: SettleReveals) -> RevealPeriod | None:
    """Read what was revealed, and sign the opening record; what was not revealed is its bidder's fault.

    None where nothing is due. A tender that was called off meanwhile stays sealed.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    window = queries.window_of(work.session, scope, tender.id, command.part, lock=True)
    due = window is not None and window.status is RevealStatus.OPEN and work.judging_time() >= window.closes_at
    if window is None or not due:
        return None
    REVEAL_LIFECYCLE.advance(window, "settle")
    work.touch(window)
    work.record("tender_reveal_window.settled", window)
    work.session.flush()
    try:
        sealed = sealed_of(work, scope, tender)
    except BidsStillSealed:
        return window
    rows = bid_queries.contributions_to(work.session, scope, tender.id, sealed.part.value)
    given = [read_contribution(bytes(row.document)) for row in rows]
    keep_opening(work, scope, sealed, _settled(work, scope, sealed), given, revealed=True)
    return window


def require_keys(work: Work, scope: Scope, sealed: Sealed) -> None:
    """Refuse (KeysDeclaredLost) where bidders were asked to reveal the part instead."""
    window = queries.window_of(work.session, scope, sealed.tender.id, sealed.part.value)
    if window is not None:
        raise rules.KeysDeclaredLost(closes_at=window.closes_at.isoformat())


def _announced(work: Work, scope: Scope, sealed: Sealed, reason: str) -> RevealPeriod:
    tender, opens_at = sealed.tender, work.judging_time()
    period = Period(read_procedure(tender.values).reveal_hours, PeriodUnit.HOURS)
    closes_at = clock_of(work, scope, tender).end_of(opens_at, period)
    close = read_close(tender.close_record)
    signed = announce_window(close, sealed.part, (opens_at, closes_at), work.receipts, tender.rehearsal_factor)
    return RevealPeriod(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        part=sealed.part.value,
        buyer_id=tender.buyer_id,
        status=REVEAL_LIFECYCLE.initial,
        reason=reason,
        declared_by=scope.user_id,
        opens_at=opens_at,
        closes_at=closes_at,
        document=signed.document(),
    )


def _own_bid(work: Work, scope: Scope, tender: Tender, document: bytes) -> tuple[Bid, SignedEnvelope]:
    """Return the own live bid that a reveal is of, and its envelope; RevealUnacceptable for anything else."""
    try:
        ids: BidIds = read_reveal(document).ids
    except (KeyError, ValueError) as error:
        raise RevealUnacceptable(reason=str(error)) from error
    bid = bid_queries.own_bid_on(work.session, scope, ids.lot)
    if bid is None or (ids.tender, ids.bidder) != (tender.id, scope.org_id):
        raise NotFound(lot_id=str(ids.lot))
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    failed = stage_queries.failed_bids(work.session, scope, tender.id)
    if bid.status not in (BidStatus.SEALED, BidStatus.OPENED) or lots[ids.lot] is not LotStatus.ACTIVE:
        raise RevealUnacceptable(reason="the bid does not take part any more")
    if bid.id in failed:
        raise RevealUnacceptable(reason="the bid did not pass technically, and its prices stay sealed")
    data = queries.own_document(work.session, scope, tender.id, bid.sequence)
    try:
        return bid, read_envelope(data, read_notice(tender.notice).notice.terms)
    except ValueError as error:
        raise RevealUnacceptable(reason="the platform has not stored the envelope that was receipted") from error


def _settled(work: Work, scope: Scope, sealed: Sealed) -> dict[int, OpenedPart | OpeningFault | None]:
    """Return what came of each live bid, by sequence; None stays sealed."""
    tender, part = sealed.tender, sealed.part
    documents = queries.revealed_documents(work.session, scope, tender.id, part.value)
    bids = bid_queries.bids_by_sequence(work.session, scope, tender.id)
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    found: dict[int, OpenedPart | OpeningFault | None] = {}
    for signed, envelope in live_bids(work, scope, tender, sealed.notice):
        sequence = signed.receipt.sequence
        if lots[signed.receipt.ids.lot] is not LotStatus.ACTIVE or sequence in sealed.left:
            found[sequence] = None
        elif isinstance(envelope, OpeningFault):
            found[sequence] = envelope
        else:
            found[sequence] = rules.settled(documents.get(bids[sequence].id), part, envelope)
    return found
