"""What a procedure says of complaints: who decides, until when they are lodged, what waits, and what they cost.

The fee is ``per_mille`` of the estimate, between ``least`` and ``most``, rounded up to whole tens; another rate counts
after the opening. Where the estimate is hidden the least fee is asked, because a share of it would tell it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.states.complaints import Holding, NameShown, ReviewedBy

STEP: Final = Decimal(10)
PER_MILLE: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class FeeRate:
    """A rate with its bounds, in the tender's currency."""

    per_mille: int
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee with what it was worked out from; ``estimate`` is None where the least fee was taken for it."""

    rate: FeeRate
    estimate: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintTerms:
    """A procedure's values about complaints, read."""

    body: ReviewedBy
    objections: bool
    """Whether suppliers may also object to the buyer, who answers itself."""
    documents: Period
    """How long before the deadline complaints about the tender's documents end."""
    applications: Period
    """How long before the end of applications complaints about the documents end, while these are received."""
    answer: Period
    """Within which an objection is answered."""
    decided: Period
    """Within which a complaint is decided."""
    escalation: Period | None
    """How long, after the time to answer its objection, a company may complain; none where it need not object first."""
    holds: Holding
    names: NameShown
    before: FeeRate
    after: FeeRate

    def fee(self, estimate: Decimal | None, *, opened: bool) -> Fee | None:
        """Return the fee by the estimate that everybody sees, None for a hidden one; None where none is asked."""
        return fee_of(self.after if opened else self.before, estimate)


def fee_of(rate: FeeRate, estimate: Decimal | None) -> Fee | None:
    """Return the fee that a rate asks for; None where it asks for none. Bounds are inclusive, tens are rounded up."""
    if not rate.per_mille:
        return None
    share = rate.least if estimate is None else estimate * rate.per_mille / PER_MILLE
    whole = (share / STEP).to_integral_value(rounding=ROUND_CEILING) * STEP
    return Fee(rate, estimate, min(max(whole, rate.least), rate.most))


def read_complaints(values: Mapping[str, Any] | None) -> ComplaintTerms | None:
    """Return sound values as what the rules ask; None for a procedure without complaints."""
    if values is None:
        return None
    return ComplaintTerms(
        body=ReviewedBy(values["body"]),
        objections=values["objections"] == "first",
        documents=Period.of(values["documents"]),
        applications=Period.of(values.get("applications", values["documents"])),
        answer=Period.of(values["answer"]),
        decided=Period.of(values.get("decided", values["answer"])),
        escalation=Period.of(values["escalation"]) if "escalation" in values else None,
        holds=Holding(values["holds"]),
        names=NameShown(values["names"]),
        before=_rate(values, "fee_before"),
        after=_rate(values, "fee_after"),
    )


def _rate(values: Mapping[str, Any], name: str) -> FeeRate:
    return FeeRate(values[f"{name}_per_mille"], Decimal(values[f"{name}_least"]), Decimal(values[f"{name}_most"]))


def faults(values: Mapping[str, Any]) -> list[str]:
    """Return the names of values that fit the schema but not each other.

    The least fee is not above the most, both are whole tens, and a buyer that decides itself asks for none. Who must
    object first must be able to.
    """
    found = ["escalation"] if "escalation" in values and values["objections"] != "first" else []
    for name in ("fee_before", "fee_after"):
        least, most = values[f"{name}_least"], values[f"{name}_most"]
        if least > most or least % int(STEP) or most % int(STEP):
            found.append(f"{name}_most")
        if values["body"] == ReviewedBy.BUYER and values[f"{name}_per_mille"]:
            found.append(f"{name}_per_mille")
    return found
