"""Resolving readers and telling them, each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.notifications import public as notifications
from b2b_market.notifications.public import Fact, MessageType, Recipient, Thing
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.public import RequestFacts


def people_of(
    work: Work,
    actor: Actor,
    org_ids: Iterable[UUID],
    permission: Permission,
    *,
    only: UUID | None = None,
    without: UUID | None = None,
) -> list[Recipient]:
    """Return the people of these companies that hold ``permission``; of them ``only`` one, or all ``without`` one."""
    found = organizations.people_with(work, actor, tuple(org_ids), permission)
    return [person for person in found if (only is None or person.user_id == only) and person.user_id != without]


@dataclass(frozen=True, slots=True)
class At:
    """A request, and the page of it that a message leads to, such as ``/questions``; or another page altogether."""

    about: RequestFacts
    page: str
    elsewhere: str = ""


def tell(work: Work, people: list[Recipient], kind: type[MessageType], about: RequestFacts | At, **facts: Fact) -> None:
    """Tell ``people`` about a request; the message leads to its page, or to the page that is named."""
    if not people:
        return
    at = about if isinstance(about, At) else At(about, "")
    known = at.about
    thing = Thing(
        type="rfq",
        id=known.rfq_id,
        name=f"{known.number} {known.title}",
        link=at.elsewhere or f"/rfqs/{known.rfq_id}{at.page}",
        facts={"number": known.number, "title": known.title, "buyer": known.buyer},
    )
    notifications.tell(work, people, kind, thing, **facts)
