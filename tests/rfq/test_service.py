"""The operations on requests, quotations and awards, against the database and its row policies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound, StaleVersion, VersionRequired
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.rfq.commands.requests import (
    AwardPick,
    DecideAward,
    DeclineInvitation,
    EditRfq,
    ListInvitations,
    ListRfqs,
    ProposeAward,
    ReadAward,
    ReadQuote,
    ReadRfq,
    ReasonedStep,
    Rest,
    RfqOrder,
    StepRfq,
    WithdrawQuote,
)
from b2b_market.rfq.rules import approving, awarding, quoting
from b2b_market.rfq.service import answering, closing, comparing, drafting, publishing
from b2b_market.rfq.service import awarding as awards
from b2b_market.rfq.service import quoting as quotes
from b2b_market.rfq.states import AwardStatus, InvitationStatus, QuoteStatus, RfqStatus
from b2b_market.rfq.tasks import close_due
from b2b_market.sourcing.public import AwardNotPossible
from tests.support.people import join
from tests.support.rfqs import (
    Market,
    close,
    draft_command,
    make_draft,
    make_market,
    publish,
    quote_command,
    read,
    submit,
)
from tests.support.works import work_for


def count(runtime: Runtime, statement: str) -> int:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True, platform="auditor"))
        found: int = session.execute(text(statement)).scalar_one()
        session.rollback()
    return found


class TestDrafting:
    def test_a_draft_is_stored_whole_and_numbered_by_company_and_year(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        first, second = make_draft(runtime, market), make_draft(runtime, market)
        assert (first.rfq.number[-6:], second.rfq.number[-6:]) == ("000001", "000002")
        stored = read(runtime, market.purchaser, first.rfq.id)
        assert [line.item_name for line in stored.lines] == ["Item 1", "Item 2"]
        assert set(stored.targets.values()) == {Decimal("10.000000")}
        assert {item.supplier_id for item in stored.invitations} == set(market.suppliers)
        assert stored.rfq.status is RfqStatus.DRAFT

    def test_nobody_else_sees_a_draft(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = make_draft(runtime, market)
        for stranger in (*market.sales, make_market(runtime).purchaser):
            with pytest.raises(NotFound):
                read(runtime, stranger, content.rfq.id)

    def test_an_edit_replaces_everything_and_raises_the_version(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = make_draft(runtime, market)
        command = EditRfq(
            rfq_id=content.rfq.id,
            expected_version=content.version,
            content=draft_command(market.suppliers[:1], 3, estimate="99"),
        )
        with work_for(runtime, market.purchaser) as work:
            edited = drafting.edit_rfq(work, market.purchaser, command)
        assert edited.version == content.version + 1
        stored = read(runtime, market.purchaser, content.rfq.id)
        assert (len(stored.lines), len(stored.invitations), stored.estimate) == (3, 1, Decimal("99.0000"))

    def test_a_stale_or_missing_version_changes_nothing(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = make_draft(runtime, market)
        for version, refusal in ((None, VersionRequired), (content.version + 1, StaleVersion)):
            command = EditRfq(rfq_id=content.rfq.id, expected_version=version, content=draft_command((), 1))
            with pytest.raises(refusal), work_for(runtime, market.purchaser) as work:
                drafting.edit_rfq(work, market.purchaser, command)
        assert len(read(runtime, market.purchaser, content.rfq.id).lines) == 2

    def test_lists_page_by_keyset_in_both_orders(self, runtime: Runtime) -> None:
        market = make_market(runtime, suppliers=1)
        numbers = [make_draft(runtime, market).rfq.number for _ in range(5)]
        for order, expected in ((RfqOrder.NEWEST, numbers[::-1]), (RfqOrder.DEADLINE, numbers)):
            seen: list[str] = []
            after = None
            for _ in range(4):
                with work_for(runtime, market.purchaser) as work:
                    command = ListRfqs(page=PageRequest(2, after), order=order)
                    page = drafting.list_rfqs(work, market.purchaser, command)
                seen += [rfq.number for rfq in page.items]
                after = page.next_after
                if after is None:
                    break
            assert seen == expected


class TestPublication:
    def test_publishing_shows_lines_but_no_hidden_figures_to_invited_suppliers(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market, draft_command(market.suppliers[:2], estimate="5000"))
        assert content.rfq.status is RfqStatus.PUBLISHED
        seen = read(runtime, market.sales[0], content.rfq.id)
        assert [line.item_name for line in seen.lines] == ["Item 1", "Item 2"]
        assert (seen.targets, seen.estimate, list(seen.invitations)) == ({}, None, [])
        with pytest.raises(NotFound):
            read(runtime, market.sales[2], content.rfq.id)

    def test_the_first_look_of_a_supplier_is_noted(self, runtime: Runtime) -> None:
        market = make_market(runtime, suppliers=1)
        content = publish(runtime, market)
        assert content.invitations[0].status is InvitationStatus.INVITED
        read(runtime, market.sales[0], content.rfq.id)
        assert read(runtime, market.purchaser, content.rfq.id).invitations[0].status is InvitationStatus.VIEWED

    def test_above_the_own_limit_an_approver_publishes_and_nobody_their_own(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="1999.99")
        content = make_draft(runtime, market)  # two lines of 100 × 10.00
        step = StepRfq(content.rfq.id, content.version)
        with pytest.raises(approving.ApprovalNeeded), work_for(runtime, market.purchaser) as work:
            publishing.publish_rfq(work, market.purchaser, step)
        with work_for(runtime, market.purchaser) as work:
            submitted = publishing.submit_rfq(work, market.purchaser, step)
        again = StepRfq(content.rfq.id, submitted.version)
        with pytest.raises(Forbidden), work_for(runtime, market.purchaser) as work:
            publishing.approve_rfq(work, market.purchaser, again)
        with work_for(runtime, market.approver) as work:
            approved = publishing.approve_rfq(work, market.approver, again)
        assert (approved.status, approved.approver_id) == (RfqStatus.PUBLISHED, market.approver.user_id)

    def test_an_author_with_both_roles_still_cannot_approve_the_own_request(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="1")
        content = make_draft(runtime, market)
        with work_for(runtime, market.purchaser) as work:
            rfq = publishing.submit_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.version))
        both = join(runtime, market.purchaser, market.buyer_id, Role.BUYER_APPROVER)
        with pytest.raises(OwnWork), work_for(runtime, both) as work:
            publishing.approve_rfq(work, both, StepRfq(rfq.id, rfq.version))
        assert read(runtime, market.purchaser, rfq.id).rfq.status is RfqStatus.PENDING_APPROVAL

    def test_a_returned_request_is_a_draft_again_with_the_reason(self, runtime: Runtime) -> None:
        market = make_market(runtime, limit="1")
        content = make_draft(runtime, market)
        with work_for(runtime, market.purchaser) as work:
            rfq = publishing.submit_rfq(work, market.purchaser, StepRfq(content.rfq.id, content.version))
        with pytest.raises(approving.ReasonMissing), work_for(runtime, market.approver) as work:
            publishing.return_rfq(work, market.approver, ReasonedStep(rfq.id, rfq.version, " "))
        with work_for(runtime, market.approver) as work:
            publishing.return_rfq(work, market.approver, ReasonedStep(rfq.id, rfq.version, "too dear"))
        stored = read(runtime, market.purchaser, rfq.id).rfq
        assert (stored.status, stored.reason) == (RfqStatus.DRAFT, "too dear")
        with work_for(runtime, market.purchaser) as work:
            again = publishing.submit_rfq(work, market.purchaser, StepRfq(rfq.id, stored.version))
        with work_for(runtime, market.approver) as work:
            publishing.approve_rfq(work, market.approver, StepRfq(rfq.id, again.version))
        assert read(runtime, market.sales[0], rfq.id).rfq.reason is None, "no supplier reads why it was returned"


class TestQuoting:
    def test_a_quotation_gets_a_receipt_that_verifies(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market)
        stored = submit(runtime, market.sales[0], content, ["9.99", None])
        revision = stored.revisions[0]
        assert (stored.quote.total, stored.quote.line_count, revision.revision) == (Decimal("999.00"), 1, 1)
        statement = quotes.receipt_statement(stored.quote, revision)
        assert verify(runtime.receipts.public_key, statement, bytes(revision.signature))
        tampered = {**statement, "content_hash": b"\0" * 32}
        assert not verify(runtime.receipts.public_key, tampered, bytes(revision.signature))

    def test_a_revision_replaces_the_prices_and_keeps_the_old_receipt(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market)
        first = submit(runtime, market.sales[0], content, ["9", "9"])
        command = quote_command(content, ["8", "8.5"], version=first.version)
        with work_for(runtime, market.sales[0]) as work:
            second = quotes.submit_quote(work, market.sales[0], command)
        assert second.quote.number == first.quote.number
        assert [line.unit_price for line in second.lines] == [Decimal("8.000000"), Decimal("8.500000")]
        assert [item.revision for item in second.revisions] == [2, 1]

    def test_a_second_first_quotation_is_refused(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market)
        submit(runtime, market.sales[0], content, ["9", "9"])
        with pytest.raises(VersionRequired):
            submit(runtime, market.sales[0], content, ["1", "1"])

    def test_rivals_and_uninvited_companies_see_nothing(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market, draft_command(market.suppliers[:2]))
        stored = submit(runtime, market.sales[0], content, ["9", "9"])
        for rival in market.sales[1:]:
            with pytest.raises(NotFound), work_for(runtime, rival) as work:
                quotes.read_quote(work, rival, ReadQuote(stored.quote.id))
        with pytest.raises(NotFound):
            submit(runtime, market.sales[2], content, ["1", "1"])

    def test_a_withdrawn_quotation_is_not_compared_and_may_come_back(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market)
        stored = submit(runtime, market.sales[0], content, ["9", "9"])
        with work_for(runtime, market.sales[0]) as work:
            withdrawn = quotes.withdraw_quote(work, market.sales[0], WithdrawQuote(stored.quote.id, stored.version))
        with work_for(runtime, market.purchaser) as work:
            assert list(quotes.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))) == []
        command = quote_command(content, ["7", "7"], version=withdrawn.version)
        with work_for(runtime, market.sales[0]) as work:
            back = quotes.submit_quote(work, market.sales[0], command)
        assert (back.quote.status, back.quote.revision) == (QuoteStatus.SUBMITTED, 2)

    def test_after_the_close_nothing_is_accepted(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market)
        close(runtime, market, content.rfq.id)
        with pytest.raises(quoting.NotOpenForQuotes):
            submit(runtime, market.sales[0], content, ["9", "9"])
        assert count(runtime, "SELECT count(*) FROM rfq_quote") == 0

    def test_a_declined_invitation_may_still_become_a_quotation(self, runtime: Runtime) -> None:
        market = make_market(runtime, suppliers=1)
        content = publish(runtime, market)
        with work_for(runtime, market.sales[0]) as work:
            answering.decline_invitation(work, market.sales[0], DeclineInvitation(content.rfq.id, "no capacity"))
        assert read(runtime, market.purchaser, content.rfq.id).invitations[0].status is InvitationStatus.DECLINED
        submit(runtime, market.sales[0], content, ["9", "9"])
        assert read(runtime, market.purchaser, content.rfq.id).invitations[0].status is InvitationStatus.QUOTED

    def test_invitations_list_only_what_is_published(self, runtime: Runtime) -> None:
        market = make_market(runtime, suppliers=1)
        make_draft(runtime, market)
        content = publish(runtime, market)
        with work_for(runtime, market.sales[0]) as work:
            page = drafting.list_invitations(work, market.sales[0], ListInvitations())
        assert [item.rfq.id for item in page.items] == [content.rfq.id]


class TestSealed:
    def test_the_buyer_sees_no_quotation_before_the_clock_opens_them(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        content = publish(runtime, market, draft_command(market.suppliers, sealed=True))
        stored = submit(runtime, market.sales[0], content, ["9", "9"])
        with work_for(runtime, market.purchaser) as work:
            assert list(quotes.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))) == []
        with pytest.raises(NotFound), work_for(runtime, market.purchaser) as work:
            quotes.read_quote(work, market.purchaser, ReadQuote(stored.quote.id))
        with runtime.database.session() as session:
            set_tenant(session, Tenant((market.buyer_id,)))
            for table in ("rfq_quote", "rfq_quote_line", "rfq_quote_revision"):
                counted = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - one of three constants
                assert session.execute(counted).scalar_one() == 0
            session.rollback()
        with pytest.raises(quoting.CloseTooEarly):
            close(runtime, market, content.rfq.id)
        later(runtime)
        assert close_due(runtime) == 1
        with work_for(runtime, market.purchaser) as work:
            assert [quote.id for quote in quotes.list_quotes(work, market.purchaser, ReadRfq(content.rfq.id))] == [
                stored.quote.id
            ]

    def test_the_clock_closes_once_and_only_what_is_due(self, runtime: Runtime) -> None:
        market = make_market(runtime)
        due, open_still = publish(runtime, market), publish(runtime, market, draft_command(market.suppliers, hours=90))
        later(runtime, hours=49)
        assert (close_due(runtime), close_due(runtime)) == (1, 0)
        assert read(runtime, market.purchaser, due.rfq.id).rfq.status is RfqStatus.CLOSED
        assert read(runtime, market.purchaser, open_still.rfq.id).rfq.status is RfqStatus.PUBLISHED
        with pytest.raises(quoting.QuoteTooLate):
            submit(runtime, market.sales[0], due, ["9", "9"])


class TestAwards:
    def test_the_first_comparison_after_the_close_starts_the_evaluation(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        compared = compare(runtime, market, content)
        assert compared.rfq.status is RfqStatus.EVALUATING
        assert [column.covered for column in compared.comparison.columns] == [2, 2, 1]

    def test_an_award_is_split_over_suppliers_and_everybody_gets_an_outcome(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        compared = compare(runtime, market, content)
        one, two = (compared.quotes[supplier] for supplier in market.suppliers[:2])
        lines = [line.id for line in content.lines]
        picks = (
            AwardPick(line_id=lines[0], quote_id=one.id, quantity=Decimal(60)),
            AwardPick(line_id=lines[0], quote_id=two.id, quantity=Decimal(40)),
            AwardPick(line_id=lines[1], quote_id=two.id),
        )
        award = propose(runtime, market, content, picks)
        assert (award.award.status, award.award.total) == (AwardStatus.APPROVED, Decimal("1740.00"))
        assert award.award.saving == Decimal("260.00")
        assert [line.quantity for line in award.lines] == [Decimal(60), Decimal(40), Decimal(100)]
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED
        found = {supplier: outcome(runtime, market, content, n) for n, supplier in enumerate(market.suppliers)}
        assert list(found.values()) == [QuoteStatus.PARTLY_AWARDED, QuoteStatus.PARTLY_AWARDED, QuoteStatus.LOST]
        assert award.award.lost_supplier_ids == [market.suppliers[2]]

    def test_each_supplier_reads_its_own_lines_only(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        compared = compare(runtime, market, content)
        one = compared.quotes[market.suppliers[0]]
        propose(runtime, market, content, [AwardPick(line_id=line.id, quote_id=one.id) for line in content.lines])
        for number, expected in ((0, 2), (1, 0), (2, 0)):
            with work_for(runtime, market.sales[number]) as work:
                won = awards.read_outcome(work, market.sales[number], ReadRfq(content.rfq.id))
            assert len(won) == expected

    def test_above_the_limit_another_person_approves_what_was_proposed(self, runtime: Runtime) -> None:
        market, content = quoted(runtime, limit="100", estimate="50")
        compared = compare(runtime, market, content)
        one = compared.quotes[market.suppliers[0]]
        picks = [AwardPick(line_id=line.id, quote_id=one.id) for line in content.lines]
        proposed = propose(runtime, market, content, picks)
        assert proposed.award.status is AwardStatus.PENDING_APPROVAL
        with pytest.raises(awarding.AwardUndecided):
            propose(runtime, market, content, picks)
        with pytest.raises(NotFound), work_for(runtime, market.sales[0]) as work:
            awards.read_award(work, as_buyer_reader(market), ReadAward(proposed.award.id))
        decision = DecideAward(proposed.award.id, proposed.version)
        with work_for(runtime, market.approver) as work:
            approved = awards.approve_award(work, market.approver, decision)
        assert (approved.award.status, approved.award.decider_id) == (AwardStatus.APPROVED, market.approver.user_id)

    def test_a_returned_award_leaves_room_for_another(self, runtime: Runtime) -> None:
        market, content = quoted(runtime, limit="100", estimate="50")
        compared = compare(runtime, market, content)
        one = compared.quotes[market.suppliers[0]]
        picks = [AwardPick(line_id=line.id, quote_id=one.id) for line in content.lines]
        proposed = propose(runtime, market, content, picks)
        with work_for(runtime, market.approver) as work:
            awards.return_award(work, market.approver, DecideAward(proposed.award.id, proposed.version, "split it"))
        assert propose(runtime, market, content, picks).award.status is AwardStatus.PENDING_APPROVAL

    def test_what_is_left_open_must_be_said_and_can_be_awarded_later(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        compared = compare(runtime, market, content)
        one, two = (compared.quotes[supplier] for supplier in market.suppliers[:2])
        part = (AwardPick(line_id=content.lines[0].id, quote_id=one.id, quantity=Decimal(30)),)
        with pytest.raises(AwardNotPossible):
            propose(runtime, market, content, part)
        propose(runtime, market, content, part, Rest.LATER)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED_PARTIAL
        over = (AwardPick(line_id=content.lines[0].id, quote_id=two.id, quantity=Decimal(71)),)
        with pytest.raises(AwardNotPossible):
            propose(runtime, market, content, over, Rest.LEAVE)
        rest = (AwardPick(line_id=content.lines[0].id, quote_id=two.id, quantity=Decimal(70)),)
        propose(runtime, market, content, rest, Rest.LEAVE)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED
        with work_for(runtime, market.purchaser) as work:
            stored = awards.list_awards(work, market.purchaser, ReadRfq(content.rfq.id))
        assert [award.status for award in stored] == [AwardStatus.APPROVED] * 2

    def test_an_empty_award_is_refused(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        with pytest.raises(awarding.NothingAwarded):
            propose(runtime, market, content, ())


class TestEnds:
    def test_cancelling_needs_a_reason_and_voids_an_open_award(self, runtime: Runtime) -> None:
        market, content = quoted(runtime, limit="100", estimate="50")
        compared = compare(runtime, market, content)
        one = compared.quotes[market.suppliers[0]]
        proposed = propose(
            runtime, market, content, [AwardPick(line_id=line.id, quote_id=one.id) for line in content.lines]
        )
        version = read(runtime, market.purchaser, content.rfq.id).version
        with work_for(runtime, market.purchaser) as work:
            closing.cancel_rfq(work, market.purchaser, ReasonedStep(content.rfq.id, version, "plant closes"))
        with work_for(runtime, market.purchaser) as work:
            award = awards.read_award(work, market.purchaser, ReadAward(proposed.award.id))
        assert award.award.status is AwardStatus.VOID
        with pytest.raises(IllegalStep), work_for(runtime, market.purchaser) as work:
            closing.cancel_rfq(work, market.purchaser, ReasonedStep(content.rfq.id, version + 1, "again"))

    def test_ending_without_award_loses_every_quotation(self, runtime: Runtime) -> None:
        market, content = quoted(runtime)
        version = read(runtime, market.purchaser, content.rfq.id).version
        with work_for(runtime, market.purchaser) as work:
            closing.end_without_award(work, market.purchaser, ReasonedStep(content.rfq.id, version, "budget gone"))
        assert outcome(runtime, market, content, 0) is QuoteStatus.LOST


def later(runtime: Runtime, hours: float = 49) -> None:
    """Move every clock reading of ``runtime``."""
    runtime.shift = timedelta(hours=hours)


def as_buyer_reader(market: Market) -> Actor:
    return replace(market.sales[0], permissions=market.purchaser.permissions)


def quoted(
    runtime: Runtime, limit: str | None = None, estimate: str | None = None
) -> tuple[Market, drafting.RfqContent]:
    """Return a closed request of two lines with three quotations: 9/9, 8/8 and 10 on the first line alone."""
    market = make_market(runtime, limit=limit)
    content = publish(runtime, market, draft_command(market.suppliers, estimate=estimate))
    offers: list[list[str | None]] = [["9", "9"], ["8", "8.8"], ["10", None]]
    for sales, prices in zip(market.sales, offers, strict=True):
        submit(runtime, sales, content, prices)
    close(runtime, market, content.rfq.id)
    return market, content


def compare(runtime: Runtime, market: Market, content: drafting.RfqContent) -> comparing.RfqComparison:
    with work_for(runtime, market.purchaser) as work:
        return comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))


def propose(
    runtime: Runtime, market: Market, content: drafting.RfqContent, picks: Sequence[AwardPick], rest: Rest = Rest.NONE
) -> awards.AwardContent:
    version = read(runtime, market.purchaser, content.rfq.id).version
    command = ProposeAward(rfq_id=content.rfq.id, expected_version=version, picks=tuple(picks), rest=rest)
    with work_for(runtime, market.purchaser) as work:
        return awards.propose_award(work, market.purchaser, command)


def outcome(runtime: Runtime, market: Market, content: drafting.RfqContent, number: int) -> QuoteStatus:
    with work_for(runtime, market.sales[number]) as work:
        found = quotes.list_quotes(work, market.sales[number], ReadRfq(content.rfq.id))
    return found[0].status
