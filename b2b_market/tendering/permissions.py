"""What may be done with tenders, and who may by default (security design, section 2)."""

from b2b_market.kernel.permission import Grants, Permission, Role


class TenderPermission(Permission):
    """Permissions of the module."""

    PROCEDURE_READ = "procedure:read"
    PROCEDURE_COMPOSE = "procedure:compose"
    READ = "tender:read"
    JOIN = "tender:join"
    DRAFT = "tender:draft"
    APPROVE = "tender:approve"
    CANCEL = "tender:cancel"
    ANSWER = "tender:answer"
    EVALUATE = "tender:evaluate"
    AWARD = "tender:award"
    AWARD_APPROVE = "tender:award_approve"
    ASK = "tender:ask"
    COMMITTEE_SIT = "committee:sit"
    BID_READ = "bid:read"
    BID_SUBMIT = "bid:submit"
    BOND_SETTLE = "bond:settle"
    BOND_FORFEIT = "bond_forfeiture:confirm"
    COMPLAINT_READ = "complaint:read"
    COMPLAINT_LODGE = "complaint:lodge"
    COMPLAINT_ANSWER = "complaint:answer"
    COMPLAINT_REVIEW = "complaint:review"
    OBJECTION_DECIDE = "objection:decide"
    FEE_RECORD = "complaint_fee:record"
    FRAMEWORK_READ = "framework:read"
    FRAMEWORK_TERMINATE = "framework:terminate"
    CALL_OFF_PLACE = "call_off:place"
    CALL_OFF_APPROVE = "call_off:approve"
    CALL_OFF_CANCEL = "call_off:cancel"
    CALL_OFF_ANSWER = "call_off:answer"
    KEY_HOLD = "opening_key:hold"
    KEY_OPEN = "opening_key:contribute"


_BUYERS = frozenset({Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR})
_SUPPLIERS = frozenset({Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES})
_PURCHASER = frozenset({Role.BUYER_PURCHASER})
_OFFICERS = frozenset({Role.BUYER_ADMIN, Role.BUYER_APPROVER, Role.SUPPLIER_ADMIN})
"""Who may hold a key: an assignment per tender, from the buyer's other departments or another company (S12)."""

GRANTS: Grants = {
    TenderPermission.PROCEDURE_READ: _BUYERS | _SUPPLIERS | {Role.SERVICE_ACCOUNT},
    TenderPermission.PROCEDURE_COMPOSE: _PURCHASER,
    TenderPermission.READ: _BUYERS | _SUPPLIERS | {Role.SERVICE_ACCOUNT},
    # a program may bring tenders of another system as drafts; a person publishes them
    TenderPermission.DRAFT: _PURCHASER | {Role.SERVICE_ACCOUNT},
    # quantities bind the company that takes part, so its approvers confirm them
    TenderPermission.JOIN: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.APPROVE: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.CANCEL: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.ANSWER: _PURCHASER,
    TenderPermission.EVALUATE: frozenset({Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR}),
    TenderPermission.AWARD: frozenset({Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR}),
    TenderPermission.AWARD_APPROVE: frozenset({Role.BUYER_APPROVER}),
    # a seat is an assignment per tender; experts come from other companies too, and no approver judges (S2)
    TenderPermission.COMMITTEE_SIT: frozenset(
        {Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR, Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES}
    ),
    TenderPermission.ASK: frozenset({Role.SUPPLIER_SALES}),
    TenderPermission.BID_READ: _BUYERS | _SUPPLIERS | {Role.SERVICE_ACCOUNT},
    # the sealing tool sends with an API key what a person's own key has signed
    TenderPermission.BID_SUBMIT: frozenset({Role.SUPPLIER_SALES, Role.SERVICE_ACCOUNT}),
    # who returns a bond or proposes to keep it; an approver decides on keeping it
    TenderPermission.BOND_SETTLE: _PURCHASER,
    TenderPermission.BOND_FORFEIT: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.COMPLAINT_READ: _BUYERS
    | _SUPPLIERS
    | {Role.PLATFORM_REVIEWER, Role.PLATFORM_OPERATOR, Role.SERVICE_ACCOUNT},
    TenderPermission.COMPLAINT_LODGE: frozenset({Role.SUPPLIER_SALES}),
    TenderPermission.COMPLAINT_ANSWER: frozenset({Role.BUYER_PURCHASER, Role.BUYER_APPROVER}),
    # the platform's review body, or people of the buyer where the procedure says so; never who took part (S14)
    TenderPermission.COMPLAINT_REVIEW: frozenset({Role.PLATFORM_REVIEWER, Role.BUYER_APPROVER}),
    TenderPermission.OBJECTION_DECIDE: frozenset({Role.BUYER_APPROVER}),
    # until finance books it: the operator, or a key of the operator that a payment service holds
    TenderPermission.FEE_RECORD: frozenset({Role.PLATFORM_OPERATOR}),
    TenderPermission.FRAMEWORK_READ: _BUYERS | _SUPPLIERS | {Role.SERVICE_ACCOUNT},
    TenderPermission.FRAMEWORK_TERMINATE: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.CALL_OFF_PLACE: _PURCHASER,
    TenderPermission.CALL_OFF_APPROVE: frozenset({Role.BUYER_APPROVER}),
    TenderPermission.CALL_OFF_CANCEL: frozenset({Role.BUYER_PURCHASER, Role.BUYER_APPROVER}),
    TenderPermission.CALL_OFF_ANSWER: frozenset({Role.SUPPLIER_SALES}),
    TenderPermission.KEY_HOLD: _OFFICERS,
    TenderPermission.KEY_OPEN: _OFFICERS,
}
