"""Sending tenders out: approval by a second person, the signed notice, and later deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ExtendTender, ReasonedTender, StepTender
from b2b_market.tendering.events.tenders import TenderExtended, TenderPublished, TenderReturned, TenderSubmitted
from b2b_market.tendering.models.amendments import TenderEdition
from b2b_market.tendering.models.bids import Counter
from b2b_market.tendering.models.keys import OfficerCardRow
from b2b_market.tendering.models.tenders import Tender, TenderBoard, TenderLot, digest_of
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import keys as key_queries
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.queries.amendments import editions_of
from b2b_market.tendering.rules import admission
from b2b_market.tendering.rules import drafting as rules
from b2b_market.tendering.rules.announcing import Announced, announce
from b2b_market.tendering.rules.envelopes import parts_of
from b2b_market.tendering.rules.procedures import Procedure, read_procedure
from b2b_market.tendering.service import attaching, framing, joining, linking, seated, suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.noticing import stand_on_board
from b2b_market.tendering.states.bids import KeyStatus
from b2b_market.tendering.states.procedures import CriterionKind, Entry, Publicity
from b2b_market.tendering.states.tenders import LIVE, TENDER_LIFECYCLE, TenderStatus


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a publication rests on: the procedure, the officers' keys, and when each time ends."""

    procedure: Procedure
    keys: Sequence[OfficerCardRow]
    enquiry_ends_at: datetime | None
    applications_end_at: datetime | None
    closes_at: datetime

    @property
    def next_due_at(self) -> datetime:
        """When the clock takes the first step after the publication."""
        return self.applications_end_at or self.enquiry_ends_at or self.closes_at


@operation(TenderPermission.DRAFT)
def submit_tender(work: Work, scope: Scope, command: StepTender) -> Tender:
    """Send a draft to the approvers; it must be fit to publish already."""
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    _require_ready(work, scope, tender)
    TENDER_LIFECYCLE.advance(tender, "submit")
    work.touch(tender)
    submitted = TenderSubmitted(tender_id=tender.id, buyer_id=tender.buyer_id, author_id=tender.author_id)
    work.emit(submitted, tender)
    return tender


@operation(TenderPermission.APPROVE)
def return_tender(work: Work, scope: Scope, command: ReasonedTender) -> Tender:
    """Send a submitted tender back to its author with a reason."""
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "return")
    tender.reason = rules.require_reason(command.reason)
    TENDER_LIFECYCLE.advance(tender, "return")
    work.touch(tender)
    said = TenderReturned(
        tender_id=tender.id, buyer_id=tender.buyer_id, author_id=tender.author_id, reason=tender.reason
    )
    work.emit(said, tender)
    return tender


@operation(TenderPermission.APPROVE)
def publish_tender(work: Work, scope: Scope, command: StepTender) -> Tender:
    """Approve and thereby publish a submitted tender under a signed notice; from here on its content is frozen.

    By another person than its author and last editor (S1). The officers are fit by S12 at this moment.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "publish")
    require_other_person(scope.actor, tender.author_id, tender.editor_id)
    ready = _require_ready(work, scope, tender)
    asks = ready.enquiry_ends_at is not None
    TENDER_LIFECYCLE.advance(tender, admission.first_step(ready.procedure, asks=asks))
    tender.approver_id = scope.user_id
    tender.published_at = work.now()
    tender.enquiry_ends_at, tender.applications_end_at = ready.enquiry_ends_at, ready.applications_end_at
    tender.closes_at, tender.next_due_at = ready.closes_at, ready.next_due_at
    tender.admitted_ids = [] if ready.applications_end_at is not None else None
    tender.officer_ids = [key.user_id for key in ready.keys]
    joint = (one.org_id for one in joining.confirmed(work, scope, tender.id))
    parties = (tender.buyer_id, *joint, *tender.supplier_ids, *(key.org_id for key in ready.keys))
    tender.party_ids = list(dict.fromkeys(parties))
    work.touch(tender)
    open_to(work, tender)
    attaching.release(work, scope, tender)
    put_out(work, scope, tender, [key.card for key in ready.keys], "")
    insert_rows(work.session, Counter, [{"tender_id": tender.id, "buyer_id": tender.buyer_id, "last": 0}])
    published = TenderPublished(
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        supplier_ids=tuple(tender.supplier_ids),
        officer_ids=tuple(tender.officer_ids),
        closes_at=ready.applications_end_at or ready.closes_at,
    )
    work.emit(published, tender)
    return tender


@operation(TenderPermission.APPROVE)
def extend_tender(work: Work, scope: Scope, command: ExtendTender) -> Tender:
    """Move the deadline of a live tender later, with a reason and a new edition of the notice.

    Bids that were received stay valid and can be replaced; what the procedure gives after a change is left at least.
    A deadline that has passed moves while a complaint keeps bidding from closing.
    """
    tender, moment = lock_live(work, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    assert tender.closes_at is not None  # noqa: S101 - a live tender has a deadline
    reason = rules.require_reason(command.reason)
    procedure = read_procedure(tender.values)
    clock = clock_of(work, scope, tender)
    rules.require_extension(procedure, clock, moment, tender.closes_at, command.closes_at)
    move_deadline(work, scope, tender, command.closes_at, reason)
    return tender


def lock_live(work: Work, scope: Scope, tender_id: UUID) -> tuple[Tender, datetime]:
    """Return an own tender whose deadline has not passed, behind the gate alone, and the moment it is judged at.

    IllegalStep once it is closed, or due to be.
    """
    work.gate(tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, tender_id)
    moment = work.judging_time()
    over = tender.closes_at is None or moment >= tender.closes_at
    if tender.status not in LIVE or (over and not suspending.close_held(work, scope, tender)):
        TENDER_LIFECYCLE.require(TenderStatus.CLOSED, "close")
    return tender, moment


def move_deadline(work: Work, scope: Scope, tender: Tender, closes_at: datetime, reason: str) -> None:
    """Give a live tender a later deadline under the next edition of its notice, and tell everybody concerned."""
    tender.closes_at, tender.reason = closes_at, reason
    if tender.status is TenderStatus.TENDERING:
        tender.next_due_at = closes_at
    work.touch(tender)
    put_out(work, scope, tender, standing_cards(tender), reason)
    said = TenderExtended(tender_id=tender.id, buyer_id=tender.buyer_id, closes_at=closes_at, reason=reason)
    work.emit(said, tender)


def standing_cards(tender: Tender) -> Sequence[dict[str, object]]:
    """Return the officers' cards of the notice that stands: bids lie under these very keys."""
    assert tender.notice is not None  # noqa: S101 - a live tender has been announced
    cards: Sequence[dict[str, object]] = tender.notice["notice"]["terms"]["officers"]
    return cards


def put_out(work: Work, scope: Scope, tender: Tender, cards: Sequence[dict[str, object]], reason: str) -> None:
    """Sign the next edition of the notice, keep it, and put it on the board where the procedure says public.

    ``reason`` says why it follows the one before; empty for the first.
    """
    procedure = read_procedure(tender.values)
    lots = queries.lots_of(work.session, scope, tender.id)
    buyer = organizations.company(work, scope.actor, tender.buyer_id)
    tender.edition += 1
    assert tender.closes_at is not None  # noqa: S101 - nothing is announced without a deadline
    announced = Announced(
        tender_id=tender.id,
        edition=tender.edition,
        deadline=tender.closes_at,
        lots=[lot.id for lot in lots],
        cards=cards,
        threshold=procedure.threshold,
        parts=parts_of(procedure.envelopes),
        reveal_hours=procedure.reveal_hours,
        content={
            **_said(tender, lots, buyer.name),
            **_stages(tender),
            **seated.announced(work, scope, tender),
            **attaching.announced(work, scope, tender),
            **framing.announced(work, scope, tender),
            **linking.announced(work, scope, tender),
            **joining.announced(work, scope, tender),
            **_changed(work, scope, tender, reason),
        },
        binding=tender.binding_edition,
    )
    document, signed = announce(announced, work.receipts)
    tender.document, tender.notice = document, signed.document()
    work.session.flush()
    _keep_edition(work, tender, reason)
    if procedure.notice is Publicity.PUBLIC and tender.rehearsal_factor == 1:
        stand_on_board(work, scope, tender, buyer)


def _keep_edition(work: Work, tender: Tender, reason: str) -> None:
    kept = {
        "tender_id": tender.id,
        "edition": tender.edition,
        "buyer_id": tender.buyer_id,
        "reason": reason,
        "published_at": work.now(),
        "document": tender.document,
        "notice": tender.notice,
    }
    insert_rows(work.session, TenderEdition, [kept])


def _changed(work: Work, scope: Scope, tender: Tender, reason: str) -> dict[str, object]:
    """Return what the document says of the editions after the first one, this one included; nothing in the first."""
    known = [(row.edition, row.reason, row.published_at) for row in editions_of(work.session, scope, tender.id)]
    told = [*known[1:], *([(tender.edition, reason, work.now())] if known else [])]
    found = [{"edition": edition, "reason": why, "published_at": moment} for edition, why, moment in told]
    return {"amendments": found} if found else {}


def mirror_status(work: Work, tender: Tender) -> None:
    """Show the status on the public board, where the tender stands on it."""
    changed = {"status": tender.status, "changed_at": work.now()}
    work.session.execute(update(TenderBoard).where(TenderBoard.tender_id == tender.id).values(**changed))


def _said(tender: Tender, lots: Sequence[TenderLot], buyer: str) -> dict[str, object]:
    return {
        "number": tender.number,
        "title": tender.title,
        "description": tender.description,
        "buyer": {"id": tender.buyer_id, "name": buyer},
        "procedure": tender.procedure,
        "values": tender.values,
        "entry": tender.entry,
        "currency": tender.currency,
        "criteria": tender.criteria,
        "bond": tender.bond,
        "minimum_bidders": tender.minimum_bidders,
        "rehearsal_factor": tender.rehearsal_factor,
        "published_at": tender.published_at,
        "enquiry_ends_at": tender.enquiry_ends_at,
        "lots": [
            {
                "id": lot.id,
                "position": lot.position,
                "title": lot.title,
                "classification": lot.classification,
                "estimate": lot.estimate,
                "items": lot.items,
                "features": lot.features,
                "costs": lot.costs,
            }
            for lot in lots
        ],
    }


def _stages(tender: Tender) -> dict[str, object]:
    """Return what the notice says of stages; nothing for a tender of one."""
    found: dict[str, object] = {}
    if tender.applications_end_at is not None:
        found |= {"applications_end_at": tender.applications_end_at, "most_invited": tender.most_invited}
    if tender.ground:
        found["ground"] = tender.ground
    if tender.parent_id is not None:
        found["continues"] = tender.parent_id
    return found


def settle_lots(work: Work, tender: Tender, lots: Sequence[TenderLot]) -> None:
    """Let the tender say what its lots are now."""
    tender.lines_digest = digest_of(lots)
    work.touch(tender)


def open_to(work: Work, tender: Tender) -> None:
    """Show the lots to those that the tender is sent to."""
    shown = {"party_ids": tender.party_ids, "public": tender.entry is Entry.PUBLIC}
    work.session.execute(update(TenderLot).where(TenderLot.tender_id == tender.id).values(**shown))


def _require_ready(work: Work, scope: Scope, tender: Tender) -> _Ready:
    procedure = read_procedure(tender.values)
    clock = clock_of(work, scope, tender)
    given = admission.applications_end(procedure, clock, work.now(), tender.applications_end_at)
    _require_complete(work, scope, tender, procedure)
    keys = key_queries.chosen_keys(work.session, scope, tender.key_ids)
    _require_officers(work, scope, tender, procedure, keys)
    seated.require_named(work, scope, tender, procedure, [key.user_id for key in keys])
    framing.require_terms(work, scope, tender, procedure)
    linking.require_linked(work, scope, tender)
    joining.require_joint(work, scope, tender)
    if given is not None and admission.has_dialogue(procedure):
        return _Ready(procedure, keys, None, given, given)
    start = work.now() if given is None else admission.bids_from(procedure, clock, given)
    assert tender.closes_at is not None  # noqa: S101 - _require_complete has refused a missing one
    ends_at = rules.require_periods(procedure, clock, start, tender.enquiry_ends_at, tender.closes_at)
    return _Ready(procedure, keys, ends_at if given is None else None, given, tender.closes_at)


def _require_complete(work: Work, scope: Scope, tender: Tender, procedure: Procedure) -> None:
    lots = queries.lots_of(work.session, scope, tender.id)
    hidden = queries.estimates_of(work.session, scope, tender.id)
    invited = None if tender.entry is Entry.PUBLIC else len(tender.supplier_ids)
    kinds = [one["kind"] for one in tender.criteria]
    rules.require_complete(
        closes_at=tender.closes_at is not None or admission.has_dialogue(procedure),
        budget_approved=tender.budget_approved,
        suppliers=invited is None or invited > 0,
        award_criteria=any(kind == CriterionKind.AWARD for kind in kinds),
        estimates=not tender.bond["percent"] or all(lot.estimate or lot.id in hidden for lot in lots),
        **admission.what_is_there(procedure, tender.ground, kinds, invited, tender.minimum_bidders),
    )


def _require_officers(
    work: Work, scope: Scope, tender: Tender, procedure: Procedure, keys: Sequence[OfficerCardRow]
) -> None:
    officers = [
        rules.Officer(key.user_id, key.org_id, key.department, key.name, key.status is KeyStatus.PROVEN) for key in keys
    ]
    insiders: set[UUID | None] = {tender.author_id, tender.editor_id}
    for permission in (TenderPermission.DRAFT, TenderPermission.EVALUATE):
        found = organizations.people_with(work, scope.actor, [tender.buyer_id], permission)
        insiders |= {person.user_id for person in found}
    known = frozenset(person for person in insiders if person is not None)
    rules.require_officers(officers, procedure.officers, known, frozenset(tender.supplier_ids))
