"""Where a refusal's errors stand in a form whose fields are numbered otherwise than what was refused."""

import re
from collections.abc import Callable

from b2b_market.kernel.refusal import Invalid, Refusal
from b2b_market.ui.forms import Form

_LINE = re.compile(r"/lines/(?P<index>[0-9]+)/(?P<field>[^/]+)")


def add_refusal(form: Form, refusal: Refusal, field_of: Callable[[str], str]) -> None:
    """Note a refusal in ``form``: each error at the field that ``field_of`` names for its pointer ('' is the form)."""
    if not refusal.errors or not isinstance(refusal, Invalid):
        form.add_advice("", refusal)
    for error in refusal.errors:
        form.add_field_error(field_of(error.pointer), error)


def line_of(pointer: str) -> tuple[int, str] | None:
    """Return the index and the field of ``/lines/<index>/<field>``; None for any other pointer."""
    match = _LINE.fullmatch(pointer)
    return (int(match["index"]), match["field"]) if match else None
