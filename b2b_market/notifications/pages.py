"""The notification centre, the channels of each type, mail that was given up, the mailbox of a development server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.notifications import documents
from b2b_market.notifications.commands import (
    ChangeSettings,
    Choice,
    ListFailedMail,
    ListGroups,
    ListMailbox,
    ListNotifications,
    MarkManyRead,
    MarkRead,
    ReadMailboxEntry,
    ReadSettings,
    RetryMail,
)
from b2b_market.notifications.documents import Reader, Written
from b2b_market.notifications.rules import ObligatoryMessage, UnknownMessageType
from b2b_market.notifications.service import channels, inbox, mail
from b2b_market.notifications.service.views import GroupView, NotificationView, SettingView
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.ui.forms import Form
from b2b_market.ui.i18n import Catalogue, fill
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(prefix="/notifications", route_class=PageRoute, include_in_schema=False)
mailbox_router = APIRouter(prefix="/mailbox", route_class=PageRoute, include_in_schema=False)
Cursor = Annotated[str | None, Query(max_length=500)]
PAGE_SIZE: Final = 30
MAIL_BADGES: Final[Mapping[MailStatus, Badge]] = MappingProxyType(
    {
        MailStatus.QUEUED: Badge(N_("Waiting"), "violet"),
        MailStatus.SENT: Badge(N_("Sent"), "ok"),
        MailStatus.KEPT: Badge(N_("Kept here"), "info"),
        MailStatus.DEAD: Badge(N_("Given up"), "bad"),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One message with its words written out."""

    view: NotificationView
    written: Written


@dataclass(frozen=True, slots=True)
class Group:
    """The messages about one thing, the latest written out."""

    latest: Item
    count: int
    unread: int


def _item(view: NotificationView, reader: Reader, call: PageContext) -> Item:
    catalogue = call.shell.renderer.catalogue
    return Item(view, documents.write(view.subject, view.body, view.facts, reader, catalogue))


def _group(view: GroupView, reader: Reader, call: PageContext) -> Group:
    return Group(_item(view.latest, reader, call), view.count, view.unread)


def _reader(call: PageContext) -> Reader:
    viewer = call.viewer()
    return Reader(viewer.locale, viewer.timezone)


def _next(path: str, after: tuple[str, str] | None, **others: str) -> str | None:
    cursor = encode_cursor(after)
    return None if cursor is None else f"{path}?{urlencode({**others, 'cursor': cursor})}"


@router.get("")
def centre(call: PageCall, cursor: Cursor = None, *, unread: bool = False) -> Response:
    """Show the reader's messages by the thing they are about."""
    call.signed_in()
    wanted = ListGroups(page=page_request(PAGE_SIZE, cursor), unread_only=unread)
    found, reader = inbox.list_groups(call.work, call.actor, wanted), _reader(call)
    context = {
        "groups": [_group(view, reader, call) for view in found.items],
        "unread_only": unread,
        "until": call.work.now().isoformat(),
        "next_href": _next("/notifications", found.next_after, **({"unread": "true"} if unread else {})),
    }
    return call.page("notifications/centre.html", context)


@router.get("/about/{object_type}/{object_id}")
def about(call: PageCall, object_type: str, object_id: WireUuid, cursor: Cursor = None) -> Response:
    """Show every message about one thing."""
    call.signed_in()
    wanted = ListNotifications(page=page_request(PAGE_SIZE, cursor), object_type=object_type, object_id=object_id)
    found, reader = inbox.list_notifications(call.work, call.actor, wanted), _reader(call)
    if not found.items:
        raise NotFound(object_id=str(object_id))
    path = f"/notifications/about/{object_type}/{object_id}"
    items = [_item(view, reader, call) for view in found.items]
    return call.page("notifications/about.html", {"items": items, "next_href": _next(path, found.next_after)})


@router.get("/{notification_id}/open")
def open_one(call: PageCall, notification_id: WireUuid) -> Response:
    """Go to what a message is about; having gone there is having read it."""
    call.signed_in()
    return call.see(inbox.mark_read(call.work, call.actor, MarkRead(notification_id)).link)


@router.post("/read")
def mark_many(call: PageCall) -> Response:
    """Mark what the page showed as read: one thing's messages, or all."""
    form = Form(call.form())
    until, object_id = form.text("until", required=True), form.uuid("object_id")
    wanted = MarkManyRead(until=_moment(until, call), object_type=form.text("object_type"), object_id=object_id)
    inbox.mark_many_read(call.work, call.actor, wanted)
    return call.see("/notifications")


def _moment(text: str | None, call: PageContext) -> datetime:
    """Return the moment the page was made; a text that is none means now."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return call.work.now()
    return found if found.tzinfo is not None else call.work.now()


@router.get("/settings")
def settings(call: PageCall) -> Response:
    """Show by which channels each type of message comes."""
    call.signed_in()
    return _settings_page(call, channels.read_settings(call.work, call.actor, ReadSettings()))


@router.post("/settings")
def change_settings(call: PageCall) -> Response:
    """Keep the reader's choices."""
    form = Form(call.form())
    present = channels.read_settings(call.work, call.actor, ReadSettings())
    choices = [
        Choice(view.type.code, form.flag(f"in_app-{view.type.code}"), form.flag(f"mail-{view.type.code}"))
        for view in present
        if not view.type.obligatory
    ]
    try:
        channels.change_settings(call.work, call.actor, ChangeSettings(choices))
    except (UnknownMessageType, ObligatoryMessage) as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _settings_page(call, present, form, status=409)
    return call.see("/notifications/settings", Flash(N_("Your choices are kept.")))


def _settings_page(
    call: PageContext, views: tuple[SettingView, ...], form: Form | None = None, *, status: int = 200
) -> Response:
    return call.page("notifications/settings.html", {"settings": views, "form": form or Form()}, status=status)


@router.get("/mail")
def failed_mail(call: PageCall, cursor: Cursor = None) -> Response:
    """Show mails that were given up (platform operator)."""
    call.signed_in()
    found = mail.list_failed_mail(call.work, call.actor, ListFailedMail(page_request(PAGE_SIZE, cursor)))
    context = {
        "mails": found.items,
        "next_href": _next("/notifications/mail", found.next_after),
        "has_server": call.shell.edge.runtime.settings.smtp_url is not None,
    }
    return call.page("notifications/failed_mail.html", context)


@router.post("/mail/{mail_id}/retry")
def retry_mail(call: PageCall, mail_id: WireUuid) -> Response:
    """Send a mail again that was given up (platform operator)."""
    again = mail.retry_mail(call.work, call.actor, RetryMail(mail_id))
    return call.see(
        "/notifications/mail", Flash(N_("The mail to {address} is tried again."), facts={"address": again.address})
    )


@mailbox_router.get("")
def mailbox(call: PageCall, cursor: Cursor = None) -> Response:
    """Show the mails that stayed here because no mail server is set."""
    _require_no_server(call)
    found, catalogue = (
        mail.list_mailbox(call.work, call.actor, ListMailbox(page_request(PAGE_SIZE, cursor))),
        _words(call),
    )
    context = {
        "mails": [(view, documents.mail_body(view.mail, *catalogue)) for view in found.items],
        "next_href": _next("/mailbox", found.next_after),
        "badges": MAIL_BADGES,
    }
    return call.page("notifications/mailbox.html", context)


@mailbox_router.get("/{mail_id}")
def mailbox_entry(call: PageCall, mail_id: WireUuid) -> Response:
    """Show one mail as its reader would get it, its link ready to follow."""
    _require_no_server(call)
    view = mail.read_mailbox_entry(call.work, call.actor, ReadMailboxEntry(mail_id))
    context = {
        "mail": view,
        "body": documents.mail_body(view.mail, *_words(call)),
        "link": fill(view.mail.link, view.mail.secrets),
        "badges": MAIL_BADGES,
    }
    return call.page("notifications/mailbox_entry.html", context)


def _words(call: PageContext) -> tuple[Catalogue, str]:
    return call.shell.renderer.catalogue, call.shell.edge.runtime.settings.public_url


def _require_no_server(call: PageContext) -> None:
    if call.shell.edge.runtime.settings.smtp_url is not None:
        raise NotFound
