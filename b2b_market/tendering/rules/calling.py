"""Call-offs: whose approval they need, who may answer, and when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class CallOffAboveLimit(Refusal):
    """The amount is above what the approver's role reaches."""

    kind, code, audited = Kind.FORBIDDEN, "call-off-above-limit", True
    title = N_("The amount is above your limit")
    advice = N_("The call-off is {amount}, your limit is {limit}. An approver with a higher limit decides.")


class CompetitionAsked(Refusal):
    """The agreement's orders are decided by a competition of its members."""

    code = "framework-competition-asked"
    title = N_("Orders under this agreement go through a competition")
    advice = N_("Start a competition from the agreement: every member bids for the order.")


class AnswerTooLate(Refusal):
    """The time to answer a call-off is over."""

    code = "call-off-answer-too-late"
    title = N_("The time to answer is over")
    advice = N_("It could be answered until {due_at}. The next supplier has its turn.")


def within(amount: Money, limit: Money | None) -> bool:
    """Tell whether ``amount`` is within ``limit`` (None: no limit); both in one currency."""
    return limit is None or amount <= limit


def require_within(amount: Money, limit: Money | None) -> None:
    """Raise CallOffAboveLimit where the approver's limit does not reach."""
    if limit is not None and not within(amount, limit):
        raise CallOffAboveLimit(amount=_shown(amount), limit=_shown(limit))


def require_in_time(moment: datetime, due_at: datetime | None) -> None:
    """Raise AnswerTooLate at ``due_at`` and later."""
    if due_at is None or moment >= due_at:
        raise AnswerTooLate(due_at="" if due_at is None else due_at.isoformat())


def remaining(by_rank: Sequence[UUID], asked: Collection[UUID]) -> list[UUID]:
    """Return the members whose turn may still come, the best first: those that were not asked yet."""
    return [one for one in by_rank if one not in asked]


def _shown(amount: Money) -> str:
    rounded = amount.rounded()
    return f"{rounded.currency.code} {rounded.amount:,f}"


REFUSALS: Final = (CallOffAboveLimit, CompetitionAsked, AnswerTooLate)
"""What the module refuses of these."""
