"""The page of an amendment that was sent to the approvers: what it changes, and the decision on it."""

from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands.amending import DecideAmendment, ReadAmendment
from b2b_market.rfq.documents import differences
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import submitting
from b2b_market.rfq.states import AMENDMENT_LIFECYCLE
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfq-amendments", route_class=PageRoute)

_STEPS = {
    "approve": (submitting.approve_amendment, N_("Approved and published; the suppliers are told what changed.")),
    "return": (submitting.return_amendment, N_("Returned to its author.")),
    "withdraw": (submitting.withdraw_amendment, N_("Withdrawn.")),
}


@router.get("/{amendment_id}")
def show(amendment_id: WireUuid, call: PageCall) -> Response:
    """Show an amendment; while it waits, with what its approval would bring about now."""
    call.signed_in()
    return _page(call, amendment_id, Form())


@router.post("/{amendment_id}/{step}")
def take_step(amendment_id: WireUuid, step: str, call: PageCall) -> Response:
    """Approve, return or withdraw an amendment; a refusal is shown on its page."""
    call.signed_in()
    if step not in _STEPS:
        raise NotFound(step=step)
    operation, said = _STEPS[step]
    operation.admit(call.actor)
    form = Form(call.form())
    reason = form.text("reason_return", limit=4000, lines=True) or ""
    with call.attempt(form):
        command = DecideAmendment(amendment_id, form.integer("version", required=True), reason)
        done = operation(call.work, call.actor, command)
        return call.see(f"/rfqs/{done.rfq.id}", Flash(said))
    return _page(call, amendment_id, form, status=409)


def _page(call: PageContext, amendment_id: UUID, form: Form, *, status: int = 200) -> Response:
    found = submitting.read_amendment(call.work, call.actor, ReadAmendment(amendment_id))
    preview, amendment = found.preview, found.amendment
    names = showing.company_names(call, preview.to_confirm) if preview is not None else {}
    context = {
        "rfq": found.rfq,
        "amendment": amendment,
        "preview": preview,
        "why": found.why,
        "difference": differences.shown(preview.difference, showing.reader_of(call)) if preview else None,
        "names": [names[supplier_id] for supplier_id in preview.to_confirm] if preview is not None else [],
        "allowed": frozenset(AMENDMENT_LIFECYCLE.allowed(amendment.status)),
        "own_work": call.actor.user_id == amendment.author_id,
        "badges": showing.AMENDMENT_BADGES,
        "form": form,
    }
    return call.page("rfq/amendment.html", context, status=status)
