"""What the API takes and tells of messages."""

from typing import Annotated

from pydantic import Field

from b2b_market.infra.http.wires import OptionalText, ShortText, WireIn, WireOut, WireTime, WireUuid
from b2b_market.notifications.commands import ChangeSettings, Choice, MarkManyRead
from b2b_market.notifications.documents import Reader, write
from b2b_market.notifications.service.views import GroupView, NotificationView, SettingView
from b2b_market.ui.i18n import Catalogue


class NotificationOut(WireOut):
    """One message, written in the caller's language."""

    id: WireUuid
    kind: str
    subject: str
    body: str
    link: str
    object_type: str
    object_id: WireUuid
    object_name: str
    created_at: WireTime
    read_at: WireTime | None


class GroupOut(WireOut):
    """The messages about one thing: the latest one, how many there are, how many are unread."""

    latest: NotificationOut
    count: int
    unread: int


class UnreadOut(WireOut):
    """How many messages are unread; 100 stands for "100 or more"."""

    unread: int


class MarkedOut(WireOut):
    """How many messages became read."""

    marked: int


class MarkReadIn(WireIn):
    """Messages up to ``until``; of one thing where both ``object_type`` and ``object_id`` are given, else all."""

    until: WireTime
    object_type: OptionalText | None = None
    object_id: WireUuid | None = None

    def to_command(self) -> MarkManyRead:
        """Return the operation's input."""
        return MarkManyRead(until=self.until, object_type=self.object_type, object_id=self.object_id)


class SettingOut(WireOut):
    """The channels of one type; an obligatory type cannot be switched off."""

    code: str
    label: str
    in_app: bool
    mail: bool
    obligatory: bool


class ChoiceIn(WireIn):
    """The channels wanted for one type."""

    code: ShortText
    in_app: bool
    mail: bool


class ChangeSettingsIn(WireIn):
    """Channels for some types; the others stay as they are."""

    choices: Annotated[list[ChoiceIn], Field(max_length=200)]

    def to_command(self) -> ChangeSettings:
        """Return the operation's input."""
        return ChangeSettings([Choice(choice.code, choice.in_app, choice.mail) for choice in self.choices])


class FailedMailOut(WireOut):
    """One mail that was given up: whom it was for and why, never what it said."""

    id: WireUuid
    kind: str
    address: str
    attempts: int
    error: str
    created_at: WireTime


def notification_out(view: NotificationView, reader: Reader, catalogue: Catalogue) -> NotificationOut:
    """Write one message for its reader."""
    written = write(view.subject, view.body, view.facts, reader, catalogue)
    return NotificationOut(
        id=view.id,
        kind=view.kind,
        subject=written.subject,
        body=written.body,
        link=view.link,
        object_type=view.object_type,
        object_id=view.object_id,
        object_name=view.object_name,
        created_at=view.created_at,
        read_at=view.read_at,
    )


def group_out(view: GroupView, reader: Reader, catalogue: Catalogue) -> GroupOut:
    """Write one group for its reader."""
    return GroupOut(latest=notification_out(view.latest, reader, catalogue), count=view.count, unread=view.unread)


def setting_out(view: SettingView, reader: Reader, catalogue: Catalogue) -> SettingOut:
    """Write one line of the settings for its reader."""
    return SettingOut(
        code=view.type.code,
        label=catalogue.translate(reader.language, view.type.label),
        in_app=view.in_app,
        mail=view.mail,
        obligatory=view.type.obligatory,
    )
