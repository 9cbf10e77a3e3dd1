"""Quotations, the comparison and awards over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.quotes import ExtendQuote
from b2b_market.rfq.rules import amending, approving, quoting, rounds
from b2b_market.rfq.rules import awarding as award_rules
from b2b_market.rfq.rules import expiring as expiring_rules
from b2b_market.rfq.rules.bundling import BundleBroken
from b2b_market.rfq.schemas.comparison import ComparisonOut
from b2b_market.rfq.schemas.quotes import (
    AwardIn,
    AwardLineOut,
    AwardOut,
    AwardSummaryOut,
    ConfirmIn,
    ExtendIn,
    QuoteIn,
    QuoteOut,
    QuoteSummaryOut,
)
from b2b_market.rfq.schemas.requests import ReasonIn
from b2b_market.rfq.service import awarding, comparing, confirming, expiring
from b2b_market.rfq.service import quoting as quotes
from b2b_market.sourcing.public import AwardNotPossible

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
quote_router = APIRouter(prefix="/quotes", tags=["rfq"], route_class=StrictRoute)
award_router = APIRouter(prefix="/awards", tags=["rfq"], route_class=StrictRoute)

_OPEN = (quoting.QuoteTooLate, quoting.NotOpenForQuotes)


@by_rfq.post(
    "/{rfq_id}/quotes",
    status_code=201,
    response_model=QuoteOut,
    responses=changes(*_OPEN, quoting.OwnRequest, amending.RequestAmended, rounds.NotGoingOn, rounds.QuoteGotWorse),
)
def submit_quote(rfq_id: WireUuid, body: QuoteIn, call: OnceCall) -> Answer:
    """Send a quotation, or with If-Match the next revision of the live one; the answer holds the signed receipt."""
    content = quotes.submit_quote(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    return call.answer(QuoteOut, content, status=201, location=f"/api/v1/quotes/{content.quote.id}")


@by_rfq.get("/{rfq_id}/quotes", response_model=ListOut[QuoteSummaryOut], responses=reads())
def list_quotes(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the quotations on a request: to its buyer the opened ones, to a supplier its own."""
    return call.answer_many(QuoteSummaryOut, quotes.list_quotes(call.work, call.actor, commands.ReadRfq(rfq_id)))


@quote_router.get("/{quote_id}", response_model=QuoteOut, responses=reads())
def read_quote(quote_id: WireUuid, call: Call) -> Answer:
    """Return a quotation with its lines and receipts."""
    return call.answer(QuoteOut, quotes.read_quote(call.work, call.actor, commands.ReadQuote(quote_id)))


@quote_router.post(
    "/{quote_id}/confirm",
    response_model=QuoteOut,
    responses=changes(*_OPEN, amending.RequestAmended, amending.QuoteDoesNotFit, amending.QuoteRanOut),
)
def confirm_quote(quote_id: WireUuid, body: ConfirmIn, call: OnceCall) -> Answer:
    """Let a quotation that an amendment outdated stand unchanged; the answer holds a new signed receipt."""
    command = commands.ConfirmQuote(quote_id, call.if_match, body.rfq_edition)
    return call.answer(QuoteOut, confirming.confirm_quote(call.work, call.actor, command))


@quote_router.post("/{quote_id}/extend", response_model=QuoteOut, responses=changes(expiring_rules.NothingToHoldFor))
def extend_quote(quote_id: WireUuid, body: ExtendIn, call: OnceCall) -> Answer:
    """Let a quotation hold longer, also after the deadline and after it ran out; the answer holds a new receipt."""
    command = ExtendQuote(quote_id, call.if_match, body.valid_until)
    return call.answer(QuoteOut, expiring.extend_quote(call.work, call.actor, command))


@quote_router.post(
    "/{quote_id}/withdraw", response_model=QuoteSummaryOut, responses=changes(*_OPEN, rounds.PriorRoundStands)
)
def withdraw_quote(quote_id: WireUuid, call: Call) -> Answer:
    """Take a quotation back before the deadline."""
    command = commands.WithdrawQuote(quote_id, call.if_match)
    return call.answer(QuoteSummaryOut, quotes.withdraw_quote(call.work, call.actor, command))


@by_rfq.get("/{rfq_id}/comparison", response_model=ComparisonOut, responses=changes(RateMissing))
def compare_quotes(rfq_id: WireUuid, call: Call) -> Answer:
    """Compare the visible quotations; the first look after the close starts the evaluation and freezes the rates."""
    return call.answer(ComparisonOut, comparing.compare_quotes(call.work, call.actor, commands.ReadRfq(rfq_id)))


@by_rfq.post(
    "/{rfq_id}/awards",
    status_code=201,
    response_model=AwardOut,
    responses=changes(
        award_rules.NothingAwarded, award_rules.AwardUndecided, AwardNotPossible, BundleBroken, RateMissing
    ),
)
def propose_award(rfq_id: WireUuid, body: AwardIn, call: OnceCall) -> Answer:
    """Propose an award by line; within the caller's own limit it stands at once.

    If-Match names the request's version.
    """
    content = awarding.propose_award(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    return call.answer(AwardOut, content, status=201, location=f"/api/v1/awards/{content.award.id}")


@by_rfq.get("/{rfq_id}/awards", response_model=ListOut[AwardSummaryOut], responses=reads())
def list_awards(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the awards of an own request."""
    return call.answer_many(AwardSummaryOut, awarding.list_awards(call.work, call.actor, commands.ReadRfq(rfq_id)))


@by_rfq.get("/{rfq_id}/outcome", response_model=ListOut[AwardLineOut], responses=reads())
def read_outcome(rfq_id: WireUuid, call: Call) -> Answer:
    """Return what the company won on a request; for its buyer, everything awarded."""
    return call.answer_many(AwardLineOut, awarding.read_outcome(call.work, call.actor, commands.ReadRfq(rfq_id)))


@award_router.get("/{award_id}", response_model=AwardOut, responses=reads())
def read_award(award_id: WireUuid, call: Call) -> Answer:
    """Return an award with its lines."""
    return call.answer(AwardOut, awarding.read_award(call.work, call.actor, commands.ReadAward(award_id)))


@award_router.post(
    "/{award_id}/approve",
    response_model=AwardOut,
    responses=changes(
        OwnWork, approving.AboveLimit, award_rules.AwardOutdated, AwardNotPossible, BundleBroken, RateMissing
    ),
)
def approve_award(award_id: WireUuid, call: Call) -> Answer:
    """Approve a proposed award."""
    command = commands.DecideAward(award_id, call.if_match)
    return call.answer(AwardOut, awarding.approve_award(call.work, call.actor, command))


@award_router.post("/{award_id}/return", response_model=AwardSummaryOut, responses=changes(approving.ReasonMissing))
def return_award(award_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Send a proposed award back to its proposer."""
    command = commands.DecideAward(award_id, call.if_match, body.reason)
    return call.answer(AwardSummaryOut, awarding.return_award(call.work, call.actor, command))
