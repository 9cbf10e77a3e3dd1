"""The editor of a draft tender: procedure, lots with their items, criteria, bond, suppliers, officers and times."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS, unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering.commands import tenders as commands
from b2b_market.tendering.pages import showing, weighing
from b2b_market.tendering.rules.procedures import CODES, profiles
from b2b_market.tendering.service import drafting, keys, procedures
from b2b_market.tendering.service.drafting import TenderContent
from b2b_market.tendering.states.procedures import CriterionKind, Entry, ProcedureStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/tenders", route_class=PageRoute)

NEW = {"lots": range(1), "items": range(2), "criteria": range(2), "features": range(1), "costs": range(1)}
LISTS = ("supplier_ids", "key_ids")


@router.get("/new")
def new_tender(call: PageCall) -> Response:
    """Show an empty editor."""
    drafting.draft_tender.admit(call.signed_in())
    settings = organizations.settings(call.work, call.actor, call.actor.org_id)
    initial = {
        "procedure": CODES[0],
        "entry": Entry.INVITED.value,
        "currency": settings.base_currency.code,
        "rehearsal_factor": 1,
        "criteria-0-kind": "award",
        "criteria-1-kind": "award",
        "items-0-lot": 1,
        "items-1-lot": 1,
    }
    return _editor(call, Form(initial=initial), None, NEW)


@router.post("/new")
def create_tender(call: PageCall) -> Response:
    """Store a new draft; what is wrong is shown beside its field and nothing is stored."""
    drafting.draft_tender.admit(call.actor)
    call.once()
    form = Form(call.form(*LISTS))
    content = _read(call, form)
    if content is not None:
        with call.attempt(form):
            stored = drafting.draft_tender(call.work, call.actor, content)
            return call.see(f"/tenders/{stored.tender.id}", Flash(N_("Draft saved.")))
    return _editor(call, form, None, rows_of(form), status=422)


@router.get("/{tender_id}/edit")
def edit_tender(tender_id: WireUuid, call: PageCall) -> Response:
    """Show a draft in the editor."""
    drafting.edit_tender.admit(call.signed_in())
    content = drafting.read_own_tender(call.work, call.actor, commands.ReadTender(tender_id))
    return _editor(call, Form(initial=initial_of(call, content)), content, counts_of(content))


@router.post("/{tender_id}/edit")
def save_tender(tender_id: WireUuid, call: PageCall) -> Response:
    """Replace the content of a draft, or show what is wrong with it."""
    drafting.edit_tender.admit(call.actor)
    form = Form(call.form(*LISTS))
    expected = form.integer("version", required=True)
    content = _read(call, form)
    if content is not None:
        with call.attempt(form):
            command = commands.EditTender(tender_id=tender_id, expected_version=expected, content=content)
            drafting.edit_tender(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}", Flash(N_("Draft saved.")))
    known = drafting.read_own_tender(call.work, call.actor, commands.ReadTender(tender_id))
    return _editor(call, form, known, rows_of(form), status=422)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import could not take, as sentences with their facts, and how many fields it leaves empty."""

    remarks: Sequence[tuple[str, Mapping[str, str]]] = ()
    missing: int = 0


def show_prefilled(
    call: PageContext, initial: dict[str, object], counts: dict[str, range], imported: Imported
) -> Response:
    """Show the editor filled with what a file says; nothing is stored before it is saved."""
    blank = dict.fromkeys(NEW, range(0))
    return _editor(call, Form(initial=initial), None, {**blank, **counts}, imported=imported)


def rows_of(form: Form) -> dict[str, Sequence[int]]:
    """Return the numbers of the rows that were sent, by list."""
    return {name: form.rows(name) or NEW[name] for name in NEW}


def counts_of(content: TenderContent) -> dict[str, range]:
    """Return how many rows of each list a tender that is there fills."""
    return {
        "lots": range(len(content.lots)),
        "items": range(sum(len(lot.items) for lot in content.lots)),
        "criteria": range(max(len(content.tender.criteria), 1)),
        **{name: range(max(count, 1)) for name, count in weighing.rows_of(_plain(content))[1].items()},
    }


def _editor(
    call: PageContext,
    form: Form,
    content: TenderContent | None,
    rows: dict[str, Sequence[int]] | dict[str, range],
    *,
    status: int = 200,
    imported: Imported | None = None,
) -> Response:
    language = showing.language_of(call).value
    own = procedures.list_procedures(call.work, call.actor, None).own
    chosen = [(code, showing.procedure_name(call, code, {})) for code in profiles()]
    chosen += [(str(one.id), one.name) for one in own if one.status is ProcedureStatus.ACTIVE]
    officers = keys.list_officers(call.work, call.actor, None)
    context = {
        "form": form,
        "content": content,
        "rows": rows,
        "action": f"/tenders/{content.tender.id}/edit" if content else "/tenders/new",
        "back": f"/tenders/{content.tender.id}" if content else "/tenders",
        "procedures": chosen,
        "entries": showing.ENTRIES,
        "kinds": showing.KINDS,
        "cost_kinds": weighing.COST_KINDS,
        "units": reference.unit_names(language),
        "currencies": [(code, f"{code} · {name}") for code, name in reference.currency_names(language)],
        "suppliers": [
            (str(one.id), one.legal_name_en or one.legal_name_zh, "")
            for one in organizations.suppliers(call.work, call.actor)
        ],
        "officers": [(str(one.id), f"{one.name} · {one.department}", one.fingerprint) for one in officers],
        "imported": imported,
        "idempotency_key": str(uuid4()),
    }
    return call.page("tendering/editor.html", context, status=status)


def _read(call: PageContext, form: Form) -> commands.DraftTender | None:
    """Return the content as sent; None where a field cannot be read, which the form says."""
    zone = showing.zone_of(call)
    currency = form.one_of("currency", [code for code, _ in reference.currency_names("en")], required=True)
    title = form.text("title", required=True)
    found: dict[str, Any] = {
        "description": form.text("description", limit=4000, lines=True) or "",
        "procedure": form.text("procedure", required=True) or "",
        "entry": form.choice("entry", Entry, required=True) or Entry.INVITED,
        "supplier_ids": _ids(form, "supplier_ids"),
        "key_ids": _ids(form, "key_ids"),
        "bond": read_bond(form),
        "estimate_shown": form.flag("estimate_shown"),
        "budget_approved": form.flag("budget_approved"),
        "minimum_bidders": form.integer("minimum_bidders", least=1, most=9),
        "enquiry_ends_at": form.moment("enquiry_ends_at", zone),
        "closes_at": form.moment("closes_at", zone),
        "rehearsal_factor": form.integer("rehearsal_factor", required=True, least=1, most=86_400) or 1,
        "applications_end_at": form.moment("applications_end_at", zone),
        "most_invited": form.integer("most_invited", least=1, most=99),
        "ground": form.text("ground", limit=4000, lines=True) or "",
    }
    lots, criteria = read_lots(form), read_criteria(form)
    if not form.ok or title is None or currency is None:
        return None
    return commands.DraftTender(title=title, currency=Currency(currency), lots=lots, criteria=criteria, **found)


def read_lots(form: Form) -> tuple[commands.LotInput, ...]:
    """Return the lots with their items, as sent; what cannot be read the form says."""
    rows = form.rows("lots")
    items = _items(form, len(rows))
    features, costs = weighing.read_features(form, len(rows)), weighing.read_costs(form, len(rows))
    return tuple(
        commands.LotInput(
            title=form.text(f"lots-{n}-title", required=True) or "",
            classification=form.text(f"lots-{n}-classification") or "",
            estimate=form.decimal(f"lots-{n}-estimate", places=4),
            items=tuple(items[place]),
            features=tuple(features[place]),
            costs=tuple(costs[place]),
        )
        for place, n in enumerate(rows, start=1)
    )


def read_criteria(form: Form) -> tuple[commands.CriterionInput, ...]:
    """Return the criteria; a row without a name is none."""
    return tuple(
        commands.CriterionInput(
            kind=form.choice(f"criteria-{n}-kind", CriterionKind, required=True) or CriterionKind.AWARD,
            name=name,
            evidence=form.text(f"criteria-{n}-evidence") or "",
            weight=form.decimal(f"criteria-{n}-weight", places=2),
        )
        for n in form.rows("criteria")
        if (name := form.text(f"criteria-{n}-name")) is not None
    )


def read_bond(form: Form) -> commands.BondInput:
    """Return the bid bond as sent."""
    return commands.BondInput(
        percent=form.decimal("bond-percent", places=2),
        form=form.text("bond-form") or "",
        held_at=form.text("bond-held_at") or "",
        valid_until=form.day("bond-valid_until"),
    )


def _items(form: Form, lots: int) -> defaultdict[int, list[commands.ItemInput]]:
    """Return the items by the number of their lot; a row without a name is none."""
    found: defaultdict[int, list[commands.ItemInput]] = defaultdict(list)
    for n in form.rows("items"):
        name = form.text(f"items-{n}-name")
        if name is None:
            continue
        place = form.integer(f"items-{n}-lot", required=True, least=1, most=lots)
        quantity = form.decimal(f"items-{n}-quantity", required=True, least=Decimal(0))
        code = form.one_of(f"items-{n}-unit", UNITS, required=True)
        required_on = form.day(f"items-{n}-required_on", required=True)
        where = form.text(f"items-{n}-delivery_place", required=True)
        if place and quantity is not None and code and required_on and where:
            item = commands.ItemInput(
                name=name,
                quantity=Quantity(quantity, unit(code)),
                required_on=required_on,
                delivery_place=where,
                specification=form.text(f"items-{n}-specification") or "",
                classification=form.text(f"items-{n}-classification") or "",
            )
            found[place].append(item)
    return found


def _ids(form: Form, name: str) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(value) for value in form.values(name))
    except ValueError:
        form.add_error(name, N_("Choose from the list."))
        return ()


def initial_of(call: PageContext, content: TenderContent) -> dict[str, object]:
    """Return what the fields hold for a tender that is there."""
    tender, zone = content.tender, showing.zone_of(call)
    plain = ("title", "description", "procedure", "entry", "currency", "minimum_bidders", "rehearsal_factor")
    found: dict[str, object] = {name: getattr(tender, name) for name in (*plain, "most_invited", "ground")}
    found |= {name: "1" if getattr(tender, name) else "" for name in ("estimate_shown", "budget_approved")}
    found |= {name: [str(one) for one in getattr(tender, name)] for name in LISTS}
    found |= {f"bond-{name}": value for name, value in tender.bond.items()}
    for name in ("enquiry_ends_at", "closes_at", "applications_end_at"):
        moment = getattr(tender, name)
        found[name] = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else None
    number = 0
    for place, lot in enumerate(content.lots):
        estimate = lot.estimate if lot.estimate is not None else content.estimates.get(lot.id)
        found |= {f"lots-{place}-title": lot.title, f"lots-{place}-classification": lot.classification}
        found[f"lots-{place}-estimate"] = estimate
        for item in lot.items:
            found |= {f"items-{number}-{name}": value for name, value in item.items()}
            found[f"items-{number}-lot"] = place + 1
            number += 1
    for place, one in enumerate(tender.criteria):
        found |= {f"criteria-{place}-{name}": value for name, value in one.items()}
    return found | weighing.rows_of(_plain(content))[0]


def _plain(content: TenderContent) -> list[dict[str, Any]]:
    return [{"features": lot.features, "costs": lot.costs} for lot in content.lots]
