"""Tenders of several stages for tests: applications sent and judged, talks held."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.selecting import (
    Finding,
    JudgeApplication,
    RecordTalk,
    Reply,
    SendApplication,
)
from b2b_market.tendering.commands.tenders import CriterionInput, DraftTender, ReadTender, StepTender
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.service import applying, continuing, qualifying, talking
from b2b_market.tendering.service.applying import OwnApplication
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.service.qualifying import Judged
from b2b_market.tendering.service.talking import TalkView
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.selecting import TalkKind
from b2b_market.tendering.tasks import advance_due
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for

CRITERIA = (
    CriterionInput(kind=CriterionKind.EXCLUSION, name="No bankruptcy", evidence="Extract of the register"),
    CriterionInput(kind=CriterionKind.SELECTION, name="Turnover", evidence="Last balance sheet"),
    CriterionInput(kind=CriterionKind.AWARD, name="Price", weight=Decimal(100)),
)
REPLIES = (Reply(0, "We are solvent."), Reply(1, "12 million."))


def command(hall: Hall, procedure: str = "private-restricted", **changes: Any) -> DraftTender:
    """Return a draft with applications that is fit to publish; open to all unless changed."""
    defaults: dict[str, Any] = {
        "procedure": procedure,
        "entry": Entry.PUBLIC,
        "supplier_ids": (),
        "criteria": CRITERIA,
        "enquiry_ends_at": None,
        "closes_at": datetime.now(UTC) + timedelta(days=20),
    }
    return made.tender_command(hall, **{**defaults, **changes})


def apply(
    runtime: Runtime, hall: Hall, tender_id: UUID, place: int, replies: Sequence[Reply] = REPLIES, proposal: str = ""
) -> OwnApplication:
    """Send the application of the supplier at ``place``."""
    person = hall.sales[place]
    with work_for(runtime, person) as work:
        return applying.send_application(work, person, SendApplication(tender_id, tuple(replies), proposal))


def end_applications(runtime: Runtime, days: int = 8) -> None:
    """Let the time for applications pass: the clock stays moved."""
    made.move(runtime, timedelta(days=days))
    advance_due(runtime)


def received(runtime: Runtime, person: Actor, tender_id: UUID) -> list[Judged]:
    """Return the applications as the buyer sees them."""
    with work_for(runtime, person) as work:
        return list(qualifying.list_applications(work, person, ReadTender(tender_id)))


def findings(*, met: bool = True, score: str | None = None) -> tuple[Finding, ...]:
    """Return a finding for each criterion; one that fails does so for the second one."""
    points = Decimal(score) if score is not None and met else None
    return (Finding(0, met=True), Finding(1, met, "" if met else "Too small a turnover", points))


def judge(runtime: Runtime, hall: Hall, one: Judged, *, met: bool = True, score: str | None = None) -> Judged:
    """Judge an application as the evaluator."""
    judged = JudgeApplication(
        application_id=one.application.id,
        expected_version=one.qualification.version,
        findings=findings(met=met, score=score),
    )
    with work_for(runtime, hall.evaluator) as work:
        return qualifying.judge_application(work, hall.evaluator, judged)


def decide(runtime: Runtime, hall: Hall, tender_id: UUID) -> Tender:
    """Send the letters as the approver."""
    version = made.read(runtime, hall.approver, tender_id).version
    with work_for(runtime, hall.approver) as work:
        return qualifying.decide_qualification(work, hall.approver, StepTender(tender_id, version))


def qualified(runtime: Runtime, hall: Hall, wanted: DraftTender | None = None) -> TenderContent:
    """Run a tender from its publication to the invitation of every supplier; the clock stays moved."""
    content = made.published(runtime, hall, wanted or command(hall))
    tender_id = content.tender.id
    for place in range(len(hall.suppliers)):
        apply(runtime, hall, tender_id, place)
    end_applications(runtime)
    for one in received(runtime, hall.evaluator, tender_id):
        judge(runtime, hall, one)
    decide(runtime, hall, tender_id)
    made.move(runtime, timedelta(days=1, minutes=1))
    advance_due(runtime)
    return made.read(runtime, hall.purchaser, tender_id)


def record(runtime: Runtime, hall: Hall, tender_id: UUID, kind: TalkKind, **what: Any) -> Sequence[TalkView]:
    """Write an entry of the talks down as the evaluator."""
    version = made.read(runtime, hall.purchaser, tender_id).version
    given: dict[str, Any] = {"text": "We talked about the flange.", **what}
    with work_for(runtime, hall.evaluator) as work:
        command = RecordTalk(tender_id=tender_id, expected_version=version, kind=kind, **given)
        return talking.record_talk(work, hall.evaluator, command)


def meet(runtime: Runtime, hall: Hall, tender_id: UUID, *places: int) -> None:
    """Keep the minutes of a meeting with each of the suppliers at ``places``."""
    for place in places:
        held_at = datetime.now(UTC)
        record(runtime, hall, tender_id, TalkKind.SESSION, supplier_id=hall.suppliers[place], held_at=held_at)


def end_talks(runtime: Runtime, hall: Hall, tender_id: UUID) -> TenderContent:
    """End the talks as the purchaser; return the draft of the tender with the final bids."""
    version = made.read(runtime, hall.purchaser, tender_id).version
    with work_for(runtime, hall.purchaser) as work:
        return continuing.end_talks(work, hall.purchaser, StepTender(tender_id, version))


def negotiate(runtime: Runtime, hall: Hall, tender_id: UUID) -> Tender:
    """Begin the negotiation as the evaluator."""
    version = made.read(runtime, hall.purchaser, tender_id).version
    with work_for(runtime, hall.evaluator) as work:
        return talking.begin_negotiation(work, hall.evaluator, StepTender(tender_id, version))


def keep(runtime: Runtime, person: Actor, name: str, content: bytes) -> UUID:
    """Upload a text file of the person's company; return its id."""
    prepared = files.prepare(runtime.settings, files.Upload(name, "text/plain", content))
    with work_for(runtime, person) as work:
        return files.register(work, person, prepared).id
