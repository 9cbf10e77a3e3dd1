"""Users, sessions, keys and links.

They are read before a tenant is known and belong to people rather than companies, so they have no row-level security;
every statement on them names the hash, the user or the company it is about.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.identity.states import LinkPurpose, UserKind
from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Density, Theme


class User(Aggregate, Base):
    """A person, or the service account that an API key acts as."""

    __tablename__ = "identity_user"
    __table_args__ = (
        CheckConstraint("(kind = 'person') = (email_key IS NOT NULL)", name="address"),
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="address_whole"),
        CheckConstraint("kind = 'person' OR password_hash IS NULL", name="password"),
        Index("uq_identity_user_email_key", "email_key", unique=True),
    )
    audit_type = "user"
    audit_secret = frozenset({"password_hash", "email", "email_key"})

    kind: Mapped[UserKind] = mapped_column(enum_type(UserKind))
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    name: Mapped[str]
    locale: Mapped[Language] = mapped_column(enum_type(Language))
    timezone: Mapped[str]
    theme: Mapped[Theme] = mapped_column(enum_type(Theme))
    density: Mapped[Density] = mapped_column(enum_type(Density))
    single_key_shortcuts: Mapped[bool]
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return nobody: a person's account is no company's business."""
        return ()


class UserSession(Base):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "identity_session"
    __table_args__ = (
        Index("uq_identity_session_token_hash", "token_hash", unique=True),
        Index("ix_identity_session_user_id_last_seen_at", "user_id", "last_seen_at"),
        Index("ix_identity_session_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    org_id: Mapped[UUID | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    network: Mapped[str | None]
    agent: Mapped[str]
    light: Mapped[bool] = mapped_column(default=False)
    """Whether a mailed link and code opened it: it may do no more than a guest, whatever roles its person holds."""


class ApiKey(Base):
    """One machine's access to one company; only the hash of the key is kept."""

    __tablename__ = "identity_api_key"
    __table_args__ = (
        Index("uq_identity_api_key_secret_hash", "secret_hash", unique=True),
        Index("ix_identity_api_key_org_id", "org_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    org_id: Mapped[UUID]
    label: Mapped[str]
    hint: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]


class Link(Base):
    """One mailed link; works once and for a limited time.

    Links to enter need a mailed code besides. A takeover has a code alone: nobody ever knows its link.
    """

    __tablename__ = "identity_link"
    __table_args__ = (
        Index("uq_identity_link_token_hash", "token_hash", unique=True),
        Index("ix_identity_link_user_id", "user_id", postgresql_where=text("used_at IS NULL")),
        CheckConstraint("(code_hash IS NULL) = (code_expires_at IS NULL)", name="code_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    org_id: Mapped[UUID | None]
    """Which company an entry works for (None: the one worked for last), or which one asks to take over."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_expires_at: Mapped[datetime | None]
