"""How suppliers come to a published request: shown to those invited, and to those that find a public one themselves."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from b2b_market.infra.bulk import Fixed, insert_together, store_changes
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq import events
from b2b_market.rfq.models.editions import RfqEdition
from b2b_market.rfq.models.questions import Question, Reply
from b2b_market.rfq.models.requests import Rfq, RfqInvitation
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.states import INVITATION_LIFECYCLE, InvitationStatus, Origin, RfqStatus, Visibility

_SHOW_LINES: Final = "UPDATE rfq_line SET party_ids = %(party_ids)s, public = %(public)s WHERE rfq_id = %(rfq_id)s"
_RELEASE_PLACES: Final = (
    "UPDATE rfq_invitation SET released = true WHERE rfq_id = %(rfq_id)s AND supplier_id = ANY(%(suppliers)s)"
)


def look_at(work: Work, scope: Scope, rfq: Rfq) -> RfqInvitation | None:
    """Note a supplier's first look; return its place at the request, None where it has none.

    A company that looks at a public request which still takes quotations gets a place there. Machines are not noted.
    """
    place = queries.find_invitation(work.session, scope, rfq.id)
    if scope.actor.is_system:
        return place
    if place is None:
        return take_place(work, scope, rfq) if rfq.status is RfqStatus.PUBLISHED else None
    if place.status is InvitationStatus.INVITED:
        INVITATION_LIFECYCLE.advance(place, "view")
        place.viewed_at = work.now()
        store_changes(work.session, place, "status", "viewed_at")
        work.emit(events.RfqViewed(rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=place.supplier_id), rfq)
    return place


def take_place(work: Work, scope: Scope, rfq: Rfq) -> RfqInvitation:
    """Return the company's place at a request, making one at a public request that nobody invited it to.

    NotFound where the request is not public. The gate keeps the buyer from inviting the company at the same moment;
    two first looks of one company make one place. No session holds it: who changes it stores the changes.
    """
    work.gate(rfq.id)
    found = queries.find_invitation(work.session, scope, rfq.id)
    if found is None and rfq.visibility is Visibility.PUBLIC:
        place = {
            "id": new_id(),
            "rfq_id": rfq.id,
            "buyer_id": rfq.buyer_id,
            "supplier_id": scope.org_id,
            "origin": Origin.BOARD,
            "status": InvitationStatus.VIEWED,
            "released": True,
            "viewed_at": work.now(),
        }
        work.session.execute(insert(RfqInvitation).values(place).on_conflict_do_nothing())
    return found or queries.own_invitation(work.session, scope, rfq.id)


def announce_joined(work: Work, rfq: Rfq, place: RfqInvitation) -> None:
    """Announce that a supplier from the board takes part, unless it is a party of the request already."""
    if place.origin is Origin.BOARD and place.supplier_id not in rfq.party_ids:
        joined = events.SupplierJoined(rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=place.supplier_id)
        work.emit(joined, rfq)


def take_in_joined(work: Work, scope: Scope, rfq: Rfq) -> None:
    """Make the suppliers that take part in a public request its parties, who hear of all that happens to it.

    The buyer's side does so, as row-level security lets nobody else change the request: soon after a supplier has
    joined, and in any case before each of the buyer's steps, so that no step forgets who joined the moment before.
    """
    if rfq.visibility is not Visibility.PUBLIC or rfq.published_at is None:
        return
    known = set(rfq.party_ids)
    joined = [found for found in queries.joined_suppliers(work.session, scope, rfq.id) if found not in known]
    if joined:
        show_to(work, rfq, joined)
        work.touch(rfq)
        work.record("rfq.suppliers_joined", rfq)


def show_to(work: Work, rfq: Rfq, suppliers: Sequence[UUID]) -> None:
    """Let row-level security show a published request and all that belongs to it to more ``suppliers``."""
    insert_together(work.session, also=open_to(rfq, suppliers))
    for table in (RfqEdition, Question, Reply):
        work.session.execute(update(table).where(table.rfq_id == rfq.id).values(party_ids=rfq.party_ids))


def open_to(rfq: Rfq, suppliers: Sequence[UUID]) -> Sequence[Fixed]:
    """Return what lets row-level security show a published request, and their own invitations, to ``suppliers``.

    For the caller to run. The lines of a public request are shown to every approved supplier besides.
    """
    rfq.party_ids = [*rfq.party_ids, *suppliers]
    public = rfq.visibility is Visibility.PUBLIC
    shown = Fixed(_SHOW_LINES, {"rfq_id": rfq.id, "party_ids": rfq.party_ids, "public": public})
    released = Fixed(_RELEASE_PLACES, {"rfq_id": rfq.id, "suppliers": list(suppliers)})
    return shown, released
