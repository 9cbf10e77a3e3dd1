"""Every SELECT of this module. A reader's queries go by person as well as company: colleagues have own inboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, tuple_
from sqlalchemy.orm import Session

from b2b_market.infra.database import run_fixed, within
from b2b_market.infra.fixed import FixedRows
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.notifications.commands import Choice, ListNotifications
from b2b_market.notifications.models import Notification, NotificationMail, NotificationSetting
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Scope

UNREAD_SHOWN = 100
_UNREAD = FixedRows(
    select(func.count()).select_from(
        select(Notification.id)
        .where(
            Notification.user_id == bindparam("user_id"), within(Notification.org_id), Notification.read_at.is_(None)
        )
        .limit(UNREAD_SHOWN)
        .subquery()
    )
)


@dataclass(frozen=True, slots=True)
class Group:
    """The messages about one thing: the latest one, how many there are, how many are unread."""

    latest: Notification
    count: int
    unread: int


def _own(scope: Scope) -> ColumnElement[bool]:
    return and_(Notification.user_id == scope.user_id, Notification.org_id.in_(scope.org_ids))


def _after(request: PageRequest) -> tuple[datetime, UUID] | None:
    if request.after is None:
        return None
    try:
        return datetime.fromisoformat(request.after[0]), UUID(request.after[1])
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error


def _key(row: Notification | NotificationMail) -> tuple[str, str]:
    return row.created_at.isoformat(), str(row.id)


def notifications(session: Session, scope: Scope, wanted: ListNotifications) -> Page[Notification]:
    """Return the reader's messages, newest first."""
    found = select(Notification).where(_own(scope))
    if wanted.unread_only:
        found = found.where(Notification.read_at.is_(None))
    if wanted.object_type is not None:
        found = found.where(Notification.object_type == wanted.object_type)
    if wanted.object_id is not None:
        found = found.where(Notification.object_id == wanted.object_id)
    after = _after(wanted.page)
    if after is not None:
        found = found.where(tuple_(Notification.created_at, Notification.id) < after)
    newest = found.order_by(Notification.created_at.desc(), Notification.id.desc())
    return page_of(session.scalars(newest.limit(wanted.page.limit + 1)).all(), wanted.page, _key)


def groups(session: Session, scope: Scope, request: PageRequest, *, unread_only: bool) -> Page[Group]:
    """Return the reader's messages by the thing they are about, the thing with the newest message first."""
    thing = (Notification.object_type, Notification.object_id)
    newest_first = (Notification.created_at.desc(), Notification.id.desc())
    open_one = case((Notification.read_at.is_(None), 1), else_=0)
    rated = (
        select(
            Notification.id,
            func.row_number().over(partition_by=thing, order_by=newest_first).label("place"),
            func.count().over(partition_by=thing).label("many"),
            func.sum(open_one).over(partition_by=thing).label("unread"),
        )
        .where(_own(scope))
        .subquery()
    )
    found = (
        select(Notification, rated.c.many, rated.c.unread)
        .join(rated, rated.c.id == Notification.id)
        .where(rated.c.place == 1)
    )
    if unread_only:
        found = found.where(rated.c.unread > 0)
    after = _after(request)
    if after is not None:
        found = found.where(tuple_(Notification.created_at, Notification.id) < after)
    rows = session.execute(found.order_by(*newest_first).limit(request.limit + 1)).all()
    return page_of([Group(row[0], row[1], int(row[2])) for row in rows], request, lambda group: _key(group.latest))


def unread(session: Session, scope: Scope) -> int:
    """Return how many messages are unread, counting no further than UNREAD_SHOWN."""
    return _UNREAD.scalar(session, {"user_id": scope.user_id, "orgs": scope.orgs}) or 0


def lock_notification(session: Session, scope: Scope, notification_id: UUID) -> Notification:
    """Return one of the reader's own messages, locked; anybody else's looks like none."""
    found = session.scalar(
        select(Notification).where(Notification.id == notification_id, _own(scope)).with_for_update()
    )
    if found is None:
        raise NotFound(notification_id=str(notification_id))
    return found


def lock_unread(
    session: Session, scope: Scope, until: datetime, thing: tuple[str, UUID] | None
) -> Sequence[Notification]:
    """Return the reader's unread messages up to ``until``, of one thing where given, locked in order of id."""
    found = select(Notification).where(_own(scope), Notification.read_at.is_(None), Notification.created_at <= until)
    if thing is not None:
        found = found.where(Notification.object_type == thing[0], Notification.object_id == thing[1])
    return session.scalars(found.order_by(Notification.id).with_for_update()).all()


_CHOICES: Final = (
    "SELECT user_id, in_app, mail FROM notification_setting WHERE user_id = ANY(%(user_ids)s) AND kind = %(kind)s"
)


def choices_of(session: Session, _scope: Scope, user_ids: Sequence[UUID], kind: str) -> Mapping[UUID, Choice]:
    """Return what these people, of whichever company, chose for one type; those who chose nothing are absent."""
    rows = run_fixed(session, _CHOICES, {"user_ids": list(user_ids), "kind": kind})
    return {user_id: Choice(kind, in_app, mail) for user_id, in_app, mail in rows}


def own_choices(session: Session, scope: Scope) -> Mapping[str, NotificationSetting]:
    """Return the reader's own choices by type."""
    rows = session.scalars(select(NotificationSetting).where(NotificationSetting.user_id == scope.user_id))
    return {row.kind: row for row in rows}


def failed_mail(session: Session, _scope: Scope, request: PageRequest) -> Page[NotificationMail]:
    """Return the mails that were given up, newest first."""
    return _mails(session, request, NotificationMail.status == MailStatus.DEAD)


def mailbox(session: Session, _scope: Scope, request: PageRequest) -> Page[NotificationMail]:
    """Return every mail that no server has taken, newest first."""
    return _mails(session, request, NotificationMail.status.in_([MailStatus.QUEUED, MailStatus.KEPT]))


def _mails(session: Session, request: PageRequest, which: ColumnElement[bool]) -> Page[NotificationMail]:
    found = select(NotificationMail).where(which)
    after = _after(request)
    if after is not None:
        found = found.where(tuple_(NotificationMail.created_at, NotificationMail.id) < after)
    newest = found.order_by(NotificationMail.created_at.desc(), NotificationMail.id.desc())
    return page_of(session.scalars(newest.limit(request.limit + 1)).all(), request, _key)


def lock_mail(session: Session, _scope: Scope, mail_id: UUID) -> NotificationMail:
    """Return one mail, locked."""
    found = session.scalar(select(NotificationMail).where(NotificationMail.id == mail_id).with_for_update())
    if found is None:
        raise NotFound(mail_id=str(mail_id))
    return found


def due_mail(session: Session, _scope: Scope, now: datetime, batch: int) -> Sequence[NotificationMail]:
    """Return up to ``batch`` mails that are due, oldest first, locked; those another sender holds are skipped."""
    return session.scalars(
        select(NotificationMail)
        .where(NotificationMail.status == MailStatus.QUEUED, NotificationMail.next_attempt_at <= now)
        .order_by(NotificationMail.next_attempt_at, NotificationMail.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    ).all()
