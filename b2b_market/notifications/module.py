"""The manifest of notifications."""

from pathlib import Path

from sqlalchemy.orm import Session

from b2b_market.kernel.text import N_
from b2b_market.notifications import api, models, pages, queries, tasks
from b2b_market.notifications.permissions import GRANTS, MailPermission
from b2b_market.notifications.rules import ObligatoryMessage, UnknownMessageType
from b2b_market.notifications.service import channels, inbox, mail
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.manifest import Manifest, ShellFacts
from b2b_market.ui.viewer import NavGroup, NavItem


def shell_facts(session: Session, actor: Actor) -> ShellFacts:
    """Return what the bell of the shell shows: how many messages the viewer has not read."""
    if actor.who.user_id is None or not actor.org_ids:
        return ShellFacts()
    return ShellFacts(unread=queries.unread(session, Scope(actor, None)))


MANIFEST = Manifest(
    name="notifications",
    package=Path(__file__).parent,
    api=[api.router],
    pages=[pages.router],
    development_pages=[pages.mailbox_router],
    tasks=tasks.TASKS,
    permissions=[MailPermission],
    grants=[GRANTS],
    refusals=[UnknownMessageType, ObligatoryMessage],
    services=[inbox, channels, mail],
    models=[models],
    nav=[
        NavGroup(
            N_("Platform"),
            (NavItem(N_("Undelivered mail"), "/notifications/mail", "mail", MailPermission.READ.value),),
        )
    ],
    shell=shell_facts,
)
