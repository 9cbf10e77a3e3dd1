"""Further rounds: the buyer's with their shortlists, and those that a supplier goes on to."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import RfqInvitation
from b2b_market.rfq.models.rounds import RfqRound, RfqRoundTarget, RfqShortlisting
from b2b_market.rfq.states import QuoteStatus

STANDING = (QuoteStatus.SUBMITTED, QuoteStatus.EXPIRED)
"""A quotation in one of these can be bettered in a further round."""


def rounds_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqRound]:
    """Return the further rounds of a request that the scope's companies are in, the newest first."""
    wanted = select(RfqRound).where(RfqRound.rfq_id == rfq_id, RfqRound.party_ids.overlap(list(scope.org_ids)))
    return session.scalars(wanted.order_by(RfqRound.round.desc())).all()


def shortlistings_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqShortlisting]:
    """Return who was chosen for which round of the scope's own request, and why; nothing for everybody else."""
    wanted = select(RfqShortlisting).where(
        RfqShortlisting.rfq_id == rfq_id, RfqShortlisting.buyer_id.in_(scope.org_ids)
    )
    return session.scalars(wanted.order_by(RfqShortlisting.round, RfqShortlisting.supplier_id)).all()


def shown_targets(session: Session, scope: Scope, rfq_id: UUID, number: int) -> dict[UUID, Decimal]:
    """Return the target prices by line that a round shows to the scope's companies; empty where it shows none."""
    rows = session.execute(
        select(RfqRoundTarget.line_id, RfqRoundTarget.target_price).where(
            RfqRoundTarget.rfq_id == rfq_id,
            RfqRoundTarget.round == number,
            RfqRoundTarget.party_ids.overlap(list(scope.org_ids)),
        )
    )
    return dict(rows.all())


def admit(session: Session, scope: Scope, rfq_id: UUID, suppliers: Sequence[UUID], number: int) -> None:
    """Let ``suppliers`` quote in round ``number`` of the scope's own request."""
    place = update(RfqInvitation).where(
        RfqInvitation.rfq_id == rfq_id,
        RfqInvitation.buyer_id.in_(scope.org_ids),
        RfqInvitation.supplier_id.in_(suppliers),
    )
    session.execute(place.values(last_round=number))


def own_quotes(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Quote]:
    """Return the scope's own quotations on a request, the newest round last."""
    wanted = select(Quote).where(Quote.rfq_id == rfq_id, Quote.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Quote.round)).all()


def prior_quote(session: Session, scope: Scope, rfq_id: UUID, number: int) -> Quote | None:
    """Return the scope's own quotation that stands from before round ``number``, or None."""
    wanted = select(Quote).where(
        Quote.rfq_id == rfq_id,
        Quote.supplier_id.in_(scope.org_ids),
        Quote.round < number,
        Quote.status.in_(STANDING),
    )
    return session.scalar(wanted.order_by(Quote.round.desc()).limit(1))


def lock_standing(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Quote]:
    """Return the opened quotations on the scope's own request that stand in any round, locked, later rounds first."""
    wanted = (
        select(Quote)
        .where(Quote.rfq_id == rfq_id, Quote.buyer_id.in_(scope.org_ids), Quote.opened, Quote.status.in_(STANDING))
        .order_by(Quote.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(session.scalars(wanted), key=lambda quote: (-quote.round, quote.id))
