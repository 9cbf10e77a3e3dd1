"""Talks between a buyer and one supplier about a request: private to the two, and shut while quotations are sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid, NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.commands.rounds import ReadCounter, ReadMessage, ReadNegotiation, SendMessage
from b2b_market.rfq.models.bargaining import Counter, CounterLine, TalkMessage
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import bargaining as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import asking
from b2b_market.rfq.rules import bargaining as rules
from b2b_market.rfq.states import Side


@dataclass(frozen=True, slots=True)
class CounterContent:
    """A counter-offer with its lines."""

    counter: Counter
    lines: Sequence[CounterLine]

    @property
    def version(self) -> int:
        """The version of the counter-offer, which its ETag shows."""
        return self.counter.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """What a buyer and one supplier said to each other about a request, the oldest first.

    ``open`` tells whether a message may be sent now; ``unread`` counts those of the other side that the reader has not
    marked as read.
    """

    rfq: Rfq
    side: Side
    supplier_id: UUID
    counters: Sequence[CounterContent]
    messages: Sequence[TalkMessage]
    unread: int
    open: bool


@dataclass(frozen=True, slots=True)
class TalkSummary:
    """A talk in a list: messages of the other side that the reader has not read, and the counter-offer that waits."""

    supplier_id: UUID
    unread: int
    waiting: Counter | None


@operation(RfqPermission.TALK)
def send_message(work: Work, scope: Scope, command: SendMessage) -> TalkMessage:
    """Say something to the other side about a request or one of its lines; nobody else ever reads it.

    Refused while quotations of the request are sealed, judged behind the gate: nothing can be said past the seal, and
    what concerns all suppliers belongs into an answer to all. Files are the sender's own and are shown to the other.
    """
    work.gate(command.rfq_id)
    rfq = _talked_about(work, scope, command.rfq_id, command.supplier_id)
    rules.require_talk(rfq.status, sealed=rfq.sealed, closes_at=rfq.closes_at)
    text = asking.require_said(command.text)
    rules.require_few_files(len(command.file_ids))
    if command.line_id is not None and command.line_id not in request_queries.needs_of(work.session, scope, rfq.id):
        raise Invalid(errors=[FieldError("/line_id", "unknown", N_("This line is not part of the request."))])
    side = _side(scope, rfq)
    other = command.supplier_id if side is Side.BUYER else rfq.buyer_id
    files.share(work, scope.actor, command.file_ids, [other])
    message = TalkMessage(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_id=command.supplier_id,
        line_id=command.line_id,
        side=side,
        author_id=scope.user_id,
        text=text,
        file_ids=list(command.file_ids),
    )
    sent = events.MessageSent(
        message_id=message.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=message.supplier_id, side=side
    )
    work.emit(sent, message)
    work.note(Entry("message.sent", "rfq", rfq.id, visible_to=(rfq.buyer_id, message.supplier_id)))
    work.session.add(message)
    work.session.flush()
    return message


@operation(RfqPermission.QUOTE_READ)
def read_negotiation(work: Work, scope: Scope, command: ReadNegotiation) -> Negotiation:
    """Return the counter-offers and messages between the buyer of a request and one supplier, to these two alone."""
    rfq = _talked_about(work, scope, command.rfq_id, command.supplier_id)
    counters = queries.counters_of(work.session, scope, rfq.id, command.supplier_id)
    lines = queries.lines_of_counters(work.session, scope, counters)
    return Negotiation(
        rfq=rfq,
        side=_side(scope, rfq),
        supplier_id=command.supplier_id,
        counters=[CounterContent(one, lines[one.id]) for one in counters],
        messages=queries.messages_of(work.session, scope, rfq.id, command.supplier_id),
        unread=queries.unread_of(work.session, scope, rfq.id).get(command.supplier_id, 0),
        open=rules.talks(rfq.status, sealed=rfq.sealed),
    )


@operation(RfqPermission.QUOTE_READ)
def mark_read(work: Work, scope: Scope, command: ReadNegotiation) -> None:
    """Note that the acting person has read a talk as far as it goes now."""
    rfq = _talked_about(work, scope, command.rfq_id, command.supplier_id)
    last = queries.last_message(work.session, scope, rfq.id, command.supplier_id)
    if last is not None:
        queries.mark_read(work.session, scope, last)


@operation(RfqPermission.QUOTE_READ)
def list_talks(work: Work, scope: Scope, command: ReadRfq) -> Sequence[TalkSummary]:
    """Return what waits in the reader's talks about a request: a buyer's with each supplier, a supplier's own one."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    unread = queries.unread_of(work.session, scope, rfq.id)
    waiting = {one.supplier_id: one for one in queries.waiting_of(work.session, scope, rfq.id)}
    return [
        TalkSummary(supplier_id, unread.get(supplier_id, 0), waiting.get(supplier_id))
        for supplier_id in sorted({*unread, *waiting})
    ]


@operation(RfqPermission.QUOTE_READ, system=True, reason="handlers tell the other side of a step of a counter-offer")
def read_counter(work: Work, scope: Scope, command: ReadCounter) -> CounterContent:
    """Return a counter-offer to one of its two sides."""
    counter = queries.counter(work.session, scope, command.counter_id)
    return CounterContent(counter, queries.lines_of_counters(work.session, scope, [counter])[counter.id])


@operation(system=True, reason="handlers tell the other side what was said")
def read_message(work: Work, scope: Scope, command: ReadMessage) -> TalkMessage:
    """Return a message of a talk between companies that are acted for."""
    return queries.message(work.session, scope, command.message_id)


@operation(RfqPermission.QUOTE_READ)
def name_files(work: Work, scope: Scope, command: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return the names of files that were sent in a talk of the scope's company."""
    return {file_id: files.view_file(work, scope.actor, file_id).name for file_id in dict.fromkeys(command)}


def _talked_about(work: Work, scope: Scope, rfq_id: UUID, supplier_id: UUID) -> Rfq:
    """Return the request where the scope's company is one of the two and the supplier a party of it; else NotFound."""
    rfq = request_queries.party_rfq(work.session, scope, rfq_id)
    one_of_two = rfq.buyer_id in scope.org_ids or supplier_id in scope.org_ids
    if not one_of_two or supplier_id == rfq.buyer_id or supplier_id not in rfq.party_ids:
        raise NotFound(rfq_id=str(rfq_id), supplier_id=str(supplier_id))
    return rfq


def _side(scope: Scope, rfq: Rfq) -> Side:
    return Side.BUYER if rfq.buyer_id in scope.org_ids else Side.SUPPLIER
