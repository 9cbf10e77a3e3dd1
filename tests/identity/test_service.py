"""What has no route of its own: hashing, pruning, people for other modules, and acting on the command line."""

import threading
import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import text

from b2b_market.identity import tasks
from b2b_market.identity.commands import SignIn
from b2b_market.identity.public import act_as, ensure_person, find_person, people
from b2b_market.identity.service import hashing
from b2b_market.identity.service.hashing import DECOY, HASHER, Hasher
from b2b_market.identity.service.signing import sign_in
from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid, NotFound
from b2b_market.rbac.actor import anonymous, system_actor
from tests.support.people import PASSWORD, join, make_company, make_person, password_hash, start_session
from tests.support.works import work_for

MACHINE = system_actor("test")


def test_hashes_are_argon2id_with_todays_costs() -> None:
    hashed = password_hash()
    assert hashed.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert HASHER.verify(hashed, PASSWORD)
    assert not HASHER.verify(hashed, PASSWORD + " ")
    assert not HASHER.is_outdated(hashed)
    assert extract_parameters(DECOY) == extract_parameters(hashed)


def test_no_account_is_never_right_and_takes_as_long() -> None:
    started = time.perf_counter()
    assert not HASHER.verify(None, "")
    assert time.perf_counter() - started > 0.01
    assert not HASHER.verify("not a hash", PASSWORD)


def test_hashing_waits_for_a_slot_and_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    hasher = Hasher(slots=1)
    with hasher._slot(), pytest.raises(Unavailable):
        hasher.hash("x")
    assert hasher.hash("x").startswith("$argon2id$")


def test_at_most_two_hashes_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, running, most = Hasher(), 0, 0
    lock, pair = threading.Lock(), threading.Barrier(2)

    def slow(_password: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        pair.wait(60)  # for the other one that may run beside this one
        with lock:
            running -= 1
        return ""

    monkeypatch.setattr(hashing, "PATIENCE", 60)
    monkeypatch.setattr(hasher, "_argon2", type("Slow", (), {"hash": staticmethod(slow)}))
    threads = [threading.Thread(target=hasher.hash, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_an_old_hash_is_renewed_at_sign_in(runtime: Runtime) -> None:
    person = make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER, email="li@x.example")
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with runtime.database.session() as session:
        session.execute(text("UPDATE identity_user SET password_hash = :old"), {"old": old})
        session.commit()
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        assert sign_in(work, stranger, SignIn(email="li@x.example", password=PASSWORD)).user_id == person.user_id
    with runtime.database.session() as session:
        hashed, version = session.execute(text("SELECT password_hash, version FROM identity_user")).one()
    assert not HASHER.is_outdated(hashed)
    assert HASHER.verify(hashed, PASSWORD)
    assert version == 2


def test_pruning_deletes_what_ended_long_ago_only(runtime: Runtime) -> None:
    person = make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER)
    for _ in range(2):
        start_session(runtime, person.user_id, person.org_id)
    with runtime.database.session() as session:
        session.execute(
            text(
                "UPDATE identity_session SET revoked_at = now() - interval '31 days' WHERE id = "
                "(SELECT id FROM identity_session ORDER BY id LIMIT 1)"
            )
        )
        session.commit()
    assert tasks.prune(runtime) == 1
    assert tasks.prune(runtime) == 0


def test_a_person_is_made_once_per_address(runtime: Runtime) -> None:
    with work_for(runtime, MACHINE) as work:
        first, new = ensure_person(
            work, MACHINE, email="Li@Hengli.example", name=" Li Wei ", locale="zh-CN", timezone="Asia/Shanghai"
        )
        assert (new, first.name, first.can_sign_in, first.locale) == (True, "Li Wei", False, "zh-CN")
        second, new = ensure_person(work, MACHINE, email="LI@hengli.example", name="X", locale="en", timezone="UTC")
        assert (second, new) == (first, False)
        assert find_person(work, MACHINE, "li@HENGLI.example") == first
        assert find_person(work, MACHINE, "nobody@x.example") is None
        assert people(work, MACHINE, [first.id, new_id()]) == {first.id: first}
        with pytest.raises(Invalid):
            ensure_person(work, MACHINE, email="li", name="X", locale="en", timezone="UTC")


def test_the_command_line_acts_with_the_roles_of_the_moment(runtime: Runtime) -> None:
    person = make_person(runtime, make_company(runtime, "B"), Role.BUYER_PURCHASER, email="li@x.example")
    assert act_as(runtime, "li@x.example").permissions == person.permissions
    other = make_company(runtime, "A")
    with runtime.database.session() as session:
        session.execute(text("UPDATE identity_session SET last_seen_at = now() - interval '1 hour'"))
        session.commit()
    join(runtime, person, other, Role.BUYER_EVALUATOR)
    acting = act_as(runtime, "LI@x.example")
    assert (acting.org_id, acting.roles, acting.who.session) == (other, frozenset({"buyer.evaluator"}), "")
    with pytest.raises(NotFound):
        act_as(runtime, "nobody@x.example")
