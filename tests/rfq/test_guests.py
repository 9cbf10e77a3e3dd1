"""Suppliers invited by mail before they are registered: what they may, how they are claimed, how they are merged."""

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from b2b_market.infra.database import Base
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, Invalid, NotFound
from b2b_market.organizations.commands import ClaimCompany, CompanyProfile, Decide, IdentifierInput, ReadReview
from b2b_market.organizations.models import Organization
from b2b_market.organizations.rules import OwnPerson
from b2b_market.organizations.service import guests as organization_guests
from b2b_market.organizations.service import reviewing
from b2b_market.organizations.states import CompanyStatus, IdentifierScheme
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.guests import RemoveGuest, TakeOver
from b2b_market.rfq.commands.requests import (
    AskQuestion,
    AwardPick,
    ConfirmQuote,
    ProposeAward,
    ReadQuote,
    ReadRfq,
    ReplyToQuestion,
    Rest,
    StepRfq,
    Terms,
    WithdrawQuote,
)
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.rules.guests import (
    GuestInvited,
    NegotiatedAlready,
    NothingToTakeOver,
    PlacesTaken,
    TooManyGuests,
    WinnerNotApproved,
)
from b2b_market.rfq.service import (
    asking,
    awarding,
    comparing,
    confirming,
    drafting,
    inviting,
    publishing,
    quoting,
    taking_over,
)
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import CounterStatus, InvitationStatus
from tests.support.accounts import announced, trail
from tests.support.amendments import amend, amendment
from tests.support.delivery import drain_outbox
from tests.support.guests import ADDRESS, entered, guests, invite, mails_to, published, takeover_code
from tests.support.negotiations import counter, decide, quote_now, say
from tests.support.people import again, make_company, make_person
from tests.support.rfqs import Market, close, make_draft, make_market, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for

NEGOTIATED = (
    "rfq_round",
    "rfq_shortlisting",
    "rfq_round_target",
    "rfq_counter",
    "rfq_counter_line",
    "rfq_message",
    "rfq_talk_mark",
)
PROFILE = CompanyProfile(
    legal_name_en="Nordguss GmbH",
    country="DE",
    street="1 Ofenweg",
    city="Kiel",
    identifiers=(IdentifierInput(scheme=IdentifierScheme.OTHER, label="HRB", value="HRB 4711"),),
)
CLAIM = ClaimCompany(profile=PROFILE, base_currency="EUR", timezone="Europe/Berlin")


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return published(runtime, market)


@pytest.fixture
def guest(runtime: Runtime, client: TestClient, content: RfqContent) -> Actor:  # noqa: ARG001 - it must be invited first
    return entered(client, runtime)


def claim(runtime: Runtime, guest: Actor) -> None:
    with work_for(runtime, guest) as work:
        organization_guests.claim_company(work, guest, CLAIM)
    drain_outbox(runtime)


def approve(runtime: Runtime, org_id: UUID) -> None:
    operator = make_person(runtime, make_company(runtime, "Platform", (), platform=True), Role.PLATFORM_OPERATOR)
    with work_for(runtime, operator) as work:
        version = reviewing.read_review(work, operator, ReadReview(org_id)).version
        reviewing.approve_company(work, operator, Decide(organization_id=org_id, expected_version=version))
    drain_outbox(runtime)


def admin_of(runtime: Runtime, name: str = "Nordguss Group") -> tuple[UUID, Actor]:
    org_id = make_company(runtime, name, ("supplier",), country="DE", base_currency="EUR")
    return org_id, make_person(runtime, org_id, Role.SUPPLIER_ADMIN, name="Ada Admin")


def award(runtime: Runtime, market: Market, content: RfqContent, quote_id: UUID) -> None:
    command = ProposeAward(
        rfq_id=content.rfq.id,
        expected_version=read(runtime, market.purchaser, content.rfq.id).rfq.version,
        picks=tuple(AwardPick(line_id=line.id, quote_id=quote_id) for line in content.lines),
        rest=Rest.LEAVE,
    )
    with work_for(runtime, market.purchaser) as work:
        awarding.propose_award(work, market.purchaser, command)


# ---- inviting


def test_a_draft_keeps_its_guests_to_itself(runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    invite(runtime, market, content)
    invite(runtime, market, content, "ANNA@nordguss.example")
    (found,) = guests(runtime, market, content.rfq.id)
    assert (found.email, found.company_name, found.supplier_id, found.status) == (ADDRESS, "Nordguss GmbH", None, None)
    assert read(runtime, market.purchaser, content.rfq.id).rfq.guest_count == 1
    drain_outbox(runtime)
    assert mails_to(runtime, ADDRESS) == []
    with work_for(runtime, market.purchaser) as work:
        inviting.remove_guest(work, market.purchaser, RemoveGuest(found.id))
    assert guests(runtime, market, content.rfq.id) == []


def test_publication_founds_a_company_and_mails_a_link(runtime: Runtime, market: Market, content: RfqContent) -> None:
    (found,) = guests(runtime, market, content.rfq.id)
    assert found.status == "provisional"
    assert found.supplier_id in content.rfq.party_ids
    assert found.company is not None
    assert found.company.name_in("en") == "Nordguss GmbH (provisional)"
    assert found.company.name_in("zh-CN") == "Nordguss GmbH（临时）"
    (mail,) = mails_to(runtime, ADDRESS)
    assert mail.kind == "rfq.guest_invitation"
    assert mail.link == f"/enter?token={{token}}&next=/rfqs/{content.rfq.id}"
    assert mail.secrets is not None
    for payload in (*announced(runtime, "rfq.guest_admitted.v1"), *announced(runtime, "rfq.published.v1")):
        assert ADDRESS not in str(payload)
        assert mail.secrets["token"] not in str(payload)
    with pytest.raises(GuestInvited), work_for(runtime, market.purchaser) as work:
        inviting.remove_guest(work, market.purchaser, RemoveGuest(found.id))


def test_a_guest_may_be_invited_after_publication(runtime: Runtime, market: Market) -> None:
    content = publish(runtime, market)
    invite(runtime, market, content, locale="zh-CN")
    drain_outbox(runtime)
    (mail,) = mails_to(runtime, ADDRESS)
    assert (mail.locale, mail.name) == ("zh-CN", "Anna Nord")
    assert len(read(runtime, market.purchaser, content.rfq.id).rfq.party_ids) == 3


def test_nobody_quotes_to_their_own_company(runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    with pytest.raises(OwnPerson):
        invite(runtime, market, content, market.approver.person.email)
    with pytest.raises(Invalid):
        invite(runtime, market, content, "no address")
    assert guests(runtime, market, content.rfq.id) == []


def test_a_known_address_is_invited_like_any_other(runtime: Runtime, market: Market) -> None:
    """The buyer learns nothing: the person keeps their company and gets a provisional one besides."""
    content = published(runtime, market, market.sales[0].person.email)
    (found,) = guests(runtime, market, content.rfq.id)
    assert found.status == "provisional"
    assert found.supplier_id != market.suppliers[0]


def test_guests_are_few(runtime: Runtime, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    content = make_draft(runtime, market)
    monkeypatch.setattr("b2b_market.rfq.rules.guests.MOST_GUESTS", 1)
    invite(runtime, market, content)
    with pytest.raises(TooManyGuests):
        invite(runtime, market, content, "another@nordguss.example")


# ---- what a guest may


def test_a_guest_sees_the_one_request_and_quotes_on_it(
    runtime: Runtime, market: Market, content: RfqContent, guest: Actor
) -> None:
    other = publish(runtime, market)
    seen = read(runtime, guest, content.rfq.id)
    assert (seen.targets, seen.estimate, list(seen.invitations)) == ({}, None, [])
    assert seen.own_invitation is not None
    assert seen.own_invitation.status is InvitationStatus.VIEWED
    with pytest.raises(NotFound):
        read(runtime, guest, other.rfq.id)
    quote = submit(runtime, guest, content, ["9", "8"]).quote
    with work_for(runtime, guest) as work:
        asking.ask_question(work, guest, AskQuestion(rfq_id=content.rfq.id, text="Which thread pitch?"))
        revised = quote_command(content, ["7", "8"], version=quote.version)
        quote = quoting.submit_quote(work, guest, revised).quote
    with work_for(runtime, guest) as work:
        assert quoting.withdraw_quote(work, guest, WithdrawQuote(quote.id, quote.version)).status == "withdrawn"
    assert guest.permissions == {
        "account:use",
        "organization:claim",
        "quote:accept_nda",
        "quote:counter",
        "quote:read",
        "quote:submit",
        "rfq:read",
        "rfq:talk",
    }


@pytest.mark.parametrize("operation", [drafting.draft_rfq, comparing.compare_quotes, publishing.publish_rfq])
def test_a_guest_may_nothing_else(runtime: Runtime, content: RfqContent, guest: Actor, operation: object) -> None:
    with pytest.raises(Forbidden), work_for(runtime, guest) as work:
        operation(work, guest, StepRfq(content.rfq.id, 1))  # type: ignore[operator]  # any of the operations


def test_a_guest_confirms_what_an_amendment_outdated(
    runtime: Runtime, market: Market, content: RfqContent, guest: Actor
) -> None:
    quote = submit(runtime, guest, content, ["9", "8"]).quote
    current = read(runtime, market.purchaser, content.rfq.id)
    later = amendment(current, lambda draft: replace(draft, terms=Terms(payment_terms="90 days")))
    amend(runtime, market.purchaser, later)
    drain_outbox(runtime)
    with work_for(runtime, guest) as work:
        outdated = quoting.read_quote(work, guest, ReadQuote(quote.id)).quote
        confirmed = confirming.confirm_quote(work, guest, ConfirmQuote(quote.id, outdated.version, 2))
    assert confirmed.quote.rfq_edition == 2


# ---- award


def test_a_provisional_company_is_compared_and_not_awarded(
    runtime: Runtime, market: Market, content: RfqContent, guest: Actor
) -> None:
    quote = submit(runtime, guest, content, ["9", "8"]).quote
    close(runtime, market, content.rfq.id)
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
    assert [column.supplier for column in compared.comparison.columns] == ["Nordguss GmbH (provisional)"]
    with pytest.raises(WinnerNotApproved) as refused:
        award(runtime, market, content, quote.id)
    assert refused.value.facts["names"] == "Nordguss GmbH (provisional)"
    claim(runtime, guest)
    with pytest.raises(WinnerNotApproved):
        award(runtime, market, content, quote.id)
    approve(runtime, guest.org_id)
    award(runtime, market, content, quote.id)
    assert {told.kind for told in mails_to(runtime, market.purchaser.person.email)} >= {"rfq.guest_approved"}


# ---- claiming


def test_claiming_keeps_place_and_quotation(runtime: Runtime, content: RfqContent, guest: Actor) -> None:
    quote = submit(runtime, guest, content, ["9", "8"]).quote
    claim(runtime, guest)
    (row,) = rows_of(runtime, guest, select(Organization).where(Organization.id == guest.org_id))
    assert (row.status, row.legal_name_en, row.country) == (CompanyStatus.REGISTERED, "Nordguss GmbH", "DE")
    founder = again(runtime, guest)
    assert founder.roles == {"guest.supplier", "supplier.admin", "supplier.sales"}
    assert founder.may(quoting.submit_quote.permission)  # type: ignore[arg-type]  # it has one
    revised = quote_command(content, ["8.50", "8"], version=quote.version)
    with work_for(runtime, founder) as work:
        assert quoting.submit_quote(work, founder, revised).quote.revision == 2
    assert [mail.kind for mail in mails_to(runtime, ADDRESS)][-1] == "organizations.registration_received"
    assert trail(runtime, "organizations.claimed")
    with pytest.raises(IllegalStep), work_for(runtime, guest) as work:
        organization_guests.claim_company(work, guest, CLAIM)


def test_a_light_session_stays_narrow_after_the_claim(
    runtime: Runtime, client: TestClient, content: RfqContent, guest: Actor
) -> None:
    claim(runtime, guest)
    me = client.get("/api/v1/me").json()
    assert "quote:submit" in me["permissions"]
    assert "member:manage" not in me["permissions"]
    assert client.get("/api/v1/account").status_code == 403
    assert client.get(f"/api/v1/rfqs/{content.rfq.id}").status_code == 200


def test_approval_ends_what_the_guest_was(runtime: Runtime, guest: Actor) -> None:
    claim(runtime, guest)
    approve(runtime, guest.org_id)
    assert again(runtime, guest).roles == {"supplier.admin", "supplier.sales"}


# ---- taking over


def test_an_approved_company_takes_a_guests_place(
    runtime: Runtime, market: Market, content: RfqContent, guest: Actor
) -> None:
    sent = submit(runtime, guest, content, ["9", "8"])
    with work_for(runtime, guest) as work:
        asking.ask_question(work, guest, AskQuestion(rfq_id=content.rfq.id, text="Which thread pitch?"))
    org_id, admin = admin_of(runtime)
    sales = make_person(runtime, org_id, Role.SUPPLIER_SALES)
    code = takeover_code(runtime, admin)
    with work_for(runtime, admin) as work:
        taken = taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    assert (taken.rfq_ids, taken.left) == ((content.rfq.id,), ())
    assert read(runtime, sales, content.rfq.id).own_invitation is not None
    with work_for(runtime, sales) as work:
        mine = quoting.read_quote(work, sales, ReadQuote(sent.quote.id))
        (question,) = asking.list_questions(work, sales, ReadRfq(content.rfq.id))
    assert (mine.quote.supplier_id, [line.supplier_id for line in mine.lines]) == (org_id, [org_id, org_id])
    assert question.own
    (receipt,) = mine.revisions
    assert verify(
        runtime.receipts.public_key, quoting.receipt_statement(mine.quote, receipt), bytes(receipt.signature)
    ), "the receipt stands as it was signed"
    assert (receipt.signed_supplier_id, receipt.signed_number) == (guest.org_id, sent.quote.number)
    with pytest.raises(NotFound):
        read(runtime, guest, content.rfq.id)
    assert again(runtime, guest).permissions.isdisjoint({"rfq:read", "quote:submit"})
    with work_for(runtime, market.purchaser) as work:
        asking.answer_question(work, market.purchaser, ReplyToQuestion(question.id, 1, "Pitch 1.25."))
    close(runtime, market, content.rfq.id)
    award(runtime, market, content, sent.quote.id)
    drain_outbox(runtime)
    told = {mail.kind for mail in mails_to(runtime, market.purchaser.person.email)}
    assert "rfq.guest_replaced" in told
    assert announced(runtime, "organizations.merged.v1") == [
        {"organization_id": str(guest.org_id), "into_id": str(org_id), "sponsor_id": str(market.buyer_id)}
    ]


def test_the_own_fence_comes_back_whatever_came_of_a_takeover(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    assert content.rfq.number
    for admin, refused in (
        (make_person(runtime, market.suppliers[0], Role.SUPPLIER_ADMIN), True),
        (admin_of(runtime)[1], False),
    ):
        code = takeover_code(runtime, admin)
        with work_for(runtime, admin) as work:
            with pytest.raises(PlacesTaken) if refused else nullcontext():
                taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
            assert work.session.scalar(text("SELECT app_orgs()")) == [admin.org_id]


def test_one_company_has_one_place(runtime: Runtime, market: Market, content: RfqContent, guest: Actor) -> None:
    admin = make_person(runtime, market.suppliers[0], Role.SUPPLIER_ADMIN)
    code = takeover_code(runtime, admin)
    with pytest.raises(PlacesTaken) as refused, work_for(runtime, admin) as work:
        taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    assert refused.value.facts["numbers"] == content.rfq.number
    assert read(runtime, guest, content.rfq.id).own_invitation is not None
    assert rows_of(runtime, system_actor("test", guest.org_id), select(Quote)) == []


def test_what_was_negotiated_is_not_taken_over(
    runtime: Runtime, market: Market, content: RfqContent, guest: Actor
) -> None:
    sent = submit(runtime, guest, content, ["9.25", "8"])
    close(runtime, market, content.rfq.id)
    quote = quote_now(runtime, market.purchaser, sent.quote.id).quote
    one = counter(runtime, market.purchaser, quote, [(content.lines[0].id, "9")])
    assert decide(runtime, guest, "accept", one).status is CounterStatus.ACCEPTED
    org_id, admin = admin_of(runtime)
    code = takeover_code(runtime, admin)
    with pytest.raises(NegotiatedAlready) as refused, work_for(runtime, admin) as work:
        taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    assert refused.value.facts["numbers"] == content.rfq.number
    assert quote_now(runtime, guest, sent.quote.id).quote.revision == 2
    assert rows_of(runtime, system_actor("test", org_id), select(Quote)) == []


def test_the_rest_is_taken_over_where_one_request_was_negotiated(
    runtime: Runtime, market: Market, content: RfqContent
) -> None:
    other = published(runtime, market)
    (talking,) = guests(runtime, market, content.rfq.id)
    assert talking.supplier_id is not None
    say(runtime, market.purchaser, content.rfq.id, talking.supplier_id, "Could you ship in two lots?")
    org_id, admin = admin_of(runtime)
    code = takeover_code(runtime, admin)
    with work_for(runtime, admin) as work:
        taken = taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    assert (taken.rfq_ids, taken.left) == ((other.rfq.id,), (content.rfq.number,))
    assert guests(runtime, market, content.rfq.id)[0].status == "provisional"
    assert guests(runtime, market, other.rfq.id)[0].supplier_id == org_id


def test_a_claimed_company_is_not_taken_over(runtime: Runtime, guest: Actor) -> None:
    _, admin = admin_of(runtime)
    code = takeover_code(runtime, admin)
    claim(runtime, guest)
    with pytest.raises(NothingToTakeOver), work_for(runtime, admin) as work:
        taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))


def test_a_buyer_does_not_take_over_its_own_invitation(runtime: Runtime, market: Market, content: RfqContent) -> None:
    admin = make_person(runtime, market.buyer_id, Role.SUPPLIER_ADMIN)
    code = takeover_code(runtime, admin)
    with pytest.raises(NothingToTakeOver), work_for(runtime, admin) as work:
        taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    assert guests(runtime, market, content.rfq.id)[0].status == "provisional"


def test_prices_of_moved_lines_stay(runtime: Runtime, content: RfqContent, guest: Actor) -> None:
    sent = submit(runtime, guest, content, ["9.25", "8"])
    org_id, admin = admin_of(runtime)
    code = takeover_code(runtime, admin)
    with work_for(runtime, admin) as work:
        taking_over.take_over(work, admin, TakeOver(email=ADDRESS, code=code))
    sales = make_person(runtime, org_id, Role.SUPPLIER_SALES)
    with work_for(runtime, sales) as work:
        mine = quoting.read_quote(work, sales, ReadQuote(sent.quote.id))
    assert [line.unit_price for line in mine.lines] == [Decimal("9.25"), Decimal(8)]


def test_every_table_that_names_suppliers_is_moved() -> None:
    """A takeover that forgot a table would leave rows behind that nobody reads any more."""
    moved = {column.class_.__tablename__ for column in (*taking_over.OWNED, *taking_over.SHOWN_TO)}
    settled = {
        "rfq": "its parties are replaced one by one",
        "rfq_quote": "moves with its number",
        "rfq_quote_revision": "moves with its quotation",
        "rfq_nda_acceptance": "each company promises for itself",
        "rfq_award_line": "awards name approved companies only",
        "rfq_letter": "moves with an entry of its own",
        "rfq_price_point": "prices are learnt of awards",
        "rfq_standing": "worked out anew for the company that takes over",
        "rfq_cost": "the buyer's own note; it states it anew for another company",
        "rfq_assessment": "the buyer's own note; it assesses another company anew",
        **dict.fromkeys(NEGOTIATED, "what was negotiated is not taken over"),
    }
    named = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if mapper.class_.__tablename__.startswith("rfq")
        and {"supplier_id", "party_ids"} & {column.key for column in mapper.column_attrs}
    }
    assert named == moved | set(settled)
