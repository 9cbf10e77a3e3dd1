"""The opening as people see it: officers take work files and contribute layers, the buyer reads what was opened."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bids import ContributeLayer, ReadBid, ReadBidFile, TakeWork
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.bids import Bid, BidFileRow, OpeningRecord
from b2b_market.tendering.models.bids import Contribution as ContributionRow
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.envelopes import parts_of, price_content, whole_content
from b2b_market.tendering.rules.offers import offered_total
from b2b_market.tendering.rules.opening import LayerContributed
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.revealing import KeysDeclaredLost
from b2b_market.tendering.rules.sealed_layers import (
    Contribution,
    ContributionUnacceptable,
    accept_contribution,
    read_contribution,
)
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.opening_work import file_at, sealed_of, turn_of
from b2b_market.tendering.service.revealing import require_keys
from b2b_market.tendering.service.sight import sight_of
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import TenderStatus


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
    """How far the opening is: the officers' names by fingerprint, the part that waits for them, who has begun.

    ``openings`` are the signed records that the reader may see, the last one last; ``withheld`` says that a record is
    there which nobody sees before the technical scores are locked.
    """

    officers: Mapping[str, str]
    threshold: int
    part: Part | None
    teams: Sequence[tuple[Sequence[str], int]]
    openings: Sequence[OpeningRecord]
    withheld: bool

    @property
    def opening(self) -> OpeningRecord | None:
        """The record of the last part that was opened."""
        return self.openings[-1] if self.openings else None


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid as it was opened: what it says to this reader, and what it adds up to where its prices may be seen."""

    bid: Bid
    content: Mapping[str, Any] | None
    prices: Mapping[str, Any] | None
    files: Sequence[BidFileRow] = ()

    @property
    def version(self) -> int:
        """The version of the bid, which its ETag shows."""
        return self.bid.version

    def total(self, items: Sequence[Mapping[str, Any]]) -> Money | None:
        """Return what the bid adds up to over its lot's items; none where its prices are not complete, or not seen."""
        return None if self.prices is None else offered_total(self.prices, items)


@operation(TenderPermission.KEY_OPEN)
def take_opening_work(work: Work, scope: Scope, command: TakeWork) -> Turn:
    """Return the work file of an officer of the tender whose turn it is; NotFound for everybody else.

    No wrap leaves the platform before its time (BidsStillSealed): none before bidding is closed, none of the prices
    before the technical result is signed off, and none once the keys were declared lost. Each taking is on the trail.
    """
    tender = _of_officer(work, scope, command.tender_id)
    notice = read_notice(tender.notice)
    own = notice.notice.terms.officers[tender.officer_ids.index(scope.user_id)].fingerprint
    with _as_machine(work, scope):  # a work file holds every live bid's envelope
        sealed = sealed_of(work, scope, tender)
        require_keys(work, scope, sealed)
        found = turn_of(work, scope, sealed, own, command.team)
    work.note(Entry("tender.opening_work_taken", "tender", tender.id, visible_to=(tender.buyer_id, scope.org_id)))
    return Turn(tender.id, tender.number, found.officers, found.layer, found.to_bytes())


@operation(TenderPermission.KEY_OPEN)
def contribute_layer(work: Work, scope: Scope, command: ContributeLayer) -> ContributionRow:
    """Take what an officer removed from all bids at once, after it was held against what the bidders announced."""
    work.gate(command.tender_id, exclusive=True)
    tender = _of_officer(work, scope, command.tender_id)
    with _as_machine(work, scope):
        sealed = sealed_of(work, scope, tender)
        require_keys(work, scope, sealed)
        given = _given(command.document)
        work_file = file_at(work, scope, sealed, given.officers)
    if given.part is sealed.part and (work_file is None or work_file.layer > given.layer):
        raise LayerContributed
    if work_file is None:
        raise ContributionUnacceptable(reason="it belongs to another layer, group or closing")
    accept_contribution(command.document, work_file)
    row = ContributionRow(
        id=new_id(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        user_id=scope.user_id,
        org_id=scope.org_id,
        part=sealed.part.value,
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

    Which layers were removed is shown to the buyer and the officers; the opening records, which hold every bid whole,
    to them as well, and to all who may read the tender where the procedure says public. A record with prices is there
    for nobody before the technical scores are locked.
    """
    return ceremony_of(work, scope, tender_queries.party_tender(work.session, scope, command.tender_id))


def ceremony_of(work: Work, scope: Scope, tender: Tender) -> Ceremony:
    """Return the same of a tender that was read; before bidding is closed nothing can have been opened."""
    terms = read_notice(tender.notice).notice.terms if tender.notice else None
    officers = {card.fingerprint: card.name for card in terms.officers} if terms else {}
    if tender.close_record is None:
        return Ceremony(officers, terms.threshold if terms else 0, None, (), (), withheld=False)
    public = read_procedure(tender.values).opened_bids is Publicity.PUBLIC
    shown = public or tender.buyer_id in scope.org_ids or scope.user_id in tender.officer_ids
    shown = shown and seated.may_read(work, scope, tender)
    records = queries.openings_of(work.session, scope, tender.id) if shown else ()
    seen = [one for one in records if one.part != Part.WHOLE or sight_of(work, scope, tender).prices]
    part = _part_now(work, scope, tender)
    asked = part or (Part(records[-1].part) if records else parts_of(read_procedure(tender.values).envelopes)[0])
    begun = queries.teams_begun(work.session, scope, tender.id, asked.value)
    teams = [(team.split(","), count) for team, count in begun]
    return Ceremony(officers, terms.threshold if terms else 0, part, teams, seen, len(seen) < len(records))


@operation(TenderPermission.BID_READ)
def list_opened_bids(work: Work, scope: Scope, command: ReadTender) -> Sequence[OpenedBid]:
    """Return the opened bids of an own tender in the order of their receipts; none before the opening."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    seated.require_reads(work, scope, tender)
    bids = queries.opened_bids(work.session, scope, tender.id)
    said = queries.contents_of(work.session, scope, [bid.id for bid in bids])
    sight = sight_of(work, scope, tender)
    return [
        OpenedBid(
            bid,
            sight.content(said.get(bid.id, {})),
            price_content(said.get(bid.id, {})) if sight.prices else None,
        )
        for bid in bids
    ]


@operation(TenderPermission.BID_READ)
def read_bid(work: Work, scope: Scope, command: ReadBid) -> OpenedBid:
    """Return a bid to its bidder, or to its buyer once it is opened; prices once the technical scores are locked."""
    bid = _readable_bid(work, scope, command.bid_id)
    said = queries.contents_of(work.session, scope, [bid.id]).get(bid.id, {})
    files = queries.files_of(work.session, scope, bid.id)
    if bid.supplier_id in scope.org_ids:
        return OpenedBid(bid, whole_content(said), price_content(said), files)
    sight = sight_of(work, scope, tender_queries.own_tender(work.session, scope, bid.tender_id))
    return OpenedBid(bid, sight.content(said), price_content(said) if sight.prices else None, files)


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


def _part_now(work: Work, scope: Scope, tender: Tender) -> Part | None:
    """Return the part that waits for the officers; which it is, is no secret, what it rests on may be."""
    if tender.status not in (TenderStatus.CLOSED, TenderStatus.EVALUATING):
        return None
    with _as_machine(work, scope), suppress(BidsStillSealed, KeysDeclaredLost):
        sealed = sealed_of(work, scope, tender)
        require_keys(work, scope, sealed)
        return sealed.part
    return None


def _as_machine(work: Work, scope: Scope) -> AbstractContextManager[None]:
    """Look behind the fence of sealed bids; the own one comes back afterwards."""
    return work.reaching(Tenant(scope.org_ids, machine=True))


def _given(document: bytes) -> Contribution:
    try:
        return read_contribution(document)
    except ValueError as error:
        raise ContributionUnacceptable(reason=str(error)) from error
