"""The comparison: what the buyer sees of all quotations side by side, on frozen exchange rates."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.kernel.units import unit
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.quotes import AwardLine, Quote
from b2b_market.rfq.models.requests import Rfq, RfqLine, RfqRate
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import quotes as quote_queries
from b2b_market.rfq.queries import requests as queries
from b2b_market.rfq.rules.alternates import as_offers, pays_line_setup
from b2b_market.rfq.rules.awarding import still_open
from b2b_market.rfq.rules.breaks import unanswered
from b2b_market.rfq.rules.bundling import read_bundles
from b2b_market.rfq.rules.pricing import read_tiers
from b2b_market.rfq.service.drafting import buyer_day
from b2b_market.rfq.states import RFQ_LIFECYCLE, BundleKind, QuoteStatus, RfqStatus
from b2b_market.sourcing import public as sourcing

NOT_IN_PLAY = frozenset({QuoteStatus.NEEDS_CONFIRMATION, QuoteStatus.DROPPED})
NOT_COMPARED = frozenset({RfqStatus.DRAFT, RfqStatus.PENDING_APPROVAL})

_Left = tuple[quote_queries.OfferedLine, Decimal]
"""A quoted price with the quantity that is still on offer at it."""


@dataclass(frozen=True, slots=True)
class RfqComparison:
    """A request with the comparison of its quotations; ``quotes`` by supplier, ``awarded`` lines already given.

    ``prices`` are the quoted lines as they stand in the quotations, those without a part in the comparison included.
    ``unconfirmed`` are the suppliers whose quotations are for an earlier version of the request and take no part.
    """

    rfq: Rfq
    comparison: sourcing.Comparison
    quotes: Mapping[UUID, Quote]
    awarded: Sequence[AwardLine]
    lines: Sequence[RfqLine] = ()
    unconfirmed: Sequence[UUID] = ()
    prices: Sequence[quote_queries.OfferedLine] = ()

    @property
    def version(self) -> int:
        """The version of the request, which its ETag shows."""
        return self.rfq.version


@operation(RfqPermission.COMPARE)
def compare_quotes(work: Work, scope: Scope, command: ReadRfq) -> RfqComparison:
    """Compare the visible quotations of an own request in its currency.

    The first look after the close starts the evaluation and freezes the exchange rates of the day of the close; before
    it, an open request is compared at the day's rates. Sealed quotations are not there before they are opened.
    """
    return comparison_of(work, scope, _looked_at(work, scope, command.rfq_id))


@operation(RfqPermission.COMPARE)
def compare_standing(work: Work, scope: Scope, command: ReadRfq) -> RfqComparison:
    """Compare as ``compare_quotes`` does; once a part is awarded, only what is still open."""
    rfq = _looked_at(work, scope, command.rfq_id)
    return comparison_of(work, scope, rfq, remaining=rfq.status is RfqStatus.AWARDED_PARTIAL)


@operation(RfqPermission.COMPARE)
def compare_open_needs(work: Work, scope: Scope, command: ReadRfq) -> RfqComparison:
    """Compare what an own request has not awarded yet: the basis of its next award."""
    return comparison_of(work, scope, queries.own_rfq(work.session, scope, command.rfq_id), remaining=True)


def _looked_at(work: Work, scope: Scope, rfq_id: UUID) -> Rfq:
    rfq = queries.own_rfq(work.session, scope, rfq_id)
    if rfq.status in NOT_COMPARED:
        allowed = ", ".join(sorted(status.value for status in RfqStatus if status not in NOT_COMPARED))
        raise IllegalStep(status=rfq.status.value, step="compare", allowed_from=allowed)
    if rfq.status is RfqStatus.CLOSED:
        start_evaluation(work, queries.lock_own_rfq(work.session, scope, rfq.id))
    return rfq


def start_evaluation(work: Work, rfq: Rfq) -> None:
    """Move a closed request to its evaluation; one that is there already stays."""
    if rfq.status is RfqStatus.CLOSED:
        RFQ_LIFECYCLE.advance(rfq, "evaluate")
        rfq.changed_at = work.now()
        work.record("rfq.evaluation_started", rfq)


@dataclass(frozen=True, slots=True)
class Supposed:
    """What a comparison supposes of awarded lines, by award and position: cancelled, or not awarded at all."""

    cancelled: frozenset[tuple[UUID, int]] = frozenset()
    unawarded: frozenset[tuple[UUID, int]] = frozenset()


def comparison_of(
    work: Work, scope: Scope, rfq: Rfq, *, remaining: bool = False, supposed: Supposed = Supposed()
) -> RfqComparison:
    """Return the comparison of the visible quotations; with ``remaining``, of what is not awarded yet.

    A line that was cancelled is open again, but not to the quotation that had won it.
    """
    session = work.session
    lines = queries.lines_of(session, scope, rfq.id)
    opened = quote_queries.opened_quotes(session, scope, rfq.id)
    quotes = [quote for quote in opened if quote.status not in NOT_IN_PLAY]
    prices = quote_queries.quote_lines_of_rfq(session, scope, rfq.id)
    won = [
        line
        for line in quote_queries.won_lines(session, scope, rfq.id)
        if (line.award_id, line.position) not in supposed.unawarded
    ]
    awarded = [line for line in won if line.stands and (line.award_id, line.position) not in supposed.cancelled]
    barred = {(line.quote_id, line.line_id) for line in won} - {(line.quote_id, line.line_id) for line in awarded}
    needs = {line.id: line.quantity for line in lines}
    if remaining:
        needs = still_open(needs, [(line.line_id, line.quantity) for line in awarded])
    basis = sourcing.Basis(
        currency=Currency(rfq.currency),
        judged_on=buyer_day(work, scope),
        delivery_start=buyer_day(work, scope),
        rates=frozen_rates(work, scope, rfq, {quote.currency for quote in quotes}),
    )
    given: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
    begun: dict[UUID, dict[UUID, set[int]]] = {}
    for line in awarded if remaining else ():
        given[line.quote_id, line.line_id] += line.quantity
        begun.setdefault(line.quote_id, {}).setdefault(line.line_id, set()).add(line.variant)
    compared = sourcing.compare(
        _needs(work, scope, rfq, lines, needs),
        _quotes(work, scope, _Sheet(lines, quotes, prices, needs, given, begun, barred)),
        basis,
    )
    return RfqComparison(
        rfq,
        compared,
        {quote.supplier_id: quote for quote in quotes},
        awarded,
        lines,
        [quote.supplier_id for quote in opened if quote.status is QuoteStatus.NEEDS_CONFIRMATION],
        prices,
    )


def _needs(
    work: Work, scope: Scope, rfq: Rfq, lines: Sequence[RfqLine], wanted: Mapping[UUID, Decimal]
) -> list[sourcing.Need]:
    targets = queries.targets_of(work.session, scope, rfq.id)
    currency = Currency(rfq.currency)
    return [
        sourcing.Need(
            line_id=line.id,
            number=line.position,
            item=line.item_name,
            specification=" · ".join(part for part in (line.item_code, line.specification) if part),
            quantity=Quantity(wanted[line.id], unit(line.unit)),
            target_price=Money(targets[line.id], currency) if line.id in targets else None,
            required_on=line.required_on,
        )
        for line in lines
        if line.id in wanted
    ]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the quotations are laid out from: their rows, the needs wanted, and what each has been awarded already.

    ``begun`` says by quotation and line of which offers.
    ``barred`` are quotations and lines that they had won before this was cancelled.
    """

    lines: Sequence[RfqLine]
    quotes: Sequence[Quote]
    prices: Sequence[quote_queries.OfferedLine]
    wanted: Mapping[UUID, Decimal]
    given: Mapping[tuple[UUID, UUID], Decimal]
    begun: Mapping[UUID, Mapping[UUID, Collection[int]]]
    barred: Collection[tuple[UUID, UUID]]

    def open_prices(self) -> dict[UUID, list[_Left]]:
        """Return by quotation the prices of wanted needs, each with the quantity that is still on offer."""
        found: dict[UUID, list[_Left]] = {quote.id: [] for quote in self.quotes}
        touched = bool(self.given or self.barred)  # to ask for each price costs more than all else here
        for price in self.prices:
            own, left = found.get(price.quote_id), price.quantity
            if own is None or price.line_id not in self.wanted:
                continue
            if touched:
                place = (price.quote_id, price.line_id)
                left = Decimal(0) if place in self.barred else left - self.given.get(place, Decimal(0))
            if left > 0:
                own.append((price, left))
        return found


def _quotes(work: Work, scope: Scope, sheet: _Sheet) -> list[sourcing.Quote]:
    asked = {
        line.id: _Need(Quantity(line.quantity, unit(line.unit)), tuple(map(Decimal, line.breaks)))
        for line in sheet.lines
    }
    names = organizations.companies(work, scope.actor, [quote.supplier_id for quote in sheet.quotes])
    prices = sheet.open_prices()
    return [
        _quote(
            quote,
            names[quote.supplier_id].name_in(scope.actor.person.locale),
            prices[quote.id],
            _Asked(asked, sheet.begun.get(quote.id, {}), Currency(quote.currency)),
        )
        for quote in sheet.quotes
    ]


class _Need(NamedTuple):
    """What a need says of the prices for it: how much was asked for, and at which other quantities."""

    quantity: Quantity
    breaks: Sequence[Decimal]


class _Asked(NamedTuple):
    """What the prices of a quotation in ``currency`` answer: needs by line; ``begun``: awarded of before.

    That is, by line which of the quotation's offers have been awarded of.
    """

    needs: Mapping[UUID, _Need]
    begun: Mapping[UUID, Collection[int]]
    currency: Currency


def _quote(quote: Quote, supplier: str, prices: Sequence[_Left], asked: _Asked) -> sourcing.Quote:
    lines = tuple([_line(quote, price, left, asked) for price, left in prices])
    return sourcing.Quote(
        supplier_id=quote.supplier_id,
        supplier=supplier,
        currency=asked.currency,
        submitted_at=quote.received_at,
        lines=lines,
        alternates=tuple(
            alternate
            for line, (price, _) in zip(lines, prices, strict=True)
            if price.alternates
            for alternate in as_offers(
                line, price.alternates, asked.needs[price.line_id].breaks, asked.begun.get(price.line_id, ())
            )
        ),
        freight=None if asked.begun or not quote.freight else Money(quote.freight, asked.currency),
        discounts=discounts_of(quote, prices) if quote.bundles else (),
    )


def discounts_of(quote: Quote, prices: Sequence[_Left]) -> tuple[sourcing.Discount, ...]:
    """Return the discounts that one award can earn: those whose lines are all wanted and untouched by earlier ones."""
    whole = {price.line_id: price.quantity for price, left in prices if left == price.quantity}
    quoted = frozenset(price.line_id for price, _ in prices)
    found = []
    for bundle in read_bundles(quote.bundles):
        lines = bundle.line_ids or tuple(whole)
        everything = bool(bundle.line_ids) or (whole.keys() == quoted and len(quoted) == quote.line_count)
        if bundle.kind is BundleKind.DISCOUNT and bundle.percent and everything and all(one in whole for one in lines):
            found.append(sourcing.Discount(bundle.percent, {line_id: whole[line_id] for line_id in lines}))
    return tuple(found)


def _line(quote: Quote, price: quote_queries.OfferedLine, left: Decimal, asked: _Asked) -> sourcing.QuoteLine:
    """Return what is still on offer of a quoted line; its set-up is paid where an earlier award has begun it."""
    (whole, breaks), currency, begun = asked.needs[price.line_id], asked.currency, left != price.quantity
    paid = begun and pays_line_setup(asked.begun.get(price.line_id, ()), price.alternates or ())
    tiers = tuple((tier.from_quantity, tier.unit_price) for tier in read_tiers(price.tiers)) if price.tiers else ()
    offer = sourcing.QuoteLine(
        offer_id=quote.id,
        line_id=price.line_id,
        unit_price=Money(price.unit_price, currency),
        offered=whole if left == whole.value else Quantity(left, whole.unit),
        minimum=Quantity(price.min_quantity, whole.unit) if price.min_quantity else None,
        lead_days=price.lead_days,
        valid_until=quote.valid_until,
        alternative=bool(price.alternative),
        note=price.alternative or price.note,
        multiple=price.multiple_quantity,
        setup=Money(price.setup_cost, currency) if price.setup_cost and not paid else None,
        tiers=tiers,
        unanswered=unanswered(breaks, {start for start, _ in tiers}) if breaks else (),
    )
    return replace(offer, unit_price=offer.price_at(left)) if offer.tiers and begun else offer


def frozen_rates(work: Work, scope: Scope, rfq: Rfq, currencies: set[str]) -> tuple[Rate, ...]:
    """Return the rates from each quoted currency to the request's, freezing them once the request is closed."""
    target = Currency(rfq.currency)
    frozen = {row.base: row for row in queries.rates_of(work.session, scope, rfq.id)}
    found: list[Rate] = []
    for code in sorted(currencies - {rfq.currency}):
        row = frozen.get(code)
        if row is not None:
            found.append(Rate(Currency(code), target, row.value, row.source, row.as_of))
            continue
        rate = reference.rate_on(work, scope.actor, Currency(code), target, _fixing_day(work, rfq))
        if rfq.closed_at is not None:
            work.session.add(_frozen(work, rfq, rate))
        found.append(rate)
    return tuple(found)


def _fixing_day(work: Work, rfq: Rfq) -> date:
    return (rfq.closed_at or work.now()).date()


def _frozen(work: Work, rfq: Rfq, rate: Rate) -> RfqRate:
    return RfqRate(
        rfq_id=rfq.id,
        base=rate.base.code,
        quote=rate.quote.code,
        buyer_id=rfq.buyer_id,
        value=rate.value,
        source=rate.source,
        as_of=rate.as_of,
        frozen_at=work.now(),
    )
