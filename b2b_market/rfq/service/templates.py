"""Templates: drafts kept under a name of the company's, without days, from which new drafts are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import Page
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq.commands.needs import PLAIN_NEED
from b2b_market.rfq.commands.redoing import (
    NOTHING_BESIDE,
    Beside,
    ListKept,
    ReadTemplate,
    RenameTemplate,
    SaveTemplate,
    StepTemplate,
    UseTemplate,
)
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, ReadRfq, Terms
from b2b_market.rfq.commands.rounds import Bargaining
from b2b_market.rfq.models.drafting import RfqTemplate
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import templates as queries
from b2b_market.rfq.rules import naming
from b2b_market.rfq.rules.needs import read as read_terms
from b2b_market.rfq.rules.needs import stored as stored_terms
from b2b_market.rfq.service import copying, drafting
from b2b_market.rfq.service.copying import Foreseen, NewDraft, Source
from b2b_market.rfq.states import Disclosure, Visibility

NO_DAY: Final = date.min
"""Stands for the day of a template's line, which has none: every line is asked for one when it is used."""
USUAL: Final = Bargaining()
_BESIDE: Final = TypeAdapter(Beside)
"""Kept as one text: as an object its answers, which a criterion has in an order, would come back in another."""
_TEXTS: Final = ("item_name", "item_code", "specification", "delivery_place", "note")


@dataclass(frozen=True, slots=True)
class TemplateContent:
    """A template, the request it holds and what it takes along beside; the days of its lines are NO_DAY."""

    row: RfqTemplate
    draft: DraftRfq
    beside: Beside

    @property
    def version(self) -> int:
        """The version of the template, which its ETag shows."""
        return self.row.version


@operation(RfqPermission.TEMPLATE)
def save_template(work: Work, scope: Scope, command: SaveTemplate) -> TemplateContent:
    """Keep an own request's content under a name; raise TemplateNameTaken where the company has it already."""
    name = _free_name(work, scope, command.name, None)
    content = drafting.read_own_rfq(work, scope.actor, ReadRfq(command.rfq_id))
    draft = copying.as_draft(content, content.rfq.title)
    row = RfqTemplate(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        buyer_id=scope.org_id,
        author_id=scope.user_id,
        name=name,
        name_key=name.casefold(),
        line_count=len(content.lines),
        content=_written(copying.source_of(work, scope, content, draft, [line.id for line in content.lines])),
    )
    work.record("rfq_template.saved", row)
    work.session.add(row)
    work.session.flush()
    return _content(row)


@operation(RfqPermission.DRAFT)
def read_template(work: Work, scope: Scope, command: ReadTemplate) -> TemplateContent:
    """Return one of the company's own templates."""
    return _content(queries.own_template(work.session, scope, command.template_id))


@operation(RfqPermission.DRAFT)
def list_templates(work: Work, scope: Scope, command: ListKept) -> Page[RfqTemplate]:
    """Return a page of the company's templates by name; what they hold is not read."""
    return queries.list_templates(work.session, scope, command.page)


@operation(RfqPermission.TEMPLATE)
def rename_template(work: Work, scope: Scope, command: RenameTemplate) -> TemplateContent:
    """Give a template another name; raise TemplateNameTaken where another one has it."""
    name = _free_name(work, scope, command.name, command.template_id)
    row = queries.own_template(work.session, scope, command.template_id, lock=True)
    work.expect_version(row, command.expected_version)
    if name != row.name:
        row.name, row.name_key, row.changed_at = name, name.casefold(), work.now()
        work.record("rfq_template.renamed", row)
        work.session.flush()
    return _content(row)


@operation(RfqPermission.TEMPLATE)
def delete_template(work: Work, scope: Scope, command: StepTemplate) -> None:
    """Delete a template; the requests made of it stay as they are."""
    row = queries.own_template(work.session, scope, command.template_id, lock=True)
    work.expect_version(row, command.expected_version)
    work.record("rfq_template.deleted", row)
    work.session.delete(row)
    work.session.flush()


@operation(RfqPermission.DRAFT)
def foresee_template(work: Work, scope: Scope, command: UseTemplate) -> Foreseen:
    """Tell what a draft of a template would hold and ask for; nothing is stored."""
    return copying.foresee(work, scope, _source(work, scope, command), command.guests)


@operation(RfqPermission.DRAFT)
def use_template(work: Work, scope: Scope, command: UseTemplate) -> NewDraft:
    """Make a new draft of a template; all its lines get the day given, and its deadline is left open."""
    found = copying.foresee(work, scope, _source(work, scope, command), command.guests)
    return copying.start_again(work, scope, found, command.required_on, "rfq.from_template")


def _source(work: Work, scope: Scope, command: UseTemplate) -> Source:
    row = queries.own_template(work.session, scope, command.template_id)
    return Source(_read(row.content, command.title), row.name, _read_beside(row.content))


def _free_name(work: Work, scope: Scope, text: str, own_id: UUID | None) -> str:
    """Return the name as it is kept; two people who choose the same one at once wait for each other here."""
    name = naming.template_name(text)
    work.gate(scope.org_id, exclusive=True)
    if set(queries.names_taken(work.session, scope, name.casefold())) - {own_id}:
        raise naming.TemplateNameTaken(name=name)
    return name


def _content(row: RfqTemplate) -> TemplateContent:
    return TemplateContent(row, _read(row.content, ""), _read_beside(row.content))


def _written(source: Source) -> dict[str, Any]:
    draft = source.draft
    beside = {} if source.beside == NOTHING_BESIDE else {"beside": _BESIDE.dump_json(source.beside).decode()}
    return {
        **beside,
        "title": draft.title,
        "currency": draft.currency.code,
        "description": draft.description,
        "sealed": draft.sealed,
        "visibility": draft.visibility.value,
        "most_rounds": draft.bargaining.most_rounds,
        "most_counters": draft.bargaining.most_counters,
        "disclosure": draft.disclosure.value,
        "estimate": _text(draft.estimate),
        "payment_terms": draft.terms.payment_terms,
        "incoterm": draft.terms.incoterm,
        "incoterm_place": draft.terms.incoterm_place,
        "currencies": list(draft.terms.currencies),
        "validity_days": draft.terms.validity_days,
        "lines": [
            {
                **{name: getattr(line, name) for name in _TEXTS},
                "quantity": _text(line.quantity.value),
                "unit": line.quantity.unit.code,
                "target_price": _text(line.target_price),
                **({} if line.terms == PLAIN_NEED else stored_terms(line.terms)),
            }
            for line in draft.lines
        ],
        "supplier_ids": [str(supplier_id) for supplier_id in draft.supplier_ids],
    }


def _read_beside(content: Mapping[str, Any]) -> Beside:
    return _BESIDE.validate_json(content["beside"]) if "beside" in content else NOTHING_BESIDE


def _read(content: Mapping[str, Any], title: str) -> DraftRfq:
    return DraftRfq(
        title=title or content["title"],
        currency=Currency(content["currency"]),
        description=content["description"],
        sealed=content["sealed"],
        visibility=Visibility(content.get("visibility", Visibility.INVITED)),
        bargaining=Bargaining(
            content.get("most_rounds", USUAL.most_rounds), content.get("most_counters", USUAL.most_counters)
        ),
        disclosure=Disclosure(content.get("disclosure", Disclosure.NOTHING)),
        estimate=_number(content["estimate"]),
        terms=Terms(
            **{name: content[name] for name in ("payment_terms", "incoterm", "incoterm_place")},
            currencies=tuple(content.get("currencies", ())),
            validity_days=content.get("validity_days"),
        ),
        lines=tuple(
            LineInput(
                quantity=Quantity(Decimal(line["quantity"]), unit(line["unit"])),
                required_on=NO_DAY,
                target_price=_number(line["target_price"]),
                terms=read_terms(line),
                **{name: line[name] for name in _TEXTS},
            )
            for line in content["lines"]
        ),
        supplier_ids=tuple(UUID(supplier_id) for supplier_id in content["supplier_ids"]),
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
