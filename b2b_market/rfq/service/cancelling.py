"""Taking awarded lines from a supplier that fails before a contract is effective, and calling in another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, tuple_

from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.cancelling import CancelLines, ReadStandby
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward
from b2b_market.rfq.models.history import PricePoint
from b2b_market.rfq.models.quotes import AWARD_LINE_ADDED, AWARD_LINE_COLUMNS, AWARD_LINES, Award, AwardLine
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import scenarios as scenario_queries
from b2b_market.rfq.rules import approving, awarding, cancelling
from b2b_market.rfq.rules.charging import written
from b2b_market.rfq.service.awarding import AwardContent, chosen, propose_on
from b2b_market.rfq.service.comparing import RfqComparison, Supposed, comparison_of
from b2b_market.rfq.service.letters import issue_cancellation
from b2b_market.rfq.states import AWARD_LIFECYCLE, QUOTE_LIFECYCLE, RFQ_LIFECYCLE, AwardStatus, QuoteStatus
from b2b_market.sourcing import public as sourcing


@dataclass(frozen=True, slots=True)
class StandbyLine:
    """An awarded line that could be cancelled, and who would step in; nobody where nobody else offers all of it.

    ``recorded`` tells that the scenario of the award had named it; else it is the cheapest that can be awarded now.
    Of several offers of a supplier its cheapest steps in, of equal ones the first, as a scenario would choose it.
    """

    line: AwardLine
    recorded: bool = False
    quote_id: UUID | None = None
    supplier_id: UUID | None = None
    unit_price: Money | None = None
    variant: int = 0
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class Standby:
    """What one supplier got of an award, and who could step in for it."""

    award: Award
    supplier_id: UUID
    lines: Sequence[StandbyLine]

    @property
    def version(self) -> int:
        """The version of the award, which its ETag shows."""
        return self.award.version

    @property
    def picks(self) -> tuple[AwardPick, ...]:
        """The next award, if all of it is cancelled and every standby supplier called in."""
        return tuple(
            AwardPick(line_id=one.line.line_id, quote_id=one.quote_id, quantity=one.line.quantity, variant=one.variant)
            for one in self.lines
            if one.quote_id is not None
        )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An award without the lines that were cancelled, and the award that was proposed instead, if any."""

    cancelled: AwardContent
    replacement: AwardContent | None

    @property
    def version(self) -> int:
        """The version of the award that lost lines, which its ETag shows."""
        return self.cancelled.version


@operation(RfqPermission.AWARD)
def read_standby(work: Work, scope: Scope, command: ReadStandby) -> Standby:
    """Return who could step in for the lines that a supplier got of an own award, as the offers stand today."""
    award = queries.own_award(work.session, scope, command.award_id)
    rfq = request_queries.own_rfq(work.session, scope, award.rfq_id)
    own = _own_lines(work, scope, award, command.supplier_id)
    freed = Supposed(cancelled=frozenset((line.award_id, line.position) for line in own))
    compared = comparison_of(work, scope, rfq, remaining=True, supposed=freed)
    recorded = scenario_queries.standby_of_award(work.session, scope, award.id)
    return Standby(award, command.supplier_id, [_standby(compared, line, recorded.get(line.line_id)) for line in own])


@operation(RfqPermission.AWARD)
def cancel_lines(work: Work, scope: Scope, command: CancelLines) -> Cancellation:
    """Cancel lines of a supplier of an award that stands, before their contract is effective; call in others at once.

    The lines are open again, but not to that supplier. A replacement is an award like any other: within the own limit
    it stands at once, above it another person approves it. The supplier is written to with the reason.
    """
    known = queries.own_award(work.session, scope, command.award_id)
    work.gate(known.rfq_id, exclusive=True)
    rfq = request_queries.lock_own_rfq(work.session, scope, known.rfq_id)
    award = queries.lock_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    AWARD_LIFECYCLE.require(award.status, "cancel_part")
    RFQ_LIFECYCLE.require(rfq.status, "reopen")
    if queries.pending_award(work.session, scope, rfq.id) is not None:
        raise awarding.AwardUndecided
    reason = approving.require_reason(command.text)
    own = _own_lines(work, scope, award, command.supplier_id)
    wanted = cancelling.require_lines([line.line_id for line in own], command.line_ids)
    gone = [line for line in own if line.line_id in wanted]
    for line in gone:
        line.cancelled_at, line.cancel_code, line.cancel_text = work.now(), command.code, reason
    work.session.flush()
    _forget_prices(work, gone)
    content = _recount(work, scope, rfq, award)
    recalled = _settle_quotes(work, scope, rfq, gone[0].quote_id, recall=not command.picks)
    _reopen(work, scope, rfq, award)
    work.session.flush()
    issue_cancellation(work, scope, award, gone)
    cancelled = events.AwardLinesCancelled(
        award_id=award.id,
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_id=command.supplier_id,
        line_ids=tuple(line.line_id for line in gone),
        whole=len(gone) == len(own),
        reason=reason,
        recalled_supplier_ids=tuple(recalled),
    )
    work.emit(cancelled, award)
    work.session.flush()
    return Cancellation(content, _replace(work, scope, rfq, command))


def _replace(work: Work, scope: Scope, rfq: Rfq, command: CancelLines) -> AwardContent | None:
    if not command.picks:
        return None
    proposal = ProposeAward(
        rfq_id=rfq.id, expected_version=rfq.version, picks=command.picks, rest=command.rest, comment=command.comment
    )
    return propose_on(work, scope, rfq, proposal, lambda compared: chosen(compared, command.picks))


def _own_lines(work: Work, scope: Scope, award: Award, supplier_id: UUID) -> Sequence[AwardLine]:
    lines = queries.award_lines_to_cancel(work.session, scope, award.id)
    own = [line for line in lines if line.supplier_id == supplier_id and line.stands]
    if not own:
        raise cancelling.NothingToCancel
    return own


def _recount(work: Work, scope: Scope, rfq: Rfq, award: Award) -> AwardContent:
    """Work out again what still stands of an award: charges, total and saving, as if it were chosen so today."""
    lines = queries.award_lines_to_cancel(work.session, scope, award.id)
    standing = [line for line in lines if line.stands]
    # what was awarded later was charged knowing of this award, not the other way round
    since = [line for line in queries.won_lines(work.session, scope, rfq.id) if line.award_id >= award.id]
    apart = Supposed(unawarded=frozenset((line.award_id, line.position) for line in since if line.stands))
    compared = comparison_of(work, scope, rfq, remaining=True, supposed=apart)
    allocation = sourcing.allocate(compared.comparison, [_pick(compared, line) for line in standing])
    charges = {supplier.supplier_id: written(supplier.charges) for supplier in allocation.suppliers}
    for line in lines:
        line.charges = charges.get(line.supplier_id, {}).get(line.line_id, []) if line.stands else line.charges
    names = (*AWARD_LINE_COLUMNS, *AWARD_LINE_ADDED)
    rows = ({name: getattr(line, name) for name in names} for line in lines)
    award.lines_digest = lines_digest(map(AWARD_LINES.content, rows))
    award.total = allocation.total.amount
    award.saving = None if allocation.saving is None else allocation.saving.amount.amount
    award.changed_at = work.now()
    AWARD_LIFECYCLE.advance(award, "cancel_part" if standing else "cancel")
    return AwardContent(award, lines)


def _pick(compared: RfqComparison, line: AwardLine) -> sourcing.Pick:
    row = compared.comparison.row(line.line_id)
    if row is None:
        raise ValueError("a line that was awarded is a need")
    quantity = Quantity(line.quantity, row.need.quantity.unit)
    return sourcing.Pick(line_id=line.line_id, supplier_id=line.supplier_id, quantity=quantity, variant=line.variant)


def _settle_quotes(work: Work, scope: Scope, rfq: Rfq, failed: UUID, *, recall: bool) -> Sequence[UUID]:
    """Drop the quotation that failed, unless it keeps something; with ``recall`` let those that lost stand again."""
    kept = [line for line in queries.won_lines(work.session, scope, rfq.id) if line.stands and line.quote_id == failed]
    recalled = []
    for quote in queries.lock_opened_quotes(work.session, scope, rfq.id):
        if quote.id == failed:
            QUOTE_LIFECYCLE.advance(quote, "drop_part" if kept else "drop")
            quote.changed_at = work.now()
            work.record("quote.dropped" if quote.status is QuoteStatus.DROPPED else "quote.partly_dropped", quote)
        elif recall and quote.status is QuoteStatus.LOST:
            QUOTE_LIFECYCLE.advance(quote, "recall")
            quote.changed_at = work.now()
            work.record("quote.recalled", quote)
            recalled.append(quote.supplier_id)
    return recalled


def _reopen(work: Work, scope: Scope, rfq: Rfq, award: Award) -> None:
    """Take the request back to where something can be awarded: to its evaluation where no award stands any more."""
    others = [one for one in queries.awards_of(work.session, scope, rfq.id) if one.id != award.id]
    stands = any(one.status is AwardStatus.APPROVED for one in (award, *others))
    RFQ_LIFECYCLE.advance(rfq, "reopen" if stands else "reopen_all")
    rfq.changed_at = work.now()
    work.record("rfq.reopened", rfq)


def _forget_prices(work: Work, gone: Sequence[AwardLine]) -> None:
    """Take prices that were never paid out of the price history."""
    places = [(line.award_id, line.position) for line in gone]
    work.session.execute(
        delete(PricePoint)
        .where(tuple_(PricePoint.award_id, PricePoint.position).in_(places))
        .execution_options(synchronize_session=False)
    )


def _standby(compared: RfqComparison, line: AwardLine, recorded: UUID | None) -> StandbyLine:
    able = []
    for column, cell in compared.comparison.offers_to(line.line_id):
        if cell.awardable and cell.quantity.value >= line.quantity:
            rank = (cell.offer.offer_id != recorded, cell.price.amount, column.submitted_at, column.supplier_id)
            able.append(((*rank, cell.offer.variant), column.supplier_id, cell.offer))
    if not able:
        return StandbyLine(line)
    _, supplier_id, offer = min(able, key=lambda one: one[0])
    return StandbyLine(
        line=line,
        recorded=offer.offer_id == recorded,
        quote_id=offer.offer_id,
        supplier_id=supplier_id,
        unit_price=offer.price_at(line.quantity),
        variant=offer.variant,
        alternative=offer.note if offer.alternative else "",
    )
