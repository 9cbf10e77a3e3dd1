"""What the pages of tenders share: badges, names, the trail, what a reader may do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.audit import public as audit
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.page_edge import PageContext
from b2b_market.reference import public as reference
from b2b_market.tendering.rules.procedures import profiles
from b2b_market.tendering.states.bids import BidStatus, KeyStatus
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus, SupplementStatus
from b2b_market.tendering.states.planning import PlanStatus
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.reveals import RevealStatus
from b2b_market.tendering.states.tenders import EnquiryStatus, LotStatus, TenderStatus
from b2b_market.ui import fmt
from b2b_market.ui.language import Language, parse_language
from b2b_market.ui.viewer import Badge

TENDER_BADGES: Final[Mapping[TenderStatus, Badge]] = MappingProxyType(
    {
        TenderStatus.DRAFT: Badge(N_("Draft"), "neutral"),
        TenderStatus.PENDING_APPROVAL: Badge(N_("Waiting for approval"), "violet"),
        TenderStatus.APPLICATIONS: Badge(N_("Applications"), "info"),
        TenderStatus.QUALIFYING: Badge(N_("Judging applications"), "violet"),
        TenderStatus.SHORTLISTED: Badge(N_("Letters out, standing still"), "ok"),
        TenderStatus.DIALOGUE: Badge(N_("Dialogue"), "brand"),
        TenderStatus.ENQUIRIES: Badge(N_("Questions"), "info"),
        TenderStatus.TENDERING: Badge(N_("Bidding"), "warn"),
        TenderStatus.CLOSED: Badge(N_("Closed, still sealed"), "neutral", "tick"),
        TenderStatus.OPENED: Badge(N_("Opened"), "brand"),
        TenderStatus.NEGOTIATING: Badge(N_("Negotiation"), "brand"),
        TenderStatus.CONTINUED: Badge(N_("Goes on in another tender"), "neutral", "tick"),
        TenderStatus.EVALUATING: Badge(N_("Under evaluation"), "brand"),
        TenderStatus.AWARDED: Badge(N_("Awarded, standing still"), "ok"),
        TenderStatus.COMPLETE: Badge(N_("Contracts drafted"), "neutral", "tick"),
        TenderStatus.UNSUCCESSFUL: Badge(N_("Unsuccessful"), "bad"),
        TenderStatus.CANCELLED: Badge(N_("Cancelled"), "bad"),
    }
)
PLAN_BADGES: Final[Mapping[PlanStatus, Badge]] = MappingProxyType(
    {
        PlanStatus.PLANNED: Badge(N_("Planned"), "info"),
        PlanStatus.FOLLOWED: Badge(N_("The tender is published"), "ok"),
        PlanStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
    }
)
LOT_BADGES: Final[Mapping[LotStatus, Badge]] = MappingProxyType(
    {
        LotStatus.ACTIVE: Badge(N_("In force"), "info"),
        LotStatus.UNSUCCESSFUL: Badge(N_("Too few bidders"), "bad"),
        LotStatus.CANCELLED: Badge(N_("Cancelled"), "bad"),
    }
)
BID_BADGES: Final[Mapping[BidStatus, Badge]] = MappingProxyType(
    {
        BidStatus.SEALED: Badge(N_("Sealed"), "info"),
        BidStatus.WITHDRAWN: Badge(N_("Withdrawn"), "bad"),
        BidStatus.VOID: Badge(N_("Void, not confirmed"), "bad"),
        BidStatus.OPENED: Badge(N_("Opened"), "ok"),
        BidStatus.UNREADABLE: Badge(N_("Could not be read"), "bad"),
    }
)
KEY_BADGES: Final[Mapping[KeyStatus, Badge]] = MappingProxyType(
    {
        KeyStatus.PENDING: Badge(N_("Waiting for proof"), "violet"),
        KeyStatus.PROVEN: Badge(N_("Proven"), "ok"),
        KeyStatus.REVOKED: Badge(N_("Out of use"), "neutral"),
    }
)
ENQUIRY_BADGES: Final[Mapping[EnquiryStatus, Badge]] = MappingProxyType(
    {
        EnquiryStatus.OPEN: Badge(N_("Open question"), "violet"),
        EnquiryStatus.ANSWERED: Badge(N_("Answered"), "ok"),
    }
)
REVEAL_BADGES: Final[Mapping[RevealStatus, Badge]] = MappingProxyType(
    {
        RevealStatus.OPEN: Badge(N_("Bidders reveal"), "warn"),
        RevealStatus.SETTLED: Badge(N_("Time over"), "neutral", "tick"),
    }
)
COMMITTEE_BADGES: Final[Mapping[CommitteeStatus, Badge]] = MappingProxyType(
    {
        CommitteeStatus.NAMED: Badge(N_("Committed, not drawn"), "neutral"),
        CommitteeStatus.DRAWN: Badge(N_("Drawn"), "info"),
        CommitteeStatus.SCORED: Badge(N_("Sheets opened"), "ok"),
        CommitteeStatus.SHORT: Badge(N_("Too few people"), "bad"),
    }
)
SUPPLEMENT_BADGES: Final[Mapping[SupplementStatus, Badge]] = MappingProxyType(
    {
        SupplementStatus.NAMED: Badge(N_("Waits for a word"), "violet"),
        SupplementStatus.DRAWN: Badge(N_("Drawn"), "info"),
        SupplementStatus.FAILED: Badge(N_("Too few people"), "bad"),
    }
)
JUROR_BADGES: Final[Mapping[JurorStatus, Badge]] = MappingProxyType(
    {
        JurorStatus.POOLED: Badge(N_("In the pool"), "neutral"),
        JurorStatus.RESERVE: Badge(N_("Reserve"), "neutral"),
        JurorStatus.BARRED: Badge(N_("Own company bids"), "bad"),
        JurorStatus.SEATED: Badge(N_("Member"), "info"),
        JurorStatus.CONFLICTED: Badge(N_("Conflict declared"), "warn"),
        JurorStatus.RECUSED: Badge(N_("Gave the seat up"), "bad"),
    }
)
KINDS: Final[Mapping[CriterionKind, str]] = MappingProxyType(
    {
        CriterionKind.EXCLUSION: N_("Exclusion"),
        CriterionKind.SELECTION: N_("Selection"),
        CriterionKind.AWARD: N_("Award"),
    }
)
ENTRIES: Final[Mapping[Entry, str]] = MappingProxyType(
    {Entry.INVITED: N_("Invited suppliers only"), Entry.PUBLIC: N_("Every approved supplier")}
)
HISTORY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tender.drafted": N_("drafted the tender"),
        "tender.edited": N_("edited the tender"),
        "tender.submitted": N_("submitted it for approval"),
        "tender.returned": N_("returned it"),
        "tender.published": N_("published it under a signed notice"),
        "tender.extended": N_("moved the deadline"),
        "tender.applications_extended": N_("gave more time to apply"),
        "tender.bidding_opened": N_("bidding began"),
        "tender.closed": N_("bidding closed; the close record was signed"),
        "tender.unsuccessful": N_("it came to nothing: too few bidders"),
        "tender.opening_work_taken": N_("took a work file of the opening"),
        "tender.layer_contributed": N_("removed a layer"),
        "tender.opened": N_("the bids were opened"),
        "tender.evaluation_begun": N_("began the evaluation"),
        "tender.reduced": N_("went on with fewer companies"),
        "tender.participant_left": N_("left the talks"),
        "tender.participant_readmitted": N_("let a company take part again after its complaint"),
        "tender.talks_begun": N_("began the negotiation"),
        "tender.talk_round_begun": N_("began the next round of talks"),
        "tender.talks_ended": N_("ended the talks; final bids follow"),
        "tender.applications_ended": N_("the time for applications ended"),
        "tender.shortlisted": N_("decided on the applications; the letters are out"),
        "tender.too_few_qualified": N_("it came to nothing: too few companies qualified"),
        "tender.qualified_invited": N_("those who qualified were invited"),
        "tender.keys_lost": N_("declared the keys lost; bidders reveal"),
        "tender.technical_locked": N_("signed off the technical result"),
        "tender.prices_opened": N_("the price envelopes were opened"),
        "tender.decided": N_("every lot was decided; the stand-still began"),
        "tender.reopened": N_("a decision was taken back"),
        "tender.lots_settled": N_("lots came to nothing"),
        "tender.awarded": N_("the awards bind"),
        "tender.completed": N_("the contracts were drafted"),
        "tender.ended_without_award": N_("no bid could be accepted"),
        "tender.framework_terms_set": N_("set the terms of the agreements"),
        "tender.participants_invited": N_("asked other buyers to take part"),
        "tender.committee_named": N_("named the committee's pool"),
        "tender.supplement_named": N_("named more people for the committee"),
        "tender.committee_let_in": N_("the committee was drawn; its members read the tender"),
        "tender.amended": N_("amended it; a new notice is signed"),
        "tender.amendment_submitted": N_("submitted an amendment"),
        "tender.document_attached": N_("attached a document"),
        "tender.document_detached": N_("took a document off"),
        "tender.document_opened": N_("took a document"),
        "tender.cancelled": N_("called it off"),
        "tender.lot_cancelled": N_("called a lot off"),
    }
)


def language_of(call: PageContext) -> Language:
    """Return the reader's language."""
    return parse_language(call.actor.person.locale) or Language.EN


def zone_of(call: PageContext) -> ZoneInfo:
    """Return the reader's time zone."""
    return ZoneInfo(call.actor.person.timezone)


def company_names(call: PageContext, org_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the names of companies for the reader; one that is not shown any more has the dash for a name."""
    known = organizations.companies(call.work, call.actor, list(org_ids))
    language = language_of(call).value
    return defaultdict(lambda: fmt.NONE, {org_id: company.name_in(language) for org_id, company in known.items()})


def items_shown(items: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, object]]:
    """Return the items of a lot, which are kept as text, as pages show them: with numbers, days and names of units."""
    names = dict(reference.unit_names(language.value))
    return [
        {
            **item,
            "quantity": Decimal(item["quantity"]),
            "unit": names[item["unit"]],
            "required_on": date.fromisoformat(item["required_on"]),
        }
        for item in items
    ]


def procedure_name(call: PageContext, name: str, own: Mapping[str, str]) -> str:
    """Return what a procedure is called: a profile in the reader's language, an own one by its name."""
    if name in profiles():
        return profiles()[name].names["zh" if language_of(call) is Language.ZH else "en"]
    return own.get(name, fmt.NONE)


def history(call: PageContext, object_id: UUID) -> list[dict[str, object]]:
    """Return the trail of a tender as the timeline shows it, the newest first; texts are message ids."""
    return [
        {
            "at": entry.at,
            "actor": entry.actor,
            "text": HISTORY.get(entry.action, entry.action),
            "tone": "neutral",
            "channel": entry.channel,
            "href": entry.href,
            "changes": [],
        }
        for entry in audit.timeline(call.work, call.actor, "tender", object_id)
    ]
