"""The page as geometry: strips stacked from top to bottom, and where the pages break between them.

All lengths are points; ``x`` counts from the left edge of the text area, ``y`` downwards from the top of the strip.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from b2b_market.infra.documents.fonts import Face
from b2b_market.infra.documents.qr import Modules


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour as red, green and blue between 0 and 1."""

    red: float
    green: float
    blue: float


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks: face, size, distance between lines, colour."""

    face: Face
    size: float
    leading: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Run:
    """A line of text with its baseline at (x, y)."""

    x: float
    y: float
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line from (x, y), ``length`` to the right, or downwards where ``down``."""

    x: float
    y: float
    length: float
    thickness: float
    ink: Ink
    down: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle with its upper left corner at (x, y)."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with its upper left corner at (x, y); ``side`` includes no quiet zone."""

    x: float
    y: float
    side: float
    modules: Modules
    ink: Ink


Mark = Run | Rule | Fill | Code


@dataclass(slots=True)
class Strip:
    """A piece that no page break divides.

    ``glued`` forbids a break after it; ``gap`` is white space that vanishes where a page begins or ends; ``repeat``
    is printed again on top of a page that begins with this strip.
    """

    height: float
    marks: list[Mark] = field(default_factory=list)
    glued: bool = False
    gap: bool = False
    repeat: "Strip | None" = None


def gap(height: float, *, glued: bool = False) -> Strip:
    """Return white space."""
    return Strip(height, glued=glued, gap=True)


def paginate(strips: Sequence[Strip], room: float) -> list[list[Strip]]:
    """Divide the strips into pages of height ``room``, not after a glued one unless its group is taller than that."""
    pages: list[list[Strip]] = []
    start = 0
    while True:
        while start < len(strips) and strips[start].gap:
            start += 1
        if start == len(strips):
            return pages
        head = strips[start].repeat
        end = _filled(strips, start, room - (head.height if head else 0))
        pages.append(([head] if head else []) + list(strips[start:end]))
        start = end


def _filled(strips: Sequence[Strip], start: int, room: float) -> int:
    """Return where the page that begins at ``start`` ends: as full as the glue allows, one strip at least."""
    end, used = start, 0.0
    while end < len(strips) and (strips[end].gap or used + strips[end].height <= room):
        used += strips[end].height
        end += 1
    if end == len(strips):
        return end
    cut = end
    while cut > start and strips[cut - 1].glued:
        cut -= 1
    return cut if cut > start else max(end, start + 1)
