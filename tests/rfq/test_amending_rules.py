"""What is material, what an amendment must leave, and when a quotation fits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.documents.differences import LABELS
from b2b_market.rfq.models.requests import LINE_COLUMNS, LINE_TERMS, Rfq
from b2b_market.rfq.rules import amending
from b2b_market.rfq.rules.amending import Difference, LineFate, Wording, difference
from b2b_market.rfq.service.editions import HEADER_COLUMNS

FIRST, SECOND = UUID(int=1), UUID(int=2)
HEADER: dict[str, object] = {
    "title": "Spare parts",
    "description": "",
    "currency": "CNY",
    "payment_terms": "30 days net",
    "incoterm": "DAP",
    "incoterm_place": "Dalian",
    "closes_at": "2026-11-30T10:00:00.000000Z",
}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOT_SHOWN = {
    "waiting_amendment_id",
    "id", "version", "created_at", "changed_at", "audit_salt", "number", "buyer_id", "author_id", "editor_id",
    "approver_id", "status", "sealed", "published_at", "closed_at", "reason", "line_count", "lines_digest",
    "targets_digest", "party_ids", "next_due_at", "edition", "binding_edition", "edition_hash", "visibility",
    "round", "most_rounds", "most_counters", "round_hash",
    "guest_count", "attachment_count", "nda_text", "asked_answers",
}  # fmt: skip
"""Columns of a request that a version does not keep: what they are, not what is asked for."""


def line(line_id: UUID = FIRST, position: int = 1, **fields: Any) -> dict[str, object]:
    usual: dict[str, object] = {
        "id": str(line_id),
        "position": position,
        "item_name": "Hex bolt M8",
        "item_code": "MRO-1",
        "specification": "GB/T 5782",
        "quantity": "100",
        "unit": "H87",
        "required_on": "2027-01-31",
        "delivery_place": "Shanghai",
        "note": "",
    }
    return usual | fields


def wording(*lines: dict[str, object], **header: object) -> Wording:
    return Wording(HEADER | header, lines or (line(),))


def test_a_version_keeps_every_column_that_suppliers_are_shown() -> None:
    """A column that somebody adds must be decided on: shown and compared, or none of a version's business."""
    assert {column.name for column in Rfq.__table__.columns} == set(HEADER_COLUMNS) | NOT_SHOWN
    assert set(LABELS) == set(amending.ORDER)
    attached = {"documents", "nda_text"}  # said only where there are any
    assert set(LABELS) == set(HEADER_COLUMNS) | ({*LINE_COLUMNS, *LINE_TERMS} - amending.PLACES) | attached


@pytest.mark.parametrize(
    ("changed", "material"),
    [
        ({"title": "Spare parts, hall 4"}, False),
        ({"description": "Deliver at gate 3"}, False),
        ({"closes_at": "2026-12-05T10:00:00.000000Z"}, False),
        ({"closes_at": "2026-11-25T10:00:00.000000Z"}, False),
        ({"currency": "EUR"}, True),
        ({"payment_terms": "60 days net"}, True),
        ({"incoterm": "EXW"}, True),
        ({"incoterm_place": "Shanghai"}, True),
        ({"substitutes": True}, True),
    ],
)
def test_what_of_the_header_is_material(changed: dict[str, Any], material: bool) -> None:
    found = difference(wording(), wording(**changed))
    assert [change.field for change in found.header] == list(changed)
    assert (found.material, found.lines) == (material, ())


@pytest.mark.parametrize(
    ("changed", "material"),
    [
        ({"note": "Urgent"}, False),
        ({"quantity": "150"}, True),
        ({"quantity": "50"}, True),
        ({"unit": "KGM"}, True),
        ({"specification": "GB/T 5783"}, True),
        ({"item_name": "Hex bolt M10"}, True),
        ({"item_code": "MRO-2"}, True),
        ({"required_on": "2027-02-28"}, True),
        ({"delivery_place": "Dalian"}, True),
    ],
)
def test_what_of_a_line_is_material(changed: dict[str, Any], material: bool) -> None:
    found = difference(wording(), wording(line(**changed)))
    (one,) = found.lines
    assert (one.fate, [change.field for change in one.fields]) == (LineFate.CHANGED, list(changed))
    assert found.material is one.material is material


def test_blanks_and_nothing_at_all_are_no_change() -> None:
    found = difference(wording(extra=""), wording(line(specification=" GB/T  5782\n"), extra=None))
    assert found == Difference((), ())
    assert found.empty
    with pytest.raises(amending.NothingAmended):
        amending.require_change(found)
    amending.require_change(difference(wording(), wording(title="Other")))


def test_fields_stand_in_the_order_they_are_read_in() -> None:
    assert amending.in_order(["zeal", "note", "title", "ardour", "quantity"]) == [
        "title",
        "quantity",
        "note",
        "ardour",
        "zeal",
    ]


def test_new_and_withdrawn_lines_are_material_and_stand_by_their_number() -> None:
    found = difference(wording(line(), line(SECOND, 2)), wording(line(SECOND, 2), line(uuid4(), 3)))
    assert [(one.position, one.fate, one.material) for one in found.lines] == [
        (1, LineFate.WITHDRAWN, True),
        (3, LineFate.ADDED, True),
    ]
    assert found.material


@pytest.mark.parametrize(
    ("before", "after", "grows"),
    [
        (wording(), wording(title="Other"), False),
        (wording(), wording(line(quantity="99")), False),
        (wording(), wording(line(quantity="100.5")), True),
        (wording(), wording(line(unit="KGM")), True),
        (wording(), wording(line(specification="other")), False),
        (wording(), wording(line(), line(SECOND, 2)), True),
        (wording(line(), line(SECOND, 2)), wording(line()), False),
        (wording(), wording(currency="EUR"), True),
    ],
)
def test_what_asks_for_more(before: Wording, after: Wording, grows: bool) -> None:
    assert difference(before, after).grows is grows


def test_a_deadline_must_leave_the_extra_time_to_the_minute() -> None:
    amending.require_time_left(NOON + timedelta(hours=24), NOON, 24)
    almost = NOON + timedelta(hours=24) - timedelta(seconds=1)
    with pytest.raises(amending.DeadlineMustMove) as refused:
        amending.require_time_left(almost, NOON, 24)
    assert refused.value.facts == {"hours": 24, "earliest": "2026-11-23T12:00+00:00"}
    with pytest.raises(amending.DeadlineMustMove):
        amending.require_time_left(NOON, NOON, 0)


def test_the_earliest_deadline_is_a_full_minute_that_is_enough() -> None:
    assert amending.earliest_deadline(NOON, 24) == NOON + timedelta(hours=24)
    late = NOON + timedelta(seconds=1)
    earliest = amending.earliest_deadline(late, 24)
    assert earliest == NOON + timedelta(hours=24, minutes=1)
    amending.require_time_left(earliest, late, 24)


def test_time_is_needed_after_a_material_change_and_for_a_sooner_deadline() -> None:
    plain, material = difference(wording(), wording(title="Other")), difference(wording(), wording(currency="EUR"))
    assert amending.needs_time(material, NOON, NOON)
    assert amending.needs_time(plain, NOON, NOON - timedelta(minutes=1))
    assert not amending.needs_time(plain, NOON, NOON)


def test_from_the_deadline_on_nothing_is_amended() -> None:
    amending.require_before_deadline(NOON, NOON - timedelta(microseconds=1))
    for closes_at in (NOON, None):
        with pytest.raises(amending.TooLateToAmend):
            amending.require_before_deadline(closes_at, NOON)


GROWN, SHRUNK = difference(wording(), wording(line(quantity="101"))), difference(wording(), wording(line(quantity="9")))


@pytest.mark.parametrize(
    ("found", "before", "after", "limit", "allowed"),
    [
        (GROWN, "1000", "1010", "2000", True),
        (GROWN, "1000", "1010", "1010", True),
        (GROWN, "1000", "1010", "1009.99", False),
        (GROWN, "1000", "1000", "500", False),
        (SHRUNK, "1000", "90", "50", True),
        (SHRUNK, "1000", "1200", "50", False),
        (SHRUNK, None, "1200", "50", False),
        (GROWN, None, None, None, False),
        (SHRUNK, None, None, None, True),
        (GROWN, None, "1010", None, True),
    ],
)
def test_a_request_grows_within_the_own_limit(
    found: Difference, before: str | None, after: str | None, limit: str | None, allowed: bool
) -> None:
    def money(amount: str | None) -> Money | None:
        return Money.of(amount, "CNY") if amount is not None else None

    values = (money(before), money(after))
    if allowed:
        amending.require_reach(found, values, money(limit))
        return
    with pytest.raises(amending.AmendmentNeedsApproval) as refused:
        amending.require_reach(found, values, money(limit))
    assert set(refused.value.facts) == {"amount", "limit"}


def test_values_in_two_currencies_count_as_growth() -> None:
    values = (Money.of("1000", "EUR"), Money.of("900", "CNY"))
    with pytest.raises(amending.AmendmentNeedsApproval):
        amending.require_reach(SHRUNK, values, Money.of("100", "CNY"))


def test_one_amendment_at_a_time_waits_for_its_approval() -> None:
    amending.require_none_waits(None)
    with pytest.raises(amending.AmendmentWaits) as refused:
        amending.require_none_waits(UUID(int=5))
    assert (refused.value.code, refused.value.facts) == ("rfq-amendment-waits", {})


def test_a_supplier_answers_a_version_that_stands() -> None:
    amending.require_standing(2, 2, 3)
    amending.require_standing(3, 2, 3)
    with pytest.raises(amending.RequestAmended) as refused:
        amending.require_standing(1, 2, 3)
    assert refused.value.facts == {"seen": 1, "binding": 2}
    with pytest.raises(Invalid):
        amending.require_standing(4, 2, 3)


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        (wording(line(), line(SECOND, 2)), ()),
        (wording(line(specification="other", quantity="100"), line(SECOND, 2, quantity="500")), ()),
        (wording(line(quantity="99"), line(SECOND, 2)), (1,)),
        (wording(line(unit="KGM"), line(SECOND, 2)), (1,)),
        (wording(line()), (2,)),
        (wording(line(uuid4(), 3)), (1, 2)),
    ],
)
def test_a_quotation_fits_what_is_there_in_its_unit_and_as_much(now: Wording, wrong: tuple[int, ...]) -> None:
    then = wording(line(), line(SECOND, 2))
    quoted = [(FIRST, 1, Decimal(100)), (SECOND, 2, Decimal(40))]
    assert amending.misfits(quoted, then, now) == wrong
    if wrong:
        with pytest.raises(amending.QuoteDoesNotFit) as refused:
            amending.require_fit(quoted, then, now)
        assert refused.value.facts == {"lines": ", ".join(map(str, wrong))}
    else:
        amending.require_fit(quoted, then, now)


@pytest.mark.parametrize("content", [{}, {"header": {}}, {"header": [], "lines": []}, {"header": {}, "lines": 3}])
def test_anything_else_is_no_version(content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no version"):
        Wording.read(content)


def test_a_version_is_read_as_it_was_kept() -> None:
    kept = wording(line(), line(SECOND, 2))
    assert Wording.read(kept.plain()) == kept
