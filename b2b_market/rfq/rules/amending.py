"""What an amendment changes, what of it is material, and what that asks of the deadline and of quotations.

A version is compared as it is kept: ``header`` and lines of plain JSON values (decimals, days and moments as texts).
Blanks alone are no change. **Material** is every change of what is asked for or on which terms, and only that: a line
that is new or withdrawn, and any other field of a line or of the header than those named in MINOR. Quotations must then
be confirmed, and suppliers get the company's extra time. A field that nobody thought of here counts as material.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_

MINOR: Final = frozenset({"title", "description", "closes_at", "enquiry_ends_at", "note", "category"})
"""Fields whose change asks nothing new of anybody who has quoted: a title, a note, the deadline itself."""
PLACES: Final = frozenset({"id", "position"})
"""Where a line stands: what it is found by, not what it says."""

ORDER: Final = (
    "title",
    "closes_at",
    "enquiry_ends_at",
    "currency",
    "payment_terms",
    "incoterm",
    "incoterm_place",
    "currencies",
    "validity_days",
    "disclosure",
    "description",
    "nda_text",
    "documents",
    "item_name",
    "item_code",
    "specification",
    "quantity",
    "unit",
    "required_on",
    "delivery_place",
    "category",
    "attributes",
    "substitutes",
    "breaks",
    "note",
)
"""How fields follow each other when they are shown; others come after them by name."""


class NothingAmended(Refusal):
    """An amendment that suppliers would not see."""

    code = "rfq-nothing-amended"
    title = N_("Nothing changes")
    advice = N_("Change something that suppliers see: targets and the hidden estimate alone make no new version.")


class TooLateToAmend(Refusal):
    """The deadline has passed; the request closes."""

    code = "rfq-too-late-to-amend"
    title = N_("The deadline has passed")
    advice = N_("A request can be amended until its deadline, {closes_at}.")


class DeadlineMustMove(Refusal):
    """Suppliers would have too little time for what changed."""

    code = "rfq-deadline-must-move"
    title = N_("Suppliers need more time for this change")
    advice = N_("Your company leaves at least {hours} hours after a material change. Set the deadline to {earliest}.")


class AmendmentNeedsApproval(Refusal):
    """The request would grow above what its author may publish alone."""

    code = "rfq-amendment-above-limit"
    title = N_("This amendment asks for more than you may publish alone")
    advice = N_(
        "The amount is {amount}, your own limit is {limit}. Submit the amendment for approval, or give targets or an "
        "estimate where the amount is unknown."
    )


class AmendmentWaits(Refusal):
    """One amendment at a time waits for its approval."""

    code = "rfq-amendment-waits"
    title = N_("An amendment waits for its approval")
    advice = N_("Let it be approved or returned, or withdraw it, before the request is amended again.")


class AmendmentOutdated(Refusal):
    """What was submitted is not what would be published now."""

    code = "rfq-amendment-outdated"
    title = N_("The request has changed since this amendment was submitted")
    advice = N_("Its version or its documents are others now. Return the amendment; its author looks at it again.")


class RequestAmended(Refusal):
    """The supplier answers a version of the request that does not stand any more."""

    code = "rfq-amended"
    title = N_("The request has changed materially")
    advice = N_("You answered version {seen}; version {binding} changed it. Look at the difference, then send again.")


class QuoteDoesNotFit(Refusal):
    """A quotation cannot stand unchanged for the present version."""

    code = "quote-does-not-fit"
    title = N_("The quotation does not fit the request any more")
    advice = N_("Revise it: lines {lines} are withdrawn, ask for less than you offer, or count in another unit.")


class QuoteRanOut(Refusal):
    """A quotation whose validity has ended cannot be confirmed unchanged."""

    code = "quote-ran-out"
    title = N_("The quotation is not valid any more")
    advice = N_("It was valid until {valid_until}. Revise it with a later date.")


Value = object
Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Wording:
    """The content of one version, without hidden figures; each line has its ``id`` and ``position`` besides."""

    header: Fields
    lines: tuple[Fields, ...]

    @classmethod
    def read(cls, content: Mapping[str, object]) -> "Wording":
        """Return the wording of a stored version; ValueError for anything else."""
        header, lines = content.get("header"), content.get("lines")
        if not isinstance(header, Mapping) or not isinstance(lines, Sequence):
            message = "this is no version of a request"
            raise ValueError(message)  # noqa: TRY004 - wrong content, whatever its type
        return cls(header, tuple(lines))

    def plain(self) -> dict[str, object]:
        """Return it as it is stored."""
        return {"header": dict(self.header), "lines": [dict(line) for line in self.lines]}


class LineFate(StrEnum):
    """What an amendment does to a line."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; None where one side has no such field."""

    field: str
    before: Value
    after: Value
    material: bool


@dataclass(frozen=True, slots=True)
class LineChange:
    """What happens to one line: its changed fields, or all that is said of a new or withdrawn one."""

    line_id: UUID
    position: int
    item_name: str
    fate: LineFate
    fields: tuple[FieldChange, ...]

    @property
    def material(self) -> bool:
        """Whether it asks anything new."""
        return self.fate is not LineFate.CHANGED or any(change.material for change in self.fields)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two versions; lines by their number."""

    header: tuple[FieldChange, ...]
    lines: tuple[LineChange, ...]

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not self.header and not self.lines

    @property
    def material(self) -> bool:
        """Whether quotations on the first do not hold for the second."""
        return any(change.material for change in self.header) or any(line.material for line in self.lines)

    @property
    def grows(self) -> bool:
        """Whether more is asked for: a new line, a larger quantity, another unit or currency."""
        if any(change.field == "currency" for change in self.header):
            return True
        return any(line.fate is LineFate.ADDED or _asks_for_more(line) for line in self.lines)


def difference(before: Wording, after: Wording) -> Difference:
    """Return what changed from one version to another, whichever is the older."""
    old = {str(line["id"]): line for line in before.lines}
    new = {str(line["id"]): line for line in after.lines}
    lines = [_line_change(old.get(line_id), new.get(line_id)) for line_id in {**old, **new}]
    changed = [line for line in lines if line is not None]
    return Difference(
        _field_changes(before.header, after.header),
        tuple(sorted(changed, key=lambda line: (line.position, line.line_id))),
    )


def require_change(found: Difference) -> None:
    """Raise NothingAmended where suppliers would see no difference."""
    if found.empty:
        raise NothingAmended


def require_before_deadline(closes_at: datetime | None, moment: datetime) -> None:
    """Raise TooLateToAmend from the deadline on, although the clock may not have closed the request yet."""
    if closes_at is None or moment >= closes_at:
        raise TooLateToAmend(closes_at=closes_at.isoformat(timespec="minutes") if closes_at else "")


def earliest_deadline(moment: datetime, hours: int) -> datetime:
    """Return the first full minute that leaves suppliers ``hours`` from ``moment`` on."""
    earliest = moment + timedelta(hours=hours)
    whole = earliest.replace(second=0, microsecond=0)
    return whole if whole == earliest else whole + timedelta(minutes=1)


def needs_time(found: Difference, before: datetime, after: datetime) -> bool:
    """Tell whether suppliers must be left the extra time: after a material change, or a deadline that comes sooner."""
    return found.material or after < before


def require_time_left(closes_at: datetime, moment: datetime, hours: int) -> None:
    """Raise DeadlineMustMove where less than ``hours`` is left until the deadline; exactly as much is enough."""
    if closes_at <= moment or closes_at < moment + timedelta(hours=hours):
        earliest = earliest_deadline(moment, hours)
        raise DeadlineMustMove(hours=hours, earliest=earliest.isoformat(timespec="minutes"))


def require_reach(found: Difference, values: tuple[Money | None, Money | None], limit: Money | None) -> None:
    """Raise AmendmentNeedsApproval where the request grows above the ``limit`` of who amends it (None: no limit).

    ``values`` are the expected values before and after in the limit's currency, None where nobody can tell: an unknown
    one may not grow, whatever the limit. What does not grow was published rightly and stays so.
    """
    if not within_reach(found, values, limit):
        raise AmendmentNeedsApproval(amount=_shown(values[1]), limit=_shown(limit))


def within_reach(found: Difference, values: tuple[Money | None, Money | None], limit: Money | None) -> bool:
    """Tell whether somebody with ``limit`` may publish the amendment alone, as ``require_reach`` judges it."""
    before, after = values
    if after is not None and (limit is None or after <= limit):
        return True
    dearer = after is not None and (before is None or before.currency != after.currency or after > before)
    return not found.grows and not dearer


def require_none_waits(waiting: UUID | None) -> None:
    """Raise AmendmentWaits while another amendment of the request waits for its approval."""
    if waiting is not None:
        raise AmendmentWaits


def require_standing(seen: int, binding: int, latest: int) -> None:
    """Raise RequestAmended where a supplier answers a version older than the last that changed materially.

    Invalid for a version that the request does not have yet.
    """
    if seen > latest:
        detail = N_("The request has no such version yet; the latest is {latest}.")
        raise Invalid(errors=[FieldError("/rfq_edition", "unknown", detail, {"latest": latest})])
    if seen < binding:
        raise RequestAmended(seen=seen, binding=binding)


def misfits(quoted: Sequence[tuple[UUID, int, Decimal]], then: Wording, now: Wording) -> tuple[int, ...]:
    """Return the numbers of the quoted lines that do not fit the version ``now``.

    ``quoted`` are (line, number, offered quantity). A line fits while it is there, counts in the unit that it counted
    in ``then``, and asks for no less than is offered.
    """
    before = {str(line["id"]): line for line in then.lines}
    after = {str(line["id"]): line for line in now.lines}
    return tuple(
        position
        for line_id, position, quantity in quoted
        if not _fits(quantity, before.get(str(line_id)), after.get(str(line_id)))
    )


def require_fit(quoted: Sequence[tuple[UUID, int, Decimal]], then: Wording, now: Wording) -> None:
    """Raise QuoteDoesNotFit naming the lines because of which a quotation cannot stand unchanged."""
    wrong = misfits(quoted, then, now)
    if wrong:
        raise QuoteDoesNotFit(lines=", ".join(str(position) for position in wrong))


def _shown(amount: Money | None) -> str:
    return f"{amount.currency.code} {amount.rounded().amount:,f}" if amount is not None else "?"


def _fits(quantity: Decimal, before: Fields | None, after: Fields | None) -> bool:
    if before is None or after is None:
        return False
    return before["unit"] == after["unit"] and quantity <= Decimal(str(after["quantity"]))


def in_order(names: Iterable[str]) -> list[str]:
    """Return field names as they are shown; what stores them keeps no order."""
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def _line_change(before: Fields | None, after: Fields | None) -> LineChange | None:
    fields = _field_changes(before or {}, after or {})
    shown = after or before
    if shown is None or not fields:
        return None
    fate = LineFate.ADDED if before is None else LineFate.WITHDRAWN if after is None else LineFate.CHANGED
    return LineChange(UUID(str(shown["id"])), int(str(shown["position"])), str(shown["item_name"]), fate, fields)


def _field_changes(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.get(name), after.get(name), name not in MINOR)
        for name in in_order({**before, **after})
        if name not in PLACES and _read(before.get(name)) != _read(after.get(name))
    )


def _read(value: Value) -> Value:
    """Return a text as it reads, with runs of blanks as one; nothing reads like an empty text."""
    return " ".join(value.split()) if isinstance(value, str) else "" if value is None else value


def _asks_for_more(line: LineChange) -> bool:
    if line.fate is not LineFate.CHANGED:
        return False
    changed = {change.field: change for change in line.fields}
    if "unit" in changed:
        return True
    quantity = changed.get("quantity")
    return quantity is not None and Decimal(str(quantity.after)) > Decimal(str(quantity.before))
