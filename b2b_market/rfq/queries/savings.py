"""What a company's awards saved, always its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.history import PricePoint
from b2b_market.rfq.models.quotes import Award
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.states import AwardStatus

MOST_AWARDS = 1000


@dataclass(frozen=True, slots=True)
class Earlier:
    """Of an award's lines that were bought before: what they would have cost at the last price, and what they do."""

    before: Decimal
    now: Decimal
    lines: int


def decided_awards(
    session: Session, scope: Scope, since: datetime | None, until: datetime | None
) -> Sequence[tuple[Award, str, str]]:
    """Return approved awards with number and title of their requests, the newest first; ``until`` itself is out."""
    wanted = (
        select(Award, Rfq.number, Rfq.title)
        .join(Rfq, Rfq.id == Award.rfq_id)
        .where(Award.buyer_id.in_(scope.org_ids), Award.status == AwardStatus.APPROVED)
    )
    if since is not None:
        wanted = wanted.where(Award.decided_at >= since)
    if until is not None:
        wanted = wanted.where(Award.decided_at < until)
    rows = session.execute(wanted.order_by(Award.id.desc()).limit(MOST_AWARDS)).all()
    return [(award, number, title) for award, number, title in rows]


def against_last_prices(session: Session, scope: Scope, award_ids: Sequence[UUID]) -> Mapping[UUID, Earlier]:
    """Return by award what its items cost when they were bought last, in the same currency and unit."""
    point, last = aliased(PricePoint), aliased(PricePoint)
    earlier = (
        select(last.value)
        .where(
            last.buyer_id == point.buyer_id,
            last.item_key == point.item_key,
            last.unit == point.unit,
            last.currency == point.currency,
            last.rfq_id != point.rfq_id,
            tuple_(last.awarded_at, last.award_id) < tuple_(point.awarded_at, point.award_id),
        )
        .order_by(last.awarded_at.desc(), last.award_id.desc())
        .limit(1)
        .lateral()
    )
    wanted = (
        select(
            point.award_id,
            func.sum(earlier.c.value * point.quantity),
            func.sum(point.value * point.quantity),
            func.count(),
        )
        .join(earlier, earlier.c.value.is_not(None))
        .where(point.award_id.in_(award_ids), point.buyer_id.in_(scope.org_ids))
        .group_by(point.award_id)
    )
    return {award_id: Earlier(before, now, lines) for award_id, before, now, lines in session.execute(wanted)}
