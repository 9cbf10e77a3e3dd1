"""How the module's statuses, steps and history look; shared by its pages."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.audit import public as audit
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageContext
from b2b_market.reference import public as reference
from b2b_market.rfq.documents.differences import Reader
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import (
    TAKES_QUOTES,
    AmendmentStatus,
    AwardStatus,
    CounterStatus,
    InvitationStatus,
    QuestionStatus,
    QuoteStatus,
    RfqStatus,
)
from b2b_market.ui import fmt
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.viewer import Badge

EDITED_AT_ONCE: Final = 100
RFQ_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        RfqStatus.DRAFT: Badge(N_("Draft")),
        RfqStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        RfqStatus.PUBLISHED: Badge(N_("Quoting"), "warn"),
        RfqStatus.CLOSED: Badge(N_("Closed"), "neutral", "tick"),
        RfqStatus.EVALUATING: Badge(N_("Evaluating"), "brand"),
        RfqStatus.ROUND_OPEN: Badge(N_("Further round"), "warn"),
        RfqStatus.AWARDED_PARTIAL: Badge(N_("Partly awarded"), "brand"),
        RfqStatus.AWARDED: Badge(N_("Awarded"), "ok"),
        RfqStatus.CLOSED_DONE: Badge(N_("Done"), "neutral", "tick"),
        RfqStatus.UNSUCCESSFUL: Badge(N_("Ended without award"), "bad"),
        RfqStatus.CANCELLED: Badge(N_("Cancelled"), "bad"),
    }
)
INVITATION_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        InvitationStatus.INVITED: Badge(N_("Invited")),
        InvitationStatus.VIEWED: Badge(N_("Viewed"), "info"),
        InvitationStatus.INTENDED: Badge(N_("Intends to quote"), "brand"),
        InvitationStatus.DECLINED: Badge(N_("Declined"), "bad"),
        InvitationStatus.QUOTED: Badge(N_("Quoted"), "ok"),
    }
)
QUOTE_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        QuoteStatus.SUBMITTED: Badge(N_("Submitted"), "info"),
        QuoteStatus.NEEDS_CONFIRMATION: Badge(N_("To be confirmed"), "warn"),
        QuoteStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
        QuoteStatus.EXPIRED: Badge(N_("Expired"), "warn"),
        QuoteStatus.AWARDED: Badge(N_("Won"), "ok"),
        QuoteStatus.PARTLY_AWARDED: Badge(N_("Partly won"), "ok"),
        QuoteStatus.LOST: Badge(N_("Lost"), "neutral", "tick"),
        QuoteStatus.DROPPED: Badge(N_("Award cancelled"), "bad", "tick"),
        QuoteStatus.REPLACED: Badge(N_("Bettered in a later round"), "neutral", "tick"),
    }
)
AWARD_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        AwardStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        AwardStatus.APPROVED: Badge(N_("Approved"), "ok"),
        AwardStatus.RETURNED: Badge(N_("Returned"), "bad"),
        AwardStatus.VOID: Badge(N_("Void"), "neutral", "tick"),
        AwardStatus.CANCELLED: Badge(N_("Cancelled"), "bad", "tick"),
    }
)
AMENDMENT_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        AmendmentStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        AmendmentStatus.APPROVED: Badge(N_("Approved"), "ok"),
        AmendmentStatus.RETURNED: Badge(N_("Returned"), "bad"),
        AmendmentStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
        AmendmentStatus.LAPSED: Badge(N_("Lapsed"), "neutral", "tick"),
    }
)
QUESTION_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        QuestionStatus.OPEN: Badge(N_("Not answered"), "warn"),
        QuestionStatus.ANSWERED: Badge(N_("Has an answer"), "ok"),
        QuestionStatus.DECLINED: Badge(N_("Declined"), "neutral"),
    }
)
COUNTER_BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        CounterStatus.OPEN: Badge(N_("Waits for an answer"), "violet"),
        CounterStatus.ACCEPTED: Badge(N_("Accepted"), "ok"),
        CounterStatus.DECLINED: Badge(N_("Declined"), "bad"),
        CounterStatus.ANSWERED: Badge(N_("Answered by another"), "neutral", "tick"),
        CounterStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
        CounterStatus.EXPIRED: Badge(N_("Ran out"), "warn"),
        CounterStatus.VOID: Badge(N_("Void"), "neutral", "tick"),
    }
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": N_("Title"),
        "name": N_("Name"),
        "description": N_("Notes for suppliers"),
        "currency": N_("Currency of comparison"),
        "closes_at": N_("Deadline"),
        "payment_terms": N_("Payment terms"),
        "incoterm": N_("Incoterm"),
        "incoterm_place": N_("Named place"),
        "line_count": N_("Lines"),
        "valid_until": N_("Valid until"),
        "revision": N_("Revision"),
        "reason": N_("Reason"),
        "round": N_("Round"),
        "enquiry_ends_at": N_("Questions until"),
        "edition": N_("Version"),
        "rfq_edition": N_("Version of the request"),
    }
)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_PATH: Final = (
    (N_("Draft"), frozenset({RfqStatus.DRAFT})),
    (N_("Approval"), frozenset({RfqStatus.PENDING_APPROVAL})),
    (N_("Quoting"), frozenset({RfqStatus.PUBLISHED})),
    (
        N_("Evaluating"),
        frozenset({RfqStatus.CLOSED, RfqStatus.EVALUATING, RfqStatus.ROUND_OPEN, RfqStatus.AWARDED_PARTIAL}),
    ),
    (N_("Awarded"), frozenset({RfqStatus.AWARDED, RfqStatus.CLOSED_DONE})),
)
HISTORY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rfq.drafted": N_("drafted the request"),
        "rfq.copied": N_("drafted the request as a copy"),
        "rfq.repeated": N_("drafted the request to buy again"),
        "rfq.from_template": N_("drafted the request from a template"),
        "rfq_template.saved": N_("kept the template"),
        "rfq_template.renamed": N_("renamed the template"),
        "rfq.copy_taken": N_("copied it into a new draft"),
        "rfq.edited": N_("edited the request"),
        "rfq.submitted": N_("submitted it for approval"),
        "rfq.returned": N_("returned it"),
        "rfq.published": N_("published it"),
        "rfq.amended": N_("amended the request"),
        "rfq.amendment_submitted": N_("submitted an amendment for approval"),
        "rfq.amendment_returned": N_("returned the amendment"),
        "rfq.amendment_withdrawn": N_("withdrew the amendment"),
        "rfq.question_asked": N_("A supplier asked a question"),
        "rfq.question_answered": N_("answered a question to all suppliers"),
        "rfq.question_declined": N_("declined a question"),
        "rfq.supplier_added": N_("added a supplier"),
        "rfq.supplier_invited": N_("invited a supplier"),
        "rfq.document_attached": N_("attached a document"),
        "rfq.document_detached": N_("took a document off, or kept it"),
        "rfq.document_opened": N_("opened a document"),
        "rfq.nda_set": N_("wrote the non-disclosure agreement"),
        "rfq.nda_accepted": N_("accepted the non-disclosure agreement"),
        "rfq.guest_added": N_("invited a supplier by mail"),
        "rfq.guest_removed": N_("took a supplier invited by mail off the list"),
        "rfq.guest_admitted": N_("sent the invitation by mail"),
        "rfq.guest_taken_over": N_("took an invitation by mail over"),
        "quote.taken_over": N_("took the quotation over"),
        "rfq.supplier_joined": N_("joined from the board"),
        "rfq.suppliers_joined": N_("took suppliers in from the board"),
        "rfq.viewed": N_("looked at it for the first time"),
        "rfq.quote_intended": N_("intends to quote"),
        "rfq.invitation_declined": N_("declined the invitation"),
        "rfq.closed": N_("closed it for quotations"),
        "rfq.round_opened": N_("opened a further round"),
        "rfq.round_closed": N_("The further round is over"),
        "rfq.left_out": N_("opened a further round without you"),
        "quote.replaced": N_("was bettered in a later round"),
        "quote.agreed": N_("agreed on the prices of a counter-offer"),
        "counter.made": N_("made a counter-offer"),
        "counter.accepted": N_("accepted the counter-offer"),
        "counter.declined": N_("declined the counter-offer"),
        "counter.withdrawn": N_("withdrew the counter-offer"),
        "counter.expired": N_("Nobody answered the counter-offer in time"),
        "message.sent": N_("wrote a message"),
        "rfq.evaluation_started": N_("opened the comparison"),
        "rfq.comparison_exported": N_("saved the comparison as a file"),
        "rfq_costing.set": N_("stated the costs on the way"),
        "rfq_scoring.set": N_("wrote the criteria"),
        "rfq_scenario.saved": N_("saved the scenario"),
        "rfq_scenario.searched": N_("searched for a plan"),
        "rfq_scenario.proposed": N_("proposed the scenario as an award"),
        "rfq_scenario.deleted": N_("deleted the scenario"),
        "rfq_scoring.assessed": N_("assessed the suppliers"),
        "rfq.award_granted": N_("awarded it"),
        "rfq.finished": N_("drafted every contract"),
        "rfq.reopened": N_("cancelled awarded lines and opened them again"),
        "rfq.award_lines_cancelled": N_("cancelled lines of the award"),
        "rfq.cancelled": N_("cancelled it"),
        "rfq.unsuccessful": N_("ended it without an award"),
        "quote.submitted": N_("sent a quotation"),
        "quote.outdated": N_("amended the request: the quotation must be confirmed"),
        "quote.confirmed": N_("confirmed the quotation unchanged"),
        "quote.withdrawn": N_("withdrew the quotation"),
        "quote.expired": N_("The quotation ran out"),
        "quote.extended": N_("extended the quotation"),
        "quote.awarded": N_("won everything offered"),
        "quote.partly_awarded": N_("won a part"),
        "quote.lost": N_("was not awarded"),
        "quote.dropped": N_("lost everything it had won to a cancellation"),
        "quote.partly_dropped": N_("lost a part of what it had won to a cancellation"),
        "quote.recalled": N_("stands again"),
        "rfq.award_proposed": N_("proposed the award"),
        "rfq.award_returned": N_("returned the award"),
        "rfq.awarded": N_("let the award stand"),
        "award.voided": N_("voided the award"),
        "award.repeat_taken": N_("requested it again"),
        "award.letters_issued": N_("issued the letters"),
    }
)
_TONES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rfq.submitted": "violet",
        "rfq.returned": "bad",
        "rfq.published": "info",
        "rfq.amended": "warn",
        "rfq.closed": "warn",
        "rfq.round_opened": "info",
        "rfq.round_closed": "warn",
        "rfq.evaluation_started": "brand",
        "rfq.award_granted": "ok",
        "rfq.cancelled": "bad",
        "rfq.unsuccessful": "bad",
        "quote.submitted": "info",
        "quote.outdated": "warn",
        "quote.confirmed": "info",
        "quote.withdrawn": "bad",
        "quote.expired": "warn",
        "quote.extended": "info",
        "quote.awarded": "ok",
        "quote.partly_awarded": "ok",
        "rfq.award_proposed": "violet",
        "rfq.award_returned": "bad",
        "rfq.awarded": "ok",
        "rfq.reopened": "warn",
        "rfq.award_lines_cancelled": "bad",
        "quote.dropped": "bad",
        "quote.partly_dropped": "bad",
        "award.voided": "bad",
    }
)
STATUS_OPTIONS: Final = tuple((status.value, RFQ_BADGES[status].label) for status in RfqStatus)


def path_of(status: RfqStatus) -> Sequence[tuple[str, str]]:
    """Return the steps bar of a request: (message id, ``done``/``now``/``warn``/``bad``/``todo``)."""
    if status in (RfqStatus.CANCELLED, RfqStatus.UNSUCCESSFUL):
        return ((N_("Draft"), "done"), (RFQ_BADGES[status].label, "bad"))
    here = next(index for index, (_, statuses) in enumerate(_PATH) if status in statuses)
    last = status in (RfqStatus.AWARDED, RfqStatus.CLOSED_DONE)
    return tuple(
        (label, "done" if index < here or (last and index == here) else _state(status) if index == here else "todo")
        for index, (label, _) in enumerate(_PATH)
    )


def _state(status: RfqStatus) -> str:
    return "warn" if status in TAKES_QUOTES else "now"


class _Place(Protocol):
    """What is shown of a supplier's place at a request."""

    status: InvitationStatus
    viewed_at: datetime | None
    answered_at: datetime | None


def language_of(call: PageContext) -> Language:
    """Return the reader's language, as the viewer has it, without asking for what else the shell shows."""
    return parse_language(call.actor.person.locale) or Language.EN


def choices(call: PageContext) -> dict[str, object]:
    """Return what a request is written with, by name in the reader's language: units, currencies and Incoterms."""
    language = language_of(call).value
    terms = reference.incoterms().items()
    return {
        "units": reference.unit_names(language),
        "currencies": [(code, f"{code} · {name}") for code, name in reference.currency_names(language)],
        "incoterms": [(code, f"{code} · {term.names.in_language(language)}") for code, term in terms],
    }


def draft_path(content: RfqContent) -> str:
    """Return where a new draft is shown: in the editor, a long one on its own page, to be looked over first."""
    return f"/rfqs/{content.rfq.id}" + ("/edit" if content.rfq.line_count <= EDITED_AT_ONCE else "")


def zone_of(call: PageContext) -> ZoneInfo:
    """Return the reader's time zone."""
    return ZoneInfo(call.actor.person.timezone)


def reader_of(call: PageContext) -> Reader:
    """Return who reads the difference between two versions."""
    language = language_of(call)
    return Reader(language, zone_of(call), partial(call.shell.renderer.catalogue.translate, language))


def company_names(call: PageContext, org_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the names of companies for the reader; one that is not shown any more has the dash for a name."""
    known = organizations.companies(call.work, call.actor, list(org_ids))
    language = language_of(call).value
    return defaultdict(lambda: fmt.NONE, {org_id: company.name_in(language) for org_id, company in known.items()})


def directory_name(call: PageContext, company: organizations.DirectoryView) -> str:
    """Return the name of a company of the directory for the reader."""
    chinese = language_of(call) is Language.ZH
    first, second = company.legal_name_zh, company.legal_name_en
    return (first or second) if chinese else (second or first)


def reached(places: Sequence[_Place]) -> Sequence[tuple[str, int]]:
    """Return how far the suppliers of a request have come: label and how many, each stage with those beyond it."""
    seen = [place for place in places if place.viewed_at is not None or place.answered_at is not None]
    states = [place.status for place in places]
    return (
        (N_("Invited or joined"), len(places)),
        (N_("Have looked"), len(seen)),
        (N_("Intend to quote"), states.count(InvitationStatus.INTENDED)),
        (N_("Have quoted"), states.count(InvitationStatus.QUOTED)),
        (N_("Have declined"), states.count(InvitationStatus.DECLINED)),
    )


def history(call: PageContext, object_type: str, object_id: UUID) -> list[dict[str, object]]:
    """Return the trail of one thing as the timeline shows it, the newest first; texts and labels are message ids."""
    zone, language = zone_of(call), language_of(call)
    return [
        {
            "at": entry.at,
            "actor": fmt.NONE if entry.channel == "handler" else entry.actor,
            "text": HISTORY.get(entry.action, entry.action),
            "tone": _TONES.get(entry.action, "neutral"),
            "channel": entry.channel,
            "href": entry.href,
            "changes": [
                (FIELDS[name], _readable(before, zone, language), _readable(after, zone, language))
                for name, before, after in entry.changes
                if name in FIELDS and before is not None
            ],
        }
        for entry in audit.timeline(call.work, call.actor, object_type, object_id)
    ]


def _readable(value: str | None, zone: ZoneInfo, language: Language) -> str | None:
    """Write a stored moment on the reader's clock; other values are text already."""
    if value is None or not _MOMENT.fullmatch(value):
        return value
    return fmt.moment(datetime.fromisoformat(value), zone, language)
