"""Everything a letter says, as plain values: kept as JSON when it is issued, and printed from that alone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from b2b_market.infra.canonical import plain
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.rfq.states import CancelReason, LetterKind, LetterReason
from b2b_market.sourcing.public import ChargeKind
from b2b_market.ui import fmt
from b2b_market.ui.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterParty:
    """A company under the names it had when the letter was issued."""

    zh: str = ""
    en: str = ""

    def name_in(self, language: Language) -> str:
        """Return the name for readers of ``language``, the other one where there is none."""
        first, second = (self.zh, self.en) if language is Language.ZH else (self.en, self.zh)
        return first or second or fmt.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """A line awarded to the supplier, or one that it quoted; ``unit_price`` is without recoverable tax."""

    position: int
    item_name: str
    item_code: str
    specification: str
    quantity: Decimal
    unit: str
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCharge:
    """What is charged beside the prices of an award; ``lines`` are line numbers as text, a discount is negative."""

    kind: ChargeKind
    lines: str
    percent: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCriterion:
    """A criterion as it was published with the request."""

    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSheet:
    """One letter. Nothing in it is of another supplier.

    ``received`` counts the quotations, and ``criteria`` are those of the request, ``landed`` whether prices are scored
    on their landed cost by them; ``reason_code`` and ``reason`` are the buyer's. All four are empty in award letters.
    A cancellation has ``cancel_code`` and ``reason``.
    """

    kind: LetterKind
    rfq_number: str
    title: str
    quote_number: str
    revision: int
    buyer: LetterParty
    supplier: LetterParty
    decided_at: datetime
    issued_at: datetime
    currency: str
    lines: tuple[LetterLine, ...]
    charges: tuple[LetterCharge, ...] = ()
    received: int | None = None
    landed: bool = False
    criteria: tuple[LetterCriterion, ...] = ()
    reason_code: LetterReason | None = None
    reason: str = ""
    cancel_code: CancelReason | None = None

    def price(self, line: LetterLine) -> Money:
        """Return the unit price of a line."""
        return Money(line.unit_price, Currency(self.currency))

    def amount(self, line: LetterLine) -> Money:
        """Return unit price × quantity, rounded to the minor unit."""
        return line_total(self.price(line), line.quantity)

    @property
    def total(self) -> Money:
        """The sum of the lines' amounts and, of an award, of what is charged beside them."""
        amounts = [self.amount(line) for line in self.lines]
        return total_of([*amounts, *(self.charged(charge) for charge in self.charges)], Currency(self.currency))

    def charged(self, charge: LetterCharge) -> Money:
        """Return the amount of a charge."""
        return Money(charge.amount, Currency(self.currency)).rounded()

    def content(self) -> dict[str, Any]:
        """Return the letter as JSON, the same for equal letters."""
        found = plain(asdict(self))
        assert isinstance(found, dict)  # noqa: S101 - a dataclass is a mapping; tells mypy so
        return found

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Return the letter that ``content`` was made of."""
        return cls(
            **{
                **content,
                "kind": LetterKind(content["kind"]),
                "buyer": LetterParty(**content["buyer"]),
                "supplier": LetterParty(**content["supplier"]),
                "decided_at": datetime.fromisoformat(content["decided_at"]),
                "issued_at": datetime.fromisoformat(content["issued_at"]),
                "lines": tuple(_line(line) for line in content["lines"]),
                "charges": tuple(_charge(charge) for charge in content.get("charges", ())),
                "criteria": tuple(
                    LetterCriterion(name=one["name"], weight=Decimal(one["weight"])) for one in content["criteria"]
                ),
                "reason_code": LetterReason(content["reason_code"]) if content["reason_code"] else None,
                "cancel_code": CancelReason(content["cancel_code"]) if content.get("cancel_code") else None,
            }
        )


def _line(content: Mapping[str, Any]) -> LetterLine:
    numbers = {name: Decimal(content[name]) for name in ("quantity", "unit_price")}
    return LetterLine(**{**content, **numbers})


def _charge(content: Mapping[str, Any]) -> LetterCharge:
    percent = content["percent"]
    numbers = {"percent": None if percent is None else Decimal(percent), "amount": Decimal(content["amount"])}
    return LetterCharge(**{**content, **numbers, "kind": ChargeKind(content["kind"])})
