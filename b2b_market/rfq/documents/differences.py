"""What changed between two versions in words: field by field and line by line, for a page or for a mail."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit, unit_name
from b2b_market.rfq.rules.amending import Difference, FieldChange, LineChange, LineFate
from b2b_market.rfq.rules.attaching import documents_for_people
from b2b_market.rfq.states import Disclosure
from b2b_market.ui import fmt
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": N_("Title"),
        "description": N_("Notes for suppliers"),
        "nda_text": N_("Non-disclosure agreement"),
        "documents": N_("Documents"),
        "currency": N_("Currency of comparison"),
        "payment_terms": N_("Payment terms"),
        "incoterm": N_("Incoterm"),
        "incoterm_place": N_("Named place"),
        "closes_at": N_("Deadline"),
        "enquiry_ends_at": N_("Questions until"),
        "item_name": N_("Item"),
        "item_code": N_("Item code"),
        "specification": N_("Specification"),
        "quantity": N_("Quantity"),
        "unit": N_("Unit"),
        "required_on": N_("Needed on"),
        "delivery_place": N_("Delivery place"),
        "note": N_("Note"),
        "currencies": N_("Currencies taken"),
        "validity_days": N_("Days that prices must hold"),
        "disclosure": N_("Shown to suppliers that have quoted"),
        "category": N_("Category"),
        "attributes": N_("Properties"),
        "substitutes": N_("Substitutes"),
        "breaks": N_("Price breaks"),
    }
)
"""What the fields of a version are called; a test holds it against what versions keep."""
DISCLOSED: Final[Mapping[Disclosure, str]] = MappingProxyType(
    {
        Disclosure.NOTHING: N_("Nothing of other quotations"),
        Disclosure.RANK: N_("Their own rank"),
        Disclosure.LEAD: N_("The lowest prices"),
        Disclosure.ALL: N_("All prices without names"),
    }
)
MOMENTS: Final = frozenset({"closes_at", "enquiry_ends_at"})
DAYS: Final = frozenset({"required_on"})
NUMBERS: Final = frozenset({"quantity"})
MAIL_LINES: Final = 30
FATES: Final[Mapping[LineFate, str]] = MappingProxyType(
    {LineFate.ADDED: N_("New"), LineFate.CHANGED: N_("Changed"), LineFate.WITHDRAWN: N_("Withdrawn")}
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language and on which clock; ``say`` translates a message id."""

    language: Language
    zone: ZoneInfo
    say: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field as it reads: its label (a message id), and both values written out."""

    label: str
    before: str
    after: str
    material: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line as it reads; ``fate`` is a message id."""

    position: int
    item_name: str
    fate: str
    change: LineFate
    material: bool
    fields: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A difference as it reads."""

    material: bool
    header: tuple[ShownChange, ...]
    lines: tuple[ShownLine, ...]


def value_text(field: str, value: object, reader: Reader) -> str:
    """Write one value of a version for people; nothing is a dash."""
    if field == "disclosure":
        return reader.say(DISCLOSED[Disclosure(str(value or Disclosure.NOTHING))])
    if value is None or value in ("", []):
        return fmt.NONE
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "; ".join(f"{one['name']}: {one['value']}" if isinstance(one, dict) else str(one) for one in value)
    return _text_shown(field, str(value), reader)


def _text_shown(field: str, text: str, reader: Reader) -> str:
    if field in MOMENTS:
        return fmt.moment(datetime.fromisoformat(text), reader.zone, reader.language)
    if field in DAYS:
        return fmt.date_text(date.fromisoformat(text), reader.language)
    if field == "documents":
        return documents_for_people(text)
    if field in NUMBERS:
        return fmt.number(Decimal(text))
    return unit_name(unit(text), reader.language.value) if field == "unit" else text


def shown(found: Difference, reader: Reader) -> ShownDifference:
    """Return a difference with every value written out."""
    lines = (
        ShownLine(
            line.position,
            line.item_name,
            FATES[line.fate],
            line.fate,
            line.material,
            tuple(_shown_field(change, reader) for change in line.fields if _says_something(line, change)),
        )
        for line in found.lines
    )
    return ShownDifference(found.material, tuple(_shown_field(change, reader) for change in found.header), tuple(lines))


def in_words(found: Difference, reader: Reader, catalogue: Catalogue) -> str:
    """Return a difference as lines of text for a mail, at most MAIL_LINES of them and how many more there are."""
    lines = list(_sentences(shown(found, reader), reader.language, catalogue))
    left = len(lines) - MAIL_LINES
    if left > 0:
        lines = [*lines[:MAIL_LINES], catalogue.translate(reader.language, N_("… and {n} more changes"), n=left)]
    return "\n".join(lines)


def _sentences(found: ShownDifference, language: Language, catalogue: Catalogue) -> Iterator[str]:
    for change in found.header:
        yield _sentence([change], language, catalogue)
    for line in found.lines:
        facts = {"position": line.position, "item": line.item_name}
        if line.change is LineFate.WITHDRAWN:
            yield catalogue.translate(language, N_("Line {position}, {item}: withdrawn"), **facts)
            continue
        said = _sentence(line.fields, language, catalogue, new=line.change is LineFate.ADDED)
        message = N_("New line {position}, {item}: {changes}")
        if line.change is LineFate.CHANGED:
            message = N_("Line {position}, {item}: {changes}")
        yield catalogue.translate(language, message, **facts, changes=said)


def _sentence(changes: Sequence[ShownChange], language: Language, catalogue: Catalogue, *, new: bool = False) -> str:
    message = N_("{field} {after}") if new else N_("{field} {before} → {after}")
    return "; ".join(
        catalogue.translate(
            language,
            message,
            field=catalogue.translate(language, change.label),
            before=change.before,
            after=change.after,
        )
        for change in changes
    )


def _shown_field(change: FieldChange, reader: Reader) -> ShownChange:
    return ShownChange(
        LABELS.get(change.field, change.field),
        value_text(change.field, change.before, reader),
        value_text(change.field, change.after, reader),
        change.material,
    )


def _says_something(line: LineChange, change: FieldChange) -> bool:
    """Leave out the empty fields of a new line, and everything of a withdrawn one but what it was."""
    if line.fate is LineFate.CHANGED:
        return True
    said = change.after if line.fate is LineFate.ADDED else change.before
    return said not in (None, "") and change.field != "item_name"
