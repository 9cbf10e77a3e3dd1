"""The parts of OCDS releases: the tender of a notice, what was opened, what was awarded and contracted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import plain
from b2b_market.kernel.money import Money
from b2b_market.reference.public import read_class
from b2b_market.tendering.documents.ocds import Object, Party
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.tenders import LotStatus

LOT_STATUS: Final = {
    LotStatus.ACTIVE: "active",
    LotStatus.UNSUCCESSFUL: "unsuccessful",
    LotStatus.CANCELLED: "cancelled",
}
Titles = Mapping[str, str]
"""The titles of classes by their whole codes, as far as they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """Why an edition replaced the one before; ``before`` and ``now`` are the ids of their releases."""

    id: str
    at: datetime
    reason: str
    before: str
    now: str
    lots: tuple[str, ...] = ()

    def part(self) -> Object:
        """Return the amendment of a tender."""
        found: Object = {
            "id": self.id,
            "date": plain(self.at),
            "rationale": self.reason,
            "amendsReleaseID": self.before,
            "releaseID": self.now,
        }
        return {**found, "relatedLots": list(self.lots)} if self.lots else found


def tender_part(said: Mapping[str, Any], titles: Titles, amended: Amended | None) -> Object:
    """Return the tender of an edition of the notice, as its document says it."""
    criteria = said["criteria"]
    tender: Object = {
        "id": said["number"],
        "title": said["title"],
        "description": said["description"],
        "status": "active",
        "procuringEntity": {"id": said["buyer"]["id"], "name": said["buyer"]["name"]},
        "items": [one for lot in said["lots"] for one in item_parts(lot, titles)],
        "lots": [_lot(lot, said["currency"]) for lot in said["lots"]],
        "procurementMethod": method_of(said),
        "procurementMethodDetails": said["procedure"],
        "awardCriteria": _award_criteria(criteria),
        "awardCriteriaDetails": "; ".join(f"{one['name']} {one['weight']} %" for one in criteria if one["weight"]),
        "submissionMethod": ["electronicSubmission"],
        "datePublished": said["published_at"],
        "tenderPeriod": {"startDate": said["enquiry_ends_at"] or said["published_at"], "endDate": said["closes_at"]},
    }
    eligible = [one["name"] for one in criteria if one["kind"] != CriterionKind.AWARD.value]
    if eligible:
        tender["eligibilityCriteria"] = "; ".join(eligible)
    if said.get("ground"):
        tender["procurementMethodRationale"] = said["ground"]
    if said["enquiry_ends_at"]:
        tender["enquiryPeriod"] = {"startDate": said["published_at"], "endDate": said["enquiry_ends_at"]}
    if said.get("applications_end_at"):
        tender["milestones"] = [_applications_end(said["applications_end_at"])]
    estimates = [lot["estimate"] for lot in said["lots"]]
    if all(estimates):
        tender["value"] = amount(sum((Decimal(one) for one in estimates), Decimal(0)), said["currency"])
    if amended is not None:
        tender["amendments"] = [amended.part()]
    return tender


def _applications_end(ends_at: str) -> Object:
    """Return until when companies ask to take part; the standard has no period for it."""
    title = "Requests to participate are received until then"
    return {"id": "applications", "title": title, "type": "engagement", "dueDate": ends_at, "status": "scheduled"}


def planning_parts(number: str, said: tuple[str, str], planned_on: date) -> dict[str, Any]:
    """Return planning and tender of a process that is announced; ``said`` are its title and description."""
    title, description = said
    return {
        "planning": {"rationale": description or title},
        "tender": {
            "id": number,
            "title": title,
            "description": description,
            "status": "planned",
            "tenderPeriod": {"startDate": f"{planned_on.isoformat()}T00:00:00Z"},
        },
    }


def method_of(said: Mapping[str, Any]) -> str:
    """Return the standard's method of a notice's document: open, selective or limited.

    A tender that continues talks keeps the method that they began with: those who bid in it were selected.
    """
    if said["entry"] == Entry.PUBLIC.value:
        return "selective" if "applications" in said["values"] else "open"
    return "limited" if "talks" in said["values"] and "applications" not in said["values"] else "selective"


def lots_part(number: str, lots: Mapping[UUID, LotStatus], status: str = "", amended: Amended | None = None) -> Object:
    """Return what became of lots, and of the tender where ``status`` says so."""
    found: Object = {"id": number, "lots": [{"id": str(key), "status": LOT_STATUS[one]} for key, one in lots.items()]}
    if status:
        found["status"] = status
    if amended is not None:
        found["amendments"] = [amended.part()]
    return found


def enquiry_part(number: str, enquiry_id: UUID, said: tuple[str, str], at: tuple[datetime, datetime]) -> Object:
    """Return an answered question: ``said`` and ``at`` are of the question and the answer."""
    one = {
        "id": str(enquiry_id),
        "date": plain(at[0]),
        "description": said[0],
        "answer": said[1],
        "dateAnswered": plain(at[1]),
    }
    return {"id": number, "hasEnquiries": True, "enquiries": [one]}


@dataclass(frozen=True, slots=True, kw_only=True)
class BidSaid:
    """An opened bid: its total is none where it could not be read or its prices are not complete."""

    id: UUID
    lot_id: UUID
    bidder: Party
    received_at: datetime
    total: Money | None


def bids_part(bids: Sequence[BidSaid]) -> Object:
    """Return the opened bids with how many there are; none of them is judged yet."""
    return {
        "statistics": [
            {"id": "bids", "measure": "bids", "value": len(bids)},
            {"id": "bidders", "measure": "bidders", "value": len({one.bidder.id for one in bids})},
        ],
        "details": [_bid(one) for one in bids],
    }


def _bid(one: BidSaid) -> Object:
    found: Object = {
        "id": str(one.id),
        "date": plain(one.received_at),
        "status": "pending",
        "tenderers": [one.bidder.reference()],
        "relatedLots": [str(one.lot_id)],
    }
    return found if one.total is None else {**found, "value": amount(one.total.amount, one.total.currency.code)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """The award of a lot; ``bid_id`` is named where the opened bids are public."""

    id: UUID
    title: str
    at: datetime
    total: Money
    winner: Party
    lot_id: UUID
    bid_id: UUID | None


def award_part(found: Awarded, items: Sequence[Object]) -> Object:
    """Return an award whose stand-still runs: it is pending until it binds."""
    award: Object = {
        "id": str(found.id),
        "title": found.title,
        "status": "pending",
        "date": plain(found.at),
        "value": amount(found.total.amount, found.total.currency.code),
        "suppliers": [found.winner.reference()],
        "items": list(items),
        "relatedLots": [str(found.lot_id)],
    }
    return award if found.bid_id is None else {**award, "relatedBids": [str(found.bid_id)]}


def item_parts(lot: Mapping[str, Any], titles: Titles) -> list[Object]:
    """Return the items of a lot of a notice; one without a class of its own has the lot's."""
    found = []
    for number, item in enumerate(lot["items"], start=1):
        one: Object = {
            "id": f"{lot['position']}-{number}",
            "description": item["name"],
            "quantity": Decimal(item["quantity"]),
            "unit": {"scheme": "UNCEFACT", "id": item["unit"]},
            "relatedLot": lot["id"],
        }
        named = item["classification"] or lot["classification"]
        if named:
            one["classification"] = _class(named, titles)
        found.append(one)
    return found


def amount(value: Decimal, currency: str) -> Object:
    """Return a value of the standard."""
    return {"amount": value, "currency": currency}


def _lot(lot: Mapping[str, Any], currency: str) -> Object:
    found: Object = {"id": lot["id"], "title": lot["title"], "status": "active"}
    return {**found, "value": amount(Decimal(lot["estimate"]), currency)} if lot["estimate"] else found


def _class(text: str, titles: Titles) -> Object:
    found = read_class(text)
    one: Object = {"scheme": found.scheme} if found.scheme else {}
    one["id"] = found.code
    return {**one, "description": titles[text]} if text in titles else one


def _award_criteria(criteria: Sequence[Mapping[str, Any]]) -> str:
    awarding = [one for one in criteria if one["kind"] == CriterionKind.AWARD.value]
    return "ratedCriteria" if len(awarding) > 1 else "priceOnly"
