"""Bid bonds of the demo tenders."""

from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.tendering.commands.bonds import BondContent, ReadBond, RegisterBond
from b2b_market.tendering.commands.tenders import BondInput
from b2b_market.tendering.demo import steps
from b2b_market.tendering.demo.cast import Cast
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.service import bonding
from b2b_market.tendering.states.bonds import BondForm

ASKED: Final = BondInput(percent=Decimal(2), form="银行保函 / Bank guarantee", held_at="平台 / Platform")
VALID: Final = timedelta(days=150)
BANKS: Final = (
    "宁波银行 / Bank of Ningbo",
    "苏州银行 / Bank of Suzhou",
    "广发银行 / China Guangfa Bank",
    "Commerzbank AG",
)


def give(cast: Cast, tender_id: UUID, place: int, amount: str = "9600") -> UUID:
    """Let the supplier at ``place`` register a bank's guarantee for the first lot, and return the bond's id."""
    person = cast.sales[place]
    lot_id = steps.read(cast, person, tender_id).lots[0].id
    with cast.work(person) as work:
        content = BondContent(
            form=BondForm.BANK_GUARANTEE,
            amount=Money.of(amount, "CNY"),
            issuer=BANKS[place],
            reference=f"LG-2026-{4711 + place}",
            held_where="平台 / Platform",
            valid_until=(work.now() + VALID).date(),
        )
        return bonding.register_bond(work, person, RegisterBond(tender_id, lot_id, content)).id


def seen(cast: Cast, bond_id: UUID) -> Bond:
    """Return a bond as the buyer sees it now."""
    return cast.run(cast.purchaser, bonding.read_bond, ReadBond(bond_id))
