"""Wire shapes of the board."""

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.board import commands
from b2b_market.board.commands import BoardOrder
from b2b_market.board.models import BoardEntry, BoardSearch
from b2b_market.board.rules.recommending import Fit, Item, level_of, name_of
from b2b_market.board.rules.vocabulary import CATEGORIES
from b2b_market.board.service.recommending import RecommendedRequest, RecommendedSupplier
from b2b_market.board.service.saving import filters_of
from b2b_market.board.service.searching import Count
from b2b_market.board.states import Cadence, Subject
from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import (
    OptionalText,
    ShortText,
    WireDecimal,
    WireIn,
    WireOut,
    WireTime,
    WireUuid,
    wire_enum,
)

Category = StrEnum("Category", {code.replace("-", "_").upper(): code for code in CATEGORIES})  # type: ignore[misc]  # made of the vocabulary's own list
MOST_DAYS: Final = 365
AMOUNT: Final = r"^([0-9]{1,16}(\.[0-9]{1,4})?)?$"


class BoardQuery(BaseModel):
    """How the board is searched, filtered, sorted and paged; all filters must fit.

    ``text`` is searched in titles, items, places and buyers' names, in Chinese and English alike. ``country`` is the
    buyer's, ``place`` words of a delivery place. Tenders alone have a ``classification`` (``CPV:42122000-0`` finds what
    is below it), a ``procedure`` (a profile) and an estimate, which is at least ``least_value`` in ``currency``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: OptionalText = ""
    category: Category | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$", max_length=2)] = ""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$", max_length=3)] = ""
    place: OptionalText = ""
    closes_within_days: Annotated[int | None, Field(ge=1, le=MOST_DAYS)] = None
    kind: Subject | None = None
    classification: Annotated[str, Field(max_length=80)] = ""
    procedure: Annotated[str, Field(pattern=r"^[a-z0-9-]*$", max_length=40)] = ""
    least_value: Annotated[str, Field(pattern=AMOUNT)] = ""
    order: BoardOrder = BoardOrder.NEWEST
    limit: Annotated[int | None, Field(ge=1, le=200)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None

    def to_command(self) -> commands.SearchBoard:
        """Return the operation's input; MalformedRequest for a cursor of another list."""
        filters = commands.Filters(
            text=self.text,
            category=self.category.value if self.category else "",
            country=self.country,
            currency=self.currency,
            place=self.place,
            closes_within_days=self.closes_within_days,
            kind=self.kind,
            classification=self.classification,
            procedure=self.procedure,
            least_value=self.least_value,
        )
        return commands.SearchBoard(filters=filters, order=self.order, page=page_request(self.limit, self.cursor))


class FiltersIn(WireIn):
    """What a saved search asks for, as in a search of the board."""

    text: OptionalText = ""
    category: wire_enum(Category) | None = None  # type: ignore[valid-type]  # an Annotated alias made by a function
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$", max_length=2)] = ""
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$", max_length=3)] = ""
    place: OptionalText = ""
    closes_within_days: Annotated[int | None, Field(ge=1, le=MOST_DAYS)] = None
    kind: wire_enum(Subject) | None = None  # type: ignore[valid-type]  # as above
    classification: Annotated[str, Field(max_length=80)] = ""
    procedure: Annotated[str, Field(pattern=r"^[a-z0-9-]*$", max_length=40)] = ""
    least_value: Annotated[str, Field(pattern=AMOUNT)] = ""

    def to_filters(self) -> commands.Filters:
        """Return the filters."""
        return commands.Filters(
            text=self.text,
            category=self.category.value if self.category else "",
            country=self.country,
            currency=self.currency,
            place=self.place,
            closes_within_days=self.closes_within_days,
            kind=self.kind,
            classification=self.classification,
            procedure=self.procedure,
            least_value=self.least_value,
        )


class SearchIn(WireIn):
    """A search to keep: its name, what it asks for, and how often it tells what is new."""

    name: ShortText
    filters: FiltersIn = FiltersIn()
    cadence: wire_enum(Cadence)  # type: ignore[valid-type]  # an Annotated alias made by a function

    def to_command(self) -> commands.SaveSearch:
        """Return the operation's input."""
        return commands.SaveSearch(name=self.name, filters=self.filters.to_filters(), cadence=self.cadence)


class FiltersOut(WireOut):
    """What a saved search asks for; an empty filter asks nothing."""

    text: str
    category: str
    country: str
    currency: str
    place: str
    closes_within_days: int | None
    kind: wire_enum(Subject) | None  # type: ignore[valid-type]  # an Annotated alias made by a function
    classification: str
    procedure: str
    least_value: str


class SearchOut(WireOut):
    """A saved search."""

    id: WireUuid
    version: int
    name: str
    filters: FiltersOut
    cadence: wire_enum(Cadence)  # type: ignore[valid-type]  # an Annotated alias made by a function
    created_at: WireTime

    @classmethod
    def of(cls, value: BoardSearch) -> Self:
        """Return the answer for a saved search."""
        said = {name: getattr(value, name) for name in cls.model_fields}
        return cls.model_validate({**said, "filters": asdict(filters_of(value))})


class BoardEntryOut(WireOut):
    """A public request or tender on the board; approved suppliers read all of it by ``kind``.

    A request at ``/rfqs/{subject_id}``, a tender at ``/tenders/{subject_id}``. ``value`` is a tender's shown estimate.
    """

    kind: wire_enum(Subject)  # type: ignore[valid-type]  # as above
    subject_id: WireUuid
    number: str
    title: str
    buyer_id: WireUuid
    buyer_name_zh: str
    buyer_name_en: str
    country: str
    currency: str
    closes_at: WireTime
    listed_at: WireTime
    line_count: int
    sealed: bool
    incoterm: str
    places: list[str]
    items: list[str]
    categories: list[str]
    classes: list[str]
    procedure: str
    value: WireDecimal | None

    @classmethod
    def of(cls, value: BoardEntry) -> Self:
        """Return the answer for an entry."""
        return cls.model_validate({name: getattr(value, name) for name in cls.model_fields})


class CountOut(WireOut):
    """How many entries fit; ``capped`` where there are more than that."""

    count: int
    capped: bool

    @classmethod
    def of(cls, value: Count) -> Self:
        """Return the answer for a count."""
        return cls.model_validate({"count": value.count, "capped": value.capped})


class ReasonOut(WireOut):
    """Why something is recommended: ``name`` is the kind of thing, item or category; items quoted and won of it."""

    level: str
    name: str
    quoted: int
    won: int


class RecommendedSupplierOut(WireOut):
    """A supplier that fits a request; ``covered`` of its items are recognised in what the supplier has done."""

    supplier_id: WireUuid
    name_zh: str
    name_en: str
    country: str
    covered: int
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, value: tuple[RecommendedSupplier, Sequence[Item]]) -> Self:
        """Return the answer for a supplier; the items name the reasons."""
        supplier, items = value
        company = supplier.company
        return cls.model_validate(
            {
                "supplier_id": company.id,
                "name_zh": company.legal_name_zh,
                "name_en": company.legal_name_en,
                "country": company.country,
                "covered": supplier.fit.covered,
                "reasons": _reasons(supplier.fit, items),
            }
        )


class RecommendedRequestOut(WireOut):
    """An open public request that fits the caller's company, and why."""

    request: BoardEntryOut
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, value: RecommendedRequest) -> Self:
        """Return the answer for a request."""
        request = BoardEntryOut.of(value.entry)
        return cls.model_validate({"request": request, "reasons": _reasons(value.fit, ())})


def _reasons(fit: Fit, items: Sequence[Item]) -> list[dict[str, object]]:
    return [
        {
            "level": level_of(reason.key).name.lower(),
            "name": name_of(reason.key, items, "en"),
            "quoted": reason.quoted,
            "won": reason.won,
        }
        for reason in fit.reasons
    ]
