"""Made-up calls of the API, drawn by Schemathesis from the OpenAPI document and aimed at the things of the world.

A call is well-formed, or spoilt somewhere, or tame: it holds what a sensible caller would send (real ids, days to come,
a known currency) but for one field, so that it gets past the first refusal.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

from tests.support.routes import Route
from tests.support.world import World

Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Operation]
Draw = Callable[[st.SearchStrategy[Any]], Any]
OTHER_NAMES: Final = {"supplier_ids": "supplier_id", "rfq_line_id": "line_id"}
"""Names in bodies for what the world knows by another name."""
PLAUSIBLE: Final = (
    (re.compile(r"20\d\d-\d\d-\d\d"), "2098-01-31"),
    (re.compile(r"20\d\d-\d\d-\d\dT.*"), "2098-01-31T12:00:00Z"),
    (re.compile(r"\d+(\.\d+)?"), "12.5"),
    (re.compile(r"[A-Z]{3}"), "CNY"),
    (re.compile(r"[A-Z]{2}"), "CN"),
    (re.compile(r"[A-Z0-9]{1,3}"), "H87"),
)
"""What strings of a form become where a call is tamed; the first form that fits the whole string counts."""
UUID_FORM: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TAGS: Final = (None, "", "*", "v1", '"v0"', '"v1"', '"v2"', '"v-1"', '"v999999999"', 'W/"v1"', '"v1", "v2"')
KEYS: Final = (None, "", "short", "k" * 101, "a key with blanks", "key-\u00e9-12345678")
A_KEY: Final = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A call and its headers beside the document; ``real_tag`` asks for the version that the thing has."""

    case: Case
    key: str | None
    tag: str | None
    real_tag: bool

    def headers(self, tag: str | None) -> dict[str, str]:
        """Return the Idempotency-Key and If-Match to send; ``tag`` is the entity tag of the thing that is called."""
        sent = {"idempotency-key": self.key, "if-match": tag if self.real_tag else self.tag}
        return {name: value for name, value in sent.items() if value is not None}


def made_up(operation: Operation, world: World) -> st.SearchStrategy[MadeUp]:
    """Return calls of ``operation``; half of them are tame."""
    asked = world.bodies.of(Route(operation.method.upper(), operation.path, ""))
    sensible = asked[1] if asked is not None and asked[0] == "application/json" else None
    good, bad = (
        operation.as_strategy(generation_mode=mode)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    )
    choices = [world.things_at(operation.path, rfq) for rfq in world.rfqs]

    @st.composite
    def calls(draw: Draw) -> MadeUp:
        kind = draw(st.sampled_from(("tame", "tame", "good", "bad")))
        case = draw(bad if kind == "bad" else good)
        things = draw(st.sampled_from(choices))
        if kind == "tame":
            case.body = _tamed(_blended(draw, case.body, sensible), "", things)
        if kind != "good" and not _spoilt(case, ParameterLocation.PATH):
            case.path_parameters.update({name: things[name] for name in case.path_parameters if name in things})
        real = kind == "tame" or draw(st.booleans())
        key, tag = (A_KEY, None) if real else (draw(st.sampled_from(KEYS)), draw(st.sampled_from(TAGS)))
        return MadeUp(case, key, tag, real)

    return calls()


def _spoilt(case: Case, where: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(where)


def _blended(draw: Draw, body: Any, sensible: Any) -> Any:
    """Return a sensible body of which one field at most is made up."""
    if not (isinstance(body, Mapping) and body and isinstance(sensible, Mapping)):
        return body
    name = draw(st.sampled_from([None, *sorted(body)]))
    return {**sensible, **({} if name is None else {name: body[name]})}


def _tamed(value: Any, name: str, things: Mapping[str, str]) -> Any:
    """Return a body with plausible strings: ids by the name of their field, the rest by its form."""
    if isinstance(value, Mapping):
        return {key: _tamed(member, key, things) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_tamed(member, name, things) for member in value]
    if not isinstance(value, str):
        return value
    if UUID_FORM.fullmatch(value):
        return things.get(OTHER_NAMES.get(name, name), value)
    return next((plausible for form, plausible in PLAUSIBLE if form.fullmatch(value)), value)
