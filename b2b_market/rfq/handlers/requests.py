"""Who hears what of a request: a few words to the people concerned, each once."""

from functools import partial
from zoneinfo import ZoneInfo

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, MessageType, catalogue
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.commands.requests import CompareEditions, ReadQuestion, ReadRfq
from b2b_market.rfq.documents.differences import Reader, in_words
from b2b_market.rfq.handlers.standing import keep_standings
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts
from b2b_market.rfq.service import asking, editions, publishing
from b2b_market.ui.language import Language, parse_language


class ApprovalWanted(MessageType):
    """Approvers: a request or an award waits for them."""

    code, permission = "rfq.approval_wanted", RfqPermission.APPROVE
    label = N_("Requests and awards waiting for approval")
    subject = N_("{number} waits for your approval")
    body = N_("{title}\n\nSomebody of your company submitted it. Approve it, or return it with a reason.")


class SentBack(MessageType):
    """Authors: an approver returned their request or award."""

    code, permission = "rfq.returned", RfqPermission.DRAFT
    label = N_("Requests and awards returned to you")
    subject = N_("{number} was returned")
    body = N_("{title}\n\nReason: {reason}")


class InvitedToQuote(MessageType):
    """Suppliers: they may quote."""

    code, permission = "rfq.invited", RfqPermission.QUOTE_SUBMIT
    label = N_("Invitations to quote")
    subject = N_("{buyer} invites you to quote: {title}")
    body = N_("{number}: {lines} lines.\n\nQuotations are accepted until {closes_at}.")


class RequestChanged(MessageType):
    """Suppliers: a request has a new version."""

    code, permission = "rfq.amended", RfqPermission.QUOTE_SUBMIT
    label = N_("Requests that changed")
    subject = N_("{buyer} changed {number}: version {edition}")
    body = N_("{title}\n\nReason: {reason}\n\nWhat changed:\n{changes}\n\nQuotations are accepted until {closes_at}.")


class ConfirmationWanted(MessageType):
    """Suppliers: a request changed so that their quotation does not hold by itself."""

    code, permission, obligatory = "rfq.confirmation_wanted", RfqPermission.QUOTE_SUBMIT, True
    label = N_("Quotations to confirm after a change")
    subject = N_("{buyer} changed {number}: confirm or revise your quotation")
    body = N_(
        "{title}\n\nReason: {reason}\n\nWhat changed:\n{changes}\n\nYour quotation takes no part until you confirm it "
        "unchanged or revise it, before {closes_at}."
    )


class QuoteConfirmedAgain(MessageType):
    """Buyers: a supplier let its quotation stand after an amendment."""

    code, permission, mail = "rfq.quote_confirmed", RfqPermission.COMPARE, False
    label = N_("Quotations confirmed after a change")
    subject = N_("{supplier} confirmed its quotation on {number}")
    body = N_("{title}\n\nIt stands unchanged for version {edition}; revision {revision} was receipted.")


class QuestionCame(MessageType):
    """Buyers: somebody asked something; nobody is told who."""

    code, permission = "rfq.question_asked", RfqPermission.COMPARE
    label = N_("Questions of suppliers")
    subject = N_("A supplier asks about {number}")
    body = N_("{title}\n\n{question}\n\nAnswer it to all suppliers, or decline it with a reason, before {closes_at}.")


class QuestionSettled(MessageType):
    """Suppliers: a question was answered to all. Its asker reads the same as everybody."""

    code, permission = "rfq.question_answered", RfqPermission.QUOTE_SUBMIT
    label = N_("Answers to questions")
    subject = N_("{buyer} answered a question about {number}")
    body = N_("{title}\n\nQuestion: {question}\n\nAnswer: {answer}")


class QuestionRefused(MessageType):
    """The asker: there will be no answer."""

    code, permission = "rfq.question_declined", RfqPermission.QUOTE_SUBMIT
    label = N_("Questions that were declined")
    subject = N_("{buyer} does not answer your question about {number}")
    body = N_("{title}\n\nQuestion: {question}\n\nReason: {reason}")


class QuoteReceived(MessageType):
    """Buyers: a supplier quoted, revised or withdrew. No price is told."""

    code, permission, mail = "rfq.quote_received", RfqPermission.COMPARE, False
    label = N_("Quotations received")
    subject = N_("{supplier} quoted on {number}")
    body = N_("{title}\n\nRevision {revision} was received and receipted.")


class QuoteTakenBack(MessageType):
    """Buyers: a supplier withdrew."""

    code, permission, mail = "rfq.quote_withdrawn", RfqPermission.COMPARE, False
    label = N_("Quotations withdrawn")
    subject = N_("{supplier} withdrew its quotation on {number}")
    body = N_("{title}\n\nIt may quote again until the deadline.")


class QuoteAnnounced(MessageType):
    """Buyers: a supplier is going to quote."""

    code, permission, mail = "rfq.quote_intended", RfqPermission.COMPARE, False
    label = N_("Suppliers that intend to quote")
    subject = N_("{supplier} intends to quote on {number}")
    body = N_("{title}\n\nThe quotation itself is still to come.")


class InvitationRefused(MessageType):
    """Buyers: a supplier will not quote."""

    code, permission, mail = "rfq.declined", RfqPermission.COMPARE, False
    label = N_("Invitations declined")
    subject = N_("{supplier} will not quote on {number}")
    body = N_("{title}\n\nYou can invite another supplier until the deadline.")


class QuotingEnded(MessageType):
    """Buyers: time to compare."""

    code, permission = "rfq.closed", RfqPermission.COMPARE
    label = N_("Requests closed for quotations")
    subject = N_("{number} is closed: compare the quotations")
    body = N_("{title}\n\nNo quotation is accepted any more.")


class RequestEnded(MessageType):
    """Suppliers: nothing will be awarded."""

    code, permission = "rfq.ended", RfqPermission.QUOTE_SUBMIT
    label = N_("Requests cancelled or ended without award")
    subject = N_("{number} of {buyer} ended without an award")
    body = N_("{title}\n\nReason: {reason}")


class QuoteWon(MessageType):
    """Suppliers: they won something."""

    code, permission = "rfq.won", RfqPermission.QUOTE_SUBMIT
    label = N_("Awards to your company")
    subject = N_("{buyer} awards you lines of {number}")
    body = N_("{title}\n\nOpen the request to see which lines you won. The contract follows.")


class QuoteLost(MessageType):
    """Suppliers: they won nothing."""

    code, permission = "rfq.lost", RfqPermission.QUOTE_SUBMIT
    label = N_("Requests awarded to others")
    subject = N_("{number} of {buyer} was awarded to others")
    body = N_("{title}\n\nThank you for your quotation.")


def when_rfq_submitted_ask_approvers(work: Work, actor: Actor, event: events.RfqSubmitted) -> None:
    """Tell the approvers, but not the author, whom S1 excludes."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.APPROVE, without=event.author_id)
    tell(work, people, ApprovalWanted, about)


def when_rfq_returned_tell_author(work: Work, actor: Actor, event: events.RfqReturned) -> None:
    """Tell the author why."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.DRAFT, only=event.author_id)
    tell(work, people, SentBack, about, reason=event.reason)


def when_rfq_published_invite_suppliers(work: Work, actor: Actor, event: events.RfqPublished) -> None:
    """Invite the sales people of every invited supplier."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, people, InvitedToQuote, about, closes_at=event.closes_at, lines=about.line_count)


def when_supplier_invited_tell_it(work: Work, actor: Actor, event: events.SupplierInvited) -> None:
    """Invite the sales people of a supplier that was added after publication."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT)
    tell(work, people, InvitedToQuote, about, closes_at=event.closes_at, lines=about.line_count)


def when_rfq_amended_tell_suppliers(work: Work, actor: Actor, event: events.RfqAmended) -> None:
    """Tell every invited supplier what changed, in each reader's language; ask those that quoted to confirm.

    Each supplier's own trail of the request gets an entry that no other supplier reads.
    """
    about = request_facts(work, actor, event.rfq_id)
    command = CompareEditions(event.rfq_id, event.edition - 1, event.edition)
    found = editions.compare_editions(work, actor, command)
    facts: dict[str, Fact] = {"edition": event.edition, "reason": found.after.reason, "closes_at": event.closes_at}
    for supplier_id in event.supplier_ids:
        work.note(Entry("rfq.amended", "rfq", event.rfq_id, visible_to=(supplier_id,)))
    people = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    for person in people:
        language = parse_language(person.locale) or Language.EN
        reader = Reader(language, ZoneInfo(person.timezone), partial(catalogue().translate, language))
        kind = ConfirmationWanted if person.org_id in event.to_confirm else RequestChanged
        tell(work, [person], kind, about, **facts, changes=in_words(found.difference, reader, catalogue()))
    keep_standings(work, actor, about, changed=any(one.field == "disclosure" for one in found.difference.header))


def when_quote_confirmed_tell_buyer(work: Work, actor: Actor, event: events.QuoteConfirmed) -> None:
    """Tell the author of the request that a quotation stands again; what suppliers may see of it changes."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    facts: dict[str, Fact] = {"revision": event.revision, "edition": event.edition}
    tell(work, people, QuoteConfirmedAgain, about, supplier=about.names[event.supplier_id], **facts)
    keep_standings(work, actor, about)


def when_question_asked_tell_buyer(work: Work, actor: Actor, event: events.QuestionAsked) -> None:
    """Tell the author of the request what was asked, and put it on the buyer's trail, both without who asked."""
    about = request_facts(work, actor, event.rfq_id)
    question = asking.read_question(work, actor, ReadQuestion(event.question_id))
    work.note(Entry("rfq.question_asked", "rfq", event.rfq_id, visible_to=(event.buyer_id,)))
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, QuestionCame, about, question=question.text, closes_at=about.closes_at or "")


def when_question_answered_tell_suppliers(work: Work, actor: Actor, event: events.QuestionAnswered) -> None:
    """Tell every invited supplier the question and its answer, its asker no differently."""
    about = request_facts(work, actor, event.rfq_id)
    question = asking.read_question(work, actor, ReadQuestion(event.question_id))
    (answer,) = [reply.text for reply in question.replies if reply.id == event.answer_id]
    for supplier_id in event.supplier_ids:
        work.note(Entry("rfq.question_answered", "rfq", event.rfq_id, visible_to=(supplier_id,)))
    people = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, people, QuestionSettled, about, question=question.text, answer=answer)


def when_question_declined_tell_asker(work: Work, actor: Actor, event: events.QuestionDeclined) -> None:
    """Tell the asker alone, and put it on the asker's trail."""
    asker = asking.asker_of(work, actor, ReadQuestion(event.question_id))
    if asker is None:
        return
    about = request_facts(work, actor, event.rfq_id)
    question = asking.read_question(work, actor, ReadQuestion(event.question_id))
    (reason,) = [reply.text for reply in question.replies if reply.id == event.answer_id]
    work.note(Entry("rfq.question_declined", "rfq", event.rfq_id, visible_to=(asker,)))
    people = people_of(work, actor, [asker], RfqPermission.QUOTE_SUBMIT)
    tell(work, people, QuestionRefused, about, question=question.text, reason=reason)


def when_supplier_joined_admit_it(work: Work, actor: Actor, event: events.SupplierJoined) -> None:
    """Make the supplier a party of the request, so that it hears of what happens to it."""
    publishing.admit_joined(work, actor, ReadRfq(event.rfq_id))


def when_quote_submitted_tell_buyer(work: Work, actor: Actor, event: events.QuoteSubmitted) -> None:
    """Tell the author of the request that a quotation came, never what it says; see how everybody stands now."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    supplier = about.names[event.supplier_id]
    tell(work, people, QuoteReceived, about, supplier=supplier, revision=event.revision)
    keep_standings(work, actor, about)


def when_quote_withdrawn_tell_buyer(work: Work, actor: Actor, event: events.QuoteWithdrawn) -> None:
    """Tell the author of the request."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, QuoteTakenBack, about, supplier=about.names[event.supplier_id])
    keep_standings(work, actor, about)


def when_quote_intended_tell_buyer(work: Work, actor: Actor, event: events.QuoteIntended) -> None:
    """Tell the author of the request."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, QuoteAnnounced, about, supplier=about.names[event.supplier_id])


def when_invitation_declined_tell_buyer(work: Work, actor: Actor, event: events.InvitationDeclined) -> None:
    """Tell the author of the request."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, InvitationRefused, about, supplier=about.names[event.supplier_id])


def when_rfq_closed_tell_buyer(work: Work, actor: Actor, event: events.RfqClosed) -> None:
    """Tell the author that the comparison can begin."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=event.author_id)
    tell(work, people, QuotingEnded, about)


def when_rfq_cancelled_tell_suppliers(work: Work, actor: Actor, event: events.RfqCancelled) -> None:
    """Tell the invited suppliers why."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, people, RequestEnded, about, reason=event.reason)


def when_rfq_unsuccessful_tell_suppliers(work: Work, actor: Actor, event: events.RfqUnsuccessful) -> None:
    """Tell the invited suppliers why."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, people, RequestEnded, about, reason=event.reason)


def when_award_proposed_ask_approvers(work: Work, actor: Actor, event: events.AwardProposed) -> None:
    """Tell the approvers, but not the proposer, whom S1 excludes."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.AWARD_APPROVE, without=event.proposer_id)
    tell(work, people, ApprovalWanted, about)


def when_award_returned_tell_proposer(work: Work, actor: Actor, event: events.AwardReturned) -> None:
    """Tell the proposer why."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.AWARD, only=event.proposer_id)
    tell(work, people, SentBack, about, reason=event.reason)


def when_rfq_awarded_tell_suppliers(work: Work, actor: Actor, event: events.RfqAwarded) -> None:
    """Tell each supplier its own outcome and nobody else's."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, (*event.supplier_ids, *event.lost_supplier_ids), RfqPermission.QUOTE_SUBMIT)
    tell(work, [person for person in people if person.org_id in event.supplier_ids], QuoteWon, about)
    tell(work, [person for person in people if person.org_id in event.lost_supplier_ids], QuoteLost, about)


HANDLERS = (
    Handler(events.RfqSubmitted, when_rfq_submitted_ask_approvers, "rfq.submitted.ask_approvers"),
    Handler(events.RfqReturned, when_rfq_returned_tell_author, "rfq.returned.tell_author"),
    Handler(events.RfqPublished, when_rfq_published_invite_suppliers, "rfq.published.invite_suppliers"),
    Handler(events.SupplierInvited, when_supplier_invited_tell_it, "rfq.supplier_invited.tell_it"),
    Handler(events.RfqAmended, when_rfq_amended_tell_suppliers, "rfq.amended.tell_suppliers"),
    Handler(events.QuestionAsked, when_question_asked_tell_buyer, "rfq.question_asked.tell_buyer"),
    Handler(events.QuestionAnswered, when_question_answered_tell_suppliers, "rfq.question_answered.tell_suppliers"),
    Handler(events.QuestionDeclined, when_question_declined_tell_asker, "rfq.question_declined.tell_asker"),
    Handler(events.QuoteConfirmed, when_quote_confirmed_tell_buyer, "quote.confirmed.tell_buyer"),
    Handler(events.SupplierJoined, when_supplier_joined_admit_it, "rfq.supplier_joined.admit_it"),
    Handler(events.QuoteSubmitted, when_quote_submitted_tell_buyer, "quote.submitted.tell_buyer"),
    Handler(events.QuoteWithdrawn, when_quote_withdrawn_tell_buyer, "quote.withdrawn.tell_buyer"),
    Handler(events.QuoteIntended, when_quote_intended_tell_buyer, "rfq.quote_intended.tell_buyer"),
    Handler(events.InvitationDeclined, when_invitation_declined_tell_buyer, "rfq.declined.tell_buyer"),
    Handler(events.RfqClosed, when_rfq_closed_tell_buyer, "rfq.closed.tell_buyer"),
    Handler(events.RfqCancelled, when_rfq_cancelled_tell_suppliers, "rfq.cancelled.tell_suppliers"),
    Handler(events.RfqUnsuccessful, when_rfq_unsuccessful_tell_suppliers, "rfq.unsuccessful.tell_suppliers"),
    Handler(events.AwardProposed, when_award_proposed_ask_approvers, "rfq.award_proposed.ask_approvers"),
    Handler(events.AwardReturned, when_award_returned_tell_proposer, "rfq.award_returned.tell_proposer"),
    Handler(events.RfqAwarded, when_rfq_awarded_tell_suppliers, "rfq.awarded.tell_suppliers"),
)
