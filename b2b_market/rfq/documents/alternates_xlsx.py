"""The sheet of what suppliers offer besides their first offers: one row each, totals by live formulas."""

from collections.abc import Callable, Iterator
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell

from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.comparison_sheet import Speech, remarks
from b2b_market.sourcing.public import Cell, Comparison, Row

_WIDTHS: Final = (6, 28, 24, 34, 12, 13, 10, 13, 14, 14, 10, 12, 26)
_QUANTITY, _PRICE, _CURRENCY, _CONVERTED, _TOTAL, _CONVERTED_TOTAL, _LEAD, _SETUP, _REMARKS = range(4, 13)
RateOf = Callable[[int], str | None]
"""Where the rate of a supplier's currency stands, by the place of its column; None where nothing is converted."""


class AlternatesWriter:
    """Writes the sheet; where nobody offers an alternate there is none."""

    def __init__(
        self, workbook: Workbook, comparison: Comparison, speech: Speech, style: Callable[..., Format], rate_of: RateOf
    ) -> None:
        """Keep what the sheet is written from; ``style`` makes formats by name, ``rate_of`` names a rate's cell."""
        self.workbook, self.comparison = workbook, comparison
        self.say, self.style, self.rate_of = speech.translate, style, rate_of

    def write(self) -> None:
        """Write the sheet."""
        offers = list(self._offers())
        if not offers:
            return
        sheet = self.workbook.add_worksheet(self.say(N_("Alternates")))
        for column, (title, width) in enumerate(zip(self._titles(), _WIDTHS, strict=True)):
            sheet.write_string(0, column, title, self.style("head"))
            sheet.set_column(column, column, width)
        for at, (row, place, cell) in enumerate(offers, start=1):
            mark = "best" if cell.best else ""
            sheet.write_number(at, 0, row.need.number)
            sheet.write_string(at, 1, row.need.item)
            sheet.write_string(at, 2, self.comparison.columns[place].supplier)
            sheet.write_string(at, 3, cell.offer.note)
            sheet.write_number(at, _QUANTITY, cell.quantity.value, self.style("quantity"))
            sheet.write_number(at, _PRICE, cell.offer.unit_price.amount, self.style("price", mark))
            sheet.write_string(at, _CURRENCY, cell.offer.unit_price.currency.code)
            for column, formula, value, style in self._figures(at, place, cell):
                sheet.write_formula(at, column, formula, style, value)
            if cell.offer.lead_days is not None:
                sheet.write_number(at, _LEAD, cell.offer.lead_days)
            if cell.offer.setup is not None:
                sheet.write_number(at, _SETUP, cell.offer.setup.amount, self.style("price"))
            sheet.write_string(at, _REMARKS, remarks(cell, self.say, best=self.say(N_("Best price")), note=False))
        sheet.freeze_panes(1, 2)

    def _offers(self) -> Iterator[tuple[Row, int, Cell]]:
        for row in self.comparison.rows:
            for place in sorted(row.others):
                yield from ((row, place, cell) for cell in row.others[place])

    def _titles(self) -> tuple[str, ...]:
        code = self.comparison.basis.currency.code
        return (
            self.say(N_("Line")),
            self.say(N_("Item")),
            self.say(N_("Supplier")),
            self.say(N_("Alternative")),
            self.say(N_("Offered quantity")),
            self.say(N_("Unit price")),
            self.say(N_("Currency")),
            self.say(N_("Unit price {currency}"), currency=code),
            self.say(N_("Total")),
            self.say(N_("Total {currency}"), currency=code),
            self.say(N_("Lead time, days")),
            self.say(N_("Set-up cost")),
            self.say(N_("Remarks")),
        )

    def _figures(self, at: int, place: int, cell: Cell) -> Iterator[tuple[int, str, float, Format]]:
        """Yield column, formula, stored value and format of the calculated cells of a row."""
        own, target = cell.total.currency, self.comparison.basis.currency
        quantity, price, total = (xl_rowcol_to_cell(at, column) for column in (_QUANTITY, _PRICE, _TOTAL))
        rate = self.rate_of(place)
        factor = "" if rate is None else f"*{rate}"
        yield _CONVERTED, f"={price}{factor}", float(cell.price.amount), self.style("price")
        rounded = f"=ROUND({quantity}*{price},{own.minor_digits})"
        yield _TOTAL, rounded, float(cell.total.amount), self.style("price")
        converted = f"=ROUND({total}{factor},{target.minor_digits})"
        yield _CONVERTED_TOTAL, converted, float(cell.converted_total.amount), self.style("price")
