"""All that the page of a tender shows, from one reading of the tender."""

from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.amendments import TenderAmendment
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import amendments as amendment_queries
from b2b_market.tendering.queries import joint as joint_queries
from b2b_market.tendering.queries import planning as planning_queries
from b2b_market.tendering.queries import stages as stage_queries
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.asking import EnquiryView, enquiries_about
from b2b_market.tendering.service.continuing import Chain, chain_of
from b2b_market.tendering.service.drafting import TenderContent, content_of
from b2b_market.tendering.service.opening import Ceremony, ceremony_of
from b2b_market.tendering.states.stages import Envelopes


@dataclass(frozen=True, slots=True)
class TenderOverview:
    """A tender with what belongs to it, as the reader's side may see it.

    ``joint`` says that other companies take part as buyers, ``technical`` that there is a technical result to see. The
    prior notice and the amendments are there for the buyer.
    """

    content: TenderContent
    joint: bool
    chain: Chain
    enquiries: Sequence[EnquiryView]
    technical: bool
    ceremony: Ceremony
    plan: PriorNotice | None
    amendments: Sequence[TenderAmendment]


@operation(TenderPermission.READ)
def read_overview(work: Work, scope: Scope, command: ReadTender) -> TenderOverview:
    """Return a tender with what belongs to it; NotFound for one that the reader may not see."""
    session, tender = work.session, queries.party_tender(work.session, scope, command.tender_id)
    buys = tender.buyer_id in scope.org_ids
    two = read_procedure(tender.values).envelopes is Envelopes.TWO
    return TenderOverview(
        content=content_of(work, scope, tender),
        joint=bool(joint_queries.participants_of(session, scope, tender.id)),
        chain=chain_of(work, scope, tender),
        enquiries=enquiries_about(work, scope, tender),
        technical=two and bool(stage_queries.technical_results(session, scope, tender.id)),
        ceremony=ceremony_of(work, scope, tender),
        plan=planning_queries.latest(session, tender.id) if buys else None,
        amendments=amendment_queries.amendments_of(session, scope, tender.id) if buys else (),
    )
