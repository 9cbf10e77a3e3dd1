"""Amending a published request: versions, who must confirm, the deadline, and what stands in the trail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from b2b_market.audit.commands import ReadTimeline
from b2b_market.audit.service.exploring import read_timeline
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.canonical import digest
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound, StaleVersion
from b2b_market.kernel.units import unit
from b2b_market.notifications.models import NotificationMail
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.commands.requests import (
    CompareEditions,
    ConfirmQuote,
    DraftRfq,
    InviteSupplier,
    ReadEdition,
    ReadQuote,
    ReadRfq,
    ReasonedStep,
    Terms,
    WithdrawQuote,
)
from b2b_market.rfq.models.editions import RfqEdition
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.rules import amending as rules
from b2b_market.rfq.rules import approving, drafting, quoting
from b2b_market.rfq.rules.amending import LineFate
from b2b_market.rfq.service import amending, closing, comparing, confirming, editions, publishing
from b2b_market.rfq.service import quoting as quotes
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import QuoteStatus, RfqStatus
from b2b_market.rfq.tasks import close_due
from tests.support.amendments import amend, amendment, line_changed
from tests.support.delivery import drain_outbox
from tests.support.people import make_company, make_person
from tests.support.rfqs import (
    Market,
    close,
    draft_command,
    make_draft,
    make_market,
    need,
    publish,
    quote_command,
    read,
    submit,
)
from tests.support.rows import rows_of
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 3))


def more(quantity: str = "150") -> dict[str, Quantity]:
    return {"quantity": Quantity(Decimal(quantity), unit("H87"))}


def quote_of(runtime: Runtime, sales: Actor, rfq_id: object) -> QuoteContent:
    with work_for(runtime, sales) as work:
        (found,) = quotes.list_quotes(work, sales, ReadRfq(rfq_id))  # type: ignore[arg-type]  # an id of a test
        return quotes.read_quote(work, sales, ReadQuote(found.id))


def confirm(runtime: Runtime, sales: Actor, content: QuoteContent, edition: int) -> QuoteContent:
    with work_for(runtime, sales) as work:
        command = ConfirmQuote(content.quote.id, content.version, edition)
        return confirming.confirm_quote(work, sales, command)


class TestVersions:
    def test_a_publication_is_version_1(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        for reader in (market.purchaser, market.sales[0]):
            with work_for(runtime, reader) as work:
                (first,) = editions.list_editions(work, reader, ReadRfq(content.rfq.id))
                kept = editions.read_edition(work, reader, ReadEdition(content.rfq.id, 1))
            assert (first.edition, first.material, first.reason, first.last_position) == (1, True, "", 3)
            assert kept.wording.header["title"] == "Spare parts"
            assert [line["quantity"] for line in kept.wording.lines] == ["100", "100", "100"]
            assert kept.edition.content_hash == content.rfq.edition_hash == digest(kept.wording.plain())

    def test_hidden_figures_are_in_no_version(self, runtime: Runtime, market: Market) -> None:
        hidden = publish(runtime, market, draft_command(market.suppliers, 1, estimate="9876543210123"))
        command = amendment(hidden, line_changed(0, target_price=Decimal("71.5519"), note="new"))
        amend(runtime, market.purchaser, command)
        rows = rows_of(runtime, system_actor("test", market.buyer_id), select(RfqEdition))
        assert len([row for row in rows if row.rfq_id == hidden.rfq.id]) == 2
        assert not any(figure in str(row.content) for row in rows for figure in ("9876543210123", "71.5519", "target"))
        stored = read(runtime, market.purchaser, hidden.rfq.id)
        assert list(stored.targets.values()) == [Decimal("71.5519")]

    def test_a_draft_has_no_version_and_strangers_see_none(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        draft = make_draft(runtime, market)
        with work_for(runtime, market.purchaser) as work:
            assert list(editions.list_editions(work, market.purchaser, ReadRfq(draft.rfq.id))) == []
            with pytest.raises(NotFound):
                editions.read_edition(work, market.purchaser, ReadEdition(draft.rfq.id, 1))
        stranger = make_market(runtime)
        for person in (stranger.purchaser, stranger.sales[0]):
            with work_for(runtime, person) as work, pytest.raises(NotFound):
                editions.read_edition(work, person, ReadEdition(content.rfq.id, 1))

    def test_an_amendment_keeps_lines_and_numbers_and_gives_new_ones_new_numbers(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        first = amend(runtime, market.purchaser, amendment(content, without=[2], new=[need(4)]))
        assert [(line.id, line.position) for line in first.lines[:2]] == [
            (line.id, line.position) for line in content.lines[:2]
        ]
        assert [line.position for line in first.lines] == [1, 2, 4]
        second = amend(runtime, market.purchaser, amendment(first, without=[2], new=[need(5)]))
        assert [line.position for line in second.lines] == [1, 2, 5]
        assert (second.rfq.edition, second.rfq.binding_edition, second.rfq.line_count) == (3, 3, 3)
        assert second.rfq.status is RfqStatus.PUBLISHED

    def test_any_two_versions_are_compared_for_buyer_and_supplier_alike(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        first = amend(runtime, market.purchaser, amendment(content, line_changed(0, **more()), new=[need(4)]))
        amend(runtime, market.purchaser, amendment(first, lambda draft: replace(draft, title="Spares")))
        found = []
        for reader in (market.purchaser, market.sales[1]):
            with work_for(runtime, reader) as work:
                compared = editions.compare_editions(work, reader, CompareEditions(content.rfq.id, 1, 3))
                found.append(compared.difference)
                back = editions.compare_editions(work, reader, CompareEditions(content.rfq.id, 3, 2)).difference
            assert [(one.field, one.before, one.after) for one in back.header] == [("title", "Spares", "Spare parts")]
            assert not back.material
        assert found[0] == found[1]
        assert [(one.field, one.before, one.after) for one in found[0].header] == [("title", "Spare parts", "Spares")]
        assert [(one.position, one.fate) for one in found[0].lines] == [(1, LineFate.CHANGED), (4, LineFate.ADDED)]
        (quantity,) = found[0].lines[0].fields
        assert (quantity.before, quantity.after) == ("100", "150")

    def test_a_supplier_invited_later_sees_every_version(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:1], 1))
        amended = amend(runtime, market.purchaser, amendment(content, line_changed(0, note="n")))
        with work_for(runtime, market.purchaser) as work:
            command = InviteSupplier(content.rfq.id, market.suppliers[1], amended.rfq.version)
            publishing.invite_supplier(work, market.purchaser, command)
        with work_for(runtime, market.sales[1]) as work:
            found = editions.list_editions(work, market.sales[1], ReadRfq(content.rfq.id))
        assert [one.edition for one in found] == [2, 1]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE rfq_edition SET content = '{}'::jsonb",
            "UPDATE rfq_edition SET reason = 'other'",
            "DELETE FROM rfq_edition",
        ],
    )
    def test_the_database_lets_nobody_change_a_version(
        self, runtime: Runtime, market: Market, content: RfqContent, statement: str
    ) -> None:
        assert content.rfq.edition == 1
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.buyer_id,), machine=True))
            with pytest.raises(Exception, match="permission denied for table rfq_edition"):
                session.execute(text(statement))
            session.rollback()


class TestAmending:
    def test_what_is_amended_is_stored_and_told(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        later = datetime.now(UTC) + timedelta(days=4)
        command = amendment(
            content,
            lambda draft: replace(
                draft, closes_at=later, terms=Terms(payment_terms="60 days"), currency=Currency("EUR")
            ),
            reason="  steel is bought in euro  ",
        )
        amended = amend(runtime, market.purchaser, command).rfq
        assert (amended.payment_terms, amended.currency, amended.closes_at) == ("60 days", "EUR", later)
        assert (amended.version, amended.next_due_at, amended.editor_id) == (
            content.rfq.version + 1,
            later,
            market.purchaser.user_id,
        )
        with work_for(runtime, market.sales[0]) as work:
            kept = editions.read_edition(work, market.sales[0], ReadEdition(amended.id, 2)).edition
        assert (kept.reason, kept.material, kept.closes_at) == ("steel is bought in euro", True, later)

    def test_without_a_reason_a_version_or_a_change_nothing_happens(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        good = amendment(content, line_changed(0, **more()))
        wrong = [
            (replace(good, reason=" x "), approving.ReasonMissing),
            (replace(good, expected_version=good.expected_version and good.expected_version - 1), StaleVersion),
            (amendment(content), rules.NothingAmended),
            (amendment(content, line_changed(0, target_price=Decimal(3))), rules.NothingAmended),
            (amendment(content, without=[0, 1, 2]), drafting.NothingRequested),
            (amendment(content, lambda draft: replace(draft, closes_at=None)), drafting.DeadlineMissing),
            (amendment(content, line_changed(0, required_on=tomorrow())), drafting.NeedInThePast),
            (amendment(content, line_changed(0, item_name=" ")), Invalid),
            (replace(good, line_ids=(good.line_ids[1], *good.line_ids[1:])), Invalid),
            (replace(good, line_ids=(market.buyer_id, *good.line_ids[1:])), Invalid),
        ]
        for command, refusal in wrong:
            with pytest.raises(refusal):
                amend(runtime, market.purchaser, command)
        stored = read(runtime, market.purchaser, content.rfq.id)
        assert (stored.rfq.edition, stored.rfq.version) == (1, content.rfq.version)
        assert [line.quantity for line in stored.lines] == [Decimal(100)] * 3

    def test_only_a_purchaser_of_the_buyer_amends(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        command = amendment(content, line_changed(0, **more()))
        for person in (market.approver, market.sales[0]):
            with pytest.raises(Forbidden):
                amend(runtime, person, command)
        with pytest.raises(NotFound):
            amend(runtime, make_market(runtime).purchaser, command)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1

    def test_neither_a_draft_nor_a_closed_request_is_amended(self, runtime: Runtime, market: Market) -> None:
        for content in (make_draft(runtime, market), closed(runtime, market)):
            with pytest.raises(IllegalStep):
                amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))

    def test_from_the_deadline_on_it_is_too_late_although_the_clock_was_slow(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        late = replace(runtime, shift=timedelta(hours=49))
        later = datetime.now(UTC) + timedelta(days=9)
        command = amendment(content, lambda draft: replace(draft, closes_at=later))
        with pytest.raises(rules.TooLateToAmend), work_for(late, market.purchaser) as work:
            amending.amend_rfq(work, market.purchaser, command)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1

    def test_a_material_change_leaves_the_companys_extra_time(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, hours=12))
        before = datetime.now(UTC)
        with pytest.raises(rules.DeadlineMustMove) as refused:
            amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        assert refused.value.facts["hours"] == 24
        earliest = datetime.fromisoformat(str(refused.value.facts["earliest"]))
        # the whole minute that follows, be it a moment later
        assert before <= earliest - timedelta(hours=24) < datetime.now(UTC) + timedelta(minutes=1)

        def moved(draft: DraftRfq) -> DraftRfq:
            return line_changed(0, **more())(replace(draft, closes_at=earliest + timedelta(minutes=1)))

        amended = amend(runtime, market.purchaser, amendment(content, moved))
        assert amended.rfq.closes_at == earliest + timedelta(minutes=1)

    def test_a_note_or_a_later_deadline_alone_asks_for_no_time_but_a_sooner_one_does(
        self, runtime: Runtime, market: Market
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, hours=12))
        noted = amend(runtime, market.purchaser, amendment(content, line_changed(0, note="urgent")))
        sooner = datetime.now(UTC) + timedelta(hours=11)
        with pytest.raises(rules.DeadlineMustMove):
            amend(runtime, market.purchaser, amendment(noted, lambda draft: replace(draft, closes_at=sooner)))
        later = datetime.now(UTC) + timedelta(hours=13)
        moved = amend(runtime, market.purchaser, amendment(noted, lambda draft: replace(draft, closes_at=later)))
        assert (moved.rfq.edition, moved.rfq.binding_edition) == (3, 1)

    def test_a_request_does_not_grow_above_what_its_author_may_publish(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="2500")
        content = publish(runtime, market)  # two lines of 100 × 10.00
        command = amendment(content, line_changed(0, **more("200")))
        with pytest.raises(rules.AmendmentNeedsApproval) as refused:
            amend(runtime, market.purchaser, command)
        assert refused.value.facts == {"amount": "CNY 3,000.00", "limit": "CNY 2,500.00"}
        with work_for(runtime, market.purchaser) as work:
            assert amending.preview_amendment(work, market.purchaser, command).needs_approval
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1
        assert amend(runtime, market.purchaser, amendment(content, line_changed(0, **more("150")))).rfq.edition == 2

    def test_the_mode_and_the_invitations_stay(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers[:2], 1, sealed=True))
        command = amendment(content, lambda draft: replace(draft, title="T", sealed=False, supplier_ids=()))
        amended = amend(runtime, market.purchaser, command)
        assert amended.rfq.sealed
        assert {item.supplier_id for item in amended.invitations} == set(market.suppliers[:2])

    def test_a_preview_says_what_would_happen_and_stores_nothing(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, hours=12))
        submit(runtime, market.sales[0], content, ["9"])
        with work_for(runtime, market.purchaser) as work:
            found = amending.preview_amendment(
                work, market.purchaser, amendment(content, line_changed(0, **more()), reason="")
            )
            plain = amending.preview_amendment(work, market.purchaser, amendment(content, line_changed(0, note="n")))
        assert (found.edition, found.to_confirm, found.too_soon) == (2, (market.suppliers[0],), True)
        assert (plain.to_confirm, plain.earliest, plain.too_soon) == ((), None, False)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.version == content.rfq.version


def tomorrow() -> date:
    """Return the day after the buyer's today."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)).date()


def closed(runtime: Runtime, market: Market) -> RfqContent:
    content = publish(runtime, market)
    close(runtime, market, content.rfq.id)
    return read(runtime, market.purchaser, content.rfq.id)


class TestConfirming:
    @pytest.mark.parametrize("sealed", [False, True])
    def test_a_material_change_puts_every_received_quotation_out_until_it_is_confirmed(
        self, runtime: Runtime, market: Market, sealed: bool
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 2, sealed=sealed))
        first = submit(runtime, market.sales[0], content, ["9", "9"])
        submit(runtime, market.sales[1], content, ["8", "8"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        for sales in market.sales[:2]:
            assert quote_of(runtime, sales, content.rfq.id).quote.status is QuoteStatus.NEEDS_CONFIRMATION
        told = read(runtime, market.purchaser, content.rfq.id)
        by_supplier = {item.supplier_id: item.quoted_edition for item in told.invitations}
        assert by_supplier == {market.suppliers[0]: 1, market.suppliers[1]: 1, market.suppliers[2]: None}
        outdated = quote_of(runtime, market.sales[0], content.rfq.id)
        again = confirm(runtime, market.sales[0], outdated, 2)
        assert (again.quote.status, again.quote.revision, again.quote.rfq_edition) == (QuoteStatus.SUBMITTED, 2, 2)
        assert again.quote.content_hash == first.quote.content_hash
        newest, oldest = again.revisions
        assert (newest.rfq_edition, oldest.rfq_edition) == (2, 1)
        statement = quotes.receipt_statement(again.quote, newest)
        assert statement["rfq_edition"] == 2
        assert verify(runtime.receipts.public_key, statement, bytes(newest.signature))
        assert not verify(runtime.receipts.public_key, {**statement, "rfq_edition": 1}, bytes(newest.signature))

    def test_a_sealed_quotation_stays_sealed(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, sealed=True))
        submit(runtime, market.sales[0], content, ["9"])
        amended = amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        with work_for(runtime, market.purchaser) as work:
            assert list(quotes.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))) == []
            preview = amending.preview_amendment(
                work, market.purchaser, amendment(amended, line_changed(0, **more("160")))
            )
        assert preview.to_confirm == ()

    def test_the_comparison_leaves_out_what_nobody_confirmed(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        submit(runtime, market.sales[1], content, ["8", "8", "8"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        confirm(runtime, market.sales[1], quote_of(runtime, market.sales[1], content.rfq.id), 2)
        close(runtime, market, content.rfq.id)
        with work_for(runtime, market.purchaser) as work:
            compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
        assert set(compared.quotes) == {market.suppliers[1]}

    def test_a_plain_change_asks_nobody(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amended = amend(runtime, market.purchaser, amendment(content, line_changed(1, note="by lorry")))
        quote = quote_of(runtime, market.sales[0], content.rfq.id).quote
        assert (quote.status, quote.rfq_edition, amended.rfq.binding_edition) == (QuoteStatus.SUBMITTED, 1, 1)

    def test_a_withdrawn_quotation_is_left_alone(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        sent = submit(runtime, market.sales[0], content, ["9", "9", "9"])
        with work_for(runtime, market.sales[0]) as work:
            quotes.withdraw_quote(work, market.sales[0], WithdrawQuote(sent.quote.id, sent.version))
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        assert quote_of(runtime, market.sales[0], content.rfq.id).quote.status is QuoteStatus.WITHDRAWN

    @pytest.mark.parametrize(
        ("change", "lines"),
        [
            (lambda content: amendment(content, without=[1]), "2"),
            (lambda content: amendment(content, line_changed(0, **more("99"))), "1"),
            (lambda content: amendment(content, line_changed(2, quantity=Quantity(Decimal(100), unit("KGM")))), "3"),
        ],
    )
    def test_what_does_not_fit_must_be_revised(
        self,
        runtime: Runtime,
        market: Market,
        content: RfqContent,
        change: Callable[[RfqContent], AmendRfq],
        lines: str,
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amended = amend(runtime, market.purchaser, change(content))
        outdated = quote_of(runtime, market.sales[0], content.rfq.id)
        with work_for(runtime, market.sales[0]) as work:
            why = confirming.why_not_unchanged(work, market.sales[0], ReadQuote(outdated.quote.id))
        assert isinstance(why, rules.QuoteDoesNotFit)
        with pytest.raises(rules.QuoteDoesNotFit) as refused:
            confirm(runtime, market.sales[0], outdated, 2)
        assert refused.value.facts == {"lines": lines}
        prices = ["8"] * len(amended.lines)
        command = replace(quote_command(amended, prices, version=outdated.version), rfq_edition=2)
        with work_for(runtime, market.sales[0]) as work:
            revised = quotes.submit_quote(work, market.sales[0], command)
        assert (revised.quote.status, revised.quote.rfq_edition) == (QuoteStatus.SUBMITTED, 2)
        assert len(revised.lines) == len(amended.lines)

    def test_what_ran_out_must_be_revised(self, runtime: Runtime, market: Market) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 3, hours=96))
        command = replace(quote_command(content, ["9", "9", "9"]), valid_until=tomorrow())
        with work_for(runtime, market.sales[0]) as work:
            quotes.submit_quote(work, market.sales[0], command)
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        outdated = quote_of(runtime, market.sales[0], content.rfq.id)
        later = replace(runtime, shift=timedelta(hours=72))
        with pytest.raises(rules.QuoteRanOut), work_for(later, market.sales[0]) as work:
            confirming.confirm_quote(work, market.sales[0], ConfirmQuote(outdated.quote.id, outdated.version, 2))

    def test_only_what_is_outdated_is_confirmed_once_before_the_deadline_by_its_supplier(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        sent = submit(runtime, market.sales[0], content, ["9", "9", "9"])
        with pytest.raises(IllegalStep):
            confirm(runtime, market.sales[0], sent, 1)
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        outdated = quote_of(runtime, market.sales[0], content.rfq.id)
        with pytest.raises(rules.RequestAmended):
            confirm(runtime, market.sales[0], outdated, 1)
        with pytest.raises(Invalid):
            confirm(runtime, market.sales[0], outdated, 3)
        with pytest.raises(NotFound):
            confirm(runtime, market.sales[1], outdated, 2)
        with pytest.raises(Forbidden):
            confirm(runtime, market.purchaser, outdated, 2)
        late = replace(runtime, shift=timedelta(hours=49))
        with pytest.raises(quoting.QuoteTooLate):
            confirm(late, market.sales[0], outdated, 2)
        assert confirm(runtime, market.sales[0], outdated, 2).quote.revision == 2
        with pytest.raises(StaleVersion):
            confirm(runtime, market.sales[0], outdated, 2)

    def test_who_does_not_know_of_the_change_cannot_quote(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        amended = amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        command = quote_command(amended, ["9", "9", "9"])
        with pytest.raises(rules.RequestAmended), work_for(runtime, market.sales[0]) as work:
            quotes.submit_quote(work, market.sales[0], command)
        machine = system_actor("test", *market.suppliers)
        assert rows_of(runtime, machine, select(Quote).where(Quote.rfq_id == content.rfq.id)) == []
        with work_for(runtime, market.sales[0]) as work:
            assert quotes.submit_quote(work, market.sales[0], replace(command, rfq_edition=2)).quote.rfq_edition == 2

    def test_an_unconfirmed_quotation_is_lost_with_the_request(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        assert close_due(replace(runtime, shift=timedelta(hours=49))) >= 1
        version = read(runtime, market.purchaser, content.rfq.id).rfq.version
        with work_for(runtime, market.purchaser) as work:
            closing.end_without_award(work, market.purchaser, ReasonedStep(content.rfq.id, version, "nobody confirmed"))
        assert quote_of(runtime, market.sales[0], content.rfq.id).quote.status is QuoteStatus.LOST


class TestTelling:
    def test_suppliers_read_the_difference_in_their_language_and_are_asked_to_confirm(
        self, runtime: Runtime, market: Market
    ) -> None:
        company = make_company(runtime, "Chinese Works", ("supplier",))
        chinese = make_person(runtime, company, Role.SUPPLIER_SALES, name="Li", locale="zh-CN")
        content = publish(runtime, market, draft_command((market.suppliers[0], company), 2))
        submit(runtime, market.sales[0], content, ["9", "9"])
        later = datetime(2098, 1, 31, 4, tzinfo=UTC)
        command = amendment(
            content,
            lambda draft: line_changed(0, **more())(replace(draft, closes_at=later)),
            without=[1],
            new=[replace(need(7), required_on=later.date() + timedelta(days=9))],
        )
        lines = [replace(line, required_on=later.date() + timedelta(days=9)) for line in command.content.lines]
        amend(runtime, market.purchaser, replace(command, content=replace(command.content, lines=tuple(lines))))
        drain_outbox(runtime)
        machine = system_actor("test", *market.suppliers, company)
        mails = {mail.user_id: mail for mail in rows_of(runtime, machine, select(NotificationMail))}
        asked, told = mails[market.sales[0].user_id], mails[chinese.user_id]
        assert (asked.kind, asked.obligatory) == ("rfq.confirmation_wanted", True)
        assert told.kind == "rfq.amended"
        said = asked.facts["changes"]
        assert "Line 1, Item 1: Quantity 100 → 150" in said
        assert "Line 2, Item 2: withdrawn" in said
        assert "New line 3, Item 7: Item code MRO-00007" in said
        assert "第 1 行 Item 1：数量 100 → 150" in told.facts["changes"]
        assert "71.55" not in said
        assert "Target" not in said
        assert asked.facts["reason"] == "the customer asked for it"
        assert market.sales[1].user_id not in mails

    def test_everything_stands_on_the_timelines(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
        confirm(runtime, market.sales[0], quote_of(runtime, market.sales[0], content.rfq.id), 2)
        drain_outbox(runtime)
        quote_id = quote_of(runtime, market.sales[0], content.rfq.id).quote.id

        def actions(reader: Actor, kind: str, thing: object) -> list[str]:
            with work_for(runtime, reader) as work:
                found = read_timeline(work, reader, ReadTimeline(kind, thing, 50))  # type: ignore[arg-type]  # an id of a test
            return [entry.summary.action for entry in found]

        assert "rfq.amended" in actions(market.purchaser, "rfq", content.rfq.id)
        assert actions(market.sales[0], "rfq", content.rfq.id) == ["rfq.amended"]
        assert actions(market.sales[0], "quote", quote_id) == ["quote.confirmed", "quote.outdated", "quote.submitted"]
        machine = system_actor("test", market.buyer_id, *market.suppliers)
        entries = rows_of(runtime, machine, select(AuditEvent).where(AuditEvent.object_id == content.rfq.id))
        for entry in entries:
            assert len([org for org in entry.visible_to if org in market.suppliers]) <= 1
        told = rows_of(runtime, machine, select(OutboxRow).where(OutboxRow.topic == "rfq.amended.v1"))
        (payload,) = [row.payload for row in told if row.aggregate_id == content.rfq.id]
        assert (payload["edition"], payload["material"], payload["to_confirm"]) == (2, True, [str(market.suppliers[0])])


def test_old_receipts_verify_as_they_were_signed(runtime: Runtime, market: Market, content: RfqContent) -> None:
    """A receipt of before versions were named covers no version, and still verifies."""
    sent = submit(runtime, market.sales[0], content, ["9", "9", "9"])
    (revision,) = sent.revisions
    revision.rfq_edition = None
    statement = quotes.receipt_statement(sent.quote, revision)
    assert "rfq_edition" not in statement
    assert statement["purpose"] == "b2b_market quotation receipt v1"


def test_a_request_is_published_with_its_version_in_its_audited_state(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    """Columns that a migration added leave the state of rows that were there as it was hashed."""
    state = content.rfq.audit_state()
    assert state["edition_hash"] == content.rfq.edition_hash
    assert "edition" not in state
    amended = amend(runtime, market.purchaser, amendment(content, line_changed(0, **more())))
    assert amended.rfq.audit_state()["edition"] == 2
