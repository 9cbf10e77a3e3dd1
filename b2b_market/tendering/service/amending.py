"""Amendments of a published tender: the next content, what it changes, and who must approve it.

An amendment becomes a new signed edition of the notice. After a material one sealed bids count only once their bidders
confirm them under it or replace them; nothing is written to the bids, so that nobody can tell whether there are any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import digest, plain
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.amendments import AmendTender, DecideAmendment, ReadAmendment
from b2b_market.tendering.commands.tenders import DraftTender, ReadTender
from b2b_market.tendering.events.amendments import TenderAmended, TenderAmendmentReturned, TenderAmendmentSubmitted
from b2b_market.tendering.models.amendments import TenderAmendment
from b2b_market.tendering.models.tenders import Tender, TenderPrivate
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import amendments as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import amending as rules
from b2b_market.tendering.rules import drafting
from b2b_market.tendering.rules.amending import Change, Version
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import attaching
from b2b_market.tendering.service.drafting import bond_of, clock_of, criteria_of, items_of, weighing_of
from b2b_market.tendering.service.publishing import lock_live, put_out, settle_lots, standing_cards
from b2b_market.tendering.states.amendments import TENDER_AMENDMENT_LIFECYCLE, Need, TenderAmendmentStatus
from b2b_market.tendering.states.procedures import CriterionKind
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus

MOST_WAITING: Final = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What an amendment would bring about now: the content before and after, its changes, the deadline.

    ``value`` is what the estimates add up to afterwards, ``base`` the hash of what it rests on.
    """

    before: Version
    after: Version
    changes: tuple[Change, ...]
    material: bool
    closes_at: datetime
    later: bool
    value: Money | None
    base: bytes


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """An amendment of an own tender; ``changes`` and the deadline as they are, or would be if it were approved now."""

    amendment: TenderAmendment
    tender: Tender
    changes: tuple[Change, ...]
    material: bool
    closes_at: datetime | None
    needs: tuple[Need, ...]

    @property
    def version(self) -> int:
        """The version of the amendment, which its ETag shows."""
        return self.amendment.version


@operation(TenderPermission.DRAFT)
def preview_amendment(work: Work, scope: Scope, command: AmendTender) -> tuple[Plan, tuple[Need, ...]]:
    """Return what an amendment would bring about now, and why it needs a second person; nothing is stored."""
    tender, moment = lock_live(work, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    plan = _planned(work, scope, tender, _content(work, scope, tender, command), moment)
    return plan, _needs(work, scope, plan)


@operation(TenderPermission.DRAFT)
def amend_tender(work: Work, scope: Scope, command: AmendTender) -> AmendmentView:
    """Amend a live tender: published at once, or sent to the approvers where a second person is needed.

    Behind the gate alone: a bid received at the same moment is wholly before, and then void where the amendment is
    material, or wholly after, and then has to be for the new edition. TenderNotAmended, TenderAmendmentWaits,
    TenderPeriodTooShort for a deadline sooner than the procedure lets it be; IllegalStep once bidding is closed.
    """
    tender, moment = lock_live(work, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    if queries.waiting_amendment(work.session, scope, tender.id) is not None:
        raise rules.TenderAmendmentWaits
    content = _content(work, scope, tender, command)
    plan = _planned(work, scope, tender, content, moment)
    reason = drafting.require_reason(command.reason)
    needs = _needs(work, scope, plan)
    amendment = TenderAmendment(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        author_id=scope.user_id,
        status=TENDER_AMENDMENT_LIFECYCLE.initial,
        reason=reason,
        content=content,
        base=plan.base,
        edition=None,
        decider_id=None,
        decided_at=None,
        remark="",
    )
    work.session.add(amendment)
    if needs:
        work.record("tender.amendment_submitted", tender)
        work.touch(tender)
        facts = {"amendment_id": amendment.id, "tender_id": tender.id, "buyer_id": tender.buyer_id}
        work.emit(TenderAmendmentSubmitted(**facts, author_id=scope.user_id), amendment)
    else:
        _publish(work, scope, tender, amendment, plan)
    work.session.flush()
    return _viewed(amendment, tender, plan, needs)


@operation(TenderPermission.APPROVE)
def approve_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentView:
    """Approve and thereby publish an amendment of another person (S1) within the own limit.

    The deadline is judged at this moment; TenderAmendmentOutdated where the tender says something else than when the
    amendment was submitted.
    """
    amendment, tender, moment = _locked(work, scope, command, live=True)
    TENDER_AMENDMENT_LIFECYCLE.require(amendment.status, "publish")
    require_other_person(scope.actor, amendment.author_id)
    plan = _planned(work, scope, tender, amendment.content, moment)
    rules.require_unchanged(bytes(amendment.base), plan.base)
    rules.require_reach(_in_limit_currency(work, scope, plan.value), scope.limit)
    _publish(work, scope, tender, amendment, plan)
    amendment.decider_id, amendment.decided_at = scope.user_id, work.now()
    work.session.flush()
    return _viewed(amendment, tender, plan, ())


@operation(TenderPermission.APPROVE)
def return_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentView:
    """Send an amendment back to its author with a reason; the tender stands as it is."""
    amendment, tender, _ = _locked(work, scope, command)
    TENDER_AMENDMENT_LIFECYCLE.require(amendment.status, "return")
    require_other_person(scope.actor, amendment.author_id)
    amendment.remark = drafting.require_reason(command.remark)
    TENDER_AMENDMENT_LIFECYCLE.advance(amendment, "return")
    amendment.decider_id, amendment.decided_at = scope.user_id, work.now()
    work.touch(amendment)
    facts = {"amendment_id": amendment.id, "tender_id": tender.id, "buyer_id": tender.buyer_id}
    work.emit(TenderAmendmentReturned(**facts, author_id=amendment.author_id, remark=amendment.remark), amendment)
    work.session.flush()
    return _viewed(amendment, tender, None, ())


@operation(TenderPermission.DRAFT)
def withdraw_amendment(work: Work, scope: Scope, command: DecideAmendment) -> AmendmentView:
    """Take an amendment back that waits; the tender stands as it is, and may be amended otherwise."""
    amendment, tender, _ = _locked(work, scope, command)
    TENDER_AMENDMENT_LIFECYCLE.require(amendment.status, "withdraw")
    TENDER_AMENDMENT_LIFECYCLE.advance(amendment, "withdraw")
    work.touch(amendment)
    work.record("tender_amendment.withdrawn", amendment)
    work.session.flush()
    return _viewed(amendment, tender, None, ())


@operation(TenderPermission.READ)
def list_amendments(work: Work, scope: Scope, command: ReadTender) -> Sequence[TenderAmendment]:
    """Return the amendments of an own tender, the newest first; NotFound for any other."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    return queries.amendments_of(work.session, scope, tender.id)


@operation(TenderPermission.APPROVE)
def list_waiting(work: Work, scope: Scope, _command: None) -> Sequence[tuple[TenderAmendment, Tender]]:
    """Return the amendments that wait for an approver of the company with their tenders, the longest waiting first."""
    return queries.waiting_amendments(work.session, scope, MOST_WAITING)


@operation(TenderPermission.READ)
def read_amendment(work: Work, scope: Scope, command: ReadAmendment) -> AmendmentView:
    """Return an amendment of an own tender; one that waits with what its approval would bring about now.

    One that became an edition shows what it changed there.
    """
    amendment = queries.own_amendment(work.session, scope, command.amendment_id)
    tender = tender_queries.own_tender(work.session, scope, amendment.tender_id)
    if amendment.status is TenderAmendmentStatus.PENDING_APPROVAL:
        plan = _planned(work, scope, tender, amendment.content, work.judging_time())
        return _viewed(amendment, tender, plan, ())
    return _viewed(amendment, tender, None, ())


def _locked(
    work: Work, scope: Scope, command: DecideAmendment, *, live: bool = False
) -> tuple[TenderAmendment, Tender, datetime]:
    """Take the tender's gate alone and lock the tender, then the amendment."""
    known = queries.own_amendment(work.session, scope, command.amendment_id)
    if live:
        tender, moment = lock_live(work, scope, known.tender_id)
    else:
        work.gate(known.tender_id, exclusive=True)
        tender, moment = tender_queries.lock_own_tender(work.session, scope, known.tender_id), work.now()
    amendment = queries.own_amendment(work.session, scope, command.amendment_id, lock=True)
    work.expect_version(amendment, command.expected_version)
    return amendment, tender, moment


def _content(work: Work, scope: Scope, tender: Tender, command: AmendTender) -> dict[str, Any]:
    """Return the next content as it is kept, after it was held against what a draft must be; called-off lots stay."""
    _require_sound(work, scope, tender, command)
    standing = _standing(work, scope, tender)["lots"]
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    said = {
        "title": command.title.strip(),
        "description": command.description,
        "bond": bond_of(command.bond),
        "criteria": criteria_of(command.criteria),
        "lots": [
            stands
            if row.status is not LotStatus.ACTIVE
            else {
                "id": row.id,
                "title": lot.title.strip(),
                "classification": lot.classification.strip(),
                "estimate": lot.estimate,
                "items": items_of(lot.items),
            }
            for row, lot, stands in zip(lots, command.lots, standing, strict=True)
        ],
        "closes_at": command.closes_at,
    }
    found = plain(said)
    assert isinstance(found, dict)  # noqa: S101 - made of a mapping; tells mypy so
    return found


def _require_sound(work: Work, scope: Scope, tender: Tender, command: AmendTender) -> None:
    rules.require_same_lots(tender.lot_count, len(command.lots))
    rows = tender_queries.lots_of(work.session, scope, tender.id)
    given = [weighing_of(lot) for lot in command.lots]
    pairs = zip(rows, given, strict=True)
    rules.require_same_weighing([({"features": row.features, "costs": row.costs}, one) for row, one in pairs])
    sound = DraftTender(
        title=command.title,
        currency=Currency(tender.currency),
        lots=command.lots,
        description=command.description,
        entry=tender.entry,
        criteria=command.criteria,
        bond=command.bond,
        minimum_bidders=tender.minimum_bidders,
        rehearsal_factor=tender.rehearsal_factor,
    )
    procedure = read_procedure(tender.values)
    drafting.require_sound_draft(sound, procedure, work.now().astimezone(clock_of(work, scope, tender).zone).date())
    drafting.require_complete(
        award_criteria=any(one.kind is CriterionKind.AWARD for one in command.criteria),
        estimates=not command.bond.percent or all(lot.estimate for lot in command.lots),
    )


def _standing(work: Work, scope: Scope, tender: Tender) -> dict[str, Any]:
    """Return what the tender says now, with hidden estimates and without documents."""
    hidden = tender_queries.estimates_of(work.session, scope, tender.id)
    said = {
        "title": tender.title,
        "description": tender.description,
        "bond": tender.bond,
        "criteria": tender.criteria,
        "lots": [
            {
                "id": lot.id,
                "title": lot.title,
                "classification": lot.classification,
                "estimate": lot.estimate if lot.estimate is not None else hidden.get(lot.id),
                "items": lot.items,
            }
            for lot in tender_queries.lots_of(work.session, scope, tender.id)
        ],
    }
    found = plain(said)
    assert isinstance(found, dict)  # noqa: S101 - made of a mapping; tells mypy so
    return found


def _planned(work: Work, scope: Scope, tender: Tender, content: Mapping[str, Any], moment: datetime) -> Plan:
    standing = _standing(work, scope, tender)
    papers = attaching.announced(work, scope, tender)
    coming = attaching.coming(work, scope, tender)
    before: dict[str, Any] = {**standing, **papers}
    after = {**content, "documents": coming}
    changes = rules.difference(before, after)
    rules.require_amended(changes)
    material = rules.is_material(changes)
    assert tender.closes_at is not None  # noqa: S101 - a live tender has a deadline
    wanted = datetime.fromisoformat(content["closes_at"]) if content["closes_at"] else None
    clock = clock_of(work, scope, tender)
    procedure = read_procedure(tender.values)
    least = rules.deadline(procedure, clock, moment, tender.closes_at, None, material=material)
    closes_at = rules.deadline(procedure, clock, moment, tender.closes_at, wanted, material=material)
    estimates = [lot["estimate"] for lot in content["lots"]]
    total = None if None in estimates else sum((Decimal(one) for one in estimates), Decimal(0))
    value = None if total is None else Money(total, Currency(tender.currency))
    base = digest({"standing": standing, "documents": [dict(one) for one in coming]})
    return Plan(before, after, changes, material, closes_at, closes_at > least, value, base)


def _needs(work: Work, scope: Scope, plan: Plan) -> tuple[Need, ...]:
    value = _in_limit_currency(work, scope, plan.value)
    return rules.needs(plan.changes, value, scope.limit, later=plan.later)


def _in_limit_currency(work: Work, scope: Scope, value: Money | None) -> Money | None:
    """Return a value in the currency of the caller's limit; None where nothing is known of either."""
    if value is None or scope.limit is None or value.currency == scope.limit.currency:
        return value
    rate = reference.rate_on(work, scope.actor, value.currency, scope.limit.currency, work.now().date())
    return rate.convert(value)


def _publish(work: Work, scope: Scope, tender: Tender, amendment: TenderAmendment, plan: Plan) -> None:
    """Let the tender say what the plan says, under the next edition of its notice, and tell everybody concerned."""
    _apply(work, scope, tender, plan.after)
    attaching.settle(work, scope, tender)
    if plan.material:
        tender.binding_edition = tender.edition + 1
    tender.closes_at, tender.reason = plan.closes_at, amendment.reason
    if tender.status is TenderStatus.TENDERING:
        tender.next_due_at = plan.closes_at
    put_out(work, scope, tender, standing_cards(tender), amendment.reason)
    TENDER_AMENDMENT_LIFECYCLE.advance(amendment, "publish")
    amendment.edition = tender.edition
    work.touch(amendment)
    work.record("tender_amendment.published", amendment)
    said = TenderAmended(
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        edition=tender.edition,
        material=plan.material,
        closes_at=plan.closes_at,
        reason=amendment.reason,
    )
    work.emit(said, tender)


def _apply(work: Work, scope: Scope, tender: Tender, content: Version) -> None:
    tender.title, tender.description = content["title"], content["description"]
    tender.criteria, tender.bond = content["criteria"], content["bond"]
    session = work.session
    lots = tender_queries.lots_of(session, scope, tender.id)
    hidden = []
    for lot, said in zip(lots, content["lots"], strict=True):
        lot.title, lot.classification, lot.items = said["title"], said["classification"], said["items"]
        estimate = None if said["estimate"] is None else Decimal(said["estimate"])
        if tender.estimate_shown:
            lot.estimate = estimate
        elif estimate is not None:
            hidden.append({"lot_id": lot.id, "estimate": estimate})
    session.execute(delete(TenderPrivate).where(TenderPrivate.tender_id == tender.id))
    rows = [{**row, "tender_id": tender.id, "buyer_id": tender.buyer_id} for row in hidden]
    insert_rows(session, TenderPrivate, rows)
    settle_lots(work, tender, lots)
    session.flush()  # the notice is written from the rows


def _viewed(amendment: TenderAmendment, tender: Tender, plan: Plan | None, needs: tuple[Need, ...]) -> AmendmentView:
    if plan is None:
        return AmendmentView(amendment, tender, (), material=False, closes_at=None, needs=needs)
    return AmendmentView(amendment, tender, plan.changes, plan.material, plan.closes_at, needs)
