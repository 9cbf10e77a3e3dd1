"""What the API takes and tells of accounts, sessions and keys."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from b2b_market.identity.commands import ChangeAccount, ChangePassword, MakeApiKey
from b2b_market.identity.service.views import ApiKeyView, MadeApiKey
from b2b_market.infra.http.wires import MoneyWire, ShortText, WireIn, WireOut, WireTime, WireUuid, wire_enum
from b2b_market.rbac.actor import Actor
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Density, Theme


def _typed(value: str) -> str:
    """Return a secret as its writer meant it: composed the same way on every keyboard, without control characters."""
    composed = unicodedata.normalize("NFC", value)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in composed):
        message = "use text without control characters"
        raise ValueError(message)
    return composed


AddressText = Annotated[ShortText, Field(min_length=3, max_length=200)]
SecretText = Annotated[
    str, Field(min_length=1, max_length=200, json_schema_extra={"format": "password"}), AfterValidator(_typed)
]
ZoneText = Annotated[ShortText, Field(max_length=60)]
PermissionText = Annotated[str, Field(min_length=3, max_length=80, pattern=r"^[a-z_\-]+:[a-z_\-]+$")]


class SignInIn(WireIn):
    """Mail address and password."""

    email: AddressText
    password: SecretText


class SwitchIn(WireIn):
    """The company to work for from now on."""

    organization_id: WireUuid


class ResetIn(WireIn):
    """The address to mail a link to."""

    email: AddressText


class EntryLinkIn(WireIn):
    """The address to mail a link to enter to."""

    email: AddressText


class EntryCodeIn(WireIn):
    """The token of a link to enter, whose code is wanted."""

    token: SecretText


class EntryIn(WireIn):
    """The token of a link to enter, and the code that was mailed for it."""

    token: SecretText
    code: Annotated[ShortText, Field(min_length=1, max_length=20)]


class PasswordIn(WireIn):
    """The token of a mailed link, and the password to set by it."""

    token: SecretText
    password: SecretText


class ChangePasswordIn(WireIn):
    """The present password and the new one."""

    current: SecretText
    new: SecretText

    def to_command(self) -> ChangePassword:
        """Return the operation's input."""
        return ChangePassword(current=self.current, new=self.new)


class AccountIn(WireIn):
    """Everything a person may set of their own account."""

    name: ShortText
    locale: wire_enum(Language)  # type: ignore[valid-type]  # an Annotated alias made by a function
    timezone: ZoneText
    theme: wire_enum(Theme)  # type: ignore[valid-type]  # an Annotated alias made by a function
    density: wire_enum(Density)  # type: ignore[valid-type]  # an Annotated alias made by a function
    single_key_shortcuts: bool

    def to_command(self, expected_version: int | None) -> ChangeAccount:
        """Return the operation's input."""
        return ChangeAccount(
            expected_version=expected_version,
            name=self.name,
            locale=self.locale,
            timezone=self.timezone,
            theme=self.theme,
            density=self.density,
            single_key_shortcuts=self.single_key_shortcuts,
        )


class ApiKeyIn(WireIn):
    """A key to be made; ``expires_at`` is compulsory and at most a year away."""

    label: ShortText
    permissions: Annotated[list[PermissionText], Field(min_length=1, max_length=200)]
    expires_at: WireTime

    def to_command(self, offered: frozenset[str]) -> MakeApiKey:
        """Return the operation's input; ``offered`` is what the policy lets service accounts do."""
        return MakeApiKey(
            label=self.label, permissions=frozenset(self.permissions), offered=offered, expires_at=self.expires_at
        )


class SessionOut(WireOut):
    """One of one's own sessions."""

    id: WireUuid
    org_id: WireUuid | None
    created_at: WireTime
    last_seen_at: WireTime
    expires_at: WireTime
    network: str
    agent: str
    current: bool


class SessionsOut(WireOut):
    """All live sessions of one's own."""

    items: list[SessionOut]


class AccountOut(WireOut):
    """One's own account."""

    id: WireUuid
    version: int
    email: str
    name: str
    locale: str
    timezone: str
    theme: str
    density: str
    single_key_shortcuts: bool
    password_changed_at: WireTime | None


class LimitOut(WireOut):
    """The highest amount a permission reaches."""

    permission: str
    limit: MoneyWire


class MeOut(WireOut):
    """Who the caller is, for which company, and what they may do there."""

    user_id: WireUuid
    kind: str
    name: str
    organization_id: WireUuid | None
    organization_name: str
    platform: str
    roles: list[str]
    permissions: list[str]
    limits: list[LimitOut]


class ApiKeyOut(WireOut):
    """A key of the company."""

    id: WireUuid
    user_id: WireUuid
    label: str
    hint: str
    permissions: list[str]
    created_by: WireUuid
    created_at: WireTime
    expires_at: WireTime
    last_used_at: WireTime | None
    revoked_at: WireTime | None


class ApiKeyPageOut(WireOut):
    """Some keys, the newest first."""

    items: list[ApiKeyOut]
    next_cursor: str | None


class MadeApiKeyOut(WireOut):
    """A key just made; ``secret`` is told once, and null where the answer is repeated."""

    key: ApiKeyOut
    secret: str | None


def me_out(actor: Actor) -> MeOut:
    """Return what the caller may know of themselves."""
    return MeOut(
        user_id=actor.user_id,
        kind=actor.who.kind.value,
        name=actor.who.name,
        organization_id=actor.org_ids[0] if actor.org_ids else None,
        organization_name=actor.org_name,
        platform=actor.platform,
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
        limits=[
            LimitOut(permission=name, limit=MoneyWire.model_validate(limit))
            for name, limit in sorted(actor.limits.items())
        ],
    )


def made_api_key_out(made: MadeApiKey, *, secret: bool) -> MadeApiKeyOut:
    """Return a key just made, with or without its secret."""
    return MadeApiKeyOut(key=api_key_out(made.key), secret=made.secret if secret else None)


def api_key_out(view: ApiKeyView) -> ApiKeyOut:
    """Return a key."""
    return ApiKeyOut.model_validate(view)
