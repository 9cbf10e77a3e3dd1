"""Sealed bids: received under the deadline gate with a signed receipt, replaced, taken back; read by nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.amendments import ConfirmBid
from b2b_market.tendering.commands.bids import SubmitBid, WithdrawBid
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.amendments import BidConfirmed
from b2b_market.tendering.events.bids import BidSealed, BidWithdrawn
from b2b_market.tendering.models.bids import Bid, Received, SealedBoxRow
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.queries.amendments import edition_of, notices_of
from b2b_market.tendering.rules import bidding as rules
from b2b_market.tendering.rules import confirming
from b2b_market.tendering.rules.admission import takes_part
from b2b_market.tendering.rules.sealed_confirming import Confirmation, check_confirmation
from b2b_market.tendering.rules.sealed_envelope import (
    BoxKey,
    EnvelopeUnacceptable,
    check_envelope,
    check_withdrawal,
    unpack,
)
from b2b_market.tendering.rules.sealed_journal import (
    Document,
    Entry,
    entry_of,
    issue_receipt,
    standing,
)
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_proofs import StandingProof, prove
from b2b_market.tendering.rules.sealed_terms import Notice, read_notice
from b2b_market.tendering.states.bids import BID_LIFECYCLE, BidStatus
from b2b_market.tendering.states.tenders import LotStatus


@dataclass(frozen=True, slots=True)
class OwnBids:
    """What a company has sent to a tender; ``proofs`` by sequence show in the close record how each bid stood.

    ``binding`` is the earliest edition of the notice whose bids count.
    """

    bids: Sequence[Bid]
    received: Sequence[Received]
    binding: int
    proofs: Mapping[int, StandingProof] = field(default_factory=dict)

    def unconfirmed(self) -> Sequence[Bid]:
        """Return the sealed bids that count only once they are confirmed."""
        return [bid for bid in self.bids if bid.status is BidStatus.SEALED and bid.edition < self.binding]


@operation(TenderPermission.BID_SUBMIT)
def submit_bid(work: Work, scope: Scope, command: SubmitBid) -> Received:
    """Receive a sealed bid or its next version before the deadline and sign a receipt for it.

    The deadline is judged by the database's clock after the gate is taken: what is acknowledged was in time, and is in
    the closing root. Nothing of it is shown to anybody else.
    """
    tender, moment = _judged(work, scope, command.tender_id)
    notice = read_notice(tender.notice).notice
    try:
        envelope, boxes = unpack(command.packed, notice.terms)
    except ValueError as error:
        raise EnvelopeUnacceptable(reason=str(error)) from error
    ids = envelope.envelope.ids
    bid = queries.own_bid_on(work.session, scope, ids.lot)
    check_envelope(envelope.to_bytes(), notice, bid.signer if bid else None)
    _require_own(work, scope, tender, ids, moment)
    rules.require_next(ids.version, bid.number if bid else 0)
    edition = _edition_named(work, scope, tender, envelope.envelope.notice, notice)
    row = _received(work, scope, tender, envelope, _State(bid, moment, edition))
    insert_rows(work.session, SealedBoxRow, _box_rows(row, boxes))
    return row


@operation(TenderPermission.BID_SUBMIT)
def withdraw_bid(work: Work, scope: Scope, command: WithdrawBid) -> Received:
    """Take a bid back before the deadline by a signed withdrawal, which gets a receipt too."""
    tender, moment = _judged(work, scope, command.tender_id)
    withdrawal = check_withdrawal(command.document)
    bid = queries.own_bid_on(work.session, scope, withdrawal.ids.lot)
    if bid is None:
        raise NotFound(lot_id=str(withdrawal.ids.lot))
    check_withdrawal(command.document, bid.signer)
    _require_own(work, scope, tender, withdrawal.ids, moment)
    BID_LIFECYCLE.require(bid.status, "withdraw")
    rules.require_next(withdrawal.ids.version, bid.number)
    return _received(work, scope, tender, withdrawal, _State(bid, moment, 1))


@operation(TenderPermission.BID_SUBMIT)
def confirm_bid(work: Work, scope: Scope, command: ConfirmBid) -> Received:
    """Let a sealed bid count under an amended notice, by a confirmation that its signer signed; nothing is opened.

    BidForEarlierEdition for an edition that was amended since, ConfirmationNotDue for a bid that counts already,
    BidNotConfirmable where the lot asks for other items than the bid has prices for.
    """
    tender, moment = _judged(work, scope, command.tender_id)
    confirmation = check_confirmation(command.document)
    bid = queries.own_bid_on(work.session, scope, confirmation.ids.lot)
    if bid is None:
        raise NotFound(lot_id=str(confirmation.ids.lot))
    check_confirmation(command.document, bid.signer)
    _require_own(work, scope, tender, confirmation.ids, moment)
    BID_LIFECYCLE.require(bid.status, "confirm")
    rules.require_next(confirmation.ids.version, bid.number)
    if confirmation.envelope != bytes(bid.digest):
        raise EnvelopeUnacceptable(reason="it confirms another bid than the one that stands")
    notice = read_notice(tender.notice).notice
    edition = _edition_named(work, scope, tender, confirmation.notice, notice)
    confirming.require_due(bid.edition, tender.binding_edition)
    confirming.require_confirmable(_items(work, scope, bid, bid.edition), _items(work, scope, bid, tender.edition))
    return _received(work, scope, tender, confirmation, _State(bid, moment, edition))


@operation(TenderPermission.BID_READ)
def read_own_bids(work: Work, scope: Scope, command: ReadTender) -> OwnBids:
    """Return what the company itself has sent, with receipts; after the close also the proof of how each bid stood."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    work.veil(tender.id)
    bids = queries.own_bids(work.session, scope, tender.id)
    received = queries.own_received(work.session, scope, tender.id)
    if tender.close_record is None or not bids:
        return OwnBids(bids, received, tender.binding_edition)
    with work.reaching(Tenant(scope.org_ids, machine=True)):  # a proof is made of the hashes of everybody's receipts
        journal = (one.receipt for one in queries.journal(work.session, scope, tender.id))
        found = standing(journal, tender.binding_edition)
    stood = (*found.live, *found.void, *found.withdrawn)
    own = [receipt.sequence for receipt in stood if receipt.ids.bidder in scope.org_ids]
    return OwnBids(bids, received, tender.binding_edition, prove(found, sorted(own)))


def _judged(work: Work, scope: Scope, tender_id: UUID) -> tuple[Tender, datetime]:
    """Take the gate; return the tender that the company may bid on, and the moment that its bid is judged by."""
    moment = work.gate(tender_id)
    tender = tender_queries.party_tender(work.session, scope, tender_id)
    work.veil(tender.id)
    require_bidder(work, scope, tender)
    rules.require_taking(tender.status, LotStatus.ACTIVE, tender.closes_at, moment)
    return tender, moment


def require_bidder(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse a company that may not bid on the tender: NotFound where it was not invited or is not approved."""
    invited = takes_part(tender.entry, tender.supplier_ids, tender.admitted_ids, scope.org_id)
    holders = {party for party in tender.party_ids if party != tender.buyer_id and party not in tender.supplier_ids}
    rules.require_fit(scope.org_id, tender.buyer_id, frozenset(holders))
    company = organizations.company(work, scope.actor, scope.org_id)
    if not invited or not company.may_supply:
        raise NotFound(tender_id=str(tender.id))


def _require_own(work: Work, scope: Scope, tender: Tender, ids: BidIds, moment: datetime) -> None:
    if ids.tender != tender.id or ids.bidder != scope.org_id:
        raise EnvelopeUnacceptable(reason="it is for another tender or of another company")
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    if ids.lot not in lots:
        raise EnvelopeUnacceptable(reason="the tender has no such lot")
    rules.require_taking(tender.status, lots[ids.lot], tender.closes_at, moment)


def _edition_named(work: Work, scope: Scope, tender: Tender, named: bytes | None, standing: Notice) -> int:
    """Return which edition of the notice a document names, the first where it names none; ``standing`` is the latest.

    EnvelopeUnacceptable for a notice of another tender, BidForEarlierEdition for an edition that counts no more.
    """
    if named == standing.digest():
        return tender.edition
    known = notices_of(work.session, scope, tender.id) if named is not None else ()
    digests = {read_notice(notice).notice.digest(): edition for edition, notice in known}
    edition = 1 if named is None else digests.get(named)
    if edition is None:
        raise EnvelopeUnacceptable(reason="it names a notice that this tender does not have")
    confirming.require_binding(edition, tender.binding_edition)
    return edition


def _items(work: Work, scope: Scope, bid: Bid, edition: int) -> Sequence[Mapping[str, Any]]:
    """Return what the bid's lot asked for in an edition of the notice."""
    row = edition_of(work.session, scope, bid.tender_id, edition)
    assert row is not None  # noqa: S101 - every edition is kept
    items: Sequence[Mapping[str, Any]] = next(
        lot["items"] for lot in row.document["lots"] if lot["id"] == str(bid.lot_id)
    )
    return items


@dataclass(frozen=True, slots=True)
class _State:
    """The bid as it stood, None for a new one; the moment of receiving; the edition that a document names."""

    bid: Bid | None
    moment: datetime
    edition: int


_DONE: Final = MappingProxyType(
    {
        Entry.ENVELOPE: ("replace", BidSealed),
        Entry.WITHDRAWAL: ("withdraw", BidWithdrawn),
        Entry.CONFIRMATION: ("confirm", BidConfirmed),
    }
)


def _received(work: Work, scope: Scope, tender: Tender, document: Document, state: _State) -> Received:
    """Store a document under the next number of the tender, and let the bid say what came last.

    A confirmation leaves the bid as it was received and takes a version alone.
    """
    bid, moment = state.bid, state.moment
    entry, ids, signer = entry_of(document)
    step, kind = _DONE[entry]
    sequence = queries.next_sequence(work.session, scope, tender.id)
    receipt = issue_receipt(document, sequence, moment, work.receipts, edition=state.edition)
    if bid is None:
        bid = _new_bid(work, scope, tender, ids)
    else:
        BID_LIFECYCLE.advance(bid, step)
    bid.number, bid.edition = ids.version, state.edition
    if not isinstance(document, Confirmation):
        bid.signer, bid.sequence, bid.digest = signer, sequence, document.digest()
        bid.received_at, bid.submitted_by = moment, scope.user_id
    work.touch(bid)
    work.emit(kind(bid_id=bid.id, tender_id=tender.id, supplier_id=bid.supplier_id), bid)
    row = Received(
        id=new_id(),
        tender_id=tender.id,
        bid_id=bid.id,
        supplier_id=bid.supplier_id,
        sequence=sequence,
        number=ids.version,
        entry=entry.value,
        document=document.to_bytes(),
        receipt=receipt.document(),
        received_at=moment,
    )
    work.session.add_all((bid, row))
    work.session.flush()
    return row


def _new_bid(work: Work, scope: Scope, tender: Tender, ids: BidIds) -> Bid:
    return Bid(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        lot_id=ids.lot,
        buyer_id=tender.buyer_id,
        supplier_id=scope.org_id,
        status=BID_LIFECYCLE.initial,
        opened=False,
    )


def _box_rows(row: Received, boxes: Mapping[BoxKey, bytes]) -> list[dict[str, object]]:
    return [
        {
            "received_id": row.id,
            "part": part.value,
            "box": box.value,
            "supplier_id": row.supplier_id,
            "tender_id": row.tender_id,
            "content": content,
        }
        for (part, box), content in boxes.items()
    ]
