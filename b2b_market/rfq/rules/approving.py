"""Limits of amount, and reasons that must be given. Who decides on whose work is rbac's duty S1."""

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class AboveLimit(Refusal):
    """The amount is above what the person's role reaches."""

    kind, code, audited = Kind.FORBIDDEN, "above-limit", True
    title = N_("The amount is above your limit")
    advice = N_("The amount is {amount}, your limit is {limit}. Send it to an approver with a higher limit.")


class ApprovalNeeded(Refusal):
    """The amount is unknown or above the author's own limit, so it goes through approval."""

    code = "approval-needed"
    title = N_("This needs an approval")
    advice = N_("The amount is {amount}, your own limit is {limit}. Submit it for approval.")


class ReasonMissing(Refusal):
    """A step that must say why."""

    code = "reason-missing"
    title = N_("Say why")
    advice = N_("Give a reason of at least {least} characters; the people concerned will read it.")


MIN_REASON = 4
UNKNOWN = "?"


def within_limit(amount: Money | None, limit: Money | None) -> bool:
    """Tell whether ``amount`` (None: unknown) is within ``limit`` (None: no limit).

    Both are in the limit's currency.
    """
    if limit is None:
        return True
    return amount is not None and amount <= limit


def require_own_limit(amount: Money | None, limit: Money | None) -> None:
    """Raise ApprovalNeeded where the author may not publish or award alone; an unknown amount always needs approval."""
    if amount is None or not within_limit(amount, limit):
        raise ApprovalNeeded(amount=_shown(amount), limit=_shown(limit))


def require_approver_limit(amount: Money | None, limit: Money | None) -> None:
    """Raise AboveLimit where an approver's limit does not reach; an unknown amount needs an approver without limit."""
    if not within_limit(amount, limit):
        raise AboveLimit(amount=_shown(amount), limit=_shown(limit))


def require_reason(reason: str) -> str:
    """Return ``reason`` without outer blanks; raise ReasonMissing where it says nothing."""
    said = reason.strip()
    if len(said) < MIN_REASON:
        raise ReasonMissing(least=MIN_REASON)
    return said


def _shown(amount: Money | None) -> str:
    if amount is None:
        return UNKNOWN
    rounded = amount.rounded()
    return f"{rounded.currency.code} {rounded.amount:,f}"
