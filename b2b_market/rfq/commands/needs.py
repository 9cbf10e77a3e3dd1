"""What a need asks for beyond its item, quantity, day and place; all of it optional."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property that the goods must have, as the buyer names it: material, colour, surface."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedTerms:
    """The further terms of one line.

    ``incoterm`` with its place counts for the line instead of the request's. ``substitutes`` is whether anything else
    than what is specified may be offered.
    """

    category: str = ""
    attributes: tuple[Attribute, ...] = ()
    incoterm: str = ""
    incoterm_place: str = ""
    substitutes: bool = True


PLAIN_NEED = NeedTerms()
