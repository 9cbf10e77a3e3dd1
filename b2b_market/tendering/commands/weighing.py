"""What a lot weighs besides the price, already parsed: features, and costs of the life cycle."""

from dataclasses import dataclass
from decimal import Decimal

from b2b_market.tendering.states.weighing import CostKind


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a feature's answers with the share of the price that it is worth: 0.1 for ten percent."""

    text: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Feature:
    """Something besides the price that makes a bid better, with the answers that a bidder chooses from."""

    name: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A cost that follows the purchase: the bidder says how much, the buyer what each ``unit`` of it costs and when.

    YEARLY is paid at the end of each of ``years`` years, ONCE at the end of that many; ``rate_percent`` a year is what
    later money is discounted with. ``price`` is in the tender's currency.
    """

    name: str
    unit: str
    price: Decimal
    kind: CostKind
    years: int
    rate_percent: Decimal = Decimal(0)
