"""What operations return: frozen values, the rows stay inside."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from b2b_market.identity.models import ApiKey, User, UserSession
from b2b_market.identity.rules import session_mark
from b2b_market.identity.states import UserKind
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Density, Theme


@dataclass(frozen=True, slots=True)
class PersonView:
    """A user as other modules see them; ``can_sign_in`` is False until a password is set."""

    id: UUID
    kind: UserKind
    email: str
    name: str
    locale: str
    timezone: str
    can_sign_in: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """One's own account."""

    id: UUID
    version: int
    email: str
    name: str
    locale: Language
    timezone: str
    theme: Theme
    density: Density
    single_key_shortcuts: bool
    password_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionView:
    """One signed-in browser of one's own; ``current`` is the one asking."""

    id: UUID
    org_id: UUID | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    network: str
    agent: str
    current: bool


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just started. ``token`` goes into the cookie and nowhere else."""

    session: SessionView
    user_id: UUID
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailedCode:
    """A code just made, and whom it is mailed to. ``code`` goes into that mail and nowhere else."""

    person: PersonView
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """A key of the company; ``hint`` is its beginning, enough to recognise and not to use it."""

    id: UUID
    user_id: UUID
    label: str
    hint: str
    permissions: tuple[str, ...]
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeApiKey:
    """A key just made. ``secret`` is shown once and not kept."""

    key: ApiKeyView
    secret: str = field(repr=False)


def person_view(row: User) -> PersonView:
    """Return a user as other modules see them."""
    return PersonView(
        row.id, row.kind, row.email or "", row.name, row.locale.value, row.timezone, row.password_hash is not None
    )


def account_view(row: User) -> AccountView:
    """Return one's own account."""
    return AccountView(
        row.id,
        row.version,
        row.email or "",
        row.name,
        row.locale,
        row.timezone,
        row.theme,
        row.density,
        row.single_key_shortcuts,
        row.password_changed_at,
    )


def session_view(row: UserSession, mark: str) -> SessionView:
    """Return a session; ``mark`` is the one of the session that asks."""
    return SessionView(
        row.id,
        row.org_id,
        row.created_at,
        row.last_seen_at,
        row.expires_at,
        row.network or "",
        row.agent,
        session_mark(bytes(row.token_hash)) == mark,
    )


def api_key_view(row: ApiKey) -> ApiKeyView:
    """Return a key without its secret, which nobody has."""
    return ApiKeyView(
        row.id,
        row.user_id,
        row.label,
        row.hint,
        tuple(row.permissions),
        row.created_by,
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
