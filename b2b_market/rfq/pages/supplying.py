"""The supplier's side: invitations, the quotation editor, receipts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Protocol
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from b2b_market.infra.http.cursors import encode_cursor, page_request
from b2b_market.infra.http.wires import WireUuid
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.quotes import ExtendQuote
from b2b_market.rfq.pages import alternates_form, pointing, showing, terms_form
from b2b_market.rfq.pages import quoting_form as reading
from b2b_market.rfq.pages.answers_view import answers_context
from b2b_market.rfq.pages.negotiating import shown_round
from b2b_market.rfq.pages.standing import standing_shown
from b2b_market.rfq.pages.terms_view import alternates_shown, country_shown, terms_shown, tiers_shown
from b2b_market.rfq.rules.expiring import DECIDED
from b2b_market.rfq.rules.terms import contained_tax
from b2b_market.rfq.service import confirming, editions, expiring, preparing, quoting, scoring
from b2b_market.rfq.service import drafting as drafts
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.service.rewriting import has_line_terms
from b2b_market.rfq.states import QUOTE_LIFECYCLE, TAKES_QUOTES, QuoteStatus, RfqStatus
from b2b_market.ui.forms import Form, FormData
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

CHUNK = 100
FULL_CHUNK = 40
"""How many lines are loaded at once with every column: twice the fields for each."""
VALIDITY = timedelta(days=30)
NOTHING_MORE: Mapping[str, object] = MappingProxyType({})


class Acting(Protocol):
    """Whoever acts: a page, or a route of the API."""

    @property
    def work(self) -> Work:
        """The open work."""

    @property
    def actor(self) -> Actor:
        """Who acts."""


@router.get("/invitations")
def list_invitations(call: PageCall, cursor: str = "") -> Response:
    """Show the requests that the company is invited to quote on."""
    command = commands.ListInvitations(page=page_request(None, cursor or None))
    page = drafts.list_invitations(call.work, call.actor, command)
    following = encode_cursor(page.next_after)
    context = {
        "page": page,
        "companies": showing.company_names(call, [item.rfq.buyer_id for item in page.items]),
        "badges": showing.RFQ_BADGES,
        "invitation_badges": showing.INVITATION_BADGES,
        "next_href": f"/invitations?cursor={following}" if following else None,
        "first_href": "/invitations" if cursor else None,
    }
    return call.page("rfq/invitations.html", context)


@router.get("/rfqs/{rfq_id}/quote")
def quote_form(rfq_id: WireUuid, call: PageCall, start: int = 0, full: str = "") -> Response:
    """Show the quotation editor, filled with the live quotation where there is one; ``full`` with every column."""
    quoting.submit_quote.admit(call.actor)
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    if not takes_quotes(request):
        return call.see(f"/rfqs/{rfq_id}", Flash(N_("This request takes no quotations now."), "warn"))
    live = live_quote(call, rfq_id)
    tiers = any(need.breaks for need in request.lines)
    full = full or ("1" if tiers or (live is not None and has_line_terms(live)) else "")
    chunk = FULL_CHUNK if full else CHUNK
    start = max(start, 0) if call.is_fragment else 0
    needs = request.lines[start : start + chunk]
    form = starting_form(call, request, live, needs)
    form.set_initial("full", "1" if full else None)
    if start:
        return call.page("rfq/_quote_rows.html", _rows(call, request, form, needs, start + chunk))
    return editor(call, request, live, form, needs=needs, beyond=chunk)


@router.post("/rfqs/{rfq_id}/quote/what-if")
def count_quote(rfq_id: WireUuid, call: PageCall) -> Response:
    """Say how many lines the form quotes and what they add up to; nothing is stored."""
    quoting.submit_quote.admit(call.actor)
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    return call.page("rfq/_quote_bar.html", _bar(request, live_quote(call, rfq_id), Form(call.form())))


@router.post("/rfqs/{rfq_id}/quote/columns")
def show_columns(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show the lines of the form again as typed, with every column; nothing is stored."""
    quoting.submit_quote.admit(call.actor)
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    form = Form(call.form())
    beyond = form.integer("beyond", least=0)
    context = _rows(call, request, form, request.lines[:beyond], beyond)
    return call.page("rfq/_quote_lines.html", {**context, "full": True})


@router.post("/rfqs/{rfq_id}/quote/alternates/{line_id}")
def add_alternate(rfq_id: WireUuid, line_id: WireUuid, call: PageCall) -> Response:
    """Show a row for one more alternate to a line; nothing is stored."""
    quoting.submit_quote.admit(call.actor)
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    need = next((line for line in request.lines if line.id == line_id and line.substitutes), None)
    if need is None:
        raise NotFound(line_id=str(line_id))
    form = Form(call.form())
    number = max(alternates_form.rows_of(form).get(line_id, ()), default=0) + 1
    if call.is_fragment:
        context = {"need": need, "number": number, "form": form, "alternate_field": alternates_form.field}
        return call.page("rfq/_quote_alternate.html", context)
    texts = {**form.data.texts, alternates_form.field(line_id, number, "alternative"): ("",)}
    beyond = form.integer("beyond", least=0)
    shown = Form(FormData(texts))
    return editor(call, request, live_quote(call, rfq_id), shown, needs=request.lines[:beyond], beyond=beyond)


@router.post("/rfqs/{rfq_id}/quote/last-prices")
def fill_last_prices(rfq_id: WireUuid, call: PageCall) -> Response:
    """Show every line with the own last price in empty price cells and its date beside it; nothing is stored."""
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    found = preparing.read_last_prices(call.work, call.actor, commands.ReadRfq(rfq_id))
    form = Form(call.form())
    last = {price.line_id: price for price in found}
    sent = reading.with_last_prices(form, request, live_quote(call, rfq_id), last)
    context = {**_rows(call, request, sent, request.lines, None), "last": last, "asked_last": True}
    return call.page(
        "rfq/_quote_lines.html", {**context, "price": lambda one: Money(one.unit_price, Currency(one.currency))}
    )


@router.post("/rfqs/{rfq_id}/quote")
def send_quote(rfq_id: WireUuid, call: PageCall) -> Response:
    """Receive the quotation; the next page shows its signed receipt."""
    call.once()
    quoting.submit_quote.admit(call.actor)
    form = Form(call.form())
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    command = reading.read_quote(form, request, live_quote(call, rfq_id))
    if command is not None:
        try:
            content = quoting.submit_quote(call.work, call.actor, command)
            return call.see(f"/quotes/{content.quote.id}", Flash(N_("Received. Here is your signed receipt.")))
        except Refusal as refusal:
            call.refuse(refusal)
            reading.add_refusal(form, refusal, command)
            request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(rfq_id))
    beyond = form.integer("beyond", least=0)
    needs = request.lines[:beyond]
    return editor(call, request, live_quote(call, rfq_id), form, needs=needs, beyond=beyond, status=422)


@router.get("/quotes/{quote_id}")
def show_quote(quote_id: WireUuid, call: PageCall) -> Response:
    """Show a quotation with its receipts."""
    call.signed_in()
    return _quote(call, quote_id, Form())


@router.post("/quotes/{quote_id}/confirm")
def confirm(quote_id: WireUuid, call: PageCall) -> Response:
    """Let the quotation stand unchanged for the version of the request that its page showed."""
    form = Form(call.form())
    with call.attempt(form):
        edition = form.integer("rfq_edition", least=1) or 1
        command = commands.ConfirmQuote(quote_id, form.integer("version", required=True), edition)
        confirming.confirm_quote(call.work, call.actor, command)
        return call.see(f"/quotes/{quote_id}", Flash(N_("Confirmed. Here is your new signed receipt.")))
    return _quote(call, quote_id, form, status=409)


@router.post("/quotes/{quote_id}/extend")
def extend(quote_id: WireUuid, call: PageCall) -> Response:
    """Let the quotation hold longer."""
    form = Form(call.form())
    until = form.day("extend_until", required=True)
    if until is not None:
        try:
            command = ExtendQuote(quote_id, form.integer("version", required=True), until)
            expiring.extend_quote(call.work, call.actor, command)
            return call.see(f"/quotes/{quote_id}", Flash(N_("Extended. Here is your new signed receipt.")))
        except Refusal as refusal:
            call.refuse(refusal)
            pointing.add_refusal(form, refusal, lambda pointer: "extend_until" if pointer == "/valid_until" else "")
    return _quote(call, quote_id, form, status=409)


@router.post("/quotes/{quote_id}/withdraw")
def withdraw(quote_id: WireUuid, call: PageCall) -> Response:
    """Take the quotation back before the deadline."""
    form = Form(call.form())
    with call.attempt(form):
        command = commands.WithdrawQuote(quote_id, form.integer("version", required=True))
        quoting.withdraw_quote(call.work, call.actor, command)
        said = Flash(N_("Withdrawn; here is the signed receipt. You may quote again until the deadline."), "warn")
        return call.see(f"/quotes/{quote_id}", said)
    return _quote(call, quote_id, form, status=409)


def starting_form(
    call: Acting, request: RfqContent, live: QuoteContent | None, needs: Sequence[reading.Needed]
) -> Form:
    """Return the form of a quotation before anything is typed: the live one, else the usual values."""
    if live is not None:
        shown = reading.initial_values(live, {need.id: need.quantity for need in needs})
    else:
        settings = organizations.settings(call.work, call.actor, call.actor.org_id)
        shown = {"currency": settings.base_currency.code, "valid_until": _usual_validity(request)}
    return reading.ask_for_tiers(Form(initial=shown), needs)


def _usual_validity(request: RfqContent) -> str | None:
    """Propose VALIDITY after the deadline: time to compare, approve and sign."""
    closes_at = request.rfq.closes_at
    return None if closes_at is None else (closes_at + VALIDITY).date().isoformat()


def _of_this_round(request: RfqContent, live: QuoteContent) -> bool:
    return live.quote.round == request.rfq.round


def live_quote(call: Acting, rfq_id: UUID) -> QuoteContent | None:
    """Return the own company's live quotation on a request, None where there is none."""
    quotes = quoting.list_quotes(call.work, call.actor, commands.ReadRfq(rfq_id))
    own = [quote for quote in quotes if quote.supplier_id in call.actor.org_ids]
    return quoting.read_quote(call.work, call.actor, commands.ReadQuote(own[-1].id)) if own else None


def takes_quotes(request: RfqContent) -> bool:
    """Tell whether the supplier may quote now, as far as the round that is open decides it."""
    place = request.own_invitation
    goes_on = place is not None and place.last_round >= request.rfq.round
    return request.rfq.status is RfqStatus.PUBLISHED or (request.rfq.status is RfqStatus.ROUND_OPEN and goes_on)


def _bar(request: RfqContent, live: QuoteContent | None, form: Form) -> dict[str, object]:
    """Return what the bar under the editor shows; a currency or price that cannot be read yet counts nothing."""
    if form.data.texts:
        glance = Form(form.data)  # its errors are another route's business
        lines = reading.read_lines(glance, request, live)
        code = glance.value("currency")
        tax = contained_tax(terms_form.read_header(glance, {}))
        total = reading.total(lines, request, Currency(code), tax) if code in Currency.CODES else None
        quoted = len(lines)
    else:
        quoted = len(live.lines) if live is not None else 0
        total = Money(live.quote.total, Currency(live.quote.currency)) if live is not None else None
    return {"rfq": request.rfq, "quoted": quoted, "line_total": len(request.lines), "total": total}


def _rows(
    call: PageContext, request: RfqContent, form: Form, needs: Sequence[object], beyond: int | None
) -> dict[str, object]:
    count = len(request.lines)
    units = dict(reference.unit_names(showing.language_of(call).value))
    following = beyond if beyond is not None and beyond < count else None
    return {
        "rfq": request.rfq,
        "form": form,
        "needs": needs,
        "full": form.flag("full"),
        "asked_last": False,
        "unseen_fields": (),
        "unseen": 0,
        "field": reading.field,
        "alternates": alternates_form.rows_of(form),
        "alternate_field": alternates_form.field,
        "units": units,
        "alike": partial(terms_form.alike, units),
        "following": following,
        "left_over": 0 if following is None else count - following,
        "held_prices": reading.held_prices(live_quote(call, request.rfq.id)) if request.rfq.round > 1 else {},
        **shown_round(call, request.rfq.id, request.rfq.round),
    }


def editor(
    call: PageContext,
    request: RfqContent,
    live: QuoteContent | None,
    form: Form,
    *,
    needs: Sequence[object],
    beyond: int | None,
    status: int = 200,
    more: Mapping[str, object] = NOTHING_MORE,
) -> Response:
    """Return the editor's page with ``form``; ``beyond`` is the first line that is not loaded, None for all loaded."""
    language = showing.language_of(call)
    translate = partial(call.shell.renderer.catalogue.translate, language)
    context = {
        **_rows(call, request, form, needs, beyond),
        **_bar(request, live, form),
        **terms_form.choices(form, request, live, language, translate),
        **answers_context(call, request, form),
        "live": live,
        "sheet": None,
        "sheet_form": Form(),
        "buyer": showing.company_names(call, [request.rfq.buyer_id])[request.rfq.buyer_id],
        "currencies": [(code, f"{code} · {name}") for code, name in reference.currency_names(language.value)],
        "idempotency_key": str(uuid4()),
        "revises": live is not None and live.quote.status is QuoteStatus.SUBMITTED and _of_this_round(request, live),
        "outdated": live is not None and live.quote.status is QuoteStatus.NEEDS_CONFIRMATION,
        **more,
    }
    return call.page("rfq/quote_editor.html", context, status=status)


def _misfit(call: PageContext, content: QuoteContent) -> Refusal | None:
    if content.quote.status is not QuoteStatus.NEEDS_CONFIRMATION:
        return None
    return confirming.why_not_unchanged(call.work, call.actor, commands.ReadQuote(content.quote.id))


def _extends(status: QuoteStatus, request: RfqStatus) -> bool:
    steps = QUOTE_LIFECYCLE.allowed(status)
    return request not in DECIDED and ("extend" in steps or "extend_rest" in steps)


def _quote(call: PageContext, quote_id: UUID, form: Form, *, status: int = 200) -> Response:
    content = quoting.read_quote(call.work, call.actor, commands.ReadQuote(quote_id))
    quote = content.quote
    request = drafts.read_rfq(call.work, call.actor, commands.ReadRfq(quote.rfq_id))
    own = quote.supplier_id in call.actor.org_ids
    open_still = request.rfq.closes_at is not None and call.work.now() < request.rfq.closes_at
    takes = request.rfq.status in TAKES_QUOTES and open_still and quote.round == request.rfq.round
    currency = Currency(quote.currency)
    answered = editions.read_edition(call.work, call.actor, commands.ReadEdition(quote.rfq_id, quote.rfq_edition))
    context = {
        "content": content,
        "quote": quote,
        "rfq": request.rfq,
        "needs": {UUID(str(line["id"])): line for line in answered.wording.lines},
        "misfit": _misfit(call, content) if own else None,
        "own": own,
        "allowed": frozenset(QUOTE_LIFECYCLE.allowed(quote.status)) if own and takes else frozenset(),
        "badges": showing.QUOTE_BADGES,
        "extends": own and _extends(quote.status, request.rfq.status),
        "terms": terms_shown(content),
        "tiers": tiers_shown(content),
        "alternates": alternates_shown(content),
        "criteria": _criteria_names(call, content),
        "country": lambda code: country_shown(code, showing.language_of(call).value),
        "money": lambda amount: Money(amount, currency),
        "amount_of": lambda line: line_total(Money(line.unit_price, currency), line.quantity),
        "units": dict(reference.unit_names(showing.language_of(call).value)),
        "companies": showing.company_names(call, [quote.supplier_id, quote.buyer_id]),
        "history": showing.history(call, "quote", quote.id),
        **(standing_shown(call, request) if own else NOTHING_MORE),
        "form": form,
    }
    return call.page("rfq/quote.html", context, status=status)


def _criteria_names(call: PageContext, content: QuoteContent) -> Mapping[str, str]:
    """Return the names of the criteria that a quotation answers; none cost nothing."""
    if not content.quote.answers:
        return {}
    judged = scoring.read_criteria(call.work, call.actor, commands.ReadRfq(content.quote.rfq_id))
    return {one.key: one.name for one in judged.criteria}
