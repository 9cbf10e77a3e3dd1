"""Weighted criteria of a request: which values are known of themselves, and how what people found is read."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from b2b_market.kernel.refusal import FieldError, Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.scoring import AssessmentInput
from b2b_market.sourcing.public import LEAD_TIME, PRICE, Answered, Criterion, Delivery, Formula, Value

PAYMENT: Final = "payment"
OF_THEMSELVES: Final = frozenset({PRICE, LEAD_TIME, PAYMENT})
"""Criteria whose values the quotations say; all others are assessed by the buyer."""
YES, NO = "yes", "no"


class CriteriaFrozen(Refusal):
    """Criteria are part of what suppliers were asked; they do not change once the request has gone out."""

    kind, code = Kind.CONFLICT, "rfq-criteria-frozen"
    title = N_("The criteria are frozen")
    advice = N_("Criteria and weights are published with the request and stay as they are.")


class NoCriteria(Refusal):
    """There is nothing to score by."""

    kind, code = Kind.CONFLICT, "rfq-no-criteria"
    title = N_("The request has no criteria")
    advice = N_("Criteria are written while the request is a draft. Without them quotations are compared by price.")


class AssessmentsUnusable(Refusal):
    """What was found cannot be scored; ``errors`` names each entry."""

    kind, code = Kind.CONFLICT, "rfq-assessments-unusable"
    title = N_("These entries cannot be scored")
    advice = N_("{count} entries need correction; each is listed with what would be right.")


def assessed(criterion: Criterion) -> bool:
    """Tell whether the buyer says what a criterion is scored on: not where quotations or their suppliers say it."""
    return criterion.key not in OF_THEMSELVES and criterion.answered is not Answered.SUPPLIER


def payment_days(delivery: Delivery, lead_days: int | None) -> Decimal:
    """Return how many days after the delivery the price is paid on average; before it, a negative number."""
    return sum((part.share * part.day for part in delivery.terms(lead_days)), Decimal(0))


def read_value(criterion: Criterion, text: str) -> Value | None:
    """Return what a stored or typed text says under a criterion; None where it says nothing that can be scored."""
    text = text.strip()
    if criterion.formula is Formula.YES_NO:
        return {YES: True, NO: False}.get(text)
    if criterion.formula is Formula.POINTS:
        return text if text in criterion.points else None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 13:
        return None
    if criterion.formula is Formula.SHARE_OF_MAXIMUM and not 0 <= number <= criterion.maximum:
        return None
    return None if number < 0 and criterion.formula is not Formula.BETWEEN else number


def require_assessments(
    criteria: Mapping[str, Criterion], suppliers: frozenset[object], given: Sequence[AssessmentInput]
) -> None:
    """Refuse entries for strangers, for criteria that quotations answer themselves, and values without a score."""
    errors, seen = [], set()
    for position, entry in enumerate(given):
        criterion = criteria.get(entry.key)
        place = f"/assessments/{position}"
        if entry.supplier_id not in suppliers:
            errors.append(FieldError(f"{place}/supplier_id", "unknown", N_("This supplier has no quotation here.")))
        elif criterion is None or not assessed(criterion):
            errors.append(FieldError(f"{place}/key", "unknown", N_("This is not a criterion that you assess.")))
        elif (entry.supplier_id, entry.key) in seen:
            errors.append(FieldError(f"{place}/key", "repeated", N_("Each criterion is assessed once per supplier.")))
        elif read_value(criterion, entry.value) is None:
            errors.append(FieldError(f"{place}/value", "no-score", N_("The criterion has no score for this value.")))
        seen.add((entry.supplier_id, entry.key))
    if errors:
        raise AssessmentsUnusable(errors=errors, count=str(len(errors)))
