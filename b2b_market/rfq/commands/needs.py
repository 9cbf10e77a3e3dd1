"""What a need asks for beyond its item, quantity, day and place; all of it optional."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that the goods must have, as the buyer names it: material, colour, surface."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedTerms:
    """The further terms of one line.

    ``incoterm`` with its place counts for the line instead of the request's. ``substitutes`` is whether anything else
    than what is specified may be offered. ``breaks`` are the quantities, rising and in the line's unit, from which the
    buyer wants a price each.
    """

    category: str = ""
    attributes: tuple[Attribute, ...] = ()
    incoterm: str = ""
    incoterm_place: str = ""
    substitutes: bool = True
    breaks: tuple[Decimal, ...] = ()


PLAIN_NEED = NeedTerms()
