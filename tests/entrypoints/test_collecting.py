import gc
from collections.abc import Iterator

import pytest

from b2b_market.entrypoints.collecting import THRESHOLDS, calm_collector


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Node:
    """Half of a cycle."""

    other: "Node"


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_is_left_alone_and_later_cycles_are_found() -> None:
    calm_collector()
    assert gc.get_freeze_count() > 1000
    assert gc.get_threshold() == THRESHOLDS
    first, second = Node(), Node()
    first.other, second.other = second, first
    del first, second
    assert gc.collect() >= 2
