"""Announcing a tender before its notice: published by a second person, withdrawn, followed by the tender itself."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.disclosure import TellStep
from b2b_market.tendering.commands.planning import ListPlans, PublishPlan, WithdrawPlan
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents import ocds_parts
from b2b_market.tendering.documents.ocds import Told
from b2b_market.tendering.events.planning import PlanWithdrawn, TenderPlanned
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import planning as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import planning as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.naming import names_of
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.stepping import HANDLERS, Step, grounded, put_on_record
from b2b_market.tendering.states.disclosure import StepKind
from b2b_market.tendering.states.planning import PLAN_LIFECYCLE, PlanStatus

__all__ = ["PriorNotice", "list_plans", "publish_plan", "read_plan", "withdraw_plan"]
FOR_ALL = "prior notices are there for everybody"


@operation(TenderPermission.APPROVE)
def publish_plan(work: Work, scope: Scope, command: PublishPlan) -> PriorNotice:
    """Announce a draft to everybody: its title, description and classes, the planned day, and its estimate if shown.

    By another person than its author and last editor (S1). ``expected_version`` is the tender's. Invalid for a day
    that is not ahead, PlanNotForeseen for tenders that are never public, PlanStands for one that is announced.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    known = queries.latest(work.session, tender.id)
    stands = known is not None and known.status is PlanStatus.PLANNED
    procedure = read_procedure(tender.values)
    rules.require_plannable(tender.status, procedure.notice, tender.rehearsal_factor, stands=stands)
    require_other_person(scope.actor, tender.author_id, tender.editor_id)
    rules.require_ahead(command.planned_on, work.now().astimezone(ZoneInfo(scope.actor.org_timezone)).date())
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    value = rules.value_of(_estimates(work, scope, tender, lots), shown=command.value_shown)
    plan = _plan(work, scope, tender, lots, command)
    plan.value = value
    work.session.add(plan)
    said = TenderPlanned(plan_id=plan.id, tender_id=tender.id, buyer_id=tender.buyer_id, planned_on=command.planned_on)
    work.emit(said, plan)
    work.session.flush()
    return plan


@operation(TenderPermission.APPROVE)
def withdraw_plan(work: Work, scope: Scope, command: WithdrawPlan) -> PriorNotice:
    """Take the prior notice of an own tender back, and say why; ``expected_version`` is the prior notice's."""
    work.gate(command.tender_id, exclusive=True)
    plan = queries.lock_own(work.session, scope, command.tender_id)
    work.expect_version(plan, command.expected_version)
    PLAN_LIFECYCLE.require(plan.status, "withdraw")
    _withdraw(work, plan, require_reason(command.reason))
    return plan


@operation(public=True, reason=FOR_ALL)
def list_plans(work: Work, _scope: Scope, command: ListPlans) -> Page[PriorNotice]:
    """Return a page of the prior notices that stand and fit, the next planned one first."""
    return queries.search(work.session, command)


@operation(public=True, reason=FOR_ALL)
def read_plan(work: Work, _scope: Scope, command: ReadTender) -> PriorNotice:
    """Return the last prior notice of a tender; NotFound where it was never announced."""
    found = queries.latest(work.session, command.tender_id)
    if found is None:
        raise NotFound(tender_id=str(command.tender_id))
    return found


@operation(system=True, reason="handlers note that an announced tender is published")
def follow_plan(work: Work, scope: Scope, command: ReadTender) -> None:
    """Note that the tender of a prior notice is published; nothing where none stands."""
    plan = _standing(work, scope, command.tender_id)
    if plan is not None:
        PLAN_LIFECYCLE.advance(plan, "follow")
        work.touch(plan)
        work.record("tender_prior_notice.followed", plan)


@operation(system=True, reason="handlers take back what was announced of a tender that was called off")
def lapse_plan(work: Work, scope: Scope, command: TellStep) -> None:
    """Withdraw the prior notice of a draft that was called off, for the same reason; nothing where none stands."""
    plan = _standing(work, scope, command.tender_id)
    if plan is not None:
        _withdraw(work, plan, command.reason)


@operation(system=True, reason=HANDLERS)
def tell_planned(work: Work, scope: Scope, command: TellStep) -> None:
    """Put a prior notice on record, with a release of the planning stage; ``part_id`` is its id."""
    plan = queries.plan(work.session, scope, command.part_id)
    if plan is None:
        return
    facts = {"planned_on": plan.planned_on.isoformat(), "title": plan.title}
    parts = ocds_parts.planning_parts(plan.number, (plan.title, plan.description), plan.planned_on)
    if plan.value is not None:
        parts["planning"]["budget"] = {"amount": ocds_parts.amount(plan.value, plan.currency)}
        parts["tender"]["value"] = ocds_parts.amount(plan.value, plan.currency)
    step = Step(
        name=f"planned-{plan.id}",
        kind=StepKind.PLANNED,
        at=plan.published_at,
        told=Told(tags=("planning",), parts=parts),
        facts=facts,
    )
    put_on_record(grounded(work, scope, plan.tender_id), step)


@operation(system=True, reason=HANDLERS)
def tell_plan_withdrawn(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that a prior notice was withdrawn, and why; ``part_id`` is its id."""
    plan = queries.plan(work.session, scope, command.part_id)
    if plan is None:
        return
    step = Step(
        name=f"planned-{plan.id}-withdrawn",
        kind=StepKind.PLAN_WITHDRAWN,
        at=work.now(),
        told=Told(tags=("planningUpdate",), parts={"tender": {"id": plan.number, "status": "withdrawn"}}),
        facts={"reason": command.reason},
    )
    put_on_record(grounded(work, scope, plan.tender_id), step)


def _standing(work: Work, scope: Scope, tender_id: UUID) -> PriorNotice | None:
    try:
        plan = queries.lock_own(work.session, scope, tender_id)
    except NotFound:
        return None
    return plan if plan.status is PlanStatus.PLANNED else None


def _withdraw(work: Work, plan: PriorNotice, reason: str) -> None:
    PLAN_LIFECYCLE.advance(plan, "withdraw")
    plan.reason = reason
    work.touch(plan)
    work.emit(PlanWithdrawn(plan_id=plan.id, tender_id=plan.tender_id, buyer_id=plan.buyer_id, reason=reason), plan)


def _estimates(work: Work, scope: Scope, tender: Tender, lots: Sequence[TenderLot]) -> list[Decimal | None]:
    hidden = tender_queries.estimates_of(work.session, scope, tender.id)
    return [lot.estimate if lot.estimate is not None else hidden.get(lot.id) for lot in lots]


def _plan(work: Work, scope: Scope, tender: Tender, lots: Sequence[TenderLot], command: PublishPlan) -> PriorNotice:
    buyer = organizations.company(work, scope.actor, tender.buyer_id)
    classes = {lot.classification for lot in lots} | {item["classification"] for lot in lots for item in lot.items}
    classes -= {""}
    said = [tender.number, tender.title, tender.description, buyer.legal_name_zh, buyer.legal_name_en]
    said += [text for lot in lots for text in (lot.title, *(item["name"] for item in lot.items))]
    return PriorNotice(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        buyer_name=buyer.name,
        buyer_names=names_of(buyer.legal_name_zh, buyer.legal_name_en),
        number=tender.number,
        title=tender.title,
        description=tender.description,
        classes=sorted(classes),
        codes=sorted(reference.classes_above(work, scope.actor, classes)),
        search="\n".join(said).casefold(),
        currency=tender.currency,
        planned_on=command.planned_on,
        status=PLAN_LIFECYCLE.initial,
        published_by=scope.user_id,
        published_at=work.now(),
    )
