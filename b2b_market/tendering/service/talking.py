"""Negotiation and dialogue: a record for each company, the same information to all, nothing of one shown to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.selecting import AddFile, AnswerTalk, RecordTalk, TalkId
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.events.selecting import TalkAnswered, TalkRecorded, TalksBegun
from b2b_market.tendering.models.selecting import StageFile, Talk
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import selecting as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import talking as rules
from b2b_market.tendering.rules.admission import StageNotForeseen, has_negotiation
from b2b_market.tendering.rules.asking import require_said
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.reducing import require_part
from b2b_market.tendering.service.applying import keep_file
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.bids import BidStatus
from b2b_market.tendering.states.selecting import TALK_LIFECYCLE, TalkKind
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE


@dataclass(frozen=True, slots=True)
class TalkView:
    """An entry of the talks with the files of its answer."""

    talk: Talk
    files: Sequence[StageFile]

    @property
    def version(self) -> int:
        """The version of the entry, which its ETag shows."""
        return self.talk.version


@dataclass(frozen=True, slots=True)
class Talks:
    """The talks of a tender as one side sees them; ``missing`` are companies without a meeting in this round."""

    tender: Tender
    entries: Sequence[TalkView]
    participants: Sequence[UUID]
    missing: Sequence[UUID]


@operation(TenderPermission.EVALUATE)
def begin_negotiation(work: Work, scope: Scope, command: StepTender) -> Tender:
    """Negotiate the opened bids of a tender whose procedure says so, with everybody whose bid could be read.

    Not by who published it (S2).
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "negotiate")
    if scope.user_id == tender.approver_id:
        raise EvaluatorUnfit
    if not has_negotiation(read_procedure(tender.values)):
        raise StageNotForeseen(procedure=tender.procedure)
    bids = bid_queries.opened_bids(work.session, scope, tender.id)
    participants = rules.require_participants(bid.supplier_id for bid in bids if bid.status is BidStatus.OPENED)
    TENDER_LIFECYCLE.advance(tender, "negotiate")
    tender.admitted_ids, tender.talk_round = participants, 1
    tender.party_ids = list(dict.fromkeys((*tender.party_ids, *participants)))
    work.touch(tender)
    mirror_status(work, tender)
    begun = TalksBegun(tender_id=tender.id, buyer_id=tender.buyer_id, supplier_ids=tuple(participants))
    work.emit(begun, tender)
    return tender


@operation(TenderPermission.EVALUATE)
def record_talk(work: Work, scope: Scope, command: RecordTalk) -> Sequence[TalkView]:
    """Keep minutes, ask one company or all, or inform all alike; an entry is never changed.

    A question or information to all is one entry for each company, in the same words.
    """
    tender = _talking(work, scope, command.tender_id, command.expected_version)
    lots = [lot.id for lot in tender_queries.lots_of(work.session, scope, tender.id)]
    kept = []
    for supplier_id in rules.require_addressees(command, tender.admitted_ids or (), lots):
        talk = Talk(
            id=new_id(),
            created_at=work.now(),
            changed_at=work.now(),
            tender_id=tender.id,
            lot_id=command.lot_id,
            buyer_id=tender.buyer_id,
            supplier_id=supplier_id,
            round=tender.talk_round,
            kind=command.kind,
            status=TALK_LIFECYCLE.initial,
            text=command.text.strip(),
            author_id=scope.user_id,
            held_at=command.held_at,
        )
        if command.kind is TalkKind.INFORMATION:
            TALK_LIFECYCLE.advance(talk, "note")
        work.session.add(talk)
        facts = {"talk_id": talk.id, "tender_id": tender.id, "buyer_id": tender.buyer_id}
        work.emit(TalkRecorded(**facts, supplier_id=supplier_id), talk)
        kept.append(TalkView(talk, ()))
    work.session.flush()
    return kept


@operation(TenderPermission.EVALUATE)
def begin_round(work: Work, scope: Scope, command: StepTender) -> Tender:
    """Begin the next round of talks, once there was a meeting with everybody in this one (TalksUnequal)."""
    tender = _talking(work, scope, command.tender_id, command.expected_version)
    require_equal(work, scope, tender)
    tender.talk_round += 1
    work.touch(tender)
    work.record("tender.talk_round_begun", tender)
    return tender


@operation(TenderPermission.BID_SUBMIT)
def answer_talk(work: Work, scope: Scope, command: AnswerTalk) -> TalkView:
    """Answer a question, or confirm or remark on minutes; once, while the talks go on."""
    found, tender = _own_entry(work, scope, command.talk_id)
    work.expect_version(found, command.expected_version)
    TALK_LIFECYCLE.require(found.status, "answer")
    found.answer = require_said(command.text)
    TALK_LIFECYCLE.advance(found, "answer")
    found.answered_by, found.answered_at = scope.user_id, work.now()
    work.touch(found)
    facts = {"talk_id": found.id, "tender_id": tender.id, "buyer_id": tender.buyer_id}
    work.emit(TalkAnswered(**facts, supplier_id=found.supplier_id), found)
    work.session.flush()
    return _view(work, scope, found)


@operation(TenderPermission.BID_SUBMIT)
def add_talk_file(work: Work, scope: Scope, command: AddFile) -> TalkView:
    """Add a file to an answer before it is given (``owner_id`` is the entry); the buyer reads it at once."""
    found, tender = _own_entry(work, scope, command.owner_id)
    TALK_LIFECYCLE.require(found.status, "answer")
    keep_file(work, scope, (found.id, tender), command, work.now(), opened=True)
    work.touch(found)
    work.record("tender_talk.file_added", found)
    work.session.flush()
    return _view(work, scope, found)


@operation(TenderPermission.BID_READ)
def tender_of_talk(work: Work, scope: Scope, command: TalkId) -> UUID:
    """Return which tender an entry of talks with the own company belongs to; NotFound for any other."""
    return queries.talk(work.session, scope, command.talk_id).tender_id


@operation(TenderPermission.BID_READ)
def read_talks(work: Work, scope: Scope, command: ReadTender) -> Talks:
    """Return the talks of a tender: all of them to its buyer, to a company its own."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    files = queries.files_of(work.session, scope, tender.id)
    entries = queries.talks_of(work.session, scope, tender.id)
    views = [TalkView(one, files.get(one.id, ())) for one in entries]
    if tender.buyer_id not in scope.org_ids:
        return Talks(tender, views, (), ())
    participants = tender.admitted_ids or ()
    met = _met(entries, tender.talk_round)
    return Talks(tender, views, participants, [one for one in participants if one not in met])


def require_equal(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse (TalksUnequal) while some company had no meeting in this round."""
    entries = queries.talks_of(work.session, scope, tender.id)
    rules.require_equal(tender.admitted_ids or (), _met(entries, tender.talk_round))


def _met(entries: Sequence[Talk], number: int) -> set[UUID]:
    return {one.supplier_id for one in entries if one.kind is TalkKind.SESSION and one.round == number}


def _talking(work: Work, scope: Scope, tender_id: UUID, expected_version: int | None) -> Tender:
    work.gate(tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    work.expect_version(tender, expected_version)
    TENDER_LIFECYCLE.require(tender.status, "continue")
    return tender


def _own_entry(work: Work, scope: Scope, talk_id: UUID) -> tuple[Talk, Tender]:
    """Lock an entry of the own talks under the shared gate, while the talks go on."""
    known = queries.talk(work.session, scope, talk_id)
    work.gate(known.tender_id)
    tender = tender_queries.party_tender(work.session, scope, known.tender_id)
    found = queries.talk(work.session, scope, talk_id, lock=True)
    TENDER_LIFECYCLE.require(tender.status, "continue")
    require_part(scope.org_id, tender.admitted_ids or ())
    return found, tender


def _view(work: Work, scope: Scope, found: Talk) -> TalkView:
    files: Mapping[UUID, Sequence[StageFile]] = queries.files_of(work.session, scope, found.tender_id)
    return TalkView(found, files.get(found.id, ()))
