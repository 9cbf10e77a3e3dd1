"""Reading grants: who holds which role in which company at which moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Text, Uuid, and_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from b2b_market.infra.http.cursors import cursor_id
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.permission import Permission, Role
from b2b_market.rbac.duties import ADMIN_ROLES
from b2b_market.rbac.models import RbacDomain, RbacGrant, RbacRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A live grant as others see it. ``waits`` tells that a second person has yet to confirm it."""

    id: UUID
    user_id: UUID
    org_id: UUID
    role: str
    limit: Money | None
    valid_from: datetime
    valid_until: datetime | None
    granted_by: UUID | None
    confirmed_by: UUID | None
    waits: bool


def live_grants(session: Session, org_id: UUID, user_ids: Sequence[UUID] | None = None) -> tuple[Grant, ...]:
    """Return the grants of a company that are not revoked, by person and role; of some people where they are named."""
    query = select(RbacGrant).where(*live_in(org_id)).order_by(RbacGrant.user_id, RbacGrant.role)
    if user_ids is not None:
        query = query.where(RbacGrant.user_id.in_(user_ids))
    return tuple(view(row) for row in session.scalars(query))


def waiting_grants(session: Session, org_ids: Sequence[UUID] | None = None) -> tuple[Grant, ...]:
    """Return the grants that wait for a second person, the oldest first; of some companies where they are named."""
    query = (
        select(RbacGrant)
        .where(RbacGrant.revoked_at.is_(None), RbacGrant.needs_confirmation, RbacGrant.confirmed_by.is_(None))
        .order_by(RbacGrant.id)
        .limit(200)
    )
    if org_ids is not None:
        query = query.where(RbacGrant.org_id.in_(org_ids))
    return tuple(view(row) for row in session.scalars(query))


def companies_of(session: Session, user_id: UUID, now: datetime | None = None) -> tuple[tuple[UUID, str], ...]:
    """Return the companies (id, name) in which the person has a role in force (by the database's clock), by name."""
    rows = session.execute(_companies(), {"user_id": user_id, "now": now})
    return tuple((org_id, name) for org_id, name in rows)


@cache
def _companies() -> Select[UUID, str]:
    """Return the statement of every page's head."""
    moment = func.coalesce(bindparam("now", type_=DateTime(timezone=True)), func.now())
    held = select(RbacGrant.org_id).where(RbacGrant.user_id == bindparam("user_id"), in_force(moment))
    query = select(RbacDomain.org_id, RbacDomain.name).where(RbacDomain.org_id.in_(held))
    return query.order_by(RbacDomain.name, RbacDomain.org_id)


def supplying_companies(session: Session, user_id: UUID, now: datetime) -> tuple[tuple[UUID, str], ...]:
    """Return the companies (id, name) for which the person may quote, as staff or as a guest, by name."""
    quotes = or_(RbacGrant.role.like("supplier.%"), RbacGrant.role == Role.GUEST_SUPPLIER.value)
    held = select(RbacGrant.org_id).where(RbacGrant.user_id == user_id, quotes, in_force(now))
    query = select(RbacDomain.org_id, RbacDomain.name).where(RbacDomain.org_id.in_(held))
    rows = session.execute(query.order_by(RbacDomain.name, RbacDomain.org_id))
    return tuple((org_id, name) for org_id, name in rows)


def guest_companies(session: Session, user_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Return the companies in which the person is an invited guest, by id."""
    query = select(RbacGrant.org_id).where(
        RbacGrant.user_id == user_id, RbacGrant.role == Role.GUEST_SUPPLIER.value, in_force(now)
    )
    return tuple(session.scalars(query.order_by(RbacGrant.org_id)))


def holders(session: Session, org_id: UUID, roles: Iterable[str], now: datetime) -> tuple[UUID, ...]:
    """Return the people who hold one of ``roles`` in force, each once, by id."""
    query = (
        select(RbacGrant.user_id)
        .where(RbacGrant.org_id == org_id, RbacGrant.role.in_(sorted(roles)), in_force(now))
        .distinct()
        .order_by(RbacGrant.user_id)
    )
    return tuple(session.scalars(query))


def holders_asked() -> Select[UUID, UUID]:
    """Return the statement of :func:`holders_wanted`'s values: (company, person) pairs, each once."""
    own = select(RbacRole.name).where(
        RbacRole.org_id == RbacGrant.org_id, bindparam("permission") == any_(RbacRole.permissions)
    )
    return (
        select(RbacGrant.org_id, RbacGrant.user_id)
        .where(
            RbacGrant.org_id == any_(bindparam("org_ids", type_=ARRAY(Uuid()))),
            RbacGrant.role != bindparam("machine"),
            or_(RbacGrant.role == any_(bindparam("roles", type_=ARRAY(Text()))), RbacGrant.role.in_(own)),
            in_force(bindparam("now", type_=DateTime(timezone=True))),
        )
        .distinct()
    )


def holders_wanted(
    org_ids: Sequence[UUID], roles: Iterable[Role], permission: Permission, now: datetime
) -> dict[str, object]:
    """Return what :func:`holders_asked` asks for: who holds one of ``roles`` or an own role with ``permission``."""
    return {
        "org_ids": list(org_ids),
        "roles": sorted(role.value for role in roles),
        "permission": permission.value,
        "machine": Role.SERVICE_ACCOUNT.value,
        "now": now,
    }


def admins_of(session: Session, org_ids: Sequence[UUID], now: datetime) -> dict[tuple[UUID, str], frozenset[UUID]]:
    """Return who administers which side of these companies: (company, admin role) to people."""
    query = select(RbacGrant.org_id, RbacGrant.role, RbacGrant.user_id).where(
        RbacGrant.org_id.in_(org_ids), RbacGrant.role.in_([role.value for role in ADMIN_ROLES]), in_force(now)
    )
    found: dict[tuple[UUID, str], set[UUID]] = {}
    for org_id, role, user_id in session.execute(query):
        found.setdefault((org_id, role), set()).add(user_id)
    return {key: frozenset(users) for key, users in found.items()}


def members_page(session: Session, org_id: UUID, request: PageRequest) -> Page[UUID]:
    """Return the people with a role in the company, by id, which is the order they came to the product."""
    query = (
        select(RbacGrant.user_id)
        .where(*live_in(org_id), RbacGrant.role != Role.SERVICE_ACCOUNT.value)
        .distinct()
        .order_by(RbacGrant.user_id)
        .limit(request.limit + 1)
    )
    if request.after is not None:
        query = query.where(RbacGrant.user_id > cursor_id(request))
    return page_of(session.scalars(query).all(), request, lambda user_id: ("", str(user_id)))


def in_force(now: datetime | ColumnElement[datetime] | None) -> ColumnElement[bool]:
    """Return the condition that a grant counts at ``now``: not revoked, confirmed if it must be, within its dates."""
    moment = func.now() if now is None else now
    return and_(
        RbacGrant.revoked_at.is_(None),
        or_(~RbacGrant.needs_confirmation, RbacGrant.confirmed_by.is_not(None)),
        RbacGrant.valid_from <= moment,
        or_(RbacGrant.valid_until.is_(None), RbacGrant.valid_until > moment),
    )


def view(row: RbacGrant) -> Grant:
    """Return a grant as others see it."""
    return Grant(
        id=row.id,
        user_id=row.user_id,
        org_id=row.org_id,
        role=row.role,
        limit=limit_of(row),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        granted_by=row.granted_by,
        confirmed_by=row.confirmed_by,
        waits=row.needs_confirmation and row.confirmed_by is None,
    )


def live_in(org_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a company's grants that are not revoked, in force or not."""
    return (RbacGrant.org_id == org_id, RbacGrant.revoked_at.is_(None))


def limit_of(row: RbacGrant | None) -> Money | None:
    """Return the amount a grant reaches, None where it has no limit (or is not there)."""
    if row is None or row.limit_amount is None or row.limit_currency is None:
        return None
    return Money(row.limit_amount, Currency(row.limit_currency))
