"""What changes between two versions of a tender, what is material, and who must approve it; pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.rules import amending as rules
from b2b_market.tendering.rules import confirming
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort
from b2b_market.tendering.rules.periods import Clock
from b2b_market.tendering.rules.procedures import profile, read_procedure
from b2b_market.tendering.states.amendments import Need

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CHINA = read_procedure(profile("china-open").values)
CLOCK = Clock(ZoneInfo("Asia/Shanghai"), 1)


def item(**changes: Any) -> dict[str, Any]:
    plain = {"name": "Pump", "specification": "", "quantity": "10", "unit": "H87", "required_on": "2098-01-31"}
    return {**plain, "delivery_place": "Shanghai", "classification": "", **changes}


def paper(series: str = "a", **changes: Any) -> dict[str, Any]:
    plain = {"series": series, "title": "Plan", "name": "plan.pdf", "number": 1, "sha256": "00", "until": None}
    return {**plain, "material": True, **changes}


def version(**changes: Any) -> dict[str, Any]:
    lot = {"title": "Lot", "classification": "", "estimate": None, "items": [item()]}
    plain = {"title": "Pumps", "description": "", "bond": {"percent": None, "form": "", "held_at": ""}}
    return {**plain, "lots": [lot], "criteria": [{"kind": "award", "name": "Price", "weight": "100"}], **changes}


def lot(**changes: Any) -> list[dict[str, Any]]:
    return [{**version()["lots"][0], **changes}]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {}, []),
        ({}, {"title": "P"}, [("The tender", "Title", "Pumps", "P", False)]),
        ({}, {"description": "D"}, [("The tender", "Description", "", "D", True)]),
        (
            {},
            {"bond": {"percent": "2", "form": "", "held_at": ""}},
            [("The tender", "Bid bond, percent of the estimate", "", "2", True)],
        ),
        ({}, {"lots": lot(estimate="5")}, [("Lot {lot}", "Estimate", "", "5", False)]),
        ({}, {"lots": lot(items=[item(quantity="11")])}, [("Lot {lot}, item {item}", "Quantity", "10", "11", True)]),
        (
            {},
            {"lots": lot(items=[item(), item(name="Flange")])},
            [("Lot {lot}, item {item}", "Item", "", "Flange", True)],
        ),
        ({}, {"lots": lot(items=[])}, [("Lot {lot}, item {item}", "Item", "Pump", "", True)]),
        ({}, {"criteria": []}, [("Criterion {n}", "Criterion", "Price", "", True)]),
        ({}, {"documents": [paper()]}, [("Document {n}", "Document", "", "Plan (plan.pdf, 1)", True)]),
        (
            {"documents": [paper(material=False)]},
            {"documents": []},
            [("Document {n}", "Document", "Plan (plan.pdf, 1)", "", False)],
        ),
        (
            {"documents": [paper()]},
            {"documents": [paper(until=2), paper(number=2, sha256="01")]},
            [("Document {n}", "Document", "Plan (plan.pdf, 1)", "Plan (plan.pdf, 2)", True)],
        ),
        ({"documents": [paper()]}, {"documents": [paper(note="x")]}, []),
    ],
)
def test_each_difference_is_named_and_told_material_or_not(
    before: dict[str, Any], after: dict[str, Any], found: list[tuple[str, str, str, str, bool]]
) -> None:
    changes = rules.difference(version(**before), version(**after))
    assert [(one.where, one.label, one.before, one.after, one.material) for one in changes] == found
    assert rules.is_material(changes) is any(one[4] for one in found)


def test_what_changes_nothing_is_no_amendment_and_lots_stay() -> None:
    rules.require_amended(rules.difference(version(), version(title="P")))
    with pytest.raises(rules.TenderNotAmended):
        rules.require_amended(())
    rules.require_same_lots(2, 2)
    with pytest.raises(Invalid):
        rules.require_same_lots(2, 1)


def test_what_bids_are_weighed_by_stays() -> None:
    standing: dict[str, Any] = {"features": [{"name": "Speed"}], "costs": []}
    nothing: dict[str, Any] = {"features": [], "costs": []}
    for given in (standing, nothing):
        rules.require_same_weighing([(standing, given)])
    with pytest.raises(Invalid) as refused:
        rules.require_same_weighing([(standing, {"features": [{"name": "Colour"}], "costs": [{"name": "Power"}]})])
    assert [error.pointer for error in refused.value.errors] == ["/lots/0/features", "/lots/0/costs"]


def test_a_material_amendment_leaves_the_procedures_time() -> None:
    near, far = NOW + timedelta(days=2), NOW + timedelta(days=40)

    def moved(standing: datetime, wanted: datetime | None, *, material: bool) -> datetime:
        return rules.deadline(CHINA, CLOCK, NOW, standing, wanted, material=material)

    assert moved(near, None, material=True) == NOW + timedelta(days=15)
    assert moved(far, None, material=True) == far
    assert moved(near, None, material=False) == near
    assert moved(near, far, material=True) == far
    for wanted, material in ((NOW + timedelta(days=14), True), (NOW + timedelta(days=1), False)):
        with pytest.raises(TenderPeriodTooShort):
            moved(near, wanted, material=material)


def test_a_second_person_is_needed_for_estimates_limits_and_later_deadlines() -> None:
    title = rules.difference(version(), version(title="P"))
    estimate = rules.difference(version(), version(lots=lot(estimate="5")))
    limit, value = Money.of("100", "CNY"), Money.of("101", "CNY")
    assert rules.needs(title, value, None, later=False) == ()
    assert rules.needs(title, Money.of("100", "CNY"), limit, later=False) == ()
    assert rules.needs(estimate, value, None, later=False) == (Need.ESTIMATE,)
    assert rules.needs(title, value, limit, later=False) == (Need.LIMIT,)
    assert rules.needs(title, None, limit, later=True) == (Need.LIMIT, Need.DEADLINE)
    rules.require_reach(value, None)
    rules.require_reach(limit, limit)
    for above in (value, None):
        with pytest.raises(rules.TenderAmendmentAboveLimit):
            rules.require_reach(above, limit)


def test_an_approval_rests_on_what_was_submitted() -> None:
    rules.require_unchanged(b"a", b"a")
    with pytest.raises(rules.TenderAmendmentOutdated):
        rules.require_unchanged(b"a", b"b")


def test_a_bid_is_for_an_edition_that_counts_or_is_confirmed_over_the_same_items() -> None:
    confirming.require_binding(2, 2)
    with pytest.raises(confirming.BidForEarlierEdition):
        confirming.require_binding(1, 2)
    confirming.require_due(1, 2)
    with pytest.raises(confirming.ConfirmationNotDue):
        confirming.require_due(2, 2)
    confirming.require_confirmable([item()], [item(quantity="99")])
    for after in ([item(unit="KGM")], [item(), item()]):
        with pytest.raises(confirming.BidNotConfirmable):
            confirming.require_confirmable([item()], after)
