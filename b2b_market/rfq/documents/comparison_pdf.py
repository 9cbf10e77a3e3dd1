"""The comparison on paper: landscape, a few suppliers per table, heads repeated, every total and rate below."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

from b2b_market.infra.documents import setting
from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.infra.documents.model import (
    Align,
    Block,
    Column,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Paragraph,
    Table,
    Title,
    Words,
    same,
)
from b2b_market.infra.documents.pdf import PDF_TYPE, Printed, write_pdf
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit_name
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech, remarks
from b2b_market.rfq.documents.landed_sheet import LandedSheet, costs_in_words
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt

__all__ = ["PDF_TYPE", "comparison_document", "print_comparison"]

SUPPLIERS_PER_TABLE: Final = 6
"""As many as stand side by side on A4 with prices that can be read."""
_DASH: Final = same("—")
_HUNDRED: Final = Decimal(100)
_CONVERTED_PLACES: Final = 4


def print_comparison(sheet: ComparisonSheet, speech: Speech) -> Printed:
    """Return the comparison as PDF in one language; the same sheet always gives the same bytes."""
    return write_pdf(comparison_document(sheet, speech), load_fonts(), setting.LANDSCAPE)


def comparison_document(sheet: ComparisonSheet, speech: Speech) -> Document:
    """Return what the PDF says."""
    return _Author(sheet, speech).document()


class _Author:
    def __init__(self, sheet: ComparisonSheet, speech: Speech) -> None:
        self.sheet = sheet
        self.comparison = sheet.comparison
        self.speech = speech
        self.say = speech.translate
        self.best = self.say(N_("Best price"))
        self.exact = True
        """Whether prices that are not converted are written as they are: quoted ones, but not landed ones."""

    def document(self) -> Document:
        sheet, say = self.sheet, self.say
        title = say(N_("Comparison of quotations"))
        return Document(
            title=Title(same(title), tuple(self._identity())),
            number=sheet.number,
            languages=(self.speech.language.value,),
            blocks=tuple(self._blocks()),
            running_head=same(f"{title} · {sheet.title}"),
            running_foot=same(self._stand()),
            page_words=same(say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}")),
            created=sheet.as_of,
            author=sheet.buyer,
        )

    def _identity(self) -> Iterator[Fact]:
        comparison = self.comparison
        yield self._fact(N_("Request for quotation"), f"{self.sheet.number} · {self.sheet.title}")
        yield self._fact(N_("Buyer"), self.sheet.buyer)
        basis = self.say(N_("{currency}, prices without tax"), currency=comparison.basis.currency.code)
        yield self._fact(N_("Compared in"), basis)
        yield self._fact(N_("State of"), self._stand())

    def _stand(self) -> str:
        return f"{self.sheet.as_of:%Y-%m-%d %H:%M} UTC"

    def _fact(self, label: str, value: str) -> Fact:
        return Fact(same(self.say(label)), same(value))

    def _blocks(self) -> Iterator[Block]:
        columns = self.comparison.columns
        if not columns:
            yield Paragraph(same(self.say(N_("No quotation to compare yet"))))
            return
        bounds = [*range(0, len(columns), SUPPLIERS_PER_TABLE), len(columns)]
        for first, end in pairwise(bounds):
            if len(columns) > SUPPLIERS_PER_TABLE:
                part = self.say(N_("Suppliers {first} to {last} of {all}"), first=first + 1, last=end, all=len(columns))
                yield Heading(same(part))
            yield self.table(range(first, end))
        yield Heading(same(self.say(N_("Totals"))))
        yield self.totals()
        yield Paragraph(same(self._ranking_rule()), Emphasis.NOTE)
        yield from self._rates()
        if self.sheet.landed is not None:
            yield from self._landed(self.sheet.landed)

    def _landed(self, landed: LandedSheet) -> Iterator[Block]:
        """Yield the same tables on the landed cost, and the costs that it stands on."""
        on_landed = _Author(replace(self.sheet, comparison=landed.comparison, landed=None), self.speech)
        on_landed.exact = False
        yield Heading(same(self.say(N_("Landed cost, present value per unit"))))
        columns = len(landed.comparison.columns)
        for first, end in pairwise([*range(0, columns, SUPPLIERS_PER_TABLE), columns]):
            yield on_landed.table(range(first, end))
        yield on_landed.totals()
        yield Heading(same(self.say(N_("Costs assumed"))))
        heads = (N_("Cost"), N_("Value"), N_("Days from delivery"), N_("Suppliers"), N_("Line"), N_("Source"))
        rows = [
            (cost.name, cost.value, str(cost.day), cost.suppliers, cost.lines, cost.source)
            for cost in costs_in_words(landed, self.say)
        ]
        words = tuple(tuple(same(text) for text in row) for row in rows)
        yield Table(tuple(Column(same(self.say(head))) for head in heads), words)

    # ---- lines

    def table(self, places: Sequence[int]) -> Table:
        """Return the lines with the offers of the suppliers at ``places``."""
        heads = [
            Column(same(self.say(N_("Line"))), align=Align.END),
            Column(same(self.say(N_("Item"))), share=3),
            Column(same(self.say(N_("Quantity"))), align=Align.END),
            Column(same(self.say(N_("Target price"))), align=Align.END),
        ]
        heads += [Column(same(self.comparison.columns[place].supplier), share=2, align=Align.END) for place in places]
        return Table(tuple(heads), tuple(self._row(row, places) for row in self.comparison.rows))

    def _row(self, row: sourcing.Row, places: Sequence[int]) -> tuple[Words, ...]:
        need = row.need
        unit = unit_name(need.quantity.unit, self.speech.language.value)
        item = f"{need.item}\n{need.specification}" if need.specification else need.item
        return (
            same(str(need.number)),
            same(item),
            same(f"{fmt.number(need.quantity.value)} {unit}"),
            _DASH if row.target_price is None else same(_written(row.target_price, exact=row.target_rate is None)),
            *(self._cell(row.cells[place], row.others.get(place, ())) for place in places),
        )

    def _cell(self, cell: sourcing.Cell | None, others: Sequence[sourcing.Cell]) -> Words:
        """Return a price in the comparison currency with what belongs to it, and what is offered besides.

        A line without an offer is a dash.
        """
        if cell is None:
            return _DASH
        lines = [_written(cell.price, exact=self.exact and cell.rate is None)]
        second = [] if cell.delta_percent is None or cell.best else [fmt.delta_percent(cell.delta_percent / _HUNDRED)]
        if cell.offer.lead_days is not None:
            second.append(self.say(N_("{n} d"), n=cell.offer.lead_days))
        noted = remarks(cell, self.say, best=self.best)
        lines += [part for part in (" · ".join(second), noted) if part]
        for other in others:
            price = _written(other.price, exact=self.exact and other.rate is None)
            lines.append(f"{price} {remarks(other, self.say, best=self.best)}")
        return same("\n".join(lines))

    # ---- totals and rates

    def totals(self) -> Table:
        """Return what each supplier's quotation comes to, and where it stands."""
        heads = (
            Column(same(self.say(N_("Supplier"))), share=3),
            Column(same(self.say(N_("As quoted"))), align=Align.END),
            Column(same(self.say(N_("In {currency}"), currency=self.comparison.basis.currency.code)), align=Align.END),
            Column(same(self.say(N_("Lines covered in full"))), align=Align.END),
            Column(same(self.say(N_("Total of the common lines"))), align=Align.END),
            Column(same(self.say(N_("Rank by common lines"))), align=Align.END),
        )
        return Table(heads, tuple(self._total(column) for column in self.comparison.columns))

    def _total(self, column: sourcing.Column) -> tuple[Words, ...]:
        like, place = column.like_for_like, column.place
        return (
            same(column.supplier),
            same(f"{column.currency.code} {fmt.amount(column.total)}"),
            same(fmt.amount(column.converted_total)),
            same(f"{column.covered}/{len(self.comparison.rows)}"),
            _DASH if like is None else same(fmt.amount(like)),
            _DASH if place is None else same(f"{place.rank}{'=' if place.tied else ''}"),
        )

    def _ranking_rule(self) -> str:
        if self.comparison.equal_coverage:
            return self.say(N_("All suppliers cover the same lines: totals compare as they are."))
        rule = N_("Ranks compare the {common} lines that every supplier covers; totals hold all quoted lines.")
        return self.say(rule, common=self.comparison.common_lines)

    def _rates(self) -> Iterator[Block]:
        rates = self.comparison.basis.rates
        if not rates:
            return
        yield Heading(same(self.say(N_("Exchange rates"))))
        yield Facts(
            tuple(
                Fact(
                    same(f"1 {rate.base.code}"),
                    same(f"{fmt.number(rate.value)} {rate.quote.code} · {rate.source} · {rate.as_of}"),
                )
                for rate in rates
            )
        )
        frozen = N_("The rates are frozen at the close of the request.")
        moving = N_("The request is open: these are the rates of the day.")
        yield Paragraph(same(self.say(frozen if self.sheet.frozen else moving)), Emphasis.NOTE)


def _written(price: Money, *, exact: bool) -> str:
    """Return a unit price as quoted, or, where it was converted, rounded half up for reading."""
    amount = price.amount
    if not exact:
        amount = amount.quantize(Decimal(1).scaleb(-max(_CONVERTED_PLACES, price.currency.minor_digits)), ROUND_HALF_UP)
    return fmt.number(amount, price.currency.minor_digits)
