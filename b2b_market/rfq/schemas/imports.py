"""Wire shapes of what a user decides about an import, and of the request it becomes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic import Field as Bounds

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import (
    LongText,
    ShortText,
    WireCurrency,
    WireDate,
    WireDecimal,
    WireIn,
    WireTime,
    WireUuid,
    wire_enum,
)
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.text import is_clean
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.intake.imports import ConfirmOptions
from b2b_market.rfq.intake.numerals import plain
from b2b_market.rfq.intake.rows import RowStatus
from b2b_market.rfq.intake.values import MAX_BYTES, MAX_CELL, MAX_ROWS, Choices, DateOrder, Decimals, Field
from b2b_market.rfq.schemas.requests import TermsIn, UnitCode
from b2b_market.ui.language import Language


def _clean(value: str) -> str:
    if not is_clean(value):
        message = "use normalised (NFC) text without control characters"
        raise ValueError(message)
    return value


FieldWire = wire_enum(Field)
DecimalsWire = wire_enum(Decimals)
DateOrderWire = wire_enum(DateOrder)
ColumnKey = Annotated[str, Bounds(pattern=r"^[0-9]{1,2}$")]
RowKey = Annotated[str, Bounds(pattern=r"^[1-9][0-9]{0,8}$")]
RowNumber = Annotated[int, Bounds(ge=1, le=999_999_999)]
Spelling = Annotated[str, Bounds(min_length=1, max_length=200), AfterValidator(_clean)]
CellText = Annotated[str, Bounds(max_length=MAX_CELL), AfterValidator(_clean)]
Place = Annotated[str, Bounds(max_length=500), AfterValidator(_clean)]
Columns = Bounds(max_length=60)
Rows = Bounds(max_length=MAX_ROWS)


class ChoicesIn(WireIn):
    """Decisions to be changed (RFC 7396): what is absent stays, null goes back to what the product finds by itself.

    ``columns``, ``decimals`` and ``date_orders`` are by the column's index (0 is the first), ``overrides`` by the row's
    number and the field; ``header_row`` 0 says there is none. The lists ``skip`` and ``keep`` replace the earlier ones.
    """

    header_row: Annotated[int, Bounds(ge=0, le=999_999_999)] | None = None
    columns: Annotated[dict[ColumnKey, FieldWire | None], Columns] | None = None  # type: ignore[valid-type]  # an Annotated alias made by a function
    decimals: Annotated[dict[ColumnKey, DecimalsWire | None], Columns] | None = None  # type: ignore[valid-type]  # as above
    date_orders: Annotated[dict[ColumnKey, DateOrderWire | None], Columns] | None = None  # type: ignore[valid-type]  # as above
    unit_spellings: Annotated[dict[Spelling, UnitCode | None], Bounds(max_length=500)] | None = None
    unit_code: UnitCode | None = None
    delivery_place: Place | None = None
    required_on: WireDate | None = None
    currency: WireCurrency | None = None
    replace_past_dates: bool | None = None
    skip_offered: bool | None = None
    skip: Annotated[list[RowNumber], Rows] | None = None
    keep: Annotated[list[RowNumber], Rows] | None = None
    overrides: Annotated[dict[RowKey, dict[FieldWire, CellText | None] | None], Rows] | None = None  # type: ignore[valid-type]  # as above

    def merged(self, current: Choices) -> Choices:
        """Return ``current`` with these decisions."""
        changes = {name: self._changed(name, getattr(current, name)) for name in self.model_fields_set}
        return replace(current, **changes)

    def _changed(self, name: str, current: object) -> Any:  # noqa: ANN401 - each field of Choices has its own type
        value = getattr(self, name)
        if value is None:
            return getattr(Choices(), name)
        if isinstance(value, list):
            return frozenset(value)
        if isinstance(value, Currency):
            return value.code
        if not isinstance(value, dict):
            return value
        if name == "overrides":
            return _overridden(current, value)
        keys = _spelled if name == "unit_spellings" else int
        return _patched(current, {keys(key): item for key, item in value.items()})


def _spelled(text: str) -> str:
    return plain(text).casefold()


def _patched(current: object, changes: Mapping[Any, Any]) -> dict[Any, Any]:
    """Merge one level: null takes an entry away."""
    kept = dict(current) if isinstance(current, Mapping) else {}
    return {key: value for key, value in (kept | dict(changes)).items() if value is not None}


def _overridden(current: object, changes: Mapping[str, Mapping[Field, str | None] | None]) -> dict[Any, Any]:
    rows = dict(current) if isinstance(current, Mapping) else {}
    for key, fields_changed in changes.items():
        row = int(key)
        rows[row] = {} if fields_changed is None else _patched(rows.get(row), fields_changed)
    return {row: typed for row, typed in rows.items() if typed}


class PastedIn(WireIn):
    """Cells as a spreadsheet copies them: tabs between cells, a line per row; CSV and OCDS are understood too."""

    text: Annotated[str, Bounds(min_length=1, max_length=2 * MAX_BYTES)]
    delimiter: Annotated[str, Bounds(pattern="^[\t;|,]$")] | None = None

    def data(self) -> bytes:
        """Return the text as the bytes of a file."""
        return self.text.encode("utf-8")


class ConfirmIn(WireIn):
    """The request that the needs become: everything of a draft but its lines.

    By default one open row stops the confirmation; ``only_ready`` leaves such rows behind. Target prices in another
    currency than the request's stop it too; ``drop_other_prices`` imports those rows without a target price.
    """

    title: ShortText
    currency: WireCurrency
    closes_at: WireTime | None = None
    description: LongText = ""
    sealed: bool = False
    estimate: WireDecimal | None = None
    terms: TermsIn = TermsIn()
    supplier_ids: Annotated[tuple[WireUuid, ...], Bounds(max_length=200, strict=False)] = ()
    only_ready: bool = False
    drop_other_prices: bool = False

    def header(self) -> commands.DraftRfq:
        """Return the draft without its lines."""
        return commands.DraftRfq(
            title=self.title,
            currency=self.currency,
            closes_at=self.closes_at,
            description=self.description,
            sealed=self.sealed,
            estimate=self.estimate,
            terms=self.terms.to_terms(),
            supplier_ids=self.supplier_ids,
        )

    def options(self) -> ConfirmOptions:
        """Return what becomes of what is not in order."""
        return ConfirmOptions(only_ready=self.only_ready, drop_other_prices=self.drop_other_prices)


class ImportQuery(BaseModel):
    """How a list of imports is paged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int | None, Bounds(ge=1, le=200)] = None
    cursor: Annotated[str | None, Bounds(max_length=400)] = None

    def page(self) -> PageRequest:
        """Return the page wanted; MalformedRequest for a cursor of another list."""
        return page_request(self.limit, self.cursor)


class RowQuery(ImportQuery):
    """Which rows of an import are wanted."""

    status: RowStatus | None = None


class LanguageQuery(BaseModel):
    """In which language a workbook is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Language | None = None


class WorkbookQuery(LanguageQuery):
    """Which rows a workbook holds."""

    problems_only: bool = False
