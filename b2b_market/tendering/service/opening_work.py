"""The work files of an opening: which part is opened now, and what each officer's turn is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import bids as queries
from b2b_market.tendering.queries import stages as stage_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.envelopes import part_to_open, parts_of
from b2b_market.tendering.rules.opening import NotYourTurn
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope
from b2b_market.tendering.rules.sealed_faults import OpeningFault
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, live_receipts, read_close
from b2b_market.tendering.rules.sealed_layers import ContributionUnacceptable, Result, accept_contribution
from b2b_market.tendering.rules.sealed_reading import stored_envelope
from b2b_market.tendering.rules.sealed_terms import Part, SignedNotice, read_notice
from b2b_market.tendering.rules.sealed_work import Work as WorkFile
from b2b_market.tendering.rules.sealed_work import WorkBid, first_work, group_in, next_work
from b2b_market.tendering.states.tenders import LotStatus

LiveBid: TypeAlias = tuple[SignedReceipt, SignedEnvelope | OpeningFault]
"""A bid of the closing root: its receipt, and its envelope, unless that is not stored as it was receipted."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A closed tender's part that is opened now, and the bids (sequence numbers) that it leaves sealed for good."""

    tender: Tender
    notice: SignedNotice
    part: Part
    left: frozenset[int]


def sealed_of(work: Work, scope: Scope, tender: Tender) -> Sealed:
    """Return what is opened now; BidsStillSealed where nothing is. The machine branch shows what it rests on."""
    parts = parts_of(read_procedure(tender.values).envelopes)
    stage = stage_queries.stage_of(work.session, scope, tender.id) if Part.PRICE in parts else None
    part = part_to_open(parts, tender.status, None if stage is None else stage.status)
    failed = stage_queries.failed_bids(work.session, scope, tender.id) if part is Part.PRICE else frozenset[UUID]()
    left = queries.sequences_of(work.session, scope, failed)
    return Sealed(tender, read_notice(tender.notice), part, left)


def turn_of(work: Work, scope: Scope, sealed: Sealed, own: str, team: Sequence[str]) -> WorkFile:
    """Return the file of the named group, or of the first one in which it is this officer's turn; else NotYourTurn."""
    terms = sealed.notice.notice.terms
    groups = [tuple(terms.fingerprints(subset)) for subset in terms.subsets]
    begun = dict(queries.teams_begun(work.session, scope, sealed.tender.id, sealed.part.value))
    ordered = [tuple(team)] if team else sorted(groups, key=lambda group: -begun.get(",".join(group), 0))
    for group in ordered:
        if group_in(terms, group) is None or own not in group:
            continue
        found = file_at(work, scope, sealed, group)
        if found is not None and found.officer == own:
            return found
    raise NotYourTurn


def file_at(work: Work, scope: Scope, sealed: Sealed, team: Sequence[str]) -> WorkFile | None:
    """Return the work file of the next layer of a group; None once every layer is removed."""
    terms = sealed.notice.notice.terms
    if group_in(terms, team) is None:
        raise ContributionUnacceptable(reason="these officers do not open together")
    file = first_file(work, scope, sealed, team, live_bids(work, scope, sealed.tender, sealed.notice))
    for row in queries.contributions(work.session, scope, sealed.tender.id, sealed.part.value, ",".join(team)):
        if row.layer + 1 >= terms.threshold:
            return None
        _, judged = accept_contribution(bytes(row.document), file)
        file = next_work(file, inside(judged))
    return file


def first_file(work: Work, scope: Scope, sealed: Sealed, team: Sequence[str], bids: Sequence[LiveBid]) -> WorkFile:
    """Return the first work file of a group.

    Bids on lots that came to nothing, those that failed before their prices were opened, and those whose stored
    envelope is not the receipted one are in it without their wrap: the others go on.
    """
    tender = sealed.tender
    sound = [(receipt, None if isinstance(found, OpeningFault) else found) for receipt, found in bids]
    close = read_close(tender.close_record)
    file = first_work([sealed.notice], close, sealed.part, team, sound, left=sealed.left)
    active = _active_lots(work, scope, tender)
    kept = tuple(bid if bid.receipt.receipt.ids.lot in active else WorkBid(bid.receipt) for bid in file.bids)
    return replace(file, bids=kept)


def altered(work: Work, scope: Scope, sealed: Sealed, bids: Sequence[LiveBid]) -> dict[int, OpeningFault]:
    """Return by sequence the bids that would be opened, were the stored envelope the one that was receipted."""
    faults = {
        receipt.receipt: found
        for receipt, found in bids
        if isinstance(found, OpeningFault) and receipt.receipt.sequence not in sealed.left
    }
    if not faults:
        return {}
    active = _active_lots(work, scope, sealed.tender)
    return {receipt.sequence: fault for receipt, fault in faults.items() if receipt.ids.lot in active}


def _active_lots(work: Work, scope: Scope, tender: Tender) -> frozenset[UUID]:
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    return frozenset(lot.id for lot in lots if lot.status is LotStatus.ACTIVE)


def live_bids(work: Work, scope: Scope, tender: Tender, notice: SignedNotice) -> list[LiveBid]:
    """Return the bids of the closing root with their receipts, in order; the machine branch shows them.

    What is stored is held against the receipt: whatever was changed in it since is the platform's fault, and no
    bidder answers for it.
    """
    received = queries.documents(work.session, scope, tender.id)
    signed = queries.journal(work.session, scope, tender.id)
    counted = live_receipts((one.receipt for one in signed), notice.notice.binding)
    live = {receipt.sequence for receipt in counted}
    return [
        (one, stored_envelope(bytes(received[one.receipt.sequence].document), notice.notice.terms, one.receipt))
        for one in signed
        if one.receipt.sequence in live
    ]


def inside(judged: Mapping[int, Result]) -> dict[int, bytes]:
    """Return what a layer held where it opened."""
    return {sequence: found for sequence, found in judged.items() if isinstance(found, bytes)}
