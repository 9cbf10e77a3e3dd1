"""A supplier's answer before it quotes: it intends to, or it will not."""

from b2b_market.infra.bulk import store_changes
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import DeclineInvitation, IntendToQuote
from b2b_market.rfq.models.requests import RfqInvitation
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.rules import quoting
from b2b_market.rfq.service.joining import announce_joined, take_place
from b2b_market.rfq.states import INVITATION_LIFECYCLE


@operation(RfqPermission.QUOTE_SUBMIT)
def intend_to_quote(work: Work, scope: Scope, command: IntendToQuote) -> RfqInvitation:
    """Tell the buyer, before the deadline, that the company is going to quote; it binds to nothing.

    A company that found a public request by itself takes part from here on.
    """
    work.gate(command.rfq_id)
    rfq = queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        raise quoting.OwnRequest
    quoting.require_open(rfq.status, rfq.closes_at, work.judging_time(), quoting.FIRST_ROUND)
    place = take_place(work, scope, rfq)
    INVITATION_LIFECYCLE.advance(place, "intend")
    place.answered_at = work.now()
    place.decline_reason = None
    store_changes(work.session, place, "status", "answered_at", "decline_reason")
    said = events.QuoteIntended(rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=place.supplier_id)
    work.emit(said, rfq)
    announce_joined(work, rfq, place)
    return place


@operation(RfqPermission.QUOTE_SUBMIT)
def decline_invitation(work: Work, scope: Scope, command: DeclineInvitation) -> RfqInvitation:
    """Tell the buyer, before the deadline, that the company will not quote; until then it may change its mind."""
    work.gate(command.rfq_id)
    rfq = queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        raise quoting.OwnRequest
    quoting.require_open(rfq.status, rfq.closes_at, work.judging_time(), quoting.FIRST_ROUND)
    place = take_place(work, scope, rfq)
    INVITATION_LIFECYCLE.advance(place, "decline")
    place.answered_at = work.now()
    place.decline_reason = command.reason.strip() or None
    store_changes(work.session, place, "status", "answered_at", "decline_reason")
    declined = events.InvitationDeclined(rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=place.supplier_id)
    work.emit(declined, rfq)
    return place
