"""What operations return: frozen values, the rows stay inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Bilingual, catalogue
from b2b_market.organizations.models import DirectoryEntry, Identifier, Organization, OrganizationSettings
from b2b_market.organizations.rules import own_name
from b2b_market.organizations.states import LIFECYCLE, CompanyStatus, IdentifierScheme
from b2b_market.ui.language import Language, parse_language

PROVISIONAL_NAME = N_("{name} (provisional)")


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """A company number. ``checked``: its check digits are right, which says nothing of the register behind it."""

    scheme: IdentifierScheme
    label: str
    value: str
    checked: bool


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company as its business partners see it."""

    id: UUID
    version: int
    status: CompanyStatus
    legal_name_zh: str
    legal_name_en: str
    country: str
    street: str
    city: str
    region: str
    postcode: str
    is_buyer: bool
    is_supplier: bool
    is_platform: bool
    identifiers: tuple[IdentifierView, ...]

    @property
    def name(self) -> str:
        """The name the company goes by: Chinese in Chinese-speaking places, English elsewhere."""
        return own_name(self.legal_name_zh, self.legal_name_en, self.country)

    @property
    def names(self) -> Bilingual:
        """What messages call the company: each reader by its own language, or by the one name there is."""
        zh, en = self.legal_name_zh, self.legal_name_en
        return Bilingual(zh=zh or en, en=en or zh)

    def name_in(self, language: str) -> str:
        """Return the name for readers of ``zh-CN`` or ``en``, the other one where there is none.

        A company that is not registered yet is marked as that wherever it is named.
        """
        first, second = self.legal_name_en, self.legal_name_zh
        name = (second or first) if language.startswith("zh") else (first or second)
        if self.status is CompanyStatus.PROVISIONAL:
            return catalogue().translate(parse_language(language) or Language.EN, PROVISIONAL_NAME, name=name)
        return name

    @property
    def is_provisional(self) -> bool:
        """Whether a buyer invited it by mail and nobody has registered it yet."""
        return self.status is CompanyStatus.PROVISIONAL

    @property
    def address(self) -> str:
        """The postal address in one line, without the country: largest part first in Chinese-speaking places."""
        parts = [self.street, " ".join(part for part in (self.postcode, self.city) if part), self.region]
        return ", ".join(part for part in parts if part)

    @property
    def may_supply(self) -> bool:
        """Whether the company may be invited to quote."""
        return self.is_supplier and self.status is CompanyStatus.APPROVED

    @property
    def may_buy(self) -> bool:
        """Whether the company may ask for quotes."""
        return self.is_buyer and self.status is CompanyStatus.APPROVED


@dataclass(frozen=True, slots=True)
class OwnCompanyView:
    """The own company: what partners see, and what the operator decided."""

    company: CompanyView
    decision_reason: str
    decided_at: datetime | None
    registered_at: datetime
    registered_by: UUID
    allowed_steps: tuple[str, ...]

    @property
    def version(self) -> int:
        """The company's version."""
        return self.company.version


@dataclass(frozen=True, slots=True)
class NumberTwin:
    """Another company with the same checked number."""

    organization_id: UUID
    name: str
    status: CompanyStatus
    scheme: IdentifierScheme
    value: str


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A registration as the operator judges it."""

    own: OwnCompanyView
    twins: tuple[NumberTwin, ...]
    founder_name: str
    founder_email: str

    @property
    def version(self) -> int:
        """The company's version."""
        return self.own.version


@dataclass(frozen=True, slots=True)
class SettingsView:
    """A company's own settings. Times are in hours; ``default_unit`` is a Rec 20 code or empty."""

    id: UUID
    version: int
    minimum_quoting_hours: int
    minimum_extension_hours: int
    base_currency: Currency
    timezone: str
    default_delivery_place: str
    default_unit: str


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """An approved company in the directory."""

    id: UUID
    name: str
    legal_name_zh: str
    legal_name_en: str
    country: str
    city: str
    is_buyer: bool
    is_supplier: bool


@dataclass(frozen=True, slots=True)
class GrantView:
    """A role of a person. ``confirmable``: the reader is the second person it waits for."""

    id: UUID
    role: str
    limit: Money | None
    valid_from: datetime
    valid_until: datetime | None
    waits: bool
    confirmable: bool


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person of the own company. ``joined`` is False until they have set a password."""

    user_id: UUID
    name: str
    email: str
    joined: bool
    is_self: bool
    grants: tuple[GrantView, ...]


@dataclass(frozen=True, slots=True)
class WaitingRole:
    """A grant that waits for a second person; ``by_operator`` where the company has nobody who could be that."""

    grant_id: UUID
    organization_id: UUID
    company: str
    role: str
    limit: Money | None
    person: str
    giver: str
    by_operator: bool


def company_view(row: Organization, identifiers: Sequence[Identifier]) -> CompanyView:
    """Return a company as its business partners see it."""
    return CompanyView(
        row.id,
        row.version,
        row.status,
        row.legal_name_zh,
        row.legal_name_en,
        row.country,
        row.street,
        row.city,
        row.region,
        row.postcode,
        row.is_buyer,
        row.is_supplier,
        row.is_platform,
        tuple(IdentifierView(one.scheme, one.label, one.value, one.checked) for one in identifiers),
    )


def own_company_view(row: Organization, identifiers: Sequence[Identifier]) -> OwnCompanyView:
    """Return the own company."""
    return OwnCompanyView(
        company_view(row, identifiers),
        row.decision_reason,
        row.decided_at,
        row.created_at,
        row.registered_by,
        LIFECYCLE.allowed(row.status),
    )


def settings_view(row: OrganizationSettings) -> SettingsView:
    """Return a company's own settings."""
    return SettingsView(
        row.id,
        row.version,
        row.minimum_quoting_hours,
        row.minimum_extension_hours,
        Currency(row.base_currency),
        row.timezone,
        row.default_delivery_place,
        row.default_unit,
    )


def directory_view(row: DirectoryEntry) -> DirectoryView:
    """Return an approved company in the directory."""
    return DirectoryView(
        row.org_id,
        own_name(row.legal_name_zh, row.legal_name_en, row.country),
        row.legal_name_zh,
        row.legal_name_en,
        row.country,
        row.city,
        row.is_buyer,
        row.is_supplier,
    )
