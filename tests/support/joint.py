"""Joint tenders for tests: a lead buyer and companies that take part."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.joint import ConfirmParticipation, InviteParticipants
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import drafting, joining
from b2b_market.tendering.service.joining import JointView
from tests.support.people import make_company, make_person
from tests.support.tenders import Hall, draft
from tests.support.works import work_for


def partner(runtime: Runtime, name: str = "Hengli Castings") -> Actor:
    """Make another buyer with an approver."""
    return make_person(runtime, make_company(runtime, name, ("buyer",)), Role.BUYER_APPROVER, name="Pat Partner")


def invite(runtime: Runtime, hall: Hall, tender_id: UUID, org_ids: Sequence[UUID]) -> JointView:
    """Ask companies to take part in a draft."""
    with work_for(runtime, hall.purchaser) as work:
        version = drafting.read_own_tender(work, hall.purchaser, ReadTender(tender_id)).version
        return joining.invite_participants(work, hall.purchaser, InviteParticipants(tender_id, version, tuple(org_ids)))


def read(runtime: Runtime, person: Actor, tender_id: UUID) -> JointView:
    """Read who takes part as somebody sees it."""
    with work_for(runtime, person) as work:
        return joining.read_participants(work, person, ReadTender(tender_id))


def confirm(runtime: Runtime, person: Actor, tender_id: UUID, *quantities: str) -> JointView:
    """Take part with a quantity of the one item of each lot."""
    (own,) = read(runtime, person, tender_id).participants
    with work_for(runtime, person) as work:
        shares = tuple((Decimal(quantity),) for quantity in quantities)
        return joining.confirm_participation(work, person, ConfirmParticipation(tender_id, own.version, shares))


def asked_to_join(runtime: Runtime, hall: Hall, org_id: UUID) -> str:
    """Ask a company to take part in a new draft, and return the draft's id."""
    tender_id = draft(runtime, hall).tender.id
    invite(runtime, hall, tender_id, [org_id])
    return str(tender_id)
