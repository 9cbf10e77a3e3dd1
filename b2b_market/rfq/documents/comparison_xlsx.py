"""The comparison as a workbook: typed numbers, live formulas for every total, the exchange rates with their source.

Each supplier has a block of columns. Amounts of a line are rounded as on the page (quantity × unit price, then × rate),
by formulas; totals add them up by formulas. Every formula carries the exact result as its stored value, so that readers
that do not calculate show the right figure. What somebody wrote is written as text, whatever it begins with. Equal
sheets give equal bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit_name
from b2b_market.rfq.documents.alternates_xlsx import AlternatesWriter
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech, remarks
from b2b_market.rfq.documents.landed_xlsx import LandedWriter
from b2b_market.sourcing.public import Cell, Column, Row

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_GROUP_ROW, _HEAD_ROW, FIRST_ROW = 3, 4, 5
_ITEM_COLUMNS: Final = (
    (N_("Line"), 6),
    (N_("Item"), 28),
    (N_("Specification"), 28),
    (N_("Quantity"), 12),
    (N_("Unit"), 10),
    (N_("Target price"), 12),
    (N_("Target total"), 14),
    (N_("Best price"), 12),
    (N_("Common line"), 9),
)
_QUANTITY, _TARGET, _TARGET_TOTAL, _BEST, _COMMON = 3, 5, 6, 7, 8
_FROZEN_COLUMNS: Final = 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a supplier's columns stand; without conversion the two columns of each pair are the same."""

    column: Column
    rate: str | None
    first: int

    @property
    def quantity(self) -> int:
        return self.first

    @property
    def price(self) -> int:
        return self.first + 1

    @property
    def converted_price(self) -> int:
        return self.price + (self.rate is not None)

    @property
    def total(self) -> int:
        return self.converted_price + 1

    @property
    def converted_total(self) -> int:
        return self.total + (self.rate is not None)

    @property
    def lead(self) -> int:
        return self.converted_total + 1

    @property
    def remarks(self) -> int:
        return self.lead + 1


def comparison_workbook(sheet: ComparisonSheet, speech: Speech) -> bytes:
    """Return the comparison as XLSX in one language."""
    out = BytesIO()
    with Workbook(out, _OPTIONS) as workbook:
        workbook.set_properties(
            {"created": sheet.as_of, "title": f"{sheet.number} {sheet.title}", "author": sheet.buyer}
        )
        _Writer(workbook, sheet, speech).write()
    return out.getvalue()


class _Writer:
    def __init__(self, workbook: Workbook, sheet: ComparisonSheet, speech: Speech) -> None:
        self.workbook = workbook
        self.sheet = sheet
        self.comparison = sheet.comparison
        self.currency = sheet.comparison.basis.currency
        self.speech = speech
        self.say = speech.translate
        self.formats: dict[tuple[str, ...], Format] = {}
        self.rates_name = self.say(N_("Exchange rates"))
        self.main: Worksheet = workbook.add_worksheet(self.say(N_("Comparison")))
        self.blocks = self._blocks()

    def write(self) -> None:
        """Write the comparison, then the rates."""
        self._head()
        for at, row in enumerate(self.comparison.rows, start=FIRST_ROW):
            self._row(at, row)
        self._totals(FIRST_ROW + len(self.comparison.rows))
        self.main.freeze_panes(FIRST_ROW, _FROZEN_COLUMNS)
        self.main.set_landscape()
        self.main.set_paper(9)  # A4
        self.main.repeat_rows(_GROUP_ROW, _HEAD_ROW)
        self.main.repeat_columns(0, _FROZEN_COLUMNS - 1)
        self._rates()
        AlternatesWriter(
            self.workbook, self.comparison, self.speech, self._format, lambda place: self.blocks[place].rate
        ).write()
        if self.sheet.landed is not None:
            LandedWriter(self.workbook, self.sheet.landed, self.speech, self._format, self._quoted_price).write()

    def _quoted_price(self, row: int, place: int) -> str:
        """Return where the quoted price of an offer stands, its part of a set-up cost with it."""
        at, offer = FIRST_ROW + row, self.comparison.rows[row].cells[place]
        cell = f"'{self.say(N_('Comparison'))}'!{xl_rowcol_to_cell(at, self.blocks[place].price)}"
        if offer is None or offer.offer.setup is None:
            return cell
        return f"{cell}+{offer.offer.setup.amount}/{offer.quantity.value}"

    def _blocks(self) -> list[_Block]:
        rows = {rate.base: at for at, rate in enumerate(self.comparison.basis.rates, start=1)}
        blocks: list[_Block] = []
        first = len(_ITEM_COLUMNS)
        for column in self.comparison.columns:
            rate = None
            if column.rate is not None:
                cell = xl_rowcol_to_cell(rows[column.currency], 2, row_abs=True, col_abs=True)
                rate = f"'{self.rates_name}'!{cell}"
            blocks.append(_Block(column, rate, first))
            first = blocks[-1].remarks + 1
        return blocks

    # ---- heads

    def _head(self) -> None:
        sheet, say = self.sheet, self.say
        self.main.write_string(0, 0, f"{sheet.number} · {sheet.title}", self._format("title"))
        stand = say(
            N_("Prices without tax, compared in {currency}. State of {moment} UTC."),
            currency=self.currency.code,
            moment=sheet.as_of.strftime("%Y-%m-%d %H:%M"),
        )
        self.main.write_string(1, 0, stand)
        for at, (title, width) in enumerate(_ITEM_COLUMNS):
            self.main.write_string(_HEAD_ROW, at, say(title), self._format("head"))
            self.main.write_blank(_GROUP_ROW, at, None, self._format("head"))
            self.main.set_column(at, at, width)
        for block in self.blocks:
            self._block_head(block)

    def _block_head(self, block: _Block) -> None:
        own, target = block.column.currency.code, self.currency.code
        titles = {
            block.quantity: (self.say(N_("Offered quantity")), 12),
            block.price: (self.say(N_("Unit price {currency}"), currency=own), 13),
            block.converted_price: (self.say(N_("Unit price {currency}"), currency=target), 13),
            block.total: (self.say(N_("Total {currency}"), currency=own), 14),
            block.converted_total: (self.say(N_("Total {currency}"), currency=target), 14),
            block.lead: (self.say(N_("Lead time, days")), 10),
            block.remarks: (self.say(N_("Remarks")), 26),
        }
        self.main.merge_range(_GROUP_ROW, block.first, _GROUP_ROW, block.remarks, "", self._format("group"))
        self.main.write_string(_GROUP_ROW, block.first, block.column.supplier, self._format("group"))
        for at, (title, width) in titles.items():
            self.main.write_string(_HEAD_ROW, at, title, self._format("head"))
            self.main.set_column(at, at, width)

    # ---- lines

    def _row(self, at: int, row: Row) -> None:
        need, main = row.need, self.main
        main.write_number(at, 0, need.number)
        main.write_string(at, 1, need.item)
        main.write_string(at, 2, need.specification)
        main.write_number(at, _QUANTITY, need.quantity.value, self._format("quantity"))
        main.write_string(at, 4, unit_name(need.quantity.unit, self.speech.language.value))
        if row.target_price is not None:
            target = line_total(row.target_price, need.quantity.value)
            main.write_number(at, _TARGET, row.target_price.amount, self._format("price"))
            self._product(at, (_QUANTITY, _TARGET), _TARGET_TOTAL, target)
        if row.best_price is not None:
            main.write_number(at, _BEST, row.best_price.amount, self._format("price"))
        main.write_number(at, _COMMON, int(row.common))
        for block, cell in zip(self.blocks, row.cells, strict=True):
            if cell is not None:
                self._offer(at, block, cell)

    def _offer(self, at: int, block: _Block, cell: Cell) -> None:
        mark = "best" if cell.best else ""
        self.main.write_number(at, block.quantity, cell.quantity.value, self._format("quantity"))
        self.main.write_number(at, block.price, cell.offer.unit_price.amount, self._format("price", mark))
        self._product(at, (block.quantity, block.price), block.total, cell.total)
        if block.rate is not None:
            price = f"={xl_rowcol_to_cell(at, block.price)}*{block.rate}"
            self._formula(at, block.converted_price, price, cell.price.amount, "price", mark)
            total = xl_rowcol_to_cell(at, block.total)
            rounded = f"=ROUND({total}*{block.rate},{self.currency.minor_digits})"
            self._formula(at, block.converted_total, rounded, cell.converted_total.amount, *_money(self.currency))
        if cell.offer.lead_days is not None:
            self.main.write_number(at, block.lead, cell.offer.lead_days)
        self.main.write_string(at, block.remarks, remarks(cell, self.say, best=self.say(N_("Best price"))))

    def _product(self, at: int, factors: tuple[int, int], where: int, result: Money) -> None:
        """Write quantity × price, rounded to the minor unit of ``result``."""
        first, second = (xl_rowcol_to_cell(at, factor) for factor in factors)
        formula = f"=ROUND({first}*{second},{result.currency.minor_digits})"
        self._formula(at, where, formula, result.amount, *_money(result.currency))

    # ---- totals

    def _totals(self, at: int) -> None:
        labels = (N_("Total"), N_("Lines covered in full"), N_("Total of the common lines"), N_("Rank by common lines"))
        for number, label in enumerate(labels):
            self.main.write_string(at + number, 1, self.say(label), self._format("total"))
        if self.comparison.target_total is not None:
            self._sum(at, _TARGET_TOTAL, self.comparison.target_total)
        for place, block in enumerate(self.blocks):
            self._sum(at, block.total, block.column.total)
            if block.rate is not None:
                self._sum(at, block.converted_total, block.column.converted_total)
            covered = sum(1 for row in self.comparison.rows if (cell := row.cells[place]) is not None and cell.covers)
            self.main.write_number(at + 1, block.converted_total, covered, self._format("total"))
            self._common(at + 2, block)
            if block.column.place is not None:
                self.main.write_number(at + 3, block.converted_total, block.column.place.rank, self._format("total"))

    def _common(self, at: int, block: _Block) -> None:
        if block.column.like_for_like is None:
            return
        formula = f"=SUMIF({self._range(_COMMON)},1,{self._range(block.converted_total)})"
        amount = block.column.like_for_like.amount
        self._formula(at, block.converted_total, formula, amount, *_money(self.currency), "total")

    def _sum(self, at: int, column: int, total: Money) -> None:
        self._formula(at, column, f"=SUM({self._range(column)})", total.amount, *_money(total.currency), "total")

    @property
    def _last(self) -> int:
        return FIRST_ROW + len(self.comparison.rows) - 1

    def _range(self, column: int) -> str:
        return f"{xl_rowcol_to_cell(FIRST_ROW, column)}:{xl_rowcol_to_cell(self._last, column)}"

    # ---- rates

    def _rates(self) -> None:
        rates = self.workbook.add_worksheet(self.rates_name)
        heads = (N_("One unit of"), N_("is in"), N_("Rate"), N_("Source"), N_("As of"))
        for at, head in enumerate(heads):
            rates.write_string(0, at, self.say(head), self._format("head"))
        for at, rate in enumerate(self.comparison.basis.rates, start=1):
            rates.write_string(at, 0, rate.base.code)
            rates.write_string(at, 1, rate.quote.code)
            rates.write_number(at, 2, rate.value, self._format("rate"))
            rates.write_string(at, 3, rate.source)
            rates.write_string(at, 4, rate.as_of)
        frozen = N_("The rates are frozen at the close of the request.")
        moving = N_("The request is open: these are the rates of the day.")
        note = self.say(frozen if self.sheet.frozen else moving)
        rates.write_string(len(self.comparison.basis.rates) + 2, 0, note)
        rates.freeze_panes(1, 0)
        for at, width in enumerate((14, 14, 18, 40, 14)):
            rates.set_column(at, at, width)

    # ---- cells

    def _formula(self, at: int, column: int, formula: str, value: Decimal, *style: str) -> None:
        self.main.write_formula(at, column, formula, self._format(*style), float(value))

    def _format(self, *style: str) -> Format:
        """Return the format of these names, made once."""
        key = tuple(name for name in style if name)
        if key not in self.formats:
            properties: dict[str, object] = {}
            for name in key:
                properties |= _STYLES.get(name, {"num_format": name})
            self.formats[key] = self.workbook.add_format(properties)
        return self.formats[key]


_STYLES: Final[dict[str, dict[str, object]]] = {
    "title": {"bold": True, "font_size": 14},
    "group": {"bold": True, "bg_color": "#E3F0F6", "align": "center", "border": 1, "border_color": "#B6C2CA"},
    "head": {"bold": True, "bg_color": "#E9EDF0", "text_wrap": True, "valign": "top"},
    "quantity": {"num_format": "General"},
    "price": {"num_format": "#,##0.00####"},
    "rate": {"num_format": "0.00##########"},
    "best": {"bold": True, "bg_color": "#E2F4EA"},
    "total": {"bold": True, "top": 1},
}


def _money(currency: Currency) -> Sequence[str]:
    """Return the format of amounts: as many decimals as the currency has."""
    return ("#,##0" + ("." + "0" * currency.minor_digits if currency.minor_digits else ""),)
