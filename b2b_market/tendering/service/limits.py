"""Amounts in the currency of the acting person's limit."""

from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.reference import public as reference


def in_limit_currency(work: Work, scope: Scope, amount: Money) -> Money:
    """Convert ``amount`` at the stored rate of the day; unlimited persons need none."""
    if scope.limit is None or amount.currency == scope.limit.currency:
        return amount
    rate = reference.rate_on(work, scope.actor, amount.currency, scope.limit.currency, work.now().date())
    return rate.convert(amount)
