"""Questions and answers: asked without a name, answered to all, declined with a reason, never changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import AskQuestion, ReadQuestion, ReadRfq, ReplyToQuestion
from b2b_market.rfq.models.questions import REPLY_COLUMNS, OwnQuestion, Question, Reply
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import questions as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import approving, asking
from b2b_market.rfq.rules.quoting import OwnRequest
from b2b_market.rfq.service.closing import suppliers_of
from b2b_market.rfq.service.joining import take_place
from b2b_market.rfq.states import QUESTION_LIFECYCLE, QuestionStatus, ReplyKind, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question as one side sees it, never with its asker.

    ``own`` tells a supplier that its own company asked; ``version`` is for who may reply, None for suppliers.
    """

    id: UUID
    rfq_id: UUID
    version: int | None
    line_id: UUID | None
    text: str
    asked_at: datetime
    status: QuestionStatus
    own: bool
    replies: tuple[Reply, ...]


@operation(RfqPermission.QUOTE_SUBMIT)
def ask_question(work: Work, scope: Scope, command: AskQuestion) -> QuestionView:
    """Ask about a request or one of its lines until the time for questions ends. Nobody is told who asked.

    The buyer reads it at once, every invited supplier with the answer; so a text that names the own company is refused.
    """
    work.gate(command.rfq_id)
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    if rfq.buyer_id in scope.org_ids:
        raise OwnRequest
    take_place(work, scope, rfq)
    moment = work.judging_time()
    asking.require_asking(rfq.status, ends_at(rfq), moment)
    text = asking.require_said(command.text)
    if command.line_id is not None and command.line_id not in request_queries.needs_of(work.session, scope, rfq.id):
        raise Invalid(errors=[FieldError("/line_id", "unknown", N_("This line is not part of the request."))])
    asking.require_nameless(text, _own_names(work, scope))
    asking.require_few(len(queries.asked_by_own(work.session, scope, rfq.id)))
    question = Question(
        id=new_id(),
        created_at=moment,
        changed_at=moment,
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        party_ids=list(rfq.party_ids),
        public=rfq.visibility is Visibility.PUBLIC,
        line_id=command.line_id,
        edition=rfq.edition,
        text=text,
        status=QUESTION_LIFECYCLE.initial,
        released=False,
        reply_count=0,
        lines_digest=lines_digest([]),
    )
    asked = events.QuestionAsked(question_id=question.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id)
    work.emit(asked, question, unnamed=True)
    work.session.add(question)
    work.session.flush()
    own = _kept_by_asker(scope, question)
    insert_rows(work.session, OwnQuestion, [own])
    return _own_view(OwnQuestion(**own), ())


@operation(RfqPermission.PUBLISH)
def answer_question(work: Work, scope: Scope, command: ReplyToQuestion) -> QuestionView:
    """Answer a question to every invited supplier, before the deadline; another answer may follow, none is changed."""
    question, rfq = _to_reply(work, scope, command)
    text = asking.require_said(command.text)
    QUESTION_LIFECYCLE.advance(question, "answer")
    question.released = True
    reply = _reply(work, scope, question, ReplyKind.ANSWER, text)
    answered = events.QuestionAnswered(
        question_id=question.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id, answer_id=reply, supplier_ids=suppliers_of(rfq)
    )
    return _replied(work, scope, question, answered)


@operation(RfqPermission.PUBLISH)
def decline_question(work: Work, scope: Scope, command: ReplyToQuestion) -> QuestionView:
    """Say why a question is not answered; its asker alone reads it, and the request may be closed early again."""
    question, rfq = _to_reply(work, scope, command)
    reason = approving.require_reason(command.text)
    QUESTION_LIFECYCLE.advance(question, "decline")
    reply = _reply(work, scope, question, ReplyKind.DECLINE, reason)
    declined = events.QuestionDeclined(question_id=question.id, rfq_id=rfq.id, buyer_id=rfq.buyer_id, answer_id=reply)
    return _replied(work, scope, question, declined)


@operation(RfqPermission.READ)
def list_questions(work: Work, scope: Scope, command: ReadRfq) -> Sequence[QuestionView]:
    """Return the questions put to a request, the oldest first.

    Its buyer sees all of them; a supplier the answered ones, and of its own also those that wait or were declined.
    """
    rfq = request_queries.party_rfq(work.session, scope, command.rfq_id)
    shown = queries.questions_of(work.session, scope, rfq.id)
    own = {one.question_id: one for one in queries.asked_by_own(work.session, scope, rfq.id)}
    unseen = [one for one in own.values() if one.question_id not in {question.id for question in shown}]
    replies = _replies(work, scope, [*(question.id for question in shown), *own])
    buys = rfq.buyer_id in scope.org_ids
    views = [_view(one, replies[one.id], own=one.id in own, buys=buys) for one in shown]
    views += [_own_view(one, replies[one.question_id]) for one in unseen]
    return sorted(views, key=lambda view: view.id)


@operation(RfqPermission.PUBLISH)
def rfq_of_question(work: Work, scope: Scope, command: ReadQuestion) -> UUID:
    """Return which own request a question was put to; NotFound for any other."""
    return queries.known_question(work.session, scope, command.question_id).rfq_id


@operation(system=True, reason="handlers tell who is concerned what was asked and said")
def read_question(work: Work, scope: Scope, command: ReadQuestion) -> QuestionView:
    """Return a question put to one of the companies acted for."""
    question = queries.known_question(work.session, scope, command.question_id)
    return _view(question, _replies(work, scope, [question.id])[question.id], own=False, buys=True)


@operation(system=True, reason="only the asker of a declined question is told")
def asker_of(work: Work, scope: Scope, command: ReadQuestion) -> UUID | None:
    """Return which of the companies acted for asked; nothing but a message to that company is made of it."""
    found = queries.asker_of(work.session, scope, command.question_id)
    return found.supplier_id if found is not None else None


def ends_at(rfq: Rfq) -> datetime:
    """Return until when suppliers may ask; requests of before there was a time for it take half of their time."""
    if rfq.enquiry_ends_at is not None:
        return rfq.enquiry_ends_at
    closes_at = rfq.closes_at or rfq.created_at
    return asking.half_time(rfq.published_at or rfq.created_at, closes_at)


def _own_names(work: Work, scope: Scope) -> tuple[str, ...]:
    company = organizations.companies(work, scope.actor, [scope.org_id])[scope.org_id]
    return (company.legal_name_zh, company.legal_name_en)


def _kept_by_asker(scope: Scope, question: Question) -> dict[str, object]:
    return {
        "question_id": question.id,
        "rfq_id": question.rfq_id,
        "supplier_id": scope.org_id,
        "asked_by": scope.user_id,
        "asked_at": question.created_at,
        "line_id": question.line_id,
        "text": question.text,
    }


def _to_reply(work: Work, scope: Scope, command: ReplyToQuestion) -> tuple[Question, Rfq]:
    known = queries.known_question(work.session, scope, command.question_id)
    work.gate(known.rfq_id)
    question = queries.lock_own_question(work.session, scope, command.question_id)
    work.expect_version(question, command.expected_version)
    rfq = request_queries.party_rfq(work.session, scope, question.rfq_id)
    asking.require_answering(rfq.status, rfq.closes_at, work.judging_time())
    return question, rfq


def _reply(work: Work, scope: Scope, question: Question, kind: ReplyKind, text: str) -> UUID:
    earlier = queries.replies_to(work.session, scope, [question.id])
    question.reply_count += 1
    question.changed_at = work.now()
    row = {
        "id": new_id(),
        "question_id": question.id,
        "rfq_id": question.rfq_id,
        "buyer_id": question.buyer_id,
        "party_ids": list(question.party_ids),
        "public": question.public,
        "position": question.reply_count,
        "kind": kind,
        "text": text,
        "replied_at": work.now(),
    }
    said = [*({name: getattr(one, name) for name in REPLY_COLUMNS} for one in earlier), row]
    question.lines_digest = lines_digest({name: one[name] for name in REPLY_COLUMNS} for one in said)
    insert_rows(work.session, Reply, [row])
    return UUID(str(row["id"]))


def _replied(
    work: Work, scope: Scope, question: Question, said: events.QuestionAnswered | events.QuestionDeclined
) -> QuestionView:
    """Announce a reply; the request's own trail gets an entry for the buyer."""
    work.emit(said, question)
    action = said.topic.rpartition(".v")[0]
    work.note(Entry(action, "rfq", question.rfq_id, visible_to=(question.buyer_id,)))
    work.session.flush()
    return _view(question, _replies(work, scope, [question.id])[question.id], own=False, buys=True)


def _replies(work: Work, scope: Scope, question_ids: Sequence[UUID]) -> defaultdict[UUID, tuple[Reply, ...]]:
    found: defaultdict[UUID, tuple[Reply, ...]] = defaultdict(tuple)
    for reply in queries.replies_to(work.session, scope, question_ids):
        found[reply.question_id] = (*found[reply.question_id], reply)
    return found


def _view(question: Question, replies: tuple[Reply, ...], *, own: bool, buys: bool) -> QuestionView:
    said = replies if buys or own else tuple(reply for reply in replies if reply.kind is ReplyKind.ANSWER)
    return QuestionView(
        id=question.id,
        rfq_id=question.rfq_id,
        version=question.version if buys else None,
        line_id=question.line_id,
        text=question.text,
        asked_at=question.created_at,
        status=question.status,
        own=own,
        replies=said,
    )


def _own_view(own: OwnQuestion, replies: tuple[Reply, ...]) -> QuestionView:
    """Return an own question that the other suppliers do not see: it waits, or was declined."""
    return QuestionView(
        id=own.question_id,
        rfq_id=own.rfq_id,
        version=None,
        line_id=own.line_id,
        text=own.text,
        asked_at=own.asked_at,
        status=QuestionStatus.DECLINED if replies else QuestionStatus.OPEN,
        own=True,
        replies=replies,
    )
