"""Formal documents asked for after the opening, and sent."""

from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.commands.evaluation import AskBidder, CorrectDocuments, DecideInquiry
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.models.evaluation import Inquiry
from b2b_market.tendering.service import correcting, evaluating, questioning
from b2b_market.tendering.states.evaluation import InquiryKind
from tests.support import papers
from tests.support.tenders import Hall
from tests.support.works import work_for


def ask(runtime: Runtime, hall: Hall, tender_id: UUID, place: int = 0) -> Inquiry:
    """Ask the bidder at ``place`` for a formal document of its bid on the first lot."""
    with work_for(runtime, hall.evaluator) as work:
        found = evaluating.read_evaluation(work, hall.evaluator, ReadTender(tender_id))
        bid = next(bid for bid, _ in found.lots[0].bids if bid.supplier_id == hall.suppliers[place])
        command = AskBidder(
            bid_id=bid.id, expected_version=found.version, kind=InquiryKind.CORRECTION, question="The licence is old."
        )
        return questioning.ask_bidder(work, hall.evaluator, command)


def send(runtime: Runtime, actor: Actor, asked: Inquiry, *file_ids: UUID) -> Inquiry:
    """Send corrected documents."""
    with work_for(runtime, actor) as work:
        command = CorrectDocuments(asked.id, asked.version, "The licence of this year", file_ids)
        return correcting.correct_documents(work, actor, command)


def accept(runtime: Runtime, hall: Hall, sent: Inquiry) -> Inquiry:
    """Accept what was sent."""
    with work_for(runtime, hall.evaluator) as work:
        return questioning.accept_answer(work, hall.evaluator, DecideInquiry(sent.id, sent.version, "It is valid."))


def corrected(runtime: Runtime, hall: Hall, tender_id: UUID, things: dict[str, str]) -> None:
    """Let the first bidder correct a document, which is accepted; ``things`` gets the id of what it was asked."""
    asked = ask(runtime, hall, tender_id)
    accept(runtime, hall, send(runtime, hall.sales[0], asked, papers.stored(runtime, hall.sales[0], "licence.pdf")))
    things["correction_id"] = str(asked.id)
