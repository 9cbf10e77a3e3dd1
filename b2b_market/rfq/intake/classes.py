"""What formats that name their fields say of an item's class and properties."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from b2b_market.rfq.intake.tables import clean_cell
from b2b_market.rfq.intake.values import MAX_LENGTH, Field


def class_text(scheme: str, code: str, name: str) -> str:
    """Return a class as ``CPV 44333000-3: Wire``; without its name where both are longer than a category may be."""
    short = " ".join(filter(None, (scheme, code)))
    whole, _ = clean_cell(": ".join(filter(None, (short, name))))
    return whole if len(whole) <= MAX_LENGTH[Field.CATEGORY] else clean_cell(short)[0]


def gathered(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return properties by name; several values of one name stand together."""
    found: dict[str, str] = {}
    for name, value in properties:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def common_names(properties: Sequence[Mapping[str, str]], most: int) -> tuple[str, ...]:
    """Return the names of the properties that most items have, at most ``most`` of them, as they first come."""
    counted = Counter(name for own in properties for name in own)
    return tuple(name for name in counted if name in dict(counted.most_common(most)))
