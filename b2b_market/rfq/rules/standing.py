"""What a supplier may see of its rivals' quotations while they are taken: how it is worked out, and nothing beyond it.

**How suppliers stand.** Every price is converted to the request's currency at the stored rate of the day, exactly. On a
line the lower unit price at the offered quantity is ahead. In all, the lower amount for everything as offered is ahead:
the lines with their set-up costs and the freight, less the discounts for taking everything, without tax; only
quotations that offer every line in full have a total. Of equal ones the quotation that was received earlier is ahead.
Nothing is rounded before it is compared. Only quotations that hold for the version and the round that are open count.

A supplier without such a quotation sees nothing: nobody looks before having said something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from b2b_market.rfq.states import Disclosure

RANKED: Final = frozenset({Disclosure.RANK, Disclosure.ALL})
PRICE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One supplier's quotation in the request's currency, exact.

    ``prices`` are unit prices by line; ``total`` is None unless every line is offered in full.
    """

    supplier_id: UUID
    quote_id: UUID
    received_at: datetime
    prices: Mapping[UUID, Fraction]
    total: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one supplier may see of one line, or of the totals.

    ``lead`` is the lowest figure, ``figures`` are all of them, the lowest first; both as they are shown.
    """

    rank: int | None = None
    lead: Decimal | None = None
    figures: tuple[Decimal, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Place":
        """Return a place as it is stored."""
        lead = stored.get("lead")
        return cls(
            rank=stored.get("rank"),
            lead=None if lead is None else Decimal(lead),
            figures=tuple(Decimal(one) for one in stored.get("figures", ())),
        )

    def plain(self) -> dict[str, object]:
        """Return it as it is stored: what it says, and nothing else."""
        said: dict[str, object] = {}
        if self.rank is not None:
            said["rank"] = self.rank
        if self.lead is not None:
            said["lead"] = format(self.lead, "f")
        if self.figures:
            said["figures"] = [format(one, "f") for one in self.figures]
        return said


NO_PLACE: Final = Place()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one supplier may see: of the totals, and by line; lines of which nothing is shown are left out."""

    total: Place = NO_PLACE
    lines: Mapping[UUID, Place] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Seen":
        """Return what is stored."""
        return cls(
            Place.read(stored["total"]),
            {UUID(line_id): Place.read(place) for line_id, place in stored["lines"].items()},
        )

    def plain(self) -> dict[str, object]:
        """Return it as it is stored."""
        return {
            "total": self.total.plain(),
            "lines": {str(line_id): place.plain() for line_id, place in sorted(self.lines.items())},
        }


def seen_by_each(disclosure: Disclosure, offers: Sequence[Offered], digits: int) -> dict[UUID, Seen]:
    """Return by supplier what each may see of ``offers``, which are at most one per supplier.

    Totals are shown with ``digits`` after the point, unit prices with PRICE_DIGITS, half up.
    """
    if disclosure is Disclosure.NOTHING:
        return {}
    totals = _ranking([(one, one.total) for one in offers if one.total is not None])
    line_ids = sorted({line_id for one in offers for line_id in one.prices})
    by_line = {
        line_id: _ranking([(o, o.prices[line_id]) for o in offers if line_id in o.prices]) for line_id in line_ids
    }
    shown_total = _shown(disclosure, totals, digits)
    shown = {line_id: _shown(disclosure, ranking, PRICE_DIGITS) for line_id, ranking in by_line.items()}
    found: dict[UUID, Seen] = {}
    for one in offers:
        lines = {line_id: _place_of(disclosure, one, by_line[line_id], shown[line_id]) for line_id in line_ids}
        said = {line_id: place for line_id, place in lines.items() if place != NO_PLACE}
        found[one.supplier_id] = Seen(_place_of(disclosure, one, totals, shown_total), said)
    return found


_Ranking = Sequence[tuple[Offered, Fraction]]


def _ranking(figures: _Ranking) -> _Ranking:
    """Return who is ahead of whom: the lower figure, of equal ones the earlier quotation."""
    return sorted(figures, key=lambda pair: (pair[1], pair[0].received_at, pair[0].quote_id))


def _shown(disclosure: Disclosure, ranking: _Ranking, digits: int) -> Place:
    """Return what everybody may see of a ranking."""
    if disclosure is Disclosure.LEAD and ranking:
        return Place(lead=rounded(ranking[0][1], digits))
    if disclosure is Disclosure.ALL:
        return Place(figures=tuple(rounded(figure, digits) for _, figure in ranking))
    return NO_PLACE


def _place_of(disclosure: Disclosure, one: Offered, ranking: _Ranking, shown: Place) -> Place:
    if disclosure not in RANKED:
        return shown
    rank = next((place for place, (other, _) in enumerate(ranking, start=1) if other is one), None)
    return Place(rank=rank, figures=shown.figures)


def rounded(exact: Fraction, digits: int) -> Decimal:
    """Round half up to ``digits`` after the point, for showing alone."""
    scaled = exact * 10**digits
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units).scaleb(-digits)
