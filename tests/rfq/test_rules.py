"""The pure decisions about requests, quotations and awards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.infra.ids import new_id
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Invalid
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.requests import DraftRfq, LineInput, QuoteLineInput, SubmitQuote, Terms
from b2b_market.rfq.rules import approving, awarding, drafting, quoting
from b2b_market.rfq.states import TAKES_QUOTES, Disclosure, RfqStatus

CNY = Currency("CNY")
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CLOSES = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def line(**changes: object) -> LineInput:
    values: dict[str, object] = {
        "item_name": "Hexagon bolt M16",
        "quantity": Quantity(Decimal(100), unit("H87")),
        "required_on": TODAY + timedelta(days=30),
        "delivery_place": "Shanghai",
    }
    return LineInput(**{**values, **changes})  # type: ignore[arg-type]  # the names are right by construction


def draft(**changes: object) -> DraftRfq:
    values: dict[str, object] = {"title": "Bolts", "currency": CNY, "lines": (line(),)}
    return DraftRfq(**{**values, **changes})  # type: ignore[arg-type]  # the names are right by construction


def errors_of(content: DraftRfq) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        drafting.require_sound_draft(content, TODAY)
    return [(error.pointer, error.code) for error in caught.value.errors]


class TestDrafts:
    def test_a_sound_draft_passes_with_and_without_optional_parts(self) -> None:
        drafting.require_sound_draft(draft(), TODAY)
        terms = Terms(incoterm="DAP", incoterm_place="Shanghai")
        sound = draft(estimate=Decimal("10.5000"), terms=terms, lines=(line(target_price=Decimal("0.000001")),))
        drafting.require_sound_draft(sound, TODAY)
        drafting.require_sound_draft(draft(lines=()), TODAY)

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"title": "   "}, "/title", "required"),
            ({"estimate": Decimal(0)}, "/estimate", "amount"),
            ({"estimate": Decimal("1.00001")}, "/estimate", "amount"),
            ({"estimate": drafting.MAX_PRICE}, "/estimate", "amount"),
            ({"terms": Terms(incoterm_place="Shanghai")}, "/incoterm", "required"),
            ({"terms": Terms(incoterm="DAP", incoterm_place=" ")}, "/incoterm_place", "required"),
            ({"lines": (line(item_name=" "),)}, "/lines/0/item_name", "required"),
            ({"lines": (line(quantity=Quantity(Decimal(0), unit("H87"))),)}, "/lines/0/quantity", "positive"),
            ({"lines": (line(), line(required_on=TODAY))}, "/lines/1/required_on", "past"),
            ({"lines": (line(delivery_place=""),)}, "/lines/0/delivery_place", "required"),
            ({"lines": (line(target_price=Decimal(0)),)}, "/lines/0/target_price", "amount"),
        ],
    )
    def test_each_wrong_field_is_named(self, changes: dict[str, object], pointer: str, code: str) -> None:
        assert errors_of(draft(**changes)) == [(pointer, code)]

    @pytest.mark.parametrize("disclosure", list(Disclosure))
    def test_sealed_prices_are_shown_to_nobody(self, disclosure: Disclosure) -> None:
        drafting.require_sound_draft(draft(disclosure=disclosure), TODAY)
        sealed = draft(sealed=True, disclosure=disclosure)
        if disclosure is Disclosure.NOTHING:
            drafting.require_sound_draft(sealed, TODAY)
        else:
            assert errors_of(sealed) == [("/disclosure", "sealed")]

    def test_every_wrong_field_is_named_at_once(self) -> None:
        found = errors_of(draft(title="", lines=(line(item_name="", delivery_place=""),)))
        assert [pointer for pointer, _ in found] == ["/title", "/lines/0/item_name", "/lines/0/delivery_place"]

    def test_too_many_lines_or_suppliers_are_refused(self) -> None:
        many = draft(lines=(line(),) * (drafting.MAX_LINES + 1))
        assert ("/lines", "too-many") in errors_of(many)
        crowd = draft(supplier_ids=tuple(new_id() for _ in range(drafting.MAX_SUPPLIERS + 1)))
        assert errors_of(crowd) == [("/supplier_ids", "too-many")]


class TestPublication:
    def test_what_is_missing_is_refused_by_name(self) -> None:
        later = [CLOSES.date() + timedelta(days=1)]
        with pytest.raises(drafting.NothingRequested):
            drafting.require_publishable([], CLOSES, reachable=True)
        with pytest.raises(drafting.NobodyInvited):
            drafting.require_publishable(later, CLOSES, reachable=False)
        with pytest.raises(drafting.DeadlineMissing):
            drafting.require_publishable(later, None, reachable=True)
        assert drafting.require_publishable(later, CLOSES, reachable=True) == CLOSES

    def test_a_line_needed_on_the_day_of_the_deadline_is_too_early(self) -> None:
        with pytest.raises(drafting.NeedInThePast) as caught:
            drafting.require_publishable([CLOSES.date() + timedelta(days=1), CLOSES.date()], CLOSES, reachable=True)
        assert caught.value.facts["line"] == 2

    @pytest.mark.parametrize(("shift", "refused"), [(-1, True), (0, False), (1, False)])
    def test_the_minimum_time_is_exact_to_the_microsecond(self, shift: int, refused: bool) -> None:
        closes_at = NOW + timedelta(hours=24, microseconds=shift)
        if refused:
            with pytest.raises(drafting.DeadlineTooSoon):
                drafting.require_quoting_time(closes_at, NOW, 24)
        else:
            drafting.require_quoting_time(closes_at, NOW, 24)

    def test_the_deadline_that_is_offered_would_be_accepted(self) -> None:
        now = NOW + timedelta(seconds=3, microseconds=5)
        with pytest.raises(drafting.DeadlineTooSoon) as caught:
            drafting.require_quoting_time(now, now, 24)
        offered = datetime.fromisoformat(str(caught.value.facts["earliest"]))
        assert timedelta(0) <= offered - (now + timedelta(hours=24)) < timedelta(minutes=1)
        drafting.require_quoting_time(offered, now, 24)

    def test_a_deadline_now_is_too_late_even_without_a_minimum(self) -> None:
        with pytest.raises(drafting.DeadlineTooSoon):
            drafting.require_quoting_time(NOW, NOW, 0)
        drafting.require_quoting_time(NOW + timedelta(microseconds=1), NOW, 0)

    def test_the_expected_value_is_the_estimate_else_the_sum_of_targets(self) -> None:
        targets = [(Decimal("1.005"), Decimal(1)), (Decimal(2), Decimal(3))]
        assert drafting.expected_value(Decimal(7), targets, CNY) == Money(Decimal(7), CNY)
        assert drafting.expected_value(None, targets, CNY) == Money(Decimal("7.01"), CNY)

    def test_nobody_can_tell_the_value_without_estimate_and_all_targets(self) -> None:
        assert drafting.expected_value(None, [], CNY) is None
        assert drafting.expected_value(None, [(Decimal(1), Decimal(1)), (None, Decimal(1))], CNY) is None


class TestApproval:
    def test_limits_include_their_bound_and_unknown_amounts_exceed_every_limit(self) -> None:
        limit = Money(Decimal(100), CNY)
        assert approving.within_limit(Money(Decimal(100), CNY), limit)
        assert not approving.within_limit(Money(Decimal("100.0001"), CNY), limit)
        assert approving.within_limit(None, None)
        assert not approving.within_limit(None, limit)

    def test_authors_need_approval_above_their_limit_and_for_unknown_amounts(self) -> None:
        approving.require_own_limit(Money(Decimal(1), CNY), None)
        with pytest.raises(approving.ApprovalNeeded) as caught:
            approving.require_own_limit(Money(Decimal("1234.5"), CNY), Money(Decimal(1), CNY))
        assert caught.value.facts == {"amount": "CNY 1,234.50", "limit": "CNY 1.00"}
        with pytest.raises(approving.ApprovalNeeded) as caught:
            approving.require_own_limit(None, None)
        assert caught.value.facts == {"amount": "?", "limit": "?"}

    def test_approvers_are_refused_above_their_limit(self) -> None:
        approving.require_approver_limit(Money(Decimal(5), CNY), Money(Decimal(5), CNY))
        approving.require_approver_limit(None, None)
        with pytest.raises(approving.AboveLimit):
            approving.require_approver_limit(Money(Decimal(6), CNY), Money(Decimal(5), CNY))
        with pytest.raises(approving.AboveLimit):
            approving.require_approver_limit(None, Money(Decimal(5), CNY))

    def test_a_reason_must_say_something(self) -> None:
        assert approving.require_reason("  price agreed  ") == "price agreed"
        with pytest.raises(approving.ReasonMissing):
            approving.require_reason(" no ")


class TestQuotations:
    @pytest.mark.parametrize(("shift", "refused"), [(-1, False), (0, True), (1, True)])
    def test_the_deadline_is_half_open(self, shift: int, refused: bool) -> None:
        moment = CLOSES + timedelta(microseconds=shift)
        if refused:
            with pytest.raises(quoting.QuoteTooLate):
                quoting.require_open(RfqStatus.PUBLISHED, CLOSES, moment)
        else:
            quoting.require_open(RfqStatus.PUBLISHED, CLOSES, moment)

    @pytest.mark.parametrize("status", [status for status in RfqStatus if status not in TAKES_QUOTES])
    def test_only_published_requests_and_open_rounds_take_quotations(self, status: RfqStatus) -> None:
        with pytest.raises(quoting.NotOpenForQuotes):
            quoting.require_open(status, CLOSES, NOW)

    def test_after_the_deadline_a_closed_request_says_too_late_and_a_cancelled_one_says_cancelled(self) -> None:
        with pytest.raises(quoting.QuoteTooLate):
            quoting.require_open(RfqStatus.CLOSED, CLOSES, CLOSES)
        with pytest.raises(quoting.NotOpenForQuotes):
            quoting.require_open(RfqStatus.CANCELLED, CLOSES, CLOSES)
        with pytest.raises(quoting.NotOpenForQuotes):
            quoting.require_open(RfqStatus.DRAFT, None, NOW)

    def test_sealed_requests_close_by_the_clock_alone(self) -> None:
        quoting.require_early_close(sealed=False, closes_at=CLOSES)
        with pytest.raises(quoting.CloseTooEarly):
            quoting.require_early_close(sealed=True, closes_at=CLOSES)
        with pytest.raises(quoting.CloseTooEarly):
            quoting.require_early_close(sealed=True, closes_at=None)

    def test_a_sound_quotation_passes(self) -> None:
        need = new_id()
        full = price(need, quantity=Decimal(5), lead_days=0, min_quantity=Decimal(1))
        quoting.require_sound_quote(quote(full), {need: Decimal(5)}, TODAY)

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"unit_price": Decimal(0)}, "unit_price", "amount"),
            ({"unit_price": quoting.MAX_PRICE}, "unit_price", "amount"),
            ({"quantity": Decimal(0)}, "quantity", "range"),
            ({"quantity": Decimal("5.000001")}, "quantity", "range"),
            ({"lead_days": -1}, "lead_days", "range"),
            ({"lead_days": quoting.MAX_LEAD_DAYS + 1}, "lead_days", "range"),
            ({"min_quantity": Decimal(0)}, "min_quantity", "positive"),
        ],
    )
    def test_each_wrong_field_of_a_line_is_named(self, changes: dict[str, object], field: str, code: str) -> None:
        need = new_id()
        assert quote_errors(quote(price(need, **changes)), {need: Decimal(5)}) == [(f"/lines/0/{field}", code)]

    def test_unknown_and_repeated_lines_and_empty_quotations_are_refused(self) -> None:
        need = new_id()
        needs = {need: Decimal(5)}
        assert quote_errors(quote(price(new_id())), needs) == [("/lines/0/line_id", "unknown")]
        assert quote_errors(quote(price(need), price(need)), needs) == [("/lines/1/line_id", "twice")]
        assert quote_errors(quote(), needs) == [("/lines", "required")]

    def test_a_quotation_holds_for_a_day_at_least(self) -> None:
        need = new_id()
        assert quote_errors(quote(price(need), valid_until=TODAY), {need: Decimal(5)}) == [("/valid_until", "past")]

    def test_the_total_adds_rounded_lines(self) -> None:
        lines = [(Decimal("0.005"), Decimal(1)), (Decimal("0.005"), Decimal(1))]
        assert quoting.quote_total(lines, CNY) == Money(Decimal("0.02"), CNY)


class TestAwards:
    def test_what_is_awarded_in_full_is_not_open_any_more(self) -> None:
        one, two, three = new_id(), new_id(), new_id()
        needs = {one: Decimal(10), two: Decimal(5), three: Decimal(1)}
        awarded = [(one, Decimal(4)), (one, Decimal(3)), (two, Decimal(5))]
        assert awarding.still_open(needs, awarded) == {one: Decimal(3), three: Decimal(1)}

    def test_a_quotation_wins_everything_only_with_every_line_in_full(self) -> None:
        one, two = new_id(), new_id()
        offered = {one: Decimal(10), two: Decimal(5)}
        assert awarding.wins_everything(offered, {one: Decimal(10), two: Decimal(5)})
        assert not awarding.wins_everything(offered, {one: Decimal(10), two: Decimal(4)})
        assert not awarding.wins_everything(offered, {one: Decimal(10)})


def price(line_id: UUID, **changes: object) -> QuoteLineInput:
    return QuoteLineInput(**{"line_id": line_id, "unit_price": Decimal("1.5"), **changes})  # type: ignore[arg-type]  # right by construction


def quote(*lines: QuoteLineInput, valid_until: date = TODAY + timedelta(days=30)) -> SubmitQuote:
    return SubmitQuote(rfq_id=new_id(), currency=CNY, valid_until=valid_until, lines=lines)


def quote_errors(command: SubmitQuote, needs: dict[UUID, Decimal]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        quoting.require_sound_quote(command, needs, TODAY)
    return [(error.pointer, error.code) for error in caught.value.errors]
