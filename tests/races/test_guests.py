"""Guests at the same moment: a code used twice, a claim against a takeover, an invitation sent twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from b2b_market.identity.public import ensure_person
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Role
from b2b_market.organizations.models import Organization
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.commands.requests import StepRfq
from b2b_market.rfq.service import publishing
from tests.support.calling import caller_for
from tests.support.guests import ADDRESS, ask_code, entered, guests, invite, published, redeem, takeover_code, token_of
from tests.support.people import make_company, make_person
from tests.support.registrations import PROFILE
from tests.support.rfqs import make_draft, make_market, publish, read
from tests.support.rows import rows_of
from tests.support.together import at_once, one_waits, patient
from tests.support.works import work_for

pytestmark = pytest.mark.committed
CLAIM = {"profile": PROFILE, "base_currency": "CNY", "timezone": "Asia/Shanghai"}


def test_a_code_lets_one_in(committed_runtime: Runtime, committed_client: TestClient) -> None:
    published(committed_runtime, make_market(committed_runtime, 1))
    token = token_of(committed_runtime)
    code = ask_code(committed_client, committed_runtime, token)
    answers = at_once(4, lambda _: redeem(committed_client, token, code))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"entry-ended"}


@pytest.mark.parametrize("round_", range(3))
def test_a_company_is_claimed_or_taken_over(
    committed_runtime: Runtime, committed_client: TestClient, round_: int
) -> None:
    market = make_market(committed_runtime, 1)
    content = published(committed_runtime, market)
    guest = entered(committed_client, committed_runtime)
    taker = make_company(committed_runtime, f"Nordguss Group {round_}", ("supplier",))
    admin = make_person(committed_runtime, taker, Role.SUPPLIER_ADMIN)
    code = takeover_code(committed_runtime, admin)
    callers = [caller_for(committed_client, committed_runtime, person) for person in (guest, admin)]

    def act(number: int) -> Response:
        if number == 0:
            return callers[0].post("/organization/claim", CLAIM)
        return callers[1].post("/guest-takeovers/confirm", {"email": ADDRESS, "code": code})

    claimed, taken = at_once(2, act)
    machine = system_actor("test", guest.org_id, market.buyer_id)
    (row,) = rows_of(committed_runtime, machine, select(Organization).where(Organization.id == guest.org_id))
    parties = read(committed_runtime, market.purchaser, content.rfq.id).rfq.party_ids
    if claimed.status_code == 200:
        assert (taken.status_code, taken.json()["code"]) == (409, "nothing-to-take-over")
        assert (row.status, guest.org_id in parties, taker in parties) == (CompanyStatus.REGISTERED, True, False)
    else:
        assert taken.status_code == 200, (claimed.text, taken.text)
        # the slower one either meets the state or has lost the guest's role meanwhile
        assert (claimed.status_code, claimed.json()["code"]) in ((409, "illegal-step"), (403, "forbidden"))
        assert (row.status, guest.org_id in parties, taker in parties) == (CompanyStatus.MERGED, False, True)


def test_an_address_is_invited_once(committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, 1)
    content = publish(committed_runtime, market)

    def act(_: int) -> str:
        try:
            invite(committed_runtime, market, content)
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it is looked at below
            return type(refusal).__name__
        return ""

    assert set(at_once(3, act)) <= {"", "StaleVersion"}
    (found,) = guests(committed_runtime, market, content.rfq.id)
    assert found.supplier_id is not None


@pytest.mark.timeout(120)
def test_two_requests_that_invite_the_same_new_people_do_not_block_each_other(committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, 1)
    content = make_draft(committed_runtime, market)
    first, second = "anna@new.example", "zoe@new.example"
    for address in (second, first):
        invite(committed_runtime, market, content, address)

    def send() -> str:
        version = read(committed_runtime, market.purchaser, content.rfq.id).rfq.version
        try:
            with work_for(committed_runtime, market.purchaser) as work:
                publishing.publish_rfq(work, market.purchaser, StepRfq(content.rfq.id, version))
        except IntegrityError as error:
            return type(error).__name__
        return ""

    def known(work: Work, address: str) -> None:
        ensure_person(work, market.purchaser, email=address, name="New", locale="en", timezone="UTC")

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, market.purchaser) as work:
            known(work, first)
            sending = pool.submit(send)
            assert one_waits(work.session, sending.done)
            known(work, second)
        # a person whom somebody else made that very moment: the edge calls it contention, and it goes through again
        assert sending.result(60) == "IntegrityError"
    assert send() == ""
    assert {one.supplier_id is not None for one in guests(committed_runtime, market, content.rfq.id)} == {True}
