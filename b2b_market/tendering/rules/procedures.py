"""Procedures as data: built-in profiles with their sources, the schema of their values, and what a law holds them to.

A profile is a JSON file of the package. Its ``values`` say how a tender runs, ``sources`` where each value comes from
(by JSON pointer, the nearest one above counts; ``confirmed`` is false while nobody has held it against the text of the
law), and ``limits`` what a company may not fall below when it composes a procedure of its own from it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from jsonschema import Draft202012Validator

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules import complaint_terms
from b2b_market.tendering.rules.calendars import WEEKENDS, Calendar, calendar_fault, read_calendar
from b2b_market.tendering.rules.drawing import Shape
from b2b_market.tendering.rules.frameworks import FrameworkShape, read_framework
from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.rules.publicity_terms import PublicityTerms, read_publicity
from b2b_market.tendering.rules.shapes import Applications, Talks
from b2b_market.tendering.states.documents import Takers
from b2b_market.tendering.states.procedures import AwardOrder, Entry, Publicity, TieBreak
from b2b_market.tendering.states.selecting import TalksKind
from b2b_market.tendering.states.stages import Envelopes

CODES: Final = (
    "private-open",
    "accelerated",
    "china-open",
    "eu-open",
    "two-envelope",
    "private-restricted",
    "china-prequalified",
    "eu-restricted",
    "private-negotiated",
    "negotiated-quick",
    "china-invited",
    "china-negotiated",
    "china-consultation",
    "eu-negotiated",
    "eu-negotiated-unpublished",
    "private-two-stage",
    "china-two-stage",
    "eu-dialogue",
    "framework",
    "mini-competition",
)
"""The built-in profiles in the order that they are shown; the first is the default."""
MOST_NAME: Final = 100
OPTIONAL: Final = frozenset(
    {
        "applications",
        "calendar",
        "committee",
        "complaints",
        "correction",
        "documents",
        "envelopes",
        "framework",
        "ground",
        "opened_bids",
        "publicity",
        "results",
        "talks",
        "technical_least",
    }
)
"""What a procedure may leave out."""

Values = Mapping[str, Any]


class UnknownProcedure(Refusal):
    """No profile and no procedure of the company is called so, or it is retired."""

    code = "unknown-procedure"
    title = N_("There is no such procedure")
    advice = N_("{procedure} is neither a built-in profile nor a procedure of your company in use. Choose another.")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from; not ``confirmed`` until somebody has held it against the text."""

    text: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """What a law or house rule holds a value to: ``least``, ``most``, ``only``, or ``never`` for what it rules out."""

    path: str
    rule: str
    value: object
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A built-in procedure; ``names`` and ``summaries`` are by language (``en``, ``zh``)."""

    code: str
    edition: int
    effective_on: date
    names: Mapping[str, str]
    summaries: Mapping[str, str]
    values: Values
    sources: Mapping[str, Source]
    limits: Sequence[Limit]

    def source_of(self, path: str) -> Source:
        """Return where the value at ``path`` comes from: the nearest statement at or above it."""
        while path not in self.sources:
            path = path.rpartition("/")[0]
        return self.sources[path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The values of a procedure, read."""

    entry: Entry
    notice: Publicity
    opened_bids: Publicity
    """Who reads what was opened: bidders, totals, the record."""
    results: Publicity
    """Who reads the awards with their amounts."""
    enquiry: Period
    tendering: Period
    extension: Period
    standstill: Period
    minimum_bidders: int
    officers: int
    threshold: int
    reveal_hours: int
    evaluation: AwardOrder
    tie_break: TieBreak
    below_mean_percent: int
    below_next_percent: int
    bond_most_percent: int
    committee: Shape | None
    """How the committee is made up that scores the bids; none where the buyer scores them itself."""
    envelopes: Envelopes
    technical_least: int | None
    """The least technical score with which the price envelope of a bid is opened."""
    calendar: Calendar = WEEKENDS
    """Which days count as working days."""
    complaints: complaint_terms.ComplaintTerms | None = None
    publicity: PublicityTerms | None = None
    """How the candidates of a lot are published before its award; none where they are not."""
    takers: Takers
    """Whether it is kept who takes the documents."""
    applications: Applications | None = None
    """How companies ask to take part; none where the entry alone says who may bid."""
    talks: Talks | None = None
    """What is talked about before the final bids; none where the first bids are the final ones."""
    bond_returned: Period | None = None
    """Within which a bond is returned that secures nothing any more."""
    ground_required: bool = False
    """Whether the notice says why the procedure may be followed at all."""
    framework: FrameworkShape | None = None
    """What a framework agreement may be; none where awards become contracts."""
    correction_hours: int | None = None
    """How long a bidder has to correct formal documents after the opening; none where nobody may be asked to."""


def read_procedure(values: Values) -> Procedure:
    """Return sound ``values`` as what the rules of a tender ask."""
    periods, sealing, low = values["periods"], values["sealing"], values["abnormally_low"]
    return Procedure(
        entry=Entry(values["entry"]),
        notice=Publicity(values["notice"]),
        opened_bids=Publicity(values.get("opened_bids", values["notice"])),
        results=Publicity(values.get("results", values["notice"])),
        enquiry=read_period(periods["enquiry"]),
        tendering=read_period(periods["tendering"]),
        extension=read_period(periods["extension"]),
        standstill=read_period(periods["standstill"]),
        minimum_bidders=values["minimum_bidders"],
        officers=sealing["officers"],
        threshold=sealing["threshold"],
        reveal_hours=sealing["reveal_hours"],
        evaluation=AwardOrder(values["evaluation"]),
        tie_break=TieBreak(values["tie_break"]),
        below_mean_percent=low["below_mean_percent"],
        below_next_percent=low["below_next_percent"],
        bond_most_percent=values["bond"]["most_percent"],
        bond_returned=read_period(values["bond"]["returned"]) if "returned" in values["bond"] else None,
        committee=read_shape(values.get("committee")),
        envelopes=Envelopes(values.get("envelopes", Envelopes.ONE)),
        technical_least=values.get("technical_least"),
        calendar=read_calendar(values.get("calendar")),
        complaints=complaint_terms.read_complaints(values.get("complaints")),
        publicity=read_publicity(values.get("publicity")),
        takers=Takers(values.get("documents", {"takers": Takers.UNRECORDED})["takers"]),
        applications=read_applications(values.get("applications")),
        talks=read_talks(values.get("talks")),
        ground_required=values.get("ground") == "required",
        framework=read_framework(values.get("framework")),
        correction_hours=values["correction"]["hours"] if "correction" in values else None,
    )


def read_applications(value: Mapping[str, Any] | None) -> Applications | None:
    """Return how companies ask to take part by sound values; none where they do not."""
    if value is None:
        return None
    return Applications(read_period(value["period"]), value["least"], value["most"], read_period(value["standstill"]))


def read_talks(value: Mapping[str, Any] | None) -> Talks | None:
    """Return the talks of sound values; none where there are none."""
    if value is None:
        return None
    kind, final = TalksKind(value["kind"]), read_period(value["final"])
    return Talks(kind, value["rounds"], final, value.get("least_left"))


def read_shape(value: Mapping[str, Any] | None) -> Shape | None:
    """Return the shape of a committee of sound values; none where there is no committee."""
    return None if value is None else Shape(value["least"], value["experts"], value["of"])


def read_period(value: Mapping[str, Any]) -> Period:
    """Return a period of sound values."""
    return Period.of(value)


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the built-in profiles by code, in the order that they are shown."""
    return {code: _profile(json.loads(_file(code))) for code in CODES}


@cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of a procedure's values."""
    return cast("Mapping[str, Any]", json.loads(_file("schema")))


def profile(code: str) -> Profile:
    """Return a built-in profile; raise UnknownProcedure for any other code."""
    found = profiles().get(code)
    if found is None:
        raise UnknownProcedure(procedure=code)
    return found


def require_sound(name: str, values: Values, base: Profile) -> None:
    """Raise Invalid naming every value that the schema or the limits of ``base`` refuse."""
    errors = [] if 1 <= len(name.strip()) <= MOST_NAME else [_NAME]
    found = [*_schema_errors(values)]
    errors += found or [error for limit in base.limits if (error := _limit_error(values, limit)) is not None]
    if not found and values["sealing"]["threshold"] >= values["sealing"]["officers"]:
        errors.append(_THRESHOLD)
    if not found and (shape := read_shape(values.get("committee"))) is not None and shape.experts > shape.of:
        errors.append(_EXPERTS)
    if not found and "technical_least" in values and values.get("envelopes") != Envelopes.TWO:
        errors.append(_LEAST)
    day = None if found or "calendar" not in values else calendar_fault(values["calendar"])
    if day is not None:
        detail = N_("{day} is no day, or is both a day off and a working day.")
        errors.append(FieldError("/calendar", "day", detail, {"day": day}))
    errors += [] if found or day is not None else _stage_errors(values)
    if not found and (complaints := values.get("complaints")) is not None:
        errors += [FieldError(f"/complaints/{name}", "range", _FEES) for name in complaint_terms.faults(complaints)]
    if errors:
        raise Invalid(errors=errors)


_NAME: Final = FieldError("/name", "length", N_("Give it a name of at most 100 characters."))
_THRESHOLD: Final = FieldError(
    "/sealing/threshold", "range", N_("Fewer officers must be needed than there are, or one lost key loses every bid.")
)
_LEAST: Final = FieldError(
    "/technical_least", "range", N_("Only a procedure of two envelopes asks for a least technical score.")
)
_EXPERTS: Final = FieldError("/committee/experts", "range", N_("A committee has no more experts than members."))
_BEFORE: Final = FieldError("/talks/kind", "range", N_("A dialogue begins with applications."))
_LIMITED: Final = FieldError("/applications/most", "range", N_("No fewer companies are invited at most than at least."))


def _stage_errors(values: Values) -> list[FieldError]:
    procedure = read_procedure(values)
    found = []
    applications, talks = procedure.applications, procedure.talks
    if talks is not None and talks.kind is TalksKind.DIALOGUE and applications is None:
        found.append(_BEFORE)
    if applications is not None and 0 < applications.most < applications.least:
        found.append(_LIMITED)
    return found


_FEES: Final = N_(
    "Fees are whole tens, the least not above the most, and a buyer that decides on complaints itself asks for none."
)


def _schema_errors(values: Values) -> list[FieldError]:
    found = Draft202012Validator(schema()).iter_errors(values)
    detail = N_("This does not fit the schema of procedures: {message}")
    return [
        FieldError("".join(f"/{part}" for part in one.absolute_path), "schema", detail, {"message": one.message[:200]})
        for one in found
    ]


def _limit_error(values: Values, limit: Limit) -> FieldError | None:
    given = at(values, limit.path)
    if limit.rule == "never":
        detail = N_("{source} does not know this here.")
        return None if given is None else FieldError(limit.path, "law", detail, {"source": limit.source.text})
    facts = {"source": limit.source.text, "value": shown(limit.value), "given": shown(given)}
    if given is None:
        detail = N_("{source} asks for {value} here, and the procedure leaves it out.")
        return FieldError(limit.path, "law", detail, facts)
    if limit.rule == "only":
        detail = N_("{source} asks for {value} here, not {given}.")
        return None if given == limit.value else FieldError(limit.path, "law", detail, facts)
    if limit.rule == "most":
        detail = N_("{source} allows at most {value} here, not {given}.")
        return None if given <= limit.value else FieldError(limit.path, "law", detail, facts)
    detail = N_("{source} asks for at least {value} here, not {given}.")
    if isinstance(limit.value, Mapping):
        enough = read_period(given).covers(read_period(limit.value))
        return None if enough else FieldError(f"{limit.path}/amount", "law", detail, facts)
    return None if given >= limit.value else FieldError(limit.path, "law", detail, facts)


def at(values: Values, path: str) -> Any:  # noqa: ANN401 - a JSON value
    """Return the value at a JSON pointer; None within a part that a procedure leaves out."""
    found: Any = values
    for part in path.strip("/").split("/"):
        if found is None:
            return None
        found = found.get(part)
    return found


def shown(value: object) -> str:
    """Write a value of a procedure as facts of a refusal do: ``20 calendar_days``, ``3``, ``public``."""
    if isinstance(value, Mapping):
        return f"{value['amount']} {value['unit']}"
    return str(value)


def paths() -> tuple[str, ...]:
    """Return the pointers of everything that a procedure decides, periods whole, in the order of the schema."""
    found: list[str] = []
    for name, part in schema()["properties"].items():
        inner = None if part.get("x-whole") else part.get("properties")
        found += [f"/{name}"] if inner is None else [f"/{name}/{key}" for key in inner]
    return tuple(found)


def _file(name: str) -> str:
    return (files("b2b_market.tendering") / "profiles" / f"{name}.json").read_text(encoding="utf-8")


def _profile(found: Mapping[str, Any]) -> Profile:
    return Profile(
        code=found["code"],
        edition=found["edition"],
        effective_on=date.fromisoformat(found["effective_on"]),
        names=found["names"],
        summaries=found["summaries"],
        values=found["values"],
        sources={path: Source(**source) for path, source in found["sources"].items()},
        limits=tuple(Limit(one["path"], one["rule"], one["value"], Source(**one["source"])) for one in found["limits"]),
    )
