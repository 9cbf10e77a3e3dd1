"""What a procedure says of the publicity of candidates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.states.publicity import FigureShown


@dataclass(frozen=True, slots=True)
class PublicityTerms:
    """A procedure's values about the publicity of candidates."""

    candidates: int
    begins: Period
    """Within which it has to begin once the lot is judged; late ones are marked."""
    lasts: Period
    prices: bool
    scores: bool


def read_publicity(values: Mapping[str, Any] | None) -> PublicityTerms | None:
    """Return sound values as what the rules ask; None for a procedure that publishes no candidates."""
    if values is None:
        return None
    return PublicityTerms(
        candidates=values["candidates"],
        begins=Period.of(values["begins"]),
        lasts=Period.of(values["lasts"]),
        prices=values["prices"] == FigureShown.SHOWN,
        scores=values["scores"] == FigureShown.SHOWN,
    )
