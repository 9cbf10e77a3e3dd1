"""The comparison as its page shows it: heads, lines and prices, ready for the matrix macros."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.rfq.commands.quotes import PriceTier
from b2b_market.rfq.pages.landed import Basis
from b2b_market.rfq.pages.picking import Choice, Place, pick_field, pick_value, share_field, split_field
from b2b_market.rfq.rules.notation import write_asked
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt
from b2b_market.ui.forms import Form

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
class PriceView:
    """One offer: ``price`` as digits, ``delta`` to the best as text, ``quoted`` where the price shown is another one.

    ``href`` leads to how a landed price comes about, empty for others. ``share`` is the text in the quantity field of a
    split line, None for the radio button.
    """

    supplier: str
    value: str
    price: str
    delta: str
    lead_days: int | None
    late: bool
    best: bool
    picked: bool
    pickable: bool
    name: str
    share: str | None
    wrong: bool
    flags: Sequence[tuple[str, str]]
    hints: Sequence[str]
    quoted: Money | None
    setup: Money | None
    """What is charged once beside the price shown, as quoted."""
    note: str
    href: str
    others: Sequence["PriceView"] = ()
    """What the supplier offers besides; ``note`` says what each is."""


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
    prices: Sequence[PriceView | None]


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
    compared: RfqComparison,
    rows: Sequence[sourcing.Row],
    choice: Choice,
    form: Form,
    *,
    raw: bool,
    units: Mapping[str, str],
    basis: Basis | None = None,
) -> Sequence[LineView]:
    """Return ``rows`` with their offers and what ``choice`` gives to whom; ``basis`` where it is the landed one."""
    pickable = None if basis is None else basis.pickable()
    landed = None if basis is None or basis.landed is None else f"/rfqs/{compared.rfq.id}/landed/"
    given = choice.given()
    taken = {line_id for line_id, _, _ in given}
    quotes = [(column.supplier, compared.quotes[column.supplier_id].id) for column in compared.comparison.columns]
    found = []
    for row in rows:
        need, line_id = row.need, row.need.line_id
        split = line_id in choice.split
        places = _places(row, raw=raw, landed=landed is not None)
        view = partial(_prices, given=given, form=form, raw=raw, split=split, places=places)
        found.append(
            LineView(
                line_id=line_id,
                number=need.number,
                item=need.item,
                note=need.specification,
                quantity=need.quantity.value,
                unit=units[need.quantity.unit.code],
                target=fmt.amount(row.target_price) if row.target_price else None,
                split=split,
                left=line_id not in taken,
                pick=pick_field(line_id),
                split_name=split_field(line_id),
                prices=[
                    None if cell is None else view(cell, row.others.get(position, ()), who, (line_id, quote_id))
                    for position, (cell, (who, quote_id)) in enumerate(zip(row.cells, quotes, strict=True))
                ],
            )
        )
        if landed is not None and pickable is not None and basis is not None:
            found[-1] = _as_landed(found[-1], basis, pickable[line_id], f"{landed}{line_id}/", places)
    return found


def _as_landed(
    line: LineView, basis: Basis, pickable: Sequence[bool], place: str, places: Mapping[str, int]
) -> LineView:
    """Return a line of landed prices: what may be picked is what the raw offers say, each price leads to its making."""
    row, landed = basis.compared.comparison.row(line.line_id), basis.ranking.row(line.line_id)
    assert row is not None  # noqa: S101 - both comparisons hold the same needs and offers
    assert landed is not None  # noqa: S101 - as above
    prices: list[PriceView | None] = []
    for position, (price, picks) in enumerate(zip(line.prices, pickable, strict=True)):
        raw, shown = row.choices(position), landed.choices(position)
        if price is None or not raw:
            prices.append(None)
            continue
        first = _landed_price(price, raw[0], shown[0], f"{place}{raw[0].offer.offer_id}", places)
        others = [
            _landed_price(*three, f"{place}{raw[0].offer.offer_id}?variant={three[1].offer.variant}", places)
            for three in zip(price.others, raw[1:], shown[1:], strict=True)
        ]
        prices.append(replace(first, pickable=picks, others=others))
    return replace(line, prices=prices)


def _landed_price(
    price: PriceView, raw: sourcing.Cell, shown: sourcing.Cell, href: str, places: Mapping[str, int]
) -> PriceView:
    return replace(
        price,
        price=written(shown.price, places[shown.price.currency.code], exact=False),
        pickable=raw.awardable,
        quoted=raw.offer.unit_price,
        href=href,
    )


def written(price: Money, places: int, *, exact: bool) -> str:
    """Return a unit price as it is written: as quoted, or, where it was converted, rounded half up.

    Converted prices get the decimals of the line, small ones at least SMALL_PLACES; nothing is calculated with them.
    """
    amount = price.amount
    if not exact:
        least = price.currency.minor_digits if amount >= 1 else SMALL_PLACES
        amount = amount.quantize(Decimal(1).scaleb(-max(places, least)), ROUND_HALF_UP)
    return fmt.number(amount, places)


def _places(row: sourcing.Row, *, raw: bool, landed: bool) -> Mapping[str, int]:
    """Return by currency how many decimals the quoted prices of a line need, so that points stand under each other."""
    found: dict[str, int] = {}
    for cell in (cell for position in range(len(row.cells)) for cell in row.choices(position)):
        price = cell.offer.unit_price if raw else cell.price
        digits = price.currency.minor_digits
        if raw or (cell.rate is None and not landed):
            digits = len(fmt.number(price.amount, digits).partition(".")[2])
        found[price.currency.code] = max(digits, found.get(price.currency.code, 0))
    return found


def _prices(
    cell: sourcing.Cell,
    others: Sequence[sourcing.Cell],
    supplier: str,
    place: tuple[UUID, UUID],
    *,
    given: Mapping[Place, Decimal | None],
    form: Form,
    raw: bool,
    split: bool,
    places: Mapping[str, int],
) -> PriceView:
    """Return a supplier's first offer with what it offers besides."""
    first = _price(cell, supplier, (*place, 0), given, form, raw=raw, split=split, places=places)
    if not others:
        return first
    more = [
        _price(other, supplier, (*place, other.offer.variant), given, form, raw=raw, split=split, places=places)
        for other in others
    ]
    return replace(first, others=more)


def _price(
    cell: sourcing.Cell,
    supplier: str,
    place: Place,
    given: Mapping[Place, Decimal | None],
    form: Form,
    *,
    raw: bool,
    split: bool,
    places: Mapping[str, int],
) -> PriceView:
    line_id, quote_id, variant = place
    price = cell.offer.unit_price if raw else cell.price
    name = share_field(*place) if split else pick_field(line_id)
    return PriceView(
        supplier=supplier,
        value=pick_value(quote_id, variant),
        price=written(price, places[price.currency.code], exact=raw or cell.rate is None),
        delta="" if cell.delta_percent is None else fmt.delta_percent(cell.delta_percent / HUNDRED),
        lead_days=cell.offer.lead_days,
        late=sourcing.Flag.LATE in cell.flags,
        best=cell.best,
        picked=place in given,
        pickable=cell.awardable,
        name=name,
        share=_share(form, name, cell, given, place) if split else None,
        wrong=form.error(name) is not None,
        flags=[(sourcing.FLAG_LABELS[flag], _tone(flag)) for flag in cell.flags],
        hints=[sourcing.FLAG_HINTS[flag] for flag in cell.flags],
        quoted=cell.offer.unit_price if cell.rate is not None and not raw else None,
        setup=cell.offer.setup,
        note=_said(cell.offer),
        href="",
    )


def _said(offer: sourcing.QuoteLine) -> str:
    """Return what an offer says besides its figures: its note, and its prices by quantity with those left open."""
    tiers = write_asked((PriceTier(start, price) for start, price in offer.tiers), offer.unanswered)
    return " · ".join(part for part in (offer.note, tiers) if part)


def _share(
    form: Form,
    name: str,
    cell: sourcing.Cell,
    given: Mapping[Place, Decimal | None],
    place: Place,
) -> str:
    typed = form.data.first(name)
    if typed is not None:
        return typed
    if place not in given:
        return ""
    quantity = given[place]
    return fmt.number(cell.quantity.value if quantity is None else quantity)


def _tone(flag: sourcing.Flag) -> str:
    if flag is sourcing.Flag.ALTERNATIVE:
        return "violet"
    return "bad" if flag in _PROBLEM_FLAGS else "warn"
