"""What a tender must say before it is stored, and before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.tenders import DraftTender, LotInput
from b2b_market.tendering.rules.effective import Weighing, weighing_errors
from b2b_market.tendering.rules.periods import MOST_FACTOR, Clock, Period
from b2b_market.tendering.rules.procedures import Procedure
from b2b_market.tendering.states.procedures import CriterionKind, Entry

MOST_LOTS: Final = 200
MOST_ITEMS: Final = 500
MOST_AMOUNT: Final = Decimal(10) ** 13
HUNDRED: Final = Decimal(100)
FEWEST_PLACES: Final = 2
MIN_REASON: Final = 4


class TenderPeriodTooShort(Refusal):
    """The procedure asks for more time than the tender gives."""

    code = "tender-period-too-short"
    title = N_("The procedure asks for more time")
    advice = N_("It must be {earliest} or later: the procedure gives {amount} {unit}. You gave {given}.")


class TenderIncomplete(Refusal):
    """Something that a notice must say is missing; the errors name each field and what would be right."""

    code = "tender-incomplete"
    title = N_("The tender is not complete")
    advice = N_("Settle what is named, then submit it again.")


_SETTLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "closes_at": N_("Set the deadline for bids."),
        "budget_approved": N_("Confirm that the budget is approved."),
        "suppliers": N_("Invite at least one supplier, or let every approved supplier bid."),
        "award_criteria": N_("Say by which award criteria bids are judged."),
        "ground": N_("Say why this procedure may be followed; the notice publishes it."),
        "invited": N_("Invite at least as many suppliers as the fewest bidders asked for."),
        "qualification_criteria": N_("Publish an exclusion or selection criterion: applications are judged by them."),
        "estimates": N_("Give every lot an estimate: the bid bond is a percentage of it."),
    }
)
"""What would be right for each field that a notice needs."""


class OfficersUnfit(Refusal):
    """S12: three people of at least two companies or departments, none of whom buys, judges or bids there."""

    code = "tender-officers-unfit"
    title = N_("These key officers cannot open this tender")
    advice = N_(
        "Rule S12: choose {count} different people with proven keys, from at least two companies or departments, none "
        "of whom drafts or judges tenders of your company or belongs to an invited supplier. Unfit: {names}."
    )


class TenderReasonMissing(Refusal):
    """A step that must say why."""

    code = "tender-reason-missing"
    title = N_("Say why")
    advice = N_("Give a reason of at least {least} characters; the people concerned will read it.")


@dataclass(frozen=True, slots=True)
class Officer:
    """A key officer as the duties judge one."""

    user_id: UUID
    org_id: UUID
    department: str
    name: str
    proven: bool


def require_invitable(unfit: Sequence[UUID]) -> None:
    """Raise Invalid where one of the invited companies is no approved supplier, or the buyer itself."""
    if unfit:
        detail = N_("Invite approved suppliers only, and not your own company: {ids}.")
        facts = {"ids": ", ".join(str(one) for one in unfit)}
        raise Invalid(errors=[FieldError("/supplier_ids", "unfit", detail, facts)])


def require_sound_draft(
    content: DraftTender, procedure: Procedure, today: date, more: Sequence[FieldError] = ()
) -> None:
    """Raise Invalid naming every field that cannot be accepted under ``procedure``; ``more`` was found elsewhere."""
    errors: list[FieldError] = [*more]
    if not content.title.strip():
        errors.append(FieldError("/title", "required", N_("Give the tender a title.")))
    if procedure.entry is not Entry.EITHER and content.entry is not procedure.entry:
        errors.append(FieldError("/entry", "procedure", N_("The procedure lets others bid than you chose.")))
    if content.entry is Entry.EITHER:
        errors.append(FieldError("/entry", "choice", N_("Say whether every supplier or invited ones may bid.")))
    least = procedure.minimum_bidders
    if content.minimum_bidders is not None and not least <= content.minimum_bidders <= 9:  # noqa: PLR2004 - of the schema
        detail = N_("The procedure asks for {least} to 9 bidders at least.")
        errors.append(FieldError("/minimum_bidders", "range", detail, {"least": least}))
    if not 1 <= content.rehearsal_factor <= MOST_FACTOR:
        errors.append(FieldError("/rehearsal_factor", "range", N_("Between 1, the real clock, and 86400.")))
    if content.rehearsal_factor > 1 and content.entry is not Entry.INVITED:
        errors.append(FieldError("/rehearsal_factor", "public", N_("A rehearsal is for invited suppliers only.")))
    errors += _lot_errors(content, today)
    errors += _criterion_errors(content)
    errors += _bond_errors(content, procedure)
    if errors:
        raise Invalid(errors=errors)


def _lot_errors(content: DraftTender, today: date) -> list[FieldError]:
    if not 1 <= len(content.lots) <= MOST_LOTS:
        return [FieldError("/lots", "count", N_("A tender has between 1 and 200 lots."))]
    errors: list[FieldError] = []
    for index, lot in enumerate(content.lots):
        pointer = f"/lots/{index}"
        if not lot.title.strip():
            errors.append(FieldError(f"{pointer}/title", "required", N_("Give the lot a title.")))
        if lot.estimate is not None and not 0 < lot.estimate < MOST_AMOUNT:
            errors.append(FieldError(f"{pointer}/estimate", "amount", N_("An estimate must be more than zero.")))
        errors += _item_errors(lot, pointer, today)
        errors += weighing_errors(Weighing(lot.features, lot.costs), pointer)
    return errors


def _item_errors(lot: LotInput, pointer: str, today: date) -> list[FieldError]:
    if not 1 <= len(lot.items) <= MOST_ITEMS:
        return [FieldError(f"{pointer}/items", "count", N_("A lot has between 1 and 500 items."))]
    errors: list[FieldError] = []
    for index, item in enumerate(lot.items):
        at = f"{pointer}/items/{index}"
        if not item.name.strip():
            errors.append(FieldError(f"{at}/name", "required", N_("Say what is needed.")))
        if item.quantity.value <= 0:
            errors.append(FieldError(f"{at}/quantity", "positive", N_("A quantity must be more than zero.")))
        if item.required_on <= today:
            errors.append(FieldError(f"{at}/required_on", "past", N_("It must be needed after today.")))
    return errors


def _criterion_errors(content: DraftTender) -> list[FieldError]:
    errors: list[FieldError] = []
    total = Decimal(0)
    for index, one in enumerate(content.criteria):
        judged = one.kind is CriterionKind.AWARD
        if judged != (one.weight is not None):
            detail = N_("Award criteria have a weight, others have none.")
            errors.append(FieldError(f"/criteria/{index}/weight", "weight", detail))
        elif one.weight is not None:
            total += one.weight
            if one.weight <= 0:
                errors.append(FieldError(f"/criteria/{index}/weight", "positive", N_("A weight is more than zero.")))
    if total not in (Decimal(0), HUNDRED):
        errors.append(FieldError("/criteria", "total", N_("The weights of the award criteria must add up to 100.")))
    return errors


def _bond_errors(content: DraftTender, procedure: Procedure) -> list[FieldError]:
    percent = content.bond.percent
    if percent is None:
        return []
    most = procedure.bond_most_percent
    if not 0 < percent <= most:
        detail = N_("The procedure allows a bond of at most {most} percent of the estimate.")
        return [FieldError("/bond/percent", "range", detail, {"most": most})]
    if not content.bond.form.strip():
        return [FieldError("/bond/form", "required", N_("Say in which form the bond is given."))]
    return []


def require_complete(**there: bool) -> None:
    """Raise TenderIncomplete naming what a notice still lacks: the fields that are not ``there``."""
    missing = [FieldError(f"/{name}", "required", _SETTLED[name]) for name, given in there.items() if not given]
    if missing:
        raise TenderIncomplete(errors=missing)


def require_periods(
    procedure: Procedure, clock: Clock, now: datetime, enquiry_ends_at: datetime | None, closes_at: datetime
) -> datetime | None:
    """Return when questions end (None where the procedure has no time for them); raise TenderPeriodTooShort.

    Without a moment of its own the enquiry takes its least time; bids have theirs after it.
    """
    start: datetime = now
    ends: datetime | None = None
    if procedure.enquiry.amount:
        ends = require_time(procedure.enquiry, clock, now, enquiry_ends_at)
        start = ends
    require_time(procedure.tendering, clock, start, closes_at)
    return ends


def require_extension(procedure: Procedure, clock: Clock, now: datetime, before: datetime, closes_at: datetime) -> None:
    """Raise TenderPeriodTooShort unless a deadline moves later and leaves at least the time after a change."""
    require_time(procedure.extension, clock, now, closes_at)
    if closes_at <= before:
        raise TenderPeriodTooShort(
            earliest=before.isoformat(), amount=0, unit=procedure.extension.unit.value, given=closes_at.isoformat()
        )


def require_time(period: Period, clock: Clock, start: datetime, given: datetime | None) -> datetime:
    """Return ``given``, without it the end of ``period`` from ``start``; raise TenderPeriodTooShort for one before."""
    earliest = clock.end_of(start, period)
    if given is not None and given < earliest:
        raise TenderPeriodTooShort(
            earliest=earliest.isoformat(), amount=period.amount, unit=period.unit.value, given=given.isoformat()
        )
    return given or earliest


def require_officers(
    officers: Sequence[Officer], count: int, insiders: frozenset[UUID], bidders: frozenset[UUID]
) -> None:
    """Raise OfficersUnfit unless S12 holds: ``insiders`` draft or judge there, ``bidders`` are invited companies."""
    unfit = [
        officer.name
        for officer in officers
        if not officer.proven or officer.user_id in insiders or officer.org_id in bidders
    ]
    people = {officer.user_id for officer in officers}
    places = {(officer.org_id, officer.department.strip().casefold()) for officer in officers}
    if unfit or len(people) != count or len(officers) != count or len(places) < FEWEST_PLACES:
        raise OfficersUnfit(count=count, names=", ".join(unfit) or "-")


def require_reason(reason: str) -> str:
    """Return ``reason`` without outer blanks; raise TenderReasonMissing where it says nothing."""
    said = reason.strip()
    if len(said) < MIN_REASON:
        raise TenderReasonMissing(least=MIN_REASON)
    return said


REFUSALS: Final = (TenderPeriodTooShort, TenderIncomplete, OfficersUnfit, TenderReasonMissing)
"""What the module refuses of these."""
