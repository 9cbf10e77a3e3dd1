"""What the committee means to other operations: announced with the notice, at work, and who may read the bids."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.committee import Committee
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import committee as queries
from b2b_market.tendering.rules import committee as rules
from b2b_market.tendering.rules.drawing import Shape, require_shape
from b2b_market.tendering.rules.procedures import Procedure, read_procedure
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus


def require_named(work: Work, scope: Scope, tender: Tender, procedure: Procedure, officers: Sequence[UUID]) -> None:
    """Refuse a tender whose procedure has a committee that is not named, or has people in it who may not judge."""
    if procedure.committee is None:
        return
    committee = queries.committee_of(work.session, scope, tender.id)
    if committee is None:
        raise rules.CommitteeMissing
    require_shape(committee.seats, procedure.committee)
    unfit = {*officers, *(() if tender.author_id == scope.user_id else (scope.user_id,))}
    found = [
        juror.name
        for juror in queries.jurors_of(work.session, scope, tender.id)
        if juror.user_id in unfit or juror.org_id in tender.supplier_ids
    ]
    if found:
        raise rules.JurorsUnfit(people=", ".join(found))


def announced(work: Work, scope: Scope, tender: Tender) -> dict[str, object]:
    """Return what the notice's document says of the committee; nothing where the procedure has none."""
    shape = read_procedure(tender.values).committee
    found = queries.committee_of(work.session, scope, tender.id) if shape is not None else None
    if found is None or shape is None:
        return {}
    return {"committee": statement(found, shape)}


def statement(committee: Committee, shape: Shape) -> dict[str, object]:
    """Return what is announced before the draw."""
    return {
        "seats": committee.seats,
        "shape": {"least": shape.least, "experts": shape.experts, "of": shape.of},
        "commitment": bytes(committee.commitment).hex(),
        "pool_digest": bytes(committee.pool).hex(),
    }


def members_at_work(work: Work, scope: Scope, tender: Tender) -> Sequence[UUID]:
    """Return the members of a tender's committee; CommitteeNotReady where one is asked for and not drawn."""
    if read_procedure(tender.values).committee is None:
        return ()
    require_reader(work, scope, tender.id)
    committee = queries.committee_of(work.session, scope, tender.id)
    if committee is None or committee.status is not CommitteeStatus.DRAWN:
        raise rules.CommitteeNotReady
    jurors = queries.jurors_of(work.session, scope, tender.id)
    return [one.user_id for one in jurors if one.status is JurorStatus.SEATED]


def require_buyer_scores(tender: Tender) -> None:
    """Refuse the buyer's own scoring where a committee scores."""
    if read_procedure(tender.values).committee is not None:
        raise rules.CommitteeScores


def require_reader(work: Work, scope: Scope, tender_id: UUID) -> None:
    """Refuse people of the pool after the draw, but for members who have declared to have no conflict."""
    if not _reads(work, scope, tender_id):
        raise rules.DeclarationMissing


def require_reads(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse as ``require_reader`` does, where the procedure has a committee."""
    if not may_read(work, scope, tender):
        raise rules.DeclarationMissing


def may_read(work: Work, scope: Scope, tender: Tender) -> bool:
    """Tell whether the committee's rules let the person read opened bids."""
    return read_procedure(tender.values).committee is None or _reads(work, scope, tender.id)


def _reads(work: Work, scope: Scope, tender_id: UUID) -> bool:
    if scope.actor.is_system:
        return True
    seat = queries.own_seat(work.session, scope, tender_id)
    return seat is None or (seat.status is JurorStatus.SEATED and seat.declared_at is not None)
