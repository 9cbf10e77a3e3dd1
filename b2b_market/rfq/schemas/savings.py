"""The saving report over the API."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from b2b_market.infra.http.wires import MoneyWire, WireDate, WireOut, WireTime, WireUuid
from b2b_market.kernel.money import Money
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.rules.savings import SavingReport
from b2b_market.rfq.schemas.shaping import columns
from b2b_market.ui.language import Language


class SavingQuery(BaseModel):
    """The days of the decisions, both included; a file's language where one is saved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: WireDate | None = None
    until: WireDate | None = None
    language: Language | None = None

    def to_command(self) -> ReadSavings:
        """Return the operation's input."""
        return ReadSavings(self.since, self.until)


class SavedOut(WireOut):
    """An amount that was saved; a negative one was paid more."""

    amount: str
    currency: str

    @classmethod
    def of(cls, value: Money) -> Self:
        """Return the answer for an amount."""
        return cls(amount=format(value.amount, "f"), currency=value.currency.code)


class AwardSavingOut(WireOut):
    """One award that stands; a saving is null where no line has a target, or none was bought before."""

    award_id: WireUuid
    rfq_id: WireUuid
    number: str
    title: str
    decided_at: WireTime
    total: MoneyWire
    target_saving: SavedOut | None
    last_saving: SavedOut | None
    known_lines: int


class CurrencySavingOut(WireOut):
    """The sums of one currency."""

    total: MoneyWire
    target_saving: SavedOut
    last_saving: SavedOut
    awards: int


class SavingReportOut(WireOut):
    """Every award of the period, the newest first, and the sums by currency."""

    awards: list[AwardSavingOut]
    sums: list[CurrencySavingOut]

    @classmethod
    def of(cls, value: SavingReport) -> Self:
        """Return the answer for a report."""
        return cls.model_validate(
            {
                "awards": [_shown(one, AwardSavingOut) for one in value.awards],
                "sums": [_shown(one, CurrencySavingOut) for one in value.sums],
            }
        )


def _shown(row: object, schema: type[WireOut]) -> dict[str, object]:
    found = columns(row, schema)
    for name in ("target_saving", "last_saving"):
        amount = found[name]
        found[name] = SavedOut.of(amount) if isinstance(amount, Money) else None
    return found
