"""Questions and answers: asked by a supplier, answered by the buyer to all, on a page of their own."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.pages import pointing, showing
from b2b_market.rfq.rules.asking import MOST
from b2b_market.rfq.service import asking
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.states import RfqStatus
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)


@router.get("/rfqs/{rfq_id}/questions")
def list_questions(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show every question the reader may see, with its answers and what the reader may do."""
    call.signed_in()
    return _page(call, rfq_id, Form())


@router.post("/rfqs/{rfq_id}/questions")
def ask(rfq_id: WireUuid, call: PageCall) -> Response:
    """Ask; what is wrong with the question stands at its field."""
    asking.ask_question.admit(call.actor)
    call.once()
    form = Form(call.form())
    text, line_id = form.text("text", required=True, limit=MOST, lines=True), form.uuid("line_id")
    if form.ok and text is not None:
        with call.attempt(form):
            asking.ask_question(call.work, call.actor, commands.AskQuestion(rfq_id=rfq_id, text=text, line_id=line_id))
            said = Flash(N_("Asked. The buyer does not learn who you are; the answer goes to every supplier."))
            return call.see(f"/rfqs/{rfq_id}/questions", said)
    return _page(call, rfq_id, form, status=422)


@router.post("/questions/{question_id}/answers")
def answer(question_id: WireUuid, call: PageCall) -> Response:
    """Answer to every invited supplier."""
    return _reply(call, question_id, "text", Flash(N_("Answered to every invited supplier.")))


@router.post("/questions/{question_id}/decline")
def decline(question_id: WireUuid, call: PageCall) -> Response:
    """Tell the asker why there is no answer."""
    return _reply(call, question_id, "reason", Flash(N_("Declined. The asker alone reads why."), "warn"))


def _reply(call: PageContext, question_id: UUID, field: str, said: Flash) -> Response:
    """Reply with what stands in ``<field>-<question>``, an answer or the reason why there is none."""
    operation = asking.answer_question if field == "text" else asking.decline_question
    operation.admit(call.actor)
    call.once()
    form = Form(call.form())
    name = f"{field}-{question_id}"
    rfq_id = asking.rfq_of_question(call.work, call.actor, commands.ReadQuestion(question_id))
    text = form.text(name, required=True, limit=MOST, lines=True)
    version = form.integer("version", required=True)
    if form.ok and text is not None:
        try:
            operation(call.work, call.actor, commands.ReplyToQuestion(question_id, version, text))
            return call.see(f"/rfqs/{rfq_id}/questions", said)
        except Refusal as refusal:
            call.refuse(refusal)
            pointing.add_refusal(form, refusal, lambda _pointer: name)
    return _page(call, rfq_id, form, status=422)


def _page(call: PageContext, rfq_id: UUID, form: Form, *, status: int = 200) -> Response:
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    rfq, now = content.rfq, call.work.now()
    buys = rfq.buyer_id in call.actor.org_ids
    open_still = rfq.status is RfqStatus.PUBLISHED and rfq.closes_at is not None and now < rfq.closes_at
    context = {
        "rfq": rfq,
        "form": form,
        "buys": buys,
        "questions": asking.list_questions(call.work, call.actor, commands.ReadRfq(rfq_id)),
        "lines": {line.id: line for line in content.lines},
        "line_options": [(str(line.id), f"{line.position} · {line.item_name}") for line in content.lines],
        "question_badges": showing.QUESTION_BADGES,
        "ends_at": asking.ends_at(rfq) if rfq.published_at else None,
        "asks": not buys and open_still and now < asking.ends_at(rfq) and asking.ask_question.allows(call.actor),
        "replies": buys and open_still and asking.answer_question.allows(call.actor),
        "idempotency_key": str(uuid4()),
    }
    return call.page("rfq/questions.html", context, status=status)
