"""The bid bonds of a tender: a bidder's own with the form, and those that the buyer returns or keeps."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved, saved_untyped
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency, UnknownCurrency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.tendering.commands import bonds as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import bond_words as words
from b2b_market.tendering.pages import showing
from b2b_market.tendering.rules.bonds import MOST_TEXT
from b2b_market.tendering.service import bond_settling, bonding, guaranteeing
from b2b_market.tendering.service.bonding import TenderBonds
from b2b_market.tendering.states.bonds import BOND_LIFECYCLE, CLAIMABLE, BondForm, BondStatus, ForfeitureGround
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

_STEPS: Final[Mapping[str, Operation[Any, Any]]] = MappingProxyType(
    {
        "withdraw": bonding.withdraw_bond,
        "claim": bonding.claim_bond,
        "return": bond_settling.return_bond,
        "propose_forfeiture": bond_settling.propose_forfeiture,
        "confirm_forfeiture": bond_settling.confirm_forfeiture,
        "dismiss_forfeiture": bond_settling.dismiss_forfeiture,
    }
)
_BIDDERS: Final = frozenset({"withdraw", "claim"})


@router.get("/tenders/{tender_id}/bonds")
def show_bonds(tender_id: WireUuid, call: PageCall, bond: WireUuid | None = None) -> Response:
    """Show the bonds that the reader may know of; ``bond`` is the own one that the form is filled with."""
    bonding.list_bonds.admit(call.signed_in())
    found = bonding.list_bonds(call.work, call.actor, ReadTender(tender_id))
    chosen = next((one.bond for one in found.bonds if one.bond.id == bond), None)
    if chosen is None:
        return _page(call, tender_id, Form(initial={"currency": found.tender.currency}))
    names = ("form", "amount", "currency", "issuer", "reference", "held_where", "valid_until")
    filled = {name: getattr(chosen, name) for name in names} | {"lot": str(chosen.lot_id)}
    return _page(call, tender_id, Form(initial={**filled, "amount": f"{chosen.amount.normalize():f}"}), bond)


@router.post("/tenders/{tender_id}/bonds")
def keep(tender_id: WireUuid, request: Request) -> Response:
    """Register a bond or replace the one that ``bond_id`` names; its letter is stored between two transactions."""
    with opened_page(request) as call:
        bonding.register_bond.admit(call.actor)
        bonding.list_bonds(call.work, call.actor, ReadTender(tender_id))
        form = Form(call.form())
    received = files.receive(page_opener(request).settings, form.file("letter"))
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_advice("letter", received.refusal)
        bond_id = form.uuid("bond_id")
        with call.attempt(form):
            if _kept(call, tender_id, form, received):
                said = Flash(N_("Kept. Until the opening nobody but your company knows of it."))
                return call.see(f"/tenders/{tender_id}/bonds", said)
        return _page(call, tender_id, form, bond_id, status=422)


@router.post("/tender-bonds/{bond_id}/steps/{step}")
def take_step(bond_id: WireUuid, step: str, call: PageCall) -> Response:
    """Take a named step; a refusal is shown on the page."""
    if step not in _STEPS:
        raise NotFound(step=step)
    run = _STEPS[step]
    run.admit(call.actor)
    known = bonding.read_bond(call.work, call.actor, commands.ReadBond(bond_id))
    form = Form(call.form())
    expected = form.integer("version", required=True)
    text = form.text(f"{step}-{bond_id}", limit=MOST_TEXT, lines=True) or ""
    command: object = commands.StepBond(bond_id, expected, text)
    if step == "propose_forfeiture":
        ground = form.choice(f"ground-{bond_id}", ForfeitureGround, required=True)
        if ground is None:
            return _page(call, known.tender_id, form, status=422)
        command = commands.ProposeForfeiture(bond_id, expected, ground, text)
    with call.attempt(form):
        run(call.work, call.actor, command)
        return call.see(f"/tenders/{known.tender_id}/bonds", Flash(words.SAID[step]))
    return _page(call, known.tender_id, form, status=409)


@router.get("/tender-bonds/{bond_id}/letter")
def download(bond_id: WireUuid, request: Request) -> Response:
    """Save the guarantee letter of a bond."""
    return saved_untyped(files.take(page_opener(request), bonding.open_bond_letter, commands.ReadBond(bond_id)))


@router.get("/tender-bonds/{bond_id}/guarantee.pdf")
def print_guarantee(bond_id: WireUuid, request: Request) -> Response:
    """Save the text of the guarantee for the bank."""
    found = commands.ReadBond(bond_id)
    return saved(guaranteeing.take_guarantee(page_opener(request), found))


def _kept(call: PageContext, tender_id: UUID, form: Form, received: files.Received) -> bool:
    """Register or replace what was typed; False where a field cannot be read, which the form says."""
    bond_id, lot_id = form.uuid("bond_id"), form.uuid("lot", required=True)
    kind, amount = form.choice("form", BondForm, required=True), form.decimal("amount", required=True)
    currency = _currency(form)
    texts = {name: form.text(name, required=name != "issuer") or "" for name in ("issuer", "reference", "held_where")}
    valid_until = form.day("valid_until")
    if not form.ok or lot_id is None or kind is None or amount is None or currency is None:
        return False
    letter_id = next(iter(received.registered(call.work, call.actor)), None)
    money = Money(amount, currency)
    if bond_id is None:
        call.once()
        content = commands.BondContent(form=kind, amount=money, valid_until=valid_until, letter_id=letter_id, **texts)
        bonding.register_bond(call.work, call.actor, commands.RegisterBond(tender_id, lot_id, content))
        return True
    known = bonding.read_bond(call.work, call.actor, commands.ReadBond(bond_id))
    kept = UUID(known.letter["id"]) if known.letter else None
    content = commands.BondContent(
        form=kind, amount=money, valid_until=valid_until, letter_id=letter_id or kept, **texts
    )
    bonding.replace_bond(call.work, call.actor, commands.ReplaceBond(bond_id, form.integer("version"), content))
    return True


def _currency(form: Form) -> Currency | None:
    code = form.text("currency", required=True)
    try:
        return None if code is None else Currency(code)
    except UnknownCurrency:
        form.add_error("currency", N_("Write a currency such as CNY."))
        return None


def _page(
    call: PageContext, tender_id: UUID, form: Form, bond_id: UUID | None = None, *, status: int = 200
) -> Response:
    found = bonding.list_bonds(call.work, call.actor, ReadTender(tender_id))
    tender = found.tender
    buys = tender.buyer_id in call.actor.org_ids
    chosen = next((one.bond for one in found.bonds if one.bond.id == bond_id), None)
    taking = tender.status is TenderStatus.TENDERING and bool(tender.bond["percent"])
    given = {one.bond.lot_id for one in found.bonds if one.bond.status is BondStatus.REGISTERED}
    active = [lot for lot in found.lots if lot.status is LotStatus.ACTIVE]
    open_lots = [lot for lot in active if lot.id not in given or (chosen is not None and chosen.lot_id == lot.id)]
    bidders = [one.bond.supplier_id for one in found.bonds] + [bidder for _, bidder in found.missing]
    context = {
        "tender": tender,
        "found": found,
        "buys": buys,
        "form": form,
        "chosen": chosen,
        "registers": taking and not buys and bool(open_lots) and bonding.register_bond.allows(call.actor),
        "lots": {lot.id: f"{lot.position} {lot.title}" for lot in found.lots},
        "open_lots": [(str(lot.id), f"{lot.position} {lot.title}") for lot in open_lots],
        "allowed": {one.bond.id: _allowed(call, found, one.bond) for one in found.bonds},
        "amounts": {one.bond.id: Money(one.bond.amount, Currency(one.bond.currency)) for one in found.bonds},
        "companies": showing.company_names(call, bidders),
        "words": words,
        "tender_badges": showing.TENDER_BADGES,
        "extensions": ",".join(sorted(files.accepted_extensions())),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/bonds.html", context, status=status)


def _allowed(call: PageContext, found: TenderBonds, bond: Any) -> list[str]:  # noqa: ANN401 - a row of the bonds
    """Return the steps that the reader may take now, as far as the page can know."""
    own = bond.supplier_id in call.actor.org_ids
    free = {one.bond.id for one in found.bonds if one.released_at is not None}
    may = [name for name in BOND_LIFECYCLE.allowed(bond.status) if name in _STEPS and _STEPS[name].allows(call.actor)]
    may = [name for name in may if (name in _BIDDERS) is own]
    receiving = found.tender.status is TenderStatus.TENDERING
    barred = {
        "withdraw": not receiving,
        "claim": found.tender.status not in CLAIMABLE,
        "return": bond.id not in free,
        "confirm_forfeiture": bond.proposer_id == call.actor.who.user_id,
        "dismiss_forfeiture": bond.proposer_id == call.actor.who.user_id,
    }
    return [name for name in may if not barred.get(name, False)]
