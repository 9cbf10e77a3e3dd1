"""Competitions below a framework agreement: a linked tender, its members' prices, and its award in the books."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.frameworks import CallOffLine, StartCompetition
from b2b_market.tendering.commands.tenders import CriterionInput, DraftTender, ItemInput, LotInput
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.models.frameworks import Competition, FrameworkItem, FrameworkMember
from b2b_market.tendering.models.tenders import TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import frameworks as queries
from b2b_market.tendering.rules import competing as rules
from b2b_market.tendering.rules import frameworks as framework_rules
from b2b_market.tendering.service.booking import Books, book, open_books, require_running
from b2b_market.tendering.service.calling import cancel, new_call_off
from b2b_market.tendering.service.drafting import TenderContent, draft_tender
from b2b_market.tendering.service.evaluating import Judgement
from b2b_market.tendering.states.frameworks import CALL_OFF_LIFECYCLE, CallOffMode
from b2b_market.tendering.states.procedures import CriterionKind, Entry

TAKEN_BACK = N_("The award was taken back.")
PRICE = N_("Price")


@operation(TenderPermission.DRAFT)
def start_competition(work: Work, scope: Scope, command: StartCompetition) -> TenderContent:
    """Draft the short tender of an order that all members of an agreement bid for; it is edited and sent as any other.

    One lot with the items asked for, judged by price; every member is invited.
    """
    books = open_books(work, scope, command.framework_id)
    framework = books.framework
    require_running(framework, work.judging_time())
    if framework.mode is not CallOffMode.COMPETITION:
        raise rules.PricesFixed
    today = work.now().astimezone(ZoneInfo(scope.actor.org_timezone)).date()
    framework_rules.require_lines(command.lines, len(books.items), today)
    framework_rules.require_room(
        Decimal(0), books.room, {one.position: one.quantity for one in command.lines}, books.rooms
    )
    draft = DraftTender(
        title=command.title,
        currency=Currency(framework.currency),
        lots=(
            LotInput(title=command.title, items=tuple(_item(books.items[one.position], one) for one in command.lines)),
        ),
        procedure=rules.PROCEDURE,
        entry=Entry.INVITED,
        supplier_ids=tuple(member.supplier_id for member in books.members),
        criteria=(CriterionInput(kind=CriterionKind.AWARD, name=PRICE, weight=Decimal(100)),),
        key_ids=command.key_ids,
        closes_at=command.closes_at,
        rehearsal_factor=framework.rehearsal_factor,
    )
    content = draft_tender(work, scope.actor, draft)
    row = {
        "tender_id": content.tender.id,
        "framework_id": framework.id,
        "buyer_id": framework.buyer_id,
        "positions": [one.position for one in command.lines],
    }
    insert_rows(work.session, Competition, [row])
    return content


@dataclass(frozen=True, slots=True)
class _Winner:
    """The member whose bid wins, the books of the agreement, and the rate from the bid's currency to theirs."""

    books: Books
    member: FrameworkMember
    link: Competition
    lot: TenderLot
    rate: Decimal


def require_price(work: Work, scope: Scope, found: Judgement, award: TenderAward) -> None:
    """Refuse to award a competition to a bid above its member's price of the agreement."""
    _winner(work, scope, found, award)


def order(work: Work, scope: Scope, found: Judgement, award: TenderAward) -> None:
    """Book the award of a competition against its agreement; refuse what passes the ceiling or comes after its end."""
    winner = _winner(work, scope, found, award)
    if winner is None:
        return
    books = winner.books
    require_running(books.framework, work.judging_time())
    lines = tuple(
        CallOffLine(
            position=position,
            quantity=Decimal(item["quantity"]),
            required_on=_day(item),
            delivery_place=item["delivery_place"],
        )
        for position, item in zip(winner.link.positions, winner.lot.items, strict=True)
    )
    call_off = new_call_off(work, books, winner.member, lines, "")
    call_off.member_id, call_off.supplier_id = winner.member.id, winner.member.supplier_id
    call_off.tender_id, call_off.award_id = award.tender_id, award.id
    call_off.amount, call_off.currency = award.amount, award.currency
    work.session.add(call_off)
    currency = Currency(books.framework.currency)
    amount = framework_rules.booked_amount(_total(award), winner.rate, currency)
    book(work, books, call_off, amount)
    CALL_OFF_LIFECYCLE.advance(call_off, "order")
    work.record("call_off.ordered", call_off)
    work.session.flush()


def take_back(work: Work, scope: Scope, award: TenderAward) -> None:
    """Free what the award of a competition had booked."""
    link = queries.competition_of(work.session, scope, award.tender_id)
    if link is not None:
        books = open_books(work, scope, link.framework_id)
        call_off = queries.call_off_of_award(work.session, scope, award.id)
        if call_off is not None:
            cancel(work, scope, books, call_off, TAKEN_BACK)


def _winner(work: Work, scope: Scope, found: Judgement, award: TenderAward) -> _Winner | None:
    """Return what an award of a competition rests on, its prices checked; none for any other tender."""
    link = queries.competition_of(work.session, scope, award.tender_id)
    if link is None:
        return None
    books = open_books(work, scope, link.framework_id)
    member = next(one for one in books.members if one.supplier_id == award.supplier_id)
    lot = found.lots[0]
    prices = next([line.unit_price for line in offer.lines] for bid, offer in lot.bids if bid.id == award.bid_id)
    rate = _rate(found, award.currency, books.framework.currency)
    most = [Decimal(member.prices[position - 1]) for position in link.positions]
    same = award.currency == member.currency
    one = Decimal(1)
    rules.require_prices(prices, one if same else rate, most, one if same else member.rate)
    return _Winner(books, member, link, lot.lot, rate)


def _rate(found: Judgement, currency: str, target: str) -> Decimal:
    return Decimal(1) if currency == target else found.rates[currency].value


def _item(item: FrameworkItem, line: CallOffLine) -> ItemInput:
    return ItemInput(
        name=item.name,
        specification=item.specification,
        classification=item.classification,
        quantity=Quantity(line.quantity, unit(item.unit)),
        required_on=line.required_on,
        delivery_place=line.delivery_place,
    )


def _day(item: dict[str, Any]) -> date:
    return date.fromisoformat(item["required_on"])


def _total(award: TenderAward) -> Money:
    return Money(award.amount, Currency(award.currency))
