"""A sweep: found by the clock over all companies, settled for the companies of each thing alone."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.sweeping import MOST_FAILED, sweep

PART = "test.clock"
FIRST, SECOND, BUYER, SUPPLIER = (uuid4() for _ in range(4))
BOTH = [(FIRST, BUYER), (SECOND, BUYER, SUPPLIER)]


def reach(work: Work) -> tuple[str, str]:
    """Return whose rows a transaction may touch: the companies, and whether the clock's branch is open."""
    row = work.session.execute(text("SELECT current_setting('app.orgs'), current_setting('app.machine')")).one()
    return str(row[0]), str(row[1])


def test_each_due_thing_is_settled_for_its_own_companies(runtime: Runtime) -> None:
    seen: list[tuple[object, ...]] = []

    def find(work: Work, actor: Actor, command: None) -> list[tuple[object, ...]]:
        seen.append((actor.who.name, actor.org_ids, command, *reach(work)))
        return list(BOTH)

    def settle(work: Work, actor: Actor, due: tuple[object, ...]) -> bool:
        seen.append((actor.who.name, actor.org_ids, due, *reach(work)))
        return True

    assert sweep(runtime, PART, find, settle) == 2
    assert seen == [
        (PART, (), None, "{}", "on"),
        (PART, (BUYER,), BOTH[0], f"{{{BUYER}}}", ""),
        (PART, (BUYER, SUPPLIER), BOTH[1], f"{{{BUYER},{SUPPLIER}}}", ""),
    ]


def test_the_clocks_branch_and_other_parties_are_asked_for(runtime: Runtime) -> None:
    seen: list[tuple[object, ...]] = []

    def settle(work: Work, actor: Actor, due: tuple[object, ...]) -> bool:
        seen.append((actor.org_ids, due, *reach(work)))
        return True

    due = (FIRST, BUYER, "a word that is no company")
    sweep(runtime, PART, lambda *_: [due], settle, machine=True, parties=lambda found: (found[1],))
    assert seen == [((BUYER,), due, f"{{{BUYER}}}", "on")]


def test_only_what_was_settled_counts(runtime: Runtime) -> None:
    outcomes = iter([None, object(), False, True])
    found = [(uuid4(), BUYER) for _ in range(4)]
    assert sweep(runtime, PART, lambda *_: found, lambda *_: next(outcomes)) == 2


def test_what_fails_keeps_nothing_else_from_its_turn(runtime: Runtime) -> None:
    hooks: list[object] = []
    last = uuid4()

    def settle(work: Work, _actor: Actor, due: tuple[object, ...]) -> bool:
        work.after_commit(lambda: hooks.append(due[0]))
        if due[0] == SECOND:
            raise ZeroDivisionError
        return True

    with pytest.raises(ExceptionGroup) as caught:
        sweep(runtime, PART, lambda *_: [*BOTH, (last, BUYER)], settle)
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]
    assert str(caught.value).startswith("test.clock settled 2 of 3")
    assert hooks == [FIRST, last]


def test_a_sweep_in_which_everything_fails_ends_soon(runtime: Runtime) -> None:
    tried: list[object] = []

    def settle(_work: Work, _actor: Actor, due: tuple[object, ...]) -> bool:
        tried.append(due)
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        sweep(runtime, PART, lambda *_: [(uuid4(), BUYER) for _ in range(3 * MOST_FAILED)], settle)
    assert len(tried) == MOST_FAILED
