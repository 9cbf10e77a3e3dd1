"""The columns of a quotation's workbook, and the hidden keys by which it is read again in any language."""

import re
from dataclasses import dataclass
from typing import Final

from b2b_market.kernel.text import N_

MARK: Final = "b2b_market quotation 1"
"""Stands in the first cell: what this workbook is, and how its keys are to be read."""
HEADER: Final = (
    ("currency", N_("Currency")),
    ("valid_until", N_("Valid until")),
    ("payment_terms", N_("Payment terms")),
    ("note", N_("Note to the buyer")),
)
BESIDE: Final = (
    ("incoterm", N_("Incoterm")),
    ("incoterm_place", N_("Named place")),
    ("freight", N_("Freight in all")),
    ("tax_percent", N_("Tax rate")),
)
"""What stands beside the header's fields, row by row."""
HEADER_PLACES: Final = (2, 5)
"""The columns of a row's first and second field; each has its label before it."""
BETWEEN: Final = "|"
"""Stands between the names of two fields of one row, in its hidden key."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column that the supplier fills in: its field in the form, its heading, width, and whether it holds numbers."""

    name: str
    heading: str
    width: int
    number: bool = False
    hint: str = ""


ASKED: Final = (
    (N_("Item"), 30),
    (N_("Item code"), 14),
    (N_("Specification"), 30),
    (N_("Quantity"), 12),
    (N_("Unit"), 10),
    (N_("Needed on"), 12),
    (N_("Delivery place"), 20),
    (N_("Note"), 20),
)
"""What the buyer asks for; these cells are locked."""
ANSWERS: Final = (
    AnswerColumn("unit_price", N_("Unit price"), 14, number=True),
    AnswerColumn("lead_days", N_("Lead time"), 10, number=True, hint=N_("In calendar days")),
    AnswerColumn("min_quantity", N_("MOQ"), 10, number=True, hint=N_("Minimum quantity")),
    AnswerColumn(
        "quantity", N_("Offered"), 12, number=True, hint=N_("Less than the needed quantity; empty is all of it")
    ),
    AnswerColumn("alternative", N_("Alternative"), 24),
    AnswerColumn("alternative_specification", N_("Alternative's specification"), 24),
    AnswerColumn("note", N_("Note of the supplier"), 24),
    AnswerColumn(
        "tiers", N_("Price tiers"), 24, hint=N_("From quantity: price; the tier of the offered quantity is the price")
    ),
    AnswerColumn("multiple_quantity", N_("Multiple"), 10, number=True, hint=N_("Sold in whole multiples of this only")),
    AnswerColumn("order_unit", N_("Order unit"), 10, hint=N_("The unit that minimum and multiple count in")),
    AnswerColumn(
        "setup_cost", N_("Set-up cost"), 12, number=True, hint=N_("Charged once if anything of the line is ordered")
    ),
    AnswerColumn("origin_country", N_("Origin"), 8, hint=N_("Country code of ISO 3166")),
    AnswerColumn("capacity", N_("Most available"), 12, number=True, hint=N_("The most that can be had of the line")),
)


@dataclass(frozen=True, slots=True)
class AskedCell:
    """An answer that the request asks for once: its field in the form, what it is called, and what may be chosen."""

    name: str
    heading: str
    required: bool
    options: tuple[str, ...] = ()


ANSWER_KEY: Final = re.compile(r"answer-[a-z][a-z0-9_-]{0,39}", re.ASCII)
"""The hidden key of such an answer is the name of its field."""
FIRST_ANSWER: Final = 2 + len(ASKED)
"""The first column that is filled in: the hidden key and the line's number stand before what is asked."""
ALTERNATE: Final = "alternate"
"""The hidden key of a row for one more offer to a line: the line's number is typed into it."""
ALTERNATE_FIELDS: Final = (
    "unit_price",
    "lead_days",
    "alternative",
    "alternative_specification",
    "note",
    "tiers",
    "setup_cost",
)
EMPTY_ALTERNATES: Final = 20
"""How many empty rows for alternates a workbook has."""
