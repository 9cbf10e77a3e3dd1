"""Amending a published tender: the form with what would change, the amendment that waits, and the editions."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Response

from b2b_market.infra.http.problems import STATUS
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import UNITS
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.amendments import AmendTender, DecideAmendment, ReadAmendment
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.pages import amending_words as words
from b2b_market.tendering.pages import editor, showing
from b2b_market.tendering.service import amending, drafting, editions
from b2b_market.tendering.states.amendments import TENDER_AMENDMENT_LIFECYCLE, Need
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

_STEPS = {
    "approve": (amending.approve_amendment, N_("Approved: a new notice is signed.")),
    "return": (amending.return_amendment, N_("Returned to its author.")),
    "withdraw": (amending.withdraw_amendment, N_("Taken back.")),
}


@router.get("/tenders/{tender_id}/editions")
def show_editions(tender_id: WireUuid, call: PageCall) -> Response:
    """Show what changed from one notice to the next."""
    editions.list_editions.admit(call.signed_in())
    found = editions.list_editions(call.work, call.actor, ReadTender(tender_id))
    own = found.tender.buyer_id in call.actor.org_ids
    context = {"found": found, "tender": found.tender, "own": own, "said": words.said}
    return call.page("tendering/editions.html", context)


@router.get("/tenders/{tender_id}/amend")
def show_form(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the tender as it stands, to be changed."""
    amending.amend_tender.admit(call.signed_in())
    content = drafting.read_own_tender(call.work, call.actor, ReadTender(tender_id))
    initial = {name: value for name, value in editor.initial_of(call, content).items() if name != "closes_at"}
    return _form(call, tender_id, Form(initial=initial), editor.counts_of(content))


@router.post("/tenders/{tender_id}/amend")
def amend(tender_id: WireUuid, call: PageCall) -> Response:
    """Show what would change, and with the second button do it."""
    amending.amend_tender.admit(call.actor)
    form = Form(call.form())
    command, plan, status = _read(call, tender_id, form), None, 422
    if command is not None:
        try:
            if form.value("step") == "amend":
                done = amending.amend_tender(call.work, call.actor, command)
                said = N_("Sent to the approvers.") if done.needs else N_("Amended: a new notice is signed.")
                return call.see(f"/tender-amendments/{done.amendment.id}", Flash(said))
            plan, status = amending.preview_amendment(call.work, call.actor, command), 200
        except Refusal as refusal:
            call.refuse(refusal)
            form.add_refusal(refusal)
            status = STATUS[refusal.kind]
    return _form(call, tender_id, form, editor.rows_of(form), plan=plan, status=status)


@router.get("/tender-amendments/{tender_amendment_id}")
def show_amendment(tender_amendment_id: WireUuid, call: PageCall) -> Response:
    """Show an amendment to its buyer, with what its approval would bring about."""
    amending.read_amendment.admit(call.signed_in())
    return _amendment(call, tender_amendment_id, Form())


@router.post("/tender-amendments/{tender_amendment_id}/{step}")
def take_step(tender_amendment_id: WireUuid, step: str, call: PageCall) -> Response:
    """Approve an amendment, return it, or take it back; a refusal is shown on its page."""
    if step not in _STEPS:
        raise NotFound(step=step)
    run, said = _STEPS[step]
    run.admit(call.actor)
    form = Form(call.form())
    expected, remark = form.integer("version", required=True), form.text("remark", limit=4000, lines=True) or ""
    with call.attempt(form, unless=NotFound):
        run(call.work, call.actor, DecideAmendment(tender_amendment_id, expected, remark))
        return call.see(f"/tender-amendments/{tender_amendment_id}", Flash(said))
    return _amendment(call, tender_amendment_id, form, status=409)


def _read(call: PageContext, tender_id: WireUuid, form: Form) -> AmendTender | None:
    """Return the amendment as sent; None where a field cannot be read, which the form says."""
    version, title = form.integer("version", required=True), form.text("title", required=True)
    description = form.text("description", limit=4000, lines=True) or ""
    reason = form.text("reason", limit=4000, lines=True) or ""
    closes_at = form.moment("closes_at", showing.zone_of(call))
    lots, criteria, bond = editor.read_lots(form), editor.read_criteria(form), editor.read_bond(form)
    if not form.ok or title is None:
        return None
    return AmendTender(
        tender_id=tender_id,
        expected_version=version,
        title=title,
        description=description,
        lots=lots,
        criteria=criteria,
        bond=bond,
        closes_at=closes_at,
        reason=reason,
    )


def _form(
    call: PageContext,
    tender_id: WireUuid,
    form: Form,
    rows: Mapping[str, Sequence[int]],
    *,
    plan: tuple[amending.Plan, tuple[Need, ...]] | None = None,
    status: int = 200,
) -> Response:
    content = drafting.read_own_tender(call.work, call.actor, ReadTender(tender_id))
    context = {
        "form": form,
        "tender": content.tender,
        "rows": rows,
        "plan": plan[0] if plan else None,
        "needs": [words.NEEDS[need] for need in plan[1]] if plan else [],
        "said": words.said,
        "kinds": showing.KINDS,
        "units": [
            (code, name) for code, name in reference.unit_names(showing.language_of(call).value) if code in UNITS
        ],
    }
    return call.page("tendering/amend.html", context, status=status)


def _amendment(call: PageContext, amendment_id: WireUuid, form: Form, *, status: int = 200) -> Response:
    found = amending.read_amendment(call.work, call.actor, ReadAmendment(amendment_id))
    own_work = call.actor.user_id == found.amendment.author_id
    steps = set(TENDER_AMENDMENT_LIFECYCLE.allowed(found.amendment.status))
    may = {
        "approve": "publish" in steps and amending.approve_amendment.allows(call.actor) and not own_work,
        "return": "return" in steps and amending.return_amendment.allows(call.actor) and not own_work,
        "withdraw": "withdraw" in steps and amending.withdraw_amendment.allows(call.actor),
    }
    context = {
        "form": form,
        "found": found,
        "tender": found.tender,
        "may": {name for name, allowed in may.items() if allowed},
        "badges": words.AMENDMENT_BADGES,
        "said": words.said,
    }
    return call.page("tendering/amendment.html", context, status=status)
