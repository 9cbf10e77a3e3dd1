"""Grants, own roles, and the policy version of each company.

Read before a tenant is known, hence without row-level security.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import TOTAL, Base


class RbacDomain(Base):
    """One company as the policy sees it: its version counts every change of its roles.

    Its name and zone label the shell.
    """

    __tablename__ = "rbac_domain"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    platform: Mapped[str]
    """``operator`` for the company that runs the installation, else empty."""
    policy_version: Mapped[int]
    active: Mapped[bool]


class RbacGrant(Base):
    """One role of one person in one company, with the highest amount it reaches and the dates it holds for."""

    __tablename__ = "rbac_grant"
    __table_args__ = (
        CheckConstraint("(limit_amount IS NULL) = (limit_currency IS NULL)", name="limit_whole"),
        Index("ix_rbac_grant_user_id_org_id", "user_id", "org_id"),
        Index("ix_rbac_grant_org_id", "org_id"),
        Index(
            "uq_rbac_grant_live", "user_id", "org_id", "role", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    org_id: Mapped[UUID]
    role: Mapped[str]
    limit_amount: Mapped[Decimal | None] = mapped_column(TOTAL)
    limit_currency: Mapped[str | None] = mapped_column(CHAR(3))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    granted_by: Mapped[UUID | None]
    confirmed_by: Mapped[UUID | None]
    """Second person of a grant that needs one (S6); until then it is not in force."""
    needs_confirmation: Mapped[bool]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]


class RbacRole(Base):
    """A company's own role, composed of offered permissions."""

    __tablename__ = "rbac_role"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text()))
