"""Input of the operations."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.organizations.states import CompanyStatus, IdentifierScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierInput:
    """A company number as typed; ``label`` names the register of a number of the scheme ``other``."""

    scheme: IdentifierScheme
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyProfile:
    """What a company says of itself. At least one legal name; ``country`` is an ISO 3166-1 code."""

    legal_name_zh: str = ""
    legal_name_en: str = ""
    country: str
    street: str
    city: str
    region: str = ""
    postcode: str = ""
    identifiers: tuple[IdentifierInput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Who registers a company without being signed in."""

    email: str
    name: str
    locale: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCompany:
    """A new company; its founder becomes admin of its sides. ``founder`` is needed from strangers only."""

    profile: CompanyProfile
    base_currency: str
    timezone: str
    buyer: bool
    supplier: bool
    founder: Founder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCompany:
    """What the own provisional company is, by whoever was invited for it; it sells, and may buy as well."""

    profile: CompanyProfile
    base_currency: str
    timezone: str
    buyer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who is invited by mail for a company that is not registered yet."""

    email: str
    company_name: str
    contact_name: str
    locale: str


@dataclass(frozen=True, slots=True)
class ReadCompany:
    """The own company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCompany:
    """What the own company says of itself from now on."""

    expected_version: int | None
    profile: CompanyProfile


@dataclass(frozen=True, slots=True)
class ResubmitCompany:
    """Hand a rejected registration in again."""

    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """The settings of a company within reach; the own one where none is named."""

    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """The own company's settings from now on."""

    expected_version: int | None
    minimum_quoting_hours: int
    minimum_extension_hours: int
    base_currency: str
    timezone: str
    default_delivery_place: str = ""
    default_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReviews:
    """Companies by status, the longest waiting first."""

    status: CompanyStatus | None = CompanyStatus.REGISTERED
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadReview:
    """One company as the operator judges it."""

    organization_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The operator's word on a registration; a rejection says why."""

    organization_id: UUID
    expected_version: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ListMembers:
    """The people of the own company, in the order they joined."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadMember:
    """One person of the own company."""

    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOrder:
    """A role to give, with the amount it reaches (None: every amount) and its dates."""

    role: str
    limit: Money | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMember:
    """A person to work for the own company, with first roles."""

    email: str
    name: str
    locale: str
    roles: tuple[RoleOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveRole:
    """A role for a person of the own company; one they have gets the new limit and dates."""

    user_id: UUID
    order: RoleOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRole:
    """A grant to end."""

    user_id: UUID
    grant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRole:
    """A waiting grant to put into force; the operator names the company."""

    grant_id: UUID
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """A person to lose every role in the own company."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class ListWaitingRoles:
    """Grants of all companies that wait for a second person."""


@dataclass(frozen=True, slots=True)
class ListOwnRoles:
    """The own company's roles beside the built-in ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOwnRole:
    """An own role of one side; ``offered`` is what the policy lets that side compose roles from."""

    side: str
    label: str
    permissions: frozenset[str]
    offered: frozenset[str]


@dataclass(frozen=True, slots=True)
class DropOwnRole:
    """An own role to delete."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDirectory:
    """Approved companies whose names hold every word of ``words``, by name."""

    words: str = ""
    suppliers_only: bool = False
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadPartner:
    """One company of the directory."""

    organization_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePlatformPerson:
    """A person of the company that runs the installation; the company is made with the first of them."""

    email: str
    name: str
    locale: str = "en"
    role: Role = Role.PLATFORM_OPERATOR
    company_name: str = "Platform operator"
    timezone: str = "UTC"
