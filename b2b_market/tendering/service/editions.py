"""The editions of a tender's notice as they were announced, and what changed from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.amendments import TenderEdition
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import amendments as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.amending import Change, difference
from b2b_market.tendering.rules.sealed_terms import read_notice


@dataclass(frozen=True, slots=True)
class EditionView:
    """One edition, what it changed, and whether bids for the editions before it had to be confirmed."""

    row: TenderEdition
    changes: tuple[Change, ...]
    voids: bool


@dataclass(frozen=True, slots=True)
class Editions:
    """The editions of a tender, the newest first."""

    tender: Tender
    editions: Sequence[EditionView]


@operation(TenderPermission.READ)
def list_editions(work: Work, scope: Scope, command: ReadTender) -> Editions:
    """Return every edition of the notice to everybody who may read the tender; NotFound before the publication."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    rows = queries.editions_of(work.session, scope, tender.id)
    if not rows:
        raise NotFound(tender_id=str(tender.id))
    found = []
    for place, row in enumerate(rows):
        changes = difference(rows[place - 1].document, row.document) if place else ()
        voids = row.edition > 1 and read_notice(row.notice).notice.binding == row.edition
        found.append(EditionView(row, changes, voids))
    return Editions(tender, found[::-1])


@operation(system=True, reason="handlers tell those whose bids must be confirmed, each alone")
def unconfirmed_bidders(work: Work, scope: Scope, command: ReadTender) -> Sequence[UUID]:
    """Return the companies whose sealed bids do not count before they are confirmed."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    with work.reaching(Tenant(scope.org_ids, machine=True)):
        return queries.unconfirmed_bidders(work.session, scope, tender.id, tender.binding_edition)
