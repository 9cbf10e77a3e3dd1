"""Who takes no part in talks any more: leaving by itself, taking part again, and the letter that says why."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.reducing import LeaveTalks, ReadDeparture
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.departures import DepartureLetter, departure_file
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.events.reducing import ParticipantLeft, ParticipantReadmitted
from b2b_market.tendering.models.reducing import Departure
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import reducing as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import reducing as rules
from b2b_market.tendering.rules.deciding import shown_score
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service.acting import on_behalf
from b2b_market.tendering.states.reducing import DEPARTURE_LIFECYCLE, DepartureKind, DepartureStatus
from b2b_market.tendering.states.tenders import TALKING, TENDER_LIFECYCLE


@operation(TenderPermission.BID_SUBMIT)
def leave_talks(work: Work, scope: Scope, command: LeaveTalks) -> Departure:
    """Take no part in the talks any more, with a reason that the buyer reads; there is no way back.

    What the company said stays with the buyer. Its initial bid, where there is one, is not evaluated anyway.
    """
    work.gate(command.tender_id, exclusive=True)
    known = tender_queries.party_tender(work.session, scope, command.tender_id)
    TENDER_LIFECYCLE.require(known.status, "continue")
    rules.require_part(scope.org_id, known.admitted_ids or ())
    reason = require_reason(command.reason)
    departure = Departure(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=known.id,
        buyer_id=known.buyer_id,
        supplier_id=scope.org_id,
        kind=DepartureKind.LEFT,
        status=DEPARTURE_LIFECYCLE.initial,
        round=known.talk_round,
        reason=reason,
        scores=[],
        remark="",
    )
    work.session.add(departure)
    left = ParticipantLeft(
        departure_id=departure.id, tender_id=known.id, buyer_id=known.buyer_id, supplier_id=scope.org_id
    )
    work.emit(left, departure)
    with on_behalf(work, known.buyer_id, "tendering.reducing") as buyer:
        tender = tender_queries.lock_own_tender(work.session, buyer, known.id)
        tender.admitted_ids = [one for one in tender.admitted_ids or () if one != scope.org_id]
        work.touch(tender)
        work.record("tender.participant_left", tender)
    return departure


@operation(TenderPermission.BID_READ)
def list_departures(work: Work, scope: Scope, command: ReadTender) -> Sequence[Departure]:
    """Return who takes no part in the talks any more: everybody to the buyer, to a company itself."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return queries.departures_of(work.session, scope, tender.id)


@operation(TenderPermission.BID_READ)
def read_departure_letter(work: Work, scope: Scope, command: ReadDeparture) -> DepartureLetter:
    """Return what a company that was dropped is told, to it and to the buyer; NotFound for others."""
    found = queries.departure(work.session, scope, command.departure_id)
    tender = tender_queries.party_tender(work.session, scope, found.tender_id)
    names = organizations.companies(work, scope.actor, {tender.buyer_id, found.supplier_id})
    total = rules.total_of(found.scores, tender.criteria) if found.scores else None
    return DepartureLetter(
        number=tender.number,
        title=tender.title,
        buyer=names[tender.buyer_id].name,
        company=names[found.supplier_id].name,
        dropped=found.kind is DepartureKind.DROPPED,
        round=found.round,
        scores=tuple((tender.criteria[one["criterion"]]["name"], one["score"]) for one in found.scores),
        total="" if total is None else format(shown_score(total) or 0, "f"),
        place=f"{found.place} / {found.compared}" if found.place else "",
        reason=found.reason,
        decided_at=found.created_at,
        standstill_ends_at=found.standstill_ends_at,
    )


def take_departure_letter(transactions: Transactions, command: ReadDeparture, kind: PaperFormat) -> SavedFile:
    """Return the letter as a file; TenderPrintersBusy where no place gets free for a PDF."""
    with transactions() as (work, actor):
        letter = read_departure_letter(work, actor, command)
    return SavedFile(f"{letter.number}-talks-letter.{kind}", kind.media_type, departure_file(letter, kind))


def readmit(work: Work, scope: Scope, departure_id: UUID, reason: str) -> None:
    """Let a company take part again whose complaint about being dropped was upheld, if the talks still go on.

    ``scope`` acts for the buyer. The talks do not end while it may complain or waits for its decision.
    """
    tender = _of(work, scope, departure_id)
    departure = queries.departure(work.session, scope, departure_id, lock=True)
    if departure.status is not DepartureStatus.OUT or tender.status not in TALKING:
        return
    DEPARTURE_LIFECYCLE.advance(departure, "readmit")
    departure.remark = reason
    work.touch(departure)
    tender.admitted_ids = sorted({*(tender.admitted_ids or ()), departure.supplier_id})
    work.touch(tender)
    work.record("tender.participant_readmitted", tender)
    again = ParticipantReadmitted(
        departure_id=departure.id,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        supplier_id=departure.supplier_id,
    )
    work.emit(again, departure)
    work.session.flush()


def _of(work: Work, scope: Scope, departure_id: UUID) -> Tender:
    tender_id = queries.departure(work.session, scope, departure_id).tender_id
    work.gate(tender_id, exclusive=True)
    return tender_queries.lock_own_tender(work.session, scope, tender_id)
