"""What can be wrong with an award, each in one sentence that says what would be right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.text import N_
from b2b_market.sourcing.commands.comparing import Basis, Pick
from b2b_market.sourcing.rules.matrix import Cell, Column, Row

UNKNOWN_LINE = "unknown-line"
UNKNOWN_SUPPLIER = "unknown-supplier"
NO_OFFER = "no-offer"
REPEATED = "repeated"
NOT_POSITIVE = "not-positive"
EXPIRED = "expired"
ABOVE_OFFER = "above-offer"
BELOW_MINIMUM = "below-minimum"
ABOVE_NEED = "above-need"
UNDER_AWARD = "under-award"
NOTHING_AWARDED = "nothing-awarded"

MESSAGES: Mapping[str, str] = {
    UNKNOWN_LINE: N_("This line is not part of the comparison."),
    UNKNOWN_SUPPLIER: N_("This supplier is not part of the comparison."),
    NO_OFFER: N_("{supplier} made no offer for line {line}."),
    REPEATED: N_("Line {line} is given to {supplier} twice; put both quantities into one."),
    NOT_POSITIVE: N_("The quantity of line {line} for {supplier} must be above 0."),
    EXPIRED: N_("The offer of {supplier} for line {line} held until {valid_until}."),
    ABOVE_OFFER: N_("{supplier} offers {offered} {unit} of line {line}, not {quantity}."),
    BELOW_MINIMUM: N_("{supplier} accepts line {line} from {minimum} {unit}; {quantity} is too little."),
    ABOVE_NEED: N_("Line {line} needs {needed} {unit}; {awarded} are given."),
    UNDER_AWARD: N_("Line {line} lacks {missing} of {needed} {unit}. Give it to somebody, or confirm the under-award."),
    NOTHING_AWARDED: N_("Nothing is awarded yet."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that forbids the award: ``message`` is filled from ``facts``; units in facts are codes.

    ``pointer`` is ``/picks/{position}`` or ``/lines/{number}``, empty for the award as a whole.
    """

    code: str
    message: str
    facts: Mapping[str, str]
    pointer: str
    line_id: UUID | None = None
    supplier_id: UUID | None = None


def stray_pick(position: int, pick: Pick, row: Row | None, column: Column | None) -> Problem:
    """Say why a pick meets no offer."""
    code = UNKNOWN_LINE if row is None else UNKNOWN_SUPPLIER if column is None else NO_OFFER
    facts = {"line": "" if row is None else str(row.need.number), "supplier": "" if column is None else column.supplier}
    return Problem(code, MESSAGES[code], facts, f"/picks/{position}", pick.line_id, pick.supplier_id)


def pick_problems(position: int, pick: Pick, cell: Cell, basis: Basis, facts: Mapping[str, str]) -> Iterator[Problem]:
    """Hold a pick against its offer; ``facts`` name the line and the supplier."""
    offer, value = cell.offer, pick.quantity.value
    given = {**facts, "unit": pick.quantity.unit.code, "quantity": decimal_text(value)}

    def problem(code: str, **more: str) -> Problem:
        return Problem(code, MESSAGES[code], given | more, f"/picks/{position}", pick.line_id, pick.supplier_id)

    if offer.valid_until is not None and offer.valid_until < basis.judged_on:
        yield problem(EXPIRED, valid_until=offer.valid_until.isoformat())
    if value == 0:
        yield problem(NOT_POSITIVE)
        return
    if offer.offered is not None and value > offer.offered.value:
        yield problem(ABOVE_OFFER, offered=decimal_text(offer.offered.value))
    if offer.minimum is not None and value < offer.minimum.value:
        yield problem(BELOW_MINIMUM, minimum=decimal_text(offer.minimum.value))


def repeated_pick(position: int, pick: Pick, facts: Mapping[str, str]) -> Problem:
    """Say that line and supplier were picked before."""
    return Problem(REPEATED, MESSAGES[REPEATED], facts, f"/picks/{position}", pick.line_id, pick.supplier_id)


def line_problem(row: Row, awarded: Decimal) -> Problem | None:
    """Hold what is given of a need against its quantity."""
    need = row.need
    missing = need.quantity.value - awarded
    if missing == 0:
        return None
    code = UNDER_AWARD if missing > 0 else ABOVE_NEED
    facts = {
        "line": str(need.number),
        "unit": need.quantity.unit.code,
        "needed": decimal_text(need.quantity.value),
        "awarded": decimal_text(awarded),
        "missing": decimal_text(missing),
    }
    return Problem(code, MESSAGES[code], facts, f"/lines/{need.number}", need.line_id)


def nothing_awarded() -> Problem:
    """Say that there is no award at all."""
    return Problem(NOTHING_AWARDED, MESSAGES[NOTHING_AWARDED], {}, "")
