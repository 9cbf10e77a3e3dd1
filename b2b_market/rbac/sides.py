"""The sides of a company (buyer, supplier) and which admin answers for which roles."""

from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.duties import ADMIN_ROLES

COMPANY_SIDES = ("buyer", "supplier")
_OWN = ".own:"


def side_of(role: str) -> str:
    """Return the side a role belongs to: ``buyer``, ``supplier``, ``platform`` … or '' for an unknown built-in role."""
    if is_own_role(role) or role in {known.value for known in Role}:
        return role.partition(".")[0]
    return ""


def own_role(side: str, label: str) -> str:
    """Return the name of a company's own role: ``buyer.own:Junior buyer``; no built-in role is written like that."""
    return f"{side}{_OWN}{label}"


def is_own_role(role: str) -> bool:
    """Tell whether a role is one of a company's own."""
    return role.startswith(tuple(f"{side}{_OWN}" for side in COMPANY_SIDES))


def own_role_label(role: str) -> str:
    """Return what a company called its own role."""
    return role.partition(_OWN)[2]


def admin_role_of(role: str) -> str:
    """Return the admin role of the side that ``role`` belongs to."""
    return f"{side_of(role)}.admin"


def admin_sides(actor: Actor) -> frozenset[str]:
    """Return the sides the actor administers."""
    return frozenset(side_of(role) for role in actor.roles if role in {admin.value for admin in ADMIN_ROLES})


def roles_of_side(side: str) -> tuple[Role, ...]:
    """Return the built-in roles of a side, its admin first."""
    return tuple(role for role in Role if side_of(role.value) == side)
