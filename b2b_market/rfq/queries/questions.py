"""Questions and what was said to them: the buyer's, the released ones, and a supplier's own.

What is public is for approved suppliers: which those are is row-level security's part.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from b2b_market.infra.database import within
from b2b_market.infra.fixed import FixedRows
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.questions import OwnQuestion, Question, Reply
from b2b_market.rfq.states import QuestionStatus

_OPEN = FixedRows(
    select(func.count())
    .select_from(Question)
    .where(Question.rfq_id == bindparam("rfq_id"), within(Question.buyer_id))
    .where(Question.status == QuestionStatus.OPEN)
)


def lock_own_question(session: Session, scope: Scope, question_id: UUID) -> Question:
    """Return a question put to the scope's own request, locked; raise NotFound for any other id."""
    found = session.scalar(
        select(Question)
        .where(Question.id == question_id, Question.buyer_id.in_(scope.org_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(question_id=str(question_id))
    return found


def known_question(session: Session, scope: Scope, question_id: UUID) -> Question:
    """Return a question put to the scope's own request; raise NotFound for any other id."""
    wanted = select(Question).where(Question.id == question_id, Question.buyer_id.in_(scope.org_ids))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(question_id=str(question_id))
    return found


def questions_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Question]:
    """Return the questions put to a request in the order they came: all for its buyer, else the released ones."""
    wanted = select(Question).where(Question.rfq_id == rfq_id)
    mine = Question.buyer_id.in_(scope.org_ids)
    theirs = Question.party_ids.overlap(list(scope.org_ids)) | Question.public
    wanted = wanted.where(mine | (Question.released & theirs))
    return session.scalars(wanted.order_by(Question.id)).all()


def asked_by_own(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[OwnQuestion]:
    """Return what the scope's own companies asked about a request."""
    wanted = select(OwnQuestion).where(OwnQuestion.rfq_id == rfq_id, OwnQuestion.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(OwnQuestion.question_id)).all()


def asker_of(session: Session, scope: Scope, question_id: UUID) -> OwnQuestion | None:
    """Return whose question it is where that is one of the scope's companies."""
    wanted = select(OwnQuestion).where(
        OwnQuestion.question_id == question_id, OwnQuestion.supplier_id.in_(scope.org_ids)
    )
    return session.scalar(wanted)


def replies_to(session: Session, scope: Scope, question_ids: Sequence[UUID]) -> Sequence[Reply]:
    """Return what was said to these questions, in the order it was said."""
    readable = Reply.party_ids.overlap(list(scope.org_ids)) | Reply.public
    wanted = select(Reply).where(Reply.question_id.in_(question_ids), readable)
    return session.scalars(wanted.order_by(Reply.question_id, Reply.position)).all()


def count_open(session: Session, scope: Scope, rfq_id: UUID) -> int:
    """Return how many questions put to the scope's own request are neither answered nor declined."""
    return _OPEN.scalar(session, {"rfq_id": rfq_id, "orgs": scope.orgs}) or 0
