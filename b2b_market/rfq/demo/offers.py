"""How the demo's suppliers quote: plain prices, every term there is, or alternates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.quotes import PLAIN_LINE, PLAIN_QUOTE, Alternate, CriterionAnswer, LineTerms, PriceTier
from b2b_market.rfq.demo.items import (
    ALTERNATE_POSITIONS,
    DIGITS,
    FULL,
    FULL_TERMS,
    ITEM_TARGETS,
    PER_UNIT,
    WITH_ALTERNATES,
)
from b2b_market.rfq.service.drafting import RfqContent


@dataclass(frozen=True, slots=True)
class Offer:
    """How one demo supplier quotes: ``factor`` of the targets, its own currency, gaps and lead times."""

    factor: Decimal
    number: int
    currency: Currency
    valid_until: date

    def command(self, content: RfqContent) -> commands.SubmitQuote:
        """Return the quotation on a request."""
        skipped = {self.number * 3 + 2} if self.number % 2 else set()
        return commands.SubmitQuote(
            rfq_id=content.rfq.id,
            currency=self.currency,
            valid_until=self.valid_until,
            lines=tuple(
                self._line(line.id, line.position, other=line.substitutes)
                for line in content.lines
                if line.position not in skipped
            ),
            payment_terms="30 days net",
            note="Prices without VAT.",
            terms=FULL_TERMS if self.number == FULL else PLAIN_QUOTE,
            answers=self._answers() if content.rfq.asked_answers else (),
        )

    def _answers(self) -> tuple[CriterionAnswer, ...]:
        """Return what it answers to the criteria of the demo."""
        return (
            CriterionAnswer("own-3", "no" if self.number % 3 == 1 else "yes"),
            CriterionAnswer("own-4", str(12 + self.number * 5 % 13)),
            CriterionAnswer("own-5", "24 小时内到场，备件现货。 On site within 24 hours, spares in stock."),
        )

    def _line(self, line_id: UUID, position: int, *, other: bool) -> commands.QuoteLineInput:
        target = Decimal(ITEM_TARGETS[(position - 1) % len(ITEM_TARGETS)])
        spread = 1 + Decimal((position * 7 + self.number * 5) % 13 - 6) / 100
        price = (target * self.factor * spread / PER_UNIT.get(self.currency.code, Decimal(1))).quantize(DIGITS)
        says_all = self.number == FULL
        return commands.QuoteLineInput(
            line_id=line_id,
            unit_price=None if says_all else price,
            lead_days=7 + (position * 5 + self.number * 3) % 28,
            min_quantity=Decimal(10) if position % 5 == 0 else None,
            alternative="Equivalent of another make" if other and (position + self.number) % 9 == 0 else "",
            terms=_tiered(price) if says_all else self._alternates(price, position) if other else PLAIN_LINE,
        )

    def _alternates(self, price: Decimal, position: int) -> LineTerms:
        """Return what one of the suppliers offers besides: a cheaper make, and one that is there sooner."""
        if self.number != WITH_ALTERNATES or position not in ALTERNATE_POSITIONS:
            return PLAIN_LINE
        cheaper = Alternate(
            alternative="国产同等品 / Domestic equivalent",
            specification="GB/T, 同等级 / same grade",
            unit_price=(price * Decimal("0.93")).quantize(DIGITS),
            lead_days=21,
        )
        sooner = Alternate(
            alternative="现货 / From stock",
            tiers=(
                PriceTier(Decimal(0), (price * Decimal("1.06")).quantize(DIGITS)),
                PriceTier(Decimal(100), (price * Decimal("1.03")).quantize(DIGITS)),
            ),
            lead_days=3,
        )
        return LineTerms(alternates=(cheaper, sooner))


def _tiered(price: Decimal) -> LineTerms:
    """Return terms of a line that is cheaper from 1,000 on, made in China, with a tool to be paid once."""
    lower = (price * Decimal("0.96")).quantize(DIGITS)
    tiers = (PriceTier(Decimal(0), price), PriceTier(Decimal(1000), lower))
    return LineTerms(tiers=tiers, setup_cost=Decimal(350), origin_country="CN")
