"""The comparison as its page shows it: heads, lines and prices, ready for the matrix macros."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import PriceTier
from b2b_market.rfq.documents.saying import Speech
from b2b_market.rfq.pages.landed import Basis
from b2b_market.rfq.pages.picking import Choice, pick_field, pick_value, share_field, split_field
from b2b_market.rfq.rules.notation import write_asked
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt
from b2b_market.ui.forms import Form
from b2b_market.ui.i18n import fill
from b2b_market.ui.matrix import MatrixCell, MatrixOther, RadioButton, ShareField

_DAYS: Final = N_("{n} d")
_SETUP: Final = N_("+ {amount} set-up")
_QUOTED: Final = N_("As quoted: {price}.")
_SHARE: Final = N_("Quantity of line {line} from {supplier}")
SMALL_PLACES: Final = 4
HUNDRED: Final = Decimal(100)
_PROBLEM_FLAGS: Final = frozenset({sourcing.Flag.EXPIRED, sourcing.Flag.MINIMUM_ABOVE_NEED})


@dataclass(frozen=True, slots=True)
class HeadView:
    """A supplier's column head. ``like`` is the total of the common lines, None where totals compare as they are.

    ``freight`` is what it charges beside the prices shown, as quoted.
    """

    supplier_id: UUID
    name: str
    href: str
    rank: str | None
    total: Money
    coverage: str
    full: bool
    currency: str
    converted: bool
    like: Money | None
    freight: Money | None


@dataclass(frozen=True, slots=True)
class LineView:
    """One need with its offers; ``left`` tells that it is given to nobody."""

    line_id: UUID
    number: int
    item: str
    note: str
    quantity: Decimal
    unit: str
    target: str | None
    split: bool
    left: bool
    pick: str
    split_name: str
    prices: Sequence[MatrixCell]


@dataclass(frozen=True, slots=True)
class Manner:
    """How lines are shown: ``raw`` in the quoted currencies, units by code, words in the reader's language."""

    raw: bool
    units: Mapping[str, str]
    speech: Speech


def heads_of(compared: RfqComparison, *, raw: bool) -> Sequence[HeadView]:
    """Return the column heads; ``raw`` shows totals in the quoted currencies."""
    comparison = compared.comparison
    lines = len(comparison.rows)
    return [
        HeadView(
            supplier_id=column.supplier_id,
            name=column.supplier,
            href=f"/quotes/{compared.quotes[column.supplier_id].id}",
            rank=None if column.place is None else f"{column.place.rank}{'=' if column.place.tied else ''}",
            total=column.total if raw else column.converted_total,
            coverage=f"{column.covered}/{lines}",
            full=column.covered == lines,
            currency=column.currency.code,
            converted=column.rate is not None,
            like=None if comparison.equal_coverage else column.like_for_like,
            freight=column.freight,
        )
        for column in comparison.columns
    ]


def lines_of(
    basis: Basis, rows: Sequence[sourcing.Row], choice: Choice, form: Form, manner: Manner
) -> Sequence[LineView]:
    """Return ``rows`` of the comparison that is shown with their offers and what ``choice`` gives to whom."""
    desk = _Desk(basis, choice, form, manner)
    return [desk.line(row) for row in rows]


class _Desk:
    """Writes one line after another; what all of them have in common is looked up once."""

    def __init__(self, basis: Basis, choice: Choice, form: Form, manner: Manner) -> None:
        shown = basis.shown
        self.form, self.raw, self.units, self.speech = form, manner.raw, manner.units, manner.speech
        self.split = choice.split
        self.given: dict[UUID, dict[str, Decimal | None]] = {}
        for (line_id, quote_id, variant), quantity in choice.given().items():
            self.given.setdefault(line_id, {})[pick_value(quote_id, variant)] = quantity
        self.quotes = [(column.supplier, shown.quotes[column.supplier_id].id) for column in shown.comparison.columns]
        self.values = [pick_value(quote_id, 0) for _, quote_id in self.quotes]
        self.quoted = None if basis.landed is None else basis.compared.comparison
        self.landed = f"/rfqs/{shown.rfq.id}/landed"
        self.days = self.speech.translate(_DAYS)
        self.leads: dict[int, str] = {}

    def line(self, row: sourcing.Row) -> LineView:
        """Return a need with its offers; where they are landed ones, what was quoted says which can be picked."""
        need, line_id = row.need, row.need.line_id
        quoted = None if self.quoted is None else self.quoted.row(line_id)
        writer = _Line(self, row, quoted)
        return LineView(
            line_id=line_id,
            number=need.number,
            item=need.item,
            note=need.specification,
            quantity=need.quantity.value,
            unit=self.units[need.quantity.unit.code],
            target=fmt.amount(row.target_price) if row.target_price else None,
            split=writer.split,
            left=not writer.given,
            pick=writer.pick,
            split_name=split_field(line_id),
            prices=[writer.cell(position) for position in range(len(row.cells))],
        )

    def lead(self, days: int | None) -> str:
        """Return a lead time in words, nothing where none is stated."""
        if days is None:
            return ""
        found = self.leads.get(days)
        if found is None:
            found = self.leads[days] = fill(self.days, {"n": days})
        return found

    def setup(self, offer: sourcing.QuoteLine) -> str:
        """Return what is charged once beside the price shown, as quoted."""
        return self.speech.translate(_SETUP, amount=fmt.amount(offer.setup)) if offer.setup else ""

    def notes(self, cell: sourcing.Cell, quoted: Money | None) -> str:
        """Return what a cell says when it is pointed at: the price as quoted where another is shown, notes, flags."""
        say, said = self.speech.translate, _said(cell.offer)
        if not (quoted or said or cell.flags):
            return ""
        price = [say(_QUOTED, price=fmt.unit_price(quoted, self.speech.language))] if quoted else []
        notes = [said] if said else []
        return " ".join([*price, *notes, *(say(sourcing.FLAG_HINTS[flag]) for flag in cell.flags)]).strip()

    def flags(self, cell: sourcing.Cell) -> Sequence[tuple[str, str]]:
        """Return the labels of a cell with their tones."""
        if not cell.flags and not cell.offer.setup:
            return ()
        found = [(self.speech.translate(sourcing.FLAG_LABELS[flag]), _tone(flag)) for flag in cell.flags]
        return [*found, (self.setup(cell.offer), "neutral")] if cell.offer.setup else found


class _Line:
    """Writes the offers to one need: ``row`` as it is shown, ``quoted`` as it was quoted where that is another one."""

    def __init__(self, desk: _Desk, row: sourcing.Row, quoted: sourcing.Row | None) -> None:
        line_id = row.need.line_id
        self.desk, self.row, self.quoted = desk, row, quoted
        self.given = desk.given.get(line_id, {})
        self.split = line_id in desk.split
        self.pick = pick_field(line_id)
        self.prices = _prices(row, raw=desk.raw, landed=quoted is not None)

    def cell(self, position: int) -> MatrixCell:
        """Return the first offer of the supplier at this place with what it offers besides."""
        supplier, first = self.desk.quotes[position][0], self.row.cells[position]
        asked = first if self.quoted is None else self.quoted.cells[position]
        if first is None or asked is None:
            return MatrixCell(supplier, "")
        pick, share = self._choice(position, first, asked)
        return MatrixCell(
            supplier,
            self.prices[position, 0],
            _delta(first),
            self.desk.lead(first.offer.lead_days),
            sourcing.Flag.LATE in first.flags,
            first.best,
            pick,
            self.desk.flags(first),
            self.desk.notes(first, self._quoted(first, asked)),
            share,
            "" if self.quoted is None else self._href(position, 0),
            self._others(position) if position in self.row.others else (),
        )

    def _others(self, position: int) -> Sequence[MatrixOther]:
        """Return what the supplier at this place offers besides."""
        asked = self.row if self.quoted is None else self.quoted
        pairs = zip(self.row.choices(position), asked.choices(position), strict=True)
        return [self._other(position, index, *pair) for index, pair in enumerate(pairs) if index]

    def _other(self, position: int, index: int, cell: sourcing.Cell, asked: sourcing.Cell) -> MatrixOther:
        pick, share = self._choice(position, cell, asked)
        lead, setup = self.desk.lead(cell.offer.lead_days), self.desk.setup(cell.offer)
        return MatrixOther(
            self.desk.quotes[position][0],
            self.prices[position, index],
            _said(cell.offer),
            " · ".join(part for part in (lead, setup) if part),
            cell.best,
            pick,
            share,
            "" if self.quoted is None else self._href(position, asked.offer.variant),
            _delta(cell),
        )

    def _href(self, position: int, variant: int) -> str:
        """Return where the making of a landed price is told."""
        place = f"{self.desk.landed}/{self.row.need.line_id}/{self.desk.values[position]}"
        return f"{place}?variant={variant}" if variant else place

    def _quoted(self, cell: sourcing.Cell, asked: sourcing.Cell) -> Money | None:
        """Return the price as quoted where the one that is shown is another."""
        if self.quoted is not None:
            return asked.offer.unit_price
        return cell.offer.unit_price if cell.rate is not None and not self.desk.raw else None

    def _choice(
        self, position: int, cell: sourcing.Cell, asked: sourcing.Cell
    ) -> tuple[RadioButton | None, ShareField | None]:
        """Return the radio button of an offer, or of a split line its quantity; neither where it cannot be picked."""
        if not asked.awardable:
            return None, None
        (supplier, quote_id), variant = self.desk.quotes[position], asked.offer.variant
        value = pick_value(quote_id, variant) if variant else self.desk.values[position]
        if not self.split:
            return (self.pick, value, value in self.given), None
        need, form = self.row.need, self.desk.form
        name = share_field(need.line_id, quote_id, variant)
        typed = form.data.first(name)
        if typed is None and value in self.given:
            quantity = self.given[value]
            typed = fmt.number(cell.quantity.value if quantity is None else quantity)
        label = self.desk.speech.translate(_SHARE, line=need.number, supplier=supplier)
        return None, (name, typed or "", label, form.error(name) is not None)


def _prices(row: sourcing.Row, *, raw: bool, landed: bool) -> Mapping[tuple[int, int], str]:
    """Return the prices of a line as they are written, by the supplier's place and the order of its offers.

    Quoted prices are written as they are, converted and landed ones rounded half up; all of one currency get the
    decimals that the quoted ones need, so that points stand under each other.
    """
    places: dict[str, int] = {}
    found: list[tuple[tuple[int, int], Money, str | None]] = []
    for position in range(len(row.cells)):
        for index, cell in enumerate(row.choices(position)):
            price = cell.offer.unit_price if raw else cell.price
            code, digits, text = price.currency.code, price.currency.minor_digits, None
            if raw or (cell.rate is None and not landed):
                text = fmt.number(price.amount, digits)
                digits = len(text.partition(".")[2])
            places[code] = max(digits, places.get(code, 0))
            found.append(((position, index), price, text))
    return {
        place: _rounded(price, places[price.currency.code])
        if text is None
        else _padded(text, places[price.currency.code])
        for place, price, text in found
    }


def _rounded(price: Money, places: int) -> str:
    """Return a price rounded half up to ``places``, a small one to SMALL_PLACES at least; nothing is done with it."""
    least = price.currency.minor_digits if price.amount >= 1 else SMALL_PLACES
    return fmt.number(price.amount.quantize(Decimal(1).scaleb(-max(places, least)), ROUND_HALF_UP), places)


def _padded(text: str, places: int) -> str:
    whole, _, part = text.partition(".")
    return text if len(part) == places else f"{whole}.{part.ljust(places, '0')}"


def _delta(cell: sourcing.Cell) -> str:
    """Return the distance to the best price of the line."""
    return "" if cell.delta_percent is None else fmt.delta_percent(cell.delta_percent / HUNDRED)


def _said(offer: sourcing.QuoteLine) -> str:
    """Return what an offer says besides its figures: its note, and its prices by quantity with those left open."""
    if not (offer.tiers or offer.unanswered):
        return offer.note
    tiers = write_asked((PriceTier(start, price) for start, price in offer.tiers), offer.unanswered)
    return " · ".join(part for part in (offer.note, tiers) if part)


def _tone(flag: sourcing.Flag) -> str:
    if flag is sourcing.Flag.ALTERNATIVE:
        return "violet"
    return "bad" if flag in _PROBLEM_FLAGS else "warn"
