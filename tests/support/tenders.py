"""Tenders for tests: valid by default, every part changeable; bids are really sealed and opened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.bids import ContributeLayer, SubmitBid, TakeWork, WithdrawBid
from b2b_market.tendering.commands.tenders import (
    CriterionInput,
    DraftTender,
    ItemInput,
    LotInput,
    ProveKey,
    ReadTender,
    ReasonedTender,
    RegisterKey,
    StepTender,
)
from b2b_market.tendering.models.bids import Received
from b2b_market.tendering.rules.sealed_envelope import pack, sign_withdrawal
from b2b_market.tendering.rules.sealed_keys import OfficerKey
from b2b_market.tendering.rules.sealed_layers import contribute
from b2b_market.tendering.rules.sealed_payload import BidFile, BidIds
from b2b_market.tendering.rules.sealed_sealing import PartContent, SealedBid, seal
from b2b_market.tendering.rules.sealed_terms import Part, read_notice
from b2b_market.tendering.rules.sealed_work import read_work
from b2b_market.tendering.service import bidding, conducting, drafting, keys, opening, publishing
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.tasks import advance_due, open_ready
from tests.support import committees
from tests.support.people import make_company, make_person
from tests.support.works import work_for

CNY = Currency("CNY")
SIGNERS = {n: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(40)}
"""A bidder's signing key by its place among the suppliers."""
QUESTIONS_END, BIDS_END = timedelta(days=3, minutes=1), timedelta(days=8)


@dataclass(frozen=True)
class Hall:
    """A buyer with a purchaser and an approver, three officers with proven keys, and suppliers."""

    buyer_id: UUID
    purchaser: Actor
    approver: Actor
    evaluator: Actor
    officers: tuple[Actor, ...]
    seeds: tuple[bytes, ...]
    key_ids: tuple[UUID, ...]
    suppliers: tuple[UUID, ...]
    sales: tuple[Actor, ...]


def make_hall(runtime: Runtime, suppliers: int = 2, *, zh: str = "") -> Hall:
    """Make the companies and people: two officers of the buyer's other departments and one of an audit firm.

    ``zh`` is the buyer's Chinese name.
    """
    buyer_id = make_company(runtime, "Hengli Heavy Industry", ("buyer",), zh=zh)
    firm = make_company(runtime, "Audit Firm", ("buyer",))
    officers = tuple(
        make_person(runtime, org, Role.BUYER_ADMIN, name=f"Officer {n}")
        for n, org in enumerate((buyer_id, buyer_id, firm), start=1)
    )
    seeds = tuple(bytes([200 + n]) * 16 + officer.user_id.bytes for n, officer in enumerate(officers))
    departments = ("Legal", "Finance", "Audit")
    key_ids = tuple(
        prove(runtime, officer, seed, department)
        for officer, seed, department in zip(officers, seeds, departments, strict=True)
    )
    supplier_ids, sales = more_suppliers(runtime, suppliers)
    return Hall(
        buyer_id,
        make_person(runtime, buyer_id, Role.BUYER_PURCHASER, name="Pia Purchaser"),
        make_person(runtime, buyer_id, Role.BUYER_APPROVER, name="Aki Approver"),
        make_person(runtime, buyer_id, Role.BUYER_EVALUATOR, name="Eva Evaluator"),
        officers,
        seeds,
        key_ids,
        supplier_ids,
        sales,
    )


def more_suppliers(runtime: Runtime, count: int) -> tuple[tuple[UUID, ...], tuple[Actor, ...]]:
    """Make suppliers with a sales person each."""
    found = tuple(make_company(runtime, f"Bidder {n + 1}", ("supplier",)) for n in range(count))
    return found, tuple(make_person(runtime, org_id, Role.SUPPLIER_SALES, name="Sal Sales") for org_id in found)


def hall_of(runtime: Runtime, orgs: Mapping[str, UUID], people: Mapping[str, Actor]) -> Hall:
    """Let people of the world hold the keys: two admins of the buyer and one of its sister."""
    officers = (people["admin"], people["second_admin"], people["sister_admin"])
    seeds = (b"a" * 32, b"b" * 32, b"c" * 32)
    found = zip(officers, seeds, ("Legal", "Finance", "Audit"), strict=True)
    return Hall(
        orgs["buyer"],
        people["purchaser"],
        people["approver"],
        people["evaluator"],
        officers,
        seeds,
        tuple(prove(runtime, *one) for one in found),
        (orgs["winner"], orgs["rival"]),
        (people["winner"], people["rival"]),
    )


def prove(runtime: Runtime, officer: Actor, seed: bytes, department: str) -> UUID:
    """Register an officer's key and answer its challenge."""
    key = OfficerKey(seed)
    with work_for(runtime, officer) as work:
        row = keys.register_key(work, officer, RegisterKey(key.card(officer.who.name).document(), department))
        keys.prove_key(work, officer, ProveKey(row.id, row.version, key.answer(row.challenge or b"")))
    return row.id


def lot(number: int = 1, estimate: str | None = "1000") -> LotInput:
    """Return a lot of one item."""
    item = ItemInput(
        name=f"Pump {number}",
        quantity=Quantity(Decimal(10), unit("H87")),
        required_on=date(2098, 1, 31),
        delivery_place="Shanghai",
        classification="42122000",
    )
    value = Decimal(estimate) if estimate is not None else None
    return LotInput(title=f"Lot {number}", items=(item,), classification="42122000", estimate=value)


def tender_command(hall: Hall, lots: int = 1, **changes: Any) -> DraftTender:
    """Return a draft that is fit to publish: questions for three days, bids for four more."""
    now = datetime.now(UTC)
    command = DraftTender(
        title="Pumps",
        currency=CNY,
        lots=tuple(lot(n + 1) for n in range(lots)),
        entry=Entry.INVITED,
        supplier_ids=hall.suppliers,
        criteria=(
            CriterionInput(kind=CriterionKind.AWARD, name="Price", weight=Decimal(70)),
            CriterionInput(kind=CriterionKind.AWARD, name="Quality", weight=Decimal(30)),
        ),
        budget_approved=True,
        key_ids=hall.key_ids,
        enquiry_ends_at=now + QUESTIONS_END,
        closes_at=now + BIDS_END,
    )
    return replace(command, **changes)


def draft(runtime: Runtime, hall: Hall, command: DraftTender | None = None) -> TenderContent:
    """Store a draft."""
    with work_for(runtime, hall.purchaser) as work:
        return drafting.draft_tender(work, hall.purchaser, command or tender_command(hall))


Prepare = Callable[[TenderContent], object] | None
"""What is done to a draft before it is submitted."""


def published(
    runtime: Runtime, hall: Hall, command: DraftTender | None = None, prepare: Prepare = None
) -> TenderContent:
    """Store, submit and publish a tender; ``prepare`` does more to the draft before."""
    made = draft(runtime, hall, command)
    if prepare is not None:
        prepare(made)
        made = read(runtime, hall.purchaser, made.tender.id)
    if "committee" in made.tender.values:
        committees.name(runtime, hall.purchaser, made.tender.id)
    return publish(runtime, hall, made.tender.id)


def publish(runtime: Runtime, hall: Hall, tender_id: UUID) -> TenderContent:
    """Submit and publish a draft."""
    made = read(runtime, hall.purchaser, tender_id)
    with work_for(runtime, hall.purchaser) as work:
        sent = publishing.submit_tender(work, hall.purchaser, StepTender(made.tender.id, made.version))
        work.session.flush()
        version = sent.version
    with work_for(runtime, hall.approver) as work:
        publishing.publish_tender(work, hall.approver, StepTender(made.tender.id, version))
    return read(runtime, hall.purchaser, made.tender.id)


def tendering(
    runtime: Runtime, hall: Hall, command: DraftTender | None = None, prepare: Prepare = None
) -> TenderContent:
    """Publish a tender and let the time for questions pass: the clock stays moved."""
    content = published(runtime, hall, command, prepare)
    move(runtime, QUESTIONS_END + timedelta(minutes=1))
    advance_due(runtime)
    return read(runtime, hall.purchaser, content.tender.id)


def move(runtime: Runtime, by: timedelta) -> None:
    """Move every clock reading on."""
    runtime.shift += by


@contextmanager
def own_clock(runtime: Runtime) -> Iterator[None]:
    """Put the clock back afterwards."""
    before = runtime.shift
    try:
        yield
    finally:
        runtime.shift = before


def read(runtime: Runtime, person: Actor, tender_id: UUID) -> TenderContent:
    """Read a tender as somebody sees it."""
    with work_for(runtime, person) as work:
        return drafting.read_tender(work, person, ReadTender(tender_id))


def packed_bid(
    content: TenderContent,
    bidder: UUID,
    number: int = 1,
    *,
    price: str = "950",
    version: int = 1,
    at: int = 0,
    naming: bool = False,
) -> bytes:
    """Seal a bid on the lot ``at`` with the key of the ``number``-th bidder, as the sealing tool packs it.

    ``naming``: for the notice of ``content``; else it names none, as tools did before there were amendments.
    """
    sealed = sealed_bid(content, bidder, number, price=price, version=version, at=at, naming=naming)
    return b"".join(pack(sealed.envelope, sealed.boxes))


def sealed_bid(
    content: TenderContent,
    bidder: UUID,
    number: int = 1,
    *,
    price: str = "950",
    version: int = 1,
    at: int = 0,
    naming: bool = False,
) -> SealedBid:
    """Seal a bid as ``packed_bid`` does, and return it with what its bidder keeps."""
    notice = read_notice(content.tender.notice).notice
    terms = notice.terms
    ids = BidIds(content.tender.id, content.lots[at].id, bidder, version)
    parts = {Part.WHOLE: PartContent({"total": price, "currency": "CNY"}, offer_file(price))}
    return seal(terms, ids, parts, SIGNERS[number], notice=notice.digest() if naming else None)


def offer_file(price: str) -> tuple[BidFile, ...]:
    """Return the file of a bid at this price."""
    return (BidFile("offer.txt", b"our offer " + price.encode()),)


def send(runtime: Runtime, hall: Hall, content: TenderContent, place: int, sealed: SealedBid) -> Received:
    """Submit what the bidder at ``place`` has sealed."""
    packed = b"".join(pack(sealed.envelope, sealed.boxes))
    with work_for(runtime, hall.sales[place]) as work:
        return bidding.submit_bid(work, hall.sales[place], SubmitBid(content.tender.id, packed))


def cancel(runtime: Runtime, hall: Hall, tender_id: UUID) -> None:
    """Call a tender off."""
    version = read(runtime, hall.approver, tender_id).version
    with work_for(runtime, hall.approver) as work:
        conducting.cancel_tender(work, hall.approver, ReasonedTender(tender_id, version, "no money"))


def bid(runtime: Runtime, hall: Hall, content: TenderContent, place: int, **how: Any) -> Received:
    """Submit a sealed bid of the bidder at ``place``."""
    packed = packed_bid(content, hall.suppliers[place], place, **how)
    with work_for(runtime, hall.sales[place]) as work:
        return bidding.submit_bid(work, hall.sales[place], SubmitBid(content.tender.id, packed))


def withdraw(runtime: Runtime, hall: Hall, content: TenderContent, place: int, version: int) -> Received:
    """Withdraw the bid of the bidder at ``place``."""
    ids = BidIds(content.tender.id, content.lots[0].id, hall.suppliers[place], version)
    document = sign_withdrawal(ids, SIGNERS[place]).to_bytes()
    with work_for(runtime, hall.sales[place]) as work:
        return bidding.withdraw_bid(work, hall.sales[place], WithdrawBid(content.tender.id, document))


def close(runtime: Runtime) -> None:
    """Let the deadline pass."""
    move(runtime, BIDS_END)
    advance_due(runtime)


def contribution(runtime: Runtime, hall: Hall, tender_id: UUID, place: int, team: Sequence[str] = ()) -> bytes:
    """Take the work file of the officer at ``place`` and remove the layer."""
    officer = hall.officers[place]
    with work_for(runtime, officer) as work:
        turn = opening.take_opening_work(work, officer, TakeWork(tender_id, tuple(team)))
        now = work.now()
    return contribute(read_work(turn.document), OfficerKey(hall.seeds[place]), now).to_bytes()


def open_bids(runtime: Runtime, hall: Hall, tender_id: UUID, places: tuple[int, int] = (0, 1)) -> None:
    """Let two officers remove their layers, and the platform decrypt."""
    for place in places:
        document = contribution(runtime, hall, tender_id, place)
        with work_for(runtime, hall.officers[place]) as work:
            opening.contribute_layer(work, hall.officers[place], ContributeLayer(tender_id, document))
    open_ready(runtime)


def read_own(runtime: Runtime, hall: Hall, tender_id: UUID) -> TenderContent:
    """Read an own tender as its buyer does, a draft too."""
    with work_for(runtime, hall.purchaser) as work:
        return drafting.read_own_tender(work, hall.purchaser, ReadTender(tender_id))
