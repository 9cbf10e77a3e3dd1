"""Drafts that are announced before their notice."""

from datetime import timedelta
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.planning import PublishPlan, WithdrawPlan
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.service import planning
from b2b_market.tendering.service.drafting import TenderContent
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for


def announce(
    runtime: Runtime, person: Actor, draft: TenderContent, days: int = 30, *, value_shown: bool = False
) -> PriorNotice:
    """Publish the prior notice of a draft that is planned in so many days."""
    with work_for(runtime, person) as work:
        command = PublishPlan(
            tender_id=draft.tender.id,
            expected_version=draft.version,
            planned_on=(work.now() + timedelta(days=days)).date(),
            value_shown=value_shown,
        )
        return planning.publish_plan(work, person, command)


def withdraw(runtime: Runtime, person: Actor, plan: PriorNotice, reason: str = "the need is gone") -> PriorNotice:
    """Take a prior notice back."""
    with work_for(runtime, person) as work:
        return planning.withdraw_plan(work, person, WithdrawPlan(plan.tender_id, plan.version, reason))


def in_world(runtime: Runtime, hall: Hall, command: DraftTender) -> dict[str, str]:
    """Announce a draft of the world; return what finds it."""
    draft = made.draft(runtime, hall, command)
    announce(runtime, hall.approver, draft)
    found: UUID = draft.tender.id
    return {"planned_tender_id": str(found)}
