"""Casbin's model and policy: allow with deny-override, prefixed names, many threads, wrong lines refused."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from b2b_market.kernel.permission import Grants, Permission, Role
from b2b_market.rbac.policy import CustomRole, Policy, Rule, rules_from

USER, ORG = uuid4(), uuid4()


class ThingPermission(Permission):
    READ = "thing:read"
    APPROVE = "thing:approve"
    SIGN = "thing:sign"


GRANTS: Grants = {
    ThingPermission.READ: frozenset({Role.BUYER_PURCHASER, Role.PLATFORM_AUDITOR}),
    ThingPermission.APPROVE: frozenset({Role.BUYER_APPROVER, Role.PLATFORM_AUDITOR}),
    ThingPermission.SIGN: frozenset({Role.BUYER_APPROVER}),
}
DENIED = {Role.PLATFORM_AUDITOR: frozenset({ThingPermission.APPROVE})}


def policy() -> Policy:
    return Policy(rules_from([GRANTS], DENIED), tuple(ThingPermission))


def allowed(*roles: str, user: UUID = USER, custom: tuple[CustomRole, ...] = (), version: int = 1) -> frozenset[str]:
    return policy().allowed(user, ORG, version, frozenset(roles), custom)


def test_roles_give_what_they_are_granted_and_add_up() -> None:
    assert allowed("buyer.purchaser") == {"thing:read"}
    assert allowed("buyer.purchaser", "buyer.approver") == {"thing:read", "thing:approve", "thing:sign"}
    assert allowed() == frozenset()
    assert allowed("nobody.known") == frozenset()


def test_a_deny_line_wins_over_every_allow_line() -> None:
    assert allowed("platform.auditor") == {"thing:read"}
    assert allowed("platform.auditor", "buyer.approver") == {"thing:read", "thing:sign"}


def test_own_roles_add_and_cannot_lift_a_deny() -> None:
    own = CustomRole("buyer.own:X", frozenset({"thing:approve"}))
    assert allowed("buyer.own:X", custom=(own,)) == {"thing:approve"}
    assert allowed("buyer.own:X", "platform.auditor", custom=(own,)) == {"thing:read"}
    assert allowed("buyer.purchaser", custom=(own,)) == {"thing:read"}


def test_an_own_role_named_like_a_built_in_one_stays_apart_from_it() -> None:
    fake = CustomRole("buyer.own:approver", frozenset({"thing:read"}))
    assert allowed("buyer.own:approver", custom=(fake,)) == {"thing:read"}


def test_an_id_equal_to_a_role_name_gains_nothing() -> None:
    class Pretender(str):
        __slots__ = ()

    pretender = Pretender("buyer.approver")
    assert policy().allowed(pretender, ORG, 1, frozenset()) == frozenset()  # type: ignore[arg-type]  # the point
    assert policy().allowed(pretender, ORG, 1, frozenset({"buyer.purchaser"})) == {"thing:read"}  # type: ignore[arg-type]  # the point


def test_a_role_change_is_seen_with_its_version() -> None:
    known = policy()
    custom = CustomRole("buyer.own:X", frozenset({"thing:read"}))
    wider = CustomRole("buyer.own:X", frozenset({"thing:read", "thing:sign"}))
    roles = frozenset({"buyer.own:X"})
    assert known.allowed(USER, ORG, 1, roles, [custom]) == {"thing:read"}
    assert known.allowed(USER, ORG, 1, roles, [wider]) == {"thing:read"}
    assert known.allowed(USER, ORG, 2, roles, [wider]) == {"thing:read", "thing:sign"}


def test_sixteen_threads_get_right_answers() -> None:
    known = policy()
    right = {
        frozenset({"buyer.purchaser"}): {"thing:read"},
        frozenset({"buyer.approver"}): {"thing:approve", "thing:sign"},
        frozenset({"platform.auditor", "buyer.approver"}): {"thing:read", "thing:sign"},
        frozenset[str](): set[str](),
    }
    questions = [(uuid4(), roles) for _ in range(500) for roles in right]

    def ask(question: tuple[UUID, frozenset[str]]) -> bool:
        user, roles = question
        return known.allowed(user, ORG, 1, roles) == right[roles]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, questions))


@pytest.mark.parametrize(
    "line",
    [
        ("role:x", "thing", "read", "Deny"),
        ("x", "thing", "read", "allow"),
        ("role:x", "", "read", "allow"),
        ("role:x", "thing", "", "deny"),
    ],
)
def test_a_line_casbin_would_ignore_is_refused(line: tuple[str, str, str, str]) -> None:
    with pytest.raises(ValueError, match="not a policy rule"):
        Rule(*line)
