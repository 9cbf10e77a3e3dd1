"""Framework agreements: what their terms must say, who becomes a member, and how a ceiling is kept.

A ceiling is an amount in the framework's currency, and for each item a quantity or none. What is called off is booked
in that currency: the order's total in the member's own currency, converted at the rate frozen for the evaluation and
rounded half up to the minor unit.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.commands.frameworks import CallOffLine, SetFrameworkTerms

MOST_AMOUNT: Final = Decimal(10) ** 13
MOST_ANSWER_HOURS: Final = 240
AMOUNT: Final = "amount"


class FrameworkNotForeseen(Refusal):
    """The tender's procedure concludes no framework agreements."""

    code = "tender-framework-not-foreseen"
    title = N_("This procedure concludes no framework agreements")
    advice = N_("Choose a procedure with framework agreements for the tender, then set their terms.")


class FrameworkTermsMissing(Refusal):
    """The procedure concludes framework agreements, and their terms are not set or do not fit the lots."""

    code = "tender-framework-terms-missing"
    title = N_("The terms of the framework agreements are missing")
    advice = N_("Set members, duration and a ceiling for each of the {lots} lots as they are now, then submit again.")


class FrameworkNotRunning(Refusal):
    """Nothing can be called off an agreement that has ended."""

    code = "framework-not-running"
    title = N_("Nothing can be called off this framework agreement")
    advice = N_("It is {status} and ran until {ends_at}.")


class CeilingPassed(Refusal):
    """What is called off in all would pass the ceiling."""

    code = "framework-ceiling-passed"
    title = N_("This would pass the ceiling of the framework agreement")
    advice = N_("{asked} is asked for and {left} is left. Ask for less.")


@dataclass(frozen=True, slots=True)
class FrameworkShape:
    """What a procedure allows a framework agreement: members of a lot and months at most."""

    members: int
    months: int


@dataclass(frozen=True, slots=True)
class Room:
    """What is booked of a ceiling: an amount, or an item's quantity where it has a ceiling."""

    ceiling: Decimal | None
    booked: Decimal

    @property
    def left(self) -> Decimal | None:
        """What can still be booked; none where there is no ceiling."""
        return None if self.ceiling is None else self.ceiling - self.booked


def read_framework(value: Mapping[str, Any] | None) -> FrameworkShape | None:
    """Return what sound values allow a framework agreement; none where the procedure concludes none."""
    return None if value is None else FrameworkShape(value["members"], value["months"])


def require_terms(command: SetFrameworkTerms, shape: FrameworkShape, items: Sequence[int]) -> None:
    """Raise Invalid naming every term that cannot be accepted; ``items`` are the numbers of items by lot."""
    errors: list[FieldError] = []
    most = N_("Between 1 and {most}, as the procedure says.")
    for name, given, limit in (
        ("members", command.members, shape.members),
        ("months", command.months, shape.months),
        ("answer_hours", command.answer_hours, MOST_ANSWER_HOURS),
    ):
        if not 1 <= given <= limit:
            errors.append(FieldError(f"/{name}", "range", most, {"most": limit}))
    if len(command.ceilings) != len(items):
        detail = N_("Give a ceiling for each of the {lots} lots.")
        errors.append(FieldError("/ceilings", "count", detail, {"lots": len(items)}))
    for index, (ceiling, count) in enumerate(zip(command.ceilings, items, strict=False)):
        if not 0 < ceiling.amount < MOST_AMOUNT:
            errors.append(FieldError(f"/ceilings/{index}/amount", "amount", N_("A ceiling must be more than zero.")))
        if len(ceiling.quantities) not in (0, count):
            detail = N_("Give a quantity, or none, for each of the {items} items.")
            errors.append(FieldError(f"/ceilings/{index}/quantities", "count", detail, {"items": count}))
        if any(one is not None and not 0 < one < MOST_AMOUNT for one in ceiling.quantities):
            detail = N_("A quantity must be more than zero.")
            errors.append(FieldError(f"/ceilings/{index}/quantities", "positive", detail))
    if errors:
        raise Invalid(errors=errors)


def fits_lots(lots: Sequence[Mapping[str, Any]], items: Sequence[int]) -> bool:
    """Tell whether stored ceilings are for these lots: as many, with as many items each."""
    return len(lots) == len(items) and all(
        len(lot["quantities"]) == count for lot, count in zip(lots, items, strict=True)
    )


def ends_after(start: datetime, months: int, zone: ZoneInfo, factor: int) -> datetime:
    """Return when an agreement of ``months`` ends: the same day and hour, or the month's last day, in ``zone``.

    A rehearsal's agreement lasts ``factor`` times shorter.
    """
    local = start.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    end = local.replace(year=year, month=month + 1, day=day).astimezone(start.tzinfo)
    return end if factor == 1 else start + (end - start) / factor


def answer_by(start: datetime, hours: int, factor: int, ends_at: datetime) -> datetime:
    """Return until when a member may answer: its hours, faster in a rehearsal, and never after the agreement's end."""
    return min(start + timedelta(hours=hours) / factor, ends_at)


def call_off_total(lines: Sequence[CallOffLine], prices: Sequence[Decimal], currency: Currency) -> Money:
    """Return what ``lines`` come to at a member's unit ``prices`` by position: the sum of the rounded line amounts."""
    return total_of((line_total(Money(prices[line.position - 1], currency), line.quantity) for line in lines), currency)


def booked_amount(total: Money, rate: Decimal, currency: Currency) -> Decimal:
    """Return ``total`` in the framework's currency, rounded half up to its minor unit, as it counts for the ceiling."""
    return Money(total.amount, currency).times(rate).rounded().amount


def require_room(amount: Decimal, room: Room, asked: Mapping[int, Decimal], rooms: Mapping[int, Room]) -> None:
    """Raise CeilingPassed unless ``amount`` fits into ``room`` and the quantities ``asked`` by position into theirs."""
    left = room.left
    if left is not None and amount > left:
        raise CeilingPassed(what=AMOUNT, asked=format(amount, "f"), left=format(left, "f"))
    for position, quantity in asked.items():
        still = rooms[position].left
        if still is not None and quantity > still:
            raise CeilingPassed(what=f"{position}", asked=format(quantity, "f"), left=format(still, "f"))


def is_exhausted(room: Room, rooms: Sequence[Room]) -> bool:
    """Tell whether nothing can be called off any more: no amount is left, or no item has a quantity left."""
    return room.left == 0 or all(one.left == 0 for one in rooms)


def require_lines(lines: Sequence[CallOffLine], count: int, today: date) -> None:
    """Raise Invalid unless every line asks for a positive quantity of another item of ``count``, needed after today."""
    errors: list[FieldError] = []
    if not lines:
        errors.append(FieldError("/lines", "count", N_("Ask for one item at least.")))
    seen: set[int] = set()
    for index, line in enumerate(lines):
        if not 1 <= line.position <= count or line.position in seen:
            detail = N_("Name each item once, by its number from 1 to {count}.")
            errors.append(FieldError(f"/lines/{index}/position", "unknown", detail, {"count": count}))
        seen.add(line.position)
        if not 0 < line.quantity < MOST_AMOUNT:
            errors.append(FieldError(f"/lines/{index}/quantity", "positive", N_("A quantity must be more than zero.")))
        if line.required_on <= today:
            errors.append(FieldError(f"/lines/{index}/required_on", "past", N_("It must be needed after today.")))
        if not line.delivery_place.strip():
            errors.append(FieldError(f"/lines/{index}/delivery_place", "required", N_("Say where it is needed.")))
    if errors:
        raise Invalid(errors=errors)


REFUSALS: Final = (FrameworkNotForeseen, FrameworkTermsMissing, FrameworkNotRunning, CeilingPassed)
"""What the module refuses of these."""
