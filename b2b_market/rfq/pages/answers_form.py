"""What a quotation's form answers to the request's criteria: one field each, evidence as files that may be unticked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.commands.requests import SubmitQuote
from b2b_market.rfq.rules.scoring import NO, YES
from b2b_market.sourcing import public as sourcing
from b2b_market.ui.forms import Form

_ANSWER: Final = re.compile(r"answer-(?P<key>[a-z][a-z0-9_-]{0,39})", re.ASCII)
_FILE: Final = re.compile(r"evidence-(?P<key>[a-z][a-z0-9_-]{0,39})--(?P<file>[0-9a-f-]{36})", re.ASCII)
_UPLOAD: Final = re.compile(r"upload-(?P<key>[a-z][a-z0-9_-]{0,39})", re.ASCII)
_POINTER: Final = re.compile(r"/answers/(?P<index>[0-9]+)/[a-z_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class AskedView:
    """A criterion that the supplier answers: by choosing, by a number, or in words; options are value and label."""

    key: str
    name: str
    required: bool
    words: bool
    options: Sequence[tuple[str, str]]
    files: Sequence[tuple[UUID, str]]


def field(key: str) -> str:
    """Return the name of the field of an answer."""
    return f"answer-{key}"


def file_field(key: str, file_id: UUID) -> str:
    """Return the name of the field that keeps a file as evidence."""
    return f"evidence-{key}--{file_id}"


def upload_field(key: str) -> str:
    """Return the name of the field by which a file comes with the whole form, where no script sends it alone."""
    return f"upload-{key}"


def options_of(criterion: sourcing.Criterion) -> Sequence[tuple[str, str]]:
    """Return the answers to choose from; a criterion that takes numbers has none."""
    if criterion.formula is sourcing.Formula.YES_NO:
        return ((YES, N_("Yes")), (NO, N_("No")))
    return [(answer, answer) for answer in criterion.points] if criterion.formula is sourcing.Formula.POINTS else ()


def initial(answers: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return what the fields of a quotation's answers show."""
    shown: dict[str, object] = {field(one["key"]): one["value"] for one in answers}
    return shown | {file_field(one["key"], UUID(file["id"])): "1" for one in answers for file in one["files"]}


def files_in(form: Form) -> Mapping[str, Sequence[UUID]]:
    """Return by criterion the files that the form keeps as evidence."""
    found: dict[str, list[UUID]] = {}
    for name in form.data.texts or form.initial_names():
        match = _FILE.fullmatch(name)
        if match is not None:
            found.setdefault(match["key"], []).append(UUID(match["file"]))
    return found


def read(form: Form) -> tuple[CriterionAnswer, ...]:
    """Return what the form answers; a field that is left empty answers nothing.

    A file that was chosen and not attached came as its name alone, which is an error at its answer.
    """
    kept = files_in(form)
    answers = []
    for name in form.data.texts:
        chosen = _UPLOAD.fullmatch(name)
        if chosen is not None and form.value(name):
            form.add_error(field(chosen["key"]), N_("Attach the chosen file before you send the quotation."))
        match = _ANSWER.fullmatch(name)
        if match is None:
            continue
        value = form.text(name, limit=4000, lines=True)
        if value:
            answers.append(CriterionAnswer(match["key"], value, tuple(kept.get(match["key"], ()))))
    return tuple(answers)


def field_of(pointer: str, command: SubmitQuote) -> str | None:
    """Return the field for a pointer such as ``/answers/2/value``, '' for all of them; None for any other pointer."""
    if pointer == "/answers":
        return ""
    match = _POINTER.fullmatch(pointer)
    if match is None or int(match["index"]) >= len(command.answers):
        return None
    return field(command.answers[int(match["index"])].key)
