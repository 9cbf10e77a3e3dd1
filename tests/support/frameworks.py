"""Framework agreements for tests: concluded from a tender that was really sealed, opened, evaluated and decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.frameworks import (
    CallOffLine,
    LotCeiling,
    PlaceCallOff,
    ReadCallOff,
    ReadFramework,
    SetFrameworkTerms,
    StepCallOff,
)
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.models.frameworks import CallOff, Framework
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import answering, calling, frameworks, framing, procedures
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.frameworks import CallOffView, FrameworkView
from b2b_market.tendering.service.framing import TermsView
from b2b_market.tendering.states.frameworks import CallOffMode
from b2b_market.tendering.tasks import conclude_over
from tests.support import judging
from tests.support import tenders as made
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for

NEEDED = date(2098, 1, 31)


@dataclass(frozen=True)
class Agreed:
    """A hall and the framework agreement of the one lot that it awarded."""

    hall: Hall
    framework_id: UUID


def procedure(runtime: Runtime, hall: Hall, base: str = "private-open", standstill: int = 2) -> str:
    """Compose a procedure that concludes frameworks within the times of ordinary test tenders, and return its id."""
    found = profile(base).values
    periods = {**found["periods"], "standstill": {"amount": standstill, "unit": "calendar_days"}}
    content = {**found, "periods": periods, "framework": {"members": 5, "months": 48}}
    with work_for(runtime, hall.purchaser) as work:
        command = ComposeProcedure(name=f"Frameworks {new_id()}", base=base, values=content)
        return str(procedures.compose_procedure(work, hall.purchaser, command).id)


def command(runtime: Runtime, hall: Hall, **changes: Any) -> DraftTender:
    """Return a draft whose awards conclude frameworks, judged by price alone."""
    wanted = made.tender_command(hall, criteria=judging.PRICE_ALONE, procedure=procedure(runtime, hall))
    return replace(wanted, **changes)


def set_terms(runtime: Runtime, hall: Hall, content: TenderContent, **changes: Any) -> TermsView:
    """Set the terms of a draft: two members, a ceiling of 1000 and of 15 pieces."""
    terms = SetFrameworkTerms(
        tender_id=content.tender.id,
        expected_version=content.tender.version,
        members=2,
        months=24,
        mode=CallOffMode.CASCADE,
        answer_hours=48,
        ceilings=(LotCeiling(Decimal(1000), (Decimal(15),)),),
    )
    with work_for(runtime, hall.purchaser) as work:
        return framing.set_framework_terms(work, hall.purchaser, replace(terms, **changes))


def concluded(
    runtime: Runtime,
    hall: Hall | None = None,
    prices: Sequence[str] = ("60", "65", "70"),
    currencies: Sequence[str] = (),
    **terms: Any,
) -> Agreed:
    """Conclude a framework of one lot: as many bidders as prices; the clock stays where the stand-still is over."""
    hall = hall or made.make_hall(runtime, len(prices))
    given = [*currencies, *("CNY" for _ in prices)]
    bids = [{0: judging.content(price, given[n])} for n, price in enumerate(prices)]
    wanted = command(runtime, hall)
    tender = judging.opened(runtime, hall, bids, wanted, prepare=lambda draft: set_terms(runtime, hall, draft, **terms))
    return conclude(runtime, hall, tender, timedelta(days=3))


def conclude(runtime: Runtime, hall: Hall, tender: TenderContent, wait: timedelta = timedelta(0)) -> Agreed:
    """Evaluate an opened tender of one lot, decide it, and let the stand-still pass."""
    found = judging.begin(runtime, hall, tender)
    judging.approve(runtime, hall.approver, judging.propose(runtime, hall.evaluator, judging.turn(found.lots[0])))
    made.move(runtime, wait)
    assert conclude_over(runtime) == 1
    (framework,) = rows_of(runtime, system_actor("test", hall.buyer_id), select(Framework))
    return Agreed(hall, framework.id)


def framed_tender(runtime: Runtime, hall: Hall, fast: DraftTender) -> TenderContent:
    """Publish a tender whose award concludes a framework agreement without a stand-still."""
    wanted = replace(fast, procedure=procedure(runtime, hall, standstill=0), criteria=judging.PRICE_ALONE)
    return made.published(runtime, hall, wanted, lambda draft: set_terms(runtime, hall, draft, months=48))


def bid_twice(runtime: Runtime, hall: Hall, tender: TenderContent) -> None:
    """Seal readable bids of the first two suppliers."""
    for place, price in enumerate(("60", "65")):
        judging.bid(runtime, hall, tender, place, {0: judging.content(price)})


def ordered(runtime: Runtime, hall: Hall, tender_id: UUID, chief: Actor) -> dict[str, str]:
    """Conclude the agreement of a closed tender, offer its best member an order, and return the ids."""
    made.open_bids(runtime, hall, tender_id)
    agreed = conclude(runtime, hall, made.read(runtime, hall.purchaser, tender_id))
    order = place(runtime, chief, agreed.framework_id)
    return {
        "framework_id": str(agreed.framework_id),
        "call_off_id": str(order.id),
        "framed_tender_id": str(tender_id),
    }


def read(runtime: Runtime, person: Actor, framework_id: UUID) -> FrameworkView:
    """Read an agreement as somebody sees it."""
    with work_for(runtime, person) as work:
        return frameworks.read_framework(work, person, ReadFramework(framework_id))


def read_call_off(runtime: Runtime, person: Actor, call_off_id: UUID) -> CallOffView:
    """Read a call-off as somebody sees it."""
    with work_for(runtime, person) as work:
        return frameworks.read_call_off(work, person, ReadCallOff(call_off_id))


def place(runtime: Runtime, person: Actor, framework_id: UUID, quantity: str = "5") -> CallOff:
    """Call some of the one item off."""
    line = CallOffLine(position=1, quantity=Decimal(quantity), required_on=NEEDED, delivery_place="Gate 3")
    with work_for(runtime, person) as work:
        return calling.place_call_off(work, person, PlaceCallOff(framework_id=framework_id, lines=(line,)))


def accept(runtime: Runtime, person: Actor, call_off: CallOff) -> CallOff:
    """Accept as the member whose turn it is."""
    with work_for(runtime, person) as work:
        return answering.accept_call_off(work, person, StepCallOff(call_off.id, call_off.version))


def decline(runtime: Runtime, person: Actor, call_off: CallOff, why: str = "no capacity") -> CallOff:
    """Decline as the member whose turn it is."""
    with work_for(runtime, person) as work:
        return answering.decline_call_off(work, person, StepCallOff(call_off.id, call_off.version, why))


def cancel(runtime: Runtime, person: Actor, call_off: CallOff, why: str = "not needed") -> CallOff:
    """Cancel as the buyer."""
    with work_for(runtime, person) as work:
        version = frameworks.read_call_off(work, person, ReadCallOff(call_off.id)).version
        return calling.cancel_call_off(work, person, StepCallOff(call_off.id, version, why))
