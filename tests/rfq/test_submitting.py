"""Amendments above their author's limit: they wait, another person decides, and the approval judges anew."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound, StaleVersion
from b2b_market.kernel.units import unit
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.rfq.commands.amending import AmendRfq, DecideAmendment, ReadAmendment
from b2b_market.rfq.commands.needs import Attribute, NeedTerms
from b2b_market.rfq.commands.requests import ReadQuote, ReasonedStep, Terms
from b2b_market.rfq.models.amendments import RfqAmendment
from b2b_market.rfq.rules import amending, approving, submitting
from b2b_market.rfq.service import closing, quoting
from b2b_market.rfq.service import submitting as operations
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.submitting import AmendmentContent
from b2b_market.rfq.states import AmendmentStatus, Disclosure, QuoteStatus
from tests.rfq.forms import filled, followed, main, page, send, text_of
from tests.support.amendments import amend, amendment, body_of, line_changed
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.people import make_company, make_person, sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, need, publish, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    """A purchaser who may spend 2,500 alone; a request of two lines is expected to cost 2,000."""
    return make_market(runtime, suppliers=2, limit="2500")


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2))


def more(content: RfqContent) -> AmendRfq:
    """Return an amendment that asks for 3,000 worth."""
    return amendment(content, line_changed(0, quantity=Quantity(Decimal(200), unit("H87"))))


def sent(runtime: Runtime, market: Market, command: AmendRfq) -> AmendmentContent:
    with work_for(runtime, market.purchaser) as work:
        return operations.submit_amendment(work, market.purchaser, command)


def decide(runtime: Runtime, actor: Actor, step: str, one: AmendmentContent, reason: str = "") -> AmendmentContent:
    run = {
        "approve": operations.approve_amendment,
        "return": operations.return_amendment,
        "withdraw": operations.withdraw_amendment,
    }[step]
    with work_for(runtime, actor) as work:
        return run(work, actor, DecideAmendment(one.amendment.id, one.amendment.version, reason))


def seen(runtime: Runtime, actor: Actor, amendment_id: UUID) -> AmendmentContent:
    with work_for(runtime, actor) as work:
        return operations.read_amendment(work, actor, ReadAmendment(amendment_id))


def told(runtime: Runtime, person: Actor) -> list[str]:
    found = rows_of(runtime, person, select(Notification).where(Notification.user_id == person.user_id))
    return sorted(row.kind for row in found if row.kind.startswith("rfq.amend"))


class TestWaiting:
    def test_the_request_goes_on_as_it_is_and_suppliers_know_nothing(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        command = more(content)
        with pytest.raises(amending.AmendmentNeedsApproval):
            amend(runtime, market.purchaser, command)
        waiting = sent(runtime, market, command)
        assert waiting.preview is not None
        assert (waiting.preview.needs_approval, waiting.preview.difference.material) == (True, True)
        assert [value.amount if value else None for value in waiting.preview.values] == [Decimal(2000), Decimal(3000)]
        now = read(runtime, market.purchaser, content.rfq.id)
        assert (now.rfq.edition, now.rfq.waiting_amendment_id) == (1, waiting.amendment.id)
        assert [line.quantity for line in now.lines] == [Decimal(100), Decimal(100)]
        drain_outbox(runtime)
        assert (told(runtime, market.approver), told(runtime, market.sales[0])) == (["rfq.amendment_submitted"], [])
        submit(runtime, market.sales[0], content, ["10", "10"])
        for stranger in (
            market.sales[0],
            make_person(runtime, make_company(runtime, "O", ("buyer",)), Role.BUYER_APPROVER),
        ):
            with pytest.raises((NotFound, Forbidden)):
                seen(runtime, stranger, waiting.amendment.id)

    def test_one_waits_at_a_time_and_nothing_else_is_amended(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        waiting = sent(runtime, market, more(content))
        again = amendment(read(runtime, market.purchaser, content.rfq.id), lambda draft: replace(draft, title="Other"))
        with pytest.raises(amending.AmendmentWaits):
            sent(runtime, market, again)
        with pytest.raises(amending.AmendmentWaits):
            amend(runtime, market.purchaser, again)
        decide(runtime, market.purchaser, "withdraw", waiting)
        after = read(runtime, market.purchaser, content.rfq.id)
        assert after.rfq.waiting_amendment_id is None
        assert amend(runtime, market.purchaser, replace(again, expected_version=after.rfq.version)).rfq.edition == 2

    def test_what_was_submitted_cannot_be_changed(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        sent(runtime, market, more(content))
        with pytest.raises(DBAPIError, match="permission denied"), work_for(runtime, market.purchaser) as work:
            work.session.execute(update(RfqAmendment).values(content={}))


class TestApproving:
    def test_it_is_published_with_what_it_brings_about_then(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        waiting = sent(runtime, market, more(content))
        quote = submit(runtime, market.sales[0], content, ["10", "10"]).quote
        done = decide(runtime, market.approver, "approve", seen(runtime, market.approver, waiting.amendment.id))
        assert (done.amendment.status, done.amendment.edition, done.amendment.decided_by) == (
            AmendmentStatus.APPROVED,
            2,
            market.approver.user_id,
        )
        now = read(runtime, market.sales[0], content.rfq.id)
        assert (now.rfq.edition, now.rfq.binding_edition, now.lines[0].quantity) == (2, 2, Decimal(200))
        assert read(runtime, market.purchaser, content.rfq.id).rfq.editor_id == market.purchaser.user_id
        with work_for(runtime, market.sales[0]) as work:
            mine = quoting.read_quote(work, market.sales[0], ReadQuote(quote.id)).quote
        assert mine.status is QuoteStatus.NEEDS_CONFIRMATION
        drain_outbox(runtime)
        assert told(runtime, market.purchaser) == ["rfq.amendment_approved"]
        assert told(runtime, market.sales[1]) == ["rfq.amended"]
        with pytest.raises(IllegalStep):
            decide(runtime, market.approver, "return", seen(runtime, market.approver, waiting.amendment.id), "too late")

    def test_its_author_never_approves_it_and_a_limit_holds(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        both = make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, Role.BUYER_APPROVER)
        with work_for(runtime, both) as work:
            own = operations.submit_amendment(work, both, more(content))
        with pytest.raises(OwnWork):
            decide(runtime, both, "approve", own)
        small = make_person(runtime, market.buyer_id, Role.BUYER_APPROVER, limit=Money.of("2999", "CNY"))
        with pytest.raises(approving.AboveLimit):
            decide(runtime, small, "approve", own)
        enough = make_person(runtime, market.buyer_id, Role.BUYER_APPROVER, limit=Money.of("3000", "CNY"))
        assert decide(runtime, enough, "approve", own).amendment.edition == 2

    def test_too_little_time_then_and_another_version_are_refused(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        waiting = sent(runtime, market, more(content))
        later = replace(runtime, shift=timedelta(hours=47))
        with pytest.raises(amending.DeadlineMustMove):
            decide(later, market.approver, "approve", waiting)
        with pytest.raises(amending.AmendmentOutdated):
            submitting.require_still_fits(base=1, edition=2, submitted=b"1", documents=b"1")
        with pytest.raises(amending.AmendmentOutdated):
            submitting.require_still_fits(base=2, edition=2, submitted=b"1", documents=b"2")
        with pytest.raises(StaleVersion):
            decide(runtime, market.approver, "return", replace_version(waiting), "no")


def replace_version(one: AmendmentContent) -> AmendmentContent:
    return replace(one, amendment=RfqAmendment(id=one.amendment.id, version=one.amendment.version + 1))


class TestEnding:
    def test_a_returned_one_says_why_and_frees_the_request(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        waiting = sent(runtime, market, more(content))
        with pytest.raises(approving.ReasonMissing):
            decide(runtime, market.approver, "return", waiting)
        done = decide(runtime, market.approver, "return", waiting, "not this year")
        assert (done.amendment.decision_reason, done.rfq.waiting_amendment_id) == ("not this year", None)
        drain_outbox(runtime)
        assert told(runtime, market.purchaser) == ["rfq.amendment_returned"]
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1

    @pytest.mark.parametrize("how", ["close", "cancel"])
    def test_it_lapses_with_the_request(self, runtime: Runtime, market: Market, content: RfqContent, how: str) -> None:
        waiting = sent(runtime, market, more(content))
        if how == "close":
            close(runtime, market, content.rfq.id)
        else:
            version = read(runtime, market.purchaser, content.rfq.id).rfq.version
            with work_for(runtime, market.purchaser) as work:
                closing.cancel_rfq(work, market.purchaser, ReasonedStep(content.rfq.id, version, "no need any more"))
        now = seen(runtime, market.approver, waiting.amendment.id)
        assert (now.amendment.status, now.rfq.waiting_amendment_id) == (AmendmentStatus.LAPSED, None)
        with pytest.raises(IllegalStep):
            decide(runtime, market.approver, "approve", now)
        drain_outbox(runtime)
        assert told(runtime, market.purchaser) == ["rfq.amendment_lapsed"]


def test_an_amendment_is_kept_word_for_word(content: RfqContent) -> None:
    terms = NeedTerms(
        category="fasteners",
        attributes=(Attribute("Material", "304"),),
        incoterm="FCA",
        incoterm_place="Ningbo",
        substitutes=False,
    )
    full = amendment(
        content,
        lambda draft: replace(
            draft,
            estimate=Decimal("12.50"),
            enquiry_ends_at=content.rfq.closes_at,
            terms=Terms(payment_terms="30 days", currencies=("EUR", "CNY"), validity_days=30),
        ),
        without=[1],
        new=[replace(need(3, "1.5", None), terms=terms)],
    )
    command = replace(full, expected_version=None, disclosure=Disclosure.RANK)
    assert submitting.read(content.rfq.id, submitting.written(command)) == command
    plain = replace(amendment(content), expected_version=None)
    assert submitting.read(content.rfq.id, submitting.written(plain)) == plain


def test_the_api_submits_once_and_an_approver_decides(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    buyer, approver = caller_for(client, runtime, market.purchaser), caller_for(client, runtime, market.approver)
    path, body = f"/rfqs/{content.rfq.id}/amendments", body_of(more(content))
    preview = buyer.post(f"{path}/preview", body, version=content.rfq.version)
    assert (preview.status_code, preview.json()["needs_approval"]) == (200, True)
    assert buyer.post(path, body, version=content.rfq.version).json()["code"] == "rfq-amendment-above-limit"
    made = buyer.post(f"{path}/submit", body, key="amend-above", version=content.rfq.version)
    assert made.status_code == 201, made.text
    assert buyer.post(f"{path}/submit", body, key="amend-above", version=content.rfq.version).text == made.text
    one = made.headers["location"].removeprefix("/api/v1")
    assert [item["status"] for item in buyer.get(path).json()["items"]] == ["pending_approval"]
    assert caller_for(client, runtime, market.sales[0]).get(one).status_code == 404
    assert buyer.post(f"{one}/approve", version=1).status_code == 403
    done = approver.post(f"{one}/approve", version=1)
    assert (done.status_code, done.json()["status"], done.json()["edition"], done.json()["preview"]) == (
        200,
        "approved",
        2,
        None,
    )
    again = approver.post(f"{one}/return", {"reason": "changed my mind"}, version=done.json()["version"])
    assert (again.status_code, again.json()["code"]) == (409, "illegal-step")


def test_the_pages_submit_what_was_looked_at_and_show_it_to_the_approver(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    url = f"/rfqs/{content.rfq.id}"
    buyer = sign_in(client, market.purchaser)
    form = filled(page(buyer, f"{url}/amend"), "rfq-form") | {"lines-0-quantity": "200", "reason": "the works grow"}
    looked = send(buyer, f"{url}/amend", form | {"intent": "review"})
    assert "This needs an approval" in text_of(main(looked))
    shown = filled(main(looked), "rfq-form") | {"intent": "submit", "idempotency_key": str(uuid4())}
    assert "Waiting for approval" in text_of(followed(buyer, send(buyer, f"{url}/amend", shown)))
    assert "An amendment waits for its approval" in text_of(page(buyer, url))
    waiting = read(runtime, market.purchaser, content.rfq.id).rfq.waiting_amendment_id
    approver = sign_in(client, market.approver)
    there = page(approver, f"/rfq-amendments/{waiting}")
    assert "CNY 3,000.00" in text_of(there)
    assert "Approve and send version 2" in text_of(there)
    done = send(approver, f"/rfq-amendments/{waiting}/approve", {"version": "1"})
    assert "Approved and published" in text_of(followed(approver, done))
    assert "It is version 2 of the request." in text_of(page(approver, f"/rfq-amendments/{waiting}"))
