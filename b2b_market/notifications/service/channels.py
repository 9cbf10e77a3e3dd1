"""Choosing by which channels each type of message comes."""

from b2b_market.infra.work import Work
from b2b_market.notifications import queries, rules
from b2b_market.notifications.commands import ChangeSettings, Choice, ReadSettings
from b2b_market.notifications.models import NotificationSetting
from b2b_market.notifications.service.inbox import OWN, own
from b2b_market.notifications.service.views import SettingView
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(public=True, reason=OWN)
def read_settings(work: Work, scope: Scope, _command: ReadSettings) -> tuple[SettingView, ...]:
    """Return the channels of every type the reader may get, in order of code."""
    chosen = queries.own_choices(work.session, own(scope))
    return tuple(
        SettingView(kind, chosen[code].in_app, chosen[code].mail)
        if code in chosen and not kind.obligatory
        else SettingView(kind, kind.in_app, kind.mail)
        for code, kind in rules.types_for(scope.actor.permissions).items()
    )


@operation(public=True, reason=OWN)
def change_settings(work: Work, scope: Scope, command: ChangeSettings) -> tuple[SettingView, ...]:
    """Keep the reader's choices; return what holds then. Refuse types the reader does not get and obligatory ones."""
    kinds = rules.types_for(own(scope).actor.permissions)
    chosen = queries.own_choices(work.session, scope)
    for choice in command.choices:
        rules.require_choosable(kinds, choice)
        _keep(work, scope, chosen.get(choice.code), choice)
    work.session.flush()
    return read_settings.body(work, scope, ReadSettings())


def _keep(work: Work, scope: Scope, row: NotificationSetting | None, choice: Choice) -> None:
    if row is None:
        row = NotificationSetting(user_id=scope.user_id, kind=choice.code)
        work.session.add(row)
    row.in_app, row.mail, row.changed_at = choice.in_app, choice.mail, work.now()
