"""An approved company takes over what was mailed to one of its people before the buyer knew the company.

The guest's provisional company ends; its place, questions and quotations become the taker's. Receipts stay as they were
signed, in the guest's name: a revision remembers whose it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import InstrumentedAttribute

from b2b_market.infra.database import Tenant
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.guests import RequestTakeover, TakeOver
from b2b_market.rfq.models.editions import RfqEdition
from b2b_market.rfq.models.guests import RfqGuest
from b2b_market.rfq.models.questions import OwnQuestion, Question, Reply
from b2b_market.rfq.models.quotes import QuoteLine, QuoteRevision
from b2b_market.rfq.models.requests import RfqInvitation, RfqLine
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import guests as queries
from b2b_market.rfq.queries.letters import lock_letters
from b2b_market.rfq.rules import guests as rules
from b2b_market.rfq.service.quoting import NUMBER_KIND

SHOWN_TO: Final[tuple[InstrumentedAttribute[list[UUID]], ...]] = (
    RfqLine.party_ids,
    RfqEdition.party_ids,
    Question.party_ids,
    Reply.party_ids,
)
"""Columns of a request's rows that list its parties."""
OWNED: Final[tuple[InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], ...]] = (
    RfqInvitation.supplier_id,
    RfqGuest.supplier_id,
    OwnQuestion.supplier_id,
    QuoteLine.supplier_id,
)
"""Columns that name the supplier a row of a request belongs to; quotations move with their numbers and receipts."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The requests that the company takes part in now, and the numbers of those that stay with who was invited."""

    rfq_ids: tuple[UUID, ...]
    left: tuple[str, ...]


@operation(RfqPermission.TAKE_OVER)
def request_takeover(work: Work, scope: Scope, command: RequestTakeover) -> None:
    """Have a code mailed to an address, if it was invited for a company that is not registered.

    Callers learn nothing about the address, and count the request with the doorkeeper first.
    """
    organizations.request_takeover(work, scope.actor, command.email)


@operation(RfqPermission.TAKE_OVER)
def take_over(work: Work, scope: Scope, command: TakeOver) -> TakenOver:
    """Take over the places, questions and quotations of a mailbox that the code proves.

    Requests that were negotiated, and those at which the own company has a place, stay with who was invited:
    NegotiatedAlready or PlacesTaken where that is all of them, NothingToTakeOver where nothing waits. Callers count the
    guess with the doorkeeper first.
    """
    found = organizations.open_takeover(work, scope.actor, command.email, command.code)
    found = tuple(one for one in found if one.sponsor_id != scope.org_id)  # nobody quotes to their own company
    if not found:
        raise rules.NothingToTakeOver
    ids = tuple(one.id for one in found)
    with work.reaching(Tenant((scope.org_id, *ids, *sorted({one.sponsor_id for one in found})))):
        wide = Scope(replace(scope.actor, org_ids=(*scope.org_ids, *ids)), scope.permission)
        places = queries.places_of(work.session, wide, ids)
        for place in places:
            work.gate(place.rfq_id, exclusive=True)
        left = _left(work, wide, scope.org_id, places)
        free = [place for place in places if place.rfq_id not in left]
        staying = {place.supplier_id for place in places if place.rfq_id in left}
        organizations.merge_provisional(work, scope.actor, [found for found in ids if found not in staying])
        for place in free:
            _move(work, wide, place.rfq_id, place.supplier_id, scope.org_id)
        work.session.flush()
    return TakenOver(tuple(place.rfq_id for place in free), tuple(left.values()))


def _left(work: Work, wide: Scope, taker: UUID, places: Sequence[RfqInvitation]) -> dict[UUID, str]:
    """Return the requests whose places stay as they are, with their numbers; refuse where that is all of them.

    Rounds, counter-offers and talks name the guest and belong to who agreed them; at a request that the taker takes
    part in already it has its one place.
    """
    said = queries.negotiated(work.session, wide, [place.supplier_id for place in places])
    own = {place.rfq_id for place in queries.places_of(work.session, wide, [taker])}
    rfqs = [queries.lock_rfq(work.session, wide, place.rfq_id) for place in places]
    negotiated = {rfq.id: rfq.number for rfq in rfqs if rfq.round > 1 or rfq.id in said}
    doubled = {rfq.id: rfq.number for rfq in rfqs if rfq.id in own}
    left = {**negotiated, **doubled}
    if places and len(left) == len(places):
        numbers = ", ".join(left.values())
        raise rules.NegotiatedAlready(numbers=numbers) if negotiated else rules.PlacesTaken(numbers=numbers)
    return left


def _move(work: Work, wide: Scope, rfq_id: UUID, guest: UUID, taker: UUID) -> None:
    """Let ``taker`` stand wherever ``guest`` stood at a request."""
    session = work.session
    rfq = queries.lock_rfq(session, wide, rfq_id)
    rfq.party_ids = [taker if party == guest else party for party in rfq.party_ids]
    work.touch(rfq)
    _move_quotes(work, wide, guest, taker)
    _move_letters(work, wide, guest, taker)
    for shown in SHOWN_TO:
        table = shown.class_
        parties = func.array_replace(shown, guest, taker)
        session.execute(update(table).where(table.rfq_id == rfq_id).values({shown.key: parties}))
    for owned in OWNED:
        table = owned.class_
        own = update(table).where(table.rfq_id == rfq_id, owned == guest)
        session.execute(own.values({owned.key: taker}))
    moved = events.GuestTakenOver(rfq_id=rfq.id, buyer_id=rfq.buyer_id, guest_id=guest, supplier_id=taker)
    work.emit(moved, rfq)


def _move_quotes(work: Work, wide: Scope, guest: UUID, taker: UUID) -> None:
    for quote in queries.lock_quotes(work.session, wide, guest):
        receipts = update(QuoteRevision).where(QuoteRevision.quote_id == quote.id)
        work.session.execute(
            receipts.values(supplier_id=taker, signed_supplier_id=quote.supplier_id, signed_number=quote.number)
        )
        quote.number = next_number(work.session, taker, NUMBER_KIND, quote.created_at.year)
        quote.supplier_id = taker
        quote.changed_at = work.now()
        work.record("quote.taken_over", quote)


def _move_letters(work: Work, wide: Scope, guest: UUID, taker: UUID) -> None:
    """Give the taker the letters as they were written, to the company that the guest was then."""
    for letter in lock_letters(work.session, wide, guest):
        letter.supplier_id, letter.changed_at = taker, work.now()
        work.record("letter.taken_over", letter)
