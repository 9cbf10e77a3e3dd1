"""Companies, their identifiers and private settings, and the directory that everybody signed in may search."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec
from b2b_market.infra.database import CURRENCY, Base, enum_type
from b2b_market.organizations.states import CompanyStatus, IdentifierScheme

USUAL_EXTENSION_HOURS = 24
IDENTIFIER_COLUMNS = ("id", "position", "scheme", "label", "value", "checked")


class Organization(Aggregate, Base):
    """A company, as its business partners see it once it is approved."""

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint("legal_name_zh <> '' OR legal_name_en <> ''", name="named"),
        CheckConstraint("is_platform OR is_buyer OR is_supplier", name="sided"),
        Index("ix_organization_status_id", "status", "id"),
    )
    audit_type = "organization"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"sponsor_id": None})
    audit_lines = (LineSpec("organization_identifier", "organization_id", "position", IDENTIFIER_COLUMNS),)

    status: Mapped[CompanyStatus] = mapped_column(enum_type(CompanyStatus))
    legal_name_zh: Mapped[str]
    legal_name_en: Mapped[str]
    country: Mapped[str] = mapped_column(CHAR(2))
    street: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postcode: Mapped[str]
    is_buyer: Mapped[bool]
    is_supplier: Mapped[bool]
    is_platform: Mapped[bool]
    registered_by: Mapped[UUID]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision_reason: Mapped[str]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    sponsor_id: Mapped[UUID | None]
    """The buyer that invited it before it was registered, who may see its name from then on."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the company itself, and who invited it before it was registered."""
        return (self.id,) if self.sponsor_id is None else (self.id, self.sponsor_id)

    def readers(self) -> tuple[UUID, ...]:
        """Return the company itself: nobody else reads its history."""
        return (self.id,)


class Identifier(Base):
    """One number of a company; ``checked`` tells that its check digits were right, not that it was looked up."""

    __tablename__ = "organization_identifier"
    __table_args__ = (
        UniqueConstraint("organization_id", "position"),
        Index("ix_organization_identifier_scheme_value", "scheme", "value"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    position: Mapped[int]
    scheme: Mapped[IdentifierScheme] = mapped_column(enum_type(IdentifierScheme))
    label: Mapped[str]
    """What a number of the scheme ``other`` is called."""
    value: Mapped[str]
    checked: Mapped[bool]
    shown: Mapped[bool]
    """Whether business partners see it: from the approval on."""


class OrganizationSettings(Aggregate, Base):
    """What a company sets for itself; nobody else reads it but the operator."""

    __tablename__ = "organization_settings"
    __table_args__ = (
        CheckConstraint("minimum_quoting_hours BETWEEN 0 AND 2160", name="quoting_time"),
        CheckConstraint("minimum_extension_hours BETWEEN 0 AND 2160", name="extension_time"),
    )
    audit_type = "organization_settings"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"minimum_extension_hours": USUAL_EXTENSION_HOURS})

    minimum_quoting_hours: Mapped[int]
    minimum_extension_hours: Mapped[int] = mapped_column(default=USUAL_EXTENSION_HOURS)
    """What suppliers have at least between a material amendment and the deadline."""
    base_currency: Mapped[str] = mapped_column(CURRENCY)
    timezone: Mapped[str]
    default_delivery_place: Mapped[str]
    default_unit: Mapped[str]

    def parties(self) -> tuple[UUID, ...]:
        """Return the company; the settings carry its id."""
        return (self.id,)


class DirectoryEntry(Base):
    """An approved company as every signed-in reader finds it."""

    __tablename__ = "organization_directory"
    __table_args__ = (Index("ix_organization_directory_sort_name_org_id", "sort_name", "org_id"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    legal_name_zh: Mapped[str]
    legal_name_en: Mapped[str]
    country: Mapped[str] = mapped_column(CHAR(2))
    city: Mapped[str]
    is_buyer: Mapped[bool]
    is_supplier: Mapped[bool]
    sort_name: Mapped[str]
    search_text: Mapped[str]
    """Both names, folded, as the search compares them."""
