"""Awarded lines taken back before a contract is effective, and the standby supplier called in."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.audit.queries.states import states
from b2b_market.contracts.models import Contract
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound, StaleVersion
from b2b_market.rbac.actor import Scope, system_actor
from b2b_market.rfq.commands.cancelling import CancelLines, ReadStandby
from b2b_market.rfq.commands.quotes import Alternate, LineTerms
from b2b_market.rfq.commands.requests import DecideAward, ReadAward, ReadRfq, Rest
from b2b_market.rfq.commands.savings import ReadSavings
from b2b_market.rfq.documents.letter_sheet import LetterSheet
from b2b_market.rfq.models.quotes import Award, Quote
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.rules.approving import ReasonMissing
from b2b_market.rfq.rules.cancelling import NothingToCancel
from b2b_market.rfq.service import awarding, cancelling, comparing, letters, quoting, savings
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.cancelling import Cancellation
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import AwardStatus, CancelReason, LetterKind, QuoteStatus, RfqStatus
from b2b_market.sourcing.public import AwardNotPossible
from tests.rfq.forms import filled, main, page, send, text_of
from tests.rfq.test_charges import propose
from tests.support.delivery import drain_outbox
from tests.support.people import sign_in, sign_out
from tests.support.rfqs import Market, close, draft_command, make_market, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for

WHY = "no steel until spring"


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 3)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    """Two lines, 100 each: the first supplier is cheapest for both, the third second, the second dearest."""
    made = publish(runtime, market, draft_command(market.suppliers, 2))
    for sales, prices in zip(market.sales, (("7", "7"), ("9", "9"), ("8", "8.5")), strict=True):
        submit(runtime, sales, made, prices)
    close(runtime, market, made.rfq.id)
    return made


@pytest.fixture
def award(runtime: Runtime, market: Market, content: RfqContent) -> AwardContent:
    """Both lines to the first supplier, with its contract drafted."""
    made = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")])
    drain_outbox(runtime)
    return made


def cancel(runtime: Runtime, market: Market, award: AwardContent, **changed: Any) -> Cancellation:
    command = CancelLines(
        award_id=award.award.id,
        expected_version=version_of(runtime, market, award.award.id),
        supplier_id=market.suppliers[0],
        code=CancelReason.DECLINED,
        text=WHY,
    )
    actor = changed.pop("actor", market.purchaser)
    with work_for(runtime, actor) as work:
        return cancelling.cancel_lines(work, actor, replace(command, **changed))


def version_of(runtime: Runtime, market: Market, award_id: UUID) -> int:
    with work_for(runtime, market.approver) as work:
        return awarding.read_award(work, market.approver, ReadAward(award_id)).award.version


def standby(runtime: Runtime, market: Market, award: AwardContent) -> cancelling.Standby:
    with work_for(runtime, market.purchaser) as work:
        return cancelling.read_standby(work, market.purchaser, ReadStandby(award.award.id, market.suppliers[0]))


def statuses(runtime: Runtime, market: Market) -> list[QuoteStatus]:
    rows = rows_of(runtime, system_actor("test", market.buyer_id), select(Quote))
    by_supplier = {quote.supplier_id: quote.status for quote in rows}
    return [by_supplier[supplier] for supplier in market.suppliers]


def contracts(runtime: Runtime, market: Market) -> dict[UUID, Contract]:
    return {row.supplier_id: row for row in rows_of(runtime, system_actor("test", market.buyer_id), select(Contract))}


def test_the_standby_supplier_steps_in(
    runtime: Runtime, market: Market, content: RfqContent, award: AwardContent
) -> None:
    found = standby(runtime, market, award)
    assert [one.supplier_id for one in found.lines] == [market.suppliers[2]] * 2
    done = cancel(runtime, market, award, picks=found.picks)
    assert done.replacement is not None
    assert (done.cancelled.award.status, done.cancelled.award.total) == (AwardStatus.CANCELLED, Decimal(0))
    assert (done.replacement.award.status, done.replacement.award.total) == (AwardStatus.APPROVED, Decimal(1650))
    assert statuses(runtime, market) == [QuoteStatus.DROPPED, QuoteStatus.LOST, QuoteStatus.AWARDED]
    drain_outbox(runtime)
    made = contracts(runtime, market)
    assert (made[market.suppliers[0]].status, made[market.suppliers[0]].void_reason) == (ContractStatus.VOIDED, WHY)
    following = made[market.suppliers[2]]
    assert (following.status, following.total) == (ContractStatus.DRAFTED, Decimal(1650))
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.CLOSED_DONE
    with work_for(runtime, market.sales[0]) as work:
        (letter,) = letters.own_letters(work, market.sales[0], ReadRfq(content.rfq.id))
        sheet = LetterSheet.read(letter.content)
    assert (letter.kind, sheet.cancel_code, sheet.reason) == (LetterKind.CANCELLATION, CancelReason.DECLINED, WHY)
    with work_for(runtime, market.purchaser) as work:
        report = savings.read_savings(work, market.purchaser, ReadSavings())
        assert [one.total.amount for one in report.awards] == [1650]
        work.session.expunge_all()
        scope = Scope(market.purchaser, RfqPermission.AWARD)
        trail = {one.object_id: one for one in states(work.session, scope, Award)}
        held = awarding.read_award(work, market.purchaser, ReadAward(award.award.id)).award
        assert trail[held.id].state_hash == held.state_hash()


def test_a_part_is_open_again_but_not_to_the_one_that_failed(
    runtime: Runtime, market: Market, content: RfqContent, award: AwardContent
) -> None:
    first = content.lines[0]
    done = cancel(runtime, market, award, line_ids=(first.id,))
    assert done.replacement is None
    assert (done.cancelled.award.total, done.cancelled.award.saving) == (Decimal(700), Decimal(300))
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.AWARDED_PARTIAL
    assert statuses(runtime, market) == [QuoteStatus.PARTLY_AWARDED, QuoteStatus.SUBMITTED, QuoteStatus.SUBMITTED]
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_standing(work, market.purchaser, ReadRfq(content.rfq.id))
    assert [row.need.line_id for row in compared.comparison.rows] == [first.id]
    assert compared.comparison.cell(first.id, market.suppliers[0]) is None
    drain_outbox(runtime)
    contract = contracts(runtime, market)[market.suppliers[0]]
    assert (contract.edition, contract.line_count, contract.total) == (2, 1, Decimal(700))
    with pytest.raises(AwardNotPossible):
        propose(runtime, market, content, [(0, 0, "100")])
    later = propose(runtime, market, content, [(0, 2, "100")])
    assert later.award.status is AwardStatus.APPROVED
    assert statuses(runtime, market) == [QuoteStatus.PARTLY_AWARDED, QuoteStatus.LOST, QuoteStatus.PARTLY_AWARDED]


def test_cancelling_and_the_standby_know_which_offer_it_was(runtime: Runtime, client: TestClient) -> None:
    """Zinc for line 1 at 8.5 with 80 set-up is awarded; Brass at 9 of the second beats its own first offer at 9.5."""
    market = make_market(runtime, 3)
    content = publish(runtime, market, draft_command(market.suppliers, 2))
    for sales, price, name, other in zip(
        market.sales, ("9", "9.5", "10"), ("Zinc", "Brass", "Tin"), ("8.5", "9", "9.8"), strict=True
    ):
        plain = quote_command(content, (price, price))
        terms = LineTerms(setup_cost=Decimal(80), alternates=(Alternate(alternative=name, unit_price=Decimal(other)),))
        with work_for(runtime, sales) as work:
            first = replace(plain.lines[0], terms=terms)
            quoting.submit_quote(work, sales, replace(plain, lines=(first, plain.lines[1])))
    close(runtime, market, content.rfq.id)
    award = propose(runtime, market, content, [(0, 0, "100"), (1, 0, "100")], variants=(1, 0))
    assert award.award.total == Decimal(1830)
    path = f"/awards/{award.award.id}/cancel/{market.suppliers[0]}"
    asked = text_of(page(sign_in(client, market.purchaser), path))
    assert ("Zinc" in asked, "Brass" in asked, "Tin" in asked) == (True, True, False)
    # what is kept of line 1 is Zinc still, at its own price
    kept = cancel(runtime, market, award, line_ids=(content.lines[1].id,))
    assert (kept.cancelled.award.total, [line.variant for line in kept.cancelled.standing]) == (Decimal(930), [1])
    found = standby(runtime, market, award)
    assert [(one.supplier_id, one.variant, one.alternative) for one in found.lines] == [
        (market.suppliers[1], 1, "Brass")
    ]
    done = cancel(runtime, market, award, picks=found.picks, rest=Rest.LATER)
    assert done.replacement is not None
    assert [(line.variant, line.alternative) for line in done.replacement.lines] == [(1, "Brass")]
    assert done.replacement.award.total == Decimal(980)
    assert "Zinc" in text_of(page(client, f"/awards/{award.award.id}"))
    with work_for(runtime, market.sales[0]) as work:
        sheets = [
            LetterSheet.read(one.content) for one in letters.own_letters(work, market.sales[0], ReadRfq(content.rfq.id))
        ]
    assert sorted("Zinc" in sheet.lines[0].specification for sheet in sheets) == [False, True]
    sign_out(client)
    assert "Zinc" in text_of(page(sign_in(client, market.sales[0]), f"/rfqs/{content.rfq.id}"))


def test_what_cannot_be_cancelled_stays(
    runtime: Runtime, market: Market, content: RfqContent, award: AwardContent
) -> None:
    with pytest.raises(ReasonMissing):
        cancel(runtime, market, award, text=" ")
    with pytest.raises(NothingToCancel):
        cancel(runtime, market, award, supplier_id=market.suppliers[1])
    with pytest.raises(NothingToCancel):
        cancel(runtime, market, award, line_ids=(content.rfq.id,))
    with pytest.raises(StaleVersion):
        cancel(runtime, market, award, expected_version=99)
    stranger = make_market(runtime, 1).purchaser
    with pytest.raises(NotFound):
        cancel(runtime, market, award, actor=stranger)
    with pytest.raises(Forbidden):
        cancel(runtime, market, award, actor=market.sales[0])
    assert statuses(runtime, market)[0] is QuoteStatus.AWARDED
    cancel(runtime, market, award)
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.EVALUATING
    with pytest.raises(IllegalStep):
        cancel(runtime, market, award)


def test_above_the_limit_the_standby_waits_for_another_person(runtime: Runtime) -> None:
    market = make_market(runtime, 3, limit="2000")
    made = publish(runtime, market, draft_command(market.suppliers, 2))
    for sales, prices in zip(market.sales, (("7", "7"), ("13", "13"), ("12", "12")), strict=True):
        submit(runtime, sales, made, prices)
    close(runtime, market, made.rfq.id)
    award = propose(runtime, market, made, [(0, 0, "100"), (1, 0, "100")])
    done = cancel(runtime, market, award, picks=standby(runtime, market, award).picks, rest=Rest.LEAVE)
    assert done.replacement is not None
    waiting = done.replacement.award
    assert (waiting.status, waiting.total) == (AwardStatus.PENDING_APPROVAL, Decimal(2400))
    assert statuses(runtime, market) == [QuoteStatus.DROPPED, QuoteStatus.LOST, QuoteStatus.LOST]
    with work_for(runtime, market.approver) as work:
        decided = awarding.approve_award(work, market.approver, DecideAward(waiting.id, waiting.version))
    assert decided.award.status is AwardStatus.APPROVED
    assert statuses(runtime, market)[2] is QuoteStatus.AWARDED


def test_page_and_api(market: Market, content: RfqContent, award: AwardContent, client: TestClient) -> None:
    buyer = sign_in(client, market.purchaser)
    path = f"/awards/{award.award.id}/cancel/{market.suppliers[0]}"
    assert path in page(buyer, f"/awards/{award.award.id}")
    form = page(buyer, path)
    assert "Supplier 3" in text_of(form)
    refused = send(buyer, path, {**filled(form, "cancel-form"), "code": "declined", "reason": ""})
    assert refused.status_code == 422
    sent = send(buyer, path, {**filled(main(refused), "cancel-form"), "code": "declined", "reason": WHY})
    assert sent.status_code == 303
    said = text_of(page(buyer, f"/awards/{award.award.id}"))
    assert "Cancelled lines" in said
    assert WHY in said
    awards = buyer.get(f"/api/v1/rfqs/{content.rfq.id}/awards").json()["items"]
    (standing,) = (one for one in awards if one["status"] == "approved")
    told = buyer.get(f"/api/v1/awards/{standing['id']}/standby/{market.suppliers[2]}")
    assert [one["supplier_id"] for one in told.json()["lines"]] == [str(market.suppliers[1])] * 2
    body = {"supplier_id": str(market.suppliers[2]), "code": "fell_through", "reason": WHY}
    headers = {"If-Match": told.headers["ETag"], "Idempotency-Key": "cancel-1"}
    answer = buyer.post(f"/api/v1/awards/{standing['id']}/cancellations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["replacement"] is None
    assert {line["cancel_code"] for line in answer.json()["cancelled"]["lines"]} == {"fell_through"}
