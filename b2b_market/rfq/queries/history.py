"""Prices a company has paid, always its own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Text, any_, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from b2b_market.infra.database import within
from b2b_market.infra.fixed import FixedRows
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.history import PricePoint
from b2b_market.rfq.rules.history import PriceHistory

_PLACES = 6
_HISTORIES = FixedRows(
    select(
        PricePoint.item_key,
        PricePoint.unit,
        func.array_agg(aggregate_order_by(PricePoint.value, PricePoint.awarded_at.desc(), PricePoint.award_id.desc())),
        func.max(PricePoint.awarded_at),
        func.sum(PricePoint.value * PricePoint.quantity) / func.sum(PricePoint.quantity),
        func.min(PricePoint.value),
        func.count(),
    )
    .where(
        within(PricePoint.buyer_id),
        PricePoint.item_key == any_(bindparam("keys", type_=ARRAY(Text()))),
        PricePoint.currency == bindparam("currency"),
        PricePoint.rfq_id != bindparam("without"),
    )
    .group_by(PricePoint.item_key, PricePoint.unit)
)
_NOTED = FixedRows(select(exists().where(PricePoint.award_id == bindparam("award_id"), within(PricePoint.buyer_id))))
MOST_POINTS = 200


def histories(
    session: Session, scope: Scope, keys: Sequence[str], currency: str, without: UUID
) -> Mapping[tuple[str, str], PriceHistory]:
    """Return by item and unit what the scope's company has paid in ``currency``, the request ``without`` left out."""
    if not keys:
        return {}
    given = {"orgs": scope.orgs, "keys": list(keys), "currency": currency, "without": without}
    return {
        (key, unit): PriceHistory(
            last=prices[0],
            last_on=last_at.date(),
            average=Decimal(average).quantize(Decimal(1).scaleb(-_PLACES)),
            lowest=lowest,
            count=count,
        )
        for key, unit, prices, last_at, average, lowest, count in _HISTORIES.all(session, given)
    }


def points_of(session: Session, scope: Scope, key: str, unit: str) -> Sequence[PricePoint]:
    """Return the prices that the scope's company has paid for an item, the newest first."""
    wanted = select(PricePoint).where(
        PricePoint.buyer_id.in_(scope.org_ids), PricePoint.item_key == key, PricePoint.unit == unit
    )
    return session.scalars(
        wanted.order_by(PricePoint.awarded_at.desc(), PricePoint.award_id.desc(), PricePoint.position).limit(
            MOST_POINTS
        )
    ).all()


def is_noted(session: Session, scope: Scope, award_id: UUID) -> bool:
    """Tell whether the prices of an award are noted already."""
    return bool(_NOTED.scalar(session, {"award_id": award_id, "orgs": scope.orgs}))
