"""One complaint: what it says, where it stands, and the steps that its reader may take."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved_untyped
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.tendering.commands import complaints as commands
from b2b_market.tendering.pages import complaint_words as words
from b2b_market.tendering.pages.complaints import aims, read_content
from b2b_market.tendering.rules.complaining import MOST_TEXT
from b2b_market.tendering.service import complaining, reviewing
from b2b_market.tendering.states.complaints import (
    COMPLAINT_LIFECYCLE,
    UNDECIDED,
    ComplaintKind,
    ComplaintStatus,
)
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/tender-complaints", route_class=PageRoute)
fee_router = APIRouter(prefix="/complaint-fees", route_class=PageRoute)

_STEPS: Final[Mapping[str, Operation[commands.StepComplaint, Any]]] = MappingProxyType(
    {
        "lodge": complaining.lodge_complaint,
        "withdraw": complaining.withdraw_complaint,
        "accept": reviewing.accept_complaint,
        "refuse": reviewing.refuse_complaint,
        "decline": reviewing.decline_complaint,
        "satisfy": reviewing.satisfy_complaint,
        "stop": reviewing.stop_complaint,
        "uphold": reviewing.uphold_objection,
        "reject": reviewing.reject_objection,
        "answer": reviewing.answer_complaint,
        "resolve": reviewing.resolve_complaint,
    }
)
_OBJECTED: Final = frozenset({"uphold", "reject"})
_REVIEWED: Final = frozenset({"accept", "refuse", "decline", "satisfy", "stop"})
_OWN: Final = frozenset({"lodge", "withdraw"})


@router.get("/{complaint_id}")
def show_complaint(complaint_id: WireUuid, call: PageCall) -> Response:
    """Show one complaint to one of its parties."""
    call.signed_in()
    return _page(call, complaint_id, Form())


@router.post("/{complaint_id}/edit")
def edit(complaint_id: WireUuid, call: PageCall) -> Response:
    """Replace what a draft says; its files stay."""
    complaining.edit_complaint.admit(call.actor)
    known = complaining.read_complaint(call.work, call.actor, commands.ReadComplaint(complaint_id))
    form = Form(call.form())
    expected = form.integer("version", required=True)
    said = read_content(form)
    if said is not None and form.ok:
        kept = replace(said, file_ids=tuple(UUID(one["id"]) for one in known.files))
        with call.attempt(form):
            complaining.edit_complaint(call.work, call.actor, commands.EditComplaint(complaint_id, expected, kept))
            return call.see(f"/tender-complaints/{complaint_id}", Flash(N_("Kept.")))
    return _page(call, complaint_id, form, status=422)


@router.post("/{complaint_id}/steps/{step}")
def take_step(complaint_id: WireUuid, step: str, call: PageCall) -> Response:
    """Take a named step; a refusal is shown on the page."""
    if step not in _STEPS:
        raise NotFound(step=step)
    run = _STEPS[step]
    run.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    text = form.text(f"text_{step}", limit=MOST_TEXT, lines=True) or ""
    with call.attempt(form):
        run(call.work, call.actor, commands.StepComplaint(complaint_id, expected, text))
        return call.see(f"/tender-complaints/{complaint_id}", Flash(words.STEPS[step][2]))
    return _page(call, complaint_id, form, status=409)


@fee_router.post("/{complaint_id}")
def record_fee(complaint_id: WireUuid, call: PageCall) -> Response:
    """Note that the fee has arrived."""
    reviewing.record_complaint_fee.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    reference = form.text("reference", limit=200) or ""
    with call.attempt(form):
        command = commands.RecordFee(complaint_id, expected, reference)
        reviewing.record_complaint_fee(call.work, call.actor, command)
        return call.see(f"/tender-complaints/{complaint_id}", Flash(N_("Recorded. The complaint counts.")))
    return _page(call, complaint_id, form, status=409)


@router.get("/{complaint_id}/files/{file_id}")
def download(complaint_id: WireUuid, file_id: WireUuid, request: Request) -> Response:
    """Save a file of a complaint."""
    command = commands.ReadComplaintFile(complaint_id, file_id)
    return saved_untyped(files.take(page_opener(request), complaining.open_complaint_file, command))


def _page(call: PageContext, complaint_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = complaining.read_complaint(call.work, call.actor, commands.ReadComplaint(complaint_id))
    own = found.supplier_id in call.actor.org_ids
    edits = own and found.status is ComplaintStatus.DRAFT and complaining.edit_complaint.allows(call.actor)
    if edits and not form.data.texts:
        aim = found.target.value if found.target_id is None else f"{found.target.value}:{found.target_id}"
        form = Form(initial={"kind": found.kind.value, "target": aim, "grounds": found.grounds, "demand": found.demand})
    formula = found.fee_formula or {}
    context = {
        "complaint": found,
        "form": form,
        "own": own,
        "decides": found.body_id in call.actor.org_ids,
        "reviews": reviewing.read_case.allows(call.actor) and found.pending_at is not None,
        "edits": edits,
        "aims": aims(call, found.tender_id) if edits else [],
        "kinds": [(kind.value, said) for kind, said in words.KINDS.items()],
        "pays": found.status is ComplaintStatus.AWAITING_FEE and reviewing.record_complaint_fee.allows(call.actor),
        "steps": [(name, *words.STEPS[name]) for name in _allowed(call, found)],
        "fee": None if found.fee is None else Money(found.fee, Currency(found.currency)),
        "least": _money(found.currency, formula.get("least")),
        "most": _money(found.currency, formula.get("most")),
        "estimate": _money(found.currency, formula.get("estimate")),
        "badges": words.BADGES,
        "kind_names": words.KINDS,
        "targets": words.TARGETS,
    }
    return call.page("tendering/complaint.html", context, status=status)


def _allowed(call: PageContext, found: Any) -> list[str]:  # noqa: ANN401 - a row of the complaints' table
    """Return the steps that the reader may take now, as far as the page can know."""
    orgs = call.actor.org_ids
    steps = [name for name in COMPLAINT_LIFECYCLE.allowed(found.status) if name in _STEPS]
    if found.status in UNDECIDED:
        steps.append("answer")
    may: list[str] = []
    for name in steps:
        if name in _OWN:
            side = found.supplier_id in orgs
        elif name in _OBJECTED:
            side = found.kind is ComplaintKind.OBJECTION and found.buyer_id in orgs
        elif name in _REVIEWED:
            side = found.kind is ComplaintKind.COMPLAINT and found.body_id in orgs
        else:
            side = found.buyer_id in orgs
        if side and _STEPS[name].allows(call.actor):
            may.append(name)
    return may


def _money(currency: str, amount: str | None) -> Money | None:
    return None if amount is None else Money(Decimal(amount), Currency(currency))
