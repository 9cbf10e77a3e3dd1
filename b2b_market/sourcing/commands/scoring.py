"""What is scored: criteria with their weights and scales, and what each supplier brings to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from b2b_market.kernel.money import Money


class Formula(StrEnum):
    """How a value becomes a score from 0 to 100 (``rules/formulas.py`` publishes each in words).

    The first two hold values against the other bids; the others are scales of their own, which no rival can move.
    """

    LOWEST_RATIO = "lowest_ratio"
    LOWEST_RANGE = "lowest_range"
    SHARE_OF_MAXIMUM = "share_of_maximum"
    BETWEEN = "between"
    YES_NO = "yes_no"
    POINTS = "points"


class Answered(StrEnum):
    """Who says what a criterion is scored on, where the quotation's prices and terms do not."""

    BUYER = "buyer"
    """The buyer finds it out."""
    SUPPLIER = "supplier"
    """The supplier answers with its quotation, and the published formula scores the answer."""
    WORDS = "words"
    """The supplier answers in words, with evidence; the buyer scores them."""


PRICE = "price"
LEAD_TIME = "lead_time"

Value = Decimal | bool | str
"""A number; yes or no for YES_NO; the chosen answer for POINTS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing quotes are scored on.

    ``key`` is ``PRICE`` (the bid's price), or the name of a value in ``Bid.values`` such as ``LEAD_TIME``; ``name``
    is what people read (translated where the catalogue knows it); ``weight`` is its part of 100. ``maximum`` is the
    best possible value under SHARE_OF_MAXIMUM, ``worst`` and ``best`` are the ends of the scale under BETWEEN (either
    may be the larger), ``points`` the score of each answer under POINTS; other formulas use none of them.
    """

    key: str
    name: str
    weight: Decimal
    formula: Formula
    maximum: Decimal = Decimal(100)
    worst: Decimal = Decimal(0)
    best: Decimal = Decimal(100)
    points: Mapping[str, Decimal] = field(default_factory=dict)
    answered: Answered = Answered.BUYER
    required: bool = False
    """Whether a quotation without the supplier's answer is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What one supplier brings to the scoring: its exact effective price, and the other criteria's values by key."""

    supplier_id: UUID
    supplier: str
    price: Money
    submitted_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
