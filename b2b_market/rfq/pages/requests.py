"""The buyer's list and the page of one request, for either side."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.requests import RfqOrder
from b2b_market.rfq.documents.differences import DISCLOSED
from b2b_market.rfq.pages import showing
from b2b_market.rfq.pages.awards import charge_view
from b2b_market.rfq.pages.letters import SHOWN as LETTERS
from b2b_market.rfq.pages.negotiating import shown_round
from b2b_market.rfq.pages.standing import standing_shown
from b2b_market.rfq.service import (
    answering,
    asking,
    awarding,
    closing,
    confirming,
    letters,
    publishing,
    quoting,
    talking,
)
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.amounts import amounts_of
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RFQ_LIFECYCLE, QuoteStatus, RfqStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(prefix="/rfqs", route_class=PageRoute)

CHUNK = 100
GUEST = Role.GUEST_SUPPLIER.value
_STEPS = {
    "submit": (publishing.submit_rfq, N_("Sent to the approvers.")),
    "publish": (publishing.publish_rfq, N_("Published: the suppliers are invited.")),
    "approve": (publishing.approve_rfq, N_("Approved and published.")),
}
_REASONED = {
    "return": (publishing.return_rfq, N_("Returned to its author.")),
    "close": (closing.close_rfq_early, N_("Closed: the quotations can be compared.")),
    "cancel": (closing.cancel_rfq, N_("Cancelled.")),
    "fail": (closing.end_without_award, N_("Ended without an award.")),
}


@router.get("")
def list_rfqs(call: PageCall, q: str = "", status: str = "", order: str = "newest", cursor: str = "") -> Response:
    """Show the company's own requests."""
    chosen = RfqStatus(status) if status in {item.value for item in RfqStatus} else None
    sort = RfqOrder(order) if order in {item.value for item in RfqOrder} else RfqOrder.NEWEST
    command = commands.ListRfqs(page=page_request(None, cursor or None), status=chosen, text=q[:100], order=sort)
    page = drafts.list_rfqs(call.work, call.actor, command)
    filters = {"q": q[:100], "status": chosen.value if chosen else "", "order": sort.value}
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "progress": drafts.read_progress(call.work, call.actor, [rfq.id for rfq in page.items]),
        "money": lambda amount, code: Money(amount, Currency(code)),
        "filters": filters,
        "filtered": bool(filters["q"] or filters["status"]),
        "badges": showing.RFQ_BADGES,
        "status_options": showing.STATUS_OPTIONS,
        "next_href": f"/rfqs?{urlencode({**filters, 'cursor': following})}" if following else None,
        "first_href": f"/rfqs?{urlencode(filters)}" if cursor else None,
    }
    return call.page("rfq/list.html", context)


@router.get("/{rfq_id}")
def show_rfq(rfq_id: WireUuid, call: PageCall, start: int = 0) -> Response:
    """Show one request: to its buyer with hidden figures and invitations, to a supplier with its own quotation."""
    call.signed_in()
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    if start and call.is_fragment:
        return call.page("rfq/_line_rows.html", _lines(call, content, max(start, 0)))
    return _detail(call, content, Form(), start=max(start, 0))


@router.post("/{rfq_id}/steps/{step}")
def take_step(rfq_id: WireUuid, step: str, call: PageCall) -> Response:
    """Take a named step of the request; a refusal is shown on its page."""
    if step not in _STEPS and step not in _REASONED:
        raise NotFound(step=step)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    with call.attempt(form):
        if step in _STEPS:
            run, said = _STEPS[step]
            run(call.work, call.actor, commands.StepRfq(rfq_id, expected))
        else:
            reasoned, said = _REASONED[step]
            why = form.text(f"reason_{step}", limit=4000, lines=True) or ""
            command = commands.ReasonedStep(rfq_id, expected, why)
            reasoned(call.work, call.actor, command)
        return call.see(f"/rfqs/{rfq_id}", Flash(said))
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return _detail(call, content, form, status=409)


@router.post("/{rfq_id}/invitations")
def invite(rfq_id: WireUuid, call: PageCall) -> Response:
    """Invite one more supplier to a draft or to a request that still takes quotations."""
    form = Form(call.form())
    supplier_id, expected = form.uuid("supplier_id", required=True), form.integer("version", required=True)
    if form.ok and supplier_id is not None:
        with call.attempt(form):
            publishing.invite_supplier(call.work, call.actor, commands.InviteSupplier(rfq_id, supplier_id, expected))
            return call.see(f"/rfqs/{rfq_id}", Flash(N_("Invited.")))
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return _detail(call, content, form, status=409)


@router.post("/{rfq_id}/intend")
def intend(rfq_id: WireUuid, call: PageCall) -> Response:
    """Tell the buyer that the company is going to quote."""
    form = Form(call.form())
    with call.attempt(form):
        answering.intend_to_quote(call.work, call.actor, commands.IntendToQuote(rfq_id))
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("The buyer knows that you are going to quote.")))
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return _detail(call, content, form, status=409)


@router.post("/{rfq_id}/decline")
def decline(rfq_id: WireUuid, call: PageCall) -> Response:
    """Tell the buyer that the company will not quote."""
    form = Form(call.form())
    with call.attempt(form):
        command = commands.DeclineInvitation(rfq_id, form.text("reason_decline", limit=2000, lines=True) or "")
        answering.decline_invitation(call.work, call.actor, command)
        return call.see("/invitations", Flash(N_("The buyer knows that you will not quote.")))
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return _detail(call, content, form, status=409)


def _lines(call: PageContext, content: RfqContent, start: int) -> dict[str, object]:
    """Return what the table of lines shows from ``start`` on, at most CHUNK of them."""
    code = content.rfq.currency
    count = len(content.lines)
    return {
        "rfq": content.rfq,
        "lines": content.lines[start : start + CHUNK],
        "targets": content.targets,
        "money": lambda amount: Money(amount, Currency(code)),
        "units": dict(reference.unit_names(showing.language_of(call).value)),
        "following": start + CHUNK if start + CHUNK < count else None,
        "left_over": count - start - CHUNK,
    }


def _detail(call: PageContext, content: RfqContent, form: Form, *, start: int = 0, status: int = 200) -> Response:
    rfq = content.rfq
    quotes = quoting.list_quotes(call.work, call.actor, commands.ReadRfq(rfq.id))
    parties = [rfq.buyer_id, *(item.supplier_id for item in content.invitations)]
    context = {
        **_lines(call, content, start),
        "content": content,
        "form": form,
        "companies": showing.company_names(call, [*parties, *(quote.supplier_id for quote in quotes)]),
        "quotes": {quote.supplier_id: quote for quote in quotes},
        "badges": showing.RFQ_BADGES,
        "invitation_badges": showing.INVITATION_BADGES,
        "quote_badges": showing.QUOTE_BADGES,
        "path": showing.path_of(rfq.status),
        "allowed": frozenset(RFQ_LIFECYCLE.allowed(rfq.status)),
        "history": showing.history(call, "rfq", rfq.id),
        "questions": asking.list_questions(call.work, call.actor, commands.ReadRfq(rfq.id)),
        "question_badges": showing.QUESTION_BADGES,
        "line_of": {line.id: line for line in content.lines},
        "disclosed": DISCLOSED,
        "own_quotes": quotes,
    }
    if rfq.buyer_id not in call.actor.org_ids:
        outdated = [quote.id for quote in quotes if quote.status is QuoteStatus.NEEDS_CONFIRMATION]
        context["misfit"] = _misfit(call, outdated)
        context |= shown_round(call, rfq.id, rfq.round)
        context |= standing_shown(call, content)
        waiting = talking.list_talks(call.work, call.actor, commands.ReadRfq(rfq.id))
        context["talks"] = {one.supplier_id: one for one in waiting}
        context["provisional"] = GUEST in call.actor.roles and _own_company(call).is_provisional
        won = context["won"] = awarding.read_outcome(call.work, call.actor, commands.ReadRfq(rfq.id))
        positions = {line.id: line.position for line in content.lines}
        charges = [charge for own in amounts_of(won) for charge in own.charges]
        context["won_charges"] = [charge_view(charge, positions) for charge in charges]
        context |= {**LETTERS, "letters": letters.own_letters(call.work, call.actor, commands.ReadRfq(rfq.id))}
        context["unit_price"] = lambda line: Money(line.unit_price, Currency(line.currency))
        return call.page("rfq/invited.html", context, status=status)
    return call.page("rfq/detail.html", {**context, **_buyer_side(call, content)}, status=status)


def _own_company(call: PageContext) -> organizations.CompanyView:
    return organizations.company(call.work, call.actor, call.actor.org_id)


def _misfit(call: PageContext, outdated: Sequence[UUID]) -> Refusal | None:
    """Return why the supplier's own outdated quotation cannot be confirmed unchanged, None where it can."""
    if not outdated:
        return None
    return confirming.why_not_unchanged(call.work, call.actor, commands.ReadQuote(outdated[0]))


def _buyer_side(call: PageContext, content: RfqContent) -> dict[str, object]:
    rfq = content.rfq
    may_invite = rfq.status in (RfqStatus.DRAFT, RfqStatus.PUBLISHED) and publishing.invite_supplier.allows(call.actor)
    invited = {item.supplier_id for item in content.invitations}
    found = organizations.suppliers(call.work, call.actor) if may_invite else ()
    may_compare = awarding.list_awards.allows(call.actor)
    return {
        "awards": awarding.list_awards(call.work, call.actor, commands.ReadRfq(rfq.id)) if may_compare else (),
        "award_badges": showing.AWARD_BADGES,
        "may_invite": may_invite,
        "invitable": [
            (str(company.id), showing.directory_name(call, company)) for company in found if company.id not in invited
        ],
        "reached": showing.reached(content.invitations),
        "own_work": call.actor.user_id in (rfq.author_id, rfq.editor_id),
    }
