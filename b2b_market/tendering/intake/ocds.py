"""OCDS 1.1 tenders to what the editor and the API take as a draft, and what could not be taken.

Nothing is guessed and nothing is dropped in silence: a value that a draft has no place for is a remark, a value that a
draft needs and the file does not say is named as missing. Runs in the child process, without a database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from b2b_market.infra.canonical import decimal_text
from b2b_market.infra.ocds_files import (
    BrokenFile,
    Object,
    OtherFile,
    Release,
    newest,
    objects,
    read_document,
    releases_of,
)
from b2b_market.kernel.currency import MINOR_DIGITS
from b2b_market.kernel.units import UNITS
from b2b_market.tendering.intake.refusals import NoTenderInFile, TenderFileBroken

SHORT: Final = 200
LONG: Final = 4000
MOST_LOTS: Final = 200
MOST_NAMES: Final = 30
_FINEST: Final = 6
_ADDRESS: Final = ("streetAddress", "postalCode", "locality", "region", "countryName")
_OFF: Final = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_TENDER: Final = frozenset(
    {"id", "tenderID", "title", "description", "status", "items", "lots", "value", "minValue", "tenderPeriod"}
    | {
        "enquiryPeriod",
        "contractPeriod",
        "deliveryAddress",
        "deliveryAddresses",
        "awardCriteria",
        "eligibilityCriteria",
    }
    | {"criteria", "selectionCriteria", "awardCriteriaDetails"}
)
_LOT: Final = frozenset({"id", "title", "description", "status", "value"})
_ITEM: Final = frozenset(
    {"id", "description", "quantity", "unit", "classification", "additionalClassifications", "relatedLot"}
    | {"deliveryDate", "deliveryAddress"}
)
_RELEASE: Final = frozenset({"ocid", "id", "date", "tag", "initiationType", "language"})


@dataclass
class _Notes:
    """What is remarked while a tender is read: codes with their facts, and the pointers of what is missing."""

    remarks: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def say(self, code: str, **facts: str) -> None:
        """Remark something once."""
        remark = {"code": code, "facts": facts}
        if remark not in self.remarks:
            self.remarks.append(remark)

    def name(self, code: str, names: Sequence[str]) -> None:
        """Remark several names of one kind together."""
        found = sorted(set(names))
        if found:
            self.say(code, names=", ".join(found[:MOST_NAMES]) + (" …" if len(found) > MOST_NAMES else ""))


def read_upload(data: bytes, args: Mapping[str, str]) -> object:
    """Return ``{"draft", "remarks", "missing"}`` of a file; ``args`` has the moment that it is read at, ``now``."""
    return read_tender(data, datetime.fromisoformat(args["now"]))


def read_tender(data: bytes, now: datetime) -> dict[str, Any]:
    """Return what a draft may take of the newest compiled tender of a file, else of the newest.

    Raise TenderFileBroken and NoTenderInFile.
    """
    try:
        found = releases_of(read_document(data))
    except BrokenFile as error:
        raise TenderFileBroken(line=str(error.line), column=str(error.column)) from error
    except OtherFile as error:
        raise NoTenderInFile(found=error.found[:SHORT]) from error
    if not found:
        raise NoTenderInFile(found="-")
    chosen, notes = newest([one for one in found if objects(one.tender.get("items"))] or found), _Notes()
    _remark_releases(chosen, found, notes)
    draft = _draft(chosen, now, notes)
    return {"draft": draft, "remarks": notes.remarks, "missing": notes.missing}


def _remark_releases(chosen: Release, found: Sequence[Release], notes: _Notes) -> None:
    others = {release.ocid for release in found} - {chosen.ocid}
    if others:
        notes.say("other-tenders", count=str(len(others)), taken=chosen.ocid)
    earlier = sum(release.ocid == chosen.ocid for release in found) - 1
    if earlier:
        notes.say("other-releases", count=str(earlier), date=chosen.at.date().isoformat())
    notes.name("parts-left-out", [name for name in chosen.beside if name not in _RELEASE])
    unknown = [str(name) for name, value in chosen.tender.items() if value and name not in _TENDER]
    notes.name("tender-left-out", unknown)


def _draft(chosen: Release, now: datetime, notes: _Notes) -> dict[str, Any]:
    tender = chosen.tender
    currency = _currency(tender, notes)
    title = _short(_text(tender, "title") or chosen.ocid, "title", notes)
    if not title:
        notes.missing.append("/title")
    lots = _lots(tender, currency, title, notes)
    return {
        "title": title,
        "description": _cut(_text(tender, "description"), LONG, "description", notes),
        "currency": currency,
        "enquiry_ends_at": _moment(tender, "enquiryPeriod", now, notes),
        "closes_at": _moment(tender, "tenderPeriod", now, notes),
        "lots": lots,
        "criteria": _criteria(tender, notes),
    }


def _currency(tender: Object, notes: _Notes) -> str | None:
    values = [_object(tender.get(name)) for name in ("value", "minValue")]
    values += [_object(lot.get("value")) for lot in objects(tender.get("lots"))]
    said = list(dict.fromkeys(code for value in values if (code := _text(value, "currency"))))
    known = [code for code in said if code in MINOR_DIGITS]
    if len(said) > len(known[:1]):
        notes.name("currency-left-out", [code for code in said if code not in known[:1]])
    if not known:
        notes.missing.append("/currency")
        return None
    return known[0]


def _lots(tender: Object, currency: str | None, title: str, notes: _Notes) -> list[dict[str, Any]]:
    said = [lot for lot in objects(tender.get("lots")) if _text(lot, "status") not in _OFF]
    off = len(objects(tender.get("lots"))) - len(said)
    if off:
        notes.say("lots-off", count=str(off))
    notes.name(
        "lots-left-out", [str(name) for lot in said for name, value in lot.items() if value and name not in _LOT]
    )
    kept: dict[str, dict[str, Any]] = {}
    for number, lot in enumerate(said, start=1):
        key = _text(lot, "id") or str(number)
        if key in kept or len(kept) >= MOST_LOTS:
            notes.say("lots-not-taken", count=str(len(said) - len(kept)))
            break
        name = _short(_text(lot, "title") or _text(lot, "description") or f"{title} {number}", "lots", notes)
        kept[key] = {"title": name, "estimate": _estimate(lot, currency, notes), "items": []}
        if _text(lot, "title") and _text(lot, "description"):
            notes.name("lots-left-out", ["description"])
    if not kept:
        kept[""] = {"title": title or "1", "estimate": _estimate(tender, currency, notes), "items": []}
    elif _object(tender.get("value")).get("amount") is not None:
        notes.say("value-left-out")
    _sort_in(tender, kept, notes)
    empty = [lot["title"] for lot in kept.values() if not lot["items"]]
    notes.name("lots-empty", empty)
    filled = [lot for lot in kept.values() if lot["items"]]
    if not filled:
        notes.missing.append("/lots/0/items")
    return filled or list(kept.values())[:1]


def _sort_in(tender: Object, lots: dict[str, dict[str, Any]], notes: _Notes) -> None:
    """Put every item into its lot; one whose lot is off or unknown into the only one there is, else it is named."""
    raw = tender.get("items")
    items = objects(raw)
    if isinstance(raw, list) and len(raw) > len(items):
        notes.say("items-unreadable", count=str(len(raw) - len(items)))
    notes.name(
        "items-left-out", [str(name) for one in items for name, value in one.items() if value and name not in _ITEM]
    )
    homeless = []
    for item in items:
        key = _text(item, "relatedLot")
        home = lots.get(key) or (next(iter(lots.values())) if len(lots) == 1 and not key else None)
        if home is None:
            homeless.append(_text(item, "description") or _text(item, "id"))
            continue
        home["items"].append(item)
    notes.name("items-without-lot", homeless)
    for place, lot in enumerate(one for one in lots.values() if one["items"]):
        lot["items"] = [
            _item(item, tender, f"/lots/{place}/items/{number}", notes) for number, item in enumerate(lot["items"])
        ]


def _item(item: Object, tender: Object, pointer: str, notes: _Notes) -> dict[str, Any]:
    name, more = _text(item, "description"), [_class(one) for one in objects(item.get("additionalClassifications"))]
    classification = _class(_object(item.get("classification")))
    if len(name) > SHORT:
        more = [name, *more]
        notes.say("names-in-specification")
    found = {
        "name": name[:SHORT] or _text(_object(item.get("classification")), "description")[:SHORT],
        "quantity": _quantity(item.get("quantity")),
        "unit": _unit(_object(item.get("unit")), notes),
        "required_on": _day(item.get("deliveryDate")) or _day(tender.get("contractPeriod")),
        "delivery_place": _place(item, tender)[:SHORT],
        "specification": _cut("\n".join(filter(None, more)), LONG, "specification", notes),
        "classification": classification[:SHORT],
    }
    if _object(_object(item.get("unit")).get("value")).get("amount") is not None:
        notes.say("unit-values-left-out")
    notes.missing += [
        f"{pointer}/{key}" for key in ("name", "quantity", "unit", "required_on", "delivery_place") if not found[key]
    ]
    return found


def _criteria(tender: Object, notes: _Notes) -> list[dict[str, Any]]:
    found = []
    if _text(tender, "eligibilityCriteria"):
        said = _text(tender, "eligibilityCriteria")
        found.append(_criterion("selection", said[:SHORT], said if len(said) > SHORT else ""))
    for one in (*objects(tender.get("criteria")), *objects(_object(tender.get("selectionCriteria")).get("criteria"))):
        name, more = _text(one, "title") or _text(one, "description"), _text(one, "description")
        if name:
            found.append(_criterion("selection", name[:SHORT], more if more != name else ""))
        inner = [key for key in one if key not in ("id", "title", "description")]
        notes.name("criteria-left-out", [str(key) for key in inner])
    award = _text(tender, "awardCriteria")
    if award in ("priceOnly", "lowestCost"):
        found.append({**_criterion("award", "Price", ""), "weight": "100"})
    elif award or _text(tender, "awardCriteriaDetails"):
        notes.say("award-criteria", said=" ".join(filter(None, (award, _text(tender, "awardCriteriaDetails"))))[:LONG])
    return found[:100]


def _criterion(kind: str, name: str, evidence: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "evidence": evidence[:LONG], "weight": None}


def _moment(tender: Object, name: str, now: datetime, notes: _Notes) -> str | None:
    said = _text(_object(tender.get(name)), "endDate")
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        if said:
            notes.say("date-unreadable", name=name, said=said[:SHORT])
        return None
    moment = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    if moment <= now:
        notes.say("date-past", name=name, said=said[:SHORT])
        return None
    return moment.astimezone(UTC).isoformat()


def _estimate(found: Object, currency: str | None, notes: _Notes) -> str | None:
    value = _object(found.get("value"))
    amount = value.get("amount")
    if amount is None:
        return None
    if not isinstance(amount, Decimal) or not 0 < amount < Decimal(10) ** 13 or _text(value, "currency") != currency:
        notes.say("estimate-left-out", said=f"{amount} {_text(value, 'currency')}"[:SHORT])
        return None
    return decimal_text(round(amount, 4))


def _quantity(value: object) -> str | None:
    if not isinstance(value, Decimal) or not 0 < value < Decimal(10) ** 12:
        return None
    return decimal_text(value) if round(value, _FINEST) == value else None


def _unit(unit: Object, notes: _Notes) -> str | None:
    known = [code for name in ("id", "code") if (code := _text(unit, name)) in UNITS]
    if known:
        return known[0]
    said = _text(unit, "name") or _text(unit, "id") or _text(unit, "code")
    if said:
        notes.name("unit-unknown", [said[:SHORT]])
    return None


def _place(item: Object, tender: Object) -> str:
    places = objects(tender.get("deliveryAddresses"))
    shared = _address(places[0]) if len(places) == 1 else ""
    return _address(item.get("deliveryAddress")) or _address(tender.get("deliveryAddress")) or shared


def _address(value: object) -> str:
    found = _object(value)
    return ", ".join(dict.fromkeys(part for name in _ADDRESS if (part := _text(found, name))))


def _day(period: object) -> str | None:
    found = _object(period)
    said = (_text(found, "endDate") or _text(found, "startDate"))[:10]
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        return None


def _class(one: Object) -> str:
    scheme, code = _text(one, "scheme"), _text(one, "id")
    return f"{scheme}:{code}" if scheme and code else code


def _short(text: str, name: str, notes: _Notes) -> str:
    return _cut(text, SHORT, name, notes)


def _cut(text: str, most: int, name: str, notes: _Notes) -> str:
    if len(text) > most:
        notes.say("shortened", name=name, most=str(most))
    return text[:most]


def _text(found: Object, name: str) -> str:
    value = found.get(name)
    if isinstance(value, Decimal):
        return decimal_text(value) if abs(value.adjusted()) < SHORT else str(value)
    return (
        "".join(mark for mark in value if mark.isprintable() or mark == "\n").strip() if isinstance(value, str) else ""
    )


def _object(value: object) -> Object:
    return value if isinstance(value, Mapping) else {}
