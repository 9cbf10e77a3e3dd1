"""Amendments above their author's limit: submitted to the approvers, decided on by another person, or taken back.

The request goes on under the version that stands. An approval publishes the next one as it would be published at that
moment: which quotations must be confirmed, and whether suppliers are left enough time, is judged then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.canonical import digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.amending import AmendRfq, DecideAmendment, ReadAmendment
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.amendments import RfqAmendment
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import amendments as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import amending, approving, submitting
from b2b_market.rfq.service.amending import (
    AmendmentPreview,
    Authorship,
    Plan,
    expected_values,
    foresee,
    plan_of,
    publish_plan,
    require_publishable,
)
from b2b_market.rfq.service.closing import locked_at_gate
from b2b_market.rfq.service.lapsing import announce, settle
from b2b_market.rfq.states import AMENDMENT_LIFECYCLE, AmendmentStatus


@dataclass(frozen=True, slots=True)
class AmendmentContent:
    """An amendment with what its approval would bring about now; None where it waits no more, or ``why`` it cannot."""

    amendment: RfqAmendment
    rfq: Rfq
    preview: AmendmentPreview | None
    why: Refusal | None = None

    @property
    def version(self) -> int:
        """The version of the amendment, which its ETag shows."""
        return self.amendment.version


@operation(RfqPermission.PUBLISH)
def submit_amendment(work: Work, scope: Scope, command: AmendRfq) -> AmendmentContent:
    """Send the next version of a published request to the approvers; it must be fit to publish already.

    One at a time; while it waits the request is not amended otherwise.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    amending.require_none_waits(rfq.waiting_amendment_id)
    plan = require_publishable(work, scope, rfq, command)
    reason = approving.require_reason(command.reason)
    amendment = RfqAmendment(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        author_id=scope.user_id,
        status=AMENDMENT_LIFECYCLE.initial,
        base_edition=rfq.edition,
        reason=reason,
        content=submitting.written(command),
        documents_hash=_documents(plan),
    )
    rfq.waiting_amendment_id = amendment.id
    work.touch(rfq)
    work.record("rfq.amendment_submitted", rfq)
    announce(work, amendment)
    work.session.add(amendment)
    work.session.flush()
    return AmendmentContent(amendment, rfq, foresee(work, scope, rfq, plan, work.judging_time()))


@operation(RfqPermission.APPROVE)
def approve_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentContent:
    """Approve and thereby publish what another person submitted (S1), within the approver's own limit.

    Behind the gate alone, as an amendment is: quotations received at the same moment are wholly before or after.
    """
    amendment, rfq = _locked(work, scope, command)
    AMENDMENT_LIFECYCLE.require(amendment.status, "approve")
    require_other_person(scope.actor, amendment.author_id)
    plan = require_publishable(work, scope, rfq, submitting.read(rfq.id, amendment.content))
    _require_still_fits(amendment, rfq, plan)
    values = expected_values(work, scope, rfq, plan)
    if not amending.within_reach(plan.difference, values, scope.limit):
        approving.require_approver_limit(values[1], scope.limit)
    settle(work, rfq, amendment, "approve", scope.user_id)
    publish_plan(work, scope, rfq, plan, Authorship(amendment.author_id, amendment.reason))
    amendment.edition = rfq.edition
    announce(work, amendment)
    work.session.flush()
    return AmendmentContent(amendment, rfq, None)


@operation(RfqPermission.APPROVE)
def return_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentContent:
    """Send an amendment back to its author with a reason; the request stands as it is."""
    amendment, rfq = _locked(work, scope, command)
    AMENDMENT_LIFECYCLE.require(amendment.status, "return")
    reason = approving.require_reason(command.reason)
    settle(work, rfq, amendment, "return", scope.user_id)
    amendment.decision_reason = reason
    work.record("rfq.amendment_returned", rfq)
    announce(work, amendment)
    work.session.flush()
    return AmendmentContent(amendment, rfq, None)


@operation(RfqPermission.PUBLISH)
def withdraw_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentContent:
    """Take back an amendment that waits; the request stands as it is, and may be amended otherwise."""
    amendment, rfq = _locked(work, scope, command)
    AMENDMENT_LIFECYCLE.require(amendment.status, "withdraw")
    settle(work, rfq, amendment, "withdraw", scope.user_id)
    work.record("rfq.amendment_withdrawn", rfq)
    announce(work, amendment)
    work.session.flush()
    return AmendmentContent(amendment, rfq, None)


@operation(RfqPermission.READ)
def list_amendments(work: Work, scope: Scope, command: ReadRfq) -> Sequence[RfqAmendment]:
    """Return the amendments of an own request that were sent to the approvers, the newest first."""
    rfq = request_queries.own_rfq(work.session, scope, command.rfq_id)
    return queries.amendments_of(work.session, scope, rfq.id)


@operation(RfqPermission.READ)
def read_amendment(work: Work, scope: Scope, command: ReadAmendment) -> AmendmentContent:
    """Return an amendment of an own request; while it waits, with what its approval would bring about now."""
    amendment = queries.own_amendment(work.session, scope, command.amendment_id)
    rfq = request_queries.own_rfq(work.session, scope, amendment.rfq_id)
    if amendment.status is not AmendmentStatus.PENDING_APPROVAL:
        return AmendmentContent(amendment, rfq, None)
    moment = work.judging_time()
    try:
        plan = plan_of(work, scope, rfq, submitting.read(rfq.id, amendment.content), moment)
        _require_still_fits(amendment, rfq, plan)
    except Refusal as refusal:
        return AmendmentContent(amendment, rfq, None, refusal)
    return AmendmentContent(amendment, rfq, foresee(work, scope, rfq, plan, moment))


def _locked(work: Work, scope: Scope, command: DecideAmendment) -> tuple[RfqAmendment, Rfq]:
    """Take the request's gate alone and lock the request, then the amendment."""
    known = queries.own_amendment(work.session, scope, command.amendment_id)
    rfq = locked_at_gate(work, scope, known.rfq_id)
    amendment = queries.own_amendment(work.session, scope, command.amendment_id, lock=True)
    work.expect_version(amendment, command.expected_version)
    return amendment, rfq


def _require_still_fits(amendment: RfqAmendment, rfq: Rfq, plan: Plan) -> None:
    submitting.require_still_fits(
        base=amendment.base_edition,
        edition=rfq.edition,
        submitted=bytes(amendment.documents_hash),
        documents=_documents(plan),
    )


def _documents(plan: Plan) -> bytes:
    return digest(submitting.documents_of(plan.wording))
