"""Published facts of bid bonds. Until the opening they name the bidder alone and no amount; then they are finance's."""

from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.bond_registered.v1")
class BondRegistered(Event):
    """A bond was registered or replaced; only its bidder hears of it."""

    bond_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("tender.bond_withdrawn.v1")
class BondWithdrawn(Event):
    """A registered bond was taken back; only its bidder hears of it."""

    bond_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("tender.bond_held.v1")
class BondHeld(Event):
    """The buyer knows of a bond: its bid was opened, or, ``claimed``, its bidder asks for it back.

    ``form`` says whether money was deposited or a guarantor stands for it.
    """

    bond_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    amount: Decimal
    currency: str
    claimed: bool
    form: str = ""


@event("tender.bond_returned.v1")
class BondReturned(Event):
    """A bond went back to its bidder, whom ``buyer_id`` pays; ``cause`` says why, ``reference`` is the bank's."""

    bond_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    amount: Decimal
    currency: str
    form: str = ""
    cause: str = ""
    reference: str = ""


@event("tender.bond_forfeiture_proposed.v1")
class BondForfeitureProposed(Event):
    """Somebody proposes to keep a bond; another person decides."""

    bond_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    proposer_id: UUID


@event("tender.bond_forfeited.v1")
class BondForfeited(Event):
    """A bond is kept: ``buyer_id`` is paid by the bidder, or by who guarantees it; ``ground`` says why."""

    bond_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    amount: Decimal
    currency: str
    ground: str
    form: str = ""


BOND_EVENTS = (BondRegistered, BondWithdrawn, BondHeld, BondReturned, BondForfeitureProposed, BondForfeited)
