"""Permission names and the roles that hold them by default.

A permission is one member of a module's ``Permission`` enum, written ``object:act``. Grants say which built-in roles
hold it; companies compose own roles from the same names. Who may do what where is answered by ``rbac``.
"""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """The base of each module's permission names; a value reads ``object:act``, such as ``rfq:publish``."""

    @property
    def object(self) -> str:
        """The thing the permission is about."""
        return self.value.partition(":")[0]

    @property
    def act(self) -> str:
        """What may be done with it."""
        return self.value.partition(":")[2]


class Role(StrEnum):
    """The built-in roles. A person holds roles per organisation; a company may add its own."""

    PLATFORM_OPERATOR = "platform.operator"
    PLATFORM_AUDITOR = "platform.auditor"
    PLATFORM_REVIEWER = "platform.reviewer"
    """Decides on complaints about tenders, and does nothing else."""
    BUYER_ADMIN = "buyer.admin"
    BUYER_PURCHASER = "buyer.purchaser"
    BUYER_APPROVER = "buyer.approver"
    BUYER_EVALUATOR = "buyer.evaluator"
    SUPPLIER_ADMIN = "supplier.admin"
    SUPPLIER_SALES = "supplier.sales"
    GUEST_SUPPLIER = "guest.supplier"
    """Quotes on the one request that its provisional company was invited to; made by an invitation, never granted."""
    SERVICE_ACCOUNT = "service.account"


Grants = Mapping[Permission, frozenset[Role]]
