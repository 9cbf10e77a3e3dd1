"""Grants: which person holds which role in which company, up to which amount, from when to when.

These functions run inside the operations of ``organizations``, which check the permission; here the duties are checked
(S6: nobody grants or raises an own role, roles that decide need a second admin, the last admin stays). Every change
locks the company's policy row first and raises its version, so two admins act one after the other and every worker
reads the new roles with its next request. Rows are found before a tenant is known, hence they have no row-level
security: each statement names the company.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.infra.aggregate import Change
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.domains import lock_domain
from b2b_market.rbac.duties import ADMIN_ROLES, APPROVER_ROLES
from b2b_market.rbac.held import Grant, holders, in_force, limit_of, live_in, view
from b2b_market.rbac.models import RbacDomain, RbacGrant
from b2b_market.rbac.own_roles import own_role_decides, permissions_of_own_role
from b2b_market.rbac.sides import admin_role_of, admin_sides, is_own_role, side_of


class OwnRole(Refusal):
    """S6: nobody grants, raises or confirms an own role."""

    kind, code, audited = Kind.FORBIDDEN, "own-role", True
    title = N_("You cannot change your own role")
    advice = N_("Rule S6: another administrator of your company has to grant, raise or confirm your roles.")


class LastAdmin(Refusal):
    """S6: a company's side without an admin could never get one again."""

    kind, code = Kind.CONFLICT, "last-admin"
    title = N_("The last administrator stays")
    advice = N_("Rule S6: make another person administrator of this side first, then take the role away here.")


class RoleNotOffered(Refusal):
    """The company has no such role: of another side, of the platform, or unknown."""

    kind, code = Kind.INVALID, "role-not-offered"
    title = N_("This role cannot be given here")
    advice = N_("{role} is not a role of the sides you administer, nor one of your company's own roles.")


class SecondPersonNeeded(Refusal):
    """S6: a grant that decides is confirmed by somebody who is neither its giver nor its receiver."""

    kind, code, audited = Kind.FORBIDDEN, "second-person-needed", True
    title = N_("A second administrator has to confirm this")
    advice = N_(
        "Rule S6: another administrator of the company confirms it; while the company has only one, the operator does."
    )


class NothingToConfirm(Refusal):
    """The grant is in force already or was never in question."""

    kind, code = Kind.CONFLICT, "nothing-to-confirm"
    title = N_("This role waits for nobody")
    advice = N_("The role is confirmed already, or needs no confirmation.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantOrder:
    """A role for a person. ``role`` is built-in or one of the company's own; ``limit`` None reaches every amount.

    ``valid_from`` None means at once, ``valid_until`` None without end (half-open, aware UTC).
    """

    user_id: UUID
    org_id: UUID
    role: str
    limit: Money | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def grant(work: Work, actor: Actor, order: GrantOrder) -> Grant:
    """Give a role, or change its limit and dates where the person has it; the old grant ends with that.

    A role that decides waits for a second person, unless an admin only narrows a confirmed one.
    Raises OwnRole, RoleNotOffered, Invalid (dates, negative limit) or LastAdmin.
    """
    domain = lock_domain(work.session, order.org_id)
    if actor.user_id == order.user_id:
        raise OwnRole(rule="S6")
    _require_offered(work.session, actor, order)
    _require_sound(order)
    before = _live(work.session, order.org_id, order.user_id, order.role)
    if before is not None and _same(before, order):
        return view(before)
    if before is not None and order.valid_until is not None:
        _require_admin_left(work, before)
    row = RbacGrant(
        id=new_id(),
        user_id=order.user_id,
        org_id=order.org_id,
        role=order.role,
        limit_amount=order.limit.amount if order.limit else None,
        limit_currency=order.limit.currency.code if order.limit else None,
        valid_from=order.valid_from or _clock(work),
        valid_until=order.valid_until,
        granted_by=actor.user_id,
        confirmed_by=None,
        needs_confirmation=_decides(work.session, order),
        revoked_at=None,
        revoked_by=None,
    )
    if before is not None:
        _narrowed(row, before)
        _end(work, before, actor.user_id)
        work.session.flush()
    work.session.add(row)
    _raise(work, domain)
    _note(work, "role.granted", row, {"limit": Change(limit_of(before), limit_of(row))})
    return view(row)


def confirm(work: Work, actor: Actor, org_id: UUID, grant_id: UUID) -> Grant:
    """Put a waiting grant into force as its second person (S6).

    Raises SecondPersonNeeded for its giver, its receiver, an admin of another side, and for the operator while the
    company has another admin who could.
    """
    domain = lock_domain(work.session, org_id)
    row = _grant(work.session, org_id, grant_id)
    if row.confirmed_by is not None or not row.needs_confirmation:
        raise NothingToConfirm
    if actor.user_id == row.user_id:
        raise OwnRole(rule="S6")
    admins = _admins(work, row) - {row.granted_by, row.user_id}
    by_operator = actor.platform == "operator" and not admins
    if actor.user_id == row.granted_by or not (actor.user_id in admins or by_operator):
        raise SecondPersonNeeded(rule="S6")
    row.confirmed_by = actor.user_id
    _raise(work, domain)
    _note(work, "role.confirmed", row, {})
    return view(row)


def revoke(work: Work, actor: Actor, org_id: UUID, grant_id: UUID) -> Grant:
    """End a grant at once. An own role may be given up; the last admin of a side stays (LastAdmin)."""
    domain = lock_domain(work.session, org_id)
    row = _grant(work.session, org_id, grant_id)
    _require_own_side(actor, row)
    _require_admin_left(work, row)
    _end(work, row, actor.user_id)
    _raise(work, domain)
    _note(work, "role.revoked", row, {})
    return view(row)


def remove_person(work: Work, actor: Actor, org_id: UUID, user_id: UUID) -> None:
    """End every grant of a person in a company; NotFound where there is none."""
    domain = lock_domain(work.session, org_id)
    rows = work.session.scalars(select(RbacGrant).where(*live_in(org_id), RbacGrant.user_id == user_id)).all()
    if not rows:
        raise NotFound(user_id=str(user_id))
    for row in rows:
        _require_own_side(actor, row)
        _require_admin_left(work, row)
    for row in rows:
        _end(work, row, actor.user_id)
        _note(work, "role.revoked", row, {})
    _raise(work, domain)


def found_roles(work: Work, org_id: UUID, user_id: UUID, roles: Iterable[Role], by: UUID | None = None) -> None:
    """Give the first roles of a company, or a service account its role: there is no admin yet whom S6 could ask for."""
    domain = lock_domain(work.session, org_id)
    for role in sorted(roles):
        row = RbacGrant(
            id=new_id(),
            user_id=user_id,
            org_id=org_id,
            role=role.value,
            limit_amount=None,
            limit_currency=None,
            valid_from=_clock(work),
            valid_until=None,
            granted_by=by,
            confirmed_by=None,
            needs_confirmation=False,
            revoked_at=None,
            revoked_by=None,
        )
        work.session.add(row)
        _note(work, "role.granted", row, {})
    _raise(work, domain)


def end_service_account(work: Work, actor: Actor, org_id: UUID, user_id: UUID) -> None:
    """End the grants of a service account whose key was revoked."""
    domain = lock_domain(work.session, org_id)
    for row in work.session.scalars(select(RbacGrant).where(*live_in(org_id), RbacGrant.user_id == user_id)):
        _end(work, row, actor.user_id)
    _raise(work, domain)


def end_guests(work: Work, org_id: UUID, by: UUID) -> None:
    """End the grants of the guests who acted for a company while it was not registered."""
    domain = lock_domain(work.session, org_id)
    guests = select(RbacGrant).where(*live_in(org_id), RbacGrant.role == Role.GUEST_SUPPLIER.value)
    for row in work.session.scalars(guests.order_by(RbacGrant.id)):
        _end(work, row, by)
        _note(work, "role.revoked", row, {})
    _raise(work, domain)


def second_admins(work: Work, org_id: UUID, grant_id: UUID) -> frozenset[UUID]:
    """Return who in the company may confirm a waiting grant; empty means that the operator does."""
    row = _grant(work.session, org_id, grant_id)
    return _admins(work, row) - {row.granted_by, row.user_id}


def _clock(work: Work) -> datetime:
    # what the resolver compares with: the database's clock, which a rehearsal's shift does not move
    shift: timedelta = work.shift
    return work.now() - shift


def _grant(session: Session, org_id: UUID, grant_id: UUID) -> RbacGrant:
    row = session.scalar(select(RbacGrant).where(*live_in(org_id), RbacGrant.id == grant_id))
    if row is None:
        raise NotFound(grant_id=str(grant_id))
    return row


def _live(session: Session, org_id: UUID, user_id: UUID, role: str) -> RbacGrant | None:
    return session.scalar(
        select(RbacGrant).where(*live_in(org_id), RbacGrant.user_id == user_id, RbacGrant.role == role)
    )


def _same(row: RbacGrant, order: GrantOrder) -> bool:
    start = order.valid_from is None or order.valid_from == row.valid_from
    return start and row.valid_until == order.valid_until and limit_of(row) == order.limit


def _require_offered(session: Session, actor: Actor, order: GrantOrder) -> None:
    known = side_of(order.role) in admin_sides(actor) and actor.org_ids == (order.org_id,)
    if is_own_role(order.role):
        known = known and permissions_of_own_role(session, order.org_id, order.role) is not None
    if not known:
        raise RoleNotOffered(role=order.role)


def _require_own_side(actor: Actor, row: RbacGrant) -> None:
    if actor.user_id != row.user_id and side_of(row.role) not in admin_sides(actor):
        raise RoleNotOffered(role=row.role)


def _require_sound(order: GrantOrder) -> None:
    errors = []
    if order.limit is not None and order.limit.amount < 0:
        errors.append(FieldError("/limit", "negative", N_("Use {least} or more."), {"least": "0"}))
    if order.valid_until is not None and order.valid_from is not None and order.valid_until <= order.valid_from:
        errors.append(FieldError("/valid_until", "order", N_("The end has to be later than the start.")))
    if errors:
        raise Invalid(errors=errors)


def _decides(session: Session, order: GrantOrder) -> bool:
    if is_own_role(order.role):
        return own_role_decides(permissions_of_own_role(session, order.org_id, order.role) or ())
    return order.role in {role.value for role in APPROVER_ROLES}


def _narrowed(row: RbacGrant, before: RbacGrant) -> None:
    """Carry a confirmation over where the new grant reaches no further than the confirmed one."""
    old, new = limit_of(before), limit_of(row)
    lower = old is None or (new is not None and new.currency == old.currency and new <= old)
    starts = row.valid_from >= before.valid_from
    ends = before.valid_until is None or (row.valid_until is not None and row.valid_until <= before.valid_until)
    if lower and starts and ends:
        row.confirmed_by = before.confirmed_by


def _admins(work: Work, row: RbacGrant) -> frozenset[UUID]:
    return frozenset(holders(work.session, row.org_id, [admin_role_of(row.role)], _clock(work)))


def _require_admin_left(work: Work, row: RbacGrant) -> None:
    if row.role not in {role.value for role in ADMIN_ROLES}:
        return
    lasting = select(RbacGrant.id).where(
        *live_in(row.org_id),
        RbacGrant.role == row.role,
        RbacGrant.user_id != row.user_id,
        RbacGrant.valid_until.is_(None),
        in_force(_clock(work)),
    )
    if work.session.scalar(lasting.limit(1)) is None:
        raise LastAdmin(role=row.role)


def _end(work: Work, row: RbacGrant, by: UUID) -> None:
    row.revoked_at, row.revoked_by = _clock(work), by


def _raise(work: Work, domain: RbacDomain) -> None:
    domain.policy_version += 1
    work.session.flush()


def _note(work: Work, action: str, row: RbacGrant, changes: dict[str, Change]) -> None:
    told = {"user": Change(None, row.user_id), "role": Change(None, row.role), **changes}
    work.note(Entry(action, "grant", row.id, visible_to=(row.org_id,), changes=told))
