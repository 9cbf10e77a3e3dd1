"""Tables of messages. They are about people, not business: they carry no version and their changes are not audited."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base, enum_type
from b2b_market.notifications.states import MailStatus


class Notification(Base):
    """One message in the product, to one person acting for one company; words are message ids, facts as stored."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "user_id", "org_id", "created_at", "id"),
        Index("ix_notification_unread", "user_id", "org_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_object", "user_id", "org_id", "object_type", "object_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    org_id: Mapped[UUID]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    link: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[UUID]
    """The message's own id where it is about nothing else, so that it is a group of one."""
    object_name: Mapped[str]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class NotificationMail(Base):
    """One mail on its way. ``secrets`` is emptied once the server has taken it."""

    __tablename__ = "notification_mail"
    __table_args__ = (
        Index("ix_notification_mail_due", "next_attempt_at", postgresql_where=text("status = 'queued'")),
        Index("ix_notification_mail_created", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[UUID | None]
    org_id: Mapped[UUID | None]
    address: Mapped[str]
    name: Mapped[str]
    locale: Mapped[str]
    timezone: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    secrets: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    link: Mapped[str]
    obligatory: Mapped[bool]
    status: Mapped[MailStatus] = mapped_column(enum_type(MailStatus))
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str]
    veil: Mapped[UUID | None]
    """What hides a mail that nobody took from the operator until it is lifted: whom it was for would tell too much."""


class NotificationSetting(Base):
    """A person's channels for one type of message, in whichever company they act."""

    __tablename__ = "notification_setting"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    in_app: Mapped[bool]
    mail: Mapped[bool]
    changed_at: Mapped[datetime]
