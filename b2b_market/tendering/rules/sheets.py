"""Score sheets: each member scores alone, all sheets open together, the committee's score is their trimmed mean.

Scores are whole or decimal numbers from 0 to 100 on each technical criterion. With five members or more the highest
and the lowest score of a criterion do not count (a trimmed mean); every sheet stays readable beside the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Kind, Refusal
from b2b_market.kernel.text import N_

BEST = 100
TRIMMED_FROM = 5
"""From this many members on the extremes do not count; with fewer, too little would be left."""

Sheet = Mapping[tuple[UUID, str], Decimal]
"""One member's scores by bid and criterion."""


class SheetIncomplete(Refusal):
    """A sheet that leaves scores out, or has some that are not asked for."""

    kind, code = Kind.INVALID, "tender-sheet-incomplete"
    title = N_("The score sheet is not complete")
    advice = N_("Score every bid on every criterion from 0 to 100, with at most two decimals.")


class SheetsMissing(Refusal):
    """The sheets cannot be opened yet."""

    code, title = "tender-sheets-missing", N_("Not every member has handed in a score sheet")
    advice = N_("{missing} of {members} members still have to hand in theirs; then all sheets are opened together.")


@dataclass(frozen=True, slots=True)
class CommitteeScore:
    """One bid on one criterion: the exact score, each member's, and the members whose score does not count."""

    bid_id: UUID
    criterion: str
    score: Fraction
    given: Mapping[UUID, Decimal]
    trimmed: tuple[UUID, ...]


def require_complete(sheet: Sheet, bids: Sequence[UUID], criteria: Sequence[str]) -> None:
    """Refuse a sheet that does not score every bid on every criterion, once, from 0 to 100 in hundredths."""
    wanted = [(bid_id, criterion) for bid_id in bids for criterion in criteria]
    errors = []
    for bid_id, criterion in wanted:
        score = sheet.get((bid_id, criterion))
        if score is None:
            errors.append(_wrong(bid_id, criterion, "missing", N_("A score is missing.")))
        elif not 0 <= score <= BEST or score != round(score, 2):
            errors.append(_wrong(bid_id, criterion, "range", N_("A score is from 0 to 100 with at most two decimals.")))
    errors += [
        _wrong(bid_id, criterion, "unknown", N_("This bid or criterion is not scored."))
        for bid_id, criterion in sheet.keys() - set(wanted)
    ]
    if errors:
        raise SheetIncomplete(errors=errors)


def require_all(members: Sequence[UUID], handed_in: Sequence[UUID]) -> None:
    """Refuse to open sheets before every member has handed in."""
    missing = len(set(members) - set(handed_in))
    if missing:
        raise SheetsMissing(missing=str(missing), members=str(len(members)))


def committee_scores(
    sheets: Mapping[UUID, Sheet], bids: Sequence[UUID], criteria: Sequence[str]
) -> tuple[CommitteeScore, ...]:
    """Return the committee's score of every bid on every criterion, exact, in the order of ``bids`` and ``criteria``.

    ``sheets`` are complete and by member. From five members on the highest and the lowest score are left out; of equal
    ones the member with the lowest identifier.
    """
    found = []
    for bid_id in bids:
        for criterion in criteria:
            given = {member: sheets[member][bid_id, criterion] for member in sorted(sheets)}
            trimmed = _extremes(given) if len(given) >= TRIMMED_FROM else ()
            counted = [Fraction(score) for member, score in given.items() if member not in trimmed]
            found.append(CommitteeScore(bid_id, criterion, sum(counted, Fraction(0)) / len(counted), given, trimmed))
    return tuple(found)


def _extremes(given: Mapping[UUID, Decimal]) -> tuple[UUID, UUID]:
    lowest = min(given, key=lambda member: (given[member], member))
    highest = min((member for member in given if member != lowest), key=lambda member: (-given[member], member))
    return lowest, highest


def _wrong(bid_id: UUID, criterion: str, code: str, right: str) -> FieldError:
    return FieldError(f"/scores/{bid_id}/{criterion}", code, right)
