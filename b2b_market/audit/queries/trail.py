"""Reading the trail itself: entries, their values, their place in the log."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, literal, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from b2b_market.audit.commands import EntryFilter, ListEntries
from b2b_market.audit.models import AuditLeaf, AuditListed, AuditParty
from b2b_market.audit.rules.sealing import START
from b2b_market.infra.audit_trail import DONE, AuditDetail, AuditEvent
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.veils import unveiled
from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope

FETCHED_AT_ONCE: Final = 2000
AnyRow = Row[*tuple[Any, ...]]
_Order = tuple[
    ColumnElement[datetime] | InstrumentedAttribute[datetime], ColumnElement[UUID] | InstrumentedAttribute[UUID]
]
SEALED: Final = (
    AuditEvent.id,
    AuditEvent.schema_version,
    AuditEvent.occurred_at,
    AuditEvent.actor_kind,
    AuditEvent.actor_user_id,
    AuditEvent.actor_org_id,
    AuditEvent.session,
    AuditEvent.channel,
    AuditEvent.network,
    AuditEvent.action,
    AuditEvent.object_type,
    AuditEvent.object_id,
    AuditEvent.object_version,
    AuditEvent.visible_to,
    AuditEvent.outcome,
    AuditEvent.rule,
    AuditEvent.changed,
    AuditEvent.commitments,
    AuditEvent.state_hash,
    AuditEvent.correlation_id,
    AuditEvent.idempotency_key,
    AuditEvent.cause_event_id,
)
"""What a leaf covers, in the order of the database's functions: all but the transaction's id, local to a cluster."""
ENTRY_TEXT: Final = func.audit_entry_text(*SEALED)
"""The row in canonical JSON, as the database hashed it."""

_SHOWN: Final = (
    AuditEvent.id,
    AuditEvent.occurred_at,
    AuditEvent.actor_kind,
    AuditEvent.actor_user_id,
    AuditEvent.actor_org_id,
    AuditEvent.channel,
    AuditEvent.action,
    AuditEvent.object_type,
    AuditEvent.object_id,
    AuditEvent.object_version,
    AuditEvent.outcome,
    AuditEvent.rule,
    AuditEvent.changed,
    AuditDetail.actor_name,
    AuditLeaf.leaf_index,
)


def visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition of what the caller may see.

    Their companies' entries; for the auditor all that nothing veils any more; for the system all.
    """
    if _sees_all(scope):
        return true() if scope.actor.is_system else unveiled(AuditEvent)
    own: ColumnElement[bool] = AuditEvent.visible_to.overlap(list(scope.org_ids))
    return own


def _sees_all(scope: Scope) -> bool:
    return scope.actor.platform == "auditor" or (scope.actor.is_system and not scope.org_ids)


def page(session: Session, scope: Scope, command: ListEntries) -> Page[AnyRow]:
    """Return entries that pass the filter, the newest first; keyset on (time, id)."""
    if _sees_all(scope):
        rows: Sequence[AnyRow] = _everybodys(session, scope, command)
    else:
        # in this order, so that an entry that the sealer lists between the two is read twice and not never
        found = {row.id: row for read in (_not_listed_yet, _listed) for row in read(session, scope, command)}
        ordered = sorted(found.values(), key=lambda row: (row.occurred_at, row.id), reverse=True)
        rows = ordered[: command.page.limit + 1]
    return page_of(rows, command.page, lambda row: (row.occurred_at.isoformat(), str(row.id)))


def _everybodys(session: Session, scope: Scope, command: ListEntries) -> list[AnyRow]:
    order = (AuditEvent.occurred_at, AuditEvent.id)
    wanted = select(*_SHOWN).select_from(AuditEvent).where(visible(scope))
    return _rows(session, wanted.where(*_conditions(command.wanted), *_between(order, command)), order, command)


def _listed(session: Session, scope: Scope, command: ListEntries) -> list[AnyRow]:
    """Read a company's list from ``audit_party``: behind the row policy no index could serve ``visible_to``."""
    conditions = _conditions(command.wanted)
    order: _Order = (AuditParty.occurred_at, AuditParty.event_id)
    own = select(*order).where(AuditParty.org_id == scope.org_id, *_between(order, command))
    if not conditions:
        # cut off before anything is joined, so that no estimate can make the planner read the whole list
        own = own.order_by(*(column.desc() for column in order)).limit(command.page.limit + 1)
    part = own.subquery()
    order = (part.c.occurred_at, part.c.event_id)
    wanted = select(*_SHOWN).select_from(part).join(AuditEvent, AuditEvent.id == part.c.event_id)
    return _rows(session, wanted.where(*conditions), order, command)


def _not_listed_yet(session: Session, scope: Scope, command: ListEntries) -> list[AnyRow]:
    """Read what the sealer has not come to: the entries of the last few seconds."""
    order = (AuditEvent.occurred_at, AuditEvent.id)
    listed = exists().where(
        AuditParty.org_id == scope.org_id,
        AuditParty.occurred_at == AuditEvent.occurred_at,
        AuditParty.event_id == AuditEvent.id,
    )
    last = session.execute(select(AuditListed.cursor_xid, AuditListed.cursor_id)).one_or_none() or (
        START.xid,
        START.event_id,
    )
    later = tuple_(AuditEvent.xid, AuditEvent.id) > tuple_(*(literal(part) for part in last))
    wanted = select(*_SHOWN).select_from(AuditEvent).where(later, visible(scope), ~listed)
    return _rows(session, wanted.where(*_conditions(command.wanted), *_between(order, command)), order, command)


def _rows(session: Session, wanted: Select[*tuple[Any, ...]], order: _Order, command: ListEntries) -> list[AnyRow]:
    joined = wanted.outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id).outerjoin(
        AuditLeaf, AuditLeaf.event_id == AuditEvent.id
    )
    ordered = joined.order_by(*(column.desc() for column in order)).limit(command.page.limit + 1)
    return list(session.execute(ordered).all())


def _between(order: _Order, command: ListEntries) -> list[ColumnElement[bool]]:
    """Return the bounds of time and keyset on the columns that the list is ordered by."""
    bounds: list[ColumnElement[bool]] = []
    if command.wanted.since is not None:
        bounds.append(order[0] >= command.wanted.since)
    if command.wanted.until is not None:
        bounds.append(order[0] < command.wanted.until)
    if command.page.after is not None:
        moment, event_id = _keyset(*command.page.after)
        bounds.append(tuple_(*order) < tuple_(literal(moment), literal(event_id)))
    return bounds


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    exact = (
        (AuditEvent.actor_user_id, wanted.actor_user_id),
        (AuditEvent.action, wanted.action),
        (AuditEvent.object_type, wanted.object_type),
        (AuditEvent.object_id, wanted.object_id),
        (AuditEvent.outcome, wanted.outcome),
    )
    return [column == value for column, value in exact if value is not None]


def _keyset(moment: str, event_id: str) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(moment), UUID(event_id)
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error


def entry(session: Session, scope: Scope, event_id: UUID) -> AnyRow:
    """Return an entry with everything that is known of it; NotFound where it is not the caller's to see."""
    found = session.execute(
        select(
            *SEALED,
            AuditDetail.actor_name,
            AuditDetail.changes,
            AuditLeaf.leaf_index,
            ENTRY_TEXT.label("entry_text"),
        )
        .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        .where(visible(scope), AuditEvent.id == event_id)
    ).one_or_none()
    if found is None:
        raise NotFound(event_id=str(event_id))
    return found


def of_version(session: Session, _scope: Scope, object_type: str, object_id: UUID, version: int) -> AnyRow | None:
    """Return (id, canonical text, leaf index) of the last entry that left a thing at ``version``, whosever it is."""
    return session.execute(
        select(AuditEvent.id, ENTRY_TEXT.label("entry_text"), AuditLeaf.leaf_index)
        .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        .where(
            AuditEvent.object_id == object_id,
            AuditEvent.object_type == object_type,
            AuditEvent.object_version == version,
            AuditEvent.outcome == DONE,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).one_or_none()


def timeline(session: Session, scope: Scope, object_id: UUID, object_type: str, limit: int) -> list[AnyRow]:
    """Return the newest entries of what was done to a thing, with their values."""
    wanted = (
        select(*_SHOWN, AuditDetail.changes)
        .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        .where(
            visible(scope),
            AuditEvent.object_id == object_id,
            AuditEvent.object_type == object_type,
            AuditEvent.outcome == DONE,
        )
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return list(session.execute(wanted).all())


def veiled_leaves(session: Session, _scope: Scope, head: int) -> tuple[int, ...]:
    """Return the indexes below ``head`` of the entries that are held back now, in order; the machine branch sees them.

    An entry that the trail has lost is not among them, whatever veiled it.
    """
    held_back = exists().where(AuditEvent.id == AuditLeaf.event_id, ~unveiled(AuditEvent))
    wanted = select(AuditLeaf.leaf_index).where(AuditLeaf.veiled, AuditLeaf.leaf_index < head, held_back)
    return tuple(session.scalars(wanted.order_by(AuditLeaf.leaf_index)))


def sealed_texts(session: Session, _scope: Scope, head: int) -> Iterator[tuple[int, str | None]]:
    """Stream (leaf index, canonical text) of each leaf below ``head`` in order; None where the trail lost the entry.

    What is held back from the reader is left out.
    """
    text = case((AuditEvent.id.is_not(None), ENTRY_TEXT), else_=None)
    wanted = (
        select(AuditLeaf.leaf_index, text.label("entry_text"))
        .outerjoin(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
        .where(AuditLeaf.leaf_index < head)
        .order_by(AuditLeaf.leaf_index)
    )
    for row in session.execute(wanted, execution_options={"yield_per": FETCHED_AT_ONCE}):
        yield row.leaf_index, row.entry_text


def own_texts(session: Session, scope: Scope, head: int) -> Iterator[tuple[int, str]]:
    """Stream (leaf index, canonical text) of the caller's sealed entries below ``head`` in order."""
    listed = session.scalar(select(AuditListed.up_to)) or 0
    text = ENTRY_TEXT.label("entry_text")
    sealed = select(AuditLeaf.leaf_index, text).join(AuditEvent, AuditEvent.id == AuditLeaf.event_id)
    from_list = (
        sealed.join(AuditParty, AuditParty.event_id == AuditEvent.id)
        .where(AuditParty.org_id == scope.org_id, AuditLeaf.leaf_index < min(listed, head))
        .order_by(AuditLeaf.leaf_index)
    )
    not_listed_yet = sealed.where(visible(scope), AuditLeaf.leaf_index >= listed, AuditLeaf.leaf_index < head).order_by(
        AuditLeaf.leaf_index
    )
    for part in (from_list, not_listed_yet):
        for row in session.execute(part, execution_options={"yield_per": FETCHED_AT_ONCE}):
            yield row.leaf_index, row.entry_text


def unsealed_texts(session: Session, scope: Scope, since_xid: int) -> Iterator[str]:
    """Stream the canonical texts of visible entries without a leaf; none has a transaction id below ``since_xid``."""
    wanted = (
        select(ENTRY_TEXT.label("entry_text"))
        .outerjoin(AuditLeaf, AuditLeaf.event_id == AuditEvent.id)
        .where(visible(scope), AuditLeaf.event_id.is_(None), AuditEvent.xid >= since_xid)
        .order_by(AuditEvent.xid, AuditEvent.id)
    )
    for row in session.execute(wanted, execution_options={"yield_per": FETCHED_AT_ONCE}):
        yield row.entry_text
