"""How the values of a procedure are said to people: labels and words as message ids."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.shapes import Family

CALENDAR: Final = "/calendar"
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/entry": N_("Who may bid"),
        "/notice": N_("Who may read the notice"),
        "/opened_bids": N_("Who reads the opened bids"),
        "/results": N_("Who reads the awards"),
        "/periods/enquiry": N_("Time for questions, at least"),
        "/periods/tendering": N_("Time for bids, at least"),
        "/periods/extension": N_("Left after an amendment, at least"),
        "/periods/standstill": N_("Stand-still after the award decision"),
        "/minimum_bidders": N_("Fewest bidders"),
        "/sealing/officers": N_("Key officers"),
        "/sealing/threshold": N_("Officers needed to open"),
        "/sealing/reveal_hours": N_("Hours to reveal if keys are lost"),
        "/evaluation": N_("Bids are judged"),
        "/tie_break": N_("Equal bids"),
        "/abnormally_low/below_mean_percent": N_("Asked about: below the mean of the others by percent"),
        "/abnormally_low/below_next_percent": N_("Asked about: below the next bid by percent"),
        "/bond/most_percent": N_("Bid bond at most, percent of the estimate"),
        "/bond/returned": N_("Bid bond: returned within"),
        "/calendar": N_("Public holidays"),
        "/committee/least": N_("Committee: members at least"),
        "/committee/experts": N_("Committee: experts, so many"),
        "/committee/of": N_("Committee: of so many members"),
        "/envelopes": N_("Envelopes"),
        "/technical_least": N_("Prices opened from this technical score"),
        "/complaints/body": N_("Complaints: decided by"),
        "/complaints/objections": N_("Complaints: objections to the buyer"),
        "/complaints/documents": N_("Complaints about the documents end before the deadline by"),
        "/complaints/answer": N_("Complaints: decided or answered within"),
        "/complaints/applications": N_("Complaints about the documents end before the end of applications by"),
        "/complaints/decided": N_("Complaints: decided by the review body within"),
        "/complaints/escalation": N_("Complaints only after an objection, and after its time to answer within"),
        "/complaints/holds": N_("Complaints: what waits for them"),
        "/complaints/names": N_("Complaints: published with"),
        "/complaints/fee_before_per_mille": N_("Complaint fee before the opening, per mille of the estimate"),
        "/complaints/fee_before_least": N_("Complaint fee before the opening, at least"),
        "/complaints/fee_before_most": N_("Complaint fee before the opening, at most"),
        "/complaints/fee_after_per_mille": N_("Complaint fee after the opening, per mille of the estimate"),
        "/complaints/fee_after_least": N_("Complaint fee after the opening, at least"),
        "/complaints/fee_after_most": N_("Complaint fee after the opening, at most"),
        "/publicity/candidates": N_("Candidates published before the award, at most"),
        "/publicity/prices": N_("Candidates: their totals"),
        "/publicity/begins": N_("Candidates: published after judging within"),
        "/publicity/lasts": N_("Candidates: published for"),
        "/publicity/scores": N_("Candidates: their scores"),
        "/documents/takers": N_("Who takes the documents"),
        "/applications/period": N_("Applications: time for them, at least"),
        "/applications/least": N_("Applications: fewest qualified companies"),
        "/applications/most": N_("Applications: most companies invited, 0 for all"),
        "/applications/standstill": N_("Applications: stand-still after the letters"),
        "/talks/kind": N_("Talks before the final bids"),
        "/talks/rounds": N_("Talks: rounds at least"),
        "/talks/final": N_("Talks: time for the final bids, at least"),
        "/talks/least_left": N_("Talks: companies kept at least when some are dropped"),
        "/ground": N_("Reason for following it"),
        "/framework/members": N_("Framework agreement: members at most"),
        "/framework/months": N_("Framework agreement: months at most"),
        "/correction/hours": N_("Hours to correct formal documents"),
    }
)
CHOICES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "/entry": {
            "public": N_("Every approved supplier"),
            "invited": N_("Invited suppliers only"),
            "either": N_("As the tender says"),
        },
        "/notice": {"public": N_("Everybody, without signing in"), "participants": N_("Those who may bid")},
        "/talks/kind": {
            "negotiation": N_("Negotiation of opened bids"),
            "dialogue": N_("Dialogue about solutions, before any price"),
        },
        "/ground": {"required": N_("Required, and published"), "none": N_("Not asked for")},
        "/opened_bids": {"public": N_("Everybody, without signing in"), "participants": N_("Those who may bid")},
        "/results": {"public": N_("Everybody, without signing in"), "participants": N_("Those who may bid")},
        "/evaluation": {"ordered": N_("One at a time, the best first"), "unordered": N_("All at once")},
        "/tie_break": {
            "earliest": N_("The earlier one wins"),
            "quality": N_("The better quality wins"),
            "draw": N_("A draw with a committed seed"),
        },
        "/envelopes": {"one": N_("One"), "two": N_("Two: prices after the technical result")},
        "/complaints/body": {
            "platform": N_("The platform's review body"),
            "buyer": N_("People of the buyer who took no part"),
        },
        "/complaints/objections": {"first": N_("Possible; the buyer answers"), "none": N_("Not foreseen")},
        "/complaints/holds": {
            "stages": N_("The close of bidding, awards and contracts"),
            "contracts": N_("Awards and contracts"),
        },
        "/complaints/names": {"shown": N_("The complainant's name"), "withheld": N_("No name")},
        "/publicity/prices": {"shown": N_("Published"), "withheld": N_("Not published")},
        "/publicity/scores": {"shown": N_("Published"), "withheld": N_("Not published")},
        "/documents/takers": {
            "unrecorded": N_("is not kept"),
            "secret": N_("is kept, and secret until the opening"),
        },
    }
)
_GROUPS: Final = ("/committee/", "/framework/", "/technical_least", "/complaints/", "/publicity/")
OPTIONAL: Final = (*_GROUPS, "/applications/", "/talks/", "/ground", "/correction/", "/bond/returned")
"""Where the values begin that a procedure may leave out."""
_LENGTHS: Final = frozenset(
    {
        "/bond/returned",
        "/complaints/documents",
        "/complaints/answer",
        "/complaints/applications",
        "/complaints/decided",
        "/complaints/escalation",
        "/publicity/begins",
        "/publicity/lasts",
        "/applications/period",
        "/applications/standstill",
        "/talks/final",
    }
)
PERIODS: Final = frozenset(path for path in LABELS if path.startswith("/periods/") or path in _LENGTHS)
"""The values that are a length of time."""
FAMILIES: Final[Mapping[Family, str]] = MappingProxyType(
    {
        Family.ONE_STAGE: N_("Bids at once: open and invited"),
        Family.RESTRICTED: N_("Applications first: restricted"),
        Family.TALKS: N_("Talks before the final bids: negotiated and two-stage"),
    }
)
UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hours": N_("{n} hours"),
        "calendar_days": N_("{n} calendar days"),
        "working_days": N_("{n} working days"),
    }
)
UNIT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"hours": N_("hours"), "calendar_days": N_("calendar days"), "working_days": N_("working days")}
)


def calendar_name(values: Mapping[str, Any]) -> str:
    """Return the name and version of a procedure's calendar; empty where weekends alone are off."""
    found = values.get("calendar")
    return f"{found['name']} ({found['version']})" if found else ""


def said(path: str, value: Any) -> tuple[str, int | None]:  # noqa: ANN401 - a JSON value
    """Return how a value reads: a message id and its number, or the plain number as text and None."""
    if isinstance(value, dict) and path == CALENDAR:
        return calendar_name({"calendar": value}), None
    if isinstance(value, dict):
        return UNITS[value["unit"]], value["amount"]
    words = CHOICES.get(path)
    if value is None:
        return next(iter(words.values())) if words else N_("none"), None
    return (words[str(value)], None) if words is not None else (str(value), None)
