"""Amendments and quotations at the same moment: none is left standing on a version that does not stand any more."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Refusal, StaleVersion
from b2b_market.kernel.units import unit
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.requests import ConfirmQuote, ReadQuote, ReadRfq, SubmitQuote
from b2b_market.rfq.models.quotes import Quote, QuoteRevision
from b2b_market.rfq.models.requests import Rfq, RfqInvitation
from b2b_market.rfq.rules.amending import RequestAmended
from b2b_market.rfq.service import amending, confirming, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import receipt_statement
from b2b_market.rfq.states import InvitationStatus, QuoteStatus
from tests.support.amendments import amendment, line_changed
from tests.support.rfqs import Market, draft_command, make_market, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed
SUPPLIERS = 12


def quantity(value: int) -> dict[str, Quantity]:
    return {"quantity": Quantity(Decimal(value), unit("H87"))}


def tried(act: object, *arguments: object) -> str:
    """Return what came of it: ``done``, or the refusal's code."""
    try:
        act(*arguments)  # type: ignore[operator]  # a function of this file
    except Refusal as refusal:
        return refusal.code
    return "done"


def amend_once(runtime: Runtime, market: Market, content: RfqContent, value: int) -> None:
    with work_for(runtime, market.purchaser) as work:
        amending.amend_rfq(work, market.purchaser, amendment(content, line_changed(0, **quantity(value))))


def quote_once(runtime: Runtime, sales: Actor, command: SubmitQuote) -> None:
    with work_for(runtime, sales) as work:
        quoting.submit_quote(work, sales, command)


def judge(runtime: Runtime, market: Market, content: RfqContent) -> list[Quote]:
    """Assert that every quotation either answers a version that stands or waits for its supplier."""
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    (rfq,) = rows_of(runtime, machine, select(Rfq).where(Rfq.id == content.rfq.id))
    quotes = rows_of(runtime, machine, select(Quote).where(Quote.rfq_id == content.rfq.id))
    invitations = {
        row.supplier_id: row
        for row in rows_of(runtime, machine, select(RfqInvitation).where(RfqInvitation.rfq_id == content.rfq.id))
    }
    for quote in quotes:
        stands = quote.rfq_edition >= rfq.binding_edition
        assert (quote.status is QuoteStatus.SUBMITTED) is stands, (quote.status, quote.rfq_edition, rfq.edition)
        assert (quote.status is QuoteStatus.NEEDS_CONFIRMATION) is not stands
        invitation = invitations[quote.supplier_id]
        assert (invitation.status, invitation.quoted_edition) == (InvitationStatus.QUOTED, quote.rfq_edition)
    revisions = rows_of(runtime, machine, select(QuoteRevision))
    by_id = {quote.id: quote for quote in quotes}
    for revision in revisions:
        statement = receipt_statement(by_id[revision.quote_id], revision)
        assert verify(runtime.receipts.public_key, statement, bytes(revision.signature))
    return quotes


@pytest.mark.parametrize("sealed", [False, True])
def test_an_amendment_against_quotations_leaves_none_unmarked(committed_runtime: Runtime, sealed: bool) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=SUPPLIERS)
    content = publish(runtime, market, draft_command(market.suppliers, 1, sealed=sealed))
    command = quote_command(content, ["9"])

    def act(number: int) -> str:
        if number == SUPPLIERS // 2:
            return tried(amend_once, runtime, market, content, 150)
        sales = market.sales[number if number < SUPPLIERS // 2 else number - 1]
        return tried(quote_once, runtime, sales, command)

    came = at_once(SUPPLIERS + 1, act)
    assert came.pop(SUPPLIERS // 2) == "done"
    quotes = judge(runtime, market, content)
    assert set(came) <= {"done", RequestAmended.code}
    assert len(quotes) == came.count("done")
    assert {quote.status for quote in quotes} <= {QuoteStatus.NEEDS_CONFIRMATION}


def test_confirmations_against_the_next_amendment(committed_runtime: Runtime) -> None:
    """Who confirms version 2 while version 3 is made either comes first and must confirm again, or is told."""
    runtime = committed_runtime
    market = make_market(runtime, suppliers=SUPPLIERS)
    content = publish(runtime, market, draft_command(market.suppliers, 1))
    for sales in market.sales:
        submit(runtime, sales, content, ["9"])
    amend_once(runtime, market, content, 150)
    second = read(runtime, market.purchaser, content.rfq.id)
    held = {}
    for sales in market.sales:
        with work_for(runtime, sales) as work:
            (found,) = quoting.list_quotes(work, sales, ReadRfq(content.rfq.id))
            held[sales.org_id] = quoting.read_quote(work, sales, ReadQuote(found.id)).quote

    def confirm(sales: Actor) -> None:
        with work_for(runtime, sales) as work:
            confirming.confirm_quote(work, sales, ConfirmQuote(held[sales.org_id].id, held[sales.org_id].version, 2))

    def act(number: int) -> str:
        if number == 0:
            return tried(amend_once, runtime, market, second, 200)
        return tried(confirm, market.sales[number - 1])

    came = at_once(SUPPLIERS + 1, act)
    assert came[0] == "done"
    assert set(came[1:]) <= {"done", RequestAmended.code}
    for quote in judge(runtime, market, content):
        assert quote.status is QuoteStatus.NEEDS_CONFIRMATION
        assert quote.rfq_edition in (1, 2)


def test_of_two_amendments_at_once_one_is_stale(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    market = make_market(runtime, suppliers=1)
    content = publish(runtime, market, replace(draft_command(market.suppliers, 1), title="Twice"))
    came = at_once(2, lambda number: tried(amend_once, runtime, market, content, 150 + number))
    assert sorted(came) == sorted(["done", StaleVersion.code])
    assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 2
