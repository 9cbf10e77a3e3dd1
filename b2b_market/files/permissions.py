"""Who may add files to a company's things, and who may read them. Which file is decided by whose it is."""

from b2b_market.kernel.permission import Grants, Permission, Role

_BUYERS = {Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER}
_SUPPLIERS = {Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES}


class FilePermission(Permission):
    """What may be done with files."""

    UPLOAD = "file:upload"
    READ = "file:read"


GRANTS: Grants = {
    FilePermission.UPLOAD: frozenset({*_BUYERS, *_SUPPLIERS, Role.SERVICE_ACCOUNT}),
    FilePermission.READ: frozenset({*_BUYERS, Role.BUYER_EVALUATOR, *_SUPPLIERS, Role.SERVICE_ACCOUNT}),
}
