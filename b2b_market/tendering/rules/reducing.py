"""Going on with fewer companies in talks: where, by what, and how many are left.

Directive 2014/24/EU, Articles 29(6), 30(4) and 66 (to be confirmed): in successive stages, by the announced award
criteria, and with enough companies left for competition as far as there are enough.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.reducing import CompanyScores
from b2b_market.tendering.rules.shapes import Talks
from b2b_market.tendering.states.procedures import CriterionKind

MOST_SCORE: Final = 100


class ReductionNotForeseen(Refusal):
    """The procedure goes on with everybody who takes part."""

    code = "tender-reduction-not-foreseen"
    title = N_("This procedure goes on with everybody who takes part")
    advice = N_("Nobody is dropped from its talks. A company may leave by itself.")


class TooFewLeft(Refusal):
    """Fewer companies would be left than were announced."""

    code = "tender-too-few-left"
    title = N_("Too few companies would be left")
    advice = N_("The procedure keeps {least} companies at least, as far as there are so many; {left} would be left.")


class ReductionOpen(Refusal):
    """A proposal waits for the second person."""

    code = "tender-reduction-open"
    title = N_("A proposal to go on with fewer companies waits")
    advice = N_("Another person confirms or dismisses it first.")


class ReductionContestable(Refusal):
    """Being dropped can still be complained about."""

    code = "tender-reduction-contestable"
    title = N_("A company that was dropped may still complain")
    advice = N_("The talks end when the time for it is over: {ends_at}.")


class NotTakingPart(Refusal):
    """The company takes no part in the talks any more."""

    code = "tender-no-part"
    title = N_("Your company takes no part in these talks any more")
    advice = N_("It left, or the buyer goes on without it; the page of the talks says why.")


def require_foreseen(talks: Talks | None) -> int:
    """Return how many companies are kept at least; raise ReductionNotForeseen where nobody is dropped."""
    if talks is None or talks.least_left is None:
        raise ReductionNotForeseen
    return talks.least_left


def award_criteria(criteria: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Return the award criteria by their position among all of them."""
    return {place: one for place, one in enumerate(criteria) if one["kind"] == CriterionKind.AWARD.value}


def require_scores(
    given: Sequence[CompanyScores], participants: Sequence[UUID], criteria: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the scores as they are stored, in the order of the participants; raise Invalid naming what does not fit.

    Everybody who takes part is scored once, by the same announced award criteria: not all of them may say something
    yet, such as a price in a dialogue.
    """
    known = award_criteria(criteria)
    by_company = {one.supplier_id: one for one in given}
    errors: list[FieldError] = []
    if len(by_company) != len(given) or by_company.keys() != set(participants):
        detail = N_("Score every company that takes part once, and no other.")
        errors.append(FieldError("/scores", "companies", detail))
    named = {tuple(sorted(one.criterion for one in company.scores)) for company in given}
    if len(named) > 1 or any(len(set(one)) != len(one) or not set(one) <= known.keys() for one in named):
        detail = N_("Score every company by the same award criteria, each once.")
        errors.append(FieldError("/scores", "criteria", detail))
    elif not any(_weight(known[place]) for one in named for place in one):
        errors.append(FieldError("/scores", "required", N_("Score by one award criterion with a weight at least.")))
    for at, company in enumerate(given):
        for n, one in enumerate(company.scores):
            if not 0 <= one.score <= MOST_SCORE:
                errors.append(FieldError(f"/scores/{at}/scores/{n}/score", "range", N_("From 0 to 100.")))
    if errors:
        raise Invalid(errors=errors)
    return [
        {
            "supplier": str(supplier_id),
            "scores": [
                {"criterion": one.criterion, "score": format(one.score, "f")}
                for one in sorted(by_company[supplier_id].scores, key=lambda one: one.criterion)
            ],
        }
        for supplier_id in participants
    ]


def totals_of(stored: Sequence[Mapping[str, Any]], criteria: Sequence[Mapping[str, Any]]) -> dict[UUID, Fraction]:
    """Return each company's score from 0 to 100 by the weights of the criteria that were used, exact."""
    return {UUID(company["supplier"]): total_of(company["scores"], criteria) for company in stored}


def total_of(scores: Sequence[Mapping[str, Any]], criteria: Sequence[Mapping[str, Any]]) -> Fraction:
    """Return a company's score by the weights of the criteria that were used, exact."""
    weights = [_weight(criteria[one["criterion"]]) for one in scores]
    points = sum((w * Fraction(Decimal(one["score"])) for w, one in zip(weights, scores, strict=True)), Fraction(0))
    return points / sum(weights)


def places_of(totals: Mapping[UUID, Fraction]) -> dict[UUID, int]:
    """Return each company's place, the best first; equal scores share a place."""
    return {one: 1 + sum(1 for other in totals.values() if other > total) for one, total in totals.items()}


def require_worst(totals: Mapping[UUID, Fraction], dropped: Collection[UUID]) -> None:
    """Raise Invalid unless somebody is dropped, and everybody who is scores less than everybody who is kept."""
    detail = N_("Drop the companies with the lowest scores; equal scores are treated alike.")
    out = {one: total for one, total in totals.items() if one in dropped}
    kept = [total for one, total in totals.items() if one not in dropped]
    if not out or len(out) != len(set(dropped)):
        detail = N_("Choose companies that take part.")
        raise Invalid(errors=[FieldError("/dropped_ids", "unknown", detail)])
    if kept and max(out.values()) >= min(kept):
        raise Invalid(errors=[FieldError("/dropped_ids", "order", detail)])


def require_left(participants: Collection[UUID], dropped: Collection[UUID], least: int) -> None:
    """Raise TooFewLeft where fewer than ``least`` companies would be left."""
    left = len(set(participants) - set(dropped))
    if left < least:
        raise TooFewLeft(least=least, left=left)


def require_over(ends: Iterable[datetime | None], moment: datetime) -> None:
    """Raise ReductionContestable while somebody who was dropped may complain; each end itself is late enough."""
    last = max((one for one in ends if one is not None), default=None)
    if last is not None and moment < last:
        raise ReductionContestable(ends_at=last.isoformat())


def require_part(company: UUID, admitted: Collection[UUID]) -> None:
    """Raise NotTakingPart where the company takes no part in the talks any more."""
    if company not in admitted:
        raise NotTakingPart


def _weight(criterion: Mapping[str, Any]) -> Fraction:
    return Fraction(Decimal(str(criterion["weight"] or 0)))


REFUSALS: Final = (ReductionNotForeseen, TooFewLeft, ReductionOpen, ReductionContestable, NotTakingPart)
"""What the module refuses of these."""
