"""Counter-offers: made by one side, accepted, declined or let run out by the other; an agreed one is a new revision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.event import Event
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.rounds import DecideCounter, MakeCounter, ReadCounter
from b2b_market.rfq.models.bargaining import (
    COUNTER_LINE_TERMS,
    COUNTER_LINES,
    COUNTER_TERMS,
    Counter,
    CounterLine,
)
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import bargaining as queries
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import awarding, counter_terms
from b2b_market.rfq.rules import bargaining as rules
from b2b_market.rfq.rules.counter_terms import Position
from b2b_market.rfq.service.agreeing import agree
from b2b_market.rfq.service.bettering import held_as_stored
from b2b_market.rfq.states import COUNTER_LIFECYCLE, CounterStatus, Side

BATCH = 100


@operation(RfqPermission.COUNTER)
def make_counter(work: Work, scope: Scope, command: MakeCounter) -> Counter:
    """Make a counter-offer on a quotation that stands, while the request is closed and not awarded.

    The buyer begins, a supplier answers what waits. Each one narrows what is between the sides (see the rules), holds
    until a moment, and counts towards what the request allows each side. Behind the gate and the quotation's lock: of
    two that are made at once one waits and the other is refused.
    """
    quote, rfq = _locked(work, scope, command.quote_id)
    work.expect_version(quote, command.expected_version)
    rules.require_negotiable(rfq.status, quote.status)
    side = _side(scope, rfq)
    moment = work.judging_time()
    rules.require_expiry(command.expires_at, moment, quote.valid_until)
    earlier = queries.counters_of(work.session, scope, rfq.id, quote.supplier_id)
    waiting = next((one for one in earlier if one.status is CounterStatus.OPEN), None)
    _require_turn(side, waiting, moment)
    if side is Side.BUYER and quote_queries.pending_award(work.session, scope, rfq.id) is not None:
        raise awarding.AwardUndecided
    rules.require_counters_left(sum(one.side is side for one in earlier), rfq.most_counters)
    lines = quote_queries.lines_of_quote(work.session, scope, quote.id)
    at = _position(work, scope, quote, lines, _said_now(earlier, quote, rfq))
    counter_terms.require_move(command.lines, command.terms, at)
    if waiting is not None:
        _settle(work, scope, waiting, "answer")
        work.record("counter.answered", waiting)
        work.session.flush()
    counter = _new(work, scope, quote, command, rfq.round)
    counter.side = side
    rows = _line_rows(counter, command, {line.line_id: line.position for line in lines})
    counter.lines_digest = lines_digest(COUNTER_LINES.content(row) for row in rows)
    made = events.CounterMade(**_facts(counter), expires_at=counter.expires_at)
    _announce(work, made, counter)
    work.session.add(counter)
    work.session.flush()
    insert_rows(work.session, CounterLine, rows)
    return counter


@operation(RfqPermission.COUNTER)
def accept_counter(work: Work, scope: Scope, command: DecideCounter) -> Counter:
    """Accept the other side's counter-offer in time: the quotation gets a revision with what was agreed, receipted.

    Behind the gate: a round that is opened, or an award that is granted, at the same moment is wholly before or after.
    """
    counter, quote, rfq = _deciding(work, scope, command, answers=True)
    rules.require_negotiable(rfq.status, quote.status)
    rules.require_unexpired(counter.expires_at, work.judging_time())
    _settle(work, scope, counter, "accept")
    agree(work, scope, quote, counter, queries.lines_of_counters(work.session, scope, [counter])[counter.id])
    accepted = events.CounterAccepted(**_facts(counter), quote_id=quote.id, revision=quote.revision)
    _announce(work, accepted, counter)
    work.session.flush()
    return counter


@operation(RfqPermission.COUNTER)
def decline_counter(work: Work, scope: Scope, command: DecideCounter) -> Counter:
    """Say no to the other side's counter-offer, with or without a reason; the quotation stands as it is."""
    counter, _, _ = _deciding(work, scope, command, answers=True)
    counter.reason = command.reason.strip()
    _settle(work, scope, counter, "decline")
    _announce(work, events.CounterDeclined(**_facts(counter)), counter)
    work.session.flush()
    return counter


@operation(RfqPermission.COUNTER)
def withdraw_counter(work: Work, scope: Scope, command: DecideCounter) -> Counter:
    """Take an own counter-offer back before it is answered; it counts all the same."""
    counter, _, _ = _deciding(work, scope, command, answers=False)
    _settle(work, scope, counter, "withdraw")
    _announce(work, events.CounterWithdrawn(**_facts(counter)), counter)
    work.session.flush()
    return counter


@operation(system=True, reason="the clock asks which counter-offers nobody answered in time")
def expired_counters(work: Work, _scope: Scope, _command: None) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Return (counter-offer, buyer, supplier) of those whose time is over, the longest overdue first."""
    return queries.expired(work.session, work.judging_time(), BATCH)


@operation(system=True, reason="the clock ends what nobody answered in time")
def expire_counter(work: Work, scope: Scope, command: ReadCounter) -> Counter | None:
    """End one counter-offer whose time is over; None where it was answered in the meantime."""
    counter = queries.counter(work.session, scope, command.counter_id, lock=True)
    if counter.status is not CounterStatus.OPEN or work.judging_time() < counter.expires_at:
        return None
    COUNTER_LIFECYCLE.advance(counter, "expire")
    counter.decided_at = counter.changed_at = work.now()
    _announce(work, events.CounterExpired(**_facts(counter)), counter)
    work.session.flush()
    return counter


def _locked(work: Work, scope: Scope, quote_id: UUID) -> tuple[Quote, Rfq]:
    """Take the request's gate, then lock the quotation, then read the request."""
    known = quote_queries.visible_quote(work.session, scope, quote_id)
    work.gate(known.rfq_id)
    quote = queries.lock_opened_quote(work.session, scope, quote_id)
    return quote, request_queries.party_rfq(work.session, scope, quote.rfq_id)


def _deciding(work: Work, scope: Scope, command: DecideCounter, *, answers: bool) -> tuple[Counter, Quote, Rfq]:
    known = queries.counter(work.session, scope, command.counter_id)
    quote, rfq = _locked(work, scope, known.quote_id)
    counter = queries.counter(work.session, scope, command.counter_id, lock=True)
    work.expect_version(counter, command.expected_version)
    rules.require_turn(own=counter.side is _side(scope, rfq), answers=answers)
    return counter, quote, rfq


def _side(scope: Scope, rfq: Rfq) -> Side:
    return Side.BUYER if rfq.buyer_id in scope.org_ids else Side.SUPPLIER


def _require_turn(side: Side, waiting: Counter | None, moment: datetime) -> None:
    if waiting is not None and waiting.side is side:
        raise rules.CounterWaits
    if side is Side.SUPPLIER and waiting is None:
        raise rules.NothingToAnswer
    if waiting is not None:
        rules.require_unexpired(waiting.expires_at, moment)


def _said_now(earlier: Sequence[Counter], quote: Quote, rfq: Rfq) -> Sequence[Counter]:
    """Return the counter-offers that belong to what is negotiated now, the oldest first.

    What led to an agreement, or was said before a further round, was settled with it.
    """
    said = [one for one in earlier if one.quote_id == quote.id and one.round == rfq.round]
    agreed = [place for place, one in enumerate(said, start=1) if one.status is CounterStatus.ACCEPTED]
    return said[agreed[-1] :] if agreed else said


def _position(work: Work, scope: Scope, quote: Quote, lines: Sequence[QuoteLine], said: Sequence[Counter]) -> Position:
    """Return where the sides stand: the quotation, and the last word of each."""
    last = {one.side: one for one in said}
    found = queries.lines_of_counters(work.session, scope, list(last.values()))
    words = {side: counter_terms.named(found[one.id], one) for side, one in last.items()}
    return counter_terms.position(held_as_stored(quote, lines), words.get(Side.BUYER, {}), words.get(Side.SUPPLIER, {}))


def _new(work: Work, scope: Scope, quote: Quote, command: MakeCounter, number: int) -> Counter:
    return Counter(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        rfq_id=quote.rfq_id,
        buyer_id=quote.buyer_id,
        supplier_id=quote.supplier_id,
        quote_id=quote.id,
        quote_revision=quote.revision,
        round=number,
        status=COUNTER_LIFECYCLE.initial,
        currency=quote.currency,
        note=command.note.strip(),
        expires_at=command.expires_at,
        made_by=scope.user_id,
        reason="",
        **_terms(command),
    )


def _terms(command: MakeCounter) -> dict[str, object]:
    said = {name: getattr(command.terms, name) for name in COUNTER_TERMS}
    return {**said, "pay_days": list(command.terms.pay_days) if command.terms.pay_days else None}


def _line_rows(counter: Counter, command: MakeCounter, positions: Mapping[UUID, int]) -> list[dict[str, object]]:
    return [
        {
            "counter_id": counter.id,
            "line_id": line.line_id,
            "buyer_id": counter.buyer_id,
            "supplier_id": counter.supplier_id,
            "position": positions[line.line_id],
            "unit_price": line.unit_price,
            **{name: getattr(line, name) for name in COUNTER_LINE_TERMS},
        }
        for line in sorted(command.lines, key=lambda line: positions[line.line_id])
    ]


def _settle(work: Work, scope: Scope, counter: Counter, step: str) -> None:
    COUNTER_LIFECYCLE.advance(counter, step)
    counter.decided_by = scope.user_id
    counter.decided_at = counter.changed_at = work.now()


class _Facts(TypedDict):
    """What every event of a counter-offer says."""

    counter_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    side: Side


def _facts(counter: Counter) -> _Facts:
    return {
        "counter_id": counter.id,
        "rfq_id": counter.rfq_id,
        "buyer_id": counter.buyer_id,
        "supplier_id": counter.supplier_id,
        "side": counter.side,
    }


def _announce(work: Work, said: Event, counter: Counter) -> None:
    """Announce a step of a counter-offer; the request's trail gets an entry that only the two sides read."""
    work.emit(said, counter)
    action = said.topic.rpartition(".v")[0]
    work.note(Entry(action, "rfq", counter.rfq_id, visible_to=(counter.buyer_id, counter.supplier_id)))
