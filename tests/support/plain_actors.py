"""Actors made of nothing but ids and permissions, for operations that need no stored person or company."""

from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.permission import Permission
from b2b_market.rbac.actor import Actor, Person


def plain_actor(
    *permissions: Permission,
    org: UUID | None = None,
    user: UUID | None = None,
    platform: str = "",
    person: Person | None = None,
) -> Actor:
    """Return a person of one company (fresh ids where none are given) with exactly ``permissions``."""
    org_id, user_id = org or new_id(), user or new_id()
    return Actor(
        who=Who(WhoKind.PERSON, user_id, org_id, "A Person"),
        org_ids=(org_id,),
        permissions=frozenset(permission.value for permission in permissions),
        platform=platform,
        person=person or Person(email="person@example.com", locale="en"),
    )
