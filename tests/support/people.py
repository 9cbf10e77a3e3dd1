"""Companies and people made by plain inserts, and signed in without a password: a few milliseconds each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import update

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.identity.models import User, UserSession
from b2b_market.identity.rules import SESSION_LIFE, new_secret, secret_hash, session_mark
from b2b_market.identity.service.access import AccessResolver
from b2b_market.identity.service.hashing import HASHER
from b2b_market.identity.states import UserKind
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import SESSION_COOKIE, Credential, CredentialKind
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.organizations.models import DirectoryEntry, Organization, OrganizationSettings
from b2b_market.organizations.rules import folded, own_name
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.matrix import policy_of
from b2b_market.rbac.models import RbacDomain, RbacGrant
from b2b_market.ui.language import Language
from b2b_market.ui.security import CSRF_HEADER, csrf_token
from b2b_market.ui.viewer import Density, Theme

PASSWORD = "a quiet river bends twice"


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once per process."""
    return HASHER.hash(PASSWORD)


@cache
def resolver() -> AccessResolver:
    """The installation's resolver; the policy is the same for every test of a process."""
    return AccessResolver(policy_of(load_manifests()))


def speak(runtime: Runtime, person: Actor, language: Language) -> None:
    """Let a person read in a language from now on."""
    with runtime.database.session() as session:
        session.execute(update(User).where(User.id == person.user_id).values(locale=language))
        session.commit()


def make_company(
    runtime: Runtime,
    name: str = "Hengli Heavy Industry",
    sides: Sequence[str] = ("buyer",),
    *,
    zh: str = "",
    country: str = "CN",
    base_currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    minimum_quoting_hours: int = 0,
    approved: bool = True,
    platform: bool = False,
) -> UUID:
    """Insert a company (approved unless told otherwise) and return its id; ``sides`` are ``buyer`` and ``supplier``."""
    org_id = new_id()
    with runtime.database.session() as session:
        now = set_tenant(session, Tenant((org_id,)))
        session.add(company_row(org_id, (name, zh, country), sides, now, approved=approved, platform=platform))
        session.add(settings_row(org_id, base_currency, timezone, minimum_quoting_hours, now))
        session.add(domain_row(org_id, own_name(zh, name, country), timezone, active=approved, platform=platform))
        if approved and not platform:
            session.add(directory_row(org_id, (name, zh, country), sides))
        session.commit()
    return org_id


def company_row(
    org_id: UUID, names: tuple[str, str, str], sides: Sequence[str], now: datetime, *, approved: bool, platform: bool
) -> Organization:
    """Return a company not stored yet; ``names`` are English, Chinese and the country."""
    en, zh, country = names
    return Organization(
        id=org_id,
        created_at=now,
        changed_at=now,
        status=CompanyStatus.APPROVED if approved else CompanyStatus.REGISTERED,
        legal_name_zh=zh,
        legal_name_en=en,
        country=country,
        street="1 Works Road",
        city=_city(country),
        region="",
        postcode="200000",
        is_buyer="buyer" in sides,
        is_supplier="supplier" in sides,
        is_platform=platform,
        registered_by=new_id(),
        decided_at=None,
        decided_by=None,
        decision_reason="",
        lines_digest=lines_digest([]),
    )


def settings_row(org_id: UUID, currency: str, timezone: str, hours: int, now: datetime) -> OrganizationSettings:
    """Return the settings of a company, not stored yet."""
    return OrganizationSettings(
        id=org_id,
        created_at=now,
        changed_at=now,
        minimum_quoting_hours=hours,
        base_currency=currency,
        timezone=timezone,
        default_delivery_place="",
        default_unit="",
    )


def domain_row(org_id: UUID, name: str, timezone: str, *, active: bool, platform: bool) -> RbacDomain:
    """Return a company as the policy sees it, not stored yet."""
    return RbacDomain(
        org_id=org_id,
        name=name,
        timezone=timezone,
        platform="operator" if platform else "",
        policy_version=1,
        active=active,
    )


def directory_row(org_id: UUID, names: tuple[str, str, str], sides: Sequence[str]) -> DirectoryEntry:
    """Return a company's entry in the directory, not stored yet."""
    en, zh, country = names
    return DirectoryEntry(
        org_id=org_id,
        legal_name_zh=zh,
        legal_name_en=en,
        country=country,
        city=_city(country),
        is_buyer="buyer" in sides,
        is_supplier="supplier" in sides,
        sort_name=folded(own_name(zh, en, country)),
        search_text=folded(f"{zh} {en}"),
    )


def _city(country: str) -> str:
    return "Shanghai" if country == "CN" else "Hamburg"


def make_person(
    runtime: Runtime,
    org_id: UUID | None,
    *roles: Role | str,
    limit: Money | None = None,
    name: str = "Test Person",
    email: str = "",
    locale: str = "en",
    timezone: str = "UTC",
) -> Actor:
    """Insert a person with ``roles`` in force (each up to ``limit``); return them as the edge would, signed in.

    The password is PASSWORD. A person without company has no roles.
    """
    user = User(
        id=new_id(),
        kind=UserKind.PERSON,
        name=name,
        locale=Language(locale),
        timezone=timezone,
        theme=Theme.AUTO,
        density=Density.DEFAULT,
        single_key_shortcuts=True,
        password_hash=password_hash(),
    )
    user.email = email or f"{user.id.hex[-12:]}@example.com"
    user.email_key = user.email.casefold()
    token = new_secret()
    with runtime.database.session() as session:
        now = set_tenant(session, Tenant())
        user.created_at = user.changed_at = user.password_changed_at = now
        session.add_all((user, session_row(user.id, org_id, token, now)))
        session.add_all(grant_row(user.id, org_id, role, now, limit) for role in roles if org_id is not None)
        session.flush()
        actor = resolver()(session, Credential(CredentialKind.SESSION, token)).actor
        session.commit()
    return actor


def grant_row(user_id: UUID, org_id: UUID, role: Role | str, now: datetime, limit: Money | None = None) -> RbacGrant:
    """Return a grant in force, not stored yet."""
    return RbacGrant(
        id=new_id(),
        user_id=user_id,
        org_id=org_id,
        role=str(role),
        limit_amount=limit.amount if limit else None,
        limit_currency=limit.currency.code if limit else None,
        valid_from=now,
        valid_until=None,
        granted_by=None,
        confirmed_by=None,
        needs_confirmation=False,
        revoked_at=None,
        revoked_by=None,
    )


def join(runtime: Runtime, person: Actor, org_id: UUID, *roles: Role | str, limit: Money | None = None) -> Actor:
    """Give a person roles in another company too, and return them working for it."""
    with runtime.database.session() as session:
        now = set_tenant(session, Tenant())
        session.add_all(grant_row(person.user_id, org_id, role, now, limit) for role in roles)
        session.commit()
    return actor_of(runtime, start_session(runtime, person.user_id, org_id))


def start_session(runtime: Runtime, user_id: UUID, org_id: UUID | None) -> str:
    """Insert a live session and return its token, the value of the session cookie."""
    token = new_secret()
    with runtime.database.session() as session:
        session.add(session_row(user_id, org_id, token, set_tenant(session, Tenant())))
        session.commit()
    return token


def session_row(user_id: UUID, org_id: UUID | None, token: str, now: datetime) -> UserSession:
    """Return a live session, not stored yet."""
    return UserSession(
        id=new_id(),
        user_id=user_id,
        org_id=org_id,
        token_hash=secret_hash(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_LIFE,
        revoked_at=None,
        network=None,
        agent="test",
    )


def actor_of(runtime: Runtime, token: str) -> Actor:
    """Return whom the edge would see behind a session token, with the roles of this moment."""
    with runtime.database.session() as session:
        actor = resolver()(session, Credential(CredentialKind.SESSION, token)).actor
        session.rollback()
    return actor


def again(runtime: Runtime, person: Actor) -> Actor:
    """Return the person as a new session of theirs for the same company would be seen: after their roles changed."""
    return actor_of(runtime, start_session(runtime, person.user_id, person.org_ids[0] if person.org_ids else None))


def sign_in(client: TestClient, person: Actor) -> TestClient:
    """Let ``client`` send the cookie of a fresh session of ``person`` from now on; return it."""
    org_id = person.org_ids[0] if person.org_ids else None
    token = start_session(_app(client).state.edge.runtime, person.user_id, org_id)
    client.cookies.clear()
    # the domain that answers set cookies for, so that one of theirs replaces this one
    client.cookies.set(SESSION_COOKIE, token, domain="testserver.local")
    return client


def sign_out(client: TestClient) -> TestClient:
    """Let ``client`` be a stranger again; return it."""
    client.cookies.clear()
    return client


def post_form(client: TestClient, url: str, data: Mapping[str, object], **headers: str) -> Response:
    """Post a form as a browser would from one of our own pages, with the token of the client's session."""
    usual = {"sec-fetch-site": "same-origin", CSRF_HEADER.lower(): form_token(client), "accept": "text/html"}
    sent = {**usual, **{name.lower(): value for name, value in headers.items()}}
    return client.post(url, data=dict(data), headers=sent)


def form_token(client: TestClient) -> str:
    """Return the token that a page shown to ``client`` would hold."""
    cookie = client.cookies.get(SESSION_COOKIE)
    reference = session_mark(secret_hash(cookie)) if cookie else client.cookies.get("market_seed", "")
    return csrf_token(_app(client).state.pages.cookie_key, reference or "")


def _app(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app
