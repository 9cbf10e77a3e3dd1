"""How a supplier stands among the others while quotations are taken, as far as the request lets it see that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid5

from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.models.standing import RfqStanding
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.queries import standing as queries
from b2b_market.rfq.rules.bundling import discount, read_bundles
from b2b_market.rfq.rules.standing import NO_PLACE, Offered, Place, Seen, seen_by_each
from b2b_market.rfq.states import TAKES_QUOTES, Disclosure, QuoteStatus


@dataclass(frozen=True, slots=True)
class LinePlace:
    """What may be seen of one line, by its number in the request."""

    line_id: UUID
    position: int
    place: Place


@dataclass(frozen=True, slots=True)
class Standing:
    """What the own company may see of the other quotations now; ``changed_at`` is None where it is nothing.

    Amounts are in the request's currency, without tax.
    """

    rfq_id: UUID
    disclosure: Disclosure
    currency: str
    total: Place = NO_PLACE
    lines: Sequence[LinePlace] = ()
    changed_at: datetime | None = None


@operation(RfqPermission.QUOTE_READ)
def read_standing(work: Work, scope: Scope, command: ReadRfq) -> Standing:
    """Return how the own company stands at a request: nothing before it has quoted, and nothing after the deadline."""
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    row = queries.own_standing(work.session, scope, rfq.id) if _shows(rfq, work.now()) else None
    if row is None or (row.round, row.edition, row.disclosure) != (rfq.round, rfq.binding_edition, rfq.disclosure):
        return Standing(rfq.id, rfq.disclosure, rfq.currency)
    seen = Seen.read(row.content)
    needs = request_queries.needs_of(work.session, scope, rfq.id)
    lines = [LinePlace(one, needs[one].position, place) for one, place in seen.lines.items() if one in needs]
    lines.sort(key=lambda line: line.position)
    return Standing(rfq.id, rfq.disclosure, row.currency, seen.total, lines, row.changed_at)


@operation(system=True, reason="no supplier may read the quotations that its rank is worked out from")
def work_out_standings(work: Work, scope: Scope, command: ReadRfq) -> int:
    """Work out what each supplier may see of a request; return how many standings changed.

    One at a time for each request, each on everything that is committed when its turn comes: the last one has it all.
    What stands as it was is not written again.
    """
    work.gate(uuid5(command.rfq_id, "standing"), exclusive=True)
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.status not in TAKES_QUOTES:
        return 0
    offers = _offers(work, scope, rfq) if rfq.disclosure is not Disclosure.NOTHING else []
    seen = seen_by_each(rfq.disclosure, offers, Currency(rfq.currency).minor_digits)
    rows = {supplier_id: _row(rfq, supplier_id, one, work.now()) for supplier_id, one in seen.items()}
    before = {row.supplier_id: row for row in queries.standings_of(work.session, scope, rfq.id)}
    changed = [row for supplier_id, row in rows.items() if not _same(before.get(supplier_id), row)]
    gone = [supplier_id for supplier_id in before if supplier_id not in rows]
    if changed or gone:
        _write(work, rfq, changed, gone)
    return len(changed) + len(gone)


def _shows(rfq: Rfq, moment: datetime) -> bool:
    open_still = rfq.status in TAKES_QUOTES and rfq.closes_at is not None and moment < rfq.closes_at
    return rfq.disclosure is not Disclosure.NOTHING and open_still


def _write(work: Work, rfq: Rfq, changed: Sequence[Mapping[str, object]], gone: Sequence[UUID]) -> None:
    """Write as the machine: neither a supplier nor the buyer may say what is shown."""
    with work.reaching(Tenant((rfq.buyer_id,), machine=True)):
        if changed:
            queries.put_standings(work.session, changed)
        if gone:
            queries.drop_standings(work.session, rfq.id, gone)


def _row(rfq: Rfq, supplier_id: UUID, seen: Seen, moment: datetime) -> dict[str, object]:
    return {
        "rfq_id": rfq.id,
        "supplier_id": supplier_id,
        "buyer_id": rfq.buyer_id,
        "round": rfq.round,
        "edition": rfq.binding_edition,
        "disclosure": rfq.disclosure,
        "currency": rfq.currency,
        "content": seen.plain(),
        "changed_at": moment,
    }


def _same(before: RfqStanding | None, row: Mapping[str, object]) -> bool:
    return before is not None and all(getattr(before, key) == said for key, said in row.items() if key != "changed_at")


def _offers(work: Work, scope: Scope, rfq: Rfq) -> list[Offered]:
    """Return the quotations that count: they stand, and their suppliers are in the round that is open."""
    places = request_queries.invitations_of(work.session, scope, rfq.id)
    in_round = {place.supplier_id for place in places if place.last_round >= rfq.round}
    opened = quote_queries.opened_quotes(work.session, scope, rfq.id)
    quotes = [one for one in opened if one.status is QuoteStatus.SUBMITTED and one.supplier_id in in_round]
    lines: dict[UUID, list[quote_queries.OfferedLine]] = {quote.id: [] for quote in quotes}
    for line in quote_queries.quote_lines_of_rfq(work.session, scope, rfq.id):
        if line.quote_id in lines:
            lines[line.quote_id].append(line)
    needs = {line.id: line.quantity for line in request_queries.lines_of(work.session, scope, rfq.id)}
    rates = {code: _rate(work, scope, rfq, code) for code in {quote.currency for quote in quotes}}
    return [
        _offered(quote, lines[quote.id], needs, rate) for quote in quotes if (rate := rates[quote.currency]) is not None
    ]


def _rate(work: Work, scope: Scope, rfq: Rfq, code: str) -> Fraction | None:
    """Return the stored rate of the day; None where there is none: such a quotation has no rank until there is."""
    if code == rfq.currency:
        return Fraction(1)
    try:
        rate = reference.rate_on(work, scope.actor, Currency(code), Currency(rfq.currency), work.now().date())
    except reference.RateMissing:
        return None
    return Fraction(rate.value)


def _offered(
    quote: Quote, lines: Sequence[quote_queries.OfferedLine], needs: Mapping[UUID, Decimal], rate: Fraction
) -> Offered:
    best: dict[UUID, quote_queries.OfferedLine] = {}
    for line in sorted(lines, key=lambda one: one.unit_price):
        if line.line_id in needs:
            best.setdefault(line.line_id, line)
    whole = all(line_id in best and best[line_id].quantity >= quantity for line_id, quantity in needs.items())
    return Offered(
        supplier_id=quote.supplier_id,
        quote_id=quote.id,
        received_at=quote.received_at,
        prices={line_id: Fraction(line.unit_price) * rate for line_id, line in best.items()},
        total=_everything(quote, list(best.values())) * rate if whole else None,
    )


def _everything(quote: Quote, lines: Sequence[quote_queries.OfferedLine]) -> Fraction:
    """Return what everything costs as offered: lines, set-up costs and freight, less discounts for taking all."""
    currency = Currency(quote.currency)
    amounts = {line.line_id: line_total(Money(line.unit_price, currency), line.quantity).amount for line in lines}
    offered = {line.line_id: line.quantity for line in lines}
    once = sum((Fraction(line.setup_cost or 0) for line in lines), Fraction(quote.freight or 0))
    return sum((Fraction(amount) for amount in amounts.values()), once) - discount(
        read_bundles(quote.bundles), offered, offered, amounts
    )
