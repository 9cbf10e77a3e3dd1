"""Bid bonds of bidders: registered while bids are received, replaced, taken back, asked back; and who sees them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry as AuditEntry
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bonds import BondContent, ReadBond, RegisterBond, ReplaceBond, StepBond
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.bonds import BondHeld, BondRegistered, BondWithdrawn
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import bonds as queries
from b2b_market.tendering.queries import reducing as reducing_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import bidding as bidding_rules
from b2b_market.tendering.rules import bonds as rules
from b2b_market.tendering.rules.periods import Clock
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import bidding, seated
from b2b_market.tendering.service.acting import on_behalf
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.states.bonds import BOND_LIFECYCLE, BondFinding, BondForm
from b2b_market.tendering.states.evaluation import Outcome
from b2b_market.tendering.states.tenders import LotStatus


@dataclass(frozen=True, slots=True)
class BondView:
    """A bond with what is wrong with it, since when it secures nothing, and until when it is returned then."""

    bond: Bond
    findings: tuple[BondFinding, ...]
    released_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TenderBonds:
    """The bonds of a tender as far as its reader may know of them.

    ``least`` is what each lot asks for at least, where the estimate is not hidden from the reader; ``missing`` names
    (lot, bidder) of the opened bids without a bond, for the buyer.
    """

    tender: Tender
    lots: Sequence[TenderLot]
    bonds: Sequence[BondView]
    least: Mapping[UUID, Money | None]
    until: date | None
    missing: Sequence[tuple[UUID, UUID]]


@operation(TenderPermission.BID_SUBMIT)
def register_bond(work: Work, scope: Scope, command: RegisterBond) -> Bond:
    """Register a bond for a lot before the deadline; IllegalStep where one is registered, which can be replaced."""
    tender = _taking(work, scope, command.tender_id, command.lot_id)
    rules.require_sound(command.content)
    bond = queries.own_bond_on(work.session, scope, command.lot_id)
    if bond is None:
        bond = _new(work, scope, tender, command.lot_id)
        work.session.add(bond)
    else:
        BOND_LIFECYCLE.advance(bond, "renew")
    return _filled(work, scope, bond, command.content)


@operation(TenderPermission.BID_SUBMIT)
def replace_bond(work: Work, scope: Scope, command: ReplaceBond) -> Bond:
    """Replace what a registered bond says, before the deadline."""
    known = _own(work, scope, command.bond_id)
    _taking(work, scope, known.tender_id, known.lot_id)
    rules.require_sound(command.content)
    bond = queries.seen_bond(work.session, scope, known.id, lock=True)
    work.expect_version(bond, command.expected_version)
    BOND_LIFECYCLE.advance(bond, "replace")
    return _filled(work, scope, bond, command.content)


@operation(TenderPermission.BID_SUBMIT)
def withdraw_bond(work: Work, scope: Scope, command: StepBond) -> Bond:
    """Take a registered bond back before the deadline; nobody else learns that there was one."""
    known = _own(work, scope, command.bond_id)
    _taking(work, scope, known.tender_id, known.lot_id)
    bond = queries.seen_bond(work.session, scope, known.id, lock=True)
    work.expect_version(bond, command.expected_version)
    BOND_LIFECYCLE.advance(bond, "withdraw")
    work.touch(bond)
    work.emit(BondWithdrawn(bond_id=bond.id, tender_id=bond.tender_id, supplier_id=bond.supplier_id), bond)
    return bond


@operation(TenderPermission.BID_SUBMIT)
def claim_bond(work: Work, scope: Scope, command: StepBond) -> Bond:
    """Ask a bond back whose bid was not opened, and so tell the buyer of it; BondNotClaimable before the opening."""
    known = _own(work, scope, command.bond_id)
    work.gate(known.tender_id, exclusive=True)
    tender = tender_queries.party_tender(work.session, scope, known.tender_id)
    bond = queries.seen_bond(work.session, scope, known.id, lock=True)
    work.expect_version(bond, command.expected_version)
    BOND_LIFECYCLE.require(bond.status, "claim")
    rules.require_claimable(tender.status)
    _hold(work, bond, "claim")
    return bond


@operation(TenderPermission.BID_READ)
def list_bonds(work: Work, scope: Scope, command: ReadTender) -> TenderBonds:
    """Return a bidder its own bonds, and the buyer those of the opened bids with what is wrong with them."""
    tender = tender_queries.party_tender_or_own(work.session, scope, command.tender_id)
    buys = tender.buyer_id in scope.org_ids
    if buys:
        seated.require_reads(work, scope, tender)
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    hidden = tender_queries.estimates_of(work.session, scope, tender.id)
    clock = _clock(work, tender)
    wanted = {lot.id: _wanted(tender, lot, hidden.get(lot.id), clock) for lot in lots}
    told = queries.outcomes(work.session, scope, tender.id)
    out = reducing_queries.out_since(work.session, scope, tender.id)
    within = read_procedure(tender.values).bond_returned
    views = []
    for bond in queries.of_tender(work.session, scope, tender.id):
        release = rules.release_of(standing_of(tender, bond, told, out))
        given = rules.Given(bond.amount, bond.currency, bond.valid_until)
        asked = wanted[bond.lot_id]
        found = rules.findings(asked, given) if asked is not None else ()
        free = None if release is None else release.at
        views.append(BondView(bond, found, free, rules.due_at(release, within, clock)))
    least = {lot_id: one.least() if one else None for lot_id, one in wanted.items()}
    until = next((one.until for one in wanted.values() if one is not None), None)
    missing = _missing(work, scope, tender, [view.bond for view in views]) if buys else ()
    return TenderBonds(tender, lots, views, least, until, missing)


@operation(TenderPermission.BID_READ, system=True, reason="handlers tell the parties what became of it")
def read_bond(work: Work, scope: Scope, command: ReadBond) -> Bond:
    """Return a bond to its bidder, and to the buyer once it knows of it."""
    return _readable(work, scope, command.bond_id)


@operation(TenderPermission.BID_READ)
def open_bond_letter(work: Work, scope: Scope, command: ReadBond) -> files.FileView:
    """Return the guarantee letter whose bytes may be read once the transaction has ended; the reading is audited."""
    bond = _readable(work, scope, command.bond_id)
    if bond.letter is None:
        raise NotFound(bond_id=str(bond.id))
    veil = bond.veil()
    if veil is not None:
        work.veil(veil)
    what = (bond.audit_type, bond.id, bond.version)
    work.note(AuditEntry("tender_bond.letter_opened", *what, visible_to=scope.org_ids))
    return files.open_on_behalf(work, bond.supplier_id, UUID(bond.letter["id"]))


def hold_bonds(work: Work, scope: Scope, tender_id: UUID, bids: Collection[Bid]) -> None:
    """Let the buyer know of the bonds of the bids that were opened; the others stay their bidders' alone."""
    opened = {(bid.lot_id, bid.supplier_id) for bid in bids}
    bidders = {supplier_id for _, supplier_id in opened}
    for bond in queries.registered_for(work.session, scope, tender_id, bidders):
        if (bond.lot_id, bond.supplier_id) in opened:
            _hold(work, bond, "hold")


def standing_of(
    tender: Tender,
    bond: Bond,
    told: Mapping[tuple[UUID, UUID], tuple[Outcome, datetime]],
    out: Mapping[UUID, datetime],
) -> rules.Standing:
    """Return what decides when a bond goes back; ``out`` says which companies left the talks, and when."""
    outcome, told_at = told.get((bond.lot_id, bond.supplier_id), (None, None))
    claimed_at = bond.held_since if bond.claimed else None
    return rules.Standing(tender.status, tender.changed_at, claimed_at, outcome, told_at, out.get(bond.supplier_id))


def _taking(work: Work, scope: Scope, tender_id: UUID, lot_id: UUID) -> Tender:
    """Return the tender under its gate, if the company may bid on the lot now and a bond is asked for."""
    work.gate(tender_id)
    tender = tender_queries.party_tender(work.session, scope, tender_id)
    work.veil(tender.id)
    bidding.require_bidder(work, scope, tender)
    rules.require_asked(tender.bond["percent"])
    moment = work.judging_time()
    bidding_rules.require_taking(tender.status, LotStatus.ACTIVE, tender.closes_at, moment)
    lots = {lot.id: lot.status for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    if lot_id not in lots:
        raise NotFound(lot_id=str(lot_id))
    bidding_rules.require_taking(tender.status, lots[lot_id], tender.closes_at, moment)
    return tender


def _own(work: Work, scope: Scope, bond_id: UUID) -> Bond:
    bond = queries.seen_bond(work.session, scope, bond_id)
    if bond.supplier_id not in scope.org_ids:
        raise NotFound(bond_id=str(bond_id))
    work.veil(bond.tender_id)
    return bond


def _readable(work: Work, scope: Scope, bond_id: UUID) -> Bond:
    bond = queries.seen_bond(work.session, scope, bond_id)
    if bond.buyer_id in scope.org_ids:
        seated.require_reads(work, scope, tender_queries.own_tender(work.session, scope, bond.tender_id))
    return bond


def _new(work: Work, scope: Scope, tender: Tender, lot_id: UUID) -> Bond:
    return Bond(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        lot_id=lot_id,
        buyer_id=tender.buyer_id,
        supplier_id=scope.org_id,
        status=BOND_LIFECYCLE.initial,
        opened=False,
        claimed=False,
    )


def _filled(work: Work, scope: Scope, bond: Bond, content: BondContent) -> Bond:
    bond.form, bond.issuer, bond.reference = content.form, content.issuer.strip(), content.reference.strip()
    bond.amount, bond.currency = content.amount.amount, content.amount.currency.code
    bond.held_where = content.held_where.strip()
    bond.valid_until = None if content.form is BondForm.CASH else content.valid_until
    letters = [] if content.letter_id is None else [content.letter_id]
    bond.letter = next((file.facts for file in files.own_files(work, scope.actor, letters, "/letter_id")), None)
    bond.registered_by = scope.user_id
    work.touch(bond)
    work.emit(BondRegistered(bond_id=bond.id, tender_id=bond.tender_id, supplier_id=bond.supplier_id), bond)
    return bond


def _hold(work: Work, bond: Bond, step: str) -> None:
    BOND_LIFECYCLE.advance(bond, step)
    bond.opened, bond.held_since, bond.claimed = True, work.now(), step == "claim"
    work.touch(bond)
    held = BondHeld(
        bond_id=bond.id,
        tender_id=bond.tender_id,
        buyer_id=bond.buyer_id,
        supplier_id=bond.supplier_id,
        amount=bond.amount,
        currency=bond.currency,
        claimed=bond.claimed,
        form=bond.form.value,
    )
    work.emit(held, bond)


def _clock(work: Work, tender: Tender) -> Clock:
    with on_behalf(work, tender.buyer_id, "tendering.bonds") as buyer:
        return clock_of(work, buyer, tender)


def _wanted(tender: Tender, lot: TenderLot, hidden: Decimal | None, clock: Clock) -> rules.Wanted | None:
    """Return what a lot asks of a bond; none where the tender asks for none."""
    asked = tender.bond
    if asked["percent"] is None:
        return None
    estimate = lot.estimate if lot.estimate is not None else hidden
    money = None if estimate is None else Money(estimate, Currency(tender.currency))
    until = None if tender.closes_at is None else tender.closes_at.astimezone(clock.zone).date()
    if asked.get("valid_until"):
        until = date.fromisoformat(asked["valid_until"])
    return rules.Wanted(Decimal(asked["percent"]), money, tender.currency, until)


def _missing(work: Work, scope: Scope, tender: Tender, bonds: Sequence[Bond]) -> list[tuple[UUID, UUID]]:
    if tender.bond["percent"] is None:
        return []
    given = {(bond.lot_id, bond.supplier_id) for bond in bonds}
    bids = bid_queries.opened_bids(work.session, scope, tender.id)
    return [key for bid in bids if (key := (bid.lot_id, bid.supplier_id)) not in given]
