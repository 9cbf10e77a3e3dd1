"""Who gets what, as the comparison's form says it: a radio button per line, or quantities of a split line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.rules.alternates import MAX_ALTERNATES
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form

BEST = "best"
MOST = "most-"
MANUAL = "manual"


Place = tuple[UUID, UUID, int]
"""Which offer: its line, its quotation, and 0 for the first one or the number of an alternate."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Picks with the field that each came from; ``split`` are the lines whose quantities are typed.

    ``known`` is what they come to on the raw prices, where that has been worked out.
    """

    picks: tuple[commands.AwardPick, ...]
    split: frozenset[UUID]
    fields: tuple[str, ...]
    known: sourcing.Allocation | None = None

    def allocation(self, compared: RfqComparison) -> sourcing.Allocation:
        """Return what the picks come to; a pick without a quantity takes all that its supplier offers."""
        if self.known is not None:
            return self.known
        suppliers = {quote.id: supplier_id for supplier_id, quote in compared.quotes.items()}
        found = []
        for pick in self.picks:
            supplier_id, row = suppliers.get(pick.quote_id), compared.comparison.row(pick.line_id)
            if supplier_id is None or row is None:
                continue
            cell = compared.comparison.cell(pick.line_id, supplier_id, pick.variant)
            offered = row.need.quantity if cell is None else cell.quantity
            quantity = offered if pick.quantity is None else Quantity(pick.quantity, row.need.quantity.unit)
            found.append(
                sourcing.Pick(line_id=pick.line_id, supplier_id=supplier_id, quantity=quantity, variant=pick.variant)
            )
        return sourcing.allocate(compared.comparison, found)

    def given(self) -> Mapping[Place, Decimal | None]:
        """Return the picked quantities by line, quotation and variant; None means all that is offered."""
        return MappingProxyType({(pick.line_id, pick.quote_id, pick.variant): pick.quantity for pick in self.picks})


def pick_field(line_id: UUID) -> str:
    """Return the name of a line's radio buttons."""
    return f"pick-{line_id}"


def split_field(line_id: UUID) -> str:
    """Return the name of the field that marks a line as split."""
    return f"split-{line_id}"


def share_field(line_id: UUID, quote_id: UUID, variant: int = 0) -> str:
    """Return the name of the field for the quantity of one offer to a split line."""
    return f"share-{line_id}-{quote_id}" + (f"-{variant}" if variant else "")


def pick_value(quote_id: UUID, variant: int) -> str:
    """Return what a line's radio button of an offer says."""
    return f"{quote_id}:{variant}" if variant else str(quote_id)


def preset(comparison: sourcing.Comparison, scenario: str) -> tuple[sourcing.Allocation, Refusal | None]:
    """Return a scenario's allocation: ``best``, ``most-2`` (suppliers at most), or a supplier's id.

    Where it cannot be worked out: nothing picked, and why. Where nobody can prove in time whose freight is worth it,
    the best of each line by itself, and why.
    """
    allocation, refusal = _tried(comparison, lambda: _worked_out(comparison, scenario))
    if isinstance(refusal, sourcing.FreightTooTangled):
        allocation, _ = _tried(comparison, lambda: sourcing.each_line(comparison))
    return allocation, refusal


def _worked_out(comparison: sourcing.Comparison, scenario: str) -> sourcing.Allocation:
    if scenario.startswith(MOST) and scenario.removeprefix(MOST) in ("2", "3", "4"):
        return sourcing.at_most(comparison, int(scenario.removeprefix(MOST)))
    supplier_id = _uuid(scenario)
    if supplier_id is not None:
        return sourcing.single_supplier(comparison, supplier_id)
    return sourcing.best_per_line(comparison)


def _tried(
    comparison: sourcing.Comparison, work_out: Callable[[], sourcing.Allocation]
) -> tuple[sourcing.Allocation, Refusal | None]:
    try:
        return work_out(), None
    except Refusal as refusal:
        return sourcing.allocate(comparison, ()), refusal


def choice_of(compared: RfqComparison, allocation: sourcing.Allocation, *, raw: bool) -> Choice:
    """Return an allocation as the form would say it; a line given to several suppliers or in part is split.

    ``raw``: it was worked out on ``compared``, not on landed prices.
    """
    picks = tuple(_as_pick(compared, pick) for pick in allocation.picks)
    return replace(_choice(compared, picks, frozenset()), known=allocation if raw else None)


def read_choice(compared: RfqComparison, form: Form, ranking: sourcing.Comparison | None = None) -> Choice:
    """Return what the form picks. Lines that the page had not loaded follow the scenario it was opened with.

    The scenario is worked out on ``ranking`` where the page ranks on another basis than the raw prices.
    """
    first, beyond = form.integer("first", least=0) or 0, form.integer("beyond", least=0)
    rows = compared.comparison.rows
    beyond = len(rows) if beyond is None else min(beyond, len(rows))
    picks: list[commands.AwardPick] = []
    split: set[UUID] = set()
    for row in rows[first:beyond]:
        line_id = row.need.line_id
        if form.data.first(split_field(line_id)):
            split.add(line_id)
            picks.extend(_shares(form, compared, row))
            continue
        value, _, variant = (form.data.first(pick_field(line_id)) or "").partition(":")
        quote_id = _uuid(value)
        if quote_id is not None and variant in ("", *map(str, range(1, MAX_ALTERNATES + 1))):
            picks.append(commands.AwardPick(line_id=line_id, quote_id=quote_id, variant=int(variant or 0)))
    if first or beyond < len(rows):
        shown = {row.need.line_id for row in rows[first:beyond]}
        allocation, _ = preset(ranking or compared.comparison, form.value("scenario"))
        picks.extend(_as_pick(compared, pick) for pick in allocation.picks if pick.line_id not in shown)
    return _choice(compared, tuple(picks), frozenset(split))


def toggled(choice: Choice, compared: RfqComparison, line_id: UUID) -> Choice:
    """Return the choice with a line split, or, where it was, given to the first of its suppliers."""
    own = [pick for pick in choice.picks if pick.line_id == line_id]
    others = tuple(pick for pick in choice.picks if pick.line_id != line_id)
    if line_id in choice.split:
        whole = tuple(replace(pick, quantity=None) for pick in own[:1])
        return _choice(compared, (*others, *whole), choice.split - {line_id})
    offered = choice.allocation(compared)
    given = {(pick.line_id, compared.quotes[pick.supplier_id].id): pick.quantity.value for pick in offered.picks}
    filled = tuple(replace(pick, quantity=given.get((line_id, pick.quote_id))) for pick in own)
    return _choice(compared, (*others, *filled), choice.split | {line_id})


def add_award_refusal(form: Form, refusal: Refusal, compared: RfqComparison, choice: Choice) -> None:
    """Show a refused award at the lines it is about: ``/picks/2`` is the third pick, ``/lines/3`` line number 3."""
    rows = {row.need.number: row for row in compared.comparison.rows}
    form.add_advice("", refusal)
    for error in refusal.errors:
        kind, _, place = error.pointer.strip("/").partition("/")
        name = ""
        if kind == "picks" and place.isdigit() and int(place) < len(choice.fields):
            name = choice.fields[int(place)]
        elif kind == "lines" and place.isdigit() and int(place) in rows:
            name = pick_field(rows[int(place)].need.line_id)
        form.add_field_error(name, error)


def _choice(compared: RfqComparison, picks: tuple[commands.AwardPick, ...], split: frozenset[UUID]) -> Choice:
    several: dict[UUID, int] = {}
    for pick in picks:
        several[pick.line_id] = several.get(pick.line_id, 0) + 1
    torn = {pick.line_id for pick in picks if pick.quantity is not None or several[pick.line_id] > 1}
    order = {row.need.line_id: place for place, row in enumerate(compared.comparison.rows)}
    known = sorted((pick for pick in picks if pick.line_id in order), key=lambda pick: order[pick.line_id])
    split = split | torn
    fields = (
        share_field(pick.line_id, pick.quote_id, pick.variant) if pick.line_id in split else pick_field(pick.line_id)
        for pick in known
    )
    return Choice(tuple(known), split, tuple(fields))


def _as_pick(compared: RfqComparison, pick: sourcing.Pick) -> commands.AwardPick:
    cell = compared.comparison.cell(pick.line_id, pick.supplier_id, pick.variant)
    whole = cell is not None and cell.quantity.value == pick.quantity.value
    return commands.AwardPick(
        line_id=pick.line_id,
        quote_id=compared.quotes[pick.supplier_id].id,
        quantity=None if whole else pick.quantity.value,
        variant=pick.variant,
    )


def _shares(form: Form, compared: RfqComparison, row: sourcing.Row) -> Sequence[commands.AwardPick]:
    line_id, found = row.need.line_id, []
    for position, column in enumerate(compared.comparison.columns):
        quote_id = compared.quotes[column.supplier_id].id
        for cell in row.choices(position):
            variant = cell.offer.variant
            name = share_field(line_id, quote_id, variant)
            form.labels[name] = f"{row.need.number} {column.supplier}"
            quantity = form.decimal(name, least=Decimal(0), most=row.need.quantity.value)
            if quantity:
                pick = commands.AwardPick(line_id=line_id, quote_id=quote_id, quantity=quantity, variant=variant)
                found.append(pick)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
