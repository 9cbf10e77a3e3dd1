from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from b2b_market.contracts.commands import ChargeKind, Deal, DealCharge, DealLine, DisputeForum, Terms
from b2b_market.contracts.rules import drafting, printing, terms
from b2b_market.contracts.states import LIFECYCLE, ContractStatus
from b2b_market.infra.ids import new_id
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import IllegalStep, Invalid
from tests.contracts.sheets import SUPPLIER_PARTY, TERMS

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
PLACES = ["上海", "Hangzhou"]


def line(quantity: str, price: str) -> DealLine:
    return DealLine(
        rfq_line_id=new_id(), item_name="x", quantity=Decimal(quantity), unit="H87", unit_price=Decimal(price)
    )


def deal(*lines: DealLine) -> Deal:
    return Deal(
        supplier=SUPPLIER_PARTY,
        quote_id=new_id(),
        quote_number="Q-2026-000001",
        quote_revision=1,
        currency=Currency("EUR"),
        terms=Terms(),
        lines=lines,
    )


def test_a_contract_is_drafted_proposed_and_voided_but_never_comes_back() -> None:
    assert LIFECYCLE.initial is ContractStatus.DRAFTED
    assert LIFECYCLE.allowed(ContractStatus.DRAFTED) == ("edit", "release", "void")
    assert LIFECYCLE.allowed(ContractStatus.PROPOSED) == ("revise", "void")
    assert LIFECYCLE.terminal() == {ContractStatus.VOIDED}
    for step in ("edit", "revise", "release", "void"):
        with pytest.raises(IllegalStep):
            LIFECYCLE.require(ContractStatus.VOIDED, step)


def test_numbers_name_year_and_count() -> None:
    assert drafting.contract_number(2026, 123) == "C-2026-000123"
    assert drafting.contract_number(2026, 1_234_567) == "C-2026-1234567"


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "amount"),
    [
        ("EUR", "3", "0.335", "1.01"),
        ("EUR", "1.5", "0.01", "0.02"),
        ("JPY", "7", "0.5", "4"),
        ("KWD", "1", "0.0005", "0.001"),
    ],
)
def test_amounts_are_rounded_half_up_to_the_minor_unit(currency: str, quantity: str, price: str, amount: str) -> None:
    assert drafting.amount_of(line(quantity, price), Currency(currency)).amount == Decimal(amount)


def test_the_total_is_the_sum_of_the_rounded_lines() -> None:
    made = deal(line("1", "0.005"), line("1", "0.005"), line("2", "10"))
    assert drafting.total_amount(made).amount == Decimal("20.02")
    ids = tuple(one.rfq_line_id for one in made.lines)
    charges = (
        DealCharge(kind=ChargeKind.DISCOUNT, rfq_line_ids=ids[1:], amount=Decimal("-1.01"), percent=Decimal("5.00")),
        DealCharge(kind=ChargeKind.SETUP, rfq_line_ids=ids[2:], amount=Decimal(80)),
    )
    charged = replace(made, charges=charges)
    assert drafting.total_amount(charged).amount == Decimal("99.01")
    assert drafting.written_charges(charged) == [
        {"kind": "setup", "lines": [3], "percent": None, "amount": "80"},
        {"kind": "discount", "lines": [2, 3], "percent": "5", "amount": "-1.01"},
    ]


@pytest.mark.parametrize("lines", [(), (line("0", "1"),), (line("1", "1"), line("1", "-0.01"))])
def test_an_award_of_nothing_is_a_fault_not_a_contract(lines: tuple[DealLine, ...]) -> None:
    with pytest.raises(ValueError, match="gives nothing"):
        drafting.require_drawable(deal(*lines))
    drafting.require_drawable(deal(line("1", "0")))


def test_whole_terms_have_no_open_point() -> None:
    assert terms.open_points(TERMS, PLACES) == ()
    terms.require_releasable(TERMS, PLACES)


@pytest.mark.parametrize(
    ("changed", "places", "pointers"),
    [
        (Terms(), [], ["/payment_terms", "/governing_law"]),
        (Terms(), ["", "x"], ["/incoterm", "/payment_terms", "/governing_law"]),
        (replace(TERMS, incoterm="", incoterm_place=""), PLACES, []),
        (replace(TERMS, incoterm="", incoterm_place=""), ["x", ""], ["/incoterm"]),
        (replace(TERMS, payment_terms=""), PLACES, ["/payment_terms"]),
        (replace(TERMS, governing_law=""), PLACES, ["/governing_law"]),
    ],
)
def test_open_points_are_named_one_by_one(changed: Terms, places: list[str], pointers: list[str]) -> None:
    assert [error.pointer for error in terms.open_points(changed, places)] == pointers
    if pointers:
        with pytest.raises(terms.TermsIncomplete) as refused:
            terms.require_releasable(changed, places)
        assert refused.value.facts == {"open": ", ".join(pointer.strip("/") for pointer in pointers)}
        assert [error.pointer for error in refused.value.errors] == pointers


@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        (TERMS, []),
        (replace(TERMS, incoterm_place=""), ["/incoterm_place"]),
        (replace(TERMS, arbitration_body=""), ["/arbitration_body"]),
        (replace(TERMS, arbitration_body="", dispute_forum=DisputeForum.BUYER_COURT), []),
        (replace(TERMS, incoterm_place="", arbitration_body=""), ["/incoterm_place", "/arbitration_body"]),
    ],
)
def test_terms_that_need_another_term_say_which(changed: Terms, pointers: list[str]) -> None:
    if not pointers:
        terms.require_sound(changed)
        return
    with pytest.raises(Invalid) as refused:
        terms.require_sound(changed)
    assert [error.pointer for error in refused.value.errors] == pointers


def test_an_edit_must_change_something() -> None:
    with pytest.raises(terms.NothingChanged) as refused:
        terms.require_change(TERMS, replace(TERMS), 3)
    assert refused.value.facts == {"edition": 3}
    terms.require_change(TERMS, replace(TERMS, notes="x"), 3)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reason_is_words(reason: str) -> None:
    with pytest.raises(Invalid):
        terms.require_reason(reason)
    terms.require_reason("wrong supplier")


def test_failed_prints_come_back_ever_later_but_always() -> None:
    waits = [printing.next_attempt(attempts, NOW) - NOW for attempts in (1, 2, 3, 9, 1000)]
    assert waits == [
        timedelta(seconds=20),
        timedelta(seconds=40),
        timedelta(seconds=80),
        timedelta(hours=1),
        timedelta(hours=1),
    ]
