"""Recommendations: suppliers for a request, and requests for a supplier, each with the reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.board import queries
from b2b_market.board.commands import LearnAward, ListRequest
from b2b_market.board.models import BoardEntry, BoardExperience
from b2b_market.board.permissions import BoardPermission
from b2b_market.board.rules.recommending import MOST, WON_COUNTS, Fit, Item, fit_of, keys_of
from b2b_market.infra.bulk import add_up
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.organizations.public import CompanyView
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import public as rfqs
from b2b_market.rfq.public import NeedView


@dataclass(frozen=True, slots=True)
class RecommendedSupplier:
    """A supplier that fits a request, and why."""

    company: CompanyView
    fit: Fit


@dataclass(frozen=True, slots=True)
class SuppliersFor:
    """The suppliers that fit an own request best, and the request's items, which name the reasons."""

    rfq_id: UUID
    version: int
    number: str
    title: str
    may_invite: bool
    items: Sequence[Item]
    suppliers: Sequence[RecommendedSupplier]


@dataclass(frozen=True, slots=True)
class RecommendedRequest:
    """An open public request that fits the company, and why."""

    entry: BoardEntry
    fit: Fit


@operation(system=True, reason="the relay reports that a request is closed")
def learn_quotes(work: Work, scope: Scope, command: ListRequest) -> None:
    """Count, for each supplier, the items of a closed request that it quoted."""
    _count(work, rfqs.quoted_needs(work, scope.actor, command.rfq_id), won=False)


@operation(system=True, reason="the relay reports that an award stands")
def learn_award(work: Work, scope: Scope, command: LearnAward) -> None:
    """Count, for each winner of an award, the items that it won."""
    _count(work, rfqs.won_needs(work, scope.actor, command.award_id), won=True)


@operation(BoardPermission.READ)
def recommend_suppliers(work: Work, scope: Scope, command: ListRequest) -> SuppliersFor:
    """Return the approved suppliers that fit an own request best and are not at it yet; NotFound for any other."""
    request = rfqs.own_request(work, scope.actor, command.rfq_id)
    items = [Item(need.buyer_id, need.item_code, need.item_name) for need in request.needs]
    keys = [keys_of(item) for item in items]
    known = queries.experienced(work.session, scope, sorted({key for each in keys for key in each})) if keys else {}
    fits = {org_id: fit_of(keys, records) for org_id, records in known.items() if org_id not in request.taking_part}
    ranked = sorted(fits, key=lambda org_id: (-fits[org_id].score, org_id))[: 2 * MOST]
    companies = organizations.companies(work, scope.actor, ranked)
    chosen = [org_id for org_id in ranked if org_id in companies and companies[org_id].may_supply]
    return SuppliersFor(
        request.rfq_id,
        request.version,
        request.number,
        request.title,
        request.may_invite,
        items,
        [RecommendedSupplier(companies[org_id], fits[org_id]) for org_id in chosen[:MOST]],
    )


@operation(BoardPermission.READ)
def recommend_requests(work: Work, scope: Scope, _command: None) -> Sequence[RecommendedRequest]:
    """Return the open public requests that fit best what the company has quoted and won; of equal ones the newest.

    Requests that it has quoted on or declined are left out.
    """
    records = queries.own_experience(work.session, scope)
    if not records:
        return []
    entries = queries.candidates(work.session, scope, list(records), work.now())
    answered = rfqs.answered(work, scope.actor, [entry.subject_id for entry in entries])
    found = [
        RecommendedRequest(entry, fit_of([[key] for key in entry.keys], records))
        for entry in entries
        if entry.subject_id not in answered
    ]
    return sorted(found, key=lambda one: -one.fit.score)[:MOST]


def _count(work: Work, dealt: Mapping[UUID, Sequence[NeedView]], *, won: bool) -> None:
    """Add the needs to their suppliers' records, in one order for all writers."""
    counted = Counter(
        (supplier_id, key)
        for supplier_id, needs in dealt.items()
        for need in needs
        for key in keys_of(Item(need.buyer_id, need.item_code, need.item_name))
    )
    rows = [
        {
            "org_id": supplier_id,
            "key": key,
            "quoted": 0 if won else number,
            "won": number if won else 0,
            "strength": number * (WON_COUNTS if won else 1),
        }
        for (supplier_id, key), number in sorted(counted.items())
    ]
    add_up(work.session, BoardExperience, rows, key=("org_id", "key"), figures=("quoted", "won", "strength"))
