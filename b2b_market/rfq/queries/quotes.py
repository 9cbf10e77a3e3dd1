"""Quotations, their lines and receipts, and awards, always within a scope."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session, defer

from b2b_market.infra.database import within
from b2b_market.infra.fixed import FixedRecords, FixedRows
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote, QuoteLine, QuoteRevision
from b2b_market.rfq.states import AwardStatus, QuoteStatus


class OfferedLine(NamedTuple):
    """What comparing needs of a quoted line, each field as ``QuoteLine`` describes it.

    ``tiers`` and ``alternates`` are None where there are none. A named tuple, because a comparison reads hundreds of
    lines and changes none: to load them as objects of the session took a sixth of the whole page.
    """

    quote_id: UUID
    line_id: UUID
    position: int
    quantity: Decimal
    unit_price: Decimal
    lead_days: int | None
    min_quantity: Decimal | None
    multiple_quantity: Decimal | None
    setup_cost: Decimal | None
    alternative: str
    note: str
    tiers: Sequence[Mapping[str, str]] | None
    alternates: Sequence[Mapping[str, Any]] | None


_LIVE = FixedRecords(
    select(Quote)
    .where(Quote.rfq_id == bindparam("rfq_id"), within(Quote.supplier_id), Quote.round == bindparam("number"))
    .with_for_update()
)
_VISIBLE = FixedRecords(
    select(Quote).where(
        Quote.id == bindparam("quote_id"), or_(within(Quote.supplier_id), within(Quote.buyer_id) & Quote.opened)
    )
)
_OPENED = FixedRecords(
    select(Quote)
    .where(Quote.rfq_id == bindparam("rfq_id"), within(Quote.buyer_id), Quote.opened)
    .where(Quote.status.not_in((QuoteStatus.WITHDRAWN, QuoteStatus.REPLACED)))
    .order_by(Quote.received_at, Quote.id)
)
_OPENED_LOCKED = FixedRecords(
    select(Quote)
    .where(Quote.rfq_id == bindparam("rfq_id"), within(Quote.buyer_id), Quote.opened)
    .where(Quote.status != QuoteStatus.WITHDRAWN)
    .order_by(Quote.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_OFFERED = FixedRows(
    select(
        QuoteLine.quote_id,
        QuoteLine.line_id,
        QuoteLine.position,
        QuoteLine.quantity,
        QuoteLine.unit_price,
        QuoteLine.lead_days,
        QuoteLine.min_quantity,
        QuoteLine.multiple_quantity,
        QuoteLine.setup_cost,
        QuoteLine.alternative,
        QuoteLine.note,
        func.nullif(QuoteLine.tiers, literal_column("'[]'::jsonb")),
        func.nullif(QuoteLine.alternates, literal_column("'[]'::jsonb")),
    )
    .where(QuoteLine.rfq_id == bindparam("rfq_id"), within(QuoteLine.buyer_id), QuoteLine.opened)
    .order_by(QuoteLine.quote_id, QuoteLine.position)
)
_LINES = select(QuoteLine).where(QuoteLine.quote_id == bindparam("quote_id")).order_by(QuoteLine.position)
_LINES_READ = FixedRecords(_LINES)
_REVISIONS = (
    select(QuoteRevision)
    .options(defer(QuoteRevision.content, raiseload=True))
    .where(QuoteRevision.quote_id == bindparam("quote_id"))
    .order_by(QuoteRevision.revision.desc())
)
_OF_AWARD = select(Award).where(Award.id == bindparam("award_id"), within(Award.buyer_id))
_AWARD = FixedRecords(_OF_AWARD)
_AWARD_LOCKED = FixedRecords(_OF_AWARD.with_for_update().execution_options(populate_existing=True))
_PENDING = FixedRecords(
    select(Award).where(
        Award.rfq_id == bindparam("rfq_id"), within(Award.buyer_id), Award.status == AwardStatus.PENDING_APPROVAL
    )
)
_AWARD_LINES = (
    select(AwardLine)
    .where(AwardLine.award_id == bindparam("award_id"))
    .where(or_(within(AwardLine.buyer_id), within(AwardLine.supplier_id) & AwardLine.released))
    .order_by(AwardLine.position)
)
_AWARD_LINES_READ = FixedRecords(_AWARD_LINES)
_WON = FixedRecords(
    select(AwardLine)
    .where(AwardLine.rfq_id == bindparam("rfq_id"), AwardLine.released)
    .where(or_(within(AwardLine.buyer_id), within(AwardLine.supplier_id)))
    .order_by(AwardLine.award_id, AwardLine.position)
)


def live_quote(session: Session, scope: Scope, rfq_id: UUID, number: int) -> Quote | None:
    """Return the scope's own quotation on a request in round ``number``, locked, or None."""
    return _LIVE.load(session, {"rfq_id": rfq_id, "orgs": scope.orgs, "number": number})


def lock_own_quote(session: Session, scope: Scope, quote_id: UUID) -> Quote:
    """Return the scope's own quotation, locked as supplier; raise NotFound for any other id."""
    found = session.scalar(
        select(Quote)
        .where(Quote.id == quote_id, Quote.supplier_id.in_(scope.org_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(quote_id=str(quote_id))
    return found


def visible_quote(session: Session, scope: Scope, quote_id: UUID) -> Quote:
    """Return a quotation as its supplier, or as its buyer once it is opened; raise NotFound otherwise."""
    found = _VISIBLE.load(session, {"quote_id": quote_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(quote_id=str(quote_id))
    return found


def opened_quotes(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Quote]:
    """Return the quotations on the scope's own request that stand and that the buyer may see, to be read only.

    Of each supplier the one of its latest round; withdrawn and replaced ones are left out.
    """
    found = _OPENED.records(session, {"rfq_id": rfq_id, "orgs": scope.orgs})
    latest = {quote.supplier_id: quote for quote in sorted(found, key=lambda quote: quote.round)}
    return [quote for quote in found if latest[quote.supplier_id] is quote]


def lock_opened_quotes(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Quote]:
    """Return the quotations on the scope's own request that the buyer may see, locked in id order."""
    return _OPENED_LOCKED.load_all(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def lock_received(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Quote]:
    """Return the quotations on a request that stand, locked in id order; sealed ones to the machine branch alone."""
    wanted = (
        select(Quote)
        .where(Quote.rfq_id == rfq_id, Quote.buyer_id.in_(scope.org_ids), Quote.status == QuoteStatus.SUBMITTED)
        .order_by(Quote.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(wanted).all()


def quote_lines_of_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[OfferedLine]:
    """Return every opened quoted line on the scope's own request, by quotation in order."""
    return [OfferedLine._make(row) for row in _OFFERED.all(session, {"rfq_id": rfq_id, "orgs": scope.orgs})]


def lines_of_quote(session: Session, _scope: Scope, quote_id: UUID) -> Sequence[QuoteLine]:
    """Return the lines of one visible quotation in order, to be read only."""
    return _LINES_READ.records(session, {"quote_id": quote_id})


def lines_to_settle(session: Session, _scope: Scope, quote_id: UUID) -> Sequence[QuoteLine]:
    """Return the lines of one visible quotation in order, to be changed."""
    return session.scalars(_LINES, {"quote_id": quote_id}).all()


def revisions_of(session: Session, _scope: Scope, quote_id: UUID) -> Sequence[QuoteRevision]:
    """Return every receipted revision of one visible quotation, the newest first, without what each one said."""
    return session.scalars(_REVISIONS, {"quote_id": quote_id}).all()


def lock_award(session: Session, scope: Scope, award_id: UUID) -> Award:
    """Return an award of the scope's buyers, locked; raise NotFound for any other id."""
    found = _AWARD_LOCKED.load(session, {"award_id": award_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(award_id=str(award_id))
    return found


def own_award(session: Session, scope: Scope, award_id: UUID) -> Award:
    """Return an award of the scope's buyers; raise NotFound for any other id."""
    found = _AWARD.load(session, {"award_id": award_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(award_id=str(award_id))
    return found


def awards_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Award]:
    """Return the awards of the scope's own request, the newest first."""
    wanted = select(Award).where(Award.rfq_id == rfq_id, Award.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Award.id.desc())).all()


def pending_award(session: Session, scope: Scope, rfq_id: UUID) -> Award | None:
    """Return the undecided award of the scope's own request, or None."""
    return _PENDING.load(session, {"rfq_id": rfq_id, "orgs": scope.orgs})


def award_lines_of(session: Session, scope: Scope, award_id: UUID) -> Sequence[AwardLine]:
    """Return the lines of an award, to be read only: all for its buyer, for a supplier its own after approval."""
    return _AWARD_LINES_READ.records(session, {"award_id": award_id, "orgs": scope.orgs})


def award_lines_to_cancel(session: Session, scope: Scope, award_id: UUID) -> Sequence[AwardLine]:
    """Return the same, to be changed."""
    return session.scalars(_AWARD_LINES, {"award_id": award_id, "orgs": scope.orgs}).all()


def won_lines(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[AwardLine]:
    """Return what the scope's companies won on a request, or, for its buyer, everything awarded: to be read only.

    Lines that were cancelled since are among them.
    """
    return _WON.records(session, {"rfq_id": rfq_id, "orgs": scope.orgs})
