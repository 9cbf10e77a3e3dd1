"""The public steps from the opening to the contracts: what was opened, awarded, taken back, contracted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.disclosure import TellContract, TellStep, VoidContract
from b2b_market.tendering.documents import ocds_parts
from b2b_market.tendering.documents.ocds import Party, Told
from b2b_market.tendering.documents.ocds_parts import BidSaid
from b2b_market.tendering.models.bids import Bid, BidContent
from b2b_market.tendering.models.evaluation import TenderAward
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.rules.offers import offered_total
from b2b_market.tendering.service.stepping import (
    HANDLERS,
    Ground,
    Step,
    ground_of,
    lot_title,
    lots_of,
    put_on_record,
    said_lots,
    titles_of,
)
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.disclosure import StepKind
from b2b_market.tendering.states.evaluation import TenderAwardStatus
from b2b_market.tendering.states.procedures import Publicity

CANDIDATES: Final = 3
"""How many of the placed bids are named with an award where opened bids are public."""


@operation(system=True, reason=HANDLERS)
def tell_opened(work: Work, scope: Scope, command: TellStep) -> None:
    """Put the opening on record; bidders and totals are in it where the procedure makes opened bids public."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is not None and ground.tender.opened_at is not None:
        _tell_bids(ground, StepKind.OPENED, ground.tender.opened_at)


@operation(system=True, reason=HANDLERS)
def tell_prices_opened(work: Work, scope: Scope, command: TellStep) -> None:
    """Put the opening of the second envelopes on record, with the totals where opened bids are public."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is not None:
        _tell_bids(ground, StepKind.PRICES_OPENED, work.now())


def _tell_bids(ground: Ground, kind: StepKind, at: datetime) -> None:
    parts: dict[str, Any] = {"tender": ocds_parts.lots_part(ground.tender.number, lots_of(ground))}
    facts: dict[str, Any] = {}
    bidders: Sequence[Party] = ()
    if ground.procedure.opened_bids is Publicity.PUBLIC:
        found = queries.bids_with_contents(ground.work.session, ground.scope, ground.tender.id)
        known = ground.companies({bid.supplier_id for bid, _ in found}, "tenderer")
        said = [_said(ground, bid, content, known[bid.supplier_id]) for bid, content in found]
        bidders = list(known.values())
        parts["bids"] = ocds_parts.bids_part(said)
        facts["bids"] = [_line(ground, bid, one) for (bid, _), one in zip(found, said, strict=True)]
    told = Told(tags=("tenderUpdate",), parts=parts, parties=bidders)
    put_on_record(ground, Step(name=kind.value.replace("_", "-"), kind=kind, at=at, told=told, facts=facts))


@operation(system=True, reason=HANDLERS)
def tell_awarded(work: Work, scope: Scope, command: TellStep) -> None:
    """Put the decision on a lot on record where results are public: who won, for how much, and why."""
    found = _award(work, scope, command)
    if found is None:
        return
    ground, award = found
    assert award.record is not None  # noqa: S101 - a decided award has its record
    assert award.decided_at is not None  # noqa: S101 - as above
    named = ground.procedure.opened_bids is Publicity.PUBLIC
    lot = next(one for one in said_lots(ground) if one["id"] == str(award.lot_id))
    winner = ground.company(award.supplier_id, *(("tenderer", "supplier") if named else ("supplier",)))
    total = Money(award.amount, Currency(award.currency)).rounded()
    said = ocds_parts.Awarded(
        id=award.id,
        title=lot["title"],
        at=award.decided_at,
        total=total,
        winner=winner,
        lot_id=award.lot_id,
        bid_id=award.bid_id if named else None,
    )
    items = ocds_parts.item_parts(lot, titles_of(ground, ground.tender.document or {}))
    parts: dict[str, Any] = {"awards": [ocds_parts.award_part(said, items)]}
    if named:
        parts["bids"] = {"details": _judged(award.record)}
    facts = {**_reasons(ground, award, winner, total), "candidates": _candidates(ground, award) if named else []}
    told = Told(tags=("award",), parts=parts, parties=(winner,))
    name = f"award-{award.id}"
    put_on_record(ground, Step(name=name, kind=StepKind.AWARDED, at=award.decided_at, told=told, facts=facts))


@operation(system=True, reason=HANDLERS)
def tell_award_cancelled(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that a public decision was taken back, and why."""
    found = _award(work, scope, command)
    if found is None:
        return
    ground, award = found
    parts = {"awards": [{"id": str(award.id), "status": "cancelled"}]}
    facts = {"lot": lot_title(ground, award.lot_id), "reason": command.reason, "award": str(award.id)}
    told = Told(tags=("awardCancellation",), parts=parts)
    name = f"award-{award.id}-cancelled"
    put_on_record(ground, Step(name=name, kind=StepKind.AWARD_CANCELLED, at=work.now(), told=told, facts=facts))


@operation(system=True, reason=HANDLERS)
def tell_concluded(work: Work, scope: Scope, command: TellStep) -> None:
    """Put on record that the stand-still is over; the awards that bind are named where results are public."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None:
        return
    parts: dict[str, Any] = {"tender": ocds_parts.lots_part(ground.tender.number, {}, "complete")}
    tags = ["tenderUpdate"]
    if ground.procedure.results is Publicity.PUBLIC:
        awards = queries.awards_of(work.session, scope, ground.tender.id)
        binding = [one for one in awards if one.status is TenderAwardStatus.ACTIVE]
        parts["awards"] = [{"id": str(one.id), "status": "active"} for one in binding]
        tags.append("awardUpdate")
    told = Told(tags=tuple(tags), parts=parts)
    put_on_record(ground, Step(name="concluded", kind=StepKind.CONCLUDED, at=work.now(), told=told))


@operation(system=True, reason="contracts reports what its supplier reads")
def tell_contract(work: Work, scope: Scope, command: TellContract) -> None:
    """Put a contract from a tender's awards on record where results are public; a later edition updates it."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None or ground.procedure.results is not Publicity.PUBLIC:
        return
    said = {
        "id": str(command.contract_id),
        "awardID": str(command.award_id),
        "title": command.title,
        "status": "pending",
        "value": ocds_parts.amount(command.total.amount, command.total.currency.code),
    }
    named = ground.procedure.opened_bids is Publicity.PUBLIC
    supplier = ground.company(command.supplier_id, *(("tenderer", "supplier") if named else ("supplier",)))
    told = Told(
        tags=("contract" if command.first else "contractUpdate",), parts={"contracts": [said]}, parties=(supplier,)
    )
    facts = {"number": command.number, "winner": supplier.name, "winner_names": supplier.names, **_money(command.total)}
    name = f"contract-{command.contract_id}-{command.edition}"
    put_on_record(ground, Step(name=name, kind=StepKind.CONTRACTED, at=work.now(), told=told, facts=facts))


@operation(system=True, reason="contracts reports that one is void")
def tell_contract_voided(work: Work, scope: Scope, command: VoidContract) -> None:
    """Put on record that a public contract is void."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None or ground.procedure.results is not Publicity.PUBLIC:
        return
    said = {"id": str(command.contract_id), "awardID": str(command.award_id), "status": "cancelled"}
    told = Told(tags=("contractUpdate",), parts={"contracts": [said]})
    name, facts = f"contract-{command.contract_id}-void", {"reason": command.reason}
    put_on_record(ground, Step(name=name, kind=StepKind.CONTRACT_VOIDED, at=work.now(), told=told, facts=facts))


def _award(work: Work, scope: Scope, command: TellStep) -> tuple[Ground, TenderAward] | None:
    """Return the ground and the award where results are public."""
    ground = ground_of(work, scope, command.tender_id)
    if ground is None or command.part_id is None or ground.procedure.results is not Publicity.PUBLIC:
        return None
    return ground, queries.own_award(work.session, scope, command.part_id)


def _said(ground: Ground, bid: Bid, content: BidContent | None, bidder: Party) -> BidSaid:
    items = next(one["items"] for one in said_lots(ground) if one["id"] == str(bid.lot_id))
    return BidSaid(
        id=bid.id,
        lot_id=bid.lot_id,
        bidder=bidder,
        received_at=bid.received_at,
        total=None if content is None else offered_total(content.content, items),
    )


def _line(ground: Ground, bid: Bid, said: BidSaid) -> dict[str, Any]:
    """Return how the public opening record shows a bid."""
    return {
        "receipt": bid.sequence,
        "bidder": said.bidder.name,
        "bidder_names": said.bidder.names,
        "lot": lot_title(ground, bid.lot_id),
        "readable": bid.status is not BidStatus.UNREADABLE,
        **(_money(said.total.rounded()) if said.total is not None else {}),
    }


def _reasons(ground: Ground, award: TenderAward, winner: Party, total: Money) -> dict[str, Any]:
    assert award.record is not None  # noqa: S101 - a decided award has its record
    standing = award.record["standing"]
    own = next(one for one in standing if one["bid"] == str(award.bid_id))
    return {
        "award": str(award.id),
        "lot": lot_title(ground, award.lot_id),
        "winner": winner.name,
        "winner_names": winner.names,
        **_money(total),
        "place": own["place"],
        "placed": len(standing),
        "disqualified": len(award.record["disqualified"]),
        "by": "price" if own["score"] is None else "score",
        "standstill_ends_at": award.record["standstill_ends_at"],
    }


def _candidates(ground: Ground, award: TenderAward) -> list[dict[str, Any]]:
    """Return the best placed bids with their bidders and compared totals."""
    assert award.record is not None  # noqa: S101 - a decided award has its record
    bids = queries.bids_with_contents(ground.work.session, ground.scope, ground.tender.id, award.lot_id)
    bidders = {str(bid.id): bid.supplier_id for bid, _ in bids}
    best = sorted(award.record["standing"], key=lambda one: int(one["place"]))[:CANDIDATES]
    names = ground.companies({bidders[one["bid"]] for one in best})
    return [
        {
            "place": one["place"],
            "bidder": names[bidders[one["bid"]]].name,
            "bidder_names": names[bidders[one["bid"]]].names,
            "amount": one["total"],
            "currency": award.record["compared_in"],
        }
        for one in best
    ]


def _judged(record: Mapping[str, Any]) -> list[dict[str, str]]:
    valid = [{"id": one["bid"], "status": "valid"} for one in record["standing"]]
    return [*valid, *({"id": one["bid"], "status": "disqualified"} for one in record["disqualified"])]


def _money(value: Money) -> dict[str, str]:
    return {"amount": decimal_text(value.amount), "currency": value.currency.code}
