"""What a tender of several stages must say, when its times end, and who takes part in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.rules.drafting import require_time
from b2b_market.tendering.rules.periods import Clock, Period
from b2b_market.tendering.rules.procedures import Procedure
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.selecting import TalksKind
from b2b_market.tendering.states.tenders import LIVE, TenderStatus

MOST_INVITED: Final = 99


class StageNotForeseen(Refusal):
    """The procedure has no such stage, or the tender stands elsewhere."""

    code = "tender-stage-not-foreseen"
    title = N_("The procedure of this tender has no such stage")
    advice = N_("It follows {procedure}. Look at its page: what can be done there now is offered as a button.")


class StageFirst(Refusal):
    """Initial bids are not the ones that are awarded."""

    code = "tender-stage-first"
    title = N_("The talks come first")
    advice = N_("Under this procedure only final bids are evaluated. Negotiate with the bidders, then invite them.")


def stage_errors(content: DraftTender, procedure: Procedure) -> list[FieldError]:
    """Return what a draft says of stages that its procedure does not allow."""
    asked = procedure.applications
    errors: list[FieldError] = []
    if asked is None:
        given = {"applications_end_at": content.applications_end_at, "most_invited": content.most_invited}
        detail = N_("The procedure has no applications.")
        errors += [FieldError(f"/{name}", "stage", detail) for name, value in given.items() if value is not None]
    else:
        if content.enquiry_ends_at is not None:
            detail = N_("The time for questions begins with the invitation; leave its end empty.")
            errors.append(FieldError("/enquiry_ends_at", "stage", detail))
        if content.most_invited is not None and not asked.least <= content.most_invited <= (asked.most or MOST_INVITED):
            facts = {"least": asked.least, "most": asked.most or MOST_INVITED}
            detail = N_("The procedure lets between {least} and {most} companies be invited.")
            errors.append(FieldError("/most_invited", "range", detail, facts))
    if has_dialogue(procedure) and content.closes_at is not None:
        detail = N_("Bids follow the dialogue in a tender of their own; leave the deadline empty.")
        errors.append(FieldError("/closes_at", "stage", detail))
    return errors


def require_same_companies(content: DraftTender, procedure: str, suppliers: Sequence[UUID]) -> None:
    """Raise Invalid where the tender after talks would change its procedure, or who took part in them."""
    errors: list[FieldError] = []
    if content.procedure != procedure:
        errors.append(FieldError("/procedure", "stage", N_("The procedure is that of the talks.")))
    if content.entry is not Entry.INVITED or set(content.supplier_ids) != set(suppliers):
        errors.append(FieldError("/supplier_ids", "stage", N_("Those who took part in the talks bid, and no others.")))
    if errors:
        raise Invalid(errors=errors)


def open_until(
    entry: Entry, status: TenderStatus, closes_at: datetime, applications_end_at: datetime | None
) -> datetime | None:
    """Return until when every approved company may apply to or bid on a tender; None where that is not so now."""
    if entry is not Entry.PUBLIC:
        return None
    if applications_end_at is not None:
        return applications_end_at if status is TenderStatus.APPLICATIONS else None
    return closes_at if status in LIVE else None


def has_dialogue(procedure: Procedure) -> bool:
    """Tell whether solutions are talked about before anybody bids."""
    return procedure.talks is not None and procedure.talks.kind is TalksKind.DIALOGUE


def has_negotiation(procedure: Procedure) -> bool:
    """Tell whether opened bids are negotiated before the final ones."""
    return procedure.talks is not None and procedure.talks.kind is TalksKind.NEGOTIATION


def what_is_there(
    procedure: Procedure, ground: str, kinds: Sequence[str], invited: int | None, minimum: int
) -> dict[str, bool]:
    """Return what a notice of this procedure needs besides what every notice does, and whether it is there.

    ``invited`` is the number of invited companies, none where every supplier may take part.
    """
    found: dict[str, bool] = {}
    if procedure.ground_required:
        found["ground"] = bool(ground.strip())
        found["invited"] = invited is None or invited >= minimum
    if procedure.applications is not None:
        judged = (CriterionKind.EXCLUSION.value, CriterionKind.SELECTION.value)
        found["qualification_criteria"] = any(kind in judged for kind in kinds)
    return found


def applications_end(procedure: Procedure, clock: Clock, now: datetime, given: datetime | None) -> datetime | None:
    """Return when applications end, at the least time where none is ``given``; none without applications.

    Raise TenderPeriodTooShort for a moment before that.
    """
    if procedure.applications is None:
        return None
    return require_time(procedure.applications.period, clock, now, given)


def bids_from(procedure: Procedure, clock: Clock, ends_at: datetime) -> datetime:
    """Return when those who qualify can be invited at the earliest, if they are chosen when applications end."""
    standstill = procedure.applications.standstill if procedure.applications is not None else None
    return ends_at if standstill is None else clock.end_of(ends_at, standstill)


def invited_times(procedure: Procedure, clock: Clock, moment: datetime) -> tuple[datetime | None, datetime]:
    """Return when questions end (none without time for them) and the earliest deadline, after an invitation."""
    ends = _ends(procedure.enquiry, clock, moment) if procedure.enquiry.amount else None
    return ends, _ends(procedure.tendering, clock, ends or moment)


def deadline_after(procedure: Procedure, clock: Clock, ends_at: datetime, closes_at: datetime) -> datetime:
    """Return the deadline for bids where applications end later: as it is, or with the whole time after an invitation.

    A dialogue has no deadline of its own: what stands for it is when applications end.
    """
    if has_dialogue(procedure):
        return ends_at
    _, least = invited_times(procedure, clock, bids_from(procedure, clock, ends_at))
    return max(closes_at, least)


def takes_part(entry: Entry, invited: Sequence[UUID], admitted: Sequence[UUID] | None, company: UUID) -> bool:
    """Tell whether a company may bid: those ``admitted`` after a selection, else whom the entry lets in."""
    if admitted is not None:
        return company in admitted
    return entry is Entry.PUBLIC or company in invited


def concerned(invited: Sequence[UUID], admitted: Sequence[UUID] | None, came: Sequence[UUID]) -> list[UUID]:
    """Return whom to tell of a tender, each once: those ``admitted``, else the ``invited`` and who applied or bid."""
    return list(admitted) if admitted else list(dict.fromkeys((*invited, *came)))


def first_step(procedure: Procedure, *, asks: bool) -> str:
    """Return the step of the lifecycle that publishes a tender."""
    if procedure.applications is not None:
        return "publish_for_applications"
    return "publish" if asks else "publish_at_once"


def _ends(period: Period, clock: Clock, start: datetime) -> datetime:
    return clock.end_of(start, period)


REFUSALS: Final = (StageFirst, StageNotForeseen)
