"""A public notice as an OCDS 1.1 release package with the lots extension.

Quantities and amounts are JSON numbers there, and no float is made of a decimal here: what is not whole is left out of
the number and stays in the words beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from b2b_market.infra.canonical import plain
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TenderStatus

PREFIX: Final = "ocds-b2bmkt"
"""Not registered with the Open Contracting Partnership; an installation that publishes registers its own."""
LOTS: Final = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json"
_STATUS: Final = {
    TenderStatus.ENQUIRIES: "active",
    TenderStatus.TENDERING: "active",
    TenderStatus.APPLICATIONS: "active",
    TenderStatus.QUALIFYING: "active",
    TenderStatus.SHORTLISTED: "active",
    TenderStatus.DIALOGUE: "active",
    TenderStatus.NEGOTIATING: "active",
    TenderStatus.CONTINUED: "complete",
    TenderStatus.CLOSED: "active",
    TenderStatus.OPENED: "active",
    TenderStatus.EVALUATING: "active",
    TenderStatus.UNSUCCESSFUL: "unsuccessful",
    TenderStatus.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A notice of the public board and where it is published."""

    tender_id: UUID
    status: TenderStatus
    published_at: datetime
    changed_at: datetime
    document: Mapping[str, Any]
    site: str


def release_package(found: Publication) -> dict[str, Any]:
    """Return the release package of one notice; equal notices give equal packages."""
    site = found.site.rstrip("/")
    return {
        "uri": f"{site}/api/v1/tender-board/{found.tender_id}/release",
        "version": "1.1",
        "extensions": [LOTS],
        "publishedDate": plain(found.changed_at),
        "publisher": {"name": found.document["buyer"]["name"]},
        "releases": [_release(found)],
    }


def _release(found: Publication) -> dict[str, Any]:
    said = found.document
    buyer = {"id": said["buyer"]["id"], "name": said["buyer"]["name"]}
    return {
        "ocid": f"{PREFIX}-{found.tender_id}",
        "id": f"{found.tender_id}-{said['edition']}-{found.status.value}",
        "date": plain(found.changed_at),
        "tag": ["tender" if said["edition"] == 1 and _STATUS[found.status] == "active" else _tag(found)],
        "initiationType": "tender",
        "parties": [{**buyer, "roles": ["buyer", "procuringEntity"]}],
        "buyer": buyer,
        "tender": _tender(found, buyer),
    }


def _tag(found: Publication) -> str:
    return "tenderCancellation" if found.status is TenderStatus.CANCELLED else "tenderUpdate"


def _tender(found: Publication, buyer: Mapping[str, str]) -> dict[str, Any]:
    said, status = found.document, _STATUS[found.status]
    begins = said["enquiry_ends_at"] or plain(found.published_at)
    tender = {
        "id": said["number"],
        "title": said["title"],
        "description": said["description"],
        "status": status,
        "procuringEntity": buyer,
        "items": [one for lot in said["lots"] for one in _items(lot)],
        "lots": [_lot(lot, said["currency"], status) for lot in said["lots"]],
        "procurementMethod": method_of(said),
        "procurementMethodDetails": said["procedure"],
        "awardCriteria": "ratedCriteria",
        "awardCriteriaDetails": _criteria(said["criteria"]),
        "submissionMethod": ["electronicSubmission"],
        "datePublished": plain(found.published_at),
        "tenderPeriod": {"startDate": begins, "endDate": said["closes_at"]},
    }
    if said.get("ground"):
        tender["procurementMethodRationale"] = said["ground"]
    if said["enquiry_ends_at"]:
        tender["enquiryPeriod"] = {"startDate": plain(found.published_at), "endDate": said["enquiry_ends_at"]}
    return tender


def method_of(said: Mapping[str, Any]) -> str:
    """Return the standard's method of a notice's document: open, selective or limited.

    A tender that continues talks keeps the method that they began with: those who bid in it were selected.
    """
    if said["entry"] == Entry.PUBLIC.value:
        return "selective" if "applications" in said["values"] else "open"
    return "limited" if "talks" in said["values"] and "applications" not in said["values"] else "selective"


def _lot(lot: Mapping[str, Any], currency: str, status: str) -> dict[str, Any]:
    found: dict[str, Any] = {"id": lot["id"], "title": lot["title"], "status": status}
    amount = _whole(lot["estimate"])
    if amount is not None:
        found["value"] = {"amount": amount, "currency": currency}
    return found


def _items(lot: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for number, item in enumerate(lot["items"], start=1):
        one: dict[str, Any] = {
            "id": f"{lot['position']}-{number}",
            "description": f"{item['name']} ({item['quantity']} {item['unit']})",
            "unit": {"scheme": "UNCEFACT", "id": item["unit"]},
            "relatedLot": lot["id"],
        }
        quantity = _whole(item["quantity"])
        if quantity is not None:
            one["quantity"] = quantity
        if item["classification"]:
            one["classification"] = {"scheme": "CPV", "id": item["classification"]}
        found.append(one)
    return found


def _criteria(criteria: Sequence[Mapping[str, Any]]) -> str:
    weighed = [f"{one['name']} {one['weight']} %" for one in criteria if one["weight"]]
    return "; ".join(weighed)


def _whole(value: str | None) -> int | None:
    if value is None:
        return None
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else None
