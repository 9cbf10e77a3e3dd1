"""Quotations: submit, revise, withdraw; each accepted one gets a signed receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from b2b_market.infra.bulk import Fixed, change_of, first_row, insert_together, record_of, row_of, store_changes
from b2b_market.infra.canonical import digest, plain_fields, plain_lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.numbering import next_number
from b2b_market.infra.signing import Signed
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import ReadQuote, ReadRfq, SubmitQuote, WithdrawQuote
from b2b_market.rfq.models.quotes import (
    QUOTE_LINE_COLUMNS,
    QUOTE_LINE_TERMS,
    QUOTE_LINES,
    QUOTE_TERMS,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries.requests import Need
from b2b_market.rfq.queries.rounds import own_quotes
from b2b_market.rfq.rules import quoting as rules
from b2b_market.rfq.rules import terms
from b2b_market.rfq.rules.alternates import settled_alternates
from b2b_market.rfq.rules.amending import require_standing
from b2b_market.rfq.rules.needs import Asked, offered_by, require_as_asked
from b2b_market.rfq.rules.rounds import require_current
from b2b_market.rfq.service import evidence
from b2b_market.rfq.service.bettering import Stored, hold_to_prior
from b2b_market.rfq.service.drafting import buyer_day
from b2b_market.rfq.service.joining import announce_joined, take_place
from b2b_market.rfq.states import INVITATION_LIFECYCLE, QUOTE_LIFECYCLE, InvitationStatus, QuoteStatus

NUMBER_KIND = "Q"


@dataclass(frozen=True, slots=True)
class QuoteContent:
    """A quotation with its live lines and its receipts, the newest first."""

    quote: Quote
    lines: Sequence[QuoteLine]
    revisions: Sequence[QuoteRevision]

    @property
    def version(self) -> int:
        """The version of the quotation, which its ETag shows."""
        return self.quote.version


@operation(RfqPermission.QUOTE_SUBMIT)
def submit_quote(work: Work, scope: Scope, command: SubmitQuote) -> QuoteContent:
    """Receive a supplier's quotation or its next revision before the deadline and sign a receipt for it.

    The deadline is judged by the database's clock after the gate is taken: what is acknowledged was in time, and a
    close that runs at the same moment comes wholly before or wholly after.
    """
    moment = work.gate(command.rfq_id)
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        raise rules.OwnRequest
    rules.require_open(rfq.status, rfq.closes_at, moment)
    require_standing(command.rfq_edition, rfq.binding_edition, rfq.edition)
    needs = require_fitting(work, scope, rfq, command)
    answers = evidence.answered(work, scope, rfq, command)
    quote = _received(work, scope, rfq, command, moment)
    rows = _line_rows(quote, needs, command)
    written = [plain_fields(QUOTE_LINES.content(row)) for row in rows]
    _fill(quote, command, rows)
    quote.lines_digest = plain_lines_digest(written)
    quote.answers = answers
    hold_to_prior(work, scope, rfq, Stored(quote, rows), [line.line_id for line in command.lines])
    quote.rfq_edition = command.rfq_edition
    revision = receipted(work, quote, written)
    answer = note_answer(work, scope, rfq, quote)
    announced = events.QuoteSubmitted(
        quote_id=quote.id,
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_id=quote.supplier_id,
        revision=quote.revision,
    )
    work.emit(announced, quote)
    _store(work, quote, rows, revision, answer)
    earlier = queries.revisions_of(work.session, scope, quote.id) if quote.revision > 1 else [revision]
    return QuoteContent(quote, [record_of(QuoteLine, {**QUOTE_LINE_TERMS, **row}) for row in rows], earlier)


@operation(RfqPermission.QUOTE_SUBMIT)
def withdraw_quote(work: Work, scope: Scope, command: WithdrawQuote) -> Quote:
    """Take a quotation back before the deadline, with a signed receipt; the buyer no longer compares it.

    Its revisions stay on record. In a further round the one of the round before stands again.
    """
    known = queries.visible_quote(work.session, scope, command.quote_id)
    moment = work.gate(known.rfq_id)
    quote = queries.lock_own_quote(work.session, scope, command.quote_id)
    work.expect_version(quote, command.expected_version)
    rfq = request_queries.party_rfq(work.session, scope, quote.rfq_id)
    rules.require_open(rfq.status, rfq.closes_at, moment)
    require_current(quote.round, rfq.round)
    QUOTE_LIFECYCLE.advance(quote, "withdraw")
    quote.changed_at = work.now()
    if rfq.round == 1:
        invitation = request_queries.own_invitation(work.session, scope, rfq.id)
        INVITATION_LIFECYCLE.advance(invitation, "withdraw")
        store_changes(work.session, invitation, "status")
    _sign_withdrawal(work, scope, quote, moment)
    withdrawn = events.QuoteWithdrawn(
        quote_id=quote.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id, supplier_id=quote.supplier_id
    )
    work.emit(withdrawn, quote)
    return quote


@operation(RfqPermission.QUOTE_READ, system=True, reason="handlers of other modules read what they were told of")
def read_quote(work: Work, scope: Scope, command: ReadQuote) -> QuoteContent:
    """Return a quotation to its supplier, or to its buyer once it is opened."""
    quote = queries.visible_quote(work.session, scope, command.quote_id)
    lines = queries.lines_of_quote(work.session, scope, quote.id)
    return QuoteContent(quote, lines, queries.revisions_of(work.session, scope, quote.id))


@operation(RfqPermission.QUOTE_READ)
def list_quotes(work: Work, scope: Scope, command: ReadRfq) -> Sequence[Quote]:
    """Return the quotations on a request: to its buyer the opened ones, to a supplier its own by round."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        return queries.opened_quotes(work.session, scope, rfq.id)
    return own_quotes(work.session, scope, rfq.id)


def require_fitting(work: Work, scope: Scope, rfq: Rfq, command: SubmitQuote) -> Mapping[UUID, Need]:
    """Return the needs of a request by line; raise Invalid where a quotation is not sound, or not what is asked for."""
    needs = request_queries.needs_of(work.session, scope, rfq.id)
    quantities = {line_id: need.quantity for line_id, need in needs.items()}
    units = {line_id: need.unit for line_id, need in needs.items()}
    rules.require_sound_quote(command, quantities, buyer_day(work, scope), units)
    require_as_asked(offered_by(command), asked_of(rfq, needs))
    return needs


def asked_of(rfq: Rfq, needs: Mapping[UUID, Need]) -> Asked:
    """Return what a request asks of every quotation."""
    exact = frozenset(line_id for line_id, need in needs.items() if not need.substitutes)
    return Asked(rfq.currencies, rfq.validity_days, rfq.closes_at, exact)


def receipt_statement(quote: Quote, revision: QuoteRevision) -> dict[str, object]:
    """Return what a receipt's signature covers.

    Ids, revision, SHA-256 of the content, the moment of receipt, and the version of the request that was answered;
    receipts of before versions were named cover the rest alone.
    """
    named = {} if revision.rfq_edition is None else {"rfq_edition": revision.rfq_edition}
    return {
        "purpose": f"b2b_market quotation receipt v{2 if named else 1}",
        **named,
        "quote_id": quote.id,
        "rfq_id": quote.rfq_id,
        "supplier_id": revision.signed_supplier_id or quote.supplier_id,
        "number": revision.signed_number or quote.number,
        "revision": revision.revision,
        "content_hash": bytes(revision.content_hash),
        "received_at": revision.received_at,
    }


def withdrawal_statement(quote: Quote, revision: QuoteRevision) -> dict[str, object]:
    """Return what the signature on a withdrawal covers: which revision was taken back, and when."""
    return {
        "purpose": "b2b_market quotation withdrawal receipt v1",
        "quote_id": quote.id,
        "rfq_id": quote.rfq_id,
        "supplier_id": revision.signed_supplier_id or quote.supplier_id,
        "number": revision.signed_number or quote.number,
        "revision": revision.revision,
        "content_hash": bytes(revision.content_hash),
        "withdrawn_at": revision.withdrawn_at,
    }


def _sign_withdrawal(work: Work, scope: Scope, quote: Quote, moment: datetime) -> None:
    newest = queries.revisions_of(work.session, scope, quote.id)[0]
    newest.withdrawn_at = moment
    signed: Signed = work.receipts.sign(withdrawal_statement(quote, newest))
    newest.withdrawal_key_id, newest.withdrawal_signature = signed.key_id, signed.signature


def note_answer(work: Work, scope: Scope, rfq: Rfq, quote: Quote) -> Fixed:
    """Return what notes at the supplier's own place that it has quoted, and on which version, for the caller to run.

    One from the board takes part now.
    """
    invitation = take_place(work, scope, rfq)
    if invitation.status is not InvitationStatus.QUOTED:
        INVITATION_LIFECYCLE.advance(invitation, "quote")
    invitation.answered_at = quote.received_at
    invitation.quoted_edition = quote.rfq_edition
    announce_joined(work, rfq, invitation)
    return change_of(invitation, "status", "answered_at", "quoted_edition")


def _received(work: Work, scope: Scope, rfq: Rfq, command: SubmitQuote, moment: datetime) -> Quote:
    """Return the live quotation ready for its next revision, or a new one."""
    quote = queries.live_quote(work.session, scope, rfq.id, rfq.round)
    if quote is None:
        if command.expected_version is not None:
            raise NotFound(rfq_id=str(rfq.id))
        return _new_quote(work, scope, rfq, moment)
    work.expect_version(quote, command.expected_version)
    QUOTE_LIFECYCLE.advance(quote, "revise")
    quote.revision += 1
    quote.received_at = moment
    quote.changed_at = work.now()
    quote.submitted_by = scope.user_id
    return quote


def _new_quote(work: Work, scope: Scope, rfq: Rfq, moment: datetime) -> Quote:
    return Quote(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        number=next_number(work.session, scope.org_id, NUMBER_KIND, moment.year),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        supplier_id=scope.org_id,
        round=rfq.round,
        revision=1,
        status=QuoteStatus.SUBMITTED,
        opened=not rfq.sealed,
        submitted_by=scope.user_id,
        received_at=moment,
    )


def _line_rows(quote: Quote, needs: Mapping[UUID, Need], command: SubmitQuote) -> list[dict[str, object]]:
    quoted = sorted([(needs[line.line_id], line) for line in command.lines], key=lambda pair: pair[0].position)
    shared = {
        "quote_id": quote.id,
        "rfq_id": quote.rfq_id,
        "buyer_id": quote.buyer_id,
        "supplier_id": quote.supplier_id,
        "opened": quote.opened,
    }
    rows: list[dict[str, object]] = [
        {
            **shared,
            "line_id": line.line_id,
            "position": need.position,
            "quantity": line.quantity if line.quantity is not None else need.quantity,
            "unit_price": line.unit_price,
            "lead_days": line.lead_days,
            "min_quantity": line.min_quantity,
            "alternative": line.alternative.strip(),
            "note": line.note.strip(),
        }
        for need, line in quoted
    ]
    if not terms.is_plain(command):
        tax = terms.contained_tax(command.terms)
        for index, (need, line) in enumerate(quoted):
            offered = need.quantity if line.quantity is None else line.quantity
            rows[index] |= terms.settled_line(line, offered, need.unit, tax)
            rows[index]["alternates"] = settled_alternates(line, offered, need.unit, tax)
    return rows


def _fill(quote: Quote, command: SubmitQuote, rows: Sequence[Mapping[str, object]]) -> None:
    priced = [(row["unit_price"], row["quantity"]) for row in rows]
    quote.currency = command.currency.code
    quote.total = rules.quote_total(priced, command.currency).amount  # type: ignore[arg-type]  # rows hold the Decimals put in above
    for name, value in terms.settled_header(command).items():
        setattr(quote, name, value)
    quote.line_count = len(rows)
    quote.valid_until = command.valid_until
    quote.payment_terms = command.payment_terms.strip()
    quote.note = command.note.strip()


def written_lines(lines: Sequence[QuoteLine]) -> list[object]:
    """Return stored lines as a receipt and the lines' digest hold them."""
    names = (*QUOTE_LINE_COLUMNS, *QUOTE_LINE_TERMS)
    return [plain_fields(QUOTE_LINES.content({name: getattr(line, name) for name in names})) for line in lines]


def receipted(work: Work, quote: Quote, lines: Sequence[object], moment: datetime | None = None) -> QuoteRevision:
    """Return the next revision of a quotation with its signed receipt; ``lines`` are its lines as written, in order.

    ``moment`` is when it came, where that is not when the prices came.
    """
    content = {
        "currency": quote.currency,
        "total": quote.total,
        "valid_until": quote.valid_until,
        "payment_terms": quote.payment_terms,
        "note": quote.note,
        "lines_digest": quote.lines_digest,
        **{name: value for name, given in QUOTE_TERMS.items() if (value := getattr(quote, name)) != given},
    }
    written = plain_fields(content)
    quote.content_hash = digest(written)
    revision = QuoteRevision(
        quote_id=quote.id,
        revision=quote.revision,
        buyer_id=quote.buyer_id,
        supplier_id=quote.supplier_id,
        opened=quote.opened,
        content={**written, "lines": list(lines)},
        content_hash=quote.content_hash,
        received_at=quote.received_at if moment is None else moment,
        rfq_edition=quote.rfq_edition,
    )
    signed: Signed = work.receipts.sign(receipt_statement(quote, revision))
    revision.key_id, revision.signature = signed.key_id, signed.signature
    return revision


def _store(work: Work, quote: Quote, rows: list[dict[str, object]], revision: QuoteRevision, answer: Fixed) -> None:
    """Store a quotation with its lines, receipt and ``answer``; a first one in one statement, past the session."""
    session = work.session
    parts = ((QuoteRevision, [row_of(revision)]), (QuoteLine, rows))
    if quote.revision == 1:
        insert_together(session, (Quote, [first_row(quote)]), *parts, also=(answer,))
        return
    session.execute(delete(QuoteLine).where(QuoteLine.quote_id == quote.id))
    session.flush()
    insert_together(session, *parts, also=(answer,))
