"""A company's own roles, composed of permissions that the built-in roles of its sides hold.

They are named ``buyer.own:…`` or ``supplier.own:…`` in grants (see ``sides``), so that no company can make a role that
Casbin would take for a built-in one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from b2b_market.infra.aggregate import Change
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid, Kind, NotFound, Refusal
from b2b_market.kernel.text import N_, is_clean
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.domains import lock_domain
from b2b_market.rbac.duties import word_decides
from b2b_market.rbac.models import RbacGrant, RbacRole
from b2b_market.rbac.sides import admin_sides, is_own_role, own_role_label, side_of

_NAME = re.compile(r"^[\w][\w \-]{0,39}$")


class OwnRoleInUse(Refusal):
    """People hold the role."""

    kind, code = Kind.CONFLICT, "own-role-in-use"
    title = N_("People still hold this role")
    advice = N_("{people} people hold {role}. Take it from them first, then delete it.")


class OwnRoleRaised(Refusal):
    """S6: nobody raises an own role, also not by changing what it consists of."""

    kind, code, audited = Kind.FORBIDDEN, "own-role-raised", True
    title = N_("You hold this role yourself")
    advice = N_("Rule S6: another administrator has to add permissions to a role that you hold.")


class OtherSide(Refusal):
    """The role belongs to a side of the company that the actor does not administer."""

    kind, code, audited = Kind.FORBIDDEN, "other-side", True
    title = N_("You do not administer this side of the company")
    advice = N_("Ask an administrator of the other side of your company.")


@dataclass(frozen=True, slots=True)
class OwnRoleView:
    """A company's own role; ``name`` as grants write it, such as ``buyer.own:Junior buyer``."""

    name: str
    permissions: frozenset[str]


def own_role_decides(permissions: Iterable[str]) -> bool:
    """Tell whether the role's permissions decide for the company, so that S6 asks for a second admin."""
    return any(word_decides(value.partition(":")[2]) for value in permissions)


def permissions_of_own_role(session: Session, org_id: UUID, role: str) -> tuple[str, ...] | None:
    """Return what an own role consists of, None where the company has no such role."""
    found = session.get(RbacRole, (org_id, role))
    return None if found is None else tuple(found.permissions)


def own_roles(session: Session, org_id: UUID) -> tuple[OwnRoleView, ...]:
    """Return the company's own roles by name."""
    query = select(RbacRole.name, RbacRole.permissions).where(RbacRole.org_id == org_id).order_by(RbacRole.name)
    return tuple(OwnRoleView(name, frozenset(permissions)) for name, permissions in session.execute(query))


def save_own_role(work: Work, actor: Actor, role: OwnRoleView, offered: frozenset[str]) -> OwnRoleView:
    """Make or change a role of a side that the actor administers, out of ``offered`` permissions.

    Where a change lets the role decide, its holders wait for a second admin (S6). Raises Invalid (name, permissions
    that are not offered), OtherSide or OwnRoleRaised.
    """
    _require_side(actor, role.name)
    _require_sound(role, offered)
    org_id = actor.org_id
    domain = lock_domain(work.session, org_id)
    row = work.session.get(RbacRole, (org_id, role.name))
    before = frozenset(row.permissions) if row is not None else frozenset()
    if role.permissions - before and role.name in actor.roles:
        raise OwnRoleRaised(rule="S6")
    if row is None:
        row = RbacRole(org_id=org_id, name=role.name, permissions=[])
        work.session.add(row)
    row.permissions = sorted(role.permissions)
    if own_role_decides(role.permissions - before):
        for held in work.session.scalars(_held(org_id, role.name)):
            held.needs_confirmation, held.confirmed_by, held.granted_by = True, None, actor.user_id
    domain.policy_version += 1
    work.session.flush()
    _note(work, actor, role.name, Change(sorted(before), sorted(role.permissions)))
    return role


def drop_own_role(work: Work, actor: Actor, name: str) -> None:
    """Delete a role that nobody holds; NotFound, OtherSide or OwnRoleInUse otherwise."""
    _require_side(actor, name)
    org_id = actor.org_id
    domain = lock_domain(work.session, org_id)
    row = work.session.get(RbacRole, (org_id, name))
    if row is None:
        raise NotFound(role=name)
    people = len(work.session.scalars(_held(org_id, name)).all())
    if people:
        raise OwnRoleInUse(role=own_role_label(name), people=str(people))
    work.session.delete(row)
    domain.policy_version += 1
    work.session.flush()
    _note(work, actor, name, Change(sorted(row.permissions), None))


def _held(org_id: UUID, name: str) -> Select[RbacGrant]:
    return select(RbacGrant).where(RbacGrant.org_id == org_id, RbacGrant.role == name, RbacGrant.revoked_at.is_(None))


def _require_side(actor: Actor, name: str) -> None:
    if side_of(name) not in admin_sides(actor):
        raise OtherSide(side=side_of(name))


def _require_sound(role: OwnRoleView, offered: frozenset[str]) -> None:
    label = own_role_label(role.name)
    errors = []
    if not is_own_role(role.name) or not _NAME.match(label) or not is_clean(label):
        errors.append(FieldError("/name", "name", N_("Use 1 to 40 letters, digits, blanks or hyphens.")))
    if not role.permissions:
        errors.append(FieldError("/permissions", "empty", N_("Choose at least one permission.")))
    unknown = sorted(role.permissions - offered)
    if unknown:
        told = {"permissions": ", ".join(unknown)}
        errors.append(FieldError("/permissions", "not-offered", N_("Not offered to your company: {permissions}"), told))
    if errors:
        raise Invalid(errors=errors)


def _note(work: Work, actor: Actor, name: str, change: Change) -> None:
    told = {"role": Change(None, name), "permissions": change}
    work.note(Entry("role.changed", "role", None, visible_to=(actor.org_id,), changes=told))
