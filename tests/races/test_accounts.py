"""One person in several browsers at the same moment: nothing waits in a circle, and a new password ends the rest."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from b2b_market.identity import queries
from b2b_market.identity.commands import ChangePassword, IssueCode, IssueEntry, IssueLink, RedeemLink
from b2b_market.identity.rules import secret_hash
from b2b_market.identity.service import entering, passwords
from b2b_market.identity.states import LinkPurpose
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from tests.support.calling import caller_for
from tests.support.guests import redeem
from tests.support.people import PASSWORD, join, make_company, make_person
from tests.support.together import one_waits, patient
from tests.support.works import work_for

pytestmark = [pytest.mark.committed, pytest.mark.timeout(120)]
NEW = "another river bends three times"


def seen_long_ago(runtime: Runtime) -> None:
    """Let every session be due for noting again when it was last seen."""
    with runtime.database.session() as session:
        session.execute(text("UPDATE identity_session SET last_seen_at = now() - interval '1 hour'"))
        session.commit()


def live_sessions(runtime: Runtime, person: Actor) -> int:
    with runtime.database.session() as session:
        wanted = text("SELECT count(*) FROM identity_session WHERE user_id = :id AND revoked_at IS NULL")
        return int(session.scalar(wanted, {"id": person.user_id}) or 0)


def minutes_since_seen(runtime: Runtime) -> int:
    with runtime.database.session() as session:
        wanted = text("SELECT extract(epoch FROM now() - max(last_seen_at)) / 60 FROM identity_session")
        return int(session.scalar(wanted) or 0)


ACCOUNT = {
    "name": "Li Wei",
    "locale": "en",
    "timezone": "UTC",
    "theme": "auto",
    "density": "default",
    "single_key_shortcuts": True,
}


def test_a_browser_that_only_changes_things_is_seen(committed_client: TestClient, committed_runtime: Runtime) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime), Role.BUYER_PURCHASER)
    browser = caller_for(committed_client, committed_runtime, person)
    for version, status in ((1, 200), (1, 412)):
        seen_long_ago(committed_runtime)
        assert minutes_since_seen(committed_runtime) >= 60
        assert browser.call("PUT", "/account", ACCOUNT, version=version).status_code == status
        assert minutes_since_seen(committed_runtime) < 60, "also where it was refused"


def test_a_change_does_not_wait_for_whoever_holds_its_session(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime), Role.BUYER_PURCHASER)
    browser = caller_for(committed_client, committed_runtime, person)
    seen_long_ago(committed_runtime)
    with ThreadPoolExecutor(1) as pool, committed_runtime.database.session() as session:
        session.execute(text("SELECT id FROM identity_session FOR UPDATE")).all()
        changed = pool.submit(browser.call, "PUT", "/account", ACCOUNT, version=1).result(60)
        session.rollback()
    assert changed.status_code == 200
    assert minutes_since_seen(committed_runtime) >= 60, "the next request notes it"


def test_a_change_in_one_browser_waits_for_a_new_password_set_in_another(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime), Role.BUYER_PURCHASER)
    other = caller_for(committed_client, committed_runtime, person)
    seen_long_ago(committed_runtime)

    def change() -> Response:
        return other.call("PUT", "/account", ACCOUNT, version=1)

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, person) as work:
            queries.lock_user(work.session, person.user_id)
            changing = pool.submit(change)
            assert one_waits(work.session, changing.done)
            passwords.change_password(work, person, ChangePassword(current=PASSWORD, new=NEW))
        answer = changing.result(60)
    # what the browser showed is older than the password now
    assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")
    assert live_sessions(committed_runtime, person) == 1


def test_a_browser_that_turns_to_another_company_does_not_keep_a_new_password_waiting(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime), Role.BUYER_PURCHASER)
    second = make_company(committed_runtime, "Second")
    join(committed_runtime, person, second, Role.BUYER_PURCHASER)
    other = caller_for(committed_client, committed_runtime, person)

    def turn() -> Response:
        return other.post("/sessions/current/organization", {"organization_id": str(second)})

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, person) as work:
            queries.lock_user(work.session, person.user_id)
            turning = pool.submit(turn)
            one_waits(work.session, turning.done)
            passwords.change_password(work, person, ChangePassword(current=PASSWORD, new=NEW))
        assert turning.result(60).status_code == 200
    assert live_sessions(committed_runtime, person) == 1


def test_a_mailed_code_waits_for_the_password_that_ends_its_link(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime, sides=("supplier",)), Role.SUPPLIER_SALES)
    machine, stranger = system_actor("test"), anonymous()
    with work_for(committed_runtime, machine) as work:
        entry = entering.issue_entry(work, machine, IssueEntry(person.user_id, person.org_id))
        reset = passwords.issue_link(work, machine, IssueLink(person.user_id, LinkPurpose.RESET))
        link = queries.link(work.session, secret_hash(entry))
        assert link is not None
        mailed = entering.issue_code(work, machine, IssueCode(link.id))
        assert mailed is not None
    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, stranger) as work:
            queries.lock_user(work.session, person.user_id)
            entered = pool.submit(redeem, committed_client, entry, mailed.code)
            assert one_waits(work.session, entered.done)
            passwords.redeem_link(work, stranger, RedeemLink(token=reset, password=NEW))
        answer = entered.result(60)
    assert (answer.status_code, answer.json()["code"]) == (409, "entry-ended")
    assert live_sessions(committed_runtime, person) == 1


def test_the_old_password_opens_nothing_once_a_new_one_is_being_set(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    person = make_person(committed_runtime, make_company(committed_runtime), Role.BUYER_PURCHASER, email="li@x.example")

    def sign_in() -> Response:
        return committed_client.post("/api/v1/sessions", json={"email": "li@x.example", "password": PASSWORD})

    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, person) as work:
            passwords.change_password(work, person, ChangePassword(current=PASSWORD, new=NEW))
            entering_now = pool.submit(sign_in)
            assert one_waits(work.session, entering_now.done)
        answer = entering_now.result(60)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert live_sessions(committed_runtime, person) == 1
