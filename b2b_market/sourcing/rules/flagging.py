"""What a buyer should notice about one offer, before its price is held against the others."""

from datetime import date, timedelta
from decimal import Decimal

from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.commands.comparing import Basis, Need, QuoteLine
from b2b_market.sourcing.rules.matrix import Flag

BARRIERS = frozenset({Flag.EXPIRED, Flag.MINIMUM_ABOVE_NEED, Flag.COST_INCOMPLETE})
"""An offer with one of these cannot be awarded as it stands, or not be held against the others."""


class Judge:
    """Judges offers on the days of one basis."""

    def __init__(self, basis: Basis) -> None:
        """Keep the days that offers are judged by."""
        self._today = basis.judged_on
        self._start = basis.delivery_start
        self._hold = basis.hold_until

    def lead_days_allowed(self, need: Need) -> int | None:
        """Return the longest lead time that meets the required date (negative: none does), None without such a date."""
        return None if need.required_on is None else (need.required_on - self._start) // timedelta(days=1)

    def flags(
        self, offer: QuoteLine, need: Need, quantity: Quantity, lead_days_allowed: int | None
    ) -> tuple[Flag, ...]:
        """Return the flags of an offer of ``quantity`` (at most the need), in the order of ``Flag``."""
        flags = []
        validity = self._validity(offer.valid_until)
        if validity is not None:
            flags.append(validity)
        if offer.minimum is not None and offer.minimum.value > quantity.value:
            flags.append(Flag.MINIMUM_ABOVE_NEED)
        if quantity is not need.quantity:
            flags.append(Flag.PARTIAL)
        if lead_days_allowed is not None:
            if offer.lead_days is None:
                flags.append(Flag.LEAD_TIME_MISSING)
            elif offer.lead_days > lead_days_allowed:
                flags.append(Flag.LATE)
        if offer.alternative:
            flags.append(Flag.ALTERNATIVE)
        if offer.unanswered:
            flags.append(Flag.TIERS_MISSING)
        if offer.incomplete:
            flags.append(Flag.COST_INCOMPLETE)
        return tuple(flags)

    def _validity(self, valid_until: date | None) -> Flag | None:
        """Judge until when an offer holds, its last day included; short or missing matters if an award is planned."""
        if valid_until is None:
            return None if self._hold is None else Flag.VALIDITY_MISSING
        if valid_until < self._today:
            return Flag.EXPIRED
        return Flag.VALIDITY_SHORT if self._hold is not None and valid_until < self._hold else None


def outlier_flag(price: Decimal, fences: tuple[Decimal, Decimal]) -> Flag | None:
    """Judge a price against its line's fences; a price on a fence is no outlier."""
    if price < fences[0]:
        return Flag.OUTLIER_LOW
    return Flag.OUTLIER_HIGH if price > fences[1] else None
