"""The work files of an opening: which part is opened now, and what each officer's turn is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from b2b_market.tendering.rules.sealed_envelope import SignedEnvelope, read_envelope
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, live_receipts, read_close
from b2b_market.tendering.rules.sealed_layers import ContributionUnacceptable, Result, accept_contribution
from b2b_market.tendering.rules.sealed_terms import Part, SignedNotice, read_notice
from b2b_market.tendering.rules.sealed_work import Work as WorkFile
from b2b_market.tendering.rules.sealed_work import WorkBid, first_work, group_in, next_work
from b2b_market.tendering.states.tenders import LotStatus


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
    file = first_file(work, scope, sealed, team)
    for row in queries.contributions(work.session, scope, sealed.tender.id, sealed.part.value, ",".join(team)):
        if row.layer + 1 >= terms.threshold:
            return None
        _, judged = accept_contribution(bytes(row.document), file)
        file = next_work(file, inside(judged))
    return file


def first_file(work: Work, scope: Scope, sealed: Sealed, team: Sequence[str]) -> WorkFile:
    """Return the first work file of a group.

    Bids on lots that came to nothing, and those that failed before their prices were opened, are in it without their
    wrap.
    """
    tender, notice = sealed.tender, sealed.notice
    bids = live_bids(work, scope, tender, notice)
    file = first_work([notice], read_close(tender.close_record), sealed.part, team, bids, left=sealed.left)
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    kept = tuple(
        bid if lots[bid.receipt.receipt.ids.lot] is LotStatus.ACTIVE else WorkBid(bid.receipt) for bid in file.bids
    )
    return replace(file, bids=kept)


def live_bids(
    work: Work, scope: Scope, tender: Tender, notice: SignedNotice
) -> list[tuple[SignedReceipt, SignedEnvelope]]:
    """Return the bids of the closing root with their receipts, in order; the machine branch shows them."""
    received = queries.documents(work.session, scope, tender.id)
    signed = queries.journal(work.session, scope, tender.id)
    counted = live_receipts((one.receipt for one in signed), notice.notice.binding)
    live = {receipt.sequence for receipt in counted}
    return [
        (one, read_envelope(bytes(received[one.receipt.sequence].document), notice.notice.terms))
        for one in signed
        if one.receipt.sequence in live
    ]


def inside(judged: Mapping[int, Result]) -> dict[int, bytes]:
    """Return what a layer held where it opened."""
    return {sequence: found for sequence, found in judged.items() if isinstance(found, bytes)}
