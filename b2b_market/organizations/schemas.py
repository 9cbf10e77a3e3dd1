"""What the API takes and tells of companies, their people and the directory."""

from typing import Annotated

from pydantic import Field

from b2b_market.infra.http.wires import (
    LongText,
    MoneyWire,
    OptionalText,
    ShortText,
    WireCurrency,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.organizations.commands import (
    ChangeCompany,
    ChangeSettings,
    ClaimCompany,
    CompanyProfile,
    Founder,
    GiveRole,
    IdentifierInput,
    InviteMember,
    RegisterCompany,
    RoleOrder,
    SaveOwnRole,
)
from b2b_market.organizations.states import IdentifierScheme
from b2b_market.ui.language import Language

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Zone = Annotated[ShortText, Field(max_length=60)]
Address = Annotated[ShortText, Field(min_length=3)]
RoleName = Annotated[ShortText, Field(min_length=3, max_length=80)]
Scheme = wire_enum(IdentifierScheme)


class IdentifierIn(WireIn):
    """A company number; ``label`` names the register of one of the scheme ``other``."""

    scheme: Scheme  # type: ignore[valid-type]  # an Annotated alias made by a function
    value: ShortText
    label: OptionalText = ""


class ProfileIn(WireIn):
    """What a company says of itself."""

    legal_name_zh: OptionalText
    legal_name_en: OptionalText
    country: Country
    street: ShortText
    city: ShortText
    region: OptionalText = ""
    postcode: OptionalText = ""
    identifiers: Annotated[list[IdentifierIn], Field(min_length=1, max_length=10)]

    def to_profile(self) -> CompanyProfile:
        """Return the operations' input."""
        return CompanyProfile(
            legal_name_zh=self.legal_name_zh,
            legal_name_en=self.legal_name_en,
            country=self.country,
            street=self.street,
            city=self.city,
            region=self.region,
            postcode=self.postcode,
            identifiers=tuple(
                IdentifierInput(scheme=one.scheme, value=one.value, label=one.label) for one in self.identifiers
            ),
        )

    def to_change(self, expected_version: int | None) -> ChangeCompany:
        """Return the input of a change of the own company."""
        return ChangeCompany(expected_version=expected_version, profile=self.to_profile())


class FounderIn(WireIn):
    """Who registers without being signed in."""

    email: Address
    name: ShortText
    locale: wire_enum(Language)  # type: ignore[valid-type]  # an Annotated alias made by a function


class RegisterIn(WireIn):
    """A registration; ``founder`` is needed without a session, and ignored with one."""

    profile: ProfileIn
    base_currency: WireCurrency
    timezone: Zone
    buyer: bool
    supplier: bool
    founder: FounderIn | None = None

    def to_command(self) -> RegisterCompany:
        """Return the operation's input."""
        founder = self.founder
        return RegisterCompany(
            profile=self.profile.to_profile(),
            base_currency=self.base_currency.code,
            timezone=self.timezone,
            buyer=self.buyer,
            supplier=self.supplier,
            founder=Founder(email=founder.email, name=founder.name, locale=founder.locale) if founder else None,
        )


class ClaimIn(WireIn):
    """What the own provisional company is; it sells, and may buy as well."""

    profile: ProfileIn
    base_currency: WireCurrency
    timezone: Zone
    buyer: bool = False

    def to_command(self) -> ClaimCompany:
        """Return the operation's input."""
        return ClaimCompany(
            profile=self.profile.to_profile(),
            base_currency=self.base_currency.code,
            timezone=self.timezone,
            buyer=self.buyer,
        )


class SettingsIn(WireIn):
    """The company's settings; quoting time and extra time after a material amendment in hours."""

    minimum_quoting_hours: Annotated[int, Field(ge=0, le=2160)]
    minimum_extension_hours: Annotated[int, Field(ge=0, le=2160)]
    base_currency: WireCurrency
    timezone: Zone
    default_delivery_place: OptionalText
    default_unit: Annotated[OptionalText, Field(max_length=10)]

    def to_command(self, expected_version: int | None) -> ChangeSettings:
        """Return the operation's input."""
        return ChangeSettings(
            expected_version=expected_version,
            minimum_quoting_hours=self.minimum_quoting_hours,
            minimum_extension_hours=self.minimum_extension_hours,
            base_currency=self.base_currency.code,
            timezone=self.timezone,
            default_delivery_place=self.default_delivery_place,
            default_unit=self.default_unit,
        )


class RoleIn(WireIn):
    """A role with the amount it reaches and its dates; null reaches everything, starts at once, never ends."""

    role: RoleName
    limit: MoneyWire | None = None
    valid_from: WireTime | None = None
    valid_until: WireTime | None = None

    def to_order(self) -> RoleOrder:
        """Return the operations' input."""
        return RoleOrder(
            role=self.role,
            limit=self.limit.to_money() if self.limit else None,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def to_command(self, user_id: WireUuid) -> GiveRole:
        """Return the input of giving the role to a person."""
        return GiveRole(user_id=user_id, order=self.to_order())


class InviteIn(WireIn):
    """A person to invite, with first roles."""

    email: Address
    name: ShortText
    locale: wire_enum(Language)  # type: ignore[valid-type]  # an Annotated alias made by a function
    roles: Annotated[list[RoleIn], Field(min_length=1, max_length=20)]

    def to_command(self) -> InviteMember:
        """Return the operation's input."""
        orders = tuple(role.to_order() for role in self.roles)
        return InviteMember(email=self.email, name=self.name, locale=self.locale, roles=orders)


class OwnRoleIn(WireIn):
    """An own role of one side, made or changed."""

    side: Annotated[str, Field(pattern="^(buyer|supplier)$")]
    label: Annotated[ShortText, Field(max_length=40)]
    permissions: Annotated[list[RoleName], Field(min_length=1, max_length=200)]

    def to_command(self, offered: frozenset[str]) -> SaveOwnRole:
        """Return the operation's input; ``offered`` is what the policy lets that side compose roles from."""
        return SaveOwnRole(side=self.side, label=self.label, permissions=frozenset(self.permissions), offered=offered)


class DecisionIn(WireIn):
    """The operator's word; a rejection needs a reason."""

    reason: LongText = ""


class ConfirmIn(WireIn):
    """The company whose role is confirmed."""

    organization_id: WireUuid


class IdentifierOut(WireOut):
    """A company number; ``checked``: its check digits are right."""

    scheme: str
    label: str
    value: str
    checked: bool


class CompanyOut(WireOut):
    """A company as its business partners see it."""

    id: WireUuid
    version: int
    status: str
    name: str
    legal_name_zh: str
    legal_name_en: str
    country: str
    street: str
    city: str
    region: str
    postcode: str
    is_buyer: bool
    is_supplier: bool
    identifiers: list[IdentifierOut]


class OwnCompanyOut(WireOut):
    """The own company with the operator's decision."""

    company: CompanyOut
    version: int
    decision_reason: str
    decided_at: WireTime | None
    registered_at: WireTime
    allowed_steps: list[str]


class TwinOut(WireOut):
    """Another company with the same checked number."""

    organization_id: WireUuid
    name: str
    status: str
    scheme: str
    value: str


class ReviewOut(WireOut):
    """A registration as the operator judges it."""

    own: OwnCompanyOut
    version: int
    twins: list[TwinOut]
    founder_name: str
    founder_email: str


class CompanyPageOut(WireOut):
    """Some companies."""

    items: list[CompanyOut]
    next_cursor: str | None


class SettingsOut(WireOut):
    """The company's settings."""

    id: WireUuid
    version: int
    minimum_quoting_hours: int
    minimum_extension_hours: int
    base_currency: WireCurrency
    timezone: str
    default_delivery_place: str
    default_unit: str


class DirectoryOut(WireOut):
    """An approved company in the directory."""

    id: WireUuid
    name: str
    legal_name_zh: str
    legal_name_en: str
    country: str
    city: str
    is_buyer: bool
    is_supplier: bool


class DirectoryPageOut(WireOut):
    """Some companies of the directory, by name."""

    items: list[DirectoryOut]
    next_cursor: str | None


class GrantOut(WireOut):
    """A role of a person. ``waits``: a second person has yet to confirm it; ``confirmable``: the caller could."""

    id: WireUuid
    role: str
    limit: MoneyWire | None
    valid_from: WireTime
    valid_until: WireTime | None
    waits: bool
    confirmable: bool


class MemberOut(WireOut):
    """A person of the company; ``joined`` is false until they have set a password."""

    user_id: WireUuid
    name: str
    email: str
    joined: bool
    is_self: bool
    grants: list[GrantOut]


class MemberPageOut(WireOut):
    """Some people, in the order they joined."""

    items: list[MemberOut]
    next_cursor: str | None


class OwnRoleOut(WireOut):
    """An own role; ``name`` is what grants call it, such as ``buyer.own:Junior buyer``."""

    name: str
    permissions: list[str]


class OwnRolesOut(WireOut):
    """The company's own roles."""

    items: list[OwnRoleOut]


class WaitingRoleOut(WireOut):
    """A role that waits for a second person; ``by_operator`` where the company has nobody who could be that."""

    grant_id: WireUuid
    organization_id: WireUuid
    company: str
    role: str
    limit: MoneyWire | None
    person: str
    giver: str
    by_operator: bool


class WaitingRolesOut(WireOut):
    """Roles of all companies that wait."""

    items: list[WaitingRoleOut]
