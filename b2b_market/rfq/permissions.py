"""What may be done with requests for quotation, and who may by default (security design, section 2)."""

from b2b_market.kernel.permission import Grants, Permission, Role


class RfqPermission(Permission):
    """Permissions of the module."""

    READ = "rfq:read"
    DRAFT = "rfq:draft"
    TEMPLATE = "rfq:template"
    PUBLISH = "rfq:publish"
    INVITE_GUEST = "guest:invite"
    TAKE_OVER = "guest:take_over"
    APPROVE = "rfq:approve"
    CLOSE = "rfq:close"
    CANCEL = "rfq:cancel"
    COMPARE = "rfq:compare"
    EVALUATE = "rfq:evaluate"
    AWARD = "award:propose"
    AWARD_APPROVE = "award:approve"
    LETTERS_ISSUE = "award:issue_letters"
    NEGOTIATE = "rfq:negotiate"
    TALK = "rfq:talk"
    COUNTER = "quote:counter"
    QUOTE_READ = "quote:read"
    QUOTE_SUBMIT = "quote:submit"
    NDA_ACCEPT = "quote:accept_nda"


_BUYERS = frozenset({Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR})
_SUPPLIERS = frozenset({Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES})
_GUESTS = frozenset({Role.GUEST_SUPPLIER})
_PURCHASER = frozenset({Role.BUYER_PURCHASER})

GRANTS: Grants = {
    RfqPermission.READ: _BUYERS | _SUPPLIERS | _GUESTS | {Role.SERVICE_ACCOUNT},
    RfqPermission.DRAFT: _PURCHASER | {Role.SERVICE_ACCOUNT},
    RfqPermission.TEMPLATE: _PURCHASER,
    RfqPermission.PUBLISH: _PURCHASER,
    RfqPermission.INVITE_GUEST: _PURCHASER,
    RfqPermission.TAKE_OVER: frozenset({Role.SUPPLIER_ADMIN}),
    RfqPermission.APPROVE: frozenset({Role.BUYER_APPROVER}),
    RfqPermission.CLOSE: _PURCHASER,
    RfqPermission.CANCEL: _PURCHASER | {Role.BUYER_APPROVER},
    RfqPermission.COMPARE: _BUYERS,
    RfqPermission.EVALUATE: frozenset({Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR}),
    RfqPermission.AWARD: _PURCHASER,
    RfqPermission.AWARD_APPROVE: frozenset({Role.BUYER_APPROVER}),
    RfqPermission.LETTERS_ISSUE: _PURCHASER | {Role.BUYER_APPROVER},
    RfqPermission.NEGOTIATE: _PURCHASER,
    RfqPermission.TALK: _PURCHASER | {Role.SUPPLIER_SALES} | _GUESTS,
    RfqPermission.COUNTER: _PURCHASER | {Role.SUPPLIER_SALES} | _GUESTS,
    RfqPermission.QUOTE_READ: _BUYERS | _SUPPLIERS | _GUESTS | {Role.SERVICE_ACCOUNT},
    RfqPermission.NDA_ACCEPT: _SUPPLIERS | _GUESTS,
    RfqPermission.QUOTE_SUBMIT: frozenset({Role.SUPPLIER_SALES}) | _GUESTS,
}
