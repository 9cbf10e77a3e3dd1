"""Who hears what of a bond: its bidder what becomes of it, the buyer what is asked back or waits for a decision."""

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType, Recipient
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.bonds import ReadBond
from b2b_market.tendering.events.bonds import BondForfeited, BondForfeitureProposed, BondHeld, BondReturned
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import bonding


class BondAskedBack(MessageType):
    """The buyer: a bidder asks its bond back."""

    code, permission, obligatory = "tender.bond_asked_back", TenderPermission.BOND_SETTLE, True
    label = N_("Bid bonds that are asked back")
    subject = N_("{number}: {supplier} asks its bid bond back")
    body = N_("{title}\n\nIts bid was not opened. Return {amount} and record it with the bonds of the tender.")


class BondToKeep(MessageType):
    """The buyer's approvers: somebody proposes to keep a bond."""

    code, permission, obligatory = "tender.bond_forfeiture_proposed", TenderPermission.BOND_FORFEIT, True
    label = N_("Bid bonds that somebody proposes to keep")
    subject = N_("{number}: keep the bid bond of {supplier}?")
    body = N_("{title}\n\nSomebody proposes to keep {amount}. Read the reason and decide.")


class BondBack(MessageType):
    """The bidder: its bond went back."""

    code, permission, obligatory = "tender.bond_returned", TenderPermission.BID_SUBMIT, True
    label = N_("Your bid bonds that were returned")
    subject = N_("{number}: your bid bond was returned")
    body = N_("{title}\n\n{amount} went back. The reference stands with your bonds of the tender.")


class BondKept(MessageType):
    """The bidder: its bond is kept."""

    code, permission, obligatory = "tender.bond_forfeited", TenderPermission.BID_SUBMIT, True
    label = N_("Your bid bonds that are kept")
    subject = N_("{number}: your bid bond is kept")
    body = N_("{title}\n\nThe buyer keeps {amount}. The reason stands with your bonds of the tender.")


def when_bond_held_tell_buyer(work: Work, actor: Actor, event: BondHeld) -> None:
    """Tell the buyer of a bond that is asked back; those of opened bids it finds with the tender."""
    if event.claimed:
        _tell(
            work, actor, people_with(work, actor, [event.buyer_id], TenderPermission.BOND_SETTLE), BondAskedBack, event
        )


def when_forfeiture_proposed_tell_approvers(work: Work, actor: Actor, event: BondForfeitureProposed) -> None:
    """Ask the buyer's approvers to decide."""
    _tell(work, actor, people_with(work, actor, [event.buyer_id], TenderPermission.BOND_FORFEIT), BondToKeep, event)


def when_bond_returned_tell_bidder(work: Work, actor: Actor, event: BondReturned) -> None:
    """Tell the bidder that its bond went back."""
    _tell(work, actor, people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT), BondBack, event)


def when_bond_forfeited_tell_bidder(work: Work, actor: Actor, event: BondForfeited) -> None:
    """Tell the bidder that its bond is kept."""
    _tell(work, actor, people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT), BondKept, event)


_Heard = BondHeld | BondForfeitureProposed | BondReturned | BondForfeited


def _tell(work: Work, actor: Actor, people: list[Recipient], kind: type[MessageType], event: _Heard) -> None:
    if people:
        bond = bonding.read_bond(work, actor, ReadBond(event.bond_id))
        supplier = organizations.companies(work, actor, [bond.supplier_id])[bond.supplier_id].names
        amount, link = Money(bond.amount, Currency(bond.currency)), f"/tenders/{event.tender_id}/bonds"
        tell(work, actor, people, kind, event.tender_id, link=link, supplier=supplier, amount=amount)


BOND_HANDLERS = (
    Handler(BondHeld, when_bond_held_tell_buyer, "tender.bond_held.tell_buyer"),
    Handler(BondForfeitureProposed, when_forfeiture_proposed_tell_approvers, "tender.bond_forfeiture.tell_approvers"),
    Handler(BondReturned, when_bond_returned_tell_bidder, "tender.bond_returned.tell_bidder"),
    Handler(BondForfeited, when_bond_forfeited_tell_bidder, "tender.bond_forfeited.tell_bidder"),
)
