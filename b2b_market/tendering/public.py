"""What other modules may ask of tenders and frameworks: binding awards, agreements, and orders that were accepted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.disclosure import TellContract, VoidContract
from b2b_market.tendering.commands.frameworks import ReadCallOff, ReadFramework
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.frameworks import FrameworkMember
from b2b_market.tendering.rules import joint
from b2b_market.tendering.rules.admission import open_until
from b2b_market.tendering.rules.procedures import profiles
from b2b_market.tendering.service import board, concluding, disclosing, frameworks
from b2b_market.tendering.service.frameworks import FrameworkView
from b2b_market.tendering.states.frameworks import CallOffMode, CallOffStatus

__all__ = [
    "AcceptedCallOff",
    "CallOffMode",
    "CallOffStatus",
    "ConcludedTender",
    "FrameworkAgreement",
    "FrameworkLine",
    "FrameworkMemberView",
    "FrameworkView",
    "NoticeItem",
    "OpenNotice",
    "TellContract",
    "TenderLine",
    "VoidContract",
    "WinnerView",
    "accepted_call_off",
    "concluded_tender",
    "framework_agreement",
    "note_contracts_drafted",
    "open_notice",
    "procedure_names",
    "tell_contract",
    "tell_contract_voided",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderLine:
    """One item of a lot at the winning price per unit, without tax."""

    lot_id: UUID
    lot_title: str
    item_name: str
    specification: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    required_on: date
    delivery_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WinnerView:
    """What one supplier won in one currency from one buyer: all its lots together, by its first bid.

    ``remainder`` is what the rounded lines of the other buyers of a joint tender leave of the award, often 0.
    """

    buyer_id: UUID
    supplier_id: UUID
    award_id: UUID
    """The award of the first of its lots."""
    bid_id: UUID
    bid_number: str
    bid_version: int
    currency: str
    payment_terms: str
    note: str
    lines: tuple[TenderLine, ...]
    remainder: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludedTender:
    """A tender whose awards bind, by winner, currency and buyer."""

    tender_id: UUID
    number: str
    title: str
    buyer_id: UUID
    winners: tuple[WinnerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeItem:
    """One item of a lot as the notice says it."""

    name: str
    specification: str
    delivery_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNotice:
    """A public notice that every approved company may apply to or bid on until ``closes_at``.

    ``procedure`` is the profile that it follows or was composed from, ``classes`` its classes and those above them,
    ``value`` what its lots are estimated at together, in ``currency``, where the notice shows that.
    """

    tender_id: UUID
    buyer_id: UUID
    number: str
    title: str
    description: str
    currency: str
    procedure: str
    classes: tuple[str, ...]
    published_at: datetime
    closes_at: datetime
    value: Decimal | None
    lots: tuple[str, ...]
    items: tuple[NoticeItem, ...]


def open_notice(work: Work, actor: Actor, tender_id: UUID) -> OpenNotice | None:
    """Return a notice of the public board that is open to all now; None for any other tender."""
    try:
        found = board.read_board(work, actor, ReadTender(tender_id))
    except NotFound:
        return None
    document = found.document
    applications = document.get("applications_end_at")
    first = datetime.fromisoformat(applications) if applications else None
    ends_at = open_until(found.entry, found.status, found.closes_at, first)
    if ends_at is None:
        return None
    estimates = [one["estimate"] for one in document["lots"]]
    return OpenNotice(
        tender_id=found.tender_id,
        buyer_id=found.buyer_id,
        number=found.number,
        title=found.title,
        description=document["description"],
        currency=document["currency"],
        procedure=found.kind,
        classes=tuple(found.codes),
        published_at=found.published_at,
        closes_at=ends_at,
        value=sum(map(Decimal, estimates), Decimal(0)) if all(estimates) else None,
        lots=tuple(one["title"] for one in document["lots"]),
        items=tuple(
            NoticeItem(name=one["name"], specification=one["specification"], delivery_place=one["delivery_place"])
            for lot in document["lots"]
            for one in lot["items"]
        ),
    )


def procedure_names(language: str) -> list[tuple[str, str]]:
    """Return (code, name) of the profiles of procedures in ``zh`` or ``en``."""
    return [(one.code, one.names[language]) for one in profiles().values()]


def concluded_tender(work: Work, actor: Actor, tender_id: UUID) -> ConcludedTender:
    """Return the binding awards of a tender of the buyer that ``actor`` acts for; NotFound otherwise."""
    found = concluding.read_concluded(work, actor, ReadTender(tender_id))
    by_winner: dict[tuple[UUID, str], list[concluding.Won]] = {}
    for won in found.won:
        by_winner.setdefault((won.award.supplier_id, won.award.currency), []).append(won)
    return ConcludedTender(
        tender_id=found.tender.id,
        number=found.tender.number,
        title=found.tender.title,
        buyer_id=found.tender.buyer_id,
        winners=tuple(winner for lots in by_winner.values() for winner in _winners(found, lots)),
    )


def note_contracts_drafted(work: Work, actor: Actor, tender_id: UUID) -> None:
    """Tell that every contract of the tender is drafted; machine actors of the buyer only. Twice is once."""
    concluding.complete_tender(work, actor, ReadTender(tender_id))


def tell_contract(work: Work, actor: Actor, told: TellContract) -> None:
    """Tell of a contract that its supplier reads now; public where its tender's results are. Twice is once."""
    disclosing.tell_contract(work, actor, told)


def tell_contract_voided(work: Work, actor: Actor, told: VoidContract) -> None:
    """Tell that a contract whose supplier has read it is void. Twice is once."""
    disclosing.tell_contract_voided(work, actor, told)


def _winners(found: concluding.Concluded, lots: list[concluding.Won]) -> Iterator[WinnerView]:
    """Return what each buyer gets of a winner's lots; the first that gets anything bears the remainder."""
    buyers = (found.tender.buyer_id, *(one.org_id for one in found.buyers))
    lines = [line for one in lots for line in _lines(found, one)]
    prices = [(line.unit_price, parts) for line, parts in lines]
    left = joint.remainder(prices, Currency(lots[0].award.currency))
    for place, buyer_id in enumerate(buyers):
        own = tuple(replace(line, quantity=parts[place]) for line, parts in lines if parts[place])
        if own:
            yield _winner(found, lots, buyer_id, own, left)
            left = Decimal(0)


def _winner(
    found: concluding.Concluded,
    lots: list[concluding.Won],
    buyer_id: UUID,
    lines: tuple[TenderLine, ...],
    remainder: Decimal,
) -> WinnerView:
    first = lots[0]
    return WinnerView(
        buyer_id=buyer_id,
        supplier_id=first.award.supplier_id,
        award_id=first.award.id,
        bid_id=first.award.bid_id,
        bid_number=f"{found.tender.number}-{first.bid_sequence}",
        bid_version=first.bid_version,
        currency=first.award.currency,
        payment_terms=next((one.offer.payment_terms for one in lots if one.offer.payment_terms), ""),
        note="\n\n".join(dict.fromkeys(one.offer.note for one in lots if one.offer.note)),
        lines=lines,
        remainder=remainder,
    )


def _lines(found: concluding.Concluded, won: concluding.Won) -> Iterator[tuple[TenderLine, tuple[Decimal, ...]]]:
    """Return each line of a lot with the quantities of the lead buyer and the others."""
    at = won.lot.position - 1
    for n, (item, line) in enumerate(zip(won.lot.items, won.offer.lines, strict=True)):
        quantity = Decimal(item["quantity"])
        shown = TenderLine(
            lot_id=won.lot.id,
            lot_title=won.lot.title,
            item_name=item["name"],
            specification=item["specification"],
            quantity=quantity,
            unit=item["unit"],
            unit_price=line.unit_price,
            required_on=date.fromisoformat(item["required_on"]),
            delivery_place=item["delivery_place"],
        )
        yield shown, joint.divided(quantity, [one.quantities[at][n] for one in found.buyers])


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkLine:
    """One item of an agreement at a member's price per unit, without tax; bids were compared by ``quantity``."""

    item_name: str
    specification: str
    quantity: Decimal
    unit: str
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkMemberView:
    """A member of an agreement by rank, with its bid and its prices."""

    supplier_id: UUID
    rank: int
    bid_id: UUID
    bid_number: str
    bid_version: int
    currency: str
    payment_terms: str
    note: str
    lines: tuple[FrameworkLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkAgreement:
    """A framework agreement: ``ceiling`` is what may be called off in all, in ``currency``."""

    framework_id: UUID
    number: str
    title: str
    buyer_id: UUID
    tender_id: UUID
    tender_number: str
    lot_id: UUID
    currency: str
    ceiling: Decimal
    starts_at: datetime
    ends_at: datetime
    by_competition: bool
    answer_hours: int
    members: tuple[FrameworkMemberView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedCallOff:
    """An order below an agreement that its supplier accepted, at the member's prices."""

    call_off_id: UUID
    number: str
    agreement: FrameworkAgreement
    supplier_id: UUID
    note: str
    by_tender: bool
    """A competition decided it: its contract follows from that tender."""
    lines: tuple[TenderLine, ...]


def framework_agreement(work: Work, actor: Actor, framework_id: UUID) -> FrameworkAgreement:
    """Return a framework agreement with its members as its buyer sees it; NotFound otherwise."""
    return _agreement(frameworks.read_framework(work, actor, ReadFramework(framework_id)))


def accepted_call_off(work: Work, actor: Actor, call_off_id: UUID) -> AcceptedCallOff | None:
    """Return a call-off of the buyer that ``actor`` acts for as it was accepted; none where it was cancelled since."""
    found = frameworks.read_call_off(work, actor, ReadCallOff(call_off_id))
    call_off = found.call_off
    if call_off.status is not CallOffStatus.ACCEPTED or call_off.supplier_id is None:
        return None
    agreement = _agreement(frameworks.read_framework(work, actor, ReadFramework(call_off.framework_id)))
    member = next(one for one in agreement.members if one.supplier_id == call_off.supplier_id)
    return AcceptedCallOff(
        call_off_id=call_off.id,
        number=call_off.number,
        agreement=agreement,
        supplier_id=call_off.supplier_id,
        note=call_off.note,
        by_tender=call_off.tender_id is not None,
        lines=tuple(_called(agreement, member, line) for line in call_off.lines),
    )


def _agreement(found: FrameworkView) -> FrameworkAgreement:
    framework = found.framework
    return FrameworkAgreement(
        framework_id=framework.id,
        number=framework.number,
        title=framework.title,
        buyer_id=framework.buyer_id,
        tender_id=framework.tender_id,
        tender_number=framework.tender_number,
        lot_id=framework.lot_id,
        currency=framework.currency,
        ceiling=framework.ceiling,
        starts_at=framework.starts_at,
        ends_at=framework.ends_at,
        by_competition=framework.mode is CallOffMode.COMPETITION,
        answer_hours=framework.answer_hours,
        members=tuple(_member(found, member) for member in found.members),
    )


def _member(found: FrameworkView, member: FrameworkMember) -> FrameworkMemberView:
    lines = (
        FrameworkLine(
            item_name=item.name,
            specification=item.specification,
            quantity=item.quantity,
            unit=item.unit,
            unit_price=Decimal(price),
        )
        for item, price in zip(found.items, member.prices, strict=True)
    )
    return FrameworkMemberView(
        supplier_id=member.supplier_id,
        rank=member.rank,
        bid_id=member.bid_id,
        bid_number=member.bid_number,
        bid_version=member.bid_version,
        currency=member.currency,
        payment_terms=member.payment_terms,
        note=member.note,
        lines=tuple(lines),
    )


def _called(agreement: FrameworkAgreement, member: FrameworkMemberView, line: Mapping[str, Any]) -> TenderLine:
    item = member.lines[line["position"] - 1]
    return TenderLine(
        lot_id=agreement.lot_id,
        lot_title=agreement.title,
        item_name=item.item_name,
        specification=item.specification,
        quantity=Decimal(line["quantity"]),
        unit=item.unit,
        unit_price=item.unit_price,
        required_on=date.fromisoformat(line["required_on"]),
        delivery_place=line["delivery_place"],
    )
