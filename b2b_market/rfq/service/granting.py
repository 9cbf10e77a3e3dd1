"""What follows when an award stands: its lines are released, every quotation has its outcome, the request moves on."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq import events
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.rules import awarding
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.rfq.states import AWARD_LIFECYCLE, QUOTE_LIFECYCLE, RFQ_LIFECYCLE


def release(work: Work, award: Award, lines: Sequence[AwardLine]) -> None:
    """Let the suppliers of an award that waited for its approval see their lines."""
    stored = AwardLine.__table__.c
    work.session.execute(
        update(AwardLine.__table__)  # type: ignore[arg-type]  # a Table, as mapped
        .where(stored.award_id == award.id)
        .values(released=True)
    )
    for line in lines:
        line.released = True


def grant(work: Work, scope: Scope, compared: RfqComparison, award: Award, lines: Sequence[AwardLine]) -> None:
    """Let the award stand: settle the quotations and move the request on."""
    rfq = compared.rfq
    AWARD_LIFECYCLE.advance(award, "approve")
    award.decider_id, award.decided_at, award.changed_at = scope.user_id, work.now(), work.now()
    award.lost_supplier_ids = _settle_quotes(work, scope, compared, award, lines)
    RFQ_LIFECYCLE.advance(rfq, "award" if award.final else "award_part")
    rfq.changed_at = work.now()
    work.record("rfq.award_granted", rfq)
    granted = events.RfqAwarded(
        award_id=award.id,
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_ids=tuple(award.supplier_ids),
        lost_supplier_ids=tuple(award.lost_supplier_ids),
        final=award.final,
    )
    work.emit(granted, award)


def _settle_quotes(
    work: Work, scope: Scope, compared: RfqComparison, award: Award, lines: Sequence[AwardLine]
) -> list[UUID]:
    """Give every quotation its outcome; return the suppliers that got nothing. Unless ``final``, those stay in play."""
    won: dict[UUID, dict[UUID, Decimal]] = {}
    for line in (*compared.awarded, *lines):
        gained = won.setdefault(line.quote_id, {})
        gained[line.line_id] = gained.get(line.line_id, Decimal(0)) + line.quantity
    offered: dict[UUID, list[queries.OfferedLine]] = {}
    for price in compared.prices:
        offered.setdefault(price.quote_id, []).append(price)
    lost: list[UUID] = []
    gaining = {line.quote_id for line in lines}
    for quote in queries.lock_opened_quotes(work.session, scope, award.rfq_id):
        if quote.id in gaining:
            _win(work, quote, offered[quote.id], won[quote.id])
        elif award.final and "lose" in QUOTE_LIFECYCLE.allowed(quote.status):
            QUOTE_LIFECYCLE.advance(quote, "lose")
            work.record("quote.lost", quote)
            lost.append(quote.supplier_id)
    return lost


def _win(work: Work, quote: Quote, offered: Sequence[queries.OfferedLine], gained: dict[UUID, Decimal]) -> None:
    whole = awarding.wins_everything({line.line_id: line.quantity for line in offered}, gained)
    before = quote.status
    QUOTE_LIFECYCLE.advance(quote, "win" if whole else "win_part")
    if quote.status is not before:
        work.record("quote.awarded" if whole else "quote.partly_awarded", quote)
