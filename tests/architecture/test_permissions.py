"""Every operation × every role, run through the operations themselves; duties S7 and S9; and what the docs say."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.infra.ids import new_id
from b2b_market.infra.who import Who, WhoKind
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission, Role
from b2b_market.kernel.refusal import Forbidden, Unauthenticated
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from b2b_market.rbac.duties import PERSONAL_OBJECTS, PLATFORM_ROLES, decides, denials, reads
from b2b_market.rbac.manifest import Manifest
from b2b_market.rbac.matrix import matrix, permissions_of, policy_of, role_permissions
from b2b_market.rbac.operation import Operation, operation, operations_of
from b2b_market.rbac.policy import DENY, CustomRole, Policy, Rule, rules_from

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
HEADS = {
    "operator": Role.PLATFORM_OPERATOR,
    "auditor": Role.PLATFORM_AUDITOR,
    "reviewer": Role.PLATFORM_REVIEWER,
    "buyer admin": Role.BUYER_ADMIN,
    "purchaser": Role.BUYER_PURCHASER,
    "approver": Role.BUYER_APPROVER,
    "evaluator": Role.BUYER_EVALUATOR,
    "supplier admin": Role.SUPPLIER_ADMIN,
    "sales": Role.SUPPLIER_SALES,
    "guest": Role.GUEST_SUPPLIER,
    "service account": Role.SERVICE_ACCOUNT,
}
Cell = tuple[str, str, Role]


@cache
def manifests() -> Sequence[Manifest]:
    return load_manifests()


@cache
def policy() -> Policy:
    return policy_of(manifests())


def operations() -> list[tuple[str, Operation[object, object]]]:
    return [(manifest.name, one) for manifest in manifests() for one in operations_of(manifest.services)]


def person_of(role: Role) -> Actor:
    """Return somebody with one role, with what the policy answers for it, as the resolver builds people."""
    user, org = new_id(), new_id()
    allowed = policy().allowed(user, org, 1, frozenset({role.value}))
    kind = WhoKind.SERVICE if role is Role.SERVICE_ACCOUNT else WhoKind.PERSON
    return Actor(who=Who(kind, user, org), org_ids=(org,), permissions=allowed, roles=frozenset({role.value}))


def admitted(one: Operation[object, object], actor: Actor) -> bool:
    """Ask the operation itself; a refusal must be the right one and name the permission."""
    try:
        scope = one.admit(actor)
    except Forbidden as refusal:
        assert refusal.facts["permission"] == (one.permission.value if one.permission else "system")
        assert not actor.is_anonymous
        assert not one.allows(actor)
        return False
    except Unauthenticated:
        assert actor.is_anonymous
        assert not one.allows(actor)
        return False
    assert (scope.actor, scope.permission) == (actor, one.permission)
    assert one.allows(actor)
    return True


def page_cells() -> dict[Cell, bool]:
    """Return every cell of the published page: (module, operation, role) to whether it is marked."""
    cells: dict[Cell, bool] = {}
    module, heads = "", []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            module = line.removeprefix("## ").strip()
        elif line.startswith("| operation"):
            heads = [part.strip() for part in line.strip("|").split("|")]
        elif line.startswith("| `"):
            row = dict(zip(heads, (part.strip() for part in line.strip("|").split("|")), strict=True))
            for head, role in HEADS.items():
                cells[(module, row["operation"].strip("`"), role)] = row[head] == "●"
    return cells


def test_every_cell_of_the_published_matrix_is_what_the_operation_does() -> None:
    people = {role: person_of(role) for role in Role}
    found = {(module, one.name, role): admitted(one, people[role]) for module, one in operations() for role in Role}
    told = page_cells()
    assert set(told) == set(found), "run `make docs`: operations were added or removed"
    assert {cell for cell in found if found[cell] != told[cell]} == set()
    assert len(found) == len(operations()) * len(Role) > 1000


def test_the_matrix_in_the_code_says_the_same() -> None:
    told = page_cells()
    rows = {(row.module, row.operation): row for row in matrix(manifests(), policy())}
    for (module, name, role), marked in told.items():
        assert (role in rows[(module, name)].roles) == marked, (module, name, role)


def test_strangers_and_machines_reach_only_what_says_so() -> None:
    for module, one in operations():
        assert admitted(one, anonymous()) == (one.public and one.permission is None), (module, one.name)
        assert admitted(one, system_actor("test", new_id())) == one.system, (module, one.name)
        if one.permission is None:
            assert one.reason, (module, one.name)


def test_no_operation_is_declared_outside_the_manifests() -> None:
    """An operation that no manifest lists would be missing from the matrix, and from this test."""
    known = {(one.module, one.name) for _, one in operations()}
    import gc

    declared = {
        (one.module, one.name)
        for one in gc.get_objects()
        if type(one) is Operation and one.module.startswith("b2b_market.")
    }
    assert declared - known == set()


def test_every_permission_is_asked_for_and_granted_to_somebody() -> None:
    asked = {one.permission for _, one in operations() if one.permission is not None}
    every = set(permissions_of(manifests()))
    assert every - asked == set()
    held = {value for role in Role for value in role_permissions(policy(), role)}
    assert {permission.value for permission in every} - held == set()


# ---- duties that hold without conditions


def business() -> set[Permission]:
    """Return what the roles of companies hold by default and what is more than reading or one's own."""
    tables = [table for manifest in manifests() for table in manifest.grants]
    return {
        permission
        for table in tables
        for permission, roles in table.items()
        if roles - PLATFORM_ROLES and not reads(permission) and permission.object not in PERSONAL_OBJECTS
    }


def test_s7_the_operator_does_no_business_and_the_auditor_only_reads() -> None:
    operator = role_permissions(policy(), Role.PLATFORM_OPERATOR)
    auditor = role_permissions(policy(), Role.PLATFORM_AUDITOR)
    assert {permission.value for permission in business()} & (operator | auditor) == set()
    every = {permission.value: permission for permission in permissions_of(manifests())}
    assert {
        value for value in auditor if not reads(every[value]) and every[value].object not in PERSONAL_OBJECTS
    } == set()
    for value in ("quote:submit", "award:propose", "award:approve", "rfq:approve", "contract:release", "quote:read"):
        assert value not in operator | auditor


def test_s7_holds_whatever_roles_are_united() -> None:
    """A person who holds every role at once is still denied what one of them must never do."""
    allowed = policy().allowed(new_id(), new_id(), 1, frozenset(role.value for role in Role))
    assert {permission.value for permission in business()} & allowed == set()


def test_s9_machines_decide_nothing_and_give_no_access() -> None:
    service = role_permissions(policy(), Role.SERVICE_ACCOUNT)
    every = permissions_of(manifests())
    assert {permission.value for permission in every if decides(permission)} & service == set()
    for value in ("rfq:approve", "award:approve", "award:propose", "member:manage", "api_key:manage", "role:manage"):
        assert value not in service


def test_deny_wins_over_an_own_role() -> None:
    """A company's own role cannot give a service account what S9 takes: deny is asked last and wins."""
    own = CustomRole("buyer.own:Everything", frozenset(permission.value for permission in permissions_of(manifests())))
    roles = frozenset({own.name, Role.SERVICE_ACCOUNT.value})
    allowed = policy().allowed(new_id(), new_id(), 1, roles, [own])
    assert "rfq:approve" not in allowed
    assert "member:manage" not in allowed
    assert "rfq:read" in allowed


def test_a_user_named_like_a_role_gains_nothing() -> None:
    assert policy().allowed(UUID(int=1), UUID(int=2), 1, frozenset()) == frozenset()
    with pytest.raises(ValueError, match="not a policy rule"):
        Rule("buyer.admin", "rfq", "read", "allow")
    with pytest.raises(ValueError, match="not a policy rule"):
        Rule("role:buyer.admin", "rfq", "read", "Deny")


def test_every_denied_pair_stands_in_the_policy() -> None:
    tables = [table for manifest in manifests() for table in manifest.grants]
    denied = denials(permissions_of(manifests()), tables)
    rules = {(rule.role, rule.obj, rule.act) for rule in rules_from(tables, denied) if rule.effect == DENY}
    assert rules == {
        (f"role:{role.value}", permission.object, permission.act)
        for role, permissions in denied.items()
        for permission in permissions
    }
    assert {role for role, _, _ in rules} == {
        "role:platform.operator",
        "role:platform.auditor",
        "role:service.account",
    }


# ---- the table of roles, row by row, as far as the modules exist


TABLE: dict[str, set[Role]] = {
    "rfq:draft": {Role.BUYER_PURCHASER, Role.SERVICE_ACCOUNT},
    "rfq:template": {Role.BUYER_PURCHASER},
    "rfq:publish": {Role.BUYER_PURCHASER},
    "rfq:approve": {Role.BUYER_APPROVER},
    "rfq:close": {Role.BUYER_PURCHASER},
    "rfq:cancel": {Role.BUYER_PURCHASER, Role.BUYER_APPROVER},
    "rfq:compare": {Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR},
    "rfq:evaluate": {Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR},
    "award:propose": {Role.BUYER_PURCHASER},
    "award:approve": {Role.BUYER_APPROVER},
    "quote:submit": {Role.SUPPLIER_SALES, Role.GUEST_SUPPLIER},
    "quote:accept_nda": {Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES, Role.GUEST_SUPPLIER},
    "guest:invite": {Role.BUYER_PURCHASER},
    "guest:take_over": {Role.SUPPLIER_ADMIN},
    "organization:claim": {Role.GUEST_SUPPLIER},
    "procedure:compose": {Role.BUYER_PURCHASER},
    "tender:draft": {Role.BUYER_PURCHASER, Role.SERVICE_ACCOUNT},
    "tender:approve": {Role.BUYER_APPROVER},
    "tender:cancel": {Role.BUYER_APPROVER},
    "tender:answer": {Role.BUYER_PURCHASER},
    "tender:evaluate": {Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR},
    "tender:award": {Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR},
    "tender:award_approve": {Role.BUYER_APPROVER},
    "committee:sit": {
        Role.BUYER_PURCHASER,
        Role.BUYER_EVALUATOR,
        Role.SUPPLIER_ADMIN,
        Role.SUPPLIER_SALES,
    },
    "bid:submit": {Role.SUPPLIER_SALES, Role.SERVICE_ACCOUNT},
    "opening_key:contribute": {Role.BUYER_ADMIN, Role.BUYER_APPROVER, Role.SUPPLIER_ADMIN},
    "contract:edit": {Role.BUYER_PURCHASER},
    "contract:release": {Role.BUYER_PURCHASER},
    "member:manage": {Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN},
    "api_key:manage": {Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN},
    "rate:add": {Role.PLATFORM_OPERATOR},
    "audit:read": {Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN, Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR},
    "audit:export": {Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN, Role.PLATFORM_AUDITOR},
}


@pytest.mark.parametrize("permission", TABLE)
def test_a_permission_is_held_by_exactly_the_roles_of_the_reviewed_table(permission: str) -> None:
    assert {role for role in Role if permission in role_permissions(policy(), role)} == TABLE[permission]


def test_an_admin_alone_has_no_business_approval() -> None:
    for role in (Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN):
        held = role_permissions(policy(), role)
        assert {"rfq:publish", "rfq:approve", "award:propose", "award:approve", "quote:submit"} & held == set()


def test_an_operation_without_permission_must_say_why() -> None:
    with pytest.raises(ValueError, match="gives no reason"):

        @operation()
        def careless(work: Work, scope: object, command: object) -> None:
            """Never declared."""


def test_a_guest_holds_these_permissions_and_no_other() -> None:
    """Whoever quotes on one request by a mailed link can do that, register its company, and nothing else."""
    assert role_permissions(policy(), Role.GUEST_SUPPLIER) == {
        "account:use",
        "organization:claim",
        "quote:accept_nda",
        "quote:counter",
        "quote:read",
        "quote:submit",
        "rfq:read",
        "rfq:talk",
    }
