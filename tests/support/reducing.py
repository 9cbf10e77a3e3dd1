"""Talks that go on with fewer companies, for tests."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.reducing import (
    CompanyScores,
    CriterionScore,
    DecideReduction,
    LeaveTalks,
    ProposeReduction,
)
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.reducing import Departure
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import departing, procedures, reducing
from b2b_market.tendering.service.reducing import ReductionView
from tests.support import selecting
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for

PRICE = 2
"""Where the award criterion stands among those of a staged tender."""


def procedure(runtime: Runtime, hall: Hall, least: int | None = 1, **more: Any) -> str:
    """Compose a two-stage procedure that keeps so many companies at least, all for none; return its id."""
    values = dict(profile("private-two-stage").values)
    talks = {name: value for name, value in values["talks"].items() if name != "least_left"}
    values = {**values, "talks": talks if least is None else {**talks, "least_left": least}, **more}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name=f"Fewer {new_id()}", base="private-two-stage", values=values)
        return str(procedures.compose_procedure(work, hall.purchaser, command).id)


def dialogue(runtime: Runtime, hall: Hall, code: str) -> UUID:
    """Return a tender after ``code`` whose dialogue has begun, with a meeting with every supplier."""
    content = selecting.qualified(runtime, hall, selecting.command(hall, code, closes_at=None))
    selecting.meet(runtime, hall, content.tender.id, *range(len(hall.suppliers)))
    return content.tender.id


def scores(hall: Hall, *points: str) -> tuple[CompanyScores, ...]:
    """Return a score by price for each of the first suppliers."""
    found = zip(hall.suppliers, points, strict=False)
    return tuple(CompanyScores(one, (CriterionScore(PRICE, Decimal(score)),)) for one, score in found)


def propose(runtime: Runtime, hall: Hall, tender_id: UUID, points: tuple[str, ...], *dropped: int) -> ReductionView:
    """Propose as the evaluator to drop the suppliers at these places."""
    version = made.read(runtime, hall.purchaser, tender_id).version
    command = ProposeReduction(
        tender_id=tender_id,
        expected_version=version,
        scores=scores(hall, *points),
        dropped_ids=tuple(hall.suppliers[place] for place in dropped),
        reason="The weakest solution",
    )
    with work_for(runtime, hall.evaluator) as work:
        return reducing.propose_reduction(work, hall.evaluator, command)


def confirm(runtime: Runtime, hall: Hall, found: ReductionView) -> ReductionView:
    """Confirm a proposal as the approver."""
    with work_for(runtime, hall.approver) as work:
        command = DecideReduction(found.reduction.id, found.version)
        return reducing.confirm_reduction(work, hall.approver, command)


def leave(runtime: Runtime, hall: Hall, tender_id: UUID, place: int, reason: str = "No capacity") -> Departure:
    """Let the supplier at ``place`` leave."""
    person = hall.sales[place]
    with work_for(runtime, person) as work:
        return departing.leave_talks(work, person, LeaveTalks(tender_id, reason))


def departures(runtime: Runtime, person: Any, tender_id: UUID) -> list[Departure]:
    """Return who left as a person sees it."""
    with work_for(runtime, person) as work:
        return list(departing.list_departures(work, person, ReadTender(tender_id)))
