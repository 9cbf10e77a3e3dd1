"""Committees for tests: a pool of five experts and two others, and an expert of another company."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.committee import Declare, HandIn, NameCommittee, Named
from b2b_market.tendering.commands.evaluation import Score
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import committee, drafting, procedures
from b2b_market.tendering.service.committee import CommitteeView
from tests.support.people import make_company, make_person
from tests.support.works import work_for

SHAPE = {"least": 5, "experts": 2, "of": 3}


def name(runtime: Runtime, purchaser: Actor, tender_id: UUID, outside: UUID | None = None) -> dict[UUID, Actor]:
    """Name a pool of eight people for a draft and return them by id; one is of another company."""
    company = outside or make_company(runtime, "Experts Ltd", ("supplier",))
    people: dict[UUID, Actor] = {}
    named = []
    for number in range(8):
        email = f"juror-{new_id()}@example.org"
        org, role = (purchaser.org_id, Role.BUYER_EVALUATOR) if number else (company, Role.SUPPLIER_SALES)
        person = make_person(runtime, org, role, name=f"Juror {number}", email=email)
        people[person.user_id] = person
        named.append(Named(email, number < 6))
    with work_for(runtime, purchaser) as work:
        version = drafting.read_own_tender(work, purchaser, ReadTender(tender_id)).tender.version
        command = NameCommittee(tender_id=tender_id, expected_version=version, seats=5, people=tuple(named))
        committee.name_committee(work, purchaser, command)
    return people


def procedure(runtime: Runtime, purchaser: Actor, base: str = "private-open") -> str:
    """Compose a procedure with a committee, and return its id."""
    values = {**profile(base).values, "committee": SHAPE, "documents": {"takers": "secret"}}
    with work_for(runtime, purchaser) as work:
        command = ComposeProcedure(name=f"With committee {new_id()}", base=base, values=values)
        return str(procedures.compose_procedure(work, purchaser, command).id)


def view(runtime: Runtime, person: Actor, tender_id: UUID) -> CommitteeView:
    """Return the committee as somebody sees it."""
    with work_for(runtime, person) as work:
        return committee.read_committee(work, person, ReadTender(tender_id))


def declare(runtime: Runtime, person: Actor, tender_id: UUID, *, conflict: bool = False) -> CommitteeView:
    """Declare as a member."""
    seat = view(runtime, person, tender_id).seat
    assert seat is not None
    with work_for(runtime, person) as work:
        command = Declare(tender_id, seat.version, conflict, "my brother works there" if conflict else "")
        return committee.declare_interests(work, person, command)


def hand_in(runtime: Runtime, person: Actor, tender_id: UUID, scores: Mapping[UUID, str]) -> CommitteeView:
    """Hand in a sheet: a score by bid on the one criterion besides the price."""
    seat = view(runtime, person, tender_id).seat
    assert seat is not None
    with work_for(runtime, person) as work:
        given = tuple(Score(bid, "1", Decimal(score)) for bid, score in scores.items())
        return committee.hand_in_sheet(work, person, HandIn(tender_id, seat.version, given))
