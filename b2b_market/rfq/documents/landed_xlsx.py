"""The landed cost as a sheet of the comparison's workbook: each price × its factor + its amounts, as live formulas.

A landed cost is a straight line over the quoted price (``sourcing.CostLine``), so factor and amounts stand in columns
of their own and the sheet works out again when somebody changes a price. Totals add up the rounded lines.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.landed_sheet import LandedSheet, costs_in_words
from b2b_market.rfq.documents.saying import Speech
from b2b_market.sourcing import public as sourcing

FIRST_ROW: Final = 3
_WIDTH: Final = 5
_ITEMS: Final = 3

PriceCell = Callable[[int, int], str]
"""Where the quoted price of (row, column) of the comparison stands in the workbook."""


class LandedWriter:
    """Writes two sheets: the landed cost of every offer, and the costs assumed."""

    def __init__(
        self, workbook: Workbook, sheet: LandedSheet, speech: Speech, style: Callable[..., Format], price: PriceCell
    ) -> None:
        """Keep what to write, and how the workbook styles its cells and finds its prices."""
        self.sheet = sheet
        self.comparison = sheet.comparison
        self.currency = sheet.comparison.basis.currency
        self.say = speech.translate
        self.style = style
        self.price = price
        self.main: Worksheet = workbook.add_worksheet(self.say(N_("Landed cost")))
        self.costs: Worksheet = workbook.add_worksheet(self.say(N_("Costs assumed")))

    def write(self) -> None:
        """Write both sheets."""
        note = N_("What one unit costs at the buyer's door, present value in {currency}: price × factor + amounts.")
        self.main.write_string(0, 0, self.say(note, currency=self.currency.code))
        for at, title in enumerate((N_("Line"), N_("Item"), N_("Quantity"))):
            self.main.write_string(FIRST_ROW - 1, at, self.say(title), self.style("head"))
        for place, column in enumerate(self.comparison.columns):
            self._head(place, column)
        for at, row in enumerate(self.comparison.rows, start=FIRST_ROW):
            self.main.write_number(at, 0, row.need.number)
            self.main.write_string(at, 1, row.need.item)
            self.main.write_number(at, 2, row.need.quantity.value, self.style("quantity"))
            for place, cell in enumerate(row.cells):
                if cell is not None:
                    self._offer(at, place, row, cell)
        self._totals(FIRST_ROW + len(self.comparison.rows))
        self.main.freeze_panes(FIRST_ROW, 2)
        self._costs()

    def _first(self, place: int) -> int:
        return _ITEMS + place * _WIDTH

    def _head(self, place: int, column: sourcing.Column) -> None:
        first, code = self._first(place), self.currency.code
        titles = (
            self.say(N_("Quoted price")),
            self.say(N_("Factor")),
            self.say(N_("Amounts {currency}"), currency=code),
            self.say(N_("Landed {currency}"), currency=code),
            self.say(N_("Landed total {currency}"), currency=code),
        )
        self.main.merge_range(FIRST_ROW - 2, first, FIRST_ROW - 2, first + _WIDTH - 1, "", self.style("group"))
        self.main.write_string(FIRST_ROW - 2, first, column.supplier, self.style("group"))
        for at, title in enumerate(titles, start=first):
            self.main.write_string(FIRST_ROW - 1, at, title, self.style("head"))
            self.main.set_column(at, at, 13)

    def _offer(self, at: int, place: int, row: sourcing.Row, cell: sourcing.Cell) -> None:
        first, supplier = self._first(place), self.comparison.columns[place].supplier_id
        line = self.sheet.lines[row.need.line_id, supplier]
        mark = "best" if cell.best else ""
        price, factor, fixed, landed = (xl_rowcol_to_cell(at, first + offset) for offset in range(4))
        self.main.write_formula(at, first, f"={self.price(at - FIRST_ROW, place)}", self.style("price"))
        self.main.write_number(at, first + 1, float(line.rise), self.style("rate"))
        self.main.write_number(at, first + 2, float(line.fixed), self.style("price"))
        formula = f"={price}*{factor}+{fixed}"
        self.main.write_formula(at, first + 3, formula, self.style("price", mark), float(cell.price.amount))
        offered = row.need.quantity.value if cell.quantity is row.need.quantity else cell.quantity.value
        total = f"=ROUND({offered}*{landed},{self.currency.minor_digits})"
        self.main.write_formula(at, first + 4, total, self._money(), float(cell.total.amount))

    def _totals(self, at: int) -> None:
        labels = (N_("Total"), N_("Total of the common lines"), N_("Rank by common lines"))
        for number, label in enumerate(labels):
            self.main.write_string(at + number, 1, self.say(label), self.style("total"))
        for place, column in enumerate(self.comparison.columns):
            last = self._first(place) + _WIDTH - 1
            cells = f"{xl_rowcol_to_cell(FIRST_ROW, last)}:{xl_rowcol_to_cell(at - 1, last)}"
            self.main.write_formula(at, last, f"=SUM({cells})", self._money("total"), float(column.total.amount))
            if column.like_for_like is not None:
                self.main.write_number(at + 1, last, column.like_for_like.amount, self._money("total"))
            if column.place is not None:
                self.main.write_number(at + 2, last, column.place.rank, self.style("total"))

    def _costs(self) -> None:
        heads = (N_("Cost"), N_("Value"), N_("Days from delivery"), N_("Suppliers"), N_("Line"), N_("Source"))
        for at, head in enumerate(heads):
            self.costs.write_string(0, at, self.say(head), self.style("head"))
        for at, cost in enumerate(costs_in_words(self.sheet, self.say), start=1):
            self.costs.write_string(at, 0, cost.name)
            self.costs.write_string(at, 1, cost.value)
            self.costs.write_number(at, 2, Decimal(cost.day))
            self.costs.write_string(at, 3, cost.suppliers)
            self.costs.write_string(at, 4, cost.lines)
            self.costs.write_string(at, 5, cost.source)
        for at, width in enumerate((28, 22, 8, 24, 10, 40)):
            self.costs.set_column(at, at, width)

    def _money(self, *style: str) -> Format:
        digits = self.currency.minor_digits
        return self.style("#,##0" + ("." + "0" * digits if digits else ""), *style)
