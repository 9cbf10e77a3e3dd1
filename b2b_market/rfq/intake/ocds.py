"""OCDS 1.1 tenders to a table: release packages, record packages, single releases, and Prozorro's own envelope.

Sources of the names: release-schema.json, release-package-schema.json and record-package-schema.json of OCDS 1.1;
the extensions for delivery (``deliveryAddress``, ``deliveryDate``) as openprocurement publishes them. What a request
has no place for is left out, and a remark names it; nothing is guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

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
from b2b_market.kernel.units import UNITS
from b2b_market.rfq.intake.classes import class_text, common_names, gathered
from b2b_market.rfq.intake.refusals import FileEmpty, JsonBroken, NotATender
from b2b_market.rfq.intake.tables import RawRow, build_table, clean_cell
from b2b_market.rfq.intake.values import MAX_LENGTH, CellKind, Facts, Field, Remark, Source, Table

_COLUMNS: Final = (
    ("items/description", Field.ITEM_NAME),
    ("items/additionalClassifications", Field.SPECIFICATION),
    ("items/quantity", Field.QUANTITY),
    ("items/unit", Field.UNIT),
    ("items/unit/value/amount", Field.TARGET_PRICE),
    ("items/unit/value/currency", Field.CURRENCY),
    ("items/deliveryDate", Field.REQUIRED_ON),
    ("items/deliveryAddress", Field.DELIVERY_PLACE),
    ("items/relatedLot", Field.NOTE),
    ("items/classification", Field.CATEGORY),
)
_TENDER_READ: Final = frozenset(
    {
        "id",
        "tenderID",
        "title",
        "description",
        "status",
        "items",
        "lots",
        "value",
        "minValue",
        "tenderPeriod",
        "contractPeriod",
        "deliveryAddress",
        "deliveryAddresses",
    }
)
_ITEM_READ: Final = frozenset(
    {
        "id",
        "description",
        "quantity",
        "unit",
        "classification",
        "additionalClassifications",
        "attributes",
        "deliveryAddress",
        "deliveryDate",
        "deliveryLocation",
        "relatedLot",
    }
)
_MOST_PROPERTIES: Final = 40
"""How many different properties get a column of their own; what is rarer stays in the specification."""
_ADDRESS: Final = ("streetAddress", "postalCode", "locality", "region", "countryName")
_MOST_NAMES: Final = 20
_TITLE_LENGTH: Final = 200
_FOUND_LENGTH: Final = 100
_PLAIN_DIGITS: Final = 30


def read_ocds(data: bytes) -> Table:
    """Read the tender of a file. Raises JsonBroken, NotATender, FileEmpty and the caps of tables.

    Of several releases the newest compiled one counts, else the newest that names items. Rows are numbered by position.
    """
    found = [release for release in _found(data) if objects(release.tender.get("items"))]
    if not found:
        raise FileEmpty
    chosen = newest(found)
    tender, items = chosen.tender, objects(chosen.tender.get("items"))
    lots = {_text(lot, "id"): _text(lot, "title") for lot in objects(tender.get("lots"))}
    properties = [gathered(_properties(item)) for item in items]
    named = common_names(properties, _MOST_PROPERTIES)
    table = Table(
        source=Source.OCDS,
        width=0,
        rows=(),
        facts=_facts(chosen),
        headings=(*(heading for heading, _ in _COLUMNS), *named),
        fields=(*(field for _, field in _COLUMNS), *(Field.PROPERTY for _ in named)),
        encoding="json",
        remarks=tuple(_remarks(chosen, found, items)),
    )
    rows = [
        _row(number, item, lots, _Properties(own, named))
        for number, (item, own) in enumerate(zip(items, properties, strict=True), start=1)
    ]
    return build_table(table, rows)


def _found(data: bytes) -> list[Release]:
    try:
        return releases_of(read_document(data))
    except BrokenFile as error:
        raise JsonBroken(line=str(error.line), column=str(error.column)) from error
    except OtherFile as error:
        raise NotATender(found=error.found[:_FOUND_LENGTH]) from error


def _facts(chosen: Release) -> Facts:
    tender = chosen.tender
    addresses = objects(tender.get("deliveryAddresses"))
    place = _address(tender.get("deliveryAddress")) or (_address(addresses[0]) if len(addresses) == 1 else "")
    currency = _text(_object(tender.get("value")), "currency") or _text(_object(tender.get("minValue")), "currency")
    return Facts(
        title=_text(tender, "title")[:_TITLE_LENGTH] or None,
        reference=chosen.ocid or _text(tender, "id") or None,
        currency=currency or None,
        due_on=_date(_day(tender.get("tenderPeriod"))),
        required_on=_date(_day(tender.get("contractPeriod"))),
        delivery_place=place or None,
        note=_text(tender, "description") or None,
    )


def _remarks(chosen: Release, found: Sequence[Release], items: Sequence[Object]) -> Iterator[Remark]:
    others = {release.ocid for release in found} - {chosen.ocid}
    if others:
        yield Remark("other-tenders", {"count": str(len(others)), "taken": chosen.ocid})
    earlier = sum(release.ocid == chosen.ocid for release in found) - 1
    if earlier:
        yield Remark("earlier-releases", {"count": str(earlier), "date": chosen.at.date().isoformat()})
    unknown = [str(name) for name, value in chosen.tender.items() if value and name not in _TENDER_READ]
    unknown += sorted({f"items/{name}" for item in items for name, value in item.items() if value} - _ITEM_PATHS)
    if unknown:
        more = "…" if len(unknown) > _MOST_NAMES else ""
        names = ", ".join(clean_cell(name)[0] for name in unknown[:_MOST_NAMES])
        yield Remark("parts-left-out", {"names": names + more})
    broken = len(chosen.tender["items"]) - len(items)
    if broken:
        yield Remark("items-unreadable", {"count": str(broken)})


_ITEM_PATHS: Final = frozenset(f"items/{name}" for name in _ITEM_READ)


@dataclass(frozen=True, slots=True)
class _Properties:
    """The properties of an item, and those of all items that have columns."""

    own: Mapping[str, str]
    named: Sequence[str]


def _row(number: int, item: Object, lots: Mapping[str, str], properties: _Properties) -> RawRow:
    unit, quantity = _object(item.get("unit")), item.get("quantity")
    value = _object(unit.get("value"))
    amount = value.get("amount")
    name, classified = _text(item, "description"), _classes(objects(item.get("additionalClassifications")))
    group = _text(_object(item.get("classification")), "description")
    if (not name or len(name) > MAX_LENGTH[Field.ITEM_NAME]) and group:
        name, classified = group, [*([name] if name else []), *classified]
    classified += [f"{name}: {value}" for name, value in properties.own.items() if name not in properties.named]
    cells = [
        name,
        "\n".join(classified),
        _number(quantity),
        _unit(unit),
        _number(amount),
        _text(value, "currency") if amount is not None else "",
        _day(item.get("deliveryDate")),
        _address(item.get("deliveryAddress")) or _text(_object(item.get("deliveryLocation")), "description"),
        lots.get(_text(item, "relatedLot"), ""),
        "".join(_classes([_object(item.get("classification"))])),
        *(properties.own.get(one, "") for one in properties.named),
    ]
    kinds = [CellKind.TEXT] * len(cells)
    kinds[2] = CellKind.NUMBER if isinstance(quantity, Decimal) else CellKind.TEXT
    kinds[4] = CellKind.NUMBER if isinstance(amount, Decimal) else CellKind.TEXT
    kinds[6] = CellKind.DATE
    return RawRow(number, cells, "".join(kinds))


def _classes(found: Sequence[Object]) -> list[str]:
    """Return classes with scheme, code and description; one that says nothing is left out."""
    lines = [class_text(_text(one, "scheme"), _text(one, "id"), _text(one, "description")) for one in found]
    return [line for line in lines if line]


def _properties(item: Object) -> Iterator[tuple[str, str]]:
    """Yield the names and values of an item's attributes, of several values all, with the unit's name or code."""
    for one in objects(item.get("attributes")):
        values = one.get("values")
        several = [text for value in values if (text := _value(value))] if isinstance(values, list) else []
        value = _value(one.get("value")) or ", ".join(several)
        unit = _object(one.get("unit"))
        name, counted = _text(one, "name"), _text(unit, "name") or _text(unit, "code") or _text(one, "unit")
        if name and value:
            yield name, " ".join(filter(None, (value, counted)))


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else _number(value)


def _unit(unit: Object) -> str:
    """Return the code where it is one of Rec 20 (``id`` of OCDS, ``code`` of Prozorro), else the unit's own name."""
    codes = [code for name in ("id", "code") if (code := _text(unit, name))]
    known = [code for code in codes if code in UNITS]
    return next(iter((*known, _text(unit, "name"), *codes)), "")


def _address(value: object) -> str:
    """Return an address in one line."""
    address = _object(value)
    parts = [_text(address, name) for name in _ADDRESS]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _day(period: object) -> str:
    """Return the last day of a period, else its first; the time behind the day is cut."""
    found = _object(period)
    return (_text(found, "endDate") or _text(found, "startDate"))[:10]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        # an exponent from a file could ask for billions of digits; such a number is shown as it was written
        return format(value, "f") if abs(value.adjusted()) < _PLAIN_DIGITS else str(value)
    return clean_cell(value)[0] if isinstance(value, str) else ""


def _text(found: Object, name: str) -> str:
    value = found.get(name)
    if isinstance(value, str):
        return clean_cell(value)[0]
    return _number(value) if isinstance(value, Decimal) else ""


def _object(value: object) -> Object:
    return value if isinstance(value, Mapping) else {}
