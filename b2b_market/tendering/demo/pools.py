"""Who may sit in the committees of the demo tenders."""

from collections.abc import Iterable
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.tendering.commands.committee import NameCommittee, Named
from b2b_market.tendering.demo.cast import Cast
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import committee

SEATS = 5


def name_pool(cast: Cast, work: Work, tender: Tender, out: Iterable[UUID]) -> dict[UUID, str]:
    """Name the committee of a draft, and return the addresses of its pool by the people's ids.

    People of the buyer, and as experts those of the suppliers; ``out`` are people and companies who may not sit.
    """
    companies = [tender.buyer_id, *(one.id for one in organizations.suppliers(work, cast.purchaser))]
    found = organizations.people_with(work, cast.purchaser, companies, TenderPermission.COMMITTEE_SIT)
    unfit = {cast.approver.user_id, *(officer.user_id for officer in cast.officers), *out}
    fit = {one.user_id: one for one in found if one.user_id is not None and not {one.user_id, one.org_id} & unfit}
    people = tuple(Named(one.address, one.org_id != tender.buyer_id) for one in fit.values())
    named = NameCommittee(tender_id=tender.id, expected_version=tender.version, seats=SEATS, people=people)
    committee.name_committee(work, cast.purchaser, named)
    return {user_id: one.address for user_id, one in fit.items()}
