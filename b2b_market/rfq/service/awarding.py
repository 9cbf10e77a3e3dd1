"""Awards: proposed by line from the comparison, approved by limit, granted to quotations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from b2b_market.infra.bulk import insert_root, record_of
from b2b_market.infra.canonical import digest, lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import AwardPick, DecideAward, ProposeAward, ReadAward, ReadRfq, Rest
from b2b_market.rfq.models.quotes import AWARD_LINES, Award, AwardLine
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import approving, awarding
from b2b_market.rfq.rules.charging import written
from b2b_market.rfq.service.amounts import SupplierAmounts, amounts_of
from b2b_market.rfq.service.bundling import require_bundles
from b2b_market.rfq.service.comparing import RfqComparison, comparison_of, start_evaluation
from b2b_market.rfq.service.granting import grant, release
from b2b_market.rfq.service.inviting import require_approved
from b2b_market.rfq.service.publishing import in_limit_currency
from b2b_market.rfq.states import AWARD_LIFECYCLE, RFQ_LIFECYCLE
from b2b_market.sourcing import public as sourcing


@dataclass(frozen=True, slots=True)
class AwardContent:
    """An award with the lines that the reader may see."""

    award: Award
    lines: Sequence[AwardLine]

    @property
    def version(self) -> int:
        """The version of the award, which its ETag shows."""
        return self.award.version

    @property
    def standing(self) -> Sequence[AwardLine]:
        """The lines that were not cancelled."""
        return [line for line in self.lines if line.stands]

    @property
    def suppliers(self) -> Sequence[SupplierAmounts]:
        """What each supplier gets, in the order of the award's suppliers."""
        places = {supplier_id: place for place, supplier_id in enumerate(self.award.supplier_ids)}
        return sorted(amounts_of(self.lines), key=lambda one: places[one.supplier_id])


@operation(RfqPermission.AWARD)
def propose_award(work: Work, scope: Scope, command: ProposeAward) -> AwardContent:
    """Propose who gets what.

    Within the proposer's own limit the award stands at once; above it, it waits for an approver.
    """
    work.gate(command.rfq_id, exclusive=True)
    rfq = request_queries.lock_own_rfq(work.session, scope, command.rfq_id)
    return propose_on(work, scope, rfq, command, lambda compared: chosen(compared, command.picks))


def propose_on(
    work: Work,
    scope: Scope,
    rfq: Rfq,
    command: ProposeAward,
    choose: Callable[[RfqComparison], sourcing.Allocation],
) -> AwardContent:
    """Propose what is chosen of the open needs of a request whose gate and row are held by the caller."""
    work.expect_version(rfq, command.expected_version)
    start_evaluation(work, rfq)
    RFQ_LIFECYCLE.require(rfq.status, "award")
    if not command.picks:
        raise awarding.NothingAwarded
    if queries.pending_award(work.session, scope, rfq.id) is not None:
        raise awarding.AwardUndecided
    compared = comparison_of(work, scope, rfq, remaining=True)
    allocation = choose(compared)
    _require_awardable(allocation, command.rest)
    require_bundles(compared, allocation)
    require_approved(work, scope.actor, rfq, [supplier.supplier_id for supplier in allocation.suppliers])
    amount = in_limit_currency(work, scope, allocation.total)
    alone = approving.within_limit(amount, scope.limit)
    award = _new_award(work, scope, rfq, compared, allocation)
    award.final = command.rest is not Rest.LATER
    award.comment = command.comment.strip()
    rows = _line_rows(award, compared, allocation, released=alone)
    award.lines_digest = lines_digest(AWARD_LINES.content(row) for row in rows)
    return _store(work, scope, compared, award, rows, alone=alone)


def _store(
    work: Work, scope: Scope, compared: RfqComparison, award: Award, rows: Sequence[dict[str, Any]], *, alone: bool
) -> AwardContent:
    """Keep an award with its lines; ``alone`` it stands at once, otherwise the approvers are asked."""
    rfq, lines = compared.rfq, [record_of(AwardLine, row) for row in rows]
    proposed = events.AwardProposed(
        award_id=award.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id, proposer_id=award.proposer_id
    )
    if alone:
        work.record("rfq.award_proposed", award)
    else:
        work.emit(proposed, award)
    insert_root(work.session, award, (AwardLine, rows))
    if alone:
        grant(work, scope, compared, award, lines)
    work.touch(rfq)
    work.session.flush()
    return AwardContent(award, lines)


@operation(RfqPermission.AWARD_APPROVE)
def approve_award(work: Work, scope: Scope, command: DecideAward) -> AwardContent:
    """Approve a proposed award.

    By another person than its proposer (S1), within the approver's limit, as long as its offers hold.
    """
    known = queries.own_award(work.session, scope, command.award_id)
    work.gate(known.rfq_id, exclusive=True)
    rfq = request_queries.lock_own_rfq(work.session, scope, known.rfq_id)
    award = queries.lock_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    AWARD_LIFECYCLE.require(award.status, "approve")
    require_other_person(scope.actor, award.proposer_id)
    total = Money(award.total, Currency(award.currency))
    approving.require_approver_limit(in_limit_currency(work, scope, total), scope.limit)
    lines = queries.award_lines_of(work.session, scope, award.id)
    compared = _require_unchanged(work, scope, rfq, award, lines)
    require_approved(work, scope.actor, rfq, award.supplier_ids)
    release(work, award, lines)
    grant(work, scope, compared, award, lines)
    work.touch(rfq)
    work.session.flush()
    return AwardContent(award, lines)


@operation(RfqPermission.AWARD_APPROVE)
def return_award(work: Work, scope: Scope, command: DecideAward) -> Award:
    """Send a proposed award back to its proposer with a reason; another one may be proposed."""
    award = queries.lock_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    AWARD_LIFECYCLE.require(award.status, "return")
    award.reason = approving.require_reason(command.reason)
    AWARD_LIFECYCLE.advance(award, "return")
    award.decider_id, award.decided_at, award.changed_at = scope.user_id, work.now(), work.now()
    returned = events.AwardReturned(
        award_id=award.id,
        rfq_id=award.rfq_id,
        buyer_id=award.buyer_id,
        proposer_id=award.proposer_id,
        reason=award.reason,
    )
    work.emit(returned, award)
    return award


@operation(RfqPermission.COMPARE, system=True, reason="contracts are drafted from the award they were told of")
def read_award(work: Work, scope: Scope, command: ReadAward) -> AwardContent:
    """Return an award of the own company with all its lines."""
    award = queries.own_award(work.session, scope, command.award_id)
    return AwardContent(award, queries.award_lines_of(work.session, scope, award.id))


@operation(RfqPermission.COMPARE)
def list_awards(work: Work, scope: Scope, command: ReadRfq) -> Sequence[Award]:
    """Return the awards of an own request, the newest first."""
    rfq = request_queries.own_rfq(work.session, scope, command.rfq_id)
    return queries.awards_of(work.session, scope, rfq.id)


@operation(RfqPermission.QUOTE_READ)
def read_outcome(work: Work, scope: Scope, command: ReadRfq) -> Sequence[AwardLine]:
    """Return what the company won on a request; for its buyer, everything awarded."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    return queries.won_lines(work.session, scope, rfq.id)


@operation(system=True, reason="contracts reports that every contract of the award is drafted")
def finish_rfq(work: Work, scope: Scope, command: ReadAward) -> None:
    """Note that every contract of an award is drafted: a request that is awarded in full is done. Twice is once."""
    award = queries.own_award(work.session, scope, command.award_id)
    rfq = request_queries.lock_own_rfq(work.session, scope, award.rfq_id)
    if "finish" in RFQ_LIFECYCLE.allowed(rfq.status):
        RFQ_LIFECYCLE.advance(rfq, "finish")
        rfq.changed_at = work.now()
        work.record("rfq.finished", rfq)


def chosen(compared: RfqComparison, picks: Sequence[AwardPick]) -> sourcing.Allocation:
    """Return what picks come to; NotFound for a line or quotation that is not compared."""
    return sourcing.allocate(compared.comparison, picks_of(compared, picks))


def picks_of(compared: RfqComparison, picks: Sequence[AwardPick]) -> list[sourcing.Pick]:
    """Return picks as sourcing takes them; NotFound for a line or quotation that is not compared."""
    suppliers = {quote.id: supplier_id for supplier_id, quote in compared.quotes.items()}
    found = []
    for pick in picks:
        row = compared.comparison.row(pick.line_id)
        if row is None or pick.quote_id not in suppliers:
            raise NotFound(line_id=str(pick.line_id), quote_id=str(pick.quote_id))
        cell = compared.comparison.cell(pick.line_id, suppliers[pick.quote_id], pick.variant)
        offered = row.need.quantity.value if cell is None else cell.quantity.value
        quantity = pick.quantity if pick.quantity is not None else offered
        found.append(
            sourcing.Pick(
                line_id=pick.line_id,
                supplier_id=suppliers[pick.quote_id],
                quantity=Quantity(quantity, row.need.quantity.unit),
                variant=pick.variant,
            )
        )
    return found


def _require_awardable(allocation: sourcing.Allocation, rest: Rest) -> None:
    open_lines = frozenset(gap.line_id for gap in allocation.gaps) if rest is not Rest.NONE else frozenset()
    sourcing.require_awardable(allocation, open_lines)


def _new_award(work: Work, scope: Scope, rfq: Rfq, compared: RfqComparison, allocation: sourcing.Allocation) -> Award:
    winners = [supplier.supplier_id for supplier in allocation.suppliers]
    return Award(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        status=AWARD_LIFECYCLE.initial,
        proposer_id=scope.user_id,
        currency=rfq.currency,
        total=allocation.total.amount,
        saving=allocation.saving.amount.amount if allocation.saving is not None else None,
        snapshot_hash=snapshot_hash(compared, allocation),
        supplier_ids=winners,
        lost_supplier_ids=[],
    )


def snapshot_hash(compared: RfqComparison, allocation: sourcing.Allocation) -> bytes:
    """Return SHA-256 over what an award was chosen from and what was chosen.

    Quotation contents, frozen rates, picks, and what is charged beside the prices where anything is.
    """
    charges = [charge for supplier in allocation.suppliers for charge in supplier.charges]
    charged = sorted([str(one.supplier_id), one.kind.value, str(one.lines[0]), one.total] for one in charges)
    return digest(
        {
            **({"charges": charged} if charged else {}),
            "quotes": [
                {"id": quote.id, "revision": quote.revision, "content": quote.content_hash}
                for quote in sorted(compared.quotes.values(), key=lambda quote: quote.id)
            ],
            "rates": [
                {
                    "base": rate.base,
                    "quote": rate.quote,
                    "value": rate.value,
                    "source": rate.source,
                    "as_of": rate.as_of,
                }
                for rate in compared.comparison.basis.rates
            ],
            "picks": sorted(
                [
                    str(pick.line_id),
                    str(pick.supplier_id),
                    str(pick.quantity.value.normalize()),
                    *([str(pick.variant)] if pick.variant else []),
                ]
                for pick in allocation.picks
            ),
        }
    )


def _line_rows(
    award: Award, compared: RfqComparison, allocation: sourcing.Allocation, *, released: bool
) -> list[dict[str, Any]]:
    charges = {supplier.supplier_id: written(supplier.charges) for supplier in allocation.suppliers}
    return [
        {
            "award_id": award.id,
            "position": position,
            "rfq_id": award.rfq_id,
            "buyer_id": award.buyer_id,
            "supplier_id": share.supplier_id,
            "released": released,
            "line_id": share.line_id,
            "quote_id": compared.quotes[share.supplier_id].id,
            "quantity": share.quantity.value,
            "unit_price": share.offer.unit_price.amount,
            "currency": share.offer.unit_price.currency.code,
            "variant": share.offer.variant,
            "alternative": share.offer.note if share.offer.alternative else "",
            "charges": charges[share.supplier_id].get(share.line_id, []),
        }
        for position, share in enumerate(allocation.shares, start=1)
    ]


def _require_unchanged(work: Work, scope: Scope, rfq: Rfq, award: Award, lines: Sequence[AwardLine]) -> RfqComparison:
    """Work the award out again: the offers must still hold and be the ones that the proposer saw."""
    compared = comparison_of(work, scope, rfq, remaining=True)
    picks = [
        AwardPick(line_id=line.line_id, quote_id=line.quote_id, quantity=line.quantity, variant=line.variant)
        for line in lines
    ]
    allocation = chosen(compared, picks)
    _require_awardable(allocation, Rest.LEAVE)
    require_bundles(compared, allocation)
    if snapshot_hash(compared, allocation) != bytes(award.snapshot_hash):
        raise awarding.AwardOutdated
    return compared
