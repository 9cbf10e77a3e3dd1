"""The one query behind every request: who, for which company, with which frozen answers, and the tenant it sets."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from b2b_market.identity.models import ApiKey, UserSession
from b2b_market.identity.rules import SESSION_IDLE, new_secret, secret_hash, session_mark
from b2b_market.infra.http.requests import Credential, CredentialKind
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.who import WhoKind
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Unauthenticated
from b2b_market.rbac.models import RbacDomain, RbacGrant, RbacRole
from tests.support.people import actor_of, again, grant_row, join, make_company, make_person, resolver, start_session


def test_a_session_is_its_person_for_its_company(runtime: Runtime) -> None:
    org = make_company(runtime, "Hengli", timezone="Asia/Shanghai")
    person = make_person(runtime, org, Role.BUYER_ADMIN, name="Li Wei", locale="zh-CN", timezone="Europe/Berlin")
    assert person.who.kind is WhoKind.PERSON
    assert person.who.org_id == org
    assert person.who.name == "Li Wei"
    assert person.org_ids == (org,)
    assert (person.org_name, person.org_timezone) == ("Hengli", "Asia/Shanghai")
    assert person.roles == frozenset({"buyer.admin"})
    assert {"account:manage", "api_key:manage"} <= person.permissions
    assert (person.person.locale, person.person.timezone) == ("zh-CN", "Europe/Berlin")
    assert person.platform == ""


def test_the_query_sets_the_tenant_for_its_transaction_only(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    token = start_session(runtime, person.user_id, org)
    with runtime.database.session() as session:
        resolver()(session, Credential(CredentialKind.SESSION, token))
        found = session.execute(text("SELECT app_orgs(), app_machine(), app_platform()")).one()
        assert tuple(found) == ([org], False, "")
        session.rollback()


def test_strangers_and_ended_sessions_have_no_tenant(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    token = start_session(runtime, person.user_id, org)
    with runtime.database.session() as session:
        session.execute(update(UserSession).values(revoked_at=text("now()")))
        session.commit()
    for credential in (None, Credential(CredentialKind.SESSION, token), Credential(CredentialKind.SESSION, "nonsense")):
        with runtime.database.session() as session:
            actor = resolver()(session, credential).actor
            assert actor.is_anonymous
            assert actor.permissions == frozenset()
            assert session.scalar(text("SELECT app_orgs()")) == []
            session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": text("now()")},
        {"last_seen_at": text(f"now() - interval '{int(SESSION_IDLE.total_seconds())} seconds'")},
        {"revoked_at": text("now()")},
    ],
    ids=["expired", "idle", "revoked"],
)
def test_a_session_ends(runtime: Runtime, change: dict[str, object]) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    token = start_session(runtime, person.user_id, org)
    assert not actor_of(runtime, token).is_anonymous
    with runtime.database.session() as session:
        session.execute(update(UserSession).values(**change))
        session.commit()
    assert actor_of(runtime, token).is_anonymous


def test_last_seen_is_written_once_a_minute(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    token = start_session(runtime, person.user_id, org)
    hashed = secret_hash(token)

    def seen(session: Session) -> timedelta:
        query = text("SELECT now() - last_seen_at FROM identity_session WHERE token_hash = :hash")
        return session.execute(query, {"hash": hashed}).scalar_one()  # type: ignore[no-any-return]  # untyped SQL

    for age, left in ((59, 59), (61, 0)):
        with runtime.database.session() as session:
            session.execute(
                text("UPDATE identity_session SET last_seen_at = now() - make_interval(secs => :age)"), {"age": age}
            )
            resolver()(session, Credential(CredentialKind.SESSION, token))
            assert seen(session) == timedelta(seconds=left)


def test_a_changing_request_says_that_its_session_is_to_be_noted_as_seen(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    used = Credential(CredentialKind.SESSION, start_session(runtime, person.user_id, org))
    for age, unseen in ((59, False), (61, True)):
        with runtime.database.session() as session:
            session.execute(
                text("UPDATE identity_session SET last_seen_at = now() - make_interval(secs => :age)"), {"age": age}
            )
            found = resolver()(session, used, changing=True)
            assert (found.actor.user_id, found.unseen) == (person.user_id, unseen)
            kept = session.scalar(text("SELECT now() - max(last_seen_at) FROM identity_session"))
            assert kept == timedelta(seconds=age)
    with runtime.database.session() as session:
        nobody = resolver()(session, Credential(CredentialKind.SESSION, "nonsense"), changing=True)
        assert (nobody.actor.is_anonymous, nobody.unseen) == (True, False)


def test_grants_count_only_while_in_force(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER, Role.BUYER_ADMIN)
    for change in (
        {"revoked_at": text("now()")},
        {"valid_from": text("now() + interval '1 second'")},
        {"valid_until": text("now()")},
        {"needs_confirmation": True},
    ):
        with runtime.database.session() as session:
            session.execute(update(RbacGrant).where(RbacGrant.role == "buyer.admin").values(**change))
            session.flush()
            token = new_secret()
            session.add(_session_row(token, person.user_id, org))
            session.flush()
            actor = resolver()(session, Credential(CredentialKind.SESSION, token)).actor
            assert actor.roles == frozenset({"buyer.purchaser"}), change
            session.rollback()


def test_who_lost_every_role_keeps_the_account_but_no_company(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_ADMIN)
    with runtime.database.session() as session:
        session.execute(update(RbacGrant).values(revoked_at=text("now()")))
        session.commit()
    token = start_session(runtime, person.user_id, org)
    with runtime.database.session() as session:
        actor = resolver()(session, Credential(CredentialKind.SESSION, token)).actor
        assert actor.org_ids == ()
        assert actor.permissions == frozenset({"account:manage", "account:use"})
        assert session.scalar(text("SELECT app_orgs()")) == []
        session.rollback()


def test_a_company_that_is_not_approved_deals_with_itself_only(runtime: Runtime) -> None:
    org = make_company(runtime, approved=False)
    person = make_person(runtime, org, Role.BUYER_ADMIN, Role.BUYER_PURCHASER)
    assert {value.partition(":")[0] for value in person.permissions} <= {"account", "organization", "notification"}
    with runtime.database.session() as session:
        session.execute(update(RbacDomain).where(RbacDomain.org_id == org).values(active=True))
        session.commit()
    assert "api_key:manage" in again(runtime, person).permissions


def test_platform_roles_set_the_platform_fence_in_the_platform_company_only(runtime: Runtime) -> None:
    home = make_company(runtime, "Operator", platform=True)
    operator = make_person(runtime, home, Role.PLATFORM_OPERATOR)
    auditor = make_person(runtime, home, Role.PLATFORM_AUDITOR)
    both = make_person(runtime, home, Role.PLATFORM_AUDITOR, Role.PLATFORM_OPERATOR)
    assert (operator.platform, auditor.platform, both.platform) == ("operator", "auditor", "auditor")
    elsewhere = make_company(runtime, "Company")
    assert join(runtime, operator, elsewhere, Role.PLATFORM_OPERATOR).platform == ""
    token = start_session(runtime, auditor.user_id, home)
    with runtime.database.session() as session:
        resolver()(session, Credential(CredentialKind.SESSION, token))
        assert session.scalar(text("SELECT app_platform()")) == "auditor"
        session.rollback()


def test_own_roles_count_for_their_own_company(runtime: Runtime) -> None:
    org, other = make_company(runtime, "One"), make_company(runtime, "Two")
    with runtime.database.session() as session:
        session.add(RbacRole(org_id=org, name="buyer.own:Keys", permissions=["api_key:read"]))
        session.add(RbacRole(org_id=other, name="buyer.own:Keys", permissions=["api_key:manage"]))
        session.commit()
    person = make_person(runtime, org, "buyer.own:Keys")
    assert person.permissions == frozenset({"account:manage", "account:use", "api_key:read"})
    keys = join(runtime, person, other, "buyer.own:Keys").permissions
    assert keys == frozenset({"account:manage", "account:use", "api_key:manage"})


def test_a_role_change_counts_on_the_next_request(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER)
    token = start_session(runtime, person.user_id, org)
    assert "api_key:manage" not in actor_of(runtime, token).permissions
    with runtime.database.session() as session:
        session.add(grant_row(person.user_id, org, Role.BUYER_ADMIN, actor_stamp(session)))
        session.commit()
    assert "api_key:manage" in actor_of(runtime, token).permissions


def actor_stamp(session: Session) -> datetime:
    return session.execute(text("SELECT now()")).scalar_one()  # type: ignore[no-any-return]  # untyped SQL


def test_limits_the_highest_counts_and_none_is_unlimited(runtime: Runtime) -> None:
    org = make_company(runtime)
    limited = make_person(runtime, org, Role.BUYER_ADMIN, limit=Money.of("50000", "CNY"))
    assert limited.limits["api_key:manage"] == Money.of("50000.0000", "CNY")
    assert "account:manage" in limited.limits
    with runtime.database.session() as session:
        session.add(RbacRole(org_id=org, name="buyer.own:Keys", permissions=["api_key:read"]))
        session.add(grant_row(limited.user_id, org, "buyer.own:Keys", actor_stamp(session), Money.of("70000", "CNY")))
        session.commit()
    higher = again(runtime, limited)
    assert higher.limits["api_key:read"].amount == 70000
    assert higher.limits["api_key:manage"].amount == 50000
    with runtime.database.session() as session:
        session.execute(
            update(RbacGrant).where(RbacGrant.role == "buyer.own:Keys").values(limit_amount=None, limit_currency=None)
        )
        session.commit()
    assert "api_key:read" not in again(runtime, limited).limits


def test_limits_of_two_currencies_reach_nothing(runtime: Runtime) -> None:
    org = make_company(runtime)
    person = make_person(runtime, org, Role.BUYER_PURCHASER, limit=Money.of("50000", "CNY"))
    with runtime.database.session() as session:
        session.add(grant_row(person.user_id, org, Role.BUYER_ADMIN, actor_stamp(session), Money.of("9000", "EUR")))
        session.commit()
    assert again(runtime, person).limits["account:manage"].amount == 0


def test_a_key_narrows_its_service_account_and_dies_at_once(runtime: Runtime) -> None:
    org = make_company(runtime)
    maker = make_person(runtime, org, Role.BUYER_ADMIN)
    secret = new_secret()
    with runtime.database.session() as session:
        now = actor_stamp(session)
        session.add(
            ApiKey(
                id=new_id(),
                user_id=maker.user_id,
                org_id=org,
                label="ERP",
                hint="bmk_1",
                secret_hash=secret_hash(secret),
                permissions=["api_key:read"],
                created_by=maker.user_id,
                created_at=now,
                expires_at=text("now() + interval '1 day'"),
            )
        )
        session.flush()
        credential = Credential(CredentialKind.API_KEY, secret)
        actor = resolver()(session, credential).actor
        assert actor.permissions == frozenset({"api_key:read"})
        assert actor.who.session == session_mark(secret_hash(secret))
        assert session.scalar(text("SELECT last_used_at = now() FROM identity_api_key")) is True
        for change in ({"revoked_at": text("now()")}, {"expires_at": text("now()"), "revoked_at": None}):
            session.execute(update(ApiKey).values(**change))
            with pytest.raises(Unauthenticated):
                resolver()(session, credential)
        session.rollback()


def test_an_unknown_key_is_refused(runtime: Runtime) -> None:
    with runtime.database.session() as session, pytest.raises(Unauthenticated):
        resolver()(session, Credential(CredentialKind.API_KEY, "bmk_0_nothing"))


def _session_row(token: str, user_id: object, org_id: object) -> UserSession:
    return UserSession(
        id=new_id(),
        user_id=user_id,
        org_id=org_id,
        token_hash=secret_hash(token),
        created_at=text("now()"),
        last_seen_at=text("now()"),
        expires_at=text("now() + interval '1 day'"),
        revoked_at=None,
        network=None,
        agent="",
    )
