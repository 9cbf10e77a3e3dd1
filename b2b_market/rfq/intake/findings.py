"""Every sentence an import says about rows, columns and open questions: what was found, and what would be right.

Values carry the code and the facts; pages and workbooks look the sentence up here and translate it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.text import N_
from b2b_market.rfq.intake.values import Field


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one row: a code of SENTENCES, the field and the column it is about, and the sentence's facts."""

    code: str
    field: Field | None = None
    column: int | None = None
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Message ids with ``{name}`` fields: what was found, and what would be right (empty if nothing has to be done)."""

    found: str
    right: str = ""


FIELD_NAMES: Final[Mapping[Field, str]] = MappingProxyType(
    {
        Field.ITEM_NAME: N_("Item"),
        Field.ITEM_CODE: N_("Item code"),
        Field.SPECIFICATION: N_("Specification"),
        Field.CATEGORY: N_("Category"),
        Field.PROPERTY: N_("Properties"),
        Field.QUANTITY: N_("Quantity"),
        Field.UNIT: N_("Unit"),
        Field.TARGET_PRICE: N_("Target unit price"),
        Field.TARGET_TOTAL: N_("Target total"),
        Field.CURRENCY: N_("Currency"),
        Field.REQUIRED_ON: N_("Required date"),
        Field.DELIVERY_PLACE: N_("Delivery place"),
        Field.BREAKS: N_("Price breaks"),
        Field.NOTE: N_("Note"),
        Field.IGNORED: N_("Not imported"),
    }
)

_ERRORS: Final = {
    "name-missing": Sentence(N_("The item has no name"), N_("Write what is needed, or skip the row.")),
    "text-too-long": Sentence(N_("This text has {length} characters"), N_("At most {limit} are kept; shorten it.")),
    "quantity-missing": Sentence(N_("The quantity is missing"), N_("Write a number greater than zero.")),
    "quantity-unreadable": Sentence(
        N_("“{text}” is no quantity"), N_("Write one number, with its unit if you like: 12 or 12 kg.")
    ),
    "quantity-not-positive": Sentence(N_("The quantity is {text}"), N_("Write a number greater than zero.")),
    "quantity-too-precise": Sentence(
        N_("{text} has more than 6 decimals"), N_("Give the quantity with at most 6 decimals.")
    ),
    "quantity-too-large": Sentence(N_("{text} is too large"), N_("A quantity is less than 1,000,000,000,000.")),
    "units-differ": Sentence(
        N_("The quantity is in {first}, the unit column says {second}"), N_("Leave the unit in one place only.")
    ),
    "price-unreadable": Sentence(
        N_("“{text}” is no price"), N_("Write one number such as 1250.50, or leave it empty.")
    ),
    "price-negative": Sentence(
        N_("The price is negative: {text}"), N_("Write a price of zero or more, or leave it empty.")
    ),
    "price-too-large": Sentence(N_("{text} is too large"), N_("A price is less than 100,000,000,000,000.")),
    "price-per-unit": Sentence(
        N_("The price is per {per}, the quantity is in {unit}"), N_("Give the price for one {unit}, or leave it empty.")
    ),
    "currency-unknown": Sentence(N_("“{text}” is no known currency"), N_("Write a code such as CNY, EUR or USD.")),
    "currencies-differ": Sentence(
        N_("The price is in {first}, the currency column says {second}"), N_("Leave one of them, or make them agree.")
    ),
    "date-unreadable": Sentence(N_("“{text}” is no date"), N_("Write a date as year-month-day, such as {example}.")),
    "date-past": Sentence(N_("{date} is past"), N_("Give a date from {today} on.")),
    "property-unnamed": Sentence(
        N_("The column has no heading that names the property"),
        N_("Write one into the file, or choose another field for the column."),
    ),
    "property-unreadable": Sentence(
        N_("“{text}” is no property"), N_("Write each property as a name and a value: “Material: steel 304”.")
    ),
    "property-twice": Sentence(N_("The property {name} stands here twice"), N_("Name each property once.")),
    "properties-too-many": Sentence(
        N_("The row has more than {most} properties"), N_("Leave the least important out.")
    ),
    "breaks-unreadable": Sentence(
        N_("“{text}” are no quantities"), N_("Write the quantities that you want prices for, such as 10; 100; 1000.")
    ),
    "breaks-range": Sentence(
        N_("“{text}” holds a quantity that cannot be ordered"), N_("Each is above zero, with at most 6 decimals.")
    ),
    "breaks-order": Sentence(N_("The quantities “{text}” do not rise"), N_("Write each once, the smallest first.")),
    "breaks-too-many": Sentence(N_("These are more than 20 quantities: “{text}”"), N_("Name at most 20.")),
    "spreadsheet-error": Sentence(
        N_("The cell holds the spreadsheet error {text}"),
        N_("Write the value here, or correct the formula in the file."),
    ),
    "formula-without-result": Sentence(
        N_("The cell holds a formula whose result is not in the file"),
        N_("Write the value here; or open the file in a spreadsheet, save it and import it again."),
    ),
}

_NOTICES: Final = {
    "price-zero": Sentence(N_("A price of zero was read as: no target price")),
    "price-rounded": Sentence(N_("{exact} was rounded to {rounded}: prices have at most 6 decimals")),
    "price-from-total": Sentence(N_("The price was computed from the total: {total} / {quantity}")),
    "total-differs": Sentence(
        N_("{quantity} × {price} is {computed}, the file says {stated}"),
        N_("The unit price counts; check which is right."),
    ),
    "total-unreadable": Sentence(N_("“{text}” is no total; the unit price was taken")),
    "same-as": Sentence(
        N_("The same item is in row {row}"), N_("Put both into one line, unless they are meant apart.")
    ),
    "date-replaced": Sentence(N_("{date} is past and was replaced")),
}

_OFFERS: Final = {
    "blank-line": Sentence(N_("The row is blank")),
    "no-need": Sentence(N_("Only columns that are not imported are filled")),
    "above-headings": Sentence(N_("The row is above the headings")),
    "repeated-headings": Sentence(N_("The row repeats the headings")),
    "total-line": Sentence(N_("The row adds up others: “{text}”")),
    "lone-text": Sentence(N_("Only one cell is filled: a caption or a remark")),
    "skipped-by-you": Sentence(N_("You chose to skip this row")),
}

_COLUMNS: Final = {
    "column-empty": Sentence(N_("The column is empty")),
    "column-row-numbers": Sentence(N_("The column counts the rows")),
    "column-not-for-suppliers": Sentence(
        N_("The column is about your records, not about the need"),
        N_("Suppliers would read it; choose a field to import it."),
    ),
    "column-unknown": Sentence(
        N_("The heading is not recognised"),
        N_("Choose a field to import the column; as a property it is kept under its heading."),
    ),
    "column-field-taken": Sentence(N_("Another column was chosen for this field"), N_("Choose one of the two.")),
    "column-chosen": Sentence(N_("You chose not to import the column")),
    "decimals-assumed": Sentence(
        N_("“{example}” was read with a comma for thousands and a point for decimals"),
        N_("Choose the other way if it is meant."),
    ),
}

_QUESTIONS: Final = {
    "ask-unit": Sentence(N_("In which unit are the quantities?"), N_("The file does not say; rows waiting: {rows}.")),
    "ask-place": Sentence(N_("Where shall it be delivered?"), N_("The file does not say; rows waiting: {rows}.")),
    "ask-date": Sentence(N_("By when is it needed?"), N_("The file does not say; rows waiting: {rows}.")),
    "ask-date-past": Sentence(N_("By when is it needed?"), N_("{date} is past; give a date from {today} on.")),
    "ask-currency": Sentence(
        N_("In which currency are the prices?"), N_("The file does not say; rows waiting: {rows}.")
    ),
    "ask-currency-mark": Sentence(
        N_("Which currency is meant by “{mark}”?"), N_("It may be one of {options}; rows waiting: {rows}.")
    ),
    "ask-currency-other": Sentence(
        N_("The prices are not in {chosen}"), N_("The file writes “{mark}”, which may be one of {options}.")
    ),
    "ask-decimals": Sentence(
        N_("How are decimals written in column {column}?"), N_("“{example}” is a different number in each way.")
    ),
    "ask-date-order": Sentence(
        N_("Does the day or the month come first in column {column}?"),
        N_("“{example}” is a different date in each way."),
    ),
    "ask-unit-spelling": Sentence(
        N_("Which unit is meant by “{text}”?"), N_("Rows waiting: {rows}. Close to it: {close}.")
    ),
    "ask-past-dates": Sentence(
        N_("Rows with a date that is past: {rows}"), N_("Correct them one by one, or replace them all with one date.")
    ),
}

_REMARKS: Final = {
    "loose-quotes": Sentence(
        N_("Quotation marks are not closed properly from line {line} on"), N_("Check these rows.")
    ),
    "control-characters": Sentence(N_("Invisible control characters were removed; cells: {cells}")),
    "sub-lines": Sentence(
        N_("Parts of lines (SubLineItem) are not imported: {count}"), N_("Add them as lines of their own.")
    ),
    "other-tenders": Sentence(
        N_("The file holds other tenders too, which are not imported: {count}"),
        N_("The newest was taken, {taken}; send each of the others in a file of its own."),
    ),
    "earlier-releases": Sentence(N_("The newest release was taken, of {date}; earlier ones of the tender: {count}")),
    "parts-left-out": Sentence(
        N_("Parts of the tender that a request does not hold: {names}"), N_("Add what matters to the draft yourself.")
    ),
    "items-unreadable": Sentence(N_("Items that are not written as OCDS writes them were left out: {count}")),
    "long-numbers": Sentence(
        N_("Of numbers with more than 15 digits a spreadsheet keeps only 15: {cells}"),
        N_("If they are codes, format the column as text and type them again."),
    ),
    "no-name-column": Sentence(N_("No column holds the names of the items"), N_("Choose the column that does.")),
    "no-quantity-column": Sentence(N_("No column holds the quantities"), N_("Choose the column that does.")),
}

SENTENCES: Final[Mapping[str, Sentence]] = MappingProxyType(
    {**_ERRORS, **_NOTICES, **_OFFERS, **_COLUMNS, **_QUESTIONS, **_REMARKS}
)
"""All sentences by code."""
