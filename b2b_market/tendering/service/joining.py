"""Joint tenders: asking companies to take part, their answers, and what publication and contracts make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.joint import ConfirmParticipation, DeclineParticipation, InviteParticipants
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.joint import ParticipantInvited, ParticipationAnswered
from b2b_market.tendering.models.joint import Participant
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as framework_queries
from b2b_market.tendering.queries import joint as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import joint as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.states.joint import PARTICIPANT_LIFECYCLE, ParticipantStatus
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE


@dataclass(frozen=True, slots=True)
class JointView:
    """A tender with the companies that were asked to take part: to the lead buyer all, to a company itself."""

    tender: Tender
    lots: Sequence[TenderLot]
    participants: Sequence[Participant]

    @property
    def version(self) -> int:
        """The version of the tender, which the ETag shows."""
        return self.tender.version


@operation(TenderPermission.DRAFT)
def invite_participants(work: Work, scope: Scope, command: InviteParticipants) -> JointView:
    """Say which companies are to buy with the own one; the new ones are asked, and all of them read the draft."""
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    companies = organizations.companies(work, scope.actor, command.org_ids)
    asked = {one: companies[one].name if one in companies else str(one) for one in command.org_ids}
    buyers = {one.id for one in companies.values() if one.is_buyer}
    rules.require_fit(asked, buyers, {tender.buyer_id, *tender.supplier_ids})
    known = {one.org_id: one for one in queries.participants_of(work.session, scope, tender.id)}
    for org_id, participant in known.items():
        if org_id not in asked:
            work.record("tender_participant.left_out", participant)
            work.session.delete(participant)
    tender.party_ids = [tender.buyer_id, *asked]
    for org_id in asked:
        if org_id not in known:
            _invite(work, tender, org_id)
    work.touch(tender)
    work.record("tender.participants_invited", tender)
    work.session.flush()
    shown = update(TenderLot).where(TenderLot.tender_id == tender.id).values(party_ids=tender.party_ids)
    work.session.execute(shown)
    return _view(work, scope, tender)


@operation(TenderPermission.JOIN)
def confirm_participation(work: Work, scope: Scope, command: ConfirmParticipation) -> JointView:
    """Take part with the own company's quantities of the draft as it is; a later confirmation replaces this one."""
    tender, participant = _own_part(work, scope, command.tender_id, command.expected_version)
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    rules.require_quantities(command.quantities, _quantities(lots))
    PARTICIPANT_LIFECYCLE.advance(participant, "confirm")
    participant.quantities = [[decimal_text(quantity) for quantity in lot] for lot in command.quantities]
    participant.confirmed, participant.reason = bytes(tender.lines_digest), ""
    _answered(work, scope, tender, participant)
    return _view(work, scope, tender)


@operation(TenderPermission.JOIN)
def decline_participation(work: Work, scope: Scope, command: DeclineParticipation) -> JointView:
    """Say that the own company does not take part, with a reason that the lead buyer reads."""
    tender, participant = _own_part(work, scope, command.tender_id, command.expected_version)
    reason = require_reason(command.reason)
    PARTICIPANT_LIFECYCLE.advance(participant, "decline")
    participant.quantities, participant.confirmed, participant.reason = [], None, reason
    _answered(work, scope, tender, participant)
    return _view(work, scope, tender)


@operation(TenderPermission.READ)
def list_joint_tenders(work: Work, scope: Scope, _command: None) -> Sequence[tuple[Tender, Participant]]:
    """Return the tenders of others that the company was asked to take part in."""
    return queries.joint_tenders(work.session, scope)


@operation(TenderPermission.READ, system=True, reason="handlers tell the companies that take part")
def read_participants(work: Work, scope: Scope, command: ReadTender) -> JointView:
    """Return who takes part in a tender; nothing of any bid is in it."""
    return _view(work, scope, tender_queries.party_tender(work.session, scope, command.tender_id))


def require_joint(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse a tender whose companies have not all confirmed its lots as they are, or take more than it asks for."""
    asked = [one for one in queries.participants_of(work.session, scope, tender.id) if not _declined(one)]
    if not asked:
        return
    linked = framework_queries.competition_of(work.session, scope, tender.id) is not None
    if linked or read_procedure(tender.values).framework is not None:
        raise rules.JointUnfit
    names = organizations.companies(work, scope.actor, [one.org_id for one in asked])
    called = {one.org_id: names[one.org_id].name if one.org_id in names else str(one.org_id) for one in asked}
    rules.require_fit(called, set(names), set(tender.supplier_ids))
    missing = [called[one.org_id] for one in asked if one.confirmed != bytes(tender.lines_digest)]
    if missing:
        raise rules.ParticipationMissing(names=", ".join(missing))
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    rules.require_room([shares_of(one) for one in asked], _quantities(lots))


def confirmed(work: Work, scope: Scope, tender_id: UUID) -> list[Participant]:
    """Return the companies that take part, in the order in which they were asked."""
    found = queries.participants_of(work.session, scope, tender_id)
    return [one for one in found if one.status is ParticipantStatus.CONFIRMED]


def announced(work: Work, scope: Scope, tender: Tender) -> dict[str, object]:
    """Return what the notice's document says of the other buyers; nothing where there is none."""
    ids = [one.org_id for one in confirmed(work, scope, tender.id)]
    companies = organizations.companies(work, scope.actor, ids)
    return {"buyers": [{"id": one, "name": companies[one].name} for one in ids]} if ids else {}


def shares_of(participant: Participant) -> list[list[Decimal]]:
    """Return what a company takes by lot and item."""
    return [[Decimal(quantity) for quantity in lot] for lot in participant.quantities]


def _declined(participant: Participant) -> bool:
    return participant.status is ParticipantStatus.DECLINED


def _invite(work: Work, tender: Tender, org_id: UUID) -> None:
    participant = Participant(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        org_id=org_id,
        status=PARTICIPANT_LIFECYCLE.initial,
        quantities=[],
        confirmed=None,
        reason="",
    )
    work.session.add(participant)
    invited = ParticipantInvited(tender_id=tender.id, buyer_id=tender.buyer_id, org_id=org_id)
    work.emit(invited, participant)


def _own_part(work: Work, scope: Scope, tender_id: UUID, expected: int | None) -> tuple[Tender, Participant]:
    """Return a draft and the own company's part in it, under the gate that its publication takes alone."""
    queries.own_part(work.session, scope, tender_id)
    work.gate(tender_id)
    participant = queries.own_part(work.session, scope, tender_id)
    tender = tender_queries.party_tender(work.session, scope, tender_id)
    work.expect_version(participant, expected)
    TENDER_LIFECYCLE.require(tender.status, "submit")
    return tender, participant


def _answered(work: Work, scope: Scope, tender: Tender, participant: Participant) -> None:
    participant.answered_by, participant.answered_at = scope.user_id, work.now()
    work.touch(participant)
    answered = ParticipationAnswered(
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        org_id=participant.org_id,
        confirmed=participant.status is ParticipantStatus.CONFIRMED,
    )
    work.emit(answered, participant)
    work.session.flush()


def _view(work: Work, scope: Scope, tender: Tender) -> JointView:
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    return JointView(tender, lots, queries.participants_of(work.session, scope, tender.id))


def _quantities(lots: Sequence[TenderLot]) -> list[list[Decimal]]:
    return [[Decimal(item["quantity"]) for item in lot.items] for lot in lots]
