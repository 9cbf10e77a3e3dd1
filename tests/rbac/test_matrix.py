"""The operation × role matrix of the installation: every cell is what admission does, and the duties hold in it."""

import pytest

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.infra.ids import new_id
from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, Unauthenticated
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from b2b_market.rbac.defaults import default_roles, loaded_policy
from b2b_market.rbac.duties import GRANTING_OBJECTS, PERSONAL_OBJECTS, decides, reads
from b2b_market.rbac.matrix import MatrixRow, matrix, offered, permissions_of, policy_of, role_permissions
from b2b_market.rbac.operation import Operation, operations_of

MANIFESTS = load_manifests()
POLICY = policy_of(MANIFESTS)
ROWS = matrix(MANIFESTS, POLICY)
OPERATIONS: dict[tuple[str, str], Operation[object, object]] = {
    (manifest.name, operation.name): operation
    for manifest in MANIFESTS
    for operation in operations_of(manifest.services)
}


def actor(role: Role) -> Actor:
    kind = WhoKind.SERVICE if role is Role.SERVICE_ACCOUNT else WhoKind.PERSON
    org = new_id()
    return Actor(
        who=Who(kind, new_id(), org),
        org_ids=(org,),
        roles=frozenset({role.value}),
        permissions=role_permissions(POLICY, role),
    )


def test_every_operation_has_a_row() -> None:
    assert {(row.module, row.operation) for row in ROWS} == set(OPERATIONS)
    assert len(ROWS) >= 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.module}.{row.operation}")
def test_every_cell_is_what_admission_does(row: MatrixRow) -> None:
    operation = OPERATIONS[row.module, row.operation]
    for role in Role:
        person = actor(role)
        if role in row.roles:
            assert operation.admit(person).actor is person
        else:
            with pytest.raises(Forbidden):
                operation.admit(person)
    if row.public and not row.permission:
        operation.admit(anonymous())
    else:
        with pytest.raises(Unauthenticated):
            operation.admit(anonymous())
    if row.system:
        operation.admit(system_actor("test"))
    else:
        with pytest.raises(Forbidden):
            operation.admit(system_actor("test"))


def test_rows_without_permission_say_why() -> None:
    assert [row for row in ROWS if not row.permission and not row.reason] == []


def test_no_module_grants_what_the_duties_take_away() -> None:
    for permission in permissions_of(MANIFESTS):
        granted = default_roles(permission)
        held = {role for role in Role if permission.value in role_permissions(POLICY, role)}
        assert granted == held, permission


def test_s7_and_s9_hold_in_the_whole_matrix() -> None:
    for permission in permissions_of(MANIFESTS):
        holders = default_roles(permission)
        if permission.object in PERSONAL_OBJECTS:
            continue
        assert Role.PLATFORM_AUDITOR not in holders or reads(permission), permission
        if Role.PLATFORM_OPERATOR in holders and not reads(permission):
            assert holders == {Role.PLATFORM_OPERATOR}, permission
        if Role.SERVICE_ACCOUNT in holders:
            assert not decides(permission), permission
            assert permission.object not in GRANTING_OBJECTS or reads(permission), permission


def test_the_admins_alone_decide_nothing() -> None:
    for role in (Role.BUYER_ADMIN, Role.SUPPLIER_ADMIN):
        found = [p for p in permissions_of(MANIFESTS) if p.value in role_permissions(POLICY, role) and decides(p)]
        assert found == []


def test_each_side_offers_what_its_built_in_roles_hold() -> None:
    buyers, suppliers = offered(POLICY, ["buyer"]), offered(POLICY, ["supplier"])
    assert "rfq:publish" in buyers - suppliers
    assert "quote:submit" in suppliers - buyers
    assert offered(POLICY, ["buyer", "supplier"]) == buyers | suppliers
    assert "organization:review" not in buyers | suppliers
    assert offered(POLICY, []) == frozenset()


def test_the_policy_of_loaded_modules_is_the_installations() -> None:
    loaded = loaded_policy()
    known = {permission.value for permission in POLICY.permissions}
    for role in Role:
        assert role_permissions(loaded, role) & known == role_permissions(POLICY, role)
