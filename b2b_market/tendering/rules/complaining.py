"""Who may complain about what, until when, and what waits while a complaint is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.complaints import ComplaintInput
from b2b_market.tendering.rules.complaint_terms import ComplaintTerms
from b2b_market.tendering.rules.periods import Clock, Period
from b2b_market.tendering.states.complaints import (
    ANSWERED,
    BEFORE_OPENING,
    HOLDING,
    UNDECIDED,
    ComplaintKind,
    ComplaintStatus,
    ComplaintTarget,
    Holding,
)
from b2b_market.tendering.states.tenders import LIVE, TenderStatus

MOST_FILES: Final = 10
MOST_OPEN: Final = 20
MOST_TEXT: Final = 8000


class ComplaintsNotForeseen(Refusal):
    """The procedure has no complaints, or none of this kind."""

    code = "tender-complaints-not-foreseen"
    title = N_("This procedure takes no such complaint")
    advice = N_("The procedure of the tender names nobody who would decide on it. Ask the buyer instead.")


class ReviewBodyMissing(Refusal):
    """Nobody of the platform decides on complaints yet."""

    code = "tender-review-body-missing"
    title = N_("The platform has no review body yet")
    advice = N_("The operator names people who decide on complaints; ask the operator.")


class ComplaintTooLate(Refusal):
    """The time for it is over, or has not begun."""

    code = "tender-complaint-too-late"
    title = N_("This cannot be complained about now")
    advice = N_(
        "Complaints about the tender's documents are lodged until {ends_at}; complaints about a decision while its "
        "stand-still runs, by who has a bid on the lot."
    )


class ObjectionFirst(Refusal):
    """The procedure takes a complaint only after an objection to the buyer about the same."""

    code = "tender-objection-first"
    title = N_("Object to the buyer first")
    advice = N_(
        "The review body hears a company whose objection about the same was answered, or was not in time. Object first "
        "and wait for the answer or the end of its time."
    )


class TooManyComplaints(Refusal):
    """A company has enough of them about one tender."""

    code = "tender-too-many-complaints"
    title = N_("Your company has complained enough about this tender")
    advice = N_("At most {most} complaints of a company about one tender are open at a time. Take one back first.")


class ComplaintOpen(Refusal):
    """Nothing is awarded, drafted or called off while somebody's complaint waits for its decision."""

    code = "tender-complaint-open"
    title = N_("A complaint waits for its decision")
    advice = N_("Complaint {complaint} concerns this. Wait until it is decided.")


class NotYetActed(Refusal):
    """The buyer says it has acted on an upheld complaint, and has not."""

    code = "tender-complaint-not-acted-on"
    title = N_("Act on the complaint first")
    advice = N_("It was upheld before bidding closed: amend the tender, move the deadline, or call it off.")


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether something may be complained about: the tender's moments, and the decision's."""

    status: TenderStatus
    closes_at: datetime | None
    decision_ends_at: datetime | None
    """When the time for complaints about the named decision ends; None where there is no such decision."""
    applications_end_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """An open complaint as what waits for it asks: ``lot_id`` None concerns the whole tender."""

    number: str
    kind: ComplaintKind
    target: ComplaintTarget
    status: ComplaintStatus
    lot_id: UUID | None


def require_foreseen(terms: ComplaintTerms | None, kind: ComplaintKind) -> ComplaintTerms:
    """Return the terms; raise ComplaintsNotForeseen where the procedure takes none of this kind."""
    if terms is None or (kind is ComplaintKind.OBJECTION and not terms.objections):
        raise ComplaintsNotForeseen
    return terms


def window_end(target: ComplaintTarget, standing: Standing, terms: ComplaintTerms, clock: Clock) -> datetime | None:
    """Return when the time to lodge ends by the tender as it stands; None where there is no such time.

    About the documents it is the procedure's time before the deadline, while bids can still be made, and before the
    end of applications while these are received; about a decision the end of its stand-still.
    """
    if target not in BEFORE_OPENING:
        return standing.decision_ends_at
    if standing.status is TenderStatus.APPLICATIONS and standing.applications_end_at is not None:
        return clock.start_of(standing.applications_end_at, terms.applications)
    if standing.status not in LIVE or standing.closes_at is None:
        return None
    return clock.start_of(standing.closes_at, terms.documents)


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection of the company as its complaint asks: what it was about, whether it is answered, and by when."""

    target: ComplaintTarget
    target_id: UUID | None
    lot_id: UUID | None
    status: ComplaintStatus
    due_at: datetime


def escalation_end(
    said: ComplaintInput,
    lot_id: UUID | None,
    objections: Iterable[Objected],
    period: Period,
    clock: Clock,
    *,
    at: datetime,
) -> datetime:
    """Return until when a company may complain after its objection; raise ObjectionFirst unless one was answered.

    Or was not answered in time: ``at`` is now. About the same are objections to the documents, or to decisions on the
    same lot, whatever each of them names. The time counts from the end of the time to answer; the last one counts.
    """
    ends = [
        clock.end_of(one.due_at, period)
        for one in objections
        if _same(said, lot_id, one) and (one.status in ANSWERED or (one.status in UNDECIDED and at >= one.due_at))
    ]
    if not ends:
        raise ObjectionFirst
    return max(ends)


def _same(said: ComplaintInput, lot_id: UUID | None, one: Objected) -> bool:
    if said.target in BEFORE_OPENING or one.target in BEFORE_OPENING:
        return said.target in BEFORE_OPENING and one.target in BEFORE_OPENING
    if ComplaintTarget.DEPARTURE in (said.target, one.target):
        return said.target_id == one.target_id
    return lot_id == one.lot_id


def require_in_time(ends_at: datetime | None, moment: datetime) -> datetime:
    """Return the end of the time; raise ComplaintTooLate at or after it (half-open), and where there is none."""
    if ends_at is None or moment >= ends_at:
        raise ComplaintTooLate(ends_at="—" if ends_at is None else ends_at.isoformat())
    return ends_at


def require_sound(content: ComplaintInput) -> None:
    """Raise Invalid naming every field that cannot be accepted."""
    errors: list[FieldError] = []
    for name, said in (("grounds", content.grounds), ("demand", content.demand)):
        if not 1 <= len(said.strip()) <= MOST_TEXT:
            errors.append(FieldError(f"/{name}", "length", N_("Write between 1 and 8000 characters.")))
    if (content.target is ComplaintTarget.TENDER) != (content.target_id is None):
        errors.append(FieldError("/target_id", "target", N_("Say which lot or decision it is about.")))
    if len(set(content.file_ids)) != len(content.file_ids) or len(content.file_ids) > MOST_FILES:
        errors.append(FieldError("/file_ids", "count", N_("Attach at most 10 files, each once.")))
    if errors:
        raise Invalid(errors=errors)


def require_few(open_ones: int) -> None:
    """Raise TooManyComplaints where the company has as many open as it may."""
    if open_ones >= MOST_OPEN:
        raise TooManyComplaints(most=MOST_OPEN)


def require_none_open(found: Iterable[OpenComplaint], lot_id: UUID | None = None) -> None:
    """Raise ComplaintOpen where an undecided complaint concerns the lot, or anything where no lot is named."""
    for one in found:
        if one.status in UNDECIDED and (lot_id is None or one.lot_id in (None, lot_id)):
            raise ComplaintOpen(complaint=one.number)


def holds_close(found: Iterable[OpenComplaint], holding: Holding) -> bool:
    """Tell whether bidding must not close now.

    The procedure lets the stages wait for what is heard: an accepted complaint, an objection that has no answer yet,
    and one that was upheld before the close and not acted on.
    """
    waits = holding is Holding.STAGES
    return waits and any(one.target in BEFORE_OPENING and (one.kind, one.status) in HOLDING for one in found)


def holds_contracts(found: Iterable[OpenComplaint]) -> bool:
    """Tell whether the awards of a tender must not bind yet: an undecided complaint anywhere blocks every contract."""
    return any(one.status in UNDECIDED for one in found)


def require_acted(target: ComplaintTarget, *, edition_then: int, edition_now: int, cancelled: bool) -> None:
    """Raise NotYetActed where an upheld complaint about the documents left the notice as it was."""
    if target in BEFORE_OPENING and edition_now <= edition_then and not cancelled:
        raise NotYetActed


REFUSALS: Final = (
    ComplaintsNotForeseen,
    ReviewBodyMissing,
    ComplaintTooLate,
    ObjectionFirst,
    TooManyComplaints,
    ComplaintOpen,
    NotYetActed,
)
"""What the module refuses of these."""
