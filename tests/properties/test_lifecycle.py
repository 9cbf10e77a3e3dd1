"""Any table of steps, walked at random: a thing is always where its last lawful step put it."""

from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from b2b_market.kernel.lifecycle import Lifecycle, Step
from b2b_market.kernel.refusal import IllegalStep


class Status(StrEnum):
    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"


statuses = st.sampled_from(Status)
tables = st.lists(st.tuples(st.frozensets(statuses, min_size=1), statuses), min_size=1, max_size=8).map(
    lambda rows: [Step(f"step {number}", sources, target) for number, (sources, target) in enumerate(rows)]
)


@dataclass
class Thing:
    status: Status


class Walk(RuleBasedStateMachine):
    """Try every step in every order and compare with a plain dictionary of moves."""

    def __init__(self) -> None:
        super().__init__()
        self.thing = Thing(Status.A)
        self.expected = Status.A
        self.lifecycle = Lifecycle[Status](Status.A)

    @initialize(table=tables)
    def build(self, table: list[Step[Status]]) -> None:
        self.lifecycle = Lifecycle(Status.A, *table)

    @rule(choice=st.integers(0, 7))
    def try_a_step(self, choice: int) -> None:
        names = list(self.lifecycle.steps)
        name = names[choice % len(names)]
        step = self.lifecycle.steps[name]
        if name in self.lifecycle.allowed(self.thing.status):
            self.lifecycle.advance(self.thing, name)
            self.expected = step.target
        else:
            with pytest.raises(IllegalStep) as refused:
                self.lifecycle.advance(self.thing, name)
            assert refused.value.facts["step"] == name

    @invariant()
    def the_thing_is_where_its_last_lawful_step_put_it(self) -> None:
        assert self.thing.status is self.expected
        assert self.thing.status in self.lifecycle.statuses()

    @invariant()
    def only_ends_allow_nothing(self) -> None:
        at_an_end = self.thing.status in self.lifecycle.terminal()
        assert at_an_end == (not self.lifecycle.allowed(self.thing.status))


TestWalk = Walk.TestCase


@given(tables)
def test_every_status_of_the_table_is_listed_once(table: list[Step[Status]]) -> None:
    lifecycle = Lifecycle(Status.A, *table)
    listed = lifecycle.statuses()
    named = {Status.A, *(step.target for step in table), *(source for step in table for source in step.sources)}
    assert len(listed) == len(set(listed))
    assert set(listed) == named
    assert listed[0] is Status.A


@given(tables, statuses)
def test_allowed_and_require_agree(table: list[Step[Status]], status: Status) -> None:
    lifecycle = Lifecycle(Status.A, *table)
    for name, step in lifecycle.steps.items():
        if name in lifecycle.allowed(status):
            assert lifecycle.require(status, name) is step
        else:
            with pytest.raises(IllegalStep):
                lifecycle.require(status, name)
