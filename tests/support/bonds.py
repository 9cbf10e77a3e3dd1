"""Bid bonds for tests: a tender that asks for one, and each step as one call."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.bonds import BondContent, ProposeForfeiture, ReadBond, RegisterBond, StepBond
from b2b_market.tendering.commands.tenders import BondInput, DraftTender, ReadTender
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.service import bond_settling, bonding
from b2b_market.tendering.service.bonding import TenderBonds
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.bonds import BondForm, ForfeitureGround
from tests.support import judging, tenders
from tests.support.tenders import Hall
from tests.support.works import work_for

ASKED = BondInput(percent=Decimal(2), form="Bank guarantee", held_at="The buyer's bank")
GUARANTEE = BondContent(
    form=BondForm.BANK_GUARANTEE,
    amount=Money.of("20", "CNY"),
    issuer="Bank of Harbours",
    reference="LG-77",
    held_where="With the buyer",
    valid_until=date(2098, 12, 31),
)


def command(hall: Hall, lots: int = 1, **changes: Any) -> DraftTender:
    """Return a draft judged by price alone that asks for a bond of 2 percent of its estimates of 1000."""
    return tenders.tender_command(hall, lots, **{"bond": ASKED, "criteria": judging.PRICE_ALONE, **changes})


def register(
    runtime: Runtime, person: Actor, content: TenderContent, at: int = 0, letter: bytes = b"", **changes: Any
) -> Bond:
    """Register a bond for the lot ``at``, with a letter where its content is given."""
    prepared = files.prepare(runtime.settings, files.Upload("letter.txt", "text/plain", letter)) if letter else None
    with work_for(runtime, person) as work:
        letter_id = None if prepared is None else files.register(work, person, prepared).id
        said = replace(GUARANTEE, letter_id=letter_id, **changes)
        return bonding.register_bond(work, person, RegisterBond(content.tender.id, content.lots[at].id, said))


def step(runtime: Runtime, person: Actor, run: Any, bond: Bond, text: str = "") -> Bond:
    """Take a step of a bond as it stands now."""
    version = seen(runtime, person, bond.id).version
    with work_for(runtime, person) as work:
        found: Bond = run(work, person, StepBond(bond.id, version, text))
        return found


def propose(runtime: Runtime, person: Actor, bond: Bond) -> Bond:
    """Propose to keep a bond."""
    version = seen(runtime, person, bond.id).version
    with work_for(runtime, person) as work:
        wanted = ProposeForfeiture(bond.id, version, ForfeitureGround.NO_CONTRACT, "It does not sign.")
        return bond_settling.propose_forfeiture(work, person, wanted)


def seen(runtime: Runtime, person: Actor, bond_id: UUID) -> Bond:
    """Return a bond as somebody sees it now."""
    with work_for(runtime, person) as work:
        return bonding.read_bond(work, person, ReadBond(bond_id))


def listed(runtime: Runtime, person: Actor, tender_id: UUID) -> TenderBonds:
    """Return the bonds of a tender as somebody sees them now."""
    with work_for(runtime, person) as work:
        return bonding.list_bonds(work, person, ReadTender(tender_id))


def priced(content: TenderContent, hall: Hall, place: int, price: str) -> SealedBid:
    """Seal a bid on the first lot that names its unit price."""
    ids = BidIds(content.tender.id, content.lots[0].id, hall.suppliers[place], 1)
    parts = {Part.WHOLE: PartContent(judging.content(price), [])}
    return seal(read_notice(content.tender.notice).notice.terms, ids, parts, tenders.SIGNERS[place])


def in_world(runtime: Runtime, hall: Hall, content: TenderContent) -> dict[str, str]:
    """Let the first bidder register a bond with a letter; return its id."""
    bond = register(runtime, hall.sales[0], content, letter=b"a guarantee\n")
    return {"bond_id": str(bond.id), "bond_step": "return"}
