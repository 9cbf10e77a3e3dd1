"""The companies and people of most tests of tenders; those that need more bidders make their own."""

from collections.abc import Iterator

import pytest

from b2b_market.infra.runtime import Runtime
from tests.support import tenders as made
from tests.support.tenders import Hall


@pytest.fixture
def hall(runtime: Runtime) -> Iterator[Hall]:
    """Yield a buyer's hall with two bidders, under a clock that the test moves."""
    with made.own_clock(runtime):
        yield made.make_hall(runtime)
