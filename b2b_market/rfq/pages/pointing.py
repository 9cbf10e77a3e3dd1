"""Where a refusal's errors stand in a form whose fields are numbered otherwise than what was refused."""

import re
from collections.abc import Callable, Mapping

from b2b_market.kernel.refusal import Invalid, Refusal
from b2b_market.ui.forms import Form, Problem

_LINE = re.compile(r"/lines/(?P<index>[0-9]+)/(?P<field>[^/]+)")


def add_refusal(form: Form, refusal: Refusal, field_of: Callable[[str], str]) -> None:
    """Note a refusal in ``form``: each error at the field that ``field_of`` names for its pointer ('' is the form)."""
    if not refusal.errors or not isinstance(refusal, Invalid):
        form.form_errors.append(Problem(refusal.advice or refusal.title, texts(refusal.facts)))
    for error in refusal.errors:
        form.add_error(field_of(error.pointer), error.detail, **texts(error.facts or {}))


def line_of(pointer: str) -> tuple[int, str] | None:
    """Return the index and the field of ``/lines/<index>/<field>``; None for any other pointer."""
    match = _LINE.fullmatch(pointer)
    return (int(match["index"]), match["field"]) if match else None


def texts(facts: Mapping[str, object]) -> dict[str, str]:
    """Return facts as the texts that fill a sentence."""
    return {name: str(value) for name, value in facts.items()}
