"""UBL 2.1 RequestForQuotation to a table: the format names its fields, so nothing has to be guessed.

Source of the paths: OASIS UBL 2.1, UBL-RequestForQuotation-2.1.xsd and the common aggregate components.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from b2b_market.rfq.intake.classes import class_text, common_names, gathered
from b2b_market.rfq.intake.refusals import FileEmpty, NotARequest, XmlBroken, XmlUnsafe
from b2b_market.rfq.intake.tables import RawRow, build_table, clean_cell
from b2b_market.rfq.intake.values import CellKind, Facts, Field, Remark, Source, Table

_DOCUMENT: Final = "urn:oasis:names:specification:ubl:schema:xsd:RequestForQuotation-2"
_ROOT: Final = f"{{{_DOCUMENT}}}RequestForQuotation"
_NS: Final = {
    "rfq": _DOCUMENT,
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_ITEM: Final = "cac:LineItem/cac:Item"
_OWN_CODES: Final = (f"{_ITEM}/cac:BuyersItemIdentification/cbc:ID", "cac:LineItem/cbc:ID")
_OTHER_CODES: Final = (
    f"{_ITEM}/cac:SellersItemIdentification/cbc:ID",
    f"{_ITEM}/cac:ManufacturersItemIdentification/cbc:ID",
    f"{_ITEM}/cac:StandardItemIdentification/cbc:ID",
)
_PRICE: Final = "cac:LineItem/cac:Price"
_TITLE_LENGTH: Final = 200

_COLUMNS: Final = (
    ("Item/Name", Field.ITEM_NAME, CellKind.TEXT),
    ("Item/ID", Field.ITEM_CODE, CellKind.TEXT),
    ("Item/Description", Field.SPECIFICATION, CellKind.TEXT),
    ("Quantity", Field.QUANTITY, CellKind.NUMBER),
    ("Quantity/@unitCode", Field.UNIT, CellKind.TEXT),
    ("Price/PriceAmount", Field.TARGET_PRICE, CellKind.NUMBER),
    ("PriceAmount/@currencyID", Field.CURRENCY, CellKind.TEXT),
    ("RequestedDeliveryPeriod/EndDate", Field.REQUIRED_ON, CellKind.DATE),
    ("DeliveryAddress", Field.DELIVERY_PLACE, CellKind.TEXT),
    ("Note", Field.NOTE, CellKind.TEXT),
    ("Item/CommodityClassification", Field.CATEGORY, CellKind.TEXT),
)
_MOST_PROPERTIES: Final = 40
"""How many different properties get a column of their own; what is rarer stays in the specification."""


def read_ubl(data: bytes) -> Table:
    """Read a request. Raises XmlUnsafe, XmlBroken, NotARequest, FileEmpty and the caps of tables.

    Rows are numbered by position. What the document says once for all lines is in ``facts``; a part of a line that has
    its own parts (SubLineItem) is not imported, and a remark says how many there were.
    """
    root = _parse(data)
    lines = root.findall("cac:RequestForQuotationLine", _NS)
    if not lines:
        raise FileEmpty
    parts = len(root.findall("cac:RequestForQuotationLine/cac:LineItem/cac:SubLineItem", _NS))
    properties = [gathered(_properties(line)) for line in lines]
    named = common_names(properties, _MOST_PROPERTIES)
    table = Table(
        source=Source.UBL,
        width=0,
        rows=(),
        facts=_facts(root),
        headings=(*(heading for heading, _, _ in _COLUMNS), *named),
        fields=(*(field for _, field, _ in _COLUMNS), *(Field.PROPERTY for _ in named)),
        encoding="xml",
        remarks=(Remark("sub-lines", {"count": str(parts)}),) if parts else (),
    )
    kinds = "".join(kind for _, _, kind in _COLUMNS) + CellKind.TEXT * len(named)
    rows = [
        RawRow(number, _line(line, own, named), kinds)
        for number, (line, own) in enumerate(zip(lines, properties, strict=True), start=1)
    ]
    return build_table(table, rows)


def _parse(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise XmlUnsafe from error
    except ParseError as error:
        line, column = error.position
        raise XmlBroken(line=str(line), column=str(column + 1)) from error
    except (ValueError, LookupError) as error:  # an encoding that is unknown or contradicts the declaration
        raise XmlBroken(line="1", column="1") from error
    if root.tag != _ROOT:
        raise NotARequest(found=root.tag.rpartition("}")[2][:100])
    return root


def _facts(root: Element) -> Facts:
    notes = [*_texts(root, "cbc:Note"), *_texts(root, "cac:DeliveryTerms/cbc:SpecialTerms")]
    title = notes[0].splitlines()[0][:_TITLE_LENGTH] if notes else None
    rest = notes[1:] if title == (notes[0] if notes else None) else notes
    delivery = root.find("cac:Delivery", _NS)
    return Facts(
        title=title,
        reference=_text(root, "cbc:ID") or None,
        currency=_text(root, "cbc:PricingCurrencyCode") or None,
        due_on=_date(_text(root, "cbc:SubmissionDueDate")),
        required_on=_date(_required_on(delivery)) if delivery is not None else None,
        delivery_place=(_place(delivery) or None) if delivery is not None else None,
        note="\n".join(rest) or None,
    )


def _line(line: Element, properties: Mapping[str, str], named: Sequence[str]) -> list[str]:
    quantity = line.find("cac:LineItem/cbc:Quantity", _NS)
    price, currency = _price(line)
    delivery = line.find("cac:LineItem/cac:Delivery", _NS)
    descriptions = _texts(line, f"{_ITEM}/cbc:Description")
    name = _text(line, f"{_ITEM}/cbc:Name")
    if not name and descriptions:
        name = descriptions.pop(0)
    category, *classes = [*_classes(line), ""]
    descriptions += [one for one in classes if one]
    descriptions += [f"{name}: {value}" for name, value in properties.items() if name not in named]
    return [
        name,
        _code(line),
        "\n".join(descriptions),
        (quantity.text or "").strip() if quantity is not None else "",
        quantity.get("unitCode", "").strip() if quantity is not None else "",
        price,
        currency,
        _required_on(delivery) if delivery is not None else "",
        _place(delivery) if delivery is not None else "",
        "\n".join([*_texts(line, "cbc:Note"), *_texts(line, "cac:LineItem/cbc:Note")]),
        category,
        *(properties.get(one, "") for one in named),
    ]


def _code(line: Element) -> str:
    """Return the buyer's code; an ID of the line item that only repeats the line's number is no code."""
    number = _text(line, "cbc:ID")
    own = [code for path in _OWN_CODES if (code := _text(line, path)) and code != number]
    others = [code for path in _OTHER_CODES if (code := _text(line, path))]
    return next(iter((*own, *others)), "")


def _price(line: Element) -> tuple[str, str]:
    """Return the price of one unit and its currency; a price per several units is divided."""
    amount = line.find(f"{_PRICE}/cbc:PriceAmount", _NS)
    if amount is None:
        return "", ""
    text, currency = (amount.text or "").strip(), amount.get("currencyID", "")
    base = _text(line, f"{_PRICE}/cbc:BaseQuantity")
    with contextlib.suppress(InvalidOperation, ZeroDivisionError):
        if base and Decimal(base) != 1:
            return format(Decimal(text) / Decimal(base), "f"), currency
    return text, currency


def _properties(line: Element) -> Iterator[tuple[str, str]]:
    """Yield the names and values of an item's properties; a quantity with its unit's code."""
    for found in line.iterfind(f"{_ITEM}/cac:AdditionalItemProperty", _NS):
        quantity = found.find("cbc:ValueQuantity", _NS)
        counted = [(quantity.text or "").strip(), quantity.get("unitCode", "")] if quantity is not None else []
        name, value = _text(found, "cbc:Name"), _text(found, "cbc:Value") or " ".join(filter(None, counted))
        if name and value:
            yield name, value


def _classes(line: Element) -> list[str]:
    """Return the item's classes: the list they are of, and the code or else the name."""
    found = []
    for one in line.iterfind(f"{_ITEM}/cac:CommodityClassification", _NS):
        for name in ("ItemClassificationCode", "CommodityCode"):
            code = one.find(f"cbc:{name}", _NS)
            if code is not None and (code.text or "").strip():
                of = code.get("listID", "")
                found.append(class_text(of, (code.text or "").strip(), code.get("name", "")))
    return found


def _required_on(delivery: Element) -> str:
    """Return the last day of the requested period, else its first; a time zone behind the day is cut."""
    period = "cac:RequestedDeliveryPeriod/cbc:"
    return (_text(delivery, f"{period}EndDate") or _text(delivery, f"{period}StartDate"))[:10]


def _place(delivery: Element) -> str:
    """Return an address in one line: street and number, further lines, postal code and city, region, country code."""
    address = delivery.find("cac:DeliveryAddress", _NS)
    if address is None:
        address = delivery.find("cac:DeliveryLocation/cac:Address", _NS)
    named = _text(delivery, "cac:DeliveryLocation/cbc:Name") or _text(delivery, "cac:DeliveryLocation/cbc:Description")
    if address is None:
        return named
    street = " ".join(filter(None, (_text(address, "cbc:StreetName"), _text(address, "cbc:BuildingNumber"))))
    city = " ".join(filter(None, (_text(address, "cbc:PostalZone"), _text(address, "cbc:CityName"))))
    parts = (
        named,
        street,
        _text(address, "cbc:AdditionalStreetName"),
        *_texts(address, "cac:AddressLine/cbc:Line"),
        city,
        _text(address, "cbc:CountrySubentity"),
        _text(address, "cac:Country/cbc:IdentificationCode"),
    )
    return ", ".join(filter(None, parts))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _text(element: Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")


def _texts(element: Element, path: str) -> list[str]:
    """Return the clean, filled texts at ``path``."""
    return [text for found in element.iterfind(path, _NS) if (text := clean_cell(found.text or "")[0])]
