"""What other modules may ask of tenders: the awards that bind, and to be told that their contracts are drafted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.disclosure import TellContract, VoidContract
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import awarding, disclosing

__all__ = [
    "ConcludedTender",
    "TellContract",
    "TenderLine",
    "VoidContract",
    "WinnerView",
    "concluded_tender",
    "note_contracts_drafted",
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
    """What one supplier won in one currency: all its lots together, by its first bid."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludedTender:
    """A tender whose awards bind, by winner and currency."""

    tender_id: UUID
    number: str
    title: str
    buyer_id: UUID
    winners: tuple[WinnerView, ...]


def concluded_tender(work: Work, actor: Actor, tender_id: UUID) -> ConcludedTender:
    """Return the binding awards of a tender of the buyer that ``actor`` acts for; NotFound otherwise."""
    found = awarding.read_concluded(work, actor, ReadTender(tender_id))
    by_winner: dict[tuple[UUID, str], list[awarding.Won]] = {}
    for won in found.won:
        by_winner.setdefault((won.award.supplier_id, won.award.currency), []).append(won)
    return ConcludedTender(
        tender_id=found.tender.id,
        number=found.tender.number,
        title=found.tender.title,
        buyer_id=found.tender.buyer_id,
        winners=tuple(_winner(found, lots) for lots in by_winner.values()),
    )


def note_contracts_drafted(work: Work, actor: Actor, tender_id: UUID) -> None:
    """Tell that every contract of the tender is drafted; machine actors of the buyer only. Twice is once."""
    awarding.complete_tender(work, actor, ReadTender(tender_id))


def tell_contract(work: Work, actor: Actor, told: TellContract) -> None:
    """Tell of a contract that its supplier reads now; public where its tender's results are. Twice is once."""
    disclosing.tell_contract(work, actor, told)


def tell_contract_voided(work: Work, actor: Actor, told: VoidContract) -> None:
    """Tell that a contract whose supplier has read it is void. Twice is once."""
    disclosing.tell_contract_voided(work, actor, told)


def _winner(found: awarding.Concluded, lots: list[awarding.Won]) -> WinnerView:
    first = lots[0]
    return WinnerView(
        supplier_id=first.award.supplier_id,
        award_id=first.award.id,
        bid_id=first.award.bid_id,
        bid_number=f"{found.tender.number}-{first.bid_sequence}",
        bid_version=first.bid_version,
        currency=first.award.currency,
        payment_terms=next((one.offer.payment_terms for one in lots if one.offer.payment_terms), ""),
        note="\n\n".join(dict.fromkeys(one.offer.note for one in lots if one.offer.note)),
        lines=tuple(line for one in lots for line in _lines(one)),
    )


def _lines(won: awarding.Won) -> tuple[TenderLine, ...]:
    return tuple(
        TenderLine(
            lot_id=won.lot.id,
            lot_title=won.lot.title,
            item_name=item["name"],
            specification=item["specification"],
            quantity=Decimal(item["quantity"]),
            unit=item["unit"],
            unit_price=line.unit_price,
            required_on=date.fromisoformat(item["required_on"]),
            delivery_place=item["delivery_place"],
        )
        for item, line in zip(won.lot.items, won.offer.lines, strict=True)
    )
