"""Requests to participate: when they are received, what they answer, and who is chosen by the published criteria."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.selecting import Finding, Reply
from b2b_market.tendering.states.procedures import CriterionKind
from b2b_market.tendering.states.selecting import DECIDABLE, QualificationStatus
from b2b_market.tendering.states.tenders import TenderStatus

MOST_FILES: Final = 20
HUNDRED: Final = Decimal(100)
_ENDED: Final = frozenset(TenderStatus) - {
    TenderStatus.DRAFT,
    TenderStatus.PENDING_APPROVAL,
    TenderStatus.CANCELLED,
}


class ApplicationTooLate(Refusal):
    """It came at or after the end of the period; nothing of it is kept."""

    code, audited = "tender-application-too-late", True
    title = N_("The time for applications is over")
    advice = N_("Applications were received until {ends_at}; yours came at {received_at}. Nothing of it was kept.")


class NoApplicationsNow(Refusal):
    """The tender takes no applications in its present status."""

    code = "tender-no-applications"
    title = N_("This tender takes no applications now")
    advice = N_("Its status is {status}. Applications are received after the publication, until their time is over.")


class ApplicationsUndecided(Refusal):
    """The letters go out for all applications together."""

    code = "tender-applications-undecided"
    title = N_("Not every application is decided")
    advice = N_("{count} applications wait for a finding, or for the second person who confirms that they fail.")


class TooManyFiles(Refusal):
    """An application or answer has so many files already."""

    code = "tender-too-many-files"
    title = N_("There are too many files")
    advice = N_("At most {most} files belong to one application or answer. Remove one first, or join them.")


def require_applying(ends_at: datetime | None, status: TenderStatus, moment: datetime) -> None:
    """Refuse unless the tender takes applications and ``moment``, read after the gate, lies before their end.

    The end is half-open: at ``ends_at`` is too late.
    """
    if status is TenderStatus.APPLICATIONS and ends_at is not None and moment < ends_at:
        return
    if ends_at is not None and status in _ENDED and moment >= ends_at:
        raise ApplicationTooLate(ends_at=ends_at.isoformat(), received_at=moment.isoformat())
    raise NoApplicationsNow(status=status.value)


def judged_by(criteria: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Return the criteria that applications are judged by, by their position among all of them."""
    kinds = (CriterionKind.EXCLUSION.value, CriterionKind.SELECTION.value)
    return {place: one for place, one in enumerate(criteria) if one["kind"] in kinds}


def require_replies(replies: Sequence[Reply], criteria: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the replies as they are stored; raise Invalid unless each criterion is answered once, and no other."""
    asked = judged_by(criteria)
    given = {one.criterion: one.text.strip() for one in replies}
    errors = [
        FieldError(f"/replies/{place}", "required", N_("Answer every criterion."))
        for place in asked
        if not given.get(place)
    ]
    if len(given) != len(replies) or not given.keys() <= asked.keys():
        errors.append(FieldError("/replies", "unknown", N_("Answer each criterion once, and no other.")))
    if errors:
        raise Invalid(errors=errors)
    return [{"criterion": place, "answer": given[place]} for place in asked]


def require_findings(
    findings: Sequence[Finding], criteria: Sequence[Mapping[str, Any]], *, ranked: bool
) -> list[dict[str, Any]]:
    """Return the findings as they are stored; raise Invalid unless every criterion has one, and no other.

    What is not met says why. Where those invited are ``ranked``, selection criteria that are met have a score from 0
    to 100, and nothing else has one.
    """
    asked = judged_by(criteria)
    given = {one.criterion: one for one in findings}
    if len(given) != len(findings) or given.keys() != asked.keys():
        raise Invalid(errors=[FieldError("/findings", "incomplete", N_("Judge each criterion once, and no other."))])
    errors = [error for place, one in given.items() for error in _finding_errors(one, asked[place], ranked=ranked)]
    if errors:
        raise Invalid(errors=errors)
    return [
        {"criterion": one.criterion, "met": one.met, "remark": one.remark.strip(), "score": _written(one.score)}
        for one in (given[place] for place in asked)
    ]


def _finding_errors(finding: Finding, criterion: Mapping[str, Any], *, ranked: bool) -> Iterable[FieldError]:
    at = f"/findings/{finding.criterion}"
    if not finding.met and not finding.remark.strip():
        yield FieldError(f"{at}/remark", "required", N_("Say why it is not met; the company reads it."))
    scored = ranked and finding.met and criterion["kind"] == CriterionKind.SELECTION.value
    if scored != (finding.score is not None):
        yield FieldError(f"{at}/score", "scored", N_("Score each selection criterion that is met, and nothing else."))
    elif finding.score is not None and not 0 <= finding.score <= HUNDRED:
        yield FieldError(f"{at}/score", "range", N_("A score lies between 0 and 100."))


def is_met(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether every criterion is met."""
    return all(one["met"] for one in findings)


def total_score(findings: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the sum of the scores; every selection criterion counts alike."""
    return sum((Decimal(one["score"]) for one in findings if one["score"] is not None), Decimal(0))


def require_decided(statuses: Iterable[QualificationStatus]) -> None:
    """Raise ApplicationsUndecided while one is neither qualified nor confirmed to fail."""
    waiting = sum(1 for one in statuses if one not in DECIDABLE)
    if waiting:
        raise ApplicationsUndecided(count=waiting)


def ranked(totals: Mapping[UUID, Decimal]) -> dict[UUID, int]:
    """Return each company's place by its total score, the best first; equal scores share a place."""
    return {one: 1 + sum(1 for other in totals.values() if other > total) for one, total in totals.items()}


def chosen(places: Mapping[UUID, int], most: int | None) -> set[UUID]:
    """Return who is invited: the first ``most`` places with all who share the last of them; everybody for none."""
    return {one for one, place in places.items() if most is None or place <= most}


def _written(score: Decimal | None) -> str | None:
    return None if score is None else format(score, "f")


REFUSALS: Final = (ApplicationTooLate, NoApplicationsNow, ApplicationsUndecided, TooManyFiles)
