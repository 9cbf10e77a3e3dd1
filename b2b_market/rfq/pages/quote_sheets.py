"""What a quotation's workbook says, as the quotation's form would hold it, and what is wrong by row and column."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.documents.comparison_sheet import Translate
from b2b_market.rfq.documents.quote_columns import ALTERNATE_FIELDS, ANSWERS, BESIDE, HEADER, AskedCell
from b2b_market.rfq.documents.quote_workbook import quote_workbook
from b2b_market.rfq.intake.quote_rows import Place, QuoteSheet
from b2b_market.rfq.pages import alternates_form, answers_form, supplying
from b2b_market.rfq.pages import quoting_form as reading
from b2b_market.rfq.pages.supplying import Acting
from b2b_market.rfq.rules.answers import asked_of_suppliers
from b2b_market.rfq.rules.notation import is_unpriced
from b2b_market.rfq.service import scoring
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form, FormData, Problem

PLAIN_FIELDS: Final = frozenset(reading.FIELDS)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell, or with the workbook where ``place`` is None; ``field`` is where the form has it."""

    place: Place | None
    problem: Problem
    field: str


def workbook_of(call: Acting, request: RfqContent, live: QuoteContent | None, translate: Translate) -> bytes:
    """Return a request as a workbook to quote in, filled with the live quotation where there is one."""
    form = supplying.starting_form(call, request, live, request.lines)
    criteria = asked_cells(call, request)
    names = (*(name for name, _ in (*HEADER, *BESIDE)), *(one.name for one in criteria))
    header = {name: form.value(name) for name in names}
    answers = {
        need.id: {answer.name: form.value(reading.field(need.id, answer.name)) for answer in ANSWERS}
        for need in request.lines
    }
    rows = alternates_form.rows_of(form)
    alternates = [
        (need.position, {name: form.value(alternates_form.field(need.id, row, name)) for name in ALTERNATE_FIELDS})
        for need in request.lines
        for row in rows.get(need.id, ())
    ]
    return quote_workbook(
        request.rfq, request.lines, header, answers, translate, alternates=alternates, criteria=criteria
    )


def asked_cells(call: Acting, request: RfqContent) -> tuple[AskedCell, ...]:
    """Return what the request asks its suppliers to answer; nothing costs nothing."""
    if not request.rfq.asked_answers:
        return ()
    judged = scoring.read_criteria(call.work, call.actor, ReadRfq(request.rfq.id))
    return tuple(
        AskedCell(
            answers_form.field(one.key),
            one.name,
            one.required,
            ()
            if one.answered is sourcing.Answered.WORDS
            else tuple(value for value, _ in answers_form.options_of(one)),
        )
        for one in asked_of_suppliers(judged.criteria)
    )


def says(answers: Mapping[str, str]) -> bool:
    """Tell whether a row says anything: that tiers are asked for does not."""
    return any(text and not (name == "tiers" and is_unpriced(text)) for name, text in answers.items())


def further(sheet: QuoteSheet) -> Iterator[tuple[UUID, Place, str, str]]:
    """Yield line, cell, field and text of whatever the workbook says of alternates."""
    counted: Counter[UUID] = Counter()
    for line_id, row, texts in sheet.alternates:
        counted[line_id] += 1
        for name, text in texts.items():
            place = Place(row, sheet.columns[name])
            yield line_id, place, alternates_form.field(line_id, counted[line_id], name), text


def filled(call: Acting, content: RfqContent, live: QuoteContent | None, sheet: QuoteSheet) -> Form:
    """Return the form as if the workbook had been typed into it; what it does not ask for stays as it was."""
    starting = supplying.starting_form(call, content, live, ())
    texts = {name: starting.value(name) for name in starting.initial_names()}
    texts |= sheet.header
    if live is not None:
        texts["version"] = str(live.quote.version)
    texts |= {"rfq_edition": str(content.rfq.edition), "tax_basis": texts.get("tax_basis") or "without_tax"}
    texts |= {name: text for _, _, name, text in further(sheet)}
    full = bool(sheet.alternates) or any(
        text for answers in sheet.answers.values() for name, text in answers.items() if name not in PLAIN_FIELDS
    )
    for line_id, answers in sheet.answers.items():
        shown = answers if full else {name: text for name, text in answers.items() if name in PLAIN_FIELDS}
        texts |= {reading.field(line_id, name): text for name, text in shown.items()}
    if full:
        texts["full"] = "1"
    return Form(FormData(MappingProxyType({name: (text,) for name, text in texts.items()})))


def problems(form: Form, sheet: QuoteSheet) -> tuple[CellProblem, ...]:
    """Return what is wrong in the order of the workbook's cells, first what concerns no cell."""
    places = dict(sheet.header_places)
    for line_id, row in sheet.rows.items():
        places |= {reading.field(line_id, name): Place(row, column) for name, column in sheet.columns.items()}
    places |= {name: place for _, place, name, _ in further(sheet)}
    found = [CellProblem(None, problem, "") for problem in form.form_errors]
    found += [
        CellProblem(places.get(name), problem, name) for name, problems in form.errors.items() for problem in problems
    ]
    broken = Problem(N_("This cell holds an error, or a formula without a result."), MappingProxyType({}))
    found += [CellProblem(place, broken, "") for place in sheet.broken]
    strange = Problem(
        N_("This row is no line of the request, or a line that stands there twice."), MappingProxyType({})
    )
    found += [CellProblem(Place(row, "A"), strange, "") for row in sheet.strange]
    return tuple(sorted(found, key=_order))


def _order(problem: CellProblem) -> tuple[int, int, str]:
    place = problem.place
    return (0, 0, "") if place is None else (place.row, len(place.column), place.column)
