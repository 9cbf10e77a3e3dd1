"""Complaints for tests: a company of the platform with a review body, and each step as one call."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2b_market.files import public as files
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.tendering.commands.complaints import (
    ComplaintInput,
    DraftComplaint,
    ReadComplaint,
    RecordFee,
    StepComplaint,
)
from b2b_market.tendering.commands.procedures import ComposeProcedure
from b2b_market.tendering.models.complaints import Complaint
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.service import complaining, procedures, reviewing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintTarget
from b2b_market.tendering.states.publicity import PublicityStatus
from tests.support import tenders
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.works import work_for


def make_body(runtime: Runtime) -> tuple[Actor, Actor]:
    """Found the platform's company, and return somebody of its review body and its operator."""
    home = make_company(runtime, "The Platform", (), platform=True)
    return (
        make_person(runtime, home, Role.PLATFORM_REVIEWER, name="Rana Reviewer"),
        make_person(runtime, home, Role.PLATFORM_OPERATOR, name="Olivia Operator"),
    )


def draft(
    runtime: Runtime,
    person: Actor,
    tender_id: UUID,
    target: ComplaintTarget = ComplaintTarget.TENDER,
    target_id: UUID | None = None,
    kind: ComplaintKind = ComplaintKind.COMPLAINT,
    evidence: bytes = b"",
) -> Complaint:
    """Draft a complaint, with a file where its content is given."""
    prepared = files.prepare(runtime.settings, files.Upload("proof.txt", "text/plain", evidence)) if evidence else None
    with work_for(runtime, person) as work:
        said = ComplaintInput(
            kind=kind,
            target=target,
            target_id=target_id,
            grounds="The flange fits one maker only.",
            demand="Open it up.",
            file_ids=() if prepared is None else (files.register(work, person, prepared).id,),
        )
        return complaining.draft_complaint(work, person, DraftComplaint(tender_id, said))


def lodge(runtime: Runtime, person: Actor, tender_id: UUID, *aim: Any, **how: Any) -> Complaint:
    """Draft and lodge a complaint."""
    made = draft(runtime, person, tender_id, *aim, **how)
    return step(runtime, person, complaining.lodge_complaint, made)


def step(runtime: Runtime, person: Actor, run: Any, complaint: Complaint, text: str = "") -> Complaint:
    """Take a step of a complaint as it stands now."""
    with work_for(runtime, person) as work:
        seen = complaining.read_complaint(work, person, ReadComplaint(complaint.id))
        found: Complaint = run(work, person, StepComplaint(complaint.id, seen.version, text))
        return found


def pay(runtime: Runtime, operator: Actor, complaint: Complaint, reference: str = "BANK-1") -> Complaint:
    """Record the fee of a complaint."""
    with work_for(runtime, operator) as work:
        seen = complaining.read_complaint(work, operator, ReadComplaint(complaint.id))
        return reviewing.record_complaint_fee(work, operator, RecordFee(complaint.id, seen.version, reference))


def seen(runtime: Runtime, person: Actor, complaint: Complaint) -> Complaint:
    """Return a complaint as somebody sees it now."""
    with work_for(runtime, person) as work:
        return complaining.read_complaint(work, person, ReadComplaint(complaint.id))


def procedure(runtime: Runtime, purchaser: Actor, **changes: object) -> str:
    """Compose a procedure whose complaints the platform decides for a fee, and return its id."""
    asked = {**profile("eu-open").values["complaints"], "documents": {"amount": 1, "unit": "calendar_days"}}
    values = {**profile("private-open").values, "complaints": {**asked, **changes}}
    with work_for(runtime, purchaser) as work:
        command = ComposeProcedure(name=f"With complaints {new_id()}", base="private-open", values=values)
        return str(procedures.compose_procedure(work, purchaser, command).id)


def messages(runtime: Runtime, person: Actor) -> list[Notification]:
    """Return what a person was told in the product."""
    machine = system_actor("test", *person.org_ids)
    return list(rows_of(runtime, machine, select(Notification).where(Notification.user_id == person.user_id)))


def published_candidates(runtime: Runtime, purchaser: Actor, tender: TenderContent, bidders: Sequence[UUID]) -> None:
    """Store a ranking of two candidates of the first lot, for pages that only show it."""
    with work_for(runtime, purchaser) as work:
        shown = [
            {
                "bid": str(new_id()),
                "place": place,
                "supplier": str(bidder),
                "name": f"Bidder {place}",
                "total": {"amount": f"{900 + place}.00", "currency": "CNY"},
                "score": "87.50",
            }
            for place, bidder in enumerate(bidders, start=1)
        ]
        row = PublicityRow(
            id=new_id(),
            created_at=work.now(),
            changed_at=work.now(),
            tender_id=tender.tender.id,
            lot_id=tender.lots[0].id,
            buyer_id=tender.tender.buyer_id,
            party_ids=list(tender.tender.party_ids),
            bidder_ids=list(bidders),
            public=True,
            status=PublicityStatus.RUNNING,
            candidates=shown,
            published_by=purchaser.user_id,
            due_at=work.now(),
            ends_at=work.now() + timedelta(days=3),
        )
        work.session.add(row)
        work.record("tender_publicity.stored", row)


def in_world(runtime: Runtime, hall: Hall, operator: Actor) -> dict[str, str]:
    """Let the first bidder complain with a file, and pay; return the ids of the complaint and its file."""
    asked = procedure(runtime, hall.purchaser)
    tender = tenders.published(runtime, hall, tenders.tender_command(hall, procedure=asked))
    complaint = lodge(runtime, hall.sales[0], tender.tender.id, evidence=b"a drawing\n")
    pay(runtime, operator, complaint)
    return {"complaint_id": str(complaint.id), "complaint_file_id": str(complaint.files[0]["id"])}
