"""Bid bonds held against what was asked for, and when they go back.

The least amount is the asked share of the lot's estimate, exact; an amount in another currency is not converted but
wrong. What is found is shown to those who judge the bids and excludes nobody by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Context, Decimal
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.bonds import BondContent
from b2b_market.tendering.rules.periods import Clock, Period
from b2b_market.tendering.states.bonds import CLAIMABLE, ENDED, BondFinding, BondForm, ReleaseCause
from b2b_market.tendering.states.evaluation import Outcome
from b2b_market.tendering.states.tenders import TenderStatus

MOST_TEXT: Final = 4000
_EXACT: Final = Context(prec=100)
_HUNDRED: Final = Decimal(100)


class BondNotAsked(Refusal):
    """The tender asks for no bond."""

    code = "tender-bond-not-asked"
    title = N_("This tender asks for no bid bond")
    advice = N_("Send your bid without one.")


class BondNotDue(Refusal):
    """The bond still secures a bid."""

    code = "tender-bond-not-due"
    title = N_("This bond still secures a bid")
    advice = N_("It goes back once its bidder is told that it did not win, or the tender has ended.")


class BondNotClaimable(Refusal):
    """Bids are still received, or wait for their opening."""

    code = "tender-bond-not-claimable"
    title = N_("The bond cannot be asked back yet")
    advice = N_("Until the opening nobody but you knows of it. Take it back while bids are received, or wait.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lot asks of a bond; ``estimate`` is none for readers from whom it is hidden, ``until`` a day of it."""

    percent: Decimal
    estimate: Money | None
    currency: str
    until: date | None

    def least(self) -> Money | None:
        """Return the least amount, rounded up to the currency's minor unit; none where the estimate is hidden."""
        if self.estimate is None:
            return None
        step = Decimal(1).scaleb(-self.estimate.currency.minor_digits)
        share = _EXACT.divide(_EXACT.multiply(self.estimate.amount, self.percent), _HUNDRED)
        return Money(share.quantize(step, ROUND_CEILING, _EXACT), self.estimate.currency)


@dataclass(frozen=True, slots=True)
class Given:
    """What a bidder has given; a transfer of money has no last day."""

    amount: Decimal
    currency: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides when a bond goes back."""

    status: TenderStatus
    ended_at: datetime
    """When the tender came to its end, if ``status`` is one."""
    claimed_at: datetime | None = None
    outcome: Outcome | None = None
    told_at: datetime | None = None
    departed_at: datetime | None = None
    """Since when its bidder takes no part in the talks about its bid any more."""


@dataclass(frozen=True, slots=True)
class Release:
    """Since when a bond secures nothing any more, and why."""

    at: datetime
    cause: ReleaseCause


def require_asked(percent: object) -> None:
    """Raise BondNotAsked where the tender asks for no bond."""
    if percent is None:
        raise BondNotAsked


def require_claimable(status: TenderStatus) -> None:
    """Raise BondNotClaimable while a claim would tell who bids."""
    if status not in CLAIMABLE:
        raise BondNotClaimable


def require_sound(content: BondContent) -> None:
    """Raise Invalid naming every field that does not describe a bond."""
    errors: list[FieldError] = []
    amount = content.amount
    if amount.amount <= 0 or amount.rounded() != amount:
        detail = N_("Write an amount above zero with at most {digits} decimals.")
        errors.append(FieldError("/amount", "range", detail, {"digits": amount.currency.minor_digits}))
    if content.form is not BondForm.CASH and not content.issuer.strip():
        errors.append(FieldError("/issuer", "required", N_("Say who issues the guarantee.")))
    if content.form is not BondForm.CASH and content.valid_until is None:
        errors.append(FieldError("/valid_until", "required", N_("Say until which day the guarantee is valid.")))
    if errors:
        raise Invalid(errors=errors)


def findings(wanted: Wanted, given: Given | None) -> tuple[BondFinding, ...]:
    """Return what is wrong with a bond, in the order of the findings; ``given`` is none where there is no bond."""
    if given is None:
        return (BondFinding.MISSING,)
    found: list[BondFinding] = []
    least = wanted.least()
    if given.currency != wanted.currency:
        found.append(BondFinding.WRONG_CURRENCY)
    elif least is not None and given.amount < least.amount:
        found.append(BondFinding.TOO_SMALL)
    if wanted.until is not None and given.valid_until is not None and given.valid_until < wanted.until:
        found.append(BondFinding.ENDS_EARLY)
    return tuple(found)


_TOLD: Final[Mapping[Outcome, ReleaseCause]] = MappingProxyType(
    {Outcome.LOST: ReleaseCause.LOST, Outcome.DISQUALIFIED: ReleaseCause.DISQUALIFIED}
)


def release_of(standing: Standing) -> Release | None:
    """Return since when a bond secures nothing any more, and by which cause, the first one; none while it does."""
    found = [(standing.claimed_at, ReleaseCause.CLAIMED), (standing.departed_at, ReleaseCause.DEPARTED)]
    if standing.outcome is not None and standing.outcome in _TOLD:
        found.append((standing.told_at, _TOLD[standing.outcome]))
    if standing.status in ENDED:
        found.append((standing.ended_at, ReleaseCause.ENDED))
    return min((Release(at, cause) for at, cause in found if at is not None), key=lambda one: one.at, default=None)


def require_released(release: Release | None) -> Release:
    """Return the release; raise BondNotDue while a bond secures a bid."""
    if release is None:
        raise BondNotDue
    return release


def due_at(release: Release | None, within: Period | None, clock: Clock) -> datetime | None:
    """Return until when a bond that is free is returned; none where the procedure says nothing."""
    return None if release is None or within is None else clock.end_of(release.at, within)


REFUSALS: Sequence[type[Refusal]] = (BondNotAsked, BondNotDue, BondNotClaimable)
