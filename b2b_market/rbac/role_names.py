"""What people call a role."""

from collections.abc import Mapping
from typing import Final

from b2b_market.kernel.permission import Role
from b2b_market.kernel.text import N_
from b2b_market.rbac.sides import is_own_role, own_role_label

ROLE_NAMES: Final[Mapping[str, str]] = {
    Role.PLATFORM_OPERATOR.value: N_("Platform operator"),
    Role.PLATFORM_AUDITOR.value: N_("Platform auditor"),
    Role.PLATFORM_REVIEWER.value: N_("Review body"),
    Role.BUYER_ADMIN.value: N_("Buyer administrator"),
    Role.BUYER_PURCHASER.value: N_("Purchaser"),
    Role.BUYER_APPROVER.value: N_("Approver"),
    Role.BUYER_EVALUATOR.value: N_("Evaluator"),
    Role.SUPPLIER_ADMIN.value: N_("Supplier administrator"),
    Role.SUPPLIER_SALES.value: N_("Sales"),
    Role.GUEST_SUPPLIER.value: N_("Invited guest"),
    Role.SERVICE_ACCOUNT.value: N_("Service account"),
}


def role_label(role: str) -> str:
    """Return the message id of a built-in role's name, or an own role's name as its company wrote it."""
    return own_role_label(role) if is_own_role(role) else ROLE_NAMES.get(role, role)
