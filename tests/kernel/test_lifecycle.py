from dataclasses import dataclass
from enum import StrEnum

import pytest

from b2b_market.kernel.lifecycle import Lifecycle, Step
from b2b_market.kernel.refusal import IllegalStep, Kind


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


LIFECYCLE = Lifecycle(
    Lamp.OFF,
    Step("light", frozenset({Lamp.OFF}), Lamp.ON),
    Step("douse", frozenset({Lamp.ON}), Lamp.OFF),
    Step("smash", frozenset({Lamp.OFF, Lamp.ON}), Lamp.BROKEN),
)


@dataclass
class Thing:
    status: Lamp = Lamp.OFF


def test_a_thing_moves_along_the_table() -> None:
    thing = Thing()
    seen = [thing.status]
    for step in ("light", "douse", "smash"):
        LIFECYCLE.advance(thing, step)
        seen.append(thing.status)
    assert seen == [Lamp.OFF, Lamp.ON, Lamp.OFF, Lamp.BROKEN]


def test_a_step_from_the_wrong_status_is_refused_and_moves_nothing() -> None:
    thing = Thing(Lamp.BROKEN)
    with pytest.raises(IllegalStep) as refused:
        LIFECYCLE.advance(thing, "smash")
    assert refused.value.kind is Kind.CONFLICT
    assert refused.value.facts == {"status": "broken", "step": "smash", "allowed_from": "off, on"}
    assert thing.status is Lamp.BROKEN


def test_an_unknown_step_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        LIFECYCLE.require(Lamp.OFF, "explode")


def test_allowed_steps_come_in_table_order() -> None:
    assert LIFECYCLE.allowed(Lamp.OFF) == ("light", "smash")
    assert LIFECYCLE.allowed(Lamp.ON) == ("douse", "smash")
    assert LIFECYCLE.allowed(Lamp.BROKEN) == ()


def test_statuses_and_ends_are_read_from_the_table() -> None:
    assert LIFECYCLE.initial is Lamp.OFF
    assert LIFECYCLE.statuses() == (Lamp.OFF, Lamp.ON, Lamp.BROKEN)
    assert LIFECYCLE.terminal() == frozenset({Lamp.BROKEN})


def test_two_steps_of_one_name_are_a_programming_error() -> None:
    step = Step("light", frozenset({Lamp.OFF}), Lamp.ON)
    with pytest.raises(ValueError, match="share a name"):
        Lifecycle(Lamp.OFF, step, step)
