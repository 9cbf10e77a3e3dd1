"""The unit of work: what one transaction asks the database for."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from b2b_market.infra.database import Found, Tenant, run_fixed
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work, gate_key
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import system_actor
from tests.support.works import work_for


def held(work: Work, key: UUID) -> list[str]:
    """Return the modes in which the transaction holds the gate, as the database sees it."""
    low = gate_key(key) & 0xFFFFFFFF
    wanted = text("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND objid = :low AND pid = pg_backend_pid()")
    return sorted(work.session.scalars(wanted, {"low": low}))


def test_a_gate_is_asked_for_once_in_each_mode(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    key, asked = new_id(), []

    def noted(session: Session, statement: str, values: Mapping[str, object]) -> Found:
        asked.append(statement)
        return run_fixed(session, statement, values)

    with work_for(runtime, system_actor("test")) as work:
        monkeypatch.setattr("b2b_market.infra.work.run_fixed", noted)
        work.gate(key)
        work.gate(key)
        assert (len(asked), held(work, key)) == (1, ["ShareLock"])
        asked.clear()
        work.gate(key, exclusive=True)
        work.gate(key, exclusive=True)
        work.gate(key)
        assert (len(asked), held(work, key)) == (1, ["ExclusiveLock", "ShareLock"])


def test_after_a_rollback_it_is_asked_for_again(runtime: Runtime) -> None:
    key = new_id()
    with work_for(runtime, system_actor("test")) as work:
        work.gate(key, exclusive=True)
        work.session.rollback()
        work.forget()
        work.gate(key, exclusive=True)
        assert held(work, key) == ["ExclusiveLock"]


def test_a_gate_tells_when_it_was_first_held_by_the_clock_that_judges(runtime: Runtime) -> None:
    key = new_id()
    with work_for(runtime, system_actor("test")) as work:
        before = work.judging_time()
        since = work.gate(key)
        assert before <= since <= work.judging_time()
        assert work.gate(key) == since
        assert since < work.gate(key, exclusive=True) <= work.judging_time()


def fence(work: Work) -> tuple[str, str]:
    row = work.session.execute(text("SELECT current_setting('app.orgs'), current_setting('app.machine')")).one()
    return row[0], row[1]


def test_what_is_reached_is_reached_within_the_block(runtime: Runtime) -> None:
    own, other = new_id(), new_id()
    with work_for(runtime, system_actor("test", own)) as work:
        with work.reaching(Tenant((other,), machine=True)):
            assert fence(work) == (f"{{{other}}}", "on")
            with work.reaching(Tenant((own, other))):
                assert fence(work) == (f"{{{own},{other}}}", "")
            assert fence(work) == (f"{{{other}}}", "on")
        assert fence(work) == (f"{{{own}}}", "")
        work.act_for(Tenant((other,)))
        with work.reaching(Tenant((own,))):
            pass
        assert fence(work) == (f"{{{other}}}", "")


def test_a_refusal_within_closes_the_fence_again(runtime: Runtime) -> None:
    own = new_id()
    with work_for(runtime, system_actor("test", own)) as work:
        with pytest.raises(NotFound), work.reaching(Tenant(machine=True)):
            raise NotFound
        assert fence(work) == (f"{{{own}}}", "")


def test_the_databases_own_error_is_the_one_that_is_heard(runtime: Runtime) -> None:
    own, machine = new_id(), Tenant(machine=True)
    with work_for(runtime, system_actor("test", own)) as work:
        with pytest.raises(DBAPIError, match="division by zero"), work.session.begin_nested(), work.reaching(machine):
            work.session.execute(text("SELECT 1 / 0"))
        assert fence(work) == (f"{{{own}}}", "")
        with work.reaching(machine):
            assert fence(work) == ("{}", "on")
        assert fence(work) == (f"{{{own}}}", "")
