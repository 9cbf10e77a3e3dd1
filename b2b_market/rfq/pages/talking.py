"""The page of a buyer and one supplier: counter-offers on the quotation that stands, and what the two say."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute, opened_page
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.rounds import DecideCounter, ReadCounter, ReadNegotiation, SendMessage
from b2b_market.rfq.pages import counter_form as reading
from b2b_market.rfq.pages import pointing, showing
from b2b_market.rfq.pages.drafting_form import written_moment
from b2b_market.rfq.rules.asking import MOST
from b2b_market.rfq.rules.bargaining import NEGOTIATED
from b2b_market.rfq.service import countering, quoting, talking
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.service.talking import CounterContent, Negotiation
from b2b_market.rfq.states import TAKES_QUOTES, CounterStatus, QuoteStatus, Side
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

CHUNK, FEW = 100, 20
LINE_TERMS = ("lead_days", "min_quantity", "setup_cost")
USUAL_TIME = timedelta(days=2)
_STEPS = {
    "accept": (countering.accept_counter, N_("Accepted. The quotation has a new receipted revision.")),
    "decline": (countering.decline_counter, N_("Declined. The quotation stands as it is.")),
    "withdraw": (countering.withdraw_counter, N_("Withdrawn.")),
}


@router.get("/rfqs/{rfq_id}/negotiate/{supplier_id}")
def show(rfq_id: WireUuid, supplier_id: WireUuid, call: PageCall, start: int = 0, full: str = "") -> Response:
    """Show a talk to either of its two sides; what it holds counts as read from then on.

    htmx fetches the next lines of a long quotation (``start``); ``full`` asks for more than a price of each line.
    """
    call.signed_in()
    form = Form(initial={"full": "1" if full else ""})
    if start and call.is_fragment:
        found = talking.read_negotiation(call.work, call.actor, ReadNegotiation(rfq_id, supplier_id))
        content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
        return call.page("rfq/_talk_rows.html", _rows(call, found, content, form, max(start, 0)))
    answer = _page(call, ReadNegotiation(rfq_id, supplier_id), form)
    talking.mark_read(call.work, call.actor, ReadNegotiation(rfq_id, supplier_id))
    return answer


@router.post("/rfqs/{rfq_id}/negotiate/{supplier_id}/counters")
def make_counter(rfq_id: WireUuid, supplier_id: WireUuid, call: PageCall) -> Response:
    """Make a counter-offer on the quotation that stands; a line without a price stays as it is quoted."""
    countering.make_counter.admit(call.actor)
    call.once()
    form = Form(call.form())
    where = ReadNegotiation(rfq_id, supplier_id)
    talking.read_negotiation(call.work, call.actor, where)
    command = reading.read_counter(form, _standing(call, where), call)
    if command is not None:
        try:
            countering.make_counter(call.work, call.actor, command)
            return call.see(_path(where), Flash(N_("Sent. The other side has been told.")))
        except Refusal as refusal:
            call.refuse(refusal)
            pointing.add_refusal(form, refusal, lambda pointer: reading.field_of(pointer, command))
    return _page(call, where, form, status=422)


@router.post("/counters/{counter_id}/{step}")
def take_step(counter_id: WireUuid, step: str, call: PageCall) -> Response:
    """Accept, decline or withdraw a counter-offer; a refusal is shown on the page of the talk."""
    call.signed_in()
    if step not in _STEPS:
        raise NotFound(step=step)
    operation, said = _STEPS[step]
    operation.admit(call.actor)
    form = Form(call.form())
    counter = talking.read_counter(call.work, call.actor, ReadCounter(counter_id)).counter
    where = ReadNegotiation(counter.rfq_id, counter.supplier_id)
    reason = form.text("reason", limit=MOST, lines=True) or ""
    command = DecideCounter(counter_id, form.integer("version", required=True), reason)
    with call.attempt(form):
        operation(call.work, call.actor, command)
        return call.see(_path(where), Flash(said))
    return _page(call, where, form, status=409)


@router.post("/rfqs/{rfq_id}/negotiate/{supplier_id}/messages")
def send(rfq_id: WireUuid, supplier_id: WireUuid, request: Request) -> Response:
    """Send a message, with a file where one was chosen; its bytes are stored between two transactions."""
    where = ReadNegotiation(rfq_id, supplier_id)
    with opened_page(request) as call:
        talking.send_message.admit(call.actor)
        talking.read_negotiation(call.work, call.actor, where)
        form = Form(call.form())
    text, line_id = form.text("text", required=True, limit=MOST, lines=True), form.uuid("line_id")
    received = files.receive(page_opener(request).settings, form.file("file") if form.ok else None)
    with opened_page(request) as call:
        if received.refusal is not None:
            form.add_advice("file", received.refusal)
        if not form.ok or text is None:
            return _page(call, where, form, status=422)
        with call.attempt(form):
            call.once()
            kept = received.registered(call.work, call.actor)
            command = SendMessage(rfq_id=rfq_id, supplier_id=supplier_id, text=text, line_id=line_id, file_ids=kept)
            talking.send_message(call.work, call.actor, command)
            return call.see(_path(where) + "#talk", Flash(N_("Sent.")))
        return _page(call, where, form, status=422)


def _path(where: ReadNegotiation) -> str:
    return f"/rfqs/{where.rfq_id}/negotiate/{where.supplier_id}"


def _standing(call: PageContext, where: ReadNegotiation) -> QuoteContent | None:
    """Return the quotation of the supplier that stands, as far as the reader may see it."""
    found = quoting.list_quotes(call.work, call.actor, commands.ReadRfq(where.rfq_id))
    in_play = [one for one in found if one.supplier_id == where.supplier_id and one.status is QuoteStatus.SUBMITTED]
    return quoting.read_quote(call.work, call.actor, commands.ReadQuote(in_play[-1].id)) if in_play else None


def _page(call: PageContext, where: ReadNegotiation, form: Form, *, status: int = 200) -> Response:
    found = talking.read_negotiation(call.work, call.actor, where)
    content = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(where.rfq_id))
    context = {**_rows(call, found, content, form), **_around(call, found, content)}
    return call.page("rfq/talk.html", context, status=status)


def _rows(call: PageContext, found: Negotiation, content: RfqContent, form: Form, start: int = 0) -> dict[str, object]:
    """Return what the lines of the quotation show from ``start`` on, at most CHUNK of them."""
    standing = _standing(call, ReadNegotiation(found.rfq.id, found.supplier_id))
    waiting = next((one for one in found.counters if one.counter.status is CounterStatus.OPEN), None)
    currency = Currency(standing.quote.currency) if standing is not None else None
    lines = standing.lines if standing is not None else ()
    words = _words(found.counters)
    until = written_moment(call.work.now() + USUAL_TIME, showing.zone_of(call))
    return {
        "rfq": content.rfq,
        "talk": found,
        "buys": found.side is Side.BUYER,
        "standing": standing,
        "shown": lines[start : start + CHUNK],
        "following": start + CHUNK if start + CHUNK < len(lines) else None,
        "left_over": len(lines) - start - CHUNK,
        "waiting": waiting,
        "counters_left": content.rfq.most_counters - sum(one.counter.side is found.side for one in found.counters),
        "counters_now": _may_counter(call, found, standing, waiting),
        "lines": {line.id: line for line in content.lines},
        "targets": content.targets,
        "words": words,
        "prices": {side: {line.line_id: line for line in one.lines} for side, one in words.items()},
        "full": form.flag("full") or _says_more(words),
        "field": reading.field,
        "money": lambda amount: Money(amount, currency) if currency is not None else None,
        "form": form if form.data.texts else Form(initial={"expires_at": until, "full": form.value("full")}),
    }


def _around(call: PageContext, found: Negotiation, content: RfqContent) -> dict[str, object]:
    """Return what stands around the lines: what was said, and what may be said now."""
    rfq = content.rfq
    sent = [file_id for message in found.messages for file_id in message.file_ids]
    return {
        "decides": countering.accept_counter.allows(call.actor),
        "says": found.open and talking.send_message.allows(call.actor),
        "sealed_now": rfq.sealed and rfq.status in TAKES_QUOTES,
        "line_options": [(str(line.id), f"{line.position} · {line.item_name}") for line in content.lines],
        "file_names": talking.name_files(call.work, call.actor, sent),
        "companies": showing.company_names(call, [rfq.buyer_id, found.supplier_id]),
        "counter_badges": showing.COUNTER_BADGES,
        "quote_badges": showing.QUOTE_BADGES,
        "badges": showing.RFQ_BADGES,
        "few": FEW,
        "idempotency_key": str(uuid4()),
    }


def _words(counters: Sequence[CounterContent]) -> dict[str, CounterContent]:
    """Return the last word of each side."""
    return {one.counter.side.value: one for one in counters}


def _says_more(words: Mapping[str, CounterContent]) -> bool:
    """Tell whether anything besides prices was named of a line."""
    return any(getattr(line, name) is not None for one in words.values() for line in one.lines for name in LINE_TERMS)


def _may_counter(
    call: PageContext, found: Negotiation, standing: QuoteContent | None, waiting: CounterContent | None
) -> bool:
    """Tell whether the reader's side may make a counter-offer now; the operation judges it again."""
    if standing is None or found.rfq.status not in NEGOTIATED or not countering.make_counter.allows(call.actor):
        return False
    if found.side is Side.SUPPLIER:
        return waiting is not None and waiting.counter.side is Side.BUYER
    return waiting is None or waiting.counter.side is Side.SUPPLIER
