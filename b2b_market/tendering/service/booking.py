"""The books of a framework agreement: what counts against its ceilings, under the lock of its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.frameworks import FRAMEWORK_ITEMS, CallOff, Framework, FrameworkItem, FrameworkMember
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.rules import frameworks as rules
from b2b_market.tendering.states.frameworks import BOOKED, FRAMEWORK_LIFECYCLE, FrameworkStatus

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Books:
    """A framework agreement that is locked, with its items by position and its members by rank."""

    framework: Framework
    items: Mapping[int, FrameworkItem]
    members: Sequence[FrameworkMember]

    @property
    def room(self) -> rules.Room:
        """What is booked of the amount."""
        return rules.Room(self.framework.ceiling, self.framework.called)

    @property
    def rooms(self) -> Mapping[int, rules.Room]:
        """What is booked of each item, by position."""
        return {position: rules.Room(item.ceiling, item.called) for position, item in self.items.items()}


def open_books(work: Work, scope: Scope, framework_id: UUID) -> Books:
    """Lock an own agreement; what is read of it afterwards stays until the transaction ends."""
    framework = queries.own_framework(work.session, scope, framework_id, lock=True)
    items = queries.items_of(work.session, scope, framework.id)
    members = queries.members_of(work.session, scope, framework.id)
    return Books(framework, {item.position: item for item in items}, members)


def require_running(framework: Framework, moment: datetime) -> None:
    """Raise FrameworkNotRunning unless orders may be placed at ``moment``: the end itself is too late."""
    running = framework.status in (FrameworkStatus.ACTIVE, FrameworkStatus.EXHAUSTED)
    if not running or not framework.starts_at <= moment < framework.ends_at:
        raise rules.FrameworkNotRunning(status=framework.status.value, ends_at=framework.ends_at.isoformat())


def asked_of(lines: Sequence[Mapping[str, Any]]) -> dict[int, Decimal]:
    """Return the quantities of a call-off's stored lines by position."""
    return {line["position"]: Decimal(line["quantity"]) for line in lines}


def require_room(books: Books, lines: Sequence[Mapping[str, Any]], amount: Decimal) -> None:
    """Raise CeilingPassed unless ``amount`` and the lines' quantities still fit."""
    rules.require_room(amount, books.room, asked_of(lines), books.rooms)


def book(work: Work, books: Books, call_off: CallOff, amount: Decimal) -> None:
    """Count a call-off against the ceilings with ``amount`` in the agreement's currency; refuse what does not fit."""
    require_room(books, call_off.lines, amount)
    call_off.booked = amount
    _count(work, books, call_off, 1)


def free(work: Work, books: Books, call_off: CallOff) -> None:
    """Count a call-off no more; nothing happens to one that does not count."""
    if call_off.status in BOOKED:
        _count(work, books, call_off, -1)
        call_off.booked = NOTHING


def _count(work: Work, books: Books, call_off: CallOff, sign: int) -> None:
    framework = books.framework
    framework.called += sign * call_off.booked
    for position, quantity in asked_of(call_off.lines).items():
        books.items[position].called += sign * quantity
    framework.lines_digest = items_digest(books.items.values())
    exhausted = rules.is_exhausted(books.room, list(books.rooms.values()))
    if exhausted and framework.status is FrameworkStatus.ACTIVE:
        FRAMEWORK_LIFECYCLE.advance(framework, "exhaust")
    elif not exhausted and framework.status is FrameworkStatus.EXHAUSTED:
        FRAMEWORK_LIFECYCLE.advance(framework, "replenish")
    work.touch(framework)
    work.record("framework.booked" if sign > 0 else "framework.freed", framework)
    work.session.flush()


def items_digest(items: Any) -> bytes:  # noqa: ANN401 - rows, or what has their columns
    """Return the digest of an agreement's items, as its row keeps it."""
    rows = ({name: getattr(item, name) for name in FRAMEWORK_ITEMS.columns} for item in items)
    return lines_digest(FRAMEWORK_ITEMS.content(row) for row in rows)
