"""What a decision on a lot says: the record that is signed, and each bidder's result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import plain
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.effective import Weighed
from b2b_market.tendering.rules.judging import Placed

RECORD_FORMAT: Final = "b2b-market-award-decision/1"


class AwardAboveLimit(Refusal):
    """The amount is above what the approver's role reaches."""

    kind, code, audited = Kind.FORBIDDEN, "tender-award-above-limit", True
    title = N_("The amount is above your limit")
    advice = N_("The award is {amount}, your limit is {limit}. An approver with a higher limit decides.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything that a decision on a lot rests on."""

    tender_id: UUID
    number: str
    lot_id: UUID
    award_id: UUID
    bid_id: UUID
    supplier_id: UUID
    amount: Money
    currency: str
    standing: Sequence[Placed]
    disqualified: Sequence[Mapping[str, object]]
    explained: Sequence[Mapping[str, object]]
    rates: Sequence[Mapping[str, Any]]
    proposer_id: UUID | None
    approver_id: UUID
    comment: str
    decided_at: datetime
    standstill_ends_at: datetime
    members: Sequence[UUID] = ()
    """The bids, best first, that a framework agreement is concluded with."""


def decision_record(found: Decision) -> dict[str, Any]:
    """Return the record as JSON-ready parts; scores and what prices count as are exact fractions as text, ``67/3``."""
    record = plain(
        {
            "format": RECORD_FORMAT,
            "tender": {"id": found.tender_id, "number": found.number, "lot": found.lot_id},
            "award": {"id": found.award_id, "bid": found.bid_id, "supplier": found.supplier_id},
            "amount": found.amount.to_json(),
            "compared_in": found.currency,
            "standing": [
                {
                    "bid": one.bid_id,
                    "place": one.place,
                    "tied": one.tied,
                    "total": one.total,
                    "score": _exact(one.score),
                    "quality": _exact(one.quality),
                    "questioned": [ground.value for ground in one.suspicion.grounds] if one.suspicion else [],
                    **({} if one.weighed is None else _weighed(one.weighed)),
                }
                for one in found.standing
            ],
            "disqualified": list(found.disqualified),
            "explained": list(found.explained),
            "rates": list(found.rates),
            "proposer": found.proposer_id,
            "approver": found.approver_id,
            "comment": found.comment,
            "decided_at": found.decided_at,
            "standstill_ends_at": found.standstill_ends_at,
            **({"members": list(found.members)} if found.members else {}),
        }
    )
    assert isinstance(record, dict)  # noqa: S101 - made of a mapping; tells mypy so
    return record


def require_within(amount: Money | None, limit: Money | None) -> None:
    """Raise AwardAboveLimit where the approver's limit (None: no limit) does not reach; both in one currency."""
    if limit is not None and (amount is None or limit < amount):
        shown = "?" if amount is None else _shown(amount)
        raise AwardAboveLimit(amount=shown, limit=_shown(limit))


def shown_score(score: Fraction | None) -> Decimal | None:
    """Return a score rounded to two places for people; places rest on the exact one."""
    return None if score is None else round(Decimal(score.numerator) / Decimal(score.denominator), 2)


def shown_amount(amount: Fraction) -> Decimal:
    """Return an amount rounded to two places for people; places rest on the exact one."""
    return round(Decimal(amount.numerator) / Decimal(amount.denominator), 2)


def _exact(score: Fraction | None) -> str | None:
    return None if score is None else str(score)


def _weighed(found: Weighed) -> dict[str, object]:
    return {
        "coefficient": str(found.coefficient),
        "later_costs": str(found.later),
        "counts_as": str(found.effective),
        "features": [{"name": one.name, "answer": one.text, "share": one.share} for one in found.chosen],
        "costs": [{"name": one.name, "declared": one.declared, "amount": str(one.amount)} for one in found.costs],
    }


def _shown(amount: Money) -> str:
    rounded = amount.rounded()
    return f"{rounded.currency.code} {rounded.amount:,f}"
