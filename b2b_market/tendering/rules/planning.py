"""When a tender may be announced before its notice, and what the announcement says."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from b2b_market.kernel.refusal import FieldError, IllegalStep, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.states.planning import PLANNABLE
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import TenderStatus


class PlanNotForeseen(Refusal):
    """Nothing of the tender will be public."""

    code = "tender-plan-not-foreseen"
    title = N_("This tender cannot be announced beforehand")
    advice = N_("A prior notice is for tenders whose procedure publishes the notice, and for no rehearsal.")


class PlanStands(Refusal):
    """It is announced already."""

    code = "tender-plan-stands"
    title = N_("This tender is announced already")
    advice = N_("Withdraw the prior notice that stands before you publish another one.")


def require_plannable(status: TenderStatus, notice: Publicity, rehearsal_factor: int, *, stands: bool) -> None:
    """Raise IllegalStep once a tender is published, PlanNotForeseen where it never is in public, PlanStands."""
    if status not in PLANNABLE:
        allowed = ", ".join(sorted(one.value for one in PLANNABLE))
        raise IllegalStep(status=status.value, step="plan", allowed_from=allowed)
    if notice is not Publicity.PUBLIC or rehearsal_factor > 1:
        raise PlanNotForeseen
    if stands:
        raise PlanStands


def require_ahead(planned_on: date, today: date) -> None:
    """Raise Invalid unless the tender is planned for a later day than today."""
    if planned_on <= today:
        detail = N_("Name a day that is still to come.")
        raise Invalid(errors=[FieldError("/planned_on", "past", detail)])


def value_of(estimates: Sequence[Decimal | None], *, shown: bool) -> Decimal | None:
    """Return what all lots are estimated at together where that is to be shown; Invalid where a lot has no estimate."""
    if not shown:
        return None
    known = [one for one in estimates if one is not None]
    if len(known) < len(estimates):
        detail = N_("A lot of the draft has no estimate yet.")
        raise Invalid(errors=[FieldError("/value_shown", "missing", detail)])
    return sum(known, Decimal(0))


REFUSALS: Final = (PlanNotForeseen, PlanStands)
"""What the module refuses of these."""
