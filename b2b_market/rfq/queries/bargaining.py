"""Counter-offers and messages of a buyer and one supplier, always within a scope."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.bargaining import Counter, CounterLine, TalkMark, TalkMessage
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.states import CounterStatus, Side


def lock_opened_quote(session: Session, scope: Scope, quote_id: UUID) -> Quote:
    """Return a quotation as its supplier, or as its buyer once it is opened, locked; raise NotFound otherwise."""
    own = Quote.supplier_id.in_(scope.org_ids)
    received = Quote.buyer_id.in_(scope.org_ids) & Quote.opened
    found = session.scalar(
        select(Quote)
        .where(Quote.id == quote_id, or_(own, received))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(quote_id=str(quote_id))
    return found


def counter(session: Session, scope: Scope, counter_id: UUID, *, lock: bool = False) -> Counter:
    """Return a counter-offer that the scope's companies are a side of; raise NotFound for any other id."""
    wanted = select(Counter).where(Counter.id == counter_id, _mine(scope))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(counter_id=str(counter_id))
    return found


def counters_of(session: Session, scope: Scope, rfq_id: UUID, supplier_id: UUID) -> Sequence[Counter]:
    """Return the counter-offers of the two sides about a request, the oldest first."""
    wanted = select(Counter).where(Counter.rfq_id == rfq_id, Counter.supplier_id == supplier_id, _mine(scope))
    return session.scalars(wanted.order_by(Counter.id)).all()


def waiting_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Counter]:
    """Return the counter-offers about a request that wait for an answer, in any of the scope's talks."""
    wanted = select(Counter).where(Counter.rfq_id == rfq_id, Counter.status == CounterStatus.OPEN, _mine(scope))
    return session.scalars(wanted.order_by(Counter.id)).all()


def lock_waiting(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Counter]:
    """Return the counter-offers on the scope's own request that wait for an answer, locked."""
    wanted = select(Counter).where(
        Counter.rfq_id == rfq_id, Counter.status == CounterStatus.OPEN, Counter.buyer_id.in_(scope.org_ids)
    )
    return session.scalars(wanted.order_by(Counter.id).with_for_update()).all()


def lines_of_counters(
    session: Session, _scope: Scope, counters: Sequence[Counter]
) -> Mapping[UUID, Sequence[CounterLine]]:
    """Return the lines of these counter-offers by counter-offer, in the order of the request."""
    found: dict[UUID, list[CounterLine]] = {one.id: [] for one in counters}
    if counters:
        wanted = select(CounterLine).where(CounterLine.counter_id.in_(found))
        for line in session.scalars(wanted.order_by(CounterLine.position)):
            found[line.counter_id].append(line)
    return found


def expired(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Return (counter-offer, buyer, supplier) whose time has run out; the machine branch of the policy shows them."""
    wanted = (
        select(Counter.id, Counter.buyer_id, Counter.supplier_id)
        .where(Counter.status == CounterStatus.OPEN, Counter.expires_at <= now)
        .order_by(Counter.expires_at)
        .limit(limit)
    )
    return session.execute(wanted).all()


def messages_of(session: Session, scope: Scope, rfq_id: UUID, supplier_id: UUID) -> Sequence[TalkMessage]:
    """Return what the buyer and a supplier said to each other about a request, the oldest first."""
    wanted = select(TalkMessage).where(
        TalkMessage.rfq_id == rfq_id, TalkMessage.supplier_id == supplier_id, _party(scope)
    )
    return session.scalars(wanted.order_by(TalkMessage.id)).all()


def last_message(session: Session, scope: Scope, rfq_id: UUID, supplier_id: UUID) -> TalkMessage | None:
    """Return the newest message of a talk, None where nothing was said."""
    wanted = select(TalkMessage).where(
        TalkMessage.rfq_id == rfq_id, TalkMessage.supplier_id == supplier_id, _party(scope)
    )
    return session.scalar(wanted.order_by(TalkMessage.id.desc()).limit(1))


def message(session: Session, scope: Scope, message_id: UUID) -> TalkMessage:
    """Return a message of a talk that the scope's companies are a side of; raise NotFound for any other id."""
    found = session.scalar(select(TalkMessage).where(TalkMessage.id == message_id, _party(scope)))
    if found is None:
        raise NotFound(message_id=str(message_id))
    return found


def unread_of(session: Session, scope: Scope, rfq_id: UUID) -> dict[UUID, int]:
    """Return by supplier how many messages of the other side the acting person has not read about a request."""
    mark = (
        select(TalkMark.message_id)
        .where(
            TalkMark.user_id == scope.user_id,
            TalkMark.rfq_id == TalkMessage.rfq_id,
            TalkMark.supplier_id == TalkMessage.supplier_id,
        )
        .scalar_subquery()
    )
    from_them = or_(
        TalkMessage.buyer_id.in_(scope.org_ids) & (TalkMessage.side == Side.SUPPLIER),
        TalkMessage.supplier_id.in_(scope.org_ids) & (TalkMessage.side == Side.BUYER),
    )
    wanted = (
        select(TalkMessage.supplier_id, func.count())
        .where(TalkMessage.rfq_id == rfq_id, from_them, or_(mark.is_(None), TalkMessage.id > mark))
        .group_by(TalkMessage.supplier_id)
    )
    return dict(session.execute(wanted).all())


def mark_read(session: Session, scope: Scope, last: TalkMessage) -> None:
    """Note that the acting person has read a talk up to ``last``; a mark never moves back."""
    row = {
        "user_id": scope.user_id,
        "rfq_id": last.rfq_id,
        "supplier_id": last.supplier_id,
        "org_id": scope.org_id,
        "message_id": last.id,
    }
    put = insert(TalkMark).values(row)
    session.execute(
        put.on_conflict_do_update(
            index_elements=["user_id", "rfq_id", "supplier_id"],
            set_={"message_id": last.id, "org_id": scope.org_id},
            where=TalkMark.message_id < last.id,
        )
    )


def _mine(scope: Scope) -> ColumnElement[bool]:
    return or_(Counter.buyer_id.in_(scope.org_ids), Counter.supplier_id.in_(scope.org_ids))


def _party(scope: Scope) -> ColumnElement[bool]:
    return or_(TalkMessage.buyer_id.in_(scope.org_ids), TalkMessage.supplier_id.in_(scope.org_ids))
