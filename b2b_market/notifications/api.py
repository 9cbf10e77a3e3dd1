"""Messages over HTTP: one's own, in one's language; for the operator, mail that was given up."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.notifications.commands import (
    CountUnread,
    ListFailedMail,
    ListGroups,
    ListNotifications,
    MarkRead,
    ReadSettings,
    RetryMail,
)
from b2b_market.notifications.documents import Reader
from b2b_market.notifications.rules import ObligatoryMessage, UnknownMessageType
from b2b_market.notifications.schemas import (
    ChangeSettingsIn,
    FailedMailOut,
    GroupOut,
    MarkedOut,
    MarkReadIn,
    NotificationOut,
    SettingOut,
    UnreadOut,
    group_out,
    notification_out,
    setting_out,
)
from b2b_market.notifications.service import channels, inbox, mail
from b2b_market.notifications.service.views import SettingView
from b2b_market.rbac.edge import Answer, Call, CallContext
from b2b_market.rbac.responses import reads
from b2b_market.ui.i18n import Catalogue

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=StrictRoute)
Limit = Annotated[int | None, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]


def _reader(call: CallContext) -> Reader:
    person = call.actor.person
    return Reader.of(person.locale, person.timezone)


def _catalogue(call: CallContext) -> Catalogue:
    found: Catalogue = call.request.app.state.pages.renderer.catalogue
    return found


@router.get("", response_model=PageOut[NotificationOut], responses=reads())
def list_notifications(
    call: Call,
    limit: Limit = None,
    cursor: Cursor = None,
    *,
    unread: bool = False,
    object_type: Annotated[str | None, Query(max_length=100)] = None,
    object_id: WireUuid | None = None,
) -> Answer:
    """List one's own messages, newest first."""
    wanted = ListNotifications(
        page=page_request(limit, cursor), unread_only=unread, object_type=object_type, object_id=object_id
    )
    reader, catalogue = _reader(call), _catalogue(call)
    found = inbox.list_notifications(call.work, call.actor, wanted)
    return call.answer_page(NotificationOut, found.map(lambda view: notification_out(view, reader, catalogue)))


@router.get("/groups", response_model=PageOut[GroupOut], responses=reads())
def list_groups(call: Call, limit: Limit = None, cursor: Cursor = None, *, unread: bool = False) -> Answer:
    """List one's own messages by the thing they are about, the thing with the newest message first."""
    reader, catalogue = _reader(call), _catalogue(call)
    found = inbox.list_groups(call.work, call.actor, ListGroups(page=page_request(limit, cursor), unread_only=unread))
    return call.answer_page(GroupOut, found.map(lambda view: group_out(view, reader, catalogue)))


@router.get("/unread", response_model=UnreadOut, responses=reads())
def count_unread(call: Call) -> Answer:
    """Count one's own unread messages."""
    return call.answer(UnreadOut, UnreadOut(unread=inbox.count_unread(call.work, call.actor, CountUnread())))


@router.post("/read", response_model=MarkedOut, responses=reads(BodyTooLarge, WrongMediaType))
def mark_many_read(body: MarkReadIn, call: Call) -> Answer:
    """Mark messages as read, up to a moment: later ones, which the caller cannot have seen, stay unread."""
    marked = inbox.mark_many_read(call.work, call.actor, body.to_command())
    return call.answer(MarkedOut, MarkedOut(marked=marked))


@router.get("/settings", response_model=ListOut[SettingOut], responses=reads())
def read_settings(call: Call) -> Answer:
    """List the channels of every type of message the caller may get."""
    return _settings(call, channels.read_settings(call.work, call.actor, ReadSettings()))


@router.put(
    "/settings",
    response_model=ListOut[SettingOut],
    responses=reads(BodyTooLarge, WrongMediaType, UnknownMessageType, ObligatoryMessage),
)
def change_settings(body: ChangeSettingsIn, call: Call) -> Answer:
    """Choose channels; answers what holds then."""
    return _settings(call, channels.change_settings(call.work, call.actor, body.to_command()))


def _settings(call: CallContext, views: Sequence[SettingView]) -> Answer:
    reader, catalogue = _reader(call), _catalogue(call)
    return call.answer_many(SettingOut, [setting_out(view, reader, catalogue) for view in views])


@router.get("/mail/failed", response_model=PageOut[FailedMailOut], responses=reads())
def list_failed_mail(call: Call, limit: Limit = None, cursor: Cursor = None) -> Answer:
    """List mails that were given up, newest first (platform operator)."""
    found = mail.list_failed_mail(call.work, call.actor, ListFailedMail(page_request(limit, cursor)))
    return call.answer_page(FailedMailOut, found)


@router.post("/mail/{mail_id}/retry", response_model=FailedMailOut, responses=reads(IllegalStep))
def retry_mail(mail_id: WireUuid, call: Call) -> Answer:
    """Send a mail again that was given up (platform operator)."""
    return call.answer(FailedMailOut, mail.retry_mail(call.work, call.actor, RetryMail(mail_id)))


@router.post("/{notification_id}/read", response_model=NotificationOut, responses=reads())
def mark_read(notification_id: WireUuid, call: Call) -> Answer:
    """Mark one message as read."""
    view = inbox.mark_read(call.work, call.actor, MarkRead(notification_id))
    return call.answer(NotificationOut, notification_out(view, _reader(call), _catalogue(call)))
