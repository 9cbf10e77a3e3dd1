"""Complaints about the demo tenders."""

from uuid import UUID

from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.complaints import ComplaintInput, DraftComplaint, StepComplaint
from b2b_market.tendering.demo.cast import JINGTUO, Cast
from b2b_market.tendering.models.complaints import Complaint
from b2b_market.tendering.service import complaining, reviewing
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintTarget

GROUNDS = "技术要求指向单一品牌的机械密封。 / The mechanical seals that are asked for are those of one maker."
DEMAND = "请允许同等性能的产品。 / Allow products of equal performance."
ANSWER = "参数来自现有设备接口，三家均可满足。 / The values follow from our machines, and three makers meet them."


def lodge(cast: Cast, person: Actor, tender_id: UUID, content: ComplaintInput) -> Complaint:
    """Draft and lodge a complaint or an objection."""
    with cast.work(person) as work:
        drafted = complaining.draft_complaint(work, person, DraftComplaint(tender_id, content))
        work.session.flush()
        return complaining.lodge_complaint(work, person, StepComplaint(drafted.id, drafted.version))


def dispute(asked: Cast, now: Cast, tender_id: UUID) -> None:
    """Object to a tender's documents; the buyer rejects it, and the platform's review body has a complaint to hear."""
    said = ComplaintInput(kind=ComplaintKind.OBJECTION, target=ComplaintTarget.TENDER, grounds=GROUNDS, demand=DEMAND)
    objection = lodge(asked, asked.sales[JINGTUO], tender_id, said)
    answer = StepComplaint(objection.id, objection.version, ANSWER)
    asked.run(asked.approver, reviewing.reject_objection, answer)
    complaint = ComplaintInput(
        kind=ComplaintKind.COMPLAINT, target=ComplaintTarget.TENDER, grounds=GROUNDS, demand=DEMAND
    )
    lodge(now, now.sales[JINGTUO], tender_id, complaint)
