"""Lost keys for tests: declared, and bids revealed from what was kept at their sealing."""

from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.reveals import RevealBid
from b2b_market.tendering.commands.tenders import ReadTender, ReasonedTender
from b2b_market.tendering.models.reveals import RevealRow
from b2b_market.tendering.rules.sealed_payload import BidFile
from b2b_market.tendering.rules.sealed_reading import Reveal, pack_reveal
from b2b_market.tendering.rules.sealed_sealing import SealedBid
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service import drafting, revealing
from b2b_market.tendering.service.revealing import Reveals
from b2b_market.tendering.states.tenders import TenderStatus
from tests.support import envelopes
from tests.support import tenders as made
from tests.support.tenders import Hall
from tests.support.works import work_for


def declare(runtime: Runtime, person: Actor, tender_id: UUID, why: str = "two keys burnt") -> Reveals:
    """Declare that the keys of the part that waits are lost."""
    with work_for(runtime, person) as work:
        version = drafting.read_tender(work, person, ReadTender(tender_id)).version
        return revealing.declare_keys_lost(work, person, ReasonedTender(tender_id, version, why))


def packed(sealed: SealedBid, part: Part, files: tuple[BidFile, ...] = ()) -> bytes:
    """Return the reveal of a part as the sealing tool packs it."""
    return pack_reveal(Reveal(sealed.envelope.envelope.ids, part, sealed.secrets[part]), files)


def reveal(runtime: Runtime, person: Actor, tender_id: UUID, document: bytes) -> RevealRow:
    """Send a reveal."""
    with work_for(runtime, person) as work:
        return revealing.reveal_bid(work, person, RevealBid(tender_id, document))


def seen(runtime: Runtime, person: Actor, tender_id: UUID) -> Reveals:
    """Return the windows and own reveals as somebody sees them."""
    with work_for(runtime, person) as work:
        return revealing.read_reveals(work, person, ReadTender(tender_id))


def lose_keys(runtime: Runtime, hall: Hall, kept: SealedBid, price: str) -> None:
    """Declare the keys of the price part lost, and let the first bidder reveal what was kept.

    The technical result of a closed tender is signed off first.
    """
    tender_id = kept.envelope.envelope.ids.tender
    if made.read(runtime, hall.purchaser, tender_id).tender.status is TenderStatus.CLOSED:
        envelopes.sign_off(runtime, hall, tender_id)
    declare(runtime, hall.approver, tender_id)
    document = packed(kept, Part.PRICE, tuple(envelopes.parts_of(price)[Part.PRICE].files))
    reveal(runtime, hall.sales[0], tender_id, document)
