"""The saving report as a workbook: typed numbers, sums by currency as live formulas over the awards."""

from decimal import Decimal
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.saying import Speech
from b2b_market.rfq.rules.savings import SavingReport

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEADS: Final = (
    (N_("Awarded on"), 20),
    (N_("Request"), 18),
    (N_("Title"), 40),
    (N_("Currency"), 10),
    (N_("Total"), 16),
    (N_("Saving against the targets"), 22),
    (N_("Saving against last prices"), 22),
)
_AMOUNTS: Final = ("E", "F", "G")


def savings_workbook(report: SavingReport, speech: Speech) -> bytes:
    """Return the report as XLSX in one language; equal reports give equal bytes."""
    out = BytesIO()
    say = speech.translate
    with Workbook(out, _OPTIONS) as workbook:
        if report.awards:
            workbook.set_properties({"created": max(one.decided_at for one in report.awards)})
        sheet: Worksheet = workbook.add_worksheet(say(N_("Savings")))
        head: Format = workbook.add_format({"bold": True, "bg_color": "#E9EDF0", "text_wrap": True, "valign": "top"})
        money: Format = workbook.add_format({"num_format": "#,##0.00"})
        total: Format = workbook.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        for at, (title, width) in enumerate(_HEADS):
            sheet.write_string(0, at, say(title), head)
            sheet.set_column(at, at, width)
        for at, one in enumerate(report.awards, start=1):
            sheet.write_string(at, 0, f"{one.decided_at:%Y-%m-%d %H:%M} UTC")
            sheet.write_string(at, 1, one.number)
            sheet.write_string(at, 2, one.title)
            sheet.write_string(at, 3, one.total.currency.code)
            for column, amount in enumerate((one.total, one.target_saving, one.last_saving), start=4):
                if amount is not None:
                    sheet.write_number(at, column, amount.amount, money)
        last = len(report.awards) + 1
        for at, sums in enumerate(report.sums, start=last):
            sheet.write_string(at, 2, say(N_("Total")), total)
            sheet.write_string(at, 3, sums.total.currency.code, total)
            amounts: tuple[Decimal, ...] = (sums.total.amount, sums.target_saving.amount, sums.last_saving.amount)
            for column, (letter, added) in enumerate(zip(_AMOUNTS, amounts, strict=True), start=4):
                formula = f"=SUMIF($D$2:$D${last},D{at + 1},{letter}$2:{letter}${last})"
                sheet.write_formula(at, column, formula, total, float(added))
        sheet.freeze_panes(1, 0)
    return out.getvalue()
