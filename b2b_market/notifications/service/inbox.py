"""Reading one's own messages."""

from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.refusal import Unauthenticated
from b2b_market.notifications import queries
from b2b_market.notifications.commands import CountUnread, ListGroups, ListNotifications, MarkManyRead, MarkRead
from b2b_market.notifications.service.views import GroupView, NotificationView, notification_view
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

OWN = "everybody has an inbox of their own; strangers are turned away with 401"


def own(scope: Scope) -> Scope:
    """Return the scope of a reader's own rows; strangers have none (Unauthenticated)."""
    if scope.actor.is_anonymous:
        raise Unauthenticated
    return scope


@operation(public=True, reason=OWN)
def list_notifications(work: Work, scope: Scope, command: ListNotifications) -> Page[NotificationView]:
    """Return the reader's messages, newest first."""
    return queries.notifications(work.session, own(scope), command).map(notification_view)


@operation(public=True, reason=OWN)
def list_groups(work: Work, scope: Scope, command: ListGroups) -> Page[GroupView]:
    """Return the reader's messages by the thing they are about."""
    found = queries.groups(work.session, own(scope), command.page, unread_only=command.unread_only)
    return found.map(lambda group: GroupView(notification_view(group.latest), group.count, group.unread))


@operation(public=True, reason=OWN)
def count_unread(work: Work, scope: Scope, _command: CountUnread) -> int:
    """Return how many of the reader's messages are unread; 100 stands for "100 or more"."""
    return queries.unread(work.session, own(scope))


@operation(public=True, reason=OWN)
def mark_read(work: Work, scope: Scope, command: MarkRead) -> NotificationView:
    """Mark one message as read; one that was read before keeps its time."""
    found = queries.lock_notification(work.session, own(scope), command.notification_id)
    if found.read_at is None:
        found.read_at = work.now()
    return notification_view(found)


@operation(public=True, reason=OWN)
def mark_many_read(work: Work, scope: Scope, command: MarkManyRead) -> int:
    """Mark the messages up to a moment as read, of one thing or all; return how many were unread."""
    thing = None
    if command.object_type is not None and command.object_id is not None:
        thing = (command.object_type, command.object_id)
    found = queries.lock_unread(work.session, own(scope), command.until, thing)
    for message in found:
        message.read_at = work.now()
    return len(found)
