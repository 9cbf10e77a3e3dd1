"""Telling people of a tender: who is told, and the message that leads there."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.notifications import public as notifications
from b2b_market.notifications.public import Fact, MessageType, Recipient, Thing
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import drafting


def people_with(
    work: Work,
    actor: Actor,
    org_ids: Iterable[UUID],
    permission: Permission,
    *,
    only: UUID | None = None,
    without: UUID | None = None,
) -> list[Recipient]:
    """Return the people of companies who may do something; of them ``only`` one, or all ``without`` one."""
    found = organizations.people_with(work, actor, tuple(org_ids), permission)
    return [person for person in found if (only is None or person.user_id == only) and person.user_id != without]


def tell(
    work: Work,
    actor: Actor,
    people: Sequence[Recipient],
    kind: type[MessageType],
    tender_id: UUID,
    *,
    link: str = "",
    **facts: Fact,
) -> None:
    """Send people a message about a tender with its number, its title and the buyer's name in the reader's language.

    ``link`` where it leads elsewhere than to the tender's page.
    """
    if not people:
        return
    tender = drafting.read_tender(work, actor, ReadTender(tender_id)).tender
    buyer = organizations.companies(work, actor, [tender.buyer_id])[tender.buyer_id].names
    thing = Thing(
        type="tender",
        id=tender.id,
        name=f"{tender.number} {tender.title}",
        link=link or f"/tenders/{tender.id}",
        facts={"number": tender.number, "title": tender.title, "buyer": buyer},
    )
    notifications.tell(work, people, kind, thing, **facts)
