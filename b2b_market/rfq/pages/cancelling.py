"""Cancelling what a supplier was awarded, and calling in the standby supplier."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.cancelling import CancelLines, ReadStandby
from b2b_market.rfq.commands.requests import Rest
from b2b_market.rfq.documents.letter_text import CANCEL_REASONS
from b2b_market.rfq.pages import showing
from b2b_market.rfq.service import cancelling, drafting
from b2b_market.rfq.service.cancelling import Standby
from b2b_market.rfq.states import AwardStatus, CancelReason
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/awards", route_class=PageRoute)

STANDBY, OPEN = "standby", "open"
NEXT = ((STANDBY, N_("Call in the standby suppliers now")), (OPEN, N_("Leave the lines open and award them anew")))


@router.get("/{award_id}/cancel/{supplier_id}")
def show_cancellation(award_id: WireUuid, supplier_id: WireUuid, call: PageCall) -> Response:
    """Ask which lines of a supplier are cancelled, why, and what comes next."""
    return _page(call, award_id, supplier_id, None)


@router.post("/{award_id}/cancel/{supplier_id}")
def cancel_lines(award_id: WireUuid, supplier_id: WireUuid, call: PageCall) -> Response:
    """Cancel the lines and, where asked, propose the award to the standby suppliers."""
    call.once()
    cancelling.cancel_lines.admit(call.actor)
    form = Form(call.form("line_ids"))
    found = cancelling.read_standby(call.work, call.actor, ReadStandby(award_id, supplier_id))
    known = {str(one.line.line_id): one.line.line_id for one in found.lines}
    lines = tuple(known[text] for text in form.values("line_ids") if text in known)
    if not lines:
        form.add_error("line_ids", N_("Choose at least one line."))
    code = form.choice("code", CancelReason, required=True)
    text = form.text("reason", required=True, limit=4000, lines=True)
    following = form.one_of("next", (STANDBY, OPEN), required=True)
    version = form.integer("version", required=True)
    if not form.ok or code is None or text is None:
        return _page(call, award_id, supplier_id, form, status=422)
    picks = tuple(pick for pick in found.picks if pick.line_id in lines) if following == STANDBY else ()
    command = CancelLines(
        award_id=award_id,
        expected_version=version,
        supplier_id=supplier_id,
        line_ids=lines,
        code=code,
        text=text,
        picks=picks,
        rest=Rest.LEAVE if found.award.final and len(picks) == len(lines) else Rest.LATER,
    )
    try:
        replacement = cancelling.cancel_lines(call.work, call.actor, command).replacement
    except Refusal as refusal:
        call.refuse(refusal)
        form.add_refusal(refusal)
        return _page(call, award_id, supplier_id, form, status=409)
    if replacement is None:
        return call.see(f"/rfqs/{found.award.rfq_id}/comparison", Flash(N_("Cancelled: the lines are open again.")))
    stands = replacement.award.status is AwardStatus.APPROVED
    said = N_("Cancelled; the standby suppliers are called in.")
    waits = N_("Cancelled; the award to the standby suppliers waits for an approver.")
    return call.see(f"/awards/{replacement.award.id}", Flash(said if stands else waits))


def _page(call: PageContext, award_id: UUID, supplier_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    found = cancelling.read_standby(call.work, call.actor, ReadStandby(award_id, supplier_id))
    request = drafting.read_rfq(call.work, call.actor, commands.ReadRfq(found.award.rfq_id))
    suppliers = {supplier_id, *(one.supplier_id for one in found.lines if one.supplier_id is not None)}
    context = {
        "found": found,
        "award": found.award,
        "rfq": request.rfq,
        "needs": {line.id: line for line in request.lines},
        "units": dict(reference.unit_names(showing.language_of(call).value)),
        "companies": showing.company_names(call, suppliers),
        "reasons": [(code.value, label) for code, label in CANCEL_REASONS.items()],
        "next": NEXT if found.picks else NEXT[1:],
        "form": form or _fresh(found),
        "idempotency": uuid4().hex,
    }
    return call.page("rfq/award_cancel.html", context, status=status)


def _fresh(found: Standby) -> Form:
    return Form(
        initial={
            "line_ids": "\n".join(str(one.line.line_id) for one in found.lines),
            "next": STANDBY if found.picks else OPEN,
        }
    )
