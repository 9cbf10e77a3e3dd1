"""Procedures side by side, and the form that composes a company's own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands.procedures import (
    ComposeProcedure,
    ReadProcedure,
    RetireProcedure,
    ReviseProcedure,
)
from b2b_market.tendering.pages import wording
from b2b_market.tendering.rules import procedures as rules
from b2b_market.tendering.rules.calendars import UnreadableDays, read_days, write_days
from b2b_market.tendering.rules.shapes import family_of
from b2b_market.tendering.service import procedures
from b2b_market.tendering.states.procedures import ProcedureStatus
from b2b_market.tendering.states.stages import Envelopes
from b2b_market.ui.forms import Form
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.viewer import Badge, Flash

router = APIRouter(prefix="/tender-procedures", route_class=PageRoute)

BADGES: Final[Mapping[ProcedureStatus, Badge]] = {
    ProcedureStatus.ACTIVE: Badge(N_("In use"), "ok"),
    ProcedureStatus.RETIRED: Badge(N_("Retired"), "neutral"),
}


class _Own(Protocol):
    """What the form shows of a company's own procedure."""

    id: UUID
    version: int
    name: str


@router.get("")
def list_procedures(call: PageCall) -> Response:
    """Show the built-in profiles and the company's own procedures side by side, with the source of each value."""
    procedures.list_procedures.admit(call.signed_in())
    return _list(call, Form())


@router.get("/new")
def new_procedure(call: PageCall, base: str = rules.CODES[0]) -> Response:
    """Show the form filled with the values of a profile."""
    procedures.compose_procedure.admit(call.signed_in())
    chosen = rules.profile(base)
    return _editor(call, Form(initial=_flat(chosen.values)), chosen, None)


@router.post("/new")
def compose(call: PageCall) -> Response:
    """Keep the procedure, or show what is wrong with it."""
    procedures.compose_procedure.admit(call.actor)
    call.once()
    form = Form(call.form())
    base = rules.profile(form.one_of("base", rules.CODES) or rules.CODES[0])
    name, values = _read(form)
    if form.ok:
        with call.attempt(form):
            command = ComposeProcedure(name=name, base=base.code, values=values)
            procedures.compose_procedure(call.work, call.actor, command)
            return call.see("/tender-procedures", Flash(N_("Kept as a procedure of your company.")))
    return _editor(call, form, base, None, status=422)


@router.get("/{procedure_id}/edit")
def edit_procedure(procedure_id: WireUuid, call: PageCall) -> Response:
    """Show an own procedure in the form."""
    procedures.revise_procedure.admit(call.signed_in())
    found = procedures.read_procedure(call.work, call.actor, ReadProcedure(procedure_id))
    return _editor(call, Form(initial={**_flat(found.content), "name": found.name}), rules.profile(found.base), found)


@router.post("/{procedure_id}/edit")
def revise(procedure_id: WireUuid, call: PageCall) -> Response:
    """Keep the next edition, or show what is wrong with it."""
    procedures.revise_procedure.admit(call.actor)
    form = Form(call.form())
    name, values = _read(form)
    expected = form.integer("version", required=True)
    if form.ok:
        with call.attempt(form):
            command = ReviseProcedure(procedure_id=procedure_id, expected_version=expected, name=name, values=values)
            procedures.revise_procedure(call.work, call.actor, command)
            return call.see("/tender-procedures", Flash(N_("Kept as the next edition.")))
    found = procedures.read_procedure(call.work, call.actor, ReadProcedure(procedure_id))
    return _editor(call, form, rules.profile(found.base), found, status=422)


@router.post("/{procedure_id}/retire")
def retire(procedure_id: WireUuid, call: PageCall) -> Response:
    """Let no new tender follow it."""
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form):
        procedures.retire_procedure(call.work, call.actor, RetireProcedure(procedure_id, expected))
        return call.see("/tender-procedures", Flash(N_("Retired. Tenders that follow it go on.")))
    procedures.read_procedure(call.work, call.actor, ReadProcedure(procedure_id))  # another company's is not there
    return _list(call, form, status=409)


def _list(call: PageContext, form: Form, *, status: int = 200) -> Response:
    found = procedures.list_procedures(call.work, call.actor, None)
    context = {
        "form": form,
        "profiles": found.profiles,
        "own": found.own,
        "rows": [(path, label) for path, label in wording.LABELS.items()],
        "said": wording.said,
        "at": rules.at,
        "families": wording.FAMILIES,
        "family_of": family_of,
        "badges": BADGES,
        "tongue": tongue(call),
        "composes": procedures.compose_procedure.allows(call.actor),
    }
    return call.page("tendering/procedures.html", context, status=status)


def _editor(call: PageContext, form: Form, base: rules.Profile, found: _Own | None, *, status: int = 200) -> Response:
    context = {
        "form": form,
        "base": base,
        "found": found,
        "action": f"/tender-procedures/{found.id}/edit" if found else "/tender-procedures/new",
        "rows": list(wording.LABELS.items()),
        "names": {path: path.strip("/").replace("/", "-") for path in wording.LABELS},
        "choices": wording.CHOICES,
        "periods": wording.PERIODS,
        "optional": wording.OPTIONAL,
        "unit_names": wording.UNIT_NAMES,
        "limits": {limit.path: limit for limit in base.limits},
        "said": wording.said,
        "tongue": tongue(call),
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/procedure.html", context, status=status)


def tongue(call: PageContext) -> str:
    """Return the reader's language as the names of profiles are kept: ``zh`` or ``en``."""
    return "zh" if parse_language(call.actor.person.locale) is Language.ZH else "en"


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, object]:
    """Return nested values by the names of their fields: ``periods-enquiry-amount``."""
    found: dict[str, object] = {} if before else {"envelopes": Envelopes.ONE.value}
    for name, value in values.items():
        if f"/{name}" == wording.CALENDAR:
            found |= {"calendar-name": value["name"], "calendar-version": value["version"]}
            found["calendar-days"] = write_days(value)
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}-")
        else:
            found[f"{before}{name}"] = value
    return found


def _read(form: Form) -> tuple[str, dict[str, Any]]:
    """Return the name and the nested values as sent; numbers that are none are errors at their fields."""
    name = form.text("name", required=True, limit=rules.MOST_NAME) or ""
    values: dict[str, Any] = {}
    for path in wording.LABELS:
        field = path.strip("/").replace("/", "-")
        parts = path.strip("/").split("/")
        if path == wording.CALENDAR:
            values |= _calendar(form)
            continue
        asked = not path.startswith(wording.OPTIONAL)
        found: object
        if path in wording.PERIODS:
            amount, unit = form.integer(f"{field}-amount", required=asked, least=0), form.value(f"{field}-unit")
            found = None if amount is None and not asked else {"amount": amount, "unit": unit}
        elif path in wording.CHOICES:
            found = form.one_of(field, wording.CHOICES[path], required=asked)
        else:
            found = form.integer(field, required=asked, least=0)
        if asked or found is not None:
            _put(values, parts, found)
    return name, values


def _calendar(form: Form) -> dict[str, Any]:
    """Return the calendar as sent; nothing where no day is."""
    text = form.text("calendar-days", limit=20_000, lines=True)
    if text is None:
        return {}
    name, version = form.text("calendar-name", required=True), form.text("calendar-version", required=True)
    try:
        days = read_days(text)
    except UnreadableDays as error:
        detail = N_("Write a day or a span in each line, such as 2026-10-01..2026-10-07; not: {line}")
        form.add_error("calendar-days", detail, line=str(error)[:60])
        return {}
    return {"calendar": {"name": name or "", "version": version or "", **days}}


def _put(values: dict[str, Any], parts: Sequence[str], value: object) -> None:
    for part in parts[:-1]:
        values = values.setdefault(part, {})
    values[parts[-1]] = value
