"""Saving the editor of a draft, by its button or by itself: what is sent for which lines, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.refusal import IllegalStep, Refusal, StaleVersion
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageContext
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.pages import pointing, showing
from b2b_market.rfq.pages.drafting_form import to_the_minute
from b2b_market.rfq.service.copying import as_draft
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.ui.forms import Form, Problem

CHUNK: Final = 100
"""How many lines the editor shows at once; the others of a long draft stay as they are."""
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **showing.FIELDS,
        "estimate": N_("Hidden estimate"),
        "supplier_ids": N_("Suppliers"),
        "default_day": N_("Needed on"),
        "default_place": N_("Delivery place"),
        "item_name": N_("Item"),
        "item_code": N_("Item code"),
        "specification": N_("Specification"),
        "quantity": N_("Quantity"),
        "unit": N_("Unit"),
        "target_price": N_("Target price"),
        "required_on": N_("Needed on"),
        "delivery_place": N_("Delivery place"),
        "note": N_("Note"),
    }
)


@dataclass(frozen=True, slots=True)
class Window:
    """Which of a draft's lines the page shows: those from ``first`` on and before ``beyond``."""

    first: int
    beyond: int

    @classmethod
    def at(cls, content: RfqContent, start: int) -> "Window":
        """Return the part that holds line ``start``; the first one of a draft without lines."""
        last = max(len(content.lines) - 1, 0)
        first = min(max(start, 0), last) // CHUNK * CHUNK
        return cls(first, min(first + CHUNK, len(content.lines)))

    @classmethod
    def sent(cls, form: Form, content: RfqContent) -> "Window":
        """Return the part that the form was opened with; all lines where it does not say."""
        count = len(content.lines)
        first, beyond = form.integer("first", least=0) or 0, form.integer("beyond", least=0)
        beyond = count if beyond is None else min(beyond, count)
        return cls(min(first, beyond), beyond)

    def unloaded(self, content: RfqContent) -> int:
        """Return how many lines stand elsewhere."""
        return len(content.lines) - (self.beyond - self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """How it went, as the page says it; ``version`` is None for a draft that does not exist yet.

    ``over`` is the version that may be saved over in a conflict; None where the page shows only a part of the draft.
    """

    state: str = ""
    version: int | None = None
    first: int = 0
    beyond: int = 0
    unloaded: int = 0
    at: datetime | None = None
    place: str = ""
    problem: str = ""
    theirs: str = ""
    over: int | None = None


def opened(content: RfqContent | None, window: Window) -> Saving:
    """Return what a page that was just opened carries."""
    if content is None:
        return Saving()
    return Saving(
        version=content.rfq.version,
        first=window.first,
        beyond=window.beyond,
        unloaded=window.unloaded(content),
    )


def saved(call: PageContext, content: RfqContent, window: Window, *, place: str = "") -> Saving:
    """Return what the page carries after its lines, ``window`` of ``content`` now, were saved."""
    return replace(opened(content, window), state="saved", at=call.work.now(), place=place)


def failed(call: PageContext, form: Form, refusal: Refusal | None, stored: RfqContent | None) -> Saving:
    """Return what the page carries when its content could not be saved: what it was sent with, and why."""
    kept = Saving()
    if stored is not None:
        window = Window.sent(Form(form.data), stored)
        kept = Saving(
            version=Form(form.data).integer("version"),
            first=window.first,
            beyond=window.beyond,
            unloaded=Form(form.data).integer("unloaded", least=0) or 0,
        )
    if isinstance(refusal, StaleVersion) and stored is not None:
        alone = kept.first == 0 and kept.unloaded == 0
        over = stored.rfq.version if alone else None
        return replace(kept, state="conflict", theirs=f"/rfqs/{stored.rfq.id}/edit", over=over)
    state = "refused" if isinstance(refusal, IllegalStep) else "wrong"
    return replace(kept, state=state, problem=_problem(call, form))


def unchanged(content: commands.DraftRfq, stored: RfqContent) -> bool:
    """Tell whether saving ``content`` would change nothing; the form knows of a deadline no more than its minute."""
    rfq = stored.rfq
    known = replace(
        as_draft(stored, rfq.title),
        closes_at=to_the_minute(rfq.closes_at),
        enquiry_ends_at=to_the_minute(rfq.enquiry_ends_at),
    )
    same = replace(content, supplier_ids=known.supplier_ids) == known
    return same and set(content.supplier_ids) == set(known.supplier_ids)


def _problem(call: PageContext, form: Form) -> str:
    """Return the first thing that is wrong, in the reader's language, with its place."""
    language, translate = call.viewer().locale, call.shell.renderer.catalogue.translate

    def said(problem: Problem) -> str:
        return translate(language, problem.message, **problem.facts)

    if form.form_errors:
        return said(form.form_errors[0])
    name, problems = next(iter(form.errors.items()), ("", [Problem("")]))
    line = pointing.line_of(f"/{name.replace('-', '/')}")
    if line is None:
        facts = {"field": translate(language, LABELS.get(name, "")), "problem": said(problems[0])}
        return translate(language, N_("{field}: {problem}"), **facts)
    number, field = line
    place = [*form.rows("lines"), number].index(number) + 1 + (form.integer("first") or 0)
    facts = {"line": str(place), "field": translate(language, LABELS.get(field, "")), "problem": said(problems[0])}
    return translate(language, N_("Line {line}, {field}: {problem}"), **facts)


def around(stored: RfqContent, window: Window) -> tuple[Sequence[commands.LineInput], Sequence[commands.LineInput]]:
    """Return the stored lines before and after those that the page shows."""
    lines = as_draft(stored, "").lines
    return lines[: window.first], lines[window.beyond :]
