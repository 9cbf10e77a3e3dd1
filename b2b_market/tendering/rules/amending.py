"""What changes between two versions of a tender, and what that brings about.

A version is what the notice's document says: ``title``, ``description``, ``bond``, ``criteria``, ``lots`` and
``documents``. A bid answers everything but the tender's and a lot's title, classification and estimate: a change of
anything else is **material** and voids bids until their bidders confirm them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Final

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort
from b2b_market.tendering.rules.periods import Clock
from b2b_market.tendering.rules.procedures import Procedure
from b2b_market.tendering.states.amendments import Need

Version = Mapping[str, Any]


class TenderNotAmended(Refusal):
    """An amendment that changes nothing."""

    code = "tender-nothing-amended"
    title = N_("Nothing would change")
    advice = N_("The tender says this already. A later deadline alone is given by an approver.")


class TenderAmendmentWaits(Refusal):
    """One amendment waits for its approval at a time."""

    code = "tender-amendment-waits"
    title = N_("An amendment waits for its approval already")
    advice = N_("Let it be approved or returned, or take it back, before the tender is amended otherwise.")


class TenderAmendmentOutdated(Refusal):
    """What was submitted is not what would be published now."""

    code = "tender-amendment-outdated"
    title = N_("The tender says something else than when this was submitted")
    advice = N_("Its content or its documents have changed since. Return the amendment, and submit it anew.")


class TenderAmendmentAboveLimit(Refusal):
    """The approver's limit does not reach the tender's value."""

    code, audited = "tender-amendment-above-limit", True
    title = N_("The tender is above your limit")
    advice = N_("Its estimates add up to {amount}, your limit is {limit}. An approver with a higher limit decides.")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes: ``where`` and ``label`` are message ids, ``numbers`` fill ``where``."""

    where: str
    numbers: Mapping[str, int]
    label: str
    before: str
    after: str
    material: bool


TENDER: Final = N_("The tender")
LOT: Final = N_("Lot {lot}")
ITEM: Final = N_("Lot {lot}, item {item}")
CRITERION: Final = N_("Criterion {n}")
DOCUMENT: Final = N_("Document {n}")

_HEADER: Final = (("title", N_("Title"), False), ("description", N_("Description"), True))
_BOND: Final = (
    ("percent", N_("Bid bond, percent of the estimate"), True),
    ("form", N_("Form of the bond"), True),
    ("held_at", N_("Where the bond is held"), True),
    ("valid_until", N_("The bond is valid until at least"), True),
)
_LOT: Final = (
    ("title", N_("Title"), False),
    ("classification", N_("Classification"), False),
    ("estimate", N_("Estimate"), False),
)
_ITEM: Final = (
    ("name", N_("Item"), True),
    ("specification", N_("Specification"), True),
    ("quantity", N_("Quantity"), True),
    ("unit", N_("Unit"), True),
    ("required_on", N_("Needed on"), True),
    ("delivery_place", N_("Delivery place"), True),
    ("classification", N_("Classification"), True),
)
_CRITERION: Final = (
    ("kind", N_("Kind of criterion"), True),
    ("name", N_("Criterion"), True),
    ("evidence", N_("Evidence"), True),
    ("weight", N_("Weight in percent"), True),
)
_Fields = Sequence[tuple[str, str, bool]]
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


def difference(before: Version, after: Version) -> tuple[Change, ...]:
    """Return what changes, in the order in which a tender is read."""
    found = _changes(TENDER, {}, _HEADER, (before, after))
    found += _changes(TENDER, {}, _BOND, (before["bond"], after["bond"]))
    for lot, (old, new) in enumerate(zip(before["lots"], after["lots"], strict=True), start=1):
        found += _changes(LOT, {"lot": lot}, _LOT, (old, new))
        for item, pair in enumerate(zip_longest(old["items"], new["items"], fillvalue=_NONE), start=1):
            found += _changes(ITEM, {"lot": lot, "item": item}, _ITEM, pair)
    for n, pair in enumerate(zip_longest(before["criteria"], after["criteria"], fillvalue=_NONE), start=1):
        found += _changes(CRITERION, {"n": n}, _CRITERION, pair)
    return (*found, *_documents(before, after))


def standing_documents(version: Version) -> dict[str, Mapping[str, Any]]:
    """Return the documents that count in a version, by series."""
    return {one["series"]: one for one in version.get("documents", ()) if one["until"] is None}


def is_material(changes: Iterable[Change]) -> bool:
    """Tell whether bids must be confirmed."""
    return any(change.material for change in changes)


def require_amended(changes: Sequence[Change]) -> None:
    """Raise TenderNotAmended where nothing changes."""
    if not changes:
        raise TenderNotAmended


def require_same_lots(there: int, given: int) -> None:
    """Raise Invalid unless an amendment has as many lots as the tender."""
    if there != given:
        detail = N_("An amendment keeps the lots: call one off, or publish another tender.")
        raise Invalid(errors=[FieldError("/lots", "count", detail)])


def require_same_weighing(lots: Sequence[tuple[Version, Version]]) -> None:
    """Raise Invalid where an amendment gives a lot other features or costs (standing, given); none given keeps them."""
    detail = N_("What bids are weighed by stays as it was announced.")
    errors = [
        FieldError(f"/lots/{place}/{name}", "fixed", detail)
        for place, (standing, given) in enumerate(lots)
        for name in ("features", "costs")
        if given[name] and given[name] != standing[name]
    ]
    if errors:
        raise Invalid(errors=errors)


def deadline(
    procedure: Procedure,
    clock: Clock,
    now: datetime,
    standing: datetime,
    wanted: datetime | None,
    *,
    material: bool,
) -> datetime:
    """Return the deadline that an amendment brings: never sooner, and after a material one with the time left.

    The procedure says how much must be left. TenderPeriodTooShort where a ``wanted`` one is sooner than that.
    """
    period = procedure.extension
    least = max(standing, clock.end_of(now, period)) if material else standing
    if wanted is not None and wanted < least:
        raise TenderPeriodTooShort(
            earliest=least.isoformat(), amount=period.amount, unit=period.unit.value, given=wanted.isoformat()
        )
    return wanted or least


def needs(changes: Iterable[Change], value: Money | None, limit: Money | None, *, later: bool) -> tuple[Need, ...]:
    """Return why a second person must approve; nothing where the author may publish alone.

    ``value`` is what the estimates add up to, None where one is missing; without a ``limit`` any value is within reach.
    ``later``: the deadline moves further than it must.
    """
    found = [Need.ESTIMATE] if any(change.label == _LOT[2][1] for change in changes) else []
    if not _reaches(value, limit):
        found.append(Need.LIMIT)
    if later:
        found.append(Need.DEADLINE)
    return tuple(found)


def require_reach(value: Money | None, limit: Money | None) -> None:
    """Raise TenderAmendmentAboveLimit where an approver's limit does not reach the value; both in one currency."""
    if limit is not None and not _reaches(value, limit):
        shown = "-" if value is None else f"{value.amount} {value.currency}"
        raise TenderAmendmentAboveLimit(amount=shown, limit=f"{limit.amount} {limit.currency}")


def _reaches(value: Money | None, limit: Money | None) -> bool:
    return limit is None or (value is not None and value <= limit)


def require_unchanged(submitted: bytes, now: bytes) -> None:
    """Raise TenderAmendmentOutdated unless an amendment still rests on what stood when it was submitted."""
    if submitted != now:
        raise TenderAmendmentOutdated


def _changes(
    where: str, numbers: Mapping[str, int], fields: _Fields, pair: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> list[Change]:
    """Return the fields that read otherwise; what is there on one side alone is told with its name alone."""
    before, after = pair
    if not before or not after:
        _, label, material = next(one for one in fields if one[0] == "name")
        return [Change(where, numbers, label, _text(before.get("name")), _text(after.get("name")), material)]
    return [
        Change(where, numbers, label, _text(before.get(name)), _text(after.get(name)), material)
        for name, label, material in fields
        if _text(before.get(name)) != _text(after.get(name))
    ]


def _documents(before: Version, after: Version) -> list[Change]:
    old, new = standing_documents(before), standing_documents(after)
    found = []
    for n, series in enumerate(dict.fromkeys((*old, *new)), start=1):
        one, other = old.get(series, _NONE), new.get(series, _NONE)
        if one.get("sha256") != other.get("sha256") or one.get("title") != other.get("title"):
            material = bool(one.get("material") or other.get("material"))
            found.append(Change(DOCUMENT, {"n": n}, N_("Document"), _paper(one), _paper(other), material))
    return found


def _paper(one: Mapping[str, Any]) -> str:
    return f"{one['title']} ({one['name']}, {one['number']})" if one else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
