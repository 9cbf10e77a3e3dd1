"""Whom a tender concerns beside its buyer: who is told of what happens to it, each alone."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.queries import selecting as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.admission import concerned


@operation(system=True, reason="handlers tell those who take part, each alone")
def read_concerned(work: Work, scope: Scope, command: ReadTender) -> Sequence[UUID]:
    """Return the companies that a tender invites, and those that have applied or bid and may still take part.

    Nobody but a handler learns of it before the opening: to each of them it is told alone.
    """
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    with work.reaching(Tenant(scope.org_ids, machine=True)):
        came = queries.concerned(work.session, scope, tender.id)
    return concerned(tender.supplier_ids, tender.admitted_ids, came)
