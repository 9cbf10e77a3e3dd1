"""Separation of duties as vocabulary: what the deny table covers, before and beyond the modules of today."""

from uuid import uuid4

import pytest

from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.permission import Grants, Permission, Role
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.duties import OwnWork, before_approval, decides, denials, reads, require_other_person


class BidPermission(Permission):
    READ = "bid:read"
    READ_ALL = "bid:read_all"
    SUBMIT = "bid:submit"
    APPROVE_AWARD = "bid:approve_award"
    OPEN_ENVELOPE = "bid:open-envelope"
    OVERSEE = "platform:oversee"
    OWN = "account:manage"
    PEOPLE = "member:manage"


GRANTS: Grants = {
    BidPermission.READ: frozenset({Role.BUYER_PURCHASER, Role.PLATFORM_AUDITOR, Role.SERVICE_ACCOUNT}),
    BidPermission.READ_ALL: frozenset({Role.PLATFORM_OPERATOR}),
    BidPermission.SUBMIT: frozenset({Role.SUPPLIER_SALES, Role.PLATFORM_OPERATOR}),
    BidPermission.APPROVE_AWARD: frozenset({Role.BUYER_APPROVER}),
    BidPermission.OVERSEE: frozenset({Role.PLATFORM_OPERATOR}),
    BidPermission.OWN: frozenset(Role),
    BidPermission.PEOPLE: frozenset({Role.BUYER_ADMIN, Role.SERVICE_ACCOUNT}),
}


def test_acts_are_told_apart_by_their_words() -> None:
    assert [permission for permission in BidPermission if reads(permission)] == [
        BidPermission.READ,
        BidPermission.READ_ALL,
    ]
    assert [permission for permission in BidPermission if decides(permission)] == [
        BidPermission.APPROVE_AWARD,
        BidPermission.OPEN_ENVELOPE,
    ]


def test_s7_the_operator_holds_no_act_of_a_company() -> None:
    assert denials(BidPermission, [GRANTS])[Role.PLATFORM_OPERATOR] == {
        BidPermission.SUBMIT,
        BidPermission.APPROVE_AWARD,
        BidPermission.PEOPLE,
    }


def test_s7_the_auditor_only_reads() -> None:
    assert denials(BidPermission, [GRANTS])[Role.PLATFORM_AUDITOR] == {
        BidPermission.SUBMIT,
        BidPermission.APPROVE_AWARD,
        BidPermission.OPEN_ENVELOPE,
        BidPermission.OVERSEE,
        BidPermission.PEOPLE,
    }


def test_s9_service_accounts_never_decide_and_never_give_access() -> None:
    assert denials(BidPermission, [GRANTS])[Role.SERVICE_ACCOUNT] == {
        BidPermission.APPROVE_AWARD,
        BidPermission.OPEN_ENVELOPE,
        BidPermission.PEOPLE,
    }


def test_before_approval_only_own_affairs_remain() -> None:
    held = frozenset({"rfq:publish", "organization:change", "account:manage", "member:manage", "organizationx:read"})
    assert before_approval(held) == {"organization:change", "account:manage"}


def test_s1_names_its_rule_and_lets_others_through() -> None:
    author, editor, other = uuid4(), uuid4(), uuid4()
    for person in (author, editor):
        with pytest.raises(OwnWork) as caught:
            require_other_person(Actor(who=Who(WhoKind.PERSON, person)), author, editor)
        assert caught.value.facts == {"rule": "S1"}
    require_other_person(Actor(who=Who(WhoKind.PERSON, other)), author, editor, None)


def test_a_machine_is_no_second_person() -> None:
    with pytest.raises(LookupError):
        require_other_person(system_actor("schedule"), uuid4())
