"""Framework agreements: concluded from a tender's awards, read by their parties, ended by the clock or the buyer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.frameworks import ListFrameworks, ReadCallOff, ReadFramework, TerminateFramework
from b2b_market.tendering.events.frameworks import FrameworkConcluded, FrameworkExpired, FrameworkTerminated
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.evaluation import Evaluation, TenderAward
from b2b_market.tendering.models.frameworks import (
    CallOff,
    CallOffOffer,
    Framework,
    FrameworkItem,
    FrameworkMember,
    FrameworkTerms,
)
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.rules import frameworks as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.offers import Offer
from b2b_market.tendering.service.booking import NOTHING, Books, items_digest, open_books
from b2b_market.tendering.service.calling import cancel
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.states.frameworks import CALL_OFF_LIFECYCLE, FRAMEWORK_LIFECYCLE, CallOffStatus

NUMBER_KIND: Final = "FA"
BATCH: Final = 50
ENDED: Final = N_("The framework agreement has ended.")


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """An agreement as the reader sees it: the buyer all members and call-offs, a member its own."""

    framework: Framework
    buys: bool
    items: Sequence[FrameworkItem]
    members: Sequence[FrameworkMember]
    call_offs: Sequence[CallOff]
    competitions: Sequence[Tender]

    @property
    def version(self) -> int:
        """The version of the agreement, which its ETag shows."""
        return self.framework.version


@dataclass(frozen=True, slots=True)
class CallOffView:
    """A call-off as the reader sees it, with the items it asks for and the offers: the buyer all, a member its own."""

    call_off: CallOff
    buys: bool
    framework: Framework
    items: Sequence[FrameworkItem]
    members: Sequence[FrameworkMember]
    offers: Sequence[CallOffOffer]

    @property
    def version(self) -> int:
        """The version of the call-off, which its ETag shows."""
        return self.call_off.version


@operation(TenderPermission.FRAMEWORK_READ)
def list_frameworks(work: Work, scope: Scope, command: ListFrameworks) -> Page[Framework]:
    """Return a page of the agreements that the company is a party of."""
    return queries.list_frameworks(work.session, scope, command)


@operation(TenderPermission.FRAMEWORK_READ, system=True, reason="handlers and contracts read what they were told of")
def read_framework(work: Work, scope: Scope, command: ReadFramework) -> FrameworkView:
    """Return an agreement that the company is a party of; NotFound for any other."""
    framework = queries.party_framework(work.session, scope, command.framework_id)
    return FrameworkView(
        framework,
        framework.buyer_id in scope.org_ids,
        queries.items_of(work.session, scope, framework.id),
        queries.members_of(work.session, scope, framework.id),
        queries.call_offs_of(work.session, scope, framework.id),
        queries.competitions_of(work.session, scope, framework.id),
    )


@operation(TenderPermission.FRAMEWORK_READ, system=True, reason="handlers and contracts read what they were told of")
def read_call_off(work: Work, scope: Scope, command: ReadCallOff) -> CallOffView:
    """Return a call-off of the own company, or whose turn or order it is; NotFound for any other."""
    call_off = queries.party_call_off(work.session, scope, command.call_off_id)
    return CallOffView(
        call_off,
        call_off.buyer_id in scope.org_ids,
        queries.party_framework(work.session, scope, call_off.framework_id),
        queries.items_of(work.session, scope, call_off.framework_id),
        queries.members_of(work.session, scope, call_off.framework_id),
        queries.offers_of(work.session, scope, call_off.id),
    )


@operation(TenderPermission.FRAMEWORK_TERMINATE)
def terminate_framework(work: Work, scope: Scope, command: TerminateFramework) -> Framework:
    """End an agreement early with a reason that its members read; open call-offs are cancelled, accepted ones stay."""
    books = open_books(work, scope, command.framework_id)
    framework = books.framework
    work.expect_version(framework, command.expected_version)
    FRAMEWORK_LIFECYCLE.require(framework.status, "terminate")
    reason = require_reason(command.reason)
    _cancel_open(work, scope, books, reason)
    FRAMEWORK_LIFECYCLE.advance(framework, "terminate")
    framework.reason = reason
    work.touch(framework)
    terminated = FrameworkTerminated(
        framework_id=framework.id, buyer_id=framework.buyer_id, supplier_ids=_suppliers(books.members), reason=reason
    )
    work.emit(terminated, framework)
    work.session.flush()
    return framework


@operation(system=True, reason="the clock asks which agreements are over")
def ended_frameworks(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (agreement, buyer) of those whose time is over."""
    return list(queries.ended(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock ends agreements")
def expire_framework(work: Work, scope: Scope, command: ReadFramework) -> Framework | None:
    """End an agreement whose time is over; what waits for approval is cancelled. None where nothing is due."""
    books = open_books(work, scope, command.framework_id)
    framework = books.framework
    if "expire" not in FRAMEWORK_LIFECYCLE.allowed(framework.status) or work.judging_time() < framework.ends_at:
        return None
    _cancel_open(work, scope, books, ENDED)
    FRAMEWORK_LIFECYCLE.advance(framework, "expire")
    work.touch(framework)
    expired = FrameworkExpired(
        framework_id=framework.id, buyer_id=framework.buyer_id, supplier_ids=_suppliers(books.members)
    )
    work.emit(expired, framework)
    work.session.flush()
    return framework


@dataclass(frozen=True, slots=True)
class Concluding:
    """What an awarded lot's agreement is made of: its award, and every readable bid of the lot with its offer."""

    lot: TenderLot
    award: TenderAward
    bids: Sequence[tuple[Bid, int, Offer]]


def conclude(work: Work, scope: Scope, tender: Tender, evaluation: Evaluation, found: Iterable[Concluding]) -> int:
    """Make a framework agreement of each awarded lot of a tender with framework terms; return how many."""
    terms = queries.terms_of(work.session, scope, tender.id)
    assert terms is not None  # noqa: S101 - a tender with a framework procedure is not published without
    made = 0
    for one in found:
        _conclude_lot(work, scope, (tender, evaluation, terms), one)
        made += 1
    return made


def _conclude_lot(work: Work, scope: Scope, about: tuple[Tender, Evaluation, FrameworkTerms], one: Concluding) -> None:
    tender, evaluation, terms = about
    framework = _framework(work, scope, tender, terms, one)
    members = _members(framework, evaluation, one)
    framework.party_ids = list(dict.fromkeys((framework.buyer_id, *(member.supplier_id for member in members))))
    ceilings = terms.lots[one.lot.position - 1]["quantities"]
    items = [_item(framework, position, item, ceilings[position - 1]) for position, item in enumerate(one.lot.items, 1)]
    framework.lines_digest = items_digest(items)
    framework.number = next_number(work.session, framework.buyer_id, NUMBER_KIND, work.now().year)
    concluded = FrameworkConcluded(
        framework_id=framework.id,
        tender_id=tender.id,
        lot_id=one.lot.id,
        buyer_id=tender.buyer_id,
        supplier_ids=_suppliers(members),
        ends_at=framework.ends_at,
    )
    work.emit(concluded, framework)
    work.session.add_all([framework, *items, *members])
    work.session.flush()


def _framework(work: Work, scope: Scope, tender: Tender, terms: FrameworkTerms, one: Concluding) -> Framework:
    now, zone = work.now(), clock_of(work, scope, tender).zone
    return Framework(
        id=new_id(),
        created_at=now,
        changed_at=now,
        title=f"{tender.title} · {one.lot.title}",
        buyer_id=tender.buyer_id,
        tender_id=tender.id,
        tender_number=tender.number,
        lot_id=one.lot.id,
        award_id=one.award.id,
        status=FRAMEWORK_LIFECYCLE.initial,
        mode=terms.mode,
        answer_hours=terms.answer_hours,
        rehearsal_factor=tender.rehearsal_factor,
        currency=tender.currency,
        ceiling=Decimal(terms.lots[one.lot.position - 1]["amount"]),
        called=NOTHING,
        starts_at=now,
        ends_at=rules.ends_after(now, terms.months, zone, tender.rehearsal_factor),
        reason=None,
    )


def _item(framework: Framework, position: int, item: dict[str, str], ceiling: str | None) -> FrameworkItem:
    return FrameworkItem(
        framework_id=framework.id,
        position=position,
        buyer_id=framework.buyer_id,
        party_ids=framework.party_ids,
        name=item["name"],
        specification=item["specification"],
        classification=item["classification"],
        unit=item["unit"],
        quantity=Decimal(item["quantity"]),
        ceiling=None if ceiling is None else Decimal(ceiling),
        called=NOTHING,
    )


def _members(framework: Framework, evaluation: Evaluation, one: Concluding) -> list[FrameworkMember]:
    """Return the members that the signed decision names, in its order."""
    assert one.award.record is not None  # noqa: S101 - a binding award is decided and signed
    bids = {str(bid.id): (bid, number, offer) for bid, number, offer in one.bids}
    rates = {rate["base"]: Decimal(rate["value"]) for rate in evaluation.rates}
    members = []
    for rank, bid_id in enumerate(one.award.record["members"], start=1):
        bid, number, offer = bids[bid_id]
        assert offer.total is not None  # noqa: S101 - only priced bids are placed
        currency = offer.total.currency.code
        members.append(
            FrameworkMember(
                id=new_id(),
                framework_id=framework.id,
                buyer_id=framework.buyer_id,
                supplier_id=bid.supplier_id,
                rank=rank,
                bid_id=bid.id,
                bid_number=f"{framework.tender_number}-{bid.sequence}",
                bid_version=number,
                currency=currency,
                rate=rates.get(currency, Decimal(1)),
                prices=[decimal_text(line.unit_price) for line in offer.lines],
                payment_terms=offer.payment_terms,
                note=offer.note,
            )
        )
    return members


def _cancel_open(work: Work, scope: Scope, books: Books, reason: str) -> None:
    """Cancel what is not accepted yet."""
    for call_off in queries.call_offs_of(work.session, scope, books.framework.id):
        if call_off.status is not CallOffStatus.ACCEPTED and "cancel" in CALL_OFF_LIFECYCLE.allowed(call_off.status):
            work.gate(call_off.id, exclusive=True)
            fresh = queries.own_call_off(work.session, scope, call_off.id, lock=True)
            if fresh.status is not CallOffStatus.ACCEPTED:
                cancel(work, scope, books, fresh, reason)


def _suppliers(members: Sequence[FrameworkMember]) -> tuple[UUID, ...]:
    return tuple(member.supplier_id for member in members)
