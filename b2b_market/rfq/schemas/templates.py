"""Wire shapes of templates."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import ShortText, WireDate, WireDecimal, WireIn, WireOut, WireTime, WireUuid
from b2b_market.rfq.commands.redoing import ListKept
from b2b_market.rfq.schemas.redoing import GuestsIn
from b2b_market.rfq.schemas.requests import AttributeOut
from b2b_market.rfq.schemas.scoring import CriterionOut
from b2b_market.rfq.service.templates import TemplateContent

_TERMS: Final = ("payment_terms", "incoterm", "incoterm_place", "currencies", "validity_days")


class NameIn(WireIn):
    """The name that a request is kept under; each one once in a company, whatever its case."""

    name: ShortText


class UseTemplateIn(GuestsIn):
    """``required_on`` is the day for every line; a template without lines needs none."""

    title: ShortText
    required_on: WireDate | None = None


class TemplateQuery(BaseModel):
    """How a list of templates is paged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int | None, Field(ge=1, le=200)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None

    def to_command(self) -> ListKept:
        """Return the operation's input; MalformedRequest for a cursor of another list."""
        return ListKept(page_request(self.limit, self.cursor))


class TemplateSummaryOut(WireOut):
    """A template in a list."""

    id: WireUuid
    version: int
    name: str
    line_count: int
    created_at: WireTime
    changed_at: WireTime


class TemplateLineOut(WireOut):
    """One need, without a day."""

    item_name: str
    item_code: str
    specification: str
    quantity: WireDecimal
    unit: str
    delivery_place: str
    note: str
    target_price: WireDecimal | None
    category: str
    attributes: list[AttributeOut]
    incoterm: str
    incoterm_place: str
    substitutes: bool
    breaks: list[WireDecimal]


class KeptDocumentOut(WireOut):
    """A file that is attached to every request made of the template; ``line`` counts from 0, null is the request."""

    file_id: WireUuid
    name: str
    note: str
    line: int | None


class KeptGuestOut(WireOut):
    """Who may be invited by mail again."""

    email: str
    company_name: str
    contact_name: str
    locale: str


class TemplateOut(TemplateSummaryOut):
    """A template with the request it holds."""

    title: str
    currency: str
    sealed: bool
    most_rounds: int
    most_counters: int
    disclosure: str
    description: str
    estimate: WireDecimal | None
    payment_terms: str
    incoterm: str
    incoterm_place: str
    currencies: list[str]
    validity_days: int | None
    lines: list[TemplateLineOut]
    supplier_ids: list[WireUuid]
    landed: bool
    criteria: list[CriterionOut]
    nda_text: str
    documents: list[KeptDocumentOut]
    guests: list[KeptGuestOut]

    @classmethod
    def of(cls, value: TemplateContent) -> Self:
        """Return the answer for a template."""
        draft = value.draft
        row = {name: getattr(value.row, name) for name in TemplateSummaryOut.model_fields}
        texts = ("item_name", "item_code", "specification", "delivery_place", "note", "target_price")
        further = ("category", "attributes", "incoterm", "incoterm_place", "substitutes", "breaks")
        lines = [
            {
                **{name: getattr(line, name) for name in texts},
                **{name: getattr(line.terms, name) for name in further},
                "quantity": line.quantity.value,
                "unit": line.quantity.unit.code,
            }
            for line in draft.lines
        ]
        own = {name: getattr(draft, name) for name in ("title", "sealed", "disclosure", "description", "estimate")}
        terms = {name: getattr(draft.terms, name) for name in _TERMS}
        bargaining = {name: getattr(draft.bargaining, name) for name in ("most_rounds", "most_counters")}
        rest = {**bargaining, "currency": draft.currency.code, "lines": lines, "supplier_ids": list(draft.supplier_ids)}
        beside = {
            "landed": value.beside.landed,
            "nda_text": value.beside.nda_text,
            "criteria": [CriterionOut.of(one) for one in value.beside.criteria],
            "documents": [KeptDocumentOut.of(one) for one in value.beside.documents],
            "guests": [KeptGuestOut.of(one) for one in value.beside.guests],
        }
        return cls.model_validate({**row, **own, **terms, **rest, **beside})
