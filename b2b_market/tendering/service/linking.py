"""What a framework agreement means to the tender that was made from it: the same members and items, and the notice."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import competing as rules
from b2b_market.tendering.service.booking import open_books, require_running


def require_linked(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse a competition with other suppliers, items or currency than its agreement, or after the agreement's end."""
    link = queries.competition_of(work.session, scope, tender.id)
    if link is None:
        if tender.procedure == rules.PROCEDURE:
            raise rules.CompetitionUnlinked
        return
    books = open_books(work, scope, link.framework_id)
    require_running(books.framework, work.judging_time())
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    items = [books.items[position] for position in link.positions]
    given = lots[0].items if len(lots) == 1 else []
    rules.require_same(
        (set(tender.supplier_ids), tender.currency, given),
        (
            {member.supplier_id for member in books.members},
            books.framework.currency,
            [{name: getattr(item, name) for name in rules.SAME} for item in items],
        ),
        [books.rooms[position] for position in link.positions],
    )


def announced(work: Work, scope: Scope, tender: Tender) -> dict[str, object]:
    """Return what the notice's document says of the agreement that the tender was made from; else nothing."""
    link = queries.competition_of(work.session, scope, tender.id)
    if link is None:
        return {}
    framework = queries.own_framework(work.session, scope, link.framework_id)
    return {"competition": {"framework": framework.number, "positions": link.positions}}
